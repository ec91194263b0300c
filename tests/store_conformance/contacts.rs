//! Loading lists: again, halfway, with repeats; and what managers see of contacts and change in them.

use rappel::{
    domain::{
        campaign::CampaignState,
        contact::{CloseReason, Contact, ContactState, StatedZones},
        ids::ContactId,
        zone::ZoneSource,
    },
    engine::{input::Notice, output::Changes},
    ports::Store,
    store::{CampaignProgress, ManageError, NewContact, OnDuplicate, RowResult, ZoneProgress},
};

use super::{
    on_every_database,
    world::{Place, World, callback_id, minutes, new_contact, now, number, number_of, rules, zones},
};

on_every_database!(
    what_is_loaded_is_read_back,
    loading_again_changes_nothing,
    a_load_killed_halfway_is_done_again,
    repeats_within_a_batch_are_one_contact,
    an_update_changes_those_that_wait,
    every_row_is_a_contact_where_that_is_allowed,
    a_batch_is_loaded_whole_or_not_at_all,
    an_ended_campaign_takes_no_contacts,
    a_new_priority_ranks_contacts_again,
    progress_counts_each_contact_once,
    a_stated_zone_gives_a_place,
    pages_are_bounded,
    contacts_are_found_by_account_and_by_number,
);

use RowResult::{Duplicate, Loaded, Updated};

async fn load(world: &World, rows: &[NewContact], policy: OnDuplicate) -> Vec<RowResult> {
    world.database.load_batch(&world.campaign, &world.list, rows, policy, now()).await.expect("loads")
}

fn in_chicago(numbers: std::ops::Range<u32>) -> Vec<NewContact> {
    numbers.map(|n| new_contact(n, "America/Chicago", now())).collect()
}

async fn due(world: &World, zone: &str) -> Vec<Contact> {
    let (found, _) = world.database.due(world.campaign.id, &[zones(zone)], 100, now()).await.expect("due");
    found.into_iter().map(|candidate| candidate.contact).collect()
}

async fn what_is_loaded_is_read_back(place: Place) {
    let world = World::new(&place.database).await;
    let stated = StatedZones { zones: zones("America/Denver"), source: ZoneSource::ListColumn };
    let new = NewContact {
        stated_zones: Some(stated.clone()),
        numbers: vec![number(&number_of(1), "America/Chicago"), number(&number_of(2), "unknown")],
        ..new_contact(1, "America/Denver", now() + minutes(3))
    };
    load(&world, std::slice::from_ref(&new), OnDuplicate::Skip).await;
    let expected = Contact {
        id: world.contacts().await[0].id,
        campaign_id: world.campaign.id,
        list_id: world.list.id,
        list_priority: 5,
        account_number: new.account_number,
        first_name: new.first_name,
        last_name: new.last_name,
        numbers: new.numbers,
        variables: new.variables,
        stated_zones: Some(stated),
        progress: rappel::domain::contact::Progress::default(),
        state: ContactState::Waiting { not_before_at: now() + minutes(3) },
    };
    assert_eq!(world.contacts().await, [expected]);
}

async fn loading_again_changes_nothing(place: Place) {
    let world = World::new(&place.database).await;
    let rows = in_chicago(0..50);
    assert_eq!(load(&world, &rows, OnDuplicate::Skip).await, [Loaded; 50]);
    let before = world.contacts().await;
    assert_eq!(load(&world, &rows, OnDuplicate::Skip).await, [Duplicate; 50]);
    assert_eq!(load(&world, &rows, OnDuplicate::Update).await, [Duplicate; 50], "there is nothing to update");
    assert_eq!(world.contacts().await, before);
}

async fn a_load_killed_halfway_is_done_again(place: Place) {
    let world = World::new(&place.database).await;
    let rows = in_chicago(0..40);
    load(&world, &rows[..10], OnDuplicate::Skip).await;
    let second = world.database.load_batch(&world.campaign, &world.list, &rows[10..20], OnDuplicate::Skip, now());
    // Killed somewhere within its second batch: polled once, then dropped.
    assert!(futures_util::FutureExt::now_or_never(second).is_none());

    let mut results = Vec::new();
    for batch in rows.chunks(10) {
        results.extend(load(&world, batch, OnDuplicate::Skip).await);
    }
    assert_eq!(results[..10], [Duplicate; 10]);
    assert_eq!(results[20..], [Loaded; 20]);
    assert_eq!(world.contacts().await.len(), 40);
}

async fn repeats_within_a_batch_are_one_contact(place: Place) {
    let world = World::new(&place.database).await;
    let rename = |n, name: &str| NewContact { first_name: name.to_owned(), ..new_contact(n, "America/Chicago", now()) };
    let rows = [rename(1, "first"), rename(2, "other"), rename(1, "second")];
    assert_eq!(load(&world, &rows, OnDuplicate::Skip).await, [Loaded, Loaded, Duplicate]);
    let rows = [rename(3, "first"), rename(1, "second"), rename(3, "last"), rename(1, "third")];
    assert_eq!(load(&world, &rows, OnDuplicate::Update).await, [Loaded, Updated, Updated, Updated]);
    let mut names: Vec<_> = world.contacts().await.into_iter().map(|it| (it.account_number, it.first_name)).collect();
    names.sort();
    let expected = [("A1", "third"), ("A2", "other"), ("A3", "last")];
    assert_eq!(names, expected.map(|(account, name)| (account.to_owned(), name.to_owned())));
}

async fn an_update_changes_those_that_wait(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(4).await;
    let fence = world.take_over().await;
    let states = [
        ContactState::Waiting { not_before_at: now() - minutes(7) },
        ContactState::Promised { callback_id: callback_id(1) },
        ContactState::InProgress,
        ContactState::Closed { reason: CloseReason::Done },
    ];
    let changes = contacts.iter().zip(states).map(|(contact, state)| (contact.id, world.change(contact, state)));
    let changes = Changes { contacts: changes.collect(), ..Changes::default() };
    world.database.commit(fence, &changes).await.expect("commits");

    let moved = |n| NewContact {
        numbers: vec![number(&number_of(n + 100), "America/Denver")],
        last_name: "Byron".to_owned(),
        ..new_contact(n, "America/Denver", now() + minutes(60))
    };
    let rows: Vec<_> = (0..4).map(moved).collect();
    assert_eq!(load(&world, &rows, OnDuplicate::Update).await, [Updated, Updated, Duplicate, Duplicate]);
    let after = world.contacts().await;
    for (n, contact) in after.iter().enumerate() {
        let (numbers, name) =
            if n < 2 { (&rows[n].numbers, "Byron") } else { (&contacts[n].numbers, &*contacts[n].last_name) };
        assert_eq!((&contact.numbers, contact.last_name.as_str()), (numbers, name));
        assert_eq!(contact.state, states[n], "the state is the engine's");
    }
    assert_eq!(due(&world, "America/Chicago").await, []);
    assert_eq!(due(&world, "America/Denver").await, [], "it still waits as long as the engine said");
    let later = now() + minutes(2);
    let (found, _) = world.database.due(world.campaign.id, &[zones("America/Denver")], 9, later).await.expect("due");
    assert_eq!(found.len(), 1);
}

async fn every_row_is_a_contact_where_that_is_allowed(place: Place) {
    let world = World::new(&place.database).await;
    let rows = in_chicago(0..2);
    assert_eq!(load(&world, &rows, OnDuplicate::Allow).await, [Loaded; 2]);
    assert_eq!(load(&world, &rows, OnDuplicate::Allow).await, [Loaded; 2]);
    assert_eq!(world.contacts().await.len(), 4);
}

async fn a_batch_is_loaded_whole_or_not_at_all(place: Place) {
    let world = World::new(&place.database).await;
    let mut rows = in_chicago(0..3);
    rows[2].first_name.push('\0');
    let refused = world.database.load_batch(&world.campaign, &world.list, &rows, OnDuplicate::Skip, now()).await;
    assert!(matches!(refused, Err(ManageError::NulCharacter { row: 2 })), "{refused:?}");
    rows[2].first_name.clear();
    let mut nowhere = world.list.clone();
    nowhere.id.0 += 1;
    let refused = world.database.load_batch(&world.campaign, &nowhere, &rows, OnDuplicate::Skip, now()).await;
    assert!(matches!(refused, Err(ManageError::Store(_))), "{refused:?}");
    assert_eq!(world.contacts().await, []);
}

async fn an_ended_campaign_takes_no_contacts(place: Place) {
    let world = World::new(&place.database).await;
    world.database.campaign_set_state("spring", CampaignState::Ended, now()).await.expect("ends");
    let refused =
        world.database.load_batch(&world.campaign, &world.list, &in_chicago(0..1), OnDuplicate::Skip, now()).await;
    assert!(matches!(refused, Err(ManageError::CampaignEnded(_))), "{refused:?}");
}

async fn a_new_priority_ranks_contacts_again(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(2).await;
    let other = world.database.list_named(world.campaign.id, "vip").await.expect("a list");
    let vip = [new_contact(9, "America/Chicago", now())];
    world.database.load_batch(&world.campaign, &other, &vip, OnDuplicate::Skip, now()).await.expect("loads");
    let fence = world.take_over().await;
    let mut tried = world.change(&contacts[0], ContactState::Waiting { not_before_at: now() });
    tried.progress.attempts = 1;
    tried.place.next_at = now();
    let changes = Changes { contacts: [(tried.id, tried)].into(), ..Changes::default() };
    world.database.commit(fence, &changes).await.expect("commits");

    let mut new = rules("spring", "north");
    new.lists = vec![serde_json::from_value(serde_json::json!({"name": "vip", "priority": 9})).expect("a list")];
    new.order = rappel::domain::campaign::Order::FreshFirst;
    world.database.campaign_apply(&new, now()).await.expect("applies");
    let found = due(&world, "America/Chicago").await;
    let order: Vec<_> = found.iter().map(|it| (it.account_number.as_str(), it.list_priority)).collect();
    assert_eq!(order, [("A9", 9), ("A1", 5), ("A0", 5)]);
}

async fn progress_counts_each_contact_once(place: Place) {
    let world = World::new(&place.database).await;
    world.load_rows(&[new_contact(7, "America/Denver", now() + minutes(9)), new_contact(8, "unknown", now())]).await;
    world.load(6).await;
    let contacts = world.contacts().await;
    let fence = world.take_over().await;
    let states = [
        ContactState::Promised { callback_id: callback_id(1) },
        ContactState::InProgress,
        ContactState::Closed { reason: CloseReason::Done },
        ContactState::Closed { reason: CloseReason::Done },
        ContactState::Closed { reason: CloseReason::Agent },
    ];
    let changes = contacts[2..].iter().zip(states).map(|(contact, state)| (contact.id, world.change(contact, state)));
    let changes = Changes { contacts: changes.collect(), ..Changes::default() };
    world.database.commit(fence, &changes).await.expect("commits");

    let zone = |zone_set, next_at| ZoneProgress { zones: zones(zone_set), waiting: 1, next_at };
    let expected = CampaignProgress {
        loaded: 8,
        waiting: 3,
        promised: 1,
        in_progress: 1,
        closed: [(CloseReason::Done, 2), (CloseReason::Agent, 1)].into(),
        zone_unknown: 1,
        zones: vec![zone("America/Chicago", now()), zone("America/Denver", now() + minutes(9))],
    };
    assert_eq!(world.database.campaign_progress(world.campaign.id).await.expect("counts"), expected);
}

async fn a_stated_zone_gives_a_place(place: Place) {
    let world = World::new(&place.database).await;
    let mut nowhere = new_contact(1, "unknown", now());
    nowhere.numbers = vec![number(&number_of(1), "unknown")];
    world.load_rows(&[nowhere]).await;
    let contact = world.contacts().await.remove(0);
    let fence = world.take_over().await;
    let stated = StatedZones { zones: zones("America/Denver"), source: ZoneSource::Agent };
    let placed = world.database.contact_set_zones(contact.id, &stated, now()).await.expect("sets");
    assert_eq!(placed.stated_zones, Some(stated.clone()));
    assert_eq!(due(&world, "America/Denver").await, [placed]);
    let notices = world.database.notices(world.team_id, 0).await.expect("notices");
    assert_eq!(notices.last().map(|it| &it.1), Some(&Notice::ContactsLoaded { campaign_id: world.campaign.id }));

    // An engine that had read the contact before does not undo it.
    let change = world.change(&contact, ContactState::InProgress);
    let changes = Changes { contacts: [(contact.id, change)].into(), ..Changes::default() };
    world.database.commit(fence, &changes).await.expect("commits");
    assert_eq!(world.contacts().await[0].stated_zones, Some(stated.clone()));
    let refused = world.database.contact_set_zones(contact.id, &stated, now()).await;
    assert!(matches!(refused, Err(ManageError::ContactInProgress(_))), "{refused:?}");
    let refused = world.database.contact_set_zones(ContactId(contact.id.0 + 1), &stated, now()).await;
    assert!(matches!(refused, Err(ManageError::UnknownContact(_))), "{refused:?}");
}

async fn pages_are_bounded(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(1005).await;
    assert_eq!(contacts.len(), 1000);
    let page = async |state, after, rows| {
        let found = world.database.contacts_of(world.campaign.id, state, after, rows).await.expect("a page");
        found.into_iter().map(|stored| stored.contact).collect::<Vec<_>>()
    };
    assert_eq!(page(None, contacts[999].id, 1_000_000).await.len(), 5);
    assert_eq!(page(Some("waiting"), contacts[1].id, 2).await, contacts[2..4]);
    assert_eq!(page(Some("closed"), ContactId(0), 10).await, []);
}

async fn contacts_are_found_by_account_and_by_number(place: Place) {
    let world = World::new(&place.database).await;
    load(&world, &in_chicago(0..30), OnDuplicate::Skip).await;
    let all = world.contacts().await;
    let db = &world.database;
    let (wanted, elsewhere) = (&all[7], rappel::domain::ids::CampaignId(world.campaign.id.0 + 1));
    for (only, expected) in [(None, vec![wanted.clone()]), (Some(elsewhere), vec![])] {
        assert_eq!(db.contacts_with_account(&wanted.account_number, only, 10).await.expect("found"), expected);
        let number = &wanted.numbers[0].number;
        assert_eq!(db.contacts_with_number(number, only, 10).await.expect("found"), expected);
    }
    assert_eq!(db.contact_with_id(wanted.id).await.expect("found").as_ref(), Some(wanted));
    // The beginning of a number is not the number.
    let digits = wanted.numbers[0].number.as_str();
    let shorter = rappel::domain::phone::PhoneNumber::from_e164(&digits[..digits.len() - 1]).expect("a number");
    assert_eq!(db.contacts_with_number(&shorter, None, 10).await.expect("asked"), []);
}

//! What the engine relies on: fence, atomic commits, a snapshot that is what was stored, the order of the due.

use jiff::civil;
use rappel::{
    domain::{
        agent::NextState,
        attempt::{Attempt, Ended, Phase},
        callback::{Callback, CallbackState},
        contact::{CloseReason, Contact, ContactState, NumberClosed, NumberProgress, Progress, StatedZones},
        event::Event,
        outcome::{Classification, FailureCause, Outcome},
        recording::{Recording, RecordingState},
        reservation::{ReservationEnd, ReservationEnded},
        retry::Disposition,
        suppression::Suppression,
        wall_time::{Fold, WallTime},
        zone::ZoneSource,
    },
    engine::{
        output::Changes,
        session::{Activity, Session},
    },
    ports::{Store, StoreError},
};
use uuid::Uuid;

use super::{
    on_every_database,
    world::{Place, World, callback_id, minutes, new_contact, now, number, phone, reservation_id, reservations, zones},
};

on_every_database!(
    an_older_engine_is_fenced_off,
    a_commit_is_all_or_nothing,
    a_snapshot_is_what_was_committed,
    every_end_of_an_attempt_is_read_back,
    the_due_come_in_order,
    suppressions_come_with_the_due,
    nothing_is_reserved_twice,
    a_handover_is_one_commit,
    agents_may_swap_their_phones,
    an_ended_attempt_stays_as_it_is,
    events_are_read_in_order,
    a_call_outlives_its_campaign,
);

async fn an_older_engine_is_fenced_off(place: Place) {
    let world = World::new(&place.database).await;
    let old = world.take_over().await;
    let new = world.take_over().await;
    let changes = Changes { events: vec![world.event(1, Event::AgentLost)], ..Changes::default() };

    let refused = place.database.commit(old, &changes).await;
    assert!(matches!(refused, Err(StoreError::Fenced(fence)) if fence == old), "{refused:?}");
    assert_eq!(place.database.events_after(world.team_id, 0, None, 10).await.unwrap(), []);

    place.database.commit(new, &changes).await.expect("the newest engine commits");
    assert_eq!(place.database.events_after(world.team_id, 0, None, 10).await.unwrap(), changes.events);
}

async fn a_commit_is_all_or_nothing(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(2).await;
    let fence = world.take_over().await;
    let twice = [world.reservation(1, 0, &contacts[0]), world.reservation(2, 0, &contacts[1])];
    let mut changes = reservations(twice);
    changes.contacts.insert(contacts[0].id, world.change(&contacts[0], ContactState::InProgress));
    changes.events.push(world.event(1, Event::AgentLost));

    let refused = place.database.commit(fence, &changes).await;
    assert!(matches!(refused, Err(StoreError::Inconsistency { .. })), "{refused:?}");
    assert_eq!(world.contacts().await, contacts);
    let (_, snapshot) = place.database.take_over(world.team_id, now()).await.unwrap();
    assert_eq!((snapshot.last_seq, snapshot.reservations.len()), (0, 0));
}

fn attempt(world: &World, n: u128, agent: usize, contact: &Contact, phase: Phase) -> Attempt {
    Attempt {
        id: Uuid::from_u128(0xa000 + n).into(),
        reservation_id: reservation_id(n),
        agent_id: world.agent_id(agent),
        campaign_id: world.campaign.id,
        list_id: world.list.id,
        contact_id: contact.id,
        number: contact.numbers[0].number.clone(),
        zones: zones("America/Chicago,America/New_York"),
        tzdb_version: "2026f".to_owned(),
        keeps_callback_id: Some(callback_id(1)),
        promises_callback_id: Some(callback_id(2)),
        opened_at: now(),
        ringing_at: Some(now() + minutes(1)),
        classification: Some(Classification::AnsweringMachine),
        wrap_up_reason: Some("Sale".to_owned()),
        recording: Some(Recording {
            path: "2026-11-24/a.wav".to_owned(),
            server: Some("http://127.0.0.1:8088".to_owned()),
            state: RecordingState::Paused,
            since_at: now() + minutes(2),
            paused_by: Some(world.agent_id(agent)),
        }),
        phase,
    }
}

fn accepted(world: &World, n: u128, agent: usize, contact: &Contact) -> rappel::domain::reservation::Reservation {
    let ended = Some(ReservationEnded { at: now(), how: ReservationEnd::Accepted });
    rappel::domain::reservation::Reservation { ended, ..world.reservation(n, agent, contact) }
}

fn callback(world: &World, contact: &Contact) -> Callback {
    Callback {
        id: callback_id(1),
        contact_id: contact.id,
        campaign_id: world.campaign.id,
        number: number("+13125550199", "America/Chicago"),
        wall_time: WallTime {
            at: civil::date(2026, 11, 24).at(9, 30, 0, 0),
            zone: "America/Chicago".parse().unwrap(),
            fold: Fold::Later,
        },
        zone_stated_by_agent: true,
        promised_at: now() + minutes(1000),
        due_at: now() + minutes(1001),
        tzdb_version: "2026f".to_owned(),
        owner_id: Some(world.agent_id(1)),
        promised_by: world.agent_id(0),
        state: CallbackState::Scheduled,
        missed_at: Some(now() + minutes(1100)),
    }
}

fn session(world: &World, agent: usize, extension: &str, activity: Activity) -> Session {
    let next = Some(NextState::NotReady { reason: "lunch".to_owned() });
    let agent_id = world.agent_id(agent);
    let session = Session::new(agent_id, extension.to_owned(), "signed_in", now());
    Session { activity, next, wrap_up_asked: true, ..session }
}

async fn a_snapshot_is_what_was_committed(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(6).await;
    let fence = world.take_over().await;
    let talking = Phase::Talking { answered_at: now() + minutes(1) };
    let wrapping_up = Phase::WrappingUp {
        answered_at: now() + minutes(1),
        hung_up_at: now() + minutes(2),
        wrap_up_ends_at: now() + minutes(3),
    };
    let attempts = [Phase::Dialing, talking, wrapping_up];
    let attempts: Vec<_> =
        attempts.into_iter().enumerate().map(|(n, phase)| attempt(&world, n as u128, n, &contacts[n], phase)).collect();
    let mut changes = reservations((0..3).map(|n| accepted(&world, n as u128, n, &contacts[n])));
    let open = rappel::domain::reservation::Reservation {
        callback_id: Some(callback_id(1)),
        ..world.reservation(9, 0, &contacts[3])
    };
    changes.reservations.insert(open.id, open.clone());
    changes.attempts = attempts.iter().map(|it| (it.id, it.clone())).collect();
    let promise = callback(&world, &contacts[4]);
    changes.callbacks.insert(promise.id, promise.clone());
    let activity = Activity::WrapUp { after: NextState::Ready };
    let at_work = session(&world, 2, "1003", activity);
    changes.sessions.insert(world.agent_id(2), Some(at_work.clone()));
    changes.sessions.insert(world.agent_id(1), None);
    let progress = Progress {
        attempts: 3,
        numbers: [(
            contacts[0].numbers[0].number.clone(),
            NumberProgress { attempts: 2, closed: Some(NumberClosed::DoNotCall) },
        )]
        .into(),
        last_number: Some(contacts[0].numbers[0].number.clone()),
        last_outcome: Some(Outcome::Failed(FailureCause::Lost)),
    };
    let stated = StatedZones { zones: zones("America/Denver"), source: ZoneSource::Agent };
    for contact in &contacts[..4] {
        let mut change = world.change(contact, ContactState::InProgress);
        change.progress = progress.clone();
        change.stated_zones = Some(stated.clone());
        changes.contacts.insert(contact.id, change);
    }
    let promised = ContactState::Promised { callback_id: promise.id };
    changes.contacts.insert(contacts[4].id, world.change(&contacts[4], promised));
    let closed = ContactState::Closed { reason: CloseReason::NeverInWindow };
    changes.contacts.insert(contacts[5].id, world.change(&contacts[5], closed));
    changes.events.push(world.event(7, Event::AgentLost));

    place.database.commit(fence, &changes).await.expect("commits");
    let (next, snapshot) = place.database.take_over(world.team_id, now()).await.expect("takes over");

    assert_eq!(next.number, fence.number + 1);
    assert_eq!((snapshot.last_seq, snapshot.last_event_at), (7, Some(now())));
    assert_eq!(snapshot.agents, world.agents);
    assert_eq!(snapshot.sessions, [at_work]);
    assert_eq!(snapshot.campaigns, std::slice::from_ref(&world.campaign));
    assert_eq!(snapshot.reservations, [open]);
    assert_eq!(snapshot.attempts, attempts);
    assert_eq!(snapshot.callbacks, [promise]);
    let in_progress: Vec<_> = contacts[..4]
        .iter()
        .map(|contact| Contact {
            progress: progress.clone(),
            stated_zones: Some(stated.clone()),
            state: ContactState::InProgress,
            ..contact.clone()
        })
        .collect();
    let found: Vec<_> = snapshot.contacts.into_iter().map(|candidate| candidate.contact).collect();
    assert_eq!(found, in_progress);
    let now_stored = world.contacts().await;
    assert_eq!((now_stored[4].state, now_stored[5].state), (promised, closed));
}

async fn every_end_of_an_attempt_is_read_back(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(1).await;
    let fence = world.take_over().await;
    let ends = [
        (Outcome::Voice, Disposition::Close { reason: CloseReason::Done }),
        (Outcome::NoAnswer, Disposition::Retry { not_before_at: now() + minutes(120) }),
        (Outcome::Failed(FailureCause::AgentPhone), Disposition::Callback { callback_id: callback_id(3) }),
        (Outcome::DoNotCall, Disposition::Close { reason: CloseReason::DoNotCall }),
    ];
    let mut changes = Changes::default();
    for (n, (outcome, disposition)) in (0_u32..).zip(ends) {
        let (n, later) = (u128::from(n), now() + minutes(i64::from(n)));
        let answered_at = (outcome == Outcome::Voice).then_some(later);
        let ended = Ended { answered_at, hung_up_at: later, ended_at: later + minutes(1), outcome, disposition };
        let attempt = Attempt { opened_at: later, ..attempt(&world, n, 0, &contacts[0], Phase::Ended(ended)) };
        changes.reservations.insert(reservation_id(n), accepted(&world, n, 0, &contacts[0]));
        changes.attempts.insert(attempt.id, attempt);
    }
    place.database.commit(fence, &changes).await.expect("commits");

    let mut stored = place.database.attempts_of(contacts[0].id, 10).await.expect("attempts");
    stored.reverse();
    assert_eq!(stored, changes.attempts.into_values().collect::<Vec<_>>());
    assert_eq!(place.database.attempts_of(contacts[0].id, 2).await.expect("attempts").len(), 2);
}

async fn the_due_come_in_order(place: Place) {
    let world = World::new(&place.database).await;
    let (early, late) = (now() - minutes(10), now() - minutes(5));
    let mut first = new_contact(4, "America/Denver", late);
    first.place.rank = 2;
    world
        .load_rows(&[
            new_contact(0, "America/Chicago", late),
            new_contact(1, "America/Chicago", early),
            new_contact(2, "America/New_York", early),
            new_contact(3, "America/Chicago", now() + minutes(5)),
            first,
            new_contact(5, "America/Denver", now() + minutes(3)),
            new_contact(6, "unknown", early),
            new_contact(7, "America/Chicago,America/New_York", early),
        ])
        .await;
    let open = |names: &[&str]| names.iter().map(|name| zones(name)).collect::<Vec<_>>();
    let due = async |open: Vec<_>, count| {
        let (found, next) = place.database.due(world.campaign.id, &open, count, now()).await.expect("due");
        (found.iter().map(|it| it.contact.account_number.clone()).collect::<Vec<_>>().join(" "), next)
    };
    let some_zone = open(&["America/Chicago", "America/Denver", "unknown", "Asia/Tokyo"]);

    assert_eq!(due(some_zone.clone(), 10).await, ("A4 A1 A0".to_owned(), Some(now() + minutes(3))));
    assert_eq!(due(some_zone, 2).await, ("A4 A1".to_owned(), Some(now() + minutes(3))));
    assert_eq!(due(open(&["America/New_York"]), 10).await, ("A2".to_owned(), None));
    assert_eq!(due(open(&["Asia/Tokyo"]), 10).await, (String::new(), None));
    assert_eq!(due(Vec::new(), 10).await, (String::new(), None));
    let mut known = place.database.zones(world.campaign.id).await.expect("zones");
    known.sort();
    let names = ["America/Chicago", "America/Chicago,America/New_York", "America/Denver", "America/New_York"];
    assert_eq!(known, open(&names));
}

async fn suppressions_come_with_the_due(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(3).await;
    let other = place.database.campaign_apply(&super::world::rules("autumn", "north"), now()).await.unwrap();
    let entry = |n: usize, campaign_id, until_at| Suppression {
        number: contacts[n].numbers[0].number.clone(),
        campaign_id,
        until_at,
        source: "national".to_owned(),
    };
    let here = entry(0, Some(world.campaign.id), Some(now() + minutes(1)));
    let everywhere = entry(1, None, None);
    let elsewhere = entry(2, Some(other.id), None);
    let over = entry(2, None, Some(now()));
    let fence = world.take_over().await;
    let suppressions = vec![here.clone(), everywhere.clone(), elsewhere.clone(), over];
    place.database.commit(fence, &Changes { suppressions, ..Changes::default() }).await.expect("commits");

    let open = [zones("America/Chicago")];
    let (found, _) = place.database.due(world.campaign.id, &open, 10, now()).await.expect("due");
    let said: Vec<_> = found.into_iter().map(|it| it.suppressions).collect();
    assert_eq!(said, [vec![here], vec![everywhere.clone()], vec![]]);
    let one = place.database.contact(contacts[1].id, now()).await.expect("reads").expect("is there");
    assert_eq!((one.contact.id, one.suppressions), (contacts[1].id, vec![everywhere]));
    let asked = place.database.suppressions(&contacts[2].numbers[0].number, now()).await.expect("reads");
    assert_eq!(asked, [elsewhere]);
    assert_eq!(place.database.suppressions(&phone("+13125559999"), now()).await.expect("reads"), []);
}

async fn nothing_is_reserved_twice(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(2).await;
    let fence = world.take_over().await;
    place.database.commit(fence, &reservations([world.reservation(1, 0, &contacts[0])])).await.expect("the first");

    for (what, second) in [
        ("one contact for two agents", world.reservation(2, 1, &contacts[0])),
        ("two contacts for one agent", world.reservation(2, 0, &contacts[1])),
    ] {
        let refused = place.database.commit(fence, &reservations([second])).await;
        assert!(matches!(refused, Err(StoreError::Inconsistency { .. })), "{what}: {refused:?}");
    }
    let call = |n, agent: usize| {
        let attempt = attempt(&world, n, agent, &contacts[0], Phase::Dialing);
        Changes { attempts: [(attempt.id, attempt)].into(), ..reservations([accepted(&world, n, agent, &contacts[0])]) }
    };
    place.database.commit(fence, &call(11, 0)).await.expect("the first call");
    let refused = place.database.commit(fence, &call(12, 1)).await;
    assert!(matches!(refused, Err(StoreError::Inconsistency { .. })), "{refused:?}");
}

async fn a_handover_is_one_commit(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(1).await;
    let fence = world.take_over().await;
    let mut lapsed = world.reservation(9, 0, &contacts[0]);
    place.database.commit(fence, &reservations([lapsed.clone()])).await.expect("the first");

    lapsed.ended = Some(ReservationEnded { at: now(), how: ReservationEnd::LapsedRejected });
    // The new one has the smaller id: what frees the contact must be written first all the same.
    let next = world.reservation(1, 1, &contacts[0]);
    place.database.commit(fence, &reservations([lapsed, next.clone()])).await.expect("the handover");
    let (_, snapshot) = place.database.take_over(world.team_id, now()).await.unwrap();
    assert_eq!(snapshot.reservations, [next]);
}

async fn agents_may_swap_their_phones(place: Place) {
    let world = World::new(&place.database).await;
    let fence = world.take_over().await;
    let at_phones = |phones: [&str; 2]| Changes {
        sessions: (0..2).map(|n| (world.agent_id(n), Some(session(&world, n, phones[n], Activity::Ready)))).collect(),
        ..Changes::default()
    };
    place.database.commit(fence, &at_phones(["1001", "1002"])).await.expect("sign in");
    place.database.commit(fence, &at_phones(["1002", "1001"])).await.expect("swap");
    let refused = place.database.commit(fence, &at_phones(["1001", "1001"])).await;
    assert!(matches!(refused, Err(StoreError::Inconsistency { .. })), "{refused:?}");
    let (_, snapshot) = place.database.take_over(world.team_id, now()).await.unwrap();
    let phones: Vec<_> = snapshot.sessions.iter().map(|session| session.extension.as_str()).collect();
    assert_eq!(phones, ["1002", "1001"]);
}

async fn an_ended_attempt_stays_as_it_is(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(1).await;
    let fence = world.take_over().await;
    let ended = Phase::Ended(Ended {
        answered_at: None,
        hung_up_at: now(),
        ended_at: now(),
        outcome: Outcome::Busy,
        disposition: Disposition::Close { reason: CloseReason::Done },
    });
    let over = attempt(&world, 1, 0, &contacts[0], ended);
    let of = |attempt: Attempt| Changes {
        attempts: [(attempt.id, attempt)].into(),
        ..reservations([accepted(&world, 1, 0, &contacts[0])])
    };
    place.database.commit(fence, &of(over.clone())).await.expect("ends");
    let changed = Attempt { phase: Phase::Dialing, wrap_up_reason: None, ..over.clone() };
    place.database.commit(fence, &of(changed)).await.expect("commits");
    assert_eq!(place.database.attempts_of(contacts[0].id, 10).await.expect("attempts"), [over]);
}

async fn events_are_read_in_order(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(1).await;
    let fence = world.take_over().await;
    let mut events: Vec<_> = (1..=5).map(|seq| world.event(seq, Event::AgentLost)).collect();
    events[1].agent_id = Some(world.agent_id(1));
    events[2] = rappel::domain::event::EventRecord {
        agent_id: None,
        contact_id: Some(contacts[0].id),
        ..world.event(3, Event::ContactReturned { not_before_at: now() + minutes(4) })
    };
    place.database.commit(fence, &Changes { events: events.clone(), ..Changes::default() }).await.expect("commits");

    let read = async |after, agent, rows| place.database.events_after(world.team_id, after, agent, rows).await.unwrap();
    assert_eq!(read(0, None, 100).await, events);
    assert_eq!(read(2, None, 2).await, events[2..4]);
    assert_eq!(read(0, Some(world.agent_id(1)), 100).await, events[1..2]);
    assert_eq!(place.database.events_of(contacts[0].id, 10).await.unwrap(), events[2..3]);
    let again = place.database.commit(fence, &Changes { events, ..Changes::default() }).await;
    assert!(matches!(again, Err(StoreError::Inconsistency { .. })), "a number is given once: {again:?}");
}

async fn a_call_outlives_its_campaign(place: Place) {
    use rappel::domain::campaign::CampaignState;
    let world = World::new(&place.database).await;
    let contacts = world.load(1).await;
    let fence = world.take_over().await;
    let call = attempt(&world, 1, 0, &contacts[0], Phase::Dialing);
    let changes =
        Changes { attempts: [(call.id, call)].into(), ..reservations([accepted(&world, 1, 0, &contacts[0])]) };
    place.database.commit(fence, &changes).await.expect("commits");
    let idle = place.database.campaign_apply(&super::world::rules("idle", "north"), now()).await.unwrap();
    for name in ["spring", "idle"] {
        place.database.campaign_set_state(name, CampaignState::Ended, now()).await.expect("ends");
    }
    let (_, snapshot) = place.database.take_over(world.team_id, now()).await.unwrap();
    let found: Vec<_> = snapshot.campaigns.iter().map(|campaign| campaign.id).collect();
    assert_eq!(found, [world.campaign.id], "and not {}", idle.id);
    assert_eq!(snapshot.contacts.len(), 1);
}

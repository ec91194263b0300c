//! Teams, agents, tokens, campaigns, do-not-call lists, callbacks, as managers handle them.

use rappel::{
    domain::{
        callback::{Callback, CallbackState},
        campaign::CampaignState,
        ids::{AgentId, CampaignId},
        suppression::Suppression,
        wall_time::{Fold, WallTime},
    },
    engine::{input::Notice, output::Changes},
    ports::Store,
    store::{CallbackFilter, Database, Invitation, ManageError, NewToken, Rights, Role, SuppressionFilter},
};

use super::{
    on_every_database,
    world::{Place, World, callback_id, minutes, now, number, phone, rules},
};

on_every_database!(
    a_team_is_made_once,
    agents_have_one_login,
    a_token_is_good_until_it_is_not,
    somebody_signs_in_until_they_may_not,
    a_campaign_lives_one_way,
    rules_are_replaced_within_the_team,
    the_longer_prohibition_stands,
    a_prohibition_is_told_to_whom_it_concerns,
    do_not_call_lists_are_read_in_pages,
    callbacks_are_found,
);

async fn a_team_is_made_once(place: Place) {
    let db = &place.database;
    let north = db.team_named(" north ").await.expect("a team");
    assert_eq!(db.team_named("north").await.expect("the same"), north);
    let south = db.team_named("south").await.expect("another");
    assert_eq!(db.teams().await.expect("teams"), [north, south]);
    for name in ["", "  ", &"x".repeat(101)] {
        assert!(matches!(db.team_named(name).await, Err(ManageError::BadLength { field: "team", .. })));
    }
    assert!(db.take_over(rappel::domain::ids::TeamId(999), now()).await.is_err());
}

async fn agents_have_one_login(place: Place) {
    let db = &place.database;
    let ann = db.agent_add("north", "ann", "Ann", now()).await.expect("an agent");
    let renamed = db.agent_add("north", "ann", "Ann B.", now()).await.expect("the same");
    assert_eq!((renamed.id, renamed.name.as_str()), (ann.id, "Ann B."));
    let refused = db.agent_add("south", "ann", "Another", now()).await;
    assert!(matches!(refused, Err(ManageError::LoginTaken(_))), "{refused:?}");
    let bob = db.agent_add("south", "bob", "Bob", now()).await.expect("an agent");

    assert_eq!(db.agent_by_login("ann").await.expect("reads"), Some(renamed.clone()));
    assert_eq!(db.agent_by_login("cem").await.expect("reads"), None);
    assert_eq!(db.agent(bob.id).await.expect("reads"), Some(bob.clone()));
    assert_eq!(db.agents(None, AgentId(0)).await.expect("reads"), [renamed.clone(), bob.clone()]);
    assert_eq!(db.agents(Some(bob.team_id), AgentId(0)).await.expect("reads"), std::slice::from_ref(&bob));
    assert_eq!(db.agents(None, renamed.id).await.expect("reads"), [bob]);
}

fn new_token(n: u8, role: Role, agent_id: Option<AgentId>) -> NewToken {
    let expires_at = Some(now() + minutes(60));
    NewToken { hash: format!("{n:064x}"), role, agent_id, team_id: None, label: "desk".to_owned(), expires_at }
}

async fn a_token_is_good_until_it_is_not(place: Place) {
    let db = &place.database;
    let ann = db.agent_add("north", "ann", "Ann", now()).await.expect("an agent");
    let new = new_token(1, Role::Agent, Some(ann.id));
    let token = db.token_create(&new, now()).await.expect("a token");
    assert_eq!((token.role, token.agent_id, token.created_at), (Role::Agent, Some(ann.id), now()));
    let find = async |n: u8, at| db.token_find(&format!("{n:064x}"), at).await.expect("reads");
    assert_eq!(find(1, now()).await, Some(token.clone()));
    assert_eq!(find(2, now()).await, None);
    assert_eq!(find(1, now() + minutes(60)).await, None, "it is over");

    assert!(matches!(db.token_create(&new, now()).await, Err(ManageError::TokenTaken)));
    for wrong in [new_token(3, Role::Agent, None), new_token(3, Role::Admin, Some(ann.id))] {
        assert!(matches!(db.token_create(&wrong, now()).await, Err(ManageError::TokenAgentMismatch)));
    }
    let admin = db.token_create(&new_token(4, Role::Admin, None), now()).await.expect("a token");

    let revoked = db.token_revoke(token.id, now() + minutes(1)).await.expect("revokes");
    assert_eq!(revoked.revoked_at, Some(now() + minutes(1)));
    assert_eq!(db.token_revoke(token.id, now() + minutes(2)).await.expect("again"), revoked);
    assert_eq!(find(1, now()).await, None);
    assert!(matches!(db.token_revoke(999, now()).await, Err(ManageError::UnknownToken(999))));
    assert_eq!(db.tokens(0).await.expect("tokens"), [revoked, admin]);
}

async fn somebody_signs_in_until_they_may_not(place: Place) {
    let db = &place.database;
    let invitation = |mark: &str| Invitation { hash: mark.repeat(64), ends_at: now() + minutes(10) };
    let rights = Rights { role: Role::Manager, agent_id: None, team_id: None };
    let vera = db.user_add(" Vera ", &rights, &invitation("a"), now()).await.expect("a user");
    assert_eq!((vera.login.as_str(), vera.has_password), ("vera", false));
    assert!(matches!(db.user_add("VERA", &rights, &invitation("b"), now()).await, Err(ManageError::UserTaken(_))));
    let agent = Rights { role: Role::Agent, ..rights };
    assert!(matches!(db.user_add("x", &agent, &invitation("b"), now()).await, Err(ManageError::TokenAgentMismatch)));
    assert_eq!(db.user_by_login("ver\0a").await.expect("reads").map(|user| user.id), Some(vera.id));

    let (first, second) = ("a".repeat(64), "c".repeat(64));
    assert_eq!(db.user_invited(&first, now()).await.expect("reads").map(|user| user.id), Some(vera.id));
    assert_eq!(db.user_invited(&first, now() + minutes(10)).await.expect("reads"), None, "it is over");
    db.user_invite(vera.id, &invitation("c")).await.expect("invites");
    assert_eq!(db.user_invited(&first, now()).await.expect("reads"), None, "it was replaced");
    let late = db.user_choose_password(vera.id, "$hash", Some(&first), now()).await;
    assert!(matches!(late, Err(ManageError::UnknownUser(_))), "{late:?}");
    let chosen = db.user_choose_password(vera.id, "$hash", Some(&second), now()).await.expect("chooses");
    assert_eq!((chosen.has_password, chosen.invitation_ends_at), (true, None));

    let signs_in =
        async |mark: &str, since| db.user_sign_in(vera.id, &mark.repeat(64), (now() + minutes(5), since), now()).await;
    let is_good = async |mark: &str, at| db.token_find(&mark.repeat(64), at).await.expect("reads").is_some();
    let token = signs_in("d", now()).await.expect("signs in");
    assert_eq!((token.role, token.label.as_str(), token.user_id), (Role::Manager, "vera", Some(vera.id)));
    assert!(is_good("d", now()).await && !is_good("d", now() + minutes(5)).await);
    assert_eq!(db.tokens(0).await.expect("tokens"), [], "this is no access token");
    db.user_sign_out(&"d".repeat(64), now()).await.expect("signs out");
    assert!(!is_good("d", now()).await);
    assert!(db.user_was_signed_in(&"d".repeat(64), "Vera").await.expect("reads"), "a mark that stays");
    assert!(!db.user_was_signed_in(&"d".repeat(64), "lea").await.expect("reads"), "for nobody else");
    signs_in("e", now() + minutes(1)).await.expect("signs in");
    assert!(!db.user_was_signed_in(&"d".repeat(64), "vera").await.expect("reads"), "too long ago");

    let ann = db.agent_add("north", "ann", "Ann", now()).await.expect("an agent");
    let of_ann = Rights { role: Role::Agent, agent_id: Some(ann.id), team_id: Some(ann.team_id) };
    let changed = db.user_change(vera.id, &of_ann, now()).await.expect("changes");
    assert_eq!((changed.role, changed.agent_id, changed.team_id), (Role::Agent, Some(ann.id), Some(ann.team_id)));
    assert!(!is_good("e", now()).await, "what they were signed in with allowed something else");
    let lea = db.user_add("lea", &rights, &invitation("b"), now()).await.expect("another");
    assert!(matches!(db.user_change(lea.id, &of_ann, now()).await, Err(ManageError::UserTaken(_))));
    db.user_change(vera.id, &of_ann, now()).await.expect("it is their own");

    signs_in("f", now()).await.expect("signs in");
    let gone = db.user_disable(vera.id, now()).await.expect("disables");
    assert_eq!((gone.has_password, gone.disabled_at), (false, Some(now())));
    assert!(!is_good("f", now()).await);
    assert_eq!(db.user_by_login("vera").await.expect("reads"), None);
    assert!(signs_in("0", now()).await.is_err());
    assert_eq!(db.users(0).await.expect("reads").len(), 2);
    let back = db.user_invite(vera.id, &invitation("1")).await.expect("invites");
    assert_eq!((back.disabled_at, back.has_password), (None, false));
}

async fn a_campaign_lives_one_way(place: Place) {
    use CampaignState::{Draft, Ended, Paused, Running};
    let db = &place.database;
    let states = [Draft, Running, Paused, Ended];
    for (n, (from, path)) in
        [(Draft, vec![]), (Running, vec![Running]), (Paused, vec![Running, Paused]), (Ended, vec![Ended])]
            .into_iter()
            .enumerate()
    {
        for (m, to) in states.into_iter().enumerate() {
            let name = format!("c{n}{m}");
            db.campaign_apply(&rules(&name, "north"), now()).await.expect("a draft");
            for step in &path {
                db.campaign_set_state(&name, *step, now()).await.expect("a step");
            }
            let moved = db.campaign_set_state(&name, to, now() + minutes(1)).await;
            let stored = db.campaign_named(&name).await.expect("reads").expect("is there");
            if from.may_become(to) {
                assert_eq!((stored.state, stored.changed_at), (to, now() + minutes(1)));
                assert_eq!(moved.expect("moves"), stored);
            } else {
                assert!(
                    matches!(moved, Err(ManageError::CampaignCannotBecome { .. })),
                    "{from:?} to {to:?}: {moved:?}"
                );
                assert_eq!(stored.state, from);
            }
        }
    }
    let unknown = db.campaign_set_state("none", Running, now()).await;
    assert!(matches!(unknown, Err(ManageError::UnknownCampaign(_))), "{unknown:?}");
}

async fn rules_are_replaced_within_the_team(place: Place) {
    let db = &place.database;
    let campaign = db.campaign_apply(&rules("spring", "north"), now()).await.expect("a draft");
    assert_eq!(campaign.state, CampaignState::Draft);
    db.campaign_set_state("spring", CampaignState::Running, now()).await.expect("runs");
    let mut new = rules("spring", "north");
    new.description.push_str("Renewals");
    let changed = db.campaign_apply(&new, now() + minutes(1)).await.expect("applies");
    assert_eq!(
        (changed.id, changed.state, changed.changed_at),
        (campaign.id, CampaignState::Running, now() + minutes(1))
    );
    assert_eq!(changed.rules, new);
    assert_eq!(db.campaign_named("spring").await.expect("reads"), Some(changed.clone()));
    let refused = db.campaign_apply(&rules("spring", "south"), now()).await;
    assert!(matches!(refused, Err(ManageError::CampaignTeamFixed { .. })), "{refused:?}");
    let other = db.campaign_apply(&rules("autumn", "south"), now()).await.expect("a draft");
    assert_eq!(db.campaigns(CampaignId(0)).await.expect("reads"), [changed.clone(), other.clone()]);
    assert_eq!(db.campaigns(changed.id).await.expect("reads"), std::slice::from_ref(&other));
    assert_eq!(db.all_campaigns().await.expect("reads"), [changed, other]);
    db.campaign_set_state("spring", CampaignState::Ended, now()).await.expect("ends");
    let refused = db.campaign_apply(&new, now()).await;
    assert!(matches!(refused, Err(ManageError::CampaignEnded(_))), "{refused:?}");
}

fn entry(n: u32, campaign_id: Option<CampaignId>, until_minutes: Option<i64>) -> Suppression {
    Suppression {
        number: phone(&super::world::number_of(n)),
        campaign_id,
        until_at: until_minutes.map(|span| now() + minutes(span)),
        source: format!("list {}", until_minutes.unwrap_or(0)),
    }
}

async fn the_longer_prohibition_stands(place: Place) {
    let db = &place.database;
    let number = phone(&super::world::number_of(1));
    let add = async |entries: &[Suppression]| db.suppress_add(entries, now()).await.expect("adds");
    let standing = async || db.suppressions(&number, now()).await.expect("reads");

    assert_eq!(add(&[entry(1, None, Some(10)), entry(1, None, Some(20))]).await, 1);
    assert_eq!(standing().await, [entry(1, None, Some(20))]);
    assert_eq!(add(&[entry(1, None, Some(15))]).await, 0);
    assert_eq!(standing().await, [entry(1, None, Some(20))]);
    assert_eq!(add(&[entry(1, None, None)]).await, 1);
    assert_eq!(add(&[entry(1, None, Some(1000))]).await, 0);
    assert_eq!(standing().await, [entry(1, None, None)]);

    assert!(db.suppress_remove(&number, None, now()).await.expect("removes"));
    assert!(!db.suppress_remove(&number, None, now()).await.expect("is gone"));
    assert_eq!(standing().await, []);
}

async fn notices(db: &Database, world: &World) -> Vec<Notice> {
    let found = db.notices(world.team_id, 0).await.expect("notices");
    found.into_iter().map(|(_, notice)| notice).collect()
}

async fn a_prohibition_is_told_to_whom_it_concerns(place: Place) {
    let db = &place.database;
    let world = World::new(db).await;
    let south = db.campaign_apply(&rules("autumn", "south"), now()).await.expect("a campaign");
    world.take_over().await;
    let (all, here, there) =
        (entry(1, None, None), entry(2, Some(world.campaign.id), None), entry(3, Some(south.id), None));
    db.suppress_add(&[all.clone(), here.clone(), there], now()).await.expect("adds");
    assert_eq!(notices(db, &world).await, [Notice::Suppressed { entries: vec![all.clone(), here.clone()] }]);
    db.suppress_remove(&here.number, here.campaign_id, now()).await.expect("removes");
    assert_eq!(notices(db, &world).await[1..], [Notice::Suppressed { entries: vec![] }]);
    let refused = db.suppress_add(&[entry(1, Some(CampaignId(999)), None)], now()).await;
    assert!(matches!(refused, Err(ManageError::UnknownCampaign(_))), "{refused:?}");
    let stored = db.suppressions(&all.number, now()).await.expect("reads");
    assert_eq!(stored, [all], "a refused entry is not stored");
}

async fn do_not_call_lists_are_read_in_pages(place: Place) {
    let db = &place.database;
    let world = World::new(db).await;
    let mut all: Vec<_> = (0..2500).map(|n| entry(n, None, None)).collect();
    all.push(entry(7, Some(world.campaign.id), Some(5)));
    assert_eq!(db.suppress_add(&all, now()).await.expect("adds"), 2501);
    all.sort_by_key(|it| (it.number.clone(), it.campaign_id));
    let mut filter = SuppressionFilter::default();
    let mut read = Vec::new();
    loop {
        let page = db.suppress_list(&filter, 700).await.expect("a page");
        let Some(last) = page.last() else { break };
        filter.after = Some((last.number.clone(), last.campaign_id));
        read.extend(page);
    }
    assert_eq!(read, all);
    let of = async |filter| db.suppress_list(&filter, 10).await.expect("a page");
    let number = Some(phone(&super::world::number_of(7)));
    assert_eq!(of(SuppressionFilter { number, ..SuppressionFilter::default() }).await, all[7..9]);
    let campaign_id = Some(world.campaign.id);
    assert_eq!(of(SuppressionFilter { campaign_id, ..SuppressionFilter::default() }).await, all[8..9]);
    let source = Some("list 5".to_owned());
    assert_eq!(of(SuppressionFilter { source, ..SuppressionFilter::default() }).await, all[8..9]);
}

async fn callbacks_are_found(place: Place) {
    let db = &place.database;
    let world = World::new(db).await;
    let contacts = world.load(3).await;
    let fence = world.take_over().await;
    let promise = |n: u32, owner: Option<usize>, state| Callback {
        id: callback_id(u128::from(n)),
        contact_id: contacts[n as usize].id,
        campaign_id: world.campaign.id,
        number: number(&super::world::number_of(n), "America/Chicago"),
        wall_time: WallTime {
            at: jiff::civil::date(2026, 11, 24).at(9, 30, 0, 0),
            zone: "America/Chicago".parse().expect("a zone"),
            fold: Fold::Earlier,
        },
        zone_stated_by_agent: false,
        promised_at: now() + minutes(i64::from(n)),
        due_at: now() + minutes(i64::from(n)),
        tzdb_version: "2026f".to_owned(),
        owner_id: owner.map(|agent| world.agent_id(agent)),
        promised_by: world.agent_id(0),
        state,
        missed_at: None,
    };
    let all = [
        promise(0, Some(0), CallbackState::Scheduled),
        promise(1, Some(1), CallbackState::Kept),
        promise(2, None, CallbackState::Scheduled),
    ];
    let callbacks = all.iter().map(|it| (it.id, it.clone())).collect();
    db.commit(fence, &Changes { callbacks, ..Changes::default() }).await.expect("commits");

    let find = async |filter| db.callbacks(filter, 10).await.expect("reads");
    let none = CallbackFilter::default();
    assert_eq!(find(none).await, all);
    assert_eq!(find(CallbackFilter { state: Some(CallbackState::Kept), ..none }).await, all[1..2]);
    assert_eq!(find(CallbackFilter { agent_id: Some(world.agent_id(1)), ..none }).await, all[1..2]);
    assert_eq!(find(CallbackFilter { contact_id: Some(contacts[2].id), ..none }).await, all[2..]);
    assert_eq!(find(CallbackFilter { after: Some(all[0].id), ..none }).await, all[1..]);
    assert_eq!(
        find(CallbackFilter { team_id: Some(world.team_id), campaign_id: Some(world.campaign.id), ..none }).await,
        all
    );
    assert_eq!(find(CallbackFilter { team_id: Some(rappel::domain::ids::TeamId(999)), ..none }).await, []);
    assert_eq!(db.callback(all[1].id).await.expect("reads"), Some(all[1].clone()));
    let (_, snapshot) = db.take_over(world.team_id, now()).await.expect("takes over");
    assert_eq!(snapshot.callbacks, [all[0].clone(), all[2].clone()]);
}

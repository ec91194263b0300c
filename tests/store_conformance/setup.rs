//! What is set up for the agents of teams: reasons to choose from, queues to answer.

use std::{num::NonZeroU16, sync::Arc};

use rappel::{
    domain::{
        ids::{QueueId, ReasonId, TeamId},
        queue::{QueueRules, QueueState},
        reason::{LabelProblem, Reason, ReasonKind},
        zone_rules::ZoneRules,
    },
    engine::{
        Engine, Settings,
        input::{Input, Notice},
    },
    ports::Store,
    store::{Database, ManageError, NewReason},
};
use serde_json::json;

use super::{
    on_every_database,
    world::{Place, minutes, now},
};

on_every_database!(
    a_reason_has_one_code_and_one_label,
    only_labels_for_people_are_stored,
    reasons_are_told_to_whom_they_are_assigned,
    two_who_take_one_label_do_not_both_get_it,
    a_queue_is_closed_opened_and_changed,
    a_queue_stays_with_its_team,
    queues_are_told_to_their_team,
    an_engine_knows_what_was_set_up_before_it_and_what_comes_after,
);

fn reason(kind: ReasonKind, code: u16, label: &str, team_id: Option<TeamId>) -> NewReason {
    NewReason { kind, code: NonZeroU16::new(code).expect("a code"), label: label.to_owned(), team_id }
}

async fn team(db: &Database, name: &str) -> TeamId {
    db.team_named(name).await.expect("a team").id
}

async fn notices(db: &Database, team_id: TeamId) -> Vec<Notice> {
    let found = db.notices(team_id, 0).await.expect("notices");
    found.into_iter().map(|(_, notice)| notice).collect()
}

async fn a_reason_has_one_code_and_one_label(place: Place) {
    use ReasonKind::{NotReady, WrapUp};
    let db = &place.database;
    let (north, south) = (team(db, "north").await, team(db, "south").await);
    let add = async |kind, code, label: &str, team_id| db.reason_add(&reason(kind, code, label, team_id), now()).await;

    let lunch = add(NotReady, 7, " Lunch ", None).await.expect("a reason");
    let stored = Reason { id: lunch.id, kind: NotReady, code: 7, label: "Lunch".to_owned(), team_id: None };
    assert_eq!(lunch, stored);
    let sale = add(WrapUp, 7, "Sale", Some(north)).await.expect("another kind has its own codes");
    let south_sale = add(WrapUp, 65_535, "Sale", Some(south)).await.expect("another team has its own labels");

    let refused = add(WrapUp, 7, "No sale", Some(south)).await;
    assert!(matches!(refused, Err(ManageError::ReasonCodeTaken(7))), "{refused:?}");
    for team_id in [Some(north), None] {
        let refused = add(WrapUp, 8, "Sale", team_id).await;
        assert!(matches!(refused, Err(ManageError::ReasonLabelTaken { code: 7, .. })), "{refused:?}");
    }
    let refused = add(NotReady, 8, "Lunch", Some(south)).await;
    assert!(matches!(refused, Err(ManageError::ReasonLabelTaken { code: 7, .. })), "{refused:?}");

    assert_eq!(db.reason(sale.id).await.expect("reads"), Some(sale.clone()));
    assert_eq!(db.reasons().await.expect("reads"), [lunch.clone(), sale.clone(), south_sale.clone()]);
    assert_eq!(db.reasons_of(south).await.expect("reads"), [lunch.clone(), south_sale]);

    assert_eq!(db.reason_remove(sale.id, now()).await.expect("removes"), sale);
    let refused = db.reason_remove(sale.id, now()).await;
    assert!(matches!(refused, Err(ManageError::UnknownReason(id)) if id == sale.id), "{refused:?}");
    assert_eq!(db.reasons_of(north).await.expect("reads"), [lunch]);
    add(WrapUp, 7, "Sale", Some(north)).await.expect("code and label are free again");
}

async fn only_labels_for_people_are_stored(place: Place) {
    let db = &place.database;
    for (kind, label, problem) in [
        (ReasonKind::WrapUp, " ", LabelProblem::Length),
        (ReasonKind::WrapUp, &*"x".repeat(41), LabelProblem::Length),
        (ReasonKind::NotReady, "a\0b", LabelProblem::Unseen),
        (ReasonKind::NotReady, "call_not_answered", LabelProblem::Reserved),
    ] {
        let refused = db.reason_add(&reason(kind, 1, label, None), now()).await;
        assert!(matches!(refused, Err(ManageError::BadReasonLabel(why)) if why == problem), "{label}: {refused:?}");
    }
    let longest = "\u{1f600}".repeat(40);
    let kept = db.reason_add(&reason(ReasonKind::WrapUp, 1, &longest, None), now()).await.expect("a reason");
    assert_eq!(kept.label, longest);
    assert_eq!(db.reasons().await.expect("reads"), [kept]);
}

async fn reasons_are_told_to_whom_they_are_assigned(place: Place) {
    let db = &place.database;
    let (north, south) = (team(db, "north").await, team(db, "south").await);
    let all = db.reason_add(&reason(ReasonKind::WrapUp, 1, "Sale", None), now()).await.expect("a reason");
    let mine = db.reason_add(&reason(ReasonKind::NotReady, 1, "Lunch", Some(north)), now()).await.expect("a reason");
    let told = |reasons: &[&Reason]| Notice::ReasonsChanged { reasons: reasons.iter().copied().cloned().collect() };
    assert_eq!(notices(db, north).await, [told(&[&all]), told(&[&mine, &all])]);
    assert_eq!(notices(db, south).await, [told(&[&all])]);

    let refused = db.reason_add(&reason(ReasonKind::WrapUp, 1, "No sale", None), now()).await;
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(notices(db, south).await.len(), 1, "what is refused is not told");
    db.reason_remove(all.id, now()).await.expect("removes");
    assert_eq!(notices(db, north).await[2..], [told(&[&mine])]);
    assert_eq!(notices(db, south).await[1..], [told(&[])]);

    for (team_id, reasons) in [(north, vec![mine]), (south, vec![]), (team(db, "west").await, vec![])] {
        let (_, snapshot) = db.take_over(team_id, now()).await.expect("takes over");
        assert_eq!(snapshot.reasons, reasons);
    }
}

async fn two_who_take_one_label_do_not_both_get_it(place: Place) {
    let db = &place.database;
    let north = team(db, "north").await;
    team(db, "south").await;
    let adds = (1..=8).map(|code| async move {
        let team_id = (code % 2 == 0).then_some(north);
        db.reason_add(&reason(ReasonKind::WrapUp, code, "Sale", team_id), now()).await
    });
    let added = futures_util::future::join_all(adds).await;
    let (made, refused): (Vec<_>, Vec<_>) = added.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1, "{made:?}");
    for refused in refused {
        assert!(matches!(refused, Err(ManageError::ReasonLabelTaken { .. })), "{refused:?}");
    }
}

fn rules(name: &str, team: &str) -> QueueRules {
    serde_json::from_value(json!({"name": name, "team": team})).expect("rules")
}

async fn a_queue_is_closed_opened_and_changed(place: Place) {
    let db = &place.database;
    let made = db.queue_apply(&rules("support", "north"), now()).await.expect("a queue");
    assert_eq!((made.state, made.changed_at), (QueueState::Closed, now()));
    let later = now() + minutes(1);
    let open = db.queue_set_state("support", QueueState::Open, later).await.expect("opens");
    assert_eq!((open.id, open.state, open.changed_at), (made.id, QueueState::Open, later));

    let new = QueueRules { priority: 70, fields: vec!["Spr\u{e5}k".to_owned()], ..rules("support", "north") };
    let changed = db.queue_apply(&new, later).await.expect("changes");
    assert_eq!((changed.id, changed.state, &changed.rules), (made.id, QueueState::Open, &new));
    assert_eq!(db.queue_named("support").await.expect("reads"), Some(changed.clone()));
    let closed = db.queue_set_state("support", QueueState::Closed, later).await.expect("closes");
    assert_eq!(closed.state, QueueState::Closed);

    let other = db.queue_apply(&rules("billing", "south"), now()).await.expect("a queue");
    assert_eq!(db.queues(QueueId(0)).await.expect("reads"), [closed.clone(), other.clone()]);
    assert_eq!(db.queues(closed.id).await.expect("reads"), [other]);
    assert_eq!(db.queue_named("none").await.expect("reads"), None);
    let refused = db.queue_set_state("none", QueueState::Open, now()).await;
    assert!(matches!(refused, Err(ManageError::UnknownQueue(_))), "{refused:?}");
}

async fn a_queue_stays_with_its_team(place: Place) {
    let db = &place.database;
    let made = db.queue_apply(&rules("support", "north"), now()).await.expect("a queue");
    let refused = db.queue_apply(&rules("support", "south"), now()).await;
    assert!(matches!(&refused, Err(ManageError::QueueTeamFixed { team, .. }) if team == "north"), "{refused:?}");
    assert_eq!(db.queue_named("support").await.expect("reads"), Some(made));
    assert!(db.reason_remove(ReasonId(1), now()).await.is_err());
}

async fn queues_are_told_to_their_team(place: Place) {
    let db = &place.database;
    let (north, south) = (team(db, "north").await, team(db, "south").await);
    let made = db.queue_apply(&rules("support", "north"), now()).await.expect("a queue");
    let open = db.queue_set_state("support", QueueState::Open, now()).await.expect("opens");
    let told = |queue: &rappel::domain::queue::Queue| Notice::QueueChanged { queue: Box::new(queue.clone()) };
    assert_eq!(notices(db, north).await, [told(&made), told(&open)]);
    assert_eq!(notices(db, south).await, []);
    let (_, snapshot) = db.take_over(north, now()).await.expect("takes over");
    assert_eq!(snapshot.queues, [open]);
    assert_eq!(notices(db, north).await, [], "what the snapshot holds is not told again");
    let (_, snapshot) = db.take_over(south, now()).await.expect("takes over");
    assert_eq!(snapshot.queues, []);
}

async fn an_engine_knows_what_was_set_up_before_it_and_what_comes_after(place: Place) {
    let db = &place.database;
    let north = team(db, "north").await;
    let sale = db.reason_add(&reason(ReasonKind::WrapUp, 1, "Sale", None), now()).await.expect("a reason");
    let support = db.queue_apply(&rules("support", "north"), now()).await.expect("a queue");
    let (_, snapshot) = db.take_over(north, now()).await.expect("takes over");
    let mut engine = Engine::restore(north, Settings::default(), Arc::new(ZoneRules::bundled()), 1, snapshot, now());
    assert_eq!((engine.reasons(), engine.queue(support.id)), (&[sale.clone()][..], Some(&support)));

    let lunch = db.reason_add(&reason(ReasonKind::NotReady, 1, "Lunch", Some(north)), now()).await.expect("a reason");
    db.reason_remove(sale.id, now()).await.expect("removes");
    let open = db.queue_set_state("support", QueueState::Open, now()).await.expect("opens");
    let billing = db.queue_apply(&rules("billing", "north"), now()).await.expect("a queue");
    for notice in notices(db, north).await {
        engine.handle(now(), Input::Notice(notice));
    }
    assert_eq!(engine.reasons(), [lunch]);
    assert_eq!((engine.queue(open.id), engine.queue(billing.id)), (Some(&open), Some(&billing)));
}

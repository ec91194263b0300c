//! T8: give a wrap-up reason.

use rappel::engine::output::Order;
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Call, Desk, Floor, WRAP_UP, instant};

/// Labels a call.
async fn labels(desk: &Desk, call: &Call, reason: &str) {
    desk.acts_with(call.id, "apply_wrap_up_reason", json!({ "reason": reason })).await;
    assert_eq!(desk.sees(call.id).await["wrap_up_reason"], reason);
}

async fn may_label(desk: &Desk, call: &Call) -> bool {
    desk.may(call.id).await.contains(&"apply_wrap_up_reason".to_owned())
}

/// An agent who talks with a customer, by these rules for the time after the call.
async fn talking(rules: &str) -> (Floor, Desk, Call) {
    let mut floor = Floor::new().await;
    floor.campaign(rules, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    (floor, kim, call)
}

/// Talks with a caller of the queue, by these rules for the time after the call.
async fn caller(rules: &str) -> (Floor, Desk, Call) {
    let mut floor = Floor::new().await;
    floor.queue(rules).await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    let call = floor.inbound(&mut kim).await;
    (floor, kim, call)
}

#[tokio::test]
async fn t08_1_for_calls_that_the_centre_routed_or_started() {
    for inbound in [false, true] {
        let (mut floor, mut kim, call) = if inbound { caller(WRAP_UP).await } else { talking(WRAP_UP).await };
        let dialog = kim.sees(call.id).await;
        assert_eq!(dialog["wrap_up_reasons"], json!(["Sale", "No interest"]));
        labels(&kim, &call, "Sale").await;
        let heard = kim.hears("wrap_up_reason_applied", json!({ "dialog_id": call.id })).await;
        assert_eq!(heard["reason"], "Sale");
        floor.over(call.line).await;
        kim.becomes("wrap_up").await;
        assert_eq!(kim.sees(call.id).await["wrap_up_reason"], "Sale");
        if !inbound {
            kim.ready().await;
            floor.board.until("attempt_ended").await;
            let contacts = floor.managed("supervisor", Method::GET, "/v1/campaigns/spring/contacts", None).await;
            let path = format!("/v1/contacts/{}/attempts", contacts[0]["id"]);
            let attempts = floor.managed("supervisor", Method::GET, &path, None).await;
            assert_eq!(attempts[0]["wrap_up_reason"], "Sale");
        }
    }
}

#[tokio::test]
async fn t08_1_not_for_calls_that_agents_made() {
    let mut floor = Floor::new().await;
    // Even where the team has reasons.
    floor.reason("wrap_up", 1, "Sale").await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    let placed = floor.placed(&mut kim, "312-555-0199").await;
    let consult = floor.colleague_consulted(&kim, &placed, &mut lee).await;
    for call in [&placed, &consult] {
        assert_eq!(kim.sees(call.id).await["wrap_up_reasons"], json!([]));
        for act in ["apply_wrap_up_reason", "wrap_up"] {
            assert!(!kim.may(call.id).await.contains(&act.to_owned()));
            assert_eq!(kim.cannot(call.id, act).await, (403, "wrap_up_not_allowed".to_owned()), "{act}");
        }
    }
    kim.acts(consult.id, "end").await;
    floor.over(placed.line).await;
    kim.is_in("not_ready").await;
    lee.is_in("not_ready").await;
    // Between colleagues.
    kim.done(Method::POST, "dialogs", Some(json!({ "typed": "1002" }))).await;
    floor.world.orders_left();
    let id = super::floor::dialog_id(&kim.view().await["dialogs"][0]["dialog_id"]);
    lee.hears("call_offered", json!({ "dialog_id": id })).await;
    floor.answers(&mut lee, id).await;
    for desk in [&kim, &lee] {
        assert_eq!(desk.cannot(id, "apply_wrap_up_reason").await, (403, "wrap_up_not_allowed".to_owned()));
    }
    lee.acts(id, "end").await;
    for desk in [&kim, &lee] {
        desk.is_in("not_ready").await;
    }
}

#[tokio::test]
async fn t08_2_reasons_are_created_and_assigned_and_without_any_there_is_no_such_feature() {
    let (mut floor, kim, call) = talking("[wrap_up]\nmode = \"required\"\nseconds_max = 600\n").await;
    assert_eq!(kim.sees(call.id).await["wrap_up_reasons"], json!([]));
    assert!(!may_label(&kim, &call).await);
    assert_eq!(kim.cannot(call.id, "apply_wrap_up_reason").await, (409, "not_in_this_call".to_owned()));
    assert_eq!(kim.done(Method::GET, "reasons", None).await["wrap_up"], json!([]));
    // Another team's are not theirs; those of the team and those for all are, at once.
    floor.managed("admin", Method::POST, "/v1/teams", Some(json!({ "name": "other" }))).await;
    for (code, label, team) in [(1, "Theirs", Some("other")), (2, "Sale", Some("sales")), (3, "For all", None)] {
        let reason = json!({ "kind": "wrap_up", "code": code, "label": label, "team": team });
        floor.managed("admin", Method::POST, "/v1/reasons", Some(reason)).await;
    }
    floor.known().await;
    assert_eq!(kim.sees(call.id).await["wrap_up_reasons"], json!(["Sale", "For all"]));
    assert!(may_label(&kim, &call).await);
    for (reason, code) in
        [("Theirs", "unknown_wrap_up_reason"), ("", "unknown_wrap_up_reason"), ("sale", "unknown_wrap_up_reason")]
    {
        let refused = kim.cannot_with(call.id, "apply_wrap_up_reason", Some(json!({ "reason": reason }))).await;
        assert_eq!(refused, (422, code.to_owned()), "{reason}");
    }
    for body in [json!({}), json!({ "reason": 1 }), json!({ "reason": "Sale", "more": 1 }), json!("Sale")] {
        let refused = kim.cannot_with(call.id, "apply_wrap_up_reason", Some(body.clone())).await;
        assert_eq!(refused, (422, "bad_value".to_owned()), "{body}");
    }
    labels(&kim, &call, "For all").await;
    labels(&kim, &call, "Sale").await;
    // Removed from now on; the call keeps what was said.
    let reasons = floor.managed("admin", Method::GET, "/v1/reasons", None).await;
    for reason in reasons.as_array().unwrap() {
        floor.managed("admin", Method::DELETE, &format!("/v1/reasons/{}", reason["id"]), None).await;
    }
    floor.known().await;
    assert!(!may_label(&kim, &call).await);
    assert_eq!(kim.sees(call.id).await["wrap_up_reason"], "Sale");
}

#[tokio::test]
async fn t08_3_all_agents_on_the_call_see_it() {
    let (mut floor, mut kim, call) = talking(WRAP_UP).await;
    let mut lee = floor.lee().await;
    labels(&kim, &call, "No interest").await;
    floor.conference(&kim, &mut lee, &call).await;
    assert_eq!(lee.sees(call.id).await["wrap_up_reason"], "No interest", "whoever joins sees what was said");
    labels(&lee, &call, "Sale").await;
    for desk in [&mut kim, &mut lee] {
        desk.hears("wrap_up_reason_applied", json!({ "dialog_id": call.id, "reason": "Sale" })).await;
        assert_eq!(desk.sees(call.id).await["wrap_up_reason"], "Sale");
    }
    // Nobody else.
    let noa = floor.noa().await;
    assert_eq!(noa.cannot(call.id, "apply_wrap_up_reason").await, (409, "call_gone".to_owned()));
    // Kim leaves and wraps up, Lee goes on: it is still one call.
    kim.acts(call.id, "end").await;
    kim.is_in("wrap_up").await;
    labels(&kim, &call, "No interest").await;
    lee.hears("wrap_up_reason_applied", json!({ "dialog_id": call.id, "reason": "No interest" })).await;
    assert_eq!(lee.sees(call.id).await["wrap_up_reason"], "No interest");
    labels(&lee, &call, "Sale").await;
    kim.hears("wrap_up_reason_applied", json!({ "dialog_id": call.id, "reason": "Sale" })).await;
    assert_eq!(kim.sees(call.id).await["wrap_up_reason"], "Sale");
}

#[tokio::test]
async fn t08_4_during_the_call_and_after_its_normal_end() {
    let (floor, mut kim, call) = talking(WRAP_UP).await;
    labels(&kim, &call, "Sale").await;
    kim.acts(call.id, "hold").await;
    labels(&kim, &call, "No interest").await;
    floor.over(call.line).await;
    kim.becomes("wrap_up").await;
    assert_eq!(kim.phase(call.id).await, "wrapping_up");
    kim.may_only(call.id, &["apply_wrap_up_reason", "reclassify", "schedule_callback", "state_zone"]).await;
    labels(&kim, &call, "Sale").await;
    kim.ready().await;
    assert_eq!(kim.cannot(call.id, "apply_wrap_up_reason").await, (409, "call_gone".to_owned()), "never after");
}

#[tokio::test]
async fn t08_4_not_before_anybody_answered() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.dialing(&mut kim).await;
    assert!(!may_label(&kim, &call).await);
    assert_eq!(kim.cannot(call.id, "apply_wrap_up_reason").await, (409, "not_in_this_call".to_owned()));
    assert_eq!(kim.cannot(call.id, "wrap_up").await, (409, "not_in_this_call".to_owned()));
}

#[tokio::test]
async fn t08_4_after_a_transfer_and_after_leaving_a_conference() {
    for leaves in ["transfer", "direct_transfer", "conference"] {
        let (mut floor, mut kim, call) = talking(WRAP_UP).await;
        let mut lee = floor.lee().await;
        match leaves {
            "transfer" => {
                floor.colleague_consulted(&kim, &call, &mut lee).await;
                kim.acts(call.id, "transfer").await;
            }
            "direct_transfer" => {
                kim.acts_with(call.id, "direct_transfer", json!({ "typed": "1002" })).await;
                floor.world.orders_left();
                floor.answers(&mut lee, call.id).await;
            }
            _ => {
                floor.conference(&kim, &mut lee, &call).await;
                kim.acts(call.id, "end").await;
            }
        }
        kim.becomes("wrap_up").await;
        assert_eq!(kim.phase(call.id).await, "wrapping_up", "{leaves}");
        labels(&kim, &call, "Sale").await;
        lee.hears("wrap_up_reason_applied", json!({ "reason": "Sale" })).await;
        kim.ready().await;
        assert_eq!(kim.cannot(call.id, "apply_wrap_up_reason").await, (409, "call_gone".to_owned()), "{leaves}");
        // The call goes on, and its other agent wraps up at its end.
        lee.is_in("talking").await;
        floor.over(call.line).await;
        lee.becomes("wrap_up").await;
        labels(&lee, &call, "No interest").await;
        lee.not_ready("lunch").await;
        let ended = floor.board.until("attempt_ended").await;
        assert_eq!(ended["outcome"]["kind"], "voice");
        assert_eq!(lee.cannot(call.id, "apply_wrap_up_reason").await, (409, "call_gone".to_owned()), "{leaves}");
    }
}

#[tokio::test]
async fn t08_5_where_it_is_required_wrap_up_comes_by_itself() {
    for inbound in [false, true] {
        let (floor, mut kim, call) = if inbound { caller(WRAP_UP).await } else { talking(WRAP_UP).await };
        kim.acts(call.id, "end").await;
        floor.over(call.line).await;
        let changed = kim.becomes("wrap_up").await;
        assert_eq!(changed["was"], "talking");
        assert_eq!((kim.state().await.as_str(), kim.dialogs().await), ("wrap_up", 1));
        // Nobody calls them meanwhile.
        let lee = floor.lee().await;
        let refused = lee.refused(Method::POST, "dialogs", Some(json!({ "typed": "1001" }))).await;
        assert_eq!(refused, (409, "colleague_busy".to_owned()));
        assert_eq!(kim.refused(Method::DELETE, "session", None).await, (409, "wrong_state".to_owned()));
    }
}

#[tokio::test]
async fn t08_5_where_it_is_optional_the_agent_picks_it_during_the_call() {
    let rules = "[wrap_up]\nmode = \"optional\"\nseconds_max = 600\n";
    for picked in [true, false] {
        let (floor, mut kim, call) = talking(rules).await;
        assert!(kim.may(call.id).await.contains(&"wrap_up".to_owned()));
        if picked {
            let view = kim.acts(call.id, "wrap_up").await;
            assert_eq!((&view["state"], &view["wrap_up_pending"]), (&json!("talking"), &json!(true)));
            // A second click means the same.
            assert_eq!(kim.acts(call.id, "wrap_up").await["wrap_up_pending"], true);
            kim.hears("agent_state_changed", json!({ "was": "talking", "state": "talking" })).await;
        }
        floor.over(call.line).await;
        kim.becomes(if picked { "wrap_up" } else { "ready" }).await;
        assert_eq!(kim.view().await["wrap_up_pending"], false, "it is not pending any more");
    }
}

#[tokio::test]
async fn t08_5_where_it_is_not_allowed_there_is_none() {
    let (floor, mut kim, call) = talking("[wrap_up]\nmode = \"not_allowed\"\n").await;
    assert!(!kim.may(call.id).await.contains(&"wrap_up".to_owned()));
    assert_eq!(kim.cannot(call.id, "wrap_up").await, (403, "wrap_up_not_allowed".to_owned()));
    floor.over(call.line).await;
    kim.becomes("ready").await;
}

#[tokio::test]
async fn t08_6_the_state_that_follows_can_be_chosen_first() {
    let (mut floor, mut kim, call) = talking("[wrap_up]\nmode = \"optional\"\nseconds_max = 1\n").await;
    kim.not_ready("lunch").await;
    kim.acts(call.id, "wrap_up").await;
    let view = kim.view().await;
    let pending = json!({ "state": "not_ready", "reason": "lunch" });
    assert_eq!((&view["pending"], &view["wrap_up_pending"]), (&pending, &json!(true)));
    floor.over(call.line).await;
    let changed = kim.becomes("wrap_up").await;
    assert_eq!(changed["pending"], pending, "it stays pending through wrap-up");
    let left = kim.becomes("not_ready").await;
    assert_eq!((&left["was"], &left["reason"], &left["pending"]), (&json!("wrap_up"), &json!("lunch"), &Value::Null));
    assert!(instant(&left["at"]) >= instant(&changed["wrap_up_ends_at"]), "when the timer ends, not before");
    floor.board.until("attempt_ended").await;
}

#[tokio::test]
async fn t08_7_wrap_up_ends_with_a_choice_or_with_its_timer() {
    for choice in ["ready", "not_ready", "timer"] {
        let seconds = if choice == "timer" { 1 } else { 600 };
        let (mut floor, mut kim, call) =
            talking(&format!("[wrap_up]\nmode = \"required\"\nseconds_max = {seconds}\n")).await;
        floor.over(call.line).await;
        let changed = kim.becomes("wrap_up").await;
        match choice {
            "ready" => kim.ready().await,
            "not_ready" => drop(kim.not_ready("lunch").await),
            _ => {}
        }
        let state = if choice == "not_ready" { "not_ready" } else { "ready" };
        let left = kim.hears("agent_state_changed", json!({ "was": "wrap_up", "state": state })).await;
        assert_eq!(instant(&left["at"]) >= instant(&changed["wrap_up_ends_at"]), choice == "timer", "{choice}");
        assert_eq!(kim.dialogs().await, 0, "{choice}");
        floor.board.until("attempt_ended").await;
        floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    }
}

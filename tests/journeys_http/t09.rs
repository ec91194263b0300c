//! T9: forced wrap-up.

use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Call, Desk, Floor, instant};

fn forced(seconds: u32) -> String {
    format!("[wrap_up]\nmode = \"required_with_reason\"\nseconds_max = {seconds}\nreasons = [\"Sale\"]\n")
}

async fn wraps_up(seconds: u32) -> (Floor, Desk, Call, Value) {
    let mut floor = Floor::new().await;
    floor.campaign(&forced(seconds), &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    floor.over(call.line).await;
    let changed = kim.becomes("wrap_up").await;
    (floor, kim, call, changed)
}

#[tokio::test]
async fn t09_1_leaving_without_a_reason_is_refused_with_the_sentence() {
    let (_floor, mut kim, call, _) = wraps_up(600).await;
    for wanted in [json!({ "state": "ready" }), json!({ "state": "not_ready", "reason": "lunch" })] {
        let (status, problem) = kim.asks(Method::PUT, "state", Some(wanted)).await;
        assert_eq!((status, &problem["code"]), (409, &json!("wrap_up_reason_required")));
        assert_eq!(problem["detail"], "Select a wrap-up reason");
        kim.hears("command_refused", json!({ "code": "wrap_up_reason_required" })).await;
        let view = kim.view().await;
        assert_eq!((&view["state"], &view["pending"]), (&json!("wrap_up"), &Value::Null));
        let may = view["allowed_commands"].as_array().unwrap();
        assert!(!may.contains(&json!("ready")) && !may.contains(&json!("not_ready")), "{view}");
    }
    kim.acts_with(call.id, "apply_wrap_up_reason", json!({ "reason": "Sale" })).await;
    assert!(kim.view().await["allowed_commands"].as_array().unwrap().contains(&json!("ready")));
    kim.ready().await;
    kim.becomes("ready").await;
}

#[tokio::test]
async fn t09_1_a_reason_given_in_the_call_is_enough() {
    let mut floor = Floor::new().await;
    floor.queue(&forced(600)).await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    let call = floor.inbound(&mut kim).await;
    kim.acts_with(call.id, "apply_wrap_up_reason", json!({ "reason": "Sale" })).await;
    floor.over(call.line).await;
    kim.becomes("wrap_up").await;
    kim.not_ready("lunch").await;
    kim.becomes("not_ready").await;
}

#[tokio::test]
async fn t09_1_the_timer_changes_the_state_by_itself() {
    let (mut floor, mut kim, call, changed) = wraps_up(1).await;
    let left = kim.hears("agent_state_changed", json!({ "was": "wrap_up" })).await;
    assert_eq!(left["state"], "ready");
    assert!(instant(&left["at"]) >= instant(&changed["wrap_up_ends_at"]));
    assert_eq!(kim.cannot(call.id, "apply_wrap_up_reason").await, (409, "call_gone".to_owned()));
    floor.board.until("attempt_ended").await;
}

#[tokio::test]
async fn t09_1_a_supervisor_is_not_asked_for_a_reason() {
    let (floor, mut kim, ..) = wraps_up(600).await;
    let (status, view) = floor.supervised(&kim, json!({ "state": "not_ready", "reason": "meeting" })).await;
    assert_eq!((status, &view["state"], &view["reason"]), (200, &json!("not_ready"), &json!("meeting")));
    kim.becomes("not_ready").await;
}

#[tokio::test]
async fn t09_1_where_no_reasons_are_assigned_nothing_is_forced() {
    let (mut floor, kim, ..) = wraps_up(600).await;
    let rules = "name = \"spring\"\nteam = \"sales\"\ncountry = \"US\"\n[wrap_up]\nmode = \"required\"\n";
    let manager = floor.world.token("manager");
    assert_eq!(floor.world.put_toml(manager, "/v1/campaigns/spring", rules).await.0, 200);
    floor.known().await;
    kim.ready().await;
}

#[tokio::test]
async fn t09_2_the_time_counts_down_from_the_end_of_the_call() {
    for inbound in [false, true] {
        let mut floor = Floor::new().await;
        let mut kim = floor.kim().await;
        kim.ready().await;
        let call = if inbound {
            floor.queue(&forced(90)).await;
            floor.inbound(&mut kim).await
        } else {
            floor.campaign(&forced(90), &[CHICAGO]).await;
            floor.outbound(&mut kim).await
        };
        assert_eq!(kim.sees(call.id).await["wrap_up_seconds_left"], Value::Null, "not while they talk");
        floor.over(call.line).await;
        let ended = kim.hears("dialog_ended", json!({ "dialog_id": call.id })).await;
        let changed = kim.becomes("wrap_up").await;
        assert_eq!(changed["wrap_up_seconds_left"], 90);
        let ends_at = instant(&changed["wrap_up_ends_at"]);
        assert_eq!(ends_at.duration_since(instant(&ended["at"])).as_secs(), 90);
        let view = kim.view().await;
        let dialog = &view["dialogs"][0];
        assert_eq!(instant(&dialog["wrap_up_ends_at"]), ends_at);
        let left = dialog["wrap_up_seconds_left"].as_i64().unwrap();
        let until = ends_at.duration_since(instant(&view["now"])).as_secs();
        assert!((0..=90).contains(&left) && (left - until).abs() <= 1, "{left} {until}");
    }
}

#[tokio::test]
async fn t09_2_the_time_runs_while_the_agent_still_consults() {
    let mut floor = Floor::new().await;
    floor.campaign(&forced(90), &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    let consult = floor.consulted(&kim, &call, "312-555-0199").await;
    floor.over(call.line).await;
    let ended = kim.hears("dialog_ended", json!({ "dialog_id": call.id })).await;
    kim.is_in("talking").await;
    let ends_at = instant(&kim.sees(call.id).await["wrap_up_ends_at"]);
    assert_eq!(ends_at.duration_since(instant(&ended["at"])).as_secs(), 90);
    // At least a moment later the consultation ends too.
    while floor.world.clock.now() < instant(&ended["at"]) + jiff::SignedDuration::from_millis(1100) {
        kim.view().await;
    }
    kim.acts(consult.id, "end").await;
    floor.over(consult.line).await;
    let changed = kim.becomes("wrap_up").await;
    assert_eq!(instant(&changed["wrap_up_ends_at"]), ends_at, "from the end of the customer's call");
    assert!(changed["wrap_up_seconds_left"].as_i64().unwrap() < 90, "{changed}");
}

#[tokio::test]
async fn t09_2_a_time_that_is_over_before_the_consult_leaves_no_wrap_up() {
    let mut floor = Floor::new().await;
    floor.campaign(&forced(1), &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    let consult = floor.consulted(&kim, &call, "312-555-0199").await;
    floor.over(call.line).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!(ended["outcome"]["kind"], "voice");
    kim.is_in("talking").await;
    assert_eq!(kim.dialogs().await, 1);
    floor.over(consult.line).await;
    let changed = kim.hears("agent_state_changed", json!({ "was": "talking", "state": "ready" })).await;
    assert_eq!(changed["wrap_up_ends_at"], Value::Null);
}

#[tokio::test]
async fn t09_2_each_queue_and_campaign_has_its_own_time() {
    let mut floor = Floor::new().await;
    floor.queue("[wrap_up]\nmode = \"required\"\nseconds_max = 45\n").await;
    floor.campaign(&forced(120), &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    let call = floor.outbound(&mut kim).await;
    floor.over(call.line).await;
    assert_eq!(kim.becomes("wrap_up").await["wrap_up_seconds_left"], 120);
    kim.acts_with(call.id, "apply_wrap_up_reason", json!({ "reason": "Sale" })).await;
    kim.ready().await;
    floor.world.orders_left();
    let call = floor.inbound(&mut kim).await;
    floor.over(call.line).await;
    assert_eq!(kim.becomes("wrap_up").await["wrap_up_seconds_left"], 45);
}

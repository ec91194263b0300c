//! T10: direct transfer.

use rappel::{
    domain::attempt::{CallProgress, NotMade},
    engine::output::{Destination, Order},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Call, Desk, Floor, WRAP_UP};

const TYPED: &str = "1-800-FLOWERS";

fn to(typed: &str) -> Value {
    json!({ "typed": typed })
}

/// An agent who talks with a customer of the campaign.
async fn talking(rules: &str) -> (Floor, Desk, Call) {
    let mut floor = Floor::new().await;
    floor.campaign(rules, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    (floor, kim, call)
}

/// What the log tells of a dialog, without who was told: each fact once.
async fn story(floor: &Floor, call: &Call) -> Vec<String> {
    let mut told = Vec::new();
    for event in floor.log().await.iter().filter(|event| event["dialog_id"] == json!(call.id)) {
        let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let fact = match word("type").as_str() {
            "participant_changed" => format!("{} {}", word("who"), word("state")),
            "participant_left" => format!("{} left: {}", word("who"), word("why")),
            other => other.to_owned(),
        };
        if told.last() != Some(&fact) {
            told.push(fact);
        }
    }
    told
}

#[tokio::test]
async fn t10_1_it_needs_an_active_call_and_a_number_that_may_be_dialled() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    let call = floor.dialing(&mut kim).await;
    let refused = (409, "not_in_this_call".to_owned());
    assert_eq!(kim.cannot(call.id, "direct_transfer").await, refused, "dialing");
    floor.connected(call.line).await;
    assert!(kim.may(call.id).await.contains(&"direct_transfer".to_owned()));
    assert_eq!(lee.cannot(call.id, "direct_transfer").await, (409, "call_gone".to_owned()), "another agent's");
    for (typed, status, code) in [
        ("", 422, "bad_length"),
        ("*67", 422, "cannot_be_dialled"),
        ("1234&SIP/1000", 422, "cannot_be_dialled"),
        ("911", 403, "emergency_not_allowed"),
        ("+49 30 901820", 403, "country_not_allowed"),
        ("1001", 409, "own_phone"),
    ] {
        let answer = kim.cannot_with(call.id, "direct_transfer", Some(to(typed))).await;
        assert_eq!(answer, (status, code.to_owned()), "{typed}");
    }
    for body in [json!({}), json!({ "typed": 1 }), json!({ "typed": "1234", "now": true })] {
        assert_eq!(kim.cannot_with(call.id, "direct_transfer", Some(body)).await, (422, "bad_value".to_owned()));
    }
    floor.nothing_ordered();
    kim.acts(call.id, "hold").await;
    assert_eq!(kim.cannot(call.id, "direct_transfer").await, refused, "on hold");
    kim.acts(call.id, "retrieve").await;
    floor.world.orders_left();
    floor.consulting(&kim, &call, "1234").await;
    assert_eq!(kim.cannot(call.id, "direct_transfer").await, refused, "while consulting");
    floor.over(call.line).await;
    assert_eq!(kim.phase(call.id).await, "wrapping_up");
    assert_eq!(kim.cannot(call.id, "direct_transfer").await, refused, "in wrap-up");
}

#[tokio::test]
async fn t10_1_the_phone_book_fills_the_pad() {
    let (mut floor, kim, call) = talking("").await;
    let entries = json!({ "entries": [{ "name": "Flowers", "number": TYPED }] });
    floor.managed("manager", Method::PUT, "/v1/phone-books/house", Some(entries)).await;
    let found = kim.done(Method::GET, "phone-book?search=flow", None).await;
    kim.acts_with(call.id, "direct_transfer", json!({ "typed": found[0]["number"] })).await;
    let (.., to) = floor.dialled().await;
    let Destination::Placed { permit, .. } = to else { panic!("by the dial plan") };
    assert_eq!((permit.dial_string(), permit.shown().as_str()), ("+18003569377", "1-800-3569377"));
}

#[tokio::test]
async fn t10_2_the_customer_moves_straight_to_that_person_and_the_agent_is_free() {
    let (mut floor, mut kim, call) = talking("").await;
    let view = kim.acts_with(call.id, "direct_transfer", to(TYPED)).await;
    assert_eq!((&view["state"], &view["dialogs"]), (&json!("ready"), &json!([])), "at once, before anybody answers");
    let (id, line, phone, _) = floor.dialled().await;
    assert_eq!((id, phone), (call.id, None), "into the customer's room, from no phone of an agent");
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    let left = kim.hears("participant_left", json!({ "dialog_id": call.id, "who": "agent" })).await;
    assert_eq!(left["why"], "transferred");
    kim.becomes("ready").await;
    for act in ["end", "direct_transfer", "hold"] {
        assert_eq!(kim.cannot(call.id, act).await, (409, "call_gone".to_owned()), "{act}");
    }
    // The agent works on; the two are followed to the end.
    kim.ready().await;
    floor.told(line, CallProgress::Ringing).await;
    floor.connected(line).await;
    let board = floor.managed("supervisor", Method::GET, "/v1/teams/sales", None).await;
    assert_eq!(board["dialogs"], 1);
    floor.over(call.line).await;
    floor.ordered_are(&[Order::HangUp { channel_id: line }]).await;
    floor.over(line).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!((&ended["outcome"]["kind"], &ended["agent_id"]), (&json!("voice"), &json!(kim.agent_id)));
    let told = [
        "dialog_opened",
        "customer active",
        "other dialing",
        "agent left: transferred",
        "other ringing",
        "other active",
        "customer left: hung_up",
        "other leaving",
        "other left: ended",
        "dialog_ended",
    ];
    assert_eq!(story(&floor, &call).await, told);
    let log = json!(floor.log().await).to_string();
    assert!(!log.contains("3569377"), "numbers stay out of the log");
}

#[tokio::test]
async fn t10_2_the_target_does_not_answer() {
    for (why, left) in [(NotMade::NoAnswer, "no_answer"), (NotMade::Busy, "busy"), (NotMade::InvalidNumber, "failed")] {
        let (mut floor, kim, call) = talking("[call]\nwait_seconds_max = 0\n").await;
        kim.acts_with(call.id, "direct_transfer", to(TYPED)).await;
        let (_, line, ..) = floor.dialled().await;
        floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
        floor.not_made(line, why).await;
        // Nobody is left to talk with, and the campaign has nobody wait: the customer is let go and not left in silence.
        floor.ordered_are(&[Order::HangUp { channel_id: call.line }]).await;
        floor.over(call.line).await;
        floor.board.until("attempt_ended").await;
        let told = story(&floor, &call).await;
        let end = ["customer leaving", "customer left: ended", "dialog_ended"];
        assert_eq!(told[told.len() - 3..], end);
        assert!(told.contains(&format!("other left: {left}")), "{told:?}");
        kim.is_in("ready").await;
    }
}

/// An agent who talks with a caller of the queue, and will be Not ready after it.
async fn with_a_caller() -> (Floor, Desk, Call) {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    let call = floor.inbound(&mut kim).await;
    kim.not_ready("Coffee").await;
    (floor, kim, call)
}

#[tokio::test]
async fn t10_2_a_caller_whose_target_does_not_answer_waits_in_the_queue_again() {
    let (mut floor, mut kim, call) = with_a_caller().await;
    let mut lee = floor.lee().await;
    kim.acts_with(call.id, "direct_transfer", to(TYPED)).await;
    kim.becomes("not_ready").await;
    let (_, line, ..) = floor.dialled().await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    // Somebody called later.
    let later = floor.caller().await;
    assert_eq!(floor.board.until("participant_left").await["why"], "transferred");
    floor.not_made(line, NotMade::NoAnswer).await;
    assert_eq!(floor.board.until("participant_left").await["why"], "no_answer");
    let board = floor.managed("supervisor", Method::GET, "/v1/teams/sales", None).await;
    assert_eq!(board["callers_waiting"], 2, "nobody is let go");
    floor.nothing_ordered();

    lee.ready().await;
    lee.hears("call_offered", json!({ "dialog_id": call.id })).await;
    assert_eq!(lee.parties(call.id).await, ["customer waiting", "agent Lee offered"]);
    let phone = floor.answers(&mut lee, call.id).await;
    assert_eq!(lee.parties(call.id).await, ["customer active", "agent Lee active"]);
    // Whom somebody has talked with is let go with them.
    lee.acts(call.id, "end").await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.line }]).await;
    floor.over(call.line).await;
    floor.ordered_are(&[Order::HangUp { channel_id: phone }]).await;
    assert!(story(&floor, &call).await.contains(&"other left: no_answer".to_owned()));
    floor.over(later).await;
}

#[tokio::test]
async fn t10_2_a_caller_whom_a_colleague_declines_may_come_back_to_the_first_agent() {
    let (mut floor, mut kim, call) = with_a_caller().await;
    let mut lee = floor.lee().await;
    kim.acts_with(call.id, "direct_transfer", to("1002")).await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    kim.becomes("not_ready").await;
    kim.ready().await;
    lee.hears("call_offered", json!({ "dialog_id": call.id })).await;
    lee.acts(call.id, "decline").await;
    kim.hears("call_offered", json!({ "dialog_id": call.id })).await;
    floor.answers(&mut kim, call.id).await;
    assert_eq!(kim.parties(call.id).await, ["customer active", "agent Kim active"]);
}

#[tokio::test]
async fn t10_2_a_caller_who_was_put_through_is_let_go_when_the_target_hangs_up() {
    let (mut floor, kim, call) = with_a_caller().await;
    kim.acts_with(call.id, "direct_transfer", to(TYPED)).await;
    let (_, line, ..) = floor.dialled().await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    floor.connected(line).await;
    floor.over(line).await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.line }]).await;
    floor.over(call.line).await;
    floor.board.until("dialog_ended").await;
}

#[tokio::test]
async fn t10_2_the_customer_hangs_up_before_the_target_answers() {
    let (mut floor, kim, call) = talking("").await;
    kim.acts_with(call.id, "direct_transfer", to(TYPED)).await;
    let (_, line, ..) = floor.dialled().await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    floor.over(call.line).await;
    floor.ordered_are(&[Order::HangUp { channel_id: line }]).await;
    floor.not_made(line, NotMade::GivenUp).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!(ended["outcome"]["kind"], "voice");
}

#[tokio::test]
async fn t10_2_to_a_colleague_who_answers() {
    let (mut floor, mut kim, call) = talking("").await;
    let mut lee = floor.lee().await;
    kim.acts_with(call.id, "direct_transfer", to("10-02")).await;
    kim.is_in("ready").await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    lee.hears("call_offered", json!({ "dialog_id": call.id })).await;
    lee.is_in("not_ready").await;
    let offered = lee.sees(call.id).await;
    assert_eq!((&offered["phase"], &offered["customer"]["first_name"]), (&json!("offered"), &json!("Ada")));
    assert_eq!(lee.parties(call.id).await, ["customer active", "agent Lee offered"]);
    lee.may_only(call.id, &["answer", "decline"]).await;
    let phone = floor.answers(&mut lee, call.id).await;
    lee.hears("participant_changed", json!({ "dialog_id": call.id, "participant_id": 2, "state": "active" })).await;
    assert_eq!(lee.parties(call.id).await, ["customer active", "agent Lee active"]);
    assert!(lee.may(call.id).await.contains(&"reclassify".to_owned()));
    lee.acts(call.id, "end").await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.line }]).await;
    floor.over(call.line).await;
    lee.becomes("not_ready").await;
    floor.ordered_are(&[Order::HangUp { channel_id: phone }]).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!(ended["agent_id"], json!(kim.agent_id));
    kim.hears("agent_state_changed", json!({ "state": "ready" })).await;
}

#[tokio::test]
async fn t10_2_to_a_colleague_who_declines_and_the_customer_comes_back() {
    let (mut floor, mut kim, call) = talking("").await;
    let mut lee = floor.lee().await;
    lee.ready().await;
    kim.acts_with(call.id, "direct_transfer", to("1002")).await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    lee.becomes("reserved").await;
    lee.acts(call.id, "decline").await;
    lee.hears("participant_left", json!({ "dialog_id": call.id, "participant_id": 2, "why": "declined" })).await;
    let lees = lee.becomes("not_ready").await;
    assert_eq!(lees["reason"], "call_declined");
    // The first agent is Ready again, and takes them back with all that is known of them.
    kim.hears("call_offered", json!({ "dialog_id": call.id })).await;
    let offered = kim.sees(call.id).await;
    assert_eq!((&offered["phase"], &offered["customer"]["first_name"]), (&json!("offered"), &json!("Ada")));
    let phone = floor.answers(&mut kim, call.id).await;
    assert_eq!(kim.parties(call.id).await, ["customer active", "agent Kim active"]);
    kim.acts_with(call.id, "reclassify", json!({ "classification": "voice" })).await;
    kim.acts(call.id, "end").await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.line }]).await;
    floor.over(call.line).await;
    floor.ordered_are(&[Order::HangUp { channel_id: phone }]).await;
    floor.board.until("attempt_ended").await;
}

#[tokio::test]
async fn t10_2_a_customer_whose_target_does_not_answer_waits_for_an_agent_before_any_caller() {
    let (mut floor, kim, call) = talking("").await;
    floor.queue("priority = 100\n").await;
    kim.not_ready("Coffee").await;
    floor.caller().await;
    kim.acts_with(call.id, "direct_transfer", to(TYPED)).await;
    let (_, line, ..) = floor.dialled().await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    floor.not_made(line, NotMade::NoAnswer).await;
    assert_eq!(floor.board.until("participant_left").await["why"], "transferred");
    assert_eq!(floor.board.until("participant_left").await["why"], "no_answer");
    let board = floor.managed("supervisor", Method::GET, "/v1/teams/sales", None).await;
    assert_eq!(board["callers_waiting"], 2);
    floor.nothing_ordered();
    let mut lee = floor.lee().await;
    lee.ready().await;
    lee.hears("call_offered", json!({ "dialog_id": call.id })).await;
    floor.answers(&mut lee, call.id).await;
    assert_eq!(lee.parties(call.id).await, ["customer active", "agent Lee active"]);
    assert!(lee.may(call.id).await.contains(&"schedule_callback".to_owned()));
}

#[tokio::test]
async fn t10_2_a_customer_whom_nobody_takes_is_let_go_in_the_end() {
    let mut floor = Floor::fast(10.0).await;
    floor.campaign("[call]\nwait_seconds_max = 5\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    kim.not_ready("Coffee").await;
    kim.acts_with(call.id, "direct_transfer", to(TYPED)).await;
    let (_, line, ..) = floor.dialled().await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    floor.not_made(line, NotMade::NoAnswer).await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.line }]).await;
    floor.over(call.line).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!(ended["outcome"]["kind"], "voice");
    assert!(story(&floor, &call).await.contains(&"customer left: waited_too_long".to_owned()));
}

#[tokio::test]
async fn t10_2_a_busy_colleague_is_refused_and_the_call_stays() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO, "+13125550143"]).await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    let call = floor.outbound(&mut kim).await;
    lee.ready().await;
    lee.becomes("reserved").await;
    let refused = kim.cannot_with(call.id, "direct_transfer", Some(to("1002"))).await;
    assert_eq!(refused, (409, "colleague_busy".to_owned()));
    assert_eq!(kim.phase(call.id).await, "talking");
    floor.nothing_ordered();
}

#[tokio::test]
async fn t10_2_a_flood_of_clicks_moves_the_customer_once() {
    let (mut floor, kim, call) = talking("").await;
    let path = format!("dialogs/{}/direct-transfer", call.id);
    let clicks = (0..50).map(|_| kim.asks(Method::POST, &path, Some(to(TYPED))));
    let answers = futures_util::future::join_all(clicks).await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1);
    let gone = answers.iter().filter(|(status, problem)| *status == 409 && problem["code"] == "call_gone");
    assert_eq!(gone.count(), 49);
    floor.dialled().await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
}

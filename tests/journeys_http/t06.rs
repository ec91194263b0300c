//! T6: consult.

use rappel::{
    domain::{
        attempt::{CallProgress, NotMade},
        outcome::FailureCause,
    },
    engine::output::{Destination, Order},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Call, Desk, Floor, WRAP_UP, dialog_id};

const TYPED: &str = "312-555-0199";

/// An agent who talks with a customer of the campaign, and a colleague who is Not ready.
async fn talking(rules: &str) -> (Floor, Desk, Desk, Call) {
    let mut floor = Floor::new().await;
    floor.campaign(rules, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    let call = floor.outbound(&mut kim).await;
    (floor, kim, lee, call)
}

/// What is said about the campaign's call while it is on hold and nothing can be done with it.
const ABOUT: [&str; 4] = ["reclassify", "schedule_callback", "state_zone", "wrap_up"];

async fn may_about_and(desk: &Desk, call: &Call, acts: &[&str]) {
    let mut all: Vec<&str> = ABOUT.iter().chain(acts).copied().collect();
    all.sort_unstable();
    desk.may_only(call.id, &all).await;
}

#[tokio::test]
async fn t06_1_consult_puts_the_customer_on_hold_and_connects_with_whom_is_called() {
    let (mut floor, mut kim, _lee, call) = talking("").await;
    let view = kim.acts_with(call.id, "consult", json!({ "typed": "1-800-FLOWERS" })).await;
    assert_eq!(floor.ordered().await, Order::Hold { dialog_id: call.id, channel_id: call.phone });
    let (id, line, phone, to) = floor.dialled().await;
    assert_eq!(phone.unwrap().channel_id, call.phone);
    let Destination::Placed { permit, .. } = to else { panic!("by the dial plan") };
    assert_eq!(permit.dial_string(), "+18003569377");
    floor.nothing_ordered();
    assert_eq!(view["state"], "talking");
    let consult = kim.sees(id).await;
    assert_eq!(
        (&consult["kind"], &consult["about"], &consult["phase"]),
        (&json!("consult"), &json!(call.id), &json!("dialing"))
    );
    assert_eq!(kim.phase(call.id).await, "held");
    assert_eq!(kim.parties(call.id).await, ["agent Kim held", "customer active"]);
    assert_eq!(kim.parties(id).await, ["agent Kim active", "other 1-800-3569377 dialing"]);
    kim.hears("participant_changed", json!({ "dialog_id": call.id, "participant_id": kim.agent_id, "state": "held" }))
        .await;
    kim.hears("dialog_opened", json!({ "dialog_id": id, "kind": "consult" })).await;
    // Not before they answer: the customer is not taken back, nobody is passed on.
    kim.may_only(id, &["end"]).await;
    may_about_and(&kim, &call, &[]).await;
    for act in ["retrieve", "conference", "transfer", "direct_transfer", "consult", "hold", "end"] {
        assert_eq!(kim.cannot(call.id, act).await.0, 409, "{act}");
    }
    floor.told(line, CallProgress::Ringing).await;
    kim.hears("participant_changed", json!({ "dialog_id": id, "who": "other", "state": "ringing" })).await;
    assert_eq!(kim.phase(id).await, "ringing");
    floor.connected(line).await;
    kim.hears("participant_changed", json!({ "dialog_id": id, "who": "other", "state": "active" })).await;
    assert_eq!(kim.phase(id).await, "talking");
    kim.may_only(id, &["direct_transfer", "end", "hold", "open_keypad"]).await;
    may_about_and(&kim, &call, &["conference", "retrieve", "transfer"]).await;
    floor.nothing_ordered();
    let log = json!(floor.log().await).to_string();
    assert!(!log.contains("3569377"), "numbers stay out of the log");
}

#[tokio::test]
async fn t06_1_it_needs_an_active_call() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    let call = floor.dialing(&mut kim).await;
    assert_eq!(kim.cannot(call.id, "consult").await, (409, "not_in_this_call".to_owned()));
    floor.connected(call.line).await;
    assert_eq!(lee.cannot(call.id, "consult").await, (409, "call_gone".to_owned()), "another agent's call");
    kim.acts(call.id, "hold").await;
    assert_eq!(kim.cannot(call.id, "consult").await, (409, "not_in_this_call".to_owned()));
    kim.acts(call.id, "retrieve").await;
    floor.world.orders_left();
    // What cannot be dialled leaves the customer where they are.
    for (typed, code) in
        [("", "bad_length"), ("*67", "cannot_be_dialled"), ("911", "emergency_not_allowed"), ("1001", "own_phone")]
    {
        let refused = kim.cannot_with(call.id, "consult", Some(json!({ "typed": typed }))).await;
        assert_eq!(refused.1, code);
    }
    for body in [json!({}), json!({ "typed": 1 }), json!({ "typed": TYPED, "more": 1 })] {
        assert_eq!(kim.cannot_with(call.id, "consult", Some(body)).await, (422, "bad_value".to_owned()));
    }
    assert_eq!(kim.refused(Method::POST, "dialogs/17/consult", Some(json!({ "typed": TYPED }))).await.0, 422);
    assert_eq!((kim.phase(call.id).await.as_str(), kim.dialogs().await), ("talking", 1));
    floor.over(call.line).await;
    assert_eq!(kim.phase(call.id).await, "wrapping_up");
    assert_eq!(kim.cannot(call.id, "consult").await, (409, "not_in_this_call".to_owned()));
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
}

#[tokio::test]
async fn t06_1_a_colleague_from_the_phone_book_is_consulted() {
    let (mut floor, mut kim, mut lee, call) = talking("").await;
    let entries = json!({ "entries": [{ "name": "Lee", "number": "10-02" }] });
    floor.managed("manager", Method::PUT, "/v1/phone-books/house", Some(entries)).await;
    let found = kim.done(Method::GET, "phone-book?search=lee", None).await;
    kim.acts_with(call.id, "consult", json!({ "typed": found[0]["number"] })).await;
    assert_eq!(floor.ordered().await, Order::Hold { dialog_id: call.id, channel_id: call.phone });
    let (id, phone) = floor.connects().await;
    assert_eq!(phone.channel_id, call.phone);
    lee.hears("call_offered", json!({ "dialog_id": id })).await;
    lee.may_only(id, &["answer", "decline"]).await;
    let offered = lee.sees(id).await;
    assert_eq!((&offered["kind"], &offered["about"]), (&json!("consult"), &json!(call.id)));
    assert_eq!(lee.dialogs().await, 1, "the customer's call is not theirs");
    assert_eq!(lee.cannot(call.id, "retrieve").await, (409, "call_gone".to_owned()));
    floor.answers(&mut lee, id).await;
    for desk in [&mut kim, &mut lee] {
        desk.hears("participant_changed", json!({ "dialog_id": id, "participant_id": 2, "state": "active" })).await;
        assert_eq!(desk.parties(id).await, ["agent Kim active", "agent Lee active"]);
    }
    may_about_and(&kim, &call, &["conference", "retrieve", "transfer"]).await;
    lee.may_only(id, &["consult", "direct_transfer", "end", "hold", "open_keypad"]).await;
}

#[tokio::test]
async fn t06_1_whoever_is_busy_is_not_consulted() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO, "+13125550143"]).await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    let call = floor.outbound(&mut kim).await;
    lee.ready().await;
    lee.becomes("reserved").await;
    let refused = kim.cannot_with(call.id, "consult", Some(json!({ "typed": "1002" }))).await;
    assert_eq!(refused, (409, "colleague_busy".to_owned()));
    assert_eq!(kim.phase(call.id).await, "talking", "the customer is not put on hold for nothing");
    floor.nothing_ordered();
}

#[tokio::test]
async fn t06_1_whoever_is_consulted_does_not_answer_or_declines() {
    let (mut floor, mut kim, mut lee, call) = talking("").await;
    for (why, left) in [
        (NotMade::NoAnswer, "no_answer"),
        (NotMade::Busy, "busy"),
        (NotMade::Failed(FailureCause::Declined), "declined"),
        (NotMade::InvalidNumber, "failed"),
    ] {
        let consult = floor.consulting(&kim, &call, TYPED).await;
        floor.not_made(consult.line, why).await;
        kim.hears("participant_left", json!({ "dialog_id": consult.id, "who": "other", "why": left })).await;
        kim.hears("dialog_ended", json!({ "dialog_id": consult.id })).await;
        assert_eq!((kim.state().await.as_str(), kim.dialogs().await), ("hold", 1));
        // The phone leaves that room and stays up.
        floor.ordered_are(&[Order::Leave { dialog_id: consult.id, channel_id: call.phone }]).await;
        may_about_and(&kim, &call, &["retrieve"]).await;
        kim.acts(call.id, "retrieve").await;
        floor.ordered_are(&[Order::Retrieve { dialog_id: call.id, channel_id: call.phone }]).await;
        assert_eq!(kim.phase(call.id).await, "talking");
    }
    // The same for a colleague.
    kim.acts_with(call.id, "consult", json!({ "typed": "1002" })).await;
    let offered = lee.hears("call_offered", json!({})).await;
    let id = dialog_id(&offered["dialog_id"]);
    floor.world.orders_left();
    lee.acts(id, "decline").await;
    for desk in [&mut kim, &mut lee] {
        desk.hears("participant_left", json!({ "dialog_id": id, "participant_id": 2, "why": "declined" })).await;
    }
    kim.hears("dialog_ended", json!({ "dialog_id": id })).await;
    kim.is_in("hold").await;
    lee.is_in("not_ready").await;
    floor.ordered_are(&[Order::Leave { dialog_id: id, channel_id: call.phone }]).await;
}

#[tokio::test]
async fn t06_2_end_the_consult_then_retrieve_the_customer() {
    let (mut floor, mut kim, mut lee, call) = talking("").await;
    for moment in ["ringing", "talking"] {
        let consult = floor.consulting(&kim, &call, TYPED).await;
        if moment == "talking" {
            floor.connected(consult.line).await;
        }
        kim.acts(consult.id, "end").await;
        floor.ordered_are(&[Order::HangUp { channel_id: consult.line }]).await;
        floor.over(consult.line).await;
        kim.hears("participant_left", json!({ "dialog_id": consult.id, "who": "other", "why": "ended" })).await;
        kim.hears("dialog_ended", json!({ "dialog_id": consult.id })).await;
        kim.becomes("hold").await;
        floor.ordered_are(&[Order::Leave { dialog_id: consult.id, channel_id: call.phone }]).await;
        // The customer waits; the agent says when.
        assert_eq!(kim.cannot(call.id, "end").await, (409, "not_in_this_call".to_owned()));
        assert_eq!(kim.cannot(call.id, "transfer").await, (409, "not_in_this_call".to_owned()));
        kim.acts(call.id, "retrieve").await;
        kim.becomes("talking").await;
        floor.ordered_are(&[Order::Retrieve { dialog_id: call.id, channel_id: call.phone }]).await;
        assert_eq!(kim.parties(call.id).await, ["agent Kim active", "customer active"]);
        assert_eq!(kim.cannot(call.id, "retrieve").await, (409, "not_in_this_call".to_owned()));
    }
    let consult = floor.colleague_consulted(&kim, &call, &mut lee).await;
    kim.acts(consult.id, "end").await;
    kim.hears("participant_left", json!({ "dialog_id": consult.id, "participant_id": 1, "why": "ended" })).await;
    lee.hears("dialog_ended", json!({ "dialog_id": consult.id })).await;
    lee.becomes("not_ready").await;
    let orders = floor.world.orders_left();
    let leave = Order::Leave { dialog_id: consult.id, channel_id: call.phone };
    assert_eq!(orders, [leave, Order::HangUp { channel_id: consult.line }]);
    kim.acts(call.id, "retrieve").await;
    kim.is_in("talking").await;
}

#[tokio::test]
async fn t06_2_whoever_is_consulted_hangs_up() {
    let (mut floor, mut kim, mut lee, call) = talking("").await;
    let consult = floor.consulted(&kim, &call, TYPED).await;
    floor.over(consult.line).await;
    kim.hears("participant_left", json!({ "dialog_id": consult.id, "who": "other", "why": "hung_up" })).await;
    kim.becomes("hold").await;
    floor.ordered_are(&[Order::Leave { dialog_id: consult.id, channel_id: call.phone }]).await;
    kim.acts(call.id, "retrieve").await;
    floor.ordered().await;
    let consult = floor.colleague_consulted(&kim, &call, &mut lee).await;
    lee.acts(consult.id, "end").await;
    kim.hears("participant_left", json!({ "dialog_id": consult.id, "participant_id": 2, "why": "ended" })).await;
    kim.is_in("hold").await;
    may_about_and(&kim, &call, &["retrieve"]).await;
}

#[tokio::test]
async fn t06_2_the_customer_hangs_up_during_the_consult() {
    let (mut floor, mut kim, _lee, call) = talking(WRAP_UP).await;
    let consult = floor.consulted(&kim, &call, TYPED).await;
    floor.over(call.line).await;
    kim.hears("participant_left", json!({ "dialog_id": call.id, "who": "customer", "why": "hung_up" })).await;
    kim.hears("dialog_ended", json!({ "dialog_id": call.id })).await;
    assert_eq!((kim.state().await.as_str(), kim.phase(consult.id).await.as_str()), ("talking", "talking"));
    assert_eq!(kim.phase(call.id).await, "wrapping_up");
    // Nobody is left to be joined, passed on or taken back.
    kim.may_only(call.id, &["apply_wrap_up_reason", "reclassify", "schedule_callback", "state_zone"]).await;
    for act in ["retrieve", "conference", "transfer", "direct_transfer", "end"] {
        assert_eq!(kim.cannot(call.id, act).await.0, 409, "{act}");
    }
    floor.nothing_ordered();
    kim.acts(consult.id, "end").await;
    floor.over(consult.line).await;
    kim.becomes("wrap_up").await;
    let phone = Order::HangUp { channel_id: call.phone };
    floor.ordered_are(&[Order::HangUp { channel_id: consult.line }, phone]).await;
    kim.ready().await;
    floor.board.until("attempt_ended").await;
    kim.is_in("ready").await;
}

#[tokio::test]
async fn t06_2_the_agents_phone_drops() {
    for moment in ["consulting", "consulted", "held"] {
        let (mut floor, mut kim, _lee, call) = talking("").await;
        let consult = floor.consulting(&kim, &call, TYPED).await;
        if moment != "consulting" {
            floor.connected(consult.line).await;
        }
        if moment == "held" {
            kim.acts(call.id, "retrieve").await;
            floor.world.orders_left();
        }
        floor.over(call.phone).await;
        kim.hears("participant_left", json!({ "participant_id": kim.agent_id, "why": "phone_gone" })).await;
        // Whoever is alone then is let go: nobody stays on hold for ever.
        let orders = floor.world.orders_left();
        // The phone too: it may have come back while its end was on the way.
        for line in [call.phone, call.line, consult.line] {
            assert!(orders.contains(&Order::HangUp { channel_id: line }), "{moment}: {orders:?}");
        }
        assert_eq!(orders.len(), 3, "{moment}");
        assert_eq!((kim.state().await.as_str(), kim.dialogs().await), ("ready", 0), "{moment}");
        floor.over(call.line).await;
        floor.over(consult.line).await;
        floor.board.until("attempt_ended").await;
    }
}

#[tokio::test]
async fn t06_3_alternate_puts_the_other_on_hold() {
    let (mut floor, kim, mut lee, call) = talking("").await;
    let consult = floor.colleague_consulted(&kim, &call, &mut lee).await;
    for _ in 0..2 {
        let view = kim.acts(call.id, "retrieve").await;
        assert_eq!(view["state"], "talking");
        let hold = Order::Hold { dialog_id: consult.id, channel_id: call.phone };
        floor.ordered_are(&[hold, Order::Retrieve { dialog_id: call.id, channel_id: call.phone }]).await;
        assert_eq!((kim.phase(call.id).await.as_str(), kim.phase(consult.id).await.as_str()), ("talking", "held"));
        kim.may_only(consult.id, &["retrieve"]).await;
        may_about_and(&kim, &call, &["conference", "end", "hold", "open_keypad", "transfer"]).await;
        lee.hears("participant_changed", json!({ "dialog_id": consult.id, "participant_id": 1, "state": "held" }))
            .await;
        assert_eq!(lee.parties(consult.id).await, ["agent Kim held", "agent Lee active"]);

        kim.acts(consult.id, "retrieve").await;
        let hold = Order::Hold { dialog_id: call.id, channel_id: call.phone };
        floor.ordered_are(&[hold, Order::Retrieve { dialog_id: consult.id, channel_id: call.phone }]).await;
        assert_eq!((kim.phase(call.id).await.as_str(), kim.phase(consult.id).await.as_str()), ("held", "talking"));
        lee.hears("participant_changed", json!({ "dialog_id": consult.id, "participant_id": 1, "state": "active" }))
            .await;
    }
    // A second click asks for nothing.
    assert_eq!(kim.cannot(consult.id, "retrieve").await, (409, "not_in_this_call".to_owned()));
    floor.nothing_ordered();
}

#[tokio::test]
async fn t06_4_in_a_conference_all_three_talk() {
    let (mut floor, mut kim, mut lee, call) = talking("").await;
    let consult = floor.conference(&kim, &mut lee, &call).await;
    for desk in [&mut kim, &mut lee] {
        desk.hears("dialogs_joined", json!({ "from": consult.id, "into": call.id })).await;
        desk.hears("participant_changed", json!({ "dialog_id": call.id, "participant_id": 2, "state": "active" }))
            .await;
        assert_eq!((desk.state().await.as_str(), desk.dialogs().await), ("talking", 1));
        assert_eq!(desk.phase(call.id).await, "talking");
        assert_eq!(desk.parties(call.id).await, ["agent Kim active", "customer active", "agent Lee active"]);
        may_about_and(desk, &call, &["consult", "direct_transfer", "end", "hold", "open_keypad"]).await;
        assert_eq!(desk.sees(call.id).await["customer"]["first_name"], "Ada", "who joins sees the customer");
        assert_eq!(desk.cannot(consult.id, "end").await, (409, "call_gone".to_owned()));
    }
}

#[tokio::test]
async fn t06_4_the_conference_goes_on_whoever_leaves_it() {
    for leaves in ["kim", "lee", "customer"] {
        let (mut floor, mut kim, mut lee, call) = talking("").await;
        let consult = floor.conference(&kim, &mut lee, &call).await;
        let (mut stays, rest): (Vec<&mut Desk>, _) = match leaves {
            "kim" => {
                kim.acts(call.id, "end").await;
                floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
                assert_eq!((kim.state().await.as_str(), kim.dialogs().await), ("ready", 0));
                (vec![&mut lee], ["customer active", "agent Lee active"])
            }
            "lee" => {
                lee.acts(call.id, "end").await;
                floor.ordered_are(&[Order::HangUp { channel_id: consult.line }]).await;
                assert_eq!((lee.state().await.as_str(), lee.dialogs().await), ("not_ready", 0));
                (vec![&mut kim], ["agent Kim active", "customer active"])
            }
            _ => {
                floor.over(call.line).await;
                floor.nothing_ordered();
                (vec![&mut kim, &mut lee], ["agent Kim active", "agent Lee active"])
            }
        };
        for desk in &mut stays {
            desk.hears("participant_left", json!({ "dialog_id": call.id })).await;
            assert_eq!((desk.state().await.as_str(), desk.phase(call.id).await.as_str()), ("talking", "talking"));
            assert_eq!(desk.parties(call.id).await, rest, "{leaves}");
        }
        // The last two end it.
        stays[0].acts(call.id, "end").await;
        if leaves != "customer" {
            assert_eq!(floor.ordered().await, Order::HangUp { channel_id: call.line });
            floor.over(call.line).await;
        }
        let ended = floor.board.until("attempt_ended").await;
        assert_eq!(ended["outcome"]["kind"], "voice", "{leaves}");
        for (desk, state) in [(&kim, "ready"), (&lee, "not_ready")] {
            assert_eq!((desk.state().await.as_str(), desk.dialogs().await), (state, 0), "{leaves}");
        }
    }
}

#[tokio::test]
async fn t06_4_a_conference_with_somebody_outside_and_a_phone_that_drops() {
    let (mut floor, mut kim, _lee, call) = talking("").await;
    let consult = floor.consulted(&kim, &call, TYPED).await;
    kim.acts(call.id, "conference").await;
    floor.ordered_are(&[Order::Join { from: consult.id, into: call.id }]).await;
    assert_eq!(kim.parties(call.id).await, ["agent Kim active", "customer active", &format!("other {TYPED} active")]);
    floor.over(call.phone).await;
    kim.hears("participant_left", json!({ "participant_id": kim.agent_id, "why": "phone_gone" })).await;
    kim.is_in("ready").await;
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    // The two go on without us, until one of them hangs up.
    floor.over(consult.line).await;
    assert_eq!(floor.ordered().await, Order::HangUp { channel_id: call.line });
    floor.over(call.line).await;
    floor.board.until("dialog_ended").await;
    floor.board.until("attempt_ended").await;
}

#[tokio::test]
async fn t06_4_a_conference_closes_the_keypads_of_the_consultation() {
    let (mut floor, kim, mut lee, call) = talking("").await;
    let consult = floor.colleague_consulted(&kim, &call, &mut lee).await;
    lee.acts(consult.id, "open_keypad").await;
    lee.hears("keypad_changed", json!({ "is_open": true })).await;
    kim.acts(call.id, "conference").await;
    lee.hears("keypad_changed", json!({ "dialog_id": consult.id, "is_open": false })).await;
    lee.acts(call.id, "end").await;
    assert_eq!(lee.dialogs().await, 0);
}

#[tokio::test]
async fn t06_4_whoever_had_both_on_hold_is_in_the_conference_too() {
    let (mut floor, kim, _lee, call) = talking("").await;
    let consult = floor.consulted(&kim, &call, TYPED).await;
    kim.acts(consult.id, "hold").await;
    floor.ordered_are(&[Order::Hold { dialog_id: consult.id, channel_id: call.phone }]).await;
    assert_eq!(kim.state().await, "hold");
    kim.acts(call.id, "conference").await;
    let orders = floor.world.orders_left();
    assert!(orders.contains(&Order::Join { from: consult.id, into: call.id }));
    let back = Order::Retrieve { dialog_id: call.id, channel_id: call.phone };
    assert!(orders.contains(&back), "the phone was in neither room: {orders:?}");
}

#[tokio::test]
async fn t06_5_transfer_connects_the_customer_and_the_agent_leaves() {
    let (mut floor, mut kim, mut lee, call) = talking("").await;
    let consult = floor.colleague_consulted(&kim, &call, &mut lee).await;
    let view = kim.acts(call.id, "transfer").await;
    assert_eq!((&view["state"], &view["dialogs"]), (&json!("ready"), &json!([])));
    let join = Order::Join { from: consult.id, into: call.id };
    floor.ordered_are(&[join, Order::HangUp { channel_id: call.phone }]).await;
    for desk in [&mut kim, &mut lee] {
        desk.hears("dialogs_joined", json!({ "from": consult.id, "into": call.id })).await;
    }
    lee.hears("participant_left", json!({ "dialog_id": call.id, "participant_id": 1, "why": "transferred" })).await;
    assert_eq!((lee.state().await.as_str(), lee.phase(call.id).await.as_str()), ("talking", "talking"));
    assert_eq!(lee.parties(call.id).await, ["customer active", "agent Lee active"]);
    may_about_and(&lee, &call, &["consult", "direct_transfer", "end", "hold", "open_keypad"]).await;
    for act in ["end", "transfer", "retrieve"] {
        assert_eq!(kim.cannot(call.id, act).await, (409, "call_gone".to_owned()), "{act}");
    }
    floor.over(call.line).await;
    lee.hears("dialog_ended", json!({ "dialog_id": call.id })).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!((&ended["outcome"]["kind"], &ended["agent_id"]), (&json!("voice"), &json!(kim.agent_id)));
    floor.ordered_are(&[Order::HangUp { channel_id: consult.line }]).await;
    assert_eq!((lee.state().await.as_str(), lee.dialogs().await), ("not_ready", 0));
}

#[tokio::test]
async fn t06_5_transfer_works_from_either_side_of_an_alternate() {
    for retrieved in ["consult", "customer"] {
        let (mut floor, kim, _lee, call) = talking("").await;
        let consult = floor.consulted(&kim, &call, TYPED).await;
        if retrieved == "customer" {
            kim.acts(call.id, "retrieve").await;
            floor.world.orders_left();
        }
        kim.acts(call.id, "transfer").await;
        let join = Order::Join { from: consult.id, into: call.id };
        floor.ordered_are(&[join, Order::HangUp { channel_id: call.phone }]).await;
        kim.is_in("ready").await;
        // Nobody of ours is there any more; the customer is followed to the end.
        floor.over(consult.line).await;
        assert_eq!(floor.ordered().await, Order::HangUp { channel_id: call.line }, "{retrieved}");
        floor.over(call.line).await;
        floor.board.until("attempt_ended").await;
    }
}

#[tokio::test]
async fn t06_5_never_before_the_other_answered_and_never_without_a_consult() {
    let (mut floor, mut kim, mut lee, call) = talking("").await;
    for act in ["transfer", "conference"] {
        assert_eq!(kim.cannot(call.id, act).await, (409, "not_in_this_call".to_owned()), "{act}");
    }
    kim.acts_with(call.id, "consult", json!({ "typed": "1002" })).await;
    let offered = lee.hears("call_offered", json!({})).await;
    let id = dialog_id(&offered["dialog_id"]);
    floor.world.orders_left();
    for act in ["transfer", "conference"] {
        assert_eq!(kim.cannot(call.id, act).await, (409, "not_in_this_call".to_owned()), "{act}: not answered");
        assert_eq!(lee.cannot(call.id, act).await, (409, "call_gone".to_owned()), "{act}: not their call");
        assert_eq!(kim.cannot(id, act).await, (409, "not_in_this_call".to_owned()), "{act}: the consult itself");
    }
    floor.answers(&mut lee, id).await;
    // A flood of clicks passes the customer on once.
    let path = format!("dialogs/{}/transfer", call.id);
    let clicks = futures_util::future::join_all((0..20).map(|_| kim.asks(Method::POST, &path, None))).await;
    let done = clicks.iter().filter(|(status, _)| *status == 200).count();
    let gone =
        clicks.iter().filter(|(status, problem): &&(u16, Value)| *status == 409 && problem["code"] == "call_gone");
    assert_eq!((done, gone.count()), (1, 19));
    kim.hears("dialogs_joined", json!({})).await;
    let orders = floor.world.orders_left();
    assert_eq!(orders, [Order::Join { from: id, into: call.id }, Order::HangUp { channel_id: call.phone }]);
}

#[tokio::test]
async fn t06_5_whoever_asked_somebody_else_meanwhile_can_pass_the_customer_on() {
    let (mut floor, kim, mut lee, call) = talking("").await;
    let consult = floor.colleague_consulted(&kim, &call, &mut lee).await;
    // Lee asks somebody outside about it, and comes back to Kim.
    let lees = Call { phone: consult.line, ..consult.clone() };
    let outside = floor.consulted(&lee, &lees, TYPED).await;
    assert_eq!(kim.parties(consult.id).await, ["agent Kim active", "agent Lee held"]);
    assert_eq!(kim.cannot(call.id, "transfer").await, (409, "not_in_this_call".to_owned()), "nobody is there now");
    lee.acts(consult.id, "retrieve").await;
    kim.acts(call.id, "transfer").await;
    floor.world.orders_left();
    // What Lee asked about is the customer's call now.
    assert_eq!(lee.sees(outside.id).await["about"], json!(call.id));
    assert!(lee.may(call.id).await.contains(&"transfer".to_owned()));
    lee.acts(call.id, "transfer").await;
    let join = Order::Join { from: outside.id, into: call.id };
    floor.ordered_are(&[join, Order::HangUp { channel_id: consult.line }]).await;
    assert_eq!((lee.state().await.as_str(), lee.dialogs().await), ("not_ready", 0));
}

#[tokio::test]
async fn t06_5_a_caller_of_a_queue_is_passed_on_in_the_same_way() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    kim.ready().await;
    let call = floor.inbound(&mut kim).await;
    let consult = floor.colleague_consulted(&kim, &call, &mut lee).await;
    kim.acts(call.id, "transfer").await;
    let join = Order::Join { from: consult.id, into: call.id };
    floor.ordered_are(&[join, Order::HangUp { channel_id: call.phone }]).await;
    assert_eq!(lee.sees(call.id).await["caller"]["queue"], "support");
    assert_eq!(lee.parties(call.id).await, ["customer active", "agent Lee active"]);
    kim.is_in("ready").await;
}

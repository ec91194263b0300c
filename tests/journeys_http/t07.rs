//! T7: send DTMF.

use rappel::{
    domain::{
        attempt::CallProgress,
        ids::{ChannelId, DialogId, DigitId},
    },
    engine::output::Order,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Call, Desk, Floor, WRAP_UP, instant};

/// What rests while the keypad is open.
const CONTROLS: [&str; 8] =
    ["end", "hold", "consult", "direct_transfer", "retrieve", "conference", "transfer", "wrap_up"];

/// An agent who talks with a customer of the campaign.
async fn talking() -> (Floor, Desk, Call) {
    let mut floor = Floor::fast_with(1.0, |limits| limits.digits_outstanding_max = 3).await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    (floor, kim, call)
}

async fn presses(desk: &Desk, id: DialogId, key: &str) -> Value {
    desk.acts_with(id, "send_digit", json!({ "digit": key })).await
}

/// The switch is asked to send a key: on which line, which request, which key.
async fn sends(floor: &mut Floor) -> (ChannelId, DigitId, char) {
    match floor.ordered().await {
        Order::SendDigit { channel_id, digit_id, digit, .. } => (channel_id, digit_id, digit.as_char()),
        other => panic!("no key is sent: {}", other.name()),
    }
}

async fn answered(floor: &Floor, call: &Call, digit_id: DigitId, is_sent: bool) {
    floor.told(call.line, CallProgress::Digit { digit_id, is_sent }).await;
}

#[tokio::test]
async fn t07_1_each_key_is_sent_and_shown() {
    let (mut floor, mut kim, call) = talking().await;
    assert_eq!(kim.sees(call.id).await["keypad"], Value::Null);
    assert_eq!(kim.cannot(call.id, "send_digit").await, (409, "not_in_this_call".to_owned()), "open it first");
    kim.acts(call.id, "open_keypad").await;
    kim.hears("keypad_changed", json!({ "dialog_id": call.id, "is_open": true })).await;
    let keypad = kim.sees(call.id).await["keypad"].clone();
    assert_eq!(keypad, json!({ "keys": "", "outstanding": 0, "outstanding_max": 3 }));
    let mut shown = String::new();
    for key in "0123456789*#".chars() {
        presses(&kim, call.id, &key.to_string()).await;
        shown.push(key);
        let (line, digit_id, sent) = sends(&mut floor).await;
        assert_eq!((line, sent), (call.line, key));
        let keypad = kim.sees(call.id).await["keypad"].clone();
        assert_eq!((&keypad["keys"], &keypad["outstanding"]), (&json!(shown), &json!(1)));
        kim.hears("digit_requested", json!({ "dialog_id": call.id, "digit_id": digit_id })).await;
        answered(&floor, &call, digit_id, true).await;
        let heard = kim.hears("digit_answered", json!({ "digit_id": digit_id })).await;
        assert_eq!(heard["how"], "sent");
    }
    assert_eq!(kim.sees(call.id).await["keypad"]["outstanding"], 0);
    floor.nothing_ordered();
}

#[tokio::test]
async fn t07_1_nothing_else_is_a_key() {
    let (mut floor, kim, call) = talking().await;
    kim.acts(call.id, "open_keypad").await;
    for body in [
        json!({ "digit": "A" }),
        json!({ "digit": "12" }),
        json!({ "digit": "" }),
        json!({ "digit": 1 }),
        json!({ "digit": null }),
        json!({ "digit": "1", "more": 1 }),
        json!({ "digits": "1" }),
        json!({}),
    ] {
        let refused = kim.cannot_with(call.id, "send_digit", Some(body.clone())).await;
        assert_eq!(refused, (422, "bad_value".to_owned()), "{body}");
    }
    floor.nothing_ordered();
    assert_eq!(kim.sees(call.id).await["keypad"]["keys"], "");
}

#[tokio::test]
async fn t07_1_only_while_talking() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    let call = floor.dialing(&mut kim).await;
    let refused = (409, "not_in_this_call".to_owned());
    assert_eq!(kim.cannot(call.id, "open_keypad").await, refused, "dialing");
    floor.connected(call.line).await;
    assert_eq!(lee.cannot(call.id, "open_keypad").await, (409, "call_gone".to_owned()), "another agent");
    kim.acts(call.id, "hold").await;
    for act in ["open_keypad", "send_digit"] {
        assert_eq!(kim.cannot(call.id, act).await, refused, "{act} on hold");
    }
    kim.acts(call.id, "retrieve").await;
    kim.acts(call.id, "open_keypad").await;
    // The end of the call closes it.
    floor.over(call.line).await;
    kim.hears("keypad_changed", json!({ "is_open": false })).await;
    kim.is_in("wrap_up").await;
    for act in ["open_keypad", "send_digit", "close_keypad"] {
        assert_eq!(kim.cannot(call.id, act).await, refused, "{act} in wrap-up");
    }
    kim.ready().await;
    assert_eq!(kim.cannot(call.id, "open_keypad").await, (409, "call_gone".to_owned()));
}

#[tokio::test]
async fn t07_1_the_keys_stay_out_of_the_log() {
    let (mut floor, kim, call) = talking().await;
    kim.acts(call.id, "open_keypad").await;
    for key in ["4", "7", "#"] {
        presses(&kim, call.id, key).await;
        let (_, digit_id, _) = sends(&mut floor).await;
        answered(&floor, &call, digit_id, true).await;
    }
    let log = floor.log().await;
    let digits: Vec<&Value> =
        log.iter().filter(|event| event["type"].as_str().unwrap().starts_with("digit_")).collect();
    assert_eq!(digits.len(), 6);
    let known =
        ["team_id", "seq", "at", "agent_id", "campaign_id", "contact_id", "type", "dialog_id", "digit_id", "how"];
    for event in digits {
        let unknown = event.as_object().unwrap().keys().find(|key| !known.contains(&key.as_str()));
        assert_eq!(unknown, None, "{event}");
    }
}

#[tokio::test]
async fn t07_2_the_controls_rest_while_the_keypad_is_open_and_until_each_key_is_answered() {
    let (mut floor, mut kim, call) = talking().await;
    let before = kim.may(call.id).await;
    kim.acts(call.id, "open_keypad").await;
    let open: Vec<String> = before.iter().filter(|act| !CONTROLS.contains(&act.as_str())).cloned().collect();
    let mut wanted: Vec<&str> = open.iter().map(String::as_str).chain(["close_keypad", "send_digit"]).collect();
    wanted.sort_unstable();
    kim.may_only(call.id, &wanted).await;
    for act in CONTROLS {
        let (status, problem) = (409, "keypad_open".to_owned());
        assert_eq!(kim.cannot(call.id, act).await, (status, problem), "{act}");
    }
    for key in ["1", "2", "3"] {
        presses(&kim, call.id, key).await;
    }
    let mut requests = Vec::new();
    for _ in 0..3 {
        requests.push(sends(&mut floor).await.1);
    }
    kim.acts(call.id, "close_keypad").await;
    kim.hears("keypad_changed", json!({ "is_open": false })).await;
    // In whatever order they are answered, the last one frees the controls.
    for (digit_id, is_sent, how) in
        [(requests[2], true, "sent"), (requests[0], false, "failed"), (requests[1], true, "sent")]
    {
        for act in CONTROLS {
            assert_eq!(kim.cannot(call.id, act).await, (409, "digits_outstanding".to_owned()), "{act}");
        }
        answered(&floor, &call, digit_id, is_sent).await;
        let heard = kim.hears("digit_answered", json!({ "digit_id": digit_id })).await;
        assert_eq!(heard["how"], how);
        // Told twice is told once.
        answered(&floor, &call, digit_id, is_sent).await;
    }
    assert_eq!(kim.may(call.id).await, before);
    floor.nothing_ordered();
    let told = floor.log().await.iter().filter(|event| event["type"] == "digit_answered").count();
    assert_eq!(told, 3);
}

#[tokio::test]
async fn t07_2_the_controls_of_all_calls_rest() {
    let (mut floor, kim, call) = talking().await;
    let consult = floor.consulted(&kim, &call, "312-555-0199").await;
    kim.acts(consult.id, "open_keypad").await;
    for id in [call.id, consult.id] {
        for act in CONTROLS {
            let refused = kim.cannot(id, act).await;
            assert_eq!(refused, (409, "keypad_open".to_owned()), "{act}");
        }
        let may = kim.may(id).await;
        assert!(!may.iter().any(|act| CONTROLS.contains(&act.as_str())), "{may:?}");
    }
    presses(&kim, consult.id, "5").await;
    let (line, digit_id, _) = sends(&mut floor).await;
    assert_eq!(line, consult.line, "whom they talk with hears it, not the customer on hold");
    kim.acts(consult.id, "close_keypad").await;
    for id in [call.id, consult.id] {
        assert_eq!(kim.cannot(id, "retrieve").await.1, "digits_outstanding");
    }
    answered(&floor, &consult, digit_id, true).await;
    kim.acts(call.id, "retrieve").await;
}

#[tokio::test]
async fn t07_2_a_keypad_that_is_open_elsewhere_is_closed_first() {
    let (mut floor, mut kim, call) = talking().await;
    let lee = floor.lee().await;
    kim.acts(call.id, "open_keypad").await;
    lee.done(Method::POST, "dialogs", Some(json!({ "typed": "1001" }))).await;
    let (second, phone) = floor.connects().await;
    floor.connected(phone.channel_id).await;
    kim.hears("call_offered", json!({ "dialog_id": second })).await;
    // To answer is no control that rests. The customer goes on hold, their keypad stays open.
    floor.answers(&mut kim, second).await;
    assert!(kim.sees(call.id).await["keypad"].is_object());
    assert_eq!(kim.cannot(second, "open_keypad").await, (409, "keypad_open".to_owned()), "no success for nothing");
    kim.acts(call.id, "close_keypad").await;
    let view = kim.acts(second, "open_keypad").await;
    assert!(view["dialogs"][1]["keypad"].is_object(), "{view}");
    // Colleagues hear each other's tones by themselves: there is no line to send them on.
    presses(&kim, second, "1").await;
    assert_eq!(kim.hears("digit_answered", json!({})).await["how"], "failed");
}

#[tokio::test]
async fn t07_3_the_administrator_sets_how_many_may_be_on_their_way() {
    let (mut floor, kim, call) = talking().await;
    kim.acts(call.id, "open_keypad").await;
    for key in ["1", "2", "3"] {
        presses(&kim, call.id, key).await;
    }
    assert!(!kim.may(call.id).await.contains(&"send_digit".to_owned()));
    let body = Some(json!({ "digit": "4" }));
    let (status, problem) = kim.asks(Method::POST, &format!("dialogs/{}/digits", call.id), body).await;
    assert_eq!((status, &problem["code"], &problem["max"]), (409, &json!("too_many_digits"), &json!(3)));
    assert_eq!(kim.sees(call.id).await["keypad"]["keys"], "123", "what was refused is not shown");
    let (_, first, _) = sends(&mut floor).await;
    answered(&floor, &call, first, true).await;
    presses(&kim, call.id, "4").await;
    assert_eq!(kim.sees(call.id).await["keypad"], json!({ "keys": "1234", "outstanding": 3, "outstanding_max": 3 }));
    // At once as well: never more than three.
    let (_, second, _) = sends(&mut floor).await;
    answered(&floor, &call, second, true).await;
    let path = format!("dialogs/{}/digits", call.id);
    let presses = (0..10).map(|_| kim.asks(Method::POST, &path, Some(json!({ "digit": "9" }))));
    let done = futures_util::future::join_all(presses).await.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!((done, kim.sees(call.id).await["keypad"]["outstanding"].clone()), (1, json!(3)));
}

#[tokio::test]
async fn t07_3_the_administrator_sets_how_long_an_answer_may_take() {
    let mut floor = Floor::fast_with(1.0, |limits| limits.digit_seconds = 1).await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    kim.acts(call.id, "open_keypad").await;
    presses(&kim, call.id, "1").await;
    let asked = kim.hears("digit_requested", json!({})).await;
    kim.acts(call.id, "close_keypad").await;
    let heard = kim.hears("digit_answered", json!({ "digit_id": asked["digit_id"] })).await;
    assert_eq!(heard["how"], "timed_out");
    let waited = instant(&heard["at"]).duration_since(instant(&asked["at"]));
    assert!(waited.as_millis() >= 1000, "{waited}");
    assert!(kim.may(call.id).await.contains(&"hold".to_owned()), "the controls are back");
    // What the switch says later changes nothing.
    let (_, digit_id, _) = sends(&mut floor).await;
    answered(&floor, &call, digit_id, true).await;
    let told = floor.log().await.iter().filter(|event| event["type"] == "digit_answered").count();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn t07_3_a_key_on_its_way_when_the_call_ends_is_over_too() {
    let (mut floor, mut kim, call) = talking().await;
    kim.acts(call.id, "open_keypad").await;
    presses(&kim, call.id, "1").await;
    let (_, digit_id, _) = sends(&mut floor).await;
    floor.over(call.line).await;
    let heard = kim.hears("digit_answered", json!({ "digit_id": digit_id })).await;
    assert_eq!(heard["how"], "call_over");
    kim.is_in("wrap_up").await;
}

#[tokio::test]
async fn t07_4_the_keypad_is_closed_and_opens_empty() {
    let (mut floor, mut kim, call) = talking().await;
    assert_eq!(kim.cannot(call.id, "close_keypad").await, (409, "not_in_this_call".to_owned()));
    kim.acts(call.id, "open_keypad").await;
    // A second click on the way in changes nothing.
    presses(&kim, call.id, "7").await;
    kim.acts(call.id, "open_keypad").await;
    assert_eq!(kim.sees(call.id).await["keypad"]["keys"], "7");
    let (_, digit_id, _) = sends(&mut floor).await;
    answered(&floor, &call, digit_id, true).await;
    let view = kim.acts(call.id, "close_keypad").await;
    assert_eq!(view["dialogs"][0]["keypad"], Value::Null);
    kim.hears("keypad_changed", json!({ "dialog_id": call.id, "is_open": false })).await;
    assert!(kim.may(call.id).await.contains(&"end".to_owned()));
    assert_eq!(kim.cannot(call.id, "send_digit").await, (409, "not_in_this_call".to_owned()));
    kim.acts(call.id, "open_keypad").await;
    assert_eq!(kim.sees(call.id).await["keypad"]["keys"], "");
    // Two tabs: the other one closed it meanwhile.
    let path = format!("/v1/me/dialogs/{}/keypad", call.id);
    assert_eq!(kim.tab().send(&Method::DELETE, &path, None).await.0, 200);
    assert_eq!(kim.cannot(call.id, "close_keypad").await, (409, "not_in_this_call".to_owned()));
    assert_eq!(kim.sees(call.id).await["keypad"], Value::Null);
}

//! T1: place a call.

use futures_util::future::join_all;
use rappel::{
    domain::{
        attempt::{CallProgress, NotMade},
        dial_plan::Target,
        outcome::FailureCause,
    },
    engine::output::{Destination, Order},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Desk, Floor, WRAP_UP};

const TYPED: &str = "312-555-0199";

fn typed(text: &str) -> Value {
    json!({ "typed": text })
}

/// A call is refused because of the agent's state, and says so; no button for it is shown.
async fn cannot_call(desk: &Desk, state: &str) {
    let view = desk.view().await;
    assert_eq!(view["state"], state, "{view}");
    assert!(!view["allowed_commands"].as_array().unwrap().contains(&json!("place_call")), "{view}");
    let (status, problem) = desk.asks(Method::POST, "dialogs", Some(typed(TYPED))).await;
    assert_eq!((status, &problem["code"], &problem["state"]), (409, &json!("wrong_state"), &json!(state)), "{problem}");
    assert_eq!(problem["detail"], format!("place_call is not possible in state {state}"));
    let count = |view: &Value| view["dialogs"].as_array().unwrap().len();
    assert_eq!(count(&desk.view().await), count(&view), "nothing changed");
}

#[tokio::test]
async fn t01_1_allowed_when_ready_or_not_ready() {
    let mut floor = Floor::new().await;
    let mut kim = floor.kim().await;
    for state in ["not_ready", "ready"] {
        if state == "ready" {
            kim.ready().await;
        }
        let view = kim.view().await;
        assert_eq!(view["state"], state);
        assert!(view["allowed_commands"].as_array().unwrap().contains(&json!("place_call")), "{view}");
        let call = floor.placed(&mut kim, TYPED).await;
        assert_eq!(kim.sees(call.id).await["kind"], "placed");
        floor.over(call.line).await;
        // And back to where they came from.
        kim.is_in(state).await;
        floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    }
}

#[tokio::test]
async fn t01_1_refused_in_every_other_state_and_says_so() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    kim.becomes("reserved").await;
    cannot_call(&kim, "reserved").await;
    let view = kim.view().await;
    let path = format!("preview/{}/accept", view["preview"]["reservation_id"].as_str().unwrap());
    kim.done(Method::POST, &path, None).await;
    let (id, line, ..) = floor.dialled().await;
    cannot_call(&kim, "reserved").await;
    floor.connected(line).await;
    cannot_call(&kim, "talking").await;
    kim.acts(id, "hold").await;
    cannot_call(&kim, "hold").await;
    floor.over(line).await;
    cannot_call(&kim, "wrap_up").await;
    kim.ready().await;
    kim.done(Method::DELETE, "session", None).await;
    assert_eq!(kim.state().await, "logged_out");
    assert_eq!(kim.refused(Method::POST, "dialogs", Some(typed(TYPED))).await, (409, "not_signed_in".to_owned()));
    let dials = floor.world.orders_left().into_iter().filter(|order| matches!(order, Order::Dial { .. })).count();
    assert_eq!(dials, 0);
}

#[tokio::test]
async fn t01_1_a_flood_of_clicks_places_one_call() {
    let mut floor = Floor::new().await;
    let kim = floor.kim().await;
    let clicks = join_all((0..50).map(|_| kim.asks(Method::POST, "dialogs", Some(typed(TYPED))))).await;
    let done = clicks.iter().filter(|(status, _)| *status == 200).count();
    let refused = clicks.iter().filter(|(status, problem)| *status == 409 && problem["code"] == "wrong_state").count();
    assert_eq!((done, refused), (1, 49));
    let (_, _, phone, _) = floor.dialled().await;
    assert_eq!(phone.unwrap().extension, "1001");
    floor.nothing_ordered();
    assert_eq!(kim.dialogs().await, 1);
}

#[tokio::test]
async fn t01_2_the_pad_shows_letters_as_digits_and_the_switch_gets_digits_only() {
    let mut floor = Floor::new().await;
    let mut kim = floor.kim().await;
    for (text, shown, digits) in [
        ("1-800-FLOWERS", "1-800-3569377", "+18003569377"),
        ("1 (800) flowers", "1 (800) 3569377", "+18003569377"),
        ("(312) 555-0142", "(312) 555-0142", "+13125550142"),
        ("+1 312.555.0142", "+1 312.555.0142", "+13125550142"),
        ("12-34", "12-34", "1234"),
        ("sale", "7253", "7253"),
    ] {
        let pad = kim.done(Method::POST, "dial-pad", Some(typed(text))).await;
        assert_eq!((&pad["shown"], &pad["permitted"]), (&json!(shown), &json!(true)), "{text}: {pad}");
        let view = kim.done(Method::POST, "dialogs", Some(typed(text))).await;
        let participants = &view["dialogs"][0]["participants"];
        assert_eq!(participants[1]["name"], shown, "what was typed stays visible: {view}");
        let (id, line, phone, to) = floor.dialled().await;
        let Destination::Placed { permit, .. } = to else { panic!("{text}: by no permit") };
        assert_eq!(permit.dial_string(), digits, "{text}");
        assert_eq!(matches!(permit.target(), Target::Extension(_)), !digits.starts_with('+'), "{text}");
        assert_eq!(phone.unwrap().extension, "1001");
        kim.hears("dialog_opened", json!({ "dialog_id": id, "kind": "placed" })).await;
        floor.not_made(line, NotMade::Busy).await;
        kim.hears("participant_left", json!({ "dialog_id": id, "who": "other", "why": "busy" })).await;
        kim.is_in("not_ready").await;
        assert!(matches!(floor.ordered().await, Order::HangUp { .. }));
    }
    let log = json!(floor.log().await).to_string();
    for secret in ["5550142", "3569377", "FLOWERS"] {
        assert!(!log.contains(secret), "numbers stay out of the log");
    }
}

#[tokio::test]
async fn t01_2_every_sign_of_ascii_is_taken_and_stays_as_typed() {
    let floor = Floor::new().await;
    let kim = floor.kim().await;
    let all: String = (' '..='~').collect();
    for part in all.as_bytes().chunks(32) {
        let part = std::str::from_utf8(part).unwrap();
        let pad = kim.done(Method::POST, "dial-pad", Some(typed(part))).await;
        let shown = pad["shown"].as_str().unwrap();
        assert_eq!(shown.len(), part.len());
        for (before, after) in part.chars().zip(shown.chars()) {
            let is_right = if before.is_ascii_alphabetic() { after.is_ascii_digit() } else { before == after };
            assert!(is_right, "{before} became {after}");
        }
    }
}

#[tokio::test]
async fn t01_2_what_is_no_safe_number_reaches_no_switch() {
    let mut floor = Floor::new().await;
    let kim = floor.kim().await;
    for (text, status, code) in [
        ("*67#3125550142", 422, "cannot_be_dialled"),
        ("1234&SIP/1000", 422, "cannot_be_dialled"),
        ("${EXTEN}", 422, "cannot_be_dialled"),
        ("3125550142;ext=5", 422, "cannot_be_dialled"),
        ("()", 422, "cannot_be_dialled"),
        ("", 422, "bad_length"),
        (&*"1".repeat(65), 422, "bad_length"),
        ("312\u{a0}5550142", 422, "not_on_dial_pad"),
        ("312\n5550142", 422, "not_on_dial_pad"),
        ("911", 403, "emergency_not_allowed"),
        ("+49 30 901820", 403, "country_not_allowed"),
        ("1-900-555-0142", 403, "premium_not_allowed"),
        ("+870 773 111 632", 403, "satellite_not_allowed"),
        ("1001", 409, "own_phone"),
    ] {
        let refused = kim.refused(Method::POST, "dialogs", Some(typed(text))).await;
        assert_eq!(refused, (status, code.to_owned()), "{text}");
        kim.is_in("not_ready").await;
        assert_eq!(kim.dialogs().await, 0);
    }
    for body in [json!({}), json!({ "typed": 5 }), json!({ "typed": "1", "more": 1 }), json!([]), json!(null)] {
        let refused = kim.refused(Method::POST, "dialogs", Some(body.clone())).await;
        assert_eq!(refused, (422, "bad_value".to_owned()), "{body}");
    }
    assert_eq!(kim.refused(Method::POST, "dialogs", None).await, (415, "not_json".to_owned()));
    floor.nothing_ordered();
}

#[tokio::test]
async fn t01_3_an_entry_of_the_phone_book_fills_the_pad_is_edited_and_called() {
    let mut floor = Floor::new().await;
    let kim = floor.kim().await;
    let house = json!({ "entries": [
        { "name": "Flowers", "number": "1-800-FLOWERS", "note": "for whoever had to wait" },
        { "name": "Front desk", "number": "1234" },
    ]});
    floor.managed("manager", Method::PUT, "/v1/phone-books/house", Some(house)).await;
    let own = json!({ "team": "sales", "entries": [{ "name": "Billing", "number": "(312) 555-0142" }] });
    floor.managed("manager", Method::PUT, "/v1/phone-books/sales", Some(own)).await;

    let found = kim.done(Method::GET, "phone-book", None).await;
    assert_eq!(found.as_array().unwrap().len(), 3, "that for all and that of the team: {found}");
    let found = kim.done(Method::GET, "phone-book?search=WAIT%20flo", None).await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["name"]), (1, &json!("Flowers")));
    let picked = found[0]["number"].as_str().unwrap();
    let pad = kim.done(Method::POST, "dial-pad", Some(typed(picked))).await;
    assert_eq!(pad["shown"], "1-800-3569377");
    let edited = pad["shown"].as_str().unwrap().replace("800", "888");
    let view = kim.done(Method::POST, "dialogs", Some(typed(&edited))).await;
    assert_eq!(view["dialogs"][0]["participants"][1]["name"], "1-888-3569377");
    let (.., to) = floor.dialled().await;
    let Destination::Placed { permit, .. } = to else { panic!("by no permit") };
    assert_eq!(permit.dial_string(), "+18883569377");
}

#[tokio::test]
async fn t01_4_end_ends_the_call_at_every_moment() {
    let mut floor = Floor::new().await;
    let mut kim = floor.kim().await;
    kim.not_ready("training").await;
    for phase in ["dialing", "ringing", "talking"] {
        kim.done(Method::POST, "dialogs", Some(typed(TYPED))).await;
        let (id, line, phone, _) = floor.dialled().await;
        match phase {
            "ringing" => floor.told(line, CallProgress::Ringing).await,
            "talking" => floor.connected(line).await,
            _ => {}
        }
        assert_eq!(kim.phase(id).await, phase);
        let acts: &[&str] = match phase {
            "talking" => &["consult", "direct_transfer", "end", "hold", "open_keypad"],
            _ => &["end"],
        };
        kim.may_only(id, acts).await;
        kim.acts(id, "end").await;
        floor.ordered_are(&[Order::HangUp { channel_id: line }]).await;
        // A second click asks for nothing new.
        kim.acts(id, "end").await;
        floor.nothing_ordered();
        floor.over(line).await;
        kim.hears("participant_left", json!({ "dialog_id": id, "who": "other", "why": "ended" })).await;
        kim.hears("dialog_ended", json!({ "dialog_id": id })).await;
        let changed = kim.becomes("not_ready").await;
        assert_eq!((&changed["was"], &changed["reason"]), (&json!("talking"), &json!("training")));
        floor.ordered_are(&[Order::HangUp { channel_id: phone.unwrap().channel_id }]).await;
        assert_eq!(kim.dialogs().await, 0);
        assert_eq!(kim.cannot(id, "end").await, (409, "call_gone".to_owned()));
    }
}

#[tokio::test]
async fn t01_4_a_call_that_fails_or_whose_phone_is_dead_ends_by_itself() {
    let mut floor = Floor::new().await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    for (why, left, state) in [
        (NotMade::NoAnswer, "no_answer", "ready"),
        (NotMade::Failed(FailureCause::Declined), "declined", "ready"),
        (NotMade::Failed(FailureCause::Congestion), "failed", "ready"),
        (NotMade::Failed(FailureCause::AgentPhone), "failed", "not_ready"),
    ] {
        kim.done(Method::POST, "dialogs", Some(typed(TYPED))).await;
        let (id, line, ..) = floor.dialled().await;
        floor.not_made(line, why).await;
        kim.hears("participant_left", json!({ "dialog_id": id, "why": left })).await;
        kim.is_in(state).await;
        assert!(matches!(floor.ordered().await, Order::HangUp { .. }));
    }
    assert_eq!(kim.view().await["reason"], "phone_not_answering");
}

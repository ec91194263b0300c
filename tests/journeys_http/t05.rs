//! T5: schedule a callback.

use jiff::{SignedDuration, civil::DateTime};
use rappel::domain::ids::DialogId;
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Call, Desk, Floor, WRAP_UP, instant};

/// Fills the form and presses Schedule or Update; gets what the form shows then.
async fn form(desk: &Desk, id: DialogId, form: Value) -> Value {
    let view = desk.acts_with(id, "schedule_callback", form).await;
    let dialogs = view["dialogs"].as_array().unwrap();
    dialogs.iter().find(|dialog| dialog["dialog_id"] == json!(id)).unwrap()["callback"].clone()
}

/// An agent who talks with a customer.
async fn talking(number: &str) -> (Floor, Desk, Call) {
    let mut floor = Floor::new().await;
    floor.campaign("", &[number]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    (floor, kim, call)
}

async fn stored(floor: &Floor, state: &str) -> Value {
    let path = format!("/v1/campaigns/spring/callbacks?state={state}");
    floor.managed("supervisor", Method::GET, &path, None).await
}

#[tokio::test]
async fn t05_1_the_form_shows_the_current_time_of_the_customer() {
    let (floor, kim, call) = talking("+12135550144").await;
    let dialog = kim.sees(call.id).await;
    let local = &dialog["customer"]["local_times"][0];
    assert_eq!(local["zone"], "America/Los_Angeles");
    let shown: DateTime = local["at"].as_str().unwrap().parse().unwrap();
    let now = instant(&kim.view().await["now"]);
    let there = now.in_tz("America/Los_Angeles").unwrap().datetime();
    assert!(there.duration_since(shown) < SignedDuration::from_mins(1), "{shown} is not {there}");
    // It is read-only: nothing takes it.
    let forged = Some(json!({ "at": "2026-03-12T10:00", "now": "2026-03-10T10:00" }));
    assert_eq!(kim.cannot_with(call.id, "schedule_callback", forged).await, (422, "bad_value".to_owned()));
    assert_eq!(stored(&floor, "scheduled").await, json!([]));
}

#[tokio::test]
async fn t05_1_only_on_a_call_of_a_campaign() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    let placed = floor.placed(&mut kim, "312-555-0199").await;
    assert!(!kim.may(placed.id).await.contains(&"schedule_callback".to_owned()));
    assert_eq!(kim.cannot(placed.id, "schedule_callback").await, (409, "not_in_this_call".to_owned()));
    assert_eq!(kim.cannot(placed.id, "cancel_callback").await, (409, "callback_gone".to_owned()));
    let other = json!({ "at": "2026-03-12T10:00", "number": "312-555-0198" });
    assert_eq!(kim.cannot_with(placed.id, "schedule_callback", Some(other)).await.0, 409);
}

#[tokio::test]
async fn t05_2_the_zone_comes_from_the_area_code_and_the_agent_may_choose_another() {
    let (floor, kim, call) = talking("+12125550143").await;
    let customer = kim.sees(call.id).await["customer"].clone();
    assert_eq!(
        (&customer["zone_source"], &customer["local_times"][0]["zone"]),
        (&json!("number"), &json!("America/New_York"))
    );
    let callback = form(&kim, call.id, json!({ "at": "2026-03-12T14:00" })).await;
    assert_eq!((&callback["zone"], &callback["zone_stated_by_agent"]), (&json!("America/New_York"), &json!(false)));
    assert_eq!(callback["due_at"], "2026-03-12T18:00:00Z");
    // The customer is travelling.
    let callback = form(&kim, call.id, json!({ "zone": "America/Denver" })).await;
    assert_eq!((&callback["zone"], &callback["zone_stated_by_agent"]), (&json!("America/Denver"), &json!(true)));
    assert_eq!((&callback["at"], &callback["due_at"]), (&json!("2026-03-12T14:00:00"), &json!("2026-03-12T20:00:00Z")));
    let stored = stored(&floor, "scheduled").await;
    assert_eq!(
        (&stored[0]["wall_time"]["zone"], &stored[0]["zone_stated_by_agent"]),
        (&json!("America/Denver"), &json!(true))
    );
    for zone in ["Mars/Base", "", "EST5", "GMT+2"] {
        let refused = kim.cannot_with(call.id, "schedule_callback", Some(json!({ "zone": zone }))).await;
        assert_eq!(refused, (422, "bad_value".to_owned()), "{zone}");
    }
}

#[tokio::test]
async fn t05_2_where_the_area_code_leaves_two_clocks_the_agent_must_ask() {
    // Florida's panhandle: Eastern or Central.
    let (_floor, kim, call) = talking("+18505550145").await;
    assert_eq!(kim.sees(call.id).await["customer"]["local_times"].as_array().unwrap().len(), 2);
    let at = Some(json!({ "at": "2026-03-12T14:00" }));
    let (status, problem) = kim.asks(Method::PUT, &format!("dialogs/{}/callback", call.id), at).await;
    assert_eq!((status, &problem["code"]), (422, &json!("callback_zone_ambiguous")), "{problem}");
    assert_eq!(problem["zones"], json!(["America/Chicago", "America/New_York"]));
    let callback = form(&kim, call.id, json!({ "at": "2026-03-12T14:00", "zone": "America/Chicago" })).await;
    assert_eq!(
        (&callback["due_at"], &callback["zone_stated_by_agent"]),
        (&json!("2026-03-12T19:00:00Z"), &json!(true))
    );
}

#[tokio::test]
async fn t05_3_another_number_is_read_as_one_of_a_list_is() {
    let (mut floor, kim, call) = talking(CHICAGO).await;
    let callback = form(&kim, call.id, json!({ "at": "2026-03-12T14:00" })).await;
    assert_eq!(callback["number"], CHICAGO);
    for number in ["12", "312-555", "312-555-0142 or 312-555-0143", "tel", ""] {
        let body = Some(json!({ "number": number }));
        let (status, problem) = kim.asks(Method::PUT, &format!("dialogs/{}/callback", call.id), body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("number")), "{number}: {problem}");
    }
    // In Los Angeles it is another two in the afternoon.
    let callback = form(&kim, call.id, json!({ "number": "(213) 555-0144" })).await;
    assert_eq!((&callback["number"], &callback["zone"]), (&json!("+12135550144"), &json!("America/Los_Angeles")));
    assert_eq!((&callback["at"], &callback["due_at"]), (&json!("2026-03-12T14:00:00"), &json!("2026-03-12T21:00:00Z")));
    let abroad = form(&kim, call.id, json!({ "number": "+44 20 7946 0958" })).await;
    assert_eq!((&abroad["number"], &abroad["zone"]), (&json!("+442079460958"), &json!("Europe/London")));
    floor.over(call.line).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!(ended["disposition"]["disposition"], "callback");
    let log = json!(floor.log().await).to_string();
    assert!(!log.contains("5550144") && !log.contains("79460958"), "numbers stay out of the log");
}

#[tokio::test]
async fn t05_4_date_and_time_are_the_customers_in_twelve_hours_or_twenty_four() {
    let (_floor, kim, call) = talking(CHICAGO).await;
    for (time, at, due) in [
        ("2:30 PM", "2026-03-12T14:30:00", "2026-03-12T19:30:00Z"),
        ("2:30pm", "2026-03-12T14:30:00", "2026-03-12T19:30:00Z"),
        ("14:30", "2026-03-12T14:30:00", "2026-03-12T19:30:00Z"),
        ("12:15 PM", "2026-03-12T12:15:00", "2026-03-12T17:15:00Z"),
        ("9:05 AM", "2026-03-12T09:05:00", "2026-03-12T14:05:00Z"),
        ("09:05", "2026-03-12T09:05:00", "2026-03-12T14:05:00Z"),
    ] {
        let callback = form(&kim, call.id, json!({ "date": "2026-03-12", "time": time })).await;
        assert_eq!((&callback["at"], &callback["due_at"]), (&json!(at), &json!(due)), "{time}");
    }
    // Midnight is outside the calling hours: what is promised and when it is called are both told.
    let callback = form(&kim, call.id, json!({ "date": "2026-03-12", "time": "12:00 AM" })).await;
    assert_eq!(
        (&callback["at"], &callback["promised_at"]),
        (&json!("2026-03-12T00:00:00"), &json!("2026-03-12T05:00:00Z"))
    );
    assert_eq!(callback["due_at"], "2026-03-12T13:00:00Z");
    assert!(callback["notes"][0].as_str().unwrap().contains("2026-03-12 08:00"), "{callback}");
    // Picked from a calendar.
    let callback = form(&kim, call.id, json!({ "at": "2026-03-13T10:00" })).await;
    assert_eq!(callback["at"], "2026-03-13T10:00:00");
    for (body, field) in [
        (json!({ "date": "2026-03-12", "time": "25:00" }), "time"),
        (json!({ "date": "2026-03-12", "time": "14:30 PM" }), "time"),
        (json!({ "date": "2026-03-12", "time": "13:00 AM" }), "time"),
        (json!({ "date": "2026-02-30", "time": "10:00" }), "date"),
        (json!({ "date": "12/03/2026", "time": "10:00" }), "date"),
        (json!({ "date": "2026-03-12" }), "time"),
        (json!({ "time": "10:00" }), "date"),
        (json!({ "at": "2026-03-12T10:00:00Z" }), "at"),
        (json!({ "at": "2026-03-12T10:00", "date": "2026-03-12", "time": "10:00" }), "at"),
        (json!({ "at": 5 }), "at"),
        (json!({ "when": "2026-03-12T10:00" }), "when"),
    ] {
        let (status, problem) =
            kim.asks(Method::PUT, &format!("dialogs/{}/callback", call.id), Some(body.clone())).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{body}: {problem}");
    }
    for (at, code) in [("2026-03-10T12:59", "callback_in_past"), ("2027-03-20T10:00", "callback_too_far")] {
        let refused = kim.cannot_with(call.id, "schedule_callback", Some(json!({ "at": at }))).await;
        assert_eq!(refused, (422, code.to_owned()), "{at}");
    }
    assert_eq!(kim.sees(call.id).await["callback"]["at"], "2026-03-13T10:00:00", "refusals change nothing");
}

#[tokio::test]
async fn t05_4_a_time_that_comes_twice_or_never_is_said_so() {
    let (_floor, kim, call) = talking(CHICAGO).await;
    // The clocks go back on 1 November at two.
    let callback = form(&kim, call.id, json!({ "at": "2026-11-01T01:30" })).await;
    assert_eq!(callback["promised_at"], "2026-11-01T06:30:00Z");
    assert!(!callback["notes"].as_array().unwrap().is_empty(), "{callback}");
    let later = form(&kim, call.id, json!({ "fold": "later" })).await;
    assert_eq!(later["promised_at"], "2026-11-01T07:30:00Z", "{later}");
}

#[tokio::test]
async fn t05_5_schedule_stores_it_and_the_form_shows_it_again() {
    let (mut floor, mut kim, call) = talking(CHICAGO).await;
    assert!(!kim.may(call.id).await.contains(&"cancel_callback".to_owned()));
    let missing = kim.cannot_with(call.id, "schedule_callback", Some(json!({}))).await;
    assert_eq!(missing, (422, "callback_time_missing".to_owned()));
    let made = form(&kim, call.id, json!({ "at": "2026-03-12T14:00" })).await;
    let heard = kim.hears("callback_scheduled", json!({ "callback_id": made["callback_id"] })).await;
    assert_eq!((&heard["due_at"], &heard["owner_id"]), (&json!("2026-03-12T19:00:00Z"), &json!(kim.agent_id)));
    // Reopened: the same, with Update and Cancel.
    assert_eq!(kim.sees(call.id).await["callback"], made);
    assert!(kim.may(call.id).await.contains(&"cancel_callback".to_owned()));
    // Each part can be updated alone.
    for (part, field, value) in [
        (json!({ "at": "2026-03-13T15:00" }), "at", json!("2026-03-13T15:00:00")),
        (json!({ "number": "312-555-0188" }), "number", json!("+13125550188")),
        (json!({ "zone": "America/Denver" }), "zone", json!("America/Denver")),
        (json!({ "owner": "any" }), "owner_id", Value::Null),
        (json!({ "owner": "own_agent" }), "owner_id", json!(kim.agent_id)),
    ] {
        let before = kim.sees(call.id).await["callback"].clone();
        let after = form(&kim, call.id, part).await;
        assert_eq!(after[field], value);
        let derived = ["due_at", "promised_at", "zone_stated_by_agent"];
        for (name, was) in before.as_object().unwrap() {
            assert!(name == field || derived.contains(&name.as_str()) || after[name] == *was, "{name}: {after}");
        }
        kim.hears("callback_updated", json!({ "callback_id": made["callback_id"] })).await;
    }
    let callbacks = stored(&floor, "scheduled").await;
    assert_eq!((callbacks.as_array().unwrap().len(), &callbacks[0]["id"]), (1, &made["callback_id"]));
    floor.over(call.line).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!(ended["disposition"]["callback_id"], made["callback_id"]);
    // The call is over, and so is the form.
    assert_eq!(kim.cannot(call.id, "schedule_callback").await, (409, "call_gone".to_owned()));
    assert_eq!(kim.cannot(call.id, "cancel_callback").await, (409, "call_gone".to_owned()));
    assert_eq!(stored(&floor, "scheduled").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn t05_5_in_wrap_up_it_can_still_be_made_and_changed() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    floor.over(call.line).await;
    kim.is_in("wrap_up").await;
    form(&kim, call.id, json!({ "at": "2026-03-12T14:00" })).await;
    form(&kim, call.id, json!({ "at": "2026-03-12T15:00" })).await;
    kim.ready().await;
    assert_eq!(stored(&floor, "scheduled").await[0]["wall_time"]["at"], "2026-03-12T15:00");
}

#[tokio::test]
async fn t05_6_cancel_says_that_the_callback_was_cancelled() {
    let (mut floor, mut kim, call) = talking(CHICAGO).await;
    let made = form(&kim, call.id, json!({ "at": "2026-03-12T14:00" })).await;
    let answer = kim.acts(call.id, "cancel_callback").await;
    assert_eq!(answer["message"], "The callback was cancelled.");
    assert_eq!(answer["view"]["dialogs"][0]["callback"], Value::Null);
    kim.hears("callback_cancelled", json!({ "callback_id": made["callback_id"] })).await;
    assert_eq!(stored(&floor, "cancelled").await[0]["id"], made["callback_id"]);
    assert_eq!(stored(&floor, "scheduled").await, json!([]));
    floor.over(call.line).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!(ended["disposition"]["disposition"], "close", "nothing is promised");
}

#[tokio::test]
async fn t05_6_a_second_tab_that_is_late_is_told_so() {
    let (_floor, kim, call) = talking(CHICAGO).await;
    form(&kim, call.id, json!({ "at": "2026-03-12T14:00" })).await;
    let other = kim.tab();
    let path = format!("/v1/me/dialogs/{}/callback", call.id);
    let (status, _) = other.send(&Method::DELETE, &path, None).await;
    assert_eq!(status, 200);
    // This tab still shows Update and Cancel.
    assert_eq!(kim.cannot(call.id, "cancel_callback").await, (409, "callback_gone".to_owned()));
    let update = Some(json!({ "number": "312-555-0188" }));
    assert_eq!(kim.cannot_with(call.id, "schedule_callback", update).await.0, 422, "there is no time to keep");
    assert_eq!(kim.sees(call.id).await["callback"], Value::Null, "the fresh view");
}

#[tokio::test]
async fn t05_6_what_was_cancelled_meanwhile_is_not_promised_again() {
    let (floor, kim, call) = talking(CHICAGO).await;
    let id = form(&kim, call.id, json!({ "at": "2026-03-12T14:00" })).await["callback_id"].clone();
    let late = json!({ "callback_id": id, "at": "2026-03-12T15:00" });
    let moved = form(&kim, call.id, late.clone()).await;
    assert_eq!((&moved["callback_id"], &moved["at"]), (&id, &json!("2026-03-12T15:00:00")));
    kim.acts(call.id, "cancel_callback").await;
    let path = format!("dialogs/{}/callback", call.id);
    let refused = async || {
        let (status, problem) = kim.asks(Method::PUT, &path, Some(late.clone())).await;
        assert_eq!((status, &problem["code"]), (409, &json!("callback_gone")), "{problem}");
        let look = kim.done(Method::POST, &format!("{path}/look"), Some(late.clone())).await;
        assert_eq!((&look["refused"]["code"], &look["promised"]), (&json!("callback_gone"), &Value::Null));
    };
    refused().await;
    assert_eq!(kim.sees(call.id).await["callback"], Value::Null);
    assert_eq!(stored(&floor, "scheduled").await, json!([]));
    // Nor is another promise, made since, changed by who meant the first.
    let second = form(&kim, call.id, json!({ "at": "2026-03-13T10:00" })).await;
    assert_ne!(second["callback_id"], id);
    refused().await;
    assert_eq!(kim.sees(call.id).await["callback"], second);
    // Nor taken back.
    let promised = |id: &Value| format!("{path}?callback_id={}", id.as_str().unwrap());
    let (status, problem) = kim.asks(Method::DELETE, &promised(&id), None).await;
    assert_eq!((status, &problem["code"]), (409, &json!("callback_gone")), "{problem}");
    assert_eq!(kim.sees(call.id).await["callback"], second);
    kim.done(Method::DELETE, &promised(&second["callback_id"]), None).await;
    assert_eq!(kim.sees(call.id).await["callback"], Value::Null);
}

#[tokio::test]
async fn t05_6_whoever_asks_not_to_be_called_is_not_called_back() {
    let (floor, mut kim, call) = talking(CHICAGO).await;
    form(&kim, call.id, json!({ "at": "2026-03-12T14:00" })).await;
    kim.acts_with(call.id, "reclassify", json!({ "classification": "do_not_call" })).await;
    kim.hears("callback_cancelled", json!({})).await;
    assert_eq!(kim.cannot(call.id, "schedule_callback").await, (409, "callback_suppressed".to_owned()));
    assert_eq!(stored(&floor, "scheduled").await, json!([]));
}

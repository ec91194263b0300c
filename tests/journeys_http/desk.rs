//! What a desktop is told besides the state: why something cannot be done, why nothing comes, what happened before, and what
//! would become of a promise.

use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Desk, Floor, WRAP_UP};

/// Waits until the engine has looked for contacts.
async fn waits(desk: &Desk) -> Value {
    loop {
        let view = desk.view().await;
        if view["waiting"]["because"] != "looking" {
            return view["waiting"].clone();
        }
    }
}

#[tokio::test]
async fn what_is_refused_is_said_beside_what_is_allowed() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let refused = kim.view().await["refused_commands"]["accept_preview"].clone();
    assert_eq!(refused, json!({ "code": "preview_gone", "message": "this preview is not open any more" }));
    let call = floor.outbound(&mut kim).await;
    let dialog = kim.sees(call.id).await;
    let refused = &dialog["refused_acts"]["retrieve"];
    assert_eq!((&refused["code"], &refused["why"]), (&json!("not_in_this_call"), &json!("it is not on hold")));
    let (allowed, refused) = (dialog["allowed_acts"].as_array().unwrap(), dialog["refused_acts"].as_object().unwrap());
    assert_eq!(allowed.len() + refused.len(), 20, "every act is one or the other");
    kim.acts(call.id, "open_keypad").await;
    assert_eq!(kim.sees(call.id).await["refused_acts"]["end"]["code"], "keypad_open");
}

#[tokio::test]
async fn a_waiting_agent_knows_why() {
    let mut floor = Floor::new().await;
    let kim = floor.kim().await;
    assert_eq!(kim.view().await["waiting"], Value::Null, "who is not ready waits for nothing");
    kim.ready().await;
    assert_eq!(waits(&kim).await, json!({ "because": "no_campaign" }));
    // It is one in the afternoon in Chicago.
    floor.campaign("", &[CHICAGO]).await;
    floor.managed("manager", Method::POST, "/v1/campaigns/spring/pause", None).await;
    floor.known().await;
    kim.not_ready("lunch").await;
    floor.managed("manager", Method::POST, "/v1/campaigns/spring/start", None).await;
    floor.known().await;
    let view = kim.done(Method::PUT, "state", Some(json!({ "state": "ready" }))).await;
    assert!(view["state"] == "ready" || view["state"] == "reserved");
}

#[tokio::test]
async fn the_hours_that_are_waited_for_are_said_with_how_many_contacts() {
    let mut floor = Floor::new().await;
    let evening = "name = \"spring\"\nteam = \"sales\"\ncountry = \"US\"\nhours = { daily = [\"17:00-20:00\"] }\n";
    let (status, answer) = floor.world.put_toml(floor.world.token("manager"), "/v1/campaigns/spring", evening).await;
    assert_eq!(status, 200, "{answer}");
    let contact =
        |number: &str| json!({ "account_number": number, "first_name": "Ada", "last_name": "B", "numbers": [number] });
    let numbers = [CHICAGO, "+13125550143", "+12135550144"];
    let contacts: Vec<_> = numbers.into_iter().map(contact).collect();
    let contacts = json!({ "list": "march", "contacts": contacts });
    floor.managed("manager", Method::POST, "/v1/campaigns/spring/contacts", Some(contacts)).await;
    floor.managed("manager", Method::POST, "/v1/campaigns/spring/start", None).await;
    floor.known().await;
    let kim = floor.kim().await;
    kim.ready().await;
    let waiting = waits(&kim).await;
    assert_eq!(waiting["because"], "hours_closed", "{waiting}");
    assert_eq!((&waiting["zone"], &waiting["campaign"]), (&json!("America/Chicago"), &json!("spring")));
    assert_eq!(waiting["opens_at_local"], "2026-03-10T17:00:00");
    let counted = kim.done(Method::GET, "waiting", None).await;
    assert_eq!(counted["waiting"], waiting);
    assert_eq!((&counted["contacts"], &counted["contacts_are_more"]), (&json!(2), &json!(false)), "not Los Angeles");
    // Whoever is not ready is told nothing, and nobody counts.
    kim.not_ready("lunch").await;
    assert_eq!(kim.done(Method::GET, "waiting", None).await["contacts"], Value::Null);
}

#[tokio::test]
async fn the_history_is_that_of_the_contact_in_hand() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    let call = floor.outbound(&mut kim).await;
    let contact = kim.sees(call.id).await["customer"]["contact_id"].clone();
    let path = format!("contacts/{contact}/history");
    let empty = kim.done(Method::GET, &path, None).await;
    assert_eq!(empty, json!({ "attempts": [], "callbacks": [] }), "this attempt is not over");
    assert_eq!(lee.refused(Method::GET, &path, None).await, (404, "unknown_contact".to_owned()), "not in their hand");
    kim.acts_with(call.id, "schedule_callback", json!({ "at": "2026-03-12T14:30" })).await;
    let history = kim.done(Method::GET, &path, None).await;
    assert_eq!(history["callbacks"][0]["state"], "scheduled");
    assert_eq!(history["callbacks"][0]["wall_time"]["at"], "2026-03-12T14:30");
    kim.acts_with(call.id, "apply_wrap_up_reason", json!({ "reason": "Sale" })).await;
    floor.over(call.line).await;
    kim.becomes("wrap_up").await;
    kim.ready().await;
    let refused = kim.refused(Method::GET, &path, None).await;
    assert_eq!(refused, (404, "unknown_contact".to_owned()), "out of hand, out of sight");
}

#[tokio::test]
async fn the_preview_shows_earlier_attempts() {
    let mut floor = Floor::fast(600.0).await;
    floor.campaign("[retry.busy]\nthen = \"retry\"\nafter_minutes = 5\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.dialing(&mut kim).await;
    floor.not_made(call.line, rappel::domain::attempt::NotMade::Busy).await;
    kim.hears("attempt_ended", json!({})).await;
    let offered = kim.hears("preview_offered", json!({})).await;
    let history = kim.done(Method::GET, &format!("contacts/{}/history", offered["contact_id"]), None).await;
    assert_eq!(history["attempts"][0]["outcome"], json!({ "kind": "busy" }));
    assert_eq!(history["attempts"][0]["number"], CHICAGO);
}

/// Looks at a callback form before it is sent.
async fn look(desk: &Desk, call: &super::floor::Call, form: Value) -> Value {
    desk.done(Method::POST, &format!("dialogs/{}/callback/look", call.id), Some(form)).await
}

#[tokio::test]
async fn what_would_become_of_a_callback_is_said_before() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    let empty = look(&kim, &call, json!({})).await;
    assert_eq!(
        (&empty["zone"], &empty["promised"], &empty["refused"]),
        (&json!("America/Chicago"), &Value::Null, &Value::Null)
    );
    assert!(empty["now_there"].as_str().unwrap().starts_with("2026-03-10T13:0"), "{empty}");
    let picks: Vec<_> = empty["picks"].as_array().unwrap().iter().map(|pick| pick["pick"].as_str().unwrap()).collect();
    assert_eq!(picks, ["in_an_hour", "this_evening", "tomorrow_morning", "tomorrow_evening"]);
    for pick in empty["picks"].as_array().unwrap() {
        let seen = look(&kim, &call, json!({ "at": pick["at"].as_str().unwrap()[..16] })).await;
        assert_eq!(seen["refused"], Value::Null, "{pick}");
        assert_eq!(seen["promised"]["due_at"], seen["promised"]["promised_at"], "to the minute: {pick}");
    }
    let kept = look(&kim, &call, json!({ "date": "2026-03-12", "time": "2:30 PM" })).await;
    assert_eq!(kept["promised"]["promised_at"], "2026-03-12T19:30:00Z");
    assert_eq!((&kept["promised"]["clock"], &kept["promised"]["at"]), (&json!("once"), &json!("2026-03-12T14:30:00")));
    let closed = look(&kim, &call, json!({ "at": "2026-03-12T22:00" })).await;
    assert_eq!(closed["promised"]["due_at_local"], "2026-03-13T08:00:00");
    let past = look(&kim, &call, json!({ "at": "2026-03-10T09:00" })).await;
    assert_eq!((&past["refused"]["code"], &past["promised"]), (&json!("callback_in_past"), &Value::Null));
    let gap = look(&kim, &call, json!({ "at": "2027-03-10T09:00" })).await;
    assert_eq!(gap["refused"], Value::Null, "{gap}");
    let twice = look(&kim, &call, json!({ "at": "2026-11-01T01:30", "fold": "later" })).await;
    assert_eq!((&twice["promised"]["clock"], &twice["promised"]["fold"]), (&json!("twice"), &json!("later")));
    let elsewhere = look(&kim, &call, json!({ "at": "2026-03-29T02:30", "zone": "Europe/Paris" })).await;
    assert_eq!(elsewhere["promised"]["clock"], "never");
    assert_eq!(elsewhere["promised"]["promised_at_local"], "2026-03-29T03:30:00");
    assert_eq!(kim.sees(call.id).await["callback"], Value::Null, "nothing was promised");
}

#[tokio::test]
async fn a_zone_that_must_be_asked_for_is_said_before() {
    let mut floor = Floor::new().await;
    // Area code 850 of Florida lies in two zones.
    floor.campaign("", &["+18505550142"]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    let seen = look(&kim, &call, json!({})).await;
    assert_eq!((&seen["zone"], &seen["refused"]["code"]), (&Value::Null, &json!("callback_zone_ambiguous")), "{seen}");
    assert_eq!(seen["picks"], json!([]));
    let stated = look(&kim, &call, json!({ "zone": "America/New_York" })).await;
    assert_eq!((&stated["zone"], &stated["refused"]), (&json!("America/New_York"), &Value::Null));
}

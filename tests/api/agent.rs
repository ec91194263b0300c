//! An agent's day through the API: T3, T4, T5, T8 and T9 of the agent guide.

use rappel::{
    domain::attempt::{CallProgress, Side},
    engine::output::Order,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{Events, World};

/// Signs in, asks for Ready and waits for the preview.
async fn preview(world: &World, token: &str, extension: &str) -> (Events, String) {
    let (status, view) = world.post(token, "/v1/me/session", json!({ "extension": extension })).await;
    assert_eq!((status, &view["state"]), (200, &json!("not_ready")), "{view}");
    let mut events = world.events(token, "/v1/me/events", view["last_event_seq"].as_i64()).await;
    assert_eq!(world.put(token, "/v1/me/state", json!({ "state": "ready" })).await.0, 200);
    let offered = events.until("preview_offered").await;
    (events, offered["reservation_id"].as_str().unwrap().to_owned())
}

/// As `preview`, then accepts it.
async fn dialing(world: &mut World, token: &str) -> (Events, String) {
    let (events, reservation) = preview(world, token, "100").await;
    let (status, view) = world.post(token, &format!("/v1/me/preview/{reservation}/accept"), json!(null)).await;
    assert_eq!((status, &view["dialogs"][0]["phase"]), (200, &json!("dialing")), "{view}");
    (events, format!("/v1/me/dialogs/{}", view["dialogs"][0]["dialog_id"].as_str().unwrap()))
}

#[tokio::test]
async fn t03_3_an_accepted_preview_becomes_a_call_and_ends_in_ready() {
    let mut world = World::new().await;
    world.load(&["+13125550142"]).await;
    let token = world.token("agent").to_owned();
    let (mut events, reservation) = preview(&world, &token, "100").await;
    let (_, view) = world.get(&token, "/v1/me").await;
    assert_eq!((&view["state"], &view["preview"]["reservation_id"]), (&json!("reserved"), &json!(reservation)));
    assert_eq!(view["preview"]["customer"]["number"], "+13125550142");
    assert_eq!(view["preview"]["customer"]["local_times"][0]["zone"], "America/Chicago");

    let accept = format!("/v1/me/preview/{reservation}/accept");
    let (status, view) = world.post(&token, &accept, json!(null)).await;
    assert_eq!((status, &view["dialogs"][0]["classification"]), (200, &json!("voice")));
    let Order::Dial { channel_id, phone: Some(phone), .. } = world.order().await else {
        panic!("the customer is dialled")
    };
    assert_eq!(phone.extension, "100");
    // A second click means the same and dials nobody: the next order is the end of the call.
    let (status, again) = world.post(&token, &accept, json!(null)).await;
    assert_eq!((status, &again["dialogs"][0]["dialog_id"]), (200, &json!(channel_id)), "{again}");

    world.teams.switch_told(channel_id, CallProgress::Connected).await;
    events.until("attempt_answered").await;
    let call = format!("/v1/me/dialogs/{channel_id}");
    let said = json!({ "classification": "answering_machine" });
    let (_, view) = world.put(&token, &format!("{call}/classification"), said).await;
    assert_eq!(
        (&view["state"], &view["dialogs"][0]["classification"]),
        (&json!("talking"), &json!("answering_machine"))
    );

    let (status, _) = world.post(&token, &format!("{call}/end"), json!(null)).await;
    assert_eq!((status, world.order().await), (200, Order::HangUp { channel_id }));
    world.teams.switch_told(channel_id, CallProgress::HungUp { by: Side::Agent }).await;
    events.until("dialog_ended").await;
    let (_, view) = world.get(&token, "/v1/me").await;
    assert_eq!((&view["state"], &view["dialogs"][0]["phase"]), (&json!("wrap_up"), &json!("wrapping_up")));

    let (status, problem) = world.put(&token, "/v1/me/state", json!({ "state": "ready" })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("wrap_up_reason_required")));
    assert_eq!(problem["detail"], "Select a wrap-up reason");
    let (status, _) = world.put(&token, &format!("{call}/wrap-up-reason"), json!({ "reason": "not one" })).await;
    assert_eq!(status, 422);
    let (status, view) = world.put(&token, &format!("{call}/wrap-up-reason"), json!({ "reason": "Sale" })).await;
    assert_eq!((status, &view["dialogs"][0]["wrap_up_reason"]), (200, &json!("Sale")));
    let (_, view) = world.put(&token, "/v1/me/state", json!({ "state": "ready" })).await;
    assert_eq!((&view["state"], &view["dialogs"][0]), (&json!("ready"), &Value::Null));
    let ended = events.until("attempt_ended").await;
    assert_eq!(ended["outcome"]["kind"], "answering_machine");
}

#[tokio::test]
async fn t03_4_reject_leaves_the_contact_and_close_takes_it_out() {
    let world = World::new().await;
    world.load(&["+13125550142", "+13125550143"]).await;
    let token = world.token("agent");
    let (mut events, first) = preview(&world, token, "100").await;
    let (status, view) = world.post(token, &format!("/v1/me/preview/{first}/reject"), json!(null)).await;
    assert_eq!(status, 200);
    assert_eq!(events.until("reservation_ended").await["how"], "rejected");
    // The agent stays Ready: the next one comes by itself.
    let second = events.until("preview_offered").await["reservation_id"].clone();
    assert_ne!(json!(first), second, "{view}");
    let (status, _) =
        world.post(token, &format!("/v1/me/preview/{}/close", second.as_str().unwrap()), json!(null)).await;
    assert_eq!(status, 200);
    assert_eq!(events.until("reservation_ended").await["how"], "closed");
    let (_, closed) = world.get(world.token("manager"), "/v1/campaigns/spring/contacts?state=closed").await;
    let (_, waiting) = world.get(world.token("manager"), "/v1/campaigns/spring/contacts?state=waiting").await;
    assert_eq!((closed.as_array().unwrap().len(), waiting.as_array().unwrap().len()), (1, 1));
}

#[tokio::test]
async fn nobody_acts_for_another_agent() {
    let mut world = World::new().await;
    world.load(&["+13125550142"]).await;
    let (mine, other) = (world.token("agent").to_owned(), world.token("agent_2").to_owned());
    let (_, reservation) = preview(&world, &mine, "100").await;
    assert_eq!(world.post(&other, "/v1/me/session", json!({ "extension": "200" })).await.0, 200);
    let accept = format!("/v1/me/preview/{reservation}/accept");
    let (status, problem) = world.post(&other, &accept, json!(null)).await;
    assert!(status == 409, "{problem}");
    let (_, view) = world.post(&mine, &accept, json!(null)).await;
    let call = format!("/v1/me/dialogs/{}", view["dialogs"][0]["dialog_id"].as_str().unwrap());
    assert!(matches!(world.order().await, Order::Dial { .. }));
    for (method, path, body) in [
        (Method::POST, "end", None),
        (Method::PUT, "classification", Some(json!({ "classification": "fax" }))),
        (Method::PUT, "zone", Some(json!({ "zone": "UTC" }))),
        (Method::DELETE, "callback", None),
    ] {
        let (status, problem) = world.send(&other, &method, &format!("{call}/{path}"), body).await;
        assert_eq!((status, &problem["code"]), (409, &json!("call_gone")), "{path}");
    }
    assert_eq!(world.get(&mine, "/v1/me").await.1["dialogs"][0]["classification"], "voice");
}

#[tokio::test]
async fn t05_a_callback_is_scheduled_changed_and_cancelled() {
    let mut world = World::new().await;
    world.load(&["+13125550142"]).await;
    let token = world.token("agent").to_owned();
    let (mut events, call) = dialing(&mut world, &token).await;
    let Order::Dial { channel_id, .. } = world.order().await else { panic!("the customer is dialled") };
    world.teams.switch_told(channel_id, CallProgress::Connected).await;
    events.until("attempt_answered").await;
    let path = format!("{call}/callback");

    let (status, problem) = world.put(&token, &path, json!({ "date": "2026-03-12", "time": "25:00" })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("time")));
    let (status, problem) = world.put(&token, &path, json!({ "at": "2026-03-01T10:00" })).await;
    assert_eq!((status, &problem["code"]), (422, &json!("callback_in_past")));
    let (status, problem) = world.put(&token, &path, json!({ "at": "2026-03-12T10:00", "number": "12" })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("number")));

    let form = json!({ "date": "2026-03-12", "time": "2:30 PM" });
    let (status, view) = world.put(&token, &path, form).await;
    assert_eq!((status, &view["dialogs"][0]["callback"]["at"]), (200, &json!("2026-03-12T14:30:00")), "{view}");
    assert_eq!(view["dialogs"][0]["callback"]["due_at"], "2026-03-12T19:30:00Z");
    // What is left out stays.
    let form = json!({ "zone": "America/New_York", "number": "(312) 555-0199", "owner": "any" });
    let (_, view) = world.put(&token, &path, form).await;
    let callback = &view["dialogs"][0]["callback"];
    assert_eq!(
        (&callback["at"], &callback["number"]),
        (&json!("2026-03-12T14:30:00"), &json!("+13125550199")),
        "{view}"
    );
    assert_eq!((&callback["due_at"], &callback["owner_id"]), (&json!("2026-03-12T18:30:00Z"), &Value::Null));
    let (_, callbacks) = world.get(world.token("supervisor"), "/v1/campaigns/spring/callbacks?state=scheduled").await;
    assert_eq!(callbacks[0]["wall_time"]["at"], "2026-03-12T14:30");

    let (status, answer) = world.send(&token, &Method::DELETE, &path, None).await;
    assert_eq!((status, &answer["message"]), (200, &json!("The callback was cancelled.")));
    assert_eq!(answer["view"]["dialogs"][0]["callback"], Value::Null);
    let (status, problem) = world.send(&token, &Method::DELETE, &path, None).await;
    assert_eq!((status, &problem["code"]), (409, &json!("callback_gone")));
}

#[tokio::test]
async fn a_supervisor_makes_an_agent_not_ready() {
    let world = World::new().await;
    let token = world.token("agent");
    world.post(token, "/v1/me/session", json!({ "extension": "100" })).await;
    world.put(token, "/v1/me/state", json!({ "state": "ready" })).await;
    let (_, agents) = world.get(world.token("supervisor"), "/v1/teams/sales/agents").await;
    let state = format!("/v1/teams/sales/agents/{}/state", agents[0]["id"]);
    let wanted = json!({ "state": "not_ready", "reason": "lunch" });
    let (status, view) = world.put(world.token("supervisor"), &state, wanted).await;
    assert_eq!((status, &view["state"], &view["reason"]), (200, &json!("not_ready"), &json!("lunch")));
    let (_, view) = world.put(world.token("supervisor"), &state, json!({ "state": "logged_out" })).await;
    assert_eq!(view["state"], "logged_out");
}

/// What an agent says of their phone becomes part of what the switch is asked to call.
#[tokio::test]
async fn a_phone_is_an_extension_and_nothing_else() {
    let world = World::new().await;
    for strange in ["+19005550100@trunk", "100@trunk", "100/200", "100,200", "1 00", "100&x"] {
        let (status, problem) =
            world.post(world.token("agent"), "/v1/me/session", json!({ "extension": strange })).await;
        assert_eq!((status, &problem["code"]), (422, &json!("bad_extension")), "{strange}");
    }
    let (status, _) = world.post(world.token("agent"), "/v1/me/session", json!({ "extension": " web-7.a_b " })).await;
    assert_eq!(status, 200);
}

//! Server-sent events: no gap, no doubling, from any number on; presence lives as long as the stream.

use std::time::Duration;

use rappel::http::Limits;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;

/// Makes a number of events: an agent who cannot decide.
async fn events_happen(world: &World, rounds: usize) {
    let token = world.token("agent");
    world.post(token, "/v1/me/session", json!({ "extension": "100" })).await;
    for _ in 0..rounds {
        assert_eq!(world.put(token, "/v1/me/state", json!({ "state": "ready" })).await.0, 200);
        let lunch = json!({ "state": "not_ready", "reason": "lunch" });
        assert_eq!(world.put(token, "/v1/me/state", lunch).await.0, 200);
    }
}

async fn log(world: &World) -> Vec<Value> {
    let (_, log) = world.get(world.token("supervisor"), "/v1/teams/sales/log?count=1000").await;
    log.as_array().unwrap().clone()
}

#[tokio::test]
async fn a_client_that_comes_again_gets_what_it_missed_and_then_goes_on_live() {
    let world = World::new().await;
    events_happen(&world, 10).await;
    let mut events = world.events(world.token("supervisor"), "/v1/teams/sales/events", Some(7)).await;
    assert_eq!(events.next().await.unwrap().id, 8);
    // Some of these are still in the store for the stream, some come live.
    events_happen(&world, 10).await;
    let log = log(&world).await;
    assert!(log.len() > 40, "{}", log.len());
    for expected in &log[8..] {
        let frame = events.next().await.unwrap();
        assert_eq!(frame.id, expected["seq"].as_i64().unwrap());
        assert_eq!(frame.event, expected["type"].as_str().unwrap());
        assert_eq!(&frame.data, expected);
    }
}

#[tokio::test]
async fn a_long_log_is_given_page_by_page() {
    let world = World::new().await;
    events_happen(&world, 300).await;
    let mut events = world.events(world.token("supervisor"), "/v1/teams/sales/events", Some(0)).await;
    for seq in 1..=600 {
        assert_eq!(events.next().await.unwrap().id, seq);
    }
}

#[tokio::test]
async fn an_agent_gets_their_own_events_only() {
    let world = World::new().await;
    let mut events = world.events(world.token("agent_2"), "/v1/me/events", Some(0)).await;
    events_happen(&world, 3).await;
    world.post(world.token("agent_2"), "/v1/me/session", json!({ "extension": "200" })).await;
    let frame = events.next().await.unwrap();
    let (_, me) = world.get(world.token("agent_2"), "/v1/me").await;
    assert_eq!((&frame.data["agent_id"], &frame.data["was"]), (&me["agent"]["id"], &json!("logged_out")));
}

#[tokio::test]
async fn a_number_that_is_not_there_yet_is_refused() {
    let world = World::new().await;
    let token = world.token("supervisor");
    let (status, problem) = world.get(token, "/v1/teams/sales/events?after=99999").await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("after")));
    let request = world.request(token, &Method::GET, "/v1/teams/sales/events").header("last-event-id", "x");
    assert_eq!(request.send().await.unwrap().status(), 422);
}

#[tokio::test]
async fn presence_lives_as_long_as_the_stream() {
    let limits = Limits { heartbeat: Duration::from_millis(100), ..Limits::default() };
    let world = World::with_presence(limits, 1).await;
    let token = world.token("agent");
    world.post(token, "/v1/me/session", json!({ "extension": "100" })).await;
    let mut mine = world.events(token, "/v1/me/events", None).await;
    let mut board = world.events(world.token("supervisor"), "/v1/teams/sales/events", None).await;
    // Three times the presence's length.
    mine.beats(30).await;
    assert_eq!(world.get(token, "/v1/me").await.1["state"], "not_ready");
    drop(mine);
    board.until("agent_lost").await;
    assert_eq!(world.get(token, "/v1/me").await.1["state"], "logged_out");
}

#[tokio::test]
async fn streams_end_when_the_program_stops() {
    let world = World::new().await;
    let mut events = world.events(world.token("supervisor"), "/v1/teams/sales/events", None).await;
    world.stopping.send_replace(true);
    assert_eq!(events.next().await, None);
}

//! Contacts that programs send, and what a client sees when the server cannot do it now.

use std::{io, time::Duration};

use futures_util::stream;
use rappel::{domain::campaign::CampaignState, http::Limits};
use reqwest::{Body, Method, header::HeaderValue};
use serde_json::{Value, json};

use super::world::World;

const PATH: &str = "/v1/campaigns/spring/contacts";

/// A world whose campaign runs and has no contacts.
async fn world() -> World {
    let world = World::new().await;
    world.load(&[]).await;
    world
}

async fn load(world: &World, on_duplicate: &str, contacts: Value) -> Value {
    let body = json!({ "list": "march", "on_duplicate": on_duplicate, "contacts": contacts });
    let (status, taken) = world.post(world.token("manager"), PATH, body).await;
    assert_eq!(status, 200, "{taken}");
    taken
}

/// How many were loaded, updated, there already, refused, and are in no known zone.
fn counts(taken: &Value) -> [u64; 5] {
    ["loaded", "updated", "duplicates", "refused", "zone_unknown"].map(|name| taken[name].as_u64().unwrap())
}

async fn stored(world: &World) -> Vec<Value> {
    let (_, contacts) = world.get(world.token("supervisor"), &format!("{PATH}?count=1000")).await;
    contacts.as_array().unwrap().clone()
}

#[tokio::test]
async fn good_rows_are_loaded_and_bad_ones_refused_with_reasons() {
    let world = world().await;
    let contacts = json!([
        {
            "account_number": "A-1", "first_name": "Ada", "last_name": "Byron",
            "numbers": ["312-555-0142", { "number": "+44 20 7946 0958", "label": "Work" }],
            "variables": { "plan": "gold" }, "zones": ["America/Denver"], "not_before": "2026-12-01 14:00",
        },
        { "account_number": "A-2", "numbers": ["312"], "zones": ["Mars/Base"], "not_before": "46357.75" },
        { "account_number": "A-3", "numbers": [] },
        { "account_number": "A-1", "numbers": ["312-555-0143"] },
        { "account_number": "A-4", "numbers": ["312-555-0144"], "variables": { "note": "x".repeat(2001) } },
        // The country code of Inmarsat is in no place on earth.
        { "account_number": "A-5", "numbers": [{ "number": "+870773123456" }] },
    ]);
    let taken = load(&world, "skip", contacts).await;
    assert_eq!(counts(&taken), [2, 0, 1, 3, 1], "{taken}");
    let rows = taken["rows"].as_array().unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row["row"].as_u64().unwrap(), row["result"].as_str().unwrap())).collect();
    assert_eq!(told, [(1, "refused"), (2, "refused"), (3, "duplicate"), (4, "refused")]);
    let problems = |row: usize| {
        let problems = rows[row]["problems"].as_array().unwrap().iter();
        problems.map(|p| (p["field"].as_str().unwrap(), p["code"].as_str().unwrap())).collect::<Vec<_>>()
    };
    let fields: Vec<_> = problems(0).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["zones", "not_before", "numbers[0]"], "{taken}");
    assert_eq!(problems(0)[1].1, "dial_time_unreadable");
    assert_eq!(problems(1), [("numbers", "no_number")]);
    assert_eq!(problems(3), [("variables.note", "value_too_long")]);
    assert!(rows[0]["problems"][1]["reason"].as_str().unwrap().starts_with("this is a bare number"), "{taken}");
    assert!(rows[2].get("problems").is_none());

    let contacts = stored(&world).await;
    let accounts: Vec<_> = contacts.iter().map(|contact| &contact["account_number"]).collect();
    assert_eq!(accounts, ["A-1", "A-5"]);
    let (_, ada) = world.get(world.token("supervisor"), &format!("/v1/contacts/{}", contacts[0]["id"])).await;
    let numbers: Vec<_> = ada["numbers"].as_array().unwrap().iter().map(|n| (&n["number"], &n["label"])).collect();
    assert_eq!(numbers, [(&json!("+13125550142"), &json!("Phone1")), (&json!("+442079460958"), &json!("Work"))]);
    assert_eq!(ada["variables"], json!({ "plan": "gold" }));
    assert_eq!(ada["stated_zones"]["zones"], json!(["America/Denver"]));
    assert_eq!(ada["state"], json!({ "state": "waiting", "not_before_at": "2026-12-01T21:00:00Z" }));
}

#[tokio::test]
async fn the_same_request_again_changes_nothing() {
    let world = world().await;
    let contacts = json!([
        { "account_number": "A-1", "first_name": "Ada", "numbers": ["312-555-0142"] },
        { "first_name": "Grace", "numbers": ["+870773123456"] },
    ]);
    assert_eq!(counts(&load(&world, "skip", contacts.clone()).await), [2, 0, 0, 0, 1]);
    let before = stored(&world).await;
    assert_eq!(counts(&load(&world, "skip", contacts.clone()).await), [0, 0, 2, 0, 0]);
    assert_eq!(counts(&load(&world, "update", contacts.clone()).await), [0, 0, 2, 0, 0]);
    assert_eq!(stored(&world).await, before);
    let moved = json!([{ "account_number": "A-1", "first_name": "Augusta", "numbers": ["312-555-0142"] }]);
    let taken = load(&world, "update", moved).await;
    assert_eq!((counts(&taken), &taken["rows"]), ([0, 1, 0, 0, 0], &json!([{ "row": 0, "result": "updated" }])));
    assert_eq!(stored(&world).await[0]["first_name"], "Augusta");
}

#[tokio::test]
async fn where_contacts_may_come_twice_the_key_tells_requests_apart() {
    let world = world().await;
    let contact = json!({ "account_number": "A-1", "numbers": ["312-555-0142"] });
    let mut body = json!({ "list": "march", "on_duplicate": "allow", "contacts": [contact, contact] });
    let manager = world.token("manager");
    let (status, problem) = world.post(manager, PATH, body.clone()).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("idempotency_key")));
    for (key, loaded, count) in [("monday", 2, 2), ("monday", 0, 2), ("tuesday", 2, 4)] {
        body["idempotency_key"] = json!(key);
        let (_, taken) = world.post(manager, PATH, body.clone()).await;
        assert_eq!((counts(&taken), stored(&world).await.len()), ([loaded, 0, 2 - loaded, 0, 0], count), "{taken}");
    }
}

#[tokio::test]
async fn more_than_one_transaction_keeps_the_rows_apart() {
    let world = world().await;
    let account = |at: usize| json!({ "account_number": format!("A-{}", at % 2_400), "numbers": ["312-555-0142"] });
    let mut contacts: Vec<_> = (0..2_500).map(account).collect();
    contacts[7]["numbers"] = json!(["7"]);
    let taken = load(&world, "skip", json!(contacts)).await;
    // The place of the refused one is taken by the later row with its account number.
    assert_eq!(counts(&taken), [2_400, 0, 99, 1, 0]);
    let rows: Vec<_> = taken["rows"].as_array().unwrap().iter().map(|row| row["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, std::iter::once(7).chain((2_400..2_500).filter(|row| *row != 2_407)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_loaded_contact_comes_to_a_ready_agent_at_once() {
    let world = world().await;
    let agent = world.token("agent");
    let (_, view) = world.post(agent, "/v1/me/session", json!({ "extension": "100" })).await;
    let mut events = world.events(agent, "/v1/me/events", view["last_event_seq"].as_i64()).await;
    let (_, view) = world.put(agent, "/v1/me/state", json!({ "state": "ready" })).await;
    assert_eq!((&view["state"], &view["preview"]), (&json!("ready"), &Value::Null));
    load(&world, "skip", json!([{ "last_name": "Byron", "numbers": ["312-555-0142"] }])).await;
    events.until("preview_offered").await;
    let (_, view) = world.get(agent, "/v1/me").await;
    assert_eq!(view["preview"]["customer"]["number"], "+13125550142");
}

#[tokio::test]
async fn what_is_wrong_with_the_request_as_a_whole_loads_nothing() {
    let world = world().await;
    let manager = world.token("manager");
    let good = json!({ "numbers": ["312-555-0142"] });
    let with = |more: Value| {
        let mut body = json!({ "list": "march", "contacts": [good] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let (long, many) = ("k".repeat(201), vec![good.clone(); 10_001]);
    for (more, field) in [
        (json!({ "colour": 1 }), "colour"),
        (json!({ "on_duplicate": "perhaps" }), "on_duplicate"),
        (json!({ "idempotency_key": "" }), "idempotency_key"),
        (json!({ "idempotency_key": long }), "idempotency_key"),
        (json!({ "contacts": many }), "contacts"),
        (json!({ "contacts": [good, { "numbers": [], "tel": "1" }] }), "contacts[1].tel"),
        (json!({ "contacts": [{ "numbers": [7] }] }), "contacts[0].numbers[0]"),
        (json!({ "contacts": [{ "numbers": [{ "number": "1", "kind": "x" }] }] }), "contacts[0].numbers[0].kind"),
    ] {
        let (status, problem) = world.post(manager, PATH, with(more)).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
    }
    let (status, problem) = world.post(manager, PATH, with(json!({ "list": " " }))).await;
    assert_eq!((status, &problem["code"]), (422, &json!("bad_length")));
    let (status, problem) = world.post(manager, PATH, with(json!({ "list": "x".repeat(9 << 20) }))).await;
    assert_eq!((status, &problem["code"]), (413, &json!("too_large")));
    assert_eq!(world.post(manager, "/v1/campaigns/autumn/contacts", with(json!({}))).await.0, 404);
    world.db.campaign_set_state("spring", CampaignState::Ended, world.clock.now()).await.unwrap();
    let (status, problem) = world.post(manager, PATH, with(json!({}))).await;
    assert_eq!((status, &problem["code"]), (409, &json!("campaign_ended")));
    assert!(stored(&world).await.is_empty());
}

#[tokio::test]
async fn managers_load_into_campaigns_of_their_team() {
    let world = world().await;
    let admin = world.token("admin");
    assert_eq!(world.post(admin, "/v1/teams", json!({ "name": "other" })).await.0, 201);
    let body = json!({ "list": "march", "contacts": [{ "numbers": ["312-555-0142"] }] });
    for (team, status) in [("other", 403), ("sales", 200)] {
        let (_, made) =
            world.post(admin, "/v1/tokens", json!({ "role": "manager", "team": team, "label": team })).await;
        let (said, answer) = world.post(made["token"].as_str().unwrap(), PATH, body.clone()).await;
        assert_eq!(said, status, "{answer}");
        assert_eq!(answer["code"], if status == 403 { json!("other_team") } else { Value::Null });
    }
    let (status, problem) = world.post(world.token("supervisor"), PATH, body).await;
    assert_eq!((status, &problem["code"]), (403, &json!("forbidden")));
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered() {
    let limits = Limits { time_out: Duration::from_millis(50), ..Limits::default() };
    let world = World::with(limits).await;
    let unending = Body::wrap_stream(stream::pending::<io::Result<Vec<u8>>>());
    let request = world.request(world.token("agent"), &Method::POST, "/v1/me/session");
    let answer = request.header("content-type", "application/json").body(unending).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &HeaderValue::from(1)));
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "timed_out");
}

#[tokio::test]
async fn a_team_that_is_not_served_is_said_so() {
    let world = world().await;
    world.teams.stop().await;
    let answer = world.request(world.token("agent"), &Method::GET, "/v1/me").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &HeaderValue::from(1)));
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "team_unavailable");
    // What needs no team goes on.
    let taken = load(&world, "skip", json!([{ "numbers": ["312-555-0142"] }])).await;
    assert_eq!(counts(&taken)[0], 1);
}

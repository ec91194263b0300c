//! Who may do what, how often, and with how much.

use std::num::NonZeroU32;

use rappel::http::Limits;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;

const ROLES: [&str; 4] = ["agent", "supervisor", "manager", "admin"];

/// An address of the document with things that are not there.
fn filled(path: &str) -> String {
    path.replace("{reservation_id}", "00000000-0000-7000-8000-000000000000")
        .replace("{dialog_id}", "00000000-0000-7000-8000-000000000000")
        .replace("{attempt_id}", "00000000-0000-7000-8000-000000000000")
        .replace("{contact_id}", "999999")
        .replace("{agent_id}", "999999")
        .replace("{token_id}", "999999")
        .replace("{user_id}", "999999")
        .replace("{reason_id}", "999999")
        .replace("{team}", "nobody")
        .replace("{name}", "nobody")
        .replace("{kind}", "attempts")
}

#[tokio::test]
async fn every_route_asks_for_its_role() {
    // More routes than anybody may ask for at once.
    let many = NonZeroU32::new(10_000).unwrap();
    let world = World::with(Limits { requests_at_once: many, ..Limits::default() }).await;
    let (_, document) = world.get("", "/openapi.json").await;
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(least) = operation["x-minimum-role"].as_str() else { continue };
            let method: Method = method.to_uppercase().parse().unwrap();
            let least = ROLES.iter().position(|role| *role == least).unwrap();
            for (rank, role) in ROLES.iter().enumerate() {
                let (status, problem) = world.head(world.token(role), &method, &filled(path)).await;
                let refused = status == 403 && problem["code"] == "forbidden";
                assert_eq!(refused, rank < least, "{role} {method} {path}: {status} {problem}");
                assert_ne!(status, 401, "{role} {method} {path}");
                asked += 1;
            }
            if path != "/metrics" {
                for token in ["", "nonsense"] {
                    let (status, problem) = world.head(token, &method, &filled(path)).await;
                    assert_eq!((status, &problem["code"]), (401, &json!("unauthenticated")), "{method} {path}");
                }
            }
        }
    }
    assert!(asked > 160, "{asked}");
}

#[tokio::test]
async fn only_an_agent_has_a_desk() {
    let world = World::new().await;
    for role in ["supervisor", "manager", "admin"] {
        let (status, problem) = world.get(world.token(role), "/v1/me").await;
        assert_eq!((status, &problem["code"]), (403, &json!("not_an_agent")));
    }
}

#[tokio::test]
async fn a_token_for_one_team_does_not_see_another() {
    let world = World::new().await;
    let (status, _) = world.post(world.token("admin"), "/v1/teams", json!({ "name": "other" })).await;
    assert_eq!(status, 201);
    let supervisor = world.token("supervisor");
    let (status, problem) = world.get(supervisor, "/v1/teams/other").await;
    assert_eq!((status, &problem["code"]), (403, &json!("other_team")));
    let (_, teams) = world.get(supervisor, "/v1/teams").await;
    assert_eq!(teams.as_array().unwrap().len(), 1);
    let (status, board) = world.get(supervisor, "/v1/teams/sales").await;
    assert_eq!((status, board["agents"].as_array().unwrap().len()), (200, 2));
}

#[tokio::test]
async fn health_and_the_document_are_open_and_metrics_are_local() {
    let world = World::new().await;
    let (status, health) = world.get("", "/health").await;
    assert_eq!((status, &health["database_reachable"]), (200, &json!(true)));
    assert!(health["zone_rules_version"].as_str().unwrap().starts_with("20"));
    assert_eq!(world.get("", "/openapi.json").await.1["openapi"], "3.1.0");
    assert_eq!(world.get("", "/metrics").await.0, 200);
    let forwarded = world.request("", &Method::GET, "/metrics").header("x-forwarded-for", "192.0.2.1");
    assert_eq!(forwarded.send().await.unwrap().status(), 401);
    assert_eq!(world.get(world.token("supervisor"), "/metrics").await.0, 200);
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_to_wait() {
    let few = NonZeroU32::new(3).unwrap();
    let limits = Limits { requests_per_second: NonZeroU32::MIN, requests_at_once: few, ..Limits::default() };
    let world = World::with(limits).await;
    let token = world.token("agent");
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(world.request(token, &Method::GET, "/v1/me").send().await.unwrap());
    }
    assert_eq!(answers[0].status(), 200);
    let last = answers.pop().unwrap();
    assert_eq!(last.status(), 429);
    assert!(last.headers().contains_key("retry-after"));
    assert_eq!(last.json::<Value>().await.unwrap()["code"], "too_many_requests");
    // Another token has its own count.
    assert_eq!(world.get(world.token("agent_2"), "/v1/me").await.0, 200);
}

#[tokio::test]
async fn bodies_and_streams_have_a_limit() {
    let world = World::with(Limits { streams_per_token: 1, ..Limits::default() }).await;
    let token = world.token("agent");
    let long = "9".repeat(70_000);
    let (status, problem) = world.post(token, "/v1/me/session", json!({ "extension": long })).await;
    assert_eq!((status, &problem["code"]), (413, &json!("too_large")));
    let first = world.request(token, &Method::GET, "/v1/me/events").send().await.unwrap();
    assert_eq!(first.status(), 200);
    let (status, problem) = world.get(token, "/v1/me/events").await;
    assert_eq!((status, &problem["code"]), (429, &json!("too_many_streams")));
}

#[tokio::test]
async fn what_cannot_be_used_is_said_as_a_problem() {
    let world = World::new().await;
    let token = world.token("agent");
    let session = |body: &'static str, kind: &'static str| {
        let request = world.request(token, &Method::POST, "/v1/me/session");
        async move {
            let answer = request.header("content-type", kind).body(body).send().await.unwrap();
            let status = answer.status().as_u16();
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
            (status, answer.json::<Value>().await.unwrap()["code"].as_str().unwrap().to_owned())
        }
    };
    assert_eq!(session("{", "application/json").await, (400, "bad_json".to_owned()));
    assert_eq!(session("{}", "text/plain").await, (415, "not_json".to_owned()));
    assert_eq!(session("{}", "application/json").await, (422, "bad_value".to_owned()));
    assert_eq!(session(r#"{"extension":""}"#, "application/json").await, (422, "bad_length".to_owned()));
    // No field says for whom a command is: a client that tries is told so.
    let forged = session(r#"{"extension":"100","agent_id":2}"#, "application/json").await;
    assert_eq!(forged, (422, "bad_value".to_owned()));
    assert_eq!(world.get(token, "/v1/me").await.1["state"], "logged_out");

    assert_eq!(world.get(token, "/v1/nothing").await.1["code"], "unknown_route");
    let (status, problem) = world.send(token, &Method::PATCH, "/v1/me", None).await;
    assert_eq!((status, &problem["code"]), (405, &json!("wrong_method")));
    let (status, problem) = world.send(token, &Method::POST, "/v1/me/preview/7/accept", None).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("path")));
}

#[tokio::test]
async fn a_revoked_token_is_worth_nothing_at_once() {
    let world = World::new().await;
    let admin = world.token("admin");
    let wish = json!({ "role": "supervisor", "label": "wallboard" });
    let (status, made) = world.post(admin, "/v1/tokens", wish).await;
    assert_eq!(status, 201);
    let token = made["token"].as_str().unwrap();
    assert_eq!(world.get(token, "/v1/teams").await.0, 200);
    let mut events = world.events(token, "/v1/teams/sales/events", None).await;
    let (_, tokens) = world.get(admin, "/v1/tokens").await;
    assert!(!tokens.to_string().contains(token), "tokens are shown once");
    assert_eq!(world.send(admin, &Method::DELETE, &format!("/v1/tokens/{}", made["id"]), None).await.0, 204);
    assert_eq!(world.get(token, "/v1/teams").await.0, 401);
    assert_eq!(events.next().await, None, "the open stream ends");
}

//! Reasons over the API: administrators create and assign them, agents see theirs.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;

/// A token of this role that is for the team sales alone.
async fn of_sales(world: &World, role: &str) -> String {
    let wish = json!({ "role": role, "team": "sales", "label": "sales" });
    let (status, made) = world.post(world.token("admin"), "/v1/tokens", wish).await;
    assert_eq!(status, 201, "{made}");
    made["token"].as_str().unwrap().to_owned()
}

fn labels(reasons: &Value) -> Vec<&str> {
    reasons.as_array().unwrap().iter().map(|reason| reason["label"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn t08_2_administrators_create_reasons_and_assign_them() {
    let world = World::new().await;
    let (admin, agent) = (world.token("admin"), world.token("agent"));
    assert_eq!(world.post(admin, "/v1/teams", json!({ "name": "other" })).await.0, 201);
    let (status, mine) = world.get(agent, "/v1/me/reasons").await;
    assert_eq!((status, &mine), (200, &json!({ "wrap_up": [], "not_ready": [] })), "an agent without any sees none");

    let add = async |kind: &str, code: u32, label: &str, team: Option<&str>| {
        let wish = json!({ "kind": kind, "code": code, "label": label, "team": team });
        let (status, reason) = world.post(admin, "/v1/reasons", wish).await;
        assert_eq!(status, 201, "{reason}");
        reason
    };
    let sale = add("wrap_up", 2, "Sale", None).await;
    assert_eq!((&sale["kind"], &sale["code"], &sale["team_id"]), (&json!("wrap_up"), &json!(2), &Value::Null));
    add("wrap_up", 1, "No interest", Some("sales")).await;
    add("wrap_up", 3, "Repaired", Some("other")).await;
    let lunch = add("not_ready", 1, " Lunch ", Some("sales")).await;
    assert_eq!(lunch["label"], "Lunch");

    let (_, mine) = world.get(agent, "/v1/me/reasons").await;
    assert_eq!((labels(&mine["wrap_up"]), labels(&mine["not_ready"])), (vec!["No interest", "Sale"], vec!["Lunch"]));
    let (_, all) = world.get(world.token("manager"), "/v1/reasons").await;
    assert_eq!(labels(&all), ["Lunch", "No interest", "Sale", "Repaired"]);
    let (_, of_team) = world.get(world.token("supervisor"), "/v1/reasons").await;
    assert_eq!(labels(&of_team), ["Lunch", "No interest", "Sale"]);

    let path = format!("/v1/reasons/{}", sale["id"]);
    assert_eq!(world.send(admin, &Method::DELETE, &path, None).await.0, 204);
    let (status, problem) = world.send(admin, &Method::DELETE, &path, None).await;
    assert_eq!((status, &problem["code"]), (404, &json!("unknown_reason")));
    let (_, mine) = world.get(agent, "/v1/me/reasons").await;
    assert_eq!(labels(&mine["wrap_up"]), ["No interest"]);
}

#[tokio::test]
async fn what_cannot_be_a_reason_is_refused_with_its_field() {
    let world = World::new().await;
    let admin = world.token("admin");
    let lunch = json!({ "kind": "not_ready", "code": 1, "label": "Lunch" });
    assert_eq!(world.post(admin, "/v1/reasons", lunch.clone()).await.0, 201);
    let with = |key: &str, value: Value| {
        let mut wish = json!({ "kind": "not_ready", "code": 2, "label": "Training" });
        wish[key] = value;
        wish
    };
    for (wish, status, code, field) in [
        (with("code", json!(0)), 422, "bad_value", "code"),
        (with("code", json!(65_536)), 422, "bad_value", "code"),
        (with("kind", json!("ready")), 422, "bad_value", "kind"),
        (with("colour", json!("red")), 422, "bad_value", "colour"),
        (with("label", json!("")), 422, "bad_reason_label", "label"),
        (with("label", json!("x".repeat(41))), 422, "bad_reason_label", "label"),
        (with("label", json!("one\ntwo")), 422, "bad_reason_label", "label"),
        (with("label", json!("connection_lost")), 422, "bad_reason_label", "label"),
        (with("label", json!("Signed in")), 422, "bad_reason_label", "label"),
        (with("team", json!("nobody")), 404, "unknown_team", ""),
        (with("code", json!(1)), 409, "reason_code_taken", ""),
        (with("label", json!("Lunch")), 409, "reason_label_taken", ""),
    ] {
        let (answered, problem) = world.post(admin, "/v1/reasons", wish.clone()).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{wish}: {problem}");
        assert_eq!(problem["errors"][0]["field"].as_str().unwrap_or_default(), field, "{wish}: {problem}");
    }
    let (_, all) = world.get(admin, "/v1/reasons").await;
    assert_eq!(labels(&all), ["Lunch"]);
}

#[tokio::test]
async fn a_token_for_one_team_keeps_to_its_team() {
    let world = World::new().await;
    let admin = world.token("admin");
    assert_eq!(world.post(admin, "/v1/teams", json!({ "name": "other" })).await.0, 201);
    let own = of_sales(&world, "admin").await;
    let wish = |code: u16, team: Option<&str>| json!({ "kind": "wrap_up", "code": code, "label": format!("Reason {code}"), "team": team });
    let (_, of_all) = world.post(admin, "/v1/reasons", wish(1, None)).await;
    let (_, of_other) = world.post(admin, "/v1/reasons", wish(2, Some("other"))).await;
    for team in [None, Some("other")] {
        let (status, problem) = world.post(&own, "/v1/reasons", wish(3, team)).await;
        assert_eq!((status, &problem["code"]), (403, &json!("other_team")), "{team:?}");
    }
    for reason in [of_all, of_other] {
        let (status, problem) = world.send(&own, &Method::DELETE, &format!("/v1/reasons/{}", reason["id"]), None).await;
        assert_eq!((status, &problem["code"]), (403, &json!("other_team")), "{reason}");
    }
    let (status, mine) = world.post(&own, "/v1/reasons", wish(3, Some("sales"))).await;
    assert_eq!(status, 201, "{mine}");
    let (_, seen) = world.get(&own, "/v1/reasons").await;
    assert_eq!(labels(&seen), ["Reason 1", "Reason 3"]);
    assert_eq!(world.send(&own, &Method::DELETE, &format!("/v1/reasons/{}", mine["id"]), None).await.0, 204);
}

//! Service queues over the API.

use serde_json::{Value, json};

use super::world::World;

const SUPPORT: &str = "name = \"support\"\nteam = \"sales\"\npriority = 60\n";

#[tokio::test]
async fn a_queue_is_written_opened_changed_and_closed() {
    let world = World::new().await;
    let (manager, supervisor) = (world.token("manager"), world.token("supervisor"));
    let (status, taken) = world.put_toml(manager, "/v1/queues/support", SUPPORT).await;
    assert_eq!((status, &taken["queue"]["state"], &taken["warnings"]), (200, &json!("closed"), &json!([])), "{taken}");
    let rules = taken["queue"]["rules"].clone();
    assert_eq!((&rules["priority"], &rules["when_not_answered"]), (&json!(60), &json!("not_ready")));

    // The second time nothing changes, and that is no mistake.
    for (step, state) in [("open", "open"), ("open", "open"), ("close", "closed"), ("open", "open")] {
        let (status, queue) = world.post(manager, &format!("/v1/queues/support/{step}"), json!(null)).await;
        assert_eq!((status, &queue["state"]), (200, &json!(state)), "{queue}");
    }
    let mut changed = rules.clone();
    changed["wait_seconds_max"] = json!(15);
    let (status, again) = world.put(manager, "/v1/queues/support", changed.clone()).await;
    assert_eq!((status, &again["queue"]["rules"]), (200, &changed), "{again}");
    assert_eq!(again["queue"]["state"], "open", "new rules do not close it");
    assert_eq!(again["warnings"][0]["field"], "answer_seconds_max", "{again}");

    let (status, shown) = world.get(supervisor, "/v1/queues/support").await;
    assert_eq!((status, &shown), (200, &again["queue"]));
    let (_, all) = world.get(supervisor, "/v1/queues").await;
    assert_eq!(all, json!([shown]));
    let (_, rest) = world.get(supervisor, &format!("/v1/queues?after={}", shown["id"])).await;
    assert_eq!(rest, json!([]));
}

#[tokio::test]
async fn wrong_rules_are_refused_all_at_once_and_by_path() {
    let world = World::new().await;
    let manager = world.token("manager");
    let wrong = "name = \"support\"\nteam = \"sales\"\npriority = 0\nfields = 1\n[wrap_up]\nmood = \"x\"\n";
    let (status, problem) = world.put_toml(manager, "/v1/queues/support", wrong).await;
    assert_eq!((status, &problem["code"]), (422, &json!("bad_rules")), "{problem}");
    let errors = problem["errors"].as_array().unwrap();
    let fields: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["priority", "fields", "wrap_up.mood"]);
    assert_eq!((&errors[0]["line"], &errors[0]["column"]), (&json!(3), &json!(12)));

    for (path, rules, field) in [
        ("support", json!({ "name": "support", "team": "sales", "answer_seconds_max": 1 }), "answer_seconds_max"),
        ("billing", json!({ "name": "support", "team": "sales" }), "name"),
        ("support", json!({ "name": "support", "team": "nobody" }), "team"),
        ("support", json!([]), ""),
    ] {
        let (status, problem) = world.put(manager, &format!("/v1/queues/{path}"), rules).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
    }
    let (_, all) = world.get(manager, "/v1/queues").await;
    assert_eq!(all, json!([]), "nothing is half done");
    for step in ["open", "close"] {
        let (status, problem) = world.post(manager, &format!("/v1/queues/support/{step}"), json!(null)).await;
        assert_eq!((status, &problem["code"]), (404, &json!("unknown_queue")));
    }
}

#[tokio::test]
async fn a_queue_is_its_teams_alone() {
    let world = World::new().await;
    let (admin, manager) = (world.token("admin"), world.token("manager"));
    assert_eq!(world.post(admin, "/v1/teams", json!({ "name": "other" })).await.0, 201);
    let repairs = json!({ "name": "repairs", "team": "other" });
    assert_eq!(world.put(manager, "/v1/queues/repairs", repairs.clone()).await.0, 200);
    assert_eq!(world.put_toml(manager, "/v1/queues/support", SUPPORT).await.0, 200);

    let wish = json!({ "role": "manager", "team": "sales", "label": "sales" });
    let (_, made) = world.post(admin, "/v1/tokens", wish).await;
    let own = made["token"].as_str().unwrap();
    let refused = |(status, problem): (u16, Value)| {
        assert_eq!((status, &problem["code"]), (403, &json!("other_team")), "{problem}");
    };
    refused(world.get(own, "/v1/queues/repairs").await);
    refused(world.put(own, "/v1/queues/repairs", repairs).await);
    refused(world.put(own, "/v1/queues/repairs", json!({ "name": "repairs", "team": "sales" })).await);
    refused(world.put(own, "/v1/queues/new", json!({ "name": "new", "team": "other" })).await);
    refused(world.post(own, "/v1/queues/repairs/open", json!(null)).await);
    refused(world.post(own, "/v1/queues/repairs/close", json!(null)).await);
    let (_, seen) = world.get(own, "/v1/queues").await;
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["rules"]["name"]), (1, &json!("support")));
    assert_eq!(world.post(own, "/v1/queues/support/open", json!(null)).await.0, 200);

    let moved = json!({ "name": "support", "team": "other" });
    let (status, problem) = world.put(manager, "/v1/queues/support", moved).await;
    assert_eq!((status, &problem["code"]), (409, &json!("queue_team_fixed")), "{problem}");
}

//! What managers do: campaigns, suppressions, contacts, agents.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{SPRING, World};

#[tokio::test]
async fn a_campaign_is_written_started_paused_and_ended() {
    let world = World::new().await;
    let manager = world.token("manager");
    let text = SPRING.replace("spring", "autumn");
    let (status, taken) = world.put_toml(manager, "/v1/campaigns/autumn", &text).await;
    assert_eq!((status, &taken["campaign"]["state"]), (200, &json!("draft")), "{taken}");
    let rules = taken["campaign"]["rules"].clone();
    let (status, again) = world.put(manager, "/v1/campaigns/autumn", rules.clone()).await;
    assert_eq!((status, &again["campaign"]["rules"]), (200, &rules));
    let (status, problem) = world.post(manager, "/v1/campaigns/autumn/pause", json!(null)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("campaign_cannot_become")));
    for (step, state) in [("start", "running"), ("pause", "paused"), ("start", "running"), ("end", "ended")] {
        let (status, campaign) = world.post(manager, &format!("/v1/campaigns/autumn/{step}"), json!(null)).await;
        assert_eq!((status, &campaign["state"]), (200, &json!(state)));
    }
    let (_, shown) = world.get(world.token("supervisor"), "/v1/campaigns/autumn").await;
    assert_eq!(shown["campaign"]["state"], "ended");
    assert!(shown["progress"].is_object());
}

#[tokio::test]
async fn wrong_rules_are_refused_with_line_and_column() {
    let world = World::new().await;
    let manager = world.token("manager");
    let (status, problem) =
        world.put_toml(manager, "/v1/campaigns/spring", &SPRING.replace("mode = ", "mood = ")).await;
    assert_eq!((status, &problem["code"]), (422, &json!("bad_rules")));
    let error = &problem["errors"][0];
    assert!(error["line"].as_i64().unwrap() > 1 && error["column"].is_i64(), "{problem}");
    let (status, problem) = world.put_toml(manager, "/v1/campaigns/summer", SPRING).await;
    let other_name = json!({
        "field": "name", "problem": "the address says summer, the rules say spring",
        "message": { "code": "other_name", "address": "summer", "rules": "spring" },
    });
    assert_eq!((status, &problem["errors"]), (422, &json!([other_name])));
    let other = SPRING.replace("\"sales\"", "\"nobody\"");
    let (status, problem) = world.put_toml(manager, "/v1/campaigns/spring", &other).await;
    let no_team = json!({
        "field": "team", "problem": "there is no team nobody", "message": { "code": "no_team", "team": "nobody" },
    });
    assert_eq!((status, &problem["errors"]), (422, &json!([no_team])));
}

#[tokio::test]
async fn the_rules_of_a_campaign_are_given_as_its_file_and_taken_back_unchanged() {
    let world = World::new().await;
    let (manager, supervisor) = (world.token("manager"), world.token("supervisor"));
    let (_, made) = world.put_toml(manager, "/v1/campaigns/spring", SPRING).await;
    let answer = world.request(supervisor, &Method::GET, "/v1/campaigns/spring/file").send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/toml");
    let file = answer.text().await.unwrap();
    assert!(file.starts_with("name = \"spring\""), "{file}");
    let (status, again) = world.put_toml(manager, "/v1/campaigns/spring", &file).await;
    assert_eq!((status, &again["campaign"]["rules"]), (200, &made["campaign"]["rules"]), "{again}");
    let warned = |told: &Value| -> BTreeSet<String> {
        told["warnings"].as_array().unwrap().iter().map(|warning| warning["message"].to_string()).collect()
    };
    assert_eq!(warned(&again), warned(&made));
    // Who wants to make a new one changes none that is there.
    let new = world.request(manager, &Method::PUT, "/v1/campaigns/spring").header("if-none-match", "*");
    let refused = new.header("content-type", "application/toml").body(file).send().await.unwrap();
    assert_eq!(refused.status(), 412);
    let refused: Value = refused.json().await.unwrap();
    assert_eq!((&refused["code"], &refused["errors"][0]["field"]), (&json!("campaign_there"), &json!("name")));
    let (status, problem) = world.get(manager, "/v1/campaigns/nowhere/file").await;
    assert_eq!((status, &problem["code"]), (404, &json!("unknown_campaign")));
}

/// A sentence for people, and the same as codes with their values for whoever says it in another language.
#[tokio::test]
async fn what_is_wrong_with_rules_is_said_in_codes_too() {
    let world = World::new().await;
    let rules = json!({
        "name": "Gold Renewals", "team": "sales", "country": "US", "priority": 600, "order": "duo", "then": "close",
    });
    let (status, problem) = world.post(world.token("manager"), "/v1/campaigns/check", rules).await;
    let error =
        |field: &str| problem["errors"].as_array().unwrap().iter().find(|error| error["field"] == field).unwrap();
    assert_eq!(status, 422);
    assert_eq!(
        *error("name"),
        json!({
            "field": "name",
            "problem": "\"Gold Renewals\" is no name; expected lower-case letters, digits, - and _, like \"renewals-us\"; \
                        write \"gold-renewals\"",
            "message": { "code": "no_name", "text": "Gold Renewals" },
            "expected": { "code": "name" },
            "hint": { "code": "write_name", "name": "gold-renewals" },
        })
    );
    assert_eq!(
        *error("priority"),
        json!({
            "field": "priority",
            "problem": "600 is too large; expected a whole number from 1 to 100",
            "message": { "code": "too_large", "number": "600" },
            "expected": { "code": "whole", "min": 1, "max": 100 },
        })
    );
    assert_eq!(error("order")["expected"]["words"], json!(["due", "fresh_first", "retries_first"]));
    assert_eq!(error("then")["hint"]["homes"][0], "[retry.voice]");

    let rules = json!({ "name": "gold", "team": "sales", "country": "FR", "hours": { "sat": ["10:00-12:00"] } });
    let (_, checked) = world.post(world.token("manager"), "/v1/campaigns/check", rules).await;
    let warnings = &checked["warnings"];
    assert_eq!(warnings[0]["message"], json!({ "code": "no_caller_id" }));
    assert_eq!(
        warnings[1]["message"],
        json!({ "code": "outside_cautious", "hours": "10:00-12:00", "day": "Saturday", "country": "FR" })
    );
    assert_eq!(
        warnings[1]["expected"],
        json!({ "code": "inside", "week": { "mon-fri": ["10:00-13:00", "14:00-20:00"] } })
    );
    assert!(warnings[1]["hint"]["citation"].as_str().unwrap().contains("D.223-9"), "{warnings}");
    assert!(warnings[1]["problem"].as_str().unwrap().starts_with("10:00-12:00 on Saturday is outside"), "{warnings}");
}

#[tokio::test]
async fn a_suppression_counts_at_once_and_can_be_taken_back() {
    let world = World::new().await;
    world.load(&["+13125550142"]).await;
    let (agent, manager) = (world.token("agent"), world.token("manager"));
    let (_, view) = world.post(agent, "/v1/me/session", json!({ "extension": "100" })).await;
    let mut events = world.events(agent, "/v1/me/events", view["last_event_seq"].as_i64()).await;
    world.put(agent, "/v1/me/state", json!({ "state": "ready" })).await;
    events.until("preview_offered").await;
    let (status, _) = world.post(manager, "/v1/suppressions", json!({ "number": "+13125550142" })).await;
    assert_eq!(status, 201);
    assert_eq!(events.until("reservation_ended").await["how"], "suppressed");
    let (_, list) = world.post(manager, "/v1/suppressions/search", json!({})).await;
    assert_eq!((&list[0]["number"], &list[0]["source"]), (&json!("+13125550142"), &json!("api")));
    let entry = json!({ "number": "+13125550142" });
    assert_eq!(world.post(manager, "/v1/suppressions/remove", entry.clone()).await.0, 204);
    assert_eq!(world.post(manager, "/v1/suppressions/remove", entry).await.0, 404);
    let (status, problem) = world.post(manager, "/v1/suppressions", json!({ "number": "312" })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("number")));
}

#[tokio::test]
async fn contacts_are_listed_and_their_zones_stated() {
    let world = World::new().await;
    world.load(&["+13125550142", "+13125550143", "+13125550144"]).await;
    let supervisor = world.token("supervisor");
    let (_, page) = world.get(supervisor, "/v1/campaigns/spring/contacts?count=2").await;
    let page = page.as_array().unwrap();
    assert_eq!(page.len(), 2);
    let rest = format!("/v1/campaigns/spring/contacts?count=2&after={}", page[1]["id"]);
    assert_eq!(world.get(supervisor, &rest).await.1.as_array().unwrap().len(), 1);
    let contact = format!("/v1/contacts/{}", page[0]["id"]);
    let (status, changed) =
        world.put(supervisor, &format!("{contact}/zones"), json!({ "zones": ["America/Denver"] })).await;
    assert_eq!((status, &changed["stated_zones"]["zones"]), (200, &json!(["America/Denver"])), "{changed}");
    let (status, problem) = world.put(supervisor, &format!("{contact}/zones"), json!({ "zones": ["Mars"] })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("zones[0]")), "{problem}");
    let (status, attempts) = world.get(supervisor, &format!("{contact}/attempts")).await;
    assert_eq!((status, attempts), (200, json!([])));
    assert_eq!(world.get(supervisor, "/v1/contacts/999999").await.0, 404);
    let (status, _) = world.get(supervisor, "/v1/campaigns/spring/contacts?count=0").await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn a_new_agent_can_work_at_once() {
    let world = World::new().await;
    let new = json!({ "login": "ada", "name": "Ada" });
    let (status, agent) = world.post(world.token("manager"), "/v1/teams/sales/agents", new.clone()).await;
    assert_eq!(status, 201);
    assert_eq!(world.post(world.token("admin"), "/v1/teams", json!({ "name": "other" })).await.0, 201);
    let (status, problem) = world.post(world.token("manager"), "/v1/teams/other/agents", new).await;
    assert_eq!((status, &problem["code"]), (409, &json!("login_taken")));
    let wish = json!({ "role": "agent", "agent_id": agent["id"], "label": "ada" });
    let (status, made) = world.post(world.token("admin"), "/v1/tokens", wish).await;
    assert_eq!(status, 201, "{made}");
    let token = made["token"].as_str().unwrap();
    let (status, view) = world.post(token, "/v1/me/session", json!({ "extension": "300" })).await;
    assert_eq!((status, &view["agent"]["login"]), (200, &json!("ada")));
}

#[tokio::test]
async fn tokens_are_given_to_whom_they_can_be_for() {
    let world = World::new().await;
    let admin = world.token("admin");
    let wrong: [(Value, &str); 4] = [
        (json!({ "role": "agent", "label": "x" }), "agent_id"),
        (json!({ "role": "agent", "agent_id": 999_999, "label": "x" }), "agent_id"),
        (json!({ "role": "admin", "agent_id": 1, "label": "x" }), "agent_id"),
        (json!({ "role": "owner", "label": "x" }), "role"),
    ];
    for (wish, field) in wrong {
        let (status, problem) = world.post(admin, "/v1/tokens", wish).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
    }
    let wish = json!({ "role": "supervisor", "team": "nobody", "label": "x" });
    assert_eq!(world.post(admin, "/v1/tokens", wish).await.0, 404);
    assert_eq!(world.send(admin, &Method::DELETE, "/v1/tokens/999999", None).await.0, 404);
}

#[tokio::test]
async fn reports_are_read_as_json_and_as_csv() {
    let world = World::new().await;
    world.load(&["+13125550142", "+13125550143"]).await;
    let supervisor = world.token("supervisor");
    let (status, report) = world.get(supervisor, "/v1/reports/dispositions?group_by=list&zone=Europe/Rome").await;
    assert_eq!((status, &report["title"]), (200, &json!("dispositions, Europe/Rome")), "{report}");
    let row = |what: &str, share: f64| {
        json!({
            "campaign": "spring", "list": "march", "about": "contacts", "what": what, "detail": "", "count": 2,
            "share": share,
        })
    };
    assert_eq!(report["rows"], json!([row("loaded", 1.0), row("waiting", 1.0)]));
    let (status, report) = world.get(supervisor, "/v1/reports/attempts?group_by=").await;
    assert_eq!((status, &report["rows"][0]["attempts"]), (200, &json!(0)), "{report}");

    let csv = world.request(supervisor, &Method::GET, "/v1/reports/callbacks?format=csv").send().await.unwrap();
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    let header = "campaign,callbacks,scheduled,due,kept,kept_late,missed,cancelled,moved\r\n";
    assert_eq!(csv.text().await.unwrap(), header);

    for (path, said) in [
        ("agents?group_by=outcome", "the report agents cannot be grouped by outcome; take some of campaign, list, "),
        ("attempts?campaign=autumn", "there is no campaign \"autumn\""),
        ("attempts?group_by=week", "group_by: \"week\" is not something to group by; take one of campaign, list, "),
        ("attempts?color=red", "query: "),
        ("calls", "path: "),
    ] {
        let (status, problem) = world.get(supervisor, &format!("/v1/reports/{path}")).await;
        assert_eq!((status, &problem["code"]), (422, &json!("bad_value")), "{path}: {problem}");
        assert!(problem["detail"].as_str().unwrap().starts_with(said), "{path}: {problem}");
    }
}

#[tokio::test]
async fn a_contact_is_explained_without_its_number() {
    let world = World::new().await;
    world.load(&["+13125550142"]).await;
    let supervisor = world.token("supervisor");
    let (_, contacts) = world.get(supervisor, "/v1/campaigns/spring/contacts").await;
    let path = format!("/v1/contacts/{}/explain", contacts[0]["id"]);
    let (status, explained) = world.get(supervisor, &path).await;
    assert_eq!((status, &explained["callable"]), (200, &json!(true)), "{explained}");
    assert_eq!(explained["verdict"], "may be called now on +1312***0142");
    let number = json!({ "number": "+13125550142" });
    assert_eq!(world.post(world.token("manager"), "/v1/suppressions", number).await.0, 201);
    let (_, explained) = world.get(supervisor, &path).await;
    assert_eq!(explained["verdict"], "is not called any more: its numbers are on do-not-call lists");
    let refused: Vec<_> =
        explained["answers"].as_array().unwrap().iter().filter(|answer| answer["allows"] == false).collect();
    assert_eq!((refused.len(), &refused[0]["rule"]), (1, &json!("suppression")), "{explained}");
    assert!(!explained.to_string().contains("5550142"));
    let (status, problem) = world.get(supervisor, "/v1/contacts/999999/explain").await;
    assert_eq!((status, &problem["code"]), (404, &json!("unknown_contact")));
}

//! The dial pad before a call, and the phone books that fill it.

use rappel::{
    domain::ids::TeamId,
    http::{hash_of, new_token},
    store::{NewToken, Role},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;

async fn pad(world: &World, typed: &str) -> Value {
    let (status, pad) = world.post(world.token("agent"), "/v1/me/dial-pad", json!({ "typed": typed })).await;
    assert_eq!(status, 200, "{pad}");
    pad
}

#[tokio::test]
async fn t01_2_the_pad_shows_letters_as_digits_and_all_else_as_typed() {
    let world = World::new().await;
    for (typed, shown) in [
        ("1-800-FLOWERS", "1-800-3569377"),
        ("(312) 555-0142", "(312) 555-0142"),
        ("*67#+1:9 x", "*67#+1:9 9"),
        ("sip:1234@example.com", "747:1234@3926753.266"),
    ] {
        assert_eq!(pad(&world, typed).await["shown"], shown, "{typed}");
    }
    for (typed, code) in [("", "bad_length"), (&*"1".repeat(65), "bad_length"), ("312\u{a0}555", "not_on_dial_pad")] {
        let (status, problem) = world.post(world.token("agent"), "/v1/me/dial-pad", json!({ "typed": typed })).await;
        assert_eq!((status, &problem["code"]), (422, &json!(code)), "{problem}");
    }
}

#[tokio::test]
async fn t01_2_the_rule_is_known_before_the_call() {
    let world = World::new().await;
    let good = pad(&world, "1-800-flowers").await;
    let wanted = json!({
        "shown": "1-800-3569377", "permitted": true, "target": { "kind": "number", "number": "+18003569377" },
    });
    assert_eq!(good, wanted);
    assert_eq!(pad(&world, "12-34").await["target"], json!({ "kind": "extension", "number": "1234" }));
    for (typed, code, extra) in [
        ("+49 30 901820", "country_not_allowed", json!({ "country": "DE" })),
        ("911", "emergency_not_allowed", json!({ "number": "911" })),
        ("1-900-555-0142", "premium_not_allowed", json!({})),
        ("+870 773 111 632", "satellite_not_allowed", json!({})),
        ("3125550142;ext=5", "cannot_be_dialled", json!({ "why": "sign" })),
        ("1234&SIP/1000", "cannot_be_dialled", json!({ "why": "sign" })),
    ] {
        let bad = pad(&world, typed).await;
        assert_eq!((&bad["permitted"], &bad["refusal"]["code"]), (&json!(false), &json!(code)), "{bad}");
        assert!(bad["target"].is_null() && bad["refusal"]["detail"].as_str().is_some_and(|it| it.len() > 10), "{bad}");
        for (field, value) in extra.as_object().unwrap() {
            assert_eq!(&bad["refusal"][field], value, "{bad}");
        }
    }
    let (status, problem) = world.post(world.token("manager"), "/v1/me/dial-pad", json!({ "typed": "1" })).await;
    assert_eq!((status, &problem["code"]), (403, &json!("not_an_agent")));
}

/// A book for all and one for the team, kept by the manager.
async fn with_books() -> World {
    let world = World::new().await;
    let manager = world.token("manager");
    let house = json!({ "entries": [
        { "name": "Front desk", "number": "1234" },
        { "name": "Flowers", "number": "1-800-FLOWERS", "note": "for customers who had to wait" },
    ]});
    let (status, filled) = world.put(manager, "/v1/phone-books/house", house).await;
    assert_eq!((status, &filled["added"], &filled["book"]["team"]), (200, &json!(2), &json!(null)), "{filled}");
    let sales = json!({ "team": "sales", "entries": [
        { "name": "Hélène Byron", "number": "(312) 555-0142", "note": "Billing" },
    ]});
    let (status, filled) = world.put(manager, "/v1/phone-books/sales%20desk", sales).await;
    assert_eq!((status, &filled["book"]["team"]), (200, &json!("sales")), "{filled}");
    world
}

/// A token for a team.
async fn token(world: &World, role: Role, team: &str) -> String {
    let team_id = world.db.team_named(team).await.unwrap().id;
    let agent = match role {
        Role::Agent => {
            Some(world.db.agent_add(team, &format!("{team} agent"), "X", world.clock.now()).await.unwrap().id)
        }
        Role::Supervisor | Role::Manager | Role::Admin => None,
    };
    made(world, role, agent, Some(team_id)).await
}

async fn made(
    world: &World,
    role: Role,
    agent_id: Option<rappel::domain::ids::AgentId>,
    team_id: Option<TeamId>,
) -> String {
    let token = new_token();
    let new = NewToken { hash: hash_of(&token), role, agent_id, team_id, label: "x".to_owned(), expires_at: None };
    world.db.token_create(&new, world.clock.now()).await.unwrap();
    token
}

fn names(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn t01_3_an_agent_has_the_books_for_all_and_those_of_their_team() {
    let world = with_books().await;
    let (status, found) = world.get(world.token("agent"), "/v1/me/phone-book").await;
    assert_eq!((status, names(&found)), (200, vec!["Flowers", "Front desk", "Hélène Byron"]));
    let other = token(&world, Role::Agent, "other").await;
    let (_, found) = world.get(&other, "/v1/me/phone-book").await;
    assert_eq!(names(&found), ["Flowers", "Front desk"]);
}

#[tokio::test]
async fn t01_3_an_agent_searches_by_any_part_of_name_number_and_note() {
    let world = with_books().await;
    let agent = world.token("agent");
    for (text, wanted) in [
        ("helene", &["Hélène Byron"][..]),
        ("H%C3%89L bill", &["Hélène Byron"]),
        ("312-555", &["Hélène Byron"]),
        ("flowers", &["Flowers"]),
        ("FL", &["Flowers"]),
        ("desk 12", &["Front desk"]),
        ("desk 13", &[]),
        ("%25", &[]),
    ] {
        let (status, found) = world.get(agent, &format!("/v1/me/phone-book?search={text}")).await;
        assert_eq!((status, names(&found)), (200, wanted.to_vec()), "{text}");
    }
    let (_, found) = world.get(agent, "/v1/me/phone-book?count=1").await;
    assert_eq!(names(&found), ["Flowers"]);
    let long = "x".repeat(101);
    for (query, field) in [("count=0", "count"), (&*format!("search={long}"), "search")] {
        let (status, problem) = world.get(agent, &format!("/v1/me/phone-book?{query}")).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
    }
}

#[tokio::test]
async fn t01_3_an_entry_fills_the_pad_as_it_is_and_can_be_edited() {
    let world = with_books().await;
    let (_, found) = world.get(world.token("agent"), "/v1/me/phone-book?search=flowers").await;
    let entry = &found[0];
    assert_eq!(entry["number"], "1-800-FLOWERS");
    assert_eq!((&entry["shown"], &entry["book"]), (&json!("1-800-3569377"), &json!("house")));
    let number = entry["number"].as_str().unwrap();
    let filled = pad(&world, number).await;
    assert_eq!((&filled["shown"], &filled["permitted"]), (&entry["shown"], &json!(true)));
    let edited = pad(&world, &number.replace("1-800-", "1-888-")).await;
    assert_eq!(edited["target"]["number"], "+18883569377");
}

#[tokio::test]
async fn t01_3_a_book_is_replaced_shown_and_removed() {
    let world = with_books().await;
    let manager = world.token("manager");
    let (status, shown) = world.get(manager, "/v1/phone-books/house").await;
    assert_eq!((status, shown["entries"].as_array().unwrap().len()), (200, 2));
    let new = json!({ "team": null, "entries": [
        { "name": "Front desk", "number": "1234", "note": "day and night" },
        { "name": "Gate", "number": "#7" },
    ]});
    for (added, changed, removed) in [(1, 1, 1), (0, 0, 0)] {
        let (status, filled) = world.put(manager, "/v1/phone-books/house", new.clone()).await;
        assert_eq!(status, 200, "{filled}");
        assert_eq!(
            (&filled["added"], &filled["changed"], &filled["removed"]),
            (&json!(added), &json!(changed), &json!(removed))
        );
    }
    let (_, after) = world.get(manager, "/v1/phone-books/house").await;
    assert_eq!(after["entries"][0]["id"], shown["entries"][0]["id"], "what stays keeps its number");
    let rest = format!("/v1/phone-books/house?count=1&after={}", after["entries"][0]["id"]);
    assert_eq!(names(&world.get(manager, &rest).await.1["entries"]), ["Gate"]);
    let (_, books) = world.get(world.token("supervisor"), "/v1/phone-books").await;
    assert_eq!(names(&books), ["house", "sales desk"]);
    assert_eq!(world.send(manager, &Method::DELETE, "/v1/phone-books/house", None).await.0, 204);
    for method in [Method::GET, Method::DELETE] {
        let (status, problem) = world.send(manager, &method, "/v1/phone-books/house", None).await;
        assert_eq!((status, &problem["code"]), (404, &json!("unknown_phone_book")));
    }
}

#[tokio::test]
async fn a_book_with_mistakes_is_refused_with_every_path() {
    let world = with_books().await;
    let manager = world.token("manager");
    let bad = json!({ "entries": [
        { "name": "Good", "number": "1" },
        { "name": "", "number": "2" },
        { "name": "Spaces", "number": "312\u{a0}555 0142" },
        { "name": "x".repeat(101), "number": "", "note": "x".repeat(501) },
    ]});
    let (status, problem) = world.put(manager, "/v1/phone-books/house", bad).await;
    assert_eq!((status, &problem["code"]), (422, &json!("bad_value")));
    let paths: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|it| it["field"].as_str().unwrap()).collect();
    let wanted = ["entries[1].name", "entries[2].number", "entries[3].name", "entries[3].note", "entries[3].number"];
    assert_eq!(paths, wanted, "{problem}");
    let (_, shown) = world.get(manager, "/v1/phone-books/house").await;
    assert_eq!(shown["entries"].as_array().unwrap().len(), 2, "nothing of it is stored");

    let many: Vec<_> = (0..500).map(|_| json!({ "name": "", "number": "1" })).collect();
    let (_, problem) = world.put(manager, "/v1/phone-books/house", json!({ "entries": many })).await;
    assert_eq!(problem["errors"].as_array().unwrap().len(), 201);
    assert_eq!(problem["errors"][200], json!({ "field": "entries", "problem": "and 300 more" }));
    for (body, status, what) in [
        (json!({ "team": "nobody", "entries": [] }), 404, "unknown_team"),
        (json!({ "entries": [{ "name": "a", "number": 1 }] }), 422, "bad_value"),
        (json!({ "entries": [], "color": "red" }), 422, "bad_value"),
    ] {
        let (got, problem) = world.put(manager, "/v1/phone-books/house", body).await;
        assert_eq!((got, &problem["code"]), (status, &json!(what)), "{problem}");
    }
    let long = format!("/v1/phone-books/{}", "x".repeat(101));
    assert_eq!(world.put(manager, &long, json!({ "entries": [] })).await.1["code"], "bad_length");
}

#[tokio::test]
async fn t01_3_who_acts_for_one_team_keeps_its_books_and_sees_those_for_all() {
    let world = with_books().await;
    let other = token(&world, Role::Manager, "other").await;
    let entries = json!([{ "name": "Mine", "number": "1" }]);
    let (_, books) = world.get(&other, "/v1/phone-books").await;
    assert_eq!(names(&books), ["house"]);
    assert_eq!(world.get(&other, "/v1/phone-books/house").await.0, 200);
    let refused = [
        (Method::GET, "sales%20desk", None),
        (Method::DELETE, "sales%20desk", None),
        (Method::DELETE, "house", None),
        (Method::PUT, "house", Some(json!({ "entries": entries }))),
        (Method::PUT, "house", Some(json!({ "team": "other", "entries": entries }))),
        (Method::PUT, "sales%20desk", Some(json!({ "team": "other", "entries": entries }))),
        (Method::PUT, "new", Some(json!({ "team": "sales", "entries": entries }))),
    ];
    for (method, name, body) in refused {
        let (status, problem) = world.send(&other, &method, &format!("/v1/phone-books/{name}"), body).await;
        assert_eq!((status, &problem["code"]), (403, &json!("other_team")), "{method} {name}: {problem}");
    }
    let own = json!({ "team": "other", "entries": entries });
    assert_eq!(world.put(&other, "/v1/phone-books/ours", own).await.0, 200);
    let (_, books) = world.get(&other, "/v1/phone-books").await;
    assert_eq!(names(&books), ["house", "ours"]);
    let (_, found) = world.get(world.token("agent"), "/v1/me/phone-book?search=mine").await;
    assert_eq!(found, json!([]), "another team's agents do not have it");
    assert_eq!(world.send(&other, &Method::DELETE, "/v1/phone-books/ours", None).await.0, 204);
}

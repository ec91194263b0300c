//! What managers ask of a campaign in the browser: the four numbers, lists that are sent as files, finding a contact.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{SPRING, World};
use rappel::http::Limits;

/// Sends a file, and waits until it was looked at.
async fn send(world: &World, file: &str, text: &str) -> Value {
    let path = format!("/v1/campaigns/spring/uploads?file={file}");
    let request = world.request(world.token("manager"), &Method::POST, &path);
    let sent: Value = request.body(text.to_owned()).send().await.unwrap().json().await.unwrap();
    assert!(sent["upload_id"].is_string(), "{sent}");
    over(world, &at(&sent)).await
}

fn at(upload: &Value) -> String {
    format!("/v1/campaigns/spring/uploads/{}", upload["upload_id"].as_str().unwrap())
}

/// What is told of an upload once nothing is done with it any more.
async fn over(world: &World, path: &str) -> Value {
    loop {
        let (status, told) = world.get(world.token("manager"), path).await;
        assert_eq!(status, 200, "{told}");
        if told["phase"] != "checking" && told["phase"] != "loading" {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

async fn rejects(world: &World, upload: &Value) -> (u16, String) {
    let path = format!("{}/rejects", at(upload));
    let answer = world.request(world.token("manager"), &Method::GET, &path).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

const LIST: &str = "Account,First name,Phone,Plan\nA1,Ada,+12125550142,=Basic\nA2,Bo,12345,+Extra\nA3,Cy,+13105550143,Basic\n\
                    A1,Ada again,+12125550144,Basic\n";

#[tokio::test]
async fn a_campaign_is_four_numbers() {
    let world = World::new().await;
    world.load(&["+12125550142", "+13125550143"]).await;
    let (status, told) = world.get(world.token("supervisor"), "/v1/campaigns/spring/outlook").await;
    assert_eq!(status, 200, "{told}");
    let outlook = &told["outlook"];
    assert_eq!((&outlook["contacts"], &outlook["now"]["contacts"]), (&json!(2), &json!(2)), "{outlook}");
    assert_eq!(outlook["now"]["reasons"][0]["code"], "callable");
    assert_eq!(outlook["zones"].as_array().unwrap().len(), 2);
    let example = outlook["now"]["reasons"][0]["example"].as_i64().unwrap();
    let (_, why) = world.get(world.token("supervisor"), &format!("/v1/contacts/{example}/explain")).await;
    assert_eq!((&why["standing"], &why["callable"]), (&json!("now"), &json!(true)), "{why}");
    assert_eq!(why["answers"][0]["facts"]["state"], "running");
    let (status, _) = world.get(world.token("agent"), "/v1/campaigns/spring/outlook").await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn numbers_follow_the_rules_they_were_counted_by() {
    let world = World::new().await;
    world.load(&["+12125550142"]).await;
    let manager = world.token("manager");
    let closed = SPRING.replace("08:00-21:00", "02:00-03:00");
    assert_eq!(world.get(manager, "/v1/campaigns/spring/outlook").await.1["outlook"]["now"]["contacts"], 1);
    assert_eq!(world.put_toml(manager, "/v1/campaigns/spring", &closed).await.0, 200);
    let (_, told) = world.get(manager, "/v1/campaigns/spring/outlook").await;
    assert_eq!(told["outlook"]["later"]["reasons"][0]["code"], "calling_window", "{told}");
}

#[tokio::test]
async fn a_list_is_checked_then_loaded() {
    let world = World::new().await;
    world.load(&[]).await;
    let checked = send(&world, "march.csv", LIST).await;
    assert_eq!((&checked["phase"], &checked["list"]), (&json!("checked"), &json!("march")), "{checked}");
    let found = &checked["found"];
    assert_eq!((&found["good"], &found["refused"], &found["duplicates"]), (&json!(3), &json!(1), &json!(1)), "{found}");
    assert_eq!((&found["problems"][0]["field"], &found["problems"][0]["line"]), (&json!("Phone"), &json!(3)));
    assert_eq!(found["outlook"]["now"]["contacts"], 2, "{found}");
    assert_eq!(checked["columns"][0], json!({ "header": "Account", "role": "account_number" }));
    let contacts = world.get(world.token("manager"), "/v1/campaigns/spring/contacts").await.1;
    assert_eq!(contacts, json!([]), "a check stores nothing");

    let load = format!("{}/load", at(&checked));
    assert_eq!(world.post(world.token("manager"), &load, json!({ "list": "spring-list" })).await.0, 200);
    let loaded = over(&world, &at(&checked)).await;
    let tally = json!({ "loaded": 2, "updated": 0, "duplicates": 1, "refused": 1, "zone_unknown": 0 });
    assert_eq!((&loaded["phase"], &loaded["loaded"]), (&json!("loaded"), &tally), "{loaded}");
    let (status, problem) = world.post(world.token("manager"), &load, json!({})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("upload_busy")));

    // What was refused can be mended and sent again, and comes back as it was.
    let (status, text) = rejects(&world, &checked).await;
    assert_eq!(status, 200);
    assert!(text.contains("A2,Bo,12345,'+Extra"), "no formula for a spreadsheet: {text}");
    let mended = send(&world, "march.rejects.csv", &text.replace("12345", "+13125550188")).await;
    assert_eq!((&mended["found"]["good"], &mended["list"]), (&json!(1), &json!("march")), "{mended}");
    assert_eq!(rejects(&world, &mended).await.0, 404);
    assert_eq!(world.post(world.token("manager"), &format!("{}/load", at(&mended)), json!({})).await.0, 200);
    assert_eq!(over(&world, &at(&mended)).await["loaded"]["loaded"], 1);
    let (_, found) = world.post(world.token("supervisor"), "/v1/contacts/search", json!({ "text": "A2" })).await;
    assert_eq!(found[0]["contact"]["variables"]["Plan"], "+Extra");
}

#[tokio::test]
async fn a_list_can_be_read_in_another_way() {
    let world = World::new().await;
    world.load(&[]).await;
    let sent = send(&world, "odd.csv", "Who,Where\nAda,+12125550142\n").await;
    assert_eq!(sent["phase"], "failed");
    assert!(sent["failure"].as_str().unwrap().contains("no column holds telephone numbers"), "{sent}");
    assert_eq!(sent["failure_code"], "no_phone_column");
    let manager = world.token("manager");
    let (status, problem) =
        world.put(manager, &at(&sent), json!({ "columns": [{ "header": "Where", "role": "fone" }] })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("columns[0].role")));
    let how = json!({ "columns": [{ "header": "Where", "role": "phone" }] });
    assert_eq!(world.put(manager, &at(&sent), how).await.0, 200);
    assert_eq!(over(&world, &at(&sent)).await["found"]["good"], 1);
    assert_eq!(world.send(manager, &Method::DELETE, &at(&sent), None).await.0, 204);
    assert_eq!(world.get(manager, &at(&sent)).await.1["code"], "unknown_upload");
}

#[tokio::test]
async fn a_file_has_its_limits_and_its_campaign() {
    let limits = Limits { upload_bytes_max: 64, ..Limits::default() };
    let world = World::with(limits).await;
    world.load(&[]).await;
    let send = |who, campaign: &str, text: &str| {
        let path = format!("/v1/campaigns/{campaign}/uploads?file=x.csv");
        world.request(world.token(who), &Method::POST, &path).body(text.to_owned()).send()
    };
    assert_eq!(send("manager", "spring", &"x".repeat(65)).await.unwrap().status(), 413);
    assert_eq!(send("supervisor", "spring", "Phone\n").await.unwrap().status(), 403);
    assert_eq!(send("manager", "autumn", "Phone\n").await.unwrap().status(), 404);
    assert_eq!(send("manager", "spring", "Phone\n").await.unwrap().status(), 201);
}

#[tokio::test]
async fn rules_are_checked_without_being_stored() {
    let world = World::new().await;
    let manager = world.token("manager");
    let wish = json!({ "name": "summer", "team": "sales", "country": "US", "priority": 600 });
    let (status, problem) = world.post(manager, "/v1/campaigns/check", wish).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("priority")));
    let wish = json!({ "name": "summer", "team": "sales", "country": "US" });
    let (status, checked) = world.post(manager, "/v1/campaigns/check", wish).await;
    assert_eq!((status, &checked["rules"]["priority"]), (200, &json!(50)));
    assert_eq!(world.get(manager, "/v1/campaigns/summer").await.0, 404);
}

#[tokio::test]
async fn a_contact_is_found_by_what_somebody_says() {
    let world = World::new().await;
    world.load(&["+12125550142", "+13125550143"]).await;
    let supervisor = world.token("supervisor");
    // The account numbers of this world are the telephone numbers as they were written.
    for text in ["+12125550142", "(212) 555-0142", " 1 "] {
        let (status, found) = world.post(supervisor, "/v1/contacts/search", json!({ "text": text })).await;
        assert_eq!(status, 200, "{found}");
        let numbers: Vec<_> = found.as_array().unwrap().iter().map(|it| &it["contact"]["account_number"]).collect();
        assert_eq!(numbers, [&json!("+12125550142")], "{text}");
        assert_eq!(found[0]["campaign"], "spring");
    }
    let nobody = json!({ "text": "+442079460000", "campaign": "spring" });
    assert_eq!(world.post(supervisor, "/v1/contacts/search", nobody).await.1, json!([]));
    let (status, problem) = world.post(supervisor, "/v1/contacts/search", json!({ "text": "  " })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("text")));
    let (status, callbacks) = world.get(supervisor, "/v1/contacts/1/callbacks").await;
    assert_eq!((status, callbacks), (200, json!([])));
}

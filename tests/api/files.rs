//! Phone books and do-not-call lists that managers send as files, and the hours that are in force.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;

async fn send(world: &World, who: &str, path: &str, text: &str) -> (u16, Value) {
    let request = world.request(world.token(who), &Method::POST, path).body(text.to_owned());
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_phone_book_is_filled_from_a_file() {
    let world = World::new().await;
    let path = "/v1/phone-books/house/file";
    let (status, told) =
        send(&world, "manager", path, "Name;Number\nReception;2000\nNobody;\nNora;+442079460000\n").await;
    assert_eq!(status, 200, "{told}");
    assert_eq!((&told["added"], &told["refused"]), (&json!(2), &json!(1)), "{told}");
    let rejects = told["rejects"].as_str().unwrap();
    assert!(rejects.contains("Nobody") && rejects.contains("reject_reason"), "{rejects}");

    // Mended and sent again it fills the rest; with `replace` the file is all there is.
    let mended = rejects.replace("Nobody;", "Somebody;2001");
    let (status, told) = send(&world, "manager", path, &mended).await;
    assert_eq!((status, &told["added"], &told["rejects"]), (200, &json!(1), &Value::Null), "{told}");
    let (_, told) = send(&world, "manager", &format!("{path}?replace=true"), "Name,Number\nReception,2000\n").await;
    assert_eq!((&told["removed"], &told["book"]["entries"]), (&json!(2), &json!(1)), "{told}");

    let (status, problem) = send(&world, "manager", path, "Name,Number\n,\nx,\n").await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("file")), "{problem}");
    assert_eq!(send(&world, "supervisor", path, "Name,Number\nx,1\n").await.0, 403);
}

#[tokio::test]
async fn a_do_not_call_list_is_stored_from_a_file() {
    let world = World::new().await;
    world.load(&["+12125550142"]).await;
    let path = "/v1/suppressions/file?source=national.csv&country=US";
    let list =
        "number,until,campaign\n212-555-0142,,spring\n+13125550143,2030-01-01,\nnonsense,,\n+13125550144,,autumn\n";
    let (status, told) = send(&world, "manager", path, list).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!((&told["added"], &told["refused"]), (&json!(2), &json!(2)), "{told}");
    assert!(told["rejects"].as_str().unwrap().contains("there is no campaign \"\"autumn\"\""), "{told}");
    let (_, told) = send(&world, "manager", path, list).await;
    assert_eq!((&told["added"], &told["there"]), (&json!(0), &json!(2)), "{told}");
    let (_, outlook) = world.get(world.token("manager"), "/v1/campaigns/spring/outlook").await;
    assert_eq!(outlook["outlook"]["never"]["reasons"][0]["code"], "suppressed", "{outlook}");

    let (status, problem) = send(&world, "manager", &format!("{path}&until=yesterday"), list).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("until")));
    let (status, problem) = send(&world, "manager", &format!("{path}&campaign=autumn"), list).await;
    assert_eq!((status, &problem["code"]), (404, &json!("unknown_campaign")));
}

#[tokio::test]
async fn the_hours_in_force_say_where_they_come_from() {
    let world = World::new().await;
    world.load(&[]).await;
    let (status, told) = world.get(world.token("supervisor"), "/v1/campaigns/spring/hours").await;
    assert_eq!((status, &told["are_cautious"]), (200, &json!(false)), "{told}");
    assert_eq!(told["hours"], json!({ "daily": ["08:00-21:00"] }), "{told}");
    assert!(told["citation"].as_str().unwrap().contains("47 CFR"), "{told}");
    let careful = json!({ "name": "summer", "team": "sales", "country": "FR" });
    assert_eq!(world.put(world.token("manager"), "/v1/campaigns/summer", careful).await.0, 200);
    let (_, told) = world.get(world.token("supervisor"), "/v1/campaigns/summer/hours").await;
    assert_eq!((&told["are_cautious"], &told["hours"]), (&json!(true), &told["cautious_hours"]), "{told}");
}

#[tokio::test]
async fn a_report_is_taken_along_as_a_file() {
    let world = World::new().await;
    world.load(&["+12125550142"]).await;
    for (format, media_type, begins) in
        [("csv", "text/csv; charset=utf-8", &b"campaign,"[..]), ("parquet", "application/vnd.apache.parquet", b"PAR1")]
    {
        let path = format!("/v1/reports/dispositions?format={format}");
        let answer = world.request(world.token("supervisor"), &Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], media_type);
        assert!(answer.headers()["content-disposition"].to_str().unwrap().contains(&format!("dispositions.{format}")));
        assert!(answer.bytes().await.unwrap().starts_with(begins), "{format}");
    }
}

//! What is on tape: the call as the customer hears it, wherever it goes.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::House;
use crate::support::rig::sound::{CUSTOMERS, PHONES};

const RECORDED: &str = "[recording]\ncalls_recorded = true\n";

async fn recorded(digits: &[&str]) -> House {
    House::with_rules(digits, RECORDED).await
}

/// The recording of the first contact's attempt, once it is so.
async fn until_recording(house: &House, state: &str) -> Value {
    let mut again = tokio::time::interval(std::time::Duration::from_millis(50));
    let mut seen = Value::Null;
    for _ in 0..200 {
        again.tick().await;
        let (_, attempts) = house.admin.ask("GET", "/v1/contacts/1/attempts", None).await;
        seen = attempts[0]["recording"].clone();
        if seen["state"] == state {
            return seen;
        }
    }
    panic!("the recording should be {state} and is {seen}");
}

#[tokio::test]
async fn it_follows_the_customer_through_hold_consultation_conference_and_transfer() {
    let house = recorded(&["90"]).await;
    let dialog = house.alice_talks().await;
    let recording = until_recording(&house, "recording").await;
    assert_eq!(recording["server"].as_str().unwrap(), house.rig.ari_url.trim_end_matches("/ari"));
    let path = recording["path"].as_str().unwrap().to_owned();
    assert!(path.ends_with(&format!("/{dialog}.wav")), "named by the attempt: {path}");
    house.rig.until_taped(&path, &[CUSTOMERS[0], PHONES[0]]).await;

    house.acts(&house.alice, &dialog, "hold", None).await;
    // What the customer says to the music is on tape; the music is at times.
    house.rig.until_taped(&path, &[CUSTOMERS[0]]).await;
    house.acts(&house.alice, &dialog, "retrieve", None).await;
    house.rig.until_taped(&path, &[CUSTOMERS[0], PHONES[0]]).await;
    house.acts(&house.alice, &dialog, "consult", Some(json!({ "typed": "1002" }))).await;
    let offered = house.dialog(&house.bob, "consult", "offered").await;
    house.acts(&house.bob, &offered, "answer", None).await;
    house.dialog(&house.alice, "consult", "talking").await;
    house.rig.phones[0].until_hears(&[PHONES[1]]).await;
    house.rig.until_taped(&path, &[CUSTOMERS[0]]).await;

    house.acts(&house.alice, &dialog, "conference", None).await;
    house.rig.until_taped(&path, &[CUSTOMERS[0], PHONES[0], PHONES[1]]).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.rig.until_taped(&path, &[CUSTOMERS[0], PHONES[1]]).await;
    house.rig.customers[0].until_hears(&[PHONES[1]]).await;

    let (status, sound) = house.admin.bytes(&format!("/v1/attempts/{dialog}/recording")).await;
    assert_eq!((status, &sound[..4]), (200, b"RIFF".as_slice()));
    house.acts(&house.bob, &dialog, "end", None).await;
    until_recording(&house, "stored").await;
    let (status, whole) = house.admin.bytes(&format!("/v1/attempts/{dialog}/recording")).await;
    assert_eq!(status, 200);
    assert!(whole.len() >= sound.len() && whole.len() > 16_000 * 5, "{} bytes", whole.len());
}

#[tokio::test]
async fn what_is_paused_is_not_on_tape_and_a_program_that_was_killed_finds_it_so() {
    let mut house = recorded(&["90"]).await;
    let dialog = house.alice_talks().await;
    let path = until_recording(&house, "recording").await["path"].as_str().unwrap().to_owned();
    house.rig.until_taped(&path, &[CUSTOMERS[0], PHONES[0]]).await;
    let pause = format!("/v1/me/dialogs/{dialog}/recording-pause");
    let (status, view) = house.alice.ask("PUT", &pause, None).await;
    assert_eq!(status, 200, "{view}");
    house.alice.until(|view| view["dialogs"][0]["recording"]["state"] == "paused").await;
    house.rig.nothing_taped(&path).await;

    house.killed_and_started_again().await;
    house.alice.until(|view| view["dialogs"][0]["phase"] == "talking").await;
    house.rig.nothing_taped(&path).await;
    let (status, view) = house.alice.ask("DELETE", &pause, None).await;
    assert_eq!(status, 200, "{view}");
    house.alice.until(|view| view["dialogs"][0]["recording"]["state"] == "recording").await;
    house.rig.until_taped(&path, &[CUSTOMERS[0], PHONES[0]]).await;

    // Killed while it runs, it runs on.
    house.killed_and_started_again().await;
    house.rig.until_taped(&path, &[CUSTOMERS[0], PHONES[0]]).await;
    let (status, view) = house.alice.ask("PUT", &pause, None).await;
    assert_eq!(status, 200, "{view}");
    house.alice.until(|view| view["dialogs"][0]["recording"]["state"] == "paused").await;
    house.rig.nothing_taped(&path).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    until_recording(&house, "stored").await;
}

#[tokio::test]
async fn a_recording_that_cannot_be_made_hinders_no_call_and_is_told() {
    let house = recorded(&["90"]).await;
    house.rig.forbid_recordings(true);
    let dialog = house.alice_talks().await;
    house.alice.until(|view| view["dialogs"][0]["recording"]["state"] == "failed").await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.rig.forbid_recordings(false);
    let (status, problem) = house.admin.ask("GET", &format!("/v1/attempts/{dialog}/recording"), None).await;
    assert_eq!((status, &problem["code"]), (404, &json!("no_recording")));
    house.acts(&house.alice, &dialog, "end", None).await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "voice" })]);
}

#[tokio::test]
async fn a_switch_that_dies_leaves_the_path_and_what_was_on_tape() {
    let mut house = recorded(&["90"]).await;
    let dialog = house.alice_talks().await;
    let path = until_recording(&house, "recording").await["path"].as_str().unwrap().to_owned();
    house.rig.until_taped(&path, &[CUSTOMERS[0], PHONES[0]]).await;
    house.rig.kill_asterisk();
    house.connected(false).await;
    house.rig.asterisk_restart().await;
    house.connected(true).await;
    assert_eq!(until_recording(&house, "stored").await["path"], json!(path));
    let stored = house.rig.ari().done(Method::GET, "/recordings/stored", &Value::Null).await;
    assert!(stored.to_string().contains(&dialog), "{stored}");
    let (status, _) = house.admin.bytes(&format!("/v1/attempts/{dialog}/recording")).await;
    assert_eq!(status, 200);
}

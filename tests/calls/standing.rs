//! Phones that stay connected between calls, by setting.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::house::{House, STANDING};
use crate::support::rig::sound::{CUSTOMERS, PHONES};

/// Every channel of the switch.
async fn channels(house: &House) -> BTreeSet<String> {
    let channels = house.rig.ari().done(Method::GET, "/channels", &Value::Null).await;
    channels.as_array().unwrap().iter().map(|channel| channel["id"].as_str().unwrap().to_owned()).collect()
}

/// Waits until the switch has so many channels.
async fn until_channels(house: &House, count: usize) {
    let mut again = tokio::time::interval(std::time::Duration::from_millis(20));
    let looks = async {
        while channels(house).await.len() != count {
            again.tick().await;
        }
    };
    tokio::time::timeout(crate::support::rig::PATIENCE, looks).await.expect("so many channels are there");
}

/// Alice is Ready: her phone is rung, answers by itself, and the program knows.
async fn ready_at_the_phone(house: &mut House) {
    house.ready(&house.alice).await;
    house.rig.phones[0].until("CALL_ESTABLISHED").await;
    house.alice.until(|view| view["state"] != "ready" || view["waiting"]["because"] != "phone_rings").await;
}

#[tokio::test]
async fn a_phone_that_stays_connected_rings_once_for_two_calls() {
    let mut house = House::with_settings(&["90", "91"], STANDING).await;
    let dialog = house.alice_talks().await;
    let phone = channels(&house).await;
    house.rig.phones[0].until("CALL_ESTABLISHED").await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[0]]).await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    // Who is held hears music, who holds hears nothing, and both come back.
    house.alice_holds_and_retrieves(&dialog).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["preview"].is_object()).await;
    // Between two calls there is silence, which is sound that says nothing.
    let between = channels(&house).await;
    assert!(between.len() == 1 && between.is_subset(&phone), "{between:?} of {phone:?}");
    house.rig.phones[0].until_is_silent().await;

    house.alice_talks().await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[1]]).await;
    house.rig.customers[1].until_hears(&[PHONES[0]]).await;
    house.rig.customers[1].hang_up().await;
    house.alice.until(|view| view["dialogs"] == json!([]) && view["state"] == "ready").await;
    assert_eq!(channels(&house).await, between, "the same line, and no other");
    assert_eq!(house.rig.phones[0].established(), 0, "it rang once");

    // Put down between two calls: Not ready, and Ready rings again.
    house.rig.phones[0].hang_up().await;
    let view = house.alice.until(|view| view["state"] == "not_ready").await;
    assert_eq!(view["reason"], "phone_disconnected");
    ready_at_the_phone(&mut house).await;

    let (status, view) = house.alice.ask("DELETE", "/v1/me/session", None).await;
    assert_eq!(status, 200, "{view}");
    house.rig.phones[0].until("CALL_CLOSED").await;
    until_channels(&house, 0).await;
}

#[tokio::test]
async fn killed_between_two_calls_the_program_keeps_the_phone() {
    let mut house = House::with_settings(&["90", "91"], STANDING).await;
    let dialog = house.alice_talks().await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["preview"].is_object()).await;
    let between = channels(&house).await;
    house.rig.phones[0].until("CALL_ESTABLISHED").await;
    house.killed_and_started_again().await;
    house.alice_talks().await;
    assert!(channels(&house).await.is_superset(&between), "it is the same line");
    house.rig.phones[0].until_hears(&[CUSTOMERS[1]]).await;
    house.rig.customers[1].until_hears(&[PHONES[0]]).await;
    assert_eq!(house.rig.phones[0].established(), 0, "it did not ring again");
}

#[tokio::test]
async fn a_caller_is_answered_on_the_phone_that_stays_and_a_call_ends_with_it() {
    let mut house = House::with_settings(&[], STANDING).await;
    ready_at_the_phone(&mut house).await;
    house.rig.customers[2].dial("+13125550100").await;
    let offered = house.dialog(&house.alice, "inbound", "offered").await;
    house.acts(&house.alice, &offered, "answer", None).await;
    house.dialog(&house.alice, "inbound", "talking").await;
    house.rig.customers[2].until_hears(&[PHONES[0]]).await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[2]]).await;
    // A colleague is asked, whose phone is rung for it and stays.
    house.acts(&house.alice, &offered, "consult", Some(json!({ "typed": "1002" }))).await;
    let asked = house.dialog(&house.bob, "consult", "offered").await;
    house.acts(&house.bob, &asked, "answer", None).await;
    house.rig.phones[0].until_hears(&[PHONES[1]]).await;
    house.acts(&house.alice, &offered, "transfer", None).await;
    house.rig.customers[2].until_hears(&[PHONES[1]]).await;
    house.alice.until(|view| view["state"] == "ready").await;
    assert_eq!(channels(&house).await.len(), 3, "both phones and the caller");
    // Whoever puts the phone down in a call ends it, as ever.
    house.rig.phones[1].hang_up().await;
    house.rig.customers[2].until("CALL_CLOSED").await;
    house.bob.until(|view| view["dialogs"] == json!([])).await;
    until_channels(&house, 1).await;
    assert_eq!(house.rig.phones[0].established(), 0, "it rang once");
}

#[tokio::test]
async fn a_switch_that_dies_takes_the_phones_and_ready_rings_them_again() {
    let mut house = House::with_settings(&[], STANDING).await;
    ready_at_the_phone(&mut house).await;
    house.rig.kill_asterisk();
    house.connected(false).await;
    house.rig.asterisk_restart().await;
    house.connected(true).await;
    let view = house.alice.until(|view| view["state"] == "not_ready").await;
    assert_eq!(view["reason"], "phone_disconnected");
    assert_eq!(house.rig.phones[0].established(), 0, "nobody is rung who has not asked for it");
    ready_at_the_phone(&mut house).await;
    until_channels(&house, 1).await;
}

#[tokio::test]
async fn the_second_call_is_on_tape_too_and_a_supervisor_hears_it() {
    let house = House::standing_with_rules(&["90", "91"], "[recording]\ncalls_recorded = true\n").await;
    for (nth, customer) in CUSTOMERS[..2].iter().enumerate() {
        let dialog = house.alice_talks().await;
        let view = house.alice.until(|view| view["dialogs"][0]["recording"]["state"] == "recording").await;
        assert_eq!(view["dialogs"][0]["dialog_id"], json!(dialog));
        let (_, attempts) = house.admin.ask("GET", &format!("/v1/contacts/{}/attempts", nth + 1), None).await;
        let path = attempts[0]["recording"]["path"].as_str().unwrap();
        house.rig.until_taped(path, &[*customer, PHONES[0]]).await;
        for (mode, heard) in [("listen", vec![*customer]), ("whisper", vec![*customer, PHONES[2]])] {
            let wish = json!({ "mode": mode, "extension": "1003" });
            let (status, line) = house.admin.ask("PUT", "/v1/teams/north/agents/1/supervision", Some(wish)).await;
            assert_eq!(status, 200, "{line}");
            house.rig.phones[2].until_hears(&[*customer, PHONES[0]]).await;
            house.rig.phones[0].until_hears(&heard).await;
            house.rig.customers[nth].until_hears(&[PHONES[0]]).await;
        }
        house.acts(&house.alice, &dialog, "end", None).await;
        house.alice.until(|view| view["dialogs"] == json!([])).await;
    }
}

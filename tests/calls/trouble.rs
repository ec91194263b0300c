//! What goes away in the middle of a call: the program, the switch, the agent's phone.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::{Beside, House, TLS};
use crate::support::rig::sound::{CUSTOMERS, PHONES};

#[tokio::test]
async fn killed_in_a_call_the_program_finds_it_again_and_it_goes_on() {
    let mut house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.killed_and_started_again().await;
    let view = house.alice.until(|view| view["dialogs"][0]["phase"] == "talking").await;
    assert_eq!(view["dialogs"][0]["dialog_id"], json!(dialog), "the same call");
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.alice_holds_and_retrieves(&dialog).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "voice" })], "one attempt, no more");
}

#[tokio::test]
async fn killed_while_it_rings_nothing_is_dialled_again() {
    let mut house = House::with(&["92"]).await;
    house.alice_accepts().await;
    house.rig.customers[2].until("CALL_INCOMING").await;
    house.killed_and_started_again().await;
    house.alice.until(|view| view["dialogs"] == json!([]) || view["dialogs"][0]["phase"] == "ringing").await;
    // Whoever takes it now finds the agent, or nobody, but is not called a second time.
    house.rig.customers[2].hang_up().await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(1).await.len(), 1);
}

#[tokio::test]
async fn a_switch_that_dies_takes_its_calls_and_is_found_again() {
    let mut house = House::with(&["90", "91"]).await;
    house.alice_talks().await;
    house.rig.kill_asterisk();
    house.connected(false).await;
    house.rig.asterisk_restart().await;
    house.connected(true).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    house.alice_talks().await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[1]]).await;
}

#[tokio::test]
async fn a_switch_that_freezes_is_noticed_and_its_call_goes_on_afterwards() {
    let house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.rig.freeze_asterisk(true);
    house.connected(false).await;
    house.rig.freeze_asterisk(false);
    house.connected(true).await;
    house.alice_holds_and_retrieves(&dialog).await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[0]]).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "voice" })]);
}

#[tokio::test]
async fn another_program_on_the_same_switch_leaves_our_calls_alone() {
    let house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    let mut beside = Beside::start(&house).await;
    // What it did when it came is done by the time it comes again.
    beside.killed_and_started_again().await;
    let room = house.rig.ari().done(Method::GET, &format!("/bridges/{dialog}"), &Value::Null).await;
    assert_eq!(room["channels"].as_array().unwrap().len(), 2, "{room}");
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
}

#[tokio::test]
async fn calls_go_on_over_tls() {
    let mut house = House::with_settings(&["90"], TLS).await;
    let dialog = house.alice_talks().await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.killed_and_started_again().await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "voice" })]);
}

#[tokio::test]
async fn an_agent_who_puts_the_phone_down_ends_the_call() {
    let mut house = House::with(&["90"]).await;
    house.alice_talks().await;
    house.rig.phones[0].hang_up().await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "voice" })]);
}

//! Who hears whom.

use serde_json::json;

use super::house::House;
use crate::support::rig::sound::{CUSTOMERS, MUSIC, PHONES};

#[tokio::test]
async fn t03_3_the_customer_is_dialled_from_the_agents_own_phone_and_both_hear_each_other() {
    let house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[0]]).await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([]) && view["state"] == "ready").await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "voice" })]);
}

#[tokio::test]
async fn t06_hold_consult_alternate_conference_and_transfer_are_heard() {
    let house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    house.acts(&house.alice, &dialog, "hold", None).await;
    house.rig.customers[0].until_hears(&[MUSIC]).await;
    house.acts(&house.alice, &dialog, "retrieve", None).await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;

    house.acts(&house.alice, &dialog, "consult", Some(json!({ "typed": "1002" }))).await;
    let offered = house.dialog(&house.bob, "consult", "offered").await;
    house.acts(&house.bob, &offered, "answer", None).await;
    let consult = house.dialog(&house.alice, "consult", "talking").await;
    house.rig.phones[0].until_hears(&[PHONES[1]]).await;
    house.rig.phones[1].until_hears(&[PHONES[0]]).await;
    house.rig.customers[0].until_hears(&[MUSIC]).await;

    house.acts(&house.alice, &dialog, "retrieve", None).await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[0]]).await;
    house.acts(&house.alice, &consult, "retrieve", None).await;
    house.rig.phones[1].until_hears(&[PHONES[0]]).await;

    house.acts(&house.alice, &dialog, "conference", None).await;
    house.rig.phones[0].until_hears(&[PHONES[1], CUSTOMERS[0]]).await;
    house.rig.customers[0].until_hears(&[PHONES[0], PHONES[1]]).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.rig.customers[0].until_hears(&[PHONES[1]]).await;
    house.rig.phones[1].until_hears(&[CUSTOMERS[0]]).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
}

#[tokio::test]
async fn t06_5_t10_transfer_and_direct_transfer_leave_the_two_others_talking() {
    let mut house = House::with(&["90", "91"]).await;
    let dialog = house.alice_talks().await;
    house.acts(&house.alice, &dialog, "consult", Some(json!({ "typed": "312-555-0192" }))).await;
    house.rig.customers[2].until("CALL_INCOMING").await;
    house.rig.customers[2].accept().await;
    house.dialog(&house.alice, "consult", "talking").await;
    house.acts(&house.alice, &dialog, "transfer", None).await;
    house.rig.customers[0].until_hears(&[CUSTOMERS[2]]).await;
    house.rig.customers[2].until_hears(&[CUSTOMERS[0]]).await;

    // The agent is free, and talks with the next customer meanwhile.
    let dialog = house.alice_talks().await;
    house.acts(&house.alice, &dialog, "direct-transfer", Some(json!({ "typed": "312-555-0193" }))).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    house.rig.customers[3].until("CALL_INCOMING").await;
    house.rig.customers[3].accept().await;
    house.rig.customers[1].until_hears(&[CUSTOMERS[3]]).await;
    house.rig.customers[0].until_hears(&[CUSTOMERS[2]]).await;
    house.rig.customers[0].hang_up().await;
    house.rig.customers[1].hang_up().await;
    for customer in [2, 3] {
        house.rig.customers[customer].until("CALL_CLOSED").await;
    }
}

#[tokio::test]
async fn t07_keys_reach_the_customer() {
    let mut house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    house.rig.customers[0].until("CALL_ESTABLISHED").await;
    let (status, view) = house.alice.ask("PUT", &format!("/v1/me/dialogs/{dialog}/keypad"), None).await;
    assert_eq!(status, 200, "{view}");
    for key in ["1", "5", "#"] {
        house.acts(&house.alice, &dialog, "digits", Some(json!({ "digit": key }))).await;
        let heard = house.rig.customers[0].until("CALL_DTMF_START").await;
        assert_eq!(heard["param"], key);
    }
    house.alice.until(|view| view["dialogs"][0]["keypad"]["outstanding"] == 0).await;
}

#[tokio::test]
async fn t02_a_caller_waits_with_music_and_talks_with_the_agent_who_answers() {
    let mut house = House::with(&[]).await;
    house.rig.customers[2].dial("+13125550100").await;
    house.rig.customers[2].until_hears(&[MUSIC]).await;
    house.ready(&house.alice).await;
    let offered = house.dialog(&house.alice, "inbound", "offered").await;
    house.acts(&house.alice, &offered, "answer", None).await;
    house.dialog(&house.alice, "inbound", "talking").await;
    house.rig.customers[2].until_hears(&[PHONES[0]]).await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[2]]).await;
    house.rig.customers[2].hang_up().await;
    house.alice.until(|view| view["dialogs"] == json!([]) && view["state"] == "ready").await;
}

/// Nobody takes the caller: they hear music again, and come back to the agent who is free.
#[tokio::test]
async fn t10_a_caller_whose_direct_transfer_fails_waits_with_music_again() {
    let mut house = House::with(&[]).await;
    house.ready(&house.alice).await;
    house.rig.customers[2].dial("+13125550100").await;
    let dialog = house.dialog(&house.alice, "inbound", "offered").await;
    house.acts(&house.alice, &dialog, "answer", None).await;
    house.rig.customers[2].until_hears(&[PHONES[0]]).await;
    // The carrier refuses it.
    house.acts(&house.alice, &dialog, "direct-transfer", Some(json!({ "typed": "312-555-0120" }))).await;
    assert_eq!(house.dialog(&house.alice, "inbound", "offered").await, dialog);
    house.rig.customers[2].until_hears(&[MUSIC]).await;
    house.acts(&house.alice, &dialog, "answer", None).await;
    house.rig.customers[2].until_hears(&[PHONES[0]]).await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[2]]).await;
    house.rig.customers[2].hang_up().await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
}

/// So does a customer of a campaign, also when the program is killed while they wait.
#[tokio::test]
async fn t10_a_customer_whose_direct_transfer_fails_waits_with_music_for_an_agent() {
    let mut house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.acts(&house.alice, &dialog, "direct-transfer", Some(json!({ "typed": "312-555-0120" }))).await;
    assert_eq!(house.dialog(&house.alice, "outbound", "offered").await, dialog);
    house.acts(&house.alice, &dialog, "decline", None).await;
    house.alice.until(|view| view["state"] == "not_ready").await;
    house.rig.customers[0].until_hears(&[MUSIC]).await;
    house.killed_and_started_again().await;
    house.ready(&house.alice).await;
    assert_eq!(house.dialog(&house.alice, "outbound", "offered").await, dialog);
    house.acts(&house.alice, &dialog, "answer", None).await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[0]]).await;
    house.rig.customers[0].hang_up().await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "voice" })]);
}

#[tokio::test]
async fn t01_t02_2_an_agent_calls_out_and_calls_a_colleague() {
    let house = House::with(&[]).await;
    let (status, view) = house.alice.ask("POST", "/v1/me/dialogs", Some(json!({ "typed": "(312) 555-0190" }))).await;
    assert_eq!(status, 200, "{view}");
    let dialog = house.dialog(&house.alice, "placed", "talking").await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;

    let (status, view) = house.alice.ask("POST", "/v1/me/dialogs", Some(json!({ "typed": "1002" }))).await;
    assert_eq!(status, 200, "{view}");
    let offered = house.dialog(&house.bob, "internal", "offered").await;
    house.acts(&house.bob, &offered, "answer", None).await;
    house.rig.phones[0].until_hears(&[PHONES[1]]).await;
    house.rig.phones[1].until_hears(&[PHONES[0]]).await;
    house.acts(&house.bob, &offered, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([]) && view["state"] == "not_ready").await;
}

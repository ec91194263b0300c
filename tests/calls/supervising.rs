//! A supervisor at the third phone: who hears whom.

use serde_json::{Value, json};

use super::house::House;
use crate::support::rig::sound::{CUSTOMERS, MUSIC, PHONES};

const SUPERVISOR: u32 = PHONES[2];

/// A supervisor wants to be with Alice's call.
async fn supervise(house: &House, mode: &str) -> Value {
    let wish = json!({ "mode": mode, "extension": "1003" });
    let (status, line) = house.admin.ask("PUT", "/v1/teams/north/agents/1/supervision", Some(wish)).await;
    assert_eq!(status, 200, "{line}");
    line
}

/// Alice sees this supervision, or that there is none.
async fn alice_sees(house: &House, mode: Value, state: Value) {
    let is = |view: &Value| view["supervision"]["mode"] == mode && view["supervision"]["state"] == state;
    house.alice.until(is).await;
}

#[tokio::test]
async fn a_supervisor_listens_whispers_joins_and_leaves() {
    let house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    let (agent, customer, supervisor) = (&house.rig.phones[0], &house.rig.customers[0], &house.rig.phones[2]);
    supervise(&house, "listen").await;
    alice_sees(&house, json!("listen"), json!("active")).await;
    supervisor.until_hears(&[PHONES[0], CUSTOMERS[0]]).await;
    agent.until_hears(&[CUSTOMERS[0]]).await;
    customer.until_hears(&[PHONES[0]]).await;

    supervise(&house, "whisper").await;
    agent.until_hears(&[CUSTOMERS[0], SUPERVISOR]).await;
    customer.until_hears(&[PHONES[0]]).await;
    supervisor.until_hears(&[PHONES[0], CUSTOMERS[0]]).await;

    supervise(&house, "join").await;
    customer.until_hears(&[PHONES[0], SUPERVISOR]).await;
    agent.until_hears(&[CUSTOMERS[0], SUPERVISOR]).await;
    supervisor.until_hears(&[PHONES[0], CUSTOMERS[0]]).await;

    // On hold the supervisor goes with the agent.
    house.acts(&house.alice, &dialog, "hold", None).await;
    customer.until_hears(&[MUSIC]).await;
    supervisor.until_hears(&[]).await;
    house.acts(&house.alice, &dialog, "retrieve", None).await;
    customer.until_hears(&[PHONES[0], SUPERVISOR]).await;

    supervise(&house, "listen").await;
    customer.until_hears(&[PHONES[0]]).await;
    agent.until_hears(&[CUSTOMERS[0]]).await;
    supervisor.until_hears(&[PHONES[0], CUSTOMERS[0]]).await;
    let (status, line) = house.admin.ask("DELETE", "/v1/teams/north/agents/1/supervision", None).await;
    assert_eq!((status, &line["supervision"]), (200, &Value::Null), "{line}");
    supervisor.until_hears(&[]).await;
    agent.until_hears(&[CUSTOMERS[0]]).await;
    customer.until_hears(&[PHONES[0]]).await;
}

#[tokio::test]
async fn a_supervision_follows_the_agent_to_a_consultation_and_ends_with_the_call() {
    let mut house = House::with(&["90"]).await;
    let dialog = house.alice_talks().await;
    supervise(&house, "whisper").await;
    alice_sees(&house, json!("whisper"), json!("active")).await;
    house.acts(&house.alice, &dialog, "consult", Some(json!({ "typed": "1002" }))).await;
    let offered = house.dialog(&house.bob, "consult", "offered").await;
    house.acts(&house.bob, &offered, "answer", None).await;
    house.dialog(&house.alice, "consult", "talking").await;
    house.rig.phones[2].until_hears(&[PHONES[0], PHONES[1]]).await;
    house.rig.phones[0].until_hears(&[PHONES[1], SUPERVISOR]).await;
    house.rig.phones[1].until_hears(&[PHONES[0]]).await;
    house.rig.customers[0].until_hears(&[MUSIC]).await;
    house.acts(&house.alice, &dialog, "transfer", None).await;
    house.rig.phones[2].until("CALL_CLOSED").await;
    house.rig.customers[0].until_hears(&[PHONES[1]]).await;
    alice_sees(&house, Value::Null, Value::Null).await;
}

#[tokio::test]
async fn a_supervisor_hangs_up_or_cannot_be_reached_and_the_call_goes_on_also_through_a_restart() {
    let mut house = House::with(&["90"]).await;
    house.alice_talks().await;
    let wish = json!({ "mode": "listen", "extension": "1999" });
    let (status, line) = house.admin.ask("PUT", "/v1/teams/north/agents/1/supervision", Some(wish)).await;
    assert_eq!(status, 200, "{line}");
    alice_sees(&house, Value::Null, Value::Null).await;

    supervise(&house, "listen").await;
    house.rig.phones[2].until_hears(&[PHONES[0], CUSTOMERS[0]]).await;
    house.killed_and_started_again().await;
    alice_sees(&house, json!("listen"), json!("active")).await;
    house.rig.phones[2].until_hears(&[PHONES[0], CUSTOMERS[0]]).await;
    supervise(&house, "whisper").await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[0], SUPERVISOR]).await;
    house.rig.phones[2].hang_up().await;
    alice_sees(&house, Value::Null, Value::Null).await;
    house.rig.phones[0].until_hears(&[CUSTOMERS[0]]).await;
    house.rig.customers[0].until_hears(&[PHONES[0]]).await;
    let (_, log) = house.admin.ask("GET", "/v1/teams/north/log?count=1000", None).await;
    let ends = log.as_array().unwrap().iter().filter(|event| event["type"] == "supervision_ended");
    let ends: Vec<&Value> = ends.map(|event| &event["why"]).collect();
    assert_eq!(ends, [&json!("not_answered"), &json!("hung_up")]);
}

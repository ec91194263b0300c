//! Every way a call ends that the carrier knows, row by row, through the whole program.

use rappel::{domain::outcome::Outcome, switch::ari::causes};
use serde_json::json;

use super::house::House;

/// What the carrier does, as `tests/telephony/carrier.csv` says: last two digits, and the SIP status with its cause.
fn refusals() -> Vec<(String, u16, u16)> {
    let table = include_str!("../telephony/carrier.csv");
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.filter_map(|row| {
        let columns: Vec<&str> = row.split(',').collect();
        let [digits, _, status, cause] = columns.as_slice() else { panic!("{row}") };
        Some(((*digits).to_owned(), status.parse().ok()?, cause.parse().ok()?))
    })
    .collect()
}

#[tokio::test]
async fn every_refusal_of_the_carrier_becomes_its_outcome() {
    let rows = refusals();
    assert!(rows.len() > 20, "{} rows", rows.len());
    let digits: Vec<&str> = rows.iter().map(|(digits, ..)| digits.as_str()).collect();
    let house = House::with(&digits).await;
    for _ in &rows {
        house.alice_accepts().await;
        house.alice.until(|view| view["dialogs"] == json!([])).await;
    }
    for (i, (digits, status, cause)) in rows.iter().enumerate() {
        let expected = Outcome::from(causes::not_made(*cause, Some(*status)));
        assert_eq!(house.outcomes(i + 1).await, [json!(expected)], "{digits}: {status}");
    }
}

#[tokio::test]
async fn ringing_has_an_end_and_so_has_a_network_that_says_nothing() {
    let house = House::with(&["02", "06"]).await;
    for _ in 0..2 {
        house.alice_accepts().await;
        house.alice.until(|view| view["dialogs"] == json!([])).await;
    }
    for contact in [1, 2] {
        assert_eq!(house.outcomes(contact).await, [json!({ "kind": "no_answer" })], "contact {contact}");
    }
}

#[tokio::test]
async fn a_customer_who_hangs_up_first_ends_the_call_and_the_agent_can_give_up() {
    let house = House::with(&["03", "02"]).await;
    house.alice_talks().await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "voice" })]);
    house.alice_accepts().await;
    let dialog = house.dialog(&house.alice, "outbound", "ringing").await;
    house.acts(&house.alice, &dialog, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(2).await, [json!({ "kind": "abandoned" })]);
}

//! The switch listens who answers while the agent is connected already: a fax, a machine, a person, one who says nothing.

use serde_json::{Value, json};

use super::house::House;

/// What the log says of the guesses.
async fn guesses(house: &House) -> Vec<Value> {
    let (_, log) = house.admin.ask("GET", "/v1/teams/north/log?count=1000", None).await;
    let guesses = log.as_array().unwrap().iter().filter(|event| event["type"] == "classification_suggested");
    guesses.map(|event| event["to"].clone()).collect()
}

/// The customer's line is put away, and the agent is there for the next.
async fn ends(house: &House, dialog: &str) {
    house.acts(&house.alice, dialog, "end", None).await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
}

#[tokio::test]
async fn a_fax_and_a_machine_are_suggested_and_the_agent_decides() {
    let house = House::listening(&["07", "08"]).await;
    for (contact, guess, said) in [(1, "fax", Some("fax")), (2, "answering_machine", None)] {
        let dialog = house.alice_talks().await;
        // A fax may be taken for a machine until its tone is long enough.
        let view = house.alice.until(|view| view["dialogs"][0]["suggested"] == guess).await;
        assert_eq!(view["dialogs"][0]["classification"], "voice", "nothing follows from a guess");
        if let Some(said) = said {
            let body = json!({ "classification": said });
            let path = format!("/v1/me/dialogs/{dialog}/classification");
            let (status, view) = house.alice.ask("PUT", &path, Some(body)).await;
            assert_eq!((status, &view["dialogs"][0]["suggested"]), (200, &Value::Null), "{view}");
        }
        ends(&house, &dialog).await;
        let outcome = said.unwrap_or("voice");
        assert_eq!(house.outcomes(contact).await, [json!({ "kind": outcome })]);
    }
    let guesses = guesses(&house).await;
    assert!(guesses.ends_with(&[json!("fax"), json!("answering_machine")]), "{guesses:?}");
}

#[tokio::test]
async fn a_restart_in_the_middle_loses_no_guess() {
    let mut house = House::listening(&["08"]).await;
    house.alice_talks().await;
    // A greeting is long when it has lasted a second and a half: the program is there again in a tenth of that.
    house.killed_and_started_again().await;
    assert_eq!(guesses(&house).await, [] as [Value; 0]);
    let view = house.alice.until(|view| view["dialogs"][0]["suggested"] == "answering_machine").await;
    ends(&house, view["dialogs"][0]["dialog_id"].as_str().unwrap()).await;
}

#[tokio::test]
async fn a_person_and_one_who_says_nothing_are_no_machine() {
    let house = House::listening(&["10", "09", "08"]).await;
    for _ in 0..2 {
        let dialog = house.alice_talks().await;
        house.judged().await;
        ends(&house, &dialog).await;
    }
    // The machine after them is told, so they were listened to.
    let dialog = house.alice_talks().await;
    house.alice.until(|view| view["dialogs"][0]["suggested"] == "answering_machine").await;
    ends(&house, &dialog).await;
    assert_eq!(guesses(&house).await, [json!("answering_machine")]);
}

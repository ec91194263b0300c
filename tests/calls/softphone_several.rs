//! Two Asterisks, and the agent's phone is their browser: it is at both, and calls come from where it is.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    house::House,
    softphone::{account, registers_at},
    softphone_page::{SPOKEN, at_the_desk, hears, is, with_library},
};
use crate::support::rig::{ari::Ari, browser::Browser, sound::CUSTOMERS};

#[tokio::test]
async fn a_call_goes_where_the_browser_is() {
    let house = House::with_two(&["90"], "").await;
    assert_eq!(house.alice.ask("DELETE", "/v1/me/session", None).await.0, 200);
    let account = account(&house.alice).await;
    let policy = house.alice.header("/sign-in", "content-security-policy").await;
    for server in account["servers"].as_array().unwrap() {
        let origin = server["websocket_url"].as_str().unwrap().trim_end_matches("/ws");
        assert!(policy.contains(&format!(" {origin}")), "{policy}");
    }
    let mut browser = Browser::connect_to(&account, 1).await;
    assert_eq!(browser.register(&account).await, 200);
    house.softphones_at(1, 1).await;
    house.softphones_at(0, 0).await;
    let at = json!({ "extension": account["extension"] });
    assert_eq!(house.alice.ask("POST", "/v1/me/session", Some(at)).await.0, 200);
    // Both have no line, and the first would be asked first.
    house.alice_accepts().await;
    let invite = browser.invited().await;
    browser.answer(&invite, "480 Temporarily Unavailable").await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "failed", "cause": "agent_phone" })]);
    drop(browser);
    house.softphones_at(1, 0).await;
}

#[tokio::test]
async fn an_asterisk_that_was_away_gets_the_accounts_as_they_are_now() {
    let mut house = House::with_two(&[], "").await;
    let before = account(&house.alice).await;
    let second = house.second.as_mut().unwrap();
    second.kill();
    house.connected_to(1, false).await;
    let now = account(&house.alice).await;
    registers_at(&now, 0, 200).await;
    house.second.as_mut().unwrap().start_again().await;
    house.connected_to(1, true).await;
    registers_at(&now, 1, 200).await;
    registers_at(&before, 1, 401).await;
    // Found again by a program that was killed, they end with the agent's work at both.
    house.killed_and_started_again().await;
    house.connected_to(1, true).await;
    assert_eq!(house.alice.ask("DELETE", "/v1/me/session", None).await.0, 200);
    for nth in [0, 1] {
        registers_at(&now, nth, 401).await;
    }
}

/// The page is a telephone at both. One goes down in a call, and comes back.
#[tokio::test]
async fn an_agent_goes_on_while_one_of_two_is_away() {
    let engine = "[engine]\npresence_seconds = 600\nhang_up_seconds = 1\n";
    let mut house = House::with_two(&["90", "91", "92"], &with_library(engine)).await;
    let page = at_the_desk(&house).await;
    page.press("#act-sign_in").await;
    is(&page, "registered").await;
    for nth in [0, 1] {
        house.softphones_at(nth, 1).await;
    }
    page.press("#act-ready").await;
    page.press("#act-accept").await;
    house.rig.customers[0].until_hears(&[SPOKEN]).await;
    hears(&page, CUSTOMERS[0]).await;
    assert_eq!(house.lines().await, [2, 0]);

    // It dies, and takes that call with it; the next comes from the other.
    house.rig.kill_asterisk();
    house.connected(false).await;
    page.press("#act-end").await;
    page.press("#act-accept").await;
    house.rig.customers[1].until_hears(&[SPOKEN]).await;
    hears(&page, CUSTOMERS[1]).await;
    is(&page, "registered").await;
    assert_eq!(page.count("#softphone-trouble").await, 0);
    assert_eq!(house.lines().await[1], 2);

    // It is back, and so is the telephone; nobody did anything.
    house.rig.asterisk_restart().await;
    house.connected(true).await;
    house.softphones_at(0, 1).await;
    page.press("#act-end").await;
    page.press("#act-accept").await;
    house.rig.customers[2].until("CALL_INCOMING").await;
    house.rig.customers[2].accept().await;
    house.rig.customers[2].until_hears(&[SPOKEN]).await;
    hears(&page, CUSTOMERS[2]).await;
    assert_eq!(house.lines().await, [2, 0]);
    page.close().await;
}

/// Of two browsers the last that asked is the telephone, with several Asterisks too; the other does not take it back.
#[tokio::test]
async fn whoever_takes_the_account_takes_it_everywhere() {
    let house = House::with_two(&["90", "91"], &with_library("")).await;
    let page = at_the_desk(&house).await;
    page.press("#act-sign_in").await;
    is(&page, "registered").await;
    for nth in [0, 1] {
        house.softphones_at(nth, 1).await;
    }
    // One of them loses its account: the page asks whether it is the telephone still, and then for another account.
    let second = Ari::of(&house.second.as_ref().unwrap().ari_url, &house.rig.user, &house.rig.password);
    let extension = house.alice.until(|view| !view["extension"].is_null()).await["extension"].clone();
    let object = |kind: &str| format!("/asterisk/config/dynamic/res_pjsip/{kind}/{}", extension.as_str().unwrap());
    for kind in ["endpoint", "auth", "aor"] {
        second.done(Method::DELETE, &object(kind), &Value::Null).await;
    }
    page.press("#act-ready").await;
    page.element("#act-accept").await;
    page.until("the account is there again", async || {
        second.ask(Method::GET, &object("endpoint"), &Value::Null).await.is_some_and(|(status, _)| status == 200)
    })
    .await;
    is(&page, "registered").await;

    let account = account(&house.alice).await;
    registers_at(&account, 0, 200).await;
    page.press("#act-decline").await;
    page.press("#act-reject").await;
    is(&page, "elsewhere").await;
    page.press("#softphone-again").await;
    is(&page, "registered").await;
    page.close().await;
}

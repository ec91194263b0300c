//! The agent's phone is their browser: an account at the real Asterisk that begins and ends with the agent's work.

use serde_json::{Value, json};

use super::house::House;
use crate::{process::Page, support::rig::browser::Browser};

pub async fn account(page: &Page) -> Value {
    let (status, account) = page.ask("POST", "/v1/me/softphone", None).await;
    assert_eq!(status, 200, "{account}");
    account
}

/// Tries until a registration ends as wanted: what follows from an event needs a moment.
async fn registers(account: &Value, wanted: u16) {
    registers_at(account, 0, wanted).await;
}

/// The same at this one of the account's servers.
pub async fn registers_at(account: &Value, nth: usize, wanted: u16) {
    let mut again = tokio::time::interval(std::time::Duration::from_millis(50));
    let tries = async {
        loop {
            again.tick().await;
            if Browser::connect_to(account, nth).await.register(account).await == wanted {
                return;
            }
        }
    };
    tokio::time::timeout(crate::support::rig::PATIENCE, tries).await.expect("the registration ends as wanted");
}

#[tokio::test]
async fn a_browser_registers_until_its_agent_leaves() {
    let house = House::with_settings(&[], "library = \"phone.js\"\n").await;
    let offered = |library_url: Value| json!({ "is_offered": !library_url.is_null(), "library_url": library_url });
    assert_eq!(house.alice.ask("GET", "/v1/me/softphone", None).await, (200, offered(Value::Null)));
    let (_, health) = house.admin.ask("GET", "/health", None).await;
    assert!(health["warnings"].to_string().contains("softphone.library names no file"), "{health}");
    std::fs::write(house.place.path("phone.js"), "let phone;").unwrap();
    let library = "/assets/softphone-library.js";
    assert_eq!(house.alice.ask("GET", "/v1/me/softphone", None).await, (200, offered(json!(library))));
    assert_eq!(house.alice.text(library).await, "let phone;");
    assert_eq!(house.alice.header(library, "content-type").await, "text/javascript; charset=utf-8");
    let tag = house.alice.header(library, "etag").await;
    assert_eq!(house.alice.status_with(library, &tag).await, 304);
    std::fs::write(house.place.path("phone.js"), "let another;").unwrap();
    assert_eq!(house.alice.status_with(library, &tag).await, 200);
    let first = account(&house.alice).await;
    let origin = first["servers"][0]["websocket_url"].as_str().unwrap().trim_end_matches("/ws");
    let policy = house.alice.header("/sign-in", "content-security-policy").await;
    assert!(policy.ends_with(&format!("connect-src 'self' {origin}")), "{policy}");
    assert_eq!(first["user"], first["extension"]);
    let mut browser = Browser::connect(&first).await;
    let mut wrong = first.clone();
    wrong["password"] = json!("guessed");
    assert_eq!(browser.register(&wrong).await, 401);
    assert_eq!(browser.register(&first).await, 200);
    assert!(house.rig.cli("pjsip show contacts").contains(first["extension"].as_str().unwrap()));

    let second = account(&house.alice).await;
    assert_eq!(second["extension"], first["extension"]);
    assert_eq!(browser.register(&first).await, 401, "the password of before");
    assert_eq!(browser.register(&second).await, 200);

    let (status, view) = house.alice.ask("DELETE", "/v1/me/session", None).await;
    assert_eq!(status, 200, "{view}");
    registers(&second, 401).await;
    let third = account(&house.alice).await;
    assert_eq!(browser.register(&third).await, 200);
    assert_eq!(house.alice.ask("DELETE", "/v1/me/softphone", None).await.0, 204);
    assert_eq!(browser.register(&third).await, 401);
}

#[tokio::test]
async fn a_preview_calls_the_browser_of_its_agent() {
    let house = House::with(&["90"]).await;
    let (status, _) = house.alice.ask("DELETE", "/v1/me/session", None).await;
    assert_eq!(status, 200);
    let account = account(&house.alice).await;
    let mut browser = Browser::connect(&account).await;
    assert_eq!(browser.register(&account).await, 200);
    let at = json!({ "extension": account["extension"] });
    let (status, view) = house.alice.ask("POST", "/v1/me/session", Some(at)).await;
    assert_eq!(status, 200, "{view}");
    house.alice_accepts().await;
    let invite = browser.invited().await;
    for wanted in
        ["answer-after=0", "UDP/TLS/RTP/SAVP", "a=fingerprint:SHA-256", "a=ice-ufrag:", "a=rtcp-mux", "PCMA/8000"]
    {
        assert!(invite.contains(wanted), "{wanted} is not in {invite}");
    }
    browser.answer(&invite, "480 Temporarily Unavailable").await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    assert_eq!(house.outcomes(1).await, [json!({ "kind": "failed", "cause": "agent_phone" })]);
}

#[tokio::test]
async fn an_account_outlives_the_program_and_the_switch() {
    let mut house = House::with(&[]).await;
    let account = account(&house.alice).await;
    house.killed_and_started_again().await;
    registers(&account, 200).await;
    // Found again at Asterisk, it ends with the agent's work as ever.
    let (status, _) = house.alice.ask("DELETE", "/v1/me/session", None).await;
    assert_eq!(status, 200);
    registers(&account, 401).await;

    let account = self::account(&house.alice).await;
    house.rig.kill_asterisk();
    house.connected(false).await;
    let (status, problem) = house.alice.ask("POST", "/v1/me/softphone", None).await;
    assert_eq!((status, &problem["code"]), (503, &json!("softphone_unavailable")));
    house.rig.asterisk_restart().await;
    house.connected(true).await;
    registers(&account, 200).await;
}

#[tokio::test]
async fn an_extension_of_the_house_is_not_taken_over() {
    let house = House::with_settings(&[], "extension = \"100{agent}\"\n").await;
    let (status, problem) = house.alice.ask("POST", "/v1/me/softphone", None).await;
    assert_eq!((status, &problem["code"]), (503, &json!("softphone_unavailable")), "{problem}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("pjsip.conf must not have one of this name"), "{detail}");
    assert!(house.rig.cli("pjsip show endpoints").contains("1001"));
}

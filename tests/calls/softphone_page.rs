//! The agent's browser is their telephone: a real Chromium with a tone for a microphone, the real Asterisk, a customer who rings,
//! speaks and hears.

use std::path::Path;

use serde_json::json;

use super::house::{House, STANDING};
use crate::support::{
    browser::{Browser, Look},
    rig::{
        self,
        sound::{self, CUSTOMERS},
    },
};

/// What the microphone hears. Browsers take a tone that lasts for noise, and away: this one comes and goes.
pub const SPOKEN: u32 = sound::PHONES[3];

/// Alice's desktop; she is not at work yet.
pub async fn at_the_desk(house: &House) -> Browser {
    let (status, _) = house.alice.ask("DELETE", "/v1/me/session", None).await;
    assert_eq!(status, 200);
    desktop(house, "accept").await
}

/// A browser of hers that gives pages its microphone, or not: "accept", "deny".
async fn desktop(house: &House, gives: &str) -> Browser {
    let tone = house.place.path("spoken.wav");
    sound::write_wav(&tone, &sound::long_tone(SPOKEN, 10)).unwrap();
    let microphone = format!("--use-file-for-fake-audio-capture={}", tone.display());
    let more = [microphone, format!("--use-fake-ui-for-media-stream={gives}")];
    let page = Browser::open_with(&house.alice.base, Look::ENGLISH, &more).await;
    page.sign_in(&house.alice.token, "/desktop").await;
    page
}

async fn house_with_library(digits: &[&str]) -> House {
    house_with_settings(digits, "").await
}

async fn house_with_settings(digits: &[&str], more: &str) -> House {
    House::with_settings(digits, &with_library(more)).await
}

/// Settings with which pages can be telephones.
pub fn with_library(more: &str) -> String {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser/jssip.min.js");
    assert!(library.is_file(), "the telephone's program is not there: run tests/browser/install");
    format!("library = \"{}\"\n{more}", library.display())
}

pub async fn is(page: &Browser, state: &str) {
    page.element(&format!("#act-softphone[data-state={state}]")).await;
}

async fn in_call(page: &Browser, is_so: bool) {
    page.element(&format!("#act-softphone[data-call={is_so}]")).await;
}

/// Waits until this tone is the loudest that the agent's ear gets.
pub async fn hears(page: &Browser, tone: u32) {
    let begin = "const context = new AudioContext(); window.heard = new AnalyserNode(context, { fftSize: 8192 });\
                 context.createMediaStreamSource(document.getElementById('ear').srcObject).connect(window.heard)";
    page.script(begin).await;
    let loudest = "const levels = new Float32Array(heard.frequencyBinCount); heard.getFloatFrequencyData(levels);\
                   const at = levels.indexOf(Math.max(...levels));\
                   return levels[at] > -60 ? Math.round(at * heard.context.sampleRate / heard.fftSize) : 0";
    page.until(&format!("a tone of {tone} Hz is heard in the page"), async || {
        page.script(loudest).await.as_u64().is_some_and(|heard| heard.abs_diff(u64::from(tone)) < 20)
    })
    .await;
}

#[tokio::test]
async fn an_agent_works_with_the_browser_as_the_phone() {
    let mut house = house_with_library(&["90", "91"]).await;
    let page = at_the_desk(&house).await;
    page.press("#microphone-check").await;
    page.until("the microphone hears", async || {
        page.script("return document.getElementById('level')?.value ?? 0")
            .await
            .as_f64()
            .is_some_and(|level| level > 0.05)
    })
    .await;
    page.picture("softphone-begins").await;
    page.press("#act-sign_in").await;
    is(&page, "registered").await;
    page.element(".state.not_ready").await;
    assert!(house.rig.cli("pjsip show contacts").contains("/sip:"), "it is registered");

    page.press("#act-ready").await;
    page.press("#act-accept").await;
    page.element(".state.talking").await;
    in_call(&page, true).await;
    hears(&page, CUSTOMERS[0]).await;
    house.rig.customers[0].until_hears(&[SPOKEN]).await;
    page.press("#act-mute").await;
    house.rig.customers[0].until_hears(&[]).await;
    page.shows("#act-softphone", "muted").await;
    page.picture("softphone-muted").await;
    page.press("#act-mute").await;
    house.rig.customers[0].until_hears(&[SPOKEN]).await;
    // The account ends in its time, and the call goes on with the next.
    let renew = "import('/assets/softphone.js').then(({ renew }) => renew()).then(arguments[0])";
    page.client.execute_async(renew, Vec::new()).await.unwrap();
    house.rig.customers[0].until_hears(&[SPOKEN]).await;
    page.press("#act-end").await;
    in_call(&page, false).await;

    page.press("#act-accept").await;
    page.element(".state.talking").await;
    hears(&page, CUSTOMERS[1]).await;
    house.rig.customers[1].until_hears(&[SPOKEN]).await;

    // The page goes, and with it the call: nobody talks to a customer who hears nothing.
    page.go("/desktop").await;
    page.shows("#softphone-cut", "that call has ended").await;
    house.rig.customers[1].until("CALL_CLOSED").await;
    is(&page, "registered").await;
    house.alice.until(|view| view["dialogs"] == json!([])).await;
    page.picture("softphone-cut").await;
    page.press("#softphone-cut button").await;
    page.gone("#softphone-cut").await;

    page.press("#act-sign_out").await;
    page.until("she is out", async || page.path().await == "/sign-in").await;
    no_softphones(&house).await;
    page.is_calm(&["Password forms"]).await;
    page.close().await;
}

/// Waits until Asterisk has no account of a browser any more.
async fn no_softphones(house: &House) {
    let mut again = tokio::time::interval(std::time::Duration::from_millis(50));
    let looks = async {
        while house.rig.cli("pjsip show endpoints").contains(" 80") {
            again.tick().await;
        }
    };
    tokio::time::timeout(crate::support::rig::PATIENCE, looks).await.expect("the account is over");
}

/// Of several tabs one is the telephone; of several browsers the last that was asked.
#[tokio::test]
async fn one_page_is_the_telephone_and_each_knows_whether_it_is() {
    let house = house_with_library(&["90"]).await;
    let page = at_the_desk(&house).await;
    page.press("#act-sign_in").await;
    is(&page, "registered").await;
    let first = page.client.window().await.unwrap();
    let second = page.client.new_window(true).await.unwrap().handle;
    page.client.switch_to_window(second.clone()).await.unwrap();
    page.go("/desktop").await;
    is(&page, "other_tab").await;
    page.shows("#softphone-trouble", "in another tab of this browser").await;
    page.client.switch_to_window(first).await.unwrap();
    is(&page, "registered").await;
    page.client.close_window().await.unwrap();
    page.client.switch_to_window(second).await.unwrap();
    is(&page, "registered").await;

    let other = desktop(&house, "accept").await;
    other.element(".state.not_ready").await;
    assert_eq!(other.count("#act-softphone").await, 0, "nobody asked this browser");
    // Whoever takes the account elsewhere is the telephone; this page learns of it before a customer is called.
    let (status, account) = house.alice.ask("POST", "/v1/me/softphone", None).await;
    assert_eq!(status, 200);
    assert_eq!(rig::browser::Browser::connect(&account).await.register(&account).await, 200);
    page.press("#act-ready").await;
    is(&page, "elsewhere").await;
    page.press("#softphone-again").await;
    is(&page, "registered").await;
    page.press("#act-accept").await;
    in_call(&page, true).await;
    hears(&page, CUSTOMERS[0]).await;
    other.close().await;
    page.close().await;
}

/// The exchange goes away and comes back; the telephone does so too, by itself.
#[tokio::test]
async fn a_telephone_that_loses_the_exchange_says_so_and_comes_back() {
    let mut house = house_with_library(&["90"]).await;
    let page = at_the_desk(&house).await;
    page.press("#act-sign_in").await;
    is(&page, "registered").await;
    house.rig.kill_asterisk();
    is(&page, "lost").await;
    page.shows("#softphone-trouble", "calls do not reach you").await;
    house.rig.asterisk_restart().await;
    is(&page, "registered").await;
    house.connected(true).await;
    page.press("#act-ready").await;
    page.press("#act-accept").await;
    in_call(&page, true).await;
    hears(&page, CUSTOMERS[0]).await;
    page.close().await;
}

/// A browser without a microphone that may be heard is no telephone, and says why; the phone on the desk can be taken.
#[tokio::test]
async fn a_browser_that_does_not_hear_says_why() {
    let house = house_with_library(&[]).await;
    assert_eq!(house.alice.ask("DELETE", "/v1/me/session", None).await.0, 200);
    let page = desktop(&house, "deny").await;
    page.press("#microphone-check").await;
    page.shows("#microphone-problem", "does not let this page hear the microphone").await;
    page.press("#act-sign_in").await;
    page.shows("main form > .error", "does not let this page hear the microphone").await;
    assert_eq!(house.alice.ask("GET", "/v1/me", None).await.1["state"], "logged_out");
    page.press("#kind-desk").await;
    page.type_in("#extension", "1001").await;
    page.press("#act-sign_in").await;
    page.element(".state.not_ready").await;
    page.shows(".agent", "1001").await;
    page.close().await;
}

#[tokio::test]
async fn a_browser_that_stays_connected_goes_from_call_to_call() {
    let house = house_with_settings(&["90", "91"], STANDING).await;
    let page = at_the_desk(&house).await;
    page.press("#act-sign_in").await;
    is(&page, "registered").await;
    in_call(&page, false).await;
    page.press("#act-ready").await;
    in_call(&page, true).await;
    // It is connected, and in no call.
    page.shows("#act-softphone", "connected").await;
    page.press("#act-accept").await;
    page.element(".state.talking").await;
    page.shows("#act-softphone", "in a call").await;
    hears(&page, CUSTOMERS[0]).await;
    house.rig.customers[0].until_hears(&[SPOKEN]).await;
    page.press("#act-mute").await;
    house.rig.customers[0].until_hears(&[]).await;
    page.press("#act-end").await;
    page.element("#act-accept").await;
    page.shows("#act-softphone", "connected").await;
    in_call(&page, true).await;
    // Muted was that call, and not the next.
    page.press("#act-accept").await;
    page.element(".state.talking").await;
    hears(&page, CUSTOMERS[1]).await;
    house.rig.customers[1].until_hears(&[SPOKEN]).await;
    page.press("#act-end").await;
    page.element(".state.ready").await;
    // The page goes between two calls, and with it the telephone: nobody is cut off, and nobody is Ready without one.
    page.go("/desktop").await;
    page.element(".state.not_ready").await;
    page.shows(".state", "phone hung up or lost").await;
    is(&page, "registered").await;
    assert_eq!(page.script("return document.getElementById('softphone-cut')").await, serde_json::Value::Null);
    page.press("#act-ready").await;
    in_call(&page, true).await;
    page.close().await;
}

//! The telephone network of the tests, by itself: that it does what the tests of the product take for granted.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::rig::{
    Rig,
    ari::Ari,
    carrier::{self, Row},
    sound::{CUSTOMERS, EARLY, FAX, MUSIC, PHONES},
};

/// Calls a number of the carrier's, or a phone. `StasisStart` tells that it was answered.
async fn call(ari: &Ari, id: &str, endpoint: &str, timeout: u32) {
    let answers_by_itself = json!({"PJSIP_HEADER(add,Call-Info)": "<sip:127.0.0.1>;answer-after=0"});
    let body = json!({
        "endpoint": endpoint, "app": "test", "channelId": id, "callerId": "+13125550100", "timeout": timeout,
        "variables": if endpoint == "PJSIP/1001" { answers_by_itself } else { json!({}) },
    });
    ari.done(Method::POST, "/channels", &body).await;
}

async fn until(ari: &mut Ari, kind: &str, channel: &str) -> Value {
    ari.until(&format!("{kind} of {channel}"), |event| event["type"] == kind && event["channel"]["id"] == channel).await
}

/// Calls, and waits for the answer of someone who answers by themselves.
async fn connect(ari: &mut Ari, id: &str, endpoint: &str) {
    call(ari, id, endpoint, 20).await;
    until(ari, "StasisStart", id).await;
}

async fn bridge(ari: &Ari, channels: &[&str]) -> String {
    let bridge = ari.done(Method::POST, "/bridges", &json!({"type": "mixing,dtmf_events"})).await;
    let id = bridge["id"].as_str().unwrap().to_owned();
    ari.done(Method::POST, &format!("/bridges/{id}/addChannel"), &json!({"channel": channels})).await;
    id
}

#[tokio::test]
async fn asterisk_answers_and_is_new_enough() {
    let rig = Rig::start().await;
    let info = rig.ari().done(Method::GET, "/asterisk/info", &Value::Null).await;
    let version = info["system"]["version"].as_str().expect("a version").to_owned();
    println!("Asterisk {version}; {}", rig.cli("core show version").trim());
    let major: u32 = version.split('.').next().unwrap().parse().unwrap();
    assert!(major >= 22, "Asterisk {version}");
    let (status, _) =
        Ari::of(&rig.ari_url, &rig.user, "wrong").ask(Method::GET, "/channels", &Value::Null).await.unwrap();
    assert_eq!(status, 401);
}

#[tokio::test]
async fn each_number_of_the_carrier_ends_as_its_table_says() {
    let rig = Rig::start().await;
    let mut ari = Ari::connect(&rig, "test").await;
    let rows: BTreeMap<String, Row> =
        carrier::table().into_iter().filter(|row| !row.asks_elsewhere()).map(|row| (row.digits.clone(), row)).collect();
    for (digits, row) in &rows {
        // Where the carrier never ends it, the caller gives up; Asterisk then reports 480 of its own making.
        let seconds = if row.ends.is_none() && !row.answers() { 2 } else { 20 };
        call(&ari, digits, &format!("PJSIP/{}@trunk", row.number()), seconds).await;
    }
    let mut ended = BTreeMap::new();
    while ended.len() < rows.len() {
        let event = ari.until("calls end", |event| event["channel"]["id"].is_string()).await;
        let id = event["channel"]["id"].as_str().unwrap().to_owned();
        if event["type"] == "StasisStart" && !rows[&id].hangs_up() {
            ari.done(Method::DELETE, &format!("/channels/{id}"), &Value::Null).await;
        }
        if event["type"] == "ChannelDestroyed" {
            ended.insert(id, (event["tech_cause"].as_u64(), event["cause"].as_u64().unwrap()));
        }
    }
    for (digits, (status, cause)) in ended {
        let row = &rows[&digits];
        let end = format!("{digits} {:?}: {status:?}, cause {cause}", row.steps);
        match row.ends {
            Some((wanted, because)) => assert_eq!((status, cause), (Some(wanted.into()), because.into()), "{end}"),
            None if row.answers() => assert!(status.is_none() && [0, 16].contains(&cause), "{end}"),
            None => assert_eq!((status, cause), (Some(480), 19), "{end}"),
        }
    }
}

#[tokio::test]
async fn two_phones_that_are_bridged_hear_each_other() {
    let mut rig = Rig::start().await;
    let mut ari = Ari::connect(&rig, "test").await;
    connect(&mut ari, "first", "PJSIP/1001").await;
    call(&ari, "second", "PJSIP/1002", 20).await;
    rig.phones[1].until("CALL_INCOMING").await;
    rig.phones[1].accept().await;
    until(&mut ari, "StasisStart", "second").await;
    assert_eq!(rig.phones[0].hears().await.len(), 0, "nothing before they are connected");
    bridge(&ari, &["first", "second"]).await;
    rig.phones[0].until_hears(&[PHONES[1]]).await;
    rig.phones[1].until_hears(&[PHONES[0]]).await;
    rig.phones[1].hang_up().await;
    until(&mut ari, "ChannelDestroyed", "second").await;
    rig.phones[0].until_hears(&[]).await;
}

#[tokio::test]
async fn customers_are_called_by_number_hear_and_speak_press_keys_and_hear_music_on_hold() {
    let mut rig = Rig::start().await;
    let mut ari = Ari::connect(&rig, "test").await;
    connect(&mut ari, "agent", "PJSIP/1001").await;
    connect(&mut ari, "customer", "PJSIP/+13125550190@trunk").await;
    let bridge = bridge(&ari, &["agent", "customer"]).await;
    rig.phones[0].until_hears(&[CUSTOMERS[0]]).await;
    rig.customers[0].until_hears(&[PHONES[0]]).await;

    rig.customers[0].press("5").await;
    let key = until(&mut ari, "ChannelDtmfReceived", "customer").await;
    assert_eq!(key["digit"], "5");
    ari.done(Method::POST, "/channels/customer/dtmf", &json!({"dtmf": "7"})).await;
    let pressed = rig.customers[0].until("CALL_DTMF_START").await;
    assert_eq!(pressed["param"], "7");

    ari.done(Method::POST, &format!("/bridges/{bridge}/removeChannel"), &json!({"channel": "customer"})).await;
    ari.done(Method::POST, "/channels/customer/moh", &Value::Null).await;
    rig.customers[0].until_hears(&[MUSIC]).await;

    rig.customers[0].hang_up().await;
    let ended = until(&mut ari, "ChannelDestroyed", "customer").await;
    assert!([0, 16].contains(&ended["cause"].as_u64().unwrap()), "{ended}");
}

#[tokio::test]
async fn what_the_carrier_plays_is_heard() {
    let rig = Rig::start().await;
    let mut ari = Ari::connect(&rig, "test").await;
    connect(&mut ari, "agent", "PJSIP/1001").await;
    let bridge = bridge(&ari, &["agent"]).await;
    for (digits, tones) in [("00", vec![PHONES[0]]), ("04", vec![EARLY]), ("07", vec![FAX]), ("09", vec![])] {
        let body = json!({"endpoint": format!("PJSIP/+131255501{digits}@trunk"), "app": "test", "channelId": digits});
        ari.done(Method::POST, "/channels/create", &body).await;
        until(&mut ari, "StasisStart", digits).await;
        ari.done(Method::POST, &format!("/bridges/{bridge}/addChannel"), &json!({"channel": digits})).await;
        ari.done(Method::POST, &format!("/channels/{digits}/dial"), &json!({"timeout": 20})).await;
        rig.phones[0].until_hears(&tones).await;
        ari.ask(Method::DELETE, &format!("/channels/{digits}"), &Value::Null).await;
        until(&mut ari, "ChannelDestroyed", digits).await;
    }
}

#[tokio::test]
async fn who_answers_is_told_by_the_detector() {
    let rig = Rig::start().await;
    let mut ari = Ari::connect(&rig, "rappel").await;
    for (digits, verdict) in [("08", "MACHINE"), ("09", "MACHINE"), ("10", "HUMAN")] {
        let body = json!({"endpoint": format!("PJSIP/+131255501{digits}@trunk"), "app": "rappel", "channelId": digits});
        ari.done(Method::POST, "/channels", &body).await;
        until(&mut ari, "StasisStart", digits).await;
        ari.done(Method::POST, &format!("/channels/{digits}/continue"), &json!({"context": "amd"})).await;
        let back = until(&mut ari, "StasisStart", digits).await;
        assert_eq!((&back["args"][0], &back["args"][1]), (&json!("amd"), &json!(verdict)), "{back}");
    }
}

#[tokio::test]
async fn callers_reach_their_queue_if_rappel_is_there() {
    let mut rig = Rig::start().await;
    let mut ari = Ari::connect(&rig, "rappel").await;
    rig.customers[0].dial("+13125550100").await;
    let caller = ari.until("a caller", |event| event["type"] == "StasisStart").await;
    assert_eq!(caller["args"], json!(["inbound", "support"]));
    assert_eq!(caller["channel"]["caller"]["number"], "+13125550190");
    let id = caller["channel"]["id"].as_str().unwrap().to_owned();
    ari.done(Method::POST, &format!("/channels/{id}/answer"), &Value::Null).await;
    rig.customers[0].until("CALL_ESTABLISHED").await;
    rig.customers[0].hang_up().await;
    rig.customers[0].until("CALL_CLOSED").await;
    until(&mut ari, "StasisEnd", &id).await;

    rig.customers[0].dial("+13125550199").await;
    let refused = rig.customers[0].until("CALL_CLOSED").await;
    assert!(refused["param"].as_str().unwrap().starts_with("404"), "{refused}");
    drop(ari);
    rig.customers[0].dial("+13125550101").await;
    let refused = rig.customers[0].until("CALL_CLOSED").await;
    assert!(refused["param"].as_str().unwrap().starts_with("503"), "{refused}");
}

#[tokio::test]
async fn agents_do_not_dial_past_rappel() {
    let mut rig = Rig::start().await;
    rig.phones[2].dial("+13125550190").await;
    let refused = rig.phones[2].until("CALL_CLOSED").await;
    assert!(refused["param"].as_str().unwrap().starts_with("403"), "{refused}");
}

#[tokio::test]
async fn asterisk_can_end_and_die_and_comes_back() {
    let mut rig = Rig::start().await;
    let mut ari = Ari::connect(&rig, "test").await;
    connect(&mut ari, "agent", "PJSIP/1001").await;
    rig.asterisk_restart().await;
    rig.phones[0].until("CALL_CLOSED").await;

    let mut ari = Ari::connect(&rig, "test").await;
    connect(&mut ari, "agent", "PJSIP/1001").await;
    rig.kill_asterisk();
    assert!(rig.ari().ask(Method::GET, "/channels", &Value::Null).await.is_none());
    rig.asterisk_restart().await;
    let channels = rig.ari().done(Method::GET, "/channels", &Value::Null).await;
    assert_eq!(channels, json!([]));
}

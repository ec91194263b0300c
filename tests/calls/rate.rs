//! How fast calls are set up, beside a bare script on the same Asterisk in the same run. It measures and asserts no times:
//! `cargo test --release --test all -- --ignored --nocapture calls::rate`.

use std::{collections::BTreeMap, time::Instant};

use rappel::{
    domain::{
        attempt::CallProgress,
        dial_plan::DialPlan,
        ids::{ChannelId, DialogId},
    },
    engine::output::{Destination, Order},
    ports::Switch,
    switch::ari::{Address, AriPlan, AriSettings, AriSwitch, News},
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::rig::{PATIENCE, Rig, ari::Ari};

const CALLS_U32: u32 = 200;
const CALLS: usize = CALLS_U32 as usize;
const AT_ONCE: usize = 10;
/// Answers at once.
const NUMBER: &str = "+13125550100";

/// Calls of one way, each from the request to the answer.
#[derive(Default)]
struct Measured {
    begun: BTreeMap<Uuid, Instant>,
    answered: Vec<f64>,
    ended: usize,
}

impl Measured {
    fn begins(&mut self) -> Uuid {
        let id = Uuid::from_u128(0xca11 << 64 | self.begun.len() as u128);
        self.begun.insert(id, now());
        id
    }

    fn answers(&mut self, id: Uuid) {
        self.answered.push(self.begun[&id].elapsed().as_secs_f64() * 1000.0);
    }

    /// Calls a second, and the milliseconds that half of them took at most.
    fn told(mut self, seconds: f64) -> (f64, f64) {
        self.answered.sort_by(f64::total_cmp);
        assert_eq!(self.answered.len(), CALLS);
        (f64::from(CALLS_U32) / seconds, self.answered[CALLS / 2])
    }
}

#[expect(clippy::disallowed_methods, reason = "it measures the world")]
fn now() -> Instant {
    Instant::now()
}

/// Asterisk does the least it can: one request makes a call, one ends it.
async fn bare(rig: &Rig) -> (f64, f64) {
    let mut ari = Ari::connect(rig, "bare").await;
    let mut measured = Measured::default();
    let begins = now();
    while measured.ended < CALLS {
        while measured.begun.len() < CALLS && measured.begun.len() - measured.ended < AT_ONCE {
            let id = measured.begins();
            let endpoint = format!("PJSIP/{NUMBER}@trunk");
            let body = json!({ "endpoint": endpoint, "app": "bare", "channelId": id.to_string() });
            ari.done(Method::POST, "/channels", &body).await;
        }
        let event = ari
            .until("a call", |event| {
                ["StasisStart", "ChannelDestroyed"].contains(&event["type"].as_str().unwrap_or(""))
            })
            .await;
        let name = event["channel"]["id"].as_str().unwrap().to_owned();
        if event["type"] == "StasisStart" {
            measured.answers(name.parse().unwrap());
            ari.done(Method::DELETE, &format!("/channels/{name}"), &Value::Null).await;
        } else {
            measured.ended += 1;
        }
    }
    measured.told(begins.elapsed().as_secs_f64())
}

/// What the product does: a room, a line in it before it rings, and the end of both.
async fn ours(rig: &Rig) -> (f64, f64) {
    let url = rig.ari_url.trim_end_matches("/ari");
    let servers = vec![Address::new(url, &rig.user, &rig.password, None).unwrap()];
    let plan = AriPlan { application: "measured".to_owned(), ..AriPlan::default() };
    let (switch, mut news) = AriSwitch::start(AriSettings { servers, plan, softphones: None });
    switch.ready(PATIENCE).await;
    let at = "2026-11-24T16:00:00Z".parse().unwrap();
    let permit = DialPlan::default().permit(NUMBER).unwrap();
    let mut measured = Measured::default();
    let begins = now();
    while measured.ended < CALLS {
        while measured.begun.len() < CALLS && measured.begun.len() - measured.ended < AT_ONCE {
            let id = measured.begins();
            let dial = Order::Dial {
                dialog_id: DialogId(Uuid::from_u128(id.as_u128() | 1 << 100)),
                channel_id: ChannelId(id),
                phone: None,
                to: Destination::Placed { permit: permit.clone(), ring_seconds_max: 20 },
            };
            switch.order(at, &dial).await.unwrap();
        }
        let item = tokio::time::timeout(PATIENCE, news.recv()).await.expect("a call goes on").expect("it is told");
        let News::Line { channel_id, progress } = item else { panic!("nobody calls us") };
        match progress {
            CallProgress::Connected => {
                measured.answers(channel_id.0);
                switch.order(at, &Order::HangUp { channel_id }).await.unwrap();
            }
            CallProgress::HungUp { .. } => measured.ended += 1,
            CallProgress::Ringing => {}
            other => panic!("{other:?}"),
        }
    }
    measured.told(begins.elapsed().as_secs_f64())
}

#[tokio::test]
#[ignore = "measures; run it by itself"]
async fn calls_a_second_beside_a_bare_script() {
    let rig = Rig::start().await;
    for round in 1..=3 {
        let (bare, ours) = (bare(&rig).await, ours(&rig).await);
        println!(
            "round {round}: bare {:.0} calls/s, answered in {:.1} ms; ours {:.0} calls/s, answered in {:.1} ms; ratio {:.2}",
            bare.0,
            bare.1,
            ours.0,
            ours.1,
            ours.0 / bare.0
        );
    }
}

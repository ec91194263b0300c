//! How fast calls are set up, beside a bare script on the same Asterisk in the same run. It measures and asserts no times:
//! `cargo test --release --test all -- --ignored --nocapture calls::rate`.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Instant,
};

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
use tokio::net::UdpSocket;
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

    fn told(self, seconds: f64) -> Told {
        Told {
            a_second: f64::from(CALLS_U32) / seconds,
            answered: median(self.answered),
            begun: self.begun.into_values().collect(),
        }
    }
}

/// What was measured of one way.
struct Told {
    /// Calls a second.
    a_second: f64,
    /// From the order to the answer, in ms, for half of the calls at most.
    answered: f64,
    /// When each was ordered, in order.
    begun: Vec<Instant>,
}

/// Of as many as there were calls.
fn median(mut millis: Vec<f64>) -> f64 {
    assert_eq!(millis.len(), CALLS);
    millis.sort_by(f64::total_cmp);
    millis[CALLS / 2]
}

/// Stands between the switch and the carrier, and notes when each INVITE comes by.
struct Post {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Instant>>>,
}

impl Post {
    async fn before(carrier: SocketAddr) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = socket.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = seen.clone();
        tokio::spawn(async move {
            let (mut packet, mut switch) = ([0; 4096], carrier);
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                if from != carrier {
                    switch = from;
                }
                if from != carrier && packet.starts_with(b"INVITE ") {
                    noted.lock().unwrap().push(now());
                }
                let to = if from == carrier { switch } else { carrier };
                socket.send_to(&packet[..length], to).await.expect("loopback takes it");
            }
        });
        Self { address, seen }
    }

    /// From the orders to their INVITEs, in ms: one call at a time, so the first order is the first INVITE's.
    fn invited(&self, way: &Told) -> f64 {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        assert_eq!(seen.len(), CALLS, "each call has one INVITE");
        let pairs = way.begun.iter().zip(seen);
        median(pairs.map(|(begun, seen)| seen.duration_since(*begun).as_secs_f64() * 1000.0).collect())
    }
}

#[expect(clippy::disallowed_methods, reason = "it measures the world")]
fn now() -> Instant {
    Instant::now()
}

/// Asterisk does the least it can: one request makes a call, one ends it.
async fn bare(rig: &Rig, trunk: &str, at_once: usize) -> Told {
    let mut ari = Ari::connect(rig, "bare").await;
    let mut measured = Measured::default();
    let begins = now();
    while measured.ended < CALLS {
        while measured.begun.len() < CALLS && measured.begun.len() - measured.ended < at_once {
            let id = measured.begins();
            let endpoint = trunk.replace("{number}", NUMBER);
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
async fn ours(rig: &Rig, trunk: &str, at_once: usize) -> Told {
    let url = rig.ari_url.trim_end_matches("/ari");
    let servers = vec![Address::new(url, &rig.user, &rig.password, None).unwrap()];
    let plan = AriPlan { application: "measured".to_owned(), trunk: trunk.to_owned(), ..AriPlan::default() };
    let (switch, mut news) = AriSwitch::start(AriSettings { servers, plan, softphones: None });
    switch.ready(PATIENCE).await;
    let at = "2026-11-24T16:00:00Z".parse().unwrap();
    let permit = DialPlan::default().permit(NUMBER).unwrap();
    let mut measured = Measured::default();
    let begins = now();
    while measured.ended < CALLS {
        while measured.begun.len() < CALLS && measured.begun.len() - measured.ended < at_once {
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
    let trunk = &AriPlan::default().trunk;
    for round in 1..=3 {
        let (bare, ours) = (bare(&rig, trunk, AT_ONCE).await, ours(&rig, trunk, AT_ONCE).await);
        println!(
            "round {round}: bare {:.0} calls/s, answered in {:.1} ms; ours {:.0} calls/s, answered in {:.1} ms; ratio {:.2}",
            bare.a_second,
            bare.answered,
            ours.a_second,
            ours.answered,
            ours.a_second / bare.a_second
        );
    }
}

/// One call after the other: what the way to the carrier takes, beside what the script's takes.
#[tokio::test]
#[ignore = "measures; run it by itself"]
async fn from_the_order_to_the_carrier_beside_a_bare_script() {
    let rig = Rig::start().await;
    let post = Post::before(rig.carrier()).await;
    let trunk = &format!("PJSIP/trunk/sip:{{number}}@{}", post.address);
    for round in 1..=3 {
        let bare = bare(&rig, trunk, 1).await;
        let bare_invited = post.invited(&bare);
        let ours = ours(&rig, trunk, 1).await;
        let ours_invited = post.invited(&ours);
        println!(
            "round {round}: bare INVITE after {bare_invited:.2} ms, answered in {:.2} ms; ours INVITE after {ours_invited:.2} ms, \
             answered in {:.2} ms; ratios {:.2} and {:.2}",
            bare.answered,
            ours.answered,
            ours_invited / bare_invited,
            ours.answered / bare.answered
        );
    }
}

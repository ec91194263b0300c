//! No frame, however broken, stops us: what is sent is bent at random, and the good frame after it is understood as ever.

use proptest::prelude::*;

use super::*;
use crate::{
    domain::{
        dial_plan::DialPlan,
        ids::{ChannelId, DialogId},
    },
    switch::ari::events,
};

const ROOM: DialogId = DialogId(uuid::Uuid::from_u128(0xd1a1));
const PHONE: ChannelId = ChannelId(uuid::Uuid::from_u128(0xa1));
const CUSTOMER: ChannelId = ChannelId(uuid::Uuid::from_u128(0xc1));
const CALLER: &str = "1764040000.7";

/// Frames as Asterisk 22 sends them, about our lines and about others'.
fn frame() -> impl Strategy<Value = serde_json::Value> {
    let known = [PHONE, CUSTOMER].map(|line| line.to_string());
    let line = prop_oneof![Just(known[0].clone()), Just(known[1].clone()), Just(CALLER.to_owned()), ".{0,12}"];
    let channel = (line, ".{0,12}", "Down|Ring|Ringing|Up|Busy|.{0,6}", r"[+0-9]{0,17}|.{0,8}").prop_map(
        |(id, name, state, number)| json!({ "id": id, "name": name, "state": state, "caller": { "number": number } }),
    );
    prop_oneof![
        (channel.clone(), "inbound|dialled|phone|.{0,6}", "support|.{0,40}").prop_map(
            |(channel, how, queue)| json!({ "type": "StasisStart", "args": [how, queue], "channel": channel })
        ),
        channel.clone().prop_map(|channel| json!({ "type": "StasisEnd", "channel": channel })),
        channel.clone().prop_map(|channel| json!({ "type": "ChannelStateChange", "channel": channel })),
        (channel.clone(), "|RINGING|PROGRESS|ANSWER|BUSY|.{0,6}")
            .prop_map(|(peer, status)| json!({ "type": "Dial", "dialstatus": status, "peer": peer })),
        (channel, any::<u16>(), any::<Option<u16>>()).prop_map(|(channel, cause, tech)| {
            json!({ "type": "ChannelDestroyed", "cause": cause, "tech_cause": tech, "channel": channel })
        }),
        ("[0-9]{1,3}|.{0,8}", any::<u16>()).prop_map(
            |(request, status)| json!({ "type": "RESTResponse", "request_id": request, "status_code": status })
        ),
    ]
}

/// The text of a frame, perhaps cut short, with a byte changed, or with a part of it again.
fn bent() -> impl Strategy<Value = String> {
    (frame(), 0..4_u8, any::<prop::sample::Index>(), any::<u8>()).prop_map(|(frame, how, at, byte)| {
        let mut text = frame.to_string().into_bytes();
        let at = at.index(text.len());
        match how {
            0 => text.truncate(at),
            1 => text[at] = byte,
            2 => text.extend_from_within(at..),
            _ => {}
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn is_end_of(line: ChannelId, out: &Out) -> bool {
    let Out::News(News::Line { channel_id, progress }) = out else { return false };
    *channel_id == line && matches!(progress, CallProgress::HungUp { .. } | CallProgress::NotMade { .. })
}

proptest! {
    #[test]
    fn no_frame_stops_us(noise in prop::collection::vec(bent(), 0..40)) {
        let mut conductor = Conductor::new(AriPlan::default(), "here");
        let permit = DialPlan::default().permit("+13125550142").unwrap();
        conductor.order(&Order::Dial {
            dialog_id: ROOM,
            channel_id: CUSTOMER,
            phone: Some(Phone { channel_id: PHONE, extension: "1001".to_owned() }),
            to: Destination::Placed { permit, ring_seconds_max: 30 },
        });
        for text in &noise {
            if let Ok(event) = events::read(text) {
                conductor.event(event);
            }
        }
        for line in [PHONE, CUSTOMER] {
            conductor.order(&Order::HangUp { channel_id: line });
            let gone = json!({ "type": "ChannelDestroyed", "cause": 16, "channel": { "id": line.to_string() } });
            conductor.event(events::read(&gone.to_string()).unwrap());
            prop_assert!(!conductor.has(line), "a line that is gone is kept");
        }
        let out = conductor.take_out();
        for line in [PHONE, CUSTOMER] {
            let ends = out.iter().filter(|out| is_end_of(line, out)).count();
            prop_assert_eq!(ends, 1, "the end of a line is told once");
        }
    }
}

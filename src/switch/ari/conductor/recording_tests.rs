//! Recordings, as scripts that people read: what is asked of Asterisk, and what is told.

use super::{
    tests::{Bench, CUSTOMER, PHONE_LINE, ROOM, company, recorder},
    *,
};
use crate::switch::ari::events;

fn record(is_paused: bool, nth: i64) -> Order {
    let asked_at = jiff::Timestamp::from_second(nth).unwrap();
    Order::Record { channel_id: CUSTOMER, path: "2026-11-25/one.wav".to_owned(), is_paused, asked_at }
}

fn taped(taped: &str, nth: i64) -> String {
    let asked_at = jiff::Timestamp::from_second(nth).unwrap();
    format!(r#"news CUSTOMER {{"event":"recording","server":"here","taped":"{taped}","asked_at":"{asked_at}"}}"#)
}

impl Bench {
    fn snoop_is_there(&mut self) -> Vec<String> {
        let snoop = recorder();
        self.frame(&format!(
            r#"{{"type":"StasisStart","args":["snoop"],"channel":{{"id":"{snoop}","name":"Snoop/x-1","state":"Up"}}}}"#
        ))
    }

    fn recording(&mut self, event: &str) -> Vec<String> {
        self.frame(&format!(r#"{{"type":"{event}","recording":{{"name":"2026-11-25/one","format":"wav"}}}}"#))
    }
}

const PAUSE: &str = "POST recordings/live/2026-11-25%2Fone/pause";
const RESUME: &str = "DELETE recordings/live/2026-11-25%2Fone/pause";
const SNOOP: &str = "POST channels/CUSTOMER/snoop/RECORDER none";
const END_RECORDER: &str = "DELETE channels/RECORDER";
const END_COMPANY: &str = "DELETE channels/COMPANY";
const COMPANY: &str = "POST channels/CUSTOMER/snoop/COMPANY none";

#[test]
fn a_channel_that_snoops_on_the_customer_is_recorded_and_the_recording_pauses() {
    let mut bench = Bench::talking();
    assert_eq!(bench.order(record(false, 1)), [SNOOP, COMPANY]);
    assert_eq!(bench.snoop_is_there(), ["POST channels/RECORDER/record"]);
    assert_eq!(bench.answer(201), [] as [&str; 0], "it is told when it has begun");
    assert_eq!(bench.recording("RecordingStarted"), [taped("runs", 1)]);
    assert_eq!(bench.order(record(false, 1)), [taped("runs", 1)], "asked again, told again");
    assert_eq!(bench.order(record(true, 2)), [PAUSE]);
    // Whoever changes their mind before the answer gets what they want last.
    assert_eq!(bench.order(record(false, 3)), [] as [&str; 0]);
    assert_eq!(bench.answer(204), [&taped("pauses", 3), RESUME]);
    assert_eq!(bench.answer(204), [taped("runs", 3)]);
    let gone = bench.destroyed(CUSTOMER, 16, 0);
    let hung_up = r#"news CUSTOMER {"event":"hung_up","by":"customer"}"#;
    assert_eq!(gone, [hung_up, END_RECORDER, END_COMPANY]);
    assert_eq!(bench.recording("RecordingFailed"), [] as [&str; 0]);
}

#[test]
fn whom_a_recording_is_of_is_never_in_a_room_of_two() {
    let mut bench = Bench::talking();
    bench.order(record(false, 1));
    let company = company();
    let comes = bench.frame(&format!(
        r#"{{"type":"StasisStart","args":["snoop"],"channel":{{"id":"{company}","name":"Snoop/x-2","state":"Up"}}}}"#
    ));
    assert_eq!(comes, ["POST bridges/ROOM/addChannel COMPANY muted"]);
    // It is no company for the customer, who hears music when the agent goes.
    let left = bench.order(Order::Leave { dialog_id: ROOM, channel_id: PHONE_LINE });
    assert!(left.contains(&"POST channels/CUSTOMER/moh".to_owned()), "{left:?}");
    // Without it somebody may be missing on tape.
    let mut bench = Bench::talking();
    bench.order(record(false, 1));
    assert_eq!(bench.answer(500), [&taped("failed", 1), END_RECORDER]);
}

#[test]
fn what_is_to_be_kept_off_the_tape_before_it_began_is_not_begun() {
    let mut bench = Bench::talking();
    assert_eq!(bench.order(record(true, 1)), [taped("pauses", 1)]);
    assert_eq!(bench.order(record(false, 2)), [COMPANY, RESUME]);
    assert_eq!(bench.answer(404), [SNOOP]);
}

#[test]
fn what_is_said_to_have_failed_does_not_go_on() {
    for (answers, fails_at) in [(500, 0), (409, 1), (500, 2)] {
        let mut bench = Bench::talking();
        bench.order(record(false, 1));
        let asked_for_snoop = bench.conductor.last_request - 1;
        if fails_at > 0 {
            bench.snoop_is_there();
        }
        if fails_at > 1 {
            bench.recording("RecordingStarted");
            bench.order(record(true, 2));
        }
        let nth = if fails_at > 1 { 2 } else { 1 };
        let failed = taped("failed", nth);
        match fails_at {
            0 => assert_eq!(bench.answer_to(asked_for_snoop, answers), [&failed, END_COMPANY]),
            _ => assert_eq!(bench.answer(answers), [&failed, END_RECORDER, END_COMPANY]),
        }
        assert_eq!(bench.order(record(false, 3)), [taped("failed", 3)], "it stays so");
    }
}

#[test]
fn a_new_program_finds_the_recordings_of_the_old_one() {
    let info = |id: &str, name: &str| events::ChannelInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        state: "Up".to_owned(),
        channelvars: [(DIALOG_VARIABLE.to_owned(), AriPlan::default().mark(ROOM))].into(),
        ..Default::default()
    };
    let channels = [
        info(&PHONE_LINE.to_string(), "PJSIP/1001-00000001"),
        info(&CUSTOMER.to_string(), "PJSIP/trunk-00000002"),
        events::ChannelInfo { channelvars: [].into(), ..info(&recorder(), "Snoop/x-00000001") },
    ];
    let rooms = [(ROOM, vec![PHONE_LINE.to_string(), CUSTOMER.to_string()])];
    for (is_paused, asked, told) in [(true, PAUSE, "pauses"), (false, RESUME, "runs")] {
        let mut bench = Bench::new();
        bench.conductor.connected(&channels, &rooms);
        assert_eq!(bench.order(record(is_paused, 1)), [COMPANY, asked]);
        assert_eq!(bench.answer(204), [taped(told, 1)]);
        // The connection breaks, and comes back while it goes on.
        bench.conductor.connected(&channels, &rooms);
        assert_eq!(bench.said(), [COMPANY, asked]);
    }
    // It snooped, and there was no time to record.
    let mut bench = Bench::new();
    bench.conductor.connected(&channels, &rooms);
    bench.order(record(false, 1));
    assert_eq!(bench.answer(404), ["POST channels/RECORDER/record"]);
    // Asterisk was started again: the line is gone, and nothing is told of its recording.
    let mut bench = Bench::new();
    bench.conductor.connected(&[], &[]);
    assert_eq!(bench.order(record(false, 1)), [] as [&str; 0]);
}

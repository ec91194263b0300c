//! What is said to Asterisk, and what is told of what it says, as scripts that people read. Frames are those of Asterisk 22.

use super::*;
use crate::{
    domain::{
        dial_plan::DialPlan,
        ids::{ChannelId, DialogId, DigitId},
        supervision::SupervisionMode,
    },
    switch::ari::events,
};

pub(super) const ROOM: DialogId = DialogId(uuid::Uuid::from_u128(0xd1a1));
const CONSULT: DialogId = DialogId(uuid::Uuid::from_u128(0xd1a2));
pub(super) const PHONE_LINE: ChannelId = ChannelId(uuid::Uuid::from_u128(0xa1));
pub(super) const CUSTOMER: ChannelId = ChannelId(uuid::Uuid::from_u128(0xc1));
const SUPERVISOR: ChannelId = ChannelId(uuid::Uuid::from_u128(0xa2));
const OTHER: ChannelId = ChannelId(uuid::Uuid::from_u128(0xc2));

pub(super) struct Bench {
    pub conductor: Conductor,
    last: u64,
}

impl Bench {
    pub fn new() -> Self {
        Self { conductor: Conductor::new(AriPlan::default(), "here"), last: 0 }
    }

    #[allow(clippy::needless_pass_by_value, reason = "orders are written where they are given")]
    pub fn order(&mut self, order: Order) -> Vec<String> {
        self.conductor.order(&order);
        self.said()
    }

    pub fn frame(&mut self, frame: &str) -> Vec<String> {
        self.conductor.event(events::read(frame).expect("a frame"));
        self.said()
    }

    /// What was said since the last look: requests without their parameters' noise, and news.
    pub fn said(&mut self) -> Vec<String> {
        let out = self.conductor.take_out();
        out.into_iter()
            .map(|out| match out {
                Out::Request(request) => {
                    self.last = request.id;
                    let body = request.body.unwrap_or_default();
                    let what = ["endpoint", "channel", "dtmf", "caller", "value", "whisper"]
                        .iter()
                        .find_map(|key| body[key].as_str());
                    let muted = if body["mute"] == true { " muted" } else { "" };
                    format!("{} {} {}", request.method, named(&request.uri), named(what.unwrap_or_default()))
                        .trim_end()
                        .to_owned()
                        + muted
                }
                Out::News(News::Line { channel_id, progress }) => {
                    let progress = serde_json::to_string(&progress).unwrap();
                    format!("news {} {progress}", named(&channel_id.to_string()))
                }
                Out::News(News::Arrived { queue, caller, .. }) => {
                    format!("arrived {queue} {}", caller.number.map(|n| n.as_str().to_owned()).unwrap_or_default())
                }
            })
            .collect()
    }

    /// The last request is answered.
    pub fn answer(&mut self, status: u16) -> Vec<String> {
        self.answer_to(self.last, status)
    }

    pub fn answer_to(&mut self, id: u64, status: u16) -> Vec<String> {
        let frame = format!(
            r#"{{"type":"RESTResponse","request_id":"{id}","status_code":{status},"reason_phrase":"x","uri":"x"}}"#
        );
        self.frame(&frame)
    }

    fn stasis(&mut self, line: ChannelId) -> Vec<String> {
        self.frame(&format!(
            r#"{{"type":"StasisStart","args":["dialled"],"channel":{{"id":"{line}","name":"PJSIP/x-1","state":"Down"}}}}"#
        ))
    }

    fn dial_status(&mut self, line: ChannelId, status: &str) -> Vec<String> {
        self.frame(&format!(
            r#"{{"type":"Dial","dialstatus":"{status}","peer":{{"id":"{line}","name":"PJSIP/x-1","state":"Down"}}}}"#
        ))
    }

    pub fn destroyed(&mut self, line: ChannelId, cause: u16, tech: u16) -> Vec<String> {
        self.frame(&format!(
            r#"{{"type":"ChannelDestroyed","cause":{cause},"cause_txt":"x","tech_cause":{tech},"channel":{{"id":"{line}"}}}}"#
        ))
    }

    /// An agent talks with somebody they called.
    pub fn talking() -> Self {
        let mut bench = Self::new();
        bench.order(dial(ROOM, CUSTOMER, "+13125550142"));
        bench.stasis(PHONE_LINE);
        bench.stasis(CUSTOMER);
        bench.dial_status(CUSTOMER, "ANSWER");
        bench
    }
}

fn named(text: &str) -> String {
    [(ROOM.to_string(), "ROOM"), (CONSULT.to_string(), "CONSULT"), (PHONE_LINE.to_string(), "PHONE")]
        .into_iter()
        .chain([
            (CUSTOMER.to_string(), "CUSTOMER"),
            (OTHER.to_string(), "OTHER"),
            (SUPERVISOR.to_string(), "SUPERVISOR"),
        ])
        .chain([
            (snoop("whispers"), "WHISPERS"),
            (snoop("mixes"), "MIXES"),
            (recorder(), "RECORDER"),
            (company(), "COMPANY"),
        ])
        .fold(text.to_owned(), |text, (id, name)| text.replace(&id, name))
}

fn snoop(does: &str) -> String {
    AriPlan::default().channel_id(&format!("{does} {SUPERVISOR}")).to_string()
}

fn supervise(mode: SupervisionMode) -> Order {
    let phone = Phone { channel_id: SUPERVISOR, extension: "1900".to_owned() };
    Order::Supervise { channel_id: PHONE_LINE, phone, mode }
}

/// The third in the room of a customer who is recorded.
pub(super) fn company() -> String {
    AriPlan::default().channel_id(&format!("mixes {CUSTOMER}")).to_string()
}

/// The channel that is recorded.
pub(super) fn recorder() -> String {
    AriPlan::default().channel_id(&format!("records {CUSTOMER}")).to_string()
}

fn phone() -> Phone {
    Phone { channel_id: PHONE_LINE, extension: "1001".to_owned() }
}

fn dial(dialog_id: DialogId, channel_id: ChannelId, typed: &str) -> Order {
    let permit = DialPlan::default().permit(typed).unwrap();
    let to = Destination::Placed { permit, ring_seconds_max: 30 };
    Order::Dial { dialog_id, channel_id, phone: Some(phone()), to }
}

#[test]
fn the_agents_phone_comes_first_then_the_customer_is_dialled_inside_the_room() {
    let mut bench = Bench::new();
    assert_eq!(bench.order(dial(ROOM, CUSTOMER, "+13125550142")), ["POST channels PJSIP/1001"]);
    assert_eq!(
        bench.stasis(PHONE_LINE),
        [
            r#"news PHONE {"event":"connected"}"#,
            "POST channels/create PJSIP/+13125550142@trunk",
            "POST bridges/ROOM",
            "POST bridges/ROOM/addChannel PHONE",
        ]
    );
    assert_eq!(bench.stasis(CUSTOMER), ["POST bridges/ROOM/addChannel CUSTOMER", "POST channels/CUSTOMER/dial PHONE"]);
    assert_eq!(bench.dial_status(CUSTOMER, "RINGING"), [r#"news CUSTOMER {"event":"ringing"}"#]);
    assert_eq!(bench.dial_status(CUSTOMER, "RINGING"), [] as [&str; 0], "told once");
    assert_eq!(bench.dial_status(CUSTOMER, "ANSWER"), [r#"news CUSTOMER {"event":"connected"}"#]);
    assert_eq!(
        bench.destroyed(CUSTOMER, 16, 0),
        [r#"news CUSTOMER {"event":"hung_up","by":"customer"}"#],
        "the phone stays in the room until it is told to leave"
    );
    assert_eq!(bench.order(Order::HangUp { channel_id: PHONE_LINE })[0], "DELETE channels/PHONE");
}

#[test]
fn why_a_call_was_not_made_is_read_from_the_network() {
    let mut bench = Bench::new();
    bench.order(dial(ROOM, CUSTOMER, "+13125550142"));
    bench.stasis(PHONE_LINE);
    bench.stasis(CUSTOMER);
    let told = bench.destroyed(CUSTOMER, 17, 486);
    assert_eq!(told, [r#"news CUSTOMER {"event":"not_made","why":{"why":"busy"}}"#]);
}

#[test]
fn a_phone_that_does_not_answer_takes_the_call_with_it() {
    let mut bench = Bench::new();
    bench.order(dial(ROOM, CUSTOMER, "+13125550142"));
    let told = bench.destroyed(PHONE_LINE, 19, 480);
    let agent_phone = r#"{"event":"not_made","why":{"why":"failed","cause":"agent_phone"}}"#;
    assert_eq!(told, [format!("news PHONE {agent_phone}"), format!("news CUSTOMER {agent_phone}")]);
    // Asterisk says at once that it cannot reach a phone that is not registered.
    bench.order(dial(ROOM, CUSTOMER, "+13125550142"));
    assert_eq!(bench.answer(500), told);
}

#[test]
fn a_trunk_that_cannot_be_reached_is_the_networks_fault() {
    let mut bench = Bench::new();
    bench.order(dial(ROOM, CUSTOMER, "+13125550142"));
    bench
        .conductor
        .event(events::read(&format!(r#"{{"type":"StasisStart","channel":{{"id":"{PHONE_LINE}"}}}}"#)).unwrap());
    let requests = bench.conductor.take_out();
    let create = requests.iter().find_map(|out| match out {
        Out::Request(request) if request.uri == "channels/create" => Some(request.id),
        _ => None,
    });
    bench.last = create.expect("the customer's channel is asked for");
    let told = bench.answer(500);
    assert_eq!(told[0], r#"news CUSTOMER {"event":"not_made","why":{"why":"failed","cause":"network"}}"#);
}

#[test]
fn on_hold_the_customer_hears_music_and_comes_back() {
    let mut bench = Bench::talking();
    let hold = Order::Hold { dialog_id: ROOM, channel_id: PHONE_LINE };
    assert_eq!(
        bench.order(hold),
        [
            "POST bridges/ROOM/removeChannel PHONE",
            "POST channels/PHONE/silence",
            "POST bridges/ROOM/removeChannel CUSTOMER",
            "POST channels/CUSTOMER/moh",
        ]
    );
    let retrieve = Order::Retrieve { dialog_id: ROOM, channel_id: PHONE_LINE };
    assert_eq!(
        bench.order(retrieve),
        [
            "DELETE channels/PHONE/silence",
            "POST bridges/ROOM/addChannel PHONE",
            "DELETE channels/CUSTOMER/moh",
            "POST bridges/ROOM/addChannel CUSTOMER",
        ]
    );
}

#[test]
fn consult_then_conference_then_the_agent_leaves() {
    let mut bench = Bench::talking();
    bench.order(Order::Hold { dialog_id: ROOM, channel_id: PHONE_LINE });
    assert_eq!(
        bench.order(dial(CONSULT, OTHER, "312-555-0177")),
        [
            "POST channels/create PJSIP/+13125550177@trunk",
            "DELETE channels/PHONE/silence",
            "POST bridges/CONSULT",
            "POST bridges/CONSULT/addChannel PHONE"
        ]
    );
    bench.stasis(OTHER);
    bench.dial_status(OTHER, "ANSWER");
    let joined = bench.order(Order::Join { from: CONSULT, into: ROOM });
    for wanted in [
        "POST bridges/ROOM/addChannel PHONE",
        "POST bridges/ROOM/addChannel OTHER",
        "DELETE channels/CUSTOMER/moh",
        "POST bridges/ROOM/addChannel CUSTOMER",
        "DELETE bridges/CONSULT",
    ] {
        assert!(joined.iter().any(|said| said == wanted), "{wanted} in {joined:?}");
    }
    // The agent leaves; the two others stay where they are.
    assert_eq!(bench.order(Order::HangUp { channel_id: PHONE_LINE }), ["DELETE channels/PHONE"]);
    assert_eq!(bench.destroyed(PHONE_LINE, 16, 0), [r#"news PHONE {"event":"hung_up","by":"agent"}"#]);
    assert_eq!(bench.destroyed(OTHER, 16, 0).first().unwrap(), r#"news OTHER {"event":"hung_up","by":"customer"}"#);
}

#[test]
fn a_phone_that_stays_connected_goes_from_call_to_call_and_hears_silence_between_them() {
    let mut bench = Bench::new();
    let keep = || Order::Keep { phone: phone() };
    assert_eq!(bench.order(keep()), ["POST channels PJSIP/1001"]);
    assert_eq!(bench.order(keep()), [] as [&str; 0], "it rings already");
    let up = [r#"news PHONE {"event":"connected"}"#, "POST channels/PHONE/silence"];
    assert_eq!(bench.stasis(PHONE_LINE), up);
    assert_eq!(bench.order(keep()), [up[0]], "said again, told again");
    assert_eq!(
        bench.order(dial(ROOM, CUSTOMER, "+13125550142")),
        [
            "POST channels/create PJSIP/+13125550142@trunk",
            "DELETE channels/PHONE/silence",
            "POST bridges/ROOM",
            "POST bridges/ROOM/addChannel PHONE",
        ]
    );
    bench.stasis(CUSTOMER);
    bench.dial_status(CUSTOMER, "ANSWER");
    bench.destroyed(CUSTOMER, 16, 0);
    assert_eq!(
        bench.order(Order::Leave { dialog_id: ROOM, channel_id: PHONE_LINE }),
        ["POST bridges/ROOM/removeChannel PHONE", "POST channels/PHONE/silence", "DELETE bridges/ROOM"]
    );
    // Whether silence still comes is not known after a break: it is asked for again.
    bench.conductor.disconnected();
    let info = events::ChannelInfo { id: PHONE_LINE.to_string(), state: "Up".to_owned(), ..Default::default() };
    bench.conductor.connected(std::slice::from_ref(&info), &[]);
    assert_eq!(bench.said(), ["POST channels/PHONE/silence"]);
    // Nor does the switch have it any more after it died.
    bench.conductor.connected(&[], &[]);
    assert_eq!(bench.said(), [r#"news PHONE {"event":"hung_up","by":"agent"}"#]);
}

#[test]
fn a_new_program_keeps_the_phone_of_the_old_one() {
    let mut bench = Bench::new();
    let mark = AriPlan::default().mark(ROOM);
    let info = events::ChannelInfo {
        id: PHONE_LINE.to_string(),
        name: "PJSIP/1001-1".to_owned(),
        state: "Up".to_owned(),
        channelvars: [(DIALOG_VARIABLE.to_owned(), mark)].into(),
        ..Default::default()
    };
    bench.conductor.connected(&[info], &[]);
    assert_eq!(bench.said(), ["POST channels/PHONE/silence"]);
    assert_eq!(bench.order(Order::Keep { phone: phone() }), [r#"news PHONE {"event":"connected"}"#]);
    for _ in 0..20 {
        bench.conductor.look_after_the_unclaimed();
    }
    assert_eq!(bench.said(), [] as [&str; 0], "it is claimed");
}

#[test]
fn a_caller_waits_with_music_until_a_phone_is_there() {
    let mut bench = Bench::new();
    let said = bench.frame(
        r#"{"type":"StasisStart","args":["inbound","support"],"channel":{"id":"1732500000.17","name":"PJSIP/trunk-1",
            "state":"Ring","caller":{"name":"","number":"3125550150"}}}"#,
    );
    assert_eq!(
        said,
        [
            "POST applications/rappel/subscription",
            "POST channels/1732500000.17/answer",
            "arrived support +13125550150",
            "POST channels/1732500000.17/moh",
        ]
    );
    let caller = AriPlan::default().channel_id("1732500000.17");
    assert_eq!(bench.order(Order::Admit { dialog_id: ROOM, channel_id: caller }), [] as [&str; 0], "still alone");
    let said = bench.order(Order::Connect { dialog_id: ROOM, phone: phone() });
    assert_eq!(
        said,
        [
            "POST channels PJSIP/1001",
            "DELETE channels/1732500000.17/moh",
            "POST bridges/ROOM",
            "POST bridges/ROOM/addChannel 1732500000.17",
        ]
    );
    let said = bench.stasis(PHONE_LINE);
    assert_eq!(said, [r#"news PHONE {"event":"connected"}"#, "POST bridges/ROOM/addChannel PHONE"]);
}

#[test]
fn keys_are_sent_to_the_customer_and_each_is_answered() {
    let mut bench = Bench::talking();
    let digit_id = DigitId(uuid::Uuid::from_u128(1));
    let key = || Order::SendDigit { dialog_id: ROOM, channel_id: CUSTOMER, digit_id, digit: '5'.try_into().unwrap() };
    assert_eq!(bench.order(key()), ["POST channels/CUSTOMER/dtmf 5"]);
    assert!(bench.answer(204)[0].contains(r#""is_sent":true"#));
    bench.order(key());
    assert!(bench.answer(409)[0].contains(r#""is_sent":false"#));
}

#[test]
fn a_line_that_is_ended_while_it_is_made_is_ended_when_it_comes() {
    let mut bench = Bench::new();
    bench.order(dial(ROOM, CUSTOMER, "+13125550142"));
    bench.stasis(PHONE_LINE);
    assert_eq!(bench.order(Order::HangUp { channel_id: CUSTOMER }), ["DELETE channels/CUSTOMER"]);
    assert_eq!(bench.answer(404), [] as [&str; 0], "it is not there yet");
    assert_eq!(bench.stasis(CUSTOMER)[0], "DELETE channels/CUSTOMER");
    assert_eq!(bench.destroyed(CUSTOMER, 16, 0), [r#"news CUSTOMER {"event":"not_made","why":{"why":"given_up"}}"#]);
}

#[test]
fn after_a_broken_connection_who_is_gone_is_told_and_who_is_there_goes_on() {
    let mut bench = Bench::talking();
    bench.conductor.disconnected();
    let info = |id: &str, state: &str| events::ChannelInfo {
        id: id.to_owned(),
        state: state.to_owned(),
        ..Default::default()
    };
    bench.conductor.connected(&[info(&PHONE_LINE.to_string(), "Up")], &[(ROOM, vec![PHONE_LINE.to_string()])]);
    assert_eq!(bench.said(), [r#"news CUSTOMER {"event":"hung_up","by":"customer"}"#]);
    assert!(bench.conductor.has(PHONE_LINE) && !bench.conductor.has(CUSTOMER));
}

#[test]
fn a_new_program_finds_the_calls_of_the_old_one() {
    let mut bench = Bench::new();
    let info = |id: ChannelId, name: &str| events::ChannelInfo {
        id: id.to_string(),
        name: name.to_owned(),
        state: "Up".to_owned(),
        channelvars: [(DIALOG_VARIABLE.to_owned(), AriPlan::default().mark(ROOM))].into(),
        ..Default::default()
    };
    let channels = [info(PHONE_LINE, "PJSIP/1001-00000001"), info(CUSTOMER, "PJSIP/trunk-00000002")];
    let members = channels.iter().map(|channel| channel.id.clone()).collect();
    bench.conductor.connected(&channels, &[(ROOM, members)]);
    assert_eq!(bench.said(), [] as [&str; 0], "nothing has to be done");
    assert!(bench.conductor.has(PHONE_LINE) && bench.conductor.has(CUSTOMER));
    let held = bench.order(Order::Hold { dialog_id: ROOM, channel_id: PHONE_LINE });
    assert_eq!(held.last().unwrap(), "POST channels/CUSTOMER/moh");
}

#[test]
fn a_line_of_an_earlier_life_that_nobody_asks_for_is_ended() {
    let mut bench = Bench::new();
    let info = |id: ChannelId| events::ChannelInfo {
        id: id.to_string(),
        name: "PJSIP/1001-00000001".to_owned(),
        state: "Up".to_owned(),
        channelvars: [(DIALOG_VARIABLE.to_owned(), AriPlan::default().mark(ROOM))].into(),
        ..Default::default()
    };
    bench.conductor.connected(&[info(PHONE_LINE), info(OTHER)], &[]);
    assert!(bench.conductor.has(PHONE_LINE), "its team asks for it");
    bench.said();
    let mut said = Vec::new();
    for _ in 0..10 {
        bench.conductor.look_after_the_unclaimed();
        said.extend(bench.said());
    }
    assert_eq!(said, ["DELETE channels/OTHER"]);
}

#[test]
fn what_another_program_has_there_is_left_alone() {
    let mut bench = Bench::new();
    let night = AriPlan { application: "night".to_owned(), ..AriPlan::default() };
    let theirs = events::ChannelInfo {
        id: PHONE_LINE.to_string(),
        name: "PJSIP/1001-00000001".to_owned(),
        state: "Up".to_owned(),
        channelvars: [(DIALOG_VARIABLE.to_owned(), night.mark(ROOM))].into(),
        ..Default::default()
    };
    bench.conductor.connected(&[theirs], &[]);
    assert!(!bench.conductor.has(PHONE_LINE));
    for _ in 0..10 {
        bench.conductor.look_after_the_unclaimed();
    }
    assert_eq!(bench.said(), [] as [&str; 0]);
}

#[test]
fn a_supervisor_is_in_the_agents_room_muted_or_not_and_whispers_past_it() {
    let mut bench = Bench::talking();
    let snoop_is_there = |bench: &mut Bench, does| {
        bench.frame(&format!(
            r#"{{"type":"StasisStart","args":["snoop"],"channel":{{"id":"{}","name":"Snoop/x-1","state":"Up"}}}}"#,
            snoop(does)
        ))
    };
    assert_eq!(bench.order(supervise(SupervisionMode::Listen)), ["POST channels PJSIP/1900"]);
    assert_eq!(
        bench.stasis(SUPERVISOR),
        [r#"news SUPERVISOR {"event":"connected"}"#, "POST bridges/ROOM/addChannel SUPERVISOR muted"],
    );
    // To whisper takes a channel that does, and a third in the room so that Asterisk mixes.
    let whisper = bench.order(supervise(SupervisionMode::Whisper));
    for wanted in [
        "POST channels/PHONE/snoop/WHISPERS out",
        "POST channels/PHONE/snoop/MIXES none",
        "POST bridges/SUPERVISOR/addChannel SUPERVISOR",
    ] {
        assert!(whisper.iter().any(|said| said == wanted), "{wanted} in {whisper:?}");
    }
    assert_eq!(
        snoop_is_there(&mut bench, "whispers"),
        ["POST bridges/SUPERVISOR/addChannel WHISPERS"],
        "and no news: it is nobody's line"
    );
    assert_eq!(snoop_is_there(&mut bench, "mixes"), ["POST bridges/ROOM/addChannel MIXES muted"]);
    let mut join = bench.order(supervise(SupervisionMode::Join));
    join.sort_unstable();
    let asked = [
        "DELETE bridges/SUPERVISOR",
        "DELETE channels/MIXES",
        "DELETE channels/WHISPERS",
        "POST bridges/ROOM/addChannel SUPERVISOR",
    ];
    assert_eq!(join, asked);
    for does in ["whispers", "mixes"] {
        let gone =
            bench.frame(&format!(r#"{{"type":"StasisEnd","channel":{{"id":"{}","name":"Snoop/x-1"}}}}"#, snoop(does)));
        assert_eq!(gone, [] as [&str; 0]);
    }
    // They go where the agent goes, and the customer hears music meanwhile.
    let hold = bench.order(Order::Hold { dialog_id: ROOM, channel_id: PHONE_LINE });
    for wanted in ["POST bridges/ROOM/removeChannel SUPERVISOR", "POST channels/CUSTOMER/moh"] {
        assert!(hold.iter().any(|said| said == wanted), "{wanted} in {hold:?}");
    }
    let back = bench.order(Order::Retrieve { dialog_id: ROOM, channel_id: PHONE_LINE });
    assert!(back.iter().any(|said| said == "POST bridges/ROOM/addChannel SUPERVISOR"), "{back:?}");
    let quiet = bench.order(supervise(SupervisionMode::Listen));
    assert_eq!(quiet, ["POST bridges/ROOM/addChannel SUPERVISOR muted"]);
    assert_eq!(bench.order(Order::HangUp { channel_id: SUPERVISOR }), ["DELETE channels/SUPERVISOR"]);
    assert_eq!(bench.destroyed(SUPERVISOR, 16, 0), [r#"news SUPERVISOR {"event":"hung_up","by":"agent"}"#]);
}

#[test]
fn a_supervisor_who_cannot_whisper_is_let_go() {
    let mut bench = Bench::talking();
    bench.order(supervise(SupervisionMode::Whisper));
    bench
        .conductor
        .event(events::read(&format!(r#"{{"type":"StasisStart","channel":{{"id":"{SUPERVISOR}"}}}}"#)).unwrap());
    let snoops = bench.conductor.take_out().into_iter().find_map(|out| match out {
        Out::Request(request) if request.uri.contains("/snoop/") => Some(request.id),
        _ => None,
    });
    bench.last = snoops.expect("a snooping channel is asked for");
    assert_eq!(bench.answer(500)[0], "DELETE channels/SUPERVISOR");
}

#[test]
fn a_new_program_finds_the_supervisors_of_the_old_one() {
    let mut bench = Bench::new();
    let info = |id: &str, name: &str, dialog: &str| events::ChannelInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        state: "Up".to_owned(),
        channelvars: [(DIALOG_VARIABLE.to_owned(), dialog.to_owned())].into(),
        ..Default::default()
    };
    let (phone, supervisor) = (PHONE_LINE.to_string(), SUPERVISOR.to_string());
    let (whispers, mixes) = (snoop("whispers"), snoop("mixes"));
    let mark = AriPlan::default().mark(ROOM);
    let channels = [
        info(&phone, "PJSIP/1001-00000001", &mark),
        info(&supervisor, "PJSIP/1900-00000003", &mark),
        info(&whispers, "Snoop/x-00000001", ""),
        info(&mixes, "Snoop/x-00000002", ""),
    ];
    let rooms = [(ROOM, vec![phone, mixes]), (DialogId(SUPERVISOR.0), vec![supervisor, whispers])];
    bench.conductor.connected(&channels, &rooms);
    assert_eq!(
        bench.order(supervise(SupervisionMode::Whisper)),
        ["POST bridges/SUPERVISOR/addChannel SUPERVISOR", "POST bridges/ROOM/addChannel MIXES muted"],
        "nobody knows if they were muted"
    );
    // What nobody claims is ended; what snoops with nobody of ours is another program's.
    let all = vec!["DELETE channels/WHISPERS", "DELETE channels/SUPERVISOR", "DELETE channels/MIXES"];
    for (there, ended) in [(&channels[1..], all), (&channels[2..], vec![])] {
        let mut bench = Bench::new();
        bench.conductor.connected(there, &rooms[1..]);
        let mut said = Vec::new();
        for _ in 0..10 {
            bench.conductor.look_after_the_unclaimed();
            said.extend(bench.said().into_iter().filter(|said| said.contains("channels/")));
        }
        said.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(said, ended);
    }
}

#[test]
fn frames_that_are_not_known_or_broken_change_nothing() {
    let mut bench = Bench::talking();
    for frame in [
        r#"{"type":"ChannelVarset","variable":"x","value":"y"}"#,
        r#"{"type":"ChannelDestroyed","channel":{"id":"nobody"},"cause":16}"#,
        r#"{"type":"RESTResponse","request_id":"no number","status_code":500}"#,
        r#"{"type":"Dial","peer":{"id":"nobody"},"dialstatus":"ANSWER"}"#,
    ] {
        assert_eq!(bench.frame(frame), [] as [&str; 0], "{frame}");
    }
    for broken in ["", "{", "[]", r#"{"type":"StasisStart"}"#, r#"{"type":"Dial","peer":7}"#, "\u{0}"] {
        assert!(events::read(broken).is_err(), "{broken}");
    }
}

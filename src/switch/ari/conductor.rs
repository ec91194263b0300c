//! What has to be said to Asterisk so that lines and rooms become what the engine ordered. No socket, no clock: frames and
//! orders in, requests and news out.
//!
//! Orders change what is *wanted*: which lines there are, and in which room each is. Events and answers say what *is*.
//! `Conductor::tend` asks for the difference, again and again, so that a late event, a refused request or a connection
//! that broke in the middle need no path of their own.

mod coming_back;
mod hearing;
mod line;
mod recordings;
mod snoops;
mod supervisors;
mod tending;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use self::{
    line::{Asked, Line, Role, Stage},
    recordings::Tape,
};
use super::{
    AriPlan, causes,
    events::{AriEvent, ChannelInfo},
    plan::is_ours,
};
use crate::{
    domain::{
        attempt::{CallProgress, NotMade, Side},
        campaign::DetectionRules,
        dialog::Caller,
        ids::{ChannelId, DialogId},
        outcome::FailureCause,
        recording::Taped,
    },
    engine::output::{Destination, Order, Phone},
};

/// The channel variable that says in which dialog a line is: what a restarted program finds its calls by.
pub const DIALOG_VARIABLE: &str = "RAPPEL_DIALOG";
/// How long a keypad tone sounds, in milliseconds.
const DIGIT_MILLIS: u32 = 120;

/// What the telephone network tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Something happened to a line.
    Line {
        /// Which.
        channel_id: ChannelId,
        /// What.
        progress: CallProgress,
    },
    /// Somebody called a queue.
    Arrived {
        /// Their line.
        channel_id: ChannelId,
        /// The queue's name.
        queue: String,
        /// What the network tells of them.
        caller: Caller,
    },
}

/// A request to Asterisk.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What its answer is known by.
    pub id: u64,
    /// `GET`, `POST`, `DELETE`.
    pub method: &'static str,
    /// Without the leading slash.
    pub uri: String,
    /// The parameters.
    pub body: Option<Value>,
}

/// What the conductor says.
#[derive(Clone, Debug, PartialEq)]
pub enum Out {
    /// To Asterisk.
    Request(Request),
    /// To the teams.
    News(News),
}

/// Lines and rooms at one Asterisk.
#[derive(Debug)]
pub struct Conductor {
    plan: AriPlan,
    /// What this Asterisk is called.
    server: String,
    lines: BTreeMap<ChannelId, Line>,
    /// Rooms that were asked for.
    rooms: BTreeSet<DialogId>,
    /// The recordings that are wanted, by the line they are of.
    tapes: BTreeMap<ChannelId, Tape>,
    asked: BTreeMap<u64, Asked>,
    last_request: u64,
    out: VecDeque<Out>,
}

impl Conductor {
    /// Nothing is known yet of the Asterisk that is called so.
    pub fn new(plan: AriPlan, server: &str) -> Self {
        Self {
            plan,
            server: server.to_owned(),
            lines: BTreeMap::new(),
            rooms: BTreeSet::new(),
            tapes: BTreeMap::new(),
            asked: BTreeMap::new(),
            last_request: 0,
            out: VecDeque::new(),
        }
    }

    /// Takes what is to be said.
    pub fn take_out(&mut self) -> VecDeque<Out> {
        std::mem::take(&mut self.out)
    }

    /// Is this line there, or on its way? Whoever asks knows it.
    pub fn has(&mut self, channel_id: ChannelId) -> bool {
        self.claim(channel_id);
        let is_there = self.lines.contains_key(&channel_id);
        if !is_there {
            self.forget_tape(channel_id);
        }
        is_there
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    // What the engine orders.

    /// Takes an order.
    pub fn order(&mut self, order: &Order) {
        match order {
            Order::Dial { dialog_id, channel_id, phone, to } => {
                let after = phone.as_ref().map(|phone| self.want_phone(Some(*dialog_id), phone));
                self.want_dialled(*dialog_id, *channel_id, after, to);
            }
            Order::Connect { dialog_id, phone } => drop(self.want_phone(Some(*dialog_id), phone)),
            Order::Keep { phone } => self.keep(phone),
            Order::Hold { channel_id, .. } | Order::Leave { channel_id, .. } => self.want_in(*channel_id, None),
            Order::Admit { dialog_id, channel_id } | Order::Retrieve { dialog_id, channel_id } => {
                self.want_in(*channel_id, Some(*dialog_id));
            }
            Order::Supervise { channel_id, phone, mode } => self.want_supervisor(*channel_id, phone, *mode),
            Order::Join { from, into } => self.join(*from, *into),
            Order::SendDigit { channel_id, digit_id, digit, .. } => {
                let body = json!({ "dtmf": digit.as_char().to_string(), "duration": DIGIT_MILLIS });
                match self.lines.get(channel_id).map(|line| line.name.clone()) {
                    Some(name) => self.ask(
                        Asked::Digit(*channel_id, *digit_id),
                        "POST",
                        format!("channels/{name}/dtmf"),
                        Some(body),
                    ),
                    None => self.tell(*channel_id, CallProgress::Digit { digit_id: *digit_id, is_sent: false }),
                }
            }
            Order::Record { channel_id, path, is_paused, asked_at } => {
                self.want_tape(*channel_id, path, *is_paused, *asked_at);
            }
            Order::HangUp { channel_id } => self.hang_up(*channel_id),
            Order::EndOthers { keep, .. } => keep.iter().for_each(|id| self.claim(*id)),
        }
        self.tend();
    }

    fn want_phone(&mut self, room: Option<DialogId>, phone: &Phone) -> ChannelId {
        let role = Role::Phone { extension: phone.extension.clone() };
        self.lines.entry(phone.channel_id).or_insert_with(|| Line::new(phone.channel_id, role, Stage::Waiting)).room =
            room;
        phone.channel_id
    }

    /// A phone is wanted, in no room. That one of an earlier life is up was told to nobody, perhaps.
    fn keep(&mut self, phone: &Phone) {
        let id = self.want_phone(None, phone);
        self.claim(id);
        if self.lines.get(&id).is_some_and(|line| line.stage == Stage::Up) {
            self.tell(id, CallProgress::Connected);
        }
    }

    fn want_dialled(&mut self, dialog_id: DialogId, id: ChannelId, after: Option<ChannelId>, to: &Destination) {
        let role = match to {
            Destination::Customer { permit } => Role::Dialled {
                endpoint: self.plan.trunk(permit.number.as_str()),
                ring_seconds_max: permit.ring_seconds_max,
                caller_id: permit.caller_id.as_ref().map(|number| number.as_str().to_owned()),
                after,
                listens_for: permit.detection,
            },
            Destination::Placed { permit, ring_seconds_max } => Role::Dialled {
                endpoint: self.plan.endpoint(permit.target()),
                ring_seconds_max: *ring_seconds_max,
                caller_id: None,
                after,
                listens_for: DetectionRules::default(),
            },
        };
        self.lines.entry(id).or_insert_with(|| Line::new(id, role, Stage::Waiting)).room = Some(dialog_id);
    }

    fn want_in(&mut self, id: ChannelId, room: Option<DialogId>) {
        self.claim(id);
        if let Some(line) = self.lines.get_mut(&id) {
            line.room = room;
        }
    }

    /// Everybody in `from` is wanted in `into`; the other room is not needed any more.
    fn join(&mut self, from: DialogId, into: DialogId) {
        let moved: Vec<String> = self
            .lines
            .values_mut()
            .filter(|line| line.room == Some(from))
            .map(|line| {
                line.room = Some(into);
                line.name.clone()
            })
            .collect();
        for name in moved {
            let body = json!({ "variable": DIALOG_VARIABLE, "value": self.plan.mark(into) });
            self.ask(Asked::Anything, "POST", format!("channels/{name}/variable"), Some(body));
        }
    }

    fn hang_up(&mut self, id: ChannelId) {
        self.forget_tape(id);
        let Some(line) = self.lines.get_mut(&id) else {
            // A line of an earlier life, or none at all: the answer says which.
            return self.ask(Asked::End(id), "DELETE", format!("channels/{id}"), None);
        };
        match line.stage {
            Stage::Waiting if matches!(line.role, Role::Snoop { .. }) => drop(self.lines.remove(&id)),
            Stage::Waiting => {
                self.lines.remove(&id);
                self.tell(id, CallProgress::NotMade { why: NotMade::GivenUp });
            }
            Stage::Ending { .. } => self.end(id),
            Stage::Making | Stage::Made | Stage::Calling | Stage::Up => {
                line.stage = Stage::Ending { was_up: line.stage == Stage::Up };
                self.end(id);
            }
        }
    }

    fn end(&mut self, id: ChannelId) {
        if let Some(line) = self.lines.get(&id) {
            let uri = format!("channels/{}", line.name);
            self.ask(Asked::End(id), "DELETE", uri, None);
        }
    }

    // What Asterisk says.

    /// Takes an event.
    pub fn event(&mut self, event: AriEvent) {
        match event {
            AriEvent::StasisStart { channel, args } => self.in_application(&channel, &args),
            AriEvent::RecordingStarted { recording } => self.tape_told(&recording, Taped::Runs),
            AriEvent::RecordingFailed { recording } => self.tape_told(&recording, Taped::Failed),
            AriEvent::ChannelDestroyed { channel, cause, tech_cause } => {
                if let Some(id) = self.line_of(&channel.id) {
                    self.gone(id, causes::not_made(cause, tech_cause));
                }
            }
            AriEvent::ChannelStateChange { channel } => {
                if let Some(id) = self.line_of(&channel.id)
                    && channel.state == "Up"
                {
                    self.is_up(id);
                }
            }
            AriEvent::Dial { peer, dialstatus } => {
                if let Some(id) = self.line_of(&peer.id) {
                    match dialstatus.as_str() {
                        "RINGING" | "PROGRESS" => self.rings(id),
                        "ANSWER" => self.is_up(id),
                        _ => {}
                    }
                }
            }
            AriEvent::RestResponse { request_id, status_code, .. } => {
                if let Some(asked) = request_id.parse().ok().and_then(|id: u64| self.asked.remove(&id)) {
                    self.answered(asked, status_code);
                }
            }
            // Of a channel that snoops Asterisk says no more than that.
            AriEvent::StasisEnd { channel } => {
                if let Some(id) = self.line_of(&channel.id).filter(|id| self.is_snoop(*id)) {
                    self.gone(id, NotMade::GivenUp);
                }
            }
            AriEvent::ChannelToneDetected { channel } => self.hears_tone(&channel),
            AriEvent::ContactStatusChange { .. }
            | AriEvent::EndpointStateChange { .. }
            | AriEvent::ApplicationReplaced {}
            | AriEvent::Other => {}
        }
        self.tend();
    }

    fn line_of(&self, name: &str) -> Option<ChannelId> {
        let id = self.plan.channel_id(name);
        self.lines.contains_key(&id).then_some(id)
    }

    fn in_application(&mut self, channel: &ChannelInfo, args: &[String]) {
        let id = self.plan.channel_id(&channel.id);
        let Some(line) = self.lines.get_mut(&id) else {
            if !self.listens(&channel.id, args) {
                self.arrives(id, channel, args);
            }
            return;
        };
        match (line.stage, &line.role) {
            (Stage::Making, Role::Phone { .. } | Role::Supervisor { .. } | Role::Snoop { .. }) => self.is_up(id),
            (Stage::Making, Role::Dialled { .. } | Role::Caller) => line.stage = Stage::Made,
            // It came to be after it was asked to end.
            (Stage::Ending { .. }, _) => self.end(id),
            (Stage::Waiting | Stage::Made | Stage::Calling | Stage::Up, _) => {}
        }
    }

    /// Somebody called a queue: `Stasis(APPLICATION,inbound,QUEUE)`.
    fn arrives(&mut self, id: ChannelId, channel: &ChannelInfo, args: &[String]) {
        let [how, queue, ..] = args else { return };
        // A line that we named ourselves is nobody who calls, whatever a frame says.
        if how != "inbound" || is_ours(&channel.id) {
            return;
        }
        let mut line = Line::new(id, Role::Caller, Stage::Up);
        line.name.clone_from(&channel.id);
        self.lines.insert(id, line);
        // Without this Asterisk would not tell when the channel is gone.
        let uri = format!("applications/{}/subscription", self.plan.application);
        let body = json!({ "eventSource": format!("channel:{}", channel.id) });
        self.ask(Asked::Anything, "POST", uri, Some(body));
        self.ask(Asked::Anything, "POST", format!("channels/{}/answer", channel.id), None);
        let caller = Caller { number: self.plan.read_caller(&channel.caller.number), ..Caller::default() };
        self.out.push_back(Out::News(News::Arrived { channel_id: id, queue: queue.clone(), caller }));
    }

    fn rings(&mut self, id: ChannelId) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.stage == Stage::Calling && !std::mem::replace(&mut line.rings, true) {
            self.tell(id, CallProgress::Ringing);
        }
    }

    fn is_up(&mut self, id: ChannelId) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        match line.stage {
            Stage::Making | Stage::Made | Stage::Calling => {
                line.stage = Stage::Up;
                if !self.is_snoop(id) {
                    self.tell(id, CallProgress::Connected);
                    self.listen_for_machine(id);
                }
            }
            Stage::Waiting | Stage::Up | Stage::Ending { .. } => {}
        }
    }

    /// A line is gone, for whatever reason.
    fn gone(&mut self, id: ChannelId, why: NotMade) {
        self.forget_tape(id);
        let Some(line) = self.lines.remove(&id) else { return };
        if matches!(line.role, Role::Snoop { .. }) {
            return;
        }
        let progress = match line.stage {
            Stage::Ending { was_up: true } => CallProgress::HungUp { by: Side::Agent },
            Stage::Ending { was_up: false } => CallProgress::NotMade { why: NotMade::GivenUp },
            Stage::Up => CallProgress::HungUp { by: if line.is_phone() { Side::Agent } else { Side::Customer } },
            Stage::Waiting | Stage::Making | Stage::Made | Stage::Calling => {
                CallProgress::NotMade { why: if line.is_phone() { PHONE } else { why } }
            }
        };
        self.tell(id, progress);
        self.forget_those_after(id);
    }

    /// Whoever was to be called from a phone that never came is not called.
    fn forget_those_after(&mut self, phone: ChannelId) {
        let waits = |line: &Line| {
            line.stage == Stage::Waiting
                && matches!(line.role, Role::Dialled { after: Some(after), .. } if after == phone)
        };
        let waiting: Vec<ChannelId> = self.lines.iter().filter(|(_, line)| waits(line)).map(|(id, _)| *id).collect();
        for id in waiting {
            self.lines.remove(&id);
            self.tell(id, CallProgress::NotMade { why: PHONE });
        }
    }

    fn answered(&mut self, asked: Asked, status: u16) {
        let is_good = (200..300).contains(&status);
        match asked {
            Asked::Digit(channel_id, digit_id) => {
                self.tell(channel_id, CallProgress::Digit { digit_id, is_sent: is_good });
            }
            Asked::Tape(_) | Asked::Pause(..) => self.tape_answered(asked, status),
            _ if is_good => {}
            Asked::Make(id) if self.is_snoop(id) => self.not_snooped(id),
            // Asterisk says 500 where an endpoint or a trunk cannot be reached.
            Asked::Make(id) => self.gone(id, NETWORK),
            Asked::Call(id) => {
                self.end(id);
                self.gone(id, NETWORK);
            }
            Asked::Join(id, room) => {
                // It is not in our application yet, or the room is gone: what comes next asks again.
                if status == 404 {
                    self.rooms.remove(&room);
                }
                if let Some(line) = self.lines.get_mut(&id)
                    && line.joined == Some(room)
                {
                    line.joined = None;
                }
            }
            Asked::End(id) if status == 404 => match self.lines.get(&id).map(|line| line.stage) {
                // What was asked for is not there yet: it is ended when it comes.
                Some(Stage::Ending { was_up: false }) if self.is_being_made(id) => {}
                Some(_) => self.gone(id, NotMade::GivenUp),
                None => self.tell(id, CallProgress::HungUp { by: Side::Agent }),
            },
            Asked::End(_) | Asked::Anything => {}
        }
    }

    fn is_being_made(&self, id: ChannelId) -> bool {
        self.asked.values().any(|asked| *asked == Asked::Make(id))
    }

    // Small things.

    fn ask(&mut self, asked: Asked, method: &'static str, uri: String, body: Option<Value>) {
        self.last_request += 1;
        let id = self.last_request;
        self.asked.insert(id, asked);
        self.out.push_back(Out::Request(Request { id, method, uri, body }));
    }

    fn tell(&mut self, channel_id: ChannelId, progress: CallProgress) {
        self.out.push_back(Out::News(News::Line { channel_id, progress }));
    }
}

const PHONE: NotMade = NotMade::Failed(FailureCause::AgentPhone);
const NETWORK: NotMade = NotMade::Failed(FailureCause::Network);

#[cfg(test)]
mod noise;
#[cfg(test)]
mod recording_tests;
#[cfg(test)]
mod tests;

//! A telephone network of seeded people, for the demo, the simulator and the tests. It takes the time as an argument, so it
//! runs in real and in virtual time alike; it makes no sound, and nothing here reaches a telephone.

pub mod people;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use self::people::{Fate, People, Who};
use crate::{
    domain::{
        attempt::{CallProgress, Heard, NotMade, Side},
        campaign::DetectionRules,
        ids::{ChannelId, DialogId},
        outcome::FailureCause,
        recording::Taped,
        supervision::SupervisionMode,
    },
    engine::output::{Destination, Order, Phone},
    ports::{Switch, SwitchError},
};

/// An agent's phone answers by itself.
const PHONE_ANSWERS_AFTER: SignedDuration = SignedDuration::from_millis(1_500);
/// So long it takes to see that an agent's phone is dead.
const PHONE_DEAD_AFTER: SignedDuration = SignedDuration::from_secs(15);
/// So long it listens before it has a guess who answered.
const GUESSES_AFTER: SignedDuration = SignedDuration::from_millis(1_800);

/// What a recording says of where it is.
const SERVER: &str = "simulated";

/// What the network tells, of which line.
pub type Told = (ChannelId, CallProgress);

/// Where a line is with itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It is being made.
    Calling,
    /// A caller who has met nobody yet.
    Waiting,
    /// Whoever is at it can talk and hear.
    Up,
}

/// A line that lives.
#[derive(Clone, Debug)]
struct Line {
    stage: Stage,
    /// The dialog whose people it hears.
    room: Option<DialogId>,
    /// The extension, if it is a phone of the house.
    phone: Option<String>,
    /// The agent's phone that a supervisor's goes along with.
    beside: Option<(ChannelId, SupervisionMode)>,
}

impl Line {
    fn new(stage: Stage, room: Option<DialogId>, phone: Option<String>) -> Self {
        Self { stage, room, phone, beside: None }
    }
}

/// The recording of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tape {
    /// Its file.
    pub path: String,
    /// Is it kept off the tape?
    pub is_paused: bool,
}

/// The network itself: lines, the rooms they are in, and what will happen to them.
#[derive(Debug)]
pub struct Network {
    people: People,
    /// Lines that live.
    lines: BTreeMap<ChannelId, Line>,
    /// The recordings of lines that live.
    tapes: BTreeMap<ChannelId, Tape>,
    /// What happens when; the number keeps the order of what happens at one instant.
    plan: BTreeMap<(Timestamp, u64), Told>,
    planned: u64,
}

impl Network {
    /// A network of these people.
    pub fn new(people: People) -> Self {
        Self { people, lines: BTreeMap::new(), tapes: BTreeMap::new(), plan: BTreeMap::new(), planned: 0 }
    }

    /// Takes an order. A second `Dial` of one line changes nothing, nor does an order about a line that is gone.
    pub fn order(&mut self, now: Timestamp, order: &Order) {
        match order {
            Order::Dial { dialog_id, channel_id, phone, to } => {
                if !self.lines.contains_key(channel_id) {
                    let rings_phone = phone.as_ref().is_some_and(|phone| self.bring(now, phone, *dialog_id, Stage::Up));
                    self.lines.insert(*channel_id, Line::new(Stage::Calling, Some(*dialog_id), None));
                    let (fate, ring_seconds_max, listens_for) = self.fate(*channel_id, to);
                    match fate {
                        Fate::AgentPhoneDead if rings_phone => self.phone_is_dead(now, *channel_id, phone.as_ref()),
                        fate => {
                            self.plan_call(now, *channel_id, fate, ring_seconds_max, listens_for);
                            if let Some(phone) = phone.as_ref().filter(|_| rings_phone) {
                                self.will(now + PHONE_ANSWERS_AFTER, phone.channel_id, CallProgress::Connected);
                            }
                        }
                    }
                }
            }
            Order::Connect { dialog_id, phone } => {
                if self.bring(now, phone, *dialog_id, Stage::Calling) {
                    self.will(now + PHONE_ANSWERS_AFTER, phone.channel_id, CallProgress::Connected);
                }
            }
            Order::Keep { phone } => self.keep(now, phone),
            Order::Admit { dialog_id, channel_id } | Order::Retrieve { dialog_id, channel_id } => {
                self.move_to(now, *channel_id, *dialog_id);
            }
            Order::Hold { channel_id, .. } => {
                if let Some(line) = self.lines.get_mut(channel_id) {
                    line.room = None;
                }
            }
            Order::Leave { dialog_id, channel_id } => {
                if let Some(line) = self.lines.get_mut(channel_id).filter(|line| line.room == Some(*dialog_id)) {
                    line.room = None;
                }
            }
            Order::Join { from, into } => {
                for line in self.lines.values_mut().filter(|line| line.room == Some(*from)) {
                    line.room = Some(*into);
                }
                self.meet(now, *into);
            }
            Order::Supervise { channel_id, phone, mode } => self.supervise(now, *channel_id, phone, *mode),
            Order::SendDigit { channel_id, digit_id, .. } => {
                let is_sent = self.lines.get(channel_id).is_some_and(|line| line.stage == Stage::Up);
                let progress = CallProgress::Digit { digit_id: *digit_id, is_sent };
                self.will(now + SignedDuration::from_millis(200), *channel_id, progress);
            }
            Order::Record { channel_id, path, is_paused, asked_at } => {
                self.record(now, *channel_id, Tape { path: path.clone(), is_paused: *is_paused }, *asked_at);
            }
            Order::HangUp { channel_id } => self.hang_up(now, *channel_id),
            Order::EndOthers { keep, .. } => {
                // A caller of whom no engine knows yet is told again, not ended.
                let is_new = |line: &Line| line.stage == Stage::Waiting && line.room.is_none();
                let others = self.lines.iter().filter(|(id, line)| !keep.contains(id) && !is_new(line));
                let others: Vec<ChannelId> = others.map(|(id, _)| *id).collect();
                for id in others {
                    self.hang_up(now, id);
                }
            }
        }
    }

    /// A caller is on the line, until they hang up.
    pub fn arrives(&mut self, now: Timestamp, id: ChannelId, patience: SignedDuration) {
        if let Entry::Vacant(line) = self.lines.entry(id) {
            line.insert(Line::new(Stage::Waiting, None, None));
            self.will(now + patience, id, CallProgress::HungUp { by: Side::Customer });
        }
    }

    /// Records a line, or keeps it off the tape. Some recordings cannot be made.
    fn record(&mut self, now: Timestamp, id: ChannelId, tape: Tape, asked_at: Timestamp) {
        if !self.lines.contains_key(&id) {
            return;
        }
        let taped = if self.people.recording_fails(id) {
            Taped::Failed
        } else {
            let taped = if tape.is_paused { Taped::Pauses } else { Taped::Runs };
            self.tapes.insert(id, tape);
            taped
        };
        let server = SERVER.to_owned();
        self.will(now + SignedDuration::from_millis(100), id, CallProgress::Recording { server, taped, asked_at });
    }

    /// Somebody puts the phone at this extension down. False if it was not up.
    pub fn drops(&mut self, now: Timestamp, extension: &str) -> bool {
        let phone = self.lines.iter().find(|(_, line)| line.phone.as_deref() == Some(extension));
        let Some(id) = phone.map(|(id, _)| *id) else { return false };
        self.lines.remove(&id);
        self.forget(id);
        self.will(now, id, CallProgress::HungUp { by: Side::Agent });
        true
    }

    /// Brings an agent's phone into a room. True if its line is new.
    fn bring(&mut self, now: Timestamp, phone: &Phone, room: DialogId, stage: Stage) -> bool {
        let is_new = !self.lines.contains_key(&phone.channel_id);
        if is_new {
            self.lines.insert(phone.channel_id, Line::new(stage, Some(room), Some(phone.extension.clone())));
        }
        self.move_to(now, phone.channel_id, room);
        is_new
    }

    /// An agent's phone is in no room. It is rung if its line is new, and some do not answer.
    fn keep(&mut self, now: Timestamp, phone: &Phone) {
        let id = phone.channel_id;
        if let Some(line) = self.lines.get_mut(&id) {
            line.room = None;
            if line.stage == Stage::Up {
                self.will(now, id, CallProgress::Connected);
            }
            return;
        }
        self.lines.insert(id, Line::new(Stage::Calling, None, Some(phone.extension.clone())));
        if self.people.phone_is_dead(id) {
            let why = NotMade::Failed(FailureCause::AgentPhone);
            self.will(now + PHONE_DEAD_AFTER, id, CallProgress::NotMade { why });
        } else {
            self.will(now + PHONE_ANSWERS_AFTER, id, CallProgress::Connected);
        }
    }

    /// A supervisor's phone goes along with an agent's.
    fn supervise(&mut self, now: Timestamp, agents: ChannelId, phone: &Phone, mode: SupervisionMode) {
        if !self.lines.contains_key(&agents) {
            return;
        }
        if let Entry::Vacant(line) = self.lines.entry(phone.channel_id) {
            line.insert(Line::new(Stage::Calling, None, Some(phone.extension.clone())));
            self.will(now + PHONE_ANSWERS_AFTER, phone.channel_id, CallProgress::Connected);
        }
        if let Some(line) = self.lines.get_mut(&phone.channel_id) {
            line.beside = Some((agents, mode));
        }
    }

    fn move_to(&mut self, now: Timestamp, id: ChannelId, room: DialogId) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.room = Some(room);
            self.meet(now, room);
        }
    }

    /// A caller whom somebody meets in the room waits no longer: they talk for a while.
    fn meet(&mut self, now: Timestamp, room: DialogId) {
        let here = |line: &&Line| line.room == Some(room);
        if !self.lines.values().filter(here).any(|line| line.stage == Stage::Up) {
            return;
        }
        let waits = |(_, line): &(&ChannelId, &mut Line)| line.room == Some(room) && line.stage == Stage::Waiting;
        let mut met = Vec::new();
        for (id, line) in self.lines.iter_mut().filter(waits) {
            line.stage = Stage::Up;
            met.push(*id);
        }
        for id in met {
            self.forget(id);
            let talks = self.people.caller_talks(id);
            self.will(now + talks, id, CallProgress::HungUp { by: Side::Customer });
        }
    }

    fn fate(&self, channel_id: ChannelId, to: &Destination) -> (Fate, u32, DetectionRules) {
        match to {
            Destination::Customer { permit } => {
                (self.people.fate(channel_id, permit.number.as_str()), permit.ring_seconds_max, permit.detection)
            }
            Destination::Placed { ring_seconds_max, .. } => {
                (self.people.placed_fate(channel_id), *ring_seconds_max, DetectionRules::default())
            }
        }
    }

    fn phone_is_dead(&mut self, now: Timestamp, id: ChannelId, phone: Option<&Phone>) {
        if let Some(phone) = phone {
            self.lines.remove(&phone.channel_id);
        }
        let why = NotMade::Failed(FailureCause::AgentPhone);
        self.will(now + PHONE_DEAD_AFTER, id, CallProgress::NotMade { why });
    }

    fn plan_call(
        &mut self,
        now: Timestamp,
        id: ChannelId,
        fate: Fate,
        ring_seconds_max: u32,
        listens_for: DetectionRules,
    ) {
        // The agent's phone answers by itself, then the customer's begins to ring.
        let rings_at = now + PHONE_ANSWERS_AFTER;
        let not_made = |why| CallProgress::NotMade { why };
        match fate {
            Fate::Invalid => self.will(rings_at, id, not_made(NotMade::InvalidNumber)),
            Fate::Busy => self.will(rings_at, id, not_made(NotMade::Busy)),
            Fate::Congestion => self.will(rings_at, id, not_made(NotMade::Failed(FailureCause::Congestion))),
            Fate::Declined => {
                self.will(rings_at, id, CallProgress::Ringing);
                let at = rings_at + SignedDuration::from_secs(4);
                self.will(at, id, not_made(NotMade::Failed(FailureCause::Declined)));
            }
            // A phone that is up is not dead.
            Fate::RingsOut | Fate::AgentPhoneDead => {
                self.will(rings_at, id, CallProgress::Ringing);
                self.will(rings_at + seconds(ring_seconds_max), id, not_made(NotMade::NoAnswer));
            }
            Fate::Answers { after, talks, who } => {
                self.will(rings_at, id, CallProgress::Ringing);
                if after > seconds(ring_seconds_max) {
                    return self.will(rings_at + seconds(ring_seconds_max), id, not_made(NotMade::NoAnswer));
                }
                self.will(rings_at + after, id, CallProgress::Connected);
                if let Some(what) = guess(who, listens_for) {
                    self.will(rings_at + after + GUESSES_AFTER, id, CallProgress::Heard { what });
                }
                self.will(rings_at + after + talks, id, CallProgress::HungUp { by: Side::Customer });
            }
        }
    }

    fn will(&mut self, at: Timestamp, id: ChannelId, progress: CallProgress) {
        self.planned += 1;
        self.plan.insert((at, self.planned), (id, progress));
    }

    /// Nothing more happens to a line; a tone on its way is answered all the same.
    fn forget(&mut self, id: ChannelId) {
        self.plan.retain(|_, (of, progress)| *of != id || matches!(progress, CallProgress::Digit { .. }));
    }

    fn hang_up(&mut self, now: Timestamp, id: ChannelId) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        line.room = None;
        let progress = match line.stage {
            // Nobody asks what became of a phone that was put down.
            _ if line.phone.is_some() => {
                self.lines.remove(&id);
                return self.forget(id);
            }
            Stage::Calling => CallProgress::NotMade { why: NotMade::GivenUp },
            Stage::Waiting | Stage::Up => CallProgress::HungUp { by: Side::Agent },
        };
        self.forget(id);
        self.will(now + SignedDuration::from_millis(50), id, progress);
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.plan.first_key_value().map(|((at, _), _)| *at)
    }

    /// What has happened by `now`.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Told> {
        let mut due = Vec::new();
        while let Some(entry) = self.plan.first_entry() {
            let at = entry.key().0;
            if at > now {
                break;
            }
            let (id, progress) = entry.remove();
            match progress {
                CallProgress::HungUp { .. } | CallProgress::NotMade { .. } => {
                    self.lines.remove(&id);
                    self.tapes.remove(&id);
                }
                CallProgress::Connected => self.comes_up(at, id),
                CallProgress::Ringing
                | CallProgress::Digit { .. }
                | CallProgress::Heard { .. }
                | CallProgress::Recording { .. } => {}
            }
            due.push((id, progress));
        }
        due
    }

    fn comes_up(&mut self, at: Timestamp, id: ChannelId) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.stage = Stage::Up;
            if let Some(room) = line.room {
                self.meet(at, room);
            }
        }
    }

    /// Is this line alive?
    pub fn has(&self, id: ChannelId) -> bool {
        self.lines.contains_key(&id)
    }

    /// Every line that lives, with the room it is in. A supervisor who joined is where the agent is; one who listens or
    /// whispers is in no room.
    pub fn lines(&self) -> BTreeMap<ChannelId, Option<DialogId>> {
        let room = |line: &Line| match line.beside {
            Some((agents, SupervisionMode::Join)) => self.lines.get(&agents)?.room,
            Some((_, SupervisionMode::Listen | SupervisionMode::Whisper)) => None,
            None => line.room,
        };
        self.lines.iter().map(|(id, line)| (*id, room(line))).collect()
    }

    /// The recordings of lines that live.
    pub fn tapes(&self) -> &BTreeMap<ChannelId, Tape> {
        &self.tapes
    }

    /// The people.
    pub fn people(&self) -> &People {
        &self.people
    }
}

/// What a switch that listens for this takes them for, who answered.
fn guess(who: Who, listens_for: DetectionRules) -> Option<Heard> {
    match who {
        Who::Machine => listens_for.answering_machine.then_some(Heard::AnsweringMachine),
        Who::Fax => listens_for.fax.then_some(Heard::Fax),
        Who::Person(_) => None,
    }
}

fn seconds(count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(count))
}

/// The network behind the seam that every switch has. Whoever owns it moves it along with [`SimulatedSwitch::take_due`].
#[derive(Clone, Debug)]
pub struct SimulatedSwitch {
    network: Arc<Mutex<Network>>,
    changed: Arc<Notify>,
}

impl SimulatedSwitch {
    /// A switch to these people.
    pub fn new(people: People) -> Self {
        Self { network: Arc::new(Mutex::new(Network::new(people))), changed: Arc::default() }
    }

    fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.network().next_at()
    }

    /// What has happened by `now`.
    pub fn take_due(&self, now: Timestamp) -> Vec<Told> {
        self.network().take_due(now)
    }

    /// A caller is on the line, until they lose patience.
    pub fn arrives(&self, now: Timestamp, channel_id: ChannelId, patience: SignedDuration) {
        self.network().arrives(now, channel_id, patience);
        self.changed.notify_one();
    }

    /// Somebody puts the phone at this extension down. False if it was not up.
    pub fn drops(&self, now: Timestamp, extension: &str) -> bool {
        let dropped = self.network().drops(now, extension);
        self.changed.notify_one();
        dropped
    }

    /// Every line that lives, with the room it is in: who is in one room, hears each other.
    pub fn lines(&self) -> BTreeMap<ChannelId, Option<DialogId>> {
        self.network().lines()
    }

    /// The recordings of lines that live.
    pub fn tapes(&self) -> BTreeMap<ChannelId, Tape> {
        self.network().tapes().clone()
    }

    /// Waits until an order came, which may change [`SimulatedSwitch::next_at`].
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Switch for SimulatedSwitch {
    async fn order(&self, now: Timestamp, order: &Order) -> Result<(), SwitchError> {
        self.network().order(now, order);
        self.changed.notify_one();
        Ok(())
    }

    async fn alive(&self, _now: Timestamp, channels: &[ChannelId]) -> Vec<ChannelId> {
        let network = self.network();
        channels.iter().copied().filter(|id| network.has(*id)).collect()
    }
}

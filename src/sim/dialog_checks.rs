//! The invariants of dialogs and lines: who talks with whom, who waits for whom, and that everything ends. Asked from what
//! was committed and ordered, and from the lines that the switch really has.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        dialog::{Dialog, DialogKind, Participant, ParticipantState, Who},
        event::Event,
        ids::{AgentId, AttemptId, ChannelId, ContactId, DialogId, DigitId, ReservationId},
    },
    engine::{
        output::{Changes, Order},
        session::Session,
    },
};

/// So long the engine may take to see that an agent's phone is gone whose end the switch did not tell: two of its looks at
/// the lines, and some news that came late.
const DEAD_PHONE_MAX: SignedDuration = SignedDuration::from_secs(90);

/// Who holds whom: agents and contacts of what is open.
type Held<Id> = BTreeMap<Id, (AgentId, ContactId)>;
/// Every line of the switch, with its room.
type Rooms = BTreeMap<ChannelId, Option<DialogId>>;
/// The number of the broken invariant, and how.
type Found = Option<(u8, String)>;

/// What these checks remember.
#[derive(Default)]
pub(super) struct DialogChecks {
    /// Dialogs that are not settled.
    dialogs: BTreeMap<DialogId, Dialog>,
    sessions: BTreeMap<AgentId, Session>,
    /// Lines that were made, and whose end was neither told nor ordered.
    lines: BTreeSet<ChannelId>,
    /// Those of them that are agents' phones.
    phones: BTreeSet<ChannelId>,
    /// Keypad tones on their way, and those that are not any more.
    digits: BTreeMap<DigitId, bool>,
    /// Phones that an agent talks at and that the switch does not have, with since when.
    dead_phones: BTreeMap<ChannelId, Timestamp>,
}

impl DialogChecks {
    pub fn committed(&mut self, changes: &Changes) {
        for (id, dialog) in &changes.dialogs {
            if dialog.settled_at.is_some() {
                self.dialogs.remove(id);
            } else {
                self.dialogs.insert(*id, dialog.clone());
            }
        }
        for (id, session) in &changes.sessions {
            match session {
                Some(session) => drop(self.sessions.insert(*id, session.clone())),
                None => drop(self.sessions.remove(id)),
            }
        }
    }

    pub fn event(&mut self, event: &Event) -> Found {
        match event {
            Event::DigitRequested { digit_id, .. } => {
                let before = self.digits.insert(*digit_id, true);
                before.map(|_| (12, format!("tone {digit_id} was asked for twice")))
            }
            Event::DigitAnswered { digit_id, .. } => match self.digits.insert(*digit_id, false) {
                Some(true) => None,
                Some(false) => Some((12, format!("tone {digit_id} was answered twice"))),
                None => Some((12, format!("tone {digit_id} was answered and not asked for"))),
            },
            _ => None,
        }
    }

    pub fn is_quiet(&self) -> bool {
        self.dialogs.is_empty()
    }

    /// The switch made the lines of this order, or was asked to end one.
    pub fn ordered(&mut self, order: &Order, is_taken: bool) {
        match order {
            Order::Dial { channel_id, phone, .. } if is_taken => {
                self.lines.insert(*channel_id);
                self.lines.extend(phone.as_ref().map(|phone| phone.channel_id));
                self.phones.extend(phone.as_ref().map(|phone| phone.channel_id));
            }
            Order::Connect { phone, .. } | Order::Keep { phone } if is_taken => {
                self.lines.insert(phone.channel_id);
                self.phones.insert(phone.channel_id);
            }
            Order::Supervise { phone, .. } if is_taken => drop(self.lines.insert(phone.channel_id)),
            Order::HangUp { channel_id } => drop(self.lines.remove(channel_id)),
            Order::EndOthers { keep, .. } => self.lines.retain(|id| keep.contains(id)),
            _ => {}
        }
    }

    pub fn line_is_there(&mut self, id: ChannelId) {
        self.lines.insert(id);
    }

    pub fn line_is_gone(&mut self, id: ChannelId) {
        self.lines.remove(&id);
    }

    /// What holds whenever the engine rests.
    pub fn at_rest(&self, now: Timestamp, previews: &Held<ReservationId>, attempts: &Held<AttemptId>) -> Found {
        let preview = previews.values().find(|(agent_id, _)| self.dialogs_of(*agent_id).next().is_some());
        if let Some((agent_id, _)) = preview {
            return Some((1, format!("agent {agent_id} has a preview and a dialog")));
        }
        let by_dialog = self.open().find_map(|dialog| {
            nobody_twice(dialog)
                .or_else(|| overdue(dialog, now))
                .or_else(|| self.alone(dialog, now))
                .or_else(|| has_attempt(dialog, attempts))
        });
        by_dialog
            .or_else(|| self.left_over())
            .or_else(|| self.in_two())
            .or_else(|| self.same_contact(attempts))
            .or_else(|| self.ended(attempts))
    }

    /// What an agent has of a dialog is of one that they are in, or finish: else they would never be rid of it.
    fn left_over(&self) -> Found {
        self.sessions.values().find_map(|session| {
            let is_in = |id: &DialogId| self.dialogs.get(id).is_some_and(|d| d.state_of(session.agent_id).is_some());
            let tones = session.digits.iter().map(|digit| digit.dialog_id);
            let strange = session.keypad.iter().map(|keypad| keypad.dialog_id).chain(tones).find(|id| !is_in(id));
            let lost = session.wrap_up.map(|wrap_up| wrap_up.dialog_id).filter(|id| !self.dialogs.contains_key(id));
            let id = strange.or(lost)?;
            Some((7, format!("agent {} has something left of dialog {id}", session.agent_id)))
        })
    }

    fn open(&self) -> impl Iterator<Item = &Dialog> {
        self.dialogs.values().filter(|dialog| dialog.ended_at.is_none())
    }

    fn dialogs_of(&self, agent_id: AgentId) -> impl Iterator<Item = &Dialog> {
        self.open().filter(move |dialog| dialog.state_of(agent_id).is_some())
    }

    /// An agent talks in one room at most, a line is in one dialog.
    fn in_two(&self) -> Found {
        let (mut talks, mut lines) = (BTreeSet::new(), BTreeSet::new());
        for Participant { who, state } in self.open().flat_map(|dialog| &dialog.participants) {
            let is_new = match who {
                Who::Agent { agent_id } => !is_at_phone(*state) || talks.insert(*agent_id),
                Who::Customer { channel_id } | Who::Other { channel_id, .. } => lines.insert(*channel_id),
            };
            if !is_new {
                return Some((9, format!("{who:?} is in two dialogs at once")));
            }
        }
        None
    }

    /// A customer is with somebody, or on hold by an agent at work, or waits until a deadline.
    fn alone(&self, dialog: &Dialog, now: Timestamp) -> Found {
        let customer = dialog.customer()?;
        let cared_for = dialog.participants.iter().any(|p| match p.state {
            ParticipantState::Active => p.who.channel_id() != Some(customer),
            ParticipantState::Held => p.who.agent_id().is_some_and(|id| self.sessions.contains_key(&id)),
            ParticipantState::Waiting { until_at, .. }
            | ParticipantState::Offered { until_at }
            | ParticipantState::Connecting { until_at }
            | ParticipantState::Dialing { until_at }
            | ParticipantState::Ringing { until_at }
            | ParticipantState::Leaving { until_at, .. } => until_at > now,
        });
        if cared_for { None } else { Some((10, format!("the customer of dialog {} is left alone", dialog.id))) }
    }

    /// A contact is in one conversation.
    fn same_contact(&self, attempts: &Held<AttemptId>) -> Found {
        let mut contacts = BTreeSet::new();
        let held = self.open().filter_map(attempt_of).filter_map(|id| attempts.get(&id)).map(|(_, contact)| contact);
        for contact in held {
            if !contacts.insert(contact) {
                return Some((1, format!("contact {contact} is in two dialogs")));
            }
        }
        None
    }

    /// An open attempt has its dialog.
    fn ended(&self, attempts: &Held<AttemptId>) -> Found {
        let lost = attempts.keys().find(|id| !self.dialogs.contains_key(&DialogId::from(**id)))?;
        Some((11, format!("attempt {lost} is open and its dialog is not")))
    }

    /// An agent has one phone at most, and none when they are not at work.
    pub fn phones(&mut self, rooms: &Rooms) -> Found {
        self.phones.retain(|line| self.lines.contains(line));
        let theirs: BTreeSet<ChannelId> = self.sessions.values().filter_map(|session| session.channel_id).collect();
        let strange = self.phones.iter().find(|line| rooms.contains_key(line) && !theirs.contains(line))?;
        Some((14, format!("phone {strange} is connected and is no agent's who is at work")))
    }

    /// Those hear each other who are in one dialog, and nobody else.
    pub fn rooms(&mut self, now: Timestamp, rooms: &Rooms) -> Found {
        let mut expected: BTreeMap<ChannelId, DialogId> = BTreeMap::new();
        let mut dead = BTreeSet::new();
        for dialog in self.open() {
            for Participant { who, state } in &dialog.participants {
                let phone = who.agent_id().and_then(|id| self.sessions.get(&id)).and_then(|s| s.channel_id);
                let Some(line) = who.channel_id().or(phone) else { continue };
                let is_connected = matches!(state, ParticipantState::Active | ParticipantState::Waiting { .. });
                if is_connected && rooms.get(&line).is_some_and(|room| *room != Some(dialog.id)) {
                    return Some((9, format!("{who:?} does not hear dialog {}", dialog.id)));
                }
                if who.agent_id().is_none() || is_at_phone(*state) {
                    expected.insert(line, dialog.id);
                    // A supervisor is where the agent is.
                    let session = who.agent_id().and_then(|id| self.sessions.get(&id));
                    let supervision = session.and_then(|session| session.supervision.as_ref());
                    expected.extend(supervision.map(|supervision| (supervision.channel_id, dialog.id)));
                }
                if *state == ParticipantState::Active
                    && phone.is_some()
                    && talks_outside(dialog)
                    && !rooms.contains_key(&line)
                {
                    dead.insert(line);
                }
            }
        }
        let overhears = rooms.iter().find(|(line, room)| {
            room.is_some_and(|room| self.lines.contains(line) && expected.get(line) != Some(&room))
        });
        if let Some((line, room)) = overhears {
            return Some((9, format!("line {line} hears {room:?}, where it does not belong")));
        }
        self.dead_phones.retain(|line, _| dead.contains(line));
        for line in dead {
            let since = *self.dead_phones.entry(line).or_insert(now);
            if now.duration_since(since) > DEAD_PHONE_MAX {
                return Some((10, format!("phone {line} is gone since {since}, and somebody outside talks with it")));
            }
        }
        None
    }

    /// Long after the last shift: everything ended.
    pub fn everything_ended(&self, lines_of_switch: usize) -> Found {
        let (dialogs, lines) = (self.dialogs.len(), self.lines.len());
        let digits = self.digits.values().filter(|on_its_way| **on_its_way).count();
        if (dialogs, lines, digits, lines_of_switch) == (0, 0, 0, 0) {
            return None;
        }
        let problem = format!(
            "{dialogs} dialogs, {lines} lines and {digits} tones have no end, the switch has {lines_of_switch} lines"
        );
        Some((11, problem))
    }
}

fn attempt_of(dialog: &Dialog) -> Option<AttemptId> {
    if let DialogKind::Outbound { attempt_id } = dialog.kind { Some(attempt_id) } else { None }
}

fn is_at_phone(state: ParticipantState) -> bool {
    matches!(state, ParticipantState::Active | ParticipantState::Connecting { .. })
}

fn talks_outside(dialog: &Dialog) -> bool {
    dialog.participants.iter().any(|p| p.who.channel_id().is_some() && p.state == ParticipantState::Active)
}

/// Nobody is in a dialog twice.
fn nobody_twice(dialog: &Dialog) -> Found {
    let mut agents: Vec<AgentId> = dialog.agents().collect();
    let count = agents.len();
    agents.sort_unstable();
    agents.dedup();
    if agents.len() == count { None } else { Some((9, format!("somebody is in dialog {} twice", dialog.id))) }
}

/// No deadline is passed over. A caller whom somebody is about to answer waits a little longer.
fn overdue(dialog: &Dialog, now: Timestamp) -> Found {
    let about_to = dialog
        .participants
        .iter()
        .any(|p| matches!(p.state, ParticipantState::Offered { .. } | ParticipantState::Connecting { .. }));
    let late = dialog.participants.iter().find(|p| {
        let waits = matches!(p.state, ParticipantState::Waiting { .. });
        p.state.until_at().is_some_and(|at| at <= now) && !(waits && about_to)
    })?;
    let number = if matches!(late.state, ParticipantState::Waiting { .. }) { 10 } else { 7 };
    Some((number, format!("dialog {}: {:?} is {:?}", dialog.id, late.who, late.state)))
}

/// A campaign's dialog ends with its attempt.
fn has_attempt(dialog: &Dialog, attempts: &Held<AttemptId>) -> Found {
    let attempt = attempt_of(dialog).filter(|id| !attempts.contains_key(id))?;
    Some((11, format!("dialog {} goes on after its attempt {attempt}", dialog.id)))
}

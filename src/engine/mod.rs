//! The dialer: sync, deterministic, owns the state of one team.
//!
//! [`Engine::handle`] takes one [`Input`] and the time, [`Engine::take_output`] gives what was decided since the last call.
//! The engine holds in memory who is at work and what is in progress; the contacts that wait are in the store and are
//! read ahead into a small hopper. Where a rule lives:
//!
//! | file | what it decides |
//! | --- | --- |
//! | `commands` | which command may be given in which state |
//! | `matching` | which contact goes to which Ready agent |
//! | `hopper` | what is read ahead, and when to look again |
//! | `reserving` | how a preview begins and ends |
//! | `calling` | lines at the switch, and the call of an accepted preview |
//! | `dialogs` | who comes to a dialog, who leaves, and what follows |
//! | `placing` | calls that agents make, and that colleagues answer |
//! | `consulting` | end, hold, retrieve, consult, conference, transfer |
//! | `standing` | phones that stay connected between calls |
//! | `supervising` | supervisors who listen, whisper and join |
//! | `keypad` | tones |
//! | `recording` | the recording of a campaign's call |
//! | `queueing` | callers of the service queues |
//! | `allowed` | what an agent may do now: the one place that says so |
//! | `wrapping` | the end of a call for its agents, and of the attempt |
//! | `calling_back` | promises: made, due, moved, held, missed |
//! | `deadlines` | what happens by itself |
//! | `restore` | going on after a stop |
//! | `view` | what an agent and a supervisor see |
//! | `waiting` | why a Ready agent gets nothing |
//! | `promise_view` | what would become of a promise before it is made |

mod allowed;
mod calling;
mod calling_back;
mod commands;
mod consulting;
mod deadlines;
mod dialogs;
mod hopper;
pub mod input;
mod keypad;
mod matching;
mod notices;
pub mod output;
mod placing;
pub mod promise_view;
mod queueing;
mod recording;
mod reserving;
mod restore;
pub mod session;
mod standing;
mod supervising;
pub mod view;
pub mod waiting;
mod wrapping;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};
use uuid::Uuid;

use self::{
    deadlines::{Deadline, Deadlines},
    dialogs::ChannelOf,
    hopper::Desk,
    input::{Candidate, Input},
    output::{Ask, ContactChange, Output, Ticket},
    session::{Activity, Session},
};
use crate::domain::{
    agent::{Agent, NextState},
    attempt::Attempt,
    callback::Callback,
    contact::{CloseReason, ContactState},
    dial_plan::DialPlan,
    dialog::{Dialog, DigitEnd, Left},
    eligibility,
    event::{Event, EventRecord},
    ids::{AgentId, AttemptId, CallbackId, CampaignId, ChannelId, ContactId, DialogId, QueueId, ReservationId, TeamId},
    queue::Queue,
    reason::Reason,
    reservation::Reservation,
    supervision::SupervisionEnd,
    zone::ZoneSet,
    zone_rules::ZoneRules,
};

/// The engine's own limits; what belongs to a campaign is in its rules.
#[derive(Clone, Debug)]
pub struct Settings {
    /// An agent who did not renew their presence for so many seconds is gone.
    pub presence_seconds: u32,
    /// The agent's phone may take so many seconds to answer before the customer is dialled.
    pub agent_phone_seconds: u32,
    /// The switch has so many seconds to confirm the end of a call.
    pub hang_up_seconds: u32,
    /// Every so many seconds of a call we ask the switch whether it still lives.
    pub audit_seconds: u32,
    /// How many days ahead a callback can be promised.
    pub callback_days_max: u32,
    /// Which numbers agents may dial.
    pub dial_plan: DialPlan,
    /// A colleague has so many seconds to answer.
    pub answer_seconds: u32,
    /// Whom an agent calls may let it ring for so many seconds.
    pub placed_ring_seconds: u32,
    /// So many keypad tones of an agent can be on their way at once.
    pub digits_outstanding_max: u32,
    /// The switch has so many seconds to say what became of a keypad tone.
    pub digit_seconds: u32,
    /// Agents see that a supervisor listens or whispers. That one joined they see in any case.
    pub agents_are_told: bool,
    /// An agent's phone is rung when they become Ready, and stays connected from call to call until they leave.
    pub phones_stay_connected: bool,
    /// Who talks in one call can be called to another. Not where calls are at several switches: a phone is at one of them.
    pub second_calls: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            presence_seconds: 15,
            agent_phone_seconds: 20,
            hang_up_seconds: 5,
            audit_seconds: 30,
            callback_days_max: 366,
            dial_plan: DialPlan::default(),
            answer_seconds: 30,
            placed_ring_seconds: 60,
            digits_outstanding_max: 5,
            digit_seconds: 5,
            agents_are_told: true,
            phones_stay_connected: false,
            second_calls: true,
        }
    }
}

/// The engine of one team.
#[derive(Clone)]
pub struct Engine {
    team_id: TeamId,
    settings: Settings,
    rules: Arc<ZoneRules>,
    dice: Xoshiro256PlusPlus,
    minted: u16,
    /// Never goes back, whatever the clock does.
    now: Timestamp,
    last_seq: i64,
    agents: BTreeMap<AgentId, Agent>,
    sessions: BTreeMap<AgentId, Session>,
    desks: BTreeMap<CampaignId, Desk>,
    /// Those the team's agents choose from.
    reasons: Vec<Reason>,
    queues: BTreeMap<QueueId, Queue>,
    reservations: BTreeMap<ReservationId, Reservation>,
    /// Accepted previews whose rules are being asked, with everyone who waits for the answer.
    accepting: BTreeMap<ReservationId, Vec<Ticket>>,
    attempts: BTreeMap<AttemptId, Attempt>,
    /// Dialogs that are not settled.
    dialogs: BTreeMap<DialogId, Dialog>,
    /// Whose each line at the switch is.
    channels: BTreeMap<ChannelId, ChannelOf>,
    /// The contacts of open reservations and attempts.
    held: BTreeMap<ContactId, Candidate>,
    /// Scheduled callbacks.
    callbacks: BTreeMap<CallbackId, Callback>,
    /// Callbacks that fell due and wait for an agent, with their contact.
    due_callbacks: BTreeMap<CallbackId, Candidate>,
    deadlines: Deadlines,
    /// After a restart, until the switch has said which lines are there.
    is_coming_back: bool,
    out: Output,
}

impl Engine {
    fn empty(team_id: TeamId, settings: Settings, rules: Arc<ZoneRules>, seed: u64, now: Timestamp) -> Self {
        Self {
            team_id,
            settings,
            rules,
            dice: Xoshiro256PlusPlus::seed_from_u64(seed),
            minted: 0,
            now,
            last_seq: 0,
            agents: BTreeMap::new(),
            sessions: BTreeMap::new(),
            desks: BTreeMap::new(),
            reasons: Vec::new(),
            queues: BTreeMap::new(),
            reservations: BTreeMap::new(),
            accepting: BTreeMap::new(),
            attempts: BTreeMap::new(),
            dialogs: BTreeMap::new(),
            channels: BTreeMap::new(),
            held: BTreeMap::new(),
            callbacks: BTreeMap::new(),
            due_callbacks: BTreeMap::new(),
            deadlines: Deadlines::default(),
            is_coming_back: false,
            out: Output::default(),
        }
    }

    /// The team.
    pub fn team_id(&self) -> TeamId {
        self.team_id
    }

    /// When [`Input::Tick`] is needed next, if nothing else comes before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.next()
    }

    /// Takes what was decided since the last call.
    pub fn take_output(&mut self) -> Output {
        std::mem::take(&mut self.out)
    }

    /// Handles inputs that came together. Whoever gives a command is there: a step that took long must not log off those
    /// whose sign of life waited behind it.
    pub fn handle_all(&mut self, now: Timestamp, inputs: impl IntoIterator<Item = Input>) {
        let inputs: Vec<Input> = inputs.into_iter().collect();
        self.now = self.now.max(now);
        for input in &inputs {
            if let Input::Command { agent_id, command, .. } = input
                && !command.kind().is_by_supervisor()
                && self.sessions.contains_key(agent_id)
            {
                self.renew_presence(*agent_id);
            }
        }
        for input in inputs {
            self.handle(now, input);
        }
    }

    /// The engine's time: that of the last input, or of the last event before a restart.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Handles one input. What had to happen by itself before `now` happens first, so an accept that comes after the
    /// preview's end finds it ended.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        self.now = self.now.max(now);
        self.fire_deadlines();
        match input {
            Input::Tick => {}
            Input::Command { ticket, agent_id, command } => self.command(ticket, agent_id, command),
            Input::Switch { channel_id, progress } => self.switch_said(channel_id, progress),
            Input::Arrived { channel_id, queue, caller } => self.arrived(channel_id, &queue, caller),
            Input::Notice(notice) => self.noticed(notice),
            Input::Due { campaign_id, candidates, next_due_at } => self.due(campaign_id, candidates, next_due_at),
            Input::Zones { campaign_id, zone_sets } => self.zones_known(campaign_id, zone_sets),
            Input::Contact { contact_id, candidate } => self.contact_for_callback(contact_id, candidate),
            Input::Suppressions { reservation_id, suppressions } => {
                self.accept_with(reservation_id, suppressions);
            }
            Input::Channels { asked, alive } => self.channels_known(&asked, &alive.into_iter().collect()),
        }
        self.match_agents();
        self.fill_hoppers();
    }

    fn fire_deadlines(&mut self) {
        while let Some(deadline) = self.deadlines.pop(self.now) {
            match deadline {
                Deadline::Presence(id) => self.presence_over(id),
                Deadline::Preview(id) => self.preview_over(id),
                Deadline::Offer(id, agent_id) => self.offer_ends(id, agent_id, Left::NoAnswer),
                Deadline::Connect(agent_id) => self.phone_not_connected(agent_id),
                Deadline::Standing(agent_id) => self.standing_rang_long_enough(agent_id),
                Deadline::Supervise(agent_id) => self.end_supervision(agent_id, SupervisionEnd::NotAnswered),
                Deadline::Waits(id) => self.waited_too_long(id),
                Deadline::Ring(id) => self.rang_long_enough(id),
                Deadline::HangUp(id) => self.hang_up_unconfirmed(id),
                Deadline::Audit(id) => self.audit(id),
                Deadline::Digit(agent_id, id) => self.digit_is(agent_id, id, DigitEnd::TimedOut),
                Deadline::WrapUp(id) => self.leave_wrap_up(id),
                Deadline::CallbackDue(id) => self.callback_due(id),
                // The match at the end of the step sees that it is open to all now.
                Deadline::CallbackHeld(_) => {}
                Deadline::CallbackMissed(id) => self.callback_missed(id),
                Deadline::Campaign(id) => self.look_again(id),
            }
        }
    }

    // What every file of the engine needs.

    /// An id that is new, and sorts after those minted before it: also within a millisecond, by a counter in the twelve bits
    /// that RFC 9562 (6.2, method 1) gives it.
    fn mint<T: From<Uuid>>(&mut self) -> T {
        let millis = u64::try_from(self.now.as_millisecond()).unwrap_or_default();
        let mut rest: [u8; 10] = self.dice.random();
        self.minted = self.minted.wrapping_add(1);
        rest[..2].copy_from_slice(&(self.minted & 0x0fff).to_be_bytes());
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
    }

    fn emit(
        &mut self,
        agent_id: impl Into<Option<AgentId>>,
        campaign_id: impl Into<Option<CampaignId>>,
        contact_id: impl Into<Option<ContactId>>,
        event: Event,
    ) {
        self.last_seq += 1;
        self.out.changes.events.push(EventRecord {
            team_id: self.team_id,
            seq: self.last_seq,
            at: self.now,
            agent_id: agent_id.into(),
            campaign_id: campaign_id.into(),
            contact_id: contact_id.into(),
            event,
        });
    }

    fn ask(&mut self, ask: Ask) {
        self.out.asks.push(ask);
    }

    /// Gives an agent something else to do, and says so.
    fn set_activity(&mut self, agent_id: AgentId, activity: Activity) {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        let (was, was_since_at) = (session.activity.state(), session.since_at);
        if was != activity.state() {
            session.since_at = self.now;
        }
        session.activity = activity;
        self.say_state(agent_id, was, was_since_at);
    }

    fn say_state(&mut self, agent_id: AgentId, was: crate::domain::agent::AgentState, was_since_at: Timestamp) {
        let Some(session) = self.sessions.get(&agent_id) else { return };
        let reason = match &session.activity {
            Activity::NotReady { reason } => Some(reason.clone()),
            Activity::Ready | Activity::Previewing { .. } | Activity::InDialogs { .. } | Activity::WrapUp { .. } => {
                None
            }
        };
        let wrap_up_ends_at = session.wrap_up_ends_at();
        let event = Event::AgentStateChanged {
            was,
            was_since_at,
            state: session.activity.state(),
            reason,
            pending: session.pending(),
            wrap_up_pending: session.wrap_up_asked,
            wrap_up_ends_at,
            wrap_up_seconds_left: wrap_up_ends_at.map(|at| self.seconds_until(at)),
        };
        self.out.changes.sessions.insert(agent_id, Some(session.clone()));
        self.emit(agent_id, None, None, event);
    }

    /// Signs an agent off.
    fn sign_off(&mut self, agent_id: AgentId, reason: &str) {
        self.drop_offers(agent_id);
        self.end_supervision(agent_id, SupervisionEnd::CallOver);
        self.put_phone_down(agent_id);
        let Some(session) = self.sessions.remove(&agent_id) else { return };
        self.deadlines.clear(Deadline::Presence(agent_id));
        self.deadlines.clear(Deadline::WrapUp(agent_id));
        self.out.changes.sessions.insert(agent_id, None);
        self.emit(
            agent_id,
            None,
            None,
            Event::AgentStateChanged {
                was: session.activity.state(),
                was_since_at: session.since_at,
                state: crate::domain::agent::AgentState::LoggedOut,
                reason: Some(reason.to_owned()),
                pending: None,
                wrap_up_pending: false,
                wrap_up_ends_at: None,
                wrap_up_seconds_left: None,
            },
        );
        // Nobody finishes it any more.
        if let Some(wrap_up) = session.wrap_up {
            self.settle(wrap_up.dialog_id);
        }
    }

    /// The agent is free: the state they chose, or Ready.
    fn free_agent(&mut self, agent_id: AgentId, otherwise: NextState) {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        session.wrap_up_asked = false;
        if session.is_lost {
            return self.sign_off(agent_id, session::REASON_LOST);
        }
        match session.next.take().unwrap_or(otherwise) {
            NextState::Ready => self.set_activity(agent_id, Activity::Ready),
            NextState::NotReady { reason } => self.set_activity(agent_id, Activity::NotReady { reason }),
            NextState::LoggedOut { reason } => self.sign_off(agent_id, &reason),
        }
    }

    /// Writes down what the engine owns of a contact.
    fn write_contact(&mut self, candidate: &Candidate, zones: Option<&ZoneSet>, next_at: Timestamp) {
        let contact = &candidate.contact;
        let Some(desk) = self.desks.get_mut(&contact.campaign_id) else { return };
        let place = eligibility::place(contact, &desk.campaign.rules, next_at, zones);
        if matches!(contact.state, ContactState::Waiting { .. }) {
            desk.contact_waits(&place, self.now);
        }
        let wake = desk.wake_at();
        self.out.changes.contacts.insert(
            contact.id,
            ContactChange {
                id: contact.id,
                campaign_id: contact.campaign_id,
                state: contact.state,
                place,
                progress: contact.progress.clone(),
                stated_zones: contact.stated_zones.clone(),
            },
        );
        self.set_campaign_deadline(contact.campaign_id, wake);
    }

    /// The contact waits again, from `not_before_at` on; or is closed if there is nothing left to try.
    fn return_contact(&mut self, mut candidate: Candidate, not_before_at: Timestamp) {
        let desk = self.desks.get(&candidate.contact.campaign_id);
        if let Some(reason) = desk.and_then(|desk| eligibility::used_up(&candidate.contact, &desk.campaign.rules)) {
            return self.close_contact(candidate, reason);
        }
        candidate.contact.state = ContactState::Waiting { not_before_at };
        let (id, campaign_id) = (candidate.contact.id, candidate.contact.campaign_id);
        self.write_contact(&candidate, None, not_before_at);
        self.emit(None, campaign_id, id, Event::ContactReturned { not_before_at });
    }

    /// The contact is out of its campaign.
    fn close_contact(&mut self, mut candidate: Candidate, reason: CloseReason) {
        candidate.contact.state = ContactState::Closed { reason };
        let (id, campaign_id) = (candidate.contact.id, candidate.contact.campaign_id);
        self.write_contact(&candidate, None, self.now);
        self.emit(None, campaign_id, id, Event::ContactClosed { reason });
    }

    fn is_held(&self, id: ContactId) -> bool {
        self.held.contains_key(&id)
    }

    fn channels_known(&mut self, asked: &[ChannelId], alive: &BTreeSet<ChannelId>) {
        for id in asked {
            if alive.contains(id) { self.channel_is_alive(*id) } else { self.channel_is_gone(*id) }
        }
        if std::mem::take(&mut self.is_coming_back) {
            self.resume_rooms();
        }
    }
}

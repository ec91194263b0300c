//! The invariants, asked after each step, from what was committed and ordered alone: these checks know nothing of how the
//! engine works inside.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{dialog_checks::DialogChecks, tape_checks::TapeChecks};
use crate::{
    domain::{
        callback::{Callback, CallbackState},
        campaign::Campaign,
        event::{Event, EventRecord},
        ids::{AgentId, AttemptId, CallbackId, CampaignId, ChannelId, ContactId, DialogId, ReservationId},
        phone::PhoneNumber,
        zone_rules::ZoneRules,
    },
    engine::output::{Changes, Destination, Order},
    switch::simulated::Tape,
};

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invariant {number} broken at {at}: {problem}")]
pub struct Broken {
    /// Its number in the list of invariants (crate documentation).
    pub number: u8,
    /// When.
    pub at: Timestamp,
    /// How.
    pub problem: String,
}

/// What the checks remember.
#[derive(Default)]
pub struct Checks {
    campaigns: BTreeMap<CampaignId, Campaign>,
    suppressed: BTreeMap<PhoneNumber, Timestamp>,
    last_seq: i64,
    open_reservations: BTreeMap<ReservationId, (AgentId, ContactId)>,
    open_attempts: BTreeMap<AttemptId, (AgentId, ContactId)>,
    dialled: BTreeSet<ChannelId>,
    accepted: BTreeMap<ReservationId, AttemptId>,
    callbacks: BTreeMap<CallbackId, Callback>,
    kept: BTreeSet<CallbackId>,
    closed: BTreeSet<ContactId>,
    dialogs: DialogChecks,
    tapes: TapeChecks,
    /// How often an order, an event or a callback was checked.
    pub checked: u64,
}

impl Checks {
    /// A campaign is, or was changed to, this.
    pub fn campaign(&mut self, campaign: Campaign) {
        self.campaigns.insert(campaign.id, campaign);
    }

    /// A number is suppressed everywhere from now on.
    pub fn suppress(&mut self, number: PhoneNumber, at: Timestamp) {
        self.suppressed.entry(number).or_insert(at);
    }

    /// How many contacts are closed.
    pub fn closed(&self) -> usize {
        self.closed.len()
    }

    /// Is no preview, no attempt and no dialog open?
    pub fn is_quiet(&self) -> bool {
        self.open_reservations.is_empty() && self.open_attempts.is_empty() && self.dialogs.is_quiet()
    }

    /// Something was committed.
    pub fn committed(&mut self, changes: &Changes) {
        for callback in changes.callbacks.values() {
            self.callbacks.insert(callback.id, callback.clone());
        }
        self.dialogs.committed(changes);
        self.tapes.committed(changes);
    }

    /// All events of a commit were given: what holds whenever the engine rests.
    ///
    /// # Errors
    /// The invariant that is broken.
    pub fn at_rest(&self, now: Timestamp) -> Result<(), Broken> {
        found(now, self.dialogs.at_rest(now, &self.open_reservations, &self.open_attempts))
    }

    /// Every line of the switch with its room, once the orders of a step are given.
    ///
    /// # Errors
    /// The invariant that is broken.
    pub fn rooms(&mut self, now: Timestamp, rooms: &BTreeMap<ChannelId, Option<DialogId>>) -> Result<(), Broken> {
        found(now, self.dialogs.rooms(now, rooms).or_else(|| self.dialogs.phones(rooms)))
    }

    /// Every recording of the switch, and its lines with their rooms, once the orders of a step are given.
    ///
    /// # Errors
    /// The invariant that is broken.
    pub fn tapes(
        &self,
        now: Timestamp,
        tapes: &BTreeMap<ChannelId, Tape>,
        rooms: &BTreeMap<ChannelId, Option<DialogId>>,
    ) -> Result<(), Broken> {
        found(now, self.tapes.tapes(tapes, rooms, &self.campaigns))
    }

    /// Somebody calls.
    pub fn line_is_there(&mut self, id: ChannelId) {
        self.dialogs.line_is_there(id);
    }

    /// A line ended, whether or not the engine comes to know it.
    pub fn line_is_gone(&mut self, id: ChannelId) {
        self.dialogs.line_is_gone(id);
    }

    /// An event was committed.
    ///
    /// # Errors
    /// The invariant it breaks.
    pub fn event(&mut self, record: &EventRecord) -> Result<(), Broken> {
        self.checked += 1;
        let broken = |number, problem: String| Err(Broken { number, at: record.at, problem });
        if record.seq != self.last_seq + 1 {
            return broken(3, format!("event {} follows event {}", record.seq, self.last_seq));
        }
        self.last_seq = record.seq;
        match &record.event {
            Event::PreviewOffered { reservation_id, callback_id, .. } => {
                self.offered(record, *reservation_id, *callback_id)
            }
            Event::ReservationEnded { reservation_id, .. } => match self.open_reservations.remove(reservation_id) {
                Some(_) => Ok(()),
                None => broken(1, format!("reservation {reservation_id} ended and was not open")),
            },
            Event::AttemptOpened { attempt_id, reservation_id } => self.opened(record, *attempt_id, *reservation_id),
            Event::AttemptEnded { attempt_id, .. } => match self.open_attempts.remove(attempt_id) {
                Some(_) => Ok(()),
                None => broken(4, format!("attempt {attempt_id} ended and was not open")),
            },
            Event::ContactClosed { .. } => match record.contact_id {
                Some(id) if self.closed.insert(id) => Ok(()),
                id => broken(6, format!("contact {id:?} was closed twice")),
            },
            Event::CallbackKept { callback_id } => {
                if self.kept.insert(*callback_id) {
                    Ok(())
                } else {
                    broken(5, format!("callback {callback_id} was kept twice"))
                }
            }
            event => found(record.at, self.dialogs.event(event)),
        }
    }

    fn offered(
        &mut self,
        record: &EventRecord,
        id: ReservationId,
        callback_id: Option<CallbackId>,
    ) -> Result<(), Broken> {
        let broken = |number, problem: String| Err(Broken { number, at: record.at, problem });
        let (Some(agent_id), Some(contact_id)) = (record.agent_id, record.contact_id) else {
            return broken(1, format!("reservation {id} names no agent or contact"));
        };
        if self.open_reservations.values().any(|(agent, _)| *agent == agent_id) {
            return broken(1, format!("reservation {id}: agent {agent_id} has one already"));
        }
        if self.is_held(contact_id) {
            return broken(1, format!("reservation {id}: contact {contact_id} is held"));
        }
        if self.closed.contains(&contact_id) {
            return broken(6, format!("contact {contact_id} is closed and was offered"));
        }
        if let Some(callback) = callback_id.and_then(|id| self.callbacks.get(&id))
            && record.at < callback.promised_at
        {
            return broken(5, format!("callback {} was offered before {}", callback.id, callback.promised_at));
        }
        self.open_reservations.insert(id, (agent_id, contact_id));
        Ok(())
    }

    /// Is somebody reading about this contact, or in a call with them? An attempt that its agent passed on is open too.
    fn is_held(&self, contact_id: ContactId) -> bool {
        let held = self.open_reservations.values().chain(self.open_attempts.values());
        held.into_iter().any(|(_, contact)| *contact == contact_id)
    }

    fn opened(&mut self, record: &EventRecord, id: AttemptId, reservation: ReservationId) -> Result<(), Broken> {
        let broken = |number, problem: String| Err(Broken { number, at: record.at, problem });
        let (Some(agent_id), Some(contact_id)) = (record.agent_id, record.contact_id) else {
            return broken(1, format!("attempt {id} names no agent or contact"));
        };
        if let Some(first) = self.accepted.insert(reservation, id) {
            return broken(4, format!("reservation {reservation} was dialled as {first} and as {id}"));
        }
        if self.is_held(contact_id) {
            return broken(1, format!("attempt {id}: contact {contact_id} is held"));
        }
        self.open_attempts.insert(id, (agent_id, contact_id));
        Ok(())
    }

    /// The switch got an order, and took it or not.
    ///
    /// # Errors
    /// The invariant it breaks.
    pub fn order(
        &mut self,
        now: Timestamp,
        (order, is_taken): &(Order, bool),
        rules: &ZoneRules,
    ) -> Result<(), Broken> {
        self.checked += 1;
        self.dialogs.ordered(order, *is_taken);
        let broken = |number, problem: String| Err(Broken { number, at: now, problem });
        let Order::Dial { channel_id, to, .. } = order else { return Ok(()) };
        if !self.dialled.insert(*channel_id) {
            return broken(4, format!("line {channel_id} was dialled twice"));
        }
        let Destination::Customer { permit } = to else { return Ok(()) };
        let attempt_id = &AttemptId(channel_id.0);
        if !self.open_attempts.contains_key(attempt_id) {
            return broken(4, format!("attempt {attempt_id} was dialled and is not committed"));
        }
        if permit.asked_at != now {
            return broken(2, format!("attempt {attempt_id} was permitted at {} already", permit.asked_at));
        }
        if self.suppressed.get(&permit.number).is_some_and(|since| *since < now) {
            return broken(2, format!("attempt {attempt_id} calls a suppressed number"));
        }
        if permit.zones.is_unknown() {
            return broken(2, format!("attempt {attempt_id} calls nobody knows where"));
        }
        // A second opinion on the hours: what the wall clock shows, span by span.
        let open = self
            .campaigns
            .values()
            .any(|campaign| permit.zones.iter().all(|zone| campaign.rules.hours.holds(rules.local(now, zone))));
        if open { Ok(()) } else { broken(2, format!("attempt {attempt_id} starts outside the calling hours")) }
    }

    /// An engine goes on from the store: it must know everything that was ever published.
    ///
    /// # Errors
    /// The invariant it breaks.
    pub fn restored(&self, now: Timestamp, last_seq: i64) -> Result<(), Broken> {
        if last_seq >= self.last_seq {
            return Ok(());
        }
        let problem = format!("event {} was committed, the store knows {last_seq}", self.last_seq);
        Err(Broken { number: 3, at: now, problem })
    }

    /// Long after the last shift: nothing may be open and nobody at work, whatever went wrong; and the switch has no line.
    ///
    /// # Errors
    /// The invariant it breaks.
    pub fn everybody_went_home(&self, now: Timestamp, at_work: usize, lines: usize) -> Result<(), Broken> {
        let (reservations, attempts) = (self.open_reservations.len(), self.open_attempts.len());
        if (reservations, attempts, at_work) == (0, 0, 0) {
            return found(now, self.dialogs.everything_ended(lines));
        }
        let problem = format!("{reservations} reservations, {attempts} attempts and {at_work} agents are stuck");
        Err(Broken { number: 7, at: now, problem })
    }

    /// A callback stands at the end: it was never early, and it is at the customer's wall time.
    ///
    /// # Errors
    /// The invariant it breaks.
    pub fn callbacks(&self, now: Timestamp, rules: &ZoneRules) -> Result<(), Broken> {
        for callback in self.callbacks.values().filter(|c| c.state == CallbackState::Scheduled) {
            let shown = rules.local(callback.promised_at, callback.wall_time.zone);
            let in_gap = callback.wall_time.resolve(rules).due_at == callback.promised_at;
            if shown != callback.wall_time.at && !in_gap {
                let problem = format!("callback {} is at {shown} there", callback.id);
                return Err(Broken { number: 5, at: now, problem });
            }
        }
        Ok(())
    }
}

fn found(at: Timestamp, broken: Option<(u8, String)>) -> Result<(), Broken> {
    broken.map_or(Ok(()), |(number, problem)| Err(Broken { number, at, problem }))
}

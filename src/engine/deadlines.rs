//! What happens by itself when its time comes. Everything that waits has a deadline here, so nothing can be stuck.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::ids::{AgentId, CallbackId, CampaignId, ChannelId, DialogId, DigitId, ReservationId};

/// What a deadline is about. At one instant they fire in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deadline {
    /// The agent did not renew their presence.
    Presence(AgentId),
    /// The preview's time is over.
    Preview(ReservationId),
    /// An agent did not answer a call that was offered to them.
    Offer(DialogId, AgentId),
    /// An agent's phone was not connected.
    Connect(AgentId),
    /// A phone that is to stay connected did not answer.
    Standing(AgentId),
    /// A supervisor's phone was not connected.
    Supervise(AgentId),
    /// A caller waited as long as they may.
    Waits(DialogId),
    /// It rang long enough, and the switch said nothing.
    Ring(ChannelId),
    /// The switch did not confirm the end of a line.
    HangUp(ChannelId),
    /// Time to ask whether the line still lives.
    Audit(ChannelId),
    /// The switch did not say what became of a keypad tone.
    Digit(AgentId, DigitId),
    /// Wrap-up is over.
    WrapUp(AgentId),
    /// A callback falls due.
    CallbackDue(CallbackId),
    /// A personal callback is offered to all from now on.
    CallbackHeld(CallbackId),
    /// Nobody took a callback in time.
    CallbackMissed(CallbackId),
    /// A contact becomes due, or the calling hours open somewhere.
    Campaign(CampaignId),
}

/// The deadlines, each kind at most once for each thing.
#[derive(Clone, Debug, Default)]
pub struct Deadlines {
    at: BTreeMap<Deadline, Timestamp>,
    order: BTreeSet<(Timestamp, Deadline)>,
}

impl Deadlines {
    /// Sets or moves a deadline.
    pub fn set(&mut self, what: Deadline, at: Timestamp) {
        if let Some(before) = self.at.insert(what, at) {
            self.order.remove(&(before, what));
        }
        self.order.insert((at, what));
    }

    /// Takes a deadline away.
    pub fn clear(&mut self, what: Deadline) {
        if let Some(before) = self.at.remove(&what) {
            self.order.remove(&(before, what));
        }
    }

    /// Is there such a deadline?
    pub fn is_set(&self, what: Deadline) -> bool {
        self.at.contains_key(&what)
    }

    /// When the next one is.
    pub fn next(&self) -> Option<Timestamp> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes the next one that has come by `now`.
    pub fn pop(&mut self, now: Timestamp) -> Option<Deadline> {
        let (at, what) = *self.order.first()?;
        if at > now {
            return None;
        }
        self.clear(what);
        Some(what)
    }
}

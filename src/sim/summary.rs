//! What a run showed: counted while it goes on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::{
    agent::AgentState,
    dialog::Left,
    event::{Event, EventRecord},
    ids::DialogId,
    outcome::Outcome,
    reason::REASON_DISCONNECTED,
    refusal::Refusal,
};

/// What a run showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// When the last contact was closed, if all were.
    pub done_at: Option<Timestamp>,
    /// When the run ended.
    pub ended_at: Timestamp,
    /// Previews offered.
    pub previews: u64,
    /// Attempts opened.
    pub attempts: u64,
    /// Attempts by outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Contacts closed.
    pub closed: usize,
    /// Steps run.
    pub steps: u64,
    /// Facts that were checked against the invariants.
    pub checked: u64,
    /// Times the engine was stopped between commit and act.
    pub stops: u64,
    /// What agents did, by name, as often as it worked.
    pub done: BTreeMap<&'static str, u64>,
    /// What agents tried and was refused, by the code of the refusal.
    pub refused: BTreeMap<&'static str, u64>,
    /// Participants who left a dialog, by why.
    pub left: BTreeMap<Left, u64>,
    /// Phones that were put down while they were up.
    pub drops: u64,
    /// Phones that were rung to stay connected.
    pub phones_kept: u64,
    /// Of those, how many were put down, or lost, between two calls.
    pub phones_lost: u64,
    /// Callers who hung up before anybody answered.
    pub gave_up: u64,
    /// Dialogs whose caller nobody has answered yet.
    waiting: BTreeSet<DialogId>,
}

impl Summary {
    /// Counts what became of something that an agent asked for.
    pub(super) fn answered(&mut self, name: &'static str, reply: &Result<(), Refusal>) {
        match reply {
            Ok(()) => *self.done.entry(name).or_default() += 1,
            Err(refusal) => *self.refused.entry(refusal.code()).or_default() += 1,
        }
    }

    /// Counts an event.
    pub(super) fn count(&mut self, record: &EventRecord) {
        match &record.event {
            Event::DialogOpened { dialog_id, kind } if kind == "inbound" => drop(self.waiting.insert(*dialog_id)),
            Event::ParticipantChanged { dialog_id, who, state, .. } if who == "customer" && state == "active" => {
                self.waiting.remove(dialog_id);
            }
            Event::ParticipantLeft { dialog_id, who, why, .. } => {
                *self.left.entry(*why).or_default() += 1;
                if who == "customer" && self.waiting.remove(dialog_id) && *why == Left::HungUp {
                    self.gave_up += 1;
                }
            }
            Event::AgentStateChanged { reason: Some(reason), was: AgentState::Ready, .. }
                if reason == REASON_DISCONNECTED =>
            {
                self.phones_lost += 1;
            }
            Event::PreviewOffered { .. } => self.previews += 1,
            Event::AttemptOpened { .. } => self.attempts += 1,
            Event::AttemptEnded { outcome, .. } => {
                *self.outcomes.entry(Outcome::name(*outcome)).or_default() += 1;
            }
            _ => {}
        }
    }
}

//! The end of a call: wrap-up for the agents where its campaign or queue has it, then the decision what happens to the
//! contact.
//!
//! Wrap-up belongs to an agent and a dialog. It counts down from the end of the call for that agent, also while they still
//! talk in another one; a dialog is settled when it is over and every agent has finished with it.

use jiff::{SignedDuration, Timestamp};

use super::{
    Engine,
    deadlines::Deadline,
    session::{Activity, WrapUp},
};
use crate::domain::{
    attempt::{Attempt, Ended, Phase},
    campaign::{CampaignState, WrapUpMode},
    contact::ContactState,
    event::Event,
    ids::{AgentId, DialogId},
    outcome::{FailureCause, Outcome},
    retry::{self, Disposition},
    suppression::Suppression,
};

/// The reason an agent becomes Not ready whose own phone did not answer.
pub(super) const REASON_PHONE: &str = "phone_not_answering";

impl Engine {
    /// An agent's part in a dialog is over: they may have to finish it.
    pub(super) fn note_wrap_up(&mut self, id: DialogId, agent_id: AgentId) {
        let Some(seconds) = self.wrap_up_seconds(id, agent_id) else { return };
        let ends_at = self.now + SignedDuration::from_secs(i64::from(seconds));
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        let before = session.wrap_up.replace(WrapUp { dialog_id: id, ends_at });
        self.deadlines.set(Deadline::WrapUp(agent_id), ends_at);
        self.keep_session(agent_id);
        if let Some(before) = before.filter(|before| before.dialog_id != id) {
            self.settle(before.dialog_id);
        }
    }

    /// How long the agent wraps up after this dialog; none if not at all.
    fn wrap_up_seconds(&self, id: DialogId, agent_id: AgentId) -> Option<u32> {
        let session = self.sessions.get(&agent_id)?;
        let dialog = self.dialogs.get(&id)?;
        let rules = self.wrap_up_rules(dialog)?;
        let wanted = match rules.mode {
            WrapUpMode::NotAllowed => false,
            WrapUpMode::Optional => session.wrap_up_asked,
            WrapUpMode::Required | WrapUpMode::RequiredWithReason => true,
        };
        (wanted && dialog.answered_at.is_some() && !session.is_lost).then_some(rules.seconds_max)
    }

    /// Wrap-up ends for an agent, reason or not: they take their next state, and the dialog is settled.
    pub(super) fn leave_wrap_up(&mut self, agent_id: AgentId) {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        let Some(WrapUp { dialog_id, .. }) = session.wrap_up.take() else { return };
        session.wrap_up_asked = false;
        self.deadlines.clear(Deadline::WrapUp(agent_id));
        match &session.activity {
            Activity::WrapUp { after } => {
                let after = after.clone();
                self.free_agent(agent_id, after);
            }
            Activity::NotReady { .. } | Activity::Ready | Activity::Previewing { .. } | Activity::InDialogs { .. } => {
                self.keep_session(agent_id);
            }
        }
        self.settle(dialog_id);
    }

    /// Nothing of a dialog can change any more, once it is over and nobody finishes it. Until then the attempt waits.
    pub(super) fn settle(&mut self, id: DialogId) {
        let Some(dialog) = self.dialogs.get(&id) else { return };
        let Some(ended_at) = dialog.ended_at else { return };
        let finishing = self.sessions.values().filter_map(|session| session.wrap_up);
        let last = finishing.filter(|wrap_up| wrap_up.dialog_id == id).map(|wrap_up| wrap_up.ends_at).max();
        let attempt = self.attempt_of(id).and_then(|id| self.attempts.get(&id)).cloned();
        match (last, attempt) {
            (Some(wrap_up_ends_at), Some(mut attempt)) => {
                if let Phase::Talking { answered_at } = attempt.phase {
                    attempt.phase = Phase::WrappingUp { answered_at, hung_up_at: ended_at, wrap_up_ends_at };
                    self.keep(attempt);
                }
            }
            (Some(_), None) => {}
            (None, attempt) => {
                if let Some(attempt) = attempt {
                    let outcome = attempt.answered_outcome();
                    self.finish(attempt, ended_at, outcome);
                }
                if let Some(mut dialog) = self.dialogs.remove(&id) {
                    dialog.settled_at = Some(self.now);
                    self.out.changes.dialogs.insert(id, dialog);
                }
            }
        }
    }

    /// Ends an attempt for good: outcome, disposition, contact, callbacks.
    pub(super) fn finish(&mut self, mut attempt: Attempt, hung_up_at: Timestamp, outcome: Outcome) {
        let id = attempt.id;
        let answered_at = match attempt.phase {
            Phase::Talking { answered_at } | Phase::WrappingUp { answered_at, .. } => Some(answered_at),
            Phase::Dialing | Phase::Ended(_) => None,
        };
        let disposition = self.dispose(&attempt, outcome);
        attempt.phase = Phase::Ended(Ended { answered_at, hung_up_at, ended_at: self.now, outcome, disposition });
        self.emit_of(&attempt, Event::AttemptEnded { attempt_id: id, outcome, disposition });
        self.attempts.remove(&id);
        self.out.changes.attempts.insert(id, attempt);
    }

    /// Decides what happens to the contact, and does it.
    fn dispose(&mut self, attempt: &Attempt, outcome: Outcome) -> Disposition {
        let promised = attempt.promises_callback_id;
        // Only the customer's line counts as a promise kept; a dead agent's phone leaves it due.
        let kept = attempt.keeps_callback_id.filter(|_| outcome.keeps_promise());
        let still_due = attempt.keeps_callback_id.filter(|_| !outcome.keeps_promise());
        if let Some(callback_id) = kept {
            self.callback_kept(callback_id);
        }
        let Some(mut candidate) = self.held.remove(&attempt.contact_id) else {
            return Disposition::Retry { not_before_at: self.now };
        };
        let Some(desk) = self.desks.get(&attempt.campaign_id) else {
            return Disposition::Retry { not_before_at: self.now };
        };
        let disposition = retry::after_attempt(
            &mut candidate.contact,
            &attempt.number,
            outcome,
            promised.or(still_due),
            &desk.campaign.rules,
            self.now,
            &self.rules,
        );
        // With the next free agent if only this agent's phone was dead, after a while if no line could be had.
        let again_at = if outcome == Outcome::Failed(FailureCause::AgentPhone) {
            self.now
        } else {
            self.now + SignedDuration::from_mins(i64::from(desk.campaign.rules.retry.failed.after_minutes))
        };
        if promised.is_some()
            && let Some(callback_id) = still_due
        {
            self.drop_callback(callback_id);
        }
        match disposition {
            Disposition::Retry { not_before_at } => self.return_contact(candidate, not_before_at),
            Disposition::Callback { callback_id } if Some(callback_id) == still_due => {
                self.promise_again(callback_id, candidate, again_at);
            }
            Disposition::Callback { callback_id } => self.promise(callback_id, candidate),
            Disposition::Close { reason } => {
                for callback_id in [promised, still_due].into_iter().flatten() {
                    self.drop_callback(callback_id);
                }
                self.close_contact(candidate, reason);
            }
        }
        if outcome == Outcome::DoNotCall {
            self.suppress(attempt);
        }
        disposition
    }

    /// The customer's wish holds everywhere and at once.
    fn suppress(&mut self, attempt: &Attempt) {
        let entry = Suppression {
            number: attempt.number.clone(),
            campaign_id: None,
            until_at: None,
            source: "agent".to_owned(),
        };
        self.out.changes.suppressions.push(entry.clone());
        self.suppressed(&[entry]);
    }

    /// The state of a contact that waits for a promise.
    pub(super) fn promise(
        &mut self,
        callback_id: crate::domain::ids::CallbackId,
        mut candidate: super::input::Candidate,
    ) {
        let desk = self.desks.get(&candidate.contact.campaign_id);
        if desk.is_none_or(|desk| desk.campaign.state == CampaignState::Ended) {
            // A campaign that ended during the call keeps no promise made in it.
            self.drop_callback(callback_id);
            return self.return_contact(candidate, self.now);
        }
        candidate.contact.state = ContactState::Promised { callback_id };
        self.write_contact(&candidate, None, self.now);
        self.arm_callback(callback_id);
    }
}

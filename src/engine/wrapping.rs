//! The end of an attempt: wrap-up where the campaign has it, then the decision what happens to the contact, then the
//! agent's next state.

use jiff::{SignedDuration, Timestamp};

use super::{Engine, deadlines::Deadline, session::Activity};
use crate::domain::{
    agent::NextState,
    attempt::{Attempt, Ended, Phase},
    campaign::{CampaignState, WrapUpMode},
    contact::ContactState,
    event::Event,
    ids::{AgentId, AttemptId},
    outcome::{FailureCause, Outcome},
    retry::{self, Disposition},
    suppression::Suppression,
};

/// The reason an agent becomes Not ready whose own phone did not answer.
pub(super) const REASON_PHONE: &str = "phone_not_answering";

impl Engine {
    /// An answered call is over: wrap up, or be done.
    pub(super) fn call_over(&mut self, mut attempt: Attempt) {
        let Phase::Talking { answered_at } = attempt.phase else { return };
        let id = attempt.id;
        self.deadlines.clear(Deadline::Audit(id));
        self.deadlines.clear(Deadline::HangUp(id));
        self.emit_of(&attempt, Event::CallEnded { attempt_id: id });
        let Some(seconds) = self.wrap_up_seconds(&attempt) else {
            let outcome = attempt.answered_outcome();
            return self.finish(attempt, self.now, outcome);
        };
        let ends_at = self.now + SignedDuration::from_secs(i64::from(seconds));
        attempt.phase = Phase::WrappingUp { answered_at, hung_up_at: self.now, wrap_up_ends_at: ends_at };
        self.deadlines.set(Deadline::WrapUp(id), ends_at);
        self.set_activity(attempt.agent_id, Activity::WrapUp { attempt_id: id, ends_at });
        self.keep(attempt);
    }

    /// How long the agent wraps up after this call; none if not at all.
    fn wrap_up_seconds(&self, attempt: &Attempt) -> Option<u32> {
        let session = self.sessions.get(&attempt.agent_id)?;
        let rules = &self.desks.get(&attempt.campaign_id)?.campaign.rules.wrap_up;
        let wanted = match rules.mode {
            WrapUpMode::NotAllowed => false,
            WrapUpMode::Optional => session.wrap_up_asked,
            WrapUpMode::Required | WrapUpMode::RequiredWithReason => true,
        };
        (wanted && !session.is_lost).then_some(rules.seconds_max)
    }

    /// The timer's own way out of wrap-up, reason or not.
    pub(super) fn wrap_up_over(&mut self, id: AttemptId) {
        self.leave_wrap_up(id);
    }

    /// Wrap-up ends: the attempt is decided, the agent takes their next state.
    pub(super) fn leave_wrap_up(&mut self, id: AttemptId) {
        let Some(attempt) = self.attempts.get(&id).cloned() else { return };
        let Phase::WrappingUp { hung_up_at, .. } = attempt.phase else { return };
        let outcome = attempt.answered_outcome();
        self.finish(attempt, hung_up_at, outcome);
    }

    /// Ends an attempt for good: outcome, disposition, contact, callbacks, agent.
    pub(super) fn finish(&mut self, mut attempt: Attempt, hung_up_at: Timestamp, outcome: Outcome) {
        let id = attempt.id;
        for deadline in [Deadline::Ring(id), Deadline::HangUp(id), Deadline::Audit(id), Deadline::WrapUp(id)] {
            self.deadlines.clear(deadline);
        }
        let answered_at = match attempt.phase {
            Phase::Talking { answered_at } | Phase::WrappingUp { answered_at, .. } => Some(answered_at),
            Phase::Dialing | Phase::Ended(_) => None,
        };
        let disposition = self.dispose(&attempt, outcome);
        attempt.phase = Phase::Ended(Ended { answered_at, hung_up_at, ended_at: self.now, outcome, disposition });
        self.emit_of(&attempt, Event::AttemptEnded { attempt_id: id, outcome, disposition });
        self.attempts.remove(&id);
        let agent_id = attempt.agent_id;
        self.out.changes.attempts.insert(id, attempt);
        self.after_call(agent_id, outcome);
    }

    fn after_call(&mut self, agent_id: AgentId, outcome: Outcome) {
        let otherwise = if outcome == Outcome::Failed(FailureCause::AgentPhone) {
            // Ready again would only ring the dead phone for the next contact.
            NextState::NotReady { reason: REASON_PHONE.to_owned() }
        } else {
            NextState::Ready
        };
        self.free_agent(agent_id, otherwise);
    }

    /// Decides what happens to the contact, and does it.
    fn dispose(&mut self, attempt: &Attempt, outcome: Outcome) -> Disposition {
        let promised = attempt.promises_callback_id;
        // Only the customer's line counts as a promise kept; a dead agent's phone leaves it due.
        let kept = attempt.keeps_callback_id.filter(|_| outcome.counts_as_attempt());
        let still_due = attempt.keeps_callback_id.filter(|_| !outcome.counts_as_attempt());
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

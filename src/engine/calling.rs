//! The call: from the order to the switch until somebody hangs up.
//!
//! The switch may tell late, twice or not at all. What is told of a call that is over, or twice, changes nothing; what is
//! not told is covered by a deadline: ringing too long, an end that is not confirmed, a call that is gone.

use jiff::SignedDuration;

use super::{
    Engine,
    deadlines::Deadline,
    input::Candidate,
    output::{Ask, Order},
    session::Activity,
};
use crate::domain::{
    attempt::{Attempt, CallProgress, NotMade, Phase},
    eligibility::DialPermit,
    event::Event,
    ids::AttemptId,
    outcome::{Classification, FailureCause, Outcome},
    reservation::Reservation,
};

impl Engine {
    /// Opens the attempt and orders the switch to dial. The order leaves only after the attempt is committed.
    pub(super) fn dial(&mut self, reservation: &Reservation, candidate: Candidate, permit: DialPermit) {
        let agent_id = reservation.agent_id;
        let Some(extension) = self.sessions.get(&agent_id).map(|session| session.extension.clone()) else { return };
        let attempt_id: AttemptId = self.mint();
        let patience = self.settings.agent_phone_seconds + permit.ring_seconds_max;
        let attempt = Attempt {
            id: attempt_id,
            reservation_id: reservation.id,
            agent_id,
            campaign_id: reservation.campaign_id,
            list_id: candidate.contact.list_id,
            contact_id: reservation.contact_id,
            number: permit.number.clone(),
            zones: permit.zones.clone(),
            tzdb_version: self.rules.version().to_owned(),
            keeps_callback_id: reservation.callback_id,
            promises_callback_id: None,
            opened_at: self.now,
            ringing_at: None,
            ring_until_at: self.now + SignedDuration::from_secs(i64::from(patience)),
            classification: None,
            wrap_up_reason: None,
            hang_up_asked_at: None,
            phase: Phase::Dialing,
        };
        self.deadlines.set(Deadline::Ring(attempt_id), attempt.ring_until_at);
        let (campaign_id, contact_id, reservation_id) = (attempt.campaign_id, attempt.contact_id, reservation.id);
        self.held.insert(contact_id, candidate);
        self.keep(attempt);
        self.out.orders.push(Order::Dial { attempt_id, extension, permit });
        self.emit(agent_id, campaign_id, contact_id, Event::AttemptOpened { attempt_id, reservation_id });
        self.set_activity(agent_id, Activity::Dialing { attempt_id });
    }

    /// Stores the attempt as it is now.
    pub(super) fn keep(&mut self, attempt: Attempt) {
        self.out.changes.attempts.insert(attempt.id, attempt.clone());
        self.attempts.insert(attempt.id, attempt);
    }

    pub(super) fn emit_of(&mut self, attempt: &Attempt, event: Event) {
        self.emit(attempt.agent_id, attempt.campaign_id, attempt.contact_id, event);
    }

    pub(super) fn switch_said(&mut self, id: AttemptId, progress: CallProgress) {
        let Some(attempt) = self.attempts.get(&id).cloned() else { return };
        match (&attempt.phase, progress) {
            (Phase::Dialing, CallProgress::Ringing) => self.rings(attempt),
            (Phase::Dialing, CallProgress::Connected) => self.connected(attempt),
            (Phase::Dialing, CallProgress::NotMade { why }) => self.not_made(attempt, why.into()),
            // The connection was never told, or came too late: nobody talked.
            (Phase::Dialing, CallProgress::HungUp { .. }) => self.not_made(attempt, Outcome::Abandoned),
            (Phase::Talking { .. }, CallProgress::HungUp { .. } | CallProgress::NotMade { .. }) => {
                self.call_over(attempt);
            }
            (Phase::Talking { .. }, CallProgress::Ringing | CallProgress::Connected)
            | (Phase::WrappingUp { .. } | Phase::Ended(_), _) => {}
        }
    }

    fn rings(&mut self, mut attempt: Attempt) {
        if attempt.ringing_at.is_some() {
            return;
        }
        attempt.ringing_at = Some(self.now);
        self.emit_of(&attempt, Event::AttemptRinging { attempt_id: attempt.id });
        self.keep(attempt);
    }

    fn connected(&mut self, mut attempt: Attempt) {
        let id = attempt.id;
        attempt.phase = Phase::Talking { answered_at: self.now };
        attempt.classification.get_or_insert(Classification::Voice);
        self.deadlines.clear(Deadline::Ring(id));
        self.audit_later(id);
        self.emit_of(&attempt, Event::AttemptAnswered { attempt_id: id });
        self.set_activity(attempt.agent_id, Activity::Talking { attempt_id: id });
        self.keep(attempt);
    }

    fn not_made(&mut self, attempt: Attempt, outcome: Outcome) {
        self.finish(attempt, self.now, outcome);
    }

    /// The agent ends the call; the switch confirms.
    pub(super) fn hang_up(&mut self, id: AttemptId) {
        let Some(mut attempt) = self.attempts.get(&id).cloned() else { return };
        if attempt.hang_up_asked_at.is_some() {
            return;
        }
        attempt.hang_up_asked_at = Some(self.now);
        self.deadlines
            .set(Deadline::HangUp(id), self.now + SignedDuration::from_secs(i64::from(self.settings.hang_up_seconds)));
        self.out.orders.push(Order::HangUp { attempt_id: id });
        self.keep(attempt);
    }

    /// The switch should have given up by itself: end the call.
    pub(super) fn rang_long_enough(&mut self, id: AttemptId) {
        if matches!(self.attempts.get(&id), Some(Attempt { phase: Phase::Dialing, .. })) {
            self.hang_up(id);
        }
    }

    /// The switch was asked to end the call and did not say that it is over: it is.
    pub(super) fn hang_up_unconfirmed(&mut self, id: AttemptId) {
        let Some(attempt) = self.attempts.get(&id).cloned() else { return };
        // Said again, in case the first order was lost: nobody may be left on a line we count as closed.
        self.out.orders.push(Order::HangUp { attempt_id: id });
        match attempt.phase {
            Phase::Dialing => {
                let rang_out = attempt.hang_up_asked_at.is_some_and(|at| at >= attempt.ring_until_at);
                let why = if rang_out { NotMade::NoAnswer } else { NotMade::GivenUp };
                self.not_made(attempt, why.into());
            }
            Phase::Talking { .. } => self.call_over(attempt),
            Phase::WrappingUp { .. } | Phase::Ended(_) => {}
        }
    }

    fn audit_later(&mut self, id: AttemptId) {
        let at = self.now + SignedDuration::from_secs(i64::from(self.settings.audit_seconds));
        self.deadlines.set(Deadline::Audit(id), at);
    }

    /// Asks the switch whether a call still lives, in case its end was never told.
    pub(super) fn audit(&mut self, id: AttemptId) {
        if matches!(self.attempts.get(&id), Some(Attempt { phase: Phase::Talking { .. }, .. })) {
            self.ask(Ask::Channels { attempt_ids: vec![id] });
            self.audit_later(id);
        }
    }

    /// The switch still has this call: what we had asked is asked again.
    pub(super) fn call_is_alive(&mut self, id: AttemptId) {
        if self.attempts.get(&id).is_some_and(|attempt| attempt.hang_up_asked_at.is_some()) {
            self.out.orders.push(Order::HangUp { attempt_id: id });
        }
    }

    /// The switch does not have this call (any more). What was never answered is lost, and counts as tried.
    pub(super) fn call_is_gone(&mut self, id: AttemptId) {
        let Some(attempt) = self.attempts.get(&id).cloned() else { return };
        match attempt.phase {
            Phase::Dialing => self.not_made(attempt, Outcome::Failed(FailureCause::Lost)),
            Phase::Talking { .. } => self.call_over(attempt),
            Phase::WrappingUp { .. } | Phase::Ended(_) => {}
        }
    }
}

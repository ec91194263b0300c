//! Lines at the switch: from the order to the end of each, and the call of an accepted preview.
//!
//! The switch may tell late, twice or not at all. What is told of a line that is gone, or twice, changes nothing; what is
//! not told is covered by a deadline: ringing too long, an end that is not confirmed, a line that is gone.

use jiff::SignedDuration;

use super::{
    Engine,
    deadlines::Deadline,
    dialogs::ChannelOf,
    input::Candidate,
    output::{Ask, Destination, Order},
    session::Activity,
    wrapping::REASON_PHONE,
};
use crate::domain::{
    agent::NextState,
    attempt::{Attempt, CallProgress, NotMade, Phase},
    dialog::{Dialog, DialogKind, Left, Participant, ParticipantState, Who},
    eligibility::DialPermit,
    event::Event,
    ids::{AgentId, AttemptId, ChannelId, DialogId},
    outcome::{Classification, FailureCause, Outcome},
    reason::REASON_DISCONNECTED,
    reservation::Reservation,
    supervision::SupervisionEnd,
};

impl Engine {
    /// Opens the attempt and its dialog, and orders the switch to dial. The order leaves only after both are committed.
    pub(super) fn dial(&mut self, reservation: &Reservation, candidate: Candidate, permit: DialPermit) {
        let agent_id = reservation.agent_id;
        let attempt_id: AttemptId = self.mint();
        let Some(phone) = self.phone_of(agent_id) else { return };
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
            classification: None,
            wrap_up_reason: None,
            recording: None,
            phase: Phase::Dialing,
        };
        let (campaign_id, contact_id, reservation_id) = (attempt.campaign_id, attempt.contact_id, reservation.id);
        self.held.insert(contact_id, candidate);
        self.keep(attempt);
        self.emit(agent_id, campaign_id, contact_id, Event::AttemptOpened { attempt_id, reservation_id });
        let (dialog_id, channel_id) = (DialogId::from(attempt_id), ChannelId::from(attempt_id));
        let until_at = self.now + self.patience(permit.ring_seconds_max);
        self.open_dialog(Dialog::new(
            dialog_id,
            DialogKind::Outbound { attempt_id },
            self.now,
            vec![
                Participant { who: Who::Agent { agent_id }, state: ParticipantState::Active },
                Participant { who: Who::Customer { channel_id }, state: ParticipantState::Dialing { until_at } },
            ],
        ));
        let to = Destination::Customer { permit };
        self.out.orders.push(Order::Dial { dialog_id, channel_id, phone: Some(phone), to });
        self.refresh(agent_id);
    }

    /// How long a call may take: the agent's phone first, then the other's.
    pub(super) fn patience(&self, ring_seconds_max: u32) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.settings.agent_phone_seconds + ring_seconds_max))
    }

    /// Stores the attempt as it is now.
    pub(super) fn keep(&mut self, attempt: Attempt) {
        self.out.changes.attempts.insert(attempt.id, attempt.clone());
        self.attempts.insert(attempt.id, attempt);
    }

    pub(super) fn emit_of(&mut self, attempt: &Attempt, event: Event) {
        self.emit(attempt.agent_id, attempt.campaign_id, attempt.contact_id, event);
    }

    pub(super) fn switch_said(&mut self, channel_id: ChannelId, progress: CallProgress) {
        if let CallProgress::Digit { digit_id, is_sent } = progress {
            return self.digit_answered(digit_id, is_sent);
        }
        if let CallProgress::Recording { server, taped, asked_at } = progress {
            return self.taped(channel_id, server, taped, asked_at);
        }
        match self.channels.get(&channel_id) {
            Some(ChannelOf::Outside(dialog_id)) => self.outside_said(*dialog_id, channel_id, progress),
            Some(ChannelOf::Phone(agent_id)) => self.phone_said(*agent_id, &progress),
            Some(ChannelOf::Supervisor(agent_id)) => self.supervisor_said(*agent_id, progress),
            None => {}
        }
    }

    fn outside_said(&mut self, id: DialogId, channel_id: ChannelId, progress: CallProgress) {
        use ParticipantState::{Active, Dialing, Leaving, Ringing, Waiting};
        let Some(state) = self.dialogs.get(&id).and_then(|dialog| dialog.state_at(channel_id)) else { return };
        let is_there = state.was_connected() || matches!(state, Waiting { .. });
        match (state, progress) {
            (Dialing { until_at }, CallProgress::Ringing) => {
                self.put_outside(id, channel_id, Ringing { until_at });
                self.attempt_rings(id, channel_id);
            }
            (Dialing { .. } | Ringing { .. }, CallProgress::Connected) => self.connected(id, channel_id, Active),
            // They answer while we hang up. With an agent there it is a conversation; without one it was abandoned.
            (Leaving { until_at, was_active: false, rang_out }, CallProgress::Connected) if self.has_agents(id) => {
                self.connected(id, channel_id, Leaving { until_at, was_active: true, rang_out });
            }
            (_, CallProgress::NotMade { why }) if !is_there => self.not_there(id, channel_id, why.into()),
            // The connection was never told, or came too late: nobody talked.
            (_, CallProgress::HungUp { .. }) if !is_there => self.not_there(id, channel_id, Outcome::Abandoned),
            (_, CallProgress::NotMade { .. } | CallProgress::HungUp { .. }) => self.outside_left(id, channel_id),
            (_, CallProgress::Heard { what }) if is_there => self.heard(id, channel_id, what.into()),
            (
                _,
                CallProgress::Ringing
                | CallProgress::Connected
                | CallProgress::Digit { .. }
                | CallProgress::Heard { .. }
                | CallProgress::Recording { .. },
            ) => {}
        }
    }

    /// The switch has a guess who answered. An agent who has said it knows better; and a fax is told by its tone, where what
    /// was taken for a greeting may be that tone.
    fn heard(&mut self, id: DialogId, channel_id: ChannelId, guess: Classification) {
        let Some(attempt) = self.attempt_at(id, channel_id) else { return };
        let Some(dialog) = self.dialogs.get(&id).cloned() else { return };
        let is_said = attempt.classification.is_some_and(|said| said != Classification::Voice);
        if is_said || dialog.suggested == Some(guess) || dialog.suggested == Some(Classification::Fax) {
            return;
        }
        self.keep_dialog(Dialog { suggested: Some(guess), ..dialog });
        self.emit_of(&attempt, Event::ClassificationSuggested { attempt_id: attempt.id, to: guess });
        self.tell_colleagues(id, attempt.agent_id, &Event::DialogUpdated { dialog_id: id });
    }

    fn has_agents(&self, id: DialogId) -> bool {
        self.dialogs.get(&id).is_some_and(|dialog| dialog.agents().next().is_some())
    }

    fn who_has(&self, id: DialogId, channel_id: ChannelId) -> Option<Who> {
        let dialog = self.dialogs.get(&id)?;
        dialog.participants.iter().map(|p| &p.who).find(|who| who.channel_id() == Some(channel_id)).cloned()
    }

    fn put_outside(&mut self, id: DialogId, channel_id: ChannelId, state: ParticipantState) {
        if let Some(who) = self.who_has(id, channel_id) {
            self.put(id, &who, state);
        }
    }

    /// The attempt, if this channel is its customer's.
    fn attempt_at(&self, id: DialogId, channel_id: ChannelId) -> Option<Attempt> {
        let attempt_id = self.attempt_of(id).filter(|id| ChannelId::from(*id) == channel_id)?;
        self.attempts.get(&attempt_id).cloned()
    }

    fn attempt_rings(&mut self, id: DialogId, channel_id: ChannelId) {
        let Some(mut attempt) = self.attempt_at(id, channel_id) else { return };
        attempt.ringing_at = Some(self.now);
        self.emit_of(&attempt, Event::AttemptRinging { attempt_id: attempt.id });
        self.keep(attempt);
    }

    fn connected(&mut self, id: DialogId, channel_id: ChannelId, state: ParticipantState) {
        if let Some(mut attempt) = self.attempt_at(id, channel_id) {
            attempt.phase = Phase::Talking { answered_at: self.now };
            attempt.classification.get_or_insert(Classification::Voice);
            self.emit_of(&attempt, Event::AttemptAnswered { attempt_id: attempt.id });
            if state == ParticipantState::Active {
                self.begin_recording(&mut attempt);
            }
            self.keep(attempt);
        }
        self.answered(id);
        self.put_outside(id, channel_id, state);
        self.refresh_all(id);
    }

    /// The dialog is answered, for the first time.
    pub(super) fn answered(&mut self, id: DialogId) {
        if let Some(dialog) = self.dialogs.get(&id).filter(|dialog| dialog.answered_at.is_none()) {
            let answered = Dialog { answered_at: Some(self.now), ..dialog.clone() };
            self.keep_dialog(answered);
        }
    }

    pub(super) fn refresh_all(&mut self, id: DialogId) {
        let agents: Vec<AgentId> = self.dialogs.get(&id).map(|d| d.agents().collect()).unwrap_or_default();
        for agent_id in agents {
            self.refresh(agent_id);
        }
    }

    /// Somebody was called and is not there.
    fn not_there(&mut self, id: DialogId, channel_id: ChannelId, outcome: Outcome) {
        let Some(who) = self.who_has(id, channel_id) else { return };
        if let Some(attempt) = self.attempt_at(id, channel_id) {
            let as_said = outcome.or_as_said(attempt.classification);
            self.finish(attempt, self.now, as_said);
        }
        if outcome == Outcome::Failed(FailureCause::AgentPhone) {
            let agents: Vec<AgentId> = self.dialogs.get(&id).map(|d| d.agents().collect()).unwrap_or_default();
            for agent_id in agents {
                // Ready again would only ring the dead phone for the next contact.
                self.comes_back_as(agent_id, NextState::NotReady { reason: REASON_PHONE.to_owned() });
            }
        }
        self.leave(id, &who, left(outcome));
    }

    /// Somebody who was there is gone.
    fn outside_left(&mut self, id: DialogId, channel_id: ChannelId) {
        let Some(who) = self.who_has(id, channel_id) else { return };
        let asked = self.dialogs.get(&id).and_then(|dialog| dialog.state_at(channel_id));
        let why = if matches!(asked, Some(ParticipantState::Leaving { .. })) { Left::Ended } else { Left::HungUp };
        self.leave(id, &who, why);
    }

    /// A line is to end; the switch confirms.
    pub(super) fn hang_up(&mut self, channel_id: ChannelId) {
        self.let_go(channel_id, false);
    }

    fn let_go(&mut self, channel_id: ChannelId, rang_out: bool) {
        let Some(ChannelOf::Outside(id)) = self.channels.get(&channel_id).copied() else { return };
        let Some(state) = self.dialogs.get(&id).and_then(|dialog| dialog.state_at(channel_id)) else { return };
        if matches!(state, ParticipantState::Leaving { .. }) {
            return;
        }
        let was_active = state.was_connected() || matches!(state, ParticipantState::Waiting { .. });
        let until_at = self.now + SignedDuration::from_secs(i64::from(self.settings.hang_up_seconds));
        self.out.orders.push(Order::HangUp { channel_id });
        self.put_outside(id, channel_id, ParticipantState::Leaving { until_at, was_active, rang_out });
    }

    /// The switch should have given up by itself: end the call.
    pub(super) fn rang_long_enough(&mut self, channel_id: ChannelId) {
        self.let_go(channel_id, true);
    }

    /// The switch was asked to end a line and did not say that it is gone: it is.
    pub(super) fn hang_up_unconfirmed(&mut self, channel_id: ChannelId) {
        let Some(ChannelOf::Outside(id)) = self.channels.get(&channel_id).copied() else { return };
        let state = self.dialogs.get(&id).and_then(|dialog| dialog.state_at(channel_id));
        let Some(ParticipantState::Leaving { was_active, rang_out, .. }) = state else { return };
        // Said again, in case the first order was lost: nobody may be left on a line we count as closed.
        self.out.orders.push(Order::HangUp { channel_id });
        if was_active {
            self.outside_left(id, channel_id);
        } else {
            let why = if rang_out { NotMade::NoAnswer } else { NotMade::GivenUp };
            self.not_there(id, channel_id, why.into());
        }
    }

    pub(super) fn audit_later(&mut self, channel_id: ChannelId) {
        let at = self.now + SignedDuration::from_secs(i64::from(self.settings.audit_seconds));
        self.deadlines.set(Deadline::Audit(channel_id), at);
    }

    /// Asks the switch whether a line still lives, and the phones of the agents beside it and of their supervisors, in case an
    /// end was never told.
    pub(super) fn audit(&mut self, channel_id: ChannelId) {
        let Some(ChannelOf::Outside(id)) = self.channels.get(&channel_id) else { return self.audit_phone(channel_id) };
        let agents = || self.dialogs.get(id).into_iter().flat_map(Dialog::agents);
        let phones = agents().filter_map(|id| self.sessions.get(&id)?.channel_id);
        let supervisors = self.supervisors_of(agents());
        let channel_ids = std::iter::once(channel_id).chain(phones).chain(supervisors).collect();
        self.ask(Ask::Channels { channel_ids });
        self.audit_later(channel_id);
    }

    /// The switch still has this line: what we had asked is asked again.
    pub(super) fn channel_is_alive(&mut self, channel_id: ChannelId) {
        if let Some(ChannelOf::Outside(id)) = self.channels.get(&channel_id)
            && let Some(dialog) = self.dialogs.get(id)
            && matches!(dialog.state_at(channel_id), Some(ParticipantState::Leaving { .. }))
        {
            self.out.orders.push(Order::HangUp { channel_id });
        }
        self.ask_recording_again(channel_id);
    }

    /// The switch does not have this line (any more). What was never answered is lost, and counts as tried.
    pub(super) fn channel_is_gone(&mut self, channel_id: ChannelId) {
        match self.channels.get(&channel_id).copied() {
            Some(ChannelOf::Outside(id)) => {
                let state = self.dialogs.get(&id).and_then(|dialog| dialog.state_at(channel_id));
                match state {
                    Some(state) if state.was_connected() || matches!(state, ParticipantState::Waiting { .. }) => {
                        self.outside_left(id, channel_id);
                    }
                    Some(_) => self.not_there(id, channel_id, Outcome::Failed(FailureCause::Lost)),
                    None => {}
                }
            }
            Some(ChannelOf::Phone(agent_id)) => self.phone_gone(agent_id, REASON_DISCONNECTED),
            Some(ChannelOf::Supervisor(agent_id)) => self.end_supervision(agent_id, SupervisionEnd::HungUp),
            None => {}
        }
    }

    // The agent's own phone.

    fn phone_said(&mut self, agent_id: AgentId, progress: &CallProgress) {
        match progress {
            CallProgress::Connected => self.phone_connected(agent_id),
            CallProgress::NotMade { .. } => self.phone_is_dead(agent_id),
            // Put down before it was connected: whatever waits would only ring it again.
            CallProgress::HungUp { .. } if self.connects(agent_id).is_some() => self.phone_is_dead(agent_id),
            CallProgress::HungUp { .. } => self.phone_gone(agent_id, REASON_DISCONNECTED),
            CallProgress::Ringing
            | CallProgress::Digit { .. }
            | CallProgress::Heard { .. }
            | CallProgress::Recording { .. } => {}
        }
    }

    /// The dialog that the agent's phone is being connected with.
    fn connects(&self, agent_id: AgentId) -> Option<DialogId> {
        let connecting =
            |dialog: &&Dialog| matches!(dialog.state_of(agent_id), Some(ParticipantState::Connecting { .. }));
        self.dialogs_of(agent_id).into_iter().find(connecting).map(|dialog| dialog.id)
    }

    /// The phone is in the dialog it was to be connected with.
    fn phone_connected(&mut self, agent_id: AgentId) {
        self.stands(agent_id);
        if let Some(id) = self.connects(agent_id) {
            self.joined(id, agent_id);
        }
    }

    /// Ready again, they would only be given the next call for a dead phone.
    pub(super) fn phone_is_dead(&mut self, agent_id: AgentId) {
        self.comes_back_as(agent_id, NextState::NotReady { reason: REASON_PHONE.to_owned() });
        self.phone_gone(agent_id, REASON_PHONE);
    }

    /// The switch did not say what became of the agent's phone: it counts as dead.
    pub(super) fn phone_not_connected(&mut self, agent_id: AgentId) {
        self.phone_is_dead(agent_id);
    }

    /// The agent's phone went away: they leave whatever they were in. Whoever was Ready with a phone that stays connected is
    /// not there any more.
    fn phone_gone(&mut self, agent_id: AgentId, reason: &str) {
        if !self.put_phone_down(agent_id) {
            return;
        }
        if self.sessions.get(&agent_id).is_some_and(|session| session.activity == Activity::Ready) {
            self.set_activity(agent_id, Activity::NotReady { reason: reason.to_owned() });
        }
        for id in self.present_in(agent_id) {
            self.leave_agent(id, agent_id, Left::PhoneGone);
        }
    }

    /// The dialogs that an agent's phone is in, or is to be in.
    pub(super) fn present_in(&self, agent_id: AgentId) -> Vec<DialogId> {
        let present = |dialog: &&Dialog| {
            dialog.state_of(agent_id).is_some_and(|state| !matches!(state, ParticipantState::Offered { .. }))
        };
        self.dialogs_of(agent_id).into_iter().filter(present).map(|dialog| dialog.id).collect()
    }
}

/// Why somebody left who never came.
fn left(outcome: Outcome) -> Left {
    match outcome {
        Outcome::NoAnswer => Left::NoAnswer,
        Outcome::Busy => Left::Busy,
        Outcome::Abandoned => Left::Ended,
        Outcome::Failed(FailureCause::Declined) => Left::Declined,
        Outcome::Voice
        | Outcome::AnsweringMachine
        | Outcome::Fax
        | Outcome::InvalidNumber
        | Outcome::DoNotCall
        | Outcome::Failed(
            FailureCause::AgentPhone | FailureCause::Congestion | FailureCause::Network | FailureCause::Lost,
        ) => Left::Failed,
    }
}

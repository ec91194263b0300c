//! Going on after a stop. Nothing is dialled again: an attempt that was open is asked for at the switch, and settled as lost
//! if the switch does not have it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Engine, Settings,
    deadlines::Deadline,
    dialogs::ChannelOf,
    hopper::Desk,
    input::{Candidate, Snapshot},
    output::{Ask, Order},
    session::Activity,
};
use crate::domain::{
    agent::NextState,
    attempt::{Attempt, Phase},
    contact::ContactState,
    dialog::{Dialog, DigitEnd, Participant, ParticipantState},
    ids::{AgentId, CallbackId, ChannelId, ContactId, DialogId, TeamId},
    outcome::{FailureCause, Outcome},
    zone_rules::ZoneRules,
};

impl Engine {
    /// Builds the engine of a team from what was committed.
    pub fn restore(
        team_id: TeamId,
        settings: Settings,
        rules: Arc<ZoneRules>,
        seed: u64,
        snapshot: Snapshot,
        now: Timestamp,
    ) -> Self {
        let now = snapshot.last_event_at.map_or(now, |last| last.max(now));
        // Ids of this life must differ from those of the lives before it, and from those of other teams.
        let seed = seed
            ^ snapshot.last_seq.unsigned_abs().rotate_left(32)
            ^ team_id.0.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut engine = Self::empty(team_id, settings, rules, seed, now);
        engine.last_seq = snapshot.last_seq;
        engine.agents = snapshot.agents.into_iter().map(|agent| (agent.id, agent)).collect();
        engine.sessions = snapshot.sessions.into_iter().map(|session| (session.agent_id, session)).collect();
        engine.desks = snapshot.campaigns.into_iter().map(|campaign| (campaign.id, Desk::new(campaign))).collect();
        engine.reasons = snapshot.reasons;
        engine.queues = snapshot.queues.into_iter().map(|queue| (queue.id, queue)).collect();
        engine.reservations = snapshot.reservations.into_iter().map(|r| (r.id, r)).collect();
        engine.attempts = snapshot.attempts.into_iter().map(|attempt| (attempt.id, attempt)).collect();
        engine.callbacks = snapshot.callbacks.into_iter().map(|callback| (callback.id, callback)).collect();
        engine.dialogs = snapshot.dialogs.into_iter().map(|dialog| (dialog.id, dialog)).collect();
        engine.hold_contacts(snapshot.contacts);
        engine.resume_attempts();
        engine.resume_dialogs();
        engine.resume_agents();
        engine.resume_reservations();
        engine.settle_dialogs();
        engine.resume_callbacks();
        engine
    }

    /// Takes the contacts in progress; one that nobody holds waits again.
    fn hold_contacts(&mut self, contacts: Vec<Candidate>) {
        for candidate in contacts {
            let id = candidate.contact.id;
            if self.reservations.values().any(|r| r.contact_id == id)
                || self.attempts.values().any(|a| a.contact_id == id)
            {
                self.held.insert(id, candidate);
            } else {
                self.return_contact(candidate, self.now);
            }
        }
    }

    fn resume_agents(&mut self) {
        let ids: Vec<AgentId> = self.sessions.keys().copied().collect();
        for id in ids {
            self.present(id);
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            if let Some(state) = session.supervision.as_ref().map(|supervision| supervision.state) {
                self.arm_supervision(id, state);
            }
            self.arm_standing(id);
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            // A tone that was on its way is not waited for any more.
            let digits: Vec<_> = session.digits.iter().map(|digit| digit.id).collect();
            for digit_id in digits {
                self.digit_is(id, digit_id, DigitEnd::TimedOut);
            }
            self.resume_agent(id);
        }
    }

    /// An agent does what their last commit says, as far as it is still there.
    fn resume_agent(&mut self, id: AgentId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if let Some(wrap_up) = session.wrap_up {
            if self.dialogs.contains_key(&wrap_up.dialog_id) {
                self.deadlines.set(Deadline::WrapUp(id), wrap_up.ends_at);
            } else {
                session.wrap_up = None;
            }
        }
        match session.activity.clone() {
            Activity::Previewing { reservation_id } if !self.reservations.contains_key(&reservation_id) => {
                self.free_agent(id, NextState::Ready);
            }
            Activity::WrapUp { after } if session.wrap_up.is_none() => self.free_agent(id, after),
            Activity::NotReady { .. } | Activity::Ready | Activity::Previewing { .. } | Activity::WrapUp { .. } => {}
            Activity::InDialogs { .. } => self.refresh(id),
        }
    }

    fn resume_reservations(&mut self) {
        for reservation in self.reservations.values() {
            self.deadlines.set(Deadline::Preview(reservation.id), reservation.expires_at);
        }
    }

    /// Every line is asked for at the switch: whoever is not there any more has left. Customers come first, since what they
    /// left decides more than an agent's phone does.
    fn resume_dialogs(&mut self) {
        let dialogs: Vec<Dialog> = self.dialogs.values().cloned().collect();
        for dialog in &dialogs {
            self.arm(dialog);
        }
        for session in self.sessions.values() {
            self.channels.extend(session.channel_id.map(|id| (id, ChannelOf::Phone(session.agent_id))));
            let supervisor = session.supervision.as_ref().map(|supervision| supervision.channel_id);
            self.channels.extend(supervisor.map(|id| (id, ChannelOf::Supervisor(session.agent_id))));
        }
        let outside = |of: &&ChannelOf| matches!(of, ChannelOf::Outside(_));
        let lines = |wanted: bool| self.channels.iter().filter(move |(_, of)| outside(of) == wanted).map(|(id, _)| *id);
        let channel_ids: Vec<ChannelId> = lines(true).chain(lines(false)).collect();
        if channel_ids.is_empty() {
            self.resume_rooms();
        } else {
            self.is_coming_back = true;
            self.ask(Ask::Channels { channel_ids });
        }
    }

    /// The orders of the last commit may never have been given: once it is known who is there, who is in which room is said
    /// again, and whatever line is not known any more ends.
    pub(super) fn resume_rooms(&mut self) {
        if self.last_seq == 0 {
            return;
        }
        let keep = self.channels.keys().copied().collect();
        self.out.orders.push(Order::EndOthers { team_id: self.team_id, keep });
        let in_dialog = |d: &Dialog| d.participants.iter().filter_map(|p| self.room_of(d.id, p)).collect::<Vec<_>>();
        let mut orders: Vec<Order> = self.dialogs.values().flat_map(in_dialog).collect();
        // A phone leaves the room it was in before it comes into another.
        orders.sort_by_key(|order| matches!(order, Order::Retrieve { .. }));
        orders.extend(self.sessions.values().filter_map(|s| self.keeps(s)));
        orders.extend(self.sessions.values().filter_map(|s| self.supervises(s, s.supervision.as_ref()?)));
        self.out.orders.extend(orders);
        self.out.orders.extend(self.recordings_wanted());
    }

    /// Says again where a participant is, if they are there.
    fn room_of(&self, dialog_id: DialogId, participant: &Participant) -> Option<Order> {
        let phone = |id| self.sessions.get(&id)?.channel_id;
        let agent_id = participant.who.agent_id();
        let channel_id = agent_id.map_or(participant.who.channel_id(), phone)?;
        match participant.state {
            // A phone that is being connected may have been up, or rung, before its dialog began.
            ParticipantState::Active | ParticipantState::Connecting { .. } if agent_id.is_some() => {
                Some(Order::Retrieve { dialog_id, channel_id })
            }
            ParticipantState::Active | ParticipantState::Waiting { .. } => Some(Order::Admit { dialog_id, channel_id }),
            ParticipantState::Held => Some(Order::Hold { dialog_id, channel_id }),
            ParticipantState::Offered { .. }
            | ParticipantState::Connecting { .. }
            | ParticipantState::Dialing { .. }
            | ParticipantState::Ringing { .. }
            | ParticipantState::Leaving { .. } => None,
        }
    }

    /// An attempt without a dialog is of an older version: nobody knows how it ended.
    fn resume_attempts(&mut self) {
        let lost = |attempt: &&Attempt| !self.dialogs.contains_key(&DialogId::from(attempt.id));
        let lost: Vec<Attempt> = self.attempts.values().filter(lost).cloned().collect();
        for attempt in lost {
            let outcome = match attempt.phase {
                Phase::Dialing => Outcome::Failed(FailureCause::Lost),
                Phase::Talking { .. } | Phase::WrappingUp { .. } | Phase::Ended(_) => attempt.answered_outcome(),
            };
            self.finish(attempt, self.now, outcome);
        }
    }

    /// A dialog that was over, and whose agents are gone, is settled.
    fn settle_dialogs(&mut self) {
        let ids: Vec<DialogId> = self.dialogs.keys().copied().collect();
        for id in ids {
            self.settle(id);
        }
    }

    fn resume_callbacks(&mut self) {
        let ids: Vec<CallbackId> = self.callbacks.keys().copied().collect();
        for id in ids {
            self.derive_callback_again(id);
            let Some(callback) = self.callbacks.get(&id) else { continue };
            if !self.waits_for_callback(callback.contact_id) {
                continue;
            }
            self.arm_callback(id);
        }
    }

    /// A contact that is in a call or a preview waits for its callback only after it.
    fn waits_for_callback(&self, contact_id: ContactId) -> bool {
        self.held
            .get(&contact_id)
            .is_none_or(|candidate| matches!(candidate.contact.state, ContactState::Promised { .. }))
    }
}

//! Going on after a stop. Nothing is dialled again: an attempt that was open is asked for at the switch, and settled as lost
//! if the switch does not have it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    Engine, Settings,
    deadlines::Deadline,
    hopper::Desk,
    input::{Candidate, Snapshot},
    output::Ask,
    session::Activity,
};
use crate::domain::{
    agent::NextState,
    attempt::Phase,
    contact::ContactState,
    ids::{AgentId, AttemptId, CallbackId, ContactId, TeamId},
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
        engine.hold(snapshot.contacts);
        engine.resume_agents();
        engine.resume_reservations();
        engine.resume_attempts();
        engine.resume_callbacks();
        engine
    }

    /// Takes the contacts in progress; one that nobody holds waits again.
    fn hold(&mut self, contacts: Vec<Candidate>) {
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
            let Some(session) = self.sessions.get(&id) else { continue };
            let stands = match &session.activity {
                Activity::NotReady { .. } | Activity::Ready => true,
                Activity::Previewing { reservation_id } => self.reservations.contains_key(reservation_id),
                Activity::Dialing { attempt_id }
                | Activity::Talking { attempt_id }
                | Activity::WrapUp { attempt_id, .. } => self.attempts.contains_key(attempt_id),
            };
            if !stands {
                self.free_agent(id, NextState::Ready);
            }
        }
    }

    fn resume_reservations(&mut self) {
        for reservation in self.reservations.values() {
            self.deadlines.set(Deadline::Preview(reservation.id), reservation.expires_at);
        }
    }

    fn resume_attempts(&mut self) {
        let mut at_switch: Vec<AttemptId> = Vec::new();
        let (audit, hang_up) = (self.settings.audit_seconds, self.settings.hang_up_seconds);
        let after = |seconds: u32| self.now + SignedDuration::from_secs(i64::from(seconds));
        for attempt in self.attempts.values() {
            match attempt.phase {
                Phase::Dialing => {
                    self.deadlines.set(Deadline::Ring(attempt.id), attempt.ring_until_at);
                    at_switch.push(attempt.id);
                }
                Phase::Talking { .. } => {
                    self.deadlines.set(Deadline::Audit(attempt.id), after(audit));
                    at_switch.push(attempt.id);
                }
                Phase::WrappingUp { wrap_up_ends_at, .. } => {
                    self.deadlines.set(Deadline::WrapUp(attempt.id), wrap_up_ends_at);
                }
                Phase::Ended(_) => {}
            }
            if attempt.hang_up_asked_at.is_some() && !matches!(attempt.phase, Phase::WrappingUp { .. }) {
                self.deadlines.set(Deadline::HangUp(attempt.id), after(hang_up));
            }
        }
        if !at_switch.is_empty() {
            self.ask(Ask::Channels { attempt_ids: at_switch });
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

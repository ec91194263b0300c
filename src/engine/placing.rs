//! Calls that agents make: to somebody outside, by the dial plan, or to a colleague, who answers or not.

use jiff::SignedDuration;

use super::{
    Engine,
    output::{Destination, Order},
    session::{Activity, Session},
};
use crate::domain::{
    dial_plan::{PlacePermit, Target},
    dialog::{Dialog, DialogKind, Left, Participant, ParticipantState, Who},
    event::Event,
    ids::{AgentId, ChannelId, DialogId},
    refusal::Refusal,
};

/// As many dialogs as an agent can be in: the call, and one about it or beside it.
pub(super) const DIALOGS_MAX: usize = 2;

/// Whom an agent calls.
pub(super) enum Callee {
    /// A colleague who is at work.
    Colleague(AgentId),
    /// Anybody else.
    Other(PlacePermit),
}

impl Engine {
    /// Whom `typed` means, and whether they may be called.
    pub(super) fn callee(&self, session: &Session, typed: &str) -> Result<Callee, Refusal> {
        let permit = self.settings.dial_plan.permit(typed)?;
        let Target::Extension(extension) = permit.target() else { return Ok(Callee::Other(permit)) };
        if extension.as_str() == session.extension {
            return Err(Refusal::OwnPhone);
        }
        match self.sessions.values().find(|other| other.extension == extension.as_str()) {
            Some(colleague) => {
                self.check_reachable(colleague)?;
                Ok(Callee::Colleague(colleague.agent_id))
            }
            None => Ok(Callee::Other(permit)),
        }
    }

    /// A colleague can be called while they do nothing else, or, where that can be, talk in one call.
    fn check_reachable(&self, colleague: &Session) -> Result<(), Refusal> {
        let dialogs = self.dialogs_of(colleague.agent_id);
        let talks = dialogs.iter().all(|dialog| {
            dialog.answered_at.is_some()
                && dialog.state_of(colleague.agent_id).is_some_and(ParticipantState::was_connected)
        });
        let reachable = match colleague.activity {
            Activity::NotReady { .. } | Activity::Ready | Activity::InDialogs { .. } => {
                let calls_max = if self.settings.second_calls { DIALOGS_MAX } else { 1 };
                talks && dialogs.len() < calls_max && !colleague.is_lost
            }
            Activity::Previewing { .. } | Activity::WrapUp { .. } => false,
        };
        if reachable { Ok(()) } else { Err(Refusal::ColleagueBusy { state: colleague.activity.state() }) }
    }

    /// An agent calls somebody.
    pub(super) fn place(&mut self, session: &Session, typed: &str) -> Result<(), Refusal> {
        let callee = self.callee(session, typed)?;
        let agent_id = session.agent_id;
        let id: DialogId = self.mint();
        let (kind, state) = match callee {
            Callee::Colleague(_) if self.is_standing(agent_id) => (DialogKind::Internal, ParticipantState::Active),
            Callee::Colleague(_) => (DialogKind::Internal, self.connecting()),
            Callee::Other(_) => (DialogKind::Placed, ParticipantState::Active),
        };
        let me = Participant { who: Who::Agent { agent_id }, state };
        self.open_dialog(Dialog::new(id, kind, self.now, vec![me]));
        self.invite(id, Some(agent_id), callee);
        self.refresh(agent_id);
        Ok(())
    }

    /// Calls somebody into a dialog; `from` an agent's phone, unless that agent leaves.
    pub(super) fn invite(&mut self, id: DialogId, from: Option<AgentId>, callee: Callee) {
        let phone = from.and_then(|agent_id| self.phone_of(agent_id));
        match callee {
            Callee::Colleague(agent_id) => {
                if let Some(phone) = phone {
                    self.out.orders.push(Order::Connect { dialog_id: id, phone });
                }
                self.offer(id, agent_id, self.settings.answer_seconds);
            }
            Callee::Other(permit) => {
                let ring_seconds_max = self.settings.placed_ring_seconds;
                let until_at = self.now + self.patience(ring_seconds_max);
                let channel_id: ChannelId = self.mint();
                let dialled = permit.shown().as_str().to_owned();
                let to = Destination::Placed { permit, ring_seconds_max };
                self.out.orders.push(Order::Dial { dialog_id: id, channel_id, phone, to });
                let who = Who::Other { channel_id, dialled };
                self.bring_in(id, Participant { who, state: ParticipantState::Dialing { until_at } });
            }
        }
    }

    fn connecting(&self) -> ParticipantState {
        let until_at = self.now + SignedDuration::from_secs(i64::from(self.settings.agent_phone_seconds));
        ParticipantState::Connecting { until_at }
    }

    /// Shows a call to an agent, who can answer it for a while.
    pub(super) fn offer(&mut self, id: DialogId, agent_id: AgentId, seconds: u32) {
        let until_at = self.now + SignedDuration::from_secs(i64::from(seconds));
        let participant = Participant { who: Who::Agent { agent_id }, state: ParticipantState::Offered { until_at } };
        self.bring_in(id, participant);
        self.emit(agent_id, None, None, Event::CallOffered { dialog_id: id, until_at });
        self.refresh(agent_id);
    }

    /// The agent answers: their phone is connected, and what they were in goes on hold.
    pub(super) fn answer(&mut self, id: DialogId, agent_id: AgentId) {
        self.hold_others(id, agent_id);
        let Some(phone) = self.phone_of(agent_id) else { return };
        self.out.orders.push(Order::Connect { dialog_id: id, phone });
        let was_up = self.dialogs_of(agent_id).len() > 1 || self.is_standing(agent_id);
        let state = self.connecting();
        self.put_agent(id, agent_id, state);
        if was_up {
            // The phone is up already and only moves to the other room.
            self.joined(id, agent_id);
        }
        self.refresh(agent_id);
    }

    /// The caller of a dialog who waits for an agent.
    fn waiting(&self, id: DialogId) -> Option<Who> {
        let waits = |p: &&Participant| matches!(p.state, ParticipantState::Waiting { .. });
        self.dialogs.get(&id)?.participants.iter().find(waits).map(|p| p.who.clone())
    }

    /// The agent's phone is in the dialog: they talk, if anybody else does.
    pub(super) fn joined(&mut self, id: DialogId, agent_id: AgentId) {
        self.put_agent(id, agent_id, ParticipantState::Active);
        if let Some(who) = self.waiting(id) {
            self.put(id, &who, ParticipantState::Active);
        }
        if self.dialogs.get(&id).is_some_and(|dialog| dialog.others_talk(agent_id)) {
            self.answered(id);
        }
        self.refresh_all(id);
    }

    /// The agent did not take a call, in time or at all.
    pub(super) fn offer_ends(&mut self, id: DialogId, agent_id: AgentId, why: Left) {
        if let Some(next) = self.when_not_answered(id, why) {
            self.comes_back_as(agent_id, next);
        }
        self.leave_agent(id, agent_id, why);
    }

    /// Takes every call back that an agent was offered and has not answered.
    pub(super) fn drop_offers(&mut self, agent_id: AgentId) {
        let offered = |dialog: &&Dialog| {
            dialog.state_of(agent_id).is_some_and(|state| matches!(state, ParticipantState::Offered { .. }))
        };
        let ids: Vec<DialogId> = self.dialogs_of(agent_id).into_iter().filter(offered).map(|d| d.id).collect();
        for id in ids {
            self.leave_agent(id, agent_id, Left::NoAnswer);
        }
    }
}

//! What an agent does with a call: end it, hold, retrieve, consult, conference, transfer, direct transfer.

use super::{Engine, dialogs::ChannelOf, output::Order, placing::Callee, session::Session};
use crate::domain::{
    command::ActKind,
    dialog::{Dialog, DialogKind, Left, Participant, ParticipantState, Who},
    event::Event,
    ids::{AgentId, DialogId},
    refusal::Refusal,
};

impl Engine {
    /// Ends the call for the agent: for everybody if only one other is there, else the others go on.
    pub(super) fn end(&mut self, id: DialogId, agent_id: AgentId) {
        let Some(dialog) = self.dialogs.get(&id) else { return };
        let mut others = dialog.participants.iter().filter(|p| p.who.agent_id() != Some(agent_id));
        match (others.next(), others.next()) {
            // A caller who waits goes on waiting, for another agent.
            (Some(Participant { state: ParticipantState::Waiting { .. }, .. }), None) => {
                self.offer_ends(id, agent_id, Left::Ended);
            }
            (_, Some(_)) | (None, None) => self.leave_agent(id, agent_id, Left::Ended),
            (Some(other), None) => match other.who {
                Who::Agent { .. } => self.leave_agent(id, agent_id, Left::Ended),
                Who::Customer { channel_id } | Who::Other { channel_id, .. } => self.hang_up(channel_id),
            },
        }
    }

    /// Puts the others of a dialog on hold.
    pub(super) fn hold(&mut self, id: DialogId, agent_id: AgentId) {
        let Some(channel_id) = self.sessions.get(&agent_id).and_then(|session| session.channel_id) else { return };
        self.out.orders.push(Order::Hold { dialog_id: id, channel_id });
        self.put_agent(id, agent_id, ParticipantState::Held);
        self.refresh(agent_id);
    }

    /// Whatever else the agent talks in goes on hold: nobody talks in two rooms.
    pub(super) fn hold_others(&mut self, id: DialogId, agent_id: AgentId) {
        let active = |dialog: &&Dialog| dialog.id != id && dialog.state_of(agent_id) == Some(ParticipantState::Active);
        let others: Vec<DialogId> = self.dialogs_of(agent_id).into_iter().filter(active).map(|d| d.id).collect();
        for other in others {
            self.hold(other, agent_id);
        }
    }

    /// Talks with those on hold again.
    pub(super) fn retrieve(&mut self, id: DialogId, agent_id: AgentId) {
        self.hold_others(id, agent_id);
        let Some(channel_id) = self.sessions.get(&agent_id).and_then(|session| session.channel_id) else { return };
        self.out.orders.push(Order::Retrieve { dialog_id: id, channel_id });
        self.put_agent(id, agent_id, ParticipantState::Active);
        self.refresh(agent_id);
    }

    /// The customer goes on hold, somebody else is called.
    pub(super) fn consult(&mut self, session: &Session, about: DialogId, typed: &str) -> Result<(), Refusal> {
        let callee = self.callee(session, typed)?;
        self.check_not_in(about, &callee, ActKind::Consult)?;
        let agent_id = session.agent_id;
        self.hold(about, agent_id);
        let id: DialogId = self.mint();
        let me = Participant { who: Who::Agent { agent_id }, state: ParticipantState::Active };
        self.open_dialog(Dialog::new(id, DialogKind::Consult { about }, self.now, vec![me]));
        self.invite(id, Some(agent_id), callee);
        self.refresh(agent_id);
        Ok(())
    }

    /// A colleague who is in the call already is not called about it.
    fn check_not_in(&self, id: DialogId, callee: &Callee, act: ActKind) -> Result<(), Refusal> {
        let Callee::Colleague(agent_id) = callee else { return Ok(()) };
        if self.dialogs.get(&id).is_some_and(|dialog| dialog.state_of(*agent_id).is_some()) {
            return Err(Refusal::NotInThisCall { act: act.name(), why: "this colleague is in the call already" });
        }
        Ok(())
    }

    /// The agent's consultation about a dialog.
    pub(super) fn consultation(&self, about: DialogId, agent_id: AgentId) -> Option<&Dialog> {
        self.dialogs
            .values()
            .find(|dialog| dialog.kind == DialogKind::Consult { about } && dialog.state_of(agent_id).is_some())
    }

    /// The agent, the customer and whoever was consulted talk in one dialog.
    pub(super) fn conference(&mut self, into: DialogId, agent_id: AgentId) {
        let talks = self.dialogs_of(agent_id).iter().any(|d| d.state_of(agent_id) == Some(ParticipantState::Active));
        self.join(into, agent_id);
        // With both on hold, the phone was in neither room.
        if !talks && let Some(channel_id) = self.sessions.get(&agent_id).and_then(|session| session.channel_id) {
            self.out.orders.push(Order::Retrieve { dialog_id: into, channel_id });
        }
    }

    /// The agent, the customer and whoever was consulted are in one dialog.
    fn join(&mut self, into: DialogId, agent_id: AgentId) {
        let Some(mut consultation) = self.consultation(into, agent_id).cloned() else { return };
        let from = consultation.id;
        self.out.orders.push(Order::Join { from, into });
        self.tell(from, &Event::DialogsJoined { from, into });
        // A keypad of a dialog that is no more could never be closed, and no call be ended with it.
        for in_it in consultation.agents() {
            self.clear_keypad(from, in_it);
        }
        let moved = std::mem::take(&mut consultation.participants);
        consultation.ended_at = Some(self.now);
        consultation.settled_at = Some(self.now);
        self.out.changes.dialogs.insert(from, consultation);
        self.dialogs.remove(&from);
        self.ask_about(from, into);
        for participant in moved.into_iter().filter(|p| p.who.agent_id() != Some(agent_id)) {
            if let Some(channel_id) = participant.who.channel_id() {
                self.channels.insert(channel_id, ChannelOf::Outside(into));
            }
            let is_there =
                self.dialogs.get(&into).is_some_and(|d| d.participants.iter().any(|p| p.who == participant.who));
            if !is_there {
                self.bring_in(into, participant);
            } else if participant.state == ParticipantState::Active {
                // Somebody else had called them into it meanwhile.
                self.put(into, &participant.who, ParticipantState::Active);
            }
        }
        self.put_agent(into, agent_id, ParticipantState::Active);
        self.refresh_all(into);
    }

    /// Whoever was consulted may have asked somebody else meanwhile: that is about the call they are in now.
    fn ask_about(&mut self, from: DialogId, into: DialogId) {
        let about = DialogKind::Consult { about: from };
        let asked: Vec<Dialog> = self.dialogs.values().filter(|dialog| dialog.kind == about).cloned().collect();
        for dialog in asked {
            self.keep_dialog(Dialog { kind: DialogKind::Consult { about: into }, ..dialog });
        }
    }

    /// The customer talks with whoever was consulted, the agent leaves.
    pub(super) fn transfer(&mut self, into: DialogId, agent_id: AgentId) {
        self.join(into, agent_id);
        self.leave_agent(into, agent_id, Left::Transferred);
    }

    /// The customer goes straight to somebody; the agent is free at once.
    pub(super) fn direct_transfer(&mut self, session: &Session, id: DialogId, typed: &str) -> Result<(), Refusal> {
        let callee = self.callee(session, typed)?;
        self.check_not_in(id, &callee, ActKind::DirectTransfer)?;
        self.invite(id, None, callee);
        self.leave_agent(id, session.agent_id, Left::Transferred);
        Ok(())
    }
}

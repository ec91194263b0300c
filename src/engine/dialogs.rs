//! Dialogs: who comes, who leaves, and what follows for those who stay.
//!
//! One rule decides whether a dialog goes on ([`Engine::look_around`]): it needs two parties, or a caller who waits. Whoever
//! is left alone is let go, so nobody stays on hold without a live agent, and no dialog is without an end.

use super::{
    Engine,
    deadlines::Deadline,
    output::{Order, Phone},
    session::Activity,
};
use crate::domain::{
    agent::{AgentState, NextState},
    dialog::{Dialog, DialogKind, Left, Participant, ParticipantState, Who},
    event::Event,
    ids::{AgentId, AttemptId, CampaignId, ChannelId, ContactId, DialogId},
    supervision::SupervisionEnd,
};

/// Whose line a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChannelOf {
    /// Somebody who is not an agent of the team, in this dialog.
    Outside(DialogId),
    /// An agent's phone.
    Phone(AgentId),
    /// The phone of the supervisor with this agent's call.
    Supervisor(AgentId),
}

impl Engine {
    /// A dialog begins.
    pub(super) fn open_dialog(&mut self, dialog: Dialog) {
        let (id, kind) = (dialog.id, dialog.kind.name().to_owned());
        self.keep_dialog(dialog);
        self.tell(id, &Event::DialogOpened { dialog_id: id, kind });
    }

    /// Stores a dialog as it is now, with the deadlines of everybody in it.
    pub(super) fn keep_dialog(&mut self, dialog: Dialog) {
        self.arm(&dialog);
        self.out.changes.dialogs.insert(dialog.id, dialog.clone());
        self.dialogs.insert(dialog.id, dialog);
    }

    /// Sets the deadline of each participant by where they are.
    pub(super) fn arm(&mut self, dialog: &Dialog) {
        for Participant { who, state } in &dialog.participants {
            match who {
                Who::Agent { agent_id } => self.arm_agent(dialog.id, *agent_id, *state),
                Who::Customer { channel_id } | Who::Other { channel_id, .. } => {
                    self.channels.insert(*channel_id, ChannelOf::Outside(dialog.id));
                    self.arm_outside(dialog.id, *channel_id, *state);
                }
            }
        }
    }

    fn arm_agent(&mut self, id: DialogId, agent_id: AgentId, state: ParticipantState) {
        self.disarm_agent(id, agent_id);
        match state {
            ParticipantState::Offered { until_at } => self.deadlines.set(Deadline::Offer(id, agent_id), until_at),
            ParticipantState::Connecting { until_at } => self.deadlines.set(Deadline::Connect(agent_id), until_at),
            ParticipantState::Waiting { .. }
            | ParticipantState::Dialing { .. }
            | ParticipantState::Ringing { .. }
            | ParticipantState::Active
            | ParticipantState::Held
            | ParticipantState::Leaving { .. } => {}
        }
    }

    fn arm_outside(&mut self, id: DialogId, channel_id: ChannelId, state: ParticipantState) {
        let audited = self.deadlines.is_set(Deadline::Audit(channel_id));
        if !matches!(state, ParticipantState::Active | ParticipantState::Waiting { .. }) {
            self.disarm_outside(id, channel_id);
        }
        match state {
            ParticipantState::Waiting { until_at, .. } => {
                self.deadlines.set(Deadline::Waits(id), until_at);
                if !audited {
                    self.audit_later(channel_id);
                }
            }
            ParticipantState::Dialing { until_at } | ParticipantState::Ringing { until_at } => {
                self.deadlines.set(Deadline::Ring(channel_id), until_at);
            }
            ParticipantState::Leaving { until_at, .. } => self.deadlines.set(Deadline::HangUp(channel_id), until_at),
            ParticipantState::Active => {
                self.deadlines.clear(Deadline::Ring(channel_id));
                self.deadlines.clear(Deadline::Waits(id));
                if !audited {
                    self.audit_later(channel_id);
                }
            }
            ParticipantState::Offered { .. } | ParticipantState::Connecting { .. } | ParticipantState::Held => {}
        }
    }

    fn disarm_agent(&mut self, id: DialogId, agent_id: AgentId) {
        self.deadlines.clear(Deadline::Offer(id, agent_id));
        self.deadlines.clear(Deadline::Connect(agent_id));
    }

    fn disarm_outside(&mut self, id: DialogId, channel_id: ChannelId) {
        for what in
            [Deadline::Ring(channel_id), Deadline::HangUp(channel_id), Deadline::Audit(channel_id), Deadline::Waits(id)]
        {
            self.deadlines.clear(what);
        }
    }

    /// Tells every agent of a dialog, those included who are finishing it; once without a name if there is none.
    pub(super) fn tell(&mut self, id: DialogId, event: &Event) {
        let (campaign_id, contact_id) = self.about(id);
        let agents = self.agents_of(id);
        if agents.is_empty() {
            self.emit(None, campaign_id, contact_id, event.clone());
        }
        for agent_id in agents {
            self.emit(agent_id, campaign_id, contact_id, event.clone());
        }
    }

    /// Tells the other agents of a dialog.
    pub(super) fn tell_colleagues(&mut self, id: DialogId, agent_id: AgentId, event: &Event) {
        let (campaign_id, contact_id) = self.about(id);
        for colleague in self.agents_of(id).into_iter().filter(|colleague| *colleague != agent_id) {
            self.emit(colleague, campaign_id, contact_id, event.clone());
        }
    }

    /// Whom a dialog is about.
    fn about(&self, id: DialogId) -> (Option<CampaignId>, Option<ContactId>) {
        let attempt = self.attempt_of(id).and_then(|id| self.attempts.get(&id));
        (attempt.map(|a| a.campaign_id), attempt.map(|a| a.contact_id))
    }

    /// The attempt that a dialog is the conversation of.
    pub(super) fn attempt_of(&self, id: DialogId) -> Option<AttemptId> {
        match self.dialogs.get(&id)?.kind {
            DialogKind::Outbound { attempt_id } => Some(attempt_id),
            DialogKind::Inbound { .. } | DialogKind::Placed | DialogKind::Internal | DialogKind::Consult { .. } => None,
        }
    }

    /// The agents in a dialog, and those who are finishing it.
    fn agents_of(&self, id: DialogId) -> Vec<AgentId> {
        let mut agents: Vec<AgentId> = self.dialogs.get(&id).map(|d| d.agents().collect()).unwrap_or_default();
        let finishing = self.sessions.values().filter(|s| s.wrap_up.is_some_and(|w| w.dialog_id == id));
        agents.extend(finishing.map(|s| s.agent_id));
        agents.sort_unstable();
        agents.dedup();
        agents
    }

    /// The dialogs an agent is in, oldest first.
    pub(super) fn dialogs_of(&self, agent_id: AgentId) -> Vec<&Dialog> {
        let mut all: Vec<&Dialog> =
            self.dialogs.values().filter(|dialog| dialog.state_of(agent_id).is_some()).collect();
        all.sort_unstable_by_key(|dialog| (dialog.opened_at, dialog.id));
        all
    }

    /// Puts a participant somewhere else, and says so.
    pub(super) fn put(&mut self, id: DialogId, who: &Who, state: ParticipantState) {
        let Some(mut dialog) = self.dialogs.get(&id).cloned() else { return };
        dialog.set(|other| other == who, state);
        self.keep_dialog(dialog);
        let event = Event::ParticipantChanged {
            dialog_id: id,
            who: who.name().to_owned(),
            participant_id: who.agent_id(),
            state: state.name().to_owned(),
        };
        self.tell(id, &event);
    }

    pub(super) fn put_agent(&mut self, id: DialogId, agent_id: AgentId, state: ParticipantState) {
        self.put(id, &Who::Agent { agent_id }, state);
    }

    /// Brings somebody in.
    pub(super) fn bring_in(&mut self, id: DialogId, participant: Participant) {
        let Some(mut dialog) = self.dialogs.get(&id).cloned() else { return };
        let (who, state) = (participant.who.clone(), participant.state);
        dialog.participants.push(participant);
        self.keep_dialog(dialog);
        self.put(id, &who, state);
    }

    /// Somebody leaves a dialog; then whoever is left is looked after.
    pub(super) fn leave(&mut self, id: DialogId, who: &Who, why: Left) {
        let Some(mut dialog) = self.dialogs.get(&id).cloned() else { return };
        let Some(gone) = dialog.remove(|other| other == who) else { return };
        let event =
            Event::ParticipantLeft { dialog_id: id, who: who.name().to_owned(), participant_id: who.agent_id(), why };
        self.tell(id, &event);
        self.keep_dialog(dialog);
        match who {
            Who::Agent { agent_id } => {
                self.disarm_agent(id, *agent_id);
                self.agent_left(id, *agent_id, gone.state);
            }
            Who::Customer { channel_id } | Who::Other { channel_id, .. } => {
                self.disarm_outside(id, *channel_id);
                self.channels.remove(channel_id);
                if matches!(who, Who::Customer { .. }) {
                    self.end_recording(id);
                }
            }
        }
        if !gone.state.was_connected() {
            self.wait_again(id);
        }
        self.look_around(id);
    }

    pub(super) fn leave_agent(&mut self, id: DialogId, agent_id: AgentId, why: Left) {
        self.leave(id, &Who::Agent { agent_id }, why);
    }

    /// Does this dialog go on? Two parties do, and a caller who waits; whoever is alone is let go.
    fn look_around(&mut self, id: DialogId) {
        let Some(dialog) = self.dialogs.get(&id).filter(|dialog| dialog.ended_at.is_none()) else { return };
        match dialog.participants.as_slice() {
            [] | [Participant { who: Who::Agent { .. }, .. }] => self.dialog_over(id),
            [Participant { who: Who::Customer { channel_id } | Who::Other { channel_id, .. }, state }] => match state {
                // Offered beyond their time, and not answered: nobody else is asked.
                ParticipantState::Waiting { until_at, .. } if *until_at <= self.now => self.waited_too_long(id),
                ParticipantState::Waiting { .. } | ParticipantState::Leaving { .. } => {}
                ParticipantState::Offered { .. }
                | ParticipantState::Connecting { .. }
                | ParticipantState::Dialing { .. }
                | ParticipantState::Ringing { .. }
                | ParticipantState::Active
                | ParticipantState::Held => self.hang_up(*channel_id),
            },
            [_, _, ..] => {
                let agents: Vec<AgentId> = dialog.agents().collect();
                for agent_id in agents {
                    self.refresh(agent_id);
                }
            }
        }
    }

    /// Nobody is left to talk.
    fn dialog_over(&mut self, id: DialogId) {
        let Some(mut dialog) = self.dialogs.get(&id).cloned() else { return };
        self.tell(id, &Event::DialogEnded { dialog_id: id });
        let left = std::mem::take(&mut dialog.participants);
        dialog.ended_at = Some(self.now);
        self.keep_dialog(dialog);
        for participant in left {
            if let Who::Agent { agent_id } = participant.who {
                self.disarm_agent(id, agent_id);
                self.agent_left(id, agent_id, participant.state);
            }
        }
        self.settle(id);
    }

    /// A dialog is over for an agent: keypad, phone, wrap-up, and what they do next.
    fn agent_left(&mut self, id: DialogId, agent_id: AgentId, was: ParticipantState) {
        self.clear_keypad(id, agent_id);
        if was.was_connected() {
            self.note_wrap_up(id, agent_id);
        }
        let in_others = !self.present_in(agent_id).is_empty();
        if !in_others {
            self.end_supervision(agent_id, SupervisionEnd::CallOver);
        }
        if !in_others && !self.is_standing(agent_id) {
            self.put_phone_down(agent_id);
        } else if was == ParticipantState::Active
            && let Some(channel_id) = self.sessions.get(&agent_id).and_then(|session| session.channel_id)
        {
            self.out.orders.push(Order::Leave { dialog_id: id, channel_id });
        }
        self.refresh(agent_id);
    }

    /// The agent's phone, with a line of its own from now on.
    pub(super) fn phone_of(&mut self, agent_id: AgentId) -> Option<Phone> {
        let minted: ChannelId = self.mint();
        let session = self.sessions.get_mut(&agent_id)?;
        let is_new = session.channel_id.is_none();
        let channel_id = *session.channel_id.get_or_insert(minted);
        let extension = session.extension.clone();
        self.channels.insert(channel_id, ChannelOf::Phone(agent_id));
        if is_new && self.settings.phones_stay_connected {
            self.will_stand(agent_id);
        }
        self.keep_session(agent_id);
        Some(Phone { channel_id, extension })
    }

    /// The agent's phone has no line any more. Gives whether it had one.
    pub(super) fn put_phone_down(&mut self, agent_id: AgentId) -> bool {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return false };
        let Some(channel_id) = session.channel_id.take() else { return false };
        session.standing = None;
        self.deadlines.clear(Deadline::Standing(agent_id));
        self.deadlines.clear(Deadline::Audit(channel_id));
        self.channels.remove(&channel_id);
        self.keep_session(agent_id);
        // Said in any case: it may be up all the same, as news of it was lost, or came so late that it was brought up again.
        self.out.orders.push(Order::HangUp { channel_id });
        true
    }

    /// What the dialogs of an agent make of their state. A call that is only offered leaves a Not ready agent Not ready.
    fn shows(&self, agent_id: AgentId) -> Option<AgentState> {
        let session = self.sessions.get(&agent_id)?;
        let is_busy = match &session.activity {
            Activity::Ready | Activity::Previewing { .. } | Activity::InDialogs { .. } => true,
            Activity::NotReady { .. } | Activity::WrapUp { .. } => false,
        };
        let shown = self.dialogs_of(agent_id).into_iter().filter_map(|dialog| {
            let outbound = matches!(dialog.kind, DialogKind::Outbound { .. });
            match dialog.state_of(agent_id)? {
                ParticipantState::Active if outbound && dialog.answered_at.is_none() => Some(AgentState::Reserved),
                ParticipantState::Active | ParticipantState::Connecting { .. } => Some(AgentState::Talking),
                ParticipantState::Held => Some(AgentState::Hold),
                ParticipantState::Offered { .. } if is_busy => Some(AgentState::Reserved),
                ParticipantState::Offered { .. }
                | ParticipantState::Waiting { .. }
                | ParticipantState::Dialing { .. }
                | ParticipantState::Ringing { .. }
                | ParticipantState::Leaving { .. } => None,
            }
        });
        let rank = |state: &AgentState| {
            [AgentState::Reserved, AgentState::Hold, AgentState::Talking].iter().position(|s| s == state)
        };
        shown.max_by_key(rank)
    }

    /// Brings an agent's state in line with their dialogs.
    pub(super) fn refresh(&mut self, agent_id: AgentId) {
        let shows = self.shows(agent_id);
        let Some(session) = self.sessions.get(&agent_id) else { return };
        if session.is_lost && shows == Some(AgentState::Hold) {
            return self.take_back(agent_id);
        }
        let after = match (&session.activity, shows) {
            (Activity::InDialogs { after, .. }, None) => {
                let after = after.clone();
                return self.dialogs_over(agent_id, after);
            }
            (Activity::WrapUp { .. }, _) | (_, None) => return,
            (Activity::InDialogs { after, .. }, Some(_)) => after.clone(),
            (Activity::Ready | Activity::Previewing { .. }, Some(_)) => NextState::Ready,
            (Activity::NotReady { reason }, Some(_)) => NextState::NotReady { reason: reason.clone() },
        };
        if let Some(shows) = shows {
            let activity = Activity::InDialogs { shows, after };
            if self.sessions.get(&agent_id).is_some_and(|session| session.activity != activity) {
                self.set_activity(agent_id, activity);
            }
        }
    }

    /// An agent who is not there cannot retrieve a call: whoever they left on hold is put through to their phone.
    fn take_back(&mut self, agent_id: AgentId) {
        let held = self.dialogs_of(agent_id).into_iter().find(|d| d.state_of(agent_id) == Some(ParticipantState::Held));
        if let Some(id) = held.map(|dialog| dialog.id) {
            self.retrieve(id, agent_id);
        }
    }

    /// The agent's last dialog is over: wrap-up, or the next state.
    fn dialogs_over(&mut self, agent_id: AgentId, after: NextState) {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        if session.wrap_up.is_some() && !session.is_lost {
            // What was pending is there.
            session.wrap_up_asked = false;
            self.set_activity(agent_id, Activity::WrapUp { after });
        } else {
            self.free_agent(agent_id, after);
            self.leave_wrap_up(agent_id);
        }
    }

    /// Another state follows the agent's calls than the one they came from.
    pub(super) fn comes_back_as(&mut self, agent_id: AgentId, next: NextState) {
        if let Some(session) = self.sessions.get_mut(&agent_id)
            && let Activity::InDialogs { after, .. } = &mut session.activity
        {
            *after = next;
        }
    }

    /// Stores what an agent does, where nobody needs to be told.
    pub(super) fn keep_session(&mut self, agent_id: AgentId) {
        if let Some(session) = self.sessions.get(&agent_id) {
            self.out.changes.sessions.insert(agent_id, Some(session.clone()));
        }
    }
}

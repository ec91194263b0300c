//! Supervisors with an agent's call: they listen, whisper or join, from a phone of their own. There is one at most.
//!
//! A supervision belongs to the agent's phone, not to a dialog: it follows the agent through hold and consultation, and is
//! over when the phone is in no call any more.

use jiff::SignedDuration;

use super::{
    Engine,
    commands::extension_of,
    deadlines::Deadline,
    dialogs::ChannelOf,
    output::{Order, Phone},
    session::Session,
};
use crate::domain::{
    attempt::CallProgress,
    dialog::ParticipantState,
    event::Event,
    ids::{AgentId, ChannelId, DialogId, SupervisorId},
    refusal::Refusal,
    supervision::{Supervision, SupervisionEnd, SupervisionMode, SupervisionState},
};

impl Engine {
    /// A supervisor comes to the agent's call, or wants to be heard by others than before.
    pub(super) fn begin_supervision(
        &mut self,
        session: &Session,
        supervisor_id: SupervisorId,
        extension: String,
        mode: SupervisionMode,
    ) -> Result<(), Refusal> {
        let extension = extension_of(extension)?;
        let supervision = match &session.supervision {
            Some(there) if there.supervisor_id == supervisor_id && there.extension == extension => {
                if there.mode == mode {
                    return Ok(());
                }
                Supervision { mode, ..there.clone() }
            }
            Some(there) => return Err(Refusal::AlreadySupervised { extension: there.extension.clone() }),
            None => {
                self.check_phone_free(&extension)?;
                let until_at = self.now + SignedDuration::from_secs(i64::from(self.settings.agent_phone_seconds));
                let state = SupervisionState::Connecting { until_at };
                Supervision { supervisor_id, extension, mode, channel_id: self.mint(), state }
            }
        };
        let order = self.supervises(session, &supervision).ok_or(Refusal::AgentNotInCall)?;
        self.out.orders.push(order);
        self.keep_supervision(session.agent_id, supervision);
        Ok(())
    }

    /// Nobody is at this phone, be it an agent or a supervisor.
    pub(super) fn check_phone_free(&self, extension: &str) -> Result<(), Refusal> {
        let uses = |session: &Session| {
            session.extension == extension || session.supervision.as_ref().is_some_and(|s| s.extension == extension)
        };
        if self.sessions.values().any(uses) {
            return Err(Refusal::ExtensionInUse { extension: extension.to_owned() });
        }
        Ok(())
    }

    /// What the switch is told of a supervision; nothing if the agent's phone is in no call.
    pub(super) fn supervises(&self, session: &Session, supervision: &Supervision) -> Option<Order> {
        self.call_of(session.agent_id)?;
        let phone = Phone { channel_id: supervision.channel_id, extension: supervision.extension.clone() };
        Some(Order::Supervise { channel_id: session.channel_id?, phone, mode: supervision.mode })
    }

    /// The dialog an agent is in at their phone: the one they talk in, else one that they hold.
    fn call_of(&self, agent_id: AgentId) -> Option<DialogId> {
        let dialogs = self.dialogs_of(agent_id);
        let is = |state| dialogs.iter().find(|dialog| dialog.state_of(agent_id) == Some(state));
        is(ParticipantState::Active).or_else(|| is(ParticipantState::Held)).map(|dialog| dialog.id)
    }

    /// Stores a supervision as it is now, with its deadline, and says so.
    fn keep_supervision(&mut self, agent_id: AgentId, supervision: Supervision) {
        let dialog_id = self.call_of(agent_id);
        let Supervision { supervisor_id, mode, channel_id, state, .. } = supervision;
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        let before = session.supervision.replace(supervision);
        self.channels.insert(channel_id, ChannelOf::Supervisor(agent_id));
        self.arm_supervision(agent_id, state);
        self.keep_session(agent_id);
        let told = self.is_told(mode).then_some(agent_id);
        let state = state.name().to_owned();
        let event = Event::SupervisionChanged { supervised_id: agent_id, supervisor_id, mode, state, dialog_id };
        self.emit(told, None, None, event);
        // Whom they saw in the call is heard there no more: that they see, though not what became of it.
        if told.is_none()
            && before.is_some_and(|before| self.is_told(before.mode))
            && let Some(dialog_id) = dialog_id
        {
            self.emit(agent_id, None, None, Event::DialogUpdated { dialog_id });
        }
    }

    pub(super) fn arm_supervision(&mut self, agent_id: AgentId, state: SupervisionState) {
        match state {
            SupervisionState::Connecting { until_at } => self.deadlines.set(Deadline::Supervise(agent_id), until_at),
            SupervisionState::Active { .. } => self.deadlines.clear(Deadline::Supervise(agent_id)),
        }
    }

    /// Does the agent see a supervision of this mode?
    pub(super) fn is_told(&self, mode: SupervisionMode) -> bool {
        mode == SupervisionMode::Join || self.settings.agents_are_told
    }

    /// The switch told something of a supervisor's phone.
    pub(super) fn supervisor_said(&mut self, agent_id: AgentId, progress: CallProgress) {
        let supervision = self.sessions.get(&agent_id).and_then(|session| session.supervision.clone());
        let Some(supervision) = supervision else { return };
        match (progress, supervision.state) {
            (CallProgress::Connected, SupervisionState::Connecting { .. }) => {
                let state = SupervisionState::Active { since_at: self.now };
                self.keep_supervision(agent_id, Supervision { state, ..supervision });
            }
            (CallProgress::HungUp { .. }, SupervisionState::Active { .. }) => {
                self.end_supervision(agent_id, SupervisionEnd::HungUp);
            }
            (CallProgress::NotMade { .. }, _) | (CallProgress::HungUp { .. }, SupervisionState::Connecting { .. }) => {
                self.end_supervision(agent_id, SupervisionEnd::NotAnswered);
            }
            (
                CallProgress::Ringing
                | CallProgress::Connected
                | CallProgress::Digit { .. }
                | CallProgress::Heard { .. }
                | CallProgress::Recording { .. },
                _,
            ) => {}
        }
    }

    /// The supervisor with the agent's call, if there is one, leaves.
    pub(super) fn end_supervision(&mut self, agent_id: AgentId, why: SupervisionEnd) {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        let Some(Supervision { supervisor_id, mode, channel_id, state, .. }) = session.supervision.take() else {
            return;
        };
        self.keep_session(agent_id);
        self.deadlines.clear(Deadline::Supervise(agent_id));
        self.channels.remove(&channel_id);
        // Said in any case: it may be up all the same, and nobody may be left listening.
        self.out.orders.push(Order::HangUp { channel_id });
        let active_since_at = match state {
            SupervisionState::Active { since_at } => Some(since_at),
            SupervisionState::Connecting { .. } => None,
        };
        let told = self.is_told(mode).then_some(agent_id);
        self.emit(
            told,
            None,
            None,
            Event::SupervisionEnded { supervised_id: agent_id, supervisor_id, active_since_at, why },
        );
    }

    /// The lines of the supervisors with the calls of these agents.
    pub(super) fn supervisors_of(&self, agents: impl Iterator<Item = AgentId>) -> impl Iterator<Item = ChannelId> {
        agents.filter_map(|id| self.sessions.get(&id)?.supervision.as_ref()).map(|supervision| supervision.channel_id)
    }
}

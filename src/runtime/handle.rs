//! How the rest of the program speaks with a team's engine: commands in, answers and a live feed out.

use std::sync::Arc;

use tokio::sync::{broadcast, mpsc, oneshot};

use crate::{
    domain::{
        attempt::CallProgress,
        command::{Command, Promise},
        dialog::Caller,
        event::EventRecord,
        ids::{AgentId, ChannelId, DialogId, TeamId},
        refusal::Refusal,
    },
    engine::{
        promise_view::PromiseView,
        view::{AgentView, TeamView},
    },
};

/// A command was not obeyed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The world broke: nobody knows; ask for the state and try again.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// The team's engine cannot answer now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Too much waits already.
    #[error("too many commands are waiting; try again in a moment")]
    Busy,
    /// It is restarting, or another node has taken the team over.
    #[error("the team is not being served here at the moment; try again in a moment")]
    Stopped,
}

/// What a team's loop is given.
pub(super) enum Envelope {
    Command {
        agent_id: AgentId,
        command: Command,
        reply: oneshot::Sender<Result<(), CommandError>>,
    },
    Switch {
        channel_id: ChannelId,
        progress: CallProgress,
    },
    Arrived {
        channel_id: ChannelId,
        queue: String,
        caller: Caller,
    },
    /// Managers changed something.
    Noticed,
    Agent {
        agent_id: AgentId,
        reply: oneshot::Sender<Option<AgentView>>,
    },
    Team {
        reply: oneshot::Sender<TeamView>,
    },
    Promise {
        asked: Box<PromiseAsked>,
        reply: oneshot::Sender<Result<PromiseView, Refusal>>,
    },
    Stop,
}

/// A promise that an agent is about to make.
pub(super) struct PromiseAsked {
    pub agent_id: AgentId,
    pub dialog_id: DialogId,
    pub promise: Promise,
}

/// One team's engine, from outside.
#[derive(Clone)]
pub struct TeamHandle {
    pub(super) team_id: TeamId,
    pub(super) inbox: mpsc::Sender<Envelope>,
    pub(super) feed: broadcast::Sender<Arc<EventRecord>>,
}

impl TeamHandle {
    /// The team.
    pub fn team_id(&self) -> TeamId {
        self.team_id
    }

    /// Gives a command. `Ok` means it is done and durable.
    ///
    /// # Errors
    /// The refusal, or that nobody could be asked.
    pub async fn command(&self, agent_id: AgentId, command: Command) -> Result<(), CommandError> {
        let (reply, answer) = oneshot::channel();
        self.put(Envelope::Command { agent_id, command, reply })?;
        answer.await.map_err(|_| Unavailable::Stopped)?
    }

    /// What an agent sees now; none if there is no such agent in this team.
    ///
    /// # Errors
    /// When nobody could be asked.
    pub async fn agent_view(&self, agent_id: AgentId) -> Result<Option<AgentView>, Unavailable> {
        let (reply, answer) = oneshot::channel();
        self.put(Envelope::Agent { agent_id, reply })?;
        answer.await.map_err(|_| Unavailable::Stopped)
    }

    /// What a supervisor sees now.
    ///
    /// # Errors
    /// When nobody could be asked.
    pub async fn team_view(&self) -> Result<TeamView, Unavailable> {
        let (reply, answer) = oneshot::channel();
        self.put(Envelope::Team { reply })?;
        answer.await.map_err(|_| Unavailable::Stopped)
    }

    /// What would become of a promise that an agent is about to make in a dialog.
    ///
    /// # Errors
    /// None can be made there now, or nobody could be asked.
    pub async fn look_at_promise(
        &self,
        agent_id: AgentId,
        dialog_id: DialogId,
        promise: Promise,
    ) -> Result<PromiseView, CommandError> {
        let (reply, answer) = oneshot::channel();
        let asked = Box::new(PromiseAsked { agent_id, dialog_id, promise });
        self.put(Envelope::Promise { asked, reply })?;
        Ok(answer.await.map_err(|_| Unavailable::Stopped)??)
    }

    /// Events as they are committed. A receiver that is too slow is told so, and reads the rest from the store.
    pub fn events(&self) -> broadcast::Receiver<Arc<EventRecord>> {
        self.feed.subscribe()
    }

    /// Says that managers changed something.
    pub fn noticed(&self) {
        // A full inbox means the loop is awake; it looks at the notices whenever it was woken by one.
        let inbox = self.inbox.clone();
        tokio::spawn(async move { inbox.send(Envelope::Noticed).await.ok() });
    }

    /// Passes on what the switch told. Waits when the inbox is full: what the switch tells is never dropped.
    pub async fn switch_told(&self, channel_id: ChannelId, progress: CallProgress) {
        self.inbox.send(Envelope::Switch { channel_id, progress }).await.ok();
    }

    /// Passes a caller of one of the team's queues on.
    pub async fn arrived(&self, channel_id: ChannelId, queue: String, caller: Caller) {
        self.inbox.send(Envelope::Arrived { channel_id, queue, caller }).await.ok();
    }

    /// Asks the loop to end after what waits already.
    pub async fn stop(&self) {
        self.inbox.send(Envelope::Stop).await.ok();
        self.inbox.closed().await;
    }

    fn put(&self, envelope: Envelope) -> Result<(), Unavailable> {
        self.inbox.try_send(envelope).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unavailable::Busy,
            mpsc::error::TrySendError::Closed(_) => Unavailable::Stopped,
        })
    }
}

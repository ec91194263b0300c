//! An agent, and the words for the state they are in.

use serde::{Deserialize, Serialize};

use super::ids::{AgentId, TeamId};

/// A person who takes previews and calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Agent {
    /// Their number.
    pub id: AgentId,
    /// Their team.
    pub team_id: TeamId,
    /// The name they sign in with.
    pub login: String,
    /// Their name, for people.
    pub name: String,
}

/// The state of an agent, as everyone sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// Not at work.
    LoggedOut,
    /// At work, gets nothing.
    NotReady,
    /// Waits for a preview.
    Ready,
    /// Reads a preview, or waits for the customer to answer.
    Reserved,
    /// Talks.
    Talking,
    /// Has the customer on hold.
    Hold,
    /// Finishes the last call.
    WrapUp,
}

impl AgentState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::LoggedOut, Self::NotReady, Self::Ready, Self::Reserved, Self::Talking, Self::Hold, Self::WrapUp];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::NotReady => "not_ready",
            Self::Ready => "ready",
            Self::Reserved => "reserved",
            Self::Talking => "talking",
            Self::Hold => "hold",
            Self::WrapUp => "wrap_up",
        }
    }
}

/// The state an agent takes when what keeps them busy is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum NextState {
    /// Waits for the next preview.
    Ready,
    /// Gets nothing, for this reason.
    NotReady {
        /// Why: lunch, training.
        reason: String,
    },
    /// Leaves.
    LoggedOut {
        /// Why.
        reason: String,
    },
}

impl NextState {
    /// The state it becomes.
    pub fn state(&self) -> AgentState {
        match self {
            Self::Ready => AgentState::Ready,
            Self::NotReady { .. } => AgentState::NotReady,
            Self::LoggedOut { .. } => AgentState::LoggedOut,
        }
    }
}

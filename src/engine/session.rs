//! An agent at work: what they do ([`Activity`]) and what they want next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    agent::{AgentState, NextState},
    ids::{AgentId, AttemptId, ReservationId},
};

/// What an agent does. Each state holds only what is true in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "activity")]
pub enum Activity {
    /// At work, gets nothing.
    NotReady {
        /// Why.
        reason: String,
    },
    /// Waits for a preview.
    Ready,
    /// Reads a preview.
    Previewing {
        /// The preview.
        reservation_id: ReservationId,
    },
    /// Waits for the customer to answer.
    Dialing {
        /// The call.
        attempt_id: AttemptId,
    },
    /// Talks.
    Talking {
        /// The call.
        attempt_id: AttemptId,
    },
    /// Finishes the last call.
    WrapUp {
        /// The call.
        attempt_id: AttemptId,
        /// When it ends by itself.
        ends_at: Timestamp,
    },
}

impl Activity {
    /// The state as everyone sees it.
    pub fn state(&self) -> AgentState {
        match self {
            Self::NotReady { .. } => AgentState::NotReady,
            Self::Ready => AgentState::Ready,
            Self::Previewing { .. } | Self::Dialing { .. } => AgentState::Reserved,
            Self::Talking { .. } => AgentState::Talking,
            Self::WrapUp { .. } => AgentState::WrapUp,
        }
    }

    /// The call, from the accept to the end of wrap-up.
    pub fn attempt_id(&self) -> Option<AttemptId> {
        match self {
            Self::Dialing { attempt_id } | Self::Talking { attempt_id } | Self::WrapUp { attempt_id, .. } => {
                Some(*attempt_id)
            }
            Self::NotReady { .. } | Self::Ready | Self::Previewing { .. } => None,
        }
    }
}

/// An agent at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub agent_id: AgentId,
    /// At which phone.
    pub extension: String,
    /// What they do.
    pub activity: Activity,
    /// Since when.
    pub since_at: Timestamp,
    /// The state to take when the call, and wrap-up, are over.
    pub next: Option<NextState>,
    /// Gave no sign of life in a call: leaves when it is over, unless they come back before.
    #[serde(default)]
    pub is_lost: bool,
    /// Wrap-up was asked for in a call where it is optional.
    pub wrap_up_asked: bool,
}

/// The reason an agent is logged out who did not renew their presence.
pub(super) const REASON_LOST: &str = "connection_lost";

impl Session {
    /// What follows, as everyone sees it.
    pub fn pending(&self) -> Option<NextState> {
        if self.is_lost {
            return Some(NextState::LoggedOut { reason: REASON_LOST.to_owned() });
        }
        self.next.clone()
    }
}

//! A supervisor with an agent's call: who hears whom, by whose wish.
//!
//! It is a matter of privacy: each one has a beginning and an end in the log, and agents see it on their screen, unless a
//! setting hides what makes no sound.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{ChannelId, SupervisorId},
    schema::Instant,
};

/// Who hears a supervisor. The supervisor hears the agent, and whom the agent hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionMode {
    /// Nobody.
    Listen,
    /// The agent.
    Whisper,
    /// Everybody with whom the agent talks.
    Join,
}

impl SupervisionMode {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::Whisper => "whisper",
            Self::Join => "join",
        }
    }
}

/// Where a supervisor's phone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum SupervisionState {
    /// It is being called.
    Connecting {
        /// Then it counts as dead.
        #[schemars(with = "Instant")]
        until_at: Timestamp,
    },
    /// It is there.
    Active {
        /// Since when.
        #[schemars(with = "Instant")]
        since_at: Timestamp,
    },
}

impl SupervisionState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connecting { .. } => "connecting",
            Self::Active { .. } => "active",
        }
    }
}

/// A supervisor with an agent's call. It follows the agent's phone through hold and consultation, and ends with the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Supervision {
    /// Whose wish it is.
    pub supervisor_id: SupervisorId,
    /// Their phone.
    pub extension: String,
    /// Who hears them.
    pub mode: SupervisionMode,
    /// The line of their phone.
    pub channel_id: ChannelId,
    /// Where their phone is.
    #[serde(flatten)]
    pub state: SupervisionState,
}

/// Why a supervision is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionEnd {
    /// A supervisor ended it.
    Ended,
    /// The supervisor hung up.
    HungUp,
    /// The supervisor's phone did not answer, or could not be reached.
    NotAnswered,
    /// The agent's call is over.
    CallOver,
}

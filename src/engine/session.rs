//! An agent at work: what they do ([`Activity`]) and what they want next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{
    agent::{AgentState, NextState},
    dialog::Digit,
    ids::{AgentId, ChannelId, DialogId, DigitId, ReservationId},
    supervision::Supervision,
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
    /// Waits for a contact or a caller.
    Ready,
    /// Reads a preview.
    Previewing {
        /// The preview.
        reservation_id: ReservationId,
    },
    /// Is in one dialog or more.
    InDialogs {
        /// The state this makes: reserved, talking or hold.
        shows: AgentState,
        /// The state they come back to, unless they choose another.
        after: NextState,
    },
    /// Finishes the last call.
    WrapUp {
        /// The state they come back to, unless they choose another.
        after: NextState,
    },
}

impl Activity {
    /// The state as everyone sees it.
    pub fn state(&self) -> AgentState {
        match self {
            Self::NotReady { .. } => AgentState::NotReady,
            Self::Ready => AgentState::Ready,
            Self::Previewing { .. } => AgentState::Reserved,
            Self::InDialogs { shows, .. } => *shows,
            Self::WrapUp { .. } => AgentState::WrapUp,
        }
    }
}

/// A dialog that is over for the agent, and that they may still finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapUp {
    /// Which.
    pub dialog_id: DialogId,
    /// When that ends by itself, counted from the end of the call.
    pub ends_at: Timestamp,
}

/// The keypad of an agent, while it is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keypad {
    /// The dialog it sends to.
    pub dialog_id: DialogId,
    /// The keys that were asked for, as the read-only field shows them.
    pub keys: String,
}

/// A keypad tone on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigitRequest {
    /// Which.
    pub id: DigitId,
    /// The dialog.
    pub dialog_id: DialogId,
    /// The key.
    pub digit: Digit,
    /// Then it counts as timed out.
    pub until_at: Timestamp,
}

/// The line of a phone that stays connected between calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Standing {
    /// The phone rings.
    Rings {
        /// Then it counts as dead.
        until_at: Timestamp,
    },
    /// The agent is at it.
    Up,
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
    /// The state to take when the calls, and wrap-up, are over.
    pub next: Option<NextState>,
    /// Gave no sign of life in a call: leaves when it is over, unless they come back before.
    pub is_lost: bool,
    /// Wrap-up was asked for in a call where it is optional.
    pub wrap_up_asked: bool,
    /// The last routed call, while it may be wrapped up.
    pub wrap_up: Option<WrapUp>,
    /// The line of their phone, while they are in a dialog or it stays connected.
    pub channel_id: Option<ChannelId>,
    /// Where that line is, if it stays connected between calls.
    #[serde(default)]
    pub standing: Option<Standing>,
    /// The keypad, while it is open.
    pub keypad: Option<Keypad>,
    /// Keypad tones on their way.
    pub digits: Vec<DigitRequest>,
    /// How many callers they took since their last preview.
    pub callers_in_a_row: u32,
    /// The supervisor with their call.
    #[serde(default)]
    pub supervision: Option<Supervision>,
}

/// The reason an agent is logged out who did not renew their presence.
pub(super) const REASON_LOST: &str = "connection_lost";

impl Session {
    /// An agent who comes to work at this phone.
    pub fn new(agent_id: AgentId, extension: String, reason: &str, now: Timestamp) -> Self {
        Self {
            agent_id,
            extension,
            activity: Activity::NotReady { reason: reason.to_owned() },
            since_at: now,
            next: None,
            is_lost: false,
            wrap_up_asked: false,
            wrap_up: None,
            channel_id: None,
            standing: None,
            keypad: None,
            digits: Vec::new(),
            callers_in_a_row: 0,
            supervision: None,
        }
    }

    /// What follows, as everyone sees it.
    pub fn pending(&self) -> Option<NextState> {
        if self.is_lost {
            return Some(NextState::LoggedOut { reason: REASON_LOST.to_owned() });
        }
        self.next.clone()
    }

    /// When wrap-up ends by itself, while the agent is in it.
    pub fn wrap_up_ends_at(&self) -> Option<Timestamp> {
        self.wrap_up.filter(|_| matches!(self.activity, Activity::WrapUp { .. })).map(|wrap_up| wrap_up.ends_at)
    }
}

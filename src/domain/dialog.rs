//! A conversation from ringing to end, and who takes part in it.
//!
//! A dialog is what people hear: one room at the switch. What a *call of the campaign* leads to is the business of its
//! [`super::attempt::Attempt`]; what an agent does is the business of their session. A dialog without an attempt (a queue's
//! caller, a call that an agent placed, two colleagues) lives by the same rules.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{AgentId, AttemptId, ChannelId, DialogId, QueueId},
    outcome::Classification,
    phone::PhoneNumber,
};

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dialog {
    /// Which.
    pub id: DialogId,
    /// How it came about.
    pub kind: DialogKind,
    /// When it began to ring.
    pub opened_at: Timestamp,
    /// When everybody who had to be there was connected for the first time.
    pub answered_at: Option<Timestamp>,
    /// Who takes part, in the order they came.
    pub participants: Vec<Participant>,
    /// Who answered, as the switch guesses, until an agent says it.
    #[serde(default)]
    pub suggested: Option<Classification>,
    /// The label that an agent gave it; every agent on it sees the same.
    pub wrap_up_reason: Option<String>,
    /// When the last participant was gone.
    pub ended_at: Option<Timestamp>,
    /// When the last agent had finished with it: nothing can change any more.
    pub settled_at: Option<Timestamp>,
}

/// How a dialog came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum DialogKind {
    /// An agent accepted a preview.
    Outbound {
        /// What it is the conversation of.
        attempt_id: AttemptId,
    },
    /// A caller of a service queue.
    Inbound {
        /// The queue.
        queue_id: QueueId,
        /// What the network tells of the caller.
        caller: Caller,
    },
    /// An agent called somebody outside.
    Placed,
    /// An agent called a colleague.
    Internal,
    /// An agent asks somebody about another dialog.
    Consult {
        /// That dialog.
        about: DialogId,
    },
}

impl DialogKind {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Outbound { .. } => "outbound",
            Self::Inbound { .. } => "inbound",
            Self::Placed => "placed",
            Self::Internal => "internal",
            Self::Consult { .. } => "consult",
        }
    }

    /// Did the centre route or start it? Only then it is wrapped up (agent guide, T8.1).
    pub fn is_routed(&self) -> bool {
        match self {
            Self::Outbound { .. } | Self::Inbound { .. } => true,
            Self::Placed | Self::Internal | Self::Consult { .. } => false,
        }
    }
}

/// What the network tells of a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Caller {
    /// Their number, unless they withhold it.
    pub number: Option<PhoneNumber>,
    /// Call variables: what a menu before the queue found out.
    pub variables: BTreeMap<String, String>,
}

/// One party of a dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Who.
    pub who: Who,
    /// Where they are with it.
    pub state: ParticipantState,
}

/// Who takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "who")]
pub enum Who {
    /// An agent of the team, at their phone.
    Agent {
        /// Who.
        agent_id: AgentId,
    },
    /// The customer: the one who was called by the campaign, or who called.
    Customer {
        /// Their line.
        channel_id: ChannelId,
    },
    /// Somebody else, outside or in the house.
    Other {
        /// Their line.
        channel_id: ChannelId,
        /// What the agent typed to call them.
        dialled: String,
    },
}

impl Who {
    /// The line of somebody who is not an agent of the team.
    pub fn channel_id(&self) -> Option<ChannelId> {
        match self {
            Self::Agent { .. } => None,
            Self::Customer { channel_id } | Self::Other { channel_id, .. } => Some(*channel_id),
        }
    }

    /// The agent.
    pub fn agent_id(&self) -> Option<AgentId> {
        match self {
            Self::Agent { agent_id } => Some(*agent_id),
            Self::Customer { .. } | Self::Other { .. } => None,
        }
    }

    /// The stable name of their part.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Agent { .. } => "agent",
            Self::Customer { .. } => "customer",
            Self::Other { .. } => "other",
        }
    }
}

/// Where a participant is. Whoever is not yet there has a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ParticipantState {
    /// A customer who waits for an agent.
    Waiting {
        /// Since when.
        #[serde(default)]
        since_at: Timestamp,
        /// Then they are let go.
        until_at: Timestamp,
    },
    /// An agent sees the call and has not answered it.
    Offered {
        /// Then it is taken away.
        until_at: Timestamp,
    },
    /// An agent's phone is being connected.
    Connecting {
        /// Then the phone counts as dead.
        until_at: Timestamp,
    },
    /// Somebody is being called.
    Dialing {
        /// Then it is given up.
        until_at: Timestamp,
    },
    /// Their phone rings.
    Ringing {
        /// Then it is given up.
        until_at: Timestamp,
    },
    /// Talks and hears.
    Active,
    /// An agent who put the others on hold.
    Held,
    /// The switch was asked to end their line.
    Leaving {
        /// Then they count as gone.
        until_at: Timestamp,
        /// Had they been there?
        was_active: bool,
        /// Did it ring as long as it may?
        rang_out: bool,
    },
}

impl ParticipantState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Offered { .. } => "offered",
            Self::Connecting { .. } => "connecting",
            Self::Dialing { .. } => "dialing",
            Self::Ringing { .. } => "ringing",
            Self::Active => "active",
            Self::Held => "held",
            Self::Leaving { .. } => "leaving",
        }
    }

    /// When it ends by itself.
    pub fn until_at(self) -> Option<Timestamp> {
        match self {
            Self::Waiting { until_at, .. }
            | Self::Offered { until_at }
            | Self::Connecting { until_at }
            | Self::Dialing { until_at }
            | Self::Ringing { until_at }
            | Self::Leaving { until_at, .. } => Some(until_at),
            Self::Active | Self::Held => None,
        }
    }

    /// Since when they wait for an agent, if they do.
    pub fn waits_since_at(self) -> Option<Timestamp> {
        if let Self::Waiting { since_at, .. } = self { Some(since_at) } else { None }
    }

    /// Has the participant been connected?
    pub fn was_connected(self) -> bool {
        match self {
            Self::Active | Self::Held => true,
            Self::Leaving { was_active, .. } => was_active,
            Self::Waiting { .. }
            | Self::Offered { .. }
            | Self::Connecting { .. }
            | Self::Dialing { .. }
            | Self::Ringing { .. } => false,
        }
    }
}

/// Why a participant left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// They hung up.
    HungUp,
    /// An agent ended it for them, or left.
    Ended,
    /// An agent who had passed the dialog on.
    Transferred,
    /// They did not answer.
    NoAnswer,
    /// They did not want to.
    Declined,
    /// They were busy.
    Busy,
    /// They could not be reached.
    Failed,
    /// An agent whose phone went away.
    PhoneGone,
    /// They waited too long.
    WaitedTooLong,
}

impl Dialog {
    /// A dialog that begins.
    pub fn new(id: DialogId, kind: DialogKind, opened_at: Timestamp, participants: Vec<Participant>) -> Self {
        Self {
            id,
            kind,
            opened_at,
            answered_at: None,
            participants,
            suggested: None,
            wrap_up_reason: None,
            ended_at: None,
            settled_at: None,
        }
    }

    /// Where an agent is in it.
    pub fn state_of(&self, agent_id: AgentId) -> Option<ParticipantState> {
        self.participants.iter().find(|p| p.who.agent_id() == Some(agent_id)).map(|p| p.state)
    }

    /// Where somebody who is not an agent is in it.
    pub fn state_at(&self, channel_id: ChannelId) -> Option<ParticipantState> {
        self.participants.iter().find(|p| p.who.channel_id() == Some(channel_id)).map(|p| p.state)
    }

    /// The agents on it, those included who have not answered.
    pub fn agents(&self) -> impl Iterator<Item = AgentId> {
        self.participants.iter().filter_map(|p| p.who.agent_id())
    }

    /// The customer's line, while they are there.
    pub fn customer(&self) -> Option<ChannelId> {
        self.participants.iter().find_map(|p| match p.who {
            Who::Customer { channel_id } => Some(channel_id),
            Who::Agent { .. } | Who::Other { .. } => None,
        })
    }

    /// Does somebody talk, apart from this agent?
    pub fn others_talk(&self, agent_id: AgentId) -> bool {
        self.participants.iter().any(|p| p.who.agent_id() != Some(agent_id) && p.state == ParticipantState::Active)
    }

    /// Puts a participant into another state.
    pub fn set(&mut self, is_meant: impl Fn(&Who) -> bool, state: ParticipantState) {
        for participant in &mut self.participants {
            if is_meant(&participant.who) {
                participant.state = state;
            }
        }
    }

    /// Takes a participant out.
    pub fn remove(&mut self, is_meant: impl Fn(&Who) -> bool) -> Option<Participant> {
        let at = self.participants.iter().position(|p| is_meant(&p.who))?;
        Some(self.participants.remove(at))
    }
}

/// A key of the keypad: `0` to `9`, `#`, `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Digit(char);

impl Digit {
    /// The key as it is printed.
    pub fn as_char(self) -> char {
        self.0
    }
}

impl TryFrom<char> for Digit {
    type Error = NotADigit;

    fn try_from(key: char) -> Result<Self, NotADigit> {
        if key.is_ascii_digit() || key == '#' || key == '*' { Ok(Self(key)) } else { Err(NotADigit) }
    }
}

impl From<Digit> for char {
    fn from(digit: Digit) -> Self {
        digit.0
    }
}

/// The keypad has no such key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is one of 0 to 9, # and *")]
pub struct NotADigit;

impl schemars::JsonSchema for Digit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Digit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9#*]$", "description": "A key of the keypad." })
    }
}

/// What became of a keypad tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DigitEnd {
    /// The customer's side heard it.
    Sent,
    /// The switch could not send it.
    Failed,
    /// The switch did not say in time.
    TimedOut,
    /// The call was over before.
    CallOver,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t07_1_the_keypad_has_twelve_keys() {
        let keys: String = (0u8..=127).map(char::from).filter(|c| Digit::try_from(*c).is_ok()).collect();
        assert_eq!(keys, "#*0123456789");
        assert!(serde_json::from_str::<Digit>("\"A\"").is_err() && serde_json::from_str::<Digit>("\"12\"").is_err());
    }
}

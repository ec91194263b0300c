//! One try at one number, from the order to the switch until the end of wrap-up; immutable once ended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{AgentId, AttemptId, CallbackId, CampaignId, ContactId, DigitId, ListId, ReservationId},
    outcome::{Classification, FailureCause, Outcome},
    phone::PhoneNumber,
    recording::{Recording, Taped},
    retry::Disposition,
    schema::Instant,
    zone::ZoneSet,
};

/// Where an attempt is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "phase")]
pub enum Phase {
    /// The switch was asked to dial.
    Dialing,
    /// Agent and customer talk.
    Talking {
        /// Since when.
        #[schemars(with = "Instant")]
        answered_at: Timestamp,
    },
    /// The call is over, the agent may still say who answered.
    WrappingUp {
        /// When the customer answered.
        #[schemars(with = "Instant")]
        answered_at: Timestamp,
        /// When the call was over.
        #[schemars(with = "Instant")]
        hung_up_at: Timestamp,
        /// When wrap-up ends by itself.
        #[schemars(with = "Instant")]
        wrap_up_ends_at: Timestamp,
    },
    /// Over.
    Ended(Ended),
}

/// How an attempt ended, and what it led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Ended {
    /// When the customer answered, if they did.
    #[schemars(with = "Option<Instant>")]
    pub answered_at: Option<Timestamp>,
    /// When the call was over.
    #[schemars(with = "Instant")]
    pub hung_up_at: Timestamp,
    /// When nothing could change any more: the end of wrap-up.
    #[schemars(with = "Instant")]
    pub ended_at: Timestamp,
    /// The fact.
    pub outcome: Outcome,
    /// The decision.
    pub disposition: Disposition,
}

/// One try at one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Attempt {
    /// Its id, and that of the channel at the switch: committed before the switch is asked.
    pub id: AttemptId,
    /// The preview that was accepted.
    pub reservation_id: ReservationId,
    /// The agent, who selected the contact by accepting it.
    pub agent_id: AgentId,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The list.
    pub list_id: ListId,
    /// The contact.
    pub contact_id: ContactId,
    /// The number dialled.
    pub number: PhoneNumber,
    /// The candidate zones the rules considered.
    pub zones: ZoneSet,
    /// The zone rules they were asked with.
    pub tzdb_version: String,
    /// The promise this attempt keeps, if it keeps one.
    pub keeps_callback_id: Option<CallbackId>,
    /// The promise made during it, if one was made and stands.
    pub promises_callback_id: Option<CallbackId>,
    /// When the switch was asked to dial.
    #[schemars(with = "Instant")]
    pub opened_at: Timestamp,
    /// When the customer's phone began to ring.
    #[schemars(with = "Option<Instant>")]
    pub ringing_at: Option<Timestamp>,
    /// Who answered, as the agent says.
    pub classification: Option<Classification>,
    /// The agent's label.
    pub wrap_up_reason: Option<String>,
    /// Its recording, where its campaign has its calls recorded.
    pub recording: Option<Recording>,
    /// Where it is.
    pub phase: Phase,
}

impl Attempt {
    /// The outcome of a call that was answered: voice, unless the agent said otherwise.
    pub fn answered_outcome(&self) -> Outcome {
        self.classification.unwrap_or_default().into()
    }
}

/// What the switch tells of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum CallProgress {
    /// The customer's phone rings.
    Ringing,
    /// The customer answered and is connected with the agent.
    Connected,
    /// The call is over.
    HungUp {
        /// By whom.
        by: Side,
    },
    /// The call was not made.
    NotMade {
        /// Why.
        why: NotMade,
    },
    /// What became of a keypad tone.
    Digit {
        /// Which.
        digit_id: DigitId,
        /// Was it sent?
        is_sent: bool,
    },
    /// The switch listened, and has a guess who answered.
    Heard {
        /// What.
        what: Heard,
    },
    /// How the recording of the line does.
    Recording {
        /// Which switch has it.
        server: String,
        /// How.
        taped: Taped,
        /// The order that it follows.
        #[schemars(with = "Instant")]
        asked_at: Timestamp,
    },
}

/// What the switch hears on a customer's line: a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// A greeting as long as those of answering machines.
    AnsweringMachine,
    /// The tone with which a fax answers.
    Fax,
}

impl From<Heard> for Classification {
    fn from(what: Heard) -> Self {
        match what {
            Heard::AnsweringMachine => Self::AnsweringMachine,
            Heard::Fax => Self::Fax,
        }
    }
}

/// Who hung up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The customer.
    Customer,
    /// The agent, or we for the agent.
    Agent,
}

/// Why a call was not made, as the network tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "why", content = "cause")]
pub enum NotMade {
    /// It rang and nobody answered.
    NoAnswer,
    /// Busy.
    Busy,
    /// A fax tone before the agent was connected.
    Fax,
    /// There is no such number.
    InvalidNumber,
    /// We gave it up before an answer.
    GivenUp,
    /// It failed.
    Failed(FailureCause),
}

impl From<NotMade> for Outcome {
    fn from(why: NotMade) -> Self {
        match why {
            NotMade::NoAnswer => Self::NoAnswer,
            NotMade::Busy => Self::Busy,
            NotMade::Fax => Self::Fax,
            NotMade::InvalidNumber => Self::InvalidNumber,
            NotMade::GivenUp => Self::Abandoned,
            NotMade::Failed(cause) => Self::Failed(cause),
        }
    }
}

//! How an attempt ended ([`Outcome`], a fact) and who answered ([`Classification`], what the agent says).

use serde::{Deserialize, Serialize};

/// Who answered. A call starts as [`Classification::Voice`]; the agent may say otherwise from the accept on until the end
/// of wrap-up, any number of times, and the last one counts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Classification {
    /// A person.
    #[default]
    Voice,
    /// An answering machine.
    AnsweringMachine,
    /// A busy tone that the network did not report.
    Busy,
    /// A fax tone.
    Fax,
    /// An announcement that the number is not in service.
    InvalidNumber,
    /// The person asked not to be called again: the number is suppressed everywhere.
    DoNotCall,
}

/// Why the switch could not make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// The agent's own phone did not answer; the customer was not called.
    AgentPhone,
    /// No line was free.
    Congestion,
    /// The network did not work.
    Network,
    /// The other side refused the call.
    Declined,
    /// The switch or we went down during the call: nobody knows how it ended, and it is not dialled again.
    Lost,
}

/// How an attempt ended. A fact; what follows from it is a [`super::retry::Disposition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "cause")]
pub enum Outcome {
    /// A person answered.
    Voice,
    /// A machine answered.
    AnsweringMachine,
    /// The number was busy.
    Busy,
    /// A fax answered.
    Fax,
    /// There is no such number.
    InvalidNumber,
    /// The person asked not to be called again.
    DoNotCall,
    /// It rang as long as the campaign allows.
    NoAnswer,
    /// The call was ended before it was answered, by the agent, or the customer left before the agent was there.
    Abandoned,
    /// The call could not be made.
    Failed(FailureCause),
}

impl Outcome {
    /// The stable name, as in the store, the reports and the campaign file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::AnsweringMachine => "answering_machine",
            Self::Busy => "busy",
            Self::Fax => "fax",
            Self::InvalidNumber => "invalid_number",
            Self::DoNotCall => "do_not_call",
            Self::NoAnswer => "no_answer",
            Self::Abandoned => "abandoned",
            Self::Failed(_) => "failed",
        }
    }

    /// Was the customer's line tried, or may it have been? Only then it counts against the attempts of the contact and of the
    /// number. An hour without a trunk uses nobody up.
    pub fn counts_as_attempt(self) -> bool {
        !matches!(self, Self::Failed(FailureCause::AgentPhone | FailureCause::Congestion | FailureCause::Network))
    }
}

impl Outcome {
    /// Was a promise kept by it? Not when nobody knows whether the customer's phone rang: such a promise stands.
    pub fn keeps_promise(self) -> bool {
        self.counts_as_attempt() && self != Self::Failed(FailureCause::Lost)
    }

    /// With what the agent said of a call that was not answered: they may have heard an announcement, a tone, or a wish. The
    /// network's word stands where they said nothing but voice, and where the customer was not called.
    #[must_use]
    pub fn or_as_said(self, said: Option<Classification>) -> Self {
        match said {
            Some(Classification::DoNotCall) => Self::DoNotCall,
            None | Some(Classification::Voice) => self,
            Some(_) if self == Self::Failed(FailureCause::AgentPhone) => self,
            Some(said) => said.into(),
        }
    }
}

impl From<Classification> for Outcome {
    fn from(said: Classification) -> Self {
        match said {
            Classification::Voice => Self::Voice,
            Classification::AnsweringMachine => Self::AnsweringMachine,
            Classification::Busy => Self::Busy,
            Classification::Fax => Self::Fax,
            Classification::InvalidNumber => Self::InvalidNumber,
            Classification::DoNotCall => Self::DoNotCall,
        }
    }
}

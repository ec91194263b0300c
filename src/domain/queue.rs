//! A service queue: customers who call us and wait for an agent of a team (T2).
//!
//! [`QueueRules`] is the queue file. Each field that may be left out has a default that is safe rather than eager.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    campaign::WrapUpRules,
    ids::{QueueId, TeamId},
    schema::Instant,
};

/// How long an agent has to answer where a queue does not say.
pub const ANSWER_SECONDS_MAX_DEFAULT: u32 = 20;
/// How long a caller waits where a queue does not say.
pub const WAIT_SECONDS_MAX_DEFAULT: u32 = 600;

/// What a queue is made of: the content of a queue file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueRules {
    /// The queue's name: lower-case letters, digits, `-` and `_`; it is how commands, reports and the switch call it.
    pub name: String,
    /// The team whose agents answer.
    pub team: String,
    /// The purpose, said in words, for whoever reads the reports.
    #[serde(default)]
    pub description: String,
    /// Callers of a team's queues with a higher priority (1 to 100) are answered first; among equals, whoever waits
    /// longest.
    #[serde(default = "default_priority")]
    pub priority: u8,
    /// How long an agent who was offered a caller has to answer, in seconds (5 to 120), before the caller is offered to
    /// another.
    #[serde(default = "default_answer_seconds_max")]
    pub answer_seconds_max: u32,
    /// What happens to an agent who did not answer in that time.
    #[serde(default)]
    pub when_not_answered: WhenNotAnswered,
    /// How long a caller waits at most, in seconds (10 to 7200); then they are let go.
    #[serde(default = "default_wait_seconds_max")]
    pub wait_seconds_max: u32,
    /// A waiting caller comes before previews, except in this turn, so that neither starves: after so many callers in a row
    /// (1 to 100), an agent gets the preview that may be called now, if there is one.
    #[serde(default = "default_calls_in_a_row_max")]
    pub calls_in_a_row_max: u32,
    /// The time after the call.
    #[serde(default)]
    pub wrap_up: WrapUpRules,
    /// Which call variables the desktop shows, in this order. Empty: all of them.
    #[serde(default)]
    pub fields: Vec<String>,
}

fn default_priority() -> u8 {
    50
}
fn default_answer_seconds_max() -> u32 {
    ANSWER_SECONDS_MAX_DEFAULT
}
fn default_wait_seconds_max() -> u32 {
    WAIT_SECONDS_MAX_DEFAULT
}
fn default_calls_in_a_row_max() -> u32 {
    3
}

/// What happens to an agent who was offered a caller and did not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenNotAnswered {
    /// The agent becomes Not ready (`call_not_answered`: probably nobody is there; or `call_declined`).
    #[default]
    NotReady,
    /// The agent stays Ready, and may be offered the next caller.
    Ready,
}

/// Whether a queue takes callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// Callers wait for an agent.
    Open,
    /// Callers who arrive are let go.
    Closed,
}

impl QueueState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// A queue as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Queue {
    /// Its number.
    pub id: QueueId,
    /// Its team.
    pub team_id: TeamId,
    /// Whether it takes callers.
    pub state: QueueState,
    /// When it last changed.
    #[schemars(with = "Instant")]
    pub changed_at: Timestamp,
    /// Its rules.
    pub rules: QueueRules,
}

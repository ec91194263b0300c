//! A campaign: its rules as a manager writes them, and its lifecycle draft -> running <-> paused -> ended.
//!
//! [`CampaignRules`] is the campaign file. Each field that may be left out has a default that is safe rather than eager.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    calling_window::CallingWindow,
    ids::{CampaignId, TeamId},
    phone::{Country, PhoneNumber},
    retry::RetryRules,
    schema::Instant,
};

/// What a campaign is made of: the content of `campaigns/NAME.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignRules {
    /// The campaign's name: lower-case letters, digits, `-` and `_`; it is how commands and reports call it.
    pub name: String,
    /// The team whose agents serve the campaign.
    pub team: String,
    /// Country (ISO 3166, two letters) of the list's numbers that are written without an international prefix.
    #[schemars(with = "String")]
    pub country: Country,
    /// The purpose, said in words, for whoever reads the reports.
    #[serde(default)]
    pub description: String,
    /// The contact lists and their order. A list that is loaded without being named here has priority 5.
    #[serde(default)]
    pub lists: Vec<ListRules>,
    /// Campaigns of a team with a higher priority (1 to 100) are served first.
    #[serde(default = "default_priority")]
    pub priority: u8,
    /// Campaigns of one priority share the agents in proportion to their weights (1 to 1000).
    #[serde(default = "default_weight")]
    pub weight: u32,
    /// Which contacts come first, once promised callbacks are served.
    #[serde(default)]
    pub order: Order,
    /// Which number of a contact is tried next.
    #[serde(default)]
    pub number_order: NumberOrder,
    /// The preview.
    #[serde(default)]
    pub preview: PreviewRules,
    /// The hours in which customers may be called, local to them. Left out: the cautious hours of the country.
    #[serde(default)]
    pub hours: CallingWindow,
    /// No call starts within so many seconds (0 to 600) before the hours end: a law may count when the call is *received*
    /// (Revised Code of Washington 19.158.040).
    #[serde(default = "default_guard_seconds")]
    pub guard_seconds: u32,
    /// How often we try.
    #[serde(default)]
    pub attempts: AttemptRules,
    /// What each outcome leads to.
    #[serde(default)]
    pub retry: RetryRules,
    /// The call.
    #[serde(default)]
    pub call: CallRules,
    /// What is listened for when a call was answered.
    #[serde(default)]
    pub detection: DetectionRules,
    /// The recording of calls.
    #[serde(default)]
    pub recording: RecordingRules,
    /// The time after the call.
    #[serde(default)]
    pub wrap_up: WrapUpRules,
    /// Promises to call again.
    #[serde(default)]
    pub callbacks: CallbackRules,
}

fn default_priority() -> u8 {
    50
}
fn default_weight() -> u32 {
    1
}
fn default_guard_seconds() -> u32 {
    30
}

/// The priority of a list that the campaign does not name.
pub const LIST_PRIORITY_DEFAULT: u8 = 5;

impl CampaignRules {
    /// The priority of the list called `name`.
    pub fn list_priority(&self, name: &str) -> u8 {
        self.lists.iter().find(|list| list.name == name).map_or(LIST_PRIORITY_DEFAULT, |list| list.priority)
    }
}

/// One contact list of the campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRules {
    /// The list's name: what `rappel load --list` says, by default the file's name without its ending.
    pub name: String,
    /// Lists with a higher priority (1 to 9) come first.
    #[serde(default = "default_list_priority")]
    pub priority: u8,
}

fn default_list_priority() -> u8 {
    LIST_PRIORITY_DEFAULT
}

/// Which contacts come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Whoever has waited longest since they could be called.
    #[default]
    Due,
    /// Contacts that were never tried, before those to try again.
    FreshFirst,
    /// Contacts to try again, before those that were never tried.
    RetriesFirst,
}

/// Which number of a contact is tried next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberOrder {
    /// Each attempt takes the number after the last one.
    #[default]
    Rotate,
    /// The first number until its attempts are used up, then the second, and so on.
    Listed,
}

/// What an agent may do with a preview, and what happens when they do nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreviewRules {
    /// How long the agent may read, in seconds (5 to 3600).
    pub seconds_max: u32,
    /// What happens when that time is over.
    pub at_end: PreviewAtEnd,
    /// May the agent leave the contact for later?
    pub reject_allowed: bool,
    /// May the agent take the contact out of the campaign?
    pub close_allowed: bool,
    /// Which columns of the list the preview shows, in this order. Empty: all of them.
    pub fields: Vec<String>,
}

impl Default for PreviewRules {
    fn default() -> Self {
        Self {
            seconds_max: 60,
            at_end: PreviewAtEnd::RejectAndNotReady,
            reject_allowed: true,
            close_allowed: true,
            fields: Vec::new(),
        }
    }
}

/// What happens to a preview that the agent left unanswered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreviewAtEnd {
    /// The customer is dialled.
    Accept,
    /// The contact is left for later; the agent stays Ready.
    Reject,
    /// The contact is taken out of the campaign; the agent stays Ready.
    Close,
    /// The contact is left for later and the agent becomes Not ready: probably nobody is there.
    RejectAndNotReady,
}

/// How often a contact and a number are tried at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AttemptRules {
    /// For the contact, on all numbers (1 to 100).
    pub contact_max: u32,
    /// For each number (1 to 100).
    pub number_max: u32,
}

impl Default for AttemptRules {
    fn default() -> Self {
        Self { contact_max: 6, number_max: 3 }
    }
}

/// How a customer is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallRules {
    /// How long it may ring, in seconds (15 to 120). Fifteen is the least that 16 CFR 310.4(b)(4) and Ofcom's statement of
    /// 2016-12-20 allow.
    pub ring_seconds_max: u32,
    /// The number shown to the customer.
    #[schemars(with = "Option<String>")]
    pub caller_id: Option<PhoneNumber>,
    /// How long a customer whom nobody takes after a direct transfer waits for another agent, in seconds (0 to 600); then they
    /// are let go. 0: at once.
    pub wait_seconds_max: u32,
}

impl Default for CallRules {
    fn default() -> Self {
        Self { ring_seconds_max: 30, caller_id: None, wait_seconds_max: 60 }
    }
}

/// What the switch listens for once a call was answered, and suggests to the agent, who is connected all the while. It decides
/// nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DetectionRules {
    /// The greeting of an answering machine, by its length. It is wrong at times.
    pub answering_machine: bool,
    /// The tone with which a fax answers.
    pub fax: bool,
}

/// Whether calls are recorded. The law of both ends may ask that the customer and the agent are told, and agree: whoever
/// manages the campaign sees to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingRules {
    /// Is each call recorded, from the customer's answer to its end?
    pub calls_recorded: bool,
    /// May agents pause it, while a customer says what must not be on tape?
    pub pause_allowed: bool,
}

impl Default for RecordingRules {
    fn default() -> Self {
        Self { calls_recorded: false, pause_allowed: true }
    }
}

/// The time after a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WrapUpRules {
    /// Whether there is one.
    pub mode: WrapUpMode,
    /// How long it lasts at most, in seconds from the end of the call (1 to 3600).
    pub seconds_max: u32,
    /// The reasons an agent can choose from.
    pub reasons: Vec<String>,
}

impl Default for WrapUpRules {
    fn default() -> Self {
        Self { mode: WrapUpMode::Optional, seconds_max: 30, reasons: Vec::new() }
    }
}

/// Whether an agent wraps up after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WrapUpMode {
    /// Never.
    NotAllowed,
    /// When the agent asks for it during the call.
    Optional,
    /// After each call.
    Required,
    /// After each call, and not left without a reason until its time is over.
    RequiredWithReason,
}

/// What holds for promises to call again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallbackRules {
    /// Whose they are.
    pub owner: CallbackOwner,
    /// How long a personal callback waits for its own agent after it fell due, in seconds (0 to 86400), before it is
    /// offered to any agent of the team.
    pub own_agent_wait_seconds: u32,
    /// A callback that no agent took within so many minutes (1 to 10080) after it fell due is missed.
    pub missed_after_minutes: u32,
    /// What becomes of a missed callback.
    pub when_missed: WhenMissed,
}

impl Default for CallbackRules {
    fn default() -> Self {
        Self {
            owner: CallbackOwner::OwnAgent,
            own_agent_wait_seconds: 300,
            missed_after_minutes: 60,
            when_missed: WhenMissed::CallAnyway,
        }
    }
}

/// Whose a callback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackOwner {
    /// It is held for the agent who promised it, for a time.
    OwnAgent,
    /// Any agent of the team.
    Any,
}

/// What becomes of a missed callback. It is reported as missed in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenMissed {
    /// It stays first in line.
    CallAnyway,
    /// The contact goes back among the others.
    Retry,
    /// The contact is closed.
    Close,
}

/// Where a campaign is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// Being prepared: lists can be loaded, nobody is called.
    Draft,
    /// Contacts are pushed to agents.
    Running,
    /// Nobody new is called; calls in progress go on.
    Paused,
    /// Over, for good.
    Ended,
}

impl CampaignState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Ended => "ended",
        }
    }

    /// May the campaign go from here to `next`? The one home of the lifecycle.
    pub fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft | Self::Paused, Self::Running)
                | (Self::Running, Self::Paused)
                | (Self::Draft | Self::Running | Self::Paused, Self::Ended)
        )
    }
}

/// A campaign as the store knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Campaign {
    /// Its number.
    pub id: CampaignId,
    /// Its team.
    pub team_id: TeamId,
    /// Where it is in its life.
    pub state: CampaignState,
    /// When it last changed.
    #[schemars(with = "Instant")]
    pub changed_at: Timestamp,
    /// Its rules.
    pub rules: CampaignRules,
}

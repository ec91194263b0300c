//! A contact: one person on a list, with one or more numbers, and how far we are with them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{CallbackId, CampaignId, ContactId, ListId},
    outcome::Outcome,
    phone::{LineType, PhoneNumber},
    schema::Instant,
    zone::{ZoneSet, ZoneSource},
};

/// The most numbers a contact can have.
pub const NUMBERS_MAX: usize = 10;

/// One number of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ContactNumber {
    /// The number.
    pub number: PhoneNumber,
    /// What the list calls it: `Mobile`, `Phone2`.
    pub label: String,
    /// The kind of line its digits tell.
    pub line_type: LineType,
    /// The zones its digits tell.
    pub zones: ZoneSet,
}

/// Zones that a person stated, which count before those of the numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedZones {
    /// The zones.
    pub zones: ZoneSet,
    /// Who stated them.
    pub source: ZoneSource,
}

/// Why one number of a contact is not tried any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberClosed {
    /// An outcome whose rule closes the number (by default: fax, invalid number).
    Outcome,
    /// The person asked not to be called there.
    DoNotCall,
}

/// How far we are with one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NumberProgress {
    /// Attempts so far.
    pub attempts: u32,
    /// Set when the number is not tried any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<NumberClosed>,
}

/// How far we are with a contact. Numbers are keyed by themselves, so that a list loaded again may reorder them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Progress {
    /// Attempts so far, on all numbers.
    pub attempts: u32,
    /// By number; a number that was never tried is absent.
    pub numbers: BTreeMap<PhoneNumber, NumberProgress>,
    /// The number tried last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_number: Option<PhoneNumber>,
    /// How the last attempt ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_outcome: Option<Outcome>,
}

/// Why a contact is out of its campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// A person was reached, or another outcome whose rule closes the contact.
    Done,
    /// The agent closed the preview.
    Agent,
    /// The attempts allowed by the campaign are used up.
    AttemptsUsedUp,
    /// Every number is closed.
    NoNumberLeft,
    /// Every number is suppressed for good.
    Suppressed,
    /// The person asked not to be called.
    DoNotCall,
    /// A callback that nobody could make, where the campaign closes such contacts.
    CallbackMissed,
    /// The calling hours leave no moment for this contact's zones.
    NeverInWindow,
}

impl CloseReason {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Agent => "agent",
            Self::AttemptsUsedUp => "attempts_used_up",
            Self::NoNumberLeft => "no_number_left",
            Self::Suppressed => "suppressed",
            Self::DoNotCall => "do_not_call",
            Self::CallbackMissed => "callback_missed",
            Self::NeverInWindow => "never_in_window",
        }
    }
}

/// Where a contact is. Each loaded contact is in exactly one of these, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ContactState {
    /// May be offered from `not_before_at` on, when the rules allow.
    Waiting {
        /// Not offered before.
        #[schemars(with = "Instant")]
        not_before_at: Timestamp,
    },
    /// Waits for its callback; counts as waiting in reports.
    Promised {
        /// The promise.
        callback_id: CallbackId,
    },
    /// Held for an agent, or in a dialog.
    InProgress,
    /// Out of the campaign.
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

impl ContactState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Promised { .. } => "promised",
            Self::InProgress => "in_progress",
            Self::Closed { .. } => "closed",
        }
    }
}

/// One person on a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Contact {
    /// Its number in the store.
    pub id: ContactId,
    /// The campaign it was loaded into.
    pub campaign_id: CampaignId,
    /// The list it was loaded from.
    pub list_id: ListId,
    /// Lists with a higher priority come first.
    pub list_priority: u8,
    /// The customer's account number, empty if the list has none.
    pub account_number: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// One to [`NUMBERS_MAX`] numbers, in the order of the list.
    pub numbers: Vec<ContactNumber>,
    /// The other columns of the list.
    pub variables: BTreeMap<String, String>,
    /// Zones that a person stated, for all numbers.
    pub stated_zones: Option<StatedZones>,
    /// How far we are.
    pub progress: Progress,
    /// Where it is.
    pub state: ContactState,
}

impl Contact {
    /// The zones in which `number` of this contact may be, and where they come from.
    pub fn zones_of<'a>(&'a self, number: &'a ContactNumber) -> (&'a ZoneSet, ZoneSource) {
        self.stated_zones.as_ref().map_or((&number.zones, ZoneSource::Number), |said| (&said.zones, said.source))
    }

    /// How far we are with `number`.
    pub fn progress_of(&self, number: &PhoneNumber) -> NumberProgress {
        self.progress.numbers.get(number).copied().unwrap_or_default()
    }
}

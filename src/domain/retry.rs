//! From an [`Outcome`] (a fact) to a [`Disposition`] (a decision): what happens to the contact next.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    calling_window::DayPart,
    campaign::CampaignRules,
    contact::{CloseReason, Contact, NumberClosed},
    eligibility,
    ids::CallbackId,
    outcome::Outcome,
    phone::PhoneNumber,
    schema::Instant,
    zone_rules::ZoneRules,
};

/// What each outcome leads to. An outcome that is left out keeps its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RetryRules {
    /// A person was reached. Default: the contact is done.
    pub voice: RetryRule,
    /// Default: again after 4 hours, in another part of the day.
    pub answering_machine: RetryRule,
    /// Default: again after 15 minutes.
    pub busy: RetryRule,
    /// Default: this number is closed, the contact goes on with its others.
    pub fax: RetryRule,
    /// Default: this number is closed, the contact goes on with its others.
    pub invalid_number: RetryRule,
    /// Default: again after 2 hours, in another part of the day.
    pub no_answer: RetryRule,
    /// Default: again after 30 minutes.
    pub abandoned: RetryRule,
    /// The call could not be made. Default: again after 10 minutes.
    pub failed: RetryRule,
    /// The agent left the preview for later. Default: again after 30 minutes.
    pub rejected: RetryRule,
}

/// What one outcome leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryRule {
    /// What happens.
    pub then: Then,
    /// Not before so many minutes (0 to 43200), counted in elapsed time.
    #[serde(default)]
    pub after_minutes: u32,
    /// Only in another part of the customer's day (morning before 12:00, afternoon, evening from 17:00) than this try.
    #[serde(default)]
    pub other_day_part: bool,
}

/// What an outcome leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The contact is tried again later.
    Retry,
    /// This number is not tried again; the contact goes on with its other numbers.
    CloseNumber,
    /// The contact is out of the campaign.
    Close,
}

impl RetryRule {
    const fn retry(after_minutes: u32, other_day_part: bool) -> Self {
        Self { then: Then::Retry, after_minutes, other_day_part }
    }
    const fn only(then: Then) -> Self {
        Self { then, after_minutes: 0, other_day_part: false }
    }
}

impl Default for RetryRules {
    fn default() -> Self {
        Self {
            voice: RetryRule::only(Then::Close),
            answering_machine: RetryRule::retry(240, true),
            busy: RetryRule::retry(15, false),
            fax: RetryRule::only(Then::CloseNumber),
            invalid_number: RetryRule::only(Then::CloseNumber),
            no_answer: RetryRule::retry(120, true),
            abandoned: RetryRule::retry(30, false),
            failed: RetryRule::retry(10, false),
            rejected: RetryRule::retry(30, false),
        }
    }
}

impl RetryRules {
    /// The rule for `outcome`. There is none for do-not-call: that is not the campaign's to decide.
    pub fn rule(&self, outcome: Outcome) -> Option<&RetryRule> {
        Some(match outcome {
            Outcome::Voice => &self.voice,
            Outcome::AnsweringMachine => &self.answering_machine,
            Outcome::Busy => &self.busy,
            Outcome::Fax => &self.fax,
            Outcome::InvalidNumber => &self.invalid_number,
            Outcome::NoAnswer => &self.no_answer,
            Outcome::Abandoned => &self.abandoned,
            Outcome::Failed(_) => &self.failed,
            Outcome::DoNotCall => return None,
        })
    }
}

/// What happens to the contact next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "disposition")]
pub enum Disposition {
    /// Tried again, not before an instant.
    Retry {
        /// The instant.
        #[schemars(with = "Instant")]
        not_before_at: Timestamp,
    },
    /// Called again when promised.
    Callback {
        /// The promise.
        callback_id: CallbackId,
    },
    /// Out of the campaign.
    Close {
        /// Why.
        reason: CloseReason,
    },
}

impl Disposition {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry { .. } => "retry",
            Self::Callback { .. } => "callback",
            Self::Close { .. } => "close",
        }
    }
}

/// Counts an ended attempt on `number` into the contact's progress and decides what happens next.
///
/// The order of the reasons is the rule: a person's wish not to be called beats everything; a promise beats the campaign's
/// retry rule; attempts that are used up beat a retry.
pub fn after_attempt(
    contact: &mut Contact,
    number: &PhoneNumber,
    outcome: Outcome,
    promised: Option<CallbackId>,
    campaign: &CampaignRules,
    now: Timestamp,
    rules: &ZoneRules,
) -> Disposition {
    let progress = contact.progress.numbers.entry(number.clone()).or_default();
    if outcome.counts_as_attempt() {
        progress.attempts += 1;
        contact.progress.attempts += 1;
        contact.progress.last_number = Some(number.clone());
    }
    contact.progress.last_outcome = Some(outcome);
    let Some(rule) = campaign.retry.rule(outcome) else {
        progress.closed = Some(NumberClosed::DoNotCall);
        return Disposition::Close { reason: CloseReason::DoNotCall };
    };
    if rule.then == Then::CloseNumber {
        progress.closed = Some(NumberClosed::Outcome);
    }
    if let Some(callback_id) = promised {
        return Disposition::Callback { callback_id };
    }
    if rule.then == Then::Close {
        return Disposition::Close { reason: CloseReason::Done };
    }
    if let Some(reason) = eligibility::used_up(contact, campaign) {
        return Disposition::Close { reason };
    }
    Disposition::Retry { not_before_at: retry_at(contact, number, rule, campaign, now, rules) }
}

/// Decides when a contact comes back whose preview was left for later.
pub fn after_rejection(
    contact: &Contact,
    number: &PhoneNumber,
    campaign: &CampaignRules,
    now: Timestamp,
    rules: &ZoneRules,
) -> Disposition {
    let rule = &campaign.retry.rejected;
    if rule.then == Then::Close {
        return Disposition::Close { reason: CloseReason::Agent };
    }
    Disposition::Retry { not_before_at: retry_at(contact, number, rule, campaign, now, rules) }
}

/// `after_minutes` of elapsed time from `now`, then on to another part of the customer's day if the rule says so.
///
/// "Four hours later" is elapsed time, never "the same wall time": across a clock change these differ.
fn retry_at(
    contact: &Contact,
    number: &PhoneNumber,
    rule: &RetryRule,
    campaign: &CampaignRules,
    now: Timestamp,
    rules: &ZoneRules,
) -> Timestamp {
    let earliest = now + SignedDuration::from_mins(i64::from(rule.after_minutes));
    if !rule.other_day_part {
        return earliest;
    }
    let Some(tried) = contact.numbers.iter().find(|n| n.number == *number) else { return earliest };
    let (zones, _) = contact.zones_of(tried);
    let Some(first) = zones.iter().next() else { return earliest };
    let part = DayPart::of(rules.local(now, first).time());
    campaign.hours.next_opening_in_other_day_part(earliest, zones, rules, part).unwrap_or(earliest)
}

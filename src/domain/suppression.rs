//! A reason never to call a number: a do-not-call list, or one customer's wish.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ids::CampaignId, phone::PhoneNumber, schema::Instant};

/// A number that must not be called, everywhere or in one campaign, for good or until a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Suppression {
    /// The number.
    pub number: PhoneNumber,
    /// The only campaign it holds for; none means all.
    pub campaign_id: Option<CampaignId>,
    /// When it ends; none means never.
    #[schemars(with = "Option<Instant>")]
    pub until_at: Option<Timestamp>,
    /// Where it comes from: the name of a list, `agent`, `api`.
    pub source: String,
}

impl Suppression {
    /// Does it forbid calling `number` for `campaign_id` at `now`?
    pub fn forbids(&self, number: &PhoneNumber, campaign_id: CampaignId, now: Timestamp) -> bool {
        self.number == *number
            && self.campaign_id.is_none_or(|only| only == campaign_id)
            && self.until_at.is_none_or(|end| now < end)
    }
}

//! A promise to call again, at a wall time of the customer.
//!
//! What is kept is the promise itself: wall time, zone and fold. The instant is derived from them with the zone rules of the
//! day and derived again when those change, so "Tuesday 09:00 there" stays Tuesday 09:00 there.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    campaign::{CallbackOwner, CallbackRules},
    contact::ContactNumber,
    ids::{AgentId, CallbackId, CampaignId, ContactId},
    schema::Instant,
    wall_time::WallTime,
    zone_rules::ZoneRules,
};

/// Where a callback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackState {
    /// Waits for its time, or for an agent.
    Scheduled,
    /// The customer was called (whatever the outcome).
    Kept,
    /// Nobody took it in time and the campaign gave it up.
    Missed,
    /// Taken back, by an agent or by a do-not-call wish.
    Cancelled,
}

impl CallbackState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Kept => "kept",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A promise to call a contact again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Callback {
    /// Its id.
    pub id: CallbackId,
    /// The contact.
    pub contact_id: ContactId,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The number to call, with the zones in which the calling hours must be open.
    pub number: ContactNumber,
    /// The promised moment, as the customer heard it.
    pub wall_time: WallTime,
    /// Did the agent choose another zone than the number tells?
    pub zone_stated_by_agent: bool,
    /// The instant of that moment by the zone rules `tzdb_version`.
    #[schemars(with = "Instant")]
    pub promised_at: Timestamp,
    /// When it is called: `promised_at`, or the next opening of the calling hours after it.
    #[schemars(with = "Instant")]
    pub due_at: Timestamp,
    /// The zone rules the instants were derived with.
    pub tzdb_version: String,
    /// Whose it is; none means any agent's.
    pub owner_id: Option<AgentId>,
    /// Who promised it.
    pub promised_by: AgentId,
    /// Where it is.
    pub state: CallbackState,
    /// When it was reported missed, if it was; it may still be kept afterwards.
    #[schemars(with = "Option<Instant>")]
    pub missed_at: Option<Timestamp>,
}

impl Callback {
    /// Until when only its own agent gets it.
    pub fn held_until_at(&self, rules: &CallbackRules) -> Timestamp {
        match self.owner_id {
            Some(_) => self.due_at + SignedDuration::from_secs(i64::from(rules.own_agent_wait_seconds)),
            None => self.due_at,
        }
    }

    /// When it is missed.
    pub fn missed_after_at(&self, rules: &CallbackRules) -> Timestamp {
        self.due_at + SignedDuration::from_mins(i64::from(rules.missed_after_minutes))
    }

    /// Derives the instants again when they were derived with other zone rules. Says whether the promised instant moved.
    pub fn derive_again(&mut self, rules: &ZoneRules) -> bool {
        if self.tzdb_version == rules.version() {
            return false;
        }
        rules.version().clone_into(&mut self.tzdb_version);
        let promised_at = self.wall_time.resolve(rules).due_at;
        let moved = promised_at != self.promised_at;
        if moved {
            self.promised_at = promised_at;
            self.due_at = promised_at;
        }
        moved
    }
}

/// Whose a new callback is: what the agent asked for, or else what the campaign says.
pub fn owner(asked: Option<CallbackOwner>, rules: &CallbackRules, agent_id: AgentId) -> Option<AgentId> {
    match asked.unwrap_or(rules.owner) {
        CallbackOwner::OwnAgent => Some(agent_id),
        CallbackOwner::Any => None,
    }
}

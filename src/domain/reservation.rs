//! A contact held for one agent for a limited time: what stands behind a preview.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    contact::ContactNumber,
    ids::{AgentId, CallbackId, CampaignId, ContactId, ReservationId},
    schema::Instant,
};

/// A contact held for one agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// The agent.
    pub agent_id: AgentId,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The contact.
    pub contact_id: ContactId,
    /// The number an accept dials.
    pub number: ContactNumber,
    /// The promise it keeps, if it keeps one.
    pub callback_id: Option<CallbackId>,
    /// Since when.
    #[schemars(with = "Instant")]
    pub offered_at: Timestamp,
    /// When the campaign's action for an unanswered preview happens.
    #[schemars(with = "Instant")]
    pub expires_at: Timestamp,
    /// Set once it is over.
    pub ended: Option<ReservationEnded>,
}

/// The end of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReservationEnded {
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// How.
    pub how: ReservationEnd,
}

/// How a reservation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservationEnd {
    /// The customer is dialled.
    Accepted,
    /// The agent left the contact for later.
    Rejected,
    /// The agent closed the contact.
    Closed,
    /// Unanswered: dialled by the campaign's rule.
    LapsedAccepted,
    /// Unanswered: left for later by the campaign's rule.
    LapsedRejected,
    /// Unanswered: closed by the campaign's rule.
    LapsedClosed,
    /// The rules said no at the accept.
    Refused,
    /// The agent was gone.
    AgentLost,
    /// The campaign was paused or ended.
    CampaignStopped,
    /// The number was put on a do-not-call list meanwhile.
    Suppressed,
}

impl ReservationEnd {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Closed => "closed",
            Self::LapsedAccepted => "lapsed_accepted",
            Self::LapsedRejected => "lapsed_rejected",
            Self::LapsedClosed => "lapsed_closed",
            Self::Refused => "refused",
            Self::AgentLost => "agent_lost",
            Self::CampaignStopped => "campaign_stopped",
            Self::Suppressed => "suppressed",
        }
    }
}

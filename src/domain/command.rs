//! What an agent can ask for. Each command gets a transition or a named [`super::refusal::Refusal`], in every state.

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{
    campaign::CallbackOwner,
    ids::{AttemptId, CallbackId, ReservationId},
    outcome::Classification,
    phone::ReadNumber,
    wall_time::Fold,
    zone::Zone,
};

/// A command of one agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    /// Come to work at a phone.
    SignIn {
        /// The phone.
        extension: String,
    },
    /// Leave.
    SignOut,
    /// Still here: renews the agent's presence.
    RenewPresence,
    /// Wait for the next preview; in a call: after it.
    Ready,
    /// Get nothing; in a call or a preview: after it.
    NotReady {
        /// Why.
        reason: String,
    },
    /// Have the customer of this preview dialled.
    AcceptPreview {
        /// The preview.
        reservation_id: ReservationId,
    },
    /// Leave the contact of this preview for later.
    RejectPreview {
        /// The preview.
        reservation_id: ReservationId,
    },
    /// Take the contact of this preview out of the campaign.
    ClosePreview {
        /// The preview.
        reservation_id: ReservationId,
    },
    /// End the call, ringing or answered.
    End {
        /// The call.
        attempt_id: AttemptId,
    },
    /// Say who answered.
    Reclassify {
        /// The call.
        attempt_id: AttemptId,
        /// Who.
        to: Classification,
    },
    /// Promise to call again, or change the promise made in this call: what is left out stays.
    ScheduleCallback {
        /// The call.
        attempt_id: AttemptId,
        /// The promise.
        promise: Promise,
    },
    /// Take the promise back.
    CancelCallback {
        /// The call.
        attempt_id: AttemptId,
        /// The promise.
        callback_id: CallbackId,
    },
    /// Wrap up after this call, where the campaign leaves it to the agent.
    WrapUp,
    /// Label the call.
    ApplyWrapUpReason {
        /// The call.
        attempt_id: AttemptId,
        /// One of the campaign's reasons.
        reason: String,
    },
    /// Say in which zone this customer is, as they told.
    StateZone {
        /// The call.
        attempt_id: AttemptId,
        /// The zone.
        zone: Zone,
    },
}

/// What an agent promises; what is left out keeps its former value, or its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The customer's date and time.
    pub at: Option<civil::DateTime>,
    /// Another zone than the number tells, as the customer confirmed.
    pub zone: Option<Zone>,
    /// Which of the two, where the clock shows that time twice.
    pub fold: Option<Fold>,
    /// Another number, already read by the rules of a list.
    pub number: Option<ReadNumber>,
    /// Whose it is.
    pub owner: Option<CallbackOwner>,
}

impl Command {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "sign_in",
            Self::SignOut => "sign_out",
            Self::RenewPresence => "renew_presence",
            Self::Ready => "ready",
            Self::NotReady { .. } => "not_ready",
            Self::AcceptPreview { .. } => "accept_preview",
            Self::RejectPreview { .. } => "reject_preview",
            Self::ClosePreview { .. } => "close_preview",
            Self::End { .. } => "end",
            Self::Reclassify { .. } => "reclassify",
            Self::ScheduleCallback { .. } => "schedule_callback",
            Self::CancelCallback { .. } => "cancel_callback",
            Self::WrapUp => "wrap_up",
            Self::ApplyWrapUpReason { .. } => "apply_wrap_up_reason",
            Self::StateZone { .. } => "state_zone",
        }
    }
}

//! What an agent can ask for. Each command gets a transition or a named [`super::refusal::Refusal`], in every state.

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::{
    agent::NextState,
    campaign::CallbackOwner,
    dialog::Digit,
    ids::{CallbackId, DialogId, ReservationId, SupervisorId},
    outcome::Classification,
    phone::ReadNumber,
    supervision::SupervisionMode,
    wall_time::Fold,
    zone::Zone,
};

/// A command of one agent, or of a supervisor about one.
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
    /// Wait for the next contact or caller; in a call: after it.
    Ready,
    /// Get nothing; in a call or a preview: after it.
    NotReady {
        /// Why.
        reason: String,
    },
    /// A supervisor wants the agent in another state: now, or when what keeps them busy is over.
    Supervise {
        /// Which.
        state: NextState,
    },
    /// A supervisor wants to hear the agent's call, or to talk in it; once they do: in another mode.
    BeginSupervision {
        /// Who.
        supervisor_id: SupervisorId,
        /// Their phone.
        extension: String,
        /// Who hears them.
        mode: SupervisionMode,
    },
    /// A supervisor wants no supervisor with the agent's call any more.
    EndSupervision,
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
    /// Call somebody.
    PlaceCall {
        /// As typed on the pad.
        typed: String,
    },
    /// Do something in or about a dialog.
    InDialog {
        /// The dialog.
        dialog_id: DialogId,
        /// What.
        act: Act,
    },
}

/// What an agent does in or about one dialog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum Act {
    /// Take the call that is offered.
    Answer,
    /// Do not take it.
    Decline,
    /// End the call, ringing or answered; leave a conference.
    End,
    /// Put the others on hold.
    Hold,
    /// Talk with them again; what the agent was in instead goes on hold.
    Retrieve,
    /// Ask somebody about it: the customer goes on hold.
    Consult {
        /// Whom, as typed on the pad.
        typed: String,
    },
    /// All talk: the agent, the customer, whoever was consulted.
    Conference,
    /// The customer talks with whoever was consulted, the agent leaves.
    Transfer,
    /// The customer goes straight to somebody, the agent leaves.
    DirectTransfer {
        /// To whom, as typed on the pad.
        typed: String,
    },
    /// Open the keypad.
    OpenKeypad,
    /// Close it.
    CloseKeypad,
    /// Send a tone.
    SendDigit {
        /// Which key.
        digit: Digit,
    },
    /// Say who answered.
    Reclassify {
        /// Who.
        to: Classification,
    },
    /// Promise to call again, or change the promise made in this call: what is left out stays.
    ScheduleCallback {
        /// The promise.
        promise: Promise,
    },
    /// Take the promise back.
    CancelCallback {
        /// The promise.
        callback_id: CallbackId,
    },
    /// Keep what is said off the tape, until it is resumed.
    PauseRecording,
    /// Record what is said again.
    ResumeRecording,
    /// Wrap up after this call, where that is left to the agent.
    WrapUp,
    /// Label the call.
    ApplyWrapUpReason {
        /// One of the reasons there are.
        reason: String,
    },
    /// Say in which zone this customer is, as they told.
    StateZone {
        /// The zone.
        zone: Zone,
    },
}

/// What an agent promises; what is left out keeps its former value, or its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The promise that this changes, as far as whoever asks knows: another tab may have taken it back. Without one it is
    /// whatever was promised in the call.
    pub changes: Option<CallbackId>,
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

macro_rules! kinds {
    ($of:ident, $kind:ident, $doc:literal; $($name:ident $word:literal,)+) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $kind {
            $(#[doc = concat!("[`", stringify!($of), "::", stringify!($name), "`]")] $name,)+
        }

        impl $kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }

        impl $of {
            /// Which kind it is.
            pub fn kind(&self) -> $kind {
                match self {
                    $(Self::$name { .. } => $kind::$name,)+
                }
            }
        }
    };
}

kinds! { Act, ActKind, "What an agent can do in or about a dialog.";
    Answer "answer",
    Decline "decline",
    End "end",
    Hold "hold",
    Retrieve "retrieve",
    Consult "consult",
    Conference "conference",
    Transfer "transfer",
    DirectTransfer "direct_transfer",
    OpenKeypad "open_keypad",
    CloseKeypad "close_keypad",
    SendDigit "send_digit",
    Reclassify "reclassify",
    ScheduleCallback "schedule_callback",
    CancelCallback "cancel_callback",
    PauseRecording "pause_recording",
    ResumeRecording "resume_recording",
    WrapUp "wrap_up",
    ApplyWrapUpReason "apply_wrap_up_reason",
    StateZone "state_zone",
}

kinds! { Command, CommandKind, "What an agent can ask for, apart from their dialogs.";
    SignIn "sign_in",
    SignOut "sign_out",
    RenewPresence "renew_presence",
    Ready "ready",
    NotReady "not_ready",
    Supervise "supervise",
    BeginSupervision "begin_supervision",
    EndSupervision "end_supervision",
    AcceptPreview "accept_preview",
    RejectPreview "reject_preview",
    ClosePreview "close_preview",
    PlaceCall "place_call",
    InDialog "in_dialog",
}

impl ActKind {
    /// Does it say something of a campaign's call, which every agent on it sees?
    pub fn is_about_the_call(self) -> bool {
        matches!(
            self,
            Self::Reclassify
                | Self::ScheduleCallback
                | Self::CancelCallback
                | Self::PauseRecording
                | Self::ResumeRecording
                | Self::StateZone
        )
    }

    /// Does it rest while the keypad is open or a key is on its way? The call controls of the agent guide, T7.2.
    pub fn rests_with_keypad(self) -> bool {
        match self {
            Self::End
            | Self::Hold
            | Self::Retrieve
            | Self::Consult
            | Self::Conference
            | Self::Transfer
            | Self::DirectTransfer
            | Self::WrapUp => true,
            Self::Answer
            | Self::Decline
            | Self::OpenKeypad
            | Self::CloseKeypad
            | Self::SendDigit
            | Self::Reclassify
            | Self::ScheduleCallback
            | Self::CancelCallback
            | Self::PauseRecording
            | Self::ResumeRecording
            | Self::ApplyWrapUpReason
            | Self::StateZone => false,
        }
    }
}

impl CommandKind {
    /// Is it a supervisor who asks, and not the agent?
    pub fn is_by_supervisor(self) -> bool {
        match self {
            Self::Supervise | Self::BeginSupervision | Self::EndSupervision => true,
            Self::SignIn
            | Self::SignOut
            | Self::RenewPresence
            | Self::Ready
            | Self::NotReady
            | Self::AcceptPreview
            | Self::RejectPreview
            | Self::ClosePreview
            | Self::PlaceCall
            | Self::InDialog => false,
        }
    }
}

impl Command {
    /// The stable name of what is asked for.
    pub fn name(&self) -> &'static str {
        match self {
            Self::InDialog { act, .. } => act.kind().name(),
            other => other.kind().name(),
        }
    }
}

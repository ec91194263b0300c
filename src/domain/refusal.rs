//! The rules said no. Each refusal has a stable code, a sentence for the person, and is counted.

use serde::Serialize;

use super::{agent::AgentState, zone::ZoneSet};

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "code")]
pub enum Refusal {
    /// The agent is not signed in.
    #[error("you are not signed in")]
    NotSignedIn,
    /// The agent is signed in at another phone.
    #[error("you are already signed in at extension {extension}")]
    AlreadySignedIn {
        /// The phone.
        extension: String,
    },
    /// Another agent of the team, or a supervisor, uses the phone.
    #[error("extension {extension} is in use by somebody else")]
    ExtensionInUse {
        /// The phone.
        extension: String,
    },
    /// Nothing that a phone is called by.
    #[error("an extension has letters, digits, \".\", \"-\" and \"_\"")]
    BadExtension,
    /// The agent has no call to listen to.
    #[error("this agent is in no call")]
    AgentNotInCall,
    /// There is one supervisor with a call at most.
    #[error("a supervisor is with this agent's call already, at extension {extension}")]
    AlreadySupervised {
        /// Their phone.
        extension: String,
    },
    /// No supervisor is with the agent's call.
    #[error("no supervisor is with this agent's call")]
    NotSupervised,
    /// No such agent in this team.
    #[error("there is no such agent in this team")]
    UnknownAgent,
    /// Not in this state.
    #[error("{command} is not possible in state {}", state.name())]
    WrongState {
        /// What was asked.
        command: &'static str,
        /// The agent's state.
        state: AgentState,
    },
    /// The preview is not this agent's, or not open any more.
    #[error("this preview is not open any more")]
    PreviewGone,
    /// The call is not this agent's, or is over.
    #[error("this call is not yours or is over")]
    CallGone,
    /// Not while the call is like this.
    #[error("{act} is not possible now: {why}")]
    NotInThisCall {
        /// What was asked.
        act: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// The keypad is open.
    #[error("close the keypad first")]
    KeypadOpen,
    /// Keypad tones are still on their way.
    #[error("wait until the keys are sent")]
    DigitsOutstanding,
    /// As many keypad tones are on their way as may be.
    #[error("at most {max} keys can be on their way at once")]
    TooManyDigits {
        /// The limit.
        max: usize,
    },
    /// A colleague cannot take a call now.
    #[error("this colleague cannot be called now: {}", state.name())]
    ColleagueBusy {
        /// Their state.
        state: AgentState,
    },
    /// An agent cannot call their own phone.
    #[error("this is your own phone")]
    OwnPhone,
    /// A call waits for the agent's answer.
    #[error("answer or decline the call that is offered to you first")]
    CallIsOffered,
    /// Two calls are as many as an agent can have.
    #[error("you have two calls already")]
    TooManyCalls,
    /// The campaign does not let agents leave previews for later.
    #[error("this campaign does not allow rejecting a preview")]
    RejectNotAllowed,
    /// The campaign does not let agents close contacts.
    #[error("this campaign does not allow closing a contact")]
    CloseNotAllowed,
    /// The rules said no at the instant of the accept; the contact went back.
    #[error("the customer may not be called now: {says}")]
    MayNotCall {
        /// The code of the rule that said no.
        rule: &'static str,
        /// What it found, for people.
        says: String,
    },
    /// The dial pad has no such key.
    #[error("the dial pad has no \"{character}\" (character {position}): it takes letters, digits and signs of ASCII")]
    NotOnDialPad {
        /// The character, escaped where it cannot be seen.
        character: String,
        /// Its place, from 1.
        position: usize,
    },
    /// What was typed is no extension, no emergency number and no telephone number.
    #[error("this cannot be dialled: {says}")]
    CannotBeDialled {
        /// The stable word of what is wrong.
        why: &'static str,
        /// What is wrong and what to do, for people.
        says: String,
    },
    /// The dial plan has no extensions.
    #[error("extensions cannot be dialled here")]
    ExtensionNotAllowed,
    /// The dial plan does not have the country.
    #[error("numbers of {country} may not be dialled here")]
    CountryNotAllowed {
        /// Its two letters; a plus and the calling code where the number is of no country.
        country: String,
    },
    /// Dear for the caller.
    #[error("premium-rate and shared-cost numbers may not be dialled here")]
    PremiumNotAllowed,
    /// A satellite or an international network, dear for the caller.
    #[error("satellite and international network numbers may not be dialled here")]
    SatelliteNotAllowed,
    /// The dial plan leaves emergency calls to the telephone itself.
    #[error(
        "emergency numbers are not dialled from here, because we do not know where you are: dial {number} on a telephone \
         where you are"
    )]
    EmergencyNotAllowed {
        /// The number.
        number: String,
    },
    /// The dial plan denies numbers that begin so.
    #[error("numbers that begin with {prefix} may not be dialled here")]
    PrefixDenied {
        /// How they begin.
        prefix: String,
    },
    /// A new promise needs a date and time.
    #[error("give the date and time of the callback")]
    CallbackTimeMissing,
    /// The promised moment is over.
    #[error("the callback's time is in the past in the customer's zone")]
    CallbackInPast,
    /// The promise is too far away.
    #[error("a callback can be promised at most {days_max} days ahead")]
    CallbackTooFar {
        /// The limit.
        days_max: u32,
    },
    /// No zone is known for the number.
    #[error("the customer's time zone is unknown: ask the customer and choose it")]
    CallbackZoneUnknown,
    /// The number may be in zones whose clocks differ at the promised moment.
    #[error("the customer may be in {zones}, where that time differs: ask the customer and choose one")]
    CallbackZoneAmbiguous {
        /// The candidates.
        zones: ZoneSet,
    },
    /// There is no such promise.
    #[error("the callback was cancelled meanwhile, or there is none")]
    CallbackGone,
    /// The customer asked not to be called.
    #[error("no callback can be promised: the number is not to be called")]
    CallbackSuppressed,
    /// The campaign is over, and would keep no promise.
    #[error("no callback can be promised: the campaign is over")]
    CallbackCampaignEnded,
    /// The campaign does not let agents pause the recording of their calls.
    #[error("this campaign does not allow pausing a recording")]
    PauseNotAllowed,
    /// The campaign or queue has no wrap-up, or the call was not routed by the centre.
    #[error("this call has no wrap-up")]
    WrapUpNotAllowed,
    /// A reason is required to leave wrap-up. The words are those of the agent guide, T9.1.
    #[error("Select a wrap-up reason")]
    WrapUpReasonRequired,
    /// There is no such reason for this call.
    #[error("\"{reason}\" is not a wrap-up reason of this call")]
    UnknownWrapUpReason {
        /// What was given.
        reason: String,
    },
    /// There is no such reason for being Not ready.
    #[error("\"{reason}\" is not a reason that is assigned to your team")]
    UnknownNotReadyReason {
        /// What was given.
        reason: String,
    },
    /// A value is empty or too long.
    #[error("{field} must have 1 to {length_max} characters")]
    BadLength {
        /// Which.
        field: &'static str,
        /// The limit.
        length_max: usize,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::AlreadySignedIn { .. } => "already_signed_in",
            Self::ExtensionInUse { .. } => "extension_in_use",
            Self::BadExtension => "bad_extension",
            Self::AgentNotInCall => "agent_not_in_call",
            Self::AlreadySupervised { .. } => "already_supervised",
            Self::NotSupervised => "not_supervised",
            Self::UnknownAgent => "unknown_agent",
            Self::WrongState { .. } => "wrong_state",
            Self::PreviewGone => "preview_gone",
            Self::CallGone => "call_gone",
            Self::NotInThisCall { .. } => "not_in_this_call",
            Self::KeypadOpen => "keypad_open",
            Self::DigitsOutstanding => "digits_outstanding",
            Self::TooManyDigits { .. } => "too_many_digits",
            Self::ColleagueBusy { .. } => "colleague_busy",
            Self::OwnPhone => "own_phone",
            Self::CallIsOffered => "call_is_offered",
            Self::TooManyCalls => "too_many_calls",
            Self::RejectNotAllowed => "reject_not_allowed",
            Self::CloseNotAllowed => "close_not_allowed",
            Self::MayNotCall { .. } => "may_not_call",
            Self::NotOnDialPad { .. } => "not_on_dial_pad",
            Self::CannotBeDialled { .. } => "cannot_be_dialled",
            Self::ExtensionNotAllowed => "extension_not_allowed",
            Self::CountryNotAllowed { .. } => "country_not_allowed",
            Self::PremiumNotAllowed => "premium_not_allowed",
            Self::SatelliteNotAllowed => "satellite_not_allowed",
            Self::EmergencyNotAllowed { .. } => "emergency_not_allowed",
            Self::PrefixDenied { .. } => "prefix_denied",
            Self::CallbackTimeMissing => "callback_time_missing",
            Self::CallbackInPast => "callback_in_past",
            Self::CallbackTooFar { .. } => "callback_too_far",
            Self::CallbackZoneUnknown => "callback_zone_unknown",
            Self::CallbackZoneAmbiguous { .. } => "callback_zone_ambiguous",
            Self::CallbackGone => "callback_gone",
            Self::CallbackSuppressed => "callback_suppressed",
            Self::CallbackCampaignEnded => "callback_campaign_ended",
            Self::PauseNotAllowed => "pause_not_allowed",
            Self::WrapUpNotAllowed => "wrap_up_not_allowed",
            Self::WrapUpReasonRequired => "wrap_up_reason_required",
            Self::UnknownWrapUpReason { .. } => "unknown_wrap_up_reason",
            Self::UnknownNotReadyReason { .. } => "unknown_not_ready_reason",
            Self::BadLength { .. } => "bad_length",
        }
    }
}

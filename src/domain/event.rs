//! What happened: facts in the past tense, numbered by team, stored. They are the log, the live feed and the source of the
//! reports. Phone numbers and names stay out of them: an event names things by their ids.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    agent::{AgentState, NextState},
    campaign::CampaignState,
    dialog::{DigitEnd, Left},
    ids::{
        AgentId, AttemptId, CallbackId, CampaignId, ContactId, DialogId, DigitId, ReservationId, SupervisorId, TeamId,
    },
    outcome::{Classification, Outcome},
    reservation::ReservationEnd,
    retry::Disposition,
    schema::Instant,
    supervision::{SupervisionEnd, SupervisionMode},
    zone::{Zone, ZoneSet},
};

/// One numbered fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EventRecord {
    /// The team whose log it is in.
    pub team_id: TeamId,
    /// Its number in that log: one more than the event before.
    pub seq: i64,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// The agent it concerns.
    pub agent_id: Option<AgentId>,
    /// The campaign it concerns.
    pub campaign_id: Option<CampaignId>,
    /// The contact it concerns.
    pub contact_id: Option<ContactId>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Event {
    /// The state of an agent, or what follows it, changed.
    AgentStateChanged {
        /// The state before.
        was: AgentState,
        /// Since when it was.
        #[schemars(with = "Instant")]
        was_since_at: Timestamp,
        /// The state now.
        state: AgentState,
        /// Why, where a reason was given.
        reason: Option<String>,
        /// The pending next state.
        pending: Option<NextState>,
        /// Wrap-up follows the call because the agent asked for it.
        #[serde(default)]
        wrap_up_pending: bool,
        /// When wrap-up ends by itself.
        #[schemars(with = "Option<Instant>")]
        wrap_up_ends_at: Option<Timestamp>,
        /// Whole seconds until then.
        wrap_up_seconds_left: Option<i64>,
    },
    /// An agent did not renew their presence and is taken as gone.
    AgentLost,
    /// A contact was held for an agent, who now reads the preview.
    PreviewOffered {
        /// The reservation.
        reservation_id: ReservationId,
        /// The promise it keeps.
        callback_id: Option<CallbackId>,
        /// When the campaign's action happens.
        #[schemars(with = "Instant")]
        expires_at: Timestamp,
    },
    /// A reservation is over.
    ReservationEnded {
        /// The reservation.
        reservation_id: ReservationId,
        /// How.
        how: ReservationEnd,
    },
    /// The switch is asked to dial.
    AttemptOpened {
        /// The attempt.
        attempt_id: AttemptId,
        /// The preview that was accepted.
        reservation_id: ReservationId,
    },
    /// The customer's phone rings.
    AttemptRinging {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// The customer answered and is connected with the agent.
    AttemptAnswered {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// A dialog began.
    DialogOpened {
        /// The dialog.
        dialog_id: DialogId,
        /// How it came about: `outbound`, `inbound`, `placed`, `internal`, `consult`.
        kind: String,
    },
    /// A call was offered to the agent, who can answer it.
    CallOffered {
        /// The dialog.
        dialog_id: DialogId,
        /// Then it is taken away.
        #[schemars(with = "Instant")]
        until_at: Timestamp,
    },
    /// A participant of the agent's dialog came, or is somewhere else with it.
    ParticipantChanged {
        /// The dialog.
        dialog_id: DialogId,
        /// Who: `agent`, `customer`, `other`.
        who: String,
        /// Which agent.
        participant_id: Option<AgentId>,
        /// Where they are: `dialing`, `ringing`, `active`, `held` and so on.
        state: String,
    },
    /// A participant of the agent's dialog is gone.
    ParticipantLeft {
        /// The dialog.
        dialog_id: DialogId,
        /// Who: `agent`, `customer`, `other`.
        who: String,
        /// Which agent.
        participant_id: Option<AgentId>,
        /// Why.
        why: Left,
    },
    /// A colleague in the dialog said something of it: who answered, a promise, a zone. What, is in the dialog.
    DialogUpdated {
        /// The dialog.
        dialog_id: DialogId,
    },
    /// Two dialogs became one: those of `from` are in `into` now.
    DialogsJoined {
        /// The consultation.
        from: DialogId,
        /// What it was about.
        into: DialogId,
    },
    /// Nobody is left in a dialog; its agents may still wrap up.
    DialogEnded {
        /// The dialog.
        dialog_id: DialogId,
    },
    /// The agent's keypad was opened or closed.
    KeypadChanged {
        /// The dialog.
        dialog_id: DialogId,
        /// Is it open now?
        is_open: bool,
    },
    /// A keypad tone is on its way. The key itself stays out of the log.
    DigitRequested {
        /// The dialog.
        dialog_id: DialogId,
        /// The request.
        digit_id: DigitId,
    },
    /// What became of a keypad tone.
    DigitAnswered {
        /// The dialog.
        dialog_id: DialogId,
        /// The request.
        digit_id: DigitId,
        /// What.
        how: DigitEnd,
    },
    /// A supervisor's phone is called, is there, or the supervisor is heard by others than before.
    SupervisionChanged {
        /// With whose call.
        supervised_id: AgentId,
        /// The supervisor.
        supervisor_id: SupervisorId,
        /// Who hears them.
        mode: SupervisionMode,
        /// Where their phone is: `connecting`, `active`.
        state: String,
        /// The dialog that the agent is in.
        dialog_id: Option<DialogId>,
    },
    /// No supervisor is with the agent's call any more.
    SupervisionEnded {
        /// With whose call.
        supervised_id: AgentId,
        /// The supervisor.
        supervisor_id: SupervisorId,
        /// Since when they heard it, if they did.
        #[schemars(with = "Option<Instant>")]
        active_since_at: Option<Timestamp>,
        /// Why it is over.
        why: SupervisionEnd,
    },
    /// The switch guesses who answered. Nothing follows from it until an agent says so.
    ClassificationSuggested {
        /// The attempt.
        attempt_id: AttemptId,
        /// The guess.
        to: Classification,
    },
    /// What is said in the call is on tape from now on.
    RecordingStarted {
        /// The attempt.
        attempt_id: AttemptId,
        /// The file, below the switch's folder of recordings.
        path: String,
        /// The switch that has it.
        server: String,
    },
    /// An agent had the recording paused: what is said is not on tape.
    RecordingPaused {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// What is said is on tape again.
    RecordingResumed {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// The call is not recorded, or not to its end, although its campaign has its calls recorded.
    RecordingFailed {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// The agent said who answered.
    AttemptReclassified {
        /// The attempt.
        attempt_id: AttemptId,
        /// What was said before.
        was: Classification,
        /// What is said now.
        to: Classification,
    },
    /// An agent labelled the dialog.
    WrapUpReasonApplied {
        /// The dialog.
        dialog_id: DialogId,
        /// The label.
        reason: String,
    },
    /// The attempt is over for good.
    AttemptEnded {
        /// The attempt.
        attempt_id: AttemptId,
        /// The fact.
        outcome: Outcome,
        /// The decision.
        disposition: Disposition,
    },
    /// A contact waits again.
    ContactReturned {
        /// Not offered before.
        #[schemars(with = "Instant")]
        not_before_at: Timestamp,
    },
    /// A contact is out of its campaign.
    ContactClosed {
        /// Why.
        reason: super::contact::CloseReason,
    },
    /// Somebody said in which zone a customer is.
    ZoneStated {
        /// The zones that count from now on.
        zones: ZoneSet,
    },
    /// A callback was promised.
    CallbackScheduled {
        /// The promise.
        callback_id: CallbackId,
        /// When it is called.
        #[schemars(with = "Instant")]
        due_at: Timestamp,
        /// The zone of the promised wall time.
        zone: Zone,
        /// Whose it is.
        owner_id: Option<AgentId>,
    },
    /// A promise was changed.
    CallbackUpdated {
        /// The promise.
        callback_id: CallbackId,
        /// When it is called.
        #[schemars(with = "Instant")]
        due_at: Timestamp,
        /// The zone of the promised wall time.
        zone: Zone,
        /// Whose it is.
        owner_id: Option<AgentId>,
    },
    /// A promise was taken back.
    CallbackCancelled {
        /// The promise.
        callback_id: CallbackId,
    },
    /// A promise fell due.
    CallbackDue {
        /// The promise.
        callback_id: CallbackId,
    },
    /// A promise fell due outside the calling hours, or the zone rules changed: it is called at another instant.
    CallbackMoved {
        /// The promise.
        callback_id: CallbackId,
        /// From.
        #[schemars(with = "Instant")]
        from_at: Timestamp,
        /// To.
        #[schemars(with = "Instant")]
        due_at: Timestamp,
    },
    /// The promised call is made.
    CallbackKept {
        /// The promise.
        callback_id: CallbackId,
    },
    /// Nobody took a promise in time.
    CallbackMissed {
        /// The promise.
        callback_id: CallbackId,
    },
    /// A campaign changed its state or its rules.
    CampaignChanged {
        /// Its state now.
        state: CampaignState,
    },
    /// A command was refused.
    CommandRefused {
        /// The command.
        command: String,
        /// The stable code of the refusal.
        code: String,
    },
}

impl Event {
    /// The stable name, as in the `type` field.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AgentStateChanged { .. } => "agent_state_changed",
            Self::AgentLost => "agent_lost",
            Self::PreviewOffered { .. } => "preview_offered",
            Self::ReservationEnded { .. } => "reservation_ended",
            Self::AttemptOpened { .. } => "attempt_opened",
            Self::AttemptRinging { .. } => "attempt_ringing",
            Self::AttemptAnswered { .. } => "attempt_answered",
            Self::DialogOpened { .. } => "dialog_opened",
            Self::CallOffered { .. } => "call_offered",
            Self::ParticipantChanged { .. } => "participant_changed",
            Self::ParticipantLeft { .. } => "participant_left",
            Self::DialogUpdated { .. } => "dialog_updated",
            Self::DialogsJoined { .. } => "dialogs_joined",
            Self::DialogEnded { .. } => "dialog_ended",
            Self::KeypadChanged { .. } => "keypad_changed",
            Self::DigitRequested { .. } => "digit_requested",
            Self::DigitAnswered { .. } => "digit_answered",
            Self::SupervisionChanged { .. } => "supervision_changed",
            Self::SupervisionEnded { .. } => "supervision_ended",
            Self::ClassificationSuggested { .. } => "classification_suggested",
            Self::RecordingStarted { .. } => "recording_started",
            Self::RecordingPaused { .. } => "recording_paused",
            Self::RecordingResumed { .. } => "recording_resumed",
            Self::RecordingFailed { .. } => "recording_failed",
            Self::AttemptReclassified { .. } => "attempt_reclassified",
            Self::WrapUpReasonApplied { .. } => "wrap_up_reason_applied",
            Self::AttemptEnded { .. } => "attempt_ended",
            Self::ContactReturned { .. } => "contact_returned",
            Self::ContactClosed { .. } => "contact_closed",
            Self::ZoneStated { .. } => "zone_stated",
            Self::CallbackScheduled { .. } => "callback_scheduled",
            Self::CallbackUpdated { .. } => "callback_updated",
            Self::CallbackCancelled { .. } => "callback_cancelled",
            Self::CallbackDue { .. } => "callback_due",
            Self::CallbackMoved { .. } => "callback_moved",
            Self::CallbackKept { .. } => "callback_kept",
            Self::CallbackMissed { .. } => "callback_missed",
            Self::CampaignChanged { .. } => "campaign_changed",
            Self::CommandRefused { .. } => "command_refused",
        }
    }
}

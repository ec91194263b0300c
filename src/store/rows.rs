//! The rows that a commit writes: each thing the engine changed, flat, as its bulk statement reads it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::db::to_json;
use crate::{
    domain::{
        attempt::{Attempt, Phase},
        callback::Callback,
        contact::{CloseReason, ContactState},
        dialog::{Dialog, DialogKind},
        event::EventRecord,
        ids::{
            AgentId, AttemptId, CallbackId, CampaignId, ContactId, DialogId, ListId, QueueId, ReservationId, TeamId,
        },
        outcome::{Classification, FailureCause, Outcome},
        phone::PhoneNumber,
        recording::{Recording, RecordingState},
        reservation::{Reservation, ReservationEnd},
        retry::Disposition,
        suppression::Suppression,
        zone::ZoneSet,
    },
    engine::{output::ContactChange, session::Session},
};

/// An instant as it is stored.
type Millis = i64;

fn millis(at: Option<Timestamp>) -> Option<Millis> {
    at.map(Timestamp::as_millisecond)
}

/// The columns that say where a contact is.
#[derive(Serialize)]
pub(super) struct StateRow {
    state: &'static str,
    not_before_at: Option<Millis>,
    callback_id: Option<CallbackId>,
    closed_reason: Option<CloseReason>,
}

impl From<ContactState> for StateRow {
    fn from(state: ContactState) -> Self {
        let mut row = Self { state: state.name(), not_before_at: None, callback_id: None, closed_reason: None };
        match state {
            ContactState::Waiting { not_before_at } => row.not_before_at = Some(not_before_at.as_millisecond()),
            ContactState::Promised { callback_id } => row.callback_id = Some(callback_id),
            ContactState::InProgress => {}
            ContactState::Closed { reason } => row.closed_reason = Some(reason),
        }
        row
    }
}

#[derive(Serialize)]
pub(super) struct ContactRow {
    id: ContactId,
    #[serde(flatten)]
    state: StateRow,
    rank: u8,
    zone_set_id: i64,
    next_at: Millis,
    stated_zones: Option<String>,
    progress: String,
    attempts: u32,
}

impl ContactRow {
    pub(super) fn new(change: &ContactChange, zone_set_ids: &BTreeMap<ZoneSet, i64>) -> Self {
        Self {
            id: change.id,
            state: change.state.into(),
            rank: change.place.rank,
            zone_set_id: zone_set_ids[&change.place.zones],
            next_at: change.place.next_at.as_millisecond(),
            stated_zones: change.stated_zones.as_ref().map(to_json),
            progress: to_json(&change.progress),
            attempts: change.progress.attempts,
        }
    }
}

#[derive(Serialize)]
pub(super) struct SeekRow {
    pub(super) campaign_id: i64,
    pub(super) rank: i64,
    pub(super) zone_set_id: i64,
}

#[derive(Serialize)]
pub(super) struct ReservationRow {
    id: ReservationId,
    agent_id: AgentId,
    campaign_id: CampaignId,
    contact_id: ContactId,
    number: String,
    callback_id: Option<CallbackId>,
    offered_at: Millis,
    expires_at: Millis,
    ended_at: Option<Millis>,
    ended_how: Option<ReservationEnd>,
}

impl From<&Reservation> for ReservationRow {
    fn from(it: &Reservation) -> Self {
        Self {
            id: it.id,
            agent_id: it.agent_id,
            campaign_id: it.campaign_id,
            contact_id: it.contact_id,
            number: to_json(&it.number),
            callback_id: it.callback_id,
            offered_at: it.offered_at.as_millisecond(),
            expires_at: it.expires_at.as_millisecond(),
            ended_at: millis(it.ended.map(|end| end.at)),
            ended_how: it.ended.map(|end| end.how),
        }
    }
}

#[derive(Serialize)]
pub(super) struct AttemptRow<'a> {
    id: AttemptId,
    reservation_id: ReservationId,
    agent_id: AgentId,
    campaign_id: CampaignId,
    list_id: ListId,
    contact_id: ContactId,
    number: &'a PhoneNumber,
    zones: String,
    tzdb_version: &'a str,
    keeps_callback_id: Option<CallbackId>,
    promises_callback_id: Option<CallbackId>,
    opened_at: Millis,
    ringing_at: Option<Millis>,
    classification: Option<Classification>,
    wrap_up_reason: Option<&'a str>,
    #[serde(flatten)]
    recording: RecordingRow<'a>,
    #[serde(flatten)]
    phase: PhaseRow,
}

impl<'a> From<&'a Attempt> for AttemptRow<'a> {
    fn from(it: &'a Attempt) -> Self {
        Self {
            id: it.id,
            reservation_id: it.reservation_id,
            agent_id: it.agent_id,
            campaign_id: it.campaign_id,
            list_id: it.list_id,
            contact_id: it.contact_id,
            number: &it.number,
            zones: it.zones.to_string(),
            tzdb_version: &it.tzdb_version,
            keeps_callback_id: it.keeps_callback_id,
            promises_callback_id: it.promises_callback_id,
            opened_at: it.opened_at.as_millisecond(),
            ringing_at: millis(it.ringing_at),
            classification: it.classification,
            wrap_up_reason: it.wrap_up_reason.as_deref(),
            recording: it.recording.as_ref().map(RecordingRow::from).unwrap_or_default(),
            phase: (&it.phase).into(),
        }
    }
}

/// The columns that say where the recording of an attempt is.
#[expect(clippy::struct_field_names, reason = "they are the names of columns")]
#[derive(Default, Serialize)]
struct RecordingRow<'a> {
    recording_path: Option<&'a str>,
    recording_server: Option<&'a str>,
    recording_state: Option<RecordingState>,
    recording_since_at: Option<Millis>,
    recording_paused_by: Option<AgentId>,
}

impl<'a> From<&'a Recording> for RecordingRow<'a> {
    fn from(it: &'a Recording) -> Self {
        Self {
            recording_path: Some(&it.path),
            recording_server: it.server.as_deref(),
            recording_state: Some(it.state),
            recording_since_at: millis(Some(it.since_at)),
            recording_paused_by: it.paused_by,
        }
    }
}

/// The columns that say where an attempt is, and how it ended.
#[derive(Default, Serialize)]
struct PhaseRow {
    phase: &'static str,
    answered_at: Option<Millis>,
    hung_up_at: Option<Millis>,
    wrap_up_ends_at: Option<Millis>,
    ended_at: Option<Millis>,
    outcome: Option<&'static str>,
    cause: Option<FailureCause>,
    disposition: Option<&'static str>,
    retry_at: Option<Millis>,
    callback_id: Option<CallbackId>,
    close_reason: Option<CloseReason>,
}

impl From<&Phase> for PhaseRow {
    fn from(phase: &Phase) -> Self {
        match phase {
            Phase::Dialing => Self { phase: "dialing", ..Self::default() },
            Phase::Talking { answered_at } => {
                Self { phase: "talking", answered_at: millis(Some(*answered_at)), ..Self::default() }
            }
            Phase::WrappingUp { answered_at, hung_up_at, wrap_up_ends_at } => Self {
                phase: "wrapping_up",
                answered_at: millis(Some(*answered_at)),
                hung_up_at: millis(Some(*hung_up_at)),
                wrap_up_ends_at: millis(Some(*wrap_up_ends_at)),
                ..Self::default()
            },
            Phase::Ended(ended) => Self {
                phase: "ended",
                answered_at: millis(ended.answered_at),
                hung_up_at: millis(Some(ended.hung_up_at)),
                ended_at: millis(Some(ended.ended_at)),
                outcome: Some(ended.outcome.name()),
                cause: if let Outcome::Failed(cause) = ended.outcome { Some(cause) } else { None },
                ..Self::decided(ended.disposition)
            },
        }
    }
}

impl PhaseRow {
    fn decided(disposition: Disposition) -> Self {
        let mut row = Self { disposition: Some(disposition.name()), ..Self::default() };
        match disposition {
            Disposition::Retry { not_before_at } => row.retry_at = millis(Some(not_before_at)),
            Disposition::Callback { callback_id } => row.callback_id = Some(callback_id),
            Disposition::Close { reason } => row.close_reason = Some(reason),
        }
        row
    }
}

#[derive(Serialize)]
pub(super) struct DialogRow<'a> {
    id: DialogId,
    kind: &'static str,
    attempt_id: Option<AttemptId>,
    queue_id: Option<QueueId>,
    opened_at: Millis,
    answered_at: Option<Millis>,
    ended_at: Option<Millis>,
    settled_at: Option<Millis>,
    wrap_up_reason: Option<&'a str>,
    doc: String,
}

impl<'a> From<&'a Dialog> for DialogRow<'a> {
    fn from(it: &'a Dialog) -> Self {
        let (attempt_id, queue_id) = match it.kind {
            DialogKind::Outbound { attempt_id } => (Some(attempt_id), None),
            DialogKind::Inbound { queue_id, .. } => (None, Some(queue_id)),
            DialogKind::Placed | DialogKind::Internal | DialogKind::Consult { .. } => (None, None),
        };
        Self {
            id: it.id,
            kind: it.kind.name(),
            attempt_id,
            queue_id,
            opened_at: it.opened_at.as_millisecond(),
            answered_at: millis(it.answered_at),
            ended_at: millis(it.ended_at),
            settled_at: millis(it.settled_at),
            wrap_up_reason: it.wrap_up_reason.as_deref(),
            doc: to_json(it),
        }
    }
}

#[derive(Serialize)]
pub(super) struct CallbackRow<'a> {
    id: CallbackId,
    contact_id: ContactId,
    campaign_id: CampaignId,
    number: String,
    wall_time: String,
    zone_stated_by_agent: u8,
    promised_at: Millis,
    due_at: Millis,
    tzdb_version: &'a str,
    owner_id: Option<AgentId>,
    promised_by: AgentId,
    state: &'static str,
    missed_at: Option<Millis>,
}

impl<'a> From<&'a Callback> for CallbackRow<'a> {
    fn from(it: &'a Callback) -> Self {
        Self {
            id: it.id,
            contact_id: it.contact_id,
            campaign_id: it.campaign_id,
            number: to_json(&it.number),
            wall_time: to_json(&it.wall_time),
            zone_stated_by_agent: u8::from(it.zone_stated_by_agent),
            promised_at: it.promised_at.as_millisecond(),
            due_at: it.due_at.as_millisecond(),
            tzdb_version: &it.tzdb_version,
            owner_id: it.owner_id,
            promised_by: it.promised_by,
            state: it.state.name(),
            missed_at: millis(it.missed_at),
        }
    }
}

/// A session, or only whose it was.
#[derive(Serialize)]
pub(super) struct SessionRow<'a> {
    agent_id: AgentId,
    extension: Option<&'a str>,
    state: Option<&'static str>,
    since_at: Option<Millis>,
    doc: Option<String>,
}

impl<'a> From<(&AgentId, &'a Option<Session>)> for SessionRow<'a> {
    fn from((agent_id, session): (&AgentId, &'a Option<Session>)) -> Self {
        let session = session.as_ref();
        Self {
            agent_id: *agent_id,
            extension: session.map(|it| it.extension.as_str()),
            state: session.map(|it| it.activity.state().name()),
            since_at: millis(session.map(|it| it.since_at)),
            doc: session.map(to_json),
        }
    }
}

#[derive(Serialize)]
pub(super) struct SuppressionRow<'a> {
    number: &'a PhoneNumber,
    campaign_id: i64,
    until_at: Option<Millis>,
    source: &'a str,
    added_at: Option<Millis>,
}

impl<'a> SuppressionRow<'a> {
    /// One row for each number and campaign, as a statement cannot write a row twice: the longest stands.
    pub(super) fn all(entries: &'a [Suppression], added_at: Option<Timestamp>) -> Vec<Self> {
        let mut longest: BTreeMap<_, &Suppression> = BTreeMap::new();
        for entry in entries {
            let end = |it: &Suppression| it.until_at.unwrap_or(Timestamp::MAX);
            let kept = longest.entry((&entry.number, entry.campaign_id)).or_insert(entry);
            if end(entry) > end(kept) {
                *kept = entry;
            }
        }
        longest.into_values().map(|entry| Self::new(entry, added_at)).collect()
    }

    fn new(it: &'a Suppression, added_at: Option<Timestamp>) -> Self {
        Self {
            number: &it.number,
            campaign_id: it.campaign_id.map_or(0, |id| id.0),
            until_at: millis(it.until_at),
            source: &it.source,
            added_at: millis(added_at),
        }
    }
}

#[derive(Serialize)]
pub(super) struct EventRow {
    team_id: TeamId,
    seq: i64,
    at: Millis,
    kind: &'static str,
    agent_id: Option<AgentId>,
    campaign_id: Option<CampaignId>,
    contact_id: Option<ContactId>,
    doc: String,
}

impl From<&EventRecord> for EventRow {
    fn from(it: &EventRecord) -> Self {
        Self {
            team_id: it.team_id,
            seq: it.seq,
            at: it.at.as_millisecond(),
            kind: it.event.name(),
            agent_id: it.agent_id,
            campaign_id: it.campaign_id,
            contact_id: it.contact_id,
            doc: to_json(&it.event),
        }
    }
}

//! The report on attempts: how many, how many answered, how long they rang and talked. An attempt belongs to the moment at
//! which the switch was asked to dial.

use super::{
    Asked, Report, ReportError,
    source::Source,
    table::{Figure, finish},
};

pub(super) const ATTEMPTS: Source = Source {
    name: "attempts",
    table: "attempts",
    at: "opened_at",
    campaign: "campaign_id",
    list: "list_id",
    agent: "agent_id",
    condition: "true",
    keys: &[],
};

/// What is summed up: attempts, answered, those that rang and for how long, those whose talk is over and for how long, those
/// with a recording, those that should have one and have none, or none to the end.
pub(super) const SUMS: [&str; 8] = [
    "COUNT(*)",
    "COUNT(answered_at)",
    "COUNT(ringing_at + COALESCE(answered_at, hung_up_at))",
    "SUM(COALESCE(answered_at, hung_up_at) - ringing_at)",
    "COUNT(answered_at + hung_up_at)",
    "SUM(hung_up_at - answered_at)",
    "COUNT(CASE WHEN recording_state <> 'failed' THEN 1 END)",
    "COUNT(CASE WHEN recording_state = 'failed' THEN 1 END)",
];

const FIGURES: [(&str, Figure); 8] = [
    ("attempts", Figure::Count(0)),
    ("answered", Figure::Count(1)),
    ("answered_share", Figure::Share(1, 0)),
    ("ring_seconds_average", Figure::Average(3, 2)),
    ("talk_seconds", Figure::Seconds(5)),
    ("talk_seconds_average", Figure::Average(5, 4)),
    ("recorded", Figure::Count(6)),
    ("recordings_failed", Figure::Count(7)),
];

pub(super) async fn report(asked: &Asked<'_>) -> Result<Report, ReportError> {
    Ok(finish(asked, &FIGURES, ATTEMPTS.count(asked, &SUMS).await?))
}

//! The report on agents: how long they were in each state, and what they did.
//!
//! The log says when an agent's state changed and from what. A span that goes on is counted until the instant of the
//! report, and a span over midnight is shared out between its days. Previews belong to the moment they were offered at.

use super::{
    Asked, GroupBy, Report, ReportError,
    attempts::{self, ATTEMPTS},
    local,
    source::{Source, Sums, named, some_rows},
    table::{Figure, finish},
};
use crate::{domain::agent::AgentState, store::record::Record};

const PREVIEWS: Source = Source {
    name: "previews",
    table: "reservations",
    at: "offered_at",
    campaign: "",
    list: "",
    agent: "agent_id",
    condition: "true",
    keys: &[],
};
const CALLS: Source = Source { campaign: "", ..ATTEMPTS };

const PREVIEW_SUMS: [&str; 5] = [
    "COUNT(*)",
    "SUM(CASE WHEN ended_how = 'accepted' THEN 1 ELSE 0 END)",
    "SUM(CASE WHEN ended_how = 'rejected' THEN 1 ELSE 0 END)",
    "SUM(CASE WHEN ended_how = 'closed' THEN 1 ELSE 0 END)",
    "SUM(CASE WHEN ended_how LIKE 'lapsed%' THEN 1 ELSE 0 END)",
];

/// The states of an agent at work, in the order of their sums.
const STATES: [AgentState; 6] = [
    AgentState::NotReady,
    AgentState::Ready,
    AgentState::Reserved,
    AgentState::Talking,
    AgentState::Hold,
    AgentState::WrapUp,
];
const PREVIEWS_AT: usize = STATES.len() + 1;
const CALLS_AT: usize = PREVIEWS_AT + PREVIEW_SUMS.len();
const WIDTH: usize = CALLS_AT + attempts::SUMS.len();

const FIGURES: [(&str, Figure); 15] = [
    ("signed_in_seconds", Figure::Seconds(STATES.len())),
    ("not_ready_seconds", Figure::Seconds(0)),
    ("ready_seconds", Figure::Seconds(1)),
    ("reserved_seconds", Figure::Seconds(2)),
    ("talking_seconds", Figure::Seconds(3)),
    ("hold_seconds", Figure::Seconds(4)),
    ("wrap_up_seconds", Figure::Seconds(5)),
    ("previews", Figure::Count(PREVIEWS_AT)),
    ("accepted", Figure::Count(PREVIEWS_AT + 1)),
    ("rejected", Figure::Count(PREVIEWS_AT + 2)),
    ("closed", Figure::Count(PREVIEWS_AT + 3)),
    ("lapsed", Figure::Count(PREVIEWS_AT + 4)),
    ("attempts", Figure::Count(CALLS_AT)),
    ("answered", Figure::Count(CALLS_AT + 1)),
    ("talk_seconds", Figure::Seconds(CALLS_AT + 5)),
];

pub(super) async fn report(asked: &Asked<'_>) -> Result<Report, ReportError> {
    let mut all = Sums::new();
    add_states(asked, &mut all).await?;
    for (at, sums) in [
        (PREVIEWS_AT, PREVIEWS.count(asked, &PREVIEW_SUMS).await?),
        (CALLS_AT, CALLS.count(asked, &attempts::SUMS).await?),
    ] {
        for (labels, sums) in sums {
            let row = all.entry(labels).or_insert_with(|| vec![0; WIDTH]);
            row[at..at + sums.len()].copy_from_slice(&sums);
        }
    }
    Ok(finish(asked, &FIGURES, all))
}

async fn add_states(asked: &Asked<'_>, all: &mut Sums) -> Result<(), ReportError> {
    let rows = some_rows(asked, "agent states", states_text(asked)).await?;
    for row in &rows {
        let record = Record::of(row, "events", "agent_id");
        let spans = Spans {
            agent: named(&asked.names.agents, record.int("agent_id")?),
            state: record.word("state")?,
            first_day: record.int("first_day")?,
            last_day: record.int("last_day")?,
            count: record.int("spans")?,
            began: record.int("began")?,
            ended: record.int("ended")?,
        };
        spans.share_out(asked, all);
    }
    Ok(())
}

/// Spans of one agent in one state that began on one day and ended on one day.
struct Spans {
    agent: String,
    state: AgentState,
    first_day: i64,
    last_day: i64,
    count: i64,
    /// The sum of the instants they began at.
    began: i64,
    /// The sum of the instants they ended at.
    ended: i64,
}

impl Spans {
    fn share_out(&self, asked: &Asked<'_>, all: &mut Sums) {
        let Some(state) = STATES.iter().position(|state| *state == self.state) else { return };
        for day in self.first_day..=self.last_day.max(self.first_day) {
            let from = if day == self.first_day { self.began } else { self.count * asked.local.midnight(day) };
            let until = if day >= self.last_day { self.ended } else { self.count * asked.local.midnight(day + 1) };
            let labels = (asked.groups.iter())
                .map(|group| if *group == GroupBy::Day { local::date_of(day).to_string() } else { self.agent.clone() });
            let row = all.entry(labels.collect()).or_insert_with(|| vec![0; WIDTH]);
            row[state] += until - from;
            row[STATES.len()] += until - from;
        }
    }
}

/// Each change of state ends a span that began at the change before, or before the time asked for. What goes on since the
/// last change is what the open session says.
fn states_text(asked: &Asked<'_>) -> String {
    let query = asked.query;
    let now = query.now.as_millisecond();
    let from = query.from.map_or(0, jiff::Timestamp::as_millisecond);
    let until = query.until.map_or(now, |until| until.as_millisecond().min(now));
    let was = format!("{}->>'was'", asked.db.db().json_sql("doc"));
    // Without a beginning, what was before the first change ever is nothing.
    let before_first = if query.from.is_some() { from.to_string() } else { "at".to_owned() };
    let (first_day, last_day) = if asked.groups.contains(&GroupBy::Day) {
        (asked.local.day_sql("began_at"), asked.local.day_sql("(ended_at - 1)"))
    } else {
        ("CAST(0 AS BIGINT)".to_owned(), "CAST(0 AS BIGINT)".to_owned())
    };
    let who = who(asked);
    // Without days the sums are of spans, so that they stay small.
    let (began, ended) =
        if asked.groups.contains(&GroupBy::Day) { ("began_at", "ended_at") } else { ("0", "ended_at - began_at") };
    format!(
        "WITH changes AS (
            SELECT agent_id, {was} AS state, at,
                COALESCE(LAG(at) OVER (PARTITION BY agent_id ORDER BY at, seq), {before_first}) AS since_at
            FROM events WHERE kind = 'agent_state_changed' AND at > {from} AND {who}),
        spans AS (
            SELECT agent_id, state, since_at, at AS until_at FROM changes
            UNION ALL
            SELECT agent_id, state, COALESCE(
                (SELECT MAX(at) FROM changes WHERE changes.agent_id = sessions.agent_id), since_at), {now}
            FROM sessions WHERE {who}),
        clipped AS (
            SELECT agent_id, state, CASE WHEN since_at < {from} THEN {from} ELSE since_at END AS began_at,
                CASE WHEN until_at > {until} THEN {until} ELSE until_at END AS ended_at
            FROM spans WHERE state <> 'logged_out')
        SELECT agent_id, state, {first_day} AS first_day, {last_day} AS last_day, COUNT(*) AS spans,
            CAST(SUM({began}) AS BIGINT) AS began, CAST(SUM({ended}) AS BIGINT) AS ended
        FROM clipped WHERE began_at < ended_at GROUP BY agent_id, state, first_day, last_day"
    )
}

fn who(asked: &Asked<'_>) -> String {
    match (asked.names.agent_id, asked.query.team_id) {
        (Some(id), _) => format!("agent_id = {id}"),
        (None, Some(team)) => format!("team_id = {team}"),
        (None, None) => "true".to_owned(),
    }
}

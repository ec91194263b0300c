//! The report on agents: how long they were in each state, and what they did.
//!
//! The log says when an agent's state changed and from what. A span that goes on is counted until the instant of the
//! report, and a span over midnight, or over the hour, is shared out. Previews belong to the moment they were offered at.
//!
//! From the offer of a preview to the end of its call's wrap-up, an agent works for the campaign (and list) of that contact.
//! All other time, ready and not ready above all, is no campaign's: it stands under an empty campaign.

use super::{
    Asked, GroupBy, Report, ReportError,
    attempts::{self, ATTEMPTS},
    source::{Source, Sums, label, only, some_rows},
    table::{Figure, finish},
};
use crate::{domain::agent::AgentState, store::record::Record};

const PREVIEWS: Source = Source {
    name: "previews",
    table: "reservations",
    at: "offered_at",
    campaign: "campaign_id",
    list: "(SELECT list_id FROM contacts WHERE contacts.id = reservations.contact_id)",
    agent: "agent_id",
    condition: "true",
    keys: &[],
};

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
        (CALLS_AT, ATTEMPTS.count(asked, &attempts::SUMS).await?),
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
        let record = Record::of(row, "events", "state");
        let state: AgentState = record.word("state")?;
        let Some(state) = STATES.iter().position(|it| *it == state) else { continue };
        let labels = asked.groups.iter().map(|group| label(asked, &record, *group, group.name()));
        let row = all.entry(labels.collect::<Result<_, _>>()?).or_insert_with(|| vec![0; WIDTH]);
        let milliseconds = record.int("milliseconds")?;
        row[state] += milliseconds;
        row[STATES.len()] += milliseconds;
    }
    Ok(())
}

/// Time by state and by the groups asked for, each in a column of its name.
fn states_text(asked: &Asked<'_>) -> String {
    let by_time = asked.groups.iter().any(|group| matches!(group, GroupBy::Day | GroupBy::Hour));
    let column = |group: &GroupBy| match group {
        GroupBy::Campaign => "campaign_id".to_owned(),
        GroupBy::List => "list_id".to_owned(),
        GroupBy::Day => asked.local.day_sql("began_at"),
        GroupBy::Hour => asked.local.hour_sql("began_at"),
        // The report is not grouped by the others.
        GroupBy::Agent | GroupBy::Outcome | GroupBy::Disposition => "agent_id".to_owned(),
    };
    let mut texts = ["state", "state", "state"].map(|name| vec![name.to_owned()]);
    for group in &asked.groups {
        let name = group.name();
        let parts =
            [format!("{} AS {name}_group", column(group)), format!("{name}_group AS {name}"), format!("{name}_group")];
        texts.iter_mut().zip(parts).for_each(|(text, part)| text.push(part));
    }
    let [columns, names, keys] = texts.map(|text| text.join(", "));
    let (spans, owned) = (spans_text(asked), owned_text(asked));
    let pieces = if by_time { pieces_text(asked) } else { "pieces AS (SELECT * FROM owned)".to_owned() };
    format!(
        "WITH RECURSIVE {spans}, {owned}, {pieces},
        grouped AS (SELECT {columns}, ended_at - began_at AS lasted FROM pieces)
        SELECT {names}, CAST(SUM(lasted) AS BIGINT) AS milliseconds FROM grouped GROUP BY {keys}"
    )
}

/// `clipped`: who was in which state within the time asked for. Each change of state ends a span that began at the change
/// before, or before the time asked for. What goes on since the last change is what the open session says.
fn spans_text(asked: &Asked<'_>) -> String {
    let now = asked.query.now.as_millisecond();
    let (from, until) = bounds(asked);
    let was = format!("{}->>'was'", asked.db.db().json_sql("doc"));
    // Without a beginning, what was before the first change ever is nothing.
    let before_first = if asked.query.from.is_some() { from.to_string() } else { "at".to_owned() };
    let who = who(asked);
    format!(
        "changes AS (
            SELECT agent_id, {was} AS state, at,
                COALESCE(LAG(at) OVER (PARTITION BY agent_id ORDER BY at, seq), {before_first}) AS since_at
            FROM events WHERE kind = 'agent_state_changed' AND at > {from} AND {who}),
        spans AS (
            SELECT agent_id, state, since_at, at AS until_at FROM changes
            UNION ALL
            SELECT agent_id, state, COALESCE(
                (SELECT MAX(at) FROM changes WHERE changes.agent_id = sessions.agent_id), since_at), {now}
            FROM sessions WHERE {who}),
        bounded AS (
            SELECT agent_id, state, CASE WHEN since_at < {from} THEN {from} ELSE since_at END AS began_at,
                CASE WHEN until_at > {until} THEN {until} ELSE until_at END AS ended_at
            FROM spans WHERE state <> 'logged_out'),
        clipped AS (SELECT * FROM bounded WHERE began_at < ended_at)"
    )
}

/// `owned`: the spans with the campaign and list that they belong to, 0 for none. Previews and spans of an agent are put in
/// one order; a span is of the preview before it, as long as that, or its call, is not over.
fn owned_text(asked: &Asked<'_>) -> String {
    let query = asked.query;
    let by_work = asked.groups.iter().any(|group| matches!(group, GroupBy::Campaign | GroupBy::List));
    if !by_work && query.campaign.is_none() && query.list.is_none() {
        return "owned AS (SELECT agent_id, state, began_at, ended_at FROM clipped)".to_owned();
    }
    let now = query.now.as_millisecond();
    let (from, until) = bounds(asked);
    let agents = match (asked.names.agent_id, query.team_id) {
        (Some(id), _) => format!("reservations.agent_id = {id}"),
        (None, Some(team)) => format!("reservations.agent_id IN (SELECT id FROM agents WHERE team_id = {team})"),
        (None, None) => "true".to_owned(),
    };
    let wanted: Vec<String> = [
        only("campaign_id", asked.names.campaign_id.as_slice()),
        asked.names.list_ids.as_deref().and_then(|ids| only("list_id", ids)),
    ]
    .into_iter()
    .flatten()
    .chain(["is_span = 1".to_owned()])
    .collect();
    let wanted = wanted.join(" AND ");
    let is_work = "state IN ('reserved', 'talking', 'hold', 'wrap_up') AND began_at < work_over_at";
    format!(
        "work AS (
            SELECT reservations.agent_id, reservations.campaign_id, contacts.list_id, offered_at,
                COALESCE(CASE WHEN attempts.id IS NULL THEN reservations.ended_at ELSE attempts.ended_at END, {now}) AS over_at
            FROM reservations JOIN contacts ON contacts.id = reservations.contact_id
            LEFT JOIN attempts ON attempts.reservation_id = reservations.id
            WHERE {agents} AND offered_at < {until}),
        marks AS (
            SELECT agent_id, offered_at AS began_at, 0 AS is_span, campaign_id, list_id, over_at,
                CAST(NULL AS TEXT) AS state, CAST(NULL AS BIGINT) AS ended_at
            FROM work WHERE over_at > {from}
            UNION ALL
            SELECT agent_id, began_at, 1, NULL, NULL, NULL, state, ended_at FROM clipped),
        numbered AS (
            SELECT marks.*, SUM(1 - is_span) OVER (
                PARTITION BY agent_id ORDER BY began_at, is_span ROWS UNBOUNDED PRECEDING) AS work_number
            FROM marks),
        beside AS (
            SELECT agent_id, state, began_at, ended_at, is_span,
                MAX(campaign_id) OVER (PARTITION BY agent_id, work_number) AS work_campaign_id,
                MAX(list_id) OVER (PARTITION BY agent_id, work_number) AS work_list_id,
                MAX(over_at) OVER (PARTITION BY agent_id, work_number) AS work_over_at
            FROM numbered),
        known AS (
            SELECT agent_id, state, began_at, ended_at, is_span,
                CASE WHEN {is_work} THEN work_campaign_id ELSE 0 END AS campaign_id,
                CASE WHEN {is_work} THEN work_list_id ELSE 0 END AS list_id
            FROM beside),
        owned AS (SELECT agent_id, state, began_at, ended_at, campaign_id, list_id FROM known WHERE {wanted})"
    )
}

/// `pieces`: the spans, cut at each full hour that the wall clock shows, and where it jumps.
fn pieces_text(asked: &Asked<'_>) -> String {
    let (first, next) = (asked.local.next_hour_sql("began_at"), asked.local.next_hour_sql("cut_at"));
    let columns =
        if asked.groups.contains(&GroupBy::Campaign) || asked.query.campaign.is_some() || asked.query.list.is_some() {
            "agent_id, state, campaign_id, list_id"
        } else {
            "agent_id, state"
        };
    format!(
        "cut AS (
            SELECT {columns}, began_at, ended_at, {first} AS cut_at FROM owned
            UNION ALL
            SELECT {columns}, cut_at, ended_at, {next} FROM cut WHERE cut_at < ended_at),
        pieces AS (
            SELECT {columns}, began_at, CASE WHEN cut_at < ended_at THEN cut_at ELSE ended_at END AS ended_at FROM cut)"
    )
}

/// The time asked for, in milliseconds.
fn bounds(asked: &Asked<'_>) -> (i64, i64) {
    let (query, now) = (asked.query, asked.query.now.as_millisecond());
    let from = query.from.map_or(0, jiff::Timestamp::as_millisecond);
    (from, query.until.map_or(now, |until| until.as_millisecond().min(now)))
}

fn who(asked: &Asked<'_>) -> String {
    match (asked.names.agent_id, asked.query.team_id) {
        (Some(id), _) => format!("agent_id = {id}"),
        (None, Some(team)) => format!("team_id = {team}"),
        (None, None) => "true".to_owned(),
    }
}

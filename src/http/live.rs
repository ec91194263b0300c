//! Events as they happen, as server-sent events: first what the client has missed, from the store, then live.
//!
//! The stream follows the numbers of the team's log. It listens before it reads the store, drops what it has sent already,
//! and reads the store again whenever a number is missing: no gap, no doubling, however slow the client is.

use std::{collections::VecDeque, convert::Infallible, sync::Arc};

use axum::response::{IntoResponse, Response, Sse, sse::Event as Frame};
use axum::{
    extract::{FromRequestParts, State},
    http::{header, request::Parts},
};
use futures_util::{Stream, stream};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::{
    sync::{broadcast, watch},
    time::{Interval, MissedTickBehavior},
};

use super::{
    App,
    auth::{Caller, Me},
    extract::{Path, Query},
    limits::Seat,
    openapi::{Answer, Operation, Part},
    problem::Problem,
    teams::TeamPath,
};
use crate::{
    domain::{
        agent::AgentState,
        command::Command,
        event::EventRecord,
        ids::{AgentId, TeamId},
    },
    ports::StoreError,
    runtime::handle::{CommandError, TeamHandle, Unavailable},
    store::Database,
};

/// How many events are read from the store at once.
const PAGE: usize = 500;

/// Where a stream begins.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct From {
    /// Events after this number. The header `Last-Event-ID` counts before it. Left out: from now on.
    after: Option<i64>,
    /// For the `EventSource` of a page, which can neither listen to every name nor see a comment: events have no name, and
    /// the heartbeat is the event `here`.
    #[serde(default)]
    for_page: bool,
}

/// The events of the agent who asks; the open stream renews their presence.
pub(super) async fn mine(
    me: Me,
    State(app): State<App>,
    last: LastEventId,
    Query(from): Query<From>,
) -> Result<Events, Problem> {
    let source = Source::open(&app, me.team.clone(), Some(me.agent_id), last.0.or(from.after)).await?;
    Events::new(&app, me.caller, source, Some(me.agent_id), from.for_page)
}

/// The events of a team.
pub(super) async fn of_team(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<TeamPath>,
    last: LastEventId,
    Query(from): Query<From>,
) -> Result<Events, Problem> {
    let team = app.team(&caller, &path.team).await?;
    let source = Source::open(&app, team, None, last.0.or(from.after)).await?;
    Events::new(&app, caller, source, None, from.for_page)
}

/// The number of the last event the client has.
pub(super) struct LastEventId(Option<i64>);

impl FromRequestParts<App> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("last-event-id") else { return Ok(Self(None)) };
        let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
        number
            .map(|number| Self(Some(number)))
            .ok_or_else(|| Problem::field("Last-Event-ID", "this is not a whole number"))
    }
}

impl Part for LastEventId {
    fn describe(operation: &mut Operation<'_>) {
        operation.parameters.push(json!({
            "name": "Last-Event-ID",
            "in": "header",
            "required": false,
            "description": "The number of the last event that the client has.",
            "schema": { "type": "integer" },
        }));
    }
}

/// A stream of events as an answer.
pub(super) struct Events(Tail);

/// What a stream is made of.
struct Tail {
    source: Source,
    app: App,
    caller: Caller,
    /// Whose presence is renewed.
    renews: Option<AgentId>,
    for_page: bool,
    beat: Interval,
    stopping: watch::Receiver<bool>,
    _seat: Seat,
}

impl Events {
    fn new(
        app: &App,
        caller: Caller,
        source: Source,
        renews: Option<AgentId>,
        for_page: bool,
    ) -> Result<Self, Problem> {
        let seat = app.streams.take(caller.token_id, app.limits.streams_per_token)?;
        let mut beat = tokio::time::interval(app.limits.heartbeat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stopping = app.stopping.clone();
        Ok(Self(Tail { source, app: app.clone(), caller, renews, for_page, beat, stopping, _seat: seat }))
    }

    fn into_stream(self) -> impl Stream<Item = Result<Frame, Infallible>> {
        stream::unfold(self.0, |mut tail| async move { tail.next().await.map(|frame| (Ok(frame), tail)) })
    }
}

impl IntoResponse for Events {
    fn into_response(self) -> Response {
        // Nobody between us and the client may keep events.
        let headers = [("x-accel-buffering", "no"), (header::CACHE_CONTROL.as_str(), "no-store")];
        (headers, Sse::new(self.into_stream())).into_response()
    }
}

impl Answer for Events {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.generator.subschema_for::<EventRecord>();
        let answer = json!({
            "description": "Server-sent events: `id` is the number of the event, `event` its type, `data` this JSON",
            "content": { "text/event-stream": { "schema": schema } },
        });
        operation.responses.insert("200".into(), answer);
    }
}

impl Tail {
    /// The next event or heartbeat; none when the stream is over. The client then comes again with `Last-Event-ID`.
    async fn next(&mut self) -> Option<Frame> {
        tokio::select! {
            biased;
            () = stopped(&mut self.stopping) => None,
            _ = self.beat.tick() => {
                let stands = stands(&self.app, &self.caller, self.renews, &self.source.team).await;
                stands.then(|| heartbeat(self.for_page))
            }
            event = self.source.next() => match event {
                Ok(event) => Some(frame(&event?, self.for_page)),
                Err(error) => {
                    tracing::warn!(%error, "an event stream ends");
                    None
                }
            },
        }
    }
}

/// Waits until the program stops.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        // Nobody is left who could say it.
        std::future::pending::<()>().await;
    }
}

fn frame(event: &EventRecord, for_page: bool) -> Frame {
    let data = serde_json::to_string(event).expect("an event is plain values");
    let frame = Frame::default().id(event.seq.to_string()).data(data);
    if for_page { frame } else { frame.event(event.event.name()) }
}

/// Says that the stream lives.
fn heartbeat(for_page: bool) -> Frame {
    if for_page { Frame::default().event("here").data("{}") } else { Frame::default().comment("here") }
}

/// Renews the presence. False when the token was revoked or the team is not served here any more.
async fn stands(app: &App, caller: &Caller, renews: Option<AgentId>, team: &TeamHandle) -> bool {
    // A database that does not answer says nothing about the token.
    if matches!(app.is_good(caller).await, Ok(false)) {
        return false;
    }
    match renews {
        Some(agent_id) => renew(team, agent_id).await != Err(Unavailable::Stopped),
        None => true,
    }
}

/// Renews the presence of an agent who is signed in.
async fn renew(team: &TeamHandle, agent_id: AgentId) -> Result<(), Unavailable> {
    let at_work = team.agent_view(agent_id).await?.is_some_and(|view| view.state != AgentState::LoggedOut);
    if at_work && let Err(CommandError::Unavailable(why)) = team.command(agent_id, Command::RenewPresence).await {
        return Err(why);
    }
    Ok(())
}

/// The log of a team from some number on.
struct Source {
    db: Database,
    team: TeamHandle,
    /// The only agent whose events are given.
    only: Option<AgentId>,
    feed: broadcast::Receiver<Arc<EventRecord>>,
    last_seq: i64,
    /// The store has events that were not read.
    behind: bool,
    ready: VecDeque<EventRecord>,
}

impl Source {
    async fn open(app: &App, team: TeamHandle, only: Option<AgentId>, after: Option<i64>) -> Result<Self, Problem> {
        let feed = team.events();
        let newest = team.team_view().await?.last_event_seq;
        let last_seq = after.unwrap_or(newest);
        if last_seq > newest {
            // After a return to an older copy of the database the client's state is worth nothing.
            return Err(Problem::field("after", format!("the last event is {newest}; ask for the state again")));
        }
        let behind = last_seq < newest;
        Ok(Self { db: app.db.clone(), team, only, feed, last_seq, behind, ready: VecDeque::new() })
    }

    /// The next event; none when the feed is over. May be dropped while it waits: nothing is lost.
    async fn next(&mut self) -> Result<Option<EventRecord>, StoreError> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event));
            }
            if self.behind {
                self.read().await?;
                continue;
            }
            match self.feed.recv().await {
                Ok(event) if event.seq == self.last_seq + 1 => self.take(EventRecord::clone(&event)),
                Ok(event) => self.behind = event.seq > self.last_seq,
                Err(broadcast::error::RecvError::Lagged(_)) => self.behind = true,
                Err(broadcast::error::RecvError::Closed) => return Ok(None),
            }
        }
    }

    async fn read(&mut self) -> Result<(), StoreError> {
        let page = self.db.events_after(self.team_id(), self.last_seq, None, PAGE).await?;
        self.behind = page.len() == PAGE;
        for event in page {
            self.take(event);
        }
        Ok(())
    }

    fn take(&mut self, event: EventRecord) {
        self.last_seq = event.seq;
        if self.only.is_none_or(|agent_id| event.agent_id == Some(agent_id)) {
            self.ready.push_back(event);
        }
    }

    fn team_id(&self) -> TeamId {
        self.team.team_id()
    }
}

//! For those who run it: does it work, and how is it doing.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{
    App,
    openapi::{Answer, Operation},
};
use crate::{
    domain::ids::TeamId,
    ports::ServerHealth,
    runtime::{handle::TeamHandle, teams::Teams},
    telemetry,
};

/// Zone rules older than this may be wrong somewhere: several countries change theirs every year.
const RULES_DAYS_MAX: i64 = 180;

/// How it is doing.
#[derive(Serialize, JsonSchema)]
pub(super) struct Health {
    /// Everything that must work works; else the answer has the status 503.
    healthy: bool,
    /// Does the database answer?
    database_reachable: bool,
    /// Teams served here.
    teams_served: Vec<TeamId>,
    /// Teams that another node has taken over, or whose loop is over.
    teams_stopped: Vec<TeamId>,
    /// The release of the time zone rules.
    zone_rules_version: String,
    /// Their age.
    zone_rules_age_days: i64,
    /// The servers of the telephone network.
    switch_servers: Vec<ServerHealth>,
    /// What someone should look at.
    warnings: Vec<String>,
}

/// Says whether it works: 200, or 503.
pub(super) async fn health(State(app): State<App>) -> Health {
    let database_reachable = app.db.teams().await.is_ok();
    let teams_stopped = app.teams.stopped();
    let zone_rules_age_days = app.rules.age_days(app.clock.now());
    let mut warnings = Vec::new();
    if zone_rules_age_days > RULES_DAYS_MAX {
        warnings.push(format!("the time zone rules are {zone_rules_age_days} days old: install newer ones"));
    }
    let switch_servers = app.teams.switch_health();
    for server in switch_servers.iter().filter(|server| !server.is_connected) {
        let problem = server.problem.as_deref().unwrap_or("it was not reached yet");
        warnings.push(format!("the switch {} is not connected: {problem}", server.url));
    }
    warnings.extend(app.softphone_problem());
    let can_call = switch_servers.is_empty() || switch_servers.iter().any(|server| server.is_connected);
    Health {
        healthy: database_reachable && teams_stopped.is_empty() && can_call,
        database_reachable,
        teams_served: served(&app.teams, &teams_stopped),
        teams_stopped,
        zone_rules_version: app.rules.version().to_owned(),
        zone_rules_age_days,
        switch_servers,
        warnings,
    }
}

fn served(teams: &Teams, stopped: &[TeamId]) -> Vec<TeamId> {
    teams.all().iter().map(TeamHandle::team_id).filter(|id| !stopped.contains(id)).collect()
}

impl IntoResponse for Health {
    fn into_response(self) -> Response {
        let status = if self.healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        (status, Json(self)).into_response()
    }
}

impl Answer for Health {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<Self>(StatusCode::OK);
        operation.answer::<Self>(StatusCode::SERVICE_UNAVAILABLE);
    }
}

/// The text that Prometheus reads.
pub(super) struct Metrics(String);

/// Writes the metrics down.
pub(super) async fn metrics(State(app): State<App>) -> Metrics {
    telemetry::zone_rules(&app.rules, app.clock.now());
    Metrics(app.metrics.render())
}

const METRICS_TYPE: &str = "text/plain; version=0.0.4";

impl IntoResponse for Metrics {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, METRICS_TYPE)], self.0).into_response()
    }
}

impl Answer for Metrics {
    fn describe(operation: &mut Operation<'_>) {
        let answer =
            json!({ "description": "Metrics", "content": { METRICS_TYPE: { "schema": { "type": "string" } } } });
        operation.responses.insert("200".into(), answer);
    }
}

//! Teams and their agents: creating them, the board, the log, and what a supervisor does for an agent.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    App,
    auth::Caller,
    extract::{Body, Created, Page, Path, Query},
    problem::Problem,
};
use crate::{
    domain::{agent::Agent, command::Command, event::EventRecord, ids::AgentId, refusal::Refusal},
    engine::view::{AgentView, TeamView},
    runtime::handle::TeamHandle,
    store::TeamRow,
};

/// Which team.
#[derive(Deserialize, JsonSchema)]
pub(super) struct TeamPath {
    /// The team's name.
    pub team: String,
}

impl App {
    /// The team called so, if the caller may see it.
    pub(super) async fn team_row(&self, caller: &Caller, name: &str) -> Result<TeamRow, Problem> {
        let team = self.db.team_named(name).await?.ok_or_else(|| Problem::not_found("team", name))?;
        caller.check_team(team.id)?;
        Ok(team)
    }

    /// Its engine.
    pub(super) async fn team(&self, caller: &Caller, name: &str) -> Result<TeamHandle, Problem> {
        Ok(self.teams.team(self.team_row(caller, name).await?.id))
    }
}

/// The teams that the caller may see.
pub(super) async fn list(caller: Caller, State(app): State<App>) -> Result<Json<Vec<TeamRow>>, Problem> {
    let teams = app.db.teams().await?;
    Ok(Json(teams.into_iter().filter(|team| caller.check_team(team.id).is_ok()).collect()))
}

/// A new team.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTeam {
    /// Its name: lower-case letters, digits, `-` and `_`.
    name: String,
}

/// Create a team.
pub(super) async fn create(
    caller: Caller,
    State(app): State<App>,
    Body(body): Body<NewTeam>,
) -> Result<Created<TeamRow>, Problem> {
    caller.check_all_teams()?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if body.name.is_empty() || body.name.len() > 64 || !body.name.chars().all(fits) {
        return Err(Problem::field("name", "write 1 to 64 lower-case letters, digits, - and _"));
    }
    let team = app.db.create_team(&body.name, app.clock.now()).await?;
    app.teams.team(team.id);
    Ok(Created(team))
}

/// The board.
pub(super) async fn board(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<TeamPath>,
) -> Result<Json<TeamView>, Problem> {
    Ok(Json(app.team(&caller, &path.team).await?.team_view().await?))
}

/// A page of the team's log.
pub(super) async fn log(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<TeamPath>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<EventRecord>>, Problem> {
    let team = app.team_row(&caller, &path.team).await?;
    Ok(Json(app.db.events_after(team.id, page.after(), page.count()?).await?))
}

/// The team's agents, those at work and those not.
pub(super) async fn agents(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<TeamPath>,
) -> Result<Json<Vec<Agent>>, Problem> {
    let team = app.team_row(&caller, &path.team).await?;
    Ok(Json(app.db.agents(team.id).await?))
}

/// A new agent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAgent {
    /// The name they sign in with.
    login: String,
    /// Their name, for people.
    name: String,
}

/// Create an agent.
pub(super) async fn create_agent(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<TeamPath>,
    Body(body): Body<NewAgent>,
) -> Result<Created<Agent>, Problem> {
    let team = app.team_row(&caller, &path.team).await?;
    for (field, value) in [("login", &body.login), ("name", &body.name)] {
        if value.trim().is_empty() || value.chars().count() > 100 {
            return Err(Problem::field(field, "write 1 to 100 characters"));
        }
    }
    let agent = app.db.create_agent(team.id, body.login.trim(), body.name.trim(), app.clock.now()).await?;
    app.teams.noticed();
    Ok(Created(agent))
}

/// Which agent of which team.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AgentPath {
    /// The team's name.
    team: String,
    /// The agent.
    agent_id: AgentId,
}

/// The state a supervisor wants an agent in.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state", deny_unknown_fields)]
pub(super) enum WantedAgentState {
    /// Waiting for the next preview.
    Ready {},
    /// Getting nothing.
    NotReady {
        /// Why.
        reason: String,
    },
    /// Not at work.
    LoggedOut {},
}

/// Change the state of an agent who is at work.
pub(super) async fn set_agent_state(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<AgentPath>,
    Body(wanted): Body<WantedAgentState>,
) -> Result<Json<AgentView>, Problem> {
    let team = app.team(&caller, &path.team).await?;
    let command = match wanted {
        WantedAgentState::Ready {} => Command::Ready,
        WantedAgentState::NotReady { reason } => Command::NotReady { reason },
        WantedAgentState::LoggedOut {} => Command::SignOut,
    };
    team.command(path.agent_id, command).await?;
    Ok(Json(team.agent_view(path.agent_id).await?.ok_or(Refusal::UnknownAgent)?))
}

//! Teams and their agents: creating them, the board, the log, and what a supervisor does for an agent.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    App,
    auth::Caller,
    extract::{After, Body, Created, Page, Path, Query},
    problem::{Code, Problem},
};
use crate::{
    domain::{
        agent::{Agent, NextState},
        command::Command,
        event::EventRecord,
        ids::AgentId,
        reason::REASON_SUPERVISOR,
        refusal::Refusal,
    },
    engine::view::{AgentView, TeamView},
    ports::StoreError,
    runtime::handle::TeamHandle,
    store::Team,
};

/// Which team.
#[derive(Deserialize, JsonSchema)]
pub(super) struct TeamPath {
    /// The team's name.
    pub team: String,
}

impl App {
    /// The team called so, if the caller may see it.
    pub(super) async fn team_named(&self, caller: &Caller, name: &str) -> Result<Team, Problem> {
        let found = self.find_team(name).await?;
        let team = found.ok_or_else(|| Problem::new(Code::UnknownTeam, format!("there is no team \"{name}\"")))?;
        caller.check_team(team.id)?;
        Ok(team)
    }

    /// The team called so.
    pub(super) async fn find_team(&self, name: &str) -> Result<Option<Team>, StoreError> {
        Ok(self.db.teams().await?.into_iter().find(|team| team.name == name))
    }

    /// Its engine.
    pub(super) async fn team(&self, caller: &Caller, name: &str) -> Result<TeamHandle, Problem> {
        Ok(self.teams.team(self.team_named(caller, name).await?.id))
    }
}

/// The teams that the caller may see.
pub(super) async fn list(caller: Caller, State(app): State<App>) -> Result<Json<Vec<Team>>, Problem> {
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
) -> Result<Created<Team>, Problem> {
    caller.check_all_teams()?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if body.name.is_empty() || body.name.len() > 64 || !body.name.chars().all(fits) {
        return Err(Problem::field("name", "write 1 to 64 lower-case letters, digits, - and _"));
    }
    let team = app.db.team_named(&body.name).await?;
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
    let team = app.team_named(&caller, &path.team).await?;
    Ok(Json(app.db.events_after(team.id, page.after(), None, page.count()?).await?))
}

/// The team's agents, those at work and those not.
pub(super) async fn agents(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<TeamPath>,
    Query(page): Query<After>,
) -> Result<Json<Vec<Agent>>, Problem> {
    let team = app.team_named(&caller, &path.team).await?;
    Ok(Json(app.db.agents(Some(team.id), AgentId(page.after())).await?))
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

/// Create an agent, or give one of the team another name.
pub(super) async fn create_agent(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<TeamPath>,
    Body(body): Body<NewAgent>,
) -> Result<Created<Agent>, Problem> {
    let team = app.team_named(&caller, &path.team).await?;
    let agent = app.db.agent_add(&team.name, &body.login, &body.name, app.clock.now()).await?;
    app.teams.noticed();
    Ok(Created(agent))
}

/// Which agent of which team.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AgentPath {
    /// The team's name.
    pub team: String,
    /// The agent.
    pub agent_id: AgentId,
}

/// The state a supervisor wants an agent in.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state", deny_unknown_fields)]
pub(super) enum WantedAgentState {
    /// Waiting for the next contact or caller.
    Ready {},
    /// Getting nothing.
    NotReady {
        /// Why; `supervisor` if left out.
        #[serde(default = "by_supervisor")]
        reason: String,
    },
    /// Not at work.
    LoggedOut {
        /// Why; `supervisor` if left out.
        #[serde(default = "by_supervisor")]
        reason: String,
    },
}

fn by_supervisor() -> String {
    REASON_SUPERVISOR.to_owned()
}

/// Change the state of an agent who is at work: now, or when what keeps them busy is over.
pub(super) async fn set_agent_state(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<AgentPath>,
    Body(wanted): Body<WantedAgentState>,
) -> Result<Json<AgentView>, Problem> {
    let team = app.team(&caller, &path.team).await?;
    let state = match wanted {
        WantedAgentState::Ready {} => NextState::Ready,
        WantedAgentState::NotReady { reason } => NextState::NotReady { reason },
        WantedAgentState::LoggedOut { reason } => NextState::LoggedOut { reason },
    };
    team.command(path.agent_id, Command::Supervise { state }).await?;
    Ok(Json(team.agent_view(path.agent_id).await?.ok_or(Refusal::UnknownAgent)?))
}

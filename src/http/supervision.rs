//! A supervisor with an agent's call: they listen, whisper or join, from a phone of their own.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    App,
    auth::Caller,
    extract::{Body, Path},
    problem::Problem,
    teams::AgentPath,
};
use crate::{
    domain::{command::Command, ids::SupervisorId, refusal::Refusal, supervision::SupervisionMode},
    engine::view::AgentLine,
};

/// What a supervisor wants.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wish {
    /// Who hears the supervisor: nobody (`listen`), the agent (`whisper`), everybody in the call (`join`).
    mode: SupervisionMode,
    /// The supervisor's phone, which is called.
    extension: String,
}

/// Listen to the call of an agent, whisper to them, or join it; once there, change between these. The supervisor's phone is
/// called, follows the agent through hold and consultation, and is let go when the agent's call is over. Each supervision is
/// in the team's log, and the agent sees it unless the settings hide who only listens or whispers.
pub(super) async fn put(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<AgentPath>,
    Body(wish): Body<Wish>,
) -> Result<Json<AgentLine>, Problem> {
    let supervisor_id = SupervisorId(caller.token_id);
    let Wish { mode, extension } = wish;
    supervise(&app, &caller, &path, Command::BeginSupervision { supervisor_id, extension, mode }).await
}

/// Leave the call of an agent: whichever supervisor is with it.
pub(super) async fn end(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<AgentPath>,
) -> Result<Json<AgentLine>, Problem> {
    supervise(&app, &caller, &path, Command::EndSupervision).await
}

/// Gives the command, then looks at the agent's line of the board.
async fn supervise(app: &App, caller: &Caller, path: &AgentPath, command: Command) -> Result<Json<AgentLine>, Problem> {
    let team = app.team(caller, &path.team).await?;
    team.command(path.agent_id, command).await?;
    let board = team.team_view().await?;
    let line = board.agents.into_iter().find(|line| line.agent.id == path.agent_id);
    Ok(Json(line.ok_or(Refusal::UnknownAgent)?))
}

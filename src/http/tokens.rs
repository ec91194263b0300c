//! Access tokens: made here, shown once, stored as a hash.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::{Caller, hash_of, new_token},
    extract::{After, Body, Created, Path, Query},
    problem::Problem,
};
use crate::{
    domain::{
        ids::{AgentId, TeamId},
        schema::Instant,
    },
    store::{NewToken, Role, Token},
};

/// Every token, without the tokens themselves.
pub(super) async fn list(
    caller: Caller,
    State(app): State<App>,
    Query(page): Query<After>,
) -> Result<Json<Vec<Token>>, Problem> {
    caller.check_all_teams()?;
    Ok(Json(app.db.tokens(page.after()).await?))
}

/// For whom a token is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenWish {
    /// What it may do.
    role: Role,
    /// The agent it is for; needed for the role agent, and only there.
    agent_id: Option<AgentId>,
    /// The only team it may see, by name; left out: all. An agent's team is known.
    team: Option<String>,
    /// What it is for, for people.
    label: String,
    /// When it ends; left out: when it is revoked.
    #[schemars(with = "Option<Instant>")]
    expires_at: Option<Timestamp>,
}

/// A new token.
#[derive(Serialize, JsonSchema)]
pub(super) struct TokenMade {
    /// The token. It is shown this once.
    token: String,
    /// What is kept of it.
    #[serde(flatten)]
    kept: Token,
}

/// Create a token.
pub(super) async fn create(
    caller: Caller,
    State(app): State<App>,
    Body(wish): Body<TokenWish>,
) -> Result<Created<TokenMade>, Problem> {
    caller.check_all_teams()?;
    let token = new_token();
    let wanted = app.wanted(&caller, wish, hash_of(&token)).await?;
    let kept = app.db.token_create(&wanted, app.clock.now()).await?;
    Ok(Created(TokenMade { token, kept }))
}

impl App {
    async fn wanted(&self, caller: &Caller, wish: TokenWish, hash: String) -> Result<NewToken, Problem> {
        let TokenWish { role, agent_id, team, label, expires_at } = wish;
        let team_id = self.team_of(caller, role, agent_id, team.as_deref()).await?;
        if expires_at.is_some_and(|end| end <= self.clock.now()) {
            return Err(Problem::field("expires_at", "this is over: the token would be worthless at once"));
        }
        Ok(NewToken { hash, role, agent_id, team_id, label, expires_at })
    }

    /// The team that somebody with this role is for.
    pub(super) async fn team_of(
        &self,
        caller: &Caller,
        role: Role,
        agent_id: Option<AgentId>,
        team: Option<&str>,
    ) -> Result<Option<TeamId>, Problem> {
        match (role, agent_id, team) {
            (Role::Agent, None, _) => Err(Problem::field("agent_id", "say which agent it is for")),
            (Role::Agent, Some(agent_id), None) => {
                let agent = self.db.agent(agent_id).await?;
                let unknown = || Problem::field("agent_id", format!("there is no agent {agent_id}"));
                Ok(Some(agent.ok_or_else(unknown)?.team_id))
            }
            (Role::Agent, Some(_), Some(_)) => Err(Problem::field("team", "an agent's team is known: leave it out")),
            (_, Some(_), _) => Err(Problem::field("agent_id", "only the role agent is an agent's")),
            (_, None, Some(team)) => Ok(Some(self.team_named(caller, team).await?.id)),
            (_, None, None) => Ok(None),
        }
    }
}

/// Which token.
#[derive(Deserialize, JsonSchema)]
pub(super) struct TokenPath {
    /// The number of the token.
    token_id: i64,
}

/// Revoke a token. It counts here at once, on other nodes and open streams within 5 seconds.
pub(super) async fn revoke(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<TokenPath>,
) -> Result<StatusCode, Problem> {
    caller.check_all_teams()?;
    app.db.token_revoke(path.token_id, app.clock.now()).await?;
    app.believed.forget(path.token_id);
    Ok(StatusCode::NO_CONTENT)
}

//! Tokens: opaque values that people and programs show. Only their SHA-256 is kept, so that who reads the database cannot
//! act as anybody.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Database,
    db::args,
    errors::{ManageError, checked_name},
    record::{Record, Stored, read_all, read_first},
    sql,
};
use crate::{
    domain::{
        ids::{AgentId, TeamId},
        schema::Instant,
    },
    ports::StoreError,
};

/// What the holder of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works as one agent.
    Agent,
    /// Watches teams.
    Supervisor,
    /// Manages campaigns, lists and the do-not-call lists.
    Manager,
    /// Everything, agents and tokens too.
    Admin,
}

impl Role {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }
}

/// A token to be stored. The token itself stays with whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// SHA-256 of the token, 64 hexadecimal digits.
    pub hash: String,
    /// What its holder may do.
    pub role: Role,
    /// The agent it works as, for [`Role::Agent`] alone.
    pub agent_id: Option<AgentId>,
    /// The only team it is good for; none means all.
    pub team_id: Option<TeamId>,
    /// What it is for, for people.
    pub label: String,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A stored token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Token {
    /// Its number, by which it is revoked.
    pub id: i64,
    /// What its holder may do.
    pub role: Role,
    /// The agent it works as.
    pub agent_id: Option<AgentId>,
    /// The only team it is good for; none means all.
    pub team_id: Option<TeamId>,
    /// What it is for.
    pub label: String,
    /// When it was made.
    #[schemars(with = "Instant")]
    pub created_at: Timestamp,
    /// When it ends.
    #[schemars(with = "Option<Instant>")]
    pub expires_at: Option<Timestamp>,
    /// Who signed in with a password and got it.
    pub user_id: Option<i64>,
    /// When it was taken back.
    #[schemars(with = "Option<Instant>")]
    pub revoked_at: Option<Timestamp>,
}

impl Stored for Token {
    const TABLE: &'static str = "tokens";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.int("id")?,
            role: r.word("role")?,
            agent_id: r.maybe_int("agent_id")?.map(AgentId),
            team_id: r.maybe_int("team_id")?.map(TeamId),
            label: r.text("label")?,
            created_at: r.at("created_at")?,
            expires_at: r.maybe_at("expires_at")?,
            user_id: r.maybe_int("user_id")?,
            revoked_at: r.maybe_at("revoked_at")?,
        })
    }
}

impl Database {
    /// Stores a token.
    ///
    /// # Errors
    /// [`ManageError::TokenTaken`] when it is there already.
    pub async fn token_create(&self, new: &NewToken, now: Timestamp) -> Result<Token, ManageError> {
        let label = checked_name("label", &new.label)?;
        if (new.role == Role::Agent) != new.agent_id.is_some() {
            return Err(ManageError::TokenAgentMismatch);
        }
        let mut tx = self.db().begin().await?;
        let args = args![
            new.hash.as_str(),
            new.role.name(),
            new.agent_id.map(|id| id.0),
            new.team_id.map(|id| id.0),
            label,
            now,
            new.expires_at,
        ];
        let token = read_first(&tx.rows(sql::TOKEN_CREATED, args).await?)?.ok_or(ManageError::TokenTaken)?;
        tx.commit().await?;
        Ok(token)
    }

    /// The token with this hash, if it is good at `now`.
    pub async fn token_find(&self, hash: &str, now: Timestamp) -> Result<Option<Token>, StoreError> {
        read_first(&self.db().rows(sql::TOKEN_FOUND, args![hash, now]).await?)
    }

    /// Takes a token back. One that was taken back before keeps that instant.
    pub async fn token_revoke(&self, id: i64, now: Timestamp) -> Result<Token, ManageError> {
        let mut tx = self.db().begin().await?;
        let rows = tx.rows(sql::TOKEN_REVOKED, args![id, now]).await?;
        let token = read_first(&rows)?.ok_or(ManageError::UnknownToken(id))?;
        tx.commit().await?;
        Ok(token)
    }

    /// Access tokens after number `after`, also those that are over, at most 1000. What people got who signed in with a
    /// password is not among them.
    pub async fn tokens(&self, after: i64) -> Result<Vec<Token>, StoreError> {
        read_all(&self.db().rows(sql::TOKENS, args![after]).await?)
    }
}

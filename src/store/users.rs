//! People who sign in with a name and a password. Signing in makes a token, so that what they may do, and how it ends, has
//! one home. Passwords are hashed by whoever asks for them; here only the hash is kept.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Database,
    db::args,
    errors::{ManageError, checked_name},
    record::{Record, Stored, read_all, read_first},
    sql,
    tokens::{Role, Token},
};
use crate::{
    domain::{
        ids::{AgentId, TeamId},
        schema::Instant,
    },
    ports::StoreError,
};

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct User {
    /// Their number.
    pub id: i64,
    /// The name they sign in with.
    pub login: String,
    /// What they may do.
    pub role: Role,
    /// The agent they are.
    pub agent_id: Option<AgentId>,
    /// The only team they may see; none means all.
    pub team_id: Option<TeamId>,
    /// Did they choose a password?
    pub has_password: bool,
    /// Until when they can choose one, by the code they were given.
    #[schemars(with = "Option<Instant>")]
    pub invitation_ends_at: Option<Timestamp>,
    /// When they were added.
    #[schemars(with = "Instant")]
    pub created_at: Timestamp,
    /// Since when they may not sign in any more.
    #[schemars(with = "Option<Instant>")]
    pub disabled_at: Option<Timestamp>,
    /// Argon2id in PHC form.
    #[serde(skip)]
    #[schemars(skip)]
    pub password_hash: Option<String>,
}

/// How somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// They can choose a password by the code they were given; the one they had is still good.
    Invited,
    /// They have a password.
    Active,
    /// They chose none in time.
    InvitationOver,
    /// They may sign in no more.
    Disabled,
}

impl User {
    /// How they stand at `now`.
    pub fn state(&self, now: Timestamp) -> UserState {
        if self.disabled_at.is_some() {
            UserState::Disabled
        } else if self.invitation_ends_at.is_some_and(|end| end > now) {
            UserState::Invited
        } else if self.has_password {
            UserState::Active
        } else {
            UserState::InvitationOver
        }
    }
}

/// A name that somebody signs in with, as it is kept: whoever writes it with other capitals is the same.
pub fn login_of(text: &str) -> String {
    // PostgreSQL cannot even be asked for a text with NUL in it.
    text.trim().replace('\0', "").to_lowercase()
}

/// What somebody may do who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rights {
    /// What they may do.
    pub role: Role,
    /// The agent they are, for [`Role::Agent`] alone.
    pub agent_id: Option<AgentId>,
    /// The only team they may see; none means all.
    pub team_id: Option<TeamId>,
}

impl Rights {
    fn check(&self) -> Result<(), ManageError> {
        if (self.role == Role::Agent) == self.agent_id.is_some() {
            Ok(())
        } else {
            Err(ManageError::TokenAgentMismatch)
        }
    }
}

/// A code by which somebody chooses their password, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// SHA-256 of the code, 64 hexadecimal digits.
    pub hash: String,
    /// When it is over.
    pub ends_at: Timestamp,
}

impl Stored for User {
    const TABLE: &'static str = "users";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        let password_hash = r.maybe_text("password_hash")?;
        Ok(Self {
            id: r.int("id")?,
            login: r.text("login")?,
            role: r.word("role")?,
            agent_id: r.maybe_int("agent_id")?.map(AgentId),
            team_id: r.maybe_int("team_id")?.map(TeamId),
            has_password: password_hash.is_some(),
            invitation_ends_at: r.maybe_at("invitation_ends_at")?,
            created_at: r.at("created_at")?,
            disabled_at: r.maybe_at("disabled_at")?,
            password_hash,
        })
    }
}

impl Database {
    /// Adds somebody, who then chooses a password.
    ///
    /// # Errors
    /// [`ManageError::UserTaken`] when somebody has the login already, or signs in as the agent.
    pub async fn user_add(
        &self,
        login: &str,
        rights: &Rights,
        invitation: &Invitation,
        now: Timestamp,
    ) -> Result<User, ManageError> {
        let login = login_of(checked_name("login", login)?);
        rights.check()?;
        let mut tx = self.db().begin().await?;
        let args = args![
            login.as_str(),
            rights.role.name(),
            rights.agent_id.map(|id| id.0),
            rights.team_id.map(|id| id.0),
            invitation.hash.as_str(),
            invitation.ends_at,
            now,
        ];
        let user = read_first(&tx.rows(sql::USER_ADDED, args).await?)?;
        let user = user.ok_or(ManageError::UserTaken(login))?;
        tx.commit().await?;
        Ok(user)
    }

    /// Gives somebody other rights, and ends what they are signed in with.
    ///
    /// # Errors
    /// [`ManageError::UserTaken`] when somebody else signs in as the agent.
    pub async fn user_change(&self, id: i64, rights: &Rights, now: Timestamp) -> Result<User, ManageError> {
        rights.check()?;
        let mut tx = self.db().begin().await?;
        let (agent, team) = (rights.agent_id.map(|id| id.0), rights.team_id.map(|id| id.0));
        let other: Option<User> = read_first(&tx.rows(sql::USER_OF_AGENT, args![agent]).await?)?;
        if let Some(other) = other.filter(|other| other.id != id) {
            return Err(ManageError::UserTaken(other.login));
        }
        let rows = tx.rows(sql::USER_CHANGED, args![id, rights.role.name(), agent, team]).await?;
        let user = read_first(&rows)?.ok_or_else(|| ManageError::UnknownUser(id.to_string()))?;
        tx.execute(sql::USER_TOKENS_REVOKED, args![id, now]).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Users after number `after`, also those who may not sign in any more, at most 1000.
    pub async fn users(&self, after: i64) -> Result<Vec<User>, StoreError> {
        read_all(&self.db().rows(sql::USERS, args![after]).await?)
    }

    /// Who has this name, also one who may not sign in any more.
    pub async fn user_named(&self, login: &str) -> Result<Option<User>, StoreError> {
        read_first(&self.db().rows(sql::USER_NAMED, args![login_of(login)]).await?)
    }

    /// Who signs in with this name.
    pub async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError> {
        read_first(&self.db().rows(sql::USER_BY_LOGIN, args![login_of(login)]).await?)
    }

    /// Who was invited with the code of this hash, if it is not over at `now`.
    pub async fn user_invited(&self, hash: &str, now: Timestamp) -> Result<Option<User>, StoreError> {
        read_first(&self.db().rows(sql::USER_INVITED, args![hash, now]).await?)
    }

    /// Gives somebody a new code; the one before is worth nothing. Their password stands until they choose another. Whoever was
    /// disabled may come back with it.
    pub async fn user_invite(&self, id: i64, invitation: &Invitation) -> Result<User, ManageError> {
        let mut tx = self.db().begin().await?;
        let rows = tx.rows(sql::USER_INVITED_ANEW, args![id, invitation.hash.as_str(), invitation.ends_at]).await?;
        let user = read_first(&rows)?.ok_or_else(|| ManageError::UnknownUser(id.to_string()))?;
        tx.commit().await?;
        Ok(user)
    }

    /// Keeps the hash of a new password, by the invitation with hash `invited` if there is one, and ends everything that was
    /// signed in with the old one.
    pub async fn user_choose_password(
        &self,
        id: i64,
        password_hash: &str,
        invited: Option<&str>,
        now: Timestamp,
    ) -> Result<User, ManageError> {
        let mut tx = self.db().begin().await?;
        let rows = tx.rows(sql::USER_PASSWORD_CHOSEN, args![id, password_hash, invited.map(str::to_owned)]).await?;
        let user = read_first(&rows)?.ok_or_else(|| ManageError::UnknownUser(id.to_string()))?;
        tx.execute(sql::USER_TOKENS_REVOKED, args![id, now]).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Lets somebody sign in no more, and ends what they are signed in with.
    pub async fn user_disable(&self, id: i64, now: Timestamp) -> Result<User, ManageError> {
        let mut tx = self.db().begin().await?;
        let rows = tx.rows(sql::USER_DISABLED, args![id, now]).await?;
        let user = read_first(&rows)?.ok_or_else(|| ManageError::UnknownUser(id.to_string()))?;
        tx.execute(sql::USER_TOKENS_REVOKED, args![id, now]).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// The token of somebody who signed in, until `ends_at`. Their tokens from before `known_since` are forgotten.
    pub async fn user_sign_in(
        &self,
        id: i64,
        hash: &str,
        (ends_at, known_since): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Result<Token, ManageError> {
        let mut tx = self.db().begin().await?;
        tx.execute(sql::USER_TOKENS_FORGOTTEN, args![id, known_since]).await?;
        let rows = tx.rows(sql::USER_TOKEN_CREATED, args![id, hash, now, ends_at]).await?;
        let token = read_first(&rows)?.ok_or_else(|| ManageError::UnknownUser(id.to_string()))?;
        tx.commit().await?;
        Ok(token)
    }

    /// Did somebody with this name ever sign in and get the token of this hash, whether it is still good or not?
    pub async fn user_was_signed_in(&self, hash: &str, login: &str) -> Result<bool, StoreError> {
        Ok(!self.db().rows(sql::USER_TOKEN_OF, args![hash, login_of(login)]).await?.is_empty())
    }

    /// Ends what somebody signed in with, by its hash. An access token that was made otherwise stays good.
    pub async fn user_sign_out(&self, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db().begin().await?;
        tx.execute(sql::USER_SIGNED_OUT, args![hash, now]).await?;
        tx.commit().await
    }
}

//! Teams and their agents.

use jiff::Timestamp;

use super::{
    Database,
    db::{Tx, args},
    errors::{ManageError, checked_name},
    record::{Record, Stored, read, read_all, read_first},
    sql,
};
use crate::{
    domain::{
        agent::Agent,
        ids::{AgentId, TeamId},
    },
    engine::input::Notice,
    ports::StoreError,
};

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Team {
    /// Its number.
    pub id: TeamId,
    /// Its name.
    pub name: String,
}

impl Stored for Team {
    const TABLE: &'static str = "teams";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self { id: TeamId(r.int("id")?), name: r.text("name")? })
    }
}

impl Database {
    /// The team with this name, made if it is not there.
    pub async fn team_named(&self, name: &str) -> Result<Team, ManageError> {
        let mut tx = self.db().begin().await?;
        let team = team_named(&mut tx, name).await?;
        tx.commit().await?;
        Ok(team)
    }

    /// What the clock of the database's machine shows; none where that is ours. Nothing is decided by it.
    pub async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.db().clock_ms().await?.and_then(|ms| Timestamp::from_millisecond(ms).ok()))
    }

    /// Every team, by name, at most 1000.
    pub async fn teams(&self) -> Result<Vec<Team>, StoreError> {
        read_all(&self.db().rows(sql::TEAMS, args![]).await?)
    }

    /// Adds an agent to a team, or renames one of the team.
    ///
    /// # Errors
    /// [`ManageError::LoginTaken`] when the login belongs to an agent of another team.
    pub async fn agent_add(&self, team: &str, login: &str, name: &str, now: Timestamp) -> Result<Agent, ManageError> {
        let (login, name) = (checked_name("login", login)?, checked_name("name", name)?);
        let mut tx = self.db().begin().await?;
        let team_id = team_named(&mut tx, team).await?.id;
        let rows = tx.rows(sql::AGENT_ADDED, args![team_id, login, name]).await?;
        let Some(agent) = read_first::<Agent>(&rows)? else {
            return Err(ManageError::LoginTaken(login.to_owned()));
        };
        let notice = Notice::AgentChanged { agent: agent.clone() };
        self.commit_noticed(tx, &[(team_id, notice)], now).await?;
        Ok(agent)
    }

    /// Agents after number `after`, of one team or of all, at most 1000.
    pub async fn agents(&self, team_id: Option<TeamId>, after: AgentId) -> Result<Vec<Agent>, StoreError> {
        read_all(&self.db().rows(sql::AGENTS, args![team_id.map(|id| id.0), after]).await?)
    }

    /// The agent who signs in with `login`.
    pub async fn agent_by_login(&self, login: &str) -> Result<Option<Agent>, StoreError> {
        read_first(&self.db().rows(sql::AGENT_BY_LOGIN, args![login.trim()]).await?)
    }

    /// The agent with this number.
    pub async fn agent(&self, id: AgentId) -> Result<Option<Agent>, StoreError> {
        read_first(&self.db().rows(sql::AGENT, args![id]).await?)
    }
}

pub(super) async fn team_named(tx: &mut Tx, name: &str) -> Result<Team, ManageError> {
    let name = checked_name("team", name)?;
    tx.execute(sql::TEAM_ADDED, args![name]).await?;
    let rows = tx.rows(sql::TEAM_NAMED, args![name]).await?;
    let row = rows.first().ok_or_else(|| StoreError::Failure(format!("team \"{name}\" cannot be found")))?;
    Ok(read(row)?)
}

pub(super) async fn every_team(tx: &mut Tx) -> Result<Vec<TeamId>, StoreError> {
    let rows = tx.rows(sql::TEAMS, args![]).await?;
    rows.iter().map(|row| Record::of(row, "teams", "id").int("id").map(TeamId)).collect()
}

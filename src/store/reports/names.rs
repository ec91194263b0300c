//! The names of campaigns, lists and agents: what a report is asked with and what it shows; the database counts by number.

use std::collections::BTreeMap;

use super::query::{ReportError, ReportQuery};
use crate::{
    ports::StoreError,
    store::{Database, db::args, record::Record, sql},
};

type ById = BTreeMap<i64, String>;

/// What is there, for one team or for all.
pub(super) struct Names {
    pub(super) campaigns: ById,
    pub(super) lists: ById,
    pub(super) agents: ById,
    /// The only campaign that counts.
    pub(super) campaign_id: Option<i64>,
    /// The only lists that count.
    pub(super) list_ids: Option<Vec<i64>>,
    /// The only agent that counts.
    pub(super) agent_id: Option<i64>,
}

impl Names {
    pub(super) async fn read(db: &Database, query: &ReportQuery) -> Result<Self, ReportError> {
        let team = query.team_id.map(|id| id.0);
        let campaigns = by_id(db, sql::REPORT_CAMPAIGNS, team).await?;
        let agents = by_id(db, sql::REPORT_AGENTS, team).await?;
        let campaign_id = query.campaign.as_ref().map(|name| one(&campaigns, "campaign", name)).transpose()?;
        let agent_id = query.agent.as_ref().map(|name| one(&agents, "agent", name)).transpose()?;
        let lists = by_id(db, sql::REPORT_LISTS, campaign_id).await?;
        let list_ids = query.list.as_ref().map(|name| all(&lists, name)).transpose()?;
        Ok(Self { campaigns, lists, agents, campaign_id, list_ids, agent_id })
    }
}

async fn by_id(db: &Database, sql: sql::Sql, only: Option<i64>) -> Result<ById, StoreError> {
    let rows = db.db().rows(sql, args![only]).await?;
    let read = |row| {
        let record = Record::of(row, "names", "id");
        Ok((record.int("id")?, record.text("name")?))
    };
    rows.iter().map(read).collect()
}

fn with_name<'a>(names: &'a ById, name: &'a str) -> impl Iterator<Item = i64> + 'a {
    names.iter().filter(move |(_, known)| *known == name).map(|(id, _)| *id)
}

fn one(names: &ById, what: &str, name: &str) -> Result<i64, ReportError> {
    with_name(names, name).next().ok_or_else(|| ReportError::Refused(format!("there is no {what} \"{name}\"")))
}

fn all(names: &ById, name: &str) -> Result<Vec<i64>, ReportError> {
    let found: Vec<i64> = with_name(names, name).collect();
    if found.is_empty() { Err(ReportError::Refused(format!("there is no list \"{name}\""))) } else { Ok(found) }
}

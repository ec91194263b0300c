//! The do-not-call lists.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Database,
    commit::write,
    db::{Tx, args},
    errors::ManageError,
    notices::hold,
    page,
    record::{read_all, read_first},
    rows::SuppressionRow,
    sql,
    teams::every_team,
};
use crate::{
    domain::{
        campaign::Campaign,
        ids::{CampaignId, TeamId},
        phone::PhoneNumber,
        suppression::Suppression,
    },
    engine::input::Notice,
    ports::StoreError,
};

/// How many entries one transaction adds, and one notice tells.
const PIECE: usize = 1000;

/// Which entries; what is none does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuppressionFilter {
    /// For one number.
    pub number: Option<PhoneNumber>,
    /// For one campaign alone.
    pub campaign_id: Option<CampaignId>,
    /// From one source.
    pub source: Option<String>,
    /// After the entry for this number and campaign, in the order of the answer.
    pub after: Option<(PhoneNumber, Option<CampaignId>)>,
}

impl Database {
    /// Puts numbers on the do-not-call lists, a thousand in each transaction. Where there is an entry for a number and
    /// campaign already, the one that lasts longer stands. Gives how many entries are new or last longer now.
    pub async fn suppress_add(&self, entries: &[Suppression], now: Timestamp) -> Result<u64, ManageError> {
        let mut changed = 0;
        for piece in entries.chunks(PIECE) {
            let mut tx = self.db().begin().await?;
            let notices = told_to(&mut tx, piece).await?;
            hold(&mut tx, &notices.iter().map(|(team_id, _)| *team_id).collect()).await?;
            changed += write(&mut tx, sql::SUPPRESSIONS_ADDED, &SuppressionRow::all(piece, Some(now))).await?;
            self.commit_noticed(tx, &notices, now).await?;
        }
        Ok(changed)
    }

    /// The entries for these numbers that are in force, for all campaigns.
    pub async fn suppress_known(
        &self,
        numbers: &BTreeSet<&PhoneNumber>,
        now: Timestamp,
    ) -> Result<Vec<Suppression>, StoreError> {
        self.suppressions_of(numbers, now).await
    }

    /// Takes a number off the list of one campaign, or off the list for all. Says whether it was there.
    pub async fn suppress_remove(
        &self,
        number: &PhoneNumber,
        campaign_id: Option<CampaignId>,
        now: Timestamp,
    ) -> Result<bool, ManageError> {
        let mut tx = self.db().begin().await?;
        let teams: BTreeSet<TeamId> = match campaign_id {
            Some(id) => [team_of(&mut tx, id).await?].into(),
            None => every_team(&mut tx).await?.into_iter().collect(),
        };
        hold(&mut tx, &teams).await?;
        let args = args![number.as_str(), campaign_id.map_or(0, |id| id.0)];
        let was_there = tx.execute(sql::SUPPRESSION_REMOVED, args).await? > 0;
        let notice = |team_id| (team_id, Notice::Suppressed { entries: Vec::new() });
        let notices: Vec<_> = if was_there { teams.into_iter().map(notice).collect() } else { Vec::new() };
        self.commit_noticed(tx, &notices, now).await?;
        Ok(was_there)
    }

    /// Entries, also those that are over, by number and campaign.
    pub async fn suppress_list(&self, filter: &SuppressionFilter, rows: usize) -> Result<Vec<Suppression>, StoreError> {
        let after = filter.after.as_ref();
        let args = args![
            filter.number.as_ref().map(|number| number.as_str().to_owned()),
            filter.campaign_id.map(|id| id.0),
            filter.source.clone(),
            after.map_or("", |(number, _)| number.as_str()),
            after.map_or(-1, |(_, campaign_id)| campaign_id.map_or(0, |id| id.0)),
            page(rows),
        ];
        read_all(&self.db().rows(sql::SUPPRESSIONS, args).await?)
    }
}

/// To each team the entries that concern it.
async fn told_to(tx: &mut Tx, entries: &[Suppression]) -> Result<Vec<(TeamId, Notice)>, ManageError> {
    let teams = every_team(tx).await?;
    let mut team_of_campaign = BTreeMap::new();
    for id in entries.iter().filter_map(|entry| entry.campaign_id).collect::<BTreeSet<_>>() {
        team_of_campaign.insert(id, team_of(tx, id).await?);
    }
    let mut by_team: BTreeMap<TeamId, Vec<Suppression>> = BTreeMap::new();
    for entry in entries {
        let concerned = entry.campaign_id.map_or_else(|| teams.clone(), |id| vec![team_of_campaign[&id]]);
        for team_id in concerned {
            by_team.entry(team_id).or_default().push(entry.clone());
        }
    }
    Ok(by_team.into_iter().map(|(team_id, entries)| (team_id, Notice::Suppressed { entries })).collect())
}

async fn team_of(tx: &mut Tx, id: CampaignId) -> Result<TeamId, ManageError> {
    let campaign: Option<Campaign> = read_first(&tx.rows(sql::CAMPAIGN, args![id]).await?)?;
    campaign.map(|campaign| campaign.team_id).ok_or_else(|| ManageError::UnknownCampaign(id.to_string()))
}

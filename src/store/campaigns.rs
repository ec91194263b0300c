//! Campaigns: rules as managers write them, and the lifecycle.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Database,
    db::{Row, Tx, args, to_json},
    errors::{ManageError, checked_name},
    record::{Record, read, read_all, read_first},
    sql,
    teams::{Team, team_named},
};
use crate::{
    domain::{
        campaign::{Campaign, CampaignRules, CampaignState},
        contact::CloseReason,
        ids::CampaignId,
        schema::Instant,
        zone::ZoneSet,
    },
    engine::input::Notice,
    ports::StoreError,
};

/// How far a campaign is. Loaded = waiting + promised + in progress + closed, always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CampaignProgress {
    /// Contacts loaded.
    pub loaded: u64,
    /// Waiting for their turn.
    pub waiting: u64,
    /// Waiting for their callback.
    pub promised: u64,
    /// With an agent.
    pub in_progress: u64,
    /// Out of the campaign, by reason.
    pub closed: BTreeMap<CloseReason, u64>,
    /// Waiting, and not called until someone sets a zone.
    pub zone_unknown: u64,
    /// The waiting by zones, the known ones.
    pub zones: Vec<ZoneProgress>,
}

/// The waiting contacts of one zone set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ZoneProgress {
    /// The zones.
    pub zones: ZoneSet,
    /// How many wait.
    pub waiting: u64,
    /// The earliest instant at which one may be claimed.
    #[schemars(with = "Instant")]
    pub next_at: Timestamp,
}

impl Database {
    /// Makes a campaign as a draft, or replaces the rules of one that is there.
    ///
    /// # Errors
    /// Another team's campaign has the name, or the campaign is ended.
    pub async fn campaign_apply(&self, rules: &CampaignRules, now: Timestamp) -> Result<Campaign, ManageError> {
        checked_name("name", &rules.name)?;
        if let Some(before) = self.campaign_named(&rules.name).await?
            && before.state != CampaignState::Ended
            && before.rules.team == rules.team
        {
            // Before the new rules count: whoever is stopped here begins again with the next apply.
            self.rank_again(&before, rules).await?;
        }
        let mut tx = self.db().begin().await?;
        let team = team_named(&mut tx, &rules.team).await?;
        let before = find(&mut tx, &rules.name).await?;
        check_replaceable(&mut tx, before.as_ref(), rules, &team).await?;
        let args = args![team.id, rules.name.as_str(), to_json(rules), now];
        let campaign: Campaign = the_row(&tx.rows(sql::CAMPAIGN_APPLIED, args).await?, &rules.name)?;
        self.commit_changed(tx, campaign, now).await
    }

    /// Moves a campaign along its life.
    ///
    /// # Errors
    /// [`ManageError::CampaignCannotBecome`] when its life does not go that way.
    pub async fn campaign_set_state(
        &self,
        name: &str,
        to: CampaignState,
        now: Timestamp,
    ) -> Result<Campaign, ManageError> {
        let mut tx = self.db().begin().await?;
        let campaign = find(&mut tx, name).await?.ok_or_else(|| ManageError::UnknownCampaign(name.to_owned()))?;
        let from = campaign.state;
        if !from.may_become(to) {
            return Err(ManageError::CampaignCannotBecome { name: name.to_owned(), from, to });
        }
        let args = args![campaign.id, to.name(), now];
        let campaign = the_row(&tx.rows(sql::CAMPAIGN_STATE_SET, args).await?, name)?;
        self.commit_changed(tx, campaign, now).await
    }

    async fn commit_changed(&self, tx: Tx, campaign: Campaign, now: Timestamp) -> Result<Campaign, ManageError> {
        let notice = Notice::CampaignChanged { campaign: Box::new(campaign.clone()) };
        self.commit_noticed(tx, &[(campaign.team_id, notice)], now).await?;
        Ok(campaign)
    }

    /// Campaigns after number `after`, at most 1000.
    pub async fn campaigns(&self, after: CampaignId) -> Result<Vec<Campaign>, StoreError> {
        read_all(&self.db().rows(sql::CAMPAIGNS, args![after]).await?)
    }

    /// All campaigns, by their number, however many there are.
    pub async fn all_campaigns(&self) -> Result<Vec<Campaign>, StoreError> {
        let mut all: Vec<Campaign> = Vec::new();
        loop {
            let page = self.campaigns(all.last().map_or(CampaignId(0), |last| last.id)).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The campaign with this number.
    pub async fn campaign(&self, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
        read_first(&self.db().rows(sql::CAMPAIGN, args![id]).await?)
    }

    /// The campaign with this name.
    pub async fn campaign_named(&self, name: &str) -> Result<Option<Campaign>, StoreError> {
        read_first(&self.db().rows(sql::CAMPAIGN_NAMED, args![name]).await?)
    }

    /// How far a campaign is. The cost grows with the number of its contacts.
    pub async fn campaign_progress(&self, id: CampaignId) -> Result<CampaignProgress, StoreError> {
        let mut progress = CampaignProgress::default();
        for row in self.db().rows(sql::CAMPAIGN_PROGRESS, args![id]).await? {
            self.count(&mut progress, &Record::of(&row, "contacts", "state")).await?;
        }
        progress.zones.sort_by(|a, b| a.zones.cmp(&b.zones));
        Ok(progress)
    }

    async fn count(&self, progress: &mut CampaignProgress, r: &Record<'_>) -> Result<(), StoreError> {
        let contacts: u64 = r.small("contacts")?;
        progress.loaded += contacts;
        match r.text("state")?.as_str() {
            "promised" => progress.promised += contacts,
            "in_progress" => progress.in_progress += contacts,
            "closed" => *progress.closed.entry(r.word("closed_reason")?).or_default() += contacts,
            "waiting" => {
                progress.waiting += contacts;
                match r.maybe_int("zone_set_id")? {
                    Some(set) if set != 0 => progress.zones.push(ZoneProgress {
                        zones: self.zone_sets_of(&[set].into()).await?.pop().unwrap_or_default(),
                        waiting: contacts,
                        next_at: r.at("next_at")?,
                    }),
                    _ => progress.zone_unknown += contacts,
                }
            }
            other => return Err(r.wrong("state", format!("\"{other}\" is not a state of a contact"))),
        }
        Ok(())
    }
}

async fn check_replaceable(
    tx: &mut Tx,
    before: Option<&Campaign>,
    rules: &CampaignRules,
    team: &Team,
) -> Result<(), ManageError> {
    let Some(before) = before else { return Ok(()) };
    if before.team_id != team.id {
        let owner: Team = the_row(&tx.rows(sql::TEAM, args![before.team_id]).await?, &rules.name)?;
        return Err(ManageError::CampaignTeamFixed { name: rules.name.clone(), team: owner.name });
    }
    if before.state == CampaignState::Ended {
        return Err(ManageError::CampaignEnded(rules.name.clone()));
    }
    Ok(())
}

pub(super) async fn find(tx: &mut Tx, name: &str) -> Result<Option<Campaign>, StoreError> {
    read_first(&tx.rows(sql::CAMPAIGN_NAMED, args![name]).await?)
}

fn the_row<T: super::record::Stored>(rows: &[Row], name: &str) -> Result<T, StoreError> {
    rows.first().map_or_else(|| Err(StoreError::Failure(format!("\"{name}\" cannot be found"))), read)
}

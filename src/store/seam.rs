//! The database as the engine's [`Store`].

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Database, db::args, record::Record, sql};
use crate::{
    domain::{
        ids::{CampaignId, ContactId, TeamId},
        phone::PhoneNumber,
        suppression::Suppression,
        zone::ZoneSet,
    },
    engine::{
        input::{Candidate, Notice, Snapshot},
        output::{Changes, Fence, NextDue},
    },
    ports::{Store, StoreError},
};

impl Store for Database {
    async fn commit(&self, fence: Fence, changes: &Changes) -> Result<(), StoreError> {
        self.store_changes(fence, changes).await
    }

    async fn take_over(&self, team_id: TeamId, now: Timestamp) -> Result<(Fence, Snapshot), StoreError> {
        self.take_over_team(team_id, now).await
    }

    async fn due(
        &self,
        campaign_id: CampaignId,
        open: &[ZoneSet],
        count: usize,
        now: Timestamp,
    ) -> Result<(Vec<Candidate>, NextDue), StoreError> {
        self.due_contacts(campaign_id, open, count, now).await
    }

    async fn zones(&self, campaign_id: CampaignId) -> Result<Vec<ZoneSet>, StoreError> {
        self.zones_of_campaign(campaign_id).await
    }

    async fn contact(&self, id: ContactId, now: Timestamp) -> Result<Option<Candidate>, StoreError> {
        self.candidate(id, now).await
    }

    async fn suppressions(&self, number: &PhoneNumber, now: Timestamp) -> Result<Vec<Suppression>, StoreError> {
        self.suppressions_of(&BTreeSet::from([number]), now).await
    }

    async fn notices(&self, team_id: TeamId, after: i64) -> Result<Vec<(i64, Notice)>, StoreError> {
        let rows = self.db().rows(sql::NOTICES_AFTER, args![team_id, after]).await?;
        let read = |row| {
            let record = Record::of(row, "notices", "id");
            Ok((record.int("id")?, record.json("doc")?))
        };
        rows.iter().map(read).collect()
    }
}

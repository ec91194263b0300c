//! Zone sets and their numbers in the store: few, never changed, so they are kept in memory once seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{PoisonError, RwLock},
};

use serde_json::json;

use super::{
    Database,
    db::{args, each},
    record::Record,
    sql,
};
use crate::{domain::zone::ZoneSet, ports::StoreError};

/// What is known already. Other processes only add to what is stored, so nothing here ever becomes wrong.
#[derive(Default)]
pub(super) struct ZoneSets {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    ids: BTreeMap<ZoneSet, i64>,
    sets: BTreeMap<i64, ZoneSet>,
    /// Campaign, rank and zone set of seeks that are stored.
    seeks: BTreeSet<Seek>,
}

/// Campaign, rank, zone set: one seek of the claim.
pub(super) type Seek = (i64, i64, i64);

impl ZoneSets {
    fn read<T>(&self, look: impl FnOnce(&Known) -> T) -> T {
        look(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn is_new(&self, seek: &Seek) -> bool {
        self.read(|known| !known.seeks.contains(seek))
    }

    /// To be called once they are committed.
    pub(super) fn stored(&self, seeks: impl IntoIterator<Item = Seek>) {
        self.write(|known| known.seeks.extend(seeks));
    }
}

impl Database {
    /// The numbers of `sets`; those that are new are stored first, for good, whatever becomes of the caller's transaction.
    /// Not to be called within a transaction.
    pub(super) async fn zone_set_ids(&self, sets: BTreeSet<&ZoneSet>) -> Result<BTreeMap<ZoneSet, i64>, StoreError> {
        if !self.known(&sets) {
            self.learn_zone_sets().await?;
        }
        if !self.known(&sets) {
            let new: Vec<_> = sets.iter().map(|zones| json!({"zones": zones.to_string()})).collect();
            let mut tx = self.db().begin().await?;
            tx.execute(sql::ZONE_SETS_NEW, args![each(&new)]).await?;
            tx.commit().await?;
            self.learn_zone_sets().await?;
        }
        let ids: BTreeMap<ZoneSet, i64> = self.shared.zone_sets.read(|known| {
            sets.iter().filter_map(|zones| known.ids.get(*zones).map(|id| ((*zones).clone(), *id))).collect()
        });
        match sets.iter().find(|zones| !ids.contains_key(**zones)) {
            None => Ok(ids),
            Some(lost) => Err(StoreError::Inconsistency {
                table: "zone_sets",
                row: lost.to_string(),
                column: "zones",
                problem: "it was stored and cannot be found".to_owned(),
            }),
        }
    }

    /// The numbers of those of `sets` that any contact has ever had. A set that nobody stored has no contacts.
    pub(super) async fn stored_zone_set_ids(&self, sets: &[ZoneSet]) -> Result<BTreeSet<i64>, StoreError> {
        if !self.known(&sets.iter().collect()) {
            self.learn_zone_sets().await?;
        }
        Ok(self.shared.zone_sets.read(|known| sets.iter().filter_map(|zones| known.ids.get(zones).copied()).collect()))
    }

    /// The zone sets with these numbers.
    pub(super) async fn zone_sets_of(&self, ids: &BTreeSet<i64>) -> Result<Vec<ZoneSet>, StoreError> {
        if self.shared.zone_sets.read(|known| ids.iter().any(|id| !known.sets.contains_key(id))) {
            self.learn_zone_sets().await?;
        }
        Ok(self.shared.zone_sets.read(|known| ids.iter().filter_map(|id| known.sets.get(id).cloned()).collect()))
    }

    fn known(&self, sets: &BTreeSet<&ZoneSet>) -> bool {
        self.shared.zone_sets.read(|known| sets.iter().all(|zones| known.ids.contains_key(*zones)))
    }

    /// Reads them all: it is seldom that one is unknown, and a number may become visible after a higher one.
    async fn learn_zone_sets(&self) -> Result<(), StoreError> {
        let rows = self.db().rows(sql::ZONE_SETS, args![]).await?;
        for row in &rows {
            let record = Record::of(row, "zone_sets", "id");
            let (id, zones): (i64, ZoneSet) = (record.int("id")?, record.parsed("zones")?);
            self.shared.zone_sets.write(|known| {
                known.sets.insert(id, zones.clone());
                known.ids.insert(zones, id);
            });
        }
        Ok(())
    }
}

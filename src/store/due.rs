//! The next due contacts of a campaign: one index seek for each rank and open zone set, so that the cost does not grow with
//! the number of contacts, whichever zones are open.

use std::{collections::BTreeSet, fmt::Write as _};

use jiff::Timestamp;
use serde_json::json;

use super::{
    Database,
    db::{Arg, Row, args, each},
    record::{Record, read_all, read_first},
    sql,
};
use crate::{
    domain::{
        contact::Contact,
        ids::{CampaignId, ContactId},
        phone::PhoneNumber,
        suppression::Suppression,
        zone::ZoneSet,
    },
    engine::{input::Candidate, output::NextDue},
    ports::StoreError,
};

/// Seeks in one statement; `SQLite` takes at most 500 parts of a union.
const SEEKS_MAX: usize = 200;

/// Rank, next instant, number.
type Order = (i64, i64, i64);

/// Rank and zone set.
type RankAndSet = (i64, i64);

impl Database {
    pub(super) async fn due_contacts(
        &self,
        campaign_id: CampaignId,
        open: &[ZoneSet],
        count: usize,
        now: Timestamp,
    ) -> Result<(Vec<Candidate>, NextDue), StoreError> {
        let seeks = self.seeks(campaign_id, open).await?;
        let (mut found, mut next_due_at) = (Vec::new(), None);
        for part in seeks.chunks(SEEKS_MAX) {
            let rows =
                self.db().rows_built("due", due_text(part.len()), due_args(campaign_id, part, count, now)).await?;
            found.extend(keyed(&rows)?);
            let rows =
                self.db().rows_built("next due", next_text(part.len()), next_args(campaign_id, part, now)).await?;
            next_due_at = earlier(next_due_at, rows.first())?;
        }
        found.sort_unstable_by_key(|(key, _)| *key);
        found.truncate(count);
        let contacts = found.into_iter().map(|(_, contact)| contact).collect();
        Ok((self.with_suppressions(contacts, now).await?, next_due_at))
    }

    /// The seeks worth making: those of the open sets that the campaign ever had, unknown never.
    async fn seeks(&self, campaign_id: CampaignId, open: &[ZoneSet]) -> Result<Vec<RankAndSet>, StoreError> {
        let mut ids = self.stored_zone_set_ids(open).await?;
        ids.remove(&0);
        let used = self.campaign_zone_sets(campaign_id).await?;
        Ok(used.into_iter().filter(|(_, set)| ids.contains(set)).collect())
    }

    /// How many contacts of a campaign wait in these zone sets, counted up to `max`.
    pub async fn waiting_count(
        &self,
        campaign_id: CampaignId,
        zone_sets: &[ZoneSet],
        max: usize,
    ) -> Result<usize, StoreError> {
        let seeks = self.seeks(campaign_id, zone_sets).await?;
        let mut count = 0;
        for part in seeks.chunks(SEEKS_MAX) {
            let mut args = args![campaign_id, i64::try_from(max).unwrap_or(i64::MAX)];
            args.extend(part.iter().flat_map(|(rank, set)| args![*rank, *set]));
            let rows = self.db().rows_built("waiting", waiting_text(part.len()), args).await?;
            let counted = rows.first().map_or(Ok(0), |row| Record::of(row, "contacts", "id").int("waiting"))?;
            count += usize::try_from(counted).unwrap_or_default();
        }
        Ok(count.min(max))
    }

    async fn campaign_zone_sets(&self, campaign_id: CampaignId) -> Result<Vec<RankAndSet>, StoreError> {
        let rows = self.db().rows(sql::CAMPAIGN_ZONE_SETS, args![campaign_id]).await?;
        let read = |row| {
            let record = Record::of(row, "campaign_zone_sets", "zone_set_id");
            Ok((record.int("rank")?, record.int("zone_set_id")?))
        };
        rows.iter().map(read).collect()
    }

    pub(super) async fn zones_of_campaign(&self, campaign_id: CampaignId) -> Result<Vec<ZoneSet>, StoreError> {
        let mut ids: BTreeSet<i64> =
            self.campaign_zone_sets(campaign_id).await?.into_iter().map(|(_, id)| id).collect();
        ids.remove(&0);
        self.zone_sets_of(&ids).await
    }

    pub(super) async fn candidate(&self, id: ContactId, now: Timestamp) -> Result<Option<Candidate>, StoreError> {
        let contact: Option<Contact> = read_first(&self.db().rows(sql::CONTACT, args![id]).await?)?;
        Ok(self.with_suppressions(contact.into_iter().collect(), now).await?.pop())
    }

    /// Contacts with what the do-not-call lists say of their numbers, asked once for all of them.
    pub(super) async fn with_suppressions(
        &self,
        contacts: Vec<Contact>,
        now: Timestamp,
    ) -> Result<Vec<Candidate>, StoreError> {
        let numbers: BTreeSet<&PhoneNumber> =
            contacts.iter().flat_map(|contact| &contact.numbers).map(|it| &it.number).collect();
        let found = self.suppressions_of(&numbers, now).await?;
        Ok(contacts.into_iter().map(|contact| candidate(contact, &found)).collect())
    }

    /// What the do-not-call lists say of these numbers.
    pub async fn suppressions_of(
        &self,
        numbers: &BTreeSet<&PhoneNumber>,
        now: Timestamp,
    ) -> Result<Vec<Suppression>, StoreError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let numbers: Vec<_> = numbers.iter().map(|number| json!({"number": number})).collect();
        read_all(&self.db().rows(sql::SUPPRESSIONS_OF, args![each(&numbers), now]).await?)
    }
}

/// `contact` with those of `found` that concern it.
pub(super) fn candidate(contact: Contact, found: &[Suppression]) -> Candidate {
    let concerns = |it: &&Suppression| {
        it.campaign_id.is_none_or(|only| only == contact.campaign_id)
            && contact.numbers.iter().any(|number| number.number == it.number)
    };
    let suppressions = found.iter().filter(concerns).cloned().collect();
    Candidate { contact, suppressions }
}

/// With what they are ordered by: rank, next instant, number.
fn keyed(rows: &[Row]) -> Result<Vec<(Order, Contact)>, StoreError> {
    let contacts: Vec<Contact> = read_all(rows)?;
    let key = |row| {
        let record = Record::of(row, "contacts", "id");
        Ok((record.int("rank")?, record.int("next_at")?, record.int("id")?))
    };
    rows.iter().zip(contacts).map(|(row, contact)| Ok((key(row)?, contact))).collect()
}

fn earlier(so_far: NextDue, row: Option<&Row>) -> Result<NextDue, StoreError> {
    let next = row.map_or(Ok(None), |row| Record::of(row, "contacts", "next_at").maybe_at("next_at"))?;
    Ok([so_far, next].into_iter().flatten().min())
}

/// `$1` campaign, `$2` now, `$3` how many, then rank and zone set of each seek. The state is a literal, as the index wants.
pub(super) fn due_text(seeks: usize) -> String {
    let mut parts = String::new();
    for seek in 0..seeks {
        let (rank, set, union) = (4 + 2 * seek, 5 + 2 * seek, if seek == 0 { "" } else { " UNION ALL " });
        let _ = write!(
            parts,
            "{union}SELECT * FROM (SELECT id, rank, next_at FROM contacts WHERE campaign_id = $1 AND rank = ${rank} \
             AND zone_set_id = ${set} AND state = 'waiting' AND next_at <= $2 ORDER BY next_at, id LIMIT $3) AS seek"
        );
    }
    format!(
        "SELECT contacts.* FROM (SELECT id FROM ({parts}) AS found ORDER BY rank, next_at, id LIMIT $3) AS due \
         JOIN contacts ON contacts.id = due.id"
    )
}

fn due_args(campaign_id: CampaignId, seeks: &[RankAndSet], count: usize, now: Timestamp) -> Vec<Arg> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let mut args = args![campaign_id, now, count];
    args.extend(seeks.iter().flat_map(|(rank, set)| args![*rank, *set]));
    args
}

/// `$1` campaign, `$2` now, then rank and zone set of each seek.
pub(super) fn next_text(seeks: usize) -> String {
    let mut parts = String::new();
    for seek in 0..seeks {
        let (rank, set, union) = (3 + 2 * seek, 4 + 2 * seek, if seek == 0 { "" } else { " UNION ALL " });
        let _ = write!(
            parts,
            "{union}SELECT * FROM (SELECT next_at FROM contacts WHERE campaign_id = $1 AND rank = ${rank} \
             AND zone_set_id = ${set} AND state = 'waiting' AND next_at > $2 ORDER BY next_at, id LIMIT 1) AS seek"
        );
    }
    format!("SELECT MIN(next_at) AS next_at FROM ({parts}) AS found")
}

/// `$1` campaign, `$2` the most that is counted, then rank and zone set of each seek.
pub(super) fn waiting_text(seeks: usize) -> String {
    let mut parts = String::new();
    for seek in 0..seeks {
        let (rank, set, union) = (3 + 2 * seek, 4 + 2 * seek, if seek == 0 { "" } else { " UNION ALL " });
        let _ = write!(
            parts,
            "{union}SELECT * FROM (SELECT id FROM contacts WHERE campaign_id = $1 AND rank = ${rank} \
             AND zone_set_id = ${set} AND state = 'waiting' LIMIT $2) AS seek"
        );
    }
    format!("SELECT COUNT(*) AS waiting FROM (SELECT * FROM ({parts}) AS found LIMIT $2) AS counted")
}

fn next_args(campaign_id: CampaignId, seeks: &[RankAndSet], now: Timestamp) -> Vec<Arg> {
    let mut args = args![campaign_id, now];
    args.extend(seeks.iter().flat_map(|(rank, set)| args![*rank, *set]));
    args
}

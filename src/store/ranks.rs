//! When a manager changes the priority of a list or the order of a campaign, its contacts take their new rank: piece by piece,
//! so that the team goes on working meanwhile, and by the domain's own rule.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Database, db::args, lists::ContactList, record::Record, sql};
use crate::{
    domain::{
        campaign::{Campaign, CampaignRules},
        contact::{Contact, ContactState, Progress},
        eligibility::place,
        ids::ContactId,
    },
    ports::StoreError,
};

/// How many contacts, by their numbers, one transaction looks at.
const PIECE: i64 = 20_000;

/// What decides the rank of the contacts of one list.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ranks {
    list_priority: u8,
    fresh: u8,
    tried: u8,
}

impl Ranks {
    fn of(list: &ContactList, rules: &CampaignRules) -> Self {
        let list_priority = rules.list_priority(&list.name);
        let rank = |attempts| place(&example(list, list_priority, attempts), rules, Timestamp::UNIX_EPOCH, None).rank;
        Self { list_priority, fresh: rank(0), tried: rank(1) }
    }
}

/// A contact of `list`, as far as its rank goes.
fn example(list: &ContactList, list_priority: u8, attempts: u32) -> Contact {
    Contact {
        id: ContactId(0),
        campaign_id: list.campaign_id,
        list_id: list.id,
        list_priority,
        account_number: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        numbers: Vec::new(),
        variables: BTreeMap::new(),
        stated_zones: None,
        progress: Progress { attempts, ..Progress::default() },
        state: ContactState::InProgress,
    }
}

impl Database {
    /// Gives the contacts of `campaign` the ranks of `rules`, where they differ from those of its present rules.
    pub(super) async fn rank_again(&self, campaign: &Campaign, rules: &CampaignRules) -> Result<(), StoreError> {
        for list in self.lists(campaign.id).await? {
            let ranks = Ranks::of(&list, rules);
            if ranks != Ranks::of(&list, &campaign.rules) {
                self.rank_list(&list, ranks).await?;
            }
        }
        Ok(())
    }

    async fn rank_list(&self, list: &ContactList, ranks: Ranks) -> Result<(), StoreError> {
        let (fresh, tried) = (i64::from(ranks.fresh), i64::from(ranks.tried));
        // First every seek that may be needed; one that finds nothing does no harm.
        let mut tx = self.db().begin().await?;
        for rank in [fresh, tried] {
            tx.execute(sql::ZONE_SETS_RANKED, args![list.campaign_id, rank]).await?;
        }
        tx.commit().await?;
        let rows = self.db().rows(sql::CONTACT_LAST, args![]).await?;
        let last = rows.first().map_or(Ok(0), |row| Record::of(row, "contacts", "id").int("id"))?;
        for after in (0..last).step_by(usize::try_from(PIECE).unwrap_or(usize::MAX)) {
            let mut tx = self.db().begin().await?;
            let priority = i64::from(ranks.list_priority);
            let args = args![after, after + PIECE, list.id, priority, fresh, tried];
            tx.execute(sql::CONTACTS_RANKED, args).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

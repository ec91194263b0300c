//! What would come of a list if it were loaded: which rows are refused and why, which are there already, and when the others
//! can be called. Nothing is stored.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    hash::{BuildHasher, RandomState},
};

use schemars::JsonSchema;
use serde::Serialize;
use tokio::task::coop::consume_budget;

use super::Loading;
use crate::{
    domain::contact::Contact,
    intake::{ListProblem, ListReader, ListRow, RowProblem},
    outlook::{Counting, Outlook},
    store::{Database, ManageError, OnDuplicate},
};

/// Rows that are asked for at once.
const BATCH: usize = 1_000;
/// The most kinds of problems that are told apart; the header of a list bounds them anyway.
const KINDS_MAX: usize = 200;

/// What was found so far.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Found {
    /// Rows that are good.
    pub good: u64,
    /// Of those, the ones whose contact is there already, in the campaign or further up in the list.
    pub duplicates: u64,
    /// Rows that are refused.
    pub refused: u64,
    /// Why, the most frequent first. A row may have several problems.
    pub problems: Vec<ProblemKind>,
    /// When the new contacts could be called, once the list is read to its end.
    pub outlook: Option<Outlook>,
}

/// Problems of one kind in one column.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProblemKind {
    /// The stable name of the reason.
    pub code: &'static str,
    /// The column; empty for the row as a whole.
    pub field: String,
    /// How many rows have it.
    pub rows: u64,
    /// The line of the first.
    pub line: u64,
    /// What stands there, cut when long.
    pub value: String,
    /// What is wrong with it and what to do.
    pub reason: String,
}

/// A check that goes on.
pub struct Check<'a> {
    db: &'a Database,
    loading: &'a Loading<'a>,
    counting: Counting<'a>,
    found: Found,
    problems: BTreeMap<(&'static str, String), ProblemKind>,
    batch: Vec<(Contact, String)>,
    /// Digests of the keys so far: a list of a million rows must not fill the memory.
    keys: HashSet<u64>,
    hasher: RandomState,
}

impl<'a> Check<'a> {
    /// Nothing read yet. Nothing of `loading` is used but what it would do with a row.
    pub fn new(db: &'a Database, loading: &'a Loading<'a>) -> Self {
        let counting = Counting::new(loading.campaign, loading.now, loading.rules);
        let (found, problems, batch) = Default::default();
        Self { db, loading, counting, found, problems, batch, keys: HashSet::new(), hasher: RandomState::new() }
    }

    /// Reads a list to its end. Each row is shown to `seen`, with the list and what was found so far.
    ///
    /// # Errors
    /// Those of the list, of the store and of `seen`.
    pub async fn take_list<E>(
        mut self,
        list: &mut ListReader,
        mut seen: impl FnMut(&ListRow, &ListReader, &Found) -> Result<(), E>,
    ) -> Result<Found, E>
    where
        E: From<ManageError> + From<ListProblem>,
    {
        while let Some(row) = list.next() {
            consume_budget().await;
            let row = row?;
            match &row.contact {
                Ok(contact) => {
                    self.found.good += 1;
                    self.batch.push((self.loading.contact(contact).0, self.loading.dedupe_key(contact)));
                    if self.batch.len() >= BATCH {
                        self.count().await?;
                    }
                }
                Err(problems) => self.refuse(problems),
            }
            seen(&row, list, &self.found)?;
        }
        self.count().await?;
        self.found.problems = self.sorted();
        self.found.outlook = Some(self.counting.finish());
        Ok(self.found)
    }

    fn refuse(&mut self, problems: &[RowProblem]) {
        self.found.refused += 1;
        for RowProblem { line, field, value_shown, reason, code } in problems {
            let key = (*code, field.clone());
            if let Some(kind) = self.problems.get_mut(&key) {
                kind.rows += 1;
            } else if self.problems.len() < KINDS_MAX {
                let (value, reason) = (value_shown.clone(), reason.clone());
                let kind = ProblemKind { code, field: field.clone(), rows: 1, line: *line, value, reason };
                self.problems.insert(key, kind);
            }
        }
    }

    /// Counts the contacts of the rows that wait for it.
    async fn count(&mut self) -> Result<(), ManageError> {
        let batch = std::mem::take(&mut self.batch);
        let numbers: BTreeSet<_> =
            batch.iter().flat_map(|(contact, _)| &contact.numbers).map(|number| &number.number).collect();
        let listed = self.db.suppressions_of(&numbers, self.loading.now).await?;
        let keys: Vec<_> = batch.iter().map(|(_, key)| key.as_str()).collect();
        let there = self.db.contacts_there(self.loading.campaign.id, &keys).await?;
        for (contact, key) in &batch {
            let is_new = self.keys.insert(self.hasher.hash_one(key)) && !there.contains(key);
            if is_new || self.loading.policy == OnDuplicate::Allow {
                let suppressions: Vec<_> =
                    listed.iter().filter(|it| contact.numbers.iter().any(|n| n.number == it.number)).cloned().collect();
                self.counting.take(contact, &suppressions, None);
            } else {
                self.found.duplicates += 1;
            }
        }
        Ok(())
    }

    fn sorted(&mut self) -> Vec<ProblemKind> {
        let mut problems: Vec<_> = std::mem::take(&mut self.problems).into_values().collect();
        problems.sort_by_key(|kind| std::cmp::Reverse(kind.rows));
        problems
    }
}

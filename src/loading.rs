//! From a row of a list to a stored contact: where it stands, what makes it the same as another, in batches. [`check`] says
//! beforehand what would come of it.

pub mod check;

use jiff::Timestamp;
use tokio::task::coop::consume_budget;

use crate::{
    domain::{
        campaign::Campaign,
        contact::{Contact, ContactState, Progress},
        eligibility,
        ids::ContactId,
        zone_rules::ZoneRules,
    },
    intake::{IntakeContact, ListProblem, ListReader, ListRow},
    store::{ContactList, Database, ManageError, NewContact, OnDuplicate, RowResult},
};

/// Rows in one transaction.
const BATCH: usize = 2_000;

/// What became of the rows so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// New contacts.
    pub loaded: u64,
    /// Contacts that were there and took the row's values.
    pub updated: u64,
    /// Contacts that were there and stayed as they are.
    pub duplicates: u64,
    /// New contacts that are not called until someone sets a zone.
    pub zone_unknown: u64,
}

impl Tally {
    fn add(&mut self, row: &NewContact, result: RowResult) {
        match result {
            RowResult::Loaded => {
                self.loaded += 1;
                self.zone_unknown += u64::from(row.place.zones.is_unknown());
            }
            RowResult::Updated => self.updated += 1,
            RowResult::Duplicate => self.duplicates += 1,
        }
    }
}

/// Loads good rows into a list of a campaign.
pub struct Loading<'a> {
    /// Where to; none only counts.
    pub db: Option<&'a Database>,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// The list.
    pub list: &'a ContactList,
    /// What happens to a contact that is there already.
    pub policy: OnDuplicate,
    /// The digest of the file, or the key of the request, by which rows are told apart where contacts may come several times.
    pub digest: String,
    /// The clock rules.
    pub rules: &'a ZoneRules,
    /// When.
    pub now: Timestamp,
    /// So far.
    pub tally: Tally,
    /// Rows that wait for their transaction.
    batch: Vec<NewContact>,
}

impl<'a> Loading<'a> {
    /// A load that leaves contacts alone that are there already.
    pub fn new(
        db: &'a Database,
        campaign: &'a Campaign,
        list: &'a ContactList,
        rules: &'a ZoneRules,
        now: Timestamp,
    ) -> Self {
        Self {
            db: Some(db),
            campaign,
            list,
            policy: OnDuplicate::Skip,
            digest: String::new(),
            rules,
            now,
            tally: Tally::default(),
            batch: Vec::new(),
        }
    }

    /// Loads a list. Each row is shown to `seen` once it is taken, with the list and what became of the rows so far.
    ///
    /// # Errors
    /// Those of the list, of the store and of `seen`. What was stored until then stays: the same list again loads the rest.
    pub async fn take_list<E>(
        &mut self,
        list: &mut ListReader,
        mut seen: impl FnMut(&ListRow, &ListReader, &Tally) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<ManageError> + From<ListProblem>,
    {
        while let Some(row) = list.next() {
            // Reading does not wait for anything: without this, others would have to.
            consume_budget().await;
            let row = row?;
            if let Ok(contact) = &row.contact {
                self.take(contact).await?;
            }
            seen(&row, list, &self.tally)?;
        }
        self.store().await?;
        Ok(())
    }

    /// Takes one good row; every so many rows are stored in one transaction. Gives what became of the rows that were
    /// stored now, in the order in which they were taken.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn take(&mut self, row: &IntakeContact) -> Result<Vec<RowResult>, ManageError> {
        self.batch.push(self.new_contact(row));
        if self.batch.len() >= BATCH { self.store().await } else { Ok(Vec::new()) }
    }

    /// Stores what waits, and gives what became of it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn store(&mut self) -> Result<Vec<RowResult>, ManageError> {
        let rows = std::mem::take(&mut self.batch);
        // A contact that may come several times has its row as its key, so only the very same row is there already.
        let policy = if self.policy == OnDuplicate::Allow { OnDuplicate::Skip } else { self.policy };
        let results = match self.db {
            Some(db) if !rows.is_empty() => db.load_batch(self.campaign, self.list, &rows, policy, self.now).await?,
            Some(_) | None => vec![RowResult::Loaded; rows.len()],
        };
        for (row, result) in rows.iter().zip(&results) {
            self.tally.add(row, *result);
        }
        Ok(results)
    }

    fn new_contact(&self, row: &IntakeContact) -> NewContact {
        let (contact, not_before_at) = self.contact(row);
        let dedupe_key = self.dedupe_key(row);
        NewContact {
            place: eligibility::place(&contact, &self.campaign.rules, not_before_at, None),
            account_number: contact.account_number,
            first_name: contact.first_name,
            last_name: contact.last_name,
            numbers: contact.numbers,
            variables: contact.variables,
            stated_zones: contact.stated_zones,
            dedupe_key: Some(dedupe_key),
            list_priority: contact.list_priority,
        }
    }

    /// What tells a row apart. Where a contact may come several times it is its row, so that the same file loaded twice still
    /// changes nothing.
    fn dedupe_key(&self, row: &IntakeContact) -> String {
        match self.policy {
            OnDuplicate::Skip | OnDuplicate::Update => row.dedupe_key(),
            OnDuplicate::Allow => format!("row\u{1f}{}\u{1f}{}", self.digest, row.line),
        }
    }

    /// The contact of a row, and before when it is not to be called.
    fn contact(&self, row: &IntakeContact) -> (Contact, Timestamp) {
        let mut contact = Contact {
            id: ContactId(0),
            campaign_id: self.campaign.id,
            list_id: self.list.id,
            list_priority: self.campaign.rules.list_priority(&self.list.name),
            account_number: row.account_number.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            numbers: row.numbers.clone(),
            variables: row.variables.clone(),
            stated_zones: row.stated_zones.clone(),
            progress: Progress::default(),
            state: ContactState::Waiting { not_before_at: self.now },
        };
        let not_before_at = row.dial_time.map_or(self.now, |dial| {
            let zones = contact.numbers.first().map(|n| contact.zones_of(n).0.clone()).unwrap_or_default();
            dial.not_before(&zones, self.rules, self.now).max(self.now)
        });
        contact.state = ContactState::Waiting { not_before_at };
        (contact, not_before_at)
    }
}

/// The name of the list in a file, if the file is the list or one of its rejects files, and the number of that.
fn named(file: &str) -> (String, Option<u32>) {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| if stem.is_empty() { file } else { stem });
    if let Some(list) = stem.strip_suffix(".rejects") {
        return (list.to_owned(), Some(1));
    }
    match stem.rsplit_once(".rejects-").map(|(list, number)| (list.to_owned(), number.parse())) {
        Some((list, Ok(number))) => (list, Some(number)),
        _ => (stem.to_owned(), None),
    }
}

/// The list that a file of this name is loaded into: a rejects file belongs to the list it came from.
pub fn list_name(file: &str) -> String {
    named(file).0
}

/// The rejects file of a list, and that of a rejects file: `march.csv`, `march.rejects.csv`, `march.rejects-2.csv`.
pub fn rejects_name(file: &str) -> String {
    match named(file) {
        (list, None) => format!("{list}.rejects.csv"),
        (list, Some(number)) => format!("{list}.rejects-{}.csv", number.saturating_add(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_pile_up() {
        for (file, after, list) in [
            ("march.csv", "march.rejects.csv", "march"),
            ("march.xlsx", "march.rejects.csv", "march"),
            ("march.rejects.csv", "march.rejects-2.csv", "march"),
            ("march.rejects-9.csv", "march.rejects-10.csv", "march"),
            ("my.rejects-old.csv", "my.rejects-old.rejects.csv", "my.rejects-old"),
        ] {
            assert_eq!((rejects_name(file), list_name(file)), (after.to_owned(), list.to_owned()), "{file}");
        }
    }
}

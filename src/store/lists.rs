//! Contact lists, loaded batch by batch: each batch is one transaction, and loading the same list again changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Database,
    commit::write_seeks,
    db::{Arg, Tx, args, each, to_json},
    errors::{ManageError, checked_name},
    notices::hold,
    record::{Record, Stored, read, read_all, read_first},
    sql::{self, Sql},
    zone_sets::Seek,
};
use crate::{
    domain::{
        campaign::{Campaign, CampaignRules, CampaignState},
        contact::{Contact, ContactNumber, ContactState, StatedZones},
        eligibility::{Place, place},
        ids::{CampaignId, ContactId, ListId},
        zone::ZoneSet,
    },
    engine::input::Notice,
    ports::StoreError,
};

/// A contact list of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ContactList {
    /// Its number.
    pub id: ListId,
    /// Its campaign.
    pub campaign_id: CampaignId,
    /// Its name.
    pub name: String,
}

impl Stored for ContactList {
    const TABLE: &'static str = "lists";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self { id: ListId(r.int("id")?), campaign_id: CampaignId(r.int("campaign_id")?), name: r.text("name")? })
    }
}

/// A contact that was read from a list and found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewContact {
    /// The customer's account number, empty if the list has none.
    pub account_number: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Its numbers, in the order of the list.
    pub numbers: Vec<ContactNumber>,
    /// The other columns.
    pub variables: BTreeMap<String, String>,
    /// Zones that a column of the list states.
    pub stated_zones: Option<StatedZones>,
    /// What makes two rows the same contact within the campaign; none where each row is a contact of its own.
    pub dedupe_key: Option<String>,
    /// Its list's priority.
    pub list_priority: u8,
    /// Where it stands among the waiting; it waits until `place.next_at`.
    pub place: Place,
}

/// What happens to a row whose contact is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnDuplicate {
    /// Nothing.
    #[default]
    Skip,
    /// Names, numbers and variables are taken from the row, as long as the contact waits.
    Update,
    /// It is loaded once more.
    Allow,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowResult {
    /// It is a contact now.
    Loaded,
    /// The contact was there and was left as it is.
    Duplicate,
    /// The contact was there and took the row's values.
    Updated,
}

/// A new contact as its bulk statement reads it.
#[derive(Serialize)]
struct NewRow<'a> {
    list_priority: u8,
    account_number: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    numbers: String,
    variables: String,
    dedupe_key: Option<&'a str>,
    stated_zones: Option<String>,
    not_before_at: i64,
    rank: u8,
    zone_set_id: i64,
}

/// A contact that takes a row's values.
#[derive(Serialize)]
struct UpdateRow<'a> {
    id: ContactId,
    /// Only if nothing happened to the contact meanwhile.
    attempts: u32,
    account_number: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    numbers: String,
    variables: String,
    rank: u8,
    zone_set_id: i64,
}

impl Database {
    /// The contact list of a campaign with this name, made if it is not there.
    pub async fn list_named(&self, campaign_id: CampaignId, name: &str) -> Result<ContactList, ManageError> {
        let name = checked_name("list", name)?;
        let mut tx = self.db().begin().await?;
        tx.execute(sql::LIST_ADDED, args![campaign_id, name]).await?;
        let rows = tx.rows(sql::LIST_NAMED, args![campaign_id, name]).await?;
        let row = rows.first().ok_or_else(|| StoreError::Failure(format!("list \"{name}\" cannot be found")))?;
        let list = read(row)?;
        tx.commit().await?;
        Ok(list)
    }

    /// The contact lists of a campaign, at most 1000.
    pub async fn lists(&self, campaign_id: CampaignId) -> Result<Vec<ContactList>, StoreError> {
        read_all(&self.db().rows(sql::LISTS, args![campaign_id]).await?)
    }

    /// Loads rows in one transaction: all of them, or none. Gives what became of each.
    ///
    /// # Errors
    /// [`ManageError::CampaignEnded`] when the campaign is over.
    pub async fn load_batch(
        &self,
        campaign: &Campaign,
        list: &ContactList,
        rows: &[NewContact],
        policy: OnDuplicate,
        now: Timestamp,
    ) -> Result<Vec<RowResult>, ManageError> {
        let batch = Batch::new(rows, policy)?;
        let updates = self.updates(campaign, &batch).await?;
        let places = batch.loads().map(|row| &row.place).chain(updates.iter().map(|update| &update.place));
        let zone_set_ids = self.zone_set_ids(places.clone().map(|place| &place.zones).collect()).await?;
        let seek = |place: &Place| (campaign.id.0, i64::from(place.rank), zone_set_ids[&place.zones]);
        let seeks: BTreeSet<Seek> =
            places.map(seek).filter(|seek| seek.2 != 0 && self.shared.zone_sets.is_new(seek)).collect();

        let mut tx = self.db().begin().await?;
        check_loadable(&mut tx, campaign).await?;
        if !updates.is_empty() {
            hold(&mut tx, &[campaign.team_id].into()).await?;
        }
        let loads: Vec<_> = batch.loads().map(|row| NewRow::new(row, policy, &zone_set_ids)).collect();
        let loaded = keys(&mut tx, sql::CONTACTS_LOADED, args![each(&loads), campaign.id, list.id, EMPTY]).await?;
        let changes: Vec<_> = updates.iter().map(|update| UpdateRow::new(update, &zone_set_ids)).collect();
        let updated = keys(&mut tx, sql::CONTACTS_UPDATED, args![each(&changes)]).await?;
        write_seeks(&mut tx, &seeks).await?;
        let results = batch.results(&loaded, &updated);
        let changed = results.iter().any(|result| *result != RowResult::Duplicate);
        let notice = Notice::ContactsLoaded { campaign_id: campaign.id };
        let notices = if changed { vec![(campaign.team_id, notice)] } else { Vec::new() };
        self.commit_noticed(tx, &notices, now).await?;
        self.shared.zone_sets.stored(seeks);
        Ok(results)
    }

    /// Those of the keys whose contacts are there already.
    pub async fn contacts_there(&self, campaign_id: CampaignId, keys: &[&str]) -> Result<BTreeSet<String>, StoreError> {
        let asked: Vec<_> = keys.iter().map(|key| json!({"dedupe_key": key})).collect();
        let rows = self.db().rows(sql::CONTACTS_BY_KEY, args![each(&asked), campaign_id]).await?;
        rows.iter().map(|row| Record::of(row, "contacts", "id").text("dedupe_key")).collect()
    }

    /// The contacts that are there already and that the batch changes, as they are to be.
    async fn updates(&self, campaign: &Campaign, batch: &Batch<'_>) -> Result<Vec<Update>, StoreError> {
        if batch.policy != OnDuplicate::Update {
            return Ok(Vec::new());
        }
        let asked: Vec<_> = batch.chosen.keys().map(|key| json!({"dedupe_key": key})).collect();
        let rows = self.db().rows(sql::CONTACTS_BY_KEY, args![each(&asked), campaign.id]).await?;
        let mut updates = Vec::new();
        for row in &rows {
            let key = Record::of(row, "contacts", "id").text("dedupe_key")?;
            if let Some(at) = batch.chosen.get(key.as_str()) {
                updates.extend(Update::of(read(row)?, &batch.rows[*at], &campaign.rules));
            }
        }
        Ok(updates)
    }
}

/// Nothing was tried yet.
const EMPTY: &str = r#"{"attempts":0,"numbers":{}}"#;

async fn check_loadable(tx: &mut Tx, campaign: &Campaign) -> Result<(), ManageError> {
    let stored: Option<Campaign> = read_first(&tx.rows(sql::CAMPAIGN, args![campaign.id]).await?)?;
    match stored.map(|stored| stored.state) {
        None => Err(ManageError::UnknownCampaign(campaign.rules.name.clone())),
        Some(CampaignState::Ended) => Err(ManageError::CampaignEnded(campaign.rules.name.clone())),
        Some(CampaignState::Draft | CampaignState::Running | CampaignState::Paused) => Ok(()),
    }
}

/// The dedupe keys of the contacts that a statement wrote.
async fn keys(tx: &mut Tx, sql: Sql, args: Vec<Arg>) -> Result<BTreeSet<String>, StoreError> {
    let rows = tx.rows(sql, args).await?;
    let keys: Result<Vec<_>, _> =
        rows.iter().map(|row| Record::of(row, "contacts", "dedupe_key").maybe_text("dedupe_key")).collect();
    Ok(keys?.into_iter().flatten().collect())
}

/// The rows of one batch; of those with one key, one is chosen: the first, or with [`OnDuplicate::Update`] the last.
struct Batch<'a> {
    rows: &'a [NewContact],
    policy: OnDuplicate,
    first: BTreeMap<&'a str, usize>,
    chosen: BTreeMap<&'a str, usize>,
}

impl<'a> Batch<'a> {
    fn new(rows: &'a [NewContact], policy: OnDuplicate) -> Result<Self, ManageError> {
        let mut batch = Self { rows, policy, first: BTreeMap::new(), chosen: BTreeMap::new() };
        for (at, row) in rows.iter().enumerate() {
            if row.texts().any(|text| text.contains('\0')) {
                return Err(ManageError::NulCharacter { row: at });
            }
            let Some(key) = batch.key(row) else { continue };
            batch.first.entry(key).or_insert(at);
            match policy {
                OnDuplicate::Update => drop(batch.chosen.insert(key, at)),
                OnDuplicate::Skip | OnDuplicate::Allow => drop(batch.chosen.entry(key).or_insert(at)),
            }
        }
        Ok(batch)
    }

    fn key(&self, row: &'a NewContact) -> Option<&'a str> {
        if self.policy == OnDuplicate::Allow { None } else { row.dedupe_key.as_deref() }
    }

    /// What is to be loaded, in the order of the list.
    fn loads(&self) -> impl Iterator<Item = &'a NewContact> + Clone {
        let is_chosen = |at: usize, row| self.key(row).is_none_or(|key| self.chosen.get(key) == Some(&at));
        self.rows.iter().enumerate().filter(move |(at, row)| is_chosen(*at, row)).map(|(_, row)| row)
    }

    fn results(&self, loaded: &BTreeSet<String>, updated: &BTreeSet<String>) -> Vec<RowResult> {
        let result = |(at, row)| match self.key(row) {
            None => RowResult::Loaded,
            Some(key) if loaded.contains(key) && self.first.get(key) == Some(&at) => RowResult::Loaded,
            Some(key) if loaded.contains(key) && self.policy == OnDuplicate::Update => RowResult::Updated,
            Some(key) if updated.contains(key) => RowResult::Updated,
            Some(_) => RowResult::Duplicate,
        };
        self.rows.iter().enumerate().map(result).collect()
    }
}

impl NewContact {
    /// The texts that are columns of their own.
    fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.account_number, &self.first_name, &self.last_name]
            .into_iter()
            .chain(&self.dedupe_key)
            .map(String::as_str)
    }
}

/// A contact as it is to be after an update.
struct Update {
    contact: Contact,
    place: Place,
}

impl Update {
    /// Nothing when the contact does not wait, or stays as it is.
    fn of(mut contact: Contact, new: &NewContact, rules: &CampaignRules) -> Option<Self> {
        let not_before_at = match contact.state {
            ContactState::Waiting { not_before_at } => not_before_at,
            ContactState::Promised { .. } => new.place.next_at,
            ContactState::InProgress | ContactState::Closed { .. } => return None,
        };
        let before = contact.clone();
        contact.account_number.clone_from(&new.account_number);
        contact.first_name.clone_from(&new.first_name);
        contact.last_name.clone_from(&new.last_name);
        contact.numbers.clone_from(&new.numbers);
        contact.variables.clone_from(&new.variables);
        let place = place(&contact, rules, not_before_at, None);
        (contact != before).then_some(Self { contact, place })
    }
}

impl<'a> NewRow<'a> {
    fn new(it: &'a NewContact, policy: OnDuplicate, zone_set_ids: &BTreeMap<ZoneSet, i64>) -> Self {
        Self {
            list_priority: it.list_priority,
            account_number: &it.account_number,
            first_name: &it.first_name,
            last_name: &it.last_name,
            numbers: to_json(&it.numbers),
            variables: to_json(&it.variables),
            dedupe_key: if policy == OnDuplicate::Allow { None } else { it.dedupe_key.as_deref() },
            stated_zones: it.stated_zones.as_ref().map(to_json),
            not_before_at: it.place.next_at.as_millisecond(),
            rank: it.place.rank,
            zone_set_id: zone_set_ids[&it.place.zones],
        }
    }
}

impl<'a> UpdateRow<'a> {
    fn new(it: &'a Update, zone_set_ids: &BTreeMap<ZoneSet, i64>) -> Self {
        Self {
            id: it.contact.id,
            attempts: it.contact.progress.attempts,
            account_number: &it.contact.account_number,
            first_name: &it.contact.first_name,
            last_name: &it.contact.last_name,
            numbers: to_json(&it.contact.numbers),
            variables: to_json(&it.contact.variables),
            rank: it.place.rank,
            zone_set_id: zone_set_ids[&it.place.zones],
        }
    }
}

//! Contacts as managers look at them, and the zones they may set.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Database,
    commit::write_seeks,
    db::{args, to_json},
    errors::ManageError,
    notices::hold,
    page,
    record::{Record, Stored, read_all, read_first},
    sql,
};
use crate::{
    domain::{
        attempt::Attempt,
        campaign::Campaign,
        contact::{Contact, ContactState, StatedZones},
        eligibility::{Place, place},
        ids::{AttemptId, CampaignId, ContactId},
        phone::PhoneNumber,
        schema::Instant,
    },
    engine::input::{Candidate, Notice},
    ports::StoreError,
};

/// A contact, and since when the store's order lets it be claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct StoredContact {
    /// The contact.
    #[serde(flatten)]
    pub contact: Contact,
    /// Not claimed before; only of meaning while it waits.
    #[schemars(with = "Instant")]
    pub next_at: Timestamp,
}

impl Stored for StoredContact {
    const TABLE: &'static str = "contacts";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self { contact: Contact::read(r)?, next_at: r.at("next_at")? })
    }
}

impl Database {
    /// Contacts of a campaign after number `after`, those in one state (its stable name) or all.
    pub async fn contacts_of(
        &self,
        campaign_id: CampaignId,
        state: Option<&str>,
        after: ContactId,
        rows: usize,
    ) -> Result<Vec<StoredContact>, StoreError> {
        let args = args![campaign_id, state.map(str::to_owned), after, page(rows)];
        read_all(&self.db().rows(sql::CONTACTS_OF_CAMPAIGN, args).await?)
    }

    /// Contacts of a campaign after number `after`, with what the do-not-call lists say of their numbers.
    pub async fn known_contacts_of(
        &self,
        campaign_id: CampaignId,
        after: ContactId,
        rows: usize,
        now: Timestamp,
    ) -> Result<Vec<Candidate>, StoreError> {
        let contacts = self.contacts_of(campaign_id, None, after, rows).await?;
        let contacts = contacts.into_iter().map(|stored| stored.contact).collect();
        self.with_suppressions(contacts, now).await
    }

    /// The contact with this number.
    pub async fn contact_with_id(&self, id: ContactId) -> Result<Option<Contact>, StoreError> {
        read_first(&self.db().rows(sql::CONTACT, args![id]).await?)
    }

    /// Contacts with this account number, of one campaign or of all.
    pub async fn contacts_with_account(
        &self,
        account_number: &str,
        campaign_id: Option<CampaignId>,
        rows: usize,
    ) -> Result<Vec<Contact>, StoreError> {
        let args = args![account_number, campaign_id.map(|id| id.0), page(rows)];
        read_all(&self.db().rows(sql::CONTACTS_WITH_ACCOUNT, args).await?)
    }

    /// Contacts that have this telephone number, of one campaign or of all. The cost grows with the number of all contacts.
    pub async fn contacts_with_number(
        &self,
        number: &PhoneNumber,
        campaign_id: Option<CampaignId>,
        rows: usize,
    ) -> Result<Vec<Contact>, StoreError> {
        let args = args![to_json(number), campaign_id.map(|id| id.0), page(rows)];
        read_all(&self.db().rows(sql::CONTACTS_WITH_NUMBER, args).await?)
    }

    /// The attempt with this id.
    pub async fn attempt(&self, id: AttemptId) -> Result<Option<Attempt>, StoreError> {
        read_first(&self.db().rows(sql::ATTEMPT, args![id]).await?)
    }

    /// The attempts on a contact, the latest first.
    pub async fn attempts_of(&self, id: ContactId, rows: usize) -> Result<Vec<Attempt>, StoreError> {
        read_all(&self.db().rows(sql::ATTEMPTS_OF_CONTACT, args![id, page(rows)]).await?)
    }

    /// Says in which zones a contact is, for all its numbers; it takes its place among the waiting by them.
    ///
    /// # Errors
    /// The contact is not there, or is with an agent just now, who can say it too.
    pub async fn contact_set_zones(
        &self,
        id: ContactId,
        stated: &StatedZones,
        now: Timestamp,
    ) -> Result<Contact, ManageError> {
        let zone_set_ids = self.zone_set_ids([&stated.zones].into()).await?;
        let mut tx = self.db().begin().await?;
        let unknown = || ManageError::UnknownContact(id.to_string());
        let campaign: Campaign =
            read_first(&tx.rows(sql::CAMPAIGN_OF_CONTACT, args![id]).await?)?.ok_or_else(unknown)?;
        hold(&mut tx, &[campaign.team_id].into()).await?;
        let mut contact: Contact = read_first(&tx.rows(sql::CONTACT_HELD, args![id]).await?)?.ok_or_else(unknown)?;
        contact.stated_zones = Some(stated.clone());
        let place = placed(&contact, &campaign, now)?;
        // Where no number is left to try, the place has no zones, whatever was stated.
        let zone_set_id = zone_set_ids.get(&place.zones).copied().unwrap_or(0);
        let args = args![id, to_json(stated), i64::from(place.rank), zone_set_id];
        tx.execute(sql::CONTACT_ZONES_STATED, args).await?;
        if zone_set_id != 0 {
            write_seeks(&mut tx, &[(campaign.id.0, i64::from(place.rank), zone_set_id)].into()).await?;
        }
        let notice = Notice::ContactsLoaded { campaign_id: campaign.id };
        self.commit_noticed(tx, &[(campaign.team_id, notice)], now).await?;
        Ok(contact)
    }
}

fn placed(contact: &Contact, campaign: &Campaign, now: Timestamp) -> Result<Place, ManageError> {
    match contact.state {
        ContactState::Waiting { not_before_at } => Ok(place(contact, &campaign.rules, not_before_at, None)),
        ContactState::Promised { .. } | ContactState::Closed { .. } => Ok(place(contact, &campaign.rules, now, None)),
        ContactState::InProgress => Err(ManageError::ContactInProgress(contact.id.to_string())),
    }
}

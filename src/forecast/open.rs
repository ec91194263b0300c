//! The contacts of a campaign as they stand: what was tried and what was promised goes into the run, names do not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tokio::task::coop::consume_budget;

use super::run::{Contacts, ForecastError, Plan};
use crate::{
    domain::{
        callback::{Callback, CallbackState},
        campaign::Campaign,
        contact::{Contact, ContactState},
        eligibility,
        ids::{AgentId, CampaignId, ContactId},
        suppression::Suppression,
    },
    engine::output::{Changes, ContactChange},
    ports::{Store as _, StoreError},
    sim::scenario::Scenario,
    store::{CallbackFilter, Database, NewContact, OnDuplicate, PAGE_ROWS_MAX},
};

/// The contacts of a campaign that are not closed, or an even share of them.
pub struct OpenContacts {
    contacts: Vec<Contact>,
    promises: BTreeMap<ContactId, Callback>,
    suppressions: Vec<Suppression>,
}

/// Takes an even share of those that come.
struct Share {
    /// So many
    of: u64,
    /// of so many.
    whole: u64,
    at: u64,
}

impl Share {
    fn takes_next(&mut self) -> bool {
        let before = self.at * self.of / self.whole;
        self.at += 1;
        self.at * self.of / self.whole > before
    }
}

impl OpenContacts {
    /// Reads them, `of` in `whole` of them.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn read(
        db: &Database,
        campaign: &Campaign,
        now: Timestamp,
        (of, whole): (u32, u32),
    ) -> Result<Self, StoreError> {
        let mut share = Share { of: of.into(), whole: whole.max(1).into(), at: 0 };
        let mut read = Self { contacts: Vec::new(), promises: BTreeMap::new(), suppressions: Vec::new() };
        let mut after = ContactId(0);
        loop {
            let page = db.known_contacts_of(campaign.id, after, PAGE_ROWS_MAX, now).await?;
            let Some(last) = page.last() else { break };
            after = last.contact.id;
            for known in page {
                // Reading does not wait for anything: without this, others would have to.
                consume_budget().await;
                let is_open = !matches!(known.contact.state, ContactState::Closed { .. });
                if is_open && share.takes_next() {
                    read.suppressions.extend(known.suppressions);
                    read.contacts.push(known.contact);
                }
            }
        }
        read.read_promises(db, campaign, now).await?;
        // What holds for other campaigns only does not come into the run, which knows one.
        read.suppressions.retain(|entry| entry.campaign_id.is_none_or(|only| only == campaign.id));
        Ok(read)
    }

    async fn read_promises(&mut self, db: &Database, campaign: &Campaign, now: Timestamp) -> Result<(), StoreError> {
        let chosen: BTreeSet<_> = self.contacts.iter().map(|contact| contact.id).collect();
        let state = Some(CallbackState::Scheduled);
        let mut filter = CallbackFilter { campaign_id: Some(campaign.id), state, ..CallbackFilter::default() };
        loop {
            let page = db.callbacks(filter, PAGE_ROWS_MAX).await?;
            let Some(last) = page.last() else { return Ok(()) };
            filter.after = Some(last.id);
            // A callback may be promised on a number that the contact does not have.
            let numbers: BTreeSet<_> = page.iter().map(|callback| &callback.number.number).collect();
            self.suppressions.extend(db.suppress_known(&numbers, now).await?);
            let page = page.into_iter().filter(|callback| chosen.contains(&callback.contact_id));
            self.promises.extend(page.map(|callback| (callback.contact_id, callback)));
        }
    }

    /// How many take part.
    pub fn count(&self) -> u64 {
        self.contacts.len() as u64
    }

    /// As it comes into the run: numbers and zones, without what names a person.
    fn new_contact(contact: &Contact, plan: &Plan, begins_at: Timestamp) -> NewContact {
        NewContact {
            account_number: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            numbers: contact.numbers.clone(),
            variables: BTreeMap::new(),
            stated_zones: contact.stated_zones.clone(),
            dedupe_key: None,
            list_priority: contact.list_priority,
            place: eligibility::place(contact, &plan.campaign, begins_at, None),
        }
    }

    /// How far it is, as the run knows it by the number `id`.
    fn change(&self, contact: &Contact, id: ContactId, it: &Moved<'_>) -> (ContactChange, Option<Callback>) {
        let promise = self.promises.get(&contact.id).map(|promise| Callback {
            contact_id: id,
            campaign_id: it.campaign_id,
            owner_id: promise.owner_id.map(|owner| it.colleague(owner)),
            promised_by: it.colleague(promise.promised_by),
            ..promise.clone()
        });
        let waits = |not_before_at| ContactState::Waiting { not_before_at };
        let state = match (contact.state, &promise) {
            (_, Some(promise)) => ContactState::Promised { callback_id: promise.id },
            (ContactState::Waiting { not_before_at }, None) => waits(not_before_at),
            // Whoever is with an agent now is called again as if nothing had come of it.
            (ContactState::Promised { .. } | ContactState::InProgress | ContactState::Closed { .. }, None) => {
                waits(it.begins_at)
            }
        };
        let next_at = match state {
            ContactState::Waiting { not_before_at } => not_before_at,
            ContactState::Promised { .. } | ContactState::InProgress | ContactState::Closed { .. } => it.begins_at,
        };
        let place = eligibility::place(contact, &it.plan.campaign, next_at, None);
        let (progress, stated_zones) = (contact.progress.clone(), contact.stated_zones.clone());
        let campaign_id = it.campaign_id;
        (ContactChange { id, campaign_id, state, place, progress, stated_zones }, promise)
    }
}

/// Where contacts are moved to.
struct Moved<'a> {
    campaign_id: CampaignId,
    agents: &'a [AgentId],
    plan: &'a Plan,
    begins_at: Timestamp,
}

impl Moved<'_> {
    /// The one agent of the run who stands for an agent at work.
    fn colleague(&self, id: AgentId) -> AgentId {
        let place = id.0.unsigned_abs() % self.agents.len().max(1) as u64;
        self.agents.get(usize::try_from(place).unwrap_or_default()).copied().unwrap_or(id)
    }
}

impl Contacts for OpenContacts {
    async fn bring(&self, scenario: &mut Scenario, plan: &Plan, begins_at: Timestamp) -> Result<(), ForecastError> {
        let (db, campaign) = (&scenario.db, &scenario.campaign);
        let list = db.list_named(campaign.id, "open").await?;
        let here =
            |entry: &Suppression| Suppression { campaign_id: entry.campaign_id.map(|_| campaign.id), ..entry.clone() };
        let suppressions: Vec<_> = self.suppressions.iter().map(here).collect();
        db.suppress_add(&suppressions, begins_at).await?;
        let it = Moved { campaign_id: campaign.id, agents: &scenario.agents, plan, begins_at };
        let mut after = ContactId(0);
        for piece in self.contacts.chunks(PAGE_ROWS_MAX) {
            let rows: Vec<_> = piece.iter().map(|contact| Self::new_contact(contact, plan, begins_at)).collect();
            db.load_batch(campaign, &list, &rows, OnDuplicate::Allow, begins_at).await?;
            let there = db.contacts_of(campaign.id, None, after, rows.len()).await?;
            let mut changes = Changes::default();
            for (contact, stored) in piece.iter().zip(there) {
                let id = stored.contact.id;
                after = id;
                let (change, promise) = self.change(contact, id, &it);
                changes.contacts.insert(id, change);
                changes.callbacks.extend(promise.map(|promise| (promise.id, promise)));
            }
            let (fence, _) = db.take_over(campaign.team_id, begins_at).await?;
            db.commit(fence, &changes).await?;
            scenario.checks.committed(&changes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_even() {
        let mut share = Share { of: 2, whole: 5, at: 0 };
        let taken: Vec<bool> = (0..10).map(|_| share.takes_next()).collect();
        assert_eq!(taken, [false, false, true, false, true, false, false, true, false, true]);
        let mut all = Share { of: 3, whole: 3, at: 0 };
        assert!((0..9).all(|_| all.takes_next()));
    }
}

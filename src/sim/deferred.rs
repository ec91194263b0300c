//! A store that writes late: for a run that is thrown away, where nothing has to survive.
//!
//! Commits are gathered in memory and stored together when the next question needs them, so that a simulated day costs one
//! transaction for several previews instead of several for each. A question gets the same answer as without it; the same
//! seed gives the same log.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;

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

/// A store in front of another, which writes late.
#[derive(Clone)]
pub struct Deferred<S> {
    store: S,
    gathered: Arc<Mutex<Gathered>>,
}

/// What is committed and not stored yet, and by whom.
#[derive(Default)]
struct Gathered {
    fence: Option<Fence>,
    changes: Changes,
}

impl<S: Store> Deferred<S> {
    /// Writes to `store`, late.
    pub fn new(store: S) -> Self {
        Self { store, gathered: Arc::default() }
    }

    /// Stores what was gathered. To be called before anybody looks at the store itself.
    ///
    /// # Errors
    /// Those of the store: of any commit since the last time.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let Gathered { fence, changes } = mem::take(&mut *self.locked());
        match fence {
            Some(fence) if !changes.is_empty() => self.store.commit(fence, &changes).await,
            Some(_) | None => Ok(()),
        }
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_contacts(&self) -> bool {
        !self.locked().changes.contacts.is_empty()
    }
}

impl<S: Store> Store for Deferred<S> {
    async fn commit(&self, fence: Fence, changes: &Changes) -> Result<(), StoreError> {
        if self.locked().fence.is_some_and(|before| before != fence) {
            self.flush().await?;
        }
        {
            let mut gathered = self.locked();
            gathered.fence = Some(fence);
            gather(&mut gathered.changes, changes.clone());
        }
        // An entry of a do-not-call list bears the time of its commit.
        if changes.suppressions.is_empty() { Ok(()) } else { self.flush().await }
    }

    async fn take_over(&self, team_id: TeamId, now: Timestamp) -> Result<(Fence, Snapshot), StoreError> {
        self.flush().await?;
        self.store.take_over(team_id, now).await
    }

    async fn due(
        &self,
        campaign_id: CampaignId,
        open: &[ZoneSet],
        count: usize,
        now: Timestamp,
    ) -> Result<(Vec<Candidate>, NextDue), StoreError> {
        if self.has_contacts() {
            self.flush().await?;
        }
        self.store.due(campaign_id, open, count, now).await
    }

    async fn zones(&self, campaign_id: CampaignId) -> Result<Vec<ZoneSet>, StoreError> {
        if self.has_contacts() {
            self.flush().await?;
        }
        self.store.zones(campaign_id).await
    }

    async fn contact(&self, id: ContactId, now: Timestamp) -> Result<Option<Candidate>, StoreError> {
        if self.locked().changes.contacts.contains_key(&id) {
            self.flush().await?;
        }
        self.store.contact(id, now).await
    }

    async fn suppressions(&self, number: &PhoneNumber, now: Timestamp) -> Result<Vec<Suppression>, StoreError> {
        self.store.suppressions(number, now).await
    }

    async fn notices(&self, team_id: TeamId, after: i64) -> Result<Vec<(i64, Notice)>, StoreError> {
        self.store.notices(team_id, after).await
    }
}

/// The last value of each thing stands, as it would in the store.
fn gather(all: &mut Changes, new: Changes) {
    let Changes { contacts, reservations, attempts, dialogs, callbacks, sessions, suppressions, events } = new;
    for (id, mut change) in contacts {
        // A commit that says nothing of stated zones leaves them.
        let before = all.contacts.get_mut(&id).and_then(|before| before.stated_zones.take());
        change.stated_zones = change.stated_zones.or(before);
        all.contacts.insert(id, change);
    }
    all.reservations.extend(reservations);
    all.attempts.extend(attempts);
    all.dialogs.extend(dialogs);
    all.callbacks.extend(callbacks);
    all.sessions.extend(sessions);
    all.suppressions.extend(suppressions);
    all.events.extend(events);
}

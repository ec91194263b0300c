//! The four numbers of a campaign. Every contact is asked for, so they are counted in the background, one campaign at a time,
//! kept, and given with the instant at which they were counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::{
    sync::{Semaphore, watch},
    task::coop::consume_budget,
};

use super::{App, auth::Caller, campaigns::CampaignPath, extract::Path, problem::Problem};
use crate::{
    domain::{
        callback::CallbackState,
        campaign::Campaign,
        ids::{CampaignId, ContactId},
    },
    outlook::{Counting, Outlook},
    ports::StoreError,
    runtime::clock::Clock,
    store::{CallbackFilter, PAGE_ROWS_MAX},
};

/// Numbers are counted again when they are older than this.
const FRESH: Duration = Duration::from_secs(3);
/// And older than so many times what counting took: a program has other things to do.
const TIMES: u32 = 10;
/// How long a request waits for numbers that are being counted.
const PATIENCE: Duration = Duration::from_secs(2);

/// The numbers that were counted, and those that are.
pub(super) struct Outlooks {
    slots: Mutex<BTreeMap<CampaignId, Slot>>,
    one_at_a_time: Arc<Semaphore>,
}

impl Default for Outlooks {
    fn default() -> Self {
        Self { slots: Mutex::default(), one_at_a_time: Arc::new(Semaphore::new(1)) }
    }
}

/// What is known of one campaign.
#[derive(Default)]
struct Slot {
    latest: Option<Counted>,
    counting: Option<watch::Receiver<u64>>,
}

/// Numbers that were counted.
struct Counted {
    outlook: Outlook,
    campaign: Campaign,
    since: Instant,
    took: Duration,
}

impl Counted {
    fn is_fresh(&self, campaign: &Campaign) -> bool {
        self.campaign == *campaign && self.since.elapsed() < FRESH.max(self.took * TIMES)
    }
}

/// The four numbers.
#[derive(Serialize, JsonSchema)]
pub(super) struct OutlookTold {
    /// The numbers as they were last counted; none while they are counted for the first time.
    outlook: Option<Outlook>,
    /// They are being counted anew: so many contacts so far.
    counting: Option<u64>,
}

/// How many contacts can be called now, later today, later, never, and why.
pub(super) async fn one(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
) -> Result<Json<OutlookTold>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    let campaign_id = campaign.id;
    if let Some(mut counting) = app.counting(campaign) {
        // The end of the count drops its sender.
        let over = async { while counting.changed().await.is_ok() {} };
        tokio::time::timeout(PATIENCE, over).await.ok();
    }
    let slots = app.outlooks.slots.lock().unwrap_or_else(PoisonError::into_inner);
    let slot = slots.get(&campaign_id);
    let outlook = slot.and_then(|slot| slot.latest.as_ref()).map(|counted| counted.outlook.clone());
    let counting = slot.and_then(|slot| slot.counting.as_ref()).map(|counting| *counting.borrow());
    Ok(Json(OutlookTold { outlook, counting }))
}

impl App {
    /// The count that goes on, begun now where the numbers are not fresh.
    fn counting(&self, campaign: Campaign) -> Option<watch::Receiver<u64>> {
        let mut slots = self.outlooks.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(campaign.id).or_default();
        if slot.counting.is_none() && !slot.latest.as_ref().is_some_and(|counted| counted.is_fresh(&campaign)) {
            let (so_far, counting) = watch::channel(0);
            slot.counting = Some(counting);
            tokio::spawn(self.clone().count(campaign, so_far));
        }
        slot.counting.clone()
    }

    async fn count(self, campaign: Campaign, so_far: watch::Sender<u64>) {
        let _alone = self.outlooks.one_at_a_time.acquire().await;
        let began = Clock::stopwatch();
        let counted = self.outlook_of(&campaign, &so_far).await;
        let mut slots = self.outlooks.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(campaign.id).or_default();
        slot.counting = None;
        match counted {
            Ok(outlook) => {
                let (since, took) = (Clock::stopwatch(), began.elapsed());
                slot.latest = Some(Counted { outlook, campaign, since, took });
            }
            Err(error) => tracing::warn!(%error, "the contacts of a campaign could not be counted"),
        }
    }

    async fn outlook_of(&self, campaign: &Campaign, so_far: &watch::Sender<u64>) -> Result<Outlook, StoreError> {
        let now = self.clock.now();
        let (mut promises, mut listed) = (BTreeMap::new(), Vec::new());
        let scheduled = Some(CallbackState::Scheduled);
        let mut filter =
            CallbackFilter { campaign_id: Some(campaign.id), state: scheduled, ..CallbackFilter::default() };
        loop {
            let page = self.db.callbacks(filter, PAGE_ROWS_MAX).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id);
            // A callback may be promised on a number that the contact does not have.
            let numbers: BTreeSet<_> = page.iter().map(|callback| &callback.number.number).collect();
            listed.extend(self.db.suppressions_of(&numbers, now).await?);
            promises.extend(page.into_iter().map(|callback| (callback.contact_id, callback)));
        }
        let mut counting = Counting::new(campaign, now, &self.rules);
        let mut after = ContactId(0);
        loop {
            let page = self.db.known_contacts_of(campaign.id, after, PAGE_ROWS_MAX, now).await?;
            let Some(last) = page.last() else { return Ok(counting.finish()) };
            after = last.contact.id;
            for known in &page {
                // Counting does not wait for anything: without this, others would have to.
                consume_budget().await;
                let promise = promises.get(&known.contact.id);
                let suppressions = if promise.is_some() { &listed } else { &known.suppressions };
                counting.take(&known.contact, suppressions, promise);
            }
            so_far.send_replace(counting.contacts());
        }
    }
}

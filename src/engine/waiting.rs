//! Why a Ready agent gets nothing just now, from what the engine knows anyway: it is shown to every waiting agent, so it asks
//! nobody and works out nothing.

use jiff::{Timestamp, civil};
use serde::Serialize;

use super::{
    Engine,
    hopper::Opening,
    session::{Activity, Session, Standing},
};
use crate::domain::{
    campaign::CampaignState,
    ids::{AgentId, CampaignId},
    queue::QueueState,
    schema::{Instant, WallClock},
    zone::{Zone, ZoneSet},
};

/// What a waiting agent waits for.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case", tag = "because")]
pub enum WaitingView {
    /// Their phone rings, and is to be answered first.
    PhoneRings,
    /// The next contacts are being looked for.
    Looking,
    /// The calling hours are closed wherever there are contacts.
    HoursClosed {
        /// Which campaign's contacts come first.
        campaign_id: CampaignId,
        /// Its name.
        campaign: String,
        /// When the hours open.
        #[schemars(with = "Instant")]
        opens_at: Timestamp,
        /// A zone in which they open.
        zone: Zone,
        /// What the clock will show there.
        #[schemars(with = "WallClock")]
        opens_at_local: civil::DateTime,
        /// All zones of those contacts.
        #[serde(skip)]
        zone_sets: Vec<ZoneSet>,
    },
    /// Contacts that may be called have been tried and rest.
    ContactsRest {
        /// The campaign.
        campaign: String,
        /// When the first one may be called again.
        #[schemars(with = "Instant")]
        until_at: Timestamp,
    },
    /// Nothing but a promised callback is left for now.
    CallbackPromised {
        /// When it is due.
        #[schemars(with = "Instant")]
        due_at: Timestamp,
    },
    /// No campaign has anybody left to call; callers may come.
    Callers {
        /// The open queues.
        queues: Vec<String>,
    },
    /// The running campaigns have nobody left who may be called.
    NobodyLeft {
        /// Them.
        campaigns: Vec<String>,
    },
    /// A campaign would have contacts, but is paused.
    Paused {
        /// Which.
        campaigns: Vec<String>,
    },
    /// No campaign runs and no queue is open.
    NoCampaign,
}

/// What happens first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Opens(CampaignId),
    Rested(CampaignId),
    Callback,
}

impl Engine {
    /// Why this agent gets nothing; none unless they are Ready.
    pub(super) fn waiting_view(&self, session: &Session) -> Option<WaitingView> {
        if session.activity != Activity::Ready {
            return None;
        }
        if matches!(session.standing, Some(Standing::Rings { .. })) {
            return Some(WaitingView::PhoneRings);
        }
        let running = || self.desks.values().filter(|desk| desk.is_running());
        if running().any(super::hopper::Desk::is_looking) {
            return Some(WaitingView::Looking);
        }
        let view = match self.what_comes_first(session) {
            Some((_, Next::Opens(id))) => self.hours_closed(id)?,
            Some((until_at, Next::Rested(id))) => {
                let campaign = self.desks.get(&id)?.campaign.rules.name.clone();
                WaitingView::ContactsRest { campaign, until_at }
            }
            Some((due_at, Next::Callback)) => WaitingView::CallbackPromised { due_at },
            None => self.nothing_comes(running().map(|desk| desk.campaign.rules.name.clone()).collect()),
        };
        Some(view)
    }

    fn what_comes_first(&self, session: &Session) -> Option<(Timestamp, Next)> {
        let contacts = self.desks.iter().filter(|(_, desk)| desk.is_running()).filter_map(|(id, desk)| {
            let what = if desk.waits_for_opening().is_some() { Next::Opens(*id) } else { Next::Rested(*id) };
            Some((desk.wake_at()?, what))
        });
        let runs = |id: &CampaignId| self.desks.get(id).is_some_and(super::hopper::Desk::is_running);
        let theirs = |owner: Option<AgentId>| owner == Some(session.agent_id) || owner.is_none();
        let callbacks = self.callbacks.values().filter(|it| runs(&it.campaign_id) && theirs(it.owner_id));
        let due = callbacks.map(|callback| callback.due_at).filter(|at| *at > self.now).min();
        contacts.chain(due.map(|at| (at, Next::Callback))).min()
    }

    fn hours_closed(&self, id: CampaignId) -> Option<WaitingView> {
        let desk = self.desks.get(&id)?;
        let Opening { at, zone_sets } = desk.waits_for_opening()?;
        // The name of one place says most where it is sure.
        let zone = zone_sets.iter().min_by_key(|zones| zones.iter().count())?.iter().next()?;
        Some(WaitingView::HoursClosed {
            campaign_id: id,
            campaign: desk.campaign.rules.name.clone(),
            opens_at: *at,
            zone,
            opens_at_local: self.rules.local(*at, zone),
            zone_sets: zone_sets.clone(),
        })
    }

    fn nothing_comes(&self, running: Vec<String>) -> WaitingView {
        let queues: Vec<String> = self
            .queues
            .values()
            .filter(|queue| queue.state == QueueState::Open)
            .map(|queue| queue.rules.name.clone())
            .collect();
        let paused = self.desks.values().filter(|desk| desk.campaign.state == CampaignState::Paused);
        let paused: Vec<String> = paused.map(|desk| desk.campaign.rules.name.clone()).collect();
        if !queues.is_empty() {
            WaitingView::Callers { queues }
        } else if !running.is_empty() {
            WaitingView::NobodyLeft { campaigns: running }
        } else if !paused.is_empty() {
            WaitingView::Paused { campaigns: paused }
        } else {
            WaitingView::NoCampaign
        }
    }
}

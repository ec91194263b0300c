//! The teams that are served here, each by its own loop, and the switch they share.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::{broadcast, mpsc};

use super::{clock::Clock, handle::TeamHandle, live::Team, recordings::Recordings, softphones::Softphones};
use crate::{
    domain::{
        attempt::CallProgress,
        dialog::Caller,
        ids::{ChannelId, TeamId},
        zone_rules::ZoneRules,
    },
    engine::{Settings, output::Order},
    ports::{ServerHealth, Store, Switch, SwitchError},
};

/// How many commands may wait for one team; one more is refused as busy.
const INBOX: usize = 4096;
/// How many events a slow listener may be behind before it has to read from the store.
const FEED: usize = 8192;

/// The teams served here.
#[derive(Clone)]
pub struct Teams {
    handles: Arc<Mutex<BTreeMap<TeamId, TeamHandle>>>,
    routes: Routes,
    start: Arc<dyn Fn(TeamId) -> TeamHandle + Send + Sync>,
    switch_health: Arc<dyn Fn() -> Vec<ServerHealth> + Send + Sync>,
    softphones: Option<Softphones>,
    recordings: Option<Recordings>,
}

impl Teams {
    /// Prepares to serve teams with this store and switch.
    pub fn new<S: Store, W: Switch>(
        store: S,
        switch: W,
        clock: Clock,
        settings: Settings,
        rules: Arc<ZoneRules>,
        seed: u64,
    ) -> Self {
        let routes = Routes::default();
        let shared = Arc::new(Routed { switch, routes: routes.clone() });
        let watched = shared.clone();
        let switch_health = Arc::new(move || watched.switch.health());
        let start = move |team_id: TeamId| {
            let (sender, inbox) = mpsc::channel(INBOX);
            let (feed, _) = broadcast::channel(FEED);
            let team = Team {
                team_id,
                store: store.clone(),
                switch: Arc::new(OfTeam { team_id, shared: shared.clone() }),
                clock,
                settings: settings.clone(),
                rules: rules.clone(),
                seed,
                inbox,
                feed: feed.clone(),
            };
            tokio::spawn(team.serve());
            TeamHandle { team_id, inbox: sender, feed }
        };
        Self {
            handles: Arc::default(),
            routes,
            start: Arc::new(start),
            switch_health,
            softphones: None,
            recordings: None,
        }
    }

    /// Offers agents telephones in their browsers. Said before any team is served.
    #[must_use]
    pub fn with_softphones(self, softphones: Option<Softphones>) -> Self {
        Self { softphones, ..self }
    }

    /// Stored recordings can be fetched from here. Said before any team is served.
    #[must_use]
    pub fn with_recordings(self, recordings: Recordings) -> Self {
        Self { recordings: Some(recordings), ..self }
    }

    /// Where stored recordings are fetched from, where there is such a place.
    pub fn recordings(&self) -> Option<&Recordings> {
        self.recordings.as_ref()
    }

    /// Telephones in browsers, where they are offered.
    pub fn softphones(&self) -> Option<&Softphones> {
        self.softphones.as_ref()
    }

    /// The team, which is served from now on if it was not.
    pub fn team(&self, id: TeamId) -> TeamHandle {
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        let serve = || {
            let team = (self.start)(id);
            if let Some(softphones) = self.softphones.clone() {
                tokio::spawn(softphones.follow(team.events()));
            }
            team
        };
        handles.entry(id).or_insert_with(serve).clone()
    }

    /// Every team served here.
    pub fn all(&self) -> Vec<TeamHandle> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Is any team's loop over, because another node has taken it?
    pub fn stopped(&self) -> Vec<TeamId> {
        self.all().iter().filter(|team| team.inbox.is_closed()).map(TeamHandle::team_id).collect()
    }

    /// How the servers of the telephone network do.
    pub fn switch_health(&self) -> Vec<ServerHealth> {
        (self.switch_health)()
    }

    /// Managers changed something.
    pub fn noticed(&self) {
        for team in self.all() {
            team.noticed();
        }
    }

    /// The switch told something: it goes to the team whose line it is, or to all if that was made in an earlier life.
    pub async fn switch_told(&self, channel_id: ChannelId, progress: CallProgress) {
        let over = matches!(progress, CallProgress::HungUp { .. } | CallProgress::NotMade { .. });
        match self.routes.of(channel_id, over) {
            Some(team_id) => self.team(team_id).switch_told(channel_id, progress).await,
            None => {
                for team in self.all() {
                    team.switch_told(channel_id, progress.clone()).await;
                }
            }
        }
    }

    /// Somebody called a queue of this team.
    pub async fn arrived(&self, team_id: TeamId, channel_id: ChannelId, queue: String, caller: Caller) {
        self.routes.add(channel_id, team_id);
        self.team(team_id).arrived(channel_id, queue, caller).await;
    }

    /// Ends every loop after what waits already.
    pub async fn stop(&self) {
        for team in self.all() {
            team.stop().await;
        }
    }
}

/// Which line is which team's.
#[derive(Clone, Default)]
struct Routes(Arc<Mutex<BTreeMap<ChannelId, TeamId>>>);

impl Routes {
    fn add(&self, channel_id: ChannelId, team_id: TeamId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(channel_id, team_id);
    }

    fn of_others(&self, team_id: TeamId) -> BTreeSet<ChannelId> {
        let routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        routes.iter().filter(|(_, of)| **of != team_id).map(|(id, _)| *id).collect()
    }

    fn of(&self, channel_id: ChannelId, over: bool) -> Option<TeamId> {
        let mut routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if over { routes.remove(&channel_id) } else { routes.get(&channel_id).copied() }
    }
}

struct Routed<W> {
    switch: W,
    routes: Routes,
}

/// The switch as one team sees it: it remembers who dialled.
struct OfTeam<W> {
    team_id: TeamId,
    shared: Arc<Routed<W>>,
}

impl<W: Switch> Switch for OfTeam<W> {
    async fn order(&self, now: Timestamp, order: &Order) -> Result<(), SwitchError> {
        match order {
            Order::Dial { channel_id, phone, .. } => {
                self.shared.routes.add(*channel_id, self.team_id);
                if let Some(phone) = phone {
                    self.shared.routes.add(phone.channel_id, self.team_id);
                }
            }
            Order::Connect { phone, .. } | Order::Keep { phone } | Order::Supervise { phone, .. } => {
                self.shared.routes.add(phone.channel_id, self.team_id);
            }
            Order::EndOthers { team_id, keep } => {
                // The switch may not know whose a line is; what another team has here stays.
                let keep = keep.union(&self.shared.routes.of_others(self.team_id)).copied().collect();
                let order = Order::EndOthers { team_id: *team_id, keep };
                return self.shared.switch.order(now, &order).await;
            }
            Order::Admit { .. }
            | Order::Hold { .. }
            | Order::Retrieve { .. }
            | Order::Join { .. }
            | Order::Leave { .. }
            | Order::SendDigit { .. }
            | Order::Record { .. }
            | Order::HangUp { .. } => {}
        }
        self.shared.switch.order(now, order).await
    }

    async fn alive(&self, now: Timestamp, channels: &[ChannelId]) -> Vec<ChannelId> {
        self.shared.switch.alive(now, channels).await
    }
}

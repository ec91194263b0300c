//! What `serve` and `demo` share: the tasks that carry news to the teams, and the API.

use std::{net::SocketAddr, num::NonZeroU32, sync::Arc, time::Duration};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};

use super::CliError;
use crate::{
    config::SoftphoneConfig,
    domain::zone_rules::ZoneRules,
    engine::Settings,
    http::{self, ApiState, Limits, SoftphoneOffer},
    runtime::{clock::Clock, recordings::Recordings, softphones::Softphones, teams::Teams},
    store::Database,
    switch::{
        ari::{AriSettings, AriSwitch, News},
        simulated::{SimulatedSwitch, people::People},
    },
    telemetry, zoneinfo,
};

/// How old zone rules may be before we warn.
const ZONE_RULES_OLD_DAYS: i64 = 180;

/// Everything that runs.
pub(super) struct Live {
    pub db: Database,
    pub teams: Teams,
    /// The simulated network, where it is one.
    pub simulated: Option<SimulatedSwitch>,
    pub clock: Clock,
    pub rules: Arc<ZoneRules>,
    pub metrics: PrometheusHandle,
    pub address: SocketAddr,
    stopping: watch::Sender<bool>,
    api: JoinHandle<std::io::Result<()>>,
}

/// What to run it with.
pub(super) struct LiveSetup {
    pub db: Database,
    pub listen: SocketAddr,
    pub clock: Clock,
    pub settings: Settings,
    pub switch: SwitchSetup,
    pub seed: u64,
    pub requests_per_second: u32,
    pub softphone: SoftphoneConfig,
}

/// The telephone network to run with.
pub(super) enum SwitchSetup {
    /// Seeded people.
    Simulated,
    /// Real telephones.
    Asterisk(Box<AriSettings>),
}

/// How long to wait for the switch before the teams begin without it.
const SWITCH_PATIENCE: Duration = Duration::from_secs(5);

impl Live {
    /// Serves every team of the database and the API.
    pub async fn start(setup: LiveSetup) -> Result<Self, CliError> {
        let LiveSetup { db, listen, clock, settings, switch, seed, requests_per_second, softphone } = setup;
        let dial_plan = settings.dial_plan.clone();
        let metrics = PrometheusBuilder::new().install_recorder()?;
        telemetry::describe_metrics();
        let rules = Arc::new(zoneinfo::newest());
        warn_if_old(&rules);
        http::forget_old_uploads();
        let mut simulated = None;
        let teams = match switch {
            SwitchSetup::Simulated => {
                let switch = SimulatedSwitch::new(People::seeded(seed));
                simulated = Some(switch.clone());
                let teams = Teams::new(db.clone(), switch.clone(), clock, settings, rules.clone(), seed);
                carry_switch_news(switch, teams.clone(), clock);
                teams
            }
            SwitchSetup::Asterisk(ari) => {
                let (switch, news) = AriSwitch::start(*ari);
                // Whoever goes on after a stop asks the switch at once for the calls it knew.
                switch.ready(SWITCH_PATIENCE).await;
                let softphones = softphone.is_on().then(|| Softphones::start(switch.clone(), softphone.plan(), clock));
                let recordings = Recordings::of(switch.clone());
                let teams = Teams::new(db.clone(), switch, clock, settings, rules.clone(), seed)
                    .with_softphones(softphones)
                    .with_recordings(recordings);
                carry_ari_news(news, teams.clone(), db.clone());
                teams
            }
        };
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            CliError::new(format!("{listen} cannot be listened on: {error}; choose another with --listen"))
        })?;
        let address = listener.local_addr()?;
        carry_notices(&db, teams.clone()).await?;
        keep_metrics(metrics.clone(), clock);
        let (stopping, stops) = watch::channel(false);
        let at_once = NonZeroU32::new(requests_per_second.saturating_mul(2)).unwrap_or(NonZeroU32::MIN);
        let limits = Limits {
            requests_per_second: NonZeroU32::new(requests_per_second).unwrap_or(NonZeroU32::MIN),
            requests_at_once: at_once,
            ..Limits::default()
        };
        let state = ApiState {
            db: db.clone(),
            teams: teams.clone(),
            clock,
            rules: rules.clone(),
            dial_plan,
            softphone: SoftphoneOffer {
                websocket_urls: softphone.websocket_urls,
                ice_servers: softphone.ice_servers,
                library: Some(softphone.library).filter(|path| !path.as_os_str().is_empty()),
            },
            metrics: metrics.clone(),
            limits,
            stopping: stops.clone(),
        };
        let api = tokio::spawn(serve(listener, http::router(state), stops));
        Ok(Self { db, teams, simulated, clock, rules, metrics, address, stopping, api })
    }

    /// Ends everything in order: no new requests, then the teams, then the database.
    pub async fn stop(self) {
        self.stopping.send(true).ok();
        let patience = tokio::time::timeout(Duration::from_secs(5), self.api);
        drop(patience.await);
        self.teams.stop().await;
        self.db.close().await;
    }
}

async fn serve(listener: TcpListener, router: axum::Router, mut stops: watch::Receiver<bool>) -> std::io::Result<()> {
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            drop(stops.wait_for(|stop| *stop).await);
        })
        .await
}

fn warn_if_old(rules: &ZoneRules) {
    let now = Clock::world_now();
    telemetry::zone_rules(rules, now);
    let days = rules.age_days(now);
    if days > ZONE_RULES_OLD_DAYS {
        tracing::warn!(
            version = rules.version(),
            days,
            "the time zone rules are old: update the package tzdata, or this program"
        );
    }
}

/// What happens to calls goes to the teams.
fn carry_switch_news(switch: SimulatedSwitch, teams: Teams, clock: Clock) {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = clock.wait_until(switch.next_at()) => {}
                () = switch.changed() => {}
            }
            for (channel_id, progress) in switch.take_due(clock.now()) {
                teams.switch_told(channel_id, progress).await;
            }
        }
    });
}

/// What the telephone network tells goes to the teams; a caller to the team whose queue they called.
fn carry_ari_news(mut news: mpsc::UnboundedReceiver<News>, teams: Teams, db: Database) {
    tokio::spawn(async move {
        while let Some(item) = news.recv().await {
            match item {
                News::Line { channel_id, progress } => teams.switch_told(channel_id, progress).await,
                News::Arrived { channel_id, queue, caller } => match db.queue_named(&queue).await {
                    Ok(Some(known)) => teams.arrived(known.team_id, channel_id, queue, caller).await,
                    Ok(None) => tracing::warn!(queue, "somebody called a queue that is not there"),
                    Err(error) => tracing::warn!(%error, queue, "the queue of a caller could not be read"),
                },
            }
        }
    });
}

/// What managers change goes to the teams, new teams are served.
async fn carry_notices(db: &Database, teams: Teams) -> Result<(), CliError> {
    let db = db.clone();
    let mut wakeups = db.wakeups();
    for team in db.teams().await? {
        teams.team(team.id);
    }
    tokio::spawn(async move {
        loop {
            wakeups.noticed().await;
            match db.teams().await {
                Ok(all) => all.iter().for_each(|team| drop(teams.team(team.id))),
                Err(error) => tracing::warn!(%error, "the teams could not be read"),
            }
            teams.noticed();
        }
    });
    Ok(())
}

/// Old samples are folded away now and then.
fn keep_metrics(metrics: PrometheusHandle, clock: Clock) {
    tokio::spawn(async move {
        loop {
            clock.pause(Duration::from_secs(5)).await;
            metrics.run_upkeep();
        }
    });
}

/// Waits for Ctrl-C, or for the polite signal of a service manager.
pub(super) async fn asked_to_stop() {
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        return drop(tokio::signal::ctrl_c().await);
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

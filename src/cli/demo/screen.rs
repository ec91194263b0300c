//! What a person sees while the demo runs, and the figures at the end.

use std::{
    collections::BTreeMap,
    io::IsTerminal,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use indicatif::ProgressBar;
use metrics_exporter_prometheus::PrometheusHandle;

use super::super::{counted, live::Live, progress};
use crate::{
    domain::{
        agent::AgentState,
        event::{Event, EventRecord},
        ids::CampaignId,
        zone::Zone,
        zone_rules::ZoneRules,
    },
    runtime::{clock::Clock, handle::TeamHandle},
    store::Database,
};

/// Counted from the live feed.
#[derive(Debug, Default)]
struct Counts {
    previews: u64,
    attempts: u64,
    outcomes: BTreeMap<&'static str, u64>,
}

/// The live screen.
pub(super) struct Screen {
    db: Database,
    campaigns: Vec<CampaignId>,
    team: TeamHandle,
    clock: Clock,
    rules: Arc<ZoneRules>,
    office: Zone,
    metrics: PrometheusHandle,
    counts: Arc<Mutex<Counts>>,
    line: ProgressBar,
}

impl Screen {
    pub fn new(live: &Live, campaigns: Vec<CampaignId>, team: TeamHandle, office: Zone) -> Self {
        let counts = Arc::<Mutex<Counts>>::default();
        let (mut feed, counted) = (team.events(), counts.clone());
        tokio::spawn(async move {
            while let Ok(event) = feed.recv().await {
                count(&mut counted.lock().unwrap_or_else(PoisonError::into_inner), &event);
            }
        });
        Self {
            db: live.db.clone(),
            campaigns,
            team,
            clock: live.clock,
            rules: live.rules.clone(),
            office,
            metrics: live.metrics.clone(),
            counts,
            line: progress::line(),
        }
    }

    /// Shows how it goes, until every contact is closed.
    pub async fn show(&self) {
        let terminal = std::io::stderr().is_terminal();
        let began_at = self.clock.now();
        let every = if terminal { Duration::from_millis(500) } else { Duration::from_secs(10) };
        loop {
            let Some((text, left)) = self.look(began_at).await else { return };
            if terminal {
                self.line.set_message(text);
            } else {
                eprintln!("{text}");
            }
            if left == 0 {
                return;
            }
            self.clock.pause(every).await;
        }
    }

    async fn look(&self, began_at: jiff::Timestamp) -> Option<(String, u64)> {
        let view = self.team.team_view().await.ok()?;
        let (mut waiting, mut promised, mut busy, mut closed) = (0, 0, 0, 0);
        for id in &self.campaigns {
            let progress = self.db.campaign_progress(*id).await.ok()?;
            waiting += progress.waiting;
            promised += progress.promised;
            busy += progress.in_progress;
            closed += progress.closed.values().sum::<u64>();
        }
        let states: Vec<String> = AgentState::ALL
            .iter()
            .filter_map(|state| {
                let count = view.by_state.get(state).copied().filter(|count| *count > 0)?;
                Some(format!("{} {count}", state.name()))
            })
            .collect();
        let now = self.clock.now();
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let minutes = now.duration_since(began_at).as_secs_f64() / 60.0;
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let a_minute = if minutes > 0.0 { counts.attempts as f64 / minutes } else { 0.0 };
        let outcomes: Vec<String> = counts.outcomes.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let local = self.rules.local(now, self.office);
        let text = format!(
            "{}  contacts: {waiting} waiting, {promised} promised, {busy} with an agent, {closed} closed\n       agents: {}\n       \
             {} previews, {} attempts, {a_minute:.1} a minute; {}",
            local.strftime("%H:%M"),
            states.join(", "),
            counts.previews,
            counts.attempts,
            outcomes.join(", ")
        );
        Some((text, waiting + promised + busy))
    }

    /// Takes the live lines away.
    pub fn finish(&self) {
        self.line.finish_and_clear();
    }

    /// How fast it was, in the world's time.
    pub fn print_figures(&self, ran: Duration) {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let a_second = counts.previews as f64 / ran.as_secs_f64();
        println!();
        print!("{}, {a_second:.1} a second", counted(counts.previews, "preview"));
        let rendered = self.metrics.render();
        let quantile = |quantile: &str| {
            let name = format!("rappel_ready_to_preview_seconds{{quantile=\"{quantile}\"}} ");
            rendered.lines().find_map(|line| line.strip_prefix(&name)?.parse::<f64>().ok())
        };
        if let (Some(p50), Some(p99)) = (quantile("0.5"), quantile("0.99")) {
            print!("; from Ready to the committed preview: p50 {:.1} ms, p99 {:.1} ms", p50 * 1e3, p99 * 1e3);
        }
        println!();
    }
}

fn count(counts: &mut Counts, record: &EventRecord) {
    match &record.event {
        Event::PreviewOffered { .. } => counts.previews += 1,
        Event::AttemptOpened { .. } => counts.attempts += 1,
        Event::AttemptEnded { outcome, .. } => *counts.outcomes.entry(outcome.name()).or_default() += 1,
        _ => {}
    }
}

//! One run: a campaign, a list and its agents in a store that is thrown away.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;

use super::super::{CliError, Outcome, counted, load};
use crate::{
    domain::{campaign::CampaignRules, eligibility, event::EventRecord, zone_rules::ZoneRules},
    intake::{ListReader, ReadOptions},
    loading::Loading,
    runtime::clock::Clock,
    sim::{
        Faults,
        deferred::Deferred,
        scenario::{Scenario, WorkingDays},
        world::{Setup, Summary, World},
    },
    store::Database,
    switch::simulated::people::People,
};

/// What stays the same over all runs.
pub(super) struct Plan {
    pub campaign: CampaignRules,
    pub list: PathBuf,
    pub working_days: WorkingDays,
    pub faults: bool,
    pub log: Option<PathBuf>,
    pub rules: Arc<ZoneRules>,
    /// Shows how far it is.
    pub line: ProgressBar,
}

/// What may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    pub seed: u64,
    pub agents: u32,
    pub days: u32,
}

/// Contacts that nothing but a person's change makes callable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uncallable {
    /// Nobody knows their zone.
    pub zone_unknown: u64,
    /// The calling hours never open in their zones.
    pub never_open: u64,
}

/// What one run came to.
pub(super) struct Ran {
    pub db: Database,
    pub variant: Variant,
    pub uncallable: Uncallable,
    /// Contacts that can be called.
    pub callable: u64,
    /// Those of them that are not closed at the end.
    pub left: u64,
    /// When the last one was closed, if all were.
    pub done_at: Option<Timestamp>,
    /// Time that agents were there, all together.
    pub agent_hours: f64,
    summary: Summary,
    refused: u64,
    simulated: SignedDuration,
    took: Duration,
}

/// Starts a run; the first of all writes the log.
pub(super) fn spawn(plan: &Arc<Plan>, variant: Variant, first: bool) -> JoinHandle<Result<Ran, CliError>> {
    let plan = plan.clone();
    tokio::spawn(async move { plan.run(variant, first).await })
}

impl Plan {
    pub fn shifts(&self, days: u32) -> Vec<(Timestamp, Timestamp)> {
        WorkingDays { days, ..self.working_days }.shifts(&self.rules)
    }

    async fn run(&self, variant: Variant, first: bool) -> Result<Ran, CliError> {
        let shifts = self.shifts(variant.days);
        let (begins_at, ends_at) = match (shifts.first(), shifts.last()) {
            (Some(first), Some(last)) => {
                (first.0 - SignedDuration::from_mins(1), last.1 + SignedDuration::from_hours(1))
            }
            _ => return Err(CliError::new("there is no working day")),
        };
        let scenario = Scenario::new(&self.campaign, variant.agents as usize, begins_at).await?;
        let refused = self.load(&scenario, begins_at).await?;
        let (loaded, cannot) = self.uncallable(&scenario, begins_at).await?;
        let setup = Setup {
            team_id: scenario.campaign.team_id,
            agents: scenario.agents.clone(),
            shifts: shifts.clone(),
            ends_at,
            contacts: usize::try_from(loaded - cannot.count())?,
            seed: variant.seed,
            people: People::seeded(variant.seed),
            faults: if self.faults { Faults::many() } else { Faults::default() },
        };
        let began = Clock::stopwatch();
        let (scenario, summary, last_at) = self.live(scenario, setup, begins_at, first).await?;
        let progress = scenario.db.campaign_progress(scenario.campaign.id).await?;
        let (_, uncallable) = self.uncallable(&scenario, summary.ended_at).await?;
        let closed: u64 = progress.closed.values().sum();
        let left = progress.loaded - closed - uncallable.count();
        // A contact whose next number is in no known zone ends the run's own count before all are closed.
        let done_at = summary.done_at.or(last_at).filter(|_| left == 0);
        Ok(Ran {
            db: scenario.db,
            variant,
            uncallable,
            callable: progress.loaded - uncallable.count(),
            left,
            done_at,
            agent_hours: f64::from(variant.agents) * hours_until(&shifts, done_at.unwrap_or(ends_at)),
            simulated: summary.ended_at.duration_since(begins_at),
            summary,
            refused,
            took: began.elapsed(),
        })
    }

    /// Runs the days. Also gives when something last happened to a contact.
    async fn live(
        &self,
        mut scenario: Scenario,
        setup: Setup,
        begins_at: Timestamp,
        first: bool,
    ) -> Result<(Scenario, Summary, Option<Timestamp>), CliError> {
        let mut log =
            match (&self.log, first) {
                (Some(path), true) => Some(BufWriter::new(File::create(path).map_err(|error| {
                    CliError::new(format!("the log {} cannot be written: {error}", path.display()))
                })?)),
                _ => None,
            };
        let store = Deferred::new(scenario.db.clone());
        let checks = std::mem::take(&mut scenario.checks);
        let world = World::new(store.clone(), self.rules.clone(), setup, checks, begins_at).await?;
        let (mut written, mut last_at) = (Ok(()), None);
        let summary = world
            .run(&mut |event: &EventRecord| {
                if event.contact_id.is_some() {
                    last_at = Some(event.at);
                }
                if let Some(log) = &mut log
                    && written.is_ok()
                {
                    written = write_event(log, event);
                }
                if first && event.seq % 500 == 0 {
                    let local = self.rules.local(event.at, self.working_days.zone);
                    self.line.set_message(format!("{} there, {} events", local.strftime("%a %d %b %H:%M"), event.seq));
                }
            })
            .await?;
        written?;
        if let Some(mut log) = log {
            log.flush()?;
        }
        store.flush().await?;
        Ok((scenario, summary, last_at))
    }

    /// Loads the list, and says how many rows were refused.
    async fn load(&self, scenario: &Scenario, now: Timestamp) -> Result<u64, CliError> {
        let path = &self.list;
        let mut list = ListReader::open(path, &ReadOptions::new(self.campaign.country))
            .map_err(|problem| CliError::new(format!("{}: {problem}", path.display())))?;
        let list_name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let contact_list = scenario.db.list_named(scenario.campaign.id, &list_name).await?;
        let mut loading = Loading::new(&scenario.db, &scenario.campaign, &contact_list, &self.rules, now);
        Ok(load::load(&mut loading, &mut list, None, &ProgressBar::hidden()).await?.rows)
    }

    /// How many contacts there are, and which of those that wait can never be called.
    async fn uncallable(&self, scenario: &Scenario, now: Timestamp) -> Result<(u64, Uncallable), CliError> {
        let progress = scenario.db.campaign_progress(scenario.campaign.id).await?;
        let opens = |zones| eligibility::next_start(&self.campaign, now, zones, &self.rules).is_some();
        let never_open = progress.zones.iter().filter(|it| !opens(&it.zones)).map(|it| it.waiting).sum();
        Ok((progress.loaded, Uncallable { zone_unknown: progress.zone_unknown, never_open }))
    }

    pub fn print_assumptions(&self, variant: Variant) -> Outcome {
        let mix = *People::seeded(0).mix();
        let shifts = self.shifts(variant.days);
        let (Some(first), Some(last)) = (shifts.first(), shifts.last()) else {
            return Err(CliError::new("there is no working day"));
        };
        let WorkingDays { begins, ends, zone, .. } = self.working_days;
        println!(
            "{}, {} from {} to {}, {} to {} in {zone}",
            counted(variant.agents.into(), "agent"),
            counted(variant.days.into(), "working day"),
            self.date(first.0),
            self.date(last.0),
            begins.strftime("%H:%M"),
            ends.strftime("%H:%M"),
        );
        println!(
            "people: {}% of the calls are answered in person, {}% by a machine, {}% are busy; of the persons {}% want to be \
             called back and {}% never again",
            mix.person / 10,
            mix.machine / 10,
            mix.busy / 10,
            mix.call_back / 10,
            mix.do_not_call / 10
        );
        Ok(())
    }

    /// A day where agents work.
    pub fn date(&self, at: Timestamp) -> String {
        self.rules.local(at, self.working_days.zone).strftime("%a %d %b %Y").to_string()
    }

    /// A moment where agents work.
    pub fn moment(&self, at: Timestamp) -> String {
        self.rules.local(at, self.working_days.zone).strftime("%a %d %b %H:%M").to_string()
    }
}

impl Uncallable {
    pub fn count(self) -> u64 {
        self.zone_unknown + self.never_open
    }
}

impl Ran {
    pub fn ended_at(&self) -> Timestamp {
        self.summary.ended_at
    }

    /// Contacts that can be called and are closed.
    pub fn closed(&self) -> u64 {
        self.callable - self.left
    }

    /// What happened.
    pub fn print(&self) {
        let (summary, seed) = (&self.summary, self.variant.seed);
        if self.refused > 0 {
            let rows = if self.refused == 1 { "row of the list is" } else { "rows of the list are" };
            eprintln!("{} {rows} refused; `rappel load --dry-run` says why", self.refused);
        }
        let hours = self.simulated.as_secs_f64() / 3_600.0;
        let speed = hours / self.took.as_secs_f64().max(0.001);
        eprintln!(
            "seed {seed}: {hours:.0} hours in {:.1?}, {speed:.0} simulated hours a second, {}",
            self.took,
            counted(summary.steps, "step")
        );
        println!(
            "{}, {}, {} closed; {} checked against the invariants, {} survived",
            counted(summary.previews, "preview"),
            counted(summary.attempts, "attempt"),
            counted(summary.closed as u64, "contact"),
            counted(summary.checked, "fact"),
            counted(summary.stops, "stop")
        );
        let outcomes: BTreeMap<_, _> = summary.outcomes.iter().collect();
        let words: Vec<String> = outcomes.iter().map(|(name, count)| format!("{name} {count}")).collect();
        println!("outcomes: {}", words.join(", "));
    }
}

/// Working time until `end`, in hours.
fn hours_until(shifts: &[(Timestamp, Timestamp)], end: Timestamp) -> f64 {
    shifts
        .iter()
        .filter(|(begins_at, _)| *begins_at < end)
        .map(|(begins_at, ends_at)| end.min(*ends_at).duration_since(*begins_at).as_secs_f64() / 3_600.0)
        .sum()
}

fn write_event(log: &mut impl Write, event: &EventRecord) -> std::io::Result<()> {
    serde_json::to_writer(&mut *log, event)?;
    log.write_all(b"\n")
}

//! The runs of one invocation: the list they call, the log of the first, and what it prints.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use indicatif::ProgressBar;
use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::super::{CliError, Outcome, counted, load};
use crate::{
    domain::event::EventRecord,
    forecast::{Contacts, ForecastError, Plan, Run, Variant},
    intake::{ListReader, ReadOptions},
    loading::Loading,
    sim::scenario::{Scenario, WorkingDays},
};

/// A plan, and where it is written and shown.
pub(super) struct Invocation {
    pub plan: Plan,
    pub list: List,
    pub log: Option<PathBuf>,
    /// Shows how far it is.
    pub line: ProgressBar,
}

/// A list that is read anew for each run.
pub(super) struct List {
    pub path: PathBuf,
    /// Rows of it that were refused.
    pub refused: AtomicU64,
}

impl Contacts for List {
    async fn bring(&self, scenario: &mut Scenario, plan: &Plan, begins_at: Timestamp) -> Result<(), ForecastError> {
        let wrong = |error: CliError| ForecastError::Contacts(error.0);
        let path = &self.path;
        let mut list = ListReader::open(path, &ReadOptions::new(plan.campaign.country))
            .map_err(|problem| ForecastError::Contacts(format!("{}: {problem}", path.display())))?;
        let list_name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let contact_list = scenario.db.list_named(scenario.campaign.id, &list_name).await?;
        let mut loading = Loading::new(&scenario.db, &scenario.campaign, &contact_list, &plan.rules, begins_at);
        let refused = load::load(&mut loading, &mut list, None, &ProgressBar::hidden()).await.map_err(wrong)?;
        self.refused.store(refused.rows, Ordering::Relaxed);
        Ok(())
    }
}

/// Starts a run; the first of all writes the log.
pub(super) fn spawn(
    invocation: &Arc<Invocation>,
    variant: Variant,
    first: bool,
) -> JoinHandle<Result<Run, ForecastError>> {
    let invocation = invocation.clone();
    tokio::spawn(async move { invocation.run(variant, first).await })
}

impl Invocation {
    async fn run(&self, variant: Variant, first: bool) -> Result<Run, ForecastError> {
        let mut log = match &self.log {
            Some(path) if first => Some(BufWriter::new(File::create(path).map_err(|error| {
                ForecastError::Contacts(format!("the log {} cannot be written: {error}", path.display()))
            })?)),
            Some(_) | None => None,
        };
        let seen = &mut |event: &EventRecord| {
            if first && event.seq % 500 == 0 {
                let local = self.plan.rules.local(event.at, self.plan.working_days.zone);
                self.line.set_message(format!("{} there, {} events", local.strftime("%a %d %b %H:%M"), event.seq));
            }
            log.as_mut().map_or(Ok(()), |log| write_event(log, event))
        };
        let run = self.plan.run(&self.list, variant, seen).await?;
        if let Some(mut log) = log {
            log.flush()?;
        }
        Ok(run)
    }

    pub fn print_assumptions(&self, variant: Variant) -> Outcome {
        let mix = self.plan.mix;
        let shifts = self.plan.shifts(variant.days);
        let (Some(first), Some(last)) = (shifts.first(), shifts.last()) else {
            return Err(ForecastError::NoWorkingDay.into());
        };
        let WorkingDays { begins, ends, zone, .. } = self.plan.working_days;
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

    /// What happened in a run.
    pub fn print(&self, run: &Run) {
        let (summary, seed) = (&run.summary, run.variant.seed);
        let refused = self.list.refused.load(Ordering::Relaxed);
        if refused > 0 {
            let rows = if refused == 1 { "row of the list is" } else { "rows of the list are" };
            eprintln!("{refused} {rows} refused; `rappel load --dry-run` says why");
        }
        let hours = run.simulated.as_secs_f64() / 3_600.0;
        let speed = hours / run.took.as_secs_f64().max(0.001);
        eprintln!(
            "seed {seed}: {hours:.0} hours in {:.1?}, {speed:.0} simulated hours a second, {}",
            run.took,
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

    /// A day where agents work.
    pub fn date(&self, at: Timestamp) -> String {
        self.plan.rules.local(at, self.plan.working_days.zone).strftime("%a %d %b %Y").to_string()
    }

    /// A moment where agents work.
    pub fn moment(&self, at: Timestamp) -> String {
        self.plan.rules.local(at, self.plan.working_days.zone).strftime("%a %d %b %H:%M").to_string()
    }
}

fn write_event(log: &mut impl Write, event: &EventRecord) -> std::io::Result<()> {
    serde_json::to_writer(&mut *log, event)?;
    log.write_all(b"\n")
}

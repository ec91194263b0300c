//! `rappel simulate`: a campaign in virtual time. A manager asks it whether a list will be done by Friday with six agents;
//! a developer gives it a seed and gets the same day again, byte for byte.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
    sync::Arc,
};

use clap::Args;
use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp, ToSpan, civil};

use super::{CliError, Outcome, check, load, now, progress, report};
use crate::{
    domain::{campaign::CampaignRules, event::EventRecord, number_zones, zone::Zone, zone_rules::ZoneRules},
    intake::{ListReader, ReadOptions},
    loading::Loading,
    runtime::clock::Clock,
    sim::{
        Faults,
        scenario::{Scenario, WorkingDays},
        world::{Setup, Summary, World},
    },
    store::Database,
    switch::simulated::people::People,
    zoneinfo,
};

#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// The campaign file
    campaign: PathBuf,
    /// The contact list
    #[arg(long)]
    list: PathBuf,
    /// How many agents work
    #[arg(long, default_value_t = 6)]
    agents: usize,
    /// For how many working days
    #[arg(long, default_value_t = 5)]
    days: u32,
    /// The same seed gives the same event log, byte for byte
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds to run, for a range of when it is done
    #[arg(long, default_value_t = 1)]
    runs: u64,
    /// The first day; by default tomorrow
    #[arg(long)]
    from: Option<civil::Date>,
    /// When agents work
    #[arg(long, default_value = "09:00-17:00", value_parser = read_shift)]
    shift: Shift,
    /// Where agents work; by default the country's, in the United States New York
    #[arg(long)]
    zone: Option<Zone>,
    /// Agents work on Saturdays and Sundays too
    #[arg(long)]
    weekends: bool,
    /// Lose, delay and double what the switch tells, let agents vanish, stop the engine between commit and act
    #[arg(long)]
    faults: bool,
    /// Write every event of the first run here, one JSON a line
    #[arg(long)]
    log: Option<PathBuf>,
}

/// When a working day begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shift {
    begins: civil::Time,
    ends: civil::Time,
}

fn read_shift(text: &str) -> Result<Shift, String> {
    let read = |part: &str| part.trim().parse::<civil::Time>().ok();
    text.split_once('-')
        .and_then(|(begins, ends)| Some(Shift { begins: read(begins)?, ends: read(ends)? }))
        .filter(|shift| shift.begins < shift.ends)
        .ok_or_else(|| "write it like 09:00-17:00".to_owned())
}

/// What stays the same over all runs.
struct Plan {
    args: SimulateArgs,
    campaign: CampaignRules,
    rules: Arc<ZoneRules>,
    begins_at: Timestamp,
    shifts: Vec<(Timestamp, Timestamp)>,
    zone: Zone,
}

pub(super) async fn run(args: SimulateArgs) -> Outcome {
    let campaign = check::rules(&args.campaign)?;
    let rules = Arc::new(zoneinfo::newest());
    let zone = zone(&args, &campaign)?;
    let from = match args.from {
        Some(date) => date,
        None => rules.local(now(), zone).date().checked_add(1.day())?,
    };
    let Shift { begins, ends } = args.shift;
    let shifts = WorkingDays { from, days: args.days, begins, ends, zone, weekends: args.weekends }.shifts(&rules);
    let begins_at = shifts.first().ok_or_else(|| CliError::new("there is no working day"))?.0;
    let plan = Plan { begins_at: begins_at - SignedDuration::from_mins(1), args, campaign, rules, shifts, zone };
    plan.print_assumptions();
    let mut done = Vec::new();
    for run in 0..plan.args.runs.max(1) {
        let (summary, db) = plan.run(plan.args.seed + run, run == 0).await?;
        done.push(summary.done_at);
        if run == 0 {
            print_run(&summary);
            report::print_dispositions(&db, &plan.campaign.name, plan.zone, &plan.rules, summary.ended_at).await?;
        }
        db.close().await;
    }
    plan.print_forecast(done);
    Ok(())
}

fn zone(args: &SimulateArgs, campaign: &CampaignRules) -> Result<Zone, CliError> {
    if let Some(zone) = args.zone {
        return Ok(zone);
    }
    if campaign.country.as_str() == "US" {
        return Ok("America/New_York".parse()?);
    }
    number_zones::zones_of_country(campaign.country).single().ok_or_else(|| {
        CliError::new(format!("{} has several time zones: say where agents work with --zone", campaign.country))
    })
}

impl Plan {
    async fn run(&self, seed: u64, first: bool) -> Result<(Summary, Database), CliError> {
        let scenario = Scenario::new(&self.campaign, self.args.agents, self.begins_at).await?;
        let contacts = self.load(&scenario, first).await?;
        let ends_at = self.shifts.last().map_or(self.begins_at, |shift| shift.1) + SignedDuration::from_hours(1);
        let setup = Setup {
            team_id: scenario.campaign.team_id,
            agents: scenario.agents,
            shifts: self.shifts.clone(),
            ends_at,
            contacts,
            seed,
            people: People::seeded(seed),
            faults: if self.args.faults { Faults::many() } else { Faults::default() },
        };
        let mut log = match (&self.args.log, first) {
            (Some(path), true) => Some(BufWriter::new(File::create(path)?)),
            _ => None,
        };
        let world = World::new(scenario.db.clone(), self.rules.clone(), setup, scenario.checks, self.begins_at).await?;
        let bar = progress::line();
        let began = Clock::stopwatch();
        let mut written = Ok(());
        let summary = world
            .run(&mut |event: &EventRecord| {
                if let Some(log) = &mut log
                    && written.is_ok()
                {
                    written = write_event(log, event);
                }
                if event.seq % 500 == 0 {
                    let local = self.rules.local(event.at, self.zone);
                    bar.set_message(format!("{} there, {} events", local.strftime("%a %d %b %H:%M"), event.seq));
                }
            })
            .await?;
        written?;
        if let Some(mut log) = log {
            log.flush()?;
        }
        bar.finish_and_clear();
        if first {
            let hours = summary.ended_at.duration_since(self.begins_at).as_secs_f64() / 3_600.0;
            let speed = hours / began.elapsed().as_secs_f64().max(0.001);
            eprintln!(
                "seed {seed}: {hours:.0} hours in {:.1?}, {speed:.0} simulated hours a second, {} steps",
                began.elapsed(),
                summary.steps
            );
        }
        Ok((summary, scenario.db))
    }

    async fn load(&self, scenario: &Scenario, first: bool) -> Result<usize, CliError> {
        let path = &self.args.list;
        let mut list = ListReader::open(path, &ReadOptions::new(self.campaign.country))
            .map_err(|problem| CliError::new(format!("{}: {problem}", path.display())))?;
        let list_name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let contact_list = scenario.db.list_named(scenario.campaign.id, &list_name).await?;
        let mut loading = Loading::new(&scenario.db, &scenario.campaign, &contact_list, &self.rules, self.begins_at);
        let bar = if first { progress::bytes(list.bytes_total()) } else { ProgressBar::hidden() };
        let rejects = std::env::temp_dir().join(format!("rappel-simulate-{}.rejects.csv", std::process::id()));
        let refused = load::load(&mut loading, &mut list, &rejects, &bar).await?;
        bar.finish_and_clear();
        if refused > 0 {
            std::fs::remove_file(&rejects).ok();
            if first {
                eprintln!("{refused} rows of the list are refused; `rappel load --dry-run` says why");
            }
        }
        usize::try_from(loading.tally.loaded).map_err(CliError::from)
    }

    fn print_assumptions(&self) {
        let mix = *People::seeded(0).mix();
        println!(
            "{} agents, {} working days from {}, {} to {} in {}",
            self.args.agents,
            self.shifts.len(),
            self.rules.local(self.begins_at, self.zone).strftime("%a %d %b %Y"),
            self.args.shift.begins.strftime("%H:%M"),
            self.args.shift.ends.strftime("%H:%M"),
            self.zone
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
    }

    /// Will it be done, and when?
    fn print_forecast(&self, mut done: Vec<Option<Timestamp>>) {
        let shown = |at: Timestamp| self.rules.local(at, self.zone).strftime("%a %d %b %H:%M").to_string();
        // A run that is not done sorts last.
        done.sort_by_key(|at| (at.is_none(), *at));
        let at = |tenths: usize| done[(done.len() - 1) * tenths / 10];
        match (done.len(), at(5)) {
            (1, Some(at)) => println!("done {} with {} agents", shown(at), self.args.agents),
            (_, None) => println!(
                "not done in {} working days with {} agents: contacts still wait (retries and callbacks may lie beyond)",
                self.shifts.len(),
                self.args.agents
            ),
            (runs, Some(middle)) => {
                let edge = |at: Option<Timestamp>| at.map_or_else(|| "not done".to_owned(), shown);
                println!(
                    "done {} with {} agents (80 % of {runs} runs: {} to {})",
                    shown(middle),
                    self.args.agents,
                    edge(at(1)),
                    edge(at(9))
                );
            }
        }
    }
}

fn write_event(log: &mut impl Write, event: &EventRecord) -> std::io::Result<()> {
    serde_json::to_writer(&mut *log, event)?;
    log.write_all(b"\n")
}

fn print_run(summary: &Summary) {
    println!(
        "{} previews, {} attempts, {} contacts closed; {} facts checked against the invariants, {} stops survived",
        summary.previews, summary.attempts, summary.closed, summary.checked, summary.stops
    );
    let outcomes: BTreeMap<_, _> = summary.outcomes.iter().collect();
    let words: Vec<String> = outcomes.iter().map(|(name, count)| format!("{name} {count}")).collect();
    println!("outcomes: {}", words.join(", "));
}

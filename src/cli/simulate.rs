//! `rappel simulate`: a campaign in virtual time. A manager asks it whether a list will be done by Friday with six agents;
//! a developer gives it a seed and gets the same day again, byte for byte.

mod plan;
mod told;

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
};

use clap::Args;
use futures_util::StreamExt as _;
use jiff::{
    Timestamp, ToSpan,
    civil::{self, Weekday},
};

use self::plan::{Invocation, List};
use super::{CliError, Outcome, check, now, progress, report};
use crate::{
    domain::{campaign::CampaignRules, number_zones, zone::Zone},
    forecast::{Plan, Run, Variant},
    sim::{Faults, scenario::WorkingDays},
    switch::simulated::people::Mix,
    zoneinfo,
};

/// The most working days that can be asked for.
const DAYS_MAX: u32 = 366;

#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// The campaign file
    campaign: PathBuf,
    /// The contact list
    #[arg(long)]
    list: PathBuf,
    /// How many agents work
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    agents: u32,
    /// For how many working days [default: 5]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(DAYS_MAX)))]
    days: Option<u32>,
    /// Until which day, instead of --days: a date like 2026-12-04, or the next friday
    #[arg(long, value_parser = read_day, conflicts_with = "days")]
    by: Option<Day>,
    /// The same seed gives the same event log, byte for byte
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds to run, for a range of when it is done
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
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

/// A day, as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// This one.
    Date(civil::Date),
    /// The next of these.
    Next(Weekday),
}

fn read_day(text: &str) -> Result<Day, String> {
    if let Ok(date) = text.parse() {
        return Ok(Day::Date(date));
    }
    let word = text.to_lowercase();
    let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let is_meant = |name: &&str| word == **name || word == name[..3];
    (1..)
        .zip(names)
        .find(|(_, name)| is_meant(name))
        .and_then(|(number, _)| Weekday::from_monday_one_offset(number).ok())
        .map(Day::Next)
        .ok_or_else(|| "write a date like 2026-12-04, or a day of the week like friday".to_owned())
}

impl Day {
    /// The date that is meant by somebody who speaks of the days from `from` on.
    fn date(self, from: civil::Date) -> Option<civil::Date> {
        match self {
            Self::Date(date) => Some(date),
            Self::Next(weekday) => from.series(1.day()).find(|date| date.weekday() == weekday),
        }
    }
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
    let mut working_days = WorkingDays { from, days: 0, begins, ends, zone, weekends: args.weekends };
    working_days.days = days(&args, &working_days)?;
    let variant = Variant { seed: args.seed, agents: args.agents, days: working_days.days };
    let plan = Plan {
        campaign,
        working_days,
        not_before_at: Timestamp::MIN,
        mix: Mix::default(),
        faults: if args.faults { Faults::many() } else { Faults::default() },
        rules,
    };
    let list = List { path: args.list, refused: AtomicU64::default() };
    let invocation = Arc::new(Invocation { plan, list, log: args.log, line: progress::line() });
    invocation.print_assumptions(variant)?;
    let ran = run_seeds(&invocation, variant, args.runs).await?;
    told::print(&invocation, variant, &ran).await
}

/// How many working days are asked for.
fn days(args: &SimulateArgs, from: &WorkingDays) -> Result<u32, CliError> {
    let Some(by) = args.by else { return Ok(args.days.unwrap_or(5)) };
    let date = by.date(from.from).ok_or_else(|| CliError::new("there is no such day"))?;
    match from.until(date) {
        0 => Err(CliError::new(format!(
            "there is no working day from {} to {date}: see --from and --weekends",
            from.from
        ))),
        days if days > DAYS_MAX => Err(CliError::new(format!("{days} working days are too many: {DAYS_MAX} at most"))),
        days => Ok(days),
    }
}

/// Runs so many seeds, as many at once as the machine has processors. The first one says what happened in it.
async fn run_seeds(invocation: &Arc<Invocation>, first: Variant, runs: u64) -> Result<Vec<Run>, CliError> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let variants = (0..runs).map(|run| Variant { seed: first.seed.wrapping_add(run), ..first });
    let mut all = futures_util::stream::iter(variants)
        .map(|variant| plan::spawn(invocation, variant, variant.seed == first.seed))
        .buffered(processors);
    let mut ran = Vec::new();
    while let Some(next) = all.next().await {
        let next = next??;
        if ran.is_empty() {
            invocation.line.suspend(|| invocation.print(&next));
            let Plan { campaign, working_days, rules, .. } = &invocation.plan;
            let ended_at = next.summary.ended_at;
            report::print_dispositions(&next.db, &campaign.name, working_days.zone, rules, ended_at).await?;
        }
        next.db.close().await;
        ran.push(next);
        invocation.line.set_message(format!("{} of {runs} runs", ran.len()));
    }
    invocation.line.finish_and_clear();
    Ok(ran)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_date_or_the_next_of_its_name() {
        let wednesday = civil::date(2026, 12, 2);
        for (text, date) in [
            ("2026-12-04", civil::date(2026, 12, 4)),
            ("friday", civil::date(2026, 12, 4)),
            ("Wed", wednesday),
            ("tuesday", civil::date(2026, 12, 8)),
        ] {
            assert_eq!(read_day(text).unwrap().date(wednesday), Some(date), "{text}");
        }
        assert!(read_day("someday").is_err());
    }
}

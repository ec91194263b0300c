//! `rappel report`: what happened, as a table, CSV, JSON or Parquet.

use std::io::{IsTerminal as _, Write as _};

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::{CliError, DatabaseArg, Outcome, fail, now};
use crate::{
    domain::{instant_text::read_instant, zone::Zone, zone_rules::ZoneRules},
    report_format,
    store::{
        Database,
        reports::{GroupBy, Report, ReportKind, ReportQuery},
    },
    zoneinfo,
};

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Which: dispositions, attempts, callbacks, agents
    #[arg(value_parser = read_word::<ReportKind>)]
    kind: ReportKind,
    /// What a row is: campaign, list, agent, day, hour, outcome, disposition (several with commas). Agents' time is a
    /// campaign's from the preview to the end of the wrap-up; their other time has an empty campaign
    #[arg(long, value_delimiter = ',', value_parser = read_word::<GroupBy>)]
    by: Vec<GroupBy>,
    /// Only this campaign; of agents' time, only what was spent on its contacts
    #[arg(long)]
    campaign: Option<String>,
    /// Only this list
    #[arg(long)]
    list: Option<String>,
    /// Only this agent
    #[arg(long)]
    agent: Option<String>,
    /// From then on
    #[arg(long, value_parser = read_instant)]
    from: Option<Timestamp>,
    /// Until then
    #[arg(long, value_parser = read_instant)]
    until: Option<Timestamp>,
    /// The zone that days and hours are counted in
    #[arg(long, default_value = "UTC")]
    zone: Zone,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Table,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
    /// For those who reckon with it: a file, so say where it goes, e.g. > report.parquet
    Parquet,
}

/// Reads a word of an enum that knows its words through serde.
fn read_word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let word = serde_json::Value::String(text.replace('-', "_"));
    serde_json::from_value(word).map_err(|error| error.to_string())
}

pub(super) async fn run(args: ReportArgs) -> Outcome {
    let db = args.database.open().await?;
    let rules = zoneinfo::newest();
    let mut query = ReportQuery::new(args.kind, args.zone, now());
    if !args.by.is_empty() {
        query.group_by = args.by;
    }
    query.campaign = args.campaign;
    query.list = args.list;
    query.agent = args.agent;
    query.from = args.from;
    query.until = args.until;
    let report = db.report(&query, &rules).await?;
    print(&report, args.format)
}

fn print(report: &Report, format: Format) -> Outcome {
    match format {
        Format::Table => print!("{}", report_format::table(report)),
        Format::Csv => print!("{}", report_format::csv(report)),
        Format::Json => println!("{}", serde_json::to_string_pretty(&report_format::json(report))?),
        Format::Parquet if std::io::stdout().is_terminal() => {
            return fail("a Parquet file is not for the terminal; send it somewhere, e.g. > report.parquet");
        }
        Format::Parquet => std::io::stdout().write_all(&report_format::parquet(report))?,
    }
    Ok(())
}

/// The disposition report of one campaign, as demo and simulate print it at the end.
pub(super) async fn print_dispositions(
    db: &Database,
    campaign: &str,
    zone: Zone,
    rules: &ZoneRules,
    now: Timestamp,
) -> Result<(), CliError> {
    let mut query = ReportQuery::new(ReportKind::Dispositions, zone, now);
    query.campaign = Some(campaign.to_owned());
    let report = db.report(&query, rules).await?;
    print(&report, Format::Table)
}

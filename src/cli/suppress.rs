//! `rappel suppress`: numbers that must not be called. It holds at once, also for a preview that is open.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::{
    CliError, DatabaseArg, Outcome, campaign, counted, fail, now, progress,
    rejects::{self, RejectsFile},
};
use crate::{
    domain::{
        ids::CampaignId,
        phone::{Country, read_typed_number},
        suppression::Suppression,
    },
    loading::list_name,
    store::{Database, SuppressionFilter},
    suppressing::{self, BadLine, Beside, Defaults, SuppressionList, campaigns_by_name},
};

/// Problems shown in the terminal; all of them are in the rejects file.
const SHOWN: u64 = 5;

#[derive(Debug, Args)]
pub(super) struct SuppressArgs {
    #[command(subcommand)]
    command: SuppressCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Subcommand)]
enum SuppressCommand {
    /// Add every number of a file: one a line, or the first column of a CSV. Its columns "until" and "campaign", if it has
    /// them, count before --until and --campaign
    Load {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        until: Until,
        /// Where refused lines go; by default beside the file, as NAME.rejects.csv
        #[arg(long)]
        rejects: Option<PathBuf>,
        /// What the list is called; by default the file's name
        #[arg(long)]
        source: Option<String>,
    },
    /// Add one number
    Add {
        /// The number
        number: String,
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        until: Until,
        /// Where the wish comes from
        #[arg(long, default_value = "manager")]
        source: String,
    },
    /// Take a number off
    Remove {
        /// The number
        number: String,
        #[command(flatten)]
        scope: Scope,
    },
    /// Show the numbers that must not be called
    List {
        /// Only those that hold for this campaign alone
        #[arg(long)]
        campaign: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
}

#[derive(Debug, Args)]
struct Scope {
    /// Only for this campaign; by default for all
    #[arg(long)]
    campaign: Option<String>,
    /// Country of numbers without an international prefix
    #[arg(long, default_value = "US")]
    country: Country,
}

#[derive(Debug, Args)]
struct Until {
    /// When it ends, e.g. 2026-12-31 (UTC); by default never
    #[arg(long, value_parser = read_end)]
    until: Option<Timestamp>,
}

fn read_end(text: &str) -> Result<Timestamp, String> {
    suppressing::read_end(text, now())
}

impl Scope {
    async fn campaign_id(&self, db: &Database) -> Result<Option<CampaignId>, CliError> {
        match &self.campaign {
            Some(name) => Ok(Some(campaign(db, name).await?.id)),
            None => Ok(None),
        }
    }
}

pub(super) async fn run(args: SuppressArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        SuppressCommand::Load { file, scope, until, rejects, source } => {
            let defaults = Defaults {
                country: scope.country,
                campaign_id: scope.campaign_id(&db).await?,
                until_at: until.until,
                source: source.unwrap_or_else(|| source_name(&file)),
                now: now(),
            };
            let rejects = rejects.unwrap_or_else(|| rejects::next(&file));
            load(&db, &file, defaults, &rejects).await
        }
        SuppressCommand::Add { number, scope, until, source } => {
            let number = read_typed_number(&number, scope.country)?.number;
            let campaign_id = scope.campaign_id(&db).await?;
            add(&db, Suppression { number, campaign_id, until_at: until.until, source }).await
        }
        SuppressCommand::Remove { number, scope } => {
            let number = read_typed_number(&number, scope.country)?.number;
            let campaign_id = scope.campaign_id(&db).await?;
            let found = db.suppress_remove(&number, campaign_id, now()).await?;
            println!("{} {}", number.as_str(), if found { "may be called again" } else { "was not on the list" });
            Ok(())
        }
        SuppressCommand::List { campaign: name, limit } => list(&db, name.as_deref(), limit).await,
    }
}

/// A rejects file goes by the name of the list it came from.
fn source_name(file: &Path) -> String {
    let extension = file.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
    format!("{}{extension}", list_name(&file.file_name().unwrap_or_default().to_string_lossy()))
}

async fn add(db: &Database, entry: Suppression) -> Outcome {
    let mut known = suppressing::known(db, std::slice::from_ref(&entry), now()).await?;
    let before = known.get(&(entry.number.clone(), entry.campaign_id)).copied().flatten();
    let beside = suppressing::beside(&mut known, &entry);
    let number = entry.number.as_str().to_owned();
    let ends = shown_end(entry.until_at);
    db.suppress_add(&[entry], now()).await?;
    match beside {
        Beside::Added => println!("{number} must not be called from now on, {ends}"),
        Beside::Prolonged => println!("{number} must not be called, now {ends} (it was {})", shown_end(before)),
        Beside::There => println!("{number} is on the list already, {}: the longer one stands", shown_end(before)),
    }
    Ok(())
}

fn shown_end(until_at: Option<Timestamp>) -> String {
    until_at.map_or_else(|| "for good".to_owned(), |at| format!("until {at}"))
}

async fn load(db: &Database, file: &Path, defaults: Defaults, rejects: &Path) -> Outcome {
    let total = std::fs::metadata(file).map_or(0, |file| file.len());
    let mut list = SuppressionList::open(file, defaults, campaigns_by_name(db).await?)
        .map_err(|error| CliError::new(format!("{}: {error}", file.display())))?;
    if !list.ignored().is_empty() {
        eprintln!("not used: {}", list.ignored().join(", "));
    }
    let bar = progress::bytes(total);
    let mut writer: Option<csv::Writer<RejectsFile>> = None;
    let mut refused = 0;
    let seen = |list: &SuppressionList, bad: Option<&BadLine>| -> Result<(), CliError> {
        let Some(bad) = bad else {
            bar.set_position(list.bytes_read());
            return Ok(());
        };
        let to = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(rejects_writer(rejects, list)?),
        };
        to.write_record(list.rejects_row(bad))?;
        refused += 1;
        if refused <= SHOWN {
            bar.suspend(|| eprintln!("{}:{}: {}", file.display(), bad.line, bad.problem));
        }
        Ok(())
    };
    let met = suppressing::take_list(db, &mut list, now(), seen).await?;
    bar.finish_and_clear();
    println!(
        "{} added, {} prolonged, {} there already, {} refused",
        counted(met.added, "number"),
        met.prolonged,
        met.there,
        counted(refused, "line")
    );
    let Some(writer) = writer else { return Ok(()) };
    let rejects = writer.into_inner().map_err(csv::IntoInnerError::into_error)?.finish()?;
    rejects.print("lines");
    fail(format!("not every number of {} is on the list", file.display()))
}

fn rejects_writer(path: &Path, list: &SuppressionList) -> Result<csv::Writer<RejectsFile>, CliError> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(RejectsFile::create(path)?);
    writer.write_record(list.rejects_header())?;
    Ok(writer)
}

async fn list(db: &Database, name: Option<&str>, limit: usize) -> Outcome {
    let campaign_id = match name {
        Some(name) => Some(campaign(db, name).await?.id),
        None => None,
    };
    let entries = db.suppress_list(&SuppressionFilter { campaign_id, ..SuppressionFilter::default() }, limit).await?;
    let names: BTreeMap<CampaignId, String> =
        campaigns_by_name(db).await?.into_iter().map(|(name, id)| (id, name)).collect();
    for entry in &entries {
        let until = shown_end(entry.until_at);
        let scope = entry.campaign_id.map_or_else(
            || "all campaigns".to_owned(),
            |id| names.get(&id).map_or_else(|| format!("campaign {id}"), |name| format!("campaign {name}")),
        );
        println!("{:<18} {scope:<16} {until:<28} {}", entry.number.as_str(), entry.source);
    }
    if entries.is_empty() {
        println!("no number is suppressed");
    }
    Ok(())
}

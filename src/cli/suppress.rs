//! `rappel suppress`: numbers that must not be called. It holds at once, also for a preview that is open.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::{CliError, DatabaseArg, Outcome, campaign, now, progress, read_instant};
use crate::{
    domain::{
        ids::CampaignId,
        phone::{Country, read_number, read_typed_number},
        suppression::Suppression,
    },
    store::{Database, SuppressionFilter},
};

/// Entries in one transaction.
const BATCH: usize = 5_000;

#[derive(Debug, Args)]
pub(super) struct SuppressArgs {
    #[command(subcommand)]
    command: SuppressCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Subcommand)]
enum SuppressCommand {
    /// Add every number of a file: one a line, or the first column of a CSV
    Load {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        scope: Scope,
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
    /// When it ends; by default never
    #[arg(long, value_parser = read_instant)]
    until: Option<Timestamp>,
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
        SuppressCommand::Load { file, scope, source } => {
            let name = source.unwrap_or_else(|| file.file_name().unwrap_or_default().to_string_lossy().into_owned());
            load(&db, &file, &scope, &name).await
        }
        SuppressCommand::Add { number, scope, source } => {
            let number = read_typed_number(&number, scope.country)?.number;
            let campaign_id = scope.campaign_id(&db).await?;
            let entry = Suppression { number, campaign_id, until_at: scope.until, source };
            println!("{} must not be called from now on", entry.number.redacted());
            db.suppress_add(&[entry], now()).await?;
            Ok(())
        }
        SuppressCommand::Remove { number, scope } => {
            let number = read_typed_number(&number, scope.country)?.number;
            let campaign_id = scope.campaign_id(&db).await?;
            let found = db.suppress_remove(&number, campaign_id, now()).await?;
            println!("{} {}", number.redacted(), if found { "may be called again" } else { "was not on the list" });
            Ok(())
        }
        SuppressCommand::List { campaign: name, limit } => list(&db, name.as_deref(), limit).await,
    }
}

async fn load(db: &Database, file: &std::path::Path, scope: &Scope, source: &str) -> Outcome {
    let campaign_id = scope.campaign_id(db).await?;
    let cannot = |error: &dyn std::fmt::Display| CliError::new(format!("{}: {error}", file.display()));
    let total = std::fs::metadata(file).map_err(|e| cannot(&e))?.len();
    let mut rows =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(file).map_err(|e| cannot(&e))?;
    let bar = progress::bytes(total);
    let (mut batch, mut added, mut refused) = (Vec::new(), 0, 0);
    let mut row = csv::StringRecord::new();
    while rows.read_record(&mut row).map_err(|e| cannot(&e))? {
        let line = row.position().map_or(0, csv::Position::line);
        let cell = row.get(0).unwrap_or_default();
        match read_number(cell, scope.country) {
            Ok(read) => batch.push(Suppression {
                number: read.number,
                campaign_id,
                until_at: scope.until,
                source: source.to_owned(),
            }),
            // A header, and nothing else, may stand in the first line.
            Err(_) if line == 1 && !cell.bytes().any(|byte| byte.is_ascii_digit()) => {}
            Err(problem) => {
                refused += 1;
                bar.suspend(|| eprintln!("{}:{line}: {problem}", file.display()));
            }
        }
        if batch.len() >= BATCH {
            added += batch.len();
            db.suppress_add(&std::mem::take(&mut batch), now()).await?;
            bar.set_position(rows.position().byte());
        }
    }
    added += batch.len();
    if !batch.is_empty() {
        db.suppress_add(&batch, now()).await?;
    }
    bar.finish_and_clear();
    println!("{added} numbers must not be called from now on, {refused} lines refused");
    if refused > 0 {
        return super::fail("mend the lines above and load the file again; what is there already stays");
    }
    Ok(())
}

async fn list(db: &Database, name: Option<&str>, limit: usize) -> Outcome {
    let campaign_id = match name {
        Some(name) => Some(campaign(db, name).await?.id),
        None => None,
    };
    let entries = db.suppress_list(&SuppressionFilter { campaign_id, ..SuppressionFilter::default() }, limit).await?;
    for entry in &entries {
        let until = entry.until_at.map_or_else(|| "for good".to_owned(), |at| format!("until {at}"));
        let scope = entry.campaign_id.map_or_else(|| "all campaigns".to_owned(), |id| format!("campaign {id}"));
        println!("{:<18} {scope:<16} {until:<28} {}", entry.number.as_str(), entry.source);
    }
    if entries.is_empty() {
        println!("no number is suppressed");
    }
    Ok(())
}

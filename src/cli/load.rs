//! `rappel load`: a contact list into a campaign.
//!
//! Rows go in batches; each batch is one transaction. Killed halfway, the same command again finds what is there already and
//! loads the rest. What was refused is written to a rejects file that can be mended and loaded like any list.

use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;

use super::{
    CliError, DatabaseArg, Outcome, campaign, counted, fail, now, progress,
    rejects::{self, Rejects, RejectsFile},
};
use crate::{
    domain::{
        campaign::{Campaign, CampaignState},
        phone::Country,
    },
    intake::{
        BadNumber, ColumnChoice, Delimiter, ListReader, ListRow, ReadOptions, RejectsWriter, RowProblem, TextEncoding,
    },
    loading::{Loading, Tally, list_name},
    store::OnDuplicate,
    zoneinfo,
};

/// Problems shown in the terminal; all of them are in the rejects file.
const SHOWN: u64 = 5;

#[derive(Debug, Args)]
pub(super) struct LoadArgs {
    /// The list: CSV (any delimiter, UTF-8 or Latin-1) or XLSX
    file: PathBuf,
    /// The campaign
    #[arg(long)]
    campaign: String,
    /// The name of the list; by default the file's name without its ending
    #[arg(long)]
    list: Option<String>,
    /// What to do with a contact that is there already: same account number, or same numbers and name
    #[arg(long, value_enum, default_value_t)]
    duplicates: Duplicates,
    /// Country of numbers without an international prefix; by default the campaign's
    #[arg(long)]
    country: Option<Country>,
    /// How columns are separated; by default found out: "," ";" "|" or tab
    #[arg(long)]
    delimiter: Option<Delimiter>,
    /// How text is written; by default found out: utf-8 or latin-1
    #[arg(long)]
    encoding: Option<TextEncoding>,
    /// The sheet of an XLSX file; by default the first
    #[arg(long)]
    sheet: Option<String>,
    /// Say what a column is, e.g. --column phone=Tel --column ignore=Notes
    #[arg(long = "column", value_name = "ROLE=HEADER")]
    columns: Vec<ColumnChoice>,
    /// A row with one bad number beside a good one: refuse the row, or drop the number
    #[arg(long, default_value = "refuse")]
    bad_number: BadNumber,
    /// Where refused rows go; by default beside the list, as NAME.rejects.csv. A file that somebody changed is kept, and the
    /// new one gets a number
    #[arg(long)]
    rejects: Option<PathBuf>,
    /// Only read and check: nothing is loaded
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    database: DatabaseArg,
}

/// What to do with a contact that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Duplicates {
    /// Leave it as it is.
    #[default]
    Skip,
    /// Take the new names, numbers and columns, while it waits.
    Update,
    /// Load it once more.
    Allow,
}

impl From<Duplicates> for OnDuplicate {
    fn from(policy: Duplicates) -> Self {
        match policy {
            Duplicates::Skip => Self::Skip,
            Duplicates::Update => Self::Update,
            Duplicates::Allow => Self::Allow,
        }
    }
}

pub(super) async fn run(args: LoadArgs) -> Outcome {
    let db = args.database.open().await?;
    let campaign = campaign(&db, &args.campaign).await?;
    if campaign.state == CampaignState::Ended {
        return fail(format!("campaign {} has ended; nothing can be loaded into it", args.campaign));
    }
    let mut list = ListReader::open(&args.file, &options(&args, &campaign))
        .map_err(|problem| CliError::new(format!("{}: {problem}", args.file.display())))?;
    eprintln!("{}", list.columns());
    let list_name =
        args.list.clone().unwrap_or_else(|| list_name(&args.file.file_name().unwrap_or_default().to_string_lossy()));
    let bar = progress::bytes(list.bytes_total());
    let rules = zoneinfo::newest();
    let contact_list = db.list_named(campaign.id, &list_name).await?;
    let mut loading = Loading::new(&db, &campaign, &contact_list, &rules, now());
    loading.policy = args.duplicates.into();
    list.digest().clone_into(&mut loading.digest);
    if args.dry_run {
        loading.db = None;
    }
    let rejects = args.rejects.clone().unwrap_or_else(|| rejects::next(&args.file));
    let refused = load(&mut loading, &mut list, Some(&rejects), &bar).await?;
    bar.finish_and_clear();
    print_tally(&loading.tally, &refused, list.blank_rows(), args.dry_run);
    Ok(())
}

fn options(args: &LoadArgs, campaign: &Campaign) -> ReadOptions {
    let mut options = ReadOptions::new(args.country.unwrap_or(campaign.rules.country));
    options.delimiter = args.delimiter;
    options.encoding = args.encoding;
    options.sheet.clone_from(&args.sheet);
    options.columns.clone_from(&args.columns);
    options.bad_number = args.bad_number;
    options
}

fn print_tally(tally: &Tally, refused: &Refused, blank: u64, dry_run: bool) {
    let Tally { loaded, updated, duplicates, zone_unknown } = tally;
    let rows_refused = refused.rows;
    if dry_run {
        println!(
            "nothing was loaded (--dry-run); {}, {rows_refused} would be refused",
            if *loaded == 1 { "1 row is good".to_owned() } else { format!("{loaded} rows are good") }
        );
    } else {
        println!("{loaded} loaded, {updated} updated, {duplicates} there already, {rows_refused} refused");
    }
    if blank > 0 {
        println!("{} skipped", counted(blank, "blank row"));
    }
    if *zone_unknown > 0 {
        println!("{zone_unknown} without a known time zone: not called until someone sets one (`rappel contact zone`)");
    }
    if let Some(rejects) = &refused.rejects {
        rejects.print("rows");
    }
}

/// What was refused, and where it is.
#[derive(Default)]
pub(super) struct Refused {
    /// How many rows.
    pub rows: u64,
    /// Their file, if they were to be kept and there are any.
    pub rejects: Option<Rejects>,
}

/// Loads a file. Refused rows go to `rejects` (none: they are only counted), which is only made when there are any.
pub(super) async fn load(
    loading: &mut Loading<'_>,
    list: &mut ListReader,
    rejects: Option<&Path>,
    bar: &ProgressBar,
) -> Result<Refused, CliError> {
    let mut writer: Option<RejectsWriter<RejectsFile>> = None;
    let (mut refused, mut rows) = (0, 0_u64);
    let seen = |row: &ListRow, list: &ListReader, tally: &Tally| -> Result<(), CliError> {
        if let Err(problems) = &row.contact {
            refused += 1;
            if let Some(rejects) = rejects {
                let to = match &mut writer {
                    Some(writer) => writer,
                    None => writer.insert(RejectsWriter::new(RejectsFile::create(rejects)?, list)?),
                };
                to.write(row)?;
                if refused <= SHOWN {
                    show(problems, bar);
                }
            }
        }
        rows += 1;
        if rows.is_multiple_of(1_000) {
            bar.set_position(list.bytes_read());
            bar.set_message(format!("{} loaded, {refused} refused", tally.loaded));
        }
        Ok(())
    };
    loading.take_list(list, seen).await?;
    let rejects = match writer {
        Some(writer) => Some(writer.finish()?.finish()?),
        None => None,
    };
    Ok(Refused { rows: refused, rejects })
}

fn show(problems: &[RowProblem], bar: &ProgressBar) {
    for problem in problems {
        bar.suspend(|| {
            eprintln!("line {}, {}: {} ({})", problem.line, problem.field, problem.reason, problem.value_shown);
        });
    }
}

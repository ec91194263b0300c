//! `rappel load`: a contact list into a campaign.
//!
//! Rows go in batches; each batch is one transaction. Killed halfway, the same command again finds what is there already and
//! loads the rest. What was refused is written to a rejects file that can be mended and loaded like any list.

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use clap::Args;
use indicatif::ProgressBar;

use super::{CliError, DatabaseArg, Outcome, campaign, fail, now, progress};
use crate::{
    domain::{
        campaign::{Campaign, CampaignState},
        phone::Country,
    },
    intake::{BadNumber, ColumnChoice, Delimiter, ListReader, ReadOptions, RejectsWriter, RowProblem, TextEncoding},
    loading::{Loading, Tally},
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
    /// Where refused rows go; by default beside the list, as NAME.rejects.csv
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
    let list_name = args.list.clone().unwrap_or_else(|| list_name(&args.file));
    let bar = progress::bytes(list.bytes_total());
    let rules = zoneinfo::newest();
    let contact_list = db.list_named(campaign.id, &list_name).await?;
    let mut loading = Loading::new(&db, &campaign, &contact_list, &rules, now());
    loading.policy = args.duplicates.into();
    list.digest().clone_into(&mut loading.digest);
    if args.dry_run {
        loading.db = None;
    }
    let rejects = args.rejects.clone().unwrap_or_else(|| rejects_path(&args.file));
    let refused = load(&mut loading, &mut list, &rejects, &bar).await?;
    bar.finish_and_clear();
    print_tally(&loading.tally, refused, &rejects, list.blank_rows(), args.dry_run);
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

/// A rejects file belongs to the list it came from.
fn list_name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    stem.strip_suffix(".rejects").unwrap_or(&stem).to_owned()
}

/// Beside the file.
pub(super) fn rejects_path(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}.rejects.csv"))
}

fn print_tally(tally: &Tally, refused: u64, rejects: &Path, blank: u64, dry_run: bool) {
    let Tally { loaded, updated, duplicates, zone_unknown } = tally;
    if dry_run {
        println!("nothing was loaded (--dry-run); {loaded} rows are good, {refused} would be refused");
    } else {
        println!("{loaded} loaded, {updated} updated, {duplicates} there already, {refused} refused");
    }
    if blank > 0 {
        println!("{blank} blank rows skipped");
    }
    if *zone_unknown > 0 {
        println!(
            "{zone_unknown} have no known time zone: they are not called until someone sets one (`rappel contact zone`)"
        );
    }
    if refused > 0 {
        println!("refused rows are in {}: mend them there and load that file", rejects.display());
    }
}

/// Loads a file; refused rows go to `rejects`, which is only made when there are any. Says how many were refused.
pub(super) async fn load(
    loading: &mut Loading<'_>,
    list: &mut ListReader,
    rejects: &Path,
    bar: &ProgressBar,
) -> Result<u64, CliError> {
    let mut writer: Option<RejectsWriter<BufWriter<File>>> = None;
    let mut refused = 0;
    let mut rows = 0_u64;
    while let Some(row) = list.next() {
        let row = row?;
        match &row.contact {
            Ok(contact) => drop(loading.take(contact).await?),
            Err(problems) => {
                let to = match &mut writer {
                    Some(writer) => writer,
                    None => writer.insert(RejectsWriter::new(BufWriter::new(create(rejects)?), list)?),
                };
                to.write(&row)?;
                refused += 1;
                if refused <= SHOWN {
                    show(problems, bar);
                }
            }
        }
        rows += 1;
        if rows.is_multiple_of(1_000) {
            bar.set_position(list.bytes_read());
            bar.set_message(format!("{} loaded, {refused} refused", loading.tally.loaded));
        }
    }
    loading.store().await?;
    if let Some(writer) = writer {
        writer.finish()?;
    }
    Ok(refused)
}

fn show(problems: &[RowProblem], bar: &ProgressBar) {
    for problem in problems {
        bar.suspend(|| {
            eprintln!("line {}, {}: {} ({})", problem.line, problem.field, problem.reason, problem.value_shown);
        });
    }
}

/// Makes a rejects file.
pub(super) fn create(path: &Path) -> Result<File, CliError> {
    File::create(path)
        .map_err(|error| CliError::new(format!("the rejects file {} cannot be written: {error}", path.display())))
}

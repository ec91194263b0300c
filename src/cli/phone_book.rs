//! `rappel phone-book`: the names and numbers that agents pick from at their dial pads.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{
    CliError, DatabaseArg, Outcome,
    agents::find_team,
    fail,
    rejects::{self, Rejects, RejectsFile},
};
use crate::{
    domain::{
        ids::{PhoneBookEntryId, TeamId},
        phone_book::{BookEntry, PhoneBook, PhoneBookEntry, SearchWords},
    },
    intake::{BookColumnChoice, BookOptions, BookReader, BookRow, Delimiter, RejectsWriter, TextEncoding},
    store::{BookFill, BookTeam, Database, PAGE_ROWS_MAX},
};

/// Refused rows shown in the terminal; all of them are in the rejects file.
const SHOWN: usize = 5;

pub(super) const LONG: &str = "\
Phone books for the agents' dial pads. A book is for all teams, or for one. An agent searches the books of their team by any
part of a name, a number or a note; the entry they pick fills the pad, and they may change the number before they call.

Numbers stay as you write them: 1234, (312) 555-0142, 1-800-FLOWERS. Which of them may be dialled is said by the section
[dial_plan] of the settings (`rappel serve --print-config`).

A book in CSV or XLSX has a header and columns for the name, the number and perhaps a note:
  Name,Number,Note
  Front desk,1234,
  Hospital,+1 312 555 0142,ask for the ward

  rappel phone-book load house.csv --name house                  for all teams
  rappel phone-book load sales.csv --name sales --team sales     for one team
  rappel phone-book load house.csv --name house --replace        the book becomes exactly the file
  rappel phone-book search \"hospital 312\" --team sales           what an agent of the team finds";

#[derive(Debug, Args)]
pub(super) struct PhoneBookArgs {
    #[command(subcommand)]
    command: PhoneBookCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Subcommand)]
enum PhoneBookCommand {
    /// Load a file (CSV or XLSX) into a book, which is made if it is not there
    ///
    /// The same file loaded twice changes nothing: an entry is the same when its name and number are, and takes the new
    /// note. Rows that are refused are written to a file of their own, with the reasons, to be mended and loaded.
    Load(LoadArgs),
    /// List the books
    List,
    /// Show a book and all its entries
    Show {
        /// The name of the book
        name: String,
    },
    /// Find entries: each word must be a part of the name, the number or the note
    Search {
        /// The words, e.g. "hospital 312"
        text: String,
        /// Only what the agents of this team find
        #[arg(long)]
        team: Option<String>,
        /// How many at most (1 to 1000)
        #[arg(long, default_value_t = 100, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1000))]
        limit: usize,
    },
    /// Remove a book and its entries
    Remove {
        /// The name of the book
        name: String,
    },
}

#[derive(Debug, Args)]
struct LoadArgs {
    /// The file: CSV (any delimiter, UTF-8 or Latin-1) or XLSX
    file: PathBuf,
    /// The name of the book
    #[arg(long)]
    name: String,
    /// The only team it is for; by default a book stays with its team, and a new one is for all
    #[arg(long, conflicts_with = "all_teams")]
    team: Option<String>,
    /// It is for all teams, also if it was for one
    #[arg(long)]
    all_teams: bool,
    /// Entries that are not in the file go; by default they stay
    #[arg(long)]
    replace: bool,
    /// How columns are separated; by default found out: "," ";" "|" or tab
    #[arg(long)]
    delimiter: Option<Delimiter>,
    /// How text is written; by default found out: utf-8 or latin-1
    #[arg(long)]
    encoding: Option<TextEncoding>,
    /// The sheet of an XLSX file; by default the first
    #[arg(long)]
    sheet: Option<String>,
    /// Say what a column is, e.g. --column number=Mobile --column ignore=Notes
    #[arg(long = "column", value_name = "ROLE=HEADER")]
    columns: Vec<BookColumnChoice>,
    /// Where refused rows go; by default beside the file, as NAME.rejects.csv
    #[arg(long)]
    rejects: Option<PathBuf>,
    /// Only read and check: nothing is loaded
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: PhoneBookArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        PhoneBookCommand::Load(args) => load(&db, args).await,
        PhoneBookCommand::List => list(&db).await,
        PhoneBookCommand::Show { name } => show(&db, &name).await,
        PhoneBookCommand::Search { text, team, limit } => search(&db, &text, team.as_deref(), limit).await,
        PhoneBookCommand::Remove { name } => {
            db.phone_book_remove(&name, None).await?;
            println!("phone book \"{name}\" is gone");
            Ok(())
        }
    }
}

async fn load(db: &Database, args: LoadArgs) -> Outcome {
    let team = match &args.team {
        Some(name) => BookTeam::Assign(Some(find_team(db, name).await?)),
        None if args.all_teams => BookTeam::Assign(None),
        None => BookTeam::Keep,
    };
    let cannot = |problem: &dyn std::fmt::Display| CliError::new(format!("{}: {problem}", args.file.display()));
    let mut reader = BookReader::open(&args.file, &options(&args)).map_err(|problem| cannot(&problem))?;
    if args.replace && reader.is_rejects_file() {
        return fail("this is a rejects file, and only a part of the book: load it without --replace");
    }
    for column in reader.columns() {
        eprintln!("{column}");
    }
    let rejects = args.rejects.clone().unwrap_or_else(|| rejects::next(&args.file));
    let (entries, refused, rejects) = read(&mut reader, &rejects)?;
    if reader.blank_rows() > 0 {
        println!("{} blank rows skipped", reader.blank_rows());
    }
    if args.dry_run {
        println!("nothing was loaded (--dry-run); {} rows are good, {refused} would be refused", entries.len());
    } else {
        fill(db, &args, team, &entries, refused).await?;
    }
    if let Some(rejects) = rejects {
        rejects.print("rows");
        if args.replace {
            println!("load it without --replace");
        }
    }
    Ok(())
}

fn options(args: &LoadArgs) -> BookOptions {
    BookOptions {
        delimiter: args.delimiter,
        encoding: args.encoding,
        sheet: args.sheet.clone(),
        columns: args.columns.clone(),
    }
}

async fn fill(db: &Database, args: &LoadArgs, team: BookTeam, entries: &[BookEntry], refused: u64) -> Outcome {
    // A file of which nothing was understood would leave an empty book.
    if args.replace && entries.is_empty() {
        return fail("no row of the file is good: the book stays as it is");
    }
    let how = if args.replace { BookFill::Replace } else { BookFill::Add };
    let filled = db.phone_book_fill(&args.name, team, how, entries, None).await?;
    let there = entries.len() as u64 - filled.added - filled.changed;
    println!(
        "{} added, {} changed, {} removed, {there} there already, {refused} refused",
        filled.added, filled.changed, filled.removed
    );
    println!("{}", shown(&filled.book));
    Ok(())
}

/// The good entries, and how many rows were refused; those go to `rejects`, which is only made when there are any.
fn read(reader: &mut BookReader, rejects: &Path) -> Result<(Vec<BookEntry>, u64, Option<Rejects>), CliError> {
    let mut writer: Option<RejectsWriter<RejectsFile>> = None;
    let mut entries = Vec::new();
    let mut refused = 0_usize;
    while let Some(row) = reader.next() {
        let BookRow { line, cells, entry } = row?;
        let problems = match entry {
            Ok(entry) => {
                entries.push(entry);
                continue;
            }
            Err(problems) => problems,
        };
        let to = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(reader.rejects(RejectsFile::create(rejects)?)?),
        };
        to.write_refused(line, &cells, &problems)?;
        refused += 1;
        for problem in problems.iter().filter(|_| refused <= SHOWN) {
            eprintln!("line {}, {}: {} ({})", problem.line, problem.field, problem.reason, problem.value_shown);
        }
    }
    let rejects = match writer {
        Some(writer) => Some(writer.finish()?.finish()?),
        None => None,
    };
    Ok((entries, refused as u64, rejects))
}

fn shown(book: &PhoneBook) -> String {
    let team = book.team.as_ref().map_or_else(|| "all teams".to_owned(), |team| format!("team {team}"));
    format!("{:<24} {:>6} entries  {team}", book.name, book.entries)
}

async fn list(db: &Database) -> Outcome {
    let books = db.phone_books(None).await?;
    for book in &books {
        println!("{}", shown(book));
    }
    if books.is_empty() {
        println!("there is no phone book yet; `rappel phone-book load FILE --name NAME` makes one");
    }
    Ok(())
}

async fn show(db: &Database, name: &str) -> Outcome {
    let Some(book) = db.phone_book_named(name).await? else {
        return fail(format!("there is no phone book \"{name}\"; `rappel phone-book list` shows them"));
    };
    println!("{}", shown(&book));
    let mut after = PhoneBookEntryId(0);
    loop {
        let page = db.phone_book_entries(book.id, after, PAGE_ROWS_MAX).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for entry in &page {
            println!("{}", line(entry));
        }
    }
}

async fn search(db: &Database, text: &str, team: Option<&str>, limit: usize) -> Outcome {
    let words = SearchWords::of(text)?;
    let seen_by: Option<TeamId> = match team {
        Some(name) => Some(find_team(db, name).await?),
        None => None,
    };
    let found = db.phone_book_search(&words, seen_by, limit).await?;
    for entry in &found {
        println!("{}  [{}]", line(entry), entry.book);
    }
    if found.is_empty() {
        println!("nothing has all these words");
    }
    Ok(())
}

fn line(entry: &PhoneBookEntry) -> String {
    let entry = &entry.entry;
    let line = format!("{:<28} {:<20} {}", entry.name(), entry.number(), entry.note().replace('\n', " "));
    line.trim_end().to_owned()
}

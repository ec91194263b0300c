//! The command line: the only place that knows every concrete type, and that holds no rule.

#[macro_use]
mod say;

mod agents;
mod campaigns;
mod check;
mod contacts;
mod demo;
mod doctor;
mod live;
mod load;
mod phone_book;
mod progress;
mod queues;
mod reasons;
mod rejects;
mod report;
pub mod sample_list;
mod serve;
mod simulate;
mod suppress;
mod users;
mod which;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    config::{self, DATABASE_DEFAULT},
    runtime::clock::Clock,
    store::Database,
    zoneinfo,
};

/// An outbound campaign dialer: pushes direct previews to Ready agents.
#[derive(Debug, Parser)]
#[command(name = "rappel", version, long_version = long_version(), about, long_about = LONG, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const LONG: &str = "\
An outbound campaign dialer: a campaign pushes direct previews to Ready agents. An agent reads the preview, then accepts
(the customer is dialled from the agent's own phone), rejects (the contact stays for later) or closes it (out of this
campaign). Callbacks are kept at the customer's local time.

Start here:
  rappel demo                                    a whole shift, with simulated people
  rappel check campaigns/renewals-us.toml        is a campaign file right?
  rappel campaign apply campaigns/renewals-us.toml
  rappel load contacts.csv --campaign renewals-us
  rappel agent add alice --team renewals         prints the link by which alice chooses her password
  rappel user add boss --role admin              the same, for the first of those who manage
  rappel campaign start renewals-us
  rappel serve                                   the API, on http://127.0.0.1:8090
  rappel simulate campaigns/renewals-us.toml --list contacts.csv --agents 6 --days 5";

fn long_version() -> &'static str {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| {
        let rules = zoneinfo::newest();
        format!("{}\ntime zone rules {} ({})", env!("CARGO_PKG_VERSION"), rules.version(), rules.source())
    })
}

/// Which database, for every command that needs one.
#[derive(Debug, Args)]
struct DatabaseArg {
    /// Where the data is kept: sqlite:PATH or <postgres://USER@HOST/NAME>
    #[arg(long, global = true, env = "RAPPEL_DATABASE", hide_env_values = true, default_value = DATABASE_DEFAULT)]
    database: String,
}

impl DatabaseArg {
    async fn open(&self) -> Result<Database, CliError> {
        Ok(Database::open(&self.database).await?)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a whole shift with simulated people, nothing else needed
    Demo(demo::DemoArgs),
    /// Serve the API and push previews
    Serve(serve::ServeArgs),
    /// Is everything there that the working day needs? Database, zone rules, telephone switch; and what to change
    Doctor(doctor::DoctorArgs),
    /// Check campaign files: everything wrong at once, with line, column and a hint
    Check {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print the JSON schema of campaign files, for editors
    Schema,
    /// Load a contact list (CSV or XLSX) into a campaign
    Load(load::LoadArgs),
    /// Numbers that must not be called
    Suppress(suppress::SuppressArgs),
    /// Phone books for the agents' dial pads: load, list, show, search, remove
    #[command(long_about = phone_book::LONG)]
    PhoneBook(phone_book::PhoneBookArgs),
    /// Campaigns: apply a file, list, show, print the file, start, pause, end
    Campaign(campaigns::CampaignArgs),
    /// Service queues: apply a file, list, show, open, close
    Queue(queues::QueueArgs),
    /// What agents choose from in wrap-up, and when they become Not ready
    Reason(reasons::ReasonArgs),
    /// Agents and their teams
    Agent(agents::AgentArgs),
    /// People who sign in with a browser, by name and password: add, list, invite anew, disable
    User(users::UserArgs),
    /// Access tokens, for programs
    Token(agents::TokenArgs),
    /// Contacts: show one, set its time zone
    Contact(contacts::ContactArgs),
    /// Dispositions, attempts, callbacks, agents
    Report(report::ReportArgs),
    /// Why a contact is or is not called now, rule by rule, and when that changes
    Explain(contacts::ExplainArgs),
    /// Run a campaign in virtual time: will this list be done by Friday with six agents?
    Simulate(simulate::SimulateArgs),
    /// Write a made-up contact list, at numbers reserved for fiction
    SampleList {
        /// How many contacts
        #[arg(long, default_value_t = 1000)]
        contacts: usize,
        /// Whose fictional numbers
        #[arg(long, value_enum, default_value_t)]
        numbers: sample_list::Numbers,
        /// The same seed writes the same list
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

/// What a command says when it could not do what was asked: a sentence for people.
#[derive(Debug)]
pub struct CliError(String);

impl CliError {
    fn new(says: impl Into<String>) -> Self {
        Self(says.into())
    }
}

impl<E: std::error::Error> From<E> for CliError {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

type Outcome = Result<(), CliError>;

fn fail(says: impl Into<String>) -> Outcome {
    Err(CliError::new(says))
}

/// Runs what the arguments say.
pub fn run() -> ExitCode {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let cli = Cli::parse();
    if let Err(error) = config::check_environment(names) {
        eprintln!("error: {error}");
        return ExitCode::from(2);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the program cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(obey(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CliError(says)) => {
            eprintln!("error: {says}");
            ExitCode::FAILURE
        }
    }
}

async fn obey(command: Command) -> Outcome {
    match command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Check { files } => check::check(&files),
        Command::Schema => {
            print!("{}", crate::campaign_file::json_schema());
            Ok(())
        }
        Command::Load(args) => load::run(args).await,
        Command::Suppress(args) => suppress::run(args).await,
        Command::PhoneBook(args) => phone_book::run(args).await,
        Command::Campaign(args) => campaigns::run(args).await,
        Command::Queue(args) => queues::run(args).await,
        Command::Reason(args) => reasons::run(args).await,
        Command::Agent(args) => agents::run(args).await,
        Command::User(args) => users::run(args).await,
        Command::Token(args) => agents::run_token(args).await,
        Command::Contact(args) => contacts::run(args).await,
        Command::Report(args) => report::run(args).await,
        Command::Explain(args) => contacts::explain(args).await,
        Command::Simulate(args) => simulate::run(args).await,
        Command::SampleList { contacts, numbers, seed } => {
            match sample_list::write(std::io::stdout().lock(), contacts, numbers, seed) {
                Err(error) if say::is_unread(&error) => Ok(()),
                written => Ok(written?),
            }
        }
    }
}

/// A campaign that must be there.
async fn campaign(db: &Database, name: &str) -> Result<crate::domain::campaign::Campaign, CliError> {
    db.campaign_named(name).await?.ok_or_else(|| {
        CliError::new(format!(
            "there is no campaign \"{name}\"; `rappel campaign list` shows them, `rappel campaign apply FILE` makes one"
        ))
    })
}

/// A count with its noun: 1 line, 2 lines.
fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Now, as the world counts.
fn now() -> jiff::Timestamp {
    Clock::real().now()
}

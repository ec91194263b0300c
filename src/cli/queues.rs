//! `rappel queue`: customers who call us and wait for an agent.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{CliError, DatabaseArg, Outcome, now};
use crate::{
    campaign_file::{self, QUEUE_EXAMPLE},
    domain::{
        ids::QueueId,
        queue::{Queue, QueueRules, QueueState},
    },
    store::{Database, ManageError},
};

#[derive(Debug, Args)]
#[command(after_long_help = example())]
pub(super) struct QueueArgs {
    #[command(subcommand)]
    command: QueueCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

fn example() -> String {
    format!(
        "A customer who calls waits in a queue until an agent of its team is Ready. A queue is made from a file and is closed\n\
         at first:\n  \
         rappel queue apply support.toml\n  \
         rappel queue open support\n\n\
         support.toml, with everything that such a file may hold:\n\n{}",
        QUEUE_EXAMPLE.trim_end()
    )
}

#[derive(Debug, Subcommand)]
enum QueueCommand {
    /// Make queues from files, or change their rules: effective at once, also while callers wait
    #[command(after_long_help = example())]
    Apply {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List the queues
    List,
    /// Show one, with its rules as a file
    Show {
        /// Its name
        name: String,
    },
    /// Let callers in
    Open {
        /// Its name
        name: String,
    },
    /// Let callers go who arrive from now on
    Close {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(args: QueueArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        QueueCommand::Apply { files } => {
            // Nothing is applied unless every file is good.
            let rules = files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
            for rules in rules {
                let queue = db.queue_apply(&rules, now()).await?;
                told(&queue);
            }
            Ok(())
        }
        QueueCommand::List => list(&db).await,
        QueueCommand::Show { name } => {
            let queue = find(&db, &name).await?;
            println!("# queue {name} is {}", queue.state.name());
            print!("{}", campaign_file::written(&queue.rules));
            Ok(())
        }
        QueueCommand::Open { name } => become_(&db, &name, QueueState::Open).await,
        QueueCommand::Close { name } => become_(&db, &name, QueueState::Closed).await,
    }
}

/// The rules in a file, if it has no error; what is wrong with it is printed.
fn read(path: &Path) -> Result<QueueRules, CliError> {
    let text = campaign_file::read(path)
        .map_err(|error| CliError::new(format!("{} cannot be read: {error}", path.display())))?;
    let checked = campaign_file::check_queue(&text);
    let file = path.display().to_string();
    for problem in &checked.problems {
        eprintln!("{}", problem.shown_in(&file));
    }
    checked.rules.ok_or_else(|| CliError::new(format!("{file} has errors; nothing was changed")))
}

fn told(queue: &Queue) {
    let name = &queue.rules.name;
    match queue.state {
        QueueState::Open => println!("queue {name} is open"),
        QueueState::Closed => println!("queue {name} is closed; `rappel queue open {name}` lets callers in"),
    }
}

async fn find(db: &Database, name: &str) -> Result<Queue, CliError> {
    Ok(db.queue_named(name).await?.ok_or_else(|| ManageError::UnknownQueue(name.to_owned()))?)
}

async fn become_(db: &Database, name: &str, state: QueueState) -> Outcome {
    let queue = find(db, name).await?;
    if queue.state == state {
        println!("queue {name} is {} already", state.name());
        return Ok(());
    }
    db.queue_set_state(name, state, now()).await?;
    println!("queue {name} is {} from now on", state.name());
    Ok(())
}

async fn list(db: &Database) -> Outcome {
    let queues = db.queues(QueueId(0)).await?;
    if queues.is_empty() {
        println!("there is no queue yet; `rappel queue --help` shows a file that makes one");
        return Ok(());
    }
    println!("{:<24} {:<9} {:<16} {:>8}", "queue", "state", "team", "priority");
    for queue in queues {
        let rules = &queue.rules;
        println!("{:<24} {:<9} {:<16} {:>8}", rules.name, queue.state.name(), rules.team, rules.priority);
    }
    Ok(())
}

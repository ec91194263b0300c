//! `rappel reason`: what agents choose from, for wrap-up and for being Not ready.

use std::{collections::BTreeMap, num::NonZeroU16};

use clap::{Args, Subcommand, ValueEnum};

use super::{DatabaseArg, Outcome, agents::find_team, now};
use crate::{
    domain::{
        ids::{ReasonId, TeamId},
        reason::ReasonKind,
    },
    store::{Database, NewReason},
};

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct ReasonArgs {
    #[command(subcommand)]
    command: ReasonCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

const EXAMPLES: &str = "\
Agents see a change at once. A reason is assigned to all teams, or to one:
  rappel reason add not-ready Lunch --code 1
  rappel reason add not-ready \"Team meeting\" --code 2 --team renewals
  rappel reason add wrap-up \"Wants an offer\" --code 1 --team renewals
  rappel reason list --team renewals
  rappel reason remove 3

The code is for other systems and is there once among the reasons of a kind. Calls and reports keep the label, also when the
reason is removed.";

#[derive(Debug, Subcommand)]
enum ReasonCommand {
    /// Create a reason and assign it
    Add {
        /// What it is for
        kind: KindArg,
        /// What agents read: 1 to 40 characters
        label: String,
        /// Its code, for other systems: 1 to 65535
        #[arg(long)]
        code: NonZeroU16,
        /// Only for this team; by default for all
        #[arg(long)]
        team: Option<String>,
    },
    /// List the reasons
    List {
        /// Only those that the agents of this team choose from
        #[arg(long)]
        team: Option<String>,
    },
    /// Remove a reason; what was said with it keeps its label
    Remove {
        /// Its number in the list
        id: ReasonId,
    },
}

/// What a reason is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindArg {
    /// The label of a call.
    WrapUp,
    /// Why an agent gets nothing.
    NotReady,
}

impl From<KindArg> for ReasonKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::WrapUp => Self::WrapUp,
            KindArg::NotReady => Self::NotReady,
        }
    }
}

pub(super) async fn run(args: ReasonArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        ReasonCommand::Add { kind, label, code, team } => {
            let team_id = match &team {
                Some(name) => Some(find_team(&db, name).await?),
                None => None,
            };
            let reason = db.reason_add(&NewReason { kind: kind.into(), code, label, team_id }, now()).await?;
            let whose = team.map_or_else(|| "all teams".to_owned(), |name| format!("team {name}"));
            println!("reason {}: agents of {whose} can choose \"{}\" from now on", reason.id, reason.label);
            Ok(())
        }
        ReasonCommand::List { team } => {
            let team_id = match &team {
                Some(name) => Some(find_team(&db, name).await?),
                None => None,
            };
            list(&db, team_id).await
        }
        ReasonCommand::Remove { id } => {
            let reason = db.reason_remove(id, now()).await?;
            println!("nobody can choose \"{}\" any more", reason.label);
            Ok(())
        }
    }
}

async fn list(db: &Database, team_id: Option<TeamId>) -> Outcome {
    let reasons = match team_id {
        Some(team_id) => db.reasons_of(team_id).await?,
        None => db.reasons().await?,
    };
    if reasons.is_empty() {
        println!("there is no reason yet; `rappel reason add not-ready Lunch --code 1` makes one");
        return Ok(());
    }
    let teams: BTreeMap<TeamId, String> = db.teams().await?.into_iter().map(|team| (team.id, team.name)).collect();
    println!("{:>6}  {:<10} {:>5}  {:<40} team", "reason", "kind", "code", "label");
    for reason in reasons {
        let team = reason.team_id.map_or("all", |id| teams.get(&id).map_or("", String::as_str));
        let (id, kind, code, label) = (reason.id, reason.kind.name(), reason.code, &reason.label);
        println!("{id:>6}  {kind:<10} {code:>5}  {label:<40} {team}");
    }
    Ok(())
}

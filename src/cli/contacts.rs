//! `rappel contact` and `rappel explain`: one contact.

use clap::{Args, Subcommand, ValueEnum};

use super::{CliError, DatabaseArg, Outcome, now, which::Which};
use crate::{
    domain::{
        contact::StatedZones,
        ids::ContactId,
        zone::{Zone, ZoneSource},
    },
    explain,
    ports::Store,
    store::Database,
    zoneinfo,
};

#[derive(Debug, Args)]
pub(super) struct ContactArgs {
    #[command(subcommand)]
    command: ContactCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Subcommand)]
enum ContactCommand {
    /// Show a contact
    Show(Which),
    /// Set the time zone of a contact, as the customer told
    Zone {
        /// Its number (id)
        contact: ContactId,
        /// The zone, e.g. America/Denver
        zone: Zone,
    },
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    which: Which,
    /// How
    #[arg(long, value_enum, default_value_t)]
    format: ExplainFormat,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

pub(super) async fn run(args: ContactArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        ContactCommand::Show(which) => {
            let found = found(&db, which.find(&db).await?).await?;
            println!("{}", serde_json::to_string_pretty(&found.contact)?);
            Ok(())
        }
        ContactCommand::Zone { contact, zone } => {
            let stated = StatedZones { zones: zone.into(), source: ZoneSource::Agent };
            db.contact_set_zones(contact, &stated, now()).await?;
            println!("contact {contact} is in {zone}");
            Ok(())
        }
    }
}

async fn found(db: &Database, id: ContactId) -> Result<crate::engine::input::Candidate, CliError> {
    db.contact(id, now()).await?.ok_or_else(|| CliError::new(format!("there is no contact {id}")))
}

pub(super) async fn explain(args: ExplainArgs) -> Outcome {
    let db = args.database.open().await?;
    let id = args.which.find(&db).await?;
    let known = db.known_contact(id, now()).await?.ok_or_else(|| CliError::new(format!("there is no contact {id}")))?;
    let rules = zoneinfo::newest();
    let explanation = explain::explain(&known, now(), &rules);
    match args.format {
        ExplainFormat::Text => print!("{explanation}"),
        ExplainFormat::Json => println!("{}", serde_json::to_string_pretty(&explanation)?),
    }
    Ok(())
}

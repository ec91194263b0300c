//! `rappel doctor`: is everything there that the working day needs, and what to change where it is not.

mod clocks;
mod softphone;
mod switches;

use std::path::PathBuf;

use clap::Args;

use super::{CliError, Outcome, users};
use crate::{
    config::{Config, SwitchKind},
    domain::campaign::CampaignState,
    ports::StoreError,
    runtime::clock::Clock,
    store::Database,
    switch::ari::inspect::Wishes,
    zoneinfo,
};

/// Zone rules older than this may be wrong somewhere.
const ZONE_RULES_OLD_DAYS: i64 = 180;

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// The settings file that `rappel serve` will run with
    #[arg(long, env = "RAPPEL_CONFIG")]
    config: Option<PathBuf>,
    /// Where the data is kept: sqlite:PATH or <postgres://USER@HOST/NAME>
    #[arg(long, env = "RAPPEL_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The telephone network to look at
    #[arg(long, env = "RAPPEL_SWITCH", value_enum)]
    switch: Option<SwitchKind>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Finding {
    /// As it should be.
    Good(String),
    /// Works, and somebody should look at it.
    Doubtful(String),
    /// Does not work: what, and what to do.
    Bad(String, String),
}

pub(super) async fn run(args: DoctorArgs) -> Outcome {
    let mut config = match &args.config {
        Some(path) => Config::from_file(path)?,
        None => Config::default(),
    };
    if let Some(database) = args.database {
        config.database = database;
    }
    config.switch = args.switch.unwrap_or(config.switch);
    let mut findings = vec![zone_rules()];
    findings.extend(database(&config.database).await);
    match config.switch {
        SwitchKind::Simulated => {
            let hint = "the telephone network is simulated: nobody is called (switch = \"asterisk\" calls)";
            findings.push(Finding::Doubtful(hint.to_owned()));
        }
        SwitchKind::Asterisk => {
            // Why there is no database has been said.
            let wishes = wishes(&config.database).await.unwrap_or_default();
            findings.extend(switches::look(&config, wishes).await?);
        }
    }
    for finding in &findings {
        println!("{finding}");
    }
    let bad = findings.iter().filter(|finding| matches!(finding, Finding::Bad(..))).count();
    match bad {
        0 => Ok(()),
        1 => Err(CliError::new("one thing must be changed before anybody works with this")),
        bad => Err(CliError::new(format!("{bad} things must be changed before anybody works with this"))),
    }
}

fn zone_rules() -> Finding {
    let rules = zoneinfo::newest();
    let days = rules.age_days(Clock::world_now());
    let says = format!("time zone rules {} ({}), {days} days old", rules.version(), rules.source());
    if days > ZONE_RULES_OLD_DAYS {
        Finding::Doubtful(format!("{says}: update the package tzdata, or this program"))
    } else {
        Finding::Good(says)
    }
}

async fn database(url: &str) -> Vec<Finding> {
    let kind = url.split(':').next().unwrap_or_default();
    let bad = |error: &dyn std::fmt::Display, hint: &str| {
        vec![Finding::Bad(format!("the {kind} database: {error}"), hint.to_owned())]
    };
    let db = match Database::open(url).await {
        Ok(db) => db,
        Err(error) => return bad(&error, "check --database, and that it runs"),
    };
    let teams = match db.teams().await {
        Ok(teams) => teams.len(),
        Err(error) => return bad(&error, "look at its log"),
    };
    let mut findings = vec![Finding::Good(format!("the {kind} database answers; {teams} teams"))];
    match users::nobody_yet(&db).await {
        Ok(hint) => findings.extend(hint.map(|hint| Finding::Doubtful(hint.to_owned()))),
        Err(error) => return bad(&error, "look at its log"),
    }
    match db.clock().await {
        Ok(clock) => findings.extend(clock.map(|shows| clocks::judge("the database", shows, Clock::world_now()))),
        Err(error) => findings.extend(bad(&error, "look at its log")),
    }
    findings
}

/// What the campaigns that are not over wish of the telephone network.
async fn wishes(url: &str) -> Result<Wishes, StoreError> {
    let all = Database::open(url).await?.all_campaigns().await?;
    let goes_on = all.iter().filter(|campaign| campaign.state != CampaignState::Ended);
    Ok(goes_on.fold(Wishes::default(), |wishes, campaign| wishes.and_of(&campaign.rules)))
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Good(what) => write!(f, "ok    {what}"),
            Self::Doubtful(what) => write!(f, "look  {what}"),
            Self::Bad(what, hint) => write!(f, "BAD   {what}\n      {hint}"),
        }
    }
}

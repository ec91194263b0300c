//! `rappel campaign`: apply a file, list, show, print the file, start, pause, end.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DatabaseArg, Outcome, campaign, check, now};
use crate::{
    campaign_file,
    domain::{
        campaign::{Campaign, CampaignState},
        eligibility,
    },
    store::Database,
    zoneinfo,
};

#[derive(Debug, Args)]
pub(super) struct CampaignArgs {
    #[command(subcommand)]
    command: CampaignCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Subcommand)]
enum CampaignCommand {
    /// Make campaigns from files, or change their rules: effective at once, also in a running campaign
    Apply {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List the campaigns
    List,
    /// Show one: how many contacts can be called now, later, never
    Show {
        /// Its name
        name: String,
    },
    /// Print its rules as a campaign file, with every default filled in: to be changed, and applied again
    File {
        /// Its name
        name: String,
    },
    /// Start or go on
    Start {
        /// Its name
        name: String,
    },
    /// Stop pushing; open previews are taken back, calls go on
    Pause {
        /// Its name
        name: String,
    },
    /// End for good
    End {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(args: CampaignArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        CampaignCommand::Apply { files } => {
            // Nothing is applied unless every file is good.
            let rules = files.iter().map(|file| check::rules(file)).collect::<Result<Vec<_>, _>>()?;
            for rules in rules {
                let campaign = db.campaign_apply(&rules, now()).await?;
                println!("campaign {} is {}", campaign.rules.name, campaign.state.name());
            }
            Ok(())
        }
        CampaignCommand::List => list(&db).await,
        CampaignCommand::Show { name } => show(&db, &campaign(&db, &name).await?).await,
        CampaignCommand::File { name } => {
            print!("{}", campaign_file::written(&campaign(&db, &name).await?.rules));
            Ok(())
        }
        CampaignCommand::Start { name } => become_(&db, &name, CampaignState::Running).await,
        CampaignCommand::Pause { name } => become_(&db, &name, CampaignState::Paused).await,
        CampaignCommand::End { name } => become_(&db, &name, CampaignState::Ended).await,
    }
}

async fn become_(db: &Database, name: &str, state: CampaignState) -> Outcome {
    let campaign = campaign(db, name).await?;
    if campaign.state == state {
        println!("campaign {name} is {} already", state.name());
        return Ok(());
    }
    db.campaign_set_state(name, state, now()).await?;
    println!("campaign {name} is {} from now on", state.name());
    Ok(())
}

async fn list(db: &Database) -> Outcome {
    let campaigns = db.all_campaigns().await?;
    if campaigns.is_empty() {
        println!("there is no campaign yet; `rappel campaign apply campaigns/renewals-us.toml` makes one");
    }
    println!("{:<24} {:<9} {:<16} {:>8} {:>10}", "campaign", "state", "team", "priority", "contacts");
    for campaign in campaigns {
        let progress = db.campaign_progress(campaign.id).await?;
        let rules = &campaign.rules;
        let state = campaign.state.name();
        println!("{:<24} {state:<9} {:<16} {:>8} {:>10}", rules.name, rules.team, rules.priority, progress.loaded);
    }
    Ok(())
}

/// Four numbers: now, later today, later, never; and where the hours are open.
async fn show(db: &Database, campaign: &Campaign) -> Outcome {
    let rules = zoneinfo::newest();
    let now = now();
    let progress = db.campaign_progress(campaign.id).await?;
    let closed: u64 = progress.closed.values().sum();
    println!("campaign {} ({}), team {}", campaign.rules.name, campaign.state.name(), campaign.rules.team);
    println!(
        "{} loaded: {} waiting, {} promised a callback, {} with an agent, {closed} closed",
        progress.loaded, progress.waiting, progress.promised, progress.in_progress
    );
    if campaign.state != CampaignState::Running {
        println!("nobody is called while the campaign is {}", campaign.state.name());
    }
    for (reason, count) in &progress.closed {
        println!("  {count:>9} closed: {}", reason.name());
    }
    if progress.zone_unknown > 0 {
        println!("  {:>9} not called until someone sets a zone", progress.zone_unknown);
    }
    for zone in &progress.zones {
        let next = eligibility::next_start(&campaign.rules, now, &zone.zones, &rules);
        let when = match next {
            Some(at) if at <= now && campaign.state == CampaignState::Running => "open now".to_owned(),
            Some(at) if at <= now => "calling hours now".to_owned(),
            Some(at) => {
                let shown = zone.zones.iter().next().map(|first| rules.local(at, first));
                shown.map_or_else(
                    || "opens later".to_owned(),
                    |local| format!("opens {} there", local.strftime("%a %H:%M")),
                )
            }
            None => "never opens".to_owned(),
        };
        println!("  {:>9} waiting in {} ({when})", zone.waiting, zone.zones);
    }
    Ok(())
}

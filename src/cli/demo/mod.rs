//! `rappel demo`: a whole shift on the embedded defaults. Real engine, real store, real API; the telephone network and the
//! agents are simulated, and a person can take a seat beside them.

mod callers;
mod colleague;
mod screen;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use indicatif::ProgressBar;
use jiff::{SignedDuration, Timestamp, ToSpan, civil, civil::Weekday};

use self::screen::Screen;
use super::{
    CliError, Outcome, counted,
    live::{Live, LiveSetup, SwitchSetup, asked_to_stop},
    load, report, sample_list, users,
};
use crate::{
    campaign_file,
    config::SoftphoneConfig,
    domain::{
        agent::Agent,
        campaign::{Campaign, CampaignRules, CampaignState},
        wall_time::WallTime,
        zone::Zone,
        zone_rules::ZoneRules,
    },
    engine::Settings,
    http,
    intake::{ListReader, ReadOptions},
    loading::{Loading, Tally},
    runtime::clock::Clock,
    sim::{habits::Habits, worker::Worker, world::extensions},
    store::{Database, Rights, Role},
    telemetry::{self, LogFormat},
    zoneinfo,
};

/// The campaigns of the demo, as they are in the repository.
const CAMPAIGNS: &[&str] =
    &[include_str!("../../../campaigns/renewals-us.toml"), include_str!("../../../campaigns/winback-us.toml")];
/// Where the demo's agents work.
const OFFICE: &str = "America/New_York";

/// Who takes a seat, and who watches, by the name they sign in with.
const SEAT: &str = "you";
const MANAGER: &str = "manager";

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// How long it runs, e.g. 90s or 5m: your time, not that of the demo's clock, which runs faster
    #[arg(long = "for", default_value = "60s", value_parser = read_duration)]
    duration: Duration,
    /// How many simulated agents
    #[arg(long, default_value_t = 12)]
    agents: usize,
    /// How many contacts
    #[arg(long, default_value_t = 3000)]
    contacts: usize,
    /// What everything random follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many times as fast as the world (1 to take a seat in peace)
    #[arg(long, default_value_t = 60.0, value_parser = read_speed)]
    speed: f64,
    /// Where the API listens
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Keep the database here; by default it is forgotten at the end
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn read_duration(text: &str) -> Result<Duration, String> {
    let error = || "write it like 90s, 5m or 1h".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let count: u64 = digits.parse().map_err(|_| error())?;
    let seconds = match &text[digits.len()..] {
        "" | "s" => count,
        "m" => count * 60,
        "h" => count * 3_600,
        _ => return Err(error()),
    };
    if (1..=7 * 24 * 3_600).contains(&seconds) { Ok(Duration::from_secs(seconds)) } else { Err(error()) }
}

fn read_speed(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|speed| (0.1..=600.0).contains(speed)).ok_or_else(|| "from 0.1 to 600".to_owned())
}

pub(super) async fn run(args: DemoArgs) -> Outcome {
    telemetry::start_logging("warn", LogFormat::Text);
    let rules = zoneinfo::newest();
    let office: Zone = OFFICE.parse()?;
    let wanted = CAMPAIGNS.iter().map(|text| campaign_rules(text)).collect::<Result<Vec<_>, _>>()?;
    let begins_at = next_working_morning(Clock::world_now(), office, &rules, &wanted) - opening_in(args.speed);
    let file = Scratch::new(args.keep.clone(), "db");
    let db = Database::open(&format!("sqlite:{}", file.path.display())).await?;
    let campaigns = prepare(&db, &args, &wanted, &rules, begins_at).await?;
    let team = campaigns[0].rules.team.clone();
    let colleagues = people(&db, &args, &team, begins_at).await?;
    let password = visitors(&db, &team, begins_at).await?;
    let clock = Clock::starting_at(begins_at, args.speed);
    let live = Live::start(LiveSetup {
        db,
        listen: args.listen,
        clock,
        // Sleeping pages and slow networks do not run faster when the demo's clock does.
        settings: Settings { presence_seconds: presence_seconds(args.speed), ..Settings::default() },
        switch: SwitchSetup::Simulated,
        seed: args.seed,
        requests_per_second: 200,
        softphone: SoftphoneConfig::default(),
    })
    .await?;
    callers::begin(&live, (campaigns[0].team_id, &team), begins_at, args.seed).await?;
    introduce(&live, &args, &password, office);
    let handle = live.teams.team(campaigns[0].team_id);
    let screen = Screen::new(&live, campaigns.iter().map(|c| c.id).collect(), handle.clone(), office);
    for (i, agent) in colleagues.iter().enumerate() {
        let worker = Worker::new(i, &extensions(colleagues.len()), Habits::usual());
        tokio::spawn(colleague::works(handle.clone(), agent.id, worker, clock, args.seed));
    }
    let began = Clock::stopwatch();
    tokio::select! {
        () = screen.show() => {}
        () = clock.pause(args.duration) => {}
        () = asked_to_stop() => {}
    }
    // It may have been stopped early.
    let ran = began.elapsed();
    screen.finish();
    let ended_at = live.clock.now();
    for campaign in &campaigns {
        println!();
        report::print_dispositions(&live.db, &campaign.rules.name, office, &live.rules, ended_at).await?;
    }
    screen.print_figures(ran);
    live.stop().await;
    Ok(())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the speed is checked: 0.1 to 600")]
fn presence_seconds(speed: f64) -> u32 {
    (15.0 * speed).clamp(15.0, 9_000.0) as u32
}

/// The hours in the east open two seconds after the start, as the world counts: one sees agents wait, and then work.
#[expect(clippy::cast_possible_truncation, reason = "the speed is checked: 0.1 to 600")]
fn opening_in(speed: f64) -> SignedDuration {
    SignedDuration::from_millis((2_000.0 * speed) as i64)
}

fn campaign_rules(text: &str) -> Result<CampaignRules, CliError> {
    campaign_file::check(text).rules.ok_or_else(|| CliError::new("the demo's campaign file is wrong"))
}

/// Ten in the office on the next day on which every campaign calls then: when the hours open in the east. Holidays are days off.
fn next_working_morning(now: Timestamp, office: Zone, rules: &ZoneRules, campaigns: &[CampaignRules]) -> Timestamp {
    let today = rules.local(now, office).date();
    let mut mornings = (1..=14).filter_map(|days| Some(today.checked_add(days.days()).ok()?.at(10, 0, 0, 0)));
    let is_worked = |day: &civil::DateTime| {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && campaigns.iter().all(|it| it.hours.holds(*day))
    };
    let morning = mornings.find(is_worked).unwrap_or_else(|| today.at(10, 0, 0, 0));
    WallTime::new(morning, office).resolve(rules).due_at
}

/// Two campaigns of one team, each with a list.
async fn prepare(
    db: &Database,
    args: &DemoArgs,
    wanted: &[CampaignRules],
    rules: &ZoneRules,
    now: Timestamp,
) -> Result<Vec<Campaign>, CliError> {
    let mut campaigns = Vec::new();
    let share = [args.contacts - args.contacts / 4, args.contacts / 4];
    for (i, rules_of) in wanted.iter().enumerate() {
        db.campaign_apply(rules_of, now).await?;
        let campaign = db.campaign_set_state(&rules_of.name, CampaignState::Running, now).await?;
        let list = Scratch::new(None, "csv");
        let seed = args.seed + i as u64;
        sample_list::write(std::fs::File::create(&list.path)?, share[i], sample_list::Numbers::Us, seed)?;
        let tally = load_list(db, &campaign, &list.path, rules, now).await?;
        eprintln!("campaign {}: {} made-up contacts loaded", rules_of.name, tally.loaded);
        campaigns.push(campaign);
    }
    Ok(campaigns)
}

async fn load_list(
    db: &Database,
    campaign: &Campaign,
    path: &std::path::Path,
    rules: &ZoneRules,
    now: Timestamp,
) -> Result<Tally, CliError> {
    let mut list = ListReader::open(path, &ReadOptions::new(campaign.rules.country))?;
    let contact_list = db.list_named(campaign.id, "demo").await?;
    let mut loading = Loading::new(db, campaign, &contact_list, rules, now);
    load::load(&mut loading, &mut list, None, &ProgressBar::hidden()).await?;
    Ok(loading.tally)
}

/// The simulated agents.
async fn people(db: &Database, args: &DemoArgs, team: &str, now: Timestamp) -> Result<Vec<Agent>, CliError> {
    let mut colleagues = Vec::new();
    for i in 1..=args.agents {
        colleagues.push(db.agent_add(team, &format!("agent{i}"), &format!("Agent {i}"), now).await?);
    }
    Ok(colleagues)
}

/// Two people who may sign in with a browser: whoever takes a seat, and their manager. Gives the password of both.
async fn visitors(db: &Database, team: &str, now: Timestamp) -> Result<String, CliError> {
    let seat = db.agent_add(team, SEAT, "You", now).await?;
    let manager = Rights { role: Role::Admin, agent_id: None, team_id: None };
    let password = http::new_token()[..16].to_owned();
    let hash = http::hash_password(&password);
    for (login, rights) in [(SEAT, users::of_agent(&seat)), (MANAGER, manager)] {
        let (_, invitation) = http::new_invitation(now);
        let user = db.user_add(login, &rights, &invitation, now).await?;
        db.user_choose_password(user.id, &hash, None, now).await?;
    }
    Ok(password)
}

fn introduce(live: &Live, args: &DemoArgs, password: &str, office: Zone) {
    let local = live.rules.local(live.clock.now(), office);
    println!("It is {} in {office}, and time runs {} times as fast.", local.strftime("%A %d %B %Y, %H:%M"), args.speed);
    let come = if args.agents == 1 { "comes" } else { "come" };
    println!("{} {come} to work.", counted(args.agents as u64, "simulated agent"));
    println!("Look at it in a browser: http://{}  (API: /openapi.json)", live.address);
    println!("  {SEAT:<8} {password}   takes a seat beside them (--speed 1 --for 1h gives you time to read)");
    println!("  {MANAGER:<8} {password}   watches the board, the campaigns and the reports");
    println!();
}

/// A file that is removed at the end, unless it is to be kept.
struct Scratch {
    path: PathBuf,
    keep: bool,
}

impl Scratch {
    fn new(keep: Option<PathBuf>, ending: &str) -> Self {
        if let Some(path) = keep {
            Self { path, keep: true }
        } else {
            let name = format!("rappel-demo-{}.{ending}", std::process::id());
            Self { path: std::env::temp_dir().join(name), keep: false }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            for ending in ["", "-wal", "-shm", "-wake"] {
                let mut path = self.path.clone().into_os_string();
                path.push(ending);
                std::fs::remove_file(path).ok();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_works_on_a_holiday_or_at_the_weekend() {
        let rules = ZoneRules::bundled();
        let office = OFFICE.parse().unwrap();
        let wanted: Vec<_> = CAMPAIGNS.iter().map(|text| campaign_rules(text).unwrap()).collect();
        for (now, begins_at) in [
            ("2026-11-24T17:00:00Z", "2026-11-25T15:00:00Z"),
            // The Thursday is Thanksgiving.
            ("2026-11-25T17:00:00Z", "2026-11-27T15:00:00Z"),
            ("2026-11-27T17:00:00Z", "2026-11-30T15:00:00Z"),
        ] {
            let morning = next_working_morning(now.parse().unwrap(), office, &rules, &wanted);
            assert_eq!(morning, begins_at.parse().unwrap(), "{now}");
        }
    }
}

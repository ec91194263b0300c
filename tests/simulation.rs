//! Whole working days in virtual time: the same seed gives the same log, and the invariants hold over many seeds with
//! everything going wrong that can.

use std::{
    fmt::Write as _,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp, civil};
use rappel::{
    campaign_file,
    cli::sample_list,
    domain::{campaign::CampaignRules, event::EventRecord, ids::ContactId, zone_rules::ZoneRules},
    intake::{ListReader, ReadOptions},
    loading::Loading,
    sim::{
        Faults,
        deferred::Deferred,
        scenario::{Scenario, WorkingDays},
        world::{Setup, Stopped, Summary, World},
    },
    switch::simulated::people::People,
};

/// How many seeds; more with `RAPPEL_SIMULATION_SEEDS`.
const SEEDS: u64 = 200;

const CAMPAIGNS: [&str; 3] = [
    include_str!("../campaigns/renewals-us.toml"),
    include_str!("../campaigns/winback-us.toml"),
    include_str!("../campaigns/renouvellement-fr.toml"),
];

struct Run {
    campaign: &'static str,
    contacts: usize,
    agents: usize,
    days: u32,
    ends: i8,
    seed: u64,
    faults: Faults,
    /// Write late.
    deferred: bool,
}

struct Ran {
    summary: Summary,
    log: String,
    /// Contacts loaded, and those in progress when everything was over.
    loaded: u64,
    in_progress: u64,
    closed: u64,
    /// What the store has in the end, contact by contact.
    stored: String,
}

fn simulate(run: &Run) -> Result<Ran, Stopped> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(simulated(run))
}

async fn simulated(run: &Run) -> Result<Ran, Stopped> {
    let mut campaign: CampaignRules = campaign_file::check(run.campaign).rules.expect("a good campaign file");
    // Quick retries and callbacks, so that a short run sees them come back.
    campaign.retry.busy.after_minutes = 5;
    campaign.retry.no_answer.other_day_part = false;
    campaign.retry.no_answer.after_minutes = 30;
    let rules = Arc::new(ZoneRules::bundled());
    let zone = if campaign.country.as_str() == "FR" { "Europe/Paris" } else { "America/New_York" }.parse().unwrap();
    let shifts = WorkingDays {
        from: civil::date(2026, 3, 5),
        days: run.days,
        begins: civil::time(10, 0, 0, 0),
        ends: civil::time(run.ends, 0, 0, 0),
        zone,
        weekends: false,
    }
    .shifts(&rules);
    let begins_at = shifts[0].0 - SignedDuration::from_mins(1);
    let scenario = Scenario::new(&campaign, run.agents, begins_at).await.unwrap();
    let contacts = load(&scenario, &rules, run, begins_at).await;
    let setup = Setup {
        team_id: scenario.campaign.team_id,
        agents: scenario.agents.clone(),
        ends_at: shifts.last().unwrap().1 + SignedDuration::from_hours(1),
        shifts,
        contacts,
        seed: run.seed,
        people: People::seeded(run.seed),
        faults: run.faults,
    };
    let mut log = String::new();
    let mut write = |event: &EventRecord| {
        log.push_str(&serde_json::to_string(event).unwrap());
        log.push('\n');
    };
    let (db, checks) = (scenario.db.clone(), scenario.checks);
    let summary = if run.deferred {
        let store = Deferred::new(db);
        let summary = World::new(store.clone(), rules, setup, checks, begins_at).await?.run(&mut write).await?;
        store.flush().await?;
        summary
    } else {
        World::new(db, rules, setup, checks, begins_at).await?.run(&mut write).await?
    };
    let progress = scenario.db.campaign_progress(scenario.campaign.id).await?;
    let closed = progress.closed.values().sum();
    assert_eq!(progress.loaded, progress.waiting + progress.promised + progress.in_progress + closed);
    let contacts = scenario.db.contacts_of(scenario.campaign.id, None, ContactId(0), 1000).await?;
    let mut stored = format!("{progress:?}");
    for contact in &contacts {
        let attempts = scenario.db.attempts_of(contact.contact.id, 100).await?;
        let _ = writeln!(stored, "{contact:?} {attempts:?}");
    }
    Ok(Ran { summary, log, loaded: progress.loaded, in_progress: progress.in_progress, closed, stored })
}

async fn load(scenario: &Scenario, rules: &ZoneRules, run: &Run, now: Timestamp) -> usize {
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    let numbers = if scenario.campaign.rules.country.as_str() == "FR" {
        sample_list::Numbers::Fr
    } else {
        sample_list::Numbers::Us
    };
    sample_list::write(&file, run.contacts, numbers, run.seed).unwrap();
    let contact_list = scenario.db.list_named(scenario.campaign.id, "sample").await.unwrap();
    let mut loading = Loading::new(&scenario.db, &scenario.campaign, &contact_list, rules, now);
    let path: &Path = file.path();
    for row in ListReader::open(path, &ReadOptions::new(scenario.campaign.rules.country)).unwrap() {
        loading.take(&row.unwrap().contact.expect("a good row")).await.unwrap();
    }
    loading.store().await.unwrap();
    usize::try_from(loading.tally.loaded).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_log_byte_for_byte() {
    let run = Run {
        campaign: CAMPAIGNS[0],
        contacts: 120,
        agents: 4,
        days: 2,
        ends: 12,
        seed: 42,
        faults: Faults::many(),
        deferred: false,
    };
    let (first, second) = (simulate(&run).unwrap(), simulate(&run).unwrap());
    assert!(first.log.lines().count() > 500, "{} events are too few to tell", first.log.lines().count());
    assert!(first.log == second.log, "seed {} gave two different logs", run.seed);
    let other = simulate(&Run { seed: 43, ..run }).unwrap();
    assert!(first.log != other.log, "two seeds gave the same log");
}

#[test]
fn writing_late_changes_neither_the_log_nor_what_is_stored() {
    for (seed, faults) in [(5, Faults::many()), (6, Faults::default())] {
        let run =
            Run { campaign: CAMPAIGNS[1], contacts: 60, agents: 4, days: 1, ends: 13, seed, faults, deferred: false };
        let (at_once, late) = (simulate(&run).unwrap(), simulate(&Run { deferred: true, ..run }).unwrap());
        assert!(at_once.log == late.log, "seed {seed}: the logs differ");
        assert_eq!((at_once.summary, at_once.stored), (late.summary, late.stored), "seed {seed}");
    }
}

#[test]
fn without_faults_a_short_list_is_done() {
    let run = Run {
        campaign: CAMPAIGNS[0],
        contacts: 25,
        agents: 5,
        days: 20,
        ends: 19,
        seed: 7,
        faults: Faults::default(),
        deferred: false,
    };
    let ran = simulate(&run).unwrap();
    assert_eq!((ran.loaded, ran.closed, ran.in_progress), (25, 25, 0));
    assert!(ran.summary.done_at.is_some());
    assert_eq!(ran.summary.outcomes.values().sum::<u64>(), ran.summary.attempts);
}

#[test]
fn the_invariants_hold_over_many_seeds_with_faults() {
    let seeds = std::env::var("RAPPEL_SIMULATION_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(SEEDS);
    let next = AtomicU64::new(0);
    let (stops, checked) = (AtomicU64::new(0), AtomicU64::new(0));
    let broken = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    let campaign = CAMPAIGNS[usize::try_from(seed % 3).unwrap()];
                    let run = Run {
                        campaign,
                        contacts: 40,
                        agents: 3,
                        days: 1,
                        ends: 12,
                        seed,
                        faults: Faults::many(),
                        deferred: false,
                    };
                    match simulate(&run) {
                        Ok(ran) => {
                            stops.fetch_add(ran.summary.stops, Ordering::Relaxed);
                            checked.fetch_add(ran.summary.checked, Ordering::Relaxed);
                            if ran.in_progress > 0 {
                                let problem = format!("seed {seed}: {} contacts stay in progress", ran.in_progress);
                                broken.lock().unwrap().push(problem);
                            }
                        }
                        Err(stopped) => broken.lock().unwrap().push(stopped.to_string()),
                    }
                }
            });
        }
    });
    let broken = broken.into_inner().unwrap();
    assert!(broken.is_empty(), "{} of {seeds} seeds:\n{}", broken.len(), broken.join("\n"));
    // A simulator that never stops an engine or checks nothing would pass as well.
    assert!(stops.into_inner() > seeds, "too few stops");
    assert!(checked.into_inner() > 200 * seeds, "too little was checked");
}

//! Whole working days in virtual time: the same seed gives the same log, and the invariants hold over many seeds with
//! everything going wrong that can.
//!
//! A seed that broke something: `RAPPEL_SIMULATION_FIRST=SEED RAPPEL_SIMULATION_SEEDS=1 RAPPEL_SIMULATION_LOG=FILE` runs it
//! alone and writes what happened.

use std::{
    collections::BTreeMap,
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
    domain::{
        campaign::CampaignRules,
        dialog::Left,
        event::EventRecord,
        ids::ContactId,
        queue::{QueueRules, QueueState},
        zone_rules::ZoneRules,
    },
    intake::{ListReader, ReadOptions},
    loading::Loading,
    ports::Store,
    sim::{
        Faults,
        callers::Callers,
        deferred::Deferred,
        habits::Habits,
        scenario::{Scenario, WorkingDays},
        summary::Summary,
        world::{Setup, Stopped, World},
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
    /// Agents do everything that agents can do, and callers come, who are given this much time.
    busy: Option<QueueRules>,
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

/// Queues of every kind, by the seed.
fn queue(seed: u64) -> QueueRules {
    let not_answered = ["not_ready", "ready"][usize::try_from(seed / 2 % 2).unwrap()];
    let mode = ["required", "optional", "required_with_reason", "not_allowed"][usize::try_from(seed % 4).unwrap()];
    let (waits, turn) = (30 + seed % 5 * 60, 1 + seed % 3);
    let text = format!(
        "name = \"service\"\nteam = \"\"\nwait_seconds_max = {waits}\ncalls_in_a_row_max = {turn}\n\
         when_not_answered = \"{not_answered}\"\n\
         [wrap_up]\nmode = \"{mode}\"\nseconds_max = 30\nreasons = [\"Bill\", \"Claim\"]\n"
    );
    toml::from_str(&text).expect("the test's queue")
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
    campaign.recording.calls_recorded = run.seed.is_multiple_of(2);
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
    if let Some(queue) = &run.busy {
        let queue = QueueRules { team: campaign.team.clone(), ..queue.clone() };
        scenario.db.queue_apply(&queue, begins_at).await.unwrap();
        scenario.db.queue_set_state(&queue.name, QueueState::Open, begins_at).await.unwrap();
    }
    let setup = Setup {
        team_id: scenario.campaign.team_id,
        agents: scenario.agents.clone(),
        ends_at: shifts.last().unwrap().1 + SignedDuration::from_hours(1),
        shifts,
        contacts,
        seed: run.seed,
        people: People::seeded(run.seed),
        faults: run.faults,
        phones_stay_connected: run.seed % 4 >= 2,
    };
    let mut log = String::new();
    let mut write = |event: &EventRecord| {
        log.push_str(&serde_json::to_string(event).unwrap());
        log.push('\n');
    };
    let (db, checks) = (scenario.db.clone(), scenario.checks);
    let summary = if run.deferred {
        let store = Deferred::new(db);
        let world = World::new(store.clone(), rules, setup, checks, begins_at).await?;
        let summary = at_work(world, run).run(&mut write).await;
        store.flush().await?;
        summary
    } else {
        at_work(World::new(db, rules, setup, checks, begins_at).await?, run).run(&mut write).await
    };
    if let (Ok(path), Err(_)) = (std::env::var("RAPPEL_SIMULATION_LOG"), &summary) {
        // What led to it, to read.
        std::fs::write(path, &log).unwrap();
    }
    let summary = summary?;
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

/// How the people of a run are.
fn at_work<S: Store>(world: World<S>, run: &Run) -> World<S> {
    match &run.busy {
        Some(queue) => {
            world.with_habits(Habits::busy()).with_callers(&Callers { queue: queue.name.clone(), an_hour: 25 })
        }
        None => world,
    }
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
        busy: Some(queue(42)),
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
        let run = Run {
            campaign: CAMPAIGNS[1],
            contacts: 60,
            agents: 4,
            days: 1,
            ends: 13,
            seed,
            faults,
            deferred: false,
            busy: None,
        };
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
        busy: None,
    };
    let ran = simulate(&run).unwrap();
    assert_eq!((ran.loaded, ran.closed, ran.in_progress), (25, 25, 0));
    assert!(ran.summary.done_at.is_some());
    assert_eq!(ran.summary.outcomes.values().sum::<u64>(), ran.summary.attempts);
}

/// All that agents can do (agent guide, T1 to T10).
const ACTS: [&str; 22] = [
    "place_call",
    "answer",
    "decline",
    "end",
    "ready",
    "not_ready",
    "accept_preview",
    "reject_preview",
    "close_preview",
    "reclassify",
    "schedule_callback",
    "hold",
    "retrieve",
    "consult",
    "conference",
    "transfer",
    "direct_transfer",
    "open_keypad",
    "send_digit",
    "close_keypad",
    "wrap_up",
    "apply_wrap_up_reason",
];
/// And what was refused to them.
const REFUSALS: [&str; 5] = ["call_gone", "not_in_this_call", "keypad_open", "colleague_busy", "wrong_state"];
/// Why people left dialogs.
const LEFT: [Left; 9] = [
    Left::HungUp,
    Left::Ended,
    Left::Transferred,
    Left::NoAnswer,
    Left::Declined,
    Left::Busy,
    Left::Failed,
    Left::PhoneGone,
    Left::WaitedTooLong,
];

/// What a simulator has to have shown over many seeds; one that does nothing would break no invariant.
#[derive(Default)]
struct Shown {
    stops: u64,
    checked: u64,
    drops: u64,
    gave_up: u64,
    phones_kept: u64,
    phones_lost: u64,
    done: BTreeMap<&'static str, u64>,
    refused: BTreeMap<&'static str, u64>,
    left: BTreeMap<Left, u64>,
}

impl Shown {
    fn is_enough(&self, seeds: u64) {
        let least = seeds / 4;
        assert!(self.stops > seeds, "too few stops");
        assert!(self.checked > 200 * seeds, "too little was checked");
        assert!(self.drops >= least && self.gave_up >= least, "{} drops, {} gave up", self.drops, self.gave_up);
        assert!(self.phones_kept >= least, "{} phones were rung to stay connected", self.phones_kept);
        assert!(self.phones_lost >= least, "{} were put down between calls", self.phones_lost);
        for act in ACTS {
            let count = self.done.get(act).copied().unwrap_or_default();
            assert!(count >= least, "{act} worked {count} times in {seeds} seeds");
        }
        for code in REFUSALS {
            let count = self.refused.get(code).copied().unwrap_or_default();
            assert!(count >= least, "{code} was refused {count} times in {seeds} seeds");
        }
        for why in LEFT {
            let count = self.left.get(&why).copied().unwrap_or_default();
            assert!(count >= least, "{count} left as {why:?} in {seeds} seeds");
        }
    }

    fn add(&mut self, summary: &Summary) {
        fn sum<Key: Copy + Ord>(into: &mut BTreeMap<Key, u64>, from: &BTreeMap<Key, u64>) {
            for (key, count) in from {
                *into.entry(*key).or_default() += count;
            }
        }
        self.stops += summary.stops;
        self.checked += summary.checked;
        self.phones_kept += summary.phones_kept;
        self.phones_lost += summary.phones_lost;
        self.drops += summary.drops;
        self.gave_up += summary.gave_up;
        sum(&mut self.done, &summary.done);
        sum(&mut self.refused, &summary.refused);
        sum(&mut self.left, &summary.left);
    }
}

#[test]
fn the_invariants_hold_over_many_seeds_with_faults() {
    let seeds = std::env::var("RAPPEL_SIMULATION_SEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(SEEDS);
    let first = std::env::var("RAPPEL_SIMULATION_FIRST").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let next = AtomicU64::new(first);
    let shown = Mutex::new(Shown::default());
    let broken = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + seeds {
                        return;
                    }
                    let run = busy_day(seed);
                    match simulate(&run) {
                        Ok(ran) => {
                            shown.lock().unwrap().add(&ran.summary);
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
    shown.into_inner().unwrap().is_enough(seeds);
}

/// A short day on which everything happens, and everything goes wrong that can.
fn busy_day(seed: u64) -> Run {
    let campaign = CAMPAIGNS[usize::try_from(seed % 3).unwrap()];
    Run {
        campaign,
        contacts: 40,
        agents: 3,
        days: 1,
        ends: 12,
        seed,
        faults: Faults::many(),
        deferred: false,
        busy: Some(queue(seed)),
    }
}

//! The agent's states as tables that people read: every state x every command, every state x everything the switch can
//! tell. A command gives a transition or a named refusal, never anything else.

use std::fmt::Write as _;

use jiff::civil;
use rappel::domain::{
    agent::AgentState,
    attempt::{CallProgress, NotMade, Side},
    command::{Command, Promise},
    ids::{AttemptId, CallbackId, ReservationId},
    outcome::{Classification, FailureCause},
};
use uuid::Uuid;

use crate::support::bench::{ALICE, Bench};

const RULES: &str = "[wrap_up]\nmode = \"required_with_reason\"\nseconds_max = 30\nreasons = [\"sold\"]\n";

/// Makes a bench in some situation, always the same.
type Situation = Box<dyn Fn() -> Bench>;

/// Every situation an agent can be in, and how they come there.
fn situations() -> Vec<(&'static str, Situation)> {
    fn bench() -> Bench {
        Bench::new(RULES, &["312-555-0142"])
    }
    fn talking() -> Bench {
        let mut bench = bench();
        bench.talk(ALICE);
        bench
    }
    fn wrapping_up() -> Bench {
        let mut bench = talking();
        bench.told(ALICE, CallProgress::HungUp { by: Side::Customer });
        bench
    }
    vec![
        ("logged_out", Box::new(bench)),
        (
            "not_ready",
            Box::new(|| {
                let mut bench = bench();
                bench.command(ALICE, Command::SignIn { extension: "1001".into() }).unwrap();
                bench
            }),
        ),
        (
            "ready",
            Box::new(|| {
                let mut bench = Bench::new(RULES, &[]);
                bench.sign_in_ready(ALICE);
                bench
            }),
        ),
        (
            "previewing",
            Box::new(|| {
                let mut bench = bench();
                bench.sign_in_ready(ALICE);
                bench
            }),
        ),
        (
            "dialing",
            Box::new(|| {
                let mut bench = bench();
                bench.sign_in_ready(ALICE);
                bench.accept(ALICE);
                bench
            }),
        ),
        (
            "ringing",
            Box::new(|| {
                let mut bench = bench();
                bench.sign_in_ready(ALICE);
                bench.accept(ALICE);
                bench.told(ALICE, CallProgress::Ringing);
                bench
            }),
        ),
        ("talking", Box::new(talking)),
        (
            "talking, not_ready pending",
            Box::new(|| {
                let mut bench = talking();
                bench.command(ALICE, Command::NotReady { reason: "lunch".into() }).unwrap();
                bench
            }),
        ),
        (
            "talking, end asked",
            Box::new(|| {
                let mut bench = talking();
                let attempt_id = bench.call(ALICE);
                bench.command(ALICE, Command::End { attempt_id }).unwrap();
                bench
            }),
        ),
        (
            "talking, callback promised",
            Box::new(|| {
                let mut bench = talking();
                let attempt_id = bench.call(ALICE);
                bench.command(ALICE, Command::ScheduleCallback { attempt_id, promise: tomorrow() }).unwrap();
                bench
            }),
        ),
        ("wrap_up, reason missing", Box::new(wrapping_up)),
        (
            "wrap_up, reason given",
            Box::new(|| {
                let mut bench = wrapping_up();
                let attempt_id = bench.call(ALICE);
                bench.command(ALICE, Command::ApplyWrapUpReason { attempt_id, reason: "sold".into() }).unwrap();
                bench
            }),
        ),
    ]
}

fn tomorrow() -> Promise {
    Promise { at: Some(civil::date(2026, 11, 25).at(14, 0, 0, 0)), ..Promise::default() }
}

/// Every command, about the agent's own preview and call, or about something that is not theirs.
fn commands(bench: &Bench) -> Vec<(String, Command)> {
    let view = bench.view(ALICE);
    let foreign = Uuid::from_u128(42);
    let reservation_id = view.preview.map_or(ReservationId(foreign), |p| p.reservation_id);
    let attempt_id = view.call.as_ref().map_or(AttemptId(foreign), |c| c.attempt_id);
    let callback_id = view.call.and_then(|c| c.callback).map_or(CallbackId(foreign), |callback| callback.callback_id);
    let zone = "America/Denver".parse().unwrap();
    let own = vec![
        Command::SignIn { extension: "1001".into() },
        Command::SignOut,
        Command::RenewPresence,
        Command::Ready,
        Command::NotReady { reason: "lunch".into() },
        Command::AcceptPreview { reservation_id },
        Command::RejectPreview { reservation_id },
        Command::ClosePreview { reservation_id },
        Command::End { attempt_id },
        Command::Reclassify { attempt_id, to: Classification::AnsweringMachine },
        Command::ScheduleCallback { attempt_id, promise: tomorrow() },
        Command::CancelCallback { attempt_id, callback_id },
        Command::WrapUp,
        Command::ApplyWrapUpReason { attempt_id, reason: "sold".into() },
        Command::StateZone { attempt_id, zone },
    ];
    let others = vec![
        Command::AcceptPreview { reservation_id: ReservationId(foreign) },
        Command::End { attempt_id: AttemptId(foreign) },
        Command::Reclassify { attempt_id: AttemptId(foreign), to: Classification::Busy },
    ];
    let own = own.into_iter().map(|command| (command.name().to_owned(), command));
    own.chain(others.into_iter().map(|command| (format!("{} of another", command.name()), command))).collect()
}

fn described(bench: &Bench) -> String {
    let view = bench.view(ALICE);
    let phase = view.call.as_ref().map(|call| format!("/{}", call.phase)).unwrap_or_default();
    let pending = view.pending.map(|next| format!(" -> {} (pending)", next.state().name())).unwrap_or_default();
    format!("{}{phase}{pending}", view.state.name())
}

#[test]
fn every_state_answers_every_command() {
    let mut table = String::new();
    for (name, situation) in situations() {
        writeln!(table, "{name}").unwrap();
        for (label, command) in commands(&situation()) {
            let mut bench = situation();
            // A fresh bench has fresh ids, the same ones: the dice are seeded.
            let answer = match bench.command(ALICE, command) {
                Ok(()) => described(&bench),
                Err(refusal) => format!("refused: {}", refusal.code()),
            };
            writeln!(table, "  {label:<32} {answer}").unwrap();
        }
    }
    insta::assert_snapshot!("commands", table);
}

#[test]
fn every_state_bears_everything_the_switch_can_tell() {
    let told = [
        CallProgress::Ringing,
        CallProgress::Connected,
        CallProgress::HungUp { by: Side::Customer },
        CallProgress::HungUp { by: Side::Agent },
        CallProgress::NotMade { why: NotMade::NoAnswer },
        CallProgress::NotMade { why: NotMade::Busy },
        CallProgress::NotMade { why: NotMade::Fax },
        CallProgress::NotMade { why: NotMade::InvalidNumber },
        CallProgress::NotMade { why: NotMade::GivenUp },
        CallProgress::NotMade { why: NotMade::Failed(FailureCause::AgentPhone) },
        CallProgress::NotMade { why: NotMade::Failed(FailureCause::Congestion) },
    ];
    let mut table = String::new();
    for (name, situation) in situations() {
        if situation().view(ALICE).call.is_none() {
            continue;
        }
        writeln!(table, "{name}").unwrap();
        for progress in told {
            let mut bench = situation();
            bench.told(ALICE, progress);
            let once = described(&bench);
            // Told twice is told once.
            let events = bench.events.len();
            if bench.view(ALICE).call.is_some() {
                bench.told(ALICE, progress);
                assert_eq!(events, bench.events.len(), "{name}: {progress:?} twice");
            }
            let label = serde_json::to_string(&progress).unwrap();
            writeln!(table, "  {label:<72} {once}").unwrap();
        }
    }
    insta::assert_snapshot!("switch", table);
}

#[test]
fn what_is_allowed_is_what_works() {
    for (name, situation) in situations() {
        let bench = situation();
        let allowed = bench.view(ALICE).allowed_commands;
        for (label, command) in commands(&bench) {
            if label.contains(' ') || matches!(command, Command::SignIn { .. }) {
                continue;
            }
            let works = situation().command(ALICE, command).is_ok();
            // Saying the same thing twice (End, Accept) is not an error and not a button either.
            if allowed.contains(&label.as_str()) {
                assert!(works, "{name}: {label} is shown as allowed and is refused");
            } else if works {
                panic!("{name}: {label} works and is not shown as allowed");
            }
        }
    }
}

#[test]
fn every_situation_has_its_state() {
    for (name, situation) in situations() {
        let shown = name.split(',').next().unwrap();
        let state = situation().state(ALICE);
        let expected = match shown {
            "previewing" | "dialing" | "ringing" => AgentState::Reserved,
            other => *AgentState::ALL.iter().find(|state| state.name() == other).unwrap(),
        };
        assert_eq!(state, expected, "{name}");
    }
}

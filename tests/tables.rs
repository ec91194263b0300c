//! What an agent may do, as tables that people read: every state x every dialog situation x every command, and everything
//! the switch can tell. A command gives a transition or a named refusal, never anything else.

use std::fmt::Write as _;

use jiff::civil;
use rappel::{
    domain::{
        agent::{AgentState, NextState},
        attempt::{CallProgress, Heard, NotMade, Side},
        command::{Act, ActKind, Command, CommandKind, Promise},
        ids::{CallbackId, ChannelId, DialogId, DigitId, ReservationId, SupervisorId},
        outcome::{Classification, FailureCause, Outcome},
        recording::Taped,
        supervision::SupervisionMode,
    },
    engine::view::DialogView,
};
use uuid::Uuid;

use crate::support::bench::{ALICE, BOB, Bench, morning};

const RULES: &str = "[wrap_up]\nmode = \"required_with_reason\"\nseconds_max = 30\nreasons = [\"sold\"]\n";
const OPTIONAL: &str = "[wrap_up]\nmode = \"optional\"\nseconds_max = 30\n";
const RECORDED: &str = "[recording]\ncalls_recorded = true\n";
const OUTSIDE: &str = "312-555-0177";

/// Makes a bench in some situation, always the same.
type Situation = (&'static str, fn() -> Bench);

fn bench() -> Bench {
    Bench::new(RULES, &["312-555-0142"])
}

fn ready() -> Bench {
    let mut bench = Bench::new(RULES, &[]);
    bench.sign_in_ready(ALICE);
    bench
}

/// Bob is there and gets no previews.
fn colleague(bench: &mut Bench) {
    bench.command(BOB, Command::SignIn { extension: "1012".into() }).unwrap();
}

fn not_ready() -> Bench {
    let mut bench = bench();
    bench.command(ALICE, Command::SignIn { extension: "1011".into() }).unwrap();
    bench
}

fn previewing() -> Bench {
    let mut bench = bench();
    bench.sign_in_ready(ALICE);
    bench
}

fn dialing() -> Bench {
    let mut bench = previewing();
    bench.accept(ALICE);
    bench
}

fn talking() -> Bench {
    let mut bench = bench();
    bench.talk(ALICE);
    bench
}

/// Where phones stay connected between calls.
fn phone_rings() -> Bench {
    let mut bench = Bench::standing(RULES, &["312-555-0142"]);
    bench.sign_in_ready(ALICE);
    bench
}

fn at_the_phone() -> Bench {
    let mut bench = Bench::standing(RULES, &[]);
    bench.sign_in_ready(ALICE);
    bench.phone_told(ALICE, CallProgress::Connected);
    bench
}

fn talking_at_the_phone() -> Bench {
    let mut bench = phone_rings();
    bench.phone_told(ALICE, CallProgress::Connected);
    bench.accept(ALICE);
    bench.told(ALICE, CallProgress::Connected);
    bench
}

fn does(mut bench: Bench, act: Act) -> Bench {
    bench.act(ALICE, act).unwrap();
    bench
}

fn told(mut bench: Bench, progress: CallProgress) -> Bench {
    bench.told(ALICE, progress);
    bench
}

fn recorded() -> Bench {
    let mut bench = Bench::new(RECORDED, &["312-555-0142"]);
    bench.talk(ALICE);
    bench
}

fn taped(bench: Bench, taped: Taped) -> Bench {
    told(bench, progress_of(taped))
}

/// Time stands still on this bench.
fn progress_of(taped: Taped) -> CallProgress {
    CallProgress::Recording { server: "here".to_owned(), taped, asked_at: morning() }
}

fn on_tape() -> Bench {
    taped(recorded(), Taped::Runs)
}

fn consulting() -> Bench {
    does(talking(), Act::Consult { typed: OUTSIDE.into() })
}

fn consulted() -> Bench {
    let mut bench = consulting();
    let line = bench.last_dialled();
    bench.tells(line, CallProgress::Connected);
    bench
}

fn alternated() -> Bench {
    let mut bench = consulted();
    let customers = bench.view(ALICE).dialogs[0].dialog_id;
    bench.act_in(ALICE, customers, Act::Retrieve).unwrap();
    bench
}

fn conference() -> Bench {
    let mut bench = consulted();
    let customers = bench.view(ALICE).dialogs[0].dialog_id;
    bench.act_in(ALICE, customers, Act::Conference).unwrap();
    bench
}

fn placing() -> Bench {
    let mut bench = ready();
    bench.command(ALICE, Command::PlaceCall { typed: OUTSIDE.into() }).unwrap();
    bench
}

fn placed() -> Bench {
    let mut bench = placing();
    let line = bench.last_dialled();
    bench.tells(line, CallProgress::Connected);
    bench
}

fn offered_by_a_colleague() -> Bench {
    let mut bench = not_ready();
    colleague(&mut bench);
    bench.command(BOB, Command::PlaceCall { typed: "1011".into() }).unwrap();
    bench
}

fn offered_a_caller() -> Bench {
    let mut bench = ready();
    bench.queue("support", RULES);
    bench.caller("support");
    bench
}

fn answering() -> Bench {
    does(offered_a_caller(), Act::Answer)
}

fn with_a_caller() -> Bench {
    let mut bench = answering();
    bench.phone_told(ALICE, CallProgress::Connected);
    bench
}

fn wrapping_up() -> Bench {
    told(talking(), CallProgress::HungUp { by: Side::Customer })
}

fn second_call() -> Bench {
    let mut bench = talking();
    colleague(&mut bench);
    bench.command(BOB, Command::PlaceCall { typed: "1011".into() }).unwrap();
    bench
}

/// Every situation an agent can be in, and how they come there.
fn situations() -> Vec<Situation> {
    vec![
        ("logged_out", bench),
        ("not_ready", not_ready),
        ("not_ready, offered a colleague's call", offered_by_a_colleague),
        ("ready", ready),
        ("reserved, previewing", previewing),
        ("reserved, dialing", dialing),
        ("reserved, ringing", || told(dialing(), CallProgress::Ringing)),
        ("reserved, offered a caller", offered_a_caller),
        ("talking, connecting with a caller", answering),
        ("talking, with a caller", with_a_caller),
        ("talking", talking),
        ("talking, not_ready pending", || {
            let mut bench = talking();
            bench.command(ALICE, Command::NotReady { reason: "lunch".into() }).unwrap();
            bench
        }),
        ("talking, end asked", || does(talking(), Act::End)),
        ("talking, callback promised", || does(talking(), Act::ScheduleCallback { promise: tomorrow() })),
        ("talking, do not call", || does(talking(), Act::Reclassify { to: Classification::DoNotCall })),
        ("talking, wrap-up optional", || {
            let mut bench = Bench::new(OPTIONAL, &["312-555-0142"]);
            bench.talk(ALICE);
            bench
        }),
        ("talking, recording begins", recorded),
        ("talking, recorded", on_tape),
        ("talking, recording pauses", || does(on_tape(), Act::PauseRecording)),
        ("talking, recording paused", || taped(does(on_tape(), Act::PauseRecording), Taped::Pauses)),
        ("talking, recording failed", || taped(recorded(), Taped::Failed)),
        ("talking, recording not to be paused", || {
            let mut bench = Bench::new(&format!("{RECORDED}pause_allowed = false\n"), &["312-555-0142"]);
            bench.talk(ALICE);
            taped(bench, Taped::Runs)
        }),
        ("talking, keypad open", || does(talking(), Act::OpenKeypad)),
        ("talking, a key on its way", || {
            let one = '1'.try_into().unwrap();
            does(does(does(talking(), Act::OpenKeypad), Act::SendDigit { digit: one }), Act::CloseKeypad)
        }),
        ("talking, a colleague calls", second_call),
        ("talking, consult rings", consulting),
        ("talking, consulting", consulted),
        ("talking, alternated", alternated),
        ("talking, in a conference", conference),
        ("talking, placing", placing),
        ("talking, placed", placed),
        ("talking, a supervisor is called", || {
            let mut bench = talking();
            bench.command(ALICE, listen()).unwrap();
            bench
        }),
        ("talking, a supervisor listens", || {
            let mut bench = talking();
            bench.command(ALICE, listen()).unwrap();
            bench.supervisor_told(ALICE, CallProgress::Connected);
            bench
        }),
        ("ready, a phone that stays connected rings", phone_rings),
        ("ready, at a phone that stays connected", at_the_phone),
        ("talking, at a phone that stays connected", talking_at_the_phone),
        ("hold", || does(talking(), Act::Hold)),
        ("wrap_up, reason missing", wrapping_up),
        ("wrap_up, reason given", || does(wrapping_up(), Act::ApplyWrapUpReason { reason: "sold".into() })),
    ]
}

fn listen() -> Command {
    let (supervisor_id, mode) = (SupervisorId(3), SupervisionMode::Listen);
    Command::BeginSupervision { supervisor_id, extension: "1900".into(), mode }
}

fn tomorrow() -> Promise {
    Promise { at: Some(civil::date(2026, 11, 25).at(14, 0, 0, 0)), ..Promise::default() }
}

/// Every command apart from the dialogs.
fn commands(bench: &Bench) -> Vec<(String, Command)> {
    let foreign = ReservationId(Uuid::from_u128(42));
    let reservation_id = bench.view(ALICE).preview.map_or(foreign, |preview| preview.reservation_id);
    let own = CommandKind::ALL.iter().filter_map(|kind| {
        let command = match kind {
            CommandKind::SignIn => Command::SignIn { extension: "1011".into() },
            CommandKind::SignOut => Command::SignOut,
            CommandKind::RenewPresence => Command::RenewPresence,
            CommandKind::Ready => Command::Ready,
            CommandKind::NotReady => Command::NotReady { reason: "lunch".into() },
            CommandKind::Supervise => {
                Command::Supervise { state: NextState::LoggedOut { reason: "supervisor".into() } }
            }
            CommandKind::BeginSupervision => listen(),
            CommandKind::EndSupervision => Command::EndSupervision,
            CommandKind::AcceptPreview => Command::AcceptPreview { reservation_id },
            CommandKind::RejectPreview => Command::RejectPreview { reservation_id },
            CommandKind::ClosePreview => Command::ClosePreview { reservation_id },
            CommandKind::PlaceCall => Command::PlaceCall { typed: OUTSIDE.into() },
            CommandKind::InDialog => return None,
        };
        Some((kind.name().to_owned(), command))
    });
    let other = ("accept_preview of another".to_owned(), Command::AcceptPreview { reservation_id: foreign });
    own.chain([other]).collect()
}

/// Every act in each of the agent's dialogs, and in one that is not theirs.
fn acts(bench: &Bench) -> Vec<(String, DialogId, Act)> {
    let foreign = Uuid::from_u128(42);
    let mut all = Vec::new();
    let dialogs = bench.view(ALICE).dialogs;
    for dialog in &dialogs {
        let callback_id = dialog.callback.as_ref().map_or(CallbackId(foreign), |callback| callback.callback_id);
        for kind in ActKind::ALL {
            let label = format!("{} {}", dialog.kind, kind.name());
            all.push((label, dialog.dialog_id, act(*kind, callback_id)));
        }
    }
    for kind in ActKind::ALL {
        all.push((format!("another's {}", kind.name()), DialogId(foreign), act(*kind, CallbackId(foreign))));
    }
    all
}

fn act(kind: ActKind, callback_id: CallbackId) -> Act {
    match kind {
        ActKind::Answer => Act::Answer,
        ActKind::Decline => Act::Decline,
        ActKind::End => Act::End,
        ActKind::Hold => Act::Hold,
        ActKind::Retrieve => Act::Retrieve,
        ActKind::Consult => Act::Consult { typed: OUTSIDE.into() },
        ActKind::Conference => Act::Conference,
        ActKind::Transfer => Act::Transfer,
        ActKind::DirectTransfer => Act::DirectTransfer { typed: OUTSIDE.into() },
        ActKind::OpenKeypad => Act::OpenKeypad,
        ActKind::CloseKeypad => Act::CloseKeypad,
        ActKind::SendDigit => Act::SendDigit { digit: '5'.try_into().unwrap() },
        ActKind::Reclassify => Act::Reclassify { to: Classification::AnsweringMachine },
        ActKind::ScheduleCallback => Act::ScheduleCallback { promise: tomorrow() },
        ActKind::CancelCallback => Act::CancelCallback { callback_id },
        ActKind::PauseRecording => Act::PauseRecording,
        ActKind::ResumeRecording => Act::ResumeRecording,
        ActKind::WrapUp => Act::WrapUp,
        ActKind::ApplyWrapUpReason => Act::ApplyWrapUpReason { reason: "sold".into() },
        ActKind::StateZone => Act::StateZone { zone: "America/Denver".parse().unwrap() },
    }
}

fn described(bench: &Bench) -> String {
    let view = bench.view(ALICE);
    let guess = |d: &DialogView| d.suggested.map(|to| format!(" ({}?)", Outcome::from(to).name())).unwrap_or_default();
    let tape = |d: &DialogView| d.recording.map(|it| format!(", {:?}", it.state)).unwrap_or_default().to_lowercase();
    let dialogs: Vec<_> =
        view.dialogs.iter().map(|d| format!("{}/{}{}{}", d.kind, d.phase, guess(d), tape(d))).collect();
    let dialogs = if dialogs.is_empty() { String::new() } else { format!(" [{}]", dialogs.join(", ")) };
    let pending = view.pending.map(|next| format!(" -> {} (pending)", next.state().name())).unwrap_or_default();
    let supervision = view.supervision.map(|s| format!(" ({} {})", s.mode.name(), s.state.name())).unwrap_or_default();
    format!("{}{dialogs}{pending}{supervision}", view.state.name())
}

#[test]
fn every_situation_answers_every_command() {
    let mut table = String::new();
    for (name, situation) in situations() {
        writeln!(table, "{name}: {}", described(&situation())).unwrap();
        let known = situation();
        // A fresh bench has fresh ids, the same ones: the dice are seeded.
        let own = commands(&known).into_iter();
        let in_dialogs =
            acts(&known).into_iter().map(|(label, dialog_id, act)| (label, Command::InDialog { dialog_id, act }));
        for (label, command) in own.chain(in_dialogs) {
            let mut bench = situation();
            let answer = match bench.command(ALICE, command) {
                Ok(()) => described(&bench),
                Err(refusal) => format!("refused: {} ({refusal})", refusal.code()),
            };
            writeln!(table, "  {label:<32} {answer}").unwrap();
            bench.check_at_rest();
        }
    }
    insta::assert_snapshot!("commands", table);
}

#[test]
fn every_situation_bears_everything_the_switch_can_tell() {
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
        CallProgress::Digit { digit_id: DigitId(Uuid::from_u128(42)), is_sent: true },
        CallProgress::Heard { what: Heard::AnsweringMachine },
        CallProgress::Heard { what: Heard::Fax },
        progress_of(Taped::Runs),
        progress_of(Taped::Pauses),
        progress_of(Taped::Failed),
    ];
    let mut table = String::new();
    for (name, situation) in situations() {
        for (whose, channel_id) in lines(&situation()) {
            writeln!(table, "{name}: {whose}").unwrap();
            for progress in &told {
                let mut bench = situation();
                bench.tells(channel_id, progress.clone());
                let once = described(&bench);
                // Told twice is told once.
                let events = bench.events.len();
                bench.tells(channel_id, progress.clone());
                assert_eq!(events, bench.events.len(), "{name}, {whose}: {progress:?} twice");
                bench.check_at_rest();
                let label = serde_json::to_string(&progress).unwrap();
                let label = label.replace("00000000-0000-0000-0000-00000000002a", "unknown");
                writeln!(table, "  {label:<72} {once}").unwrap();
            }
        }
    }
    insta::assert_snapshot!("switch", table);
}

/// Every line there is, with whose it is.
fn lines(bench: &Bench) -> Vec<(String, ChannelId)> {
    let mut lines = bench.lines();
    lines.sort();
    lines
}

#[test]
fn what_is_allowed_is_what_works() {
    for (name, situation) in situations() {
        let bench = situation();
        let view = bench.view(ALICE);
        for (label, command) in commands(&bench) {
            if label.contains(' ') || matches!(command, Command::SignIn { .. }) || command.kind().is_by_supervisor() {
                continue;
            }
            let done = situation().command(ALICE, command);
            // A second click on Accept is not an error and not a button either.
            let shown = view.allowed_commands.contains(&label.as_str());
            assert_eq!(shown, done.is_ok(), "{name}: {label}");
            let said = view.refused_commands.get(label.as_str()).map(|it| it.refusal.clone());
            assert_eq!(said, done.err(), "{name}: {label} is refused with the reason that was shown");
        }
        for dialog in &view.dialogs {
            for (label, dialog_id, act) in acts(&bench).into_iter().filter(|(_, id, _)| *id == dialog.dialog_id) {
                let kind = act.kind().name();
                let done = situation().act_in(ALICE, dialog_id, act);
                assert_eq!(dialog.allowed_acts.contains(&kind), done.is_ok(), "{name}: {label}");
                let said = dialog.refused_acts.get(kind).map(|it| it.refusal.clone());
                assert_eq!(said, done.err(), "{name}: {label} is refused with the reason that was shown");
            }
            let own = dialog.participants.iter().find(|p| p.agent_id == Some(ALICE));
            if let Some(own) = own {
                assert_eq!(own.allowed_acts, dialog.allowed_acts, "{name}: every participant's acts are listed");
            }
        }
    }
}

#[test]
fn every_situation_has_its_state() {
    for (name, situation) in situations() {
        let shown = name.split(',').next().unwrap();
        let expected = *AgentState::ALL.iter().find(|state| state.name() == shown).unwrap();
        assert_eq!(situation().state(ALICE), expected, "{name}");
    }
}

#[test]
fn every_situation_comes_to_an_end_by_itself() {
    for (name, situation) in situations() {
        let mut bench = situation();
        // Nobody does or says anything any more, and the switch has no line.
        bench.silence(3_600);
        assert_eq!(bench.state(ALICE), AgentState::LoggedOut, "{name}");
        assert_eq!(bench.lines(), [], "{name}");
        assert!(bench.view(ALICE).dialogs.is_empty(), "{name}");
    }
}

//! A supervisor with an agent's call: where their phone goes, who is told, and that it always ends.

use rappel::{
    domain::{
        attempt::{CallProgress, NotMade, Side},
        command::{Act, Command},
        dialog::DialogKind,
        event::Event,
        ids::{AgentId, ChannelId, SupervisorId},
        outcome::FailureCause,
        supervision::{SupervisionEnd, SupervisionMode},
    },
    engine::output::Order,
};

use crate::support::bench::{ALICE, BOB, Bench};

const CHICAGO: &str = "312-555-0142";
const OUTSIDE: &str = "312-555-0177";
const HANGS_UP: CallProgress = CallProgress::HungUp { by: Side::Customer };
const PUT_DOWN: CallProgress = CallProgress::HungUp { by: Side::Agent };
const NO_PHONE: CallProgress = CallProgress::NotMade { why: NotMade::Failed(FailureCause::AgentPhone) };

fn wish(supervisor: i64, extension: &str, mode: SupervisionMode) -> Command {
    Command::BeginSupervision { supervisor_id: SupervisorId(supervisor), extension: extension.to_owned(), mode }
}

fn listen() -> Command {
    wish(3, "1900", SupervisionMode::Listen)
}

/// Alice talks with a customer and a supervisor listens.
fn supervised() -> Bench {
    let mut bench = Bench::new("[wrap_up]\nmode = \"required\"\nseconds_max = 30\n", &[CHICAGO]);
    bench.talk(ALICE);
    bench.command(ALICE, listen()).unwrap();
    bench.supervisor_told(ALICE, CallProgress::Connected);
    bench
}

fn refused(bench: &mut Bench, agent_id: AgentId, command: Command) -> &'static str {
    bench.command(agent_id, command).unwrap_err().code()
}

fn ended(bench: &Bench, wanted: SupervisionEnd) -> usize {
    bench.happened(|event| matches!(event, Event::SupervisionEnded { why, .. } if *why == wanted))
}

/// Is the line ordered to end?
fn is_let_go(bench: &Bench, line: ChannelId) -> bool {
    bench.orders.contains(&Order::HangUp { channel_id: line })
}

#[test]
fn the_supervisors_phone_goes_with_the_agents_and_the_log_says_who_listened_from_when_to_when() {
    let mut bench = supervised();
    let (line, phone) = (bench.supervisor(ALICE).unwrap(), bench.phone(ALICE));
    let order = bench.orders.iter().rev().find(|order| matches!(order, Order::Supervise { .. })).unwrap();
    let Order::Supervise { channel_id, phone: supervisors, mode } = order else { unreachable!() };
    assert_eq!((*channel_id, supervisors.channel_id, supervisors.extension.as_str()), (phone, line, "1900"));
    assert_eq!(*mode, SupervisionMode::Listen);
    let since = bench.now;
    bench.alive = bench.lines().into_iter().map(|(_, line)| line).collect();
    bench.wait(60);
    // Hold and consultation change nothing: it is the agent's phone that is followed.
    let before = bench.orders.len();
    bench.act(ALICE, Act::Consult { typed: OUTSIDE.into() }).unwrap();
    let asked = bench.last_dialled();
    bench.tells(asked, CallProgress::Connected);
    bench.act(ALICE, Act::End).unwrap();
    bench.tells(asked, HANGS_UP);
    bench.act(ALICE, Act::Retrieve).unwrap();
    assert!(!bench.orders[before..].iter().any(|order| matches!(order, Order::Supervise { .. })));
    assert_eq!(bench.supervisor(ALICE), Some(line));
    bench.told(ALICE, HANGS_UP);
    assert_eq!(bench.supervisor(ALICE), None);
    assert!(is_let_go(&bench, line));
    let log: Vec<_> = bench.events.iter().filter(|record| record.event.name().starts_with("supervision")).collect();
    let told: Vec<_> = log.iter().map(|record| (record.agent_id, record.event.name())).collect();
    let began = (Some(ALICE), "supervision_changed");
    assert_eq!(told, [began, began, (Some(ALICE), "supervision_ended")]);
    let Event::SupervisionEnded { supervised_id, supervisor_id, active_since_at, why } = &log[2].event else {
        panic!("{log:?}");
    };
    assert_eq!((*supervised_id, *supervisor_id), (ALICE, SupervisorId(3)));
    assert_eq!((*active_since_at, *why), (Some(since), SupervisionEnd::CallOver));
}

#[test]
fn who_is_with_a_call_changes_the_mode_and_nobody_else_comes_to_it() {
    let mut bench = supervised();
    let line = bench.supervisor(ALICE);
    for mode in [SupervisionMode::Whisper, SupervisionMode::Join, SupervisionMode::Join, SupervisionMode::Listen] {
        bench.command(ALICE, wish(3, "1900", mode)).unwrap();
        assert_eq!(bench.view(ALICE).supervision.unwrap().mode, mode);
    }
    assert_eq!(bench.supervisor(ALICE), line, "the same phone, the same line");
    assert_eq!(refused(&mut bench, ALICE, wish(4, "1901", SupervisionMode::Join)), "already_supervised");
    assert_eq!(refused(&mut bench, ALICE, wish(3, "1901", SupervisionMode::Join)), "already_supervised");
    assert_eq!(refused(&mut bench, BOB, listen()), "not_signed_in");
    assert_eq!(refused(&mut bench, BOB, Command::SignIn { extension: "1900".into() }), "extension_in_use");
    bench.command(BOB, Command::SignIn { extension: "1012".into() }).unwrap();
    assert_eq!(refused(&mut bench, BOB, listen()), "extension_in_use");
    assert_eq!(refused(&mut bench, BOB, wish(3, "1012", SupervisionMode::Join)), "extension_in_use");
    assert_eq!(refused(&mut bench, BOB, wish(4, "1901", SupervisionMode::Join)), "agent_not_in_call");
    for nonsense in ["1901@trunk", "1901/n", "${x}", "19 01"] {
        assert_eq!(refused(&mut bench, BOB, wish(4, nonsense, SupervisionMode::Join)), "bad_extension", "{nonsense}");
        assert_eq!(refused(&mut bench, BOB, wish(4, "", SupervisionMode::Join)), "bad_length");
    }
    assert_eq!(refused(&mut bench, BOB, Command::EndSupervision), "not_supervised");
    // What supervisors tried is for the log, not for the agents.
    let refusals = bench.events.iter().filter(|record| record.event.name() == "command_refused");
    let heard = refusals.filter(|record| record.agent_id.is_some()).count();
    assert_eq!(heard, 1, "Bob's own");
}

#[test]
fn it_ends_when_somebody_ends_it_hangs_up_or_does_not_answer_and_the_call_goes_on() {
    for (how, why) in [
        ("ended", SupervisionEnd::Ended),
        ("hung up", SupervisionEnd::HungUp),
        ("lost", SupervisionEnd::HungUp),
        ("no phone", SupervisionEnd::NotAnswered),
        ("no answer", SupervisionEnd::NotAnswered),
    ] {
        let mut bench = if how.starts_with("no") {
            let mut bench = Bench::new("", &[CHICAGO]);
            bench.talk(ALICE);
            bench.command(ALICE, listen()).unwrap();
            bench
        } else {
            supervised()
        };
        let line = bench.supervisor(ALICE).unwrap();
        bench.alive = bench.lines().into_iter().map(|(_, line)| line).filter(|alive| *alive != line).collect();
        match how {
            "ended" => bench.command(ALICE, Command::EndSupervision).unwrap(),
            "hung up" => bench.supervisor_told(ALICE, PUT_DOWN),
            // Nobody says so, and the next look at the lines finds it.
            "lost" => bench.wait(60),
            "no phone" => bench.supervisor_told(ALICE, NO_PHONE),
            _ => bench.wait(25),
        }
        assert_eq!((ended(&bench, why), bench.supervisor(ALICE)), (1, None), "{how}");
        assert!(is_let_go(&bench, line), "{how}: the line is let go in any case");
        assert_eq!(bench.dialog(ALICE).phase, "talking", "{how}");
        bench.tells(line, CallProgress::Connected);
        assert_eq!(bench.supervisor(ALICE), None, "{how}: what comes late changes nothing");
    }
}

#[test]
fn after_a_restart_the_supervisor_is_still_there_or_it_is_over() {
    let mut bench = supervised();
    let line = bench.supervisor(ALICE).unwrap();
    bench.alive = bench.lines().into_iter().map(|(_, line)| line).collect();
    let orders = bench.restart();
    let again = |order: &Order| matches!(order, Order::Supervise { phone, .. } if phone.channel_id == line);
    assert!(orders.iter().any(again), "{orders:?}");
    let keeps = |order: &Order| matches!(order, Order::EndOthers { keep, .. } if keep.contains(&line));
    assert!(orders.iter().any(keeps));
    bench.alive.retain(|alive| *alive != line);
    bench.restart();
    assert_eq!((ended(&bench, SupervisionEnd::HungUp), bench.supervisor(ALICE)), (1, None));
    assert_eq!(bench.dialog(ALICE).phase, "talking");
}

#[test]
fn it_is_over_when_the_agent_passes_the_call_on_though_the_customer_talks_on() {
    let mut bench = supervised();
    bench.command(BOB, Command::SignIn { extension: "1012".into() }).unwrap();
    bench.act(ALICE, Act::DirectTransfer { typed: "1012".into() }).unwrap();
    assert_eq!(ended(&bench, SupervisionEnd::CallOver), 1);
    bench.act(BOB, Act::Answer).unwrap();
    bench.phone_told(BOB, CallProgress::Connected);
    assert!(bench.engine.dialogs().any(|dialog| matches!(dialog.kind, DialogKind::Outbound { .. })));
    assert_eq!(bench.supervisor(BOB), None, "nobody listens who was not asked to");
}

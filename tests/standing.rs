//! Phones that stay connected between calls: rung once, kept from call to call, and never without their agent.

use rappel::{
    domain::{
        agent::{AgentState, NextState},
        attempt::{CallProgress, NotMade, Side},
        command::{Act, Command},
        ids::ChannelId,
        outcome::FailureCause,
    },
    engine::{output::Order, waiting::WaitingView},
};

use crate::support::bench::{ALICE, BOB, Bench};

const CHICAGO: &str = "312-555-0142";
const BOSTON: &str = "617-555-0143";
const HANGS_UP: CallProgress = CallProgress::HungUp { by: Side::Customer };
const PUT_DOWN: CallProgress = CallProgress::HungUp { by: Side::Agent };
const NO_PHONE: CallProgress = CallProgress::NotMade { why: NotMade::Failed(FailureCause::AgentPhone) };

/// Alice is Ready, and at her phone.
fn at_the_phone(more: &str, numbers: &[&str]) -> Bench {
    let mut bench = Bench::standing(more, numbers);
    bench.sign_in_ready(ALICE);
    bench.phone_told(ALICE, CallProgress::Connected);
    bench
}

/// How often the agent's phone was rung for no call.
fn rung(bench: &Bench) -> usize {
    bench.orders.iter().filter(|order| matches!(order, Order::Keep { .. })).count()
}

fn is_let_go(bench: &Bench, line: ChannelId) -> bool {
    bench.orders.contains(&Order::HangUp { channel_id: line })
}

fn reason(bench: &Bench) -> Option<String> {
    bench.view(ALICE).reason
}

#[test]
fn ready_rings_the_phone_and_nothing_comes_before_it_is_answered() {
    let mut bench = Bench::standing("", &[CHICAGO]);
    bench.command(ALICE, Command::SignIn { extension: "1011".into() }).unwrap();
    assert_eq!(rung(&bench), 0, "whoever signs in may be about to fetch a coffee");
    bench.command(ALICE, Command::Ready).unwrap();
    assert_eq!((rung(&bench), bench.view(ALICE).preview), (1, None));
    assert_eq!(bench.view(ALICE).waiting, Some(WaitingView::PhoneRings));
    let events = bench.events.len();
    bench.phone_told(ALICE, CallProgress::Connected);
    assert!(bench.events.len() > events, "the screen is told");
    bench.preview(ALICE);
    bench.command(ALICE, Command::NotReady { reason: "lunch".into() }).unwrap();
    assert_eq!(rung(&bench), 1);
}

#[test]
fn the_phone_goes_from_call_to_call_without_ringing() {
    let mut bench = at_the_phone("", &[CHICAGO, BOSTON]);
    let phone = bench.phone(ALICE);
    for _ in 0..2 {
        let dialog_id = bench.accept(ALICE);
        let dialled = bench.orders.last().unwrap();
        assert!(matches!(dialled, Order::Dial { phone: Some(it), .. } if it.channel_id == phone), "{dialled:?}");
        bench.told(ALICE, CallProgress::Connected);
        bench.told(ALICE, HANGS_UP);
        assert_eq!(bench.orders.last(), Some(&Order::Leave { dialog_id, channel_id: phone }));
    }
    assert_eq!((bench.state(ALICE), rung(&bench), bench.phone(ALICE)), (AgentState::Ready, 1, phone));
    // A caller is answered at once: nobody waits for a phone.
    bench.queue("service", "");
    bench.caller("service");
    bench.act(ALICE, Act::Answer).unwrap();
    assert_eq!(bench.view(ALICE).dialogs[0].phase, "talking");
    assert!(matches!(bench.orders.last(), Some(Order::Connect { phone: it, .. }) if it.channel_id == phone));
}

#[test]
fn a_phone_that_was_rung_for_a_call_stays_too() {
    let mut bench = Bench::standing("", &[]);
    bench.command(ALICE, Command::SignIn { extension: "1011".into() }).unwrap();
    bench.command(ALICE, Command::PlaceCall { typed: "312-555-0177".into() }).unwrap();
    let (phone, line) = (bench.phone(ALICE), bench.last_dialled());
    bench.phone_told(ALICE, CallProgress::Connected);
    bench.tells(line, CallProgress::Connected);
    bench.tells(line, HANGS_UP);
    assert_eq!((bench.state(ALICE), bench.phone(ALICE)), (AgentState::NotReady, phone));
    bench.command(ALICE, Command::Ready).unwrap();
    assert_eq!((rung(&bench), is_let_go(&bench, phone)), (0, false));
    // A colleague who is called is talked with at once, too.
    bench.command(BOB, Command::SignIn { extension: "1012".into() }).unwrap();
    bench.command(ALICE, Command::PlaceCall { typed: "1012".into() }).unwrap();
    assert_eq!(bench.view(ALICE).dialogs[0].participants[0].state, "active");
}

#[test]
fn a_call_ended_before_its_phone_answered_lets_the_phone_go() {
    let mut bench = Bench::standing("", &[]);
    bench.command(ALICE, Command::SignIn { extension: "1011".into() }).unwrap();
    bench.command(ALICE, Command::PlaceCall { typed: "312-555-0177".into() }).unwrap();
    let phone = bench.phone(ALICE);
    let line = bench.last_dialled();
    bench.act(ALICE, Act::End).unwrap();
    bench.tells(line, CallProgress::NotMade { why: NotMade::GivenUp });
    assert!(is_let_go(&bench, phone));
}

#[test]
fn put_down_between_two_calls_the_agent_is_not_ready_and_ready_rings_again() {
    let mut bench = at_the_phone("", &[]);
    let first = bench.phone(ALICE);
    bench.phone_told(ALICE, PUT_DOWN);
    assert_eq!(reason(&bench).as_deref(), Some("phone_disconnected"));
    bench.command(ALICE, Command::Ready).unwrap();
    bench.phone_told(ALICE, CallProgress::Connected);
    assert_eq!((bench.state(ALICE), rung(&bench)), (AgentState::Ready, 2));
    assert_ne!(bench.phone(ALICE), first, "a line of its own");
    // Whoever is at lunch stays there.
    bench.command(ALICE, Command::NotReady { reason: "lunch".into() }).unwrap();
    bench.phone_told(ALICE, PUT_DOWN);
    assert_eq!(reason(&bench).as_deref(), Some("lunch"));
}

#[test]
fn put_down_in_a_call_it_ends_and_the_phone_rings_for_the_next() {
    let mut bench = at_the_phone("", &[CHICAGO]);
    bench.accept(ALICE);
    bench.told(ALICE, CallProgress::Connected);
    let line = bench.last_dialled();
    bench.phone_told(ALICE, PUT_DOWN);
    bench.tells(line, HANGS_UP);
    assert_eq!((bench.state(ALICE), rung(&bench)), (AgentState::Ready, 2));
    assert_eq!(bench.view(ALICE).waiting, Some(WaitingView::PhoneRings));
}

#[test]
fn a_phone_that_does_not_answer_makes_not_ready() {
    for silent in [false, true] {
        let mut bench = Bench::standing("", &[CHICAGO]);
        bench.sign_in_ready(ALICE);
        let phone = bench.phone(ALICE);
        if silent {
            bench.wait(20);
        } else {
            bench.phone_told(ALICE, NO_PHONE);
        }
        assert_eq!(reason(&bench).as_deref(), Some("phone_not_answering"), "silent: {silent}");
        assert!(is_let_go(&bench, phone));
        bench.wait(60);
        assert_eq!(rung(&bench), 1, "nobody is rung who has not asked for it");
    }
}

#[test]
fn an_agent_who_leaves_or_is_gone_has_no_phone() {
    let signs_out = |bench: &mut Bench| {
        bench.command(ALICE, Command::SignOut).unwrap();
    };
    let is_sent = |bench: &mut Bench| {
        let state = NextState::LoggedOut { reason: "late".into() };
        bench.command(ALICE, Command::Supervise { state }).unwrap();
    };
    let is_gone = |bench: &mut Bench| bench.silence(16);
    let leave: [fn(&mut Bench); 3] = [signs_out, is_sent, is_gone];
    for leaves in leave {
        let mut bench = at_the_phone("", &[]);
        let phone = bench.phone(ALICE);
        leaves(&mut bench);
        assert_eq!(bench.state(ALICE), AgentState::LoggedOut);
        assert!(is_let_go(&bench, phone));
    }
}

#[test]
fn gone_during_a_call_the_phone_goes_with_it() {
    let mut bench = at_the_phone("", &[CHICAGO]);
    bench.accept(ALICE);
    bench.told(ALICE, CallProgress::Connected);
    let (phone, line) = (bench.phone(ALICE), bench.last_dialled());
    bench.alive = vec![phone, line];
    bench.silence(16);
    assert!(!is_let_go(&bench, phone), "they still talk");
    bench.tells(line, HANGS_UP);
    assert_eq!(bench.state(ALICE), AgentState::LoggedOut);
    assert!(is_let_go(&bench, phone));
}

#[test]
fn after_a_restart_the_phone_is_kept_or_missed() {
    let mut bench = at_the_phone("", &[]);
    let phone = bench.phone(ALICE);
    bench.alive = vec![phone];
    let orders = bench.restart();
    assert!(matches!(orders.as_slice(), [Order::EndOthers { keep, .. }, Order::Keep { phone: it }]
        if keep.contains(&phone) && it.channel_id == phone));
    assert_eq!((bench.state(ALICE), bench.phone(ALICE)), (AgentState::Ready, phone));
    bench.alive.clear();
    bench.restart();
    assert_eq!(reason(&bench).as_deref(), Some("phone_disconnected"));
    // One that rang is told of again, or counts as dead when its time is over.
    bench.command(ALICE, Command::Ready).unwrap();
    bench.alive = vec![bench.phone(ALICE)];
    bench.restart();
    bench.wait(20);
    assert_eq!(reason(&bench).as_deref(), Some("phone_not_answering"));
}

#[test]
fn after_a_restart_a_phone_that_rang_before_its_call_began_comes_into_it() {
    let mut bench = Bench::standing("", &[]);
    bench.sign_in_ready(ALICE);
    bench.command(BOB, Command::SignIn { extension: "1012".into() }).unwrap();
    bench.command(ALICE, Command::PlaceCall { typed: "1012".into() }).unwrap();
    let (dialog_id, channel_id) = (bench.call(ALICE), bench.phone(ALICE));
    bench.alive = vec![channel_id];
    let orders = bench.restart();
    assert_eq!(orders.last(), Some(&Order::Retrieve { dialog_id, channel_id }), "{orders:?}");
    bench.phone_told(ALICE, CallProgress::Connected);
    assert_eq!(bench.view(ALICE).dialogs[0].participants[0].state, "active");
}

#[test]
fn a_phone_whose_end_was_not_told_is_missed_between_calls_too() {
    let mut bench = at_the_phone("", &[]);
    bench.alive = vec![bench.phone(ALICE)];
    bench.wait(31);
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.alive.clear();
    bench.wait(31);
    assert_eq!(reason(&bench).as_deref(), Some("phone_disconnected"));
}

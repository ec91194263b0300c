//! Who hears whom, and that everything ends. Each test is what some seed of the simulator broke before the engine was mended.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use rappel::{
    domain::{
        agent::{Agent, AgentState},
        attempt::{CallProgress, NotMade, Side},
        command::{Act, Command},
        dialog::{Caller, Left, ParticipantState},
        event::Event,
        ids::{AgentId, ChannelId, DialogId},
        outcome::FailureCause,
        refusal::Refusal,
        zone_rules::ZoneRules,
    },
    engine::{
        Settings,
        input::{Input, Notice},
        output::Order,
    },
    ports::{Switch, SwitchError},
    runtime::step::Step,
    store::Database,
};

use crate::support::bench::{ALICE, BOB, Bench, TEAM, morning, rules};

const CHICAGO: &str = "312-555-0142";
const OUTSIDE: &str = "312-555-0177";
const HANGS_UP: CallProgress = CallProgress::HungUp { by: Side::Customer };

/// Alice talks with a customer and with somebody outside whom she asks about it; gives both dialogs.
fn consulting(rules: &str) -> (Bench, DialogId, DialogId) {
    let mut bench = Bench::new(rules, &[CHICAGO]);
    let about = bench.talk(ALICE);
    bench.act_in(ALICE, about, Act::Consult { typed: OUTSIDE.into() }).unwrap();
    let asked = bench.last_dialled();
    bench.tells(asked, CallProgress::Connected);
    let consultation = bench.call(ALICE);
    (bench, about, consultation)
}

/// Bob is at work and gets no previews.
fn bob_comes(bench: &mut Bench) {
    bench.command(BOB, Command::SignIn { extension: "1012".into() }).unwrap();
}

fn left(bench: &Bench, wanted: Left) -> usize {
    bench.happened(|event| matches!(event, Event::ParticipantLeft { why, .. } if *why == wanted))
}

#[test]
fn t06_4_nobody_is_joined_to_a_call_that_is_over() {
    let (mut bench, about, consultation) = consulting("[wrap_up]\nmode = \"required\"\nseconds_max = 30\n");
    bench.tells(ChannelId(about.0), HANGS_UP);
    for act in [Act::Conference, Act::Transfer] {
        let refused = bench.act_in(ALICE, about, act.clone()).unwrap_err();
        assert_eq!(refused.code(), "not_in_this_call", "{act:?}");
    }
    assert_eq!(bench.view(ALICE).state, AgentState::Talking);
    bench.act_in(ALICE, consultation, Act::End).unwrap();
}

#[test]
fn t06_1_a_colleague_who_is_in_the_call_is_not_called_about_it() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bob_comes(&mut bench);
    let about = bench.talk(ALICE);
    consult_colleague(&mut bench, about, BOB, "1012");
    bench.act_in(ALICE, about, Act::Conference).unwrap();
    for act in [Act::Consult { typed: "1012".into() }, Act::DirectTransfer { typed: "1012".into() }] {
        let refused = bench.act_in(ALICE, about, act).unwrap_err();
        assert!(matches!(refused, Refusal::NotInThisCall { why: "this colleague is in the call already", .. }));
    }
    bench.check_at_rest();
}

#[test]
fn t06_4_a_colleague_who_comes_two_ways_is_there_once() {
    let (mut bench, about, _) = consulting("");
    bench.act_in(ALICE, about, Act::Conference).unwrap();
    bob_comes(&mut bench);
    let carol = AgentId(13);
    let agent = Agent { id: carol, team_id: TEAM, login: "carol".to_owned(), name: "Carol".to_owned() };
    bench.notice(Notice::AgentChanged { agent });
    bench.command(carol, Command::SignIn { extension: "1013".into() }).unwrap();
    consult_colleague(&mut bench, about, carol, "1013");
    bench.act_in(ALICE, about, Act::Conference).unwrap();
    // While Alice asks Bob, Carol passes the call on to him.
    consult_colleague(&mut bench, about, BOB, "1012");
    bench.act_in(carol, about, Act::DirectTransfer { typed: "1012".into() }).unwrap();
    bench.act_in(ALICE, about, Act::Conference).unwrap();
    bench.check_at_rest();
    let dialog = bench.engine.dialogs().find(|dialog| dialog.id == about).unwrap();
    assert_eq!(dialog.state_of(BOB), Some(ParticipantState::Active));
}

/// Alice asks a colleague, who answers.
fn consult_colleague(bench: &mut Bench, about: DialogId, colleague: AgentId, extension: &str) {
    bench.act_in(ALICE, about, Act::Consult { typed: extension.into() }).unwrap();
    let consultation = bench.call(colleague);
    bench.act_in(colleague, consultation, Act::Answer).unwrap();
    bench.phone_told(colleague, CallProgress::Connected);
}

#[test]
fn t07_2_a_keypad_closes_when_its_call_becomes_part_of_another() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bob_comes(&mut bench);
    let about = bench.talk(ALICE);
    consult_colleague(&mut bench, about, BOB, "1012");
    bench.act(BOB, Act::OpenKeypad).unwrap();
    bench.act_in(ALICE, about, Act::Conference).unwrap();
    bench.act_in(BOB, about, Act::End).unwrap();
}

#[test]
fn t06_4_who_joins_two_calls_on_hold_hears_them() {
    let (mut bench, about, consultation) = consulting("");
    bench.act_in(ALICE, consultation, Act::Hold).unwrap();
    bench.act_in(ALICE, about, Act::Conference).unwrap();
    let phone = bench.phone(ALICE);
    assert_eq!(bench.orders.last(), Some(&Order::Retrieve { dialog_id: about, channel_id: phone }));
}

#[test]
fn t02_1_a_caller_whose_time_is_over_is_offered_to_nobody_else() {
    let mut bench = Bench::new("", &[]);
    bench.queue("service", "wait_seconds_max = 10\nanswer_seconds_max = 20\nwhen_not_answered = \"ready\"\n");
    bench.sign_in_ready(ALICE);
    bench.sign_in_ready(BOB);
    let line = bench.caller("service");
    let dialog_id = bench.call(ALICE);
    bench.wait(12);
    bench.act_in(ALICE, dialog_id, Act::Decline).unwrap();
    assert_eq!((left(&bench, Left::WaitedTooLong), bench.state(BOB)), (1, AgentState::Ready));
    assert_eq!(bench.orders.last(), Some(&Order::HangUp { channel_id: line }));
}

#[test]
fn a_caller_comes_into_the_room_of_their_dialog() {
    let mut bench = Bench::new("", &[]);
    bench.queue("service", "");
    let channel_id = bench.caller("service");
    let dialog_id = bench.engine.dialogs().next().unwrap().id;
    assert_eq!(bench.orders.last(), Some(&Order::Admit { dialog_id, channel_id }));
}

#[test]
fn t02_3_an_answered_call_is_answered_after_a_restart_too() {
    let mut bench = Bench::new("", &[]);
    bob_comes(&mut bench);
    bench.sign_in_ready(ALICE);
    bench.command(ALICE, Command::PlaceCall { typed: "1012".into() }).unwrap();
    bench.phone_told(ALICE, CallProgress::Connected);
    bench.act(BOB, Act::Answer).unwrap();
    bench.phone_told(BOB, CallProgress::Connected);
    bench.alive = bench.lines().into_iter().map(|(_, line)| line).collect();
    bench.restart();
    assert_eq!((bench.dialog(ALICE).phase, bench.dialog(BOB).phase), ("talking", "talking"));
}

#[test]
fn a_phone_that_is_given_up_is_ended() {
    for news in [None, Some(HANGS_UP), Some(CallProgress::NotMade { why: NotMade::Failed(FailureCause::AgentPhone) })] {
        let mut bench = Bench::new("", &[]);
        bench.queue("service", "");
        bench.sign_in_ready(ALICE);
        bench.caller("service");
        bench.act(ALICE, Act::Answer).unwrap();
        let channel_id = bench.phone(ALICE);
        match news.clone() {
            Some(news) => bench.tells(channel_id, news),
            // Nothing was heard of it, and it may be up all the same.
            None => bench.wait(25),
        }
        assert!(bench.orders.contains(&Order::HangUp { channel_id }), "{news:?}");
    }
}

#[test]
fn the_call_of_an_agent_who_was_lost_meanwhile_is_settled() {
    let (mut bench, about, consultation) = consulting("[wrap_up]\nmode = \"required\"\nseconds_max = 600\n");
    // The customer goes, so that Alice would wrap up; she vanishes while she talks in the other call.
    bench.tells(ChannelId(about.0), HANGS_UP);
    bench.silence(30);
    assert_eq!(bench.happened(|event| matches!(event, Event::AgentLost)), 1);
    let asked = bench.last_dialled();
    bench.tells(asked, HANGS_UP);
    assert_eq!(bench.state(ALICE), AgentState::LoggedOut);
    let open: Vec<DialogId> = bench.committed.dialogs.iter().map(|dialog| dialog.id).collect();
    assert_eq!(open, [], "of {about} and {consultation}");
    assert!(bench.happened(|event| matches!(event, Event::AttemptEnded { .. })) == 1, "the contact is free");
}

#[test]
fn after_a_restart_everybody_is_in_their_room_and_other_lines_end() {
    let (mut bench, about, consultation) = consulting("");
    let (phone, customer, asked) = (bench.phone(ALICE), ChannelId(about.0), bench.last_dialled());
    bench.alive = vec![phone, customer, asked];
    let orders = bench.restart();
    let Some(Order::EndOthers { keep, .. }) = orders.first() else { panic!("{orders:?}") };
    assert_eq!(keep.iter().copied().collect::<Vec<_>>(), sorted([phone, customer, asked]));
    for order in [
        Order::Admit { dialog_id: about, channel_id: customer },
        Order::Hold { dialog_id: about, channel_id: phone },
        Order::Admit { dialog_id: consultation, channel_id: asked },
    ] {
        assert!(orders.contains(&order), "{order:?} is not in {orders:?}");
    }
    // Last, so that the phone is in one room.
    assert_eq!(orders.last(), Some(&Order::Retrieve { dialog_id: consultation, channel_id: phone }));
}

fn sorted<const N: usize>(mut lines: [ChannelId; N]) -> Vec<ChannelId> {
    lines.sort_unstable();
    lines.to_vec()
}

#[test]
fn after_a_restart_a_phone_that_is_gone_has_left() {
    let mut bench = Bench::new("", &[CHICAGO]);
    let dialog_id = bench.talk(ALICE);
    bench.alive = vec![ChannelId(dialog_id.0)];
    bench.restart();
    assert_eq!(left(&bench, Left::PhoneGone), 1);
}

#[test]
fn a_phone_whose_end_was_not_told_is_missed() {
    let mut bench = Bench::new("", &[CHICAGO]);
    let dialog_id = bench.talk(ALICE);
    bench.alive = vec![ChannelId(dialog_id.0)];
    bench.wait(31);
    assert_eq!(left(&bench, Left::PhoneGone), 1);
    // The customer is let go, too.
    assert!(bench.orders.contains(&Order::HangUp { channel_id: ChannelId(dialog_id.0) }));
}

#[test]
fn a_caller_of_whom_nobody_knows_that_they_left_is_missed() {
    let mut bench = Bench::new("", &[]);
    bench.queue("service", "");
    bench.caller("service");
    bench.wait(31);
    let waits = |p: &rappel::domain::dialog::Participant| matches!(p.state, ParticipantState::Waiting { .. });
    assert!(!bench.engine.dialogs().any(|dialog| dialog.participants.iter().any(waits)));
}

/// A switch that does not take the first order to end a line.
#[derive(Default)]
struct Busy(Mutex<Vec<Order>>);

impl Switch for Busy {
    async fn order(&self, _now: Timestamp, order: &Order) -> Result<(), SwitchError> {
        let mut orders = self.0.lock().unwrap();
        orders.push(order.clone());
        if orders.len() == 1 { Err(SwitchError("busy".to_owned())) } else { Ok(()) }
    }

    async fn alive(&self, _now: Timestamp, _channels: &[ChannelId]) -> Vec<ChannelId> {
        Vec::new()
    }
}

#[tokio::test]
async fn a_line_that_the_switch_did_not_end_it_is_asked_to_end_again() {
    let db = Database::open_for_simulation().await.unwrap();
    let campaign = db.campaign_apply(&rules(""), morning()).await.unwrap();
    let rules = Arc::new(ZoneRules::bundled());
    let settings = Settings::default();
    let mut step = Step::take_over(db, campaign.team_id, settings, rules, 1, morning()).await.unwrap();
    let (switch, channel_id) = (Busy::default(), ChannelId(uuid::Uuid::from_u128(1)));
    // There is no such queue.
    let arrived = Input::Arrived { channel_id, queue: "none".to_owned(), caller: Caller::default() };
    for input in [arrived, Input::Tick, Input::Tick] {
        drop(step.run(morning(), vec![input], &switch).await.unwrap());
    }
    let asked = switch.0.into_inner().unwrap();
    assert_eq!(asked, [Order::HangUp { channel_id }, Order::HangUp { channel_id }]);
}

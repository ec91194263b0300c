//! What a simulated agent does while they talk, and after it.

use jiff::{RoundMode, SignedDuration, Unit, civil};
use rand::{RngExt, rngs::Xoshiro256PlusPlus};

use super::{
    habits::Habits,
    worker::{Plan, act, hits, millis, secs},
};
use crate::{
    domain::{
        command::{Act, Command, Promise},
        dialog::Digit,
        ids::{ChannelId, DialogId},
        outcome::Classification,
    },
    engine::view::{CustomerView, DialogView},
    switch::simulated::people::{Fate, People, Who, Wish},
};

/// A conversation, and who they are who talk.
pub(super) struct Talk<'a> {
    pub call: &'a DialogView,
    pub habits: &'a Habits,
    pub people: &'a People,
    /// Whom the agent would ask, or pass the call to.
    pub somebody: String,
}

/// The agent talks: what comes of it, what they do meanwhile, and what follows.
pub(super) fn talk(talk: &Talk<'_>, dice: &mut Xoshiro256PlusPlus) -> Plan {
    let Talk { call, habits, somebody, .. } = talk;
    let mut plan = course(talk, dice);
    let typed = somebody.clone();
    let can = |what: &str| call.allowed_acts.contains(&what);
    if can("consult") && hits(dice, habits.consults) {
        plan.push((millis(dice, 4_000..20_000), act(call, Act::Consult { typed })));
    } else if can("direct_transfer") && hits(dice, habits.direct_transfers) {
        plan.push((millis(dice, 4_000..20_000), act(call, Act::DirectTransfer { typed })));
    } else if can("hold") && hits(dice, habits.holds) {
        plan.push((millis(dice, 4_000..20_000), act(call, Act::Hold)));
    } else if can("open_keypad") && hits(dice, habits.keypads) {
        plan.push((millis(dice, 2_000..10_000), act(call, Act::OpenKeypad)));
    }
    if can("pause_recording") && hits(dice, habits.pauses) {
        plan.extend(pause(call, dice));
    }
    afterwards(call, dice, &mut plan);
    plan
}

/// The customer says a card number; some agents forget to go on recording.
fn pause(call: &DialogView, dice: &mut Xoshiro256PlusPlus) -> Plan {
    let at = millis(dice, 1_000..15_000);
    let mut plan = vec![(at, act(call, Act::PauseRecording))];
    if dice.random_range(0..4) > 0 {
        plan.push((at + millis(dice, 50..20_000), act(call, Act::ResumeRecording)));
    }
    plan
}

/// What the agent says meanwhile of the time after the call.
fn afterwards(call: &DialogView, dice: &mut Xoshiro256PlusPlus, plan: &mut Plan) {
    let lunch = || Command::NotReady { reason: "lunch".to_owned() };
    match dice.random_range(0..100) {
        0..5 => plan.push((secs(5), lunch())),
        5..7 => plan.extend([(secs(6), lunch()), (secs(7), act(call, Act::WrapUp))]),
        7..9 => plan.extend([(secs(6), lunch()), (secs(9), Command::Ready)]),
        // Some think of it late, or too late.
        9..16 => plan.push((secs(dice.random_range(30..120)), act(call, Act::WrapUp))),
        16..34 => plan.push((secs(4), act(call, Act::WrapUp))),
        _ => {}
    }
    if !call.wrap_up_reasons.is_empty() && dice.random_range(0..100) < 15 {
        plan.push((secs(dice.random_range(3..60)), reason(call, dice)));
    }
}

/// How the conversation goes, by who is at the other end.
fn course(talk: &Talk<'_>, dice: &mut Xoshiro256PlusPlus) -> Plan {
    let call = talk.call;
    let end = |after| (after, act(call, Act::End));
    let Some(customer) = &call.customer else {
        // Often it is the agent who hangs up; between colleagues always.
        return if call.kind == "internal" || dice.random_range(0..10) < 7 {
            vec![end(secs(dice.random_range(8..120)))]
        } else {
            Plan::new()
        };
    };
    let say = |after, to| (after, act(call, Act::Reclassify { to }));
    let line = ChannelId(call.dialog_id.0);
    let fate = talk.people.fate(line, customer.number.as_str());
    let Fate::Answers { who, talks, .. } = fate else { return Plan::new() };
    let hears = secs(dice.random_range(3..9));
    match who {
        Who::Machine => vec![say(hears, Classification::AnsweringMachine), end(hears + secs(1))],
        Who::Fax => vec![say(hears, Classification::Fax), end(hears + secs(1))],
        Who::Person(Wish::DoNotCall) => vec![say(hears, Classification::DoNotCall), end(hears + secs(2))],
        Who::Person(Wish::CallBack { hours }) => {
            vec![(hears + secs(5), promise(call, customer, hours)), end(hears + secs(12))]
        }
        // About half the time it is the agent who hangs up.
        Who::Person(Wish::Talk) if dice.random_range(0..2) == 0 => vec![end((talks - secs(5)).max(secs(5)))],
        Who::Person(Wish::Talk) => Plan::new(),
    }
}

/// Promises to call at a round time of the customer's clock.
fn promise(call: &DialogView, customer: &CustomerView, hours: i64) -> Command {
    let local = customer.local_times.first();
    let at = local.map(|local| round(local.at.saturating_add(SignedDuration::from_hours(hours))));
    // The customer was asked: where the number leaves several zones, the agent states one.
    let zone = local.filter(|_| customer.local_times.len() > 1).map(|local| local.zone);
    let promise = Promise { at, zone, ..Promise::default() };
    act(call, Act::ScheduleCallback { promise })
}

fn round(at: civil::DateTime) -> civil::DateTime {
    let quarter = civil::DateTimeRound::new().smallest(Unit::Minute).increment(15).mode(RoundMode::Ceil);
    at.round(quarter).unwrap_or(at)
}

/// The agent talks with whom they ask about another call.
pub(super) fn consult(call: &DialogView, dice: &mut Xoshiro256PlusPlus) -> Plan {
    let about = |act| Command::InDialog { dialog_id: call.about.unwrap_or(call.dialog_id), act };
    let (soon, later) = (millis(dice, 3_000..15_000), millis(dice, 15_000..40_000));
    let mut plan = match dice.random_range(0..100) {
        0..30 => vec![(soon, about(Act::Conference))],
        30..60 => vec![(soon, about(Act::Transfer))],
        // To and fro, then all together or not.
        60..75 => vec![
            (soon, about(Act::Retrieve)),
            (soon + secs(8), act(call, Act::Retrieve)),
            (soon + secs(16), about(if dice.random_range(0..2) == 0 { Act::Conference } else { Act::Transfer })),
        ],
        75..80 => vec![(soon, act(call, Act::OpenKeypad)), (later, act(call, Act::End))],
        _ => vec![(soon, act(call, Act::End)), (soon + secs(1), about(Act::Retrieve))],
    };
    // Whatever became of the other call meanwhile: this one ends.
    plan.push((later + secs(60), act(call, Act::End)));
    plan
}

/// Keys, some faster than they can be sent, then the keypad is closed; some forget it for a while.
pub(super) fn keys(dialog_id: DialogId, dice: &mut Xoshiro256PlusPlus) -> Plan {
    let press = |act| Command::InDialog { dialog_id, act };
    let mut plan = Plan::new();
    let mut at = secs(1);
    for _ in 0..dice.random_range(0..8) {
        let key = b"0123456789*#"[dice.random_range(0..12)];
        if let Ok(digit) = Digit::try_from(char::from(key)) {
            plan.push((at, press(Act::SendDigit { digit })));
        }
        at += millis(dice, 30..700);
    }
    let forgets = dice.random_range(0..100) < 15;
    at += if forgets { secs(dice.random_range(20..200)) } else { millis(dice, 100..2_000) };
    plan.push((at, press(Act::CloseKeypad)));
    // Whatever they wanted to do meanwhile was refused.
    plan.push((at + secs(dice.random_range(6..90)), press(Act::End)));
    plan
}

fn reason(call: &DialogView, dice: &mut Xoshiro256PlusPlus) -> Command {
    let reason = call.wrap_up_reasons[dice.random_range(0..call.wrap_up_reasons.len())].clone();
    act(call, Act::ApplyWrapUpReason { reason })
}

/// The call is over: a reason, then the next state, or the timer does it.
pub(super) fn wrap_up(call: &DialogView, dice: &mut Xoshiro256PlusPlus) -> Plan {
    let takes = secs(dice.random_range(2..20));
    let mut plan = Plan::new();
    if !call.wrap_up_reasons.is_empty() {
        plan.push((takes, reason(call, dice)));
    }
    // Some let the timer do it.
    if dice.random_range(0..100) < 80 {
        plan.push((takes + secs(1), Command::Ready));
    }
    plan
}

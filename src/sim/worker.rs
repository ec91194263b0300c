//! A simulated agent: looks at what every agent can see, and decides what to do when.

use jiff::{RoundMode, SignedDuration, Unit, civil};
use rand::{RngExt, rngs::Xoshiro256PlusPlus};

use crate::{
    domain::{
        agent::AgentState,
        command::{Act, Command, Promise},
        ids::{ChannelId, DialogId, ReservationId},
        outcome::Classification,
    },
    engine::view::{AgentView, CustomerView, DialogView},
    switch::simulated::people::{Fate, People, Who, Wish},
};

/// What a worker will do, after so long.
pub type Plan = Vec<(SignedDuration, Command)>;

/// The reason of an agent whose working day is over.
pub const END_OF_SHIFT: &str = "end_of_shift";

/// What a worker looks at: when it changes, they think again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    Nothing(AgentState),
    Preview(ReservationId),
    Call(DialogId, &'static str),
}

/// A simulated agent.
#[derive(Clone, Debug)]
pub struct Worker {
    /// Their phone.
    pub extension: String,
    /// At work, or about to leave.
    pub on_shift: bool,
    /// Gone without a word: does nothing, renews nothing.
    pub vanished: bool,
    sight: Option<Sight>,
}

impl Worker {
    /// An agent at this phone, who is not at work yet.
    pub fn new(extension: String) -> Self {
        Self { extension, on_shift: false, vanished: false, sight: None }
    }

    /// Forgets what they saw, and looks again.
    pub fn blink(&mut self) {
        self.sight = None;
    }

    /// Looks at the screen. If it shows something new, decides what to do.
    pub fn look(&mut self, view: &AgentView, people: &People, dice: &mut Xoshiro256PlusPlus) -> Plan {
        let call = view.dialogs.last();
        let sight = match (&view.preview, call) {
            (Some(preview), _) => Sight::Preview(preview.reservation_id),
            (None, Some(call)) => Sight::Call(call.dialog_id, call.phase),
            (None, None) => Sight::Nothing(view.state),
        };
        if self.vanished || self.sight == Some(sight) {
            return Plan::new();
        }
        self.sight = Some(sight);
        match (&view.preview, call) {
            (Some(preview), _) => decide(preview.reservation_id, &view.allowed_commands, dice),
            (None, Some(call)) => in_call(call, people, dice),
            (None, None) => self.idle(view, dice),
        }
    }

    fn idle(&self, view: &AgentView, dice: &mut Xoshiro256PlusPlus) -> Plan {
        match view.state {
            AgentState::NotReady | AgentState::Ready if !self.on_shift => vec![(secs(1), Command::SignOut)],
            AgentState::NotReady => vec![(secs(dice.random_range(2..30)), Command::Ready)],
            // Coffee, once in a while.
            AgentState::Ready if dice.random_range(0..100) < 2 => {
                vec![(secs(dice.random_range(20..400)), Command::NotReady { reason: "break".to_owned() })]
            }
            AgentState::LoggedOut if self.on_shift => {
                vec![(secs(dice.random_range(1..60)), Command::SignIn { extension: self.extension.clone() })]
            }
            _ => Plan::new(),
        }
    }
}

fn in_call(call: &DialogView, people: &People, dice: &mut Xoshiro256PlusPlus) -> Plan {
    match call.phase {
        // Some lose patience.
        "dialing" if dice.random_range(0..100) < 3 => {
            vec![(secs(dice.random_range(1..30)), act(call, Act::End))]
        }
        "talking" => {
            let mut plan = talk(call, people, dice);
            if dice.random_range(0..100) < 5 {
                plan.push((secs(5), Command::NotReady { reason: "lunch".to_owned() }));
            }
            if dice.random_range(0..100) < 20 {
                plan.push((secs(4), act(call, Act::WrapUp)));
            }
            plan
        }
        "wrapping_up" => wrap_up(call, dice),
        _ => Plan::new(),
    }
}

fn act(call: &DialogView, act: Act) -> Command {
    Command::InDialog { dialog_id: call.dialog_id, act }
}

fn secs(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

/// Reads, then accepts, rejects, closes, or forgets about it.
fn decide(reservation_id: ReservationId, allowed: &[&str], dice: &mut Xoshiro256PlusPlus) -> Plan {
    let reads = SignedDuration::from_millis(dice.random_range(3_000..22_000));
    let command = match dice.random_range(0..100) {
        0..7 if allowed.contains(&"reject_preview") => Command::RejectPreview { reservation_id },
        7..10 if allowed.contains(&"close_preview") => Command::ClosePreview { reservation_id },
        10..12 => return Plan::new(),
        _ => Command::AcceptPreview { reservation_id },
    };
    let mut plan = vec![(reads, command.clone())];
    // Some click twice.
    if dice.random_range(0..100) < 10 {
        plan.push((reads + SignedDuration::from_millis(120), command));
    }
    plan
}

fn talk(call: &DialogView, people: &People, dice: &mut Xoshiro256PlusPlus) -> Plan {
    let end = |after| (after, act(call, Act::End));
    let say = |after, to| (after, act(call, Act::Reclassify { to }));
    let Some(customer) = &call.customer else { return Plan::new() };
    let line = ChannelId(call.dialog_id.0);
    let Fate::Answers { who, talks, .. } = people.fate(line, customer.number.as_str()) else { return Plan::new() };
    let hears = secs(dice.random_range(3..9));
    match who {
        Who::Machine => vec![say(hears, Classification::AnsweringMachine), end(hears + secs(1))],
        Who::Fax => vec![say(hears, Classification::Fax), end(hears + secs(1))],
        Who::Person(Wish::DoNotCall) => vec![say(hears, Classification::DoNotCall), end(hears + secs(2))],
        Who::Person(Wish::CallBack { hours }) => {
            vec![(hears + secs(5), promise(call, customer, hours)), end(hears + secs(12))]
        }
        // About half the time it is the agent who hangs up.
        Who::Person(Wish::Talk) if dice.random_range(0..2) == 0 => vec![end(talks - secs(5))],
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

fn wrap_up(call: &DialogView, dice: &mut Xoshiro256PlusPlus) -> Plan {
    let takes = secs(dice.random_range(2..20));
    let mut plan = Plan::new();
    if !call.wrap_up_reasons.is_empty() {
        let reason = call.wrap_up_reasons[dice.random_range(0..call.wrap_up_reasons.len())].clone();
        plan.push((takes, act(call, Act::ApplyWrapUpReason { reason })));
    }
    // Some let the timer do it.
    if dice.random_range(0..100) < 80 {
        plan.push((takes + secs(1), Command::Ready));
    }
    plan
}

//! A simulated agent: looks at what every agent can see, and decides what to do when.
//!
//! They think about each thing they see once, when it is new or has changed: their state, a preview, where a dialog is and
//! where the others in it are. What they then plan may be overtaken by what happens, and is refused; that is part of the day.

use jiff::SignedDuration;
use rand::{RngExt, rngs::Xoshiro256PlusPlus};

use super::{
    habits::Habits,
    talking::{self, Talk},
};
use crate::{
    domain::{
        agent::AgentState,
        command::{Act, Command},
        ids::{DialogId, ReservationId},
        outcome::Classification,
    },
    engine::view::{AgentView, DialogView},
    switch::simulated::people::People,
};

/// What a worker will do, after so long.
pub type Plan = Vec<(SignedDuration, Command)>;

/// The reason of an agent whose working day is over.
pub const END_OF_SHIFT: &str = "end_of_shift";

/// One thing that a worker sees: when it changes, they think again.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sight {
    Nothing(AgentState),
    Preview(ReservationId),
    Call { id: DialogId, phase: &'static str, others: Vec<&'static str>, is_only: bool },
    Keypad(DialogId),
    Guess { id: DialogId, to: Classification },
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
    /// Those of their colleagues.
    colleagues: Vec<String>,
    habits: Habits,
    sights: Vec<Sight>,
}

impl Worker {
    /// An agent at the phone with this place among `extensions`, who is not at work yet.
    pub fn new(place: usize, extensions: &[String], habits: Habits) -> Self {
        let mut colleagues = extensions.to_vec();
        let extension = colleagues.remove(place);
        Self { extension, on_shift: false, vanished: false, colleagues, habits, sights: Vec::new() }
    }

    /// Forgets what they saw, and looks again.
    pub fn blink(&mut self) {
        self.sights.clear();
    }

    /// Looks at the screen. If it shows something new, decides what to do.
    pub fn look(&mut self, view: &AgentView, people: &People, dice: &mut Xoshiro256PlusPlus) -> Plan {
        if self.vanished {
            return Plan::new();
        }
        let before = std::mem::replace(&mut self.sights, sights(view));
        let new: Vec<Sight> = self.sights.iter().filter(|sight| !before.contains(sight)).cloned().collect();
        let mut plan = Plan::new();
        for sight in new {
            plan.extend(match sight {
                Sight::Nothing(state) => self.idle(state, dice),
                Sight::Preview(id) => self.reads(id, view, dice),
                Sight::Call { id, is_only, .. } => match view.dialogs.iter().find(|call| call.dialog_id == id) {
                    Some(call) => self.in_call(view, call, is_only, people, dice),
                    None => Plan::new(),
                },
                Sight::Keypad(id) => talking::keys(id, dice),
                Sight::Guess { id, to } if hits(dice, self.habits.takes_guesses) => {
                    vec![(millis(dice, 500..2_500), Command::InDialog { dialog_id: id, act: Act::Reclassify { to } })]
                }
                Sight::Guess { .. } => Plan::new(),
            });
            if hits(dice, self.habits.fumbles) {
                plan.push((millis(dice, 100..5_000), self.fumble(view, dice)));
            }
        }
        plan
    }

    fn reads(&self, id: ReservationId, view: &AgentView, dice: &mut Xoshiro256PlusPlus) -> Plan {
        let mut plan = decide(id, &view.allowed_commands, dice);
        if !self.on_shift {
            // Whoever clicked Ready by mistake after their shift goes home after this one.
            plan.push((secs(1), Command::NotReady { reason: END_OF_SHIFT.to_owned() }));
        }
        plan
    }

    /// Would they still do what they planned, now that the screen looks so? Some click too late, or wrong; nobody asks for
    /// more work after their shift.
    pub fn still_does(&self, command: &Command, view: &AgentView, dice: &mut Xoshiro256PlusPlus) -> bool {
        if !self.on_shift && *command == Command::Ready {
            return false;
        }
        let is_shown = match command {
            Command::InDialog { dialog_id, act } => {
                let call = view.dialogs.iter().find(|call| call.dialog_id == *dialog_id);
                call.is_some_and(|call| call.allowed_acts.contains(&act.kind().name()))
            }
            other => view.allowed_commands.contains(&other.name()),
        };
        is_shown || hits(dice, self.habits.clicks_too_late)
    }

    fn idle(&self, state: AgentState, dice: &mut Xoshiro256PlusPlus) -> Plan {
        match state {
            AgentState::NotReady | AgentState::Ready if !self.on_shift => vec![(secs(1), Command::SignOut)],
            AgentState::NotReady if hits(dice, self.habits.places) => {
                vec![(secs(2), self.places(dice)), (secs(dice.random_range(30..60)), Command::Ready)]
            }
            // Before the next preview comes, or too late for it.
            AgentState::Ready if hits(dice, self.habits.places) => vec![(millis(dice, 0..900), self.places(dice))],
            AgentState::NotReady => vec![(secs(dice.random_range(2..30)), Command::Ready)],
            // Coffee, once in a while.
            AgentState::Ready if dice.random_range(0..100) < 2 => {
                vec![(secs(dice.random_range(20..400)), Command::NotReady { reason: "break".to_owned() })]
            }
            AgentState::LoggedOut if self.on_shift => {
                vec![(secs(dice.random_range(1..60)), Command::SignIn { extension: self.extension.clone() })]
            }
            AgentState::LoggedOut
            | AgentState::Ready
            | AgentState::Reserved
            | AgentState::Talking
            | AgentState::Hold
            | AgentState::WrapUp => Plan::new(),
        }
    }

    fn places(&self, dice: &mut Xoshiro256PlusPlus) -> Command {
        Command::PlaceCall { typed: self.somebody(dice) }
    }

    /// A colleague, or a number that is reserved for fiction.
    fn somebody(&self, dice: &mut Xoshiro256PlusPlus) -> String {
        if !self.colleagues.is_empty() && hits(dice, self.habits.colleagues) {
            self.colleagues[dice.random_range(0..self.colleagues.len())].clone()
        } else {
            format!("(312) 555-01{:02}", dice.random_range(0..100))
        }
    }

    fn in_call(
        &self,
        view: &AgentView,
        call: &DialogView,
        is_only: bool,
        people: &People,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Plan {
        match call.phase {
            "offered" => self.answers(call, dice),
            // Some lose patience.
            "connecting" | "dialing" | "ringing" if dice.random_range(0..100) < 3 => {
                vec![(secs(dice.random_range(1..30)), act(call, Act::End))]
            }
            "talking" if !self.on_shift => vec![(secs(dice.random_range(2..60)), act(call, Act::End))],
            "talking" => {
                let somebody = self.somebody(dice);
                let talk = Talk { call, habits: &self.habits, people, somebody };
                if call.about.is_some() { talking::consult(call, dice) } else { talking::talk(&talk, dice) }
            }
            // Whoever is on hold is not forgotten, once nobody else talks.
            "held" if is_only => vec![(secs(dice.random_range(2..40)), act(call, Act::Retrieve))],
            "wrapping_up" if view.state == AgentState::WrapUp => talking::wrap_up(call, dice),
            _ => Plan::new(),
        }
    }

    fn answers(&self, call: &DialogView, dice: &mut Xoshiro256PlusPlus) -> Plan {
        if !hits(dice, self.habits.declines) {
            return vec![(millis(dice, 800..6_000), act(call, Act::Answer))];
        }
        // Declined, or nobody is at the desk.
        if dice.random_range(0..2) == 0 { vec![(secs(3), act(call, Act::Decline))] } else { Plan::new() }
    }

    /// Something that hardly fits.
    fn fumble(&self, view: &AgentView, dice: &mut Xoshiro256PlusPlus) -> Command {
        let Some(call) = view.dialogs.first() else {
            return if dice.random_range(0..2) == 0 { self.places(dice) } else { Command::SignOut };
        };
        let anything = match dice.random_range(0..12) {
            0 => Act::Answer,
            1 => Act::Decline,
            2 => Act::Hold,
            3 => Act::Retrieve,
            4 => Act::Conference,
            5 => Act::Transfer,
            6 => Act::OpenKeypad,
            7 => Act::CloseKeypad,
            8 => Act::Consult { typed: self.extension.clone() },
            9 => Act::Consult { typed: self.somebody(dice) },
            10 => Act::DirectTransfer { typed: self.somebody(dice) },
            _ => Act::End,
        };
        act(call, anything)
    }
}

/// All that a worker sees.
fn sights(view: &AgentView) -> Vec<Sight> {
    let mut sights: Vec<Sight> = view.preview.iter().map(|preview| Sight::Preview(preview.reservation_id)).collect();
    for call in &view.dialogs {
        let others = call.participants.iter().filter(|p| p.agent_id != Some(view.agent.id));
        let keeps_busy = |other: &DialogView| {
            other.dialog_id != call.dialog_id && !matches!(other.phase, "held" | "offered" | "wrapping_up")
        };
        sights.push(Sight::Call {
            id: call.dialog_id,
            phase: call.phase,
            others: others.map(|p| p.state).collect(),
            is_only: !view.dialogs.iter().any(keeps_busy),
        });
        sights.extend(call.suggested.map(|to| Sight::Guess { id: call.dialog_id, to }));
        sights.extend(call.keypad.as_ref().map(|_| Sight::Keypad(call.dialog_id)));
    }
    if sights.is_empty() {
        sights.push(Sight::Nothing(view.state));
    }
    sights
}

/// Reads, then accepts, rejects, closes, or forgets about it.
fn decide(reservation_id: ReservationId, allowed: &[&str], dice: &mut Xoshiro256PlusPlus) -> Plan {
    let reads = millis(dice, 3_000..22_000);
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

pub(super) fn act(call: &DialogView, act: Act) -> Command {
    Command::InDialog { dialog_id: call.dialog_id, act }
}

pub(super) fn secs(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

pub(super) fn millis(dice: &mut Xoshiro256PlusPlus, range: std::ops::Range<i64>) -> SignedDuration {
    SignedDuration::from_millis(dice.random_range(range))
}

/// Does it happen, with this share of a thousand?
pub(super) fn hits(dice: &mut Xoshiro256PlusPlus, share: u32) -> bool {
    share > 0 && dice.random_range(0..1000) < share
}

//! A simulated supervisor: listens to one call and the next, whispers, joins, and leaves, or forgets to.

use jiff::SignedDuration;
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

use super::worker::secs;
use crate::{
    domain::{
        command::Command,
        ids::{AgentId, SupervisorId},
        supervision::SupervisionMode,
    },
    engine::Engine,
};

/// The supervisor's phone.
pub(super) const EXTENSION: &str = "1900";

const MODES: [SupervisionMode; 3] = [SupervisionMode::Listen, SupervisionMode::Whisper, SupervisionMode::Join];

/// A supervisor, with dice of their own: whoever has none does not change the others' day.
pub(super) struct Supervisor {
    looks_every: u32,
    dice: Xoshiro256PlusPlus,
}

impl Supervisor {
    pub fn new(looks_every: u32, seed: u64) -> Self {
        Self { looks_every, dice: Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(5)) }
    }

    /// When they look again, and what they want of which agent; nothing if they hang up.
    pub fn look(&mut self, agents: &[AgentId], engine: &Engine) -> (SignedDuration, Option<(AgentId, Command)>) {
        let after = secs(self.dice.random_range(1..=2 * i64::from(self.looks_every)));
        let with = agents.iter().find(|id| engine.session(**id).is_some_and(|session| session.supervision.is_some()));
        let id = with.copied().unwrap_or_else(|| agents[self.dice.random_range(0..agents.len())]);
        let mode = MODES[self.dice.random_range(0..MODES.len())];
        let begin = Command::BeginSupervision { supervisor_id: SupervisorId(1), extension: EXTENSION.to_owned(), mode };
        let wish = match (with, self.dice.random_range(0..10)) {
            (Some(_), 0) => None,
            // Now and then they forget where they are, and end what nobody began.
            (Some(_), 1..4) | (None, 0) => Some(Command::EndSupervision),
            _ => Some(begin),
        };
        (after, wish.map(|command| (id, command)))
    }
}

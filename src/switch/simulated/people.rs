//! Who is at the other end. What happens to a call follows from the seed, the number and the line alone, so it does not
//! depend on the order in which calls are made.

use jiff::SignedDuration;
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

use crate::domain::ids::ChannelId;

/// What people wish who answer in person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// They talk, and that is it.
    Talk,
    /// Not now: call me back in so many hours.
    CallBack {
        /// Hours from now.
        hours: i64,
    },
    /// Never call me again.
    DoNotCall,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person.
    Person(Wish),
    /// A machine.
    Machine,
    /// A fax.
    Fax,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Somebody or something answers.
    Answers {
        /// After ringing so long.
        after: SignedDuration,
        /// Who.
        who: Who,
        /// They hang up after so long, if the agent does not before.
        talks: SignedDuration,
    },
    /// It rings and nobody answers.
    RingsOut,
    /// Busy.
    Busy,
    /// No such number.
    Invalid,
    /// The person declines.
    Declined,
    /// No line was free.
    Congestion,
    /// The agent's own phone does not answer.
    AgentPhoneDead,
}

/// How people behave, in shares of a thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    /// Numbers that do not exist.
    pub invalid: u32,
    /// Numbers that are a fax.
    pub fax: u32,
    /// Of the calls to other numbers: answered by a person.
    pub person: u32,
    /// Answered by a machine.
    pub machine: u32,
    /// Busy.
    pub busy: u32,
    /// Declined.
    pub declined: u32,
    /// No line free.
    pub congestion: u32,
    /// The agent's phone is dead.
    pub agent_phone_dead: u32,
    /// Of the persons: wish to be called back.
    pub call_back: u32,
    /// Of the persons: never want to be called again.
    pub do_not_call: u32,
}

impl Default for Mix {
    fn default() -> Self {
        Self {
            invalid: 30,
            fax: 10,
            person: 330,
            machine: 180,
            busy: 80,
            declined: 30,
            congestion: 8,
            agent_phone_dead: 1,
            call_back: 120,
            do_not_call: 25,
        }
    }
}

/// A population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct People {
    seed: u64,
    mix: Mix,
}

impl People {
    /// A population with the usual behaviour.
    pub fn seeded(seed: u64) -> Self {
        Self::with_mix(seed, Mix::default())
    }

    /// A population with this behaviour.
    pub fn with_mix(seed: u64, mix: Mix) -> Self {
        Self { seed, mix }
    }

    /// How they behave.
    pub fn mix(&self) -> &Mix {
        &self.mix
    }

    /// What happens to this call.
    pub fn fate(&self, channel: ChannelId, number: &str) -> Fate {
        let mix = &self.mix;
        // What a number is stays; what happens on it changes from call to call.
        let nature = dice(self.seed ^ fold(number.as_bytes())).random_range(0..1000);
        if nature < mix.invalid {
            return Fate::Invalid;
        }
        let mut dice = dice(self.seed.rotate_left(17) ^ fold(channel.0.as_bytes()));
        if nature < mix.invalid + mix.fax {
            return answers(&mut dice, Who::Fax, 5..9);
        }
        let mut roll = dice.random_range(0..1000u32);
        let mut falls_in = |share: u32| {
            let hit = roll < share;
            roll = roll.saturating_sub(share);
            hit
        };
        if falls_in(mix.agent_phone_dead) {
            Fate::AgentPhoneDead
        } else if falls_in(mix.person) {
            let wish = self.wish(&mut dice);
            let talks = if wish == Wish::Talk { 40..260 } else { 25..90 };
            answers(&mut dice, Who::Person(wish), talks)
        } else if falls_in(mix.machine) {
            answers(&mut dice, Who::Machine, 20..40)
        } else if falls_in(mix.busy) {
            Fate::Busy
        } else if falls_in(mix.declined) {
            Fate::Declined
        } else if falls_in(mix.congestion) {
            Fate::Congestion
        } else {
            Fate::RingsOut
        }
    }

    /// What happens to a call to somebody whom an agent calls: most are there, and some of those have no time.
    pub fn placed_fate(&self, channel: ChannelId) -> Fate {
        let mut dice = dice(self.seed.rotate_left(29) ^ fold(channel.0.as_bytes()));
        match dice.random_range(0..100) {
            0..55 => answers(&mut dice, Who::Person(Wish::Talk), 20..200),
            55..70 => answers(&mut dice, Who::Person(Wish::Talk), 1..12),
            70..82 => Fate::RingsOut,
            82..92 => Fate::Busy,
            92..96 => Fate::Declined,
            _ => Fate::Congestion,
        }
    }

    /// Can the recording of this line not be made? One of fifty cannot.
    pub fn recording_fails(&self, channel: ChannelId) -> bool {
        let mut dice = dice(self.seed.rotate_left(53) ^ fold(channel.0.as_bytes()));
        dice.random_range(0..50) == 0
    }

    /// Does an agent's phone not answer that is rung for no call?
    pub fn phone_is_dead(&self, channel: ChannelId) -> bool {
        let mut dice = dice(self.seed.rotate_left(59) ^ fold(channel.0.as_bytes()));
        dice.random_range(0..1000u32) < self.mix.agent_phone_dead
    }

    /// How long a caller talks with whoever answers, if nobody ends it before.
    pub fn caller_talks(&self, channel: ChannelId) -> SignedDuration {
        let mut dice = dice(self.seed.rotate_left(41) ^ fold(channel.0.as_bytes()));
        SignedDuration::from_secs(dice.random_range(5..240))
    }

    /// How long a caller waits before they give up.
    pub fn patience(&self, channel: ChannelId) -> SignedDuration {
        let mut dice = dice(self.seed.rotate_left(47) ^ fold(channel.0.as_bytes()));
        SignedDuration::from_secs(dice.random_range(10..900))
    }

    fn wish(&self, dice: &mut Xoshiro256PlusPlus) -> Wish {
        let roll = dice.random_range(0..1000u32);
        if roll < self.mix.do_not_call {
            Wish::DoNotCall
        } else if roll < self.mix.do_not_call + self.mix.call_back {
            Wish::CallBack { hours: dice.random_range(1..72) }
        } else {
            Wish::Talk
        }
    }
}

fn answers(dice: &mut Xoshiro256PlusPlus, who: Who, talk_seconds: std::ops::Range<i64>) -> Fate {
    Fate::Answers {
        after: SignedDuration::from_secs(dice.random_range(3..22)),
        who,
        talks: SignedDuration::from_secs(dice.random_range(talk_seconds)),
    }
}

fn dice(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// A number from bytes (FNV-1a): stable over versions and machines, unlike the standard hasher.
pub(crate) fn fold(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

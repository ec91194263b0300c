//! People who call a service queue of the team, by dice of their own: who calls when does not depend on what agents do.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};
use uuid::Uuid;

use crate::domain::{dialog::Caller, ids::ChannelId};

/// How many call which queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callers {
    /// The queue's name.
    pub queue: String,
    /// About so many in an hour.
    pub an_hour: u32,
}

/// Somebody who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// When.
    pub at: Timestamp,
    /// Their line.
    pub channel_id: ChannelId,
    /// What the network tells of them.
    pub caller: Caller,
}

impl Callers {
    /// Everybody who calls in this time.
    pub fn between(&self, from: Timestamp, until: Timestamp, seed: u64) -> Vec<Call> {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(23) ^ from.as_second().unsigned_abs());
        let mut calls = Vec::new();
        let mut at = from;
        loop {
            // Even gaps around the mean are bursts enough.
            let mean = 3_600_000 / i64::from(self.an_hour.max(1));
            at += SignedDuration::from_millis(dice.random_range(0..=2 * mean));
            if at >= until || self.an_hour == 0 {
                return calls;
            }
            let topic = ["bill", "contract", "claim"][dice.random_range(0..3)];
            let caller = Caller { number: None, variables: BTreeMap::from([("Topic".to_owned(), topic.to_owned())]) };
            let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
            let id = uuid::Builder::from_unix_timestamp_millis(millis, &dice.random()).into_uuid();
            calls.push(Call { at, channel_id: ChannelId::from(id as Uuid), caller });
        }
    }
}

//! How much one client may ask for.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};

use super::problem::{Code, Problem};

/// When so many tokens are counted, those that were idle are forgotten.
const COUNTED: usize = 10_000;

/// How much one client may ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests per second and token, in the long run.
    pub requests_per_second: NonZeroU32,
    /// Requests at once, after a pause.
    pub requests_at_once: NonZeroU32,
    /// Open event streams per token.
    pub streams_per_token: usize,
    /// The longest a request may take. Event streams are not bound by it.
    pub time_out: Duration,
    /// How often an event stream says that it lives, renews the agent's presence and looks whether the token still
    /// stands. At most 4 seconds, so that a revocation takes effect within 5.
    pub heartbeat: Duration,
    /// Bytes of a command.
    pub command_bytes_max: usize,
    /// Bytes of a body with contacts or with the rules of a campaign.
    pub contacts_bytes_max: usize,
    /// Bytes of a list that is sent as a file.
    pub upload_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: const { NonZeroU32::new(50).unwrap() },
            requests_at_once: const { NonZeroU32::new(100).unwrap() },
            streams_per_token: 8,
            time_out: Duration::from_secs(30),
            heartbeat: Duration::from_secs(4),
            command_bytes_max: 64 * 1024,
            contacts_bytes_max: 8 * 1024 * 1024,
            upload_bytes_max: 200_000_000,
        }
    }
}

/// Counts the requests of each token.
pub(super) struct Limiter(DefaultKeyedRateLimiter<i64>);

impl Limiter {
    pub fn new(limits: &Limits) -> Self {
        let quota = Quota::per_second(limits.requests_per_second).allow_burst(limits.requests_at_once);
        Self(DefaultKeyedRateLimiter::dashmap(quota))
    }

    /// Counts one request.
    pub fn check(&self, token_id: i64) -> Result<(), Problem> {
        if self.0.len() > COUNTED {
            self.0.retain_recent();
        }
        self.0.check_key(&token_id).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.0.clock().now());
            Problem::new(Code::TooManyRequests, "slow down, and try again later").retry_after(wait.as_secs() + 1)
        })
    }
}

/// Counts the open event streams of each token.
#[derive(Clone, Default)]
pub(super) struct Streams(Arc<Mutex<BTreeMap<i64, usize>>>);

/// One open stream; it is counted until this is dropped.
pub(super) struct Seat {
    streams: Streams,
    token_id: i64,
}

impl Streams {
    /// A seat for one more stream, if there is one.
    pub fn take(&self, token_id: i64, max: usize) -> Result<Seat, Problem> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(token_id).or_default();
        if *count >= max {
            let detail = format!("at most {max} event streams can be open at once; close one");
            return Err(Problem::new(Code::TooManyStreams, detail).retry_after(5));
        }
        *count += 1;
        Ok(Seat { streams: self.clone(), token_id })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.token_id) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.token_id);
            }
        }
    }
}

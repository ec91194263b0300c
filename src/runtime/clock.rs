//! The one real clock. It can run faster than the world's, for the demo.

#![expect(clippy::disallowed_methods, reason = "this is the clock that everything else is told to ask")]

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// A clock: the world's, or one that started somewhere and runs at some speed.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    began_at: Timestamp,
    speed: f64,
    /// Follows the world's clock, whatever happens to it (a machine that slept, a clock that was set right).
    is_real: bool,
}

/// The longest that anything waits on a real clock before looking at it again.
const LOOK_EVERY: Duration = Duration::from_secs(20);

impl Clock {
    /// The world's clock.
    pub fn real() -> Self {
        Self { is_real: true, ..Self::starting_at(Timestamp::now(), 1.0) }
    }

    /// A clock that shows `began_at` now and runs `speed` times as fast as the world's.
    pub fn starting_at(began_at: Timestamp, speed: f64) -> Self {
        Self { started: Instant::now(), began_at, speed, is_real: false }
    }

    /// What it shows, in whole milliseconds, as they are stored.
    pub fn now(&self) -> Timestamp {
        let now = if self.is_real {
            Timestamp::now()
        } else {
            let passed = self.started.elapsed().mul_f64(self.speed);
            self.began_at + SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX)
        };
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Waits until it shows `at`; for ever if there is no such moment.
    pub async fn wait_until(&self, at: Option<Timestamp>) {
        let Some(at) = at else { return std::future::pending().await };
        loop {
            let left = at.duration_since(self.now());
            if !left.is_positive() {
                return;
            }
            // One more millisecond: the clock shows whole ones and must not show the one before.
            let left = left.unsigned_abs().div_f64(self.speed) + Duration::from_millis(1);
            tokio::time::sleep(left.min(LOOK_EVERY)).await;
        }
    }

    /// Waits so long, as the world counts.
    pub async fn pause(&self, real: Duration) {
        tokio::time::sleep(real).await;
    }

    /// What the world's clock shows.
    pub fn world_now() -> Timestamp {
        Timestamp::now()
    }

    /// A point in the world's time, to measure from.
    pub fn stopwatch() -> Instant {
        Instant::now()
    }

    /// So long as people count: where this clock runs faster they do not.
    pub fn for_people(&self, span: SignedDuration) -> SignedDuration {
        span.mul_f64(self.speed)
    }

    /// How many times as fast as the world's it runs.
    pub fn speed(&self) -> f64 {
        self.speed
    }
}

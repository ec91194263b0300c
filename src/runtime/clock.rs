//! The one real clock. It can run faster than the world's, for the demo.

#![expect(clippy::disallowed_methods, reason = "this is the clock that everything else is told to ask")]

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// A clock that started somewhere and runs at some speed.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    began_at: Timestamp,
    speed: f64,
}

impl Clock {
    /// The world's clock.
    pub fn real() -> Self {
        Self::starting_at(Timestamp::now(), 1.0)
    }

    /// A clock that shows `began_at` now and runs `speed` times as fast as the world's.
    pub fn starting_at(began_at: Timestamp, speed: f64) -> Self {
        Self { started: Instant::now(), began_at, speed }
    }

    /// What it shows, in whole milliseconds, as they are stored.
    pub fn now(&self) -> Timestamp {
        let passed = self.started.elapsed().mul_f64(self.speed);
        let now = self.began_at + SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX);
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Waits until it shows `at`; for ever if there is no such moment.
    pub async fn wait_until(&self, at: Option<Timestamp>) {
        let Some(at) = at else { return std::future::pending().await };
        let left = at.duration_since(self.now());
        if left.is_positive() {
            // One more millisecond: the clock shows whole ones and must not show the one before.
            let left = left.unsigned_abs().div_f64(self.speed) + Duration::from_millis(1);
            tokio::time::sleep(left).await;
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

    /// How many times as fast as the world's it runs.
    pub fn speed(&self) -> f64 {
        self.speed
    }
}

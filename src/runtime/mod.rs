//! The only place that waits or spawns: the step (decide, commit, act, publish), the loop of each team, the clock.

pub mod clock;
pub mod handle;
mod live;
pub mod recordings;
pub mod softphones;
pub mod step;
pub mod teams;

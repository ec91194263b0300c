//! Virtual time: the same engine and the same step as in production, driven by a clock that jumps.
//!
//! A [`world::World`] holds a store, a simulated network and people at work. The same seed gives the same event log, byte
//! for byte. After each step [`checks::Checks`] asks whether the invariants still hold; [`Faults`] makes that hard.

pub mod callers;
pub mod checks;
pub mod deferred;
mod dialog_checks;
pub mod habits;
mod recorded;
pub mod scenario;
pub mod summary;
mod supervisor;
mod talking;
mod tape_checks;
pub mod worker;
pub mod world;

/// What goes wrong, in shares of a thousand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Things the switch told that never arrive.
    pub lost: u32,
    /// That arrive up to a minute late.
    pub late: u32,
    /// That arrive twice.
    pub doubled: u32,
    /// Moments at which an agent does something and vanishes instead.
    pub vanish: u32,
    /// Steps after whose commit the engine stops, before anything is ordered or answered.
    pub stop: u32,
    /// Moments at which an agent does something and puts their phone down as well.
    pub drop: u32,
    /// Orders that the switch does not take.
    pub refused: u32,
}

impl Faults {
    /// Enough of everything.
    pub fn many() -> Self {
        Self { lost: 30, late: 30, doubled: 60, vanish: 15, stop: 10, drop: 8, refused: 15 }
    }
}

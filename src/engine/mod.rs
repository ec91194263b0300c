//! The dialer: sync, deterministic, owns the state of one team.

pub mod input;
pub mod output;
pub mod session;

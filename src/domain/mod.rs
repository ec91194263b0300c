//! Values and rules: what a campaign, a contact, a window, a callback *is* and what follows from it.
//!
//! Nothing here waits, reads a clock, rolls dice or touches the world: time, zone rules and facts are arguments. That is
//! the import law of `tests/architecture.rs`, and why every rule here can be tested with a table.

pub mod calling_window;
pub mod wall_time;
pub mod zone;
pub mod zone_rules;

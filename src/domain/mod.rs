//! Values and rules: what a campaign, a contact, a window, a callback *is* and what follows from it.
//!
//! Nothing here waits, reads a clock, rolls dice or touches the world: time, zone rules and facts are arguments. That is
//! the import law of `tests/architecture.rs`, and why every rule here can be tested with a table.

pub mod agent;
pub mod attempt;
pub mod callback;
pub mod calling_defaults;
pub mod calling_window;
pub mod campaign;
pub mod command;
pub mod contact;
pub mod dial_pad;
pub mod dial_plan;
pub mod dialog;
pub mod eligibility;
pub mod event;
pub mod ids;
pub mod instant_text;
pub mod letters;
pub mod number_zones;
pub mod outcome;
pub mod phone;
pub mod phone_book;
pub mod queue;
pub mod reason;
pub mod recording;
pub mod refusal;
pub mod reservation;
pub mod retry;
pub mod schema;
pub mod softphone;
pub mod supervision;
pub mod suppression;
pub mod wall_time;
pub mod zone;
pub mod zone_rules;

//! Rappel, an outbound campaign dialer engine.

pub mod domain;
pub mod zoneinfo;

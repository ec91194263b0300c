//! Rappel, an outbound campaign dialer engine.

pub mod domain;
pub mod engine;
pub mod ports;
pub mod store;

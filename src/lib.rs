//! Rappel, an outbound campaign dialer engine.

pub mod campaign_file;
pub mod domain;
pub mod engine;
pub mod http;
pub mod ports;
pub mod runtime;
pub mod store;
pub mod telemetry;
pub mod zoneinfo;

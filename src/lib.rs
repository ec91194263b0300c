//! Rappel, an outbound campaign dialer engine.

pub mod campaign_file;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod explain;
pub mod http;
pub mod intake;
pub mod loading;
pub mod ports;
pub mod report_format;
pub mod runtime;
pub mod sim;
pub mod store;
pub mod switch;
pub mod telemetry;
pub mod zoneinfo;

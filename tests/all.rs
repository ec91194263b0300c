//! All integration tests, in one binary.

mod api;
mod architecture;
mod browser;
mod calls;
mod campaign_files;
mod forecast;
mod intake;
mod journeys;
mod journeys_http;
mod process;
mod queue_files;
mod reports;
mod rooms;
mod simulation;
mod standing;
mod store_conformance;
mod supervising;
mod support;
mod switch_conformance;
mod tables;
mod telephony;
mod windows;

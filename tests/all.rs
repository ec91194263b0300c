//! All integration tests, in one binary.

mod architecture;
mod campaign_files;
mod intake;
mod journeys;
mod reports;
mod store_conformance;
mod support;
mod tables;
mod windows;

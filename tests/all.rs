//! All integration tests, in one binary.

mod architecture;
mod journeys;
mod support;
mod tables;
mod windows;

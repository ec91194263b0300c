//! All integration tests, in one binary.

mod journeys;
mod support;
mod tables;
mod windows;

//! All integration tests: one module for each subject, one binary for all.

mod api;
mod campaign_files;
mod windows;

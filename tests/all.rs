//! All integration tests: one module for each subject, one binary for all.

mod campaign_files;
mod windows;

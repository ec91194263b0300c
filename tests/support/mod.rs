//! What several tests need.

pub mod bench;

//! What several tests need.

pub mod bench;
pub mod browser;
pub mod postgres;
pub mod rig;

//! What several tests need.

pub mod bench;
pub mod postgres;
pub mod rig;

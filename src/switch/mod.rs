//! Telephone networks that can be steered.

pub mod ari;
pub mod simulated;

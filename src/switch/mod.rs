//! Telephone networks that can be steered.

pub mod simulated;

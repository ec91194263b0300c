//! wall time

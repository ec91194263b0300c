//! calling window

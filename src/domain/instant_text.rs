//! An instant as people write it in a command, a file or a form.

use jiff::{Timestamp, civil, tz::TimeZone};

/// Reads a date, or a date and time, or an instant; without a zone it is UTC.
///
/// # Errors
/// What to write instead.
pub fn read_instant(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    text.parse::<civil::DateTime>()
        .or_else(|_| text.parse::<civil::Date>().map(|date| date.at(0, 0, 0, 0)))
        .ok()
        .and_then(|at| TimeZone::UTC.to_timestamp(at).ok())
        .ok_or_else(|| "write a date like 2026-12-31, or an instant like 2026-12-31T18:00:00Z".to_owned())
}

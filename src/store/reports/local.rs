//! Days and hours of one zone, for the database to count by.
//!
//! The database is told how far the zone's clock is from UTC between two jumps, so each instant falls into the day and hour
//! that the wall clock showed, on days with a jump too.

use std::fmt::Write as _;

use jiff::{
    Timestamp,
    civil::{Date, date},
};

use super::query::ReportQuery;
use crate::domain::{zone::Zone, zone_rules::ZoneRules};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// Callbacks may be due later than now, but not by more than that.
const AHEAD_HOURS: i64 = 24 * 800;

/// The wall clock of the report's zone.
pub(super) struct LocalTime<'a> {
    zone: Zone,
    rules: &'a ZoneRules,
    /// From when on the clock is ahead of UTC by so many milliseconds; the first holds for everything before, too.
    offsets: Vec<(i64, i64)>,
}

impl<'a> LocalTime<'a> {
    pub(super) fn new(query: &ReportQuery, rules: &'a ZoneRules) -> Self {
        let zone = query.zone;
        let first = query.from.unwrap_or(Timestamp::UNIX_EPOCH);
        let ahead = jiff::SignedDuration::from_hours(AHEAD_HOURS);
        let last = query.until.unwrap_or_else(|| query.now.saturating_add(ahead).unwrap_or(Timestamp::MAX));
        let ahead_of_utc = |at| i64::from(rules.offset_at(at, zone).seconds()) * 1000;
        let mut offsets = vec![(first.as_millisecond(), ahead_of_utc(first))];
        let mut at = first;
        while let Some(change) = rules.next_change(at, zone).filter(|change| *change < last) {
            offsets.push((change.as_millisecond(), ahead_of_utc(change)));
            at = change;
        }
        Self { zone, rules, offsets }
    }

    /// An instant for people.
    pub(super) fn shown(&self, at: Timestamp) -> String {
        self.rules.local(at, self.zone).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// SQL for the number of the local day of `at`, itself SQL for milliseconds since 1970.
    pub(super) fn day_sql(&self, at: &str) -> String {
        format!("({at} + {}) / {DAY_MS}", self.offset_sql(at))
    }

    /// SQL for the local hour of `at`.
    pub(super) fn hour_sql(&self, at: &str) -> String {
        format!("(({at} + {}) / {HOUR_MS}) % 24", self.offset_sql(at))
    }

    fn offset_sql(&self, at: &str) -> String {
        let [(_, first), later @ ..] = &self.offsets[..] else { return "0".to_owned() };
        if later.is_empty() {
            return format!("({first})");
        }
        let mut text = "CASE".to_owned();
        for (from, offset) in later.iter().rev() {
            let _ = write!(text, " WHEN {at} >= {from} THEN {offset}");
        }
        format!("({text} ELSE {first} END)")
    }

    /// SQL for the next instant after `at` at which the clock shows a full hour, or jumps.
    pub(super) fn next_hour_sql(&self, at: &str) -> String {
        let offset = self.offset_sql(at);
        let full = format!("((({at} + {offset}) / {HOUR_MS} + 1) * {HOUR_MS} - {offset})");
        let [_, changes @ ..] = &self.offsets[..] else { return full };
        let Some((last, _)) = changes.last() else { return full };
        // The latest come first: most reports are on what was lately.
        let mut jump = format!("CASE WHEN {at} >= {last} THEN {full}");
        for pair in changes.windows(2).rev() {
            let _ = write!(jump, " WHEN {at} >= {} THEN {}", pair[0].0, pair[1].0);
        }
        let jump = format!("({jump} ELSE {} END)", changes[0].0);
        format!("CASE WHEN {jump} < {full} THEN {jump} ELSE {full} END")
    }
}

/// The date of a day, counted from 1970-01-01.
pub(super) fn date_of(day: i64) -> Date {
    date(1970, 1, 1).saturating_add(jiff::SignedDuration::from_hours(24 * day))
}

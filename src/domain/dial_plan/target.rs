//! Who is dialled: types that can hold nothing but digits and a plus before them, also when they come from a store.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::EXTENSION_DIGITS_MAX;
use crate::domain::phone::PhoneNumber;

/// Who is dialled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind", content = "number")]
pub enum Target {
    /// A telephone of the house. Never for a trunk.
    Extension(ShortNumber),
    /// A telephone number.
    Number(PhoneNumber),
    /// An emergency service.
    Emergency(ShortNumber),
}

impl Target {
    /// What the switch dials.
    pub fn dial_string(&self) -> &str {
        match self {
            Self::Extension(digits) | Self::Emergency(digits) => digits.as_str(),
            Self::Number(number) => number.as_str(),
        }
    }
}

macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $error:ident, $says:literal, $pattern:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        #[doc = concat!("Not a [`", stringify!($name), "`].")]
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[error($says)]
        pub struct $error(pub String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) { Ok(Self(text.to_owned())) } else { Err($error(text.to_owned())) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

checked_text!(
    /// An extension or an emergency number: 1 to 6 digits and nothing else.
    ShortNumber, NotAShortNumber, "\"{0}\" is not 1 to 6 digits", "^[0-9]{1,6}$",
    |text| (1..=usize::from(EXTENSION_DIGITS_MAX)).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
);
checked_text!(
    /// How telephone numbers begin: a plus and 1 to 15 digits.
    NumberPrefix, NotAPrefix, "\"{0}\" is not a prefix of numbers; write a plus and digits, like +1876", r"^\+[0-9]{1,15}$",
    |text| text.strip_prefix('+').is_some_and(|digits| {
        (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    })
);

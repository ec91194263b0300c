//! How values look in JSON, for the schemas of the API and of campaign files, where a type cannot say it of itself.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{
    phone::{Country, PhoneNumber},
    zone::Zone,
};

/// An instant: `2026-03-08T14:30:00Z` (RFC 3339, always UTC).
pub struct Instant;

/// What a wall clock shows, without a zone: `2026-03-08T14:30:00`.
pub struct WallClock;

macro_rules! text {
    ($($type:ty, $name:literal, { $($key:literal: $value:expr),+ };)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", $($key: $value),+ })
            }
        }
    )+};
}

text! {
    Instant, "Instant", { "format": "date-time", "description": "An instant (RFC 3339, UTC)." };
    WallClock, "WallClock", {
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
        "description": "What a wall clock shows, without a zone: 2026-03-08T14:30."
    };
    Zone, "Zone", { "format": "iana-time-zone", "description": "An IANA time zone, e.g. America/Chicago." };
    PhoneNumber, "PhoneNumber", {
        "pattern": r"^\+[0-9]{7,15}$",
        "description": "A telephone number in E.164: a plus and 7 to 15 digits."
    };
    Country, "Country", { "pattern": "^[A-Z]{2}$", "description": "A country by its ISO 3166 alpha-2 code." };
}

//! How a window is written: a table of days, for people in TOML and for programs in JSON.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{CallingWindow, Span, in_order};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const CLOSED_DATES: &str = "closed_dates";
const EXPECTED: &str = "mon, tue, wed, thu, fri, sat, sun, a range like mon-fri, daily or closed_dates";

/// The days, as offsets from Monday, that a key stands for; a range may run over the weekend (`fri-mon`).
fn days_of(key: &str) -> Option<Vec<usize>> {
    if key == "daily" {
        return Some((0..7).collect());
    }
    let day = |name: &str| DAYS.iter().position(|known| *known == name);
    let (first, last) = match key.split_once('-') {
        Some((first, last)) => (day(first)?, day(last)?),
        None => (day(key)?, day(key)?),
    };
    let count = (last + 7 - first) % 7 + 1;
    Some((first..first + count).map(|day| day % 7).collect())
}

struct WindowVisitor;

impl<'de> Visitor<'de> for WindowVisitor {
    type Value = CallingWindow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a calling window: hours such as [\"09:00-20:00\"] for {EXPECTED}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CallingWindow, A::Error> {
        let mut window = CallingWindow::default();
        let mut seen = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == CLOSED_DATES {
                for text in map.next_value::<Vec<String>>()? {
                    window.closed_dates.insert(date(&text)?);
                }
                continue;
            }
            let days =
                days_of(&key).ok_or_else(|| de::Error::custom(format!("\"{key}\" is no day; expected {EXPECTED}")))?;
            let hours = hours(&map.next_value::<Vec<String>>()?).map_err(|problem| in_key(&key, problem))?;
            for day in days {
                if !seen.insert(day) {
                    let twice = format!("{} already has hours; give each day once", DAYS[day]);
                    return Err(in_key(&key, twice));
                }
                window.week[day].clone_from(&hours);
            }
        }
        Ok(window)
    }
}

fn in_key<E: de::Error>(key: &str, problem: impl fmt::Display) -> E {
    E::custom(format!("{key}: {problem}"))
}

fn hours(texts: &[String]) -> Result<Vec<Span>, String> {
    let spans: Result<_, _> = texts.iter().map(|text| text.parse::<Span>()).collect();
    in_order(spans.map_err(|problem| problem.to_string())?).map_err(|overlap| overlap.to_string())
}

fn date<E: de::Error>(text: &str) -> Result<Date, E> {
    let problem = || format!("{text:?} is not a date; expected one like 2026-12-25");
    // Only the plain form: the library also reads times and zones, which would be dropped silently.
    if text.len() == 10 { text.parse().ok() } else { None }.ok_or_else(|| in_key(CLOSED_DATES, problem()))
}

impl<'de> Deserialize<'de> for CallingWindow {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(WindowVisitor)
    }
}

impl Serialize for CallingWindow {
    /// One form for each window: days in order, runs of equal days as a range, days without hours left out.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let written = |spans: &[Span]| spans.iter().map(Span::to_string).collect::<Vec<_>>();
        let mut map = to.serialize_map(None)?;
        let mut first = 0;
        for run in self.week.chunk_by(|a, b| a == b) {
            let last = first + run.len() - 1;
            if !run[0].is_empty() {
                let key = match (first, last) {
                    (0, 6) => Cow::from("daily"),
                    (first, last) if first == last => DAYS[first].into(),
                    (first, last) => format!("{}-{}", DAYS[first], DAYS[last]).into(),
                };
                map.serialize_entry(&key, &written(&run[0]))?;
            }
            first = last + 1;
        }
        if !self.closed_dates.is_empty() {
            map.serialize_entry(CLOSED_DATES, &self.closed_dates)?;
        }
        map.end()
    }
}

impl JsonSchema for CallingWindow {
    fn schema_name() -> Cow<'static, str> {
        "CallingWindow".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let day = format!("({})", DAYS.join("|"));
        let hour = "([01]?[0-9]|2[0-3]):[0-5][0-9]";
        json_schema!({
            "description": "Hours in which a person may be called, on their own wall clock, by weekday.",
            "type": "object",
            "properties": {
                CLOSED_DATES: {
                    "description": "Dates on which nobody is called.",
                    "type": "array",
                    "items": { "type": "string", "format": "date" },
                },
            },
            "patternProperties": {
                format!("^(daily|{day}|{day}-{day})$"): {
                    "description": "The hours of these days; each closes just before its second time.",
                    "type": "array",
                    "items": { "type": "string", "pattern": format!("^{hour}-({hour}|24:00)$") },
                },
            },
            "additionalProperties": false,
            "examples": [{ "mon-fri": ["09:00-12:00", "14:00-20:00"], CLOSED_DATES: ["2026-12-25"] }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_written_in_one_form() {
        for (given, written) in [
            ("{}", "{}"),
            (r#"{"sun":[]}"#, "{}"),
            (
                r#"{"tue":["14:00-20:00","9:00-12:00"],"mon":["09:00-12:00","14:00-20:00"]}"#,
                r#"{"mon-tue":["09:00-12:00","14:00-20:00"]}"#,
            ),
            (r#"{"mon-sun":["09:00-12:00","12:00-24:00"]}"#, r#"{"daily":["09:00-24:00"]}"#),
            (r#"{"fri-mon":["09:00-12:00"]}"#, r#"{"mon":["09:00-12:00"],"fri-sun":["09:00-12:00"]}"#),
            (
                r#"{"closed_dates":["2026-12-26","2026-12-25","2026-12-25"],"wed":["00:00-24:00"]}"#,
                r#"{"wed":["00:00-24:00"],"closed_dates":["2026-12-25","2026-12-26"]}"#,
            ),
        ] {
            let window: CallingWindow = serde_json::from_str(given).unwrap();
            assert_eq!(serde_json::to_string(&window).unwrap(), written);
            assert_eq!(serde_json::from_str::<CallingWindow>(written).unwrap(), window);
            let toml = toml::to_string(&window).unwrap();
            assert_eq!(toml::from_str::<CallingWindow>(&toml).unwrap(), window, "{toml}");
        }
    }

    #[test]
    fn what_was_expected_is_said() {
        for (given, said) in [
            (
                r#"{"monday":[]}"#,
                "\"monday\" is no day; expected mon, tue, wed, thu, fri, sat, sun, a range like mon-fri, daily or closed_dates",
            ),
            (r#"{"mon-fri":["09:00-12:00"],"fri":["09:00-11:00"]}"#, "fri: fri already has hours; give each day once"),
            (r#"{"mon":["9am-5pm"]}"#, "mon: \"9am\" is not a time of day; expected one from 00:00 to 24:00"),
            (
                r#"{"mon":["09:00-12:00","11:00-13:00"]}"#,
                "mon: the hours 09:00-12:00 and 11:00-13:00 of one day overlap; write them as one",
            ),
            (
                r#"{"closed_dates":["25.12.2026"]}"#,
                "closed_dates: \"25.12.2026\" is not a date; expected one like 2026-12-25",
            ),
            (
                r#"{"closed_dates":["2026-12-25T08:00"]}"#,
                "closed_dates: \"2026-12-25T08:00\" is not a date; expected one like 2026-12-25",
            ),
            (
                r#"["09:00-12:00"]"#,
                "invalid type: sequence, expected a calling window: hours such as [\"09:00-20:00\"] for mon, tue",
            ),
        ] {
            let problem = serde_json::from_str::<CallingWindow>(given).unwrap_err().to_string();
            assert!(problem.starts_with(said), "{problem}");
        }
    }

    #[test]
    fn the_schema_names_every_key_that_is_read() {
        let schema = serde_json::to_value(schemars::schema_for!(CallingWindow)).unwrap();
        assert_eq!(schema["additionalProperties"], false);
        let patterns = schema["patternProperties"].as_object().unwrap();
        let (keys, hours) = patterns.iter().next().unwrap();
        assert_eq!(patterns.len(), 1);
        for day in DAYS {
            assert!(keys.contains(day), "{keys}");
        }
        assert!(hours["items"]["pattern"].as_str().unwrap().contains("24:00"));
        assert!(schema["properties"].get(CLOSED_DATES).is_some());
        for example in schema["examples"].as_array().unwrap() {
            serde_json::from_value::<CallingWindow>(example.clone()).unwrap();
        }
    }
}

//! The hours of a campaign, string by string, so that a problem points at the very hours that have it.
//!
//! What a key and its hours mean is asked of [`CallingWindow`] itself; here is only where they stand.

#![expect(clippy::result_large_err, reason = "what is wrong is said once for each mistake of a person")]

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use serde::{
    Deserialize,
    de::value::{Error, MapDeserializer},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    likeness::nearest,
    says::{Expected, Hint, Message, Wrong},
    shape::dotted,
    values::type_of,
    walk::Walk,
};
use crate::domain::calling_window::{CallingWindow, Span, SpanProblem};

const CLOSED_DATES: &str = "closed_dates";
const KEYS: [&str; 10] = ["mon-fri", "sat", "sun", "daily", CLOSED_DATES, "mon", "tue", "wed", "thu", "fri"];

/// What each text of a list is.
struct Items {
    one: Expected,
    all: Expected,
}

const HOURS: Items = Items { one: Expected::Hours, all: Expected::ListOfHours };
const DATES: Items = Items { one: Expected::Dates, all: Expected::ListOfDates };

/// Hours as they stand in the file.
pub(super) struct Written {
    /// The byte where they begin.
    pub at: usize,
    /// `hours.mon-fri[1]`.
    pub key: String,
    pub days: Vec<Weekday>,
    pub span: Span,
}

/// The window that one key alone makes.
fn window(key: &str, texts: &[&str]) -> Result<CallingWindow, Error> {
    CallingWindow::deserialize(MapDeserializer::new(std::iter::once((key, texts.to_vec()))))
}

fn days_of(key: &str) -> Option<Vec<Weekday>> {
    let window = window(key, &["00:00-24:00"]).ok().filter(|window| !window.is_never_open())?;
    Some(Weekday::Monday.cycle_forward().take(7).filter(|day| !window.spans(*day).is_empty()).collect())
}

/// What can be read of the hours, in the order of the file.
pub(super) fn written(table: &DeTable<'_>, path: &str) -> Vec<Written> {
    let mut all = Vec::new();
    for (key, value) in table {
        let Some(days) = days_of(key.get_ref()) else { continue };
        for (item, count) in value.get_ref().as_array().into_iter().flat_map(|items| items.iter()).zip(1..) {
            if let Some(Ok(span)) = item.get_ref().as_str().map(str::parse) {
                let key = format!("{}[{count}]", dotted(path, key.get_ref()));
                all.push(Written { at: item.span().start, key, days: days.clone(), span });
            }
        }
    }
    all.sort_by_key(|hours| hours.at);
    all
}

/// Notes everything that is wrong with the hours.
pub(super) fn check(table: &DeTable<'_>, at: usize, path: &str, walk: &mut Walk<'_>) {
    let mut keys: Vec<_> = table.iter().collect();
    keys.sort_by_key(|(key, _)| key.span().start);
    let mut taken: BTreeMap<i8, &str> = BTreeMap::new();
    for (key, value) in keys {
        let (key_at, key) = (key.span().start, key.get_ref());
        let path = dotted(path, key);
        if key == CLOSED_DATES {
            each_text(value, &path, DATES, walk, closed_date);
            continue;
        }
        let Some(days) = days_of(key) else {
            walk.error(key_at, &path, no_day(key));
            continue;
        };
        let before: Vec<_> = days.iter().filter_map(|day| taken.insert(day.to_monday_zero_offset(), key)).collect();
        if let Some(before) = before.first() {
            walk.error(key_at, &path, named_twice(before));
        }
        let mut spans: Vec<Span> = Vec::new();
        each_text(value, &path, HOURS, walk, |text| hours(text, &mut spans));
    }
    let has_hours = table.iter().any(|(key, value)| {
        key.get_ref() != CLOSED_DATES && value.get_ref().as_array().is_none_or(|items| !items.is_empty())
    });
    if !has_hours {
        walk.error(at, path, Wrong::new(Message::NoHours, Expected::Week).with_hint(Hint::LeaveOutHours));
    }
}

fn each_text(
    list: &Spanned<DeValue<'_>>,
    path: &str,
    items: Items,
    walk: &mut Walk<'_>,
    mut check: impl FnMut(&str) -> Result<(), Wrong>,
) {
    let Some(texts) = list.get_ref().as_array() else {
        let hint = list.get_ref().as_str().map(|text| Hint::WriteList { text: text.into() });
        let wrong = Wrong::new(type_of(list.get_ref()), items.all).with_hint(hint);
        return walk.error(list.span().start, path, wrong);
    };
    for (item, count) in texts.iter().zip(1..) {
        let checked = match item.get_ref().as_str() {
            Some(text) => check(text),
            None => Err(Wrong::new(type_of(item.get_ref()), items.one.clone()).with_hint(Hint::InQuotes)),
        };
        if let Err(wrong) = checked {
            walk.error(item.span().start, &format!("{path}[{count}]"), wrong);
        }
    }
}

fn closed_date(text: &str) -> Result<(), Wrong> {
    window(CLOSED_DATES, &[text])
        .map(drop)
        .map_err(|_| Wrong::new(Message::NoDate { text: text.into() }, Expected::Date))
}

/// One text of hours, against those of the same key that came before.
fn hours(text: &str, before: &mut Vec<Span>) -> Result<(), Wrong> {
    let refused = |why, says| Wrong::new(Message::HoursRefused { text: text.into(), why, says }, Expected::Hours);
    let span: Span = text.parse().map_err(|problem: SpanProblem| refused(problem.code(), problem.to_string()))?;
    let overlap = before.iter().find_map(|other| CallingWindow::daily([*other, span]).err());
    before.push(span);
    overlap.map_or(Ok(()), |overlap| Err(refused("hours_overlap", overlap.to_string())))
}

fn no_day(key: &str) -> Wrong {
    let meant = nearest(key, KEYS).or_else(|| long_name(key));
    let hint = meant.map(|meant| Hint::MeantKey { key: meant.to_owned() });
    Wrong::new(Message::NoDay, Expected::Days).with_hint(hint)
}

/// `monday` is `mon`, `weekdays` is `mon-fri`.
fn long_name(key: &str) -> Option<&'static str> {
    let key = key.to_lowercase();
    match key.as_str() {
        "weekdays" | "weekday" | "workdays" => Some("mon-fri"),
        "weekend" | "weekends" => Some("sat-sun"),
        "holidays" | "closed" => Some(CLOSED_DATES),
        _ => KEYS.into_iter().find(|day| day.len() == 3 && key.starts_with(day)),
    }
}

fn named_twice(before: &str) -> Wrong {
    Wrong::new(Message::DayTwice { before: before.to_owned() }, Expected::EachDayOnce).with_hint(Hint::OneList)
}

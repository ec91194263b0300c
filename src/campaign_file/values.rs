//! One value by itself: is it of the right type, in its range, one of the words?

use toml::{Spanned, de::DeValue};

use super::{
    likeness::nearest,
    shape::{Is, Range},
};
use crate::domain::phone::{Country, read_number};

/// What is wrong with a value.
#[derive(Debug)]
pub(super) struct Wrong {
    pub message: String,
    pub expected: String,
    pub hint: Option<String>,
}

impl Wrong {
    fn new(message: impl Into<String>, is: &Is) -> Self {
        Self { message: message.into(), expected: is.expected(), hint: None }
    }
    fn with_hint(self, hint: Option<impl Into<String>>) -> Self {
        Self { hint: hint.map(Into::into), ..self }
    }
}

impl Is {
    /// What a value should be, in words.
    pub fn expected(&self) -> String {
        match self {
            Self::Name => "lower-case letters, digits, - and _, like \"renewals-us\"".into(),
            Self::Line => "text on one line, not blank".into(),
            Self::Text => "text in quotes".into(),
            Self::Lines => "a list of different texts, like [\"one\", \"two\"]".into(),
            Self::Whole(Range { min, max, source }) => {
                let source = source.map(|source| format!(" ({source})")).unwrap_or_default();
                format!("a whole number from {min} to {max}{source}")
            }
            Self::Flag => "true or false".into(),
            Self::Word(words) => either(words),
            Self::Country => "the two letters of a country (ISO 3166), like \"US\"".into(),
            Self::Number => "a telephone number with its country's code, like \"+13125550142\"".into(),
            Self::Hours => "hours by weekday, like { mon-fri = [\"10:00-13:00\", \"14:00-18:00\"] }".into(),
            Self::Table(_) => "a table".into(),
            Self::Tables(_) => "tables, each under a heading in double brackets".into(),
        }
    }
}

/// Checks one value that holds no others.
pub(super) fn check(is: &Is, value: &Spanned<DeValue<'_>>) -> Result<(), Wrong> {
    let value = value.get_ref();
    match is {
        Is::Whole(range) => whole(is, range, value),
        Is::Flag => match value {
            DeValue::Boolean(_) => Ok(()),
            DeValue::String(text) => {
                let meant = nearest(text, ["true", "false"]).map(|flag| format!("write {flag}, without quotes"));
                Err(Wrong::new(type_of(value), is).with_hint(meant))
            }
            _ => Err(Wrong::new(type_of(value), is)),
        },
        _ => {
            let text = value.as_str().ok_or_else(|| not_text(is, value))?;
            text_value(is, text)
        }
    }
}

fn not_text(is: &Is, value: &DeValue<'_>) -> Wrong {
    let quoted = match value {
        DeValue::Integer(number) => Some(format!("write \"{number}\", in quotes")),
        DeValue::Boolean(flag) => Some(format!("write \"{flag}\", in quotes")),
        _ => None,
    };
    Wrong::new(type_of(value), is).with_hint(quoted)
}

fn text_value(is: &Is, text: &str) -> Result<(), Wrong> {
    match is {
        Is::Name => name(is, text),
        Is::Line | Is::Lines => line(is, text),
        Is::Word(words) if !words.contains(&text) => {
            let meant = nearest(text, words.iter().copied()).map(|word| format!("did you mean \"{word}\"?"));
            Err(Wrong::new(format!("{} is not one of the words", quoted(text)), is).with_hint(meant))
        }
        Is::Country => country(is, text),
        Is::Number => number(is, text),
        _ => Ok(()),
    }
}

fn whole(is: &Is, range: &Range, value: &DeValue<'_>) -> Result<(), Wrong> {
    let written = match value {
        DeValue::Integer(number) => number,
        DeValue::String(text) if text.trim().parse::<u64>().is_ok() => {
            return Err(
                Wrong::new(type_of(value), is).with_hint(Some(format!("write {}, without quotes", text.trim())))
            );
        }
        _ => return Err(Wrong::new(type_of(value), is)),
    };
    // A number too long for the type is out of any range.
    let number = i64::from_str_radix(written.as_str(), written.radix()).unwrap_or(i64::MAX);
    if (i64::from(range.min)..=i64::from(range.max)).contains(&number) {
        return Ok(());
    }
    let side = if number < i64::from(range.min) { "too small" } else { "too large" };
    Err(Wrong::new(format!("{written} is {side}"), is))
}

fn name(is: &Is, text: &str) -> Result<(), Wrong> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if !text.is_empty() && text.chars().all(allowed) {
        return Ok(());
    }
    let mended: String = text.trim().to_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    let mended = (!mended.is_empty()).then(|| format!("write \"{mended}\""));
    Err(Wrong::new(format!("{} is no name", quoted(text)), is).with_hint(mended))
}

fn line(is: &Is, text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new("is blank", is));
    }
    if text.contains(char::is_control) {
        return Err(Wrong::new(format!("{} has a line break or another sign that cannot be seen", quoted(text)), is));
    }
    if text.trim() != text {
        let hint = format!("write {}", quoted(text.trim()));
        return Err(Wrong::new(format!("{} begins or ends with a space", quoted(text)), is).with_hint(Some(hint)));
    }
    Ok(())
}

fn country(is: &Is, text: &str) -> Result<(), Wrong> {
    let reads =
        |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()) && code.parse::<Country>().is_ok();
    if reads(text) {
        return Ok(());
    }
    let upper = text.trim().to_uppercase();
    let meant = match upper.as_str() {
        "UK" => Some("GB".to_owned()),
        "USA" => Some("US".to_owned()),
        _ => reads(&upper).then_some(upper),
    };
    let hint = meant.map(|code| format!("did you mean \"{code}\"?"));
    Err(Wrong::new(format!("{} is not a country that has telephone numbers", quoted(text)), is).with_hint(hint))
}

/// Numbers in files are written whole, so that they mean the same in each country.
fn number(is: &Is, text: &str) -> Result<(), Wrong> {
    let wrong = |problem: &str| Wrong::new(format!("{} {problem}", quoted(text)), is);
    if !text.trim().starts_with('+') {
        return Err(wrong("has no country code").with_hint(Some("write a plus and the country's code before it")));
    }
    // The country does not matter to a number with its code.
    let country = "US".parse().expect("a country");
    match read_number(text, country) {
        Ok(read) if read.number.as_str() == text => Ok(()),
        Ok(read) => {
            Err(wrong("has other signs than digits").with_hint(Some(format!("write \"{}\"", read.number.as_str()))))
        }
        Err(problem) => Err(wrong(&format!("is refused: {problem}"))),
    }
}

/// What a value of the wrong type is.
pub(super) fn type_of(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{} is text", quoted(text)),
        DeValue::Integer(number) => format!("{number} is a number"),
        DeValue::Float(number) => format!("{number} is a fraction"),
        DeValue::Boolean(flag) => format!("{flag} is a yes or no"),
        DeValue::Datetime(date) => format!("{date} is a date or time"),
        DeValue::Array(_) => "is a list".into(),
        DeValue::Table(_) => "is a table".into(),
    }
}

/// `text` in quotes, cut when long.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// `"a", "b" or "c"`.
fn either(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

//! One value by itself: is it of the right type, in its range, one of the words?

#![expect(clippy::result_large_err, reason = "what is wrong is said once for each mistake of a person")]

use toml::{Spanned, de::DeValue};

use super::{
    likeness::nearest,
    says::{Expected, Hint, Message, Wrong},
    shape::{Is, Range},
};
use crate::domain::phone::{Country, read_number};

impl Is {
    /// What a value should be.
    pub fn expected(&self) -> Expected {
        match self {
            Self::Name => Expected::Name,
            Self::Line => Expected::Line,
            Self::Text => Expected::Text,
            Self::Lines => Expected::Lines,
            Self::Whole(Range { min, max, law: None }) => Expected::Whole { min: *min, max: *max },
            Self::Whole(Range { min, max, law: Some(law) }) => Expected::WholeByLaw { min: *min, max: *max, law },
            Self::Flag => Expected::Flag,
            Self::Word(words) => Expected::Words { words },
            Self::Country => Expected::Country,
            Self::Number => Expected::Number,
            Self::Hours => Expected::Week,
            Self::Table(_) => Expected::Table,
            Self::Tables(_) => Expected::Tables,
        }
    }

    fn wrong(&self, message: Message) -> Wrong {
        Wrong::new(message, self.expected())
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
                let meant = nearest(text, ["true", "false"]);
                Err(is.wrong(type_of(value)).with_hint(meant.map(|flag| Hint::WithoutQuotes { text: flag.to_owned() })))
            }
            _ => Err(is.wrong(type_of(value))),
        },
        _ => {
            let text = value.as_str().ok_or_else(|| not_text(is, value))?;
            text_value(is, text)
        }
    }
}

fn not_text(is: &Is, value: &DeValue<'_>) -> Wrong {
    let text = match value {
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        _ => None,
    };
    is.wrong(type_of(value)).with_hint(text.map(|text| Hint::WithQuotes { text }))
}

fn text_value(is: &Is, text: &str) -> Result<(), Wrong> {
    match is {
        Is::Name => name(is, text),
        Is::Line | Is::Lines => line(is, text),
        Is::Word(words) if !words.contains(&text) => {
            let meant = nearest(text, words.iter().copied()).map(|word| Hint::MeantWord { word: word.to_owned() });
            Err(is.wrong(Message::NoSuchWord { text: text.into() }).with_hint(meant))
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
            let hint = Hint::WithoutQuotes { text: text.trim().to_owned() };
            return Err(is.wrong(type_of(value)).with_hint(hint));
        }
        _ => return Err(is.wrong(type_of(value))),
    };
    // A number too long for the type is out of any range.
    let number = i64::from_str_radix(written.as_str(), written.radix()).unwrap_or(i64::MAX);
    if (i64::from(range.min)..=i64::from(range.max)).contains(&number) {
        return Ok(());
    }
    let (is_small, number) = (number < i64::from(range.min), written.to_string());
    Err(is.wrong(if is_small { Message::TooSmall { number } } else { Message::TooLarge { number } }))
}

fn name(is: &Is, text: &str) -> Result<(), Wrong> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    if !text.is_empty() && text.chars().all(allowed) {
        return Ok(());
    }
    let mended: String = text.trim().to_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    let mended = (!mended.is_empty()).then_some(Hint::WriteName { name: mended });
    Err(is.wrong(Message::NoName { text: text.into() }).with_hint(mended))
}

fn line(is: &Is, text: &str) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return Err(is.wrong(Message::Blank));
    }
    if text.contains(char::is_control) {
        return Err(is.wrong(Message::UnseenSign { text: text.into() }));
    }
    if text.trim() != text {
        let hint = Hint::Write { text: text.trim().into() };
        return Err(is.wrong(Message::OuterSpace { text: text.into() }).with_hint(hint));
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
    let hint = meant.map(|word| Hint::MeantWord { word });
    Err(is.wrong(Message::NoCountry { text: text.into() }).with_hint(hint))
}

/// Numbers in files are written whole, so that they mean the same in each country.
fn number(is: &Is, text: &str) -> Result<(), Wrong> {
    if !text.trim().starts_with('+') {
        return Err(is.wrong(Message::NoCountryCode { text: text.into() }).with_hint(Hint::PlusBefore));
    }
    // The country does not matter to a number with its code.
    let country = "US".parse().expect("a country");
    match read_number(text, country) {
        Ok(read) if read.number.as_str() == text => Ok(()),
        Ok(read) => {
            let hint = Hint::Write { text: read.number.as_str().into() };
            Err(is.wrong(Message::OtherSigns { text: text.into() }).with_hint(hint))
        }
        Err(problem) => {
            let (why, says) = (problem.code(), problem.to_string());
            Err(is.wrong(Message::NumberRefused { text: text.into(), why, says }))
        }
    }
}

/// What a value of the wrong type is.
pub(super) fn type_of(value: &DeValue<'_>) -> Message {
    match value {
        DeValue::String(text) => Message::IsText { text: (&**text).into() },
        DeValue::Integer(number) => Message::IsNumber { number: number.to_string() },
        DeValue::Float(number) => Message::IsFraction { number: number.to_string() },
        DeValue::Boolean(flag) => Message::IsFlag { flag: *flag },
        DeValue::Datetime(date) => Message::IsDate { date: date.to_string() },
        DeValue::Array(_) => Message::IsList,
        DeValue::Table(_) => Message::IsTable,
    }
}

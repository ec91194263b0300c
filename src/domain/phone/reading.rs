//! The two readers of telephone numbers.
//!
//! Two libraries stand here for two reasons. `rlibphonenumber` reads a list: it follows the reference algorithm without a
//! known difference and stays fast when countries are mixed. `phonenumber` reads what a person types and groups a number
//! for the eye; of valid numbers it reads a few wrong, so nothing it says is believed until the other has read the same.
//! Where they differ the answer is `rlibphonenumber`'s, so a number a list was refused is not let in by typing it.

use std::fmt::Write;

use rlibphonenumber::{PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, PhoneNumberType, ValidationError};

use super::{Country, LineType, PhoneNumber, ReadNumber, tidy::tidy};

/// Why a text is not a number to call, and what to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberProblem {
    /// Nothing, or no digit.
    #[error("there is no number: fill in the cell or leave the contact out")]
    Empty,
    /// More text than any number needs.
    #[error("the text is longer than 64 bytes: keep the number alone in its cell")]
    TextTooLong,
    /// A formula instead of its result.
    #[error("this is a formula: export the values of the sheet, not its formulas")]
    Formula,
    /// Turned into a quantity by a spreadsheet, digits may be lost.
    #[error("a spreadsheet turned the number into a quantity: format the column as text and export the list again")]
    SpreadsheetNumber,
    /// An extension behind the number.
    #[error("the number has an extension, which cannot be dialled: give a direct number")]
    Extension,
    /// Letters, also as in 1-800-FLOWERS.
    #[error("the number has letters: write digits only")]
    Letters,
    /// More than one number.
    #[error("there are two numbers in one cell: give each a column of its own")]
    TwoNumbers,
    /// A character that no number has.
    #[error("the number has an unexpected {0:?}: write digits, spaces, hyphens, dots and brackets only")]
    UnexpectedCharacter(char),
    /// More digits than any number has.
    #[error("the number has too many digits: check for a repeated or joined number")]
    TooManyDigits,
    /// Fewer digits than the country's numbers have.
    #[error("the number has too few digits: add the area code, or the country code with a plus")]
    TooFewDigits,
    /// A plus and digits that are no country's code.
    #[error("no country has the code after the plus: check the first digits")]
    UnknownCallingCode,
    /// The right length, but no such number.
    #[error("no such number exists: check the digits, and that numbers without a plus belong to {default_country}")]
    NotInUse {
        /// The country that was assumed.
        default_country: Country,
    },
}

impl NumberProblem {
    /// A stable word for reports and the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "number_empty",
            Self::TextTooLong => "number_text_too_long",
            Self::Formula => "number_is_formula",
            Self::SpreadsheetNumber => "number_is_spreadsheet_quantity",
            Self::Extension => "number_has_extension",
            Self::Letters => "number_has_letters",
            Self::TwoNumbers => "number_is_two_numbers",
            Self::UnexpectedCharacter(_) => "number_has_unexpected_character",
            Self::TooManyDigits => "number_too_many_digits",
            Self::TooFewDigits => "number_too_few_digits",
            Self::UnknownCallingCode => "number_unknown_calling_code",
            Self::NotInUse { .. } => "number_not_in_use",
        }
    }
}

/// Reads one number of a list; without a plus it is a number of `default_country`.
pub fn read_number(raw: &str, default_country: Country) -> Result<ReadNumber, NumberProblem> {
    read_digits(&tidy(raw)?, default_country)
}

/// Reads one number that a person typed, e.g. for a callback. Accepts, refuses and writes the same as [`read_number`].
pub fn read_typed_number(raw: &str, default_country: Country) -> Result<ReadNumber, NumberProblem> {
    let digits = tidy(raw)?;
    let reference = read_digits(&digits, default_country);
    match (first_reading(&digits, default_country), reference) {
        (Some(first), Ok(second)) if first == second.number => Ok(ReadNumber { number: first, ..second }),
        (_, reference) => reference,
    }
}

/// Is `number` one of `country`? Free and premium numbers may be so of several countries that share a calling code.
pub fn is_number_of(number: &PhoneNumber, country: Country) -> bool {
    PHONE_NUMBER_UTIL.parse(number.as_str(), None).is_ok_and(|number| number.is_valid_for_region(country.region()))
}

/// Does the caller pay a share that the one who is called sets, as with 0180 in Germany and 084 in the United Kingdom?
pub fn is_shared_cost(number: &PhoneNumber) -> bool {
    PHONE_NUMBER_UTIL.parse(number.as_str(), None).is_ok_and(|number| number.get_type() == PhoneNumberType::SharedCost)
}

/// What `rlibphonenumber` makes of tidy digits.
fn read_digits(digits: &str, default_country: Country) -> Result<ReadNumber, NumberProblem> {
    let parsed =
        PHONE_NUMBER_UTIL.parse(digits, Some(default_country.region())).map_err(|refused| problem(&refused))?;
    let line_type = match parsed.get_type() {
        PhoneNumberType::Unknown => return Err(why_invalid(&parsed, default_country)),
        PhoneNumberType::FixedLine => LineType::FixedLine,
        PhoneNumberType::Mobile => LineType::Mobile,
        PhoneNumberType::FixedLineOrMobile => LineType::FixedLineOrMobile,
        PhoneNumberType::TollFree => LineType::TollFree,
        PhoneNumberType::PremiumRate => LineType::PremiumRate,
        _ => LineType::Other,
    };
    // A valid number that is too short to store: a few countries have service numbers of two digits.
    let number = PhoneNumber::from_e164(parsed.format_as(PhoneNumberFormat::E164))
        .map_err(|_| NumberProblem::NotInUse { default_country })?;
    Ok(ReadNumber { number, country: parsed.get_region_code().and_then(Country::of_region), line_type })
}

fn problem(refused: &ParseError) -> NumberProblem {
    match refused {
        ParseError::InvalidCountryCode => NumberProblem::UnknownCallingCode,
        ParseError::TooLongNsn => NumberProblem::TooManyDigits,
        // Tidy digits are not a number only when there are fewer than three.
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn | ParseError::NotANumber(_) => {
            NumberProblem::TooFewDigits
        }
    }
}

fn why_invalid(parsed: &rlibphonenumber::PhoneNumber, default_country: Country) -> NumberProblem {
    match parsed.is_possible_with_reason() {
        Err(ValidationError::TooLong) => NumberProblem::TooManyDigits,
        Err(ValidationError::TooShort) | Ok(rlibphonenumber::NumberLengthType::IsPossibleLocalOnly) => {
            NumberProblem::TooFewDigits
        }
        _ => NumberProblem::NotInUse { default_country },
    }
}

/// What `phonenumber` makes of tidy digits, with its known fault mended: some valid national numbers are read as if they
/// began with a country code (India's 9123456789 becomes +9123456789), so one that comes out invalid is read again with
/// the country's code before it.
fn first_reading(digits: &str, default_country: Country) -> Option<PhoneNumber> {
    let country = default_country.as_str().parse::<phonenumber::country::Id>().ok();
    valid_e164(country, digits).or_else(|| {
        let national = !digits.starts_with('+');
        national.then(|| valid_e164(None, &format!("+{}{digits}", default_country.calling_code())))?
    })
}

fn valid_e164(country: Option<phonenumber::country::Id>, digits: &str) -> Option<PhoneNumber> {
    let number = phonenumber::parse(country, digits).ok().filter(phonenumber::PhoneNumber::is_valid)?;
    let mut e164 = String::new();
    write!(e164, "{}", number.format()).ok()?;
    PhoneNumber::from_e164(e164).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    fn e164(raw: &str, default: &str) -> Result<String, NumberProblem> {
        read_number(raw, country(default)).map(|read| read.number.as_str().to_owned())
    }

    /// Example numbers of all regions and kinds, each with a few neighbours that are valid or just not.
    fn examples() -> Vec<(Country, String, String)> {
        let kinds =
            [PhoneNumberType::FixedLine, PhoneNumberType::Mobile, PhoneNumberType::TollFree, PhoneNumberType::VoIP];
        let mut examples = Vec::new();
        for region in PHONE_NUMBER_UTIL.get_supported_regions() {
            for kind in kinds {
                let Ok(mut number) = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind) else {
                    continue;
                };
                for step in [0, 1, 104_729] {
                    number.national_number += step;
                    let country = Country::of_region(region).expect("a supported region is a country");
                    let national = number.format_as(PhoneNumberFormat::National).into_owned();
                    examples.push((country, number.format_as(PhoneNumberFormat::International).into_owned(), national));
                }
            }
        }
        examples
    }

    fn spellings(international: &str, national: &str) -> [String; 8] {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let wide = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0xff10 + d)).unwrap_or(c);
        [
            international.to_owned(),
            format!("+{}", digits(international)),
            digits(international),
            format!("00{}", digits(international)),
            national.to_owned(),
            digits(national),
            format!("'{}", digits(national)),
            national.chars().map(wide).collect(),
        ]
    }

    #[test]
    fn both_readers_accept_refuse_and_write_the_same() {
        let mut accepted = 0;
        for (country, international, national) in examples() {
            for raw in spellings(&international, &national) {
                let list = read_number(&raw, country);
                assert_eq!(read_typed_number(&raw, country), list, "{raw} in {country}");
                accepted += u32::from(list.is_ok());
            }
        }
        assert!(accepted > 8_000, "only {accepted} numbers were valid");
    }

    #[test]
    fn the_first_reader_alone_differs_seldom() {
        let (mut same, mut different) = (0, 0);
        for (country, international, national) in examples().into_iter().step_by(3) {
            for raw in spellings(&international, &national) {
                let Ok(list) = read_number(&raw, country) else { continue };
                let first = first_reading(&tidy(&raw).unwrap(), country);
                if first == Some(list.number) { same += 1 } else { different += 1 }
            }
        }
        println!("phonenumber alone: {same} the same, {different} different");
        assert!(different * 20 < same, "{different} of {same} differ: is the retry with the country's code at work?");
    }

    #[test]
    fn a_spelling_never_changes_the_number() {
        for (country, international, national) in examples() {
            let Ok(plain) = read_number(&international, country) else { continue };
            let [_, plus, _, _, _, _, _, _] = spellings(&international, &national);
            assert_eq!(read_number(&plus, country).as_ref(), Ok(&plain));
            assert_eq!(read_number(plain.number.as_str(), country).as_ref(), Ok(&plain), "E.164 reads as itself");
            assert!(plain.number.grouped().chars().filter(char::is_ascii_digit).eq(plain.number.digits().chars()));
        }
    }

    proptest! {
        #[test]
        fn any_text_has_an_answer_and_both_give_it(
            raw in prop_oneof!["\\PC{0,40}", "[+=']?[0-9 ().xXeE/;,#-]{0,26}"],
            default in prop_oneof![Just("US"), Just("DE"), Just("IN"), Just("BR"), Just("IT"), Just("AU")],
        ) {
            let list = read_number(&raw, country(default));
            prop_assert_eq!(&read_typed_number(&raw, country(default)), &list);
            if let Ok(read) = list {
                prop_assert_eq!(read_number(read.number.as_str(), country(default)), Ok(read));
            }
        }
    }

    #[test]
    fn a_national_number_like_a_country_code_is_read_as_national() {
        for read in [read_number, read_typed_number] {
            let number = read("9123456789", country("IN")).unwrap();
            assert_eq!(number.number.as_str(), "+919123456789");
            assert_eq!(number.country, Some(country("IN")));
        }
        assert_eq!(first_reading("9123456789", country("IN")).unwrap().as_str(), "+919123456789");
    }

    #[test]
    fn numbers_for_fiction_are_accepted() {
        for raw in ["+1 312 555 0142", "312-555-0142", "(312) 555-0142", "1 312 555 0142"] {
            for read in [read_number, read_typed_number] {
                let read = read(raw, country("US")).unwrap();
                assert_eq!(read.number.as_str(), "+13125550142");
                assert_eq!(read.line_type, LineType::FixedLineOrMobile);
            }
        }
    }

    #[test]
    fn each_reason_has_its_own_code_and_reaches_both_readers() {
        let cases = [
            ("", "number_empty"),
            ("=A1", "number_is_formula"),
            ("1.6502530000E9", "number_is_spreadsheet_quantity"),
            ("312 555 0142 x12", "number_has_extension"),
            ("1-800-FLOWERS", "number_has_letters"),
            ("312 555 0142, 312 555 0143", "number_is_two_numbers"),
            ("312*555*0142", "number_has_unexpected_character"),
            ("+1 312 555 01423", "number_too_many_digits"),
            ("555 0142", "number_too_few_digits"),
            ("7", "number_too_few_digits"),
            ("+999 123 456 789", "number_unknown_calling_code"),
            ("012 555 0142", "number_not_in_use"),
            ("+1 111 555 0142", "number_not_in_use"),
        ];
        for (raw, code) in cases {
            for read in [read_number, read_typed_number] {
                assert_eq!(read(raw, country("US")).map_err(|problem| problem.code()), Err(code), "{raw}");
            }
        }
        assert_eq!(read_number(&"3".repeat(65), country("US")).unwrap_err().code(), "number_text_too_long");
    }

    #[test]
    fn countries_that_share_a_code_are_told_apart() {
        assert_eq!(read_number("+1 416 555 0142", country("US")).unwrap().country, Some(country("CA")));
        assert_eq!(read_number("+7 701 123 45 67", country("RU")).unwrap().country, Some(country("KZ")));
        let freephone = read_number("+800 1234 5678", country("US")).unwrap();
        assert_eq!((freephone.country, freephone.line_type), (None, LineType::TollFree));
    }

    #[test]
    fn a_number_may_be_of_two_countries_where_it_is_of_no_place() {
        let of = |raw: &str, code| {
            is_number_of(&read_number(raw, country("US")).expect("a number of the test").number, country(code))
        };
        assert!(of("+1 312 555 0142", "US") && !of("+1 312 555 0142", "CA"));
        assert!(of("+1 800 356 9377", "US") && of("+1 800 356 9377", "CA") && of("+1 800 356 9377", "JM"));
        assert!(!of("+800 1234 5678", "US"));
    }

    #[test]
    fn a_zero_that_belongs_to_the_number_stays() {
        assert_eq!(e164("06 698 12345", "IT").as_deref(), Ok("+390669812345"));
        assert_eq!(e164("030 901820", "DE").as_deref(), Ok("+4930901820"));
        assert_eq!(e164("011 44 20 7946 0018", "US").as_deref(), Ok("+442079460018"));
    }
}

//! What is common to both readers: the text of a cell becomes digits with an optional plus, or is refused.
//!
//! The libraries read eagerly: of two numbers in a cell they take the first, of `1.6502530000E9` a number that nobody
//! has. So neither sees anything but what this lets through.

use super::NumberProblem;

/// Longest text looked at, in bytes.
const TEXT_BYTES_MAX: usize = 64;
/// The international prefix (at most 5 digits) before the longest number (15).
const DIGITS_MAX: usize = 20;
/// Fewest digits of what is taken for a second number in a cell.
const SECOND_NUMBER_DIGITS_MIN: usize = 6;
/// Most digits of what is taken for a second ending after a slash.
const ENDING_DIGITS_MAX: usize = 3;
/// The zero of each set of decimal digits that is read: full-width, Arabic, Persian, Devanagari.
const ZEROS: [char; 4] = ['\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}'];

/// The digits of `raw`, in ASCII, with a plus before them if it had one.
pub(super) fn tidy(raw: &str) -> Result<String, NumberProblem> {
    if raw.len() > TEXT_BYTES_MAX {
        return Err(NumberProblem::TextTooLong);
    }
    let text: String = raw.chars().filter(|c| !is_invisible(*c)).map(plain).collect();
    let text = text.trim();
    let text = text.strip_prefix('\'').unwrap_or(text).trim();
    if text.is_empty() {
        return Err(NumberProblem::Empty);
    }
    if text.starts_with('=') {
        return Err(NumberProblem::Formula);
    }
    if is_calculated(text) {
        return Err(NumberProblem::SpreadsheetNumber);
    }
    refuse_extension(text)?;
    if text.chars().any(char::is_alphabetic) {
        return Err(NumberProblem::Letters);
    }
    refuse_second_number(text)?;
    digits_of(text)
}

/// Marks that copying from pages and documents leaves: zero-width spaces, direction marks, the byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// One spelling for each kind of character.
fn plain(c: char) -> char {
    match c {
        '\u{ff0b}' => '+',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' | '\u{30fc}' => '-',
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        '\u{ff0e}' => '.',
        '\u{2018}' | '\u{2019}' => '\'',
        c => digit(c).unwrap_or(c),
    }
}

fn digit(c: char) -> Option<char> {
    let value = ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero as u32).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn digit_count(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Did a spreadsheet take the number for a quantity: `1.65E+10`, `3125550142.0`?
fn is_calculated(text: &str) -> bool {
    if let Some((mantissa, exponent)) = text.split_once(['e', 'E']) {
        let (whole, part) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return is_digits(whole.trim_start_matches(['+', '-'])) && is_digits(part) && is_digits(exponent);
    }
    matches!(text.rsplit_once('.'), Some((whole, "0" | "00")) if whole.len() > 6 && is_digits(whole))
}

/// `312 555 0142 x12`, `... ext. 12`, `...;ext=12`, `... #12`: a dialer cannot dial an extension.
fn refuse_extension(text: &str) -> Result<(), NumberProblem> {
    let tail = text.trim_end_matches(|c: char| c.is_ascii_digit() || " .:=-()".contains(c));
    let dialled = tail.len() < text.len();
    let word = tail.trim_end_matches(|c: char| c.is_alphabetic() || c == '#');
    let mark = tail[word.len()..].to_lowercase();
    let known = matches!(mark.as_str(), "x" | "ex" | "ext" | "extn" | "extension" | "poste" | "durchwahl" | "dw" | "#");
    if dialled && known && digit_count(word) > 0 { Err(NumberProblem::Extension) } else { Ok(()) }
}

/// Two numbers with a mark between them, or a second ending: `901820/21`. A slash is also how Germany writes `030/901820`.
fn refuse_second_number(text: &str) -> Result<(), NumberProblem> {
    let marks = [',', ';', '|', '&', '/', '\\', '\n', '\r', '\t'];
    let numbers = text.split(marks).filter(|part| digit_count(part) >= SECOND_NUMBER_DIGITS_MIN).count();
    let second_plus = text.rfind('+').is_some_and(|at| digit_count(&text[..at]) > 0);
    let side_by_side = digit_count(text) > 15
        && text.match_indices(' ').any(|(at, _)| {
            digit_count(&text[..at]) > SECOND_NUMBER_DIGITS_MIN && digit_count(&text[at..]) > SECOND_NUMBER_DIGITS_MIN
        });
    let second_ending = text.rsplit_once('/').is_some_and(|(number, ending)| {
        digit_count(number) >= SECOND_NUMBER_DIGITS_MIN && (1..=ENDING_DIGITS_MAX).contains(&digit_count(ending))
    });
    if numbers > 1 || second_plus || side_by_side || second_ending { Err(NumberProblem::TwoNumbers) } else { Ok(()) }
}

fn digits_of(text: &str) -> Result<String, NumberProblem> {
    let mut tidy = String::with_capacity(DIGITS_MAX + 1);
    for c in text.chars() {
        match c {
            '0'..='9' => tidy.push(c),
            '+' if tidy.is_empty() => tidy.push(c),
            '-' | '.' | '(' | ')' | '[' | ']' | '/' => {}
            c if c.is_whitespace() => {}
            c => return Err(NumberProblem::UnexpectedCharacter(c)),
        }
    }
    match digit_count(&tidy) {
        0 => Err(NumberProblem::Empty),
        n if n > DIGITS_MAX => Err(NumberProblem::TooManyDigits),
        _ => Ok(tidy),
    }
}

#[cfg(test)]
mod tests {
    use super::{NumberProblem::*, *};

    #[test]
    fn punctuation_marks_and_other_digits_are_read() {
        for (raw, digits) in [
            (" +1 (312) 555-0142 ", "+13125550142"),
            ("312.555.0142", "3125550142"),
            ("'03125550142", "03125550142"),
            ("\u{2019}312 555 0142", "3125550142"),
            ("\u{202a}+1 312\u{a0}555\u{2011}0142\u{202c}", "+13125550142"),
            ("\u{ff0b}\u{ff11}\u{ff13}\u{ff11}\u{ff12} 555 0142", "+13125550142"),
            ("\u{663}\u{661}\u{662} 555 0142", "3125550142"),
            ("030/901820", "030901820"),
            ("+44 (0)20 7946 0018", "+4402079460018"),
        ] {
            assert_eq!(tidy(raw).as_deref(), Ok(digits), "{raw}");
        }
    }

    #[test]
    fn what_is_not_one_number_is_refused_with_its_reason() {
        for (raw, problem) in [
            ("", Empty),
            (" \u{feff}\t", Empty),
            ("'", Empty),
            ("()-", Empty),
            ("=3125550142", Formula),
            ("'=HYPERLINK(1)", Formula),
            ("1.6502530000E9", SpreadsheetNumber),
            ("1,65E+10", SpreadsheetNumber),
            ("4e12", SpreadsheetNumber),
            ("3125550142.0", SpreadsheetNumber),
            ("312 555 0142 x12", Extension),
            ("312-555-0142 ext. 12", Extension),
            ("+1 312 555 0142;ext=12", Extension),
            ("312 555 0142 #12", Extension),
            ("1-800-FLOWERS", Letters),
            ("x", Letters),
            ("mobile 312 555 0142", Letters),
            ("312 555 0142 / 312 555 0143", TwoNumbers),
            ("312 555 0142; 312 555 0143", TwoNumbers),
            ("3125550142\n3125550143", TwoNumbers),
            ("+13125550142+13125550143", TwoNumbers),
            ("312-555-0142 312-555-0143", TwoNumbers),
            ("030 901820/21", TwoNumbers),
            ("3,125,550,142", UnexpectedCharacter(',')),
            ("*312 555 0142", UnexpectedCharacter('*')),
            ("++13125550142", UnexpectedCharacter('+')),
            ("312555014231255501421", TooManyDigits),
        ] {
            assert_eq!(tidy(raw), Err(problem), "{raw}");
        }
        assert_eq!(tidy(&"1".repeat(65)), Err(TextTooLong));
    }
}

//! How a list is to be read, as far as its reader should not find out by itself.

use std::{fmt, str::FromStr};

use super::{columns::Role, decode::TextEncoding};
use crate::domain::phone::Country;

/// How to read a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The country of numbers without a plus.
    pub country: Country,
    /// What stands between the cells of a text file. `None`: found in its header.
    pub delimiter: Option<Delimiter>,
    /// The encoding of a text file. `None`: UTF-8 if it is valid as such, otherwise Windows-1252. A byte order mark wins.
    pub encoding: Option<TextEncoding>,
    /// The sheet of a workbook. `None`: the first.
    pub sheet: Option<String>,
    /// What columns are, where their headers do not tell.
    pub columns: Vec<ColumnChoice>,
    /// What becomes of a contact that has good numbers and a bad one.
    pub bad_number: BadNumber,
}

impl ReadOptions {
    /// Everything found out by itself; a row with a bad number is refused.
    pub fn new(country: Country) -> Self {
        Self {
            country,
            delimiter: None,
            encoding: None,
            sheet: None,
            columns: Vec::new(),
            bad_number: BadNumber::Refuse,
        }
    }
}

/// What becomes of a contact that has good numbers and a bad one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadNumber {
    /// The row is refused, to be mended: nothing is lost without a word.
    #[default]
    Refuse,
    /// The bad number is left out and noted in [`super::IntakeContact::dropped`].
    Drop,
}

/// The text is not one of the words of an option.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{given}\" is not {expected}")]
pub struct NotAnOption {
    /// What was given.
    pub given: String,
    /// What would be right.
    pub expected: &'static str,
}

impl FromStr for BadNumber {
    type Err = NotAnOption;

    fn from_str(text: &str) -> Result<Self, NotAnOption> {
        match text {
            "refuse" => Ok(Self::Refuse),
            "drop" => Ok(Self::Drop),
            _ => Err(NotAnOption { given: text.to_owned(), expected: "refuse or drop" }),
        }
    }
}

/// A sign between cells: one ASCII character that is not a quote mark, a letter, a digit or a line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiter(u8);

impl Delimiter {
    /// `,`
    pub const COMMA: Self = Self(b',');
    /// Those that are found in a header, the likelier first.
    pub const SNIFFED: [Self; 4] = [Self::COMMA, Self(b';'), Self(b'\t'), Self(b'|')];

    /// The sign.
    pub fn byte(self) -> u8 {
        self.0
    }
}

impl FromStr for Delimiter {
    type Err = NotAnOption;

    fn from_str(text: &str) -> Result<Self, NotAnOption> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self(b'\t')),
            [sign] if sign.is_ascii_punctuation() && !b"\"'".contains(sign) || b"\t ".contains(sign) => Ok(Self(*sign)),
            _ => Err(NotAnOption { given: text.to_owned(), expected: "one sign like , or ; or | or the word tab" }),
        }
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\t' => f.write_str("tab"),
            sign => write!(f, "{}", char::from(sign)),
        }
    }
}

/// A column whose role is given: `phone=Tel` on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnChoice {
    /// What it is.
    pub role: Role,
    /// Its header.
    pub header: String,
}

impl FromStr for ColumnChoice {
    type Err = NotAnOption;

    fn from_str(text: &str) -> Result<Self, NotAnOption> {
        let wrong = || NotAnOption { given: text.to_owned(), expected: Role::EXPECTED };
        let (role, header) = text.split_once('=').ok_or_else(wrong)?;
        let role = Role::ALL.into_iter().find(|known| known.name() == role.trim()).ok_or_else(wrong)?;
        Ok(Self { role, header: header.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_or_refused_with_what_would_be_right() {
        for (text, sign) in [
            (",", Some(b',')),
            (";", Some(b';')),
            ("tab", Some(b'\t')),
            ("\t", Some(b'\t')),
            ("^", Some(b'^')),
            ("\"", None),
            ("a", None),
            ("", None),
            ("\n", None),
            ("é", None),
        ] {
            assert_eq!(text.parse::<Delimiter>().ok().map(Delimiter::byte), sign, "{text:?}");
        }
        assert_eq!("phone=Tel 1".parse(), Ok(ColumnChoice { role: Role::Phone, header: "Tel 1".into() }));
        assert_eq!("drop".parse(), Ok(BadNumber::Drop));
        assert_eq!("keep".parse::<BadNumber>().unwrap_err().to_string(), "\"keep\" is not refuse or drop");
        assert!("fone=Tel".parse::<ColumnChoice>().unwrap_err().to_string().contains("account_number"));
    }
}

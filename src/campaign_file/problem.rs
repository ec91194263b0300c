//! One thing that is wrong with a campaign file, and how it is shown to the person who wrote it.

use std::fmt;

use super::says::Wrong;

/// Does it stop the campaign?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file is not used.
    Error,
    /// The file is used; someone should look.
    Warning,
}

impl Severity {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Does it stop the campaign?
    pub severity: Severity,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// The key, dotted: `retry.busy.after_minutes`. Empty for the file as a whole.
    pub key: String,
    /// What is wrong.
    pub wrong: Wrong,
}

impl Problem {
    /// The problem with the file's name before it, as editors and people like to find places.
    pub fn shown_in<'a>(&'a self, file: &'a str) -> impl fmt::Display + 'a {
        fmt::from_fn(move |f| write!(f, "{file}:{self}"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: ", self.line, self.column, self.severity.name())?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        let Wrong { message, expected, hint } = &self.wrong;
        message.fmt(f)?;
        expected.as_ref().map_or(Ok(()), |expected| write!(f, "\n    expected: {expected}"))?;
        hint.as_ref().map_or(Ok(()), |hint| write!(f, "\n    hint: {hint}"))
    }
}

//! Why a list cannot be read at all, and why one of its rows is refused.

use std::io;

/// Why one row is refused, or one of its numbers was left out.
///
/// It holds what the list says about a customer: for the rejects file and the person who loads, not for logs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RowProblem {
    /// The line of the file on which the row begins, or the row of the sheet; from 1.
    pub line: u64,
    /// The name of the column, or the path of the field; empty for the row as a whole.
    pub field: String,
    /// What the cell says, cut when long.
    pub value_shown: String,
    /// What is wrong and what to do, for a person.
    pub reason: String,
    /// The stable name of the reason, for counting.
    pub code: &'static str,
}

/// Why a list cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ListProblem {
    /// The file cannot be opened or read.
    #[error("the list cannot be read: {0}")]
    Io(#[from] io::Error),
    /// There is nothing in it.
    #[error("the list is empty: its first line must name the columns")]
    Empty,
    /// It has bytes that no text has.
    #[error("the file is neither text nor an .xlsx workbook: save the list as CSV or XLSX")]
    NotAList,
    /// The workbook of Excel before 2007.
    #[error("the file is an old Excel workbook: save it as .xlsx or CSV")]
    OldWorkbook,
    /// It is not in the encoding that was asked for.
    #[error("line {line} of the list is not UTF-8: leave --encoding out, or name another")]
    NotUtf8 {
        /// The line, from 1.
        line: u64,
    },
    /// The workbook cannot be read.
    #[error("the workbook cannot be read: {0}")]
    Workbook(#[from] calamine::XlsxError),
    /// There is no such sheet.
    #[error("the workbook has no sheet \"{asked}\"; it has {}", listed(.sheets))]
    NoSuchSheet {
        /// The one asked for.
        asked: String,
        /// Those there are.
        sheets: Vec<String>,
    },
    /// No column holds numbers.
    #[error("no column holds telephone numbers; name one with --column phone=HEADER. The headers are {}", listed(.headers))]
    NoPhoneColumn {
        /// The headers.
        headers: Vec<String>,
    },
    /// A phone book has no column of a kind that it needs.
    #[error("no column holds the {what} of the entries; name one with --column {role}=HEADER. The headers are {}", listed(.headers))]
    NoBookColumn {
        /// What is missing, for people.
        what: &'static str,
        /// The role to name.
        role: &'static str,
        /// The headers.
        headers: Vec<String>,
    },
    /// A column that was named is not there.
    #[error("no column is called \"{asked}\"; the headers are {}", listed(.headers))]
    NoSuchColumn {
        /// The one named.
        asked: String,
        /// The headers.
        headers: Vec<String>,
    },
    /// Two columns were named for what only one can be.
    #[error("two columns are named as {role}; name one")]
    NamedTwice {
        /// What both should be.
        role: &'static str,
    },
    /// There are more columns of a kind than a contact can have.
    #[error(
        "the list has {count} columns of {kind}, and a contact has {max} at most; leave some out with --column ignore=HEADER"
    )]
    TooManyColumns {
        /// Of which kind.
        kind: &'static str,
        /// How many.
        count: usize,
        /// How many may be.
        max: usize,
    },
    /// A row never seems to end.
    #[error("the row from line {line} on is longer than {max} bytes: probably a quote mark there is never closed")]
    RowTooLong {
        /// Where it begins, from 1.
        line: u64,
        /// How long a row may be.
        max: usize,
    },
}

impl ListProblem {
    /// The stable name of the reason, for those who say it in other words.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "list_not_read",
            Self::Empty => "list_empty",
            Self::NotAList => "not_a_list",
            Self::OldWorkbook => "old_workbook",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::Workbook(_) => "workbook_not_read",
            Self::NoSuchSheet { .. } => "no_such_sheet",
            Self::NoPhoneColumn { .. } => "no_phone_column",
            Self::NoBookColumn { .. } => "no_book_column",
            Self::NoSuchColumn { .. } => "no_such_column",
            Self::NamedTwice { .. } => "column_named_twice",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::RowTooLong { .. } => "row_too_long",
        }
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

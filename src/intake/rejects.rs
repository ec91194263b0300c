//! The rejects file: what was refused, with the reasons beside it, to be mended in a spreadsheet and loaded again.
//!
//! It has the columns of the list, then [`REJECT_COLUMNS`], which are not read when it is loaded again. It is UTF-8 with a
//! byte order mark, as spreadsheets then know its letters. A delimiter that had to be given must be given again.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula and runs it, or makes a quantity of a
//! telephone number. Such cells are written with an apostrophe before them, and cells that begin with an apostrophe with
//! a second one. When the file is loaded again (its last three columns tell), one apostrophe is taken off, so that every
//! cell comes back as it was; a cell that was typed anew without one is taken as it is.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use super::{Delimiter, ListReader, ListRow, RowProblem};

/// What follows the columns of the list.
pub(super) const REJECT_COLUMNS: [&str; 3] = ["reject_line", "reject_field", "reject_reason"];

/// Writes a rejects file.
pub struct RejectsWriter<W: Write> {
    csv: csv::Writer<W>,
    columns: usize,
    rows_written: u64,
}

impl<W: Write> RejectsWriter<W> {
    /// A file with the columns and the delimiter of `list`.
    pub fn new(to: W, list: &ListReader) -> io::Result<Self> {
        let headers: Vec<_> = list.columns().iter().map(|column| column.header.as_str()).collect();
        Self::with_headers(to, &headers, list.delimiter())
    }

    pub(super) fn with_headers(mut to: W, headers: &[&str], delimiter: Delimiter) -> io::Result<Self> {
        to.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::WriterBuilder::new().delimiter(delimiter.byte()).flexible(true).from_writer(to);
        let names = headers.iter().copied().map(guarded).chain(REJECT_COLUMNS.map(Cow::from));
        csv.write_record(names.map(Cow::into_owned))?;
        Ok(Self { csv, columns: headers.len(), rows_written: 0 })
    }

    /// Writes a refused row and why it was refused. A row that was not refused is not written.
    pub fn write(&mut self, row: &ListRow) -> io::Result<()> {
        match &row.contact {
            Ok(_) => Ok(()),
            Err(problems) => self.write_refused(row.line, &row.cells, problems),
        }
    }

    /// Writes the cells of a refused row and why it was refused.
    ///
    /// Cells beyond the header stand after the reasons, so that the reasons are under their headers.
    pub fn write_refused(&mut self, line: u64, cells: &[String], problems: &[RowProblem]) -> io::Result<()> {
        let (known, beyond) = cells.split_at(cells.len().min(self.columns));
        let missing = std::iter::repeat_n(Cow::from(""), self.columns - known.len());
        let cells = known.iter().map(|cell| guarded(cell)).chain(missing);
        let cells = cells.chain(reasons(line, problems).map(Cow::from)).chain(beyond.iter().map(|cell| guarded(cell)));
        self.csv.write_record(cells.map(|cell| cell.replace('\0', "\u{fffd}")))?;
        self.rows_written += 1;
        Ok(())
    }

    /// How many rows were written.
    pub fn rows_written(&self) -> u64 {
        self.rows_written
    }

    /// Writes what is still in memory and gives back what was written to.
    pub fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

fn reasons(line: u64, problems: &[RowProblem]) -> [String; 3] {
    let joined = |parts: Vec<&str>| guarded(&parts.join("; ")).into_owned();
    let fields = problems.iter().map(|problem| problem.field.as_str()).filter(|field| !field.is_empty());
    [
        line.to_string(),
        joined(fields.collect()),
        joined(problems.iter().map(|problem| problem.reason.as_str()).collect()),
    ]
}

/// A cell that no spreadsheet takes for a formula.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    // The last four are the wide forms that some spreadsheets read alike.
    let is_risky =
        cell.starts_with(['=', '+', '-', '@', '\'', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if is_risky { Cow::from(format!("'{cell}")) } else { Cow::from(cell) }
}

/// The cell as it was before [`guarded`].
pub(super) fn unguarded(cell: String) -> String {
    match cell.strip_prefix('\'') {
        Some(bare) => bare.to_owned(),
        None => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_risky_cell_gets_an_apostrophe_and_loses_it_again() {
        for (cell, written) in [
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("+13125550142", "'+13125550142"),
            ("-3", "'-3"),
            ("@SUM(1)", "'@SUM(1)"),
            ("'quoted'", "''quoted'"),
            ("\tx", "'\tx"),
            ("O'Brien", "O'Brien"),
            ("3125550142", "3125550142"),
            ("", ""),
        ] {
            assert_eq!(guarded(cell), written);
            assert_eq!(unguarded(written.to_owned()), cell);
        }
    }

    proptest! {
        #[test]
        fn no_cell_begins_like_a_formula_and_each_comes_back(cell in "[=+@'\\-\t\n\ra\u{ff1d}]{0,6}") {
            let written = guarded(&cell).into_owned();
            let is_risky = written.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}']);
            prop_assert!(!is_risky);
            prop_assert_eq!(unguarded(written), cell);
        }
    }
}

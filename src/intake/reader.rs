//! [`ListReader`]: a list, row by row.

use std::path::Path;

use super::{
    ColumnMap, Delimiter, IntakeContact, ListProblem, ReadOptions, RowProblem,
    decode::TextEncoding,
    row::{self, RowRules},
    table::{Table, TableOptions},
};

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// The line of the file on which it begins, or the row of the sheet; from 1.
    pub line: u64,
    /// Its cells as they are in the file, for the rejects file.
    pub cells: Vec<String>,
    /// The contact, or all that is wrong.
    pub contact: Result<IntakeContact, Vec<RowProblem>>,
}

/// Reads a list, row by row, in the order of the file. Rows whose cells are all blank are skipped and counted.
pub struct ListReader {
    table: Table,
    columns: ColumnMap,
    rules: RowRules,
    has_failed: bool,
}

impl ListReader {
    /// Opens the list at `path`: looks through the file once, then reads its header.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self, ListProblem> {
        let ReadOptions { delimiter, encoding, .. } = *options;
        let table = Table::open(path, TableOptions { delimiter, encoding, sheet: options.sheet.as_deref() })?;
        let columns = ColumnMap::new(&table.headers, &options.columns)?;
        let rules = RowRules { country: options.country, bad_number: options.bad_number };
        Ok(Self { table, columns, rules, has_failed: false })
    }

    /// How the columns were understood.
    pub fn columns(&self) -> &ColumnMap {
        &self.columns
    }

    /// What stands between cells; for a workbook, what its rejects file has.
    pub fn delimiter(&self) -> Delimiter {
        self.table.delimiter
    }

    /// How a text file writes its letters; `None` for a workbook.
    pub fn encoding(&self) -> Option<TextEncoding> {
        self.table.encoding
    }

    /// Is it a rejects file that is loaded again?
    pub fn is_rejects_file(&self) -> bool {
        self.table.is_rejects_file()
    }

    /// SHA-256 of the file in hexadecimal digits: the same file has the same.
    pub fn digest(&self) -> &str {
        &self.table.digest
    }

    /// The size of the file.
    pub fn bytes_total(&self) -> u64 {
        self.table.bytes_total
    }

    /// How much of it was read so far, for progress bars.
    pub fn bytes_read(&self) -> u64 {
        self.table.bytes_read()
    }

    /// Rows so far whose cells are all blank.
    pub fn blank_rows(&self) -> u64 {
        self.table.blank_rows
    }

    fn next_row(&mut self) -> Result<Option<ListRow>, ListProblem> {
        let Some(record) = self.table.next_record()? else { return Ok(None) };
        let contact = row::read(&record, &self.columns, self.rules);
        Ok(Some(ListRow { line: record.line, cells: record.cells, contact }))
    }
}

impl Iterator for ListReader {
    type Item = Result<ListRow, ListProblem>;

    /// The next row. After a problem with the list itself there are no more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let row = self.next_row().transpose();
        self.has_failed = matches!(row, Some(Err(_)));
        row
    }
}

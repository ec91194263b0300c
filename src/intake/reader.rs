//! [`ListReader`]: a list, row by row.

use std::{fs::File, io::Read, path::Path, vec};

use super::{
    ColumnMap, Delimiter, IntakeContact, ListProblem, ReadOptions, RowProblem,
    decode::{Decoded, TextEncoding},
    rejects::{REJECT_COLUMNS, unguarded},
    row::{self, RowRules},
    scan::{Kind, scan},
    sheet,
    sniff::sniff,
    text::{Record, Records},
};

const SAMPLE_BYTES: u64 = 64 * 1024;

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
    source: Source,
    columns: ColumnMap,
    /// The places of the columns that a rejects file has more than its list.
    reject_columns: Vec<usize>,
    rules: RowRules,
    delimiter: Delimiter,
    encoding: Option<TextEncoding>,
    digest: String,
    bytes_total: u64,
    blank_rows: u64,
    has_failed: bool,
}

enum Source {
    Text(Box<Records<Decoded<File>>>),
    Sheet(vec::IntoIter<Record>),
}

impl Source {
    fn next_record(&mut self) -> Result<Option<Record>, ListProblem> {
        match self {
            Self::Text(records) => records.next_record(),
            Self::Sheet(rows) => Ok(rows.next()),
        }
    }
}

impl ListReader {
    /// Opens the list at `path`: looks through the file once, then reads its header.
    pub fn open(path: &Path, options: &ReadOptions) -> Result<Self, ListProblem> {
        let found = scan(File::open(path)?, options.encoding)?;
        let (mut source, delimiter, encoding) = match found.kind {
            Kind::Text(encoding) => {
                let (source, delimiter) = open_text(path, encoding, options.delimiter)?;
                (source, delimiter, Some(encoding))
            }
            Kind::Workbook => {
                let rows = sheet::records(File::open(path)?, options.sheet.as_deref())?;
                (Source::Sheet(rows), options.delimiter.unwrap_or(Delimiter::COMMA), None)
            }
        };
        let mut headers = source.next_record()?.ok_or(ListProblem::Empty)?.cells;
        let reject_columns = reject_columns(&headers);
        without(&mut headers, &reject_columns);
        // Columns without a name at the end are what spreadsheets leave of cells that were once in use.
        while headers.last().is_some_and(|header| header.trim().is_empty()) {
            headers.pop();
        }
        Ok(Self {
            source,
            columns: ColumnMap::new(&headers, &options.columns)?,
            reject_columns,
            rules: RowRules { country: options.country, bad_number: options.bad_number },
            delimiter,
            encoding,
            digest: found.digest,
            bytes_total: found.bytes_total,
            blank_rows: 0,
            has_failed: false,
        })
    }

    /// How the columns were understood.
    pub fn columns(&self) -> &ColumnMap {
        &self.columns
    }

    /// What stands between cells; for a workbook, what its rejects file has.
    pub fn delimiter(&self) -> Delimiter {
        self.delimiter
    }

    /// How a text file writes its letters; `None` for a workbook.
    pub fn encoding(&self) -> Option<TextEncoding> {
        self.encoding
    }

    /// Is it a rejects file that is loaded again?
    pub fn is_rejects_file(&self) -> bool {
        !self.reject_columns.is_empty()
    }

    /// SHA-256 of the file in hexadecimal digits: the same file has the same.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The size of the file.
    pub fn bytes_total(&self) -> u64 {
        self.bytes_total
    }

    /// How much of it was read so far, for progress bars.
    pub fn bytes_read(&self) -> u64 {
        match &self.source {
            Source::Text(records) => records.source.bytes_read,
            Source::Sheet(_) => self.bytes_total,
        }
    }

    /// Rows so far whose cells are all blank.
    pub fn blank_rows(&self) -> u64 {
        self.blank_rows
    }

    fn next_row(&mut self) -> Result<Option<ListRow>, ListProblem> {
        while let Some(mut record) = self.source.next_record()? {
            without(&mut record.cells, &self.reject_columns);
            if record.cells.iter().all(|cell| cell.trim().is_empty()) {
                self.blank_rows += 1;
                continue;
            }
            let contact = row::read(&record, &self.columns, self.rules);
            return Ok(Some(ListRow { line: record.line, cells: record.cells, contact }));
        }
        Ok(None)
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

fn open_text(
    path: &Path,
    encoding: TextEncoding,
    forced: Option<Delimiter>,
) -> Result<(Source, Delimiter), ListProblem> {
    let mut sample = Vec::new();
    Decoded::new(File::open(path)?, encoding).take(SAMPLE_BYTES).read_to_end(&mut sample)?;
    let (found, is_named) = sniff(&String::from_utf8_lossy(&sample));
    let delimiter = forced.unwrap_or(found);
    let mut records = Records::new(Decoded::new(File::open(path)?, encoding), delimiter);
    if is_named {
        records.next_record()?;
    }
    Ok((Source::Text(Box::new(records)), delimiter))
}

/// Where the columns of a rejects file are, if it has them all.
fn reject_columns(headers: &[String]) -> Vec<usize> {
    let place = |name| headers.iter().position(|header| header.trim().eq_ignore_ascii_case(name));
    REJECT_COLUMNS.into_iter().map(place).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// Takes the columns of a rejects file out, and the guard off the others. Other files are left as they are.
fn without(cells: &mut Vec<String>, reject_columns: &[usize]) {
    if reject_columns.is_empty() {
        return;
    }
    let kept = std::mem::take(cells).into_iter().enumerate().filter(|(place, _)| !reject_columns.contains(place));
    *cells = kept.map(|(_, cell)| unguarded(cell)).collect();
}

//! A file as a table: its headers, then its records, whatever kind of file it is. What the columns mean is for others.

use std::{fs::File, io::Read, path::Path, vec};

use super::{
    Delimiter, ListProblem,
    decode::{Decoded, TextEncoding},
    rejects::{REJECT_COLUMNS, unguarded},
    scan::{Kind, scan},
    sheet,
    sniff::sniff,
    text::{Record, Records},
};

const SAMPLE_BYTES: u64 = 64 * 1024;

/// How to read a file, as far as it should not be found out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TableOptions<'o> {
    pub delimiter: Option<Delimiter>,
    pub encoding: Option<TextEncoding>,
    pub sheet: Option<&'o str>,
}

/// An open file.
pub(super) struct Table {
    source: Source,
    pub headers: Vec<String>,
    /// The places of the columns that a rejects file has more than its list.
    reject_columns: Vec<usize>,
    pub delimiter: Delimiter,
    /// `None` for a workbook.
    pub encoding: Option<TextEncoding>,
    pub digest: String,
    pub bytes_total: u64,
    /// Records so far whose cells are all blank.
    pub blank_rows: u64,
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

impl Table {
    /// Looks through the file once, then reads its header.
    pub fn open(path: &Path, options: TableOptions<'_>) -> Result<Self, ListProblem> {
        let found = scan(File::open(path)?, options.encoding)?;
        let (mut source, delimiter, encoding) = match found.kind {
            Kind::Text(encoding) => {
                let (source, delimiter) = open_text(path, encoding, options.delimiter)?;
                (source, delimiter, Some(encoding))
            }
            Kind::Workbook => {
                let rows = sheet::records(File::open(path)?, options.sheet)?;
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
            headers,
            reject_columns,
            delimiter,
            encoding,
            digest: found.digest,
            bytes_total: found.bytes_total,
            blank_rows: 0,
        })
    }

    /// Is it a rejects file that is loaded again?
    pub fn is_rejects_file(&self) -> bool {
        !self.reject_columns.is_empty()
    }

    /// How much of the file was read so far.
    pub fn bytes_read(&self) -> u64 {
        match &self.source {
            Source::Text(records) => records.source.bytes_read,
            Source::Sheet(_) => self.bytes_total,
        }
    }

    /// The next record that is not blank.
    pub fn next_record(&mut self) -> Result<Option<Record>, ListProblem> {
        while let Some(mut record) = self.source.next_record()? {
            without(&mut record.cells, &self.reject_columns);
            if !record.cells.iter().all(|cell| cell.trim().is_empty()) {
                return Ok(Some(record));
            }
            self.blank_rows += 1;
        }
        Ok(None)
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

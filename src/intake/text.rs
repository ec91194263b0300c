//! A text file as records: cells between delimiters, quoted where they hold delimiters, quotes or line breaks.
//!
//! It reads what the `csv` package reads, which a test compares, and three things more that a person needs: the very line
//! a row begins on, whether the file ends inside a row, and a limit, so that one forgotten quote mark does not draw a
//! whole file into one cell.

use std::io::{self, Read};

use super::{ListProblem, options::Delimiter};

/// How long a row may be, in bytes of UTF-8.
pub const ROW_BYTES_MAX: usize = 1024 * 1024;
const PIECE_BYTES: usize = 32 * 1024;

/// One row, of a text file or a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line it begins on, or the row of the sheet; from 1.
    pub line: u64,
    pub cells: Vec<String>,
    pub end: End,
}

/// How a record ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// With the file, without a line break.
    NoLineBreak,
    /// With the file, inside quotes.
    InQuotes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Bare,
    Quoted,
    /// A quote mark inside quotes: the first of two, or the last.
    QuoteInQuotes,
}

/// Reads records from UTF-8.
pub(super) struct Records<R> {
    pub source: R,
    delimiter: u8,
    piece: Vec<u8>,
    next: usize,
    line: u64,
}

impl<R: Read> Records<R> {
    pub fn new(source: R, delimiter: Delimiter) -> Self {
        Self { source, delimiter: delimiter.byte(), piece: Vec::new(), next: 0, line: 1 }
    }

    /// The next record that is not an empty line.
    pub fn next_record(&mut self) -> Result<Option<Record>, ListProblem> {
        let mut row = Row::new(self.line);
        while let Some(byte) = self.take()? {
            if row.add(byte, self.delimiter) {
                self.end_line(byte)?;
                if row.began {
                    return Ok(Some(row.record(End::Whole)));
                }
                row = Row::new(self.line);
            } else if row.bytes.len() > ROW_BYTES_MAX || row.ends.len() > ROW_BYTES_MAX {
                return Err(ListProblem::RowTooLong { line: row.line, max: ROW_BYTES_MAX });
            }
        }
        let end = if row.state == State::Quoted { End::InQuotes } else { End::NoLineBreak };
        Ok(row.began.then(|| row.record(end)))
    }

    /// A record ended at `byte`: the second half of a Windows line break belongs to it, and a lone return is one too.
    fn end_line(&mut self, byte: u8) -> io::Result<()> {
        if byte == b'\r' {
            match self.peek()? {
                Some(b'\n') => drop(self.take()?),
                _ => self.line += 1,
            }
        }
        Ok(())
    }

    fn take(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        self.next += usize::from(byte.is_some());
        self.line += u64::from(byte == Some(b'\n'));
        Ok(byte)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.next == self.piece.len() {
            self.piece.resize(PIECE_BYTES, 0);
            let count = self.source.read(&mut self.piece)?;
            self.piece.truncate(count);
            self.next = 0;
        }
        Ok(self.piece.get(self.next).copied())
    }
}

/// A record in the making.
struct Row {
    line: u64,
    state: State,
    /// Is there anything in it, be it an empty cell?
    began: bool,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Row {
    fn new(line: u64) -> Self {
        Self { line, state: State::CellStart, began: false, bytes: Vec::new(), ends: Vec::new() }
    }

    /// Adds a byte; true if it ends the record.
    fn add(&mut self, byte: u8, delimiter: u8) -> bool {
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteInQuotes,
            (State::Quoted, _) => self.push(byte, State::Quoted),
            (_, b'\n' | b'\r') => return true,
            (_, _) if byte == delimiter => {
                self.ends.push(self.bytes.len());
                State::CellStart
            }
            (State::CellStart, b'"') => State::Quoted,
            (State::QuoteInQuotes, b'"') => self.push(byte, State::Quoted),
            (State::CellStart | State::Bare | State::QuoteInQuotes, _) => self.push(byte, State::Bare),
        };
        self.began = true;
        false
    }

    fn push(&mut self, byte: u8, state: State) -> State {
        self.bytes.push(byte);
        state
    }

    fn record(mut self, end: End) -> Record {
        self.ends.push(self.bytes.len());
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let cells =
            starts.zip(&self.ends).map(|(from, to)| String::from_utf8_lossy(&self.bytes[from..*to]).into_owned());
        Record { line: self.line, cells: cells.collect(), end }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(text: &str) -> Vec<Record> {
        let mut records = Records::new(text.as_bytes(), Delimiter::COMMA);
        std::iter::from_fn(|| records.next_record().unwrap()).collect()
    }

    fn shown(text: &str) -> Vec<String> {
        records(text)
            .iter()
            .map(|record| format!("{} {} {:?}", record.line, record.cells.join("|"), record.end))
            .collect()
    }

    #[test]
    fn rows_begin_on_the_lines_a_person_sees() {
        for (text, rows) in [
            ("a,b\nc,d\n", &["1 a|b Whole", "2 c|d Whole"][..]),
            ("a,b\r\nc,d\r\n", &["1 a|b Whole", "2 c|d Whole"]),
            ("a\rb\r", &["1 a Whole", "2 b Whole"]),
            ("\n\r\n\na\n\n\nb\n", &["4 a Whole", "7 b Whole"]),
            ("\"a\n1\",b\nc\n", &["1 a\n1|b Whole", "3 c Whole"]),
            ("\"a\r\n1\r\n2\"\r\nc\r\n", &["1 a\r\n1\r\n2 Whole", "4 c Whole"]),
            ("\"say \"\"hi\"\"\",5\" pipe\n", &["1 say \"hi\"|5\" pipe Whole"]),
            ("\"a\"b,c\n", &["1 ab|c Whole"]),
            (",\n\"\"\n", &["1 | Whole", "2  Whole"]),
            ("a,b\nc,d", &["1 a|b Whole", "2 c|d NoLineBreak"]),
            ("a,b\nc,\"d\ne,f\n", &["1 a|b Whole", "2 c|d\ne,f\n InQuotes"]),
            ("a,b\nc,\"d\"", &["1 a|b Whole", "2 c|d NoLineBreak"]),
            ("", &[]),
            ("\n\n", &[]),
        ] {
            assert_eq!(shown(text), rows, "{text:?}");
        }
    }

    #[test]
    fn a_row_without_end_is_not_read_to_the_end() {
        for row in [format!("a\n\"{}", "b".repeat(ROW_BYTES_MAX + 1)), format!("a\n{}", ",".repeat(ROW_BYTES_MAX + 2))]
        {
            let mut records = Records::new(row.as_bytes(), Delimiter::COMMA);
            assert!(records.next_record().unwrap().is_some());
            assert!(matches!(records.next_record(), Err(ListProblem::RowTooLong { line: 2, .. })));
        }
    }

    proptest! {
        #[test]
        fn it_reads_what_the_csv_package_reads(text in "[ab,\"\r\n]{0,40}") {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            let ours: Vec<_> = records(&text).into_iter().map(|record| record.cells).collect();
            prop_assert_eq!(ours, theirs);
        }
    }
}

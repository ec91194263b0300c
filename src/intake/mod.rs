//! Reading contact lists: CSV and XLSX files as offices write them, into contacts or reasons why not.
//!
//! 1. `scan` reads a file once: its digest, its encoding, whether it is a table at all;
//! 2. `text` and `sheet` make records of it, `table` gives them one by one, `columns` says what each column is;
//! 3. `row` makes a contact of each record, or says everything that is wrong with it;
//! 4. [`read_fields`] gives `row` what was in no file, so that contacts that programs send have the same rules;
//! 5. [`RejectsWriter`] writes what was refused, to be mended and loaded again.
//!
//! [`BookReader`] reads phone books the same way: they have entries instead of contacts.
//!
//! A text file is read in bounded memory, however long it is; a sheet, which has a million rows at most, at once. Nothing
//! here knows where contacts are stored.

mod columns;
mod contact;
mod decode;
mod dial_time;
mod fields;
mod options;
mod phone_book;
mod problem;
mod reader;
mod rejects;
mod row;
mod scan;
mod sheet;
mod sniff;
mod synonyms;
mod table;
mod text;

pub use self::{
    columns::{Column, ColumnMap, Role},
    contact::IntakeContact,
    decode::TextEncoding,
    dial_time::{DialTime, DialTimeProblem, read_dial_time},
    fields::{Field, read_fields},
    options::{BadNumber, ColumnChoice, Delimiter, NotAnOption, ReadOptions},
    phone_book::{BookColumn, BookColumnChoice, BookOptions, BookReader, BookRole, BookRow},
    problem::{ListProblem, RowProblem},
    reader::{ListReader, ListRow},
    rejects::{RejectsWriter, guarded},
    row::{NAME_CHARS_MAX, VARIABLE_CHARS_MAX, VARIABLES_MAX},
    text::ROW_BYTES_MAX,
};

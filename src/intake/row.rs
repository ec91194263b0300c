//! From one record to a contact, or to everything that is wrong with it.

use std::collections::BTreeMap;

use super::{
    BadNumber, Column, ColumnMap, IntakeContact, RowProblem,
    columns::Role,
    read_dial_time,
    text::{End, Record},
};
use crate::domain::{
    contact::{ContactNumber, StatedZones},
    number_zones::zones_of,
    phone::{Country, read_number},
    zone::{UnknownZone, ZoneSet, ZoneSource},
};

/// The longest first name, last name or account number, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// The longest call variable, in characters.
pub const VARIABLE_CHARS_MAX: usize = 2000;
/// The most call variables of a contact.
pub const VARIABLES_MAX: usize = 100;
const SHOWN_CHARS: usize = 60;

/// What rows are read with.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowRules {
    pub country: Country,
    pub bad_number: BadNumber,
}

/// Reads one record.
pub(super) fn read(record: &Record, columns: &ColumnMap, rules: RowRules) -> Result<IntakeContact, Vec<RowProblem>> {
    let mut row = Row { line: record.line, problems: misshapen(record, columns.len()) };
    let cells = columns.iter().zip(record.cells.iter().map(|cell| cell.trim()));
    let mut contact = empty(record.line);
    for (column, cell) in cells.clone().filter(|(column, cell)| !cell.is_empty() && column.role != Role::Ignore) {
        row.cell(&mut contact, column, cell);
    }
    row.numbers(&mut contact, cells, columns, rules);
    if row.problems.is_empty() { Ok(contact) } else { Err(row.problems) }
}

fn empty(line: u64) -> IntakeContact {
    IntakeContact {
        line,
        account_number: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        numbers: Vec::new(),
        variables: BTreeMap::new(),
        stated_zones: None,
        dial_time: None,
        dropped: Vec::new(),
    }
}

struct Row {
    line: u64,
    problems: Vec<RowProblem>,
}

impl Row {
    fn cell(&mut self, contact: &mut IntakeContact, column: &Column, cell: &str) {
        let chars_max = match column.role {
            Role::Variable => VARIABLE_CHARS_MAX,
            // Numbers have a limit of their own, with a reason of their own.
            Role::Phone => usize::MAX,
            _ => NAME_CHARS_MAX,
        };
        if let Some(problem) = unfit(self.line, &column.field, cell, chars_max) {
            return self.problems.push(problem);
        }
        match column.role {
            Role::AccountNumber => cell.clone_into(&mut contact.account_number),
            Role::FirstName => cell.clone_into(&mut contact.first_name),
            Role::LastName => cell.clone_into(&mut contact.last_name),
            Role::Variable => drop(contact.variables.insert(column.name.clone(), cell.to_owned())),
            Role::TimeZone => match zones(cell) {
                Ok(zones) => contact.stated_zones = zones,
                Err(reason) => self.note(&column.field, cell, reason, "zone_unreadable"),
            },
            Role::DialTime => match read_dial_time(cell) {
                Ok(dial_time) => contact.dial_time = Some(dial_time),
                Err(problem) => self.note(&column.field, cell, problem.to_string(), "dial_time_unreadable"),
            },
            Role::Phone | Role::Ignore => {}
        }
    }

    fn numbers<'a>(
        &mut self,
        contact: &mut IntakeContact,
        cells: impl Iterator<Item = (&'a Column, &'a str)>,
        columns: &ColumnMap,
        rules: RowRules,
    ) {
        let mut bad = Vec::new();
        for (column, cell) in cells.filter(|(column, cell)| column.role == Role::Phone && !cell.is_empty()) {
            match read_number(cell, rules.country) {
                Ok(read) if contact.numbers.iter().any(|known| known.number == read.number) => {}
                Ok(read) => {
                    let (zones, line_type) = (zones_of(&read), read.line_type);
                    contact.numbers.push(ContactNumber {
                        number: read.number,
                        label: column.name.clone(),
                        line_type,
                        zones,
                    });
                }
                Err(why) => bad.push(problem(self.line, &column.field, cell, why.to_string(), why.code())),
            }
        }
        match rules.bad_number {
            BadNumber::Drop if !contact.numbers.is_empty() => contact.dropped = bad,
            _ if contact.numbers.is_empty() && bad.is_empty() => {
                let first = columns.iter().find(|column| column.role == Role::Phone);
                let reason = "the row has no number: fill in one, or leave the contact out".into();
                self.note(first.map_or("", |column| &column.field), "", reason, "no_number");
            }
            BadNumber::Drop | BadNumber::Refuse => self.problems.append(&mut bad),
        }
    }

    fn note(&mut self, field: &str, value: &str, reason: String, code: &'static str) {
        self.problems.push(problem(self.line, field, value, reason, code));
    }
}

/// A record that has not the form of its header is not what its columns seem to say.
pub(super) fn misshapen(record: &Record, columns: usize) -> Vec<RowProblem> {
    let mut problems = Vec::new();
    let last = record.cells.last().map_or("", String::as_str);
    let mut note = |reason, code| problems.push(problem(record.line, "", last, reason, code));
    if record.cells.iter().skip(columns).any(|cell| !cell.trim().is_empty()) {
        let reason = format!(
            "the row has {} cells and the header {columns}: put quote marks around a cell that holds the delimiter",
            record.cells.len(),
        );
        note(reason, "too_many_cells");
    }
    match record.end {
        End::InQuotes => {
            let reason = "a quote mark in this row is never closed, so it holds the rest of the file".into();
            note(reason, "quote_not_closed");
        }
        End::NoLineBreak if record.cells.len() < columns => {
            note("the file ends in the middle of this row: it was not written to its end".into(), "row_cut");
        }
        End::NoLineBreak | End::Whole => {}
    }
    problems
}

/// What makes a text unfit to be stored.
pub(super) fn unfit(line: u64, field: &str, text: &str, chars_max: usize) -> Option<RowProblem> {
    if text.contains('\0') {
        let reason = "the cell holds a NUL sign, which no text has: export the list again".into();
        return Some(problem(line, field, text, reason, "value_has_nul"));
    }
    let is_long = text.chars().nth(chars_max).is_some();
    is_long.then(|| {
        let reason = format!("the cell is longer than {chars_max} characters: shorten it");
        problem(line, field, text, reason, "value_too_long")
    })
}

pub(super) fn problem(line: u64, field: &str, value: &str, reason: String, code: &'static str) -> RowProblem {
    let value_shown = match value.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}...", &value[..end]),
        None => value.to_owned(),
    };
    RowProblem { line, field: field.to_owned(), value_shown, reason, code }
}

/// The zones of a cell: IANA names with commas, semicolons or bars between. `unknown` states nothing.
///
/// `EST` and the like are refused although the database has them: there they mean an offset that knows no summer time,
/// and hardly anyone means that.
fn zones(cell: &str) -> Result<Option<StatedZones>, String> {
    if cell.eq_ignore_ascii_case("unknown") {
        return Ok(None);
    }
    let names = cell.split([',', ';', '|']).map(str::trim);
    if let Some(short) = names.clone().find(|name| name.len() <= 4 && !["UTC", "Cuba", "Iran", "Eire"].contains(name)) {
        return Err(format!("\"{short}\" does not say where the clock is: write an IANA zone, like America/Chicago"));
    }
    let zones: Result<ZoneSet, UnknownZone> = names.map(str::parse).collect();
    let zones = zones.map_err(|unknown| unknown.to_string())?;
    Ok(Some(StatedZones { zones, source: ZoneSource::ListColumn }))
}

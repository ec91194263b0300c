//! A sheet of a workbook as records: each cell as the text a person sees, whole numbers exactly.

use std::{
    io::{BufReader, Read, Seek},
    vec,
};

use calamine::{Data, DataRef, ExcelDateTime, Reader, Xlsx};

use super::{
    ListProblem,
    text::{End, Record},
};

/// More columns than a list can use; a sheet with cells far out to the right is not a list.
const COLUMNS_MAX: usize = 256;

/// The rows of the sheet called `asked`, or of the first.
pub(super) fn records(file: impl Read + Seek, asked: Option<&str>) -> Result<vec::IntoIter<Record>, ListProblem> {
    let mut workbook = Xlsx::new(BufReader::new(file))?;
    let sheets = workbook.sheet_names();
    let sheet = match asked {
        Some(asked) => sheets.iter().find(|name| name.as_str() == asked),
        None => sheets.first(),
    };
    let Some(sheet) = sheet.cloned() else {
        return Err(match asked {
            Some(asked) => ListProblem::NoSuchSheet { asked: asked.to_owned(), sheets },
            None => ListProblem::Empty,
        });
    };
    let mut cells = workbook.worksheet_cells_reader(&sheet)?;
    let mut rows: Vec<Record> = Vec::new();
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let (line, column) = (u64::from(row) + 1, usize::try_from(column).unwrap_or(usize::MAX));
        let text = shown(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if column >= COLUMNS_MAX {
            return Err(ListProblem::TooManyColumns { kind: "any kind", count: column + 1, max: COLUMNS_MAX });
        }
        if rows.last().is_none_or(|last| last.line != line) {
            rows.push(Record { line, cells: Vec::new(), end: End::Whole });
        }
        if let Some(last) = rows.last_mut() {
            last.cells.resize((column + 1).max(last.cells.len()), String::new());
            last.cells[column] = text;
        }
    }
    Ok(rows.into_iter())
}

/// The text of a cell. Numbers have no exponent and no needless `.0`.
fn shown(value: &DataRef<'_>) -> String {
    match Data::from(value.clone()) {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text,
        Data::Bool(flag) => flag.to_string(),
        Data::DateTime(at) => date_time(at),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

/// A date, a time, or both, as they are written in text files too.
fn date_time(at: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (at.as_f64() < 1.0, at.as_f64().fract() == 0.0) {
        (true, _) => time,
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    #[test]
    fn cells_are_shown_as_a_person_reads_them() {
        let at = |value| DataRef::DateTime(ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false));
        for (value, text) in [
            (DataRef::Float(13_125_550_142.0), "13125550142"),
            (DataRef::Float(1.650_253e9), "1650253000"),
            (DataRef::Float(442_079_460_018_123.0), "442079460018123"),
            (DataRef::Float(19.99), "19.99"),
            (DataRef::Float(-3.0), "-3"),
            (DataRef::Float(1e21), "1000000000000000000000"),
            (DataRef::Int(7), "7"),
            (DataRef::SharedString(" 0312 "), " 0312 "),
            (DataRef::Bool(true), "true"),
            (DataRef::Error(CellErrorType::NA), "#N/A"),
            (at(46_357.0), "2026-12-01"),
            (at(46_357.583_333_333_336), "2026-12-01 14:00:00"),
            (at(0.25), "06:00:00"),
            (DataRef::Empty, ""),
        ] {
            assert_eq!(shown(&value), text);
        }
    }
}

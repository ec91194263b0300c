//! A report for people ([`table`]), for spreadsheets ([`csv()`]), for programs ([`json`]) and for those who reckon with it
//! ([`parquet()`]).

mod parquet;

use std::{collections::BTreeMap, fmt::Write as _};

use schemars::JsonSchema;
use serde::Serialize;

pub use self::parquet::parquet;
use crate::{
    intake::guarded,
    store::reports::{Column, ColumnKind, Report, Value},
};

/// An aligned text: numbers to the right, spans as `h:mm:ss`, totals under a line.
pub fn table(report: &Report) -> String {
    let header: Vec<String> = report.columns.iter().map(|column| heading(column.name)).collect();
    let rows: Vec<Vec<String>> = report.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    let totals: Option<Vec<String>> = report.totals.as_ref().map(|row| row.iter().map(shown).collect());
    let widths: Vec<usize> = (0..header.len())
        .map(|i| rows.iter().chain([&header]).chain(&totals).map(|row| row[i].chars().count()).max().unwrap_or(0))
        .collect();
    let line = |row: &[String]| {
        let mut text = String::new();
        for ((cell, width), column) in row.iter().zip(&widths).zip(&report.columns) {
            let _ = match column.kind {
                ColumnKind::Text => write!(text, "{cell:<width$}  "),
                ColumnKind::Count | ColumnKind::Seconds | ColumnKind::Share => write!(text, "{cell:>width$}  "),
            };
        }
        format!("{}\n", text.trim_end())
    };
    let rule = format!("{}\n", "-".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)));
    let mut text = format!("{}\n\n{}{rule}", report.title, line(&header));
    if rows.is_empty() {
        text.push_str("nothing\n");
    }
    text.extend(rows.iter().map(|row| line(row)));
    if let Some(totals) = totals {
        text.push_str(&rule);
        text.push_str(&line(&totals));
    }
    text
}

/// The name of a column for people, who see from the cells that they are spans.
fn heading(name: &str) -> String {
    name.replace("_seconds", "").replace('_', " ")
}

/// A cell for people.
fn shown(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        Value::Count(count) => count.to_string(),
        Value::Seconds(seconds) => clock(*seconds),
        Value::Share(share) => format!("{:.1} %", share * 100.0),
    }
}

/// `h:mm:ss`.
fn clock(seconds: i64) -> String {
    let (sign, all) = (if seconds < 0 { "-" } else { "" }, seconds.unsigned_abs());
    format!("{sign}{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60)
}

/// Comma-separated values (RFC 4180) with a header and without totals; spans are seconds.
///
/// A text that a spreadsheet would take for a formula gets an apostrophe in front, and so does one that begins with an
/// apostrophe: whoever takes one off has every text as it was.
pub fn csv(report: &Report) -> String {
    let header = report.columns.iter().map(|column| column.name.to_owned());
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let rows = report.rows.iter().map(|row| row.iter().map(plain).collect::<Vec<_>>());
    for row in std::iter::once(header.collect()).chain(rows) {
        writer.write_record(row).expect("rows are as wide as the header, and memory takes them");
    }
    let bytes = writer.into_inner().expect("memory takes them");
    String::from_utf8(bytes).expect("it was made of text")
}

/// A cell for a spreadsheet.
fn plain(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => guarded(text).into_owned(),
        Value::Count(number) | Value::Seconds(number) => number.to_string(),
        Value::Share(share) => share.to_string(),
    }
}

/// A report for programs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Report")]
pub struct JsonReport {
    /// What it is: kind, zone, time.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, by the names of the columns.
    pub rows: Vec<JsonRow>,
    /// The row of all rows, where adding them up makes sense.
    pub totals: Option<JsonRow>,
}

/// A row by the names of its columns.
pub type JsonRow = BTreeMap<&'static str, Value>;

/// One object for each row, and what the report is.
pub fn json(report: &Report) -> JsonReport {
    let object =
        |row: &Vec<Value>| report.columns.iter().zip(row).map(|(column, value)| (column.name, value.clone())).collect();
    JsonReport {
        title: report.title.clone(),
        columns: report.columns.clone(),
        rows: report.rows.iter().map(object).collect(),
        totals: report.totals.as_ref().map(object),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn report() -> Report {
        let column = |name, kind| Column { name, kind };
        let text = |text: &str| Value::Text(text.to_owned());
        Report {
            title: "attempts, Europe/Rome".to_owned(),
            columns: vec![
                column("campaign", ColumnKind::Text),
                column("list", ColumnKind::Text),
                column("attempts", ColumnKind::Count),
                column("answered_share", ColumnKind::Share),
                column("talk_seconds", ColumnKind::Seconds),
            ],
            rows: vec![
                vec![text("renewals"), text("=SUM(A1)"), Value::Count(12), Value::Share(0.25), Value::Seconds(3725)],
                vec![text("Gr\u{fc}\u{df}e"), text("a, \"b\"\tc"), Value::Count(0), Value::Empty, Value::Seconds(9)],
                vec![text("@x"), text("-y"), Value::Count(3), Value::Share(1.0), Value::Seconds(360_000)],
            ],
            totals: Some(vec![
                text("total"),
                Value::Empty,
                Value::Count(15),
                Value::Share(0.4),
                Value::Seconds(363_734),
            ]),
        }
    }

    #[test]
    fn people_read_a_table() {
        insta::assert_snapshot!(table(&report()), @r#"
        attempts, Europe/Rome

        campaign  list      attempts  answered share       talk
        -------------------------------------------------------
        renewals  =SUM(A1)        12          25.0 %    1:02:05
        Grüße     a, "b" c         0                    0:00:09
        @x        -y               3         100.0 %  100:00:00
        -------------------------------------------------------
        total                     15          40.0 %  101:02:14
        "#);
    }

    #[test]
    fn a_report_on_nothing_says_so() {
        let report = Report { rows: Vec::new(), totals: None, ..report() };
        insta::assert_snapshot!(table(&report), @r#"
        attempts, Europe/Rome

        campaign  list  attempts  answered share  talk
        ----------------------------------------------
        nothing
        "#);
    }

    #[test]
    fn spreadsheets_get_no_formulas() {
        insta::assert_snapshot!(csv(&report()), @r#"
        campaign,list,attempts,answered_share,talk_seconds
        renewals,'=SUM(A1),12,0.25,3725
        Grüße,"a, ""b""	c",0,,9
        '@x,'-y,3,1,360000
        "#);
    }

    #[test]
    fn programs_get_objects() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&json(&report())).unwrap(), @r#"
        {
          "title": "attempts, Europe/Rome",
          "columns": [
            {
              "name": "campaign",
              "kind": "text"
            },
            {
              "name": "list",
              "kind": "text"
            },
            {
              "name": "attempts",
              "kind": "count"
            },
            {
              "name": "answered_share",
              "kind": "share"
            },
            {
              "name": "talk_seconds",
              "kind": "seconds"
            }
          ],
          "rows": [
            {
              "answered_share": 0.25,
              "attempts": 12,
              "campaign": "renewals",
              "list": "=SUM(A1)",
              "talk_seconds": 3725
            },
            {
              "answered_share": null,
              "attempts": 0,
              "campaign": "Grüße",
              "list": "a, \"b\"\tc",
              "talk_seconds": 9
            },
            {
              "answered_share": 1.0,
              "attempts": 3,
              "campaign": "@x",
              "list": "-y",
              "talk_seconds": 360000
            }
          ],
          "totals": {
            "answered_share": 0.4,
            "attempts": 15,
            "campaign": "total",
            "list": null,
            "talk_seconds": 363734
          }
        }
        "#);
    }

    #[test]
    fn spans_are_clocks() {
        for (seconds, text) in
            [(0, "0:00:00"), (59, "0:00:59"), (3_599, "0:59:59"), (90_061, "25:01:01"), (-61, "-0:01:01")]
        {
            assert_eq!(clock(seconds), text);
        }
    }
}

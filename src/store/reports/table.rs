//! A finished report: plain data, and how it is made of sums.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Asked, source::Sums};

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What it is: kind, zone, time.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, as wide as the columns, in the order of their groups.
    pub rows: Vec<Vec<Value>>,
    /// The row of all rows, where adding them up makes sense.
    pub totals: Option<Vec<Value>>,
}

/// A column of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Column {
    /// Its name: a stable word.
    pub name: &'static str,
    /// What its cells are.
    pub kind: ColumnKind,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// How many.
    Count,
    /// How long, in seconds.
    Seconds,
    /// A part of a whole: 0 to 1.
    Share,
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "ReportValue")]
pub enum Value {
    /// There is nothing to say: an average of none.
    Empty,
    /// Words.
    Text(String),
    /// How many.
    Count(i64),
    /// How long, in seconds, to the nearest.
    Seconds(i64),
    /// A part of a whole: 0 to 1.
    Share(f64),
}

/// How a column is made of the sums of its row. Spans are summed up in milliseconds.
#[derive(Clone, Copy)]
pub(super) enum Figure {
    Count(usize),
    Seconds(usize),
    /// The first by the second.
    Average(usize, usize),
    /// The first of the second.
    Share(usize, usize),
}

impl Figure {
    fn kind(self) -> ColumnKind {
        match self {
            Self::Count(_) => ColumnKind::Count,
            Self::Seconds(_) | Self::Average(..) => ColumnKind::Seconds,
            Self::Share(..) => ColumnKind::Share,
        }
    }

    fn of(self, sums: &[i64]) -> Value {
        match self {
            Self::Count(it) => Value::Count(sums[it]),
            Self::Seconds(it) => Value::Seconds(seconds(sums[it])),
            Self::Average(_, by) | Self::Share(_, by) if sums[by] == 0 => Value::Empty,
            Self::Average(it, by) => Value::Seconds(seconds(sums[it] / sums[by])),
            Self::Share(it, of) => share(sums[it], sums[of]),
        }
    }
}

fn seconds(milliseconds: i64) -> i64 {
    (milliseconds + 500).div_euclid(1000)
}

/// `part` of `whole`, to four digits.
pub(super) fn share(part: i64, whole: i64) -> Value {
    if whole == 0 {
        return Value::Empty;
    }
    let ten_thousandths = (i128::from(part) * 10_000 + i128::from(whole) / 2) / i128::from(whole);
    Value::Share(f64::from(i32::try_from(ten_thousandths).unwrap_or(i32::MAX)) / 10_000.0)
}

/// The columns of the groups that were asked for.
pub(super) fn group_columns(asked: &Asked<'_>) -> Vec<Column> {
    asked.groups.iter().map(|group| Column { name: group.name(), kind: ColumnKind::Text }).collect()
}

/// What the report is.
pub(super) fn title(asked: &Asked<'_>) -> String {
    let query = asked.query;
    let mut title = query.kind.name().to_owned();
    for (what, name) in [("campaign", &query.campaign), ("list", &query.list), ("agent", &query.agent)] {
        if let Some(name) = name {
            title = format!("{title}, {what} {name}");
        }
    }
    for (word, at) in [("from", query.from), ("until", query.until)] {
        if let Some(at) = at {
            let local = asked.local.shown(at);
            title = format!("{title}, {word} {local}");
        }
    }
    format!("{title}, {}", query.zone)
}

/// A row for each group, and their totals.
pub(super) fn finish(asked: &Asked<'_>, figures: &[(&'static str, Figure)], sums: Sums) -> Report {
    let mut columns = group_columns(asked);
    let groups = columns.len();
    columns.extend(figures.iter().map(|(name, figure)| Column { name, kind: figure.kind() }));
    let figures = |sums: &[i64]| -> Vec<Value> { figures.iter().map(|(_, figure)| figure.of(sums)).collect() };
    let mut all: Vec<i64> = Vec::new();
    let mut rows = Vec::new();
    for (labels, sums) in sums {
        all.resize(sums.len(), 0);
        all.iter_mut().zip(&sums).for_each(|(total, sum)| *total += sum);
        rows.push(labels.into_iter().map(Value::Text).chain(figures(&sums)).collect());
    }
    let totals = (groups > 0 && !rows.is_empty()).then(|| {
        let labels = (0..groups).map(|i| if i == 0 { Value::Text("total".to_owned()) } else { Value::Empty });
        labels.chain(figures(&all)).collect()
    });
    Report { title: title(asked), columns, rows, totals }
}

//! A do-not-call list as a file: one number a line, or a CSV whose header may say until when and for which campaign.

use std::{collections::BTreeMap, io::Read, path::Path};

use jiff::Timestamp;

use super::{CliError, read_instant};
use crate::{
    domain::{
        ids::CampaignId,
        phone::{Country, PhoneNumber, read_number},
        suppression::Suppression,
    },
    intake::guarded,
};

/// What a header calls the number; without any of these it is the first column.
const NUMBER: [&str; 6] = ["number", "phone", "telephone", "phone number", "telephone number", "phone1"];
/// What our own rejects files have more.
const REJECT_COLUMNS: [&str; 2] = ["reject_line", "reject_reason"];

/// What holds for a line that does not say it.
pub(super) struct Defaults {
    pub country: Country,
    pub campaign_id: Option<CampaignId>,
    pub until_at: Option<Timestamp>,
    pub source: String,
    pub now: Timestamp,
}

/// Where the columns are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Columns {
    number: usize,
    until: Option<usize>,
    campaign: Option<usize>,
    /// Those that say nothing to us.
    ignored: Vec<String>,
}

/// A list that is being read.
pub(super) struct SuppressionList {
    rows: csv::Reader<Box<dyn Read + Send>>,
    /// The first line, if it is no header.
    first: Option<csv::ByteRecord>,
    header: Vec<String>,
    columns: Columns,
    defaults: Defaults,
    campaigns: BTreeMap<String, CampaignId>,
}

/// A line that is not an entry.
pub(super) struct BadLine {
    pub line: u64,
    pub cells: Vec<String>,
    pub problem: String,
}

impl SuppressionList {
    pub fn open(path: &Path, defaults: Defaults, campaigns: BTreeMap<String, CampaignId>) -> Result<Self, CliError> {
        let cannot = |error: &dyn std::fmt::Display| CliError::new(format!("{}: {error}", path.display()));
        let delimiter = delimiter(path).map_err(|error| cannot(&error))?;
        let file = std::fs::File::open(path).map_err(|error| cannot(&error))?;
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Box::new(file) as Box<dyn Read + Send>);
        let mut first = csv::ByteRecord::new();
        let is_there = rows.read_byte_record(&mut first).map_err(|error| cannot(&error))?;
        let cells = texts(&first);
        let (mut header, mut columns) = (Vec::new(), Columns::default());
        // Words where the number is, or columns that we know; a first number that cannot be read is no header.
        let has_no_digit = !cells.first().is_some_and(|cell| cell.bytes().any(|byte| byte.is_ascii_digit()));
        let has_number = cells.iter().any(|cell| read_number(cell, defaults.country).is_ok());
        if is_there && !has_number && (has_no_digit || Columns::of(&cells).are_known()) {
            columns = Columns::of(&cells);
            header = cells;
        }
        let first = (is_there && header.is_empty()).then_some(first);
        Ok(Self { rows, first, header, columns, defaults, campaigns })
    }

    /// The columns that say nothing to us.
    pub fn ignored(&self) -> &[String] {
        &self.columns.ignored
    }

    /// The header of its rejects file.
    pub fn rejects_header(&self) -> Vec<String> {
        let own = if self.header.is_empty() { vec!["number".to_owned()] } else { self.kept(self.header.clone()) };
        own.into_iter().chain(REJECT_COLUMNS.map(str::to_owned)).collect()
    }

    /// A bad line for the rejects file.
    pub fn rejects_row(&self, bad: &BadLine) -> Vec<String> {
        let mut cells = if self.header.is_empty() { bad.cells.clone() } else { self.kept(bad.cells.clone()) };
        cells.resize(self.rejects_header().len() - REJECT_COLUMNS.len(), String::new());
        let cells = cells.into_iter().chain([bad.line.to_string(), bad.problem.clone()]);
        cells.map(|cell| guarded(&cell).into_owned()).collect()
    }

    /// Without what an earlier rejects file added.
    fn kept(&self, cells: Vec<String>) -> Vec<String> {
        let is_added = |at: usize| self.header.get(at).is_some_and(|name| REJECT_COLUMNS.contains(&name.as_str()));
        cells.into_iter().enumerate().filter(|(at, _)| !is_added(*at)).map(|(_, cell)| cell).collect()
    }

    /// How many bytes were read.
    pub fn bytes_read(&self) -> u64 {
        self.rows.position().byte()
    }

    /// The next entry, or the next line that is none.
    pub fn next(&mut self) -> Result<Option<Result<Suppression, BadLine>>, csv::Error> {
        loop {
            let Some(row) = self.next_row()? else { return Ok(None) };
            let line = row.position().map_or(0, csv::Position::line);
            let cells = texts(&row);
            if cells.iter().all(String::is_empty) {
                continue;
            }
            return Ok(Some(self.entry(&cells).map_err(|problem| BadLine { line, cells, problem })));
        }
    }

    fn next_row(&mut self) -> Result<Option<csv::ByteRecord>, csv::Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let mut row = csv::ByteRecord::new();
        Ok(self.rows.read_byte_record(&mut row)?.then_some(row))
    }

    fn entry(&self, cells: &[String]) -> Result<Suppression, String> {
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).filter(|cell| !cell.is_empty());
        let number = read_number(cell(Some(self.columns.number)).map_or("", |cell| cell), self.defaults.country)
            .map_err(|problem| problem.to_string())?
            .number;
        let until_at = match cell(self.columns.until) {
            None => self.defaults.until_at,
            Some(text) => Some(read_end(text, self.defaults.now).map_err(|problem| format!("until: {problem}"))?),
        };
        let campaign_id = match cell(self.columns.campaign) {
            None => self.defaults.campaign_id,
            Some(name) => Some(*self.campaigns.get(name).ok_or_else(|| format!("there is no campaign \"{name}\""))?),
        };
        Ok(Suppression { number, campaign_id, until_at, source: self.defaults.source.clone() })
    }
}

impl Columns {
    fn are_known(&self) -> bool {
        self.until.is_some() || self.campaign.is_some()
    }

    fn of(header: &[String]) -> Self {
        let mut columns = Self::default();
        let named = |name: &String| name.to_lowercase();
        let number = header.iter().position(|name| NUMBER.contains(&named(name).as_str()));
        columns.number = number.unwrap_or(0);
        for (at, name) in header.iter().enumerate().filter(|(at, _)| *at != columns.number) {
            match named(name).as_str() {
                "until" => columns.until = Some(at),
                "campaign" => columns.campaign = Some(at),
                other if REJECT_COLUMNS.contains(&other) || other.is_empty() => {}
                _ => columns.ignored.push(name.clone()),
            }
        }
        columns
    }
}

/// Reads when an entry ends.
pub(super) fn read_end(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let at = read_instant(text)?;
    if at > now { Ok(at) } else { Err(format!("{text} is over")) }
}

/// The cells as text, without spaces around them and without the guard of a rejects file.
fn texts(row: &csv::ByteRecord) -> Vec<String> {
    let text = |cell: &[u8]| {
        let text = String::from_utf8_lossy(cell);
        let text = text.trim();
        text.strip_prefix('\'').unwrap_or(text).to_owned()
    };
    row.iter().map(text).collect()
}

/// What stands between the cells of the first line.
fn delimiter(path: &Path) -> std::io::Result<u8> {
    let mut beginning = Vec::new();
    std::fs::File::open(path)?.take(4_096).read_to_end(&mut beginning)?;
    let line = beginning.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(*b",;\t|".iter().find(|byte| line.contains(byte)).unwrap_or(&b','))
}

/// How the entries of a list met those that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Met {
    pub added: u64,
    pub prolonged: u64,
    pub there: u64,
}

/// What an entry is beside one that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// There was none.
    Added,
    /// It lasts longer than the one that was there.
    Prolonged,
    /// The one that was there lasts as long, or longer.
    There,
}

/// Number and campaign of an entry, and when it ends.
pub(super) type Known = BTreeMap<(PhoneNumber, Option<CampaignId>), Option<Timestamp>>;

/// Puts an entry beside those that are known, as the store will.
pub(super) fn beside(known: &mut Known, entry: &Suppression) -> Beside {
    let key = (entry.number.clone(), entry.campaign_id);
    let before = known.get(&key).copied();
    let beside = match (before, entry.until_at) {
        (None, _) => Beside::Added,
        (Some(Some(_)), None) => Beside::Prolonged,
        (Some(Some(before)), Some(end)) if end > before => Beside::Prolonged,
        (Some(_), _) => Beside::There,
    };
    if beside != Beside::There {
        known.insert(key, entry.until_at);
    }
    beside
}

impl Met {
    pub fn count(&mut self, beside: Beside) {
        match beside {
            Beside::Added => self.added += 1,
            Beside::Prolonged => self.prolonged += 1,
            Beside::There => self.there += 1,
        }
    }
}

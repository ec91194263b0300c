//! A do-not-call list as a file: one number a line, or a CSV whose header may say until when and for which campaign. From
//! its lines to entries that hold at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    path::Path,
};

use jiff::Timestamp;

use crate::{
    domain::{
        ids::CampaignId,
        instant_text::read_instant,
        phone::{Country, PhoneNumber, read_number},
        suppression::Suppression,
    },
    intake::guarded,
    ports::StoreError,
    store::{Database, ManageError},
};

/// Entries that are stored at once.
const BATCH: usize = 5_000;

/// What a header calls the number; without any of these it is the first column.
const NUMBER: [&str; 6] = ["number", "phone", "telephone", "phone number", "telephone number", "phone1"];
/// What our own rejects files have more.
const REJECT_COLUMNS: [&str; 2] = ["reject_line", "reject_reason"];

/// What holds for a line that does not say it.
pub struct Defaults {
    /// The country of numbers without an international prefix.
    pub country: Country,
    /// The only campaign.
    pub campaign_id: Option<CampaignId>,
    /// When an entry ends.
    pub until_at: Option<Timestamp>,
    /// Where the entries come from.
    pub source: String,
    /// When.
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
pub struct SuppressionList {
    rows: csv::Reader<Box<dyn Read + Send>>,
    /// The first line, if it is no header.
    first: Option<csv::ByteRecord>,
    header: Vec<String>,
    columns: Columns,
    defaults: Defaults,
    campaigns: BTreeMap<String, CampaignId>,
}

/// A line that is not an entry.
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<String>,
    /// What is wrong with it.
    pub problem: String,
}

impl SuppressionList {
    /// Opens the list at `path`; `campaigns` are those that its lines may name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path, defaults: Defaults, campaigns: BTreeMap<String, CampaignId>) -> Result<Self, csv::Error> {
        let delimiter = delimiter(path)?;
        let file = std::fs::File::open(path)?;
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Box::new(file) as Box<dyn Read + Send>);
        let mut first = csv::ByteRecord::new();
        let is_there = rows.read_byte_record(&mut first)?;
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
    ///
    /// # Errors
    /// When it cannot be read on.
    #[expect(clippy::should_implement_trait, reason = "a list that cannot be read on has no next entry")]
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
///
/// # Errors
/// What to write instead.
pub fn read_end(text: &str, now: Timestamp) -> Result<Timestamp, String> {
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
pub struct Met {
    /// There was none.
    pub added: u64,
    /// They last longer than those that were there.
    pub prolonged: u64,
    /// Those that were there last as long, or longer.
    pub there: u64,
}

/// What an entry is beside one that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// There was none.
    Added,
    /// It lasts longer than the one that was there.
    Prolonged,
    /// The one that was there lasts as long, or longer.
    There,
}

/// Number and campaign of an entry, and when it ends.
pub type Known = BTreeMap<(PhoneNumber, Option<CampaignId>), Option<Timestamp>>;

/// Puts an entry beside those that are known, as the store will.
pub fn beside(known: &mut Known, entry: &Suppression) -> Beside {
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

/// What is there for the numbers of these entries.
///
/// # Errors
/// Those of the store.
pub async fn known(db: &Database, entries: &[Suppression], now: Timestamp) -> Result<Known, StoreError> {
    let numbers: BTreeSet<&PhoneNumber> = entries.iter().map(|entry| &entry.number).collect();
    let there = db.suppress_known(&numbers, now).await?;
    Ok(there.into_iter().map(|it| ((it.number, it.campaign_id), it.until_at)).collect())
}

/// Every campaign by its name.
///
/// # Errors
/// Those of the store.
pub async fn campaigns_by_name(db: &Database) -> Result<BTreeMap<String, CampaignId>, StoreError> {
    let all = db.all_campaigns().await?;
    Ok(all.into_iter().map(|campaign| (campaign.rules.name, campaign.id)).collect())
}

/// Stores a list, so many entries at once. `seen` is shown each line that is no entry, and the list after each batch.
///
/// # Errors
/// Those of the list, of the store and of `seen`. What was stored until then stays.
pub async fn take_list<E>(
    db: &Database,
    list: &mut SuppressionList,
    now: Timestamp,
    mut seen: impl FnMut(&SuppressionList, Option<&BadLine>) -> Result<(), E>,
) -> Result<Met, E>
where
    E: From<csv::Error> + From<ManageError>,
{
    let (mut batch, mut met) = (Vec::new(), Met::default());
    while let Some(next) = list.next()? {
        match next {
            Ok(entry) => batch.push(entry),
            Err(bad) => seen(list, Some(&bad))?,
        }
        if batch.len() >= BATCH {
            store(db, &std::mem::take(&mut batch), now, &mut met).await?;
            seen(list, None)?;
        }
    }
    store(db, &batch, now, &mut met).await?;
    Ok(met)
}

async fn store(db: &Database, batch: &[Suppression], now: Timestamp, met: &mut Met) -> Result<(), ManageError> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut known = known(db, batch, now).await?;
    db.suppress_add(batch, now).await?;
    for entry in batch {
        met.count(beside(&mut known, entry));
    }
    Ok(())
}

impl Met {
    /// Counts one entry.
    pub fn count(&mut self, beside: Beside) {
        match beside {
            Beside::Added => self.added += 1,
            Beside::Prolonged => self.prolonged += 1,
            Beside::There => self.there += 1,
        }
    }
}

//! Phone books: made, assigned and filled in one transaction, searched by agents.
//!
//! An entry is the same when its name and number are. So the same file loaded again changes nothing, and an entry that
//! stays keeps its number.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Database,
    db::{Tx, args, each},
    errors::{ManageError, checked_name},
    page,
    record::{Record, Stored, read_all, read_first},
    sql,
};
use crate::{
    domain::{
        ids::{PhoneBookEntryId, PhoneBookId, TeamId},
        phone_book::{BookEntry, ENTRIES_MAX, PhoneBook, PhoneBookEntry, SearchWords},
    },
    ports::StoreError,
};

/// Whose a filled book is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookTeam {
    /// As it was; a new book is for all teams.
    Keep,
    /// Of this team, or of all.
    Assign(Option<TeamId>),
}

/// What becomes of the entries that a book has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookFill {
    /// They stay.
    Add,
    /// Those that are not among the new ones go.
    Replace,
}

/// What filling a book changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BookFilled {
    /// The book as it is now.
    pub book: PhoneBook,
    /// New entries.
    pub added: u64,
    /// Entries with a new note.
    pub changed: u64,
    /// Entries that are gone.
    pub removed: u64,
}

impl Stored for PhoneBook {
    const TABLE: &'static str = "phone_books";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: PhoneBookId(r.int("id")?),
            name: r.text("name")?,
            team_id: r.maybe_int("team_id")?.map(TeamId),
            team: r.maybe_text("team")?,
            entries: r.small("entries")?,
        })
    }
}

impl Stored for PhoneBookEntry {
    const TABLE: &'static str = "phone_book_entries";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        let entry = BookEntry::new(&r.text("name")?, &r.text("number")?, &r.text("note")?);
        let entry = entry.map_err(|problems| {
            let column = problems.first().map_or("name", |problem| problem.field);
            r.wrong(column, problems.first().map_or("it cannot be", |problem| problem.code))
        })?;
        Ok(Self { id: PhoneBookEntryId(r.int("id")?), book: r.text("book")?, entry })
    }
}

#[derive(Serialize)]
struct EntryRow<'a> {
    name: &'a str,
    number: &'a str,
    note: &'a str,
    search_text: String,
}

/// A word as the part of a text that it must be.
#[derive(Serialize)]
struct WordRow {
    text: String,
    digits: String,
}

impl Database {
    /// Makes a book if there is none called so, assigns it, and fills it. Whoever `acts_for` one team can neither take the
    /// book of another team or of all, nor give one away.
    ///
    /// # Errors
    /// [`ManageError::PhoneBookOfOthers`], and [`ManageError::PhoneBookFull`] when it would have too many entries.
    pub async fn phone_book_fill(
        &self,
        name: &str,
        team: BookTeam,
        fill: BookFill,
        entries: &[BookEntry],
        acts_for: Option<TeamId>,
    ) -> Result<BookFilled, ManageError> {
        let name = checked_name("name", name)?;
        let rows = rows(entries);
        let mut tx = self.db().begin().await?;
        let id = take(&mut tx, name, team, acts_for).await?;
        let before = size(&mut tx, id).await?;
        let removed = match fill {
            BookFill::Add => 0,
            BookFill::Replace => tx.execute(sql::PHONE_BOOK_ENTRIES_GONE, args![each(&rows), id]).await?,
        };
        let written = match rows.as_slice() {
            [] => 0,
            rows => tx.execute(sql::PHONE_BOOK_ENTRIES_LOADED, args![each(rows), id]).await?,
        };
        let after = size(&mut tx, id).await?;
        if after > ENTRIES_MAX as u64 {
            return Err(ManageError::PhoneBookFull(name.to_owned()));
        }
        let added = after + removed - before;
        let book = read_first(&tx.rows(sql::PHONE_BOOKS, args![None::<i64>, name]).await?)?;
        let book = book.ok_or_else(|| ManageError::UnknownPhoneBook(name.to_owned()))?;
        tx.commit().await?;
        Ok(BookFilled { book, added, changed: written - added, removed })
    }

    /// Removes a book and its entries. Whoever `acts_for` one team can remove no book but theirs.
    ///
    /// # Errors
    /// [`ManageError::UnknownPhoneBook`], [`ManageError::PhoneBookOfOthers`].
    pub async fn phone_book_remove(&self, name: &str, acts_for: Option<TeamId>) -> Result<(), ManageError> {
        let mut tx = self.db().begin().await?;
        let held = hold(&mut tx, name).await?;
        let (id, team_id) = held.ok_or_else(|| ManageError::UnknownPhoneBook(name.to_owned()))?;
        check_owner(name, team_id, acts_for)?;
        tx.execute(sql::PHONE_BOOK_EMPTIED, args![id]).await?;
        tx.execute(sql::PHONE_BOOK_REMOVED, args![id]).await?;
        Ok(tx.commit().await?)
    }

    /// The books that a team sees, its own and those for all; every book if no team is given. By name, at most 1000.
    pub async fn phone_books(&self, seen_by: Option<TeamId>) -> Result<Vec<PhoneBook>, StoreError> {
        read_all(&self.db().rows(sql::PHONE_BOOKS, args![seen_by.map(|id| id.0), None::<String>]).await?)
    }

    /// The book called so.
    pub async fn phone_book_named(&self, name: &str) -> Result<Option<PhoneBook>, StoreError> {
        read_first(&self.db().rows(sql::PHONE_BOOKS, args![None::<i64>, name]).await?)
    }

    /// Entries of a book after number `after`.
    pub async fn phone_book_entries(
        &self,
        id: PhoneBookId,
        after: PhoneBookEntryId,
        rows: usize,
    ) -> Result<Vec<PhoneBookEntry>, StoreError> {
        read_all(&self.db().rows(sql::PHONE_BOOK_ENTRIES, args![id, after, page(rows)]).await?)
    }

    /// Entries that have all these words, of the books that a team sees, or of every book; by name.
    pub async fn phone_book_search(
        &self,
        words: &SearchWords,
        seen_by: Option<TeamId>,
        rows: usize,
    ) -> Result<Vec<PhoneBookEntry>, StoreError> {
        let words: Vec<_> =
            words.iter().map(|word| WordRow { text: part(&word.text), digits: part(&word.digits) }).collect();
        let args = args![each(&words), seen_by.map(|id| id.0), page(rows)];
        read_all(&self.db().rows(sql::PHONE_BOOK_ENTRIES_FOUND, args).await?)
    }
}

/// One row for each name and number, as a statement cannot write a row twice: the last note stands.
fn rows(entries: &[BookEntry]) -> Vec<EntryRow<'_>> {
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    let mut rows: Vec<EntryRow<'_>> = Vec::with_capacity(entries.len());
    for entry in entries {
        let (name, number, note) = (entry.name(), entry.number(), entry.note());
        let row = EntryRow { name, number, note, search_text: entry.search_text() };
        if let Some(place) = places.get(&(name, number)) {
            rows[*place] = row;
        } else {
            places.insert((name, number), rows.len());
            rows.push(row);
        }
    }
    rows
}

/// A pattern for what contains `text`.
fn part(text: &str) -> String {
    let escaped = text.chars().flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c]));
    format!("%{}%", escaped.collect::<String>())
}

/// Holds the book called so, made if it is not there, and assigns it.
async fn take(tx: &mut Tx, name: &str, team: BookTeam, acts_for: Option<TeamId>) -> Result<PhoneBookId, ManageError> {
    let wanted = match team {
        BookTeam::Keep => None,
        BookTeam::Assign(team_id) => Some(team_id),
    };
    let args = args![name, wanted.flatten().map(|id| id.0)];
    tx.execute(sql::PHONE_BOOK_ADDED, args).await?;
    let held = hold(tx, name).await?;
    let (id, team_id) = held.ok_or_else(|| ManageError::UnknownPhoneBook(name.to_owned()))?;
    check_owner(name, team_id, acts_for)?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != team_id) {
        check_owner(name, wanted, acts_for)?;
        tx.execute(sql::PHONE_BOOK_ASSIGNED, args![id, wanted.map(|id| id.0)]).await?;
    }
    Ok(id)
}

async fn hold(tx: &mut Tx, name: &str) -> Result<Option<(PhoneBookId, Option<TeamId>)>, StoreError> {
    let rows = tx.rows(sql::PHONE_BOOK_HELD, args![name]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let record = Record::of(row, "phone_books", "id");
    Ok(Some((PhoneBookId(record.int("id")?), record.maybe_int("team_id")?.map(TeamId))))
}

fn check_owner(name: &str, team_id: Option<TeamId>, acts_for: Option<TeamId>) -> Result<(), ManageError> {
    if acts_for.is_none() || acts_for == team_id {
        Ok(())
    } else {
        Err(ManageError::PhoneBookOfOthers(name.to_owned()))
    }
}

async fn size(tx: &mut Tx, id: PhoneBookId) -> Result<u64, StoreError> {
    let rows = tx.rows(sql::PHONE_BOOK_SIZE, args![id]).await?;
    rows.first().map_or(Ok(0), |row| Record::of(row, "phone_book_entries", "book_id").small("entries"))
}

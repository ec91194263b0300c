//! Phone books: agents search those of their team, managers keep them.

use axum::{Json, extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::{Caller, Me},
    extract::{LongBody, Page, Path, Query, count},
    problem::{Code, FieldProblem, Problem},
};
use crate::{
    domain::{
        ids::PhoneBookEntryId,
        phone_book::{BookEntry, ENTRIES_MAX, PhoneBook, PhoneBookEntry, SEARCH_CHARS_MAX, SearchWords},
    },
    store::{BookFill, BookFilled, BookTeam, ManageError},
};

/// The most problems of one body that are told.
const PROBLEMS_MAX: usize = 200;

/// What an agent looks for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchQuery {
    /// Words, each of which must be a part of the name, the number or the note; case and accents do not count.
    /// Everything is found if left out.
    #[schemars(length(max = SEARCH_CHARS_MAX))]
    search: Option<String>,
    /// How many at most (1 to 1000); 100 if left out.
    count: Option<usize>,
}

/// The entries that the agent's team has: of the books for all and of those for the team, by name. The number of an entry
/// fills the pad as it is, and can be changed there.
pub(super) async fn search(
    me: Me,
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Vec<PhoneBookEntry>>, Problem> {
    let words = SearchWords::of(query.search.as_deref().unwrap_or_default());
    let words = words.map_err(|problem| Problem::field("search", problem))?;
    let count = count(query.count)?;
    Ok(Json(app.db.phone_book_search(&words, me.caller.team_id, count).await?))
}

/// Which book.
#[derive(Deserialize, JsonSchema)]
pub(super) struct BookPath {
    /// The book's name.
    pub name: String,
}

/// The books that the caller may see: those for all teams and those for theirs.
pub(super) async fn list(caller: Caller, State(app): State<App>) -> Result<Json<Vec<PhoneBook>>, Problem> {
    Ok(Json(app.db.phone_books(caller.team_id).await?))
}

/// A book and a page of its entries.
#[derive(Serialize, JsonSchema)]
pub(super) struct BookWithEntries {
    /// The book.
    book: PhoneBook,
    /// Its entries, in the order in which they were loaded.
    entries: Vec<PhoneBookEntry>,
}

/// A book and a page of its entries.
pub(super) async fn one(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<BookPath>,
    Query(page): Query<Page>,
) -> Result<Json<BookWithEntries>, Problem> {
    let book = app.db.phone_book_named(&path.name).await?;
    let book = book.ok_or(ManageError::UnknownPhoneBook(path.name))?;
    if let Some(team_id) = book.team_id {
        caller.check_team(team_id)?;
    }
    let entries = app.db.phone_book_entries(book.id, PhoneBookEntryId(page.after()), page.count()?).await?;
    Ok(Json(BookWithEntries { book, entries }))
}

/// A whole book.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBook {
    /// The only team it is for, by name; left out: all teams.
    #[serde(default)]
    team: Option<String>,
    /// Its entries. One that the book has already, by name and number, stays and takes the note.
    #[schemars(length(max = ENTRIES_MAX))]
    entries: Vec<NewEntry>,
}

/// An entry of a book.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    /// Who it is.
    name: String,
    /// The number, as it shall fill the pad.
    number: String,
    /// What else there is to say.
    #[serde(default)]
    note: String,
}

impl NewBook {
    /// The entries, or everything that is wrong with them.
    fn read(&self) -> Result<Vec<BookEntry>, Problem> {
        if self.entries.len() > ENTRIES_MAX {
            return Err(Problem::field("entries", format!("a book has {ENTRIES_MAX} at most")));
        }
        let (mut entries, mut problems) = (Vec::with_capacity(self.entries.len()), Vec::new());
        for (at, NewEntry { name, number, note }) in self.entries.iter().enumerate() {
            let path = |field| format!("entries[{at}].{field}");
            match BookEntry::new(name, number, note) {
                Ok(entry) => entries.push(entry),
                Err(wrong) => problems.extend(wrong.iter().map(|it| FieldProblem::new(path(it.field), &it.says))),
            }
        }
        if problems.is_empty() {
            return Ok(entries);
        }
        let more = problems.len().saturating_sub(PROBLEMS_MAX);
        problems.truncate(PROBLEMS_MAX);
        if more > 0 {
            problems.push(FieldProblem::new("entries", format!("and {more} more")));
        }
        Err(Problem::fields(Code::BadValue, problems))
    }
}

/// Make a book, or replace it: whose it is and every entry. Nothing is stored where something is wrong.
pub(super) async fn put(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<BookPath>,
    LongBody(body): LongBody<NewBook>,
) -> Result<Json<BookFilled>, Problem> {
    let team_id = match &body.team {
        Some(name) => Some(app.team_named(&caller, name).await?.id),
        None => caller.check_all_teams().map(|()| None)?,
    };
    let entries = body.read()?;
    let team = BookTeam::Assign(team_id);
    Ok(Json(app.db.phone_book_fill(&path.name, team, BookFill::Replace, &entries, caller.team_id).await?))
}

/// Remove a book and its entries.
pub(super) async fn remove(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<BookPath>,
) -> Result<StatusCode, Problem> {
    app.db.phone_book_remove(&path.name, caller.team_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Phone books and do-not-call lists that are sent as files: read as the command line reads them, and with the same words for
//! what is wrong.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::task::coop::consume_budget;

use super::{
    App,
    auth::Caller,
    extract::{Path, Query},
    phone_books::BookPath,
    problem::Problem,
    uploads::UploadBody,
};
use crate::{
    domain::phone::Country,
    intake::{BookOptions, BookReader, BookRow, ListProblem},
    store::{BookFill, BookFilled, BookTeam, ManageError},
    suppressing::{self, BadLine, Defaults, SuppressionList},
};

/// The most refused lines that are given back.
const REFUSED_MAX: usize = 10_000;

/// What was refused of a file.
#[derive(Default, Serialize, JsonSchema)]
pub(super) struct Refused {
    /// How many lines.
    refused: u64,
    /// The first of them and why, as a file to be mended and sent again; none where nothing was refused.
    rejects: Option<String>,
}

/// Why a file is not taken.
enum Failure {
    Told(Box<Problem>),
    Store(ManageError),
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        Self::Store(error)
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        Self::Told(Box::new(Problem::field("file", format!("it cannot be read: {error}"))))
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Told(problem) => *problem,
            Failure::Store(error) => error.into(),
        }
    }
}

fn unread(problem: &ListProblem) -> Problem {
    Problem::field("file", problem)
}

/// How a phone book is filled.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BookQuery {
    /// The only team it is for, by name; left out: all teams.
    team: Option<String>,
    /// Entries that are not in the file go; left out, they stay.
    #[serde(default)]
    replace: bool,
}

/// A book that was filled from a file.
#[derive(Serialize, JsonSchema)]
pub(super) struct BookTaken {
    /// The book, and what changed.
    #[serde(flatten)]
    filled: BookFilled,
    /// What was refused.
    #[serde(flatten)]
    refused: Refused,
}

/// Fill a phone book from a file (CSV or XLSX).
pub(super) async fn phone_book(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<BookPath>,
    Query(query): Query<BookQuery>,
    UploadBody(file): UploadBody,
) -> Result<Json<BookTaken>, Problem> {
    let team_id = match &query.team {
        Some(name) => Some(app.team_named(&caller, name).await?.id),
        None => caller.check_all_teams().map(|()| None)?,
    };
    let reader = BookReader::open(&file.path, &BookOptions::default()).map_err(|problem| unread(&problem))?;
    let (mut entries, mut refused) = (Vec::new(), Refused::default());
    let kept = |error: std::io::Error| Problem::field("file", error);
    let mut rejects = reader.rejects(Vec::new()).map_err(kept)?;
    for row in reader {
        consume_budget().await;
        let BookRow { line, cells, entry } = row.map_err(|problem| unread(&problem))?;
        match entry {
            Ok(entry) => entries.push(entry),
            Err(problems) => {
                refused.refused += 1;
                if refused.refused <= REFUSED_MAX as u64 {
                    rejects.write_refused(line, &cells, &problems).map_err(kept)?;
                }
            }
        }
    }
    if entries.is_empty() {
        return Err(Problem::field("file", "no row of it is good: the book stays as it is"));
    }
    if refused.refused > 0 {
        let text = rejects.finish().map_err(kept)?;
        refused.rejects = Some(String::from_utf8_lossy(&text).into_owned());
    }
    let how = if query.replace { BookFill::Replace } else { BookFill::Add };
    let team = BookTeam::Assign(team_id);
    let filled = app.db.phone_book_fill(&path.name, team, how, &entries, caller.team_id).await?;
    Ok(Json(BookTaken { filled, refused }))
}

/// What holds for the lines of a do-not-call list that do not say it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuppressionsQuery {
    /// Where the entries come from: usually the name of the file.
    source: String,
    /// Country of numbers without an international prefix.
    #[schemars(with = "String")]
    country: Country,
    /// The only campaign they hold for, by name; left out: all.
    campaign: Option<String>,
    /// When they end: a date like 2026-12-31 (UTC); left out: never.
    until: Option<String>,
}

/// A do-not-call list that was stored.
#[derive(Serialize, JsonSchema)]
pub(super) struct SuppressionsTaken {
    /// Numbers that were not on it.
    added: u64,
    /// Numbers that are on it for longer now.
    prolonged: u64,
    /// Numbers that were on it for as long, or longer.
    there: u64,
    /// What was refused.
    #[serde(flatten)]
    refused: Refused,
}

/// Never call the numbers of a file: one a line, or a CSV whose header may say `until` and `campaign`. It counts at once.
pub(super) async fn suppressions(
    caller: Caller,
    State(app): State<App>,
    Query(query): Query<SuppressionsQuery>,
    UploadBody(file): UploadBody,
) -> Result<Json<SuppressionsTaken>, Problem> {
    let now = app.clock.now();
    let campaign_id = app.campaign_id(&caller, query.campaign.as_deref()).await?;
    if query.source.trim().is_empty() || query.source.chars().count() > 100 {
        return Err(Problem::field("source", "write 1 to 100 characters"));
    }
    let until_at = query.until.as_deref().filter(|text| !text.is_empty());
    let until_at = until_at.map(|text| suppressing::read_end(text, now)).transpose();
    let until_at = until_at.map_err(|problem| Problem::field("until", problem))?;
    let defaults = Defaults { country: query.country, campaign_id, until_at, source: query.source, now };
    // Whoever keeps the lists of one team names no campaign of another.
    let campaigns = app.campaigns_seen(&caller, None).await?;
    let campaigns = campaigns.into_values().map(|campaign| (campaign.rules.name, campaign.id)).collect();
    let mut list = SuppressionList::open(&file.path, defaults, campaigns).map_err(Failure::from)?;
    let mut refused = 0;
    let mut rejects = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let seen = |list: &SuppressionList, bad: Option<&BadLine>| -> Result<(), Failure> {
        let Some(bad) = bad else { return Ok(()) };
        if refused == 0 {
            rejects.write_record(list.rejects_header())?;
        }
        refused += 1;
        if refused <= REFUSED_MAX as u64 {
            rejects.write_record(list.rejects_row(bad))?;
        }
        Ok(())
    };
    let met = suppressing::take_list(&app.db, &mut list, now, seen).await?;
    app.teams.noticed();
    let text = rejects.into_inner().map_err(|error| Failure::from(csv::Error::from(error.into_error())))?;
    let rejects = (refused > 0).then(|| String::from_utf8_lossy(&text).into_owned());
    let refused = Refused { refused, rejects };
    Ok(Json(SuppressionsTaken { added: met.added, prolonged: met.prolonged, there: met.there, refused }))
}

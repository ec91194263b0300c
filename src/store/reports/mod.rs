//! Reports: what was done and how it went, counted by the database and given back as plain data.
//!
//! A [`ReportQuery`] says which report, of what, over which time, and by what its rows are grouped. The database does the
//! counting, so a report needs as much memory as it has rows. Days and hours are those of one time zone, exactly: the
//! instants at which its clock jumps are part of the question (see `local`).

mod agents;
mod attempts;
mod callbacks;
mod dispositions;
mod local;
mod names;
mod query;
mod source;
mod table;

use self::{local::LocalTime, names::Names};
pub use self::{
    query::{GroupBy, ReportError, ReportKind, ReportQuery},
    table::{Column, ColumnKind, Report, Value},
};
use super::Database;
use crate::domain::zone_rules::ZoneRules;

/// What the parts of a report share.
struct Asked<'a> {
    db: &'a Database,
    query: &'a ReportQuery,
    /// The groups, a list always within its campaign.
    groups: Vec<GroupBy>,
    names: Names,
    local: LocalTime<'a>,
}

impl Database {
    /// Makes the report that `query` asks for; `rules` say what the clock shows in its zone.
    ///
    /// # Errors
    /// When the report cannot be made that way, when it names things that are not there, or when the database fails.
    pub async fn report(&self, query: &ReportQuery, rules: &ZoneRules) -> Result<Report, ReportError> {
        query.check()?;
        let names = Names::read(self, query).await?;
        let local = LocalTime::new(query, rules);
        let asked = Asked { db: self, query, groups: query.groups(), names, local };
        match query.kind {
            ReportKind::Dispositions => dispositions::report(&asked).await,
            ReportKind::Attempts => attempts::report(&asked).await,
            ReportKind::Callbacks => callbacks::report(&asked).await,
            ReportKind::Agents => agents::report(&asked).await,
        }
    }
}

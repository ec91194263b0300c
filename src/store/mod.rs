//! The store: everything durable, in `SQLite` (one machine, one file) or `PostgreSQL` (several).
//!
//! [`Database`] is the adapter behind [`Store`](crate::ports::Store), the seam of the engine, and it carries the use cases of
//! managers, loaders and reports, in files by topic. Each use case is one transaction. SQL is written once, in `sql`;
//! what differs between the databases is in `db` and `open`.
//!
//! Instants are kept in whole milliseconds: what is finer is lost.
//!
//! An engine starts with [`take_over`](crate::ports::Store::take_over), whose snapshot holds all that was noticed until then,
//! and reads notices from number 0 on; older ones are gone. A [`Wakeups`] made before tells it when to look.

mod callbacks;
mod campaigns;
mod commit;
mod contacts;
mod db;
mod due;
mod errors;
mod events;
mod known;
mod lists;
mod migrate;
mod notices;
mod open;
mod phone_books;
mod queues;
mod ranks;
mod reasons;
mod record;
pub mod reports;
mod rows;
mod seam;
mod snapshot;
mod sql;
#[doc(hidden)]
pub mod statements;
mod stored;
mod suppressions;
mod teams;
mod tokens;
mod users;
mod wake;
mod zone_sets;

use std::sync::Arc;

pub use self::{
    callbacks::CallbackFilter,
    campaigns::{CampaignProgress, ZoneProgress},
    contacts::StoredContact,
    errors::{ManageError, NAME_LENGTH_MAX},
    lists::{ContactList, NewContact, OnDuplicate, RowResult},
    phone_books::{BookFill, BookFilled, BookTeam},
    reasons::NewReason,
    suppressions::SuppressionFilter,
    teams::Team,
    tokens::{NewToken, Role, Token},
    users::{Invitation, Rights, User, UserState, login_of},
    wake::Wakeups,
};
use self::{db::Db, wake::Bell, zone_sets::ZoneSets};

/// The most rows that a page holds; the next page begins after the last of it.
pub const PAGE_ROWS_MAX: usize = 1000;

/// A database, ready to use. Clones share its connections.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    db: Db,
    zone_sets: ZoneSets,
    bell: Bell,
}

impl Database {
    fn db(&self) -> &Db {
        &self.shared.db
    }
}

/// The size of a page as an argument.
fn page(rows: usize) -> i64 {
    i64::try_from(rows.min(PAGE_ROWS_MAX)).unwrap_or(i64::MAX)
}

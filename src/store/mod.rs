//! The store: everything durable, in `SQLite` (one machine, one file) or `PostgreSQL` (several).
//!
//! [`Database`] is the adapter behind [`Store`](crate::ports::Store), the seam of the engine, and it carries the use cases of
//! managers, loaders and reports, in files by topic. Each use case is one transaction. SQL is written once, in [`sql`];
//! what differs between the databases is in [`db`] and [`open`].
//!
//! Instants are kept in whole milliseconds.

mod commit;
mod db;
mod due;

mod migrate;
mod open;
mod record;
pub mod reports;
mod rows;
mod seam;
mod snapshot;
mod sql;
mod stored;

mod zone_sets;

use std::sync::Arc;

use self::{db::Db, zone_sets::ZoneSets};

/// A database, ready to use. Clones share its connections.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

struct Shared {
    db: Db,
    zone_sets: ZoneSets,
}

impl Database {
    fn db(&self) -> &Db {
        &self.shared.db
    }
}

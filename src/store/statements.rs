//! Every statement as text, for the conformance suite, which asks both databases whether they know them.

use super::{due, sql};

/// One statement in both dialects.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its name.
    pub name: &'static str,
    /// For `SQLite`.
    pub sqlite: String,
    /// For `PostgreSQL`.
    pub postgres: String,
}

/// Every statement there is; of those that are put together, one of several seeks.
pub fn statements() -> Vec<Statement> {
    let written = sql::all().map(|sql| Statement {
        name: sql.name,
        sqlite: sql.sqlite.to_owned(),
        postgres: sql.postgres.to_owned(),
    });
    let built = [("due", due::due_text(24)), ("next due", due::next_text(24)), ("waiting", due::waiting_text(24))];
    let built = built.map(|(name, text)| Statement { name, sqlite: text.clone(), postgres: text });
    written.chain(built).collect()
}

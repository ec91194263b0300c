//! Every statement, in one place and in one dialect. The only token that differs is `EACH`, the rows of a bulk statement.
//!
//! Nothing here knows the time: instants are arguments.

mod engine;
mod management;
mod phone_books;
mod reports;
mod setup;
mod users;

pub(super) use engine::*;
pub(super) use management::*;
pub(super) use phone_books::*;
pub(super) use reports::*;
pub(super) use setup::*;
pub(super) use users::*;

/// A statement, for both databases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sql {
    /// Its name, for errors.
    pub(super) name: &'static str,
    /// For `SQLite`.
    pub(super) sqlite: &'static str,
    /// For `PostgreSQL`.
    pub(super) postgres: &'static str,
}

/// Defines statements and `ALL` of them. `EACH` between two parts is a row source with one JSON column `value`, made of the
/// array that is the first argument. (`jsonb_each` and not `json_each`: that would write each row out as text again for each
/// column that is taken from it.)
macro_rules! statements {
    ($all:ident: $($(#[$doc:meta])* $name:ident = $head:literal $(EACH $tail:literal)*;)+) => {
        $($(#[$doc])* pub(in crate::store) const $name: $crate::store::sql::Sql = $crate::store::sql::Sql {
            name: stringify!($name),
            sqlite: concat!($head $(, "jsonb_each($1)", $tail)*),
            postgres: concat!($head $(, "jsonb_array_elements(CAST($1 AS jsonb)) AS each(value)", $tail)*),
        };)+
        pub(in crate::store) const $all: &[$crate::store::sql::Sql] = &[$($name),+];
    };
}
use statements;

/// Every statement there is, for the test that both databases know them.
pub(super) fn all() -> impl Iterator<Item = Sql> {
    ENGINE.iter().chain(MANAGEMENT).chain(PHONE_BOOKS_SQL).chain(REPORTS).chain(SETUP).chain(USERS_SQL).copied()
}

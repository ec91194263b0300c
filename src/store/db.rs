//! One small vocabulary for two databases: a statement, its arguments, a row, a transaction.
//!
//! Everything is a 64-bit number or a text, so that each statement is written once, and the only two places that know which
//! database it is are this file and [`super::open`].

use std::fmt::Display;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Sqlite, SqlitePool, Transaction, postgres::PgRow, sqlite::SqliteRow};

use super::sql::Sql;
use crate::{
    domain::ids::{
        AgentId, AttemptId, CallbackId, CampaignId, ContactId, ListId, PhoneBookEntryId, PhoneBookId, QueueId,
        ReasonId, ReservationId, TeamId,
    },
    ports::StoreError,
};

/// The connections.
#[derive(Clone)]
pub(super) enum Db {
    /// `SQLite`: one writer, several readers (for a database in memory they are the same connection).
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// The others.
        reader: SqlitePool,
    },
    /// `PostgreSQL`.
    Postgres(PgPool),
}

/// An argument of a statement.
pub(super) enum Arg {
    /// A number, or none.
    Int(Option<i64>),
    /// A text, or none.
    Text(Option<String>),
}

/// A row of an answer.
pub(super) enum Row {
    /// Of `SQLite`.
    Sqlite(SqliteRow),
    /// Of `PostgreSQL`.
    Postgres(PgRow),
}

/// A transaction that may write. Dropped without [`Tx::commit`], nothing of it happened.
pub(super) enum Tx {
    /// Of `SQLite`; it holds the only writer.
    Sqlite(Transaction<'static, Sqlite>),
    /// Of `PostgreSQL`.
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($text:expr, $args:expr) => {{
        let mut query = sqlx::query($text);
        for arg in $args {
            query = match arg {
                Arg::Int(value) => query.bind(value),
                Arg::Text(value) => query.bind(value),
            };
        }
        query
    }};
}

/// The arguments of a statement, in order.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::db::Arg::from($value)),*] };
}
pub(super) use args;

impl Db {
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
            Self::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
        }
        .map_err(|error| failure("begin", error))
    }

    /// What the database's clock shows, where it is another machine's than ours may be; in milliseconds.
    pub(super) async fn clock_ms(&self) -> Result<Option<i64>, StoreError> {
        let Self::Postgres(pool) = self else { return Ok(None) };
        let shown = sqlx::query_scalar("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");
        shown.fetch_one(pool).await.map(Some).map_err(|error| failure("clock", error))
    }

    /// A text column as the JSON it holds, for `->>`, in a statement that is put together.
    pub(super) fn json_sql(&self, column: &str) -> String {
        match self {
            Self::Sqlite { .. } => column.to_owned(),
            Self::Postgres(_) => format!("CAST({column} AS jsonb)"),
        }
    }

    /// Reads with one statement.
    pub(super) async fn rows(&self, sql: Sql, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite { reader, .. } => {
                bound!(sql.sqlite, args).fetch_all(reader).await.map(|rows| wrap(rows, Row::Sqlite))
            }
            Self::Postgres(pool) => {
                bound!(sql.postgres, args).fetch_all(pool).await.map(|rows| wrap(rows, Row::Postgres))
            }
        }
        .map_err(|error| failure(sql.name, error))
    }

    /// Reads with a statement that was put together here, the same for both databases; values are arguments all the same.
    pub(super) async fn rows_built(
        &self,
        name: &'static str,
        text: String,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StoreError> {
        let text = AssertSqlSafe(text);
        match self {
            Self::Sqlite { reader, .. } => {
                bound!(text, args).fetch_all(reader).await.map(|rows| wrap(rows, Row::Sqlite))
            }
            Self::Postgres(pool) => bound!(text, args).fetch_all(pool).await.map(|rows| wrap(rows, Row::Postgres)),
        }
        .map_err(|error| failure(name, error))
    }
}

fn wrap<R>(rows: Vec<R>, into: fn(R) -> Row) -> Vec<Row> {
    rows.into_iter().map(into).collect()
}

impl Tx {
    /// Writes; gives the number of rows it touched.
    pub(super) async fn execute(&mut self, sql: Sql, args: Vec<Arg>) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(tx) => bound!(sql.sqlite, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
            Self::Postgres(tx) => bound!(sql.postgres, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
        }
        .map_err(|error| failure(sql.name, error))
    }

    /// Reads, or writes and reads what was written.
    pub(super) async fn rows(&mut self, sql: Sql, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(tx) => bound!(sql.sqlite, args).fetch_all(&mut **tx).await.map(|rows| wrap(rows, Row::Sqlite)),
            Self::Postgres(tx) => {
                bound!(sql.postgres, args).fetch_all(&mut **tx).await.map(|rows| wrap(rows, Row::Postgres))
            }
        }
        .map_err(|error| failure(sql.name, error))
    }

    /// Runs several statements without arguments.
    pub(super) async fn script(&mut self, name: &'static str, text: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => sqlx::raw_sql(text).execute(&mut **tx).await.map(drop),
            Self::Postgres(tx) => sqlx::raw_sql(text).execute(&mut **tx).await.map(drop),
        }
        .map_err(|error| failure(name, error))
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(|error| failure("commit", error))
    }
}

/// A broken constraint is a thing that must not be, which asking again does not change; everything else is the world's.
#[allow(clippy::needless_pass_by_value, reason = "it ends a map_err")]
pub(super) fn failure(statement: &'static str, error: sqlx::Error) -> StoreError {
    use sqlx::error::ErrorKind;
    if let sqlx::Error::Database(broken) = &error
        && !matches!(broken.kind(), ErrorKind::Other)
    {
        return StoreError::Inconsistency {
            table: statement,
            row: "of this statement".to_owned(),
            column: "constraint",
            problem: broken.message().to_owned(),
        };
    }
    StoreError::Failure(format!("{statement}: {error}"))
}

/// Rows for a bulk statement: one argument whatever their number.
pub(super) fn each<T: Serialize>(rows: &[T]) -> Arg {
    Arg::Text(Some(to_json(rows)))
}

/// A value as the text of a JSON column.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("stored values have text keys and finite numbers")
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<Timestamp> for Arg {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.as_millisecond()))
    }
}

impl From<Option<Timestamp>> for Arg {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Int(value.map(Timestamp::as_millisecond))
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Arg {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

macro_rules! ids {
    ($convert:expr => $($id:ty),+) => {$(
        impl From<$id> for Arg {
            fn from(id: $id) -> Self {
                Self::from($convert(&id.0))
            }
        }
    )+};
}

ids!(|id: &i64| *id => TeamId, AgentId, CampaignId, ListId, ContactId, ReasonId, QueueId);
ids!(|id: &i64| *id => PhoneBookId, PhoneBookEntryId);
ids!(text_of => ReservationId, AttemptId, CallbackId);

fn text_of(id: &impl Display) -> String {
    id.to_string()
}

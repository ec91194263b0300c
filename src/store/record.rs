//! Reads stored rows back into values. What cannot be read is an inconsistency that names table, row and column.

use std::{fmt::Display, str::FromStr};

use jiff::Timestamp;
use serde::de::{DeserializeOwned, IntoDeserializer, value};
use sqlx::Row as _;

use super::db::Row;
use crate::ports::StoreError;

/// A value that is a row of a table.
pub(super) trait Stored: Sized {
    /// The table.
    const TABLE: &'static str;
    /// The column that names the row.
    const KEY: &'static str = "id";

    fn read(record: &Record<'_>) -> Result<Self, StoreError>;
}

/// Reads rows.
pub(super) fn read_all<T: Stored>(rows: &[Row]) -> Result<Vec<T>, StoreError> {
    rows.iter().map(read).collect()
}

/// Reads one row.
pub(super) fn read<T: Stored>(row: &Row) -> Result<T, StoreError> {
    T::read(&Record { row, table: T::TABLE, key: T::KEY })
}

/// Reads the first row, if there is one.
pub(super) fn read_first<T: Stored>(rows: &[Row]) -> Result<Option<T>, StoreError> {
    rows.first().map(read).transpose()
}

/// One row on its way to a value.
#[derive(Clone, Copy)]
pub(super) struct Record<'r> {
    row: &'r Row,
    table: &'static str,
    key: &'static str,
}

impl<'r> Record<'r> {
    /// A row that is not a whole value: counts, numbers given back.
    pub(super) fn of(row: &'r Row, table: &'static str, key: &'static str) -> Self {
        Self { row, table, key }
    }

    pub(super) fn maybe_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.row {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| self.wrong(column, error))
    }

    pub(super) fn maybe_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        match self.row {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| self.wrong(column, error))
    }

    pub(super) fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.there(column, self.maybe_int(column)?)
    }

    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.there(column, self.maybe_text(column)?)
    }

    /// A small number.
    pub(super) fn small<T: TryFrom<i64, Error: Display>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.int(column)?).map_err(|error| self.wrong(column, error))
    }

    pub(super) fn at(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.there(column, self.maybe_at(column)?)
    }

    pub(super) fn maybe_at(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        self.maybe_int(column)?
            .map(|at| Timestamp::from_millisecond(at).map_err(|error| self.wrong(column, error)))
            .transpose()
    }

    /// A value with a text form of its own: an id, a zone set.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<T, StoreError> {
        self.there(column, self.maybe_parsed(column)?)
    }

    pub(super) fn maybe_parsed<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_text(column)?.map(|text| text.parse().map_err(|error| self.wrong(column, error))).transpose()
    }

    /// A value that is one word: a state, a reason, a telephone number.
    pub(super) fn word<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        self.there(column, self.maybe_word(column)?)
    }

    pub(super) fn maybe_word<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let Some(text) = self.maybe_text(column)? else { return Ok(None) };
        let word: value::StringDeserializer<value::Error> = text.into_deserializer();
        T::deserialize(word).map(Some).map_err(|error| self.wrong(column, error))
    }

    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        self.there(column, self.maybe_json(column)?)
    }

    pub(super) fn maybe_json<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_text(column)?
            .map(|text| serde_json::from_str(&text).map_err(|error| self.wrong(column, error)))
            .transpose()
    }

    /// What is stored in `column` is impossible.
    pub(super) fn wrong(&self, column: &'static str, problem: impl Display) -> StoreError {
        StoreError::Inconsistency { table: self.table, row: self.name(), column, problem: problem.to_string() }
    }

    fn there<T>(&self, column: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.wrong(column, "it is empty"))
    }

    fn name(&self) -> String {
        let number = match self.row {
            Row::Sqlite(row) => row.try_get::<i64, _>(self.key),
            Row::Postgres(row) => row.try_get::<i64, _>(self.key),
        };
        let text = || match self.row {
            Row::Sqlite(row) => row.try_get::<String, _>(self.key),
            Row::Postgres(row) => row.try_get::<String, _>(self.key),
        };
        number.map(|n| n.to_string()).or_else(|_| text()).unwrap_or_else(|_| "unnamed".to_owned())
    }
}

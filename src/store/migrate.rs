//! Brings the tables up to date: numbered scripts, each run once, all in one transaction.

use super::{
    db::{Db, Tx, args},
    record::Record,
    sql,
};
use crate::ports::StoreError;

/// One step, for both databases.
struct Migration {
    version: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sqlite: include_str!("../../migrations/sqlite/0001_the_dialer.sql"),
        postgres: include_str!("../../migrations/postgres/0001_the_dialer.sql"),
    },
    Migration {
        version: 2,
        sqlite: include_str!("../../migrations/sqlite/0002_phone_books.sql"),
        postgres: include_str!("../../migrations/postgres/0002_phone_books.sql"),
    },
    Migration {
        version: 3,
        sqlite: include_str!("../../migrations/sqlite/0003_reasons_and_queues.sql"),
        postgres: include_str!("../../migrations/postgres/0003_reasons_and_queues.sql"),
    },
    Migration {
        version: 4,
        sqlite: include_str!("../../migrations/sqlite/0004_dialogs.sql"),
        postgres: include_str!("../../migrations/postgres/0004_dialogs.sql"),
    },
    Migration {
        version: 9,
        sqlite: include_str!("../../migrations/sqlite/0009_contacts_by_account.sql"),
        postgres: include_str!("../../migrations/postgres/0009_contacts_by_account.sql"),
    },
    Migration {
        version: 10,
        sqlite: include_str!("../../migrations/sqlite/0010_users.sql"),
        postgres: include_str!("../../migrations/postgres/0010_users.sql"),
    },
    Migration {
        version: 11,
        sqlite: include_str!("../../migrations/sqlite/0011_recordings.sql"),
        postgres: include_str!("../../migrations/postgres/0011_recordings.sql"),
    },
];

/// Any number, the same in every process: whoever holds its lock migrates.
const POSTGRES_LOCK: &str = "SELECT pg_advisory_xact_lock(7277358551)";

pub(super) async fn migrate(db: &Db) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    if matches!(tx, Tx::Postgres(_)) {
        tx.script("lock", POSTGRES_LOCK).await?;
    }
    tx.script("schema_versions", "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY)").await?;
    let stored = stored_version(&mut tx).await?;
    let known = MIGRATIONS.last().map_or(0, |last| last.version);
    if stored > known {
        return Err(StoreError::Failure(format!(
            "the database has schema version {stored}, this program knows versions up to {known}: use the newer program \
             that wrote it"
        )));
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > stored) {
        let script = if matches!(tx, Tx::Postgres(_)) { migration.postgres } else { migration.sqlite };
        tx.script("migration", script).await?;
        tx.execute(sql::SCHEMA_VERSION_REACHED, args![migration.version]).await?;
    }
    tx.commit().await
}

async fn stored_version(tx: &mut Tx) -> Result<i64, StoreError> {
    let rows = tx.rows(sql::SCHEMA_VERSION, args![]).await?;
    rows.first().map_or(Ok(0), |row| Record::of(row, "schema_versions", "version").int("version"))
}

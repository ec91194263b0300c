//! Opens a database: files, connections, settings.

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::fs::OpenOptions;

use super::{Database, Shared, db::Db, migrate::migrate, wake::Bell, zone_sets::ZoneSets};
use crate::ports::StoreError;

/// How many connections read a `SQLite` file at once.
const READERS: u32 = 4;
/// How many connections there are to `PostgreSQL` at most.
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long `PostgreSQL` may take to answer the first time.
const REACH_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

impl Database {
    /// Opens `sqlite:PATH` (the file is made if it is not there), `sqlite::memory:` or `postgres://...`, and brings its
    /// tables up to date.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer version of this program.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let db = match url.split_once(':') {
            Some(("sqlite", ":memory:")) => in_memory().await?,
            Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => sqlite_file(path.as_ref()).await?,
            Some(("postgres" | "postgresql", _)) => postgres(url).await?,
            _ => {
                return Err(StoreError::Failure(
                    "the database must be given as sqlite:PATH, sqlite::memory: or postgres://USER@HOST/NAME"
                        .to_owned(),
                ));
            }
        };
        migrate(&db).await?;
        let socket = match url.split_once(':') {
            Some(("sqlite", path)) if path != ":memory:" => Some(format!("{path}-wake").into()),
            _ => None,
        };
        Ok(Self { shared: Arc::new(Shared { db, zone_sets: ZoneSets::default(), bell: Bell::new(socket) }) })
    }

    /// Closes every connection, after what is under way.
    pub async fn close(&self) {
        match self.db() {
            Db::Sqlite { writer, reader } => {
                reader.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }

    /// A database for one simulation: in memory, gone with the last clone.
    ///
    /// # Errors
    /// When memory cannot be had.
    pub async fn open_for_simulation() -> Result<Self, StoreError> {
        Self::open("sqlite::memory:").await
    }
}

fn unopened(what: &str) -> impl Fn(sqlx::Error) -> StoreError + '_ {
    move |error| StoreError::Failure(format!("cannot open {what}: {error}"))
}

async fn in_memory() -> Result<Db, StoreError> {
    let options = SqliteConnectOptions::new()
        .in_memory(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off);
    // The database lives in its connection: there is one, and it never goes.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(unopened("a database in memory"))?;
    Ok(Db::Sqlite { writer: pool.clone(), reader: pool })
}

async fn sqlite_file(path: &Path) -> Result<Db, StoreError> {
    let name = path.display().to_string();
    make_private(path).await.map_err(|error| StoreError::Failure(format!("cannot open {name}: {error}")))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL can lose acknowledged commits on a power loss.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT);
    let pool = |connections: u32| {
        SqlitePoolOptions::new().max_connections(connections).max_lifetime(None).test_before_acquire(false)
    };
    let writer = pool(1)
        .idle_timeout(None)
        .connect_with(options.clone().pragma("cache_size", "-65536"))
        .await
        .map_err(unopened(&name))?;
    let reader = pool(READERS).connect_lazy_with(options.pragma("query_only", "on"));
    Ok(Db::Sqlite { writer, reader })
}

/// The file holds names and numbers of people: only its owner may read it.
async fn make_private(path: &Path) -> std::io::Result<()> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).await.map(drop)
}

async fn postgres(url: &str) -> Result<Db, StoreError> {
    let options: PgConnectOptions = url.parse().map_err(unopened("the PostgreSQL database"))?;
    let options = options.application_name("rappel");
    reach(&options).await?;
    PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .connect_with(options)
        .await
        .map(Db::Postgres)
        .map_err(unopened("the PostgreSQL database"))
}

/// One connection before the pool, which tries again for half a minute and then only says that it took too long.
async fn reach(options: &PgConnectOptions) -> Result<(), StoreError> {
    let why = match tokio::time::timeout(REACH_TIMEOUT, PgConnection::connect_with(options)).await {
        Ok(Ok(connection)) => return connection.close().await.map_err(unopened("the PostgreSQL database")),
        Ok(Err(error @ sqlx::Error::Database(_))) => format!("it refuses: {error}"),
        Ok(Err(error)) => format!("{error}; is the server running there?"),
        Err(_) => format!("no answer in {} seconds; is the address right?", REACH_TIMEOUT.as_secs()),
    };
    let (host, port) = (options.get_host(), options.get_port());
    let place = options.get_socket().map_or_else(|| format!("{host}:{port}"), |path| path.display().to_string());
    let (name, user) = (options.get_database().unwrap_or_else(|| options.get_username()), options.get_username());
    Err(StoreError::Failure(format!("cannot open the PostgreSQL database {name} at {place} as user {user}: {why}")))
}

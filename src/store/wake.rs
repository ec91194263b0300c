//! Wakes whoever waits for notices, in this process and in others.
//!
//! Within the process by a counter; between processes by `NOTIFY` on `PostgreSQL`, and for a `SQLite` file by one byte to a
//! socket beside it, which the server binds. What is lost on the way (a server that starts, a socket path that is too long)
//! is found by a slow look at the number of notices.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{PgPool, postgres::PgListener};
use tokio::{net::UnixDatagram, sync::watch, time::MissedTickBehavior};

use super::{
    Database, Shared,
    db::{Db, args},
    record::Record,
    sql,
};
use crate::ports::StoreError;

/// Said by a writer in its transaction, so that it is heard when the notice can be read.
pub(super) const POSTGRES_WAKE: &str = "NOTIFY rappel_notices";
const POSTGRES_CHANNEL: &str = "rappel_notices";

/// The last resort: how often the number of notices is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The bell of one database.
pub(super) struct Bell {
    rung: watch::Sender<u64>,
    listening: AtomicBool,
    /// The socket of a `SQLite` file.
    path: Option<PathBuf>,
}

impl Bell {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self { rung: watch::Sender::new(0), listening: AtomicBool::new(false), path }
    }

    fn ring(&self) {
        self.rung.send_modify(|count| *count += 1);
    }
}

/// Waits for notices. Each has its own memory: what was noticed between two waits ends the second one at once.
pub struct Wakeups {
    rung: watch::Receiver<u64>,
    // The bell rings as long as somebody waits.
    _shared: Arc<Shared>,
}

impl Wakeups {
    /// Returns when a notice may have been written since the last time, by this process or another.
    pub async fn noticed(&mut self) {
        self.rung.changed().await.expect("the sender lives in what this holds");
    }
}

impl Database {
    /// Begins to listen for notices. To be called before the first look at [`notices`](crate::ports::Store::notices).
    pub fn wakeups(&self) -> Wakeups {
        let shared = &self.shared;
        if !shared.bell.listening.swap(true, Ordering::Relaxed) {
            tokio::spawn(look_now_and_then(Arc::downgrade(shared)));
            match (&shared.db, &shared.bell.path) {
                (Db::Postgres(pool), _) => drop(tokio::spawn(hear_postgres(Arc::downgrade(shared), pool.clone()))),
                (Db::Sqlite { .. }, Some(path)) => listen_on_socket(shared, path),
                (Db::Sqlite { .. }, None) => {}
            }
        }
        Wakeups { rung: shared.bell.rung.subscribe(), _shared: Arc::clone(shared) }
    }

    /// Rings here and, for a `SQLite` file, in the server's process.
    pub(super) fn wake_everyone(&self) {
        let bell = &self.shared.bell;
        bell.ring();
        if let Some(path) = &bell.path
            && !bell.listening.load(Ordering::Relaxed)
            && let Err(error) = std::os::unix::net::UnixDatagram::unbound().and_then(|socket| {
                socket.set_nonblocking(true)?;
                socket.send_to(b"!", path)
            })
        {
            // Nobody serves this file just now, or its socket is full of wake-ups already.
            tracing::debug!(%error, "no server was woken");
        }
    }

    async fn notices_written(&self) -> Result<i64, StoreError> {
        let rows = self.db().rows(sql::NOTICES_WRITTEN, args![]).await?;
        rows.first().map_or(Ok(0), |row| Record::of(row, "teams", "last_notice").int("written"))
    }
}

fn alive(shared: &Weak<Shared>) -> Option<Database> {
    shared.upgrade().map(|shared| Database { shared })
}

async fn look_now_and_then(shared: Weak<Shared>) {
    let mut every = tokio::time::interval(LOOK_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = None;
    loop {
        every.tick().await;
        let Some(database) = alive(&shared) else { return };
        match database.notices_written().await {
            Ok(written) if seen == Some(written) => {}
            Ok(written) => {
                seen = Some(written);
                database.shared.bell.ring();
            }
            Err(error) => tracing::warn!(%error, "cannot look for notices"),
        }
    }
}

async fn hear_postgres(shared: Weak<Shared>, pool: PgPool) {
    let mut listener = None;
    // A broken connection is made again at the pace of the slow look.
    let mut every = tokio::time::interval(LOOK_EVERY);
    while shared.strong_count() > 0 {
        match &mut listener {
            None => {
                every.tick().await;
                listener = listen(&pool).await.map_err(|error| tracing::warn!(%error, "cannot listen")).ok();
            }
            Some(open) => {
                let heard = tokio::time::timeout(LOOK_EVERY, open.recv()).await;
                if let Ok(Err(error)) = &heard {
                    tracing::warn!(%error, "stopped listening");
                    listener = None;
                }
                if heard.is_ok()
                    && let Some(database) = alive(&shared)
                {
                    database.shared.bell.ring();
                }
            }
        }
    }
}

async fn listen(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.ignore_pool_close_event(true);
    listener.listen(POSTGRES_CHANNEL).await?;
    Ok(listener)
}

fn listen_on_socket(shared: &Arc<Shared>, path: &Path) {
    match bind(path) {
        Ok(socket) => drop(tokio::spawn(hear_socket(Arc::downgrade(shared), socket, path.to_owned()))),
        Err(error) => tracing::warn!(%error, path = %path.display(), "notices are only looked for each second"),
    }
}

/// Binds the socket. One that nobody listens on is left over from a server that was killed, and replaced.
fn bind(path: &Path) -> io::Result<UnixDatagram> {
    match UnixDatagram::bind(path) {
        Err(taken) if taken.kind() == io::ErrorKind::AddrInUse => {
            if std::os::unix::net::UnixDatagram::unbound()?.connect(path).is_ok() {
                return Err(taken);
            }
            std::fs::remove_file(path)?;
            UnixDatagram::bind(path)
        }
        other => other,
    }
}

async fn hear_socket(shared: Weak<Shared>, socket: UnixDatagram, path: PathBuf) {
    let mut byte = [0; 1];
    while shared.strong_count() > 0 {
        if let Ok(Ok(_)) = tokio::time::timeout(LOOK_EVERY, socket.recv(&mut byte)).await
            && let Some(database) = alive(&shared)
        {
            database.shared.bell.ring();
        }
    }
    // It is ours: whoever finds it later would only take it for stale.
    let _ = std::fs::remove_file(path);
}

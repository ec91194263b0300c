//! Wakes whoever waits for notices, in this process and in others.
//!
//! Within the process by a counter; between processes by `NOTIFY` on `PostgreSQL`, and for a `SQLite` file by one byte to a
//! socket beside it, which the server binds. What is lost on the way (a server that starts, a socket path that is too long)
//! is found by a slow look at the number of notices.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};

use sqlx::{PgPool, postgres::PgListener};
use tokio::{
    net::UnixDatagram,
    sync::watch,
    task::AbortHandle,
    time::{Interval, MissedTickBehavior},
};

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
    /// The socket of a `SQLite` file.
    path: Option<PathBuf>,
    listening: OnceLock<Listening>,
}

/// What rings the bell from outside, as long as the database is open.
struct Listening {
    tasks: Vec<AbortHandle>,
    /// The socket that is ours.
    bound: Option<PathBuf>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
        if let Some(path) = &self.bound {
            // Left over, it would only be taken for stale.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Bell {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self { rung: watch::Sender::new(0), path, listening: OnceLock::new() }
    }

    fn ring(&self) {
        self.rung.send_modify(|count| *count += 1);
    }

    fn is_ours(&self) -> bool {
        self.listening.get().is_some_and(|listening| listening.bound.is_some())
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
        shared.bell.listening.get_or_init(|| listen(shared));
        Wakeups { rung: shared.bell.rung.subscribe(), _shared: Arc::clone(shared) }
    }

    /// Rings here and, for a `SQLite` file, in the server's process.
    pub(super) fn wake_everyone(&self) {
        let bell = &self.shared.bell;
        bell.ring();
        if let Some(path) = &bell.path
            && !bell.is_ours()
            && let Err(error) = send_byte(path)
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

fn send_byte(path: &Path) -> io::Result<()> {
    let socket = std::os::unix::net::UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.send_to(b"!", path).map(drop)
}

fn listen(shared: &Arc<Shared>) -> Listening {
    let weak = || Arc::downgrade(shared);
    let mut listening = Listening { tasks: vec![spawn(look_now_and_then(weak()))], bound: None };
    match (&shared.db, &shared.bell.path) {
        (Db::Postgres(pool), _) => listening.tasks.push(spawn(hear_postgres(weak(), pool.clone()))),
        (Db::Sqlite { .. }, Some(path)) => match bind(path) {
            Ok(socket) => {
                listening.tasks.push(spawn(hear_socket(weak(), socket)));
                listening.bound = Some(path.clone());
            }
            Err(error) => tracing::warn!(%error, path = %path.display(), "notices are only looked for each second"),
        },
        (Db::Sqlite { .. }, None) => {}
    }
    listening
}

fn spawn(task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
    tokio::spawn(task).abort_handle()
}

fn ring(shared: &Weak<Shared>) {
    if let Some(shared) = shared.upgrade() {
        shared.bell.ring();
    }
}

async fn look_now_and_then(shared: Weak<Shared>) {
    let mut every = slowly();
    let mut seen = None;
    loop {
        every.tick().await;
        let Some(database) = shared.upgrade().map(|shared| Database { shared }) else { return };
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

fn slowly() -> Interval {
    let mut every = tokio::time::interval(LOOK_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    every
}

/// A broken connection is made again at the pace of the slow look.
async fn hear_postgres(shared: Weak<Shared>, pool: PgPool) {
    let mut every = slowly();
    loop {
        every.tick().await;
        if let Err(error) = hear_notifications(&shared, &pool).await {
            tracing::warn!(%error, "cannot listen for notices");
        }
    }
}

async fn hear_notifications(shared: &Weak<Shared>, pool: &PgPool) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.ignore_pool_close_event(true);
    listener.listen(POSTGRES_CHANNEL).await?;
    loop {
        listener.recv().await?;
        ring(shared);
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

async fn hear_socket(shared: Weak<Shared>, socket: UnixDatagram) {
    let mut byte = [0; 1];
    while socket.recv(&mut byte).await.is_ok() {
        ring(&shared);
    }
}

//! A `PostgreSQL` server for the test run: started by the first test that asks, on a socket in a directory of its own.
//!
//! The server refuses to run as root, so that root starts it as user `postgres`. It is held by a small shell script that
//! reads from this process: when the process ends, however it ends, the script stops the server and removes the directory.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

const SCRIPT: &str = r#"
set -e
dir=$(mktemp -d /tmp/rappel-postgres-XXXXXX)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
"$BIN/initdb" -D "$dir/data" -U rappel --auth=trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 \
    || { cat "$dir/initdb.log" >&2; exit 1; }
"$BIN/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=300 \
    >"$dir/postgres.log" 2>&1 &
server=$!
until "$BIN/pg_isready" -q -h "$dir" -U rappel -d postgres; do
    kill -0 $server || { cat "$dir/postgres.log" >&2; exit 1; }
    sleep 0.05
done
echo "$dir"
read -r _ || true
kill -INT $server
wait $server || true
"#;

struct Server {
    socket_dir: String,
    // Its standard input holds the server.
    _script: Child,
}

static SERVER: OnceLock<Server> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The address of a new, empty database.
pub async fn new_database() -> String {
    let dir = &SERVER.get_or_init(start).socket_dir;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&address(dir, "postgres")).await.expect("the server is ready");
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create).execute(&mut admin).await.expect("a database can be made");
    address(dir, &name)
}

fn address(socket_dir: &str, database: &str) -> String {
    format!("postgres://rappel@localhost/{database}?host={socket_dir}")
}

fn start() -> Server {
    let bin = programs().expect("PostgreSQL is needed for these tests: apt-get install postgresql");
    let mut command = if is_root() {
        let mut as_postgres = Command::new("setpriv");
        as_postgres.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "sh", "-c", SCRIPT]);
        as_postgres
    } else {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT]);
        shell
    };
    let mut script = command
        .env("BIN", bin)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sh (and as root setpriv, and a user postgres) are needed: apt-get install postgresql util-linux");
    let mut socket_dir = String::new();
    let said = BufReader::new(script.stdout.take().expect("it is piped")).read_line(&mut socket_dir);
    assert!(said.is_ok() && !socket_dir.is_empty(), "PostgreSQL did not start: see above");
    Server { socket_dir: socket_dir.trim().to_owned(), _script: script }
}

fn is_root() -> bool {
    let of_own_making = tempfile::tempdir().expect("a directory can be made");
    std::os::unix::fs::MetadataExt::uid(&fs::metadata(of_own_making.path()).expect("it is there")) == 0
}

/// Where `initdb` and `postgres` are: in the path, or where Debian puts them, the newest version.
fn programs() -> Option<PathBuf> {
    let has_all = |dir: &Path| ["initdb", "postgres", "pg_isready"].iter().all(|name| dir.join(name).is_file());
    let in_path = env::var_os("PATH").and_then(|path| env::split_paths(&path).find(|dir| has_all(dir)));
    in_path.or_else(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|entry| entry.path());
        let number = |dir: &Path| dir.file_name()?.to_str()?.parse::<u32>().ok();
        let newest = versions.filter(|dir| has_all(&dir.join("bin"))).max_by_key(|dir| number(dir))?;
        Some(newest.join("bin"))
    })
}

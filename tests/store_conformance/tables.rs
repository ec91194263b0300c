//! What the tables themselves hold, seen by another program: checks, plans, versions, and data that cannot be.

use rappel::{
    domain::contact::ContactState,
    engine::output::Changes,
    ports::{Store, StoreError},
    store::{Database, statements::statements},
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

use super::world::{Place, World, now, reservations, zones};

/// Another program's connection.
enum Other {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Other {
    async fn connect(place: &Place) -> Self {
        let url = place.url.as_deref().expect("a database that another program can open");
        if url.starts_with("sqlite") {
            Self::Sqlite(SqliteConnection::connect(url).await.expect("connects"))
        } else {
            Self::Postgres(PgConnection::connect(url).await.expect("connects"))
        }
    }

    async fn run(&mut self, sql: &str) -> Result<(), String> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match self {
            Self::Sqlite(connection) => sql.execute(connection).await.map(drop),
            Self::Postgres(connection) => sql.execute(connection).await.map(drop),
        }
        .map_err(|error| error.to_string())
    }

    async fn prepare(&mut self, sql: String) -> Result<(), String> {
        let sql = sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql));
        match self {
            Self::Sqlite(connection) => connection.prepare(sql).await.map(drop),
            Self::Postgres(connection) => connection.prepare(sql).await.map(drop),
        }
        .map_err(|error| error.to_string())
    }

    /// The plan of a statement whose arguments, all numbers, are filled in.
    async fn plan(&mut self, sql: &str, arguments: usize) -> String {
        let mut filled = sql.to_owned();
        for n in (1..=arguments).rev() {
            filled = filled.replace(&format!("${n}"), "1");
        }
        let lines: Vec<String> = match self {
            Self::Sqlite(connection) => {
                let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {filled}"));
                let rows = sqlx::query(sql).fetch_all(connection).await.expect("explains");
                rows.iter().map(|row| row.get("detail")).collect()
            }
            Self::Postgres(connection) => {
                let sql = AssertSqlSafe(format!("EXPLAIN {filled}"));
                let rows = sqlx::query(sql).fetch_all(connection).await.expect("explains");
                rows.iter().map(|row| row.get(0)).collect()
            }
        };
        lines.join("\n")
    }
}

async fn every_statement_is_known(place: Place) {
    let mut other = Other::connect(&place).await;
    let mut unknown = Vec::new();
    for statement in statements() {
        let text = if matches!(other, Other::Sqlite(_)) { statement.sqlite } else { statement.postgres };
        if let Err(error) = other.prepare(text).await {
            unknown.push(format!("{}: {error}", statement.name));
        }
    }
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
}

#[tokio::test]
async fn sqlite_knows_every_statement() {
    every_statement_is_known(Place::file().await).await;
}

#[tokio::test]
async fn postgres_knows_every_statement() {
    every_statement_is_known(Place::postgres().await).await;
}

/// Enough contacts that reading them all is not the best plan.
async fn many_contacts(place: &Place) -> World {
    let world = World::new(&place.database).await;
    world.load(3000).await;
    world
}

fn due_statement() -> String {
    statements().into_iter().find(|statement| statement.name == "due").expect("it is there").sqlite
}

const DUE_ARGUMENTS: usize = 3 + 2 * 24;

#[tokio::test]
async fn sqlite_claims_by_the_index() {
    let place = Place::file().await;
    many_contacts(&place).await;
    let plan = Other::connect(&place).await.plan(&due_statement(), DUE_ARGUMENTS).await;
    let seeks = plan.matches("contacts_claim (campaign_id=? AND rank=? AND zone_set_id=? AND next_at<?)").count();
    assert_eq!(seeks, 24, "{plan}");
    assert!(!plan.contains("SCAN contacts"), "{plan}");
}

#[tokio::test]
async fn postgres_claims_by_the_index() {
    let place = Place::postgres().await;
    many_contacts(&place).await;
    let mut other = Other::connect(&place).await;
    other.run("ANALYZE contacts").await.expect("analyses");
    let plan = other.plan(&due_statement(), DUE_ARGUMENTS).await;
    assert_eq!(plan.matches("contacts_claim").count(), 24, "{plan}");
    assert!(!plan.contains("Seq Scan on contacts"), "{plan}");
}

/// Each names what it breaks.
const IMPOSSIBLE: &[(&str, &str)] = &[
    ("a waiting contact without an instant", "UPDATE contacts SET not_before_at = NULL"),
    ("a contact in progress that waits for an instant", "UPDATE contacts SET state = 'in_progress'"),
    ("a promised contact without its promise", "UPDATE contacts SET state = 'promised', not_before_at = NULL"),
    ("a closed contact without a reason", "UPDATE contacts SET state = 'closed', not_before_at = NULL"),
    ("a state that is none", "UPDATE contacts SET state = 'skipped', not_before_at = NULL"),
    ("a contact of no campaign", "UPDATE contacts SET campaign_id = 999"),
    ("a contact of no zone set", "UPDATE contacts SET zone_set_id = 999"),
    ("one contact twice", "UPDATE contacts SET dedupe_key = 'A0'"),
    ("an end without a how", "UPDATE reservations SET ended_at = 1"),
    ("a campaign in no state", "UPDATE campaigns SET state = 'started'"),
    ("a reason for nothing", "INSERT INTO reasons (kind, code, label) VALUES ('ready', 1, 'x')"),
    ("a reason without a code", "INSERT INTO reasons (kind, code, label) VALUES ('wrap_up', 0, 'x')"),
    ("a code that is too large", "INSERT INTO reasons (kind, code, label) VALUES ('wrap_up', 65536, 'x')"),
    ("a reason without a label", "INSERT INTO reasons (kind, code, label) VALUES ('wrap_up', 1, '')"),
    ("one code twice", "INSERT INTO reasons (kind, code, label) VALUES ('wrap_up', 1, 'x'), ('wrap_up', 1, 'y')"),
    ("a reason of no team", "INSERT INTO reasons (kind, code, label, team_id) VALUES ('wrap_up', 1, 'x', 999)"),
    (
        "a queue in no state",
        "INSERT INTO queues (team_id, name, state, rules, changed_at)
            SELECT id, 'support', 'ended', '{}', 1 FROM teams",
    ),
    ("two teams of one name", "INSERT INTO teams (name) VALUES ('north')"),
    (
        "a token of an agent without the agent",
        "INSERT INTO tokens (hash, role, label, created_at) VALUES (
            '0000000000000000000000000000000000000000000000000000000000000000', 'agent', 'x', 1)",
    ),
];

async fn the_tables_refuse_the_impossible(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(2).await;
    let fence = world.take_over().await;
    place.database.commit(fence, &reservations([world.reservation(1, 0, &contacts[0])])).await.expect("commits");
    let mut other = Other::connect(&place).await;
    for (what, sql) in IMPOSSIBLE {
        assert!(other.run(sql).await.is_err(), "{what} was stored");
    }
    assert_eq!(world.contacts().await, contacts);
}

#[tokio::test]
async fn sqlite_tables_refuse_the_impossible() {
    the_tables_refuse_the_impossible(Place::file().await).await;
}

#[tokio::test]
async fn postgres_tables_refuse_the_impossible() {
    the_tables_refuse_the_impossible(Place::postgres().await).await;
}

async fn what_cannot_be_read_is_named(place: Place) {
    let world = World::new(&place.database).await;
    let contact = world.load(1).await.remove(0);
    let mut other = Other::connect(&place).await;
    other.run("UPDATE contacts SET progress = '{\"attempts\": \"many\"}'").await.expect("writes");
    match place.database.contact(contact.id, now()).await {
        Err(StoreError::Inconsistency { table: "contacts", row, column: "progress", .. }) => {
            assert_eq!(row, contact.id.to_string());
        }
        other => panic!("{other:?}"),
    }
    other.run("UPDATE zone_sets SET zones = 'Mars/Olympus' WHERE id <> 0").await.expect("writes");
    let fresh = Database::open(place.url.as_deref().expect("it has one")).await.expect("opens");
    let open = [zones("America/Chicago")];
    let refused = fresh.due(world.campaign.id, &open, 1, now()).await;
    assert!(
        matches!(refused, Err(StoreError::Inconsistency { table: "zone_sets", column: "zones", .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_sqlite_cannot_mean_is_named() {
    what_cannot_be_read_is_named(Place::file().await).await;
}

#[tokio::test]
async fn what_postgres_cannot_mean_is_named() {
    what_cannot_be_read_is_named(Place::postgres().await).await;
}

async fn opens_again_unless_newer(place: Place) {
    let world = World::new(&place.database).await;
    let contacts = world.load(2).await;
    let url = place.url.as_deref().expect("it has one");
    let again = Database::open(url).await.expect("opens again");
    let found = again.contact(contacts[1].id, now()).await.expect("reads").expect("is there");
    assert_eq!(found.contact, contacts[1]);

    Other::connect(&place).await.run("INSERT INTO schema_versions (version) VALUES (999)").await.expect("writes");
    match Database::open(url).await {
        Err(StoreError::Failure(why)) => assert!(why.contains("schema version 999"), "{why}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a newer database was opened"),
    }
}

#[tokio::test]
async fn a_sqlite_file_opens_again_unless_newer() {
    opens_again_unless_newer(Place::file().await).await;
}

#[tokio::test]
async fn a_postgres_database_opens_again_unless_newer() {
    opens_again_unless_newer(Place::postgres().await).await;
}

#[tokio::test]
async fn several_processes_may_open_a_new_database_at_once() {
    let dir = tempfile::tempdir().expect("a directory can be made");
    let file = format!("sqlite:{}", dir.path().join("rappel.db").display());
    for url in [crate::support::postgres::new_database().await, file] {
        let (a, b, c) = tokio::join!(Database::open(&url), Database::open(&url), Database::open(&url));
        for opened in [a, b, c] {
            opened.expect("opens").team_named("north").await.expect("works");
        }
    }
}

#[tokio::test]
async fn only_the_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::file().await;
    let path = place.url.as_deref().and_then(|url| url.strip_prefix("sqlite:")).expect("a file");
    let mode = std::fs::metadata(path).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_with_an_example() {
    for url in ["", "rappel.db", "sqlite:", "mysql://root@localhost/rappel"] {
        match Database::open(url).await {
            Err(StoreError::Failure(why)) => assert!(why.contains("sqlite:PATH"), "{why}"),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("{url} was opened"),
        }
    }
}

#[tokio::test]
async fn an_unknown_contact_stops_the_commit() {
    let place = Place::memory().await;
    let world = World::new(&place.database).await;
    let mut contact = world.load(1).await.remove(0);
    contact.id.0 += 1;
    let fence = world.take_over().await;
    let change = world.change(&contact, ContactState::InProgress);
    let changes = Changes { contacts: [(contact.id, change)].into(), ..Changes::default() };
    let refused = place.database.commit(fence, &changes).await;
    assert!(matches!(refused, Err(StoreError::Inconsistency { table: "contacts", .. })), "{refused:?}");
}

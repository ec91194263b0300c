//! One suite for the store, on `SQLite` in memory, on a `SQLite` file and on `PostgreSQL`: what holds on one holds on all.

mod contacts;
mod engine;
mod managers;
mod phone_books;
mod setup;
mod tables;
mod waking;
mod world;

/// Runs each test on every database.
macro_rules! on_every_database {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            use crate::store_conformance::world::Place;

            #[tokio::test]
            async fn sqlite_in_memory() {
                super::$test(Place::memory().await).await;
            }
            #[tokio::test]
            async fn sqlite_file() {
                super::$test(Place::file().await).await;
            }
            #[tokio::test]
            async fn postgres() {
                super::$test(Place::postgres().await).await;
            }
        }
    )+};
}
use on_every_database;

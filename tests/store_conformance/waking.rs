//! Managers' changes reach the engine: notices in order, and a wake-up in this process and from another.

use std::{path::Path, time::Duration};

use rappel::{
    domain::campaign::CampaignState,
    engine::input::Notice,
    ports::Store,
    store::{Database, Wakeups},
};

use super::{
    on_every_database,
    world::{Place, World, new_contact, now, rules},
};

on_every_database!(notices_come_in_order, a_wait_ends_with_a_notice, what_was_missed_ends_the_next_wait);

async fn notices_come_in_order(place: Place) {
    let world = World::new(&place.database).await;
    let db = &place.database;
    let before = db.notices(world.team_id, 0).await.expect("notices");
    assert_eq!(before.len(), 4, "three agents and a campaign: {before:?}");
    world.take_over().await;
    assert_eq!(db.notices(world.team_id, 0).await.expect("notices"), [], "the engine knows them from its snapshot");

    world.load_rows(&[new_contact(0, "America/Chicago", now())]).await;
    world.load_rows(&[new_contact(0, "America/Chicago", now())]).await; // changes nothing, says nothing
    let running = db.campaign_set_state("spring", CampaignState::Running, now()).await.expect("runs");
    db.campaign_apply(&rules("autumn", "south"), now()).await.expect("another team's campaign");
    let dot = db.agent_add("north", "dot", "Dot", now()).await.expect("an agent");

    let expected = [
        (5, Notice::ContactsLoaded { campaign_id: world.campaign.id }),
        (6, Notice::CampaignChanged { campaign: Box::new(running) }),
        (7, Notice::AgentChanged { agent: dot }),
    ];
    assert_eq!(db.notices(world.team_id, 0).await.expect("notices"), expected);
    assert_eq!(db.notices(world.team_id, 5).await.expect("notices"), expected[1..]);
}

/// Returns once it was woken; that it never is, is a failure after this long.
async fn woken(wakeups: &mut Wakeups) {
    tokio::time::timeout(Duration::from_secs(20), wakeups.noticed()).await.expect("somebody wakes us");
}

async fn a_wait_ends_with_a_notice(place: Place) {
    let world = World::new(&place.database).await;
    let mut wakeups = place.database.wakeups();
    // Another process, where there can be one.
    let writer = match &place.url {
        Some(url) => Database::open(url).await.expect("opens"),
        None => place.database.clone(),
    };
    let mut after = 4;
    for n in 0..3 {
        writer.agent_add("north", &format!("late{n}"), "Late", now()).await.expect("an agent");
        // A wake-up says only that there may be something.
        while place.database.notices(world.team_id, after).await.expect("notices").is_empty() {
            woken(&mut wakeups).await;
        }
        after += 1;
    }
}

async fn what_was_missed_ends_the_next_wait(place: Place) {
    World::new(&place.database).await;
    let (mut one, mut two) = (place.database.wakeups(), place.database.wakeups());
    place.database.agent_add("north", "late", "Late", now()).await.expect("an agent");
    woken(&mut one).await;
    woken(&mut two).await;
}

fn socket_of(place: &Place) -> String {
    format!("{}-wake", place.url.as_deref().and_then(|url| url.strip_prefix("sqlite:")).expect("a file"))
}

/// A byte on the socket wakes, with nothing stored: so the slow look cannot be what does it.
#[tokio::test]
async fn a_byte_on_the_socket_wakes() {
    let place = Place::file().await;
    let socket = socket_of(&place);
    drop(std::os::unix::net::UnixDatagram::bind(&socket).expect("a server that was killed"));
    assert!(Path::new(&socket).exists(), "it left its socket");

    let mut wakeups = place.database.wakeups();
    woken(&mut wakeups).await; // the first look
    let writer = std::os::unix::net::UnixDatagram::unbound().expect("a socket");
    writer.send_to(b"!", &socket).expect("the stale socket was replaced");
    woken(&mut wakeups).await;
}

/// `NOTIFY` alone wakes, with nothing stored.
#[tokio::test]
async fn a_notification_wakes() {
    use sqlx::Connection;
    let place = Place::postgres().await;
    let mut wakeups = place.database.wakeups();
    woken(&mut wakeups).await; // the first look
    let url = place.url.as_deref().expect("it has one");
    let mut writer = sqlx::PgConnection::connect(url).await.expect("connects");
    let heard = async {
        loop {
            // Until it listens, nobody hears.
            sqlx::raw_sql("NOTIFY rappel_notices").execute(&mut writer).await.expect("notifies");
            if tokio::time::timeout(Duration::from_millis(50), wakeups.noticed()).await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), heard).await.expect("it listens");
}

#[tokio::test]
async fn a_second_server_leaves_the_socket_of_the_first() {
    let place = Place::file().await;
    let mut first = place.database.wakeups();
    woken(&mut first).await; // the first look
    let other = Database::open(place.url.as_deref().expect("it has one")).await.expect("opens");
    let mut second = other.wakeups();
    woken(&mut second).await;
    let writer = std::os::unix::net::UnixDatagram::unbound().expect("a socket");
    writer.send_to(b"!", socket_of(&place)).expect("it is there");
    woken(&mut first).await;
}

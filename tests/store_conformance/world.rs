//! A team, two campaigns, some contacts: what the tests of the store start from.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rappel::{
    domain::{
        agent::Agent,
        campaign::{Campaign, CampaignRules},
        contact::{Contact, ContactNumber, ContactState},
        eligibility,
        event::{Event, EventRecord},
        ids::{AgentId, CallbackId, ContactId, ReservationId, TeamId},
        phone::{LineType, PhoneNumber},
        reservation::Reservation,
        zone::ZoneSet,
    },
    engine::output::{Changes, ContactChange, Fence},
    ports::Store,
    store::{ContactList, Database, NewContact, OnDuplicate},
};
use serde_json::json;
use uuid::Uuid;

use crate::support::postgres;

/// A database, and what it lives in.
pub struct Place {
    pub database: Database,
    /// How another process opens it; none for a database in memory.
    pub url: Option<String>,
    _dir: Option<tempfile::TempDir>,
}

impl Place {
    pub async fn memory() -> Self {
        let database = Database::open_for_simulation().await.expect("opens");
        Self { database, url: None, _dir: None }
    }

    pub async fn file() -> Self {
        let dir = tempfile::tempdir().expect("a directory can be made");
        let url = format!("sqlite:{}", dir.path().join("rappel.db").display());
        let database = Database::open(&url).await.expect("opens");
        Self { database, url: Some(url), _dir: Some(dir) }
    }

    pub async fn postgres() -> Self {
        let url = postgres::new_database().await;
        let database = Database::open(&url).await.expect("opens");
        Self { database, url: Some(url), _dir: None }
    }
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub fn now() -> Timestamp {
    at("2026-11-23T15:00:00Z")
}

pub fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub fn zones(text: &str) -> ZoneSet {
    text.parse().expect("zones")
}

pub fn phone(text: &str) -> PhoneNumber {
    serde_json::from_value(json!(text)).expect("a number")
}

pub fn number(text: &str, zone_set: &str) -> ContactNumber {
    ContactNumber {
        number: phone(text),
        label: "Mobile".to_owned(),
        line_type: LineType::Mobile,
        zones: zones(zone_set),
    }
}

pub fn rules(name: &str, team: &str) -> CampaignRules {
    serde_json::from_value(json!({"name": name, "team": team, "country": "US"})).expect("rules")
}

/// A telephone number for the `n`th contact.
pub fn number_of(n: u32) -> String {
    format!("+1312555{n:04}")
}

/// A contact that waits from `from` on.
pub fn new_contact(n: u32, zone_set: &str, from: Timestamp) -> NewContact {
    NewContact {
        account_number: format!("A{n}"),
        first_name: "Ada \"the first\"".to_owned(),
        last_name: format!("L\u{f8}velace {n}"),
        numbers: vec![number(&number_of(n), zone_set)],
        variables: BTreeMap::from([("Balance".to_owned(), "12.50 \\ \u{20ac}".to_owned())]),
        stated_zones: None,
        dedupe_key: Some(format!("A{n}")),
        list_priority: 5,
        place: eligibility::Place { rank: 8, zones: zones(zone_set), next_at: from },
    }
}

pub fn reservation_id(n: u128) -> ReservationId {
    Uuid::from_u128(n).into()
}

pub fn callback_id(n: u128) -> CallbackId {
    Uuid::from_u128(0xcafe_0000 + n).into()
}

/// A team with three agents and a campaign with a list.
pub struct World {
    pub database: Database,
    pub team_id: TeamId,
    pub agents: Vec<Agent>,
    pub campaign: Campaign,
    pub list: ContactList,
}

impl World {
    pub async fn new(database: &Database) -> Self {
        let mut agents = Vec::new();
        for login in ["ann", "bob", "cem"] {
            agents.push(database.agent_add("north", login, &login.to_uppercase(), now()).await.expect("an agent"));
        }
        let campaign = database.campaign_apply(&rules("spring", "north"), now()).await.expect("a campaign");
        let list = database.list_named(campaign.id, "march").await.expect("a list");
        Self { database: database.clone(), team_id: campaign.team_id, agents, campaign, list }
    }

    /// Loads contacts 0 to `count`, all due, in Chicago; gives them as they are stored.
    pub async fn load(&self, count: u32) -> Vec<Contact> {
        let rows: Vec<_> = (0..count).map(|n| new_contact(n, "America/Chicago", now())).collect();
        self.load_rows(&rows).await;
        self.contacts().await
    }

    pub async fn load_rows(&self, rows: &[NewContact]) {
        let policy = OnDuplicate::Skip;
        self.database.load_batch(&self.campaign, &self.list, rows, policy, now()).await.expect("loads");
    }

    pub async fn contacts(&self) -> Vec<Contact> {
        let stored = self.database.contacts_of(self.campaign.id, None, ContactId(0), 1000).await.expect("contacts");
        stored.into_iter().map(|stored| stored.contact).collect()
    }

    pub async fn take_over(&self) -> Fence {
        self.database.take_over(self.team_id, now()).await.expect("takes over").0
    }

    pub fn agent_id(&self, n: usize) -> AgentId {
        self.agents[n].id
    }

    pub fn reservation(&self, n: u128, agent: usize, contact: &Contact) -> Reservation {
        Reservation {
            id: reservation_id(n),
            agent_id: self.agent_id(agent),
            campaign_id: self.campaign.id,
            contact_id: contact.id,
            number: contact.numbers[0].clone(),
            callback_id: None,
            offered_at: now(),
            expires_at: now() + minutes(1),
            ended: None,
        }
    }

    pub fn event(&self, seq: i64, event: Event) -> EventRecord {
        EventRecord {
            team_id: self.team_id,
            seq,
            at: now(),
            agent_id: Some(self.agent_id(0)),
            campaign_id: Some(self.campaign.id),
            contact_id: None,
            event,
        }
    }

    /// The contact goes to `state`; its place stays that of a contact in Chicago.
    pub fn change(&self, contact: &Contact, state: ContactState) -> ContactChange {
        let place = eligibility::Place { rank: 8, zones: zones("America/Chicago"), next_at: now() + minutes(2) };
        ContactChange {
            id: contact.id,
            campaign_id: self.campaign.id,
            state,
            place,
            progress: contact.progress.clone(),
            stated_zones: contact.stated_zones.clone(),
        }
    }
}

pub fn reservations(all: impl IntoIterator<Item = Reservation>) -> Changes {
    Changes { reservations: all.into_iter().map(|it| (it.id, it)).collect(), ..Changes::default() }
}

//! Forecasts: a campaign in the middle of its work is called on in virtual time from where it stands; and how the API gives it.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use jiff::{Timestamp, civil};
use rappel::{
    campaign_file,
    cli::sample_list,
    domain::{
        campaign::CampaignRules,
        contact::ContactState,
        event::{Event, EventRecord},
        ids::ContactId,
        zone_rules::ZoneRules,
    },
    forecast::{Contacts, ForecastError, OpenContacts, Plan, Variant},
    http::Limits,
    intake::{ListReader, ReadOptions},
    loading::Loading,
    sim::{
        Faults,
        scenario::{Scenario, WorkingDays},
    },
    store::StoredContact,
    switch::simulated::people::Mix,
};
use serde_json::{Value, json};

use crate::api::world::World;

/// A list of so many contacts.
struct Sample(usize);

impl Contacts for Sample {
    async fn bring(&self, scenario: &mut Scenario, plan: &Plan, begins_at: Timestamp) -> Result<(), ForecastError> {
        let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
        sample_list::write(&file, self.0, sample_list::Numbers::Us, 5).unwrap();
        let contact_list = scenario.db.list_named(scenario.campaign.id, "sample").await?;
        let mut loading = Loading::new(&scenario.db, &scenario.campaign, &contact_list, &plan.rules, begins_at);
        for row in ListReader::open(file.path(), &ReadOptions::new(plan.campaign.country)).unwrap() {
            loading.take(&row.unwrap().contact.expect("a good row")).await?;
        }
        loading.store().await?;
        Ok(())
    }
}

fn plan() -> Plan {
    let campaign: CampaignRules =
        campaign_file::check(include_str!("../campaigns/renewals-us.toml")).rules.expect("a good campaign file");
    let working_days = WorkingDays {
        from: civil::date(2026, 3, 5),
        days: 1,
        begins: civil::time(10, 0, 0, 0),
        ends: civil::time(17, 0, 0, 0),
        zone: "America/New_York".parse().unwrap(),
        weekends: false,
    };
    Plan {
        campaign,
        working_days,
        not_before_at: Timestamp::MIN,
        mix: Mix::default(),
        faults: Faults::default(),
        rules: Arc::new(ZoneRules::bundled()),
    }
}

#[tokio::test]
async fn a_campaign_is_called_on_from_where_it_stands() {
    let first = plan();
    let variant = Variant { seed: 3, agents: 2, days: 1 };
    let begun = first.run(&Sample(400), variant, &mut |_| Ok(())).await.unwrap();
    assert!(begun.done_at.is_none() && begun.closed() > 20, "{} closed", begun.closed());
    let campaign = begun.db.campaign_named(&first.campaign.name).await.unwrap().unwrap();
    let contacts = begun.db.contacts_of(campaign.id, None, ContactId(0), 1000).await.unwrap();
    let promise = |it: &StoredContact| match it.contact.state {
        ContactState::Promised { callback_id } => Some(callback_id),
        _ => None,
    };
    let promises: Vec<_> = contacts.iter().filter_map(promise).collect();
    let tried = contacts.iter().filter(|it| it.contact.progress.attempts > 0).count();
    assert!(!promises.is_empty() && tried > 100, "the first day leaves something of each kind");

    let now = begun.summary.ended_at;
    let open = OpenContacts::read(&begun.db, &campaign, now, (1, 1)).await.unwrap();
    assert_eq!(open.count(), begun.left + begun.uncallable.count());
    let second = Plan { not_before_at: now, ..first.clone() };
    let events = Mutex::new(Vec::new());
    let seen = &mut |event: &EventRecord| {
        events.lock().unwrap().push(event.clone());
        Ok(())
    };
    // The day of the first shift is over and counts for nothing.
    let ended = second.run(&open, Variant { days: 20, ..variant }, seen).await.unwrap();
    assert_eq!((ended.callable + ended.uncallable.count(), ended.left), (open.count(), 0), "everybody is called on");
    assert!(ended.done_at.unwrap() > now);
    let events = events.into_inner().unwrap();
    let was_promised = |it: &EventRecord| matches!(&it.event, Event::PreviewOffered { callback_id: Some(id), .. } if promises.contains(id));
    assert!(events.iter().any(was_promised), "what was promised on the first day is kept on another");
    let campaign_after = ended.db.campaign_named(&first.campaign.name).await.unwrap().unwrap();
    let after = ended.db.contacts_of(campaign_after.id, None, ContactId(0), 1000).await.unwrap();
    let attempts = |of: &[StoredContact]| of.iter().map(|it| it.contact.progress.attempts).sum::<u32>();
    let is_open = |it: &StoredContact| !matches!(it.contact.state, ContactState::Closed { .. });
    let before: Vec<_> = contacts.iter().filter(|it| is_open(it)).cloned().collect();
    let counted =
        |it: &&EventRecord| matches!(&it.event, Event::AttemptEnded { outcome, .. } if outcome.counts_as_attempt());
    let made = u32::try_from(events.iter().filter(counted).count()).unwrap();
    assert_eq!(attempts(&after), attempts(&before) + made, "the attempts of the first day count");

    let half = OpenContacts::read(&begun.db, &campaign, now, (1, 2)).await.unwrap();
    assert_eq!(half.count(), open.count() / 2);
    // The same seed from the same state gives the same end.
    let again = second.run(&open, Variant { days: 20, ..variant }, &mut |_| Ok(())).await.unwrap();
    assert_eq!((again.done_at, again.summary), (ended.done_at, ended.summary));
}

/// The latest forecast, once it is no longer worked on.
async fn forecast(world: &World, token: &str) -> Value {
    loop {
        let (status, told) = world.get(token, "/v1/campaigns/spring/forecast").await;
        assert_eq!(status, 200, "{told}");
        if told["progress"].is_null() {
            return told;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_api_says_when_a_campaign_will_be_done() {
    let plenty = NonZeroU32::MAX;
    let limits = Limits { requests_per_second: plenty, requests_at_once: plenty, ..Limits::default() };
    let world = World::with(limits).await;
    let numbers: Vec<String> = (0..40).map(|i| format!("+1212555{:04}", 100 + i)).collect();
    world.load(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let supervisor = world.token("supervisor");
    let path = "/v1/campaigns/spring/forecast";
    assert_eq!(
        forecast(&world, supervisor).await,
        json!({ "asked": null, "progress": null, "forecast": null, "problem": null })
    );

    let question = json!({ "agents": 2, "days": 20, "begins": "09:00", "ends": "17:00", "zone": "America/New_York" });
    for (field, value) in
        [("agents", json!(0)), ("days", json!(61)), ("ends", json!("08:00")), ("zone", json!("Mars/Base"))]
    {
        let mut wrong = question.clone();
        wrong[field] = value;
        let (status, problem) = world.post(supervisor, path, wrong).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{problem}");
    }
    assert_eq!(world.post(world.token("agent"), path, question.clone()).await.0, 403);

    // A newer question takes the place of the one before.
    assert_eq!(
        world
            .post(
                supervisor,
                path,
                json!({ "agents": 9, "days": 60, "begins": "09:00", "ends": "17:00", "zone": "Europe/Paris" })
            )
            .await
            .0,
        200
    );
    let (status, told) = world.post(supervisor, path, question).await;
    assert_eq!((status, &told["asked"]["agents"]), (200, &json!(2)), "{told}");
    let told = forecast(&world, supervisor).await;
    let forecast = &told["forecast"];
    assert_eq!(
        (&forecast["asked"]["agents"], &forecast["callable"], &forecast["left"]),
        (&json!(2), &json!(40), &json!(0)),
        "{told}"
    );
    assert_eq!(
        (&forecast["done"], &forecast["runs"], &forecast["calls"]),
        (&json!(10), &json!(10), &Value::Null),
        "{told}"
    );
    let at = |name: &str| -> Timestamp { forecast[name].as_str().unwrap().parse().unwrap() };
    assert!(
        at("from_at") < at("tenth_at") && at("tenth_at") <= at("median_at") && at("median_at") <= at("ninetieth_at")
    );
    assert!(at("ninetieth_at") < at("last_at"));

    // One day is too short for the retries of some.
    let short = json!({ "agents": 1, "days": 1, "begins": "09:00", "ends": "14:10", "zone": "America/New_York" });
    world.post(supervisor, path, short).await;
    let told = self::forecast(&world, supervisor).await;
    let (forecast, takes) = (&told["forecast"], &told["forecast"]["takes"]);
    assert!(forecast["median_at"].is_null() && forecast["left"].as_u64() > Some(0), "{told}");
    assert!(takes["agents"].is_u64() || takes["longer_at"].is_string() || takes["about_on"].is_string(), "{told}");

    // Nothing of it happened.
    let (_, contacts) = world.get(supervisor, "/v1/campaigns/spring/contacts").await;
    let untouched = |it: &Value| it["state"]["state"] == "waiting" && it["progress"]["attempts"] == 0;
    assert!(contacts.as_array().unwrap().iter().all(untouched));
}

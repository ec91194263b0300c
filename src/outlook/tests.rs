//! Contacts in every situation, each in one of the four numbers.

use uuid::Uuid;

use super::*;
use crate::domain::{
    callback::CallbackState,
    contact::{CloseReason, ContactNumber, Progress},
    ids::{AgentId, CampaignId, ListId, TeamId},
    phone::{LineType, PhoneNumber},
    wall_time::WallTime,
};

const RULES: &str = "name = \"renewals\"\nteam = \"north\"\ncountry = \"US\"\n[hours]\nmon-fri = [\"09:00-17:00\"]";

/// A Tuesday, 16:30 in New York and 13:30 in Los Angeles.
fn afternoon() -> Timestamp {
    "2026-11-24T21:30:00Z".parse().unwrap()
}

fn campaign(state: CampaignState) -> Campaign {
    let rules = crate::campaign_file::check(RULES).rules.unwrap();
    Campaign { id: CampaignId(7), team_id: TeamId(1), state, changed_at: afternoon(), rules }
}

fn number(zones: &str) -> ContactNumber {
    let number = PhoneNumber::from_e164("+13125550142").unwrap();
    ContactNumber { number, label: "Mobile".to_owned(), line_type: LineType::Mobile, zones: zones.parse().unwrap() }
}

fn contact(id: i64, zones: &str, state: ContactState) -> Contact {
    Contact {
        id: ContactId(id),
        campaign_id: CampaignId(7),
        list_id: ListId(1),
        list_priority: 5,
        account_number: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        numbers: vec![number(zones)],
        variables: BTreeMap::new(),
        stated_zones: None,
        progress: Progress::default(),
        state,
    }
}

fn waiting(hours_from_now: i64) -> ContactState {
    ContactState::Waiting { not_before_at: afternoon() + SignedDuration::from_hours(hours_from_now) }
}

fn callback(contact: &Contact, due_at: Timestamp, zones: &str) -> Callback {
    Callback {
        id: Uuid::from_u128(1).into(),
        contact_id: contact.id,
        campaign_id: CampaignId(7),
        number: number(zones),
        wall_time: WallTime::new("2026-11-25T10:00".parse().unwrap(), zones.parse().unwrap()),
        zone_stated_by_agent: false,
        promised_at: due_at,
        due_at,
        tzdb_version: String::new(),
        owner_id: None,
        promised_by: AgentId(1),
        state: CallbackState::Scheduled,
        missed_at: None,
    }
}

fn codes(part: &Part) -> Vec<(&'static str, u64)> {
    part.reasons.iter().map(|why| (why.code, why.contacts)).collect()
}

#[test]
fn every_contact_is_in_one_of_the_four_numbers() {
    let rules = ZoneRules::bundled();
    let mut counting = Counting::new(&campaign(CampaignState::Draft), afternoon(), &rules);
    let (east, west) = ("America/New_York", "America/Los_Angeles");
    let mut take = |contact: Contact| counting.take(&contact, &[], None);
    take(contact(1, east, waiting(0)));
    take(contact(2, west, waiting(0)));
    take(contact(3, east, ContactState::InProgress));
    take(contact(4, west, waiting(2))); // 15:30 there
    take(contact(5, east, waiting(2))); // 18:30 there: tomorrow
    take(contact(6, "Asia/Tokyo", waiting(-1))); // 06:30 on Wednesday there
    take(contact(7, "Europe/Paris", waiting(-1))); // 22:30 there: tomorrow
    take(contact(8, "unknown", waiting(0)));
    take(contact(9, east, ContactState::Closed { reason: CloseReason::Done }));
    let promised = contact(10, west, ContactState::Promised { callback_id: Uuid::from_u128(1).into() });
    let due = callback(&promised, "2026-11-25T18:00:00Z".parse().unwrap(), west);
    counting.take(&promised, &[], Some(&due));
    let number = number(east).number;
    let listed = Suppression { number, campaign_id: None, until_at: None, source: "national".to_owned() };
    counting.take(&contact(11, east, waiting(0)), &[listed], None);

    let outlook = counting.finish();
    assert_eq!(codes(&outlook.now), [("callable", 2), ("with_agent", 1)]);
    assert_eq!(codes(&outlook.later_today), [("calling_window", 1), ("not_before", 1)]);
    assert_eq!(codes(&outlook.later), [("callback", 1), ("calling_window", 1), ("not_before", 1)]);
    assert_eq!(codes(&outlook.never), [("done", 1), ("suppressed", 1), ("zone_known", 1)]);
    let parts = [&outlook.now, &outlook.later_today, &outlook.later, &outlook.never];
    assert_eq!(parts.map(|part| part.contacts).iter().sum::<u64>(), outlook.contacts);
    assert_eq!(outlook.later_today.reasons[0].example, ContactId(6));
    assert_eq!(outlook.by_state["waiting"], 8);
    assert_eq!(outlook.zones[0].zones, west.parse().unwrap());
}

#[test]
fn nothing_of_an_ended_campaign_is_called() {
    let rules = ZoneRules::bundled();
    let mut counting = Counting::new(&campaign(CampaignState::Ended), afternoon(), &rules);
    counting.take(&contact(1, "America/New_York", waiting(0)), &[], None);
    assert_eq!(codes(&counting.finish().never), [("campaign_ended", 1)]);
}

#[test]
fn the_hours_of_a_day_begin_now_and_end_with_it() {
    let (rules, campaign) = (ZoneRules::bundled(), campaign(CampaignState::Running));
    let zones = "America/New_York".parse().unwrap();
    let spans = open(&campaign.rules, afternoon(), &zones, &rules);
    let shown: Vec<_> = spans.iter().map(|span| format!("{} {}", span.from_at, span.until_at)).collect();
    // The last span ends with the day that was asked for.
    let expected = ["2026-11-24T21:30:00Z 2026-11-24T22:00:00Z", "2026-11-25T14:00:00Z 2026-11-25T21:30:00Z"];
    assert_eq!(shown, expected);
}

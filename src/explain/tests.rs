//! Each verdict as a sentence, and one explanation as people read it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use uuid::Uuid;

use super::*;
use crate::domain::{
    callback::CallbackState,
    contact::{NumberClosed, NumberProgress, Progress, StatedZones},
    ids::{AgentId, CampaignId, ListId, TeamId},
    phone::LineType,
    wall_time::WallTime,
    zone::ZoneSource,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A Tuesday, 10:00 in Chicago.
fn morning() -> Timestamp {
    at("2026-11-24T16:00:00Z")
}

fn number(text: &str, zones: &str) -> ContactNumber {
    ContactNumber {
        number: PhoneNumber::from_e164(text).unwrap(),
        label: "Mobile".to_owned(),
        line_type: LineType::Mobile,
        zones: zones.parse().unwrap(),
    }
}

/// A contact in Chicago that may be called now, Monday to Friday from 09:00 to 17:00.
fn known() -> Known {
    let rules = "name = \"renewals\"\nteam = \"north\"\ncountry = \"US\"\n[hours]\nmon-fri = [\"09:00-17:00\"]";
    let rules = crate::campaign_file::check(rules).rules.unwrap();
    Known {
        contact: Contact {
            id: ContactId(17),
            campaign_id: CampaignId(7),
            list_id: ListId(1),
            list_priority: 5,
            account_number: "A17".to_owned(),
            first_name: "Amina".to_owned(),
            last_name: "Haddad".to_owned(),
            numbers: vec![number("+13125550142", "America/Chicago")],
            variables: BTreeMap::new(),
            stated_zones: None,
            progress: Progress::default(),
            state: ContactState::Waiting { not_before_at: at("2026-11-20T00:00Z") },
        },
        campaign: Campaign {
            id: CampaignId(7),
            team_id: TeamId(1),
            state: CampaignState::Running,
            changed_at: morning(),
            rules,
        },
        suppressions: Vec::new(),
        callback: None,
    }
}

fn suppressed(until_at: Option<Timestamp>) -> Suppression {
    let number = PhoneNumber::from_e164("+13125550142").unwrap();
    Suppression { number, campaign_id: None, until_at, source: "national".to_owned() }
}

fn promised(known: &mut Known, due_at: Timestamp) {
    let id = Uuid::from_u128(1).into();
    let promised_number = number("+13125550199", "America/Denver");
    known.contact.state = ContactState::Promised { callback_id: id };
    known.callback = Some(Callback {
        id,
        contact_id: known.contact.id,
        campaign_id: known.campaign.id,
        number: promised_number,
        wall_time: WallTime::new("2026-11-27T10:00".parse().unwrap(), "America/Denver".parse().unwrap()),
        zone_stated_by_agent: true,
        promised_at: due_at,
        due_at,
        tzdb_version: "2026a".to_owned(),
        owner_id: None,
        promised_by: AgentId(1),
        state: CallbackState::Scheduled,
        missed_at: None,
    });
}

#[test]
fn every_verdict_is_a_sentence() {
    type Change = fn(&mut Known);
    let table: [(Change, &str); 18] = [
        (|_| {}, "may be called now on +1312***0142"),
        (|k| k.campaign.state = CampaignState::Paused, "is not called until someone starts the campaign"),
        (|k| k.campaign.state = CampaignState::Draft, "is not called until someone starts the campaign"),
        (|k| k.campaign.state = CampaignState::Ended, "is not called any more: the campaign is ended"),
        (|k| k.contact.numbers[0].zones = ZoneSet::unknown(), "is not called until someone sets a zone"),
        (
            |k| k.contact.state = ContactState::Waiting { not_before_at: at("2026-11-24T23:30Z") },
            "is called from 2026-11-25 09:00 in America/Chicago on +1312***0142",
        ),
        (
            |k| k.contact.numbers[0].zones = "Pacific/Honolulu".parse().unwrap(),
            "is called from 2026-11-24 09:00 in Pacific/Honolulu on +1312***0142",
        ),
        (
            // From then on it is open in both.
            |k| k.contact.numbers[0].zones = "America/Chicago,America/Los_Angeles".parse().unwrap(),
            "is called from 2026-11-24 11:00 in America/Chicago and 2026-11-24 09:00 in America/Los_Angeles on +1312***0142",
        ),
        (
            |k| {
                let (zones, source) = ("Pacific/Honolulu".parse().unwrap(), ZoneSource::Agent);
                k.contact.stated_zones = Some(StatedZones { zones, source });
            },
            "is called from 2026-11-24 09:00 in Pacific/Honolulu on +1312***0142",
        ),
        (
            |k| k.suppressions = vec![suppressed(Some(at("2026-11-28T00:00Z")))],
            "is called from 2026-11-30 09:00 in America/Chicago on +1312***0142",
        ),
        (|k| k.suppressions = vec![suppressed(None)], "is not called any more: its numbers are on do-not-call lists"),
        (|k| k.contact.progress.attempts = 99, "is not called any more: the attempts are used up"),
        (
            |k| {
                let closed = NumberProgress { attempts: 1, closed: Some(NumberClosed::Outcome) };
                k.contact.progress.numbers.insert(k.contact.numbers[0].number.clone(), closed);
            },
            "is not called any more: no number is left to try",
        ),
        (
            |k| k.contact.state = ContactState::Closed { reason: CloseReason::Agent },
            "is not called any more: an agent closed it",
        ),
        (|k| k.contact.state = ContactState::InProgress, "is with an agent now"),
        (|k| promised(k, at("2026-11-27T17:00Z")), "is called from 2026-11-27 10:00 in America/Denver on +1312***0199"),
        (
            // A Saturday: the hours open on Monday.
            |k| promised(k, at("2026-11-28T17:00Z")),
            "is called from 2026-11-30 09:00 in America/Denver on +1312***0199",
        ),
        (|k| promised(k, morning() - SignedDuration::from_mins(1)), "may be called now on +1312***0199"),
    ];
    let rules = ZoneRules::bundled();
    for (change, sentence) in table {
        let mut known = known();
        change(&mut known);
        let explained = explain(&known, morning(), &rules);
        assert_eq!(explained.verdict, sentence);
        assert_eq!(explained.callable, sentence.starts_with("may be called now"), "{sentence}");
        let text = format!("{explained}{}", serde_json::to_string(&explained).unwrap());
        assert!(!text.contains("5550142") && !text.contains("5550199"), "{text}");
    }
}

#[test]
fn people_read_why() {
    let mut known = known();
    known.contact.numbers.push(number("+12125550123", "America/New_York"));
    known.contact.numbers.push(number("+18005550100", "unknown"));
    known.suppressions = vec![suppressed(Some(at("2026-11-28T00:00Z")))];
    let explained = explain(&known, at("2026-11-24T23:00Z"), &ZoneRules::bundled());
    insta::assert_snapshot!(explained, @r#"
        contact 17 of campaign renewals is called from 2026-11-25 09:00 in America/New_York on +1212***0123
          yes  campaign_running  the campaign is running
          yes  contact_waiting   the contact is waiting
          yes  not_before        the contact has rested long enough
          yes  contact_attempts  0 of 6 attempts on the contact made

        +1312***0142
          yes  number_closed     the number is in use
          yes  number_attempts   0 of 3 attempts on the number made
          NO   suppression       the number is on the do-not-call list national; until 2026-11-27 18:00 in America/Chicago
          yes  zone_known        the zone is America/Chicago, from the number
          NO   calling_window    the calling hours are closed in America/Chicago; until 2026-11-25 09:00 in America/Chicago

        +1212***0123
          yes  number_closed     the number is in use
          yes  number_attempts   0 of 3 attempts on the number made
          yes  suppression       the number is on no do-not-call list
          yes  zone_known        the zone is America/New_York, from the number
          NO   calling_window    the calling hours are closed in America/New_York; until 2026-11-25 09:00 in America/New_York

        +1800***0100
          yes  number_closed     the number is in use
          yes  number_attempts   0 of 3 attempts on the number made
          yes  suppression       the number is on no do-not-call list
          NO   zone_known        the zone is unknown: not called until someone sets one
        "#);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one explanation, whole")]
fn programs_read_why() {
    let mut known = known();
    known.contact.state = ContactState::Waiting { not_before_at: at("2026-11-24T23:30Z") };
    let explained = explain(&known, morning(), &ZoneRules::bundled());
    insta::assert_snapshot!(serde_json::to_string_pretty(&explained).unwrap(), @r#"
        {
          "contact_id": 17,
          "campaign": "renewals",
          "asked_at": "2026-11-24T16:00:00Z",
          "verdict": "is called from 2026-11-25 09:00 in America/Chicago on +1312***0142",
          "standing": "later",
          "called_at": "2026-11-25T15:00:00Z",
          "number": "+1312***0142",
          "callable": false,
          "answers": [
            {
              "rule": "campaign_running",
              "allows": true,
              "says": "the campaign is running",
              "facts": {
                "rule": "campaign_running",
                "state": "running"
              }
            },
            {
              "rule": "contact_waiting",
              "allows": true,
              "says": "the contact is waiting",
              "facts": {
                "rule": "contact_waiting",
                "state": {
                  "state": "waiting",
                  "not_before_at": "2026-11-24T23:30:00Z"
                }
              }
            },
            {
              "rule": "not_before",
              "allows": false,
              "says": "the contact rests until 2026-11-24T23:30:00Z",
              "facts": {
                "rule": "not_before",
                "not_before_at": "2026-11-24T23:30:00Z"
              },
              "changes_at": "2026-11-24T23:30:00Z",
              "changes_at_local": "2026-11-24 17:30 in America/Chicago"
            },
            {
              "rule": "contact_attempts",
              "allows": true,
              "says": "0 of 6 attempts on the contact made",
              "facts": {
                "rule": "contact_attempts",
                "attempts": 0,
                "max": 6
              }
            },
            {
              "rule": "number_closed",
              "number": "+1312***0142",
              "allows": true,
              "says": "the number is in use",
              "facts": {
                "rule": "number_closed"
              }
            },
            {
              "rule": "number_attempts",
              "number": "+1312***0142",
              "allows": true,
              "says": "0 of 3 attempts on the number made",
              "facts": {
                "rule": "number_attempts",
                "attempts": 0,
                "max": 3
              }
            },
            {
              "rule": "suppression",
              "number": "+1312***0142",
              "allows": true,
              "says": "the number is on no do-not-call list",
              "facts": {
                "rule": "suppression",
                "source": null
              }
            },
            {
              "rule": "zone_known",
              "number": "+1312***0142",
              "allows": true,
              "says": "the zone is America/Chicago, from the number",
              "facts": {
                "rule": "zone_known",
                "zones": [
                  "America/Chicago"
                ],
                "source": "number"
              }
            },
            {
              "rule": "calling_window",
              "number": "+1312***0142",
              "allows": true,
              "says": "the calling hours are open in America/Chicago",
              "facts": {
                "rule": "calling_window",
                "zones": [
                  "America/Chicago"
                ]
              },
              "changes_at": "2026-11-24T23:00:00Z",
              "changes_at_local": "2026-11-24 17:00 in America/Chicago"
            }
          ]
        }
        "#);
}

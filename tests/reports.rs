//! Reports against a count of our own, on both databases: two days of three agents, over a change of the clock.

mod day;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rappel::{
    domain::{
        agent::AgentState,
        attempt::Phase,
        callback::CallbackState,
        contact::ContactState,
        event::Event,
        ids::{CampaignId, ContactId, ListId},
        recording::RecordingState,
        reservation::ReservationEnd,
        zone_rules::ZoneRules,
    },
    store::{
        Database,
        reports::{GroupBy, Report, ReportKind, ReportQuery, Value},
    },
};

use self::day::Day;
use crate::support::postgres;

/// When the two days begin, and the zone of the report: its clock goes back, goes forward, or is odd.
const PLACES: [(&str, &str); 3] = [
    ("2026-10-31T10:00:00Z", "America/New_York"),
    ("2026-10-03T04:00:00Z", "Australia/Lord_Howe"),
    ("2026-06-01T00:00:00Z", "Asia/Kathmandu"),
];

type Rows = BTreeMap<Vec<String>, Vec<String>>;

/// The cells of a report as text: the first `groups` of each row, and the others.
fn rows(report: &Report, groups: usize) -> Rows {
    let text = |value: &Value| match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.clone(),
        Value::Count(n) | Value::Seconds(n) => n.to_string(),
        Value::Share(share) => format!("{share:.4}"),
    };
    let cells = |row: &Vec<Value>| row.iter().map(text).collect::<Vec<_>>();
    let split = |row: &Vec<Value>| (cells(row)[..groups].to_vec(), cells(row)[groups..].to_vec());
    assert!(report.rows.iter().all(|row| row.len() == report.columns.len()));
    let rows: Rows = report.rows.iter().map(split).collect();
    assert_eq!(rows.len(), report.rows.len(), "each group has one row");
    rows
}

fn texts(labels: &[&str]) -> Vec<String> {
    labels.iter().map(ToString::to_string).collect()
}

/// Sums up in the test: one row of sums for each group.
fn counted<T>(
    all: &[T],
    key: impl Fn(&T) -> Vec<String>,
    sums: impl Fn(&T) -> Vec<i64>,
) -> BTreeMap<Vec<String>, Vec<i64>> {
    let mut rows: BTreeMap<Vec<String>, Vec<i64>> = BTreeMap::new();
    for it in all {
        let (key, sums) = (key(it), sums(it));
        let row = rows.entry(key).or_insert_with(|| vec![0; sums.len()]);
        row.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    }
    rows
}

async fn on_each(check: impl AsyncFn(&Day, &ZoneRules)) {
    let rules = ZoneRules::bundled();
    for (from, zone) in PLACES {
        let memory = Database::open_for_simulation().await.expect("opens");
        let server = Database::open(&postgres::new_database().await).await.expect("opens");
        for db in [memory, server] {
            check(&Day::lived(db, from.parse().expect("an instant"), zone).await, &rules).await;
        }
    }
}

#[tokio::test]
async fn attempts_by_everything() {
    use GroupBy::{Agent, Campaign, Day as ByDay, Hour, List, Outcome};
    on_each(async |day, rules| {
        for group_by in [vec![Campaign], vec![ByDay], vec![ByDay, Hour], vec![Hour, Agent], vec![List, Outcome], vec![]]
        {
            for (from, until) in [(None, None), (Some(day.at(7 * 3600)), Some(day.at(30 * 3600)))] {
                let query = ReportQuery { group_by: group_by.clone(), from, until, ..day.query(ReportKind::Attempts) };
                let report = day.db.report(&query, rules).await.expect("a report");
                let within: Vec<_> = (day.attempts.iter())
                    .filter(|it| from.is_none_or(|from| it.opened_at >= from))
                    .filter(|it| until.is_none_or(|until| it.opened_at < until))
                    .collect();
                let key = |it: &&rappel::domain::attempt::Attempt| {
                    let of = |group: &GroupBy| match group {
                        Campaign => vec![day.campaign_name(it.campaign_id)],
                        List => vec![day.campaign_name(it.campaign_id), day.list_name(it.list_id)],
                        Agent => vec![day.login(it.agent_id)],
                        ByDay => vec![day.date(it.opened_at)],
                        Hour => vec![day.hour(it.opened_at)],
                        Outcome => match &it.phase {
                            Phase::Ended(end) => vec![end.outcome.name().to_owned()],
                            _ => vec!["open".to_owned()],
                        },
                        GroupBy::Disposition => unreachable!("not asked for"),
                    };
                    group_by.iter().flat_map(of).collect()
                };
                let wanted: Rows = counted(&within, key, |it| attempt_sums(it)).into_iter().map(attempt_row).collect();
                let width = report.columns.len() - 8;
                assert_eq!(rows(&report, width), wanted, "{} {group_by:?} from {from:?}", day.zone);
                if width > 0 {
                    let all = counted(&within, |_| vec!["total".to_owned()], |it| attempt_sums(it));
                    let (_, total) = attempt_row(all.into_iter().next().expect("some attempts"));
                    let totals = Report { rows: vec![report.totals.clone().expect("totals")], ..report };
                    assert_eq!(rows(&totals, width).into_values().next(), Some(total));
                }
            }
        }
    })
    .await;
}

/// Attempts, answered, those that rang and how long, those that talked and how long, those on tape and those not.
fn attempt_sums(it: &rappel::domain::attempt::Attempt) -> Vec<i64> {
    let (answered_at, hung_up_at) = match it.phase {
        Phase::Ended(end) => (end.answered_at, Some(end.hung_up_at)),
        Phase::Talking { answered_at } => (Some(answered_at), None),
        _ => (None, None),
    };
    let rang = it.ringing_at.zip(answered_at.or(hung_up_at));
    let talked = answered_at.zip(hung_up_at);
    let recorded = it.recording.as_ref().map(|recording| recording.state);
    let seconds =
        |span: Option<(Timestamp, Timestamp)>| span.map_or(0, |(from, until)| until.duration_since(from).as_secs());
    vec![
        1,
        i64::from(answered_at.is_some()),
        i64::from(rang.is_some()),
        seconds(rang),
        i64::from(talked.is_some()),
        seconds(talked),
        i64::from(recorded == Some(RecordingState::Stored)),
        i64::from(recorded == Some(RecordingState::Failed)),
    ]
}

#[allow(clippy::cast_precision_loss, reason = "small numbers")]
fn attempt_row((key, s): (Vec<String>, Vec<i64>)) -> (Vec<String>, Vec<String>) {
    let average =
        |sum: i64, by: i64| if by == 0 { String::new() } else { (sum as f64 / by as f64).round().to_string() };
    let share = format!("{:.4}", s[1] as f64 / s[0] as f64);
    let (rang, talked) = (average(s[3], s[2]), average(s[5], s[4]));
    let counts = [s[5].to_string(), talked, s[6].to_string(), s[7].to_string()];
    (key, [vec![s[0].to_string(), s[1].to_string(), share, rang], counts.to_vec()].concat())
}

#[tokio::test]
async fn dispositions_add_up() {
    on_each(async |day, rules| {
        for (group_by, groups) in [(vec![GroupBy::Campaign], 1), (vec![GroupBy::List], 2), (vec![], 0)] {
            let query = ReportQuery { group_by, ..day.query(ReportKind::Dispositions) };
            let report = day.db.report(&query, rules).await.expect("a report");
            let group = |campaign_id, contact_id: ContactId| {
                let list = day.list_name(day.contacts.iter().find(|it| it.id == contact_id).expect("loaded").list_id);
                [day.campaign_name(campaign_id), list][..groups].to_vec()
            };
            let key = |group: Vec<String>, rest: [&str; 3]| [group, texts(&rest)].concat();
            let one = |_: &Vec<String>| vec![1];
            let mut all: Vec<Vec<String>> = Vec::new();
            for it in &day.attempts {
                let Phase::Ended(end) = it.phase else { continue };
                let rest = ["attempts", end.outcome.name(), end.disposition.name()];
                all.push(key(group(it.campaign_id, it.contact_id), rest));
            }
            for it in &day.reservations {
                let Some(end) = it.ended else { continue };
                if end.how != ReservationEnd::Accepted && end.how != ReservationEnd::LapsedAccepted {
                    all.push(key(group(it.campaign_id, it.contact_id), ["previews", end.how.name(), ""]));
                }
            }
            for it in &day.contacts {
                let reason = if let ContactState::Closed { reason } = it.state { reason.name() } else { "" };
                all.push(key(group(it.campaign_id, it.id), ["contacts", it.state.name(), reason]));
                all.push(key(group(it.campaign_id, it.id), ["contacts", "loaded", ""]));
                if it.numbers[0].zones.is_unknown() && matches!(it.state, ContactState::Waiting { .. }) {
                    all.push(key(group(it.campaign_id, it.id), ["contacts", "loaded", "zone_unknown"]));
                }
            }
            let wanted: Rows =
                counted(&all, Clone::clone, one).into_iter().map(|(key, n)| (key, vec![n[0].to_string()])).collect();
            let without_share: Rows =
                rows(&report, groups + 3).into_iter().map(|(key, row)| (key, row[..1].to_vec())).collect();
            assert_eq!(without_share, wanted, "{}", day.zone);
            // The states of the contacts share what was loaded.
            let column = |row: &Vec<Value>, i: usize| row[groups + i].clone();
            let (mut shares, mut wholes) = (0.0, 0.0);
            for row in report.rows.iter().filter(|row| column(row, 0) == Value::Text("contacts".to_owned())) {
                let Value::Share(share) = column(row, 4) else { panic!("{row:?}") };
                let loaded = column(row, 1) == Value::Text("loaded".to_owned());
                match column(row, 2) {
                    Value::Text(detail) if loaded && detail.is_empty() => wholes += share,
                    _ if loaded => {}
                    _ => shares += share,
                }
            }
            assert!(wholes > 0.0 && (shares - wholes).abs() < 0.01, "{shares} of {wholes}");
        }
    })
    .await;
}

#[tokio::test]
async fn callbacks_by_who_promised_and_the_day_they_are_due() {
    on_each(async |day, rules| {
        let query = ReportQuery { group_by: vec![GroupBy::Agent, GroupBy::Day], ..day.query(ReportKind::Callbacks) };
        let report = day.db.report(&query, rules).await.expect("a report");
        let is = |yes: bool| i64::from(yes);
        let sums = |it: &rappel::domain::callback::Callback| {
            let late = |a: &&rappel::domain::attempt::Attempt| {
                a.keeps_callback_id == Some(it.id) && a.opened_at.duration_since(it.due_at).as_secs() > 300
            };
            let moved = |e: &rappel::domain::event::EventRecord| matches!(e.event, Event::CallbackMoved { callback_id, .. } if callback_id == it.id);
            let state = |state| it.state == state;
            vec![
                1,
                is(state(CallbackState::Scheduled)),
                is(state(CallbackState::Scheduled) && it.due_at <= day.now),
                is(state(CallbackState::Kept)),
                is(state(CallbackState::Kept) && day.attempts.iter().any(|a| late(&a))),
                is(state(CallbackState::Missed)),
                is(state(CallbackState::Cancelled)),
                is(day.events.iter().any(moved)),
            ]
        };
        let wanted = counted(&day.callbacks, |it| vec![day.login(it.promised_by), day.date(it.due_at)], sums);
        let total: Vec<i64> = (0..8).map(|i| wanted.values().map(|row| row[i]).sum()).collect();
        assert!(total.iter().all(|n| *n > 0), "the day has some of each: {total:?}");
        let wanted: Rows =
            wanted.into_iter().map(|(key, row)| (key, row.iter().map(ToString::to_string).collect())).collect();
        assert_eq!(rows(&report, 2), wanted, "{}", day.zone);
    })
    .await;
}

#[tokio::test]
async fn agents_quarter_by_quarter() {
    const STATES: [AgentState; 6] = [
        AgentState::NotReady,
        AgentState::Ready,
        AgentState::Reserved,
        AgentState::Talking,
        AgentState::Hold,
        AgentState::WrapUp,
    ];
    use GroupBy::{Agent, Campaign, Day as ByDay, Hour, List};
    let groupings = [vec![Agent, ByDay], vec![Hour, Agent], vec![Campaign], vec![ByDay, List, Hour], vec![Agent, List]];
    on_each(async |day, rules| {
        let spans = [
            (None, None),
            (Some(day.at(5 * 3600 + 17)), Some(day.at(29 * 3600 + 3))),
            (Some(day.at(45 * 3600)), Some(day.at(400 * 3600))),
        ];
        for (group_by, (from, until)) in groupings.iter().flat_map(|by| spans.map(|span| (by, span))) {
            let query = ReportQuery { group_by: group_by.clone(), from, until, ..day.query(ReportKind::Agents) };
            let report = day.db.report(&query, rules).await.expect("a report");
            let mut wanted: BTreeMap<Vec<String>, Vec<i64>> = BTreeMap::new();
            let within = |at: Timestamp| from.is_none_or(|from| at >= from) && until.is_none_or(|until| at < until);
            let key = |agent_id, at: Timestamp, of: Option<(CampaignId, ListId)>| -> Vec<String> {
                let campaign = of.map_or_else(String::new, |(campaign, _)| day.campaign_name(campaign));
                let label = |group: &GroupBy| match group {
                    Agent => vec![day.login(agent_id)],
                    ByDay => vec![day.date(at)],
                    Hour => vec![day.hour(at)],
                    Campaign => vec![campaign.clone()],
                    List => vec![campaign.clone(), of.map_or_else(String::new, |(_, list)| day.list_name(list))],
                    GroupBy::Outcome | GroupBy::Disposition => unreachable!("not asked for"),
                };
                group_by.iter().flat_map(label).collect()
            };
            let mut add = |key: Vec<String>, at: Timestamp, column: usize, n: i64| {
                if within(at) {
                    wanted.entry(key).or_insert_with(|| vec![0; 15])[column] += n;
                }
            };
            for span in &day.spans {
                let column = 1 + STATES.iter().position(|it| *it == span.state).expect("at work");
                // No full hour anywhere is within a quarter of an hour of UTC.
                let mut at = span.began_at.max(from.unwrap_or(span.began_at));
                let ended_at = span.ended_at.min(until.unwrap_or(span.ended_at));
                while at < ended_at {
                    let next = at + SignedDuration::from_secs(900 - at.as_second().rem_euclid(900));
                    let seconds = next.min(ended_at).duration_since(at).as_secs();
                    add(key(span.agent_id, at, span.of), at, column, seconds);
                    add(key(span.agent_id, at, span.of), at, 0, seconds);
                    at = next;
                }
            }
            for it in &day.reservations {
                let list = day.contacts.iter().find(|contact| contact.id == it.contact_id).expect("loaded").list_id;
                let mut count = |column| {
                    add(key(it.agent_id, it.offered_at, Some((it.campaign_id, list))), it.offered_at, column, 1);
                };
                count(7);
                match it.ended.map(|end| end.how) {
                    Some(ReservationEnd::Accepted) => count(8),
                    Some(ReservationEnd::Rejected) => count(9),
                    Some(ReservationEnd::Closed) => count(10),
                    Some(how) if how.name().starts_with("lapsed") => count(11),
                    _ => {}
                }
            }
            for it in &day.attempts {
                let sums = attempt_sums(it);
                for (column, n) in [(12, 1), (13, sums[1]), (14, sums[5])] {
                    add(key(it.agent_id, it.opened_at, Some((it.campaign_id, it.list_id))), it.opened_at, column, n);
                }
            }
            let wanted: Rows =
                wanted.into_iter().map(|(key, row)| (key, row.iter().map(ToString::to_string).collect())).collect();
            assert_eq!(rows(&report, report.columns.len() - 15), wanted, "{} {group_by:?} from {from:?}", day.zone);

            // Without days the same seconds, all together.
            let query = ReportQuery { group_by: vec![], ..query };
            let all = day.db.report(&query, rules).await.expect("a report");
            let seconds: i64 = wanted.values().map(|row| row[0].parse::<i64>().expect("a number")).sum();
            assert_eq!(all.rows[0][0], Value::Seconds(seconds));
        }
        // One list of one campaign alone.
        let (campaign, list) = (Some("spring".to_owned()), Some("april".to_owned()));
        let query = ReportQuery { group_by: vec![], campaign, list, ..day.query(ReportKind::Agents) };
        let is_meant = |(campaign, list)| day.campaign_name(campaign) == "spring" && day.list_name(list) == "april";
        let wanted = day.spans.iter().filter(|span| span.of.is_some_and(is_meant));
        let seconds: i64 = wanted.map(|span| span.ended_at.duration_since(span.began_at).as_secs()).sum();
        let report = day.db.report(&query, rules).await.expect("a report");
        assert!(seconds > 0 && report.rows[0][0] == Value::Seconds(seconds), "{seconds}: {:?}", report.rows);
    })
    .await;
}

#[tokio::test]
async fn a_report_can_be_narrowed_down_and_says_what_cannot_be() {
    let db = Database::open_for_simulation().await.expect("opens");
    let rules = ZoneRules::bundled();
    let day = Day::lived(db, "2026-10-31T10:00:00Z".parse().expect("an instant"), "America/New_York").await;
    let count = async |query: ReportQuery| match &day.db.report(&query, &rules).await.expect("a report").rows[..] {
        [row] => row[0].clone(),
        other => panic!("{other:?}"),
    };
    let all = ReportQuery { group_by: vec![], ..day.query(ReportKind::Attempts) };
    let of = |only: &dyn Fn(&&rappel::domain::attempt::Attempt) -> bool| {
        Value::Count(i64::try_from(day.attempts.iter().filter(only).count()).expect("few"))
    };
    let spring = ReportQuery { campaign: Some("spring".to_owned()), ..all.clone() };
    assert_eq!(count(spring).await, of(&|it| day.campaign_name(it.campaign_id) == "spring"));
    let march = ReportQuery { list: Some("march".to_owned()), ..all.clone() };
    assert_eq!(count(march).await, of(&|it| day.list_name(it.list_id) == "march"));
    let bob = ReportQuery { agent: Some("bob".to_owned()), ..all.clone() };
    assert_eq!(count(bob).await, of(&|it| day.login(it.agent_id) == "bob"));
    let team = ReportQuery { team_id: Some(day.team_id), ..all.clone() };
    assert_eq!(count(team).await, of(&|_| true));
    let other = ReportQuery { team_id: Some(rappel::domain::ids::TeamId(99)), ..all.clone() };
    assert_eq!(count(other).await, Value::Count(0));

    for (query, sentence) in [
        (ReportQuery { campaign: Some("x".to_owned()), ..all.clone() }, "there is no campaign \"x\""),
        (ReportQuery { list: Some("x".to_owned()), ..all.clone() }, "there is no list \"x\""),
        (ReportQuery { agent: Some("x".to_owned()), ..all.clone() }, "there is no agent \"x\""),
        (
            ReportQuery { group_by: vec![GroupBy::Outcome], ..day.query(ReportKind::Agents) },
            "the report agents cannot be grouped by outcome; take some of campaign, list, agent, day, hour",
        ),
        (
            ReportQuery { from: Some(day.now), until: Some(day.now), ..all.clone() },
            "from 2026-11-02T10:00:00Z until 2026-11-02T10:00:00Z is no time: from must be before until",
        ),
    ] {
        assert_eq!(day.db.report(&query, &rules).await.expect_err(sentence).to_string(), sentence);
    }
}

//! Calling windows and promised wall times against a second implementation: `chrono-tz` for the clocks, and counting
//! minutes instead of computing. The years 2020 to 2024 are used, on which old and new releases of the rules agree.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use jiff::Timestamp;
use proptest::prelude::*;
use rappel::domain::{
    calling_window::{CallingWindow, DayPart},
    wall_time::{Fold, Resolution, WallTime},
    zone::{Zone, ZoneSet},
    zone_rules::ZoneRules,
};

static RULES: LazyLock<ZoneRules> = LazyLock::new(ZoneRules::bundled);
/// Every jump of every clock in the years used.
static CHANGES: LazyLock<Vec<(Zone, Timestamp)>> = LazyLock::new(|| zones().flat_map(changes_of).collect());
/// Moldova, which the older rules of `chrono-tz` have change an hour off the rest of Europe since 2022.
const CORRECTED_SINCE: [&str; 2] = ["Europe/Chisinau", "Europe/Tiraspol"];

const FIRST_SECOND: i64 = 1_577_836_800; // 2020-01-01
const LAST_SECOND: i64 = 1_735_689_599; // 2024-12-31
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// All zones on which both implementations have the same facts for these years.
fn zones() -> impl Iterator<Item = Zone> {
    Zone::all().filter(|zone| !CORRECTED_SINCE.contains(&zone.name()))
}

fn changes_of(zone: Zone) -> impl Iterator<Item = (Zone, Timestamp)> {
    let first = Timestamp::from_second(FIRST_SECOND).unwrap();
    let next = move |at: &Timestamp| RULES.next_change(*at, zone);
    std::iter::successors(next(&first), next).take_while(|at| at.as_second() < LAST_SECOND).map(move |at| (zone, at))
}

// The second implementation.

fn tz(zone: Zone) -> Tz {
    zone.name().parse().unwrap()
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.as_second(), at.subsec_nanosecond().cast_unsigned()).unwrap()
}

fn jiff(at: DateTime<Utc>) -> Timestamp {
    Timestamp::new(at.timestamp(), at.timestamp_subsec_nanos().cast_signed()).unwrap()
}

/// A window as plain numbers: for each day from Monday, minutes at which it opens and closes by turns.
#[derive(Clone, Debug)]
struct Hours {
    week: [Vec<u32>; 7],
    closed: Vec<NaiveDate>,
}

impl Hours {
    fn open_on_wall(&self, wall: NaiveDateTime) -> bool {
        let minute = wall.hour() * 60 + wall.minute();
        let cuts = &self.week[wall.weekday().num_days_from_monday() as usize];
        let turns = cuts.iter().filter(|cut| **cut <= minute).count();
        turns % 2 == 1 && !self.closed.contains(&wall.date())
    }

    fn open(&self, at: DateTime<Utc>, zones: &[Tz]) -> bool {
        zones.iter().all(|zone| self.open_on_wall(at.with_timezone(zone).naive_local()))
    }

    /// As a campaign file has it.
    fn window(&self) -> CallingWindow {
        let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let mut written = serde_json::Map::new();
        for (day, cuts) in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().zip(&self.week) {
            let spans: Vec<_> = cuts.chunks(2).map(|span| format!("{}-{}", time(span[0]), time(span[1]))).collect();
            written.insert((*day).to_owned(), spans.into());
        }
        let closed: Vec<_> = self.closed.iter().map(NaiveDate::to_string).collect();
        written.insert("closed_dates".to_owned(), closed.into());
        serde_json::from_value(written.into()).unwrap()
    }
}

/// `from`, then every whole minute after it: all offsets of these years are whole minutes, so nothing happens in between.
fn minutes_from(from: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let whole = from
        - TimeDelta::seconds(from.timestamp().rem_euclid(60))
        - TimeDelta::nanoseconds(from.timestamp_subsec_nanos().into());
    std::iter::once(from).chain((1..).map(move |minutes| whole + MINUTE * minutes))
}

/// The first minute from `from` on that fits; none if it takes over `days`.
fn count_to(from: DateTime<Utc>, days: i64, fits: impl Fn(DateTime<Utc>) -> bool) -> Option<DateTime<Utc>> {
    minutes_from(from).take_while(|at| *at <= from + TimeDelta::days(days)).find(|at| fits(*at))
}

fn day_part(hour: u32) -> DayPart {
    match hour {
        0..12 => DayPart::Morning,
        12..17 => DayPart::Afternoon,
        _ => DayPart::Evening,
    }
}

// What is tried.

prop_compose! {
    fn any_instant()(second in FIRST_SECOND..LAST_SECOND, nanosecond in prop_oneof![Just(0), 0..1_000_000_000]) -> Timestamp {
        Timestamp::new(second, nanosecond).unwrap()
    }
}

prop_compose! {
    fn any_zone()(choice in any::<prop::sample::Index>()) -> Zone {
        zones().nth(choice.index(zones().count())).unwrap()
    }
}

prop_compose! {
    /// A zone and an instant within a day of a jump of its clock.
    fn near_change()(choice in any::<prop::sample::Index>(), minutes in -1440..1440_i64) -> (Zone, Timestamp) {
        let (zone, change) = *choice.get(&CHANGES);
        (zone, change + jiff::SignedDuration::from_mins(minutes))
    }
}

/// One to three candidate zones and an instant, near a clock change of one of them as often as not.
fn zones_and_instant() -> impl Strategy<Value = (Vec<Zone>, Timestamp)> {
    let first = prop_oneof![(any_zone(), any_instant()), near_change()];
    (first, prop::collection::vec(any_zone(), 0..=2)).prop_map(|((zone, at), mut zones)| {
        zones.push(zone);
        zones.sort();
        zones.dedup();
        (zones, at)
    })
}

fn any_hours() -> impl Strategy<Value = Hours> {
    let cuts = prop::collection::btree_set(0..=1440_u32, 2..=6).prop_map(|cuts| {
        let pairs = cuts.len() / 2 * 2;
        cuts.into_iter().take(pairs).collect()
    });
    let day = prop_oneof![1 => Just(vec![]), 1 => Just(vec![0, 1440]), 4 => cuts];
    let closed = prop::collection::vec(0..1827_u64, 0..200).prop_map(|days| {
        days.into_iter().map(|day| NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(day)).collect()
    });
    (prop::array::uniform7(day), closed).prop_map(|(week, closed)| Hours { week, closed })
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

const DAYS_COUNTED: i64 = 8;

/// The answer is the counted one; of an answer further away than is counted, that it is open there and not a minute before.
fn agrees(
    answer: Option<Timestamp>,
    from: DateTime<Utc>,
    fits: impl Fn(DateTime<Utc>) -> bool,
) -> Result<(), TestCaseError> {
    let counted = count_to(from, DAYS_COUNTED, &fits);
    match (answer.map(utc), counted) {
        (Some(answer), None) => {
            prop_assert!(answer > from + TimeDelta::days(DAYS_COUNTED), "{answer} does not fit");
            prop_assert!(fits(answer) && !fits(answer - MINUTE), "{answer} is not the first");
        }
        (answer, counted) => prop_assert_eq!(answer, counted),
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn a_window_opens_and_closes_at_the_counted_minute(
        hours in any_hours(),
        (zones, at) in zones_and_instant(),
        guard_seconds in 0..7200_u32,
    ) {
        let (window, set, from) = (hours.window(), zones.iter().copied().collect::<ZoneSet>(), utc(at));
        let zones: Vec<Tz> = zones.into_iter().map(tz).collect();
        let open = |at| hours.open(at, &zones);

        prop_assert_eq!(window.is_open(at, &set, &RULES), open(from));
        agrees(window.next_opening(at, &set, &RULES), from, open)?;
        if open(from) {
            agrees(window.closes_at(at, &set, &RULES), from, |at| !open(at))?;
        } else {
            prop_assert_eq!(window.closes_at(at, &set, &RULES), None);
        }
        let received = from + TimeDelta::seconds(guard_seconds.into());
        let all_open = minutes_from(from).take_while(|at| *at < received).chain([received]).all(open);
        prop_assert_eq!(window.may_start(at, guard_seconds, &set, &RULES), all_open);
    }

    #[test]
    fn another_part_of_the_day_begins_at_the_counted_minute(
        hours in any_hours(),
        (zones, at) in zones_and_instant(),
        not in prop_oneof![Just(DayPart::Morning), Just(DayPart::Afternoon), Just(DayPart::Evening)],
    ) {
        let set: ZoneSet = zones.iter().copied().collect();
        let zones: Vec<Tz> = zones.into_iter().map(tz).collect();
        let found = hours.window().next_opening_in_other_day_part(at, &set, &RULES, not);
        agrees(found, utc(at), |at| {
            hours.open(at, &zones) && day_part(at.with_timezone(&zones[0]).hour()) != not
        })?;
    }

    #[test]
    fn a_window_survives_being_written(hours in any_hours()) {
        let window = hours.window();
        let (json, toml) = (serde_json::to_string(&window).unwrap(), toml::to_string(&window).unwrap());
        prop_assert_eq!(&serde_json::from_str::<CallingWindow>(&json).unwrap(), &window);
        prop_assert_eq!(&toml::from_str::<CallingWindow>(&toml).unwrap(), &window);
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn a_promise_is_due_when_the_wall_shows_it(
        (zone, near) in prop_oneof![(any_zone(), any_instant()), near_change()],
        fold in prop_oneof![Just(Fold::Earlier), Just(Fold::Later)],
    ) {
        let promise = WallTime { fold, ..WallTime::new(RULES.local(near, zone), zone) };
        check_promise(&promise)?;
        let json = serde_json::to_string(&promise).unwrap();
        prop_assert_eq!(serde_json::from_str::<WallTime>(&json).unwrap(), promise);
    }
}

fn naive(at: jiff::civil::DateTime) -> NaiveDateTime {
    at.to_string().parse().unwrap()
}

fn check_promise(promise: &WallTime) -> Result<(), TestCaseError> {
    let (zone, wall) = (tz(promise.zone), naive(promise.at));
    let resolved = promise.resolve(&RULES);
    let due_at = utc(resolved.due_at);
    let shown = due_at.with_timezone(&zone).naive_local();
    prop_assert!(shown >= wall, "{} fires early", promise);
    match (zone.from_local_datetime(&wall), resolved.how) {
        (LocalResult::Single(only), Resolution::Exact) => prop_assert_eq!(due_at, only.to_utc()),
        (LocalResult::Ambiguous(first, second), Resolution::Fold { chosen, other_at }) => {
            prop_assert_eq!(chosen, promise.fold);
            let (meant, other) = if chosen == Fold::Earlier { (first, second) } else { (second, first) };
            prop_assert_eq!((due_at, utc(other_at)), (meant.to_utc(), other.to_utc()));
        }
        (LocalResult::None, Resolution::Gap { moved_to }) => {
            // Back along the wall to a minute that exists: the clock that ran then says when the promise would fall due.
            let before =
                (1..).find_map(|minutes| zone.from_local_datetime(&(wall - MINUTE * minutes)).latest()).unwrap();
            prop_assert_eq!(due_at.naive_utc(), wall - before.offset().fix());
            prop_assert_eq!(naive(moved_to), shown);
            prop_assert!(shown > wall);
        }
        (expected, found) => prop_assert!(false, "{promise}: {expected:?}, but {found:?}"),
    }
    Ok(())
}

#[test]
fn both_implementations_see_the_same_jumps_in_all_zones() {
    assert!(CHANGES.len() > 1000, "only {} changes", CHANGES.len());
    for zone in zones() {
        let mut since = Timestamp::from_second(FIRST_SECOND).unwrap();
        let ends = changes_of(zone).map(|(_, at)| at).chain([Timestamp::from_second(LAST_SECOND).unwrap()]);
        for end in ends {
            // From each jump to just before the next one: at both ends and, weekly, in between.
            let last = end - jiff::SignedDuration::from_secs(1);
            let weekly = std::iter::successors(Some(since), |at| Some(*at + jiff::SignedDuration::from_hours(168)));
            for at in weekly.take_while(|at| *at < last).chain([last]) {
                let theirs = utc(at).with_timezone(&tz(zone)).offset().fix().local_minus_utc();
                assert_eq!(RULES.offset_at(at, zone).seconds(), theirs, "{zone} at {at}");
                assert_eq!(RULES.offset_at(at, zone), RULES.offset_at(since, zone), "{zone} jumped before {at}");
            }
            since = end;
        }
    }
}

/// The hard hours, without luck: every clock change of every zone, with hours that begin or end in the middle of it.
#[test]
fn every_clock_change_is_survived() {
    for (zone, change) in CHANGES.iter().copied() {
        let (set, oracle) = (ZoneSet::from(zone), [tz(zone)]);
        let wall = naive(RULES.local(change, zone));
        for (minutes, length) in [(-65, 40), (-60, 40), (-30, 40), (0, 60), (20, 40)] {
            let promised = wall + MINUTE * minutes;
            let promise = WallTime::new(promised.to_string().replace(' ', "T").parse().unwrap(), zone);
            check_promise(&promise).unwrap();

            let opens = (promised.hour() * 60 + promised.minute()).min(1440 - length);
            let hours = Hours { week: std::array::from_fn(|_| vec![opens, opens + length]), closed: vec![] };
            let from = utc(change) - TimeDelta::minutes(100);
            let opening = count_to(from, 3, |at| hours.open(at, &oracle)).unwrap();
            let closing = count_to(opening, 3, |at| !hours.open(at, &oracle)).unwrap();
            let window = hours.window();
            assert_eq!(window.next_opening(jiff(from), &set, &RULES), Some(jiff(opening)), "{zone} {change} {hours:?}");
            assert_eq!(window.closes_at(jiff(opening), &set, &RULES), Some(jiff(closing)), "{zone} {change} {hours:?}");
        }
    }
}

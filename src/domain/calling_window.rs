//! The hours in which a person may be called, local to them.
//!
//! The rule is about what the clock on their wall shows: the window is open at an instant when the wall clock is inside it,
//! whatever the clock did to get there. A span that lies in the hour which a clock change leaves out does not open that
//! day; one in the hour that comes twice opens twice. Someone who may be in several zones is called only when the window
//! is open in **every** one of them, and someone in none that we know is never called.

mod day_part;
mod notation;
mod search;
mod span;

use std::collections::BTreeSet;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Weekday},
};

use self::search::Hours;
pub use self::{
    day_part::DayPart,
    span::{DayMinute, Span, SpanProblem},
};
use super::{zone::ZoneSet, zone_rules::ZoneRules};

/// Hours of each weekday, and dates on which nobody is called, both as the customer's wall shows them.
///
/// Written in files and requests as `{ mon-fri = ["09:00-12:00", "14:00-20:00"], sat = ["10:00-14:00"],
/// closed_dates = ["2026-12-25"] }`; `daily` stands for all seven days. The default has no hours: nobody is ever called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallingWindow {
    // From Monday; each day sorted, not overlapping, not touching.
    week: [Vec<Span>; 7],
    closed_dates: BTreeSet<Date>,
}

/// Two spans of one day share a minute.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hours {first} and {second} of one day overlap; write them as one")]
pub struct Overlap {
    /// The one that opens first.
    pub first: Span,
    /// The other.
    pub second: Span,
}

impl CallingWindow {
    /// The window with these spans, in any order; spans that touch become one.
    pub fn new(spans: impl IntoIterator<Item = (Weekday, Span)>) -> Result<Self, Overlap> {
        let mut window = Self::default();
        for (day, span) in spans {
            window.week[index(day)].push(span);
        }
        for day in &mut window.week {
            *day = in_order(std::mem::take(day))?;
        }
        Ok(window)
    }

    /// The window with the same spans on all days.
    pub fn daily(spans: impl IntoIterator<Item = Span>) -> Result<Self, Overlap> {
        let day = in_order(spans.into_iter().collect())?;
        Ok(Self { week: std::array::from_fn(|_| day.clone()), closed_dates: BTreeSet::new() })
    }

    /// Open at all hours of all days.
    pub fn always() -> Self {
        Self::daily([Span::WHOLE_DAY]).expect("one span does not overlap")
    }

    /// The same hours, with these dates closed, e.g. public holidays.
    #[must_use]
    pub fn with_closed_dates(mut self, dates: impl IntoIterator<Item = Date>) -> Self {
        self.closed_dates = dates.into_iter().collect();
        self
    }

    /// The dates on which nobody is called.
    pub fn closed_dates(&self) -> &BTreeSet<Date> {
        &self.closed_dates
    }

    /// The hours of `day`, in order.
    pub fn spans(&self, day: Weekday) -> &[Span] {
        &self.week[index(day)]
    }

    /// Has the window no hours at all?
    pub fn is_never_open(&self) -> bool {
        self.week.iter().all(Vec::is_empty)
    }

    /// Is a wall clock that shows `wall` inside?
    pub fn holds(&self, wall: DateTime) -> bool {
        let minute = DayMinute::of(wall.time());
        self.spans_on(wall.date()).iter().any(|span| span.holds(minute))
    }

    /// May someone in `zones` be called at `at`?
    pub fn is_open(&self, at: Timestamp, zones: &ZoneSet, rules: &ZoneRules) -> bool {
        !zones.is_unknown() && zones.iter().all(|zone| self.holds(rules.local(at, zone)))
    }

    /// The first instant from `from` on at which someone in `zones` may be called: `from` itself if the window is open.
    ///
    /// `None` if there is none within 400 days, as for a window without hours or zones whose hours never meet.
    pub fn next_opening(&self, from: Timestamp, zones: &ZoneSet, rules: &ZoneRules) -> Option<Timestamp> {
        search::first_in_all(from, self.in_each(zones, rules))
    }

    /// As [`CallingWindow::next_opening`], but in another part of the day than `not`.
    ///
    /// The part of the day is that of the first zone of the set, as one person has one day.
    pub fn next_opening_in_other_day_part(
        &self,
        from: Timestamp,
        zones: &ZoneSet,
        rules: &ZoneRules,
        not: DayPart,
    ) -> Option<Timestamp> {
        let others = not.others();
        let first = zones.iter().take(1).map(|zone| Hours::new(&others, zone, rules));
        search::first_in_all(from, first.chain(self.in_each(zones, rules)))
    }

    /// If the window is open at `at`, the first instant at which it no longer is.
    ///
    /// `None` if it is closed at `at`, or stays open for 400 days.
    pub fn closes_at(&self, at: Timestamp, zones: &ZoneSet, rules: &ZoneRules) -> Option<Timestamp> {
        if !self.is_open(at, zones, rules) {
            return None;
        }
        self.in_each(zones, rules).filter_map(|mut hours| hours.first_outside(at, search::horizon(at))).min()
    }

    /// May a call to someone in `zones` start at `at`, if it must be *received* while the window is open?
    ///
    /// True when the window is open at `at` and until `guard_seconds` later, that instant included: ringing takes time.
    pub fn may_start(&self, at: Timestamp, guard_seconds: u32, zones: &ZoneSet, rules: &ZoneRules) -> bool {
        let received_at = at.saturating_add(SignedDuration::from_secs(guard_seconds.into())).unwrap_or(Timestamp::MAX);
        self.is_open(at, zones, rules) && self.closes_at(at, zones, rules).is_none_or(|close| received_at < close)
    }

    fn in_each<'a>(&'a self, zones: &'a ZoneSet, rules: &'a ZoneRules) -> impl Iterator<Item = Hours<'a>> {
        zones.iter().map(move |zone| Hours::new(self, zone, rules))
    }

    fn spans_on(&self, date: Date) -> &[Span] {
        if self.closed_dates.contains(&date) { &[] } else { self.spans(date.weekday()) }
    }
}

fn index(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}

/// Sorted, and touching spans joined.
fn in_order(mut spans: Vec<Span>) -> Result<Vec<Span>, Overlap> {
    spans.sort_unstable();
    let mut day: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match day.last_mut() {
            Some(last) if last.overlaps(span) => return Err(Overlap { first: *last, second: span }),
            Some(last) if last.closes() == span.opens() => *last = last.joined(span),
            _ => day.push(span),
        }
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::zone::Zone;

    fn window(toml: &str) -> CallingWindow {
        toml::from_str(toml).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn zones(names: &str) -> ZoneSet {
        names.parse().unwrap()
    }

    /// Each row: hours, zones, a moment, the next opening from there, the close after it.
    fn check(rows: &[[&str; 5]]) {
        let rules = ZoneRules::bundled();
        for row @ [hours, names, from, opens, closes] in rows {
            let (hours, zones) = (window(hours), zones(names));
            assert_eq!(hours.next_opening(at(from), &zones, &rules), Some(at(opens)), "{row:?}");
            assert_eq!(hours.closes_at(at(opens), &zones, &rules), Some(at(closes)), "{row:?}");
        }
    }

    #[test]
    fn it_opens_and_closes_when_the_wall_says() {
        let (lunch, rome) = ("mon-fri = ['09:00-12:00', '14:00-20:00']", "Europe/Rome");
        let noon = "2026-11-23T10:59:59.999999999Z";
        let holidays = "daily = ['09:00-20:00']\nclosed_dates = ['2026-12-25', '2026-12-26']";
        let night = "mon = ['20:00-24:00']\ntue = ['00:00-02:00']";
        let (day, coasts) = ("daily = ['08:00-21:00']", "America/New_York,America/Los_Angeles");
        check(&[
            // An ordinary Monday, to the nanosecond.
            [lunch, rome, noon, noon, "2026-11-23T11:00Z"],
            [lunch, rome, "2026-11-23T11:00Z", "2026-11-23T13:00Z", "2026-11-23T19:00Z"],
            // Over the weekend, and over a holiday.
            [lunch, rome, "2026-11-20T19:00Z", "2026-11-23T08:00Z", "2026-11-23T11:00Z"],
            [holidays, rome, "2026-12-24T19:00Z", "2026-12-27T08:00Z", "2026-12-27T19:00Z"],
            // 24:00 runs into the next day.
            [night, rome, "2026-11-23T12:00Z", "2026-11-23T19:00Z", "2026-11-24T01:00Z"],
            // Two candidates: the hours that both share.
            [day, coasts, "2026-11-23T10:00Z", "2026-11-23T16:00Z", "2026-11-24T02:00Z"],
            // 45 minutes off the hour.
            [day, "Pacific/Chatham", "2026-11-23T08:00Z", "2026-11-23T18:15Z", "2026-11-24T07:15Z"],
        ]);
    }

    #[test]
    fn it_follows_the_wall_through_clock_changes() {
        let (york, howe) = ("America/New_York", "Australia/Lord_Howe");
        check(&[
            // New York, 8 March 2026: 02:00 to 03:00 is left out.
            ["daily = ['02:15-03:30']", york, "2026-03-08T05:00Z", "2026-03-08T07:00Z", "2026-03-08T07:30Z"],
            ["daily = ['02:15-02:45']", york, "2026-03-08T05:00Z", "2026-03-09T06:15Z", "2026-03-09T06:45Z"],
            ["daily = ['01:30-02:30']", york, "2026-03-08T05:00Z", "2026-03-08T06:30Z", "2026-03-08T07:00Z"],
            // New York, 1 November 2026: 01:00 to 02:00 comes twice, so these hours open twice.
            ["daily = ['01:15-01:45']", york, "2026-11-01T05:00Z", "2026-11-01T05:15Z", "2026-11-01T05:45Z"],
            ["daily = ['01:15-01:45']", york, "2026-11-01T05:45Z", "2026-11-01T06:15Z", "2026-11-01T06:45Z"],
            // The wall goes back from 02:00 to 01:00, out of the hours, before they are over.
            ["daily = ['01:30-02:30']", york, "2026-11-01T05:00Z", "2026-11-01T05:30Z", "2026-11-01T06:00Z"],
            // It goes back, just as they end, to inside them: they go on for another hour.
            ["daily = ['00:30-02:00']", york, "2026-11-01T04:00Z", "2026-11-01T04:30Z", "2026-11-01T07:00Z"],
            // Lord Howe goes back by half an hour at 02:00, and forward by half an hour.
            ["daily = ['01:45-02:15']", howe, "2026-04-04T14:00Z", "2026-04-04T14:45Z", "2026-04-04T15:00Z"],
            ["daily = ['01:45-02:15']", howe, "2026-04-04T15:00Z", "2026-04-04T15:15Z", "2026-04-04T15:45Z"],
            ["daily = ['02:10-02:40']", howe, "2026-10-03T14:00Z", "2026-10-03T15:30Z", "2026-10-03T15:40Z"],
            // Samoa had no Friday 30 December 2011.
            ["fri = ['09:00-17:00']", "Pacific/Apia", "2011-12-29T00:00Z", "2012-01-05T19:00Z", "2012-01-06T03:00Z"],
            // Casablanca goes back an hour at 03:00 on 15 February 2026, for Ramadan.
            [
                "daily = ['02:30-03:30']",
                "Africa/Casablanca",
                "2026-02-15T01:00Z",
                "2026-02-15T01:30Z",
                "2026-02-15T02:00Z",
            ],
        ]);
    }

    #[test]
    fn hours_that_never_come_are_never_promised() {
        let rules = ZoneRules::bundled();
        let from = at("2026-11-23T00:00Z");
        for (hours, names) in [
            ("", "Europe/Rome"),
            ("daily = ['09:00-20:00']", "unknown"),
            ("daily = ['09:00-12:00']", "Europe/Rome,Asia/Tokyo"),
        ] {
            assert_eq!(window(hours).next_opening(from, &zones(names), &rules), None, "{hours} {names}");
            assert!(!window(hours).is_open(from, &zones(names), &rules), "{hours} {names}");
            assert_eq!(window(hours).closes_at(from, &zones(names), &rules), None, "{hours} {names}");
        }
        let zone: Zone = "Europe/Rome".parse().unwrap();
        let all_closed = CallingWindow::always()
            .with_closed_dates(rules.local(from, zone).date().series(jiff::Span::new().days(1)).take(500));
        assert_eq!(all_closed.next_opening(from, &zone.into(), &rules), None);
        assert_eq!(CallingWindow::always().closes_at(from, &zone.into(), &rules), None);
    }

    #[test]
    fn a_call_must_be_received_before_the_close() {
        let rules = ZoneRules::bundled();
        let hours = window("daily = ['08:00-20:00']");
        let rome = zones("Europe/Rome");
        for (start, guard_seconds, may) in [
            ("2026-11-23T18:59:29Z", 30, true),
            ("2026-11-23T18:59:30Z", 30, false),
            ("2026-11-23T18:59:59Z", 0, true),
            ("2026-11-23T19:00:00Z", 0, false),
            ("2026-11-23T06:59:59Z", 30, false),
        ] {
            assert_eq!(hours.may_start(at(start), guard_seconds, &rome, &rules), may, "{start}");
        }
        assert!(CallingWindow::always().may_start(at("2026-11-23T18:59:29Z"), u32::MAX, &rome, &rules));
    }

    #[test]
    fn a_retry_finds_another_part_of_the_day() {
        let rules = ZoneRules::bundled();
        let hours = window("mon-fri = ['09:00-20:00']\nsat = ['09:00-11:00']");
        for (names, from, not, opening) in [
            ("Europe/Rome", "2026-11-23T08:00Z", DayPart::Morning, "2026-11-23T11:00Z"),
            ("Europe/Rome", "2026-11-23T12:00Z", DayPart::Afternoon, "2026-11-23T16:00Z"),
            ("Europe/Rome", "2026-11-23T17:00Z", DayPart::Evening, "2026-11-24T08:00Z"),
            ("Europe/Rome", "2026-11-23T17:00Z", DayPart::Morning, "2026-11-23T17:00Z"),
            ("Europe/Rome", "2026-11-28T08:00Z", DayPart::Morning, "2026-11-30T11:00Z"),
            // The part is that of Los Angeles, the first; the hours those of both.
            ("America/Los_Angeles,America/New_York", "2026-11-23T17:00Z", DayPart::Morning, "2026-11-23T20:00Z"),
            ("America/Los_Angeles,America/New_York", "2026-11-23T20:00Z", DayPart::Afternoon, "2026-11-24T17:00Z"),
        ] {
            let found = hours.next_opening_in_other_day_part(at(from), &zones(names), &rules, not);
            assert_eq!(found, Some(at(opening)), "{names} {from} {not:?}");
        }
        let unknown = ZoneSet::unknown();
        assert_eq!(
            hours.next_opening_in_other_day_part(at("2026-11-23T08:00Z"), &unknown, &rules, DayPart::Morning),
            None
        );
    }

    #[test]
    fn spans_are_put_in_order_and_joined_but_never_overlap() {
        let span = |text: &str| text.parse::<Span>().unwrap();
        let day = |spans: &[&str]| CallingWindow::daily(spans.iter().map(|text| span(text)));
        let joined = day(&["14:00-20:00", "12:00-14:00", "08:00-09:00"]).unwrap();
        assert_eq!(joined.spans(Weekday::Sunday), [span("08:00-09:00"), span("12:00-20:00")]);
        let overlap = day(&["12:00-14:00", "09:00-12:01"]).unwrap_err();
        assert_eq!(overlap.to_string(), "the hours 09:00-12:01 and 12:00-14:00 of one day overlap; write them as one");
        assert!(
            CallingWindow::new([(Weekday::Monday, span("09:00-12:00")), (Weekday::Tuesday, span("09:00-12:00"))])
                .is_ok()
        );
    }
}

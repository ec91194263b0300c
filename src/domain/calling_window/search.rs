//! From hours on the wall to instants: exact, without stepping through time.
//!
//! Between two clock changes a wall clock runs evenly, so the next boundary on the wall *is* an instant. Only when a change
//! comes first is the question asked again, from the change on.

use jiff::{SignedDuration, Timestamp, civil::DateTime};

use super::{CallingWindow, DayMinute};
use crate::domain::{zone::Zone, zone_rules::ZoneRules};

/// How far a search looks ahead: a year and a month, past any yearly holiday.
const HORIZON_DAYS: u16 = 400;

/// The last instant that a search from `from` looks at.
pub(super) fn horizon(from: Timestamp) -> Timestamp {
    let ahead = SignedDuration::from_hours(i64::from(HORIZON_DAYS) * 24);
    from.saturating_add(ahead).unwrap_or(Timestamp::MAX)
}

/// The first instant from `from` on, up to the horizon, that is inside all `hours`; none if there are no hours to be inside.
pub(super) fn first_in_all<'a>(from: Timestamp, hours: impl Iterator<Item = Hours<'a>>) -> Option<Timestamp> {
    let mut hours: Vec<Hours<'a>> = hours.collect();
    if hours.is_empty() {
        return None;
    }
    let limit = horizon(from);
    let mut at = from;
    loop {
        // No instant before the latest "first" can be inside all, so moving there skips nothing.
        let latest = hours.iter_mut().try_fold(at, |at, hours| hours.first_inside(at, limit))?;
        if latest == at {
            return Some(at);
        }
        at = latest;
    }
}

/// A window as one zone sees it.
pub(super) struct Hours<'a> {
    window: &'a CallingWindow,
    zone: Zone,
    rules: &'a ZoneRules,
    /// The clock changes last asked about: after the first instant, none before the second.
    steady: Option<(Timestamp, Option<Timestamp>)>,
}

impl<'a> Hours<'a> {
    pub(super) fn new(window: &'a CallingWindow, zone: Zone, rules: &'a ZoneRules) -> Self {
        Self { window, zone, rules, steady: None }
    }

    /// The first instant from `from` to `limit` that is inside.
    fn first_inside(&mut self, from: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        self.first(from, limit, CallingWindow::first_wall_inside)
    }

    /// The first instant from `from` to `limit` that is not inside.
    pub(super) fn first_outside(&mut self, from: Timestamp, limit: Timestamp) -> Option<Timestamp> {
        self.first(from, limit, CallingWindow::first_wall_outside)
    }

    /// `next` names the first fitting time from a wall time on, for a wall clock that never jumps.
    fn first(
        &mut self,
        from: Timestamp,
        limit: Timestamp,
        next: impl Fn(&CallingWindow, DateTime) -> Option<DateTime>,
    ) -> Option<Timestamp> {
        let mut at = from;
        while at <= limit {
            let wall = self.rules.local(at, self.zone);
            let found = next(self.window, wall).and_then(|then| at.checked_add(then.duration_since(wall)).ok());
            if found == Some(at) {
                return found;
            }
            match (found, self.next_change(at)) {
                // The clock jumps before (or just when) the wall would show it: look again from there.
                (Some(found), Some(change)) if change <= found => at = change,
                (None, Some(change)) => at = change,
                (found, _) => return found.filter(|found| *found <= limit),
            }
        }
        None
    }

    fn next_change(&mut self, after: Timestamp) -> Option<Timestamp> {
        if let Some((since, change)) = self.steady
            && since <= after
            && change.is_none_or(|change| after < change)
        {
            return change;
        }
        let change = self.rules.next_change(after, self.zone);
        self.steady = Some((after, change));
        change
    }
}

impl CallingWindow {
    /// The first wall time from `wall` on that is inside.
    fn first_wall_inside(&self, wall: DateTime) -> Option<DateTime> {
        if self.is_never_open() {
            return None;
        }
        let mut from = wall;
        for _ in 0..=HORIZON_DAYS {
            let (date, minute) = (from.date(), DayMinute::of(from.time()));
            if let Some(span) = self.spans_on(date).iter().find(|span| minute < span.closes()) {
                return Some(span.opens().on(date)?.max(from));
            }
            from = DayMinute::END.on(date)?;
        }
        None
    }

    /// The first wall time from `wall` on that is not inside.
    fn first_wall_outside(&self, wall: DateTime) -> Option<DateTime> {
        let mut from = wall;
        for _ in 0..=HORIZON_DAYS {
            let (date, minute) = (from.date(), DayMinute::of(from.time()));
            let Some(span) = self.spans_on(date).iter().find(|span| span.holds(minute)) else {
                return Some(from);
            };
            // At 24:00 the next day may go on without a pause.
            from = span.closes().on(date)?;
        }
        None
    }
}

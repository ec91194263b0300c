//! Hours of one day: a [`Span`] from its opening minute up to, not including, its closing minute.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, DateTime, Time};

/// A minute of the day on the wall clock, 00:00 to 24:00; the last is the midnight that ends the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayMinute(u16);

impl DayMinute {
    /// 00:00.
    pub const START: Self = Self(0);
    /// 24:00, the midnight at the end of the day.
    pub const END: Self = Self(24 * 60);

    /// `hour:minute`, if there is such a minute; `24:00` is the last.
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if hour > 24 || minute > 59 || (hour == 24 && minute > 0) { None } else { Some(Self(hour * 60 + minute)) }
    }

    /// The minute which `time` is in.
    pub fn of(time: Time) -> Self {
        Self(u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs()))
    }

    /// Minutes since midnight, 0 to 1440.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// This minute on `date`; 24:00 is 00:00 of the next day. `None` only past the last day of the calendar.
    pub(super) fn on(self, date: Date) -> Option<DateTime> {
        if self == Self::END {
            return Some(date.tomorrow().ok()?.at(0, 0, 0, 0));
        }
        let (hour, minute) = (i8::try_from(self.0 / 60).ok()?, i8::try_from(self.0 % 60).ok()?);
        Some(date.at(hour, minute, 0, 0))
    }
}

impl fmt::Display for DayMinute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// What is wrong with hours as someone wrote them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanProblem {
    /// Not a minute of the day.
    #[error("\"{0}\" is not a time of day; expected one from 00:00 to 24:00")]
    NotAMinute(String),
    /// Not two times with a hyphen between.
    #[error("\"{0}\" are not hours; expected them like 09:00-12:00")]
    NotASpan(String),
    /// It closes at or before its opening.
    #[error(
        "{opens}-{closes} closes before it opens; past midnight write {opens}-24:00 and, for the next day, 00:00-{closes}"
    )]
    Backwards {
        /// Its opening.
        opens: DayMinute,
        /// Its closing.
        closes: DayMinute,
    },
}

impl SpanProblem {
    /// A stable word for pages.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAMinute(_) => "hours_not_a_minute",
            Self::NotASpan(_) => "hours_not_a_span",
            Self::Backwards { .. } => "hours_backwards",
        }
    }
}

impl FromStr for DayMinute {
    type Err = SpanProblem;

    fn from_str(text: &str) -> Result<Self, SpanProblem> {
        let digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| -> Option<u16> {
            let plain = lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if plain { part.parse().ok() } else { None }
        };
        let read = || {
            let (hour, minute) = text.trim().split_once(':')?;
            Self::new(digits(hour, 1..=2)?, digits(minute, 2..=2)?)
        };
        read().ok_or_else(|| SpanProblem::NotAMinute(text.trim().to_owned()))
    }
}

/// Hours of one day, `opens` included and `closes` not: at 12:00:00 sharp `09:00-12:00` is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    opens: DayMinute,
    closes: DayMinute,
}

impl Span {
    /// 00:00-24:00.
    pub const WHOLE_DAY: Self = Self { opens: DayMinute::START, closes: DayMinute::END };

    /// From `opens` until just before `closes`.
    pub fn new(opens: DayMinute, closes: DayMinute) -> Result<Self, SpanProblem> {
        if opens < closes { Ok(Self { opens, closes }) } else { Err(SpanProblem::Backwards { opens, closes }) }
    }

    /// The first minute inside.
    pub fn opens(self) -> DayMinute {
        self.opens
    }

    /// The first minute that is no longer inside.
    pub fn closes(self) -> DayMinute {
        self.closes
    }

    /// Is `minute` inside?
    pub fn holds(self, minute: DayMinute) -> bool {
        self.opens <= minute && minute < self.closes
    }

    /// The same opening, with the closing of `next`, which touches it.
    pub(super) fn joined(self, next: Self) -> Self {
        Self { opens: self.opens, closes: next.closes }
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.opens < other.closes && other.opens < self.closes
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.opens, self.closes)
    }
}

impl FromStr for Span {
    type Err = SpanProblem;

    fn from_str(text: &str) -> Result<Self, SpanProblem> {
        let (opens, closes) = text.split_once('-').ok_or_else(|| SpanProblem::NotASpan(text.to_owned()))?;
        Self::new(opens.parse()?, closes.parse()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_and_written_alike() {
        for (text, written) in
            [("09:00-12:00", "09:00-12:00"), ("9:00 - 24:00", "09:00-24:00"), ("00:00-0:01", "00:00-00:01")]
        {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, problem) in [
            ("0900", "\"0900\" are not hours; expected them like 09:00-12:00"),
            ("9-12", "\"9\" is not a time of day; expected one from 00:00 to 24:00"),
            ("09:00-24:01", "\"24:01\" is not a time of day; expected one from 00:00 to 24:00"),
            ("09:60-10:00", "\"09:60\" is not a time of day; expected one from 00:00 to 24:00"),
            ("+9:00-10:00", "\"+9:00\" is not a time of day; expected one from 00:00 to 24:00"),
            (
                "22:00-02:00",
                "22:00-02:00 closes before it opens; past midnight write 22:00-24:00 and, for the next day, 00:00-02:00",
            ),
        ] {
            assert_eq!(text.parse::<Span>().unwrap_err().to_string(), problem);
        }
        assert!("09:00-09:00".parse::<Span>().is_err());
    }

    #[test]
    fn a_span_is_half_open() {
        let span: Span = "09:00-12:00".parse().unwrap();
        let holds = |hour, minute| span.holds(DayMinute::new(hour, minute).unwrap());
        assert_eq!([holds(8, 59), holds(9, 0), holds(11, 59), holds(12, 0)], [false, true, true, false]);
        assert!(Span::WHOLE_DAY.holds(DayMinute::START) && !Span::WHOLE_DAY.holds(DayMinute::END));
    }
}

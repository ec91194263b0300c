//! Parts of the day, for trying a person again when they may be somewhere else.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::{CallingWindow, DayMinute, Span};

/// A part of the day on the customer's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayPart {
    /// Before 12:00.
    Morning,
    /// 12:00 until before 17:00.
    Afternoon,
    /// 17:00 and later.
    Evening,
}

impl DayPart {
    const ALL: [Self; 3] = [Self::Morning, Self::Afternoon, Self::Evening];

    /// The part that the wall clock is in.
    pub fn of(wall: Time) -> Self {
        match wall.hour() {
            ..12 => Self::Morning,
            12..17 => Self::Afternoon,
            17.. => Self::Evening,
        }
    }

    /// Every hour that is not in this part, as a window.
    pub(super) fn others(self) -> CallingWindow {
        CallingWindow::daily(Self::ALL.into_iter().filter(|part| *part != self).map(Self::span))
            .expect("the parts of a day do not overlap")
    }

    fn span(self) -> Span {
        let hour = |hour| DayMinute::new(hour, 0).expect("an hour of the day");
        let (opens, closes) = match self {
            Self::Morning => (0, 12),
            Self::Afternoon => (12, 17),
            Self::Evening => (17, 24),
        };
        Span::new(hour(opens), hour(closes)).expect("a part of the day opens before it closes")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    #[test]
    fn every_minute_is_in_one_part_and_in_the_others_of_the_other_two() {
        for (hour, part) in
            [(0, DayPart::Morning), (11, DayPart::Morning), (12, DayPart::Afternoon), (16, DayPart::Afternoon)]
                .into_iter()
                .chain([(17, DayPart::Evening), (23, DayPart::Evening)])
        {
            let wall = time(hour, 59, 59, 0);
            assert_eq!(DayPart::of(wall), part, "{wall}");
            for other in DayPart::ALL {
                let date = jiff::civil::date(2026, 11, 23);
                assert_eq!(other.others().holds(date.to_datetime(wall)), other != part, "{wall} {other:?}");
            }
        }
    }
}

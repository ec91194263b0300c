//! Reading a time of day as people type it: `14:05`, `1405`, `2:05 PM`, `2 pm`.

use jiff::civil::Time;

/// Why a typed time cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeProblem {
    /// Nothing was typed.
    #[error("type a time, like 14:05 or 2:05 PM")]
    Empty,
    /// Not a time in any form we know.
    #[error("\"{0}\" is not a time; type it like 14:05 or 2:05 PM")]
    Unreadable(String),
    /// A lone hour can be in the morning or the evening.
    #[error("{hour} could be morning or evening; type {hour}:00 by the 24-hour clock, or {hour} AM or {hour} PM")]
    HourAlone {
        /// The hour as typed.
        hour: i8,
    },
    /// There is no such hour.
    #[error("there is no hour {hour}; by the 24-hour clock hours run from 0 to 23, and midnight is 00:00")]
    NoSuchHour {
        /// The hour as typed.
        hour: i8,
    },
    /// With AM or PM there is no such hour.
    #[error("with AM or PM hours run from 1 to 12, not {hour}; leave AM and PM away for the 24-hour clock")]
    NoSuchHalfDayHour {
        /// The hour as typed.
        hour: i8,
    },
    /// There is no such minute.
    #[error("there is no minute {minute}; minutes run from 00 to 59")]
    NoSuchMinute {
        /// The minute as typed.
        minute: i8,
    },
}

#[derive(Clone, Copy)]
enum Half {
    Am,
    Pm,
}

/// Reads a time of day: by the 24-hour clock `14:05`, `9:05`, `14.05` or `1405`; by the 12-hour clock `2:05 PM`, `2pm`,
/// `2 p.m.`, where 12 AM is midnight and 12 PM is noon.
pub fn read_clock_time(text: &str) -> Result<Time, TimeProblem> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    if plain.is_empty() {
        return Err(TimeProblem::Empty);
    }
    let (clock, half) = split_half(&plain);
    let (hour, minute) = numbers(clock).ok_or_else(|| TimeProblem::Unreadable(text.trim().to_owned()))?;
    let hour = match half {
        Some(half) => half_day_hour(hour, half)?,
        None if hour > 23 => return Err(TimeProblem::NoSuchHour { hour }),
        None if minute.is_none() => return Err(TimeProblem::HourAlone { hour }),
        None => hour,
    };
    let minute = minute.unwrap_or(0);
    Time::new(hour, minute, 0, 0).map_err(|_| TimeProblem::NoSuchMinute { minute })
}

fn split_half(plain: &str) -> (&str, Option<Half>) {
    let endings = [("am", Half::Am), ("a.m.", Half::Am), ("pm", Half::Pm), ("p.m.", Half::Pm)];
    let ended = endings.into_iter().find_map(|(ending, half)| Some((plain.strip_suffix(ending)?, Some(half))));
    ended.unwrap_or((plain, None))
}

/// The hour and, if there is one, the minute: `14:05`, `14.05`, `1405`, `14`.
fn numbers(clock: &str) -> Option<(i8, Option<i8>)> {
    let number = |digits: &str, longest: usize| -> Option<i8> {
        let fits = (1..=longest).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if fits { digits.parse().ok() } else { None }
    };
    let (hour, minute) = match clock.split_once([':', '.']) {
        Some(parts) => parts,
        // Three digits are not read: 130 may be a slip for 1:30 or for 13:0x.
        None if clock.len() == 4 => clock.split_at_checked(2)?,
        None => return Some((number(clock, 2)?, None)),
    };
    if minute.len() == 2 { Some((number(hour, 2)?, Some(number(minute, 2)?))) } else { None }
}

fn half_day_hour(hour: i8, half: Half) -> Result<i8, TimeProblem> {
    match (hour, half) {
        (1..=12, Half::Am) => Ok(hour % 12),
        (1..=12, Half::Pm) => Ok(hour % 12 + 12),
        _ => Err(TimeProblem::NoSuchHalfDayHour { hour }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        for (texts, hour, minute) in [
            (&["14:05", "14.05", "1405", " 14:05 ", "2:05 PM", "02:05pm", "2:05\u{202f}PM", "2.05 p.m."][..], 14, 5),
            (&["2 pm", "2PM", "14:00"], 14, 0),
            (&["0905", "9:05", "9:05 am"], 9, 5),
            (&["12:00 AM", "12 am", "00:00", "0:00", "0000"], 0, 0),
            (&["12:30 AM", "0:30"], 0, 30),
            (&["12 PM", "12:00", "12 p. m."], 12, 0),
            (&["23:59", "11:59 pm"], 23, 59),
        ] {
            for text in texts {
                assert_eq!(read_clock_time(text), Ok(jiff::civil::time(hour, minute, 0, 0)), "{text}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_explained() {
        let unreadable = |text: &str| TimeProblem::Unreadable(text.to_owned());
        for (text, problem) in [
            ("", TimeProblem::Empty),
            (" \u{a0}", TimeProblem::Empty),
            ("9", TimeProblem::HourAlone { hour: 9 }),
            ("24:00", TimeProblem::NoSuchHour { hour: 24 }),
            ("99", TimeProblem::NoSuchHour { hour: 99 }),
            ("13 pm", TimeProblem::NoSuchHalfDayHour { hour: 13 }),
            ("0:30 am", TimeProblem::NoSuchHalfDayHour { hour: 0 }),
            ("14:60", TimeProblem::NoSuchMinute { minute: 60 }),
            ("2:75 pm", TimeProblem::NoSuchMinute { minute: 75 }),
            ("14:5", unreadable("14:5")),
            ("905", unreadable("905")),
            ("14:05:00", unreadable("14:05:00")),
            ("-1:00", unreadable("-1:00")),
            ("pm", unreadable("pm")),
            ("noon", unreadable("noon")),
            ("\u{0661}\u{0664}:\u{0660}\u{0665}", unreadable("\u{0661}\u{0664}:\u{0660}\u{0665}")),
            ("\u{e9}\u{e9}", unreadable("\u{e9}\u{e9}")),
            ("a\u{e9}b", unreadable("a\u{e9}b")),
        ] {
            assert_eq!(read_clock_time(text), Err(problem), "{text}");
        }
    }
}

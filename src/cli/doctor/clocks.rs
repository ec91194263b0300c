//! Do the clocks agree? Callbacks and calling hours follow ours; logs are read side by side.

use jiff::Timestamp;

use super::Finding;

/// Clocks that are kept by a time service differ by less than this.
const DOUBTFUL_MILLIS: i64 = 2_000;
/// From here on somebody is called at the wrong minute.
const BAD_MILLIS: i64 = 60_000;

/// What to think of a clock that shows this while ours shows `ours`.
pub(super) fn judge(whose: &str, shows: Timestamp, ours: Timestamp) -> Finding {
    let ahead = shows.as_millisecond() - ours.as_millisecond();
    let off = ahead.abs();
    if off < DOUBTFUL_MILLIS {
        return Finding::Good(format!("the clock of {whose} and ours agree"));
    }
    let (seconds, side) = (off / 1000, if ahead > 0 { "ahead of" } else { "behind" });
    let says = format!("the clock of {whose} is {seconds} s {side} ours");
    let hint = "run a time service on both machines (chrony, systemd-timesyncd)";
    if off < BAD_MILLIS { Finding::Doubtful(format!("{says}: {hint}")) } else { Finding::Bad(says, hint.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_farther_the_worse() {
        let ours: Timestamp = "2026-11-25T10:00:00Z".parse().unwrap();
        for (shows, says) in [
            ("2026-11-25T10:00:01.500Z", "ok    the clock of the pbx and ours agree"),
            ("2026-11-25T10:00:05Z", "look  the clock of the pbx is 5 s ahead of ours: run a time service"),
            ("2026-11-25T09:00:00Z", "BAD   the clock of the pbx is 3600 s behind ours\n      run a time service"),
        ] {
            let told = judge("the pbx", shows.parse().unwrap(), ours).to_string();
            assert!(told.starts_with(says), "{told}");
        }
    }
}

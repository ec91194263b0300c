//! What is measured and logged, under which names. Phone numbers, names and tokens never get here: a [`PhoneNumber`]
//! shows itself redacted, events carry ids only.
//!
//! [`PhoneNumber`]: crate::domain::phone::PhoneNumber

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::domain::{event::Event, outcome::Outcome, zone_rules::ZoneRules};

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// Can it say what is logged? A piece is a level, or a target and its level; a bare word would be a target that logs
/// everything, which nobody means.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn check_filter(filter: &str) -> Result<(), String> {
    let is_level =
        |word: &str| ["off", "error", "warn", "info", "debug", "trace"].contains(&word.to_lowercase().as_str());
    let is_piece = |piece: &str| match piece.trim().split_once('=') {
        Some((target, level)) => !target.is_empty() && is_level(level),
        None => is_level(piece.trim()),
    };
    match filter.split(',').find(|piece| !is_piece(piece)) {
        Some(piece) => {
            Err(format!("\"{piece}\" does not say what is logged: write a level like info, or rappel=debug,sqlx=warn"))
        }
        None => Ok(()),
    }
}

/// Starts logging to standard error. `filter` is like `info` or `rappel=debug,sqlx=warn`.
pub fn start_logging(filter: &str, format: LogFormat) {
    let filter =
        tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start (tests) changes nothing.
    match format {
        LogFormat::Text => drop(log.try_init()),
        LogFormat::Json => drop(log.json().try_init()),
    }
}

/// Says what each metric means.
pub fn describe_metrics() {
    describe_counter!("rappel_events_total", "Events committed, by type");
    describe_counter!("rappel_outcomes_total", "Attempts ended, by outcome");
    describe_counter!("rappel_suggestions_total", "Guesses of the switch who answered, by guess");
    describe_counter!("rappel_refusals_total", "Commands refused, by code");
    describe_counter!("rappel_team_failures_total", "Times a team was taken over again because the store failed");
    describe_counter!("rappel_sign_ins_total", "Tries to sign in with a password, by what came of them");
    describe_histogram!("rappel_step_seconds", Unit::Seconds, "One step: decide, commit, act");
    describe_histogram!("rappel_step_inputs", "Inputs covered by one commit");
    describe_histogram!(
        "rappel_ready_to_preview_seconds",
        Unit::Seconds,
        "From an agent's Ready to the committed preview, where a contact could be called"
    );
    describe_gauge!("rappel_zone_rules_age_days", "Age of the time zone rules in use");
}

/// The zone rules in use, and how old they are.
pub fn zone_rules(rules: &ZoneRules, now: jiff::Timestamp) {
    #[expect(clippy::cast_precision_loss, reason = "days")]
    gauge!("rappel_zone_rules_age_days", "version" => rules.version().to_owned()).set(rules.age_days(now) as f64);
}

/// An event was committed.
pub fn event(event: &Event) {
    counter!("rappel_events_total", "type" => event.name()).increment(1);
    match event {
        Event::AttemptEnded { outcome, .. } => {
            counter!("rappel_outcomes_total", "outcome" => outcome.name()).increment(1);
        }
        Event::ClassificationSuggested { to, .. } => {
            counter!("rappel_suggestions_total", "to" => Outcome::from(*to).name()).increment(1);
        }
        Event::CommandRefused { code, .. } => {
            counter!("rappel_refusals_total", "code" => code.clone()).increment(1);
        }
        _ => {}
    }
}

/// Somebody tried a password: `good`, `wrong`, or `slowed` before it was looked at.
pub fn sign_in(result: &'static str) {
    counter!("rappel_sign_ins_total", "result" => result).increment(1);
}

/// A step is done.
pub fn step_done(inputs: usize, took: Duration) {
    histogram!("rappel_step_seconds").record(took);
    #[expect(clippy::cast_precision_loss, reason = "at most a batch")]
    histogram!("rappel_step_inputs").record(inputs as f64);
}

/// A preview came to an agent who had just said Ready.
pub fn ready_to_preview(took: Duration) {
    histogram!("rappel_ready_to_preview_seconds").record(took);
}

/// A team has to be taken over again.
pub fn team_failed() {
    counter!("rappel_team_failures_total").increment(1);
}

#[cfg(test)]
mod tests {
    use super::check_filter;

    #[test]
    fn a_filter_is_made_of_levels_and_targets() {
        for good in ["info", "INFO", "warn,rappel=debug", "rappel::http=trace, sqlx=off"] {
            assert_eq!(check_filter(good), Ok(()), "{good}");
        }
        for bad in ["", "bla", "bla,,", "info,", "rappel=loud", "=info"] {
            assert!(check_filter(bad).is_err(), "{bad}");
        }
    }
}

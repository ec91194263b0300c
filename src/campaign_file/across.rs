//! What the keys of a file say about each other. Keys that are left out count with their defaults.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    hours,
    says::{Expected, Hint, Message, Wrong},
    walk::Walk,
};
use crate::domain::{
    calling_defaults::cautious_hours,
    calling_window::Span,
    campaign::{AttemptRules, CallbackRules},
    phone::Country,
    queue::{ANSWER_SECONDS_MAX_DEFAULT, WAIT_SECONDS_MAX_DEFAULT},
};

/// Notes all that does not fit together.
pub(super) fn check(file: &DeTable<'_>, walk: &mut Walk<'_>) {
    let file = File(file);
    attempts(&file, walk);
    wrap_up(&file, walk);
    preview(&file, walk);
    callbacks(&file, walk);
    retries(&file, walk);
    caller_id(&file, walk);
    cautious(&file, walk);
}

/// Notes all that does not fit together in the file of a queue.
pub(super) fn check_queue(file: &DeTable<'_>, walk: &mut Walk<'_>) {
    let file = File(file);
    wrap_up(&file, walk);
    waiting(&file, walk);
}

struct File<'f>(&'f DeTable<'f>);

impl<'f> File<'f> {
    /// The value at a dotted path.
    fn get(&self, path: &str) -> Option<&'f Spanned<DeValue<'f>>> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        rest.into_iter()
            .flat_map(|rest| rest.split('.'))
            .try_fold(self.0.get(first)?, |value, key| value.get_ref().as_table()?.get(key))
    }

    /// Where the first of these paths that is in the file begins; the beginning of the file if none is.
    fn place(&self, paths: &[&str]) -> usize {
        paths.iter().find_map(|path| self.get(path)).map_or(0, |value| value.span().start)
    }

    fn word(&self, path: &str) -> Option<&'f str> {
        self.get(path)?.get_ref().as_str()
    }

    fn whole(&self, path: &str, default: u32) -> u32 {
        let written = self.get(path).and_then(|value| value.get_ref().as_integer());
        written.and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok()).unwrap_or(default)
    }

    fn is_false(&self, path: &str) -> bool {
        self.get(path).and_then(|value| value.get_ref().as_bool()) == Some(false)
    }
}

fn attempts(file: &File<'_>, walk: &mut Walk<'_>) {
    let default = AttemptRules::default();
    let number_max = file.whole("attempts.number_max", default.number_max);
    let contact_max = file.whole("attempts.contact_max", default.contact_max);
    if number_max > contact_max && walk.accepts(&["attempts.number_max", "attempts.contact_max"]) {
        let at = file.place(&["attempts.number_max", "attempts.contact_max"]);
        let message = Message::NeverSoMany { number_max, contact_max };
        walk.warning(at, "attempts.number_max", Wrong::new(message, Expected::ContactMax));
    }
}

fn wrap_up(file: &File<'_>, walk: &mut Walk<'_>) {
    let has_reasons = file
        .get("wrap_up.reasons")
        .is_some_and(|reasons| reasons.get_ref().as_array().is_none_or(|reasons| !reasons.is_empty()));
    if file.word("wrap_up.mode") == Some("required_with_reason") && !has_reasons {
        let wrong = Wrong::new(Message::NoReasons, Expected::Reasons).with_hint(Hint::ReasonsOrRequired);
        walk.error(file.place(&["wrap_up.mode"]), "wrap_up.mode", wrong);
    }
}

/// When time is over, an agent who waits must not get what the campaign forbids. Being made Not ready is no reward.
fn preview(file: &File<'_>, walk: &mut Walk<'_>) {
    for (end, allowed) in [("reject", "preview.reject_allowed"), ("close", "preview.close_allowed")] {
        if file.word("preview.at_end") == Some(end) && file.is_false(allowed) {
            let message = Message::EndForbidden { end, allowed };
            let wrong = Wrong::new(message, Expected::Words { words: &["accept", "reject_and_not_ready"] });
            walk.error(file.place(&["preview.at_end"]), "preview.at_end", wrong);
        }
    }
}

fn callbacks(file: &File<'_>, walk: &mut Walk<'_>) {
    let default = CallbackRules::default();
    let own_seconds = file.whole("callbacks.own_agent_wait_seconds", default.own_agent_wait_seconds);
    let missed_minutes = file.whole("callbacks.missed_after_minutes", default.missed_after_minutes);
    let is_read = walk.accepts(&["callbacks.own_agent_wait_seconds", "callbacks.missed_after_minutes"]);
    let is_late = u64::from(own_seconds) > u64::from(missed_minutes) * 60;
    if is_read && is_late && file.word("callbacks.owner") != Some("any") {
        let at = file.place(&["callbacks.own_agent_wait_seconds", "callbacks.missed_after_minutes"]);
        let message = Message::MissedBefore { seconds: own_seconds, minutes: missed_minutes };
        walk.warning(at, "callbacks.own_agent_wait_seconds", Wrong::new(message, Expected::MissedAfter));
    }
}

fn waiting(file: &File<'_>, walk: &mut Walk<'_>) {
    let keys = ["answer_seconds_max", "wait_seconds_max"];
    let answer = file.whole(keys[0], ANSWER_SECONDS_MAX_DEFAULT);
    let wait = file.whole(keys[1], WAIT_SECONDS_MAX_DEFAULT);
    if answer > wait && walk.accepts(&keys) {
        let message = Message::LetGoBefore { wait, answer };
        walk.warning(file.place(&keys), keys[0], Wrong::new(message, Expected::WaitMax));
    }
}

fn retries(file: &File<'_>, walk: &mut Walk<'_>) {
    let Some(table) = file.get("retry").and_then(|retry| retry.get_ref().as_table()) else { return };
    for outcome in table.keys() {
        let path = |key: &str| format!("retry.{}.{key}", outcome.get_ref());
        let then = file.word(&path("then"));
        let Some(then @ ("close" | "close_number")) = then else { continue };
        for key in ["after_minutes", "other_day_part"].map(path) {
            // What rules that were written out say of it, which is nothing, misleads nobody.
            let says = file.get(&key).filter(|_| file.whole(&key, 1) != 0 && !file.is_false(&key));
            if let Some(value) = says {
                let message = Message::NeverAgain { then: then.to_owned() };
                walk.warning(value.span().start, &key, Wrong::new(message, Expected::ThenRetry));
            }
        }
    }
}

fn caller_id(file: &File<'_>, walk: &mut Walk<'_>) {
    if file.get("call.caller_id").is_none() {
        let wrong = Wrong::new(Message::NoCallerId, Expected::OwnNumber);
        walk.warning(file.place(&["call"]), "call.caller_id", wrong);
    }
}

fn cautious(file: &File<'_>, walk: &mut Walk<'_>) {
    let Some(Ok(country)) = file.word("country").map(str::parse::<Country>) else { return };
    let Some(table) = file.get("hours").and_then(|hours| hours.get_ref().as_table()) else { return };
    let cautious = cautious_hours(country);
    for hours in hours::written(table, "hours") {
        let Some(day) = hours.days.iter().find(|day| !is_inside(hours.span, cautious.window.spans(**day))) else {
            continue;
        };
        let (span, day) = (hours.span.to_string(), format!("{day:?}"));
        let message = Message::OutsideCautious { hours: span, day, country: country.to_string() };
        let wrong = Wrong::new(message, Expected::Inside { week: Box::new(cautious.window.clone()) });
        let hint = Hint::KeepIfAllowed { citation: cautious.citation };
        walk.warning(hours.at, &hours.key, wrong.with_hint(hint));
    }
}

fn is_inside(span: Span, allowed: &[Span]) -> bool {
    allowed.iter().any(|allowed| allowed.opens() <= span.opens() && span.closes() <= allowed.closes())
}

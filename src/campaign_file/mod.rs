//! Reading and checking a campaign file, or a queue file, which is written in the same manner.
//!
//! [`check`] finds everything that is wrong at once, each with its place, so that a person mends a file in one go:
//! 1. the text is read as TOML as far as that is possible;
//! 2. `walk` compares what was read with `shape`, the one table of keys, values and ranges;
//! 3. `across` asks what keys say about each other;
//! 4. only a file without an error becomes [`CampaignRules`] or [`QueueRules`].

mod across;
mod hours;
mod likeness;
mod places;
mod problem;
pub mod says;
mod schema;
mod shape;
mod values;
mod walk;

use std::{collections::BTreeSet, fs, io, path::Path};

use serde::{Serialize, de::DeserializeOwned};
use toml::de::DeTable;

use self::{places::Places, shape::Form, walk::Walk};
pub use self::{
    problem::{Problem, Severity},
    schema::json_schema,
};
use crate::domain::{calling_defaults::cautious_hours, campaign::CampaignRules, queue::QueueRules};

/// A queue file that shows each key.
pub const QUEUE_EXAMPLE: &str = include_str!("queue_example.toml");

/// What [`check`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked<R = CampaignRules> {
    /// The rules, unless a problem is an error. Hours that were left out are the cautious ones of the country.
    pub rules: Option<R>,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
}

impl<R> Checked<R> {
    /// Is a problem an error?
    pub fn has_errors(&self) -> bool {
        has_errors(&self.problems)
    }
}

fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// The text of the file at `path`, without a byte order mark.
pub fn read(path: &Path) -> io::Result<String> {
    let text = String::from_utf8(fs::read(path)?).map_err(|error| {
        let before = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let line = 1 + before.matches('\n').count();
        io::Error::new(io::ErrorKind::InvalidData, format!("line {line} is not UTF-8: save the file as UTF-8"))
    })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Everything that is wrong with the text of a campaign file, and its rules if no error is among it.
pub fn check(text: &str) -> Checked {
    check_form(text, &shape::CAMPAIGN_FILE, across::check, campaign_rules)
}

/// Everything that is wrong with the text of a queue file, and its rules if no error is among it.
pub fn check_queue(text: &str) -> Checked<QueueRules> {
    check_form(text, &shape::QUEUE_FILE, across::check_queue, read_rules)
}

/// Rules as a file that [`check`] or [`check_queue`] reads again, with everything that was left out when they were written first.
pub fn written<R: Serialize>(rules: &R) -> String {
    toml::to_string(rules).expect("rules are tables of plain values")
}

fn check_form<R>(
    text: &str,
    form: &Form,
    across: fn(&DeTable<'_>, &mut Walk<'_>),
    rules: fn(&str) -> Result<R, toml::de::Error>,
) -> Checked<R> {
    let places = Places::new(text);
    let (table, mistakes) = DeTable::parse_recoverable(text);
    let mut problems: Vec<_> = mistakes.iter().map(|mistake| places.mistake(mistake)).collect();
    let broken: BTreeSet<_> = problems.iter().map(|problem| problem.line).collect();

    let mut walk = Walk::new(form, &places, broken.is_empty());
    walk.file(table.get_ref());
    if broken.is_empty() {
        across(table.get_ref(), &mut walk);
    }
    // A line that cannot be read says nothing about its value.
    problems.extend(walk.into_problems().into_iter().filter(|problem| !broken.contains(&problem.line)));
    problems.sort_by_key(|problem| (problem.line, problem.column));
    if has_errors(&problems) {
        return Checked { rules: None, problems };
    }
    match rules(text) {
        Ok(rules) => Checked { rules: Some(rules), problems },
        Err(mistake) => {
            problems.push(places.mistake(&mistake));
            Checked { rules: None, problems }
        }
    }
}

fn read_rules<R: DeserializeOwned>(text: &str) -> Result<R, toml::de::Error> {
    R::deserialize(toml::de::Deserializer::parse(text)?)
}

fn campaign_rules(text: &str) -> Result<CampaignRules, toml::de::Error> {
    let mut rules: CampaignRules = read_rules(text)?;
    if rules.hours.is_never_open() {
        let closed_dates = rules.hours.closed_dates().iter().copied();
        rules.hours = cautious_hours(rules.country).window.with_closed_dates(closed_dates);
    }
    Ok(rules)
}

//! Reading and checking a campaign file.
//!
//! [`check`] finds everything that is wrong at once, each with its place, so that a person mends a file in one go:
//! 1. the text is read as TOML as far as that is possible;
//! 2. `walk` compares what was read with `shape`, the one table of keys, values and ranges;
//! 3. `across` asks what keys say about each other;
//! 4. only a file without an error becomes [`CampaignRules`].

mod across;
mod hours;
mod likeness;
mod places;
mod problem;
mod schema;
mod shape;
mod values;
mod walk;

use std::{collections::BTreeSet, fs, io, path::Path};

use serde::Deserialize;
use toml::de::DeTable;

use self::{places::Places, walk::Walk};
pub use self::{
    problem::{Problem, Severity},
    schema::json_schema,
};
use crate::domain::{calling_defaults::cautious_hours, campaign::CampaignRules};

/// What [`check`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The rules, unless a problem is an error. Hours that were left out are the cautious ones of the country.
    pub rules: Option<CampaignRules>,
    /// What is wrong, in the order of the file.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Is a problem an error?
    pub fn has_errors(&self) -> bool {
        has_errors(&self.problems)
    }
}

fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// The text of the campaign file at `path`, without a byte order mark.
pub fn read(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Everything that is wrong with the text of a campaign file, and its rules if no error is among it.
pub fn check(text: &str) -> Checked {
    let places = Places::new(text);
    let (table, mistakes) = DeTable::parse_recoverable(text);
    let mut problems: Vec<_> = mistakes.iter().map(|mistake| places.mistake(mistake)).collect();
    let broken: BTreeSet<_> = problems.iter().map(|problem| problem.line).collect();

    let mut walk = Walk::new(&places, broken.is_empty());
    walk.file(table.get_ref());
    if broken.is_empty() {
        across::check(table.get_ref(), &mut walk);
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

fn rules(text: &str) -> Result<CampaignRules, toml::de::Error> {
    let mut rules = CampaignRules::deserialize(toml::de::Deserializer::parse(text)?)?;
    if rules.hours.is_never_open() {
        let closed_dates = rules.hours.closed_dates().iter().copied();
        rules.hours = cautious_hours(rules.country).window.with_closed_dates(closed_dates);
    }
    Ok(rules)
}

//! A contact as a list says it, before it has a place in a campaign.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{DialTime, RowProblem};
use crate::domain::contact::{ContactNumber, StatedZones};

/// One row of a list, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IntakeContact {
    /// The line or row it begins on, from 1.
    pub line: u64,
    /// The customer's account number, empty if the list has none.
    pub account_number: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Its numbers in the order of the columns, each once, at least one.
    pub numbers: Vec<ContactNumber>,
    /// The other columns that say something, by their names.
    pub variables: BTreeMap<String, String>,
    /// The zones that the list states, for all numbers.
    pub stated_zones: Option<StatedZones>,
    /// Not to be called before.
    pub dial_time: Option<DialTime>,
    /// Numbers that were left out because they are bad ([`super::BadNumber::Drop`]).
    pub dropped: Vec<RowProblem>,
}

impl IntakeContact {
    /// Two rows with one key are one contact.
    ///
    /// With an account number that number is the key, so that a list loaded again with other numbers finds its contacts.
    /// Without one the key is the numbers, sorted, and the name in lower case: two people of one household share a number
    /// and have different names. The parts are separated by a sign that no list holds.
    pub fn dedupe_key(&self) -> String {
        if !self.account_number.is_empty() {
            return format!("account\u{1f}{}", self.account_number);
        }
        let mut numbers: Vec<_> = self.numbers.iter().map(|number| number.number.as_str()).collect();
        numbers.sort_unstable();
        let (first, last) = (self.first_name.to_lowercase(), self.last_name.to_lowercase());
        format!("numbers\u{1f}{}\u{1f}{first}\u{1f}{last}", numbers.join(","))
    }
}

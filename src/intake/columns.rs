//! What each column of a list is: by its header, or as the person who loads it says.

use std::{collections::BTreeSet, fmt};

use super::{
    ListProblem,
    options::ColumnChoice,
    row::VARIABLES_MAX,
    synonyms::{plain, role_of},
};
use crate::domain::contact::NUMBERS_MAX;

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The customer's account number.
    AccountNumber,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// A number; there may be several.
    Phone,
    /// The zone the customer said to be in: IANA names with commas between.
    TimeZone,
    /// Not to be called before.
    DialTime,
    /// Kept with the contact, shown in the preview.
    Variable,
    /// Not read.
    Ignore,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::AccountNumber,
        Self::FirstName,
        Self::LastName,
        Self::Phone,
        Self::TimeZone,
        Self::DialTime,
        Self::Variable,
        Self::Ignore,
    ];
    pub(super) const EXPECTED: &'static str = "ROLE=HEADER, where ROLE is account_number, first_name, last_name, phone, \
                                               time_zone, dial_time, variable or ignore";

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountNumber => "account_number",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Phone => "phone",
            Self::TimeZone => "time_zone",
            Self::DialTime => "dial_time",
            Self::Variable => "variable",
            Self::Ignore => "ignore",
        }
    }

    fn is_of_one_column(self) -> bool {
        !matches!(self, Self::Phone | Self::Variable | Self::Ignore)
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its header, as it is in the file.
    pub header: String,
    /// What contacts call it: the header without spaces around it, made unlike all before it.
    pub name: String,
    /// What problems call it: its name, or the path of a field that was not in a file.
    pub field: String,
    /// What it is.
    pub role: Role,
}

/// What each column of a list is. Shown, it is a table for the person who loads the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnMap(Vec<Column>);

impl ColumnMap {
    /// From the headers of a list and what was said about them. A role that was given to a column by name is not looked
    /// for in other headers.
    pub fn new(headers: &[String], choices: &[ColumnChoice]) -> Result<Self, ListProblem> {
        let mut roles = chosen(headers, choices)?;
        let given: BTreeSet<_> = choices.iter().map(|choice| choice.role).collect();
        let found: Vec<_> =
            headers.iter().map(|header| role_of(header).filter(|(role, _)| !given.contains(role))).collect();
        for role in Role::ALL {
            let ranks = found.iter().zip(&roles).filter(|(_, taken)| taken.is_none());
            let best = ranks.filter_map(|(found, _)| found.filter(|(r, _)| *r == role)).map(|(_, rank)| rank).min();
            for (slot, found) in roles.iter_mut().zip(&found) {
                if slot.is_none() && best.is_some_and(|best| *found == Some((role, best))) {
                    *slot = Some(role);
                    if role.is_of_one_column() {
                        break;
                    }
                }
            }
        }
        let names = unlike_names(headers);
        let columns = headers.iter().cloned().zip(names).zip(roles);
        let columns = columns.map(|((header, name), role)| {
            let (field, role) = (name.clone(), role.unwrap_or(Role::Variable));
            Column { header, name, field, role }
        });
        let map = Self(columns.collect());
        map.check(headers)?;
        Ok(map)
    }

    /// Columns that are known for what they are.
    pub(super) fn of(columns: Vec<Column>) -> Self {
        Self(columns)
    }

    /// The columns, in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, Column> {
        self.0.iter()
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Are there none? There never are.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn check(&self, headers: &[String]) -> Result<(), ListProblem> {
        let count = |role| self.0.iter().filter(|column| column.role == role).count();
        if count(Role::Phone) == 0 {
            return Err(ListProblem::NoPhoneColumn { headers: headers.to_vec() });
        }
        for (role, kind, max) in
            [(Role::Phone, "numbers", NUMBERS_MAX), (Role::Variable, "call variables", VARIABLES_MAX)]
        {
            if count(role) > max {
                return Err(ListProblem::TooManyColumns { kind, count: count(role), max });
            }
        }
        Ok(())
    }
}

impl<'m> IntoIterator for &'m ColumnMap {
    type Item = &'m Column;
    type IntoIter = std::slice::Iter<'m, Column>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The roles that were given by name.
fn chosen(headers: &[String], choices: &[ColumnChoice]) -> Result<Vec<Option<Role>>, ListProblem> {
    let mut roles = vec![None; headers.len()];
    for ColumnChoice { role, header } in choices {
        let is_it = |other: &&String| other.trim().to_lowercase() == header.trim().to_lowercase();
        let exact = headers.iter().position(|other| is_it(&other));
        let found = exact.or_else(|| headers.iter().position(|other| plain(other) == plain(header)));
        let Some(found) = found else {
            return Err(ListProblem::NoSuchColumn { asked: header.clone(), headers: headers.to_vec() });
        };
        if role.is_of_one_column() && roles.contains(&Some(*role)) {
            return Err(ListProblem::NamedTwice { role: role.name() });
        }
        roles[found] = Some(*role);
    }
    Ok(roles)
}

/// A name for each header: `Notes`, `Notes (2)`; `column 3` where there is none.
fn unlike_names(headers: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(headers.len());
    for (header, position) in headers.iter().zip(1..) {
        let header = header.trim();
        let name = if header.is_empty() { format!("column {position}") } else { header.to_owned() };
        let candidates = std::iter::once(name.clone()).chain((2..).map(|count| format!("{name} ({count})")));
        names.extend(candidates.into_iter().find(|candidate| !names.contains(candidate)));
    }
    names
}

impl fmt::Display for ColumnMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|column| column.name.chars().count()).max().unwrap_or_default();
        for Column { name, role, .. } in &self.0 {
            let role = match role {
                Role::Variable => "call variable",
                Role::Ignore => "not read",
                role => role.name(),
            };
            writeln!(f, "{name:width$}  {role}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(headers: &str, choices: &[&str]) -> Result<ColumnMap, ListProblem> {
        let headers: Vec<_> = headers.split(',').map(str::to_owned).collect();
        let choices: Vec<_> = choices.iter().map(|choice| choice.parse().unwrap()).collect();
        ColumnMap::new(&headers, &choices)
    }

    fn roles(headers: &str, choices: &[&str]) -> String {
        map(headers, choices).unwrap().iter().map(|column| column.role.name()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn headers_and_choices_make_roles() {
        for (headers, choices, expected) in [
            (
                "Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time",
                &[][..],
                "account_number first_name last_name phone phone phone dial_time",
            ),
            ("Nom,Prénom,Fixe,Portable,Contrat", &[], "last_name first_name phone phone variable"),
            // The clearer header wins, the other is kept.
            ("Name,Last Name,Tel,Number", &[], "variable last_name phone variable"),
            ("Name,Number,City", &[], "last_name phone variable"),
            ("Nom,Nom,Tel", &[], "last_name variable phone"),
            // What is said wins over what is found.
            ("Tel,Mobile,Code", &["phone=mobile"], "variable phone variable"),
            ("Tel,Mobile,Code", &["ignore=Mobile", "account_number=CODE"], "phone ignore account_number"),
            ("A,B", &["phone=A", "phone=B"], "phone phone"),
        ] {
            assert_eq!(roles(headers, choices), expected, "{headers}");
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        let said = |headers: &str, choices: &[&str]| map(headers, choices).unwrap_err().to_string();
        assert_eq!(
            said("Name,City", &[]),
            "no column holds telephone numbers; name one with --column phone=HEADER. The headers are \"Name\", \"City\""
        );
        assert_eq!(said("Tel", &["dial_time=When"]), "no column is called \"When\"; the headers are \"Tel\"");
        assert_eq!(said("Tel,A,B", &["last_name=A", "last_name=B"]), "two columns are named as last_name; name one");
        let many = (1..=11).map(|count| format!("Phone{count}")).collect::<Vec<_>>().join(",");
        assert!(said(&many, &[]).starts_with("the list has 11 columns of numbers, and a contact has 10 at most"));
        assert!(
            said(&format!("Tel{}", ",x".repeat(101)), &[]).starts_with("the list has 101 columns of call variables")
        );
    }

    #[test]
    fn columns_are_told_apart_and_shown() {
        let map = map(" Tel ,Note,Note,,Note (2)", &[]).unwrap();
        let names: Vec<_> = map.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["Tel", "Note", "Note (2)", "column 4", "Note (2) (2)"]);
        assert_eq!(map.to_string().lines().next(), Some("Tel           phone"));
        assert_eq!(map.to_string().lines().nth(1), Some("Note          call variable"));
    }
}

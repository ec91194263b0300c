//! A contact that was not in a file but said field by field: it is read as a row whose columns are known, so that its
//! rules are those of lists.

use super::{
    BadNumber, Column, ColumnMap, IntakeContact, RowProblem,
    columns::Role,
    row::{self, NAME_CHARS_MAX, RowRules, VARIABLES_MAX, problem, unfit},
    text::{End, Record},
};
use crate::domain::{contact::NUMBERS_MAX, phone::Country};

/// One field of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Where it stands, for problems: `numbers[0]`.
    pub path: String,
    /// The label of a number, the name of a call variable; others need none.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// What it says; blank is as good as left out.
    pub text: String,
}

/// Makes a contact of fields, or says everything that is wrong with them. `line` is what tells it from others that came
/// with it; a bad number refuses the contact.
///
/// # Errors
/// The problems, by the paths of the fields.
pub fn read_fields(line: u64, fields: Vec<Field>, country: Country) -> Result<IntakeContact, Vec<RowProblem>> {
    if let Some(too_many) = too_many(line, &fields) {
        return Err(vec![too_many]);
    }
    let mut problems: Vec<_> = fields.iter().filter_map(|field| bad_name(line, field)).collect();
    let (columns, cells) = fields.into_iter().map(Field::split).unzip();
    let record = Record { line, cells, end: End::Whole };
    let rules = RowRules { country, bad_number: BadNumber::Refuse };
    match row::read(&record, &ColumnMap::of(columns), rules) {
        Ok(contact) if problems.is_empty() => Ok(contact),
        read => {
            problems.extend(read.err().into_iter().flatten());
            Err(problems)
        }
    }
}

impl Field {
    fn split(self) -> (Column, String) {
        let Self { path, name, role, text } = self;
        (Column { header: path.clone(), name, field: path, role }, text)
    }
}

/// A list has its columns counted once; here every contact brings its own.
fn too_many(line: u64, fields: &[Field]) -> Option<RowProblem> {
    let kinds = [
        (Role::Phone, "numbers", NUMBERS_MAX, "too_many_numbers"),
        (Role::Variable, "variables", VARIABLES_MAX, "too_many_variables"),
    ];
    kinds.into_iter().find_map(|(role, field, max, code)| {
        let count = fields.iter().filter(|field| field.role == role).count();
        let reason = || format!("there are {count}, and a contact has {max} at most: leave some out");
        (count > max).then(|| problem(line, field, "", reason(), code))
    })
}

/// A header that says nothing gets a name of its place; here there is no place.
fn bad_name(line: u64, field: &Field) -> Option<RowProblem> {
    if field.role == Role::Variable && field.name.trim().is_empty() {
        let reason = "the call variable has no name: give it one, or leave it out".into();
        return Some(problem(line, &field.path, &field.text, reason, "variable_unnamed"));
    }
    unfit(line, &field.path, &field.name, NAME_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &str, name: &str, role: Role, text: &str) -> Field {
        Field { path: path.to_owned(), name: name.to_owned(), role, text: text.to_owned() }
    }

    fn number(text: &str) -> Field {
        field("numbers[0]", "Mobile", Role::Phone, text)
    }

    fn read(fields: Vec<Field>) -> Result<IntakeContact, Vec<RowProblem>> {
        read_fields(3, fields, "US".parse().unwrap())
    }

    fn said(fields: Vec<Field>) -> Vec<(String, &'static str)> {
        read(fields).unwrap_err().into_iter().map(|problem| (problem.field, problem.code)).collect()
    }

    #[test]
    fn fields_become_a_contact_as_the_cells_of_a_list_do() {
        let plan = field("variables.plan", "plan", Role::Variable, " gold ");
        let contact = read(vec![number("312-555-0142"), plan, field("last_name", "", Role::LastName, " ")]).unwrap();
        assert_eq!((contact.line, contact.last_name.as_str()), (3, ""));
        assert_eq!((contact.numbers[0].number.as_str(), contact.numbers[0].label.as_str()), ("+13125550142", "Mobile"));
        assert_eq!(contact.variables["plan"], "gold");
    }

    #[test]
    fn everything_that_is_wrong_is_said_by_its_path() {
        let name = "x".repeat(NAME_CHARS_MAX + 1);
        let fields = vec![
            number("312"),
            field("variables.", " ", Role::Variable, "x"),
            field("variables.x", &name, Role::Variable, "x"),
            field("variables.y", "y\0", Role::Variable, "x"),
            field("zones", "", Role::TimeZone, "Mars"),
        ];
        let said: Vec<_> = said(fields).into_iter().map(|(field, code)| format!("{field} {code}")).collect();
        assert_eq!(
            said[..3],
            ["variables. variable_unnamed", "variables.x value_too_long", "variables.y value_has_nul"]
        );
        assert_eq!(said[3], "zones zone_unreadable");
        assert!(said[4].starts_with("numbers[0] "), "{said:?}");
    }

    #[test]
    fn a_contact_has_so_many_numbers_and_variables_at_most() {
        let many = |field: Field, count: usize| vec![field; count];
        assert_eq!(said(many(number("1"), NUMBERS_MAX + 1)), [("numbers".to_owned(), "too_many_numbers")]);
        let mut fields = many(field("variables.x", "x", Role::Variable, "x"), VARIABLES_MAX);
        fields.push(number("312-555-0142"));
        assert!(read(fields.clone()).is_ok());
        fields.push(field("variables.y", "y", Role::Variable, ""));
        assert_eq!(said(fields), [("variables".to_owned(), "too_many_variables")]);
    }
}

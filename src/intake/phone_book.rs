//! [`BookReader`]: a phone book as an office writes it, entry by entry.

use std::{
    fmt,
    io::{self, Write},
    path::Path,
    str::FromStr,
};

use super::{
    Delimiter, ListProblem, NotAnOption, RejectsWriter, RowProblem,
    decode::TextEncoding,
    row::{misshapen, problem},
    synonyms::{is_number, plain},
    table::{Table, TableOptions},
    text::Record,
};
use crate::domain::phone_book::{BookEntry, EntryProblem};

/// What a column of a phone book is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookRole {
    /// Who it is: the whole name, or the last.
    Name,
    /// The first name, where it has a column of its own; it is put before the name.
    FirstName,
    /// The number.
    Number,
    /// What else there is to say.
    Note,
    /// Not read.
    Ignore,
}

impl BookRole {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Name, Self::FirstName, Self::Number, Self::Note, Self::Ignore];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::FirstName => "first_name",
            Self::Number => "number",
            Self::Note => "note",
            Self::Ignore => "ignore",
        }
    }

    /// Headers that have this role, the clearest first.
    fn synonyms(self) -> &'static [&'static str] {
        match self {
            Self::Name => &[
                "name",
                "fullname",
                "displayname",
                "contactname",
                "nomcomplet",
                "nom",
                "lastname",
                "surname",
                "nachname",
                "apellidos",
                "nombre",
                "cognome",
                "nome",
                "contact",
                "label",
            ],
            Self::FirstName => &["firstname", "givenname", "forename", "prenom", "vorname"],
            Self::Number => &["number", "numero", "nummer"],
            Self::Note => &[
                "note",
                "notes",
                "comment",
                "comments",
                "remark",
                "remarks",
                "remarque",
                "remarques",
                "commentaire",
                "description",
                "bemerkung",
                "notiz",
                "nota",
                "department",
                "service",
                "abteilung",
            ],
            Self::Ignore => &[],
        }
    }

    /// How clearly a header has this role: 0 is clearest.
    fn rank(self, header: &str) -> Option<usize> {
        let plain = plain(header);
        let words = self.synonyms();
        let rank = words.iter().position(|word| *word == plain);
        if self != Self::Number {
            return rank;
        }
        // An extension has its own header in a book of the house, and stands beside a number in others.
        let after = || EXTENSIONS.iter().position(|word| *word == plain).map(|rank| words.len() + 1 + rank);
        rank.or_else(|| is_number(&plain).then_some(words.len())).or_else(after)
    }
}

/// Headers of extensions.
const EXTENSIONS: &[&str] = &["extension", "ext", "poste", "durchwahl", "nebenstelle", "interno"];

/// A column whose role is given: `number=Tel` on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookColumnChoice {
    /// What it is.
    pub role: BookRole,
    /// Its header.
    pub header: String,
}

impl FromStr for BookColumnChoice {
    type Err = NotAnOption;

    fn from_str(text: &str) -> Result<Self, NotAnOption> {
        let wrong = || NotAnOption {
            given: text.to_owned(),
            expected: "ROLE=HEADER, where ROLE is name, first_name, number, note or ignore",
        };
        let (role, header) = text.split_once('=').ok_or_else(wrong)?;
        let role = BookRole::ALL.into_iter().find(|known| known.name() == role.trim()).ok_or_else(wrong)?;
        Ok(Self { role, header: header.trim().to_owned() })
    }
}

/// How to read a phone book, as far as its reader should not find out by itself.
#[derive(Clone, Debug, Default)]
pub struct BookOptions {
    /// What stands between the cells of a text file.
    pub delimiter: Option<Delimiter>,
    /// The encoding of a text file.
    pub encoding: Option<TextEncoding>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// What columns are, where their headers do not tell.
    pub columns: Vec<BookColumnChoice>,
}

/// One column. Shown, it is a line for the person who loads the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookColumn {
    /// Its header, as it is in the file.
    pub header: String,
    /// What it is.
    pub role: BookRole,
}

impl fmt::Display for BookColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = if self.role == BookRole::Ignore { "not read" } else { self.role.name() };
        write!(f, "{}  {role}", self.header.trim())
    }
}

/// One row of a phone book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookRow {
    /// The line of the file on which it begins, or the row of the sheet; from 1.
    pub line: u64,
    /// Its cells as they are in the file, for the rejects file.
    pub cells: Vec<String>,
    /// The entry, or all that is wrong.
    pub entry: Result<BookEntry, Vec<RowProblem>>,
}

/// Reads a phone book, row by row, in the order of the file. Blank rows are skipped and counted.
pub struct BookReader {
    table: Table,
    columns: Vec<BookColumn>,
    has_failed: bool,
}

impl BookReader {
    /// Opens the book at `path`: looks through the file once, then reads its header.
    pub fn open(path: &Path, options: &BookOptions) -> Result<Self, ListProblem> {
        let BookOptions { delimiter, encoding, .. } = *options;
        let table = Table::open(path, TableOptions { delimiter, encoding, sheet: options.sheet.as_deref() })?;
        let columns = columns(&table.headers, &options.columns)?;
        Ok(Self { table, columns, has_failed: false })
    }

    /// How the columns were understood.
    pub fn columns(&self) -> &[BookColumn] {
        &self.columns
    }

    /// Is it a rejects file that is loaded again?
    pub fn is_rejects_file(&self) -> bool {
        self.table.is_rejects_file()
    }

    /// Rows so far whose cells are all blank.
    pub fn blank_rows(&self) -> u64 {
        self.table.blank_rows
    }

    /// A rejects file for this book.
    pub fn rejects<W: Write>(&self, to: W) -> io::Result<RejectsWriter<W>> {
        let headers: Vec<_> = self.table.headers.iter().map(String::as_str).collect();
        RejectsWriter::with_headers(to, &headers, self.table.delimiter)
    }

    fn row(&self, record: Record) -> BookRow {
        let mut problems = misshapen(&record, self.columns.len());
        let first = self.text(&record, BookRole::FirstName);
        let name = [first, self.text(&record, BookRole::Name)].join(" ");
        let entry = BookEntry::new(&name, self.text(&record, BookRole::Number), self.text(&record, BookRole::Note));
        let entry = entry.map_err(|wrong| {
            problems.extend(wrong.iter().map(|wrong| self.problem(&record, wrong)));
        });
        let entry = match entry {
            Ok(entry) if problems.is_empty() => Ok(entry),
            Ok(_) | Err(()) => Err(problems),
        };
        BookRow { line: record.line, cells: record.cells, entry }
    }

    /// The cell of a role, empty if there is none.
    fn text<'r>(&self, record: &'r Record, role: BookRole) -> &'r str {
        let place = self.columns.iter().position(|column| column.role == role);
        place.and_then(|place| record.cells.get(place)).map_or("", |cell| cell.trim())
    }

    fn problem(&self, record: &Record, wrong: &EntryProblem) -> RowProblem {
        let role = BookRole::ALL.into_iter().find(|role| role.name() == wrong.field).unwrap_or(BookRole::Ignore);
        let header = self.columns.iter().find(|column| column.role == role).map_or("", |column| column.header.trim());
        problem(record.line, header, self.text(record, role), wrong.says.clone(), wrong.code)
    }
}

impl Iterator for BookReader {
    type Item = Result<BookRow, ListProblem>;

    /// The next row. After a problem with the book itself there are no more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let row = self.table.next_record().map(|record| record.map(|record| self.row(record))).transpose();
        self.has_failed = matches!(row, Some(Err(_)));
        row
    }
}

/// What each column is: as it was said, or as its header tells. Each role but `ignore` has one column at most; the clearer
/// header has it.
fn columns(headers: &[String], choices: &[BookColumnChoice]) -> Result<Vec<BookColumn>, ListProblem> {
    let mut roles: Vec<Option<BookRole>> = vec![None; headers.len()];
    for BookColumnChoice { role, header } in choices {
        let exact = headers.iter().position(|other| other.trim() == header);
        let found = exact.or_else(|| headers.iter().position(|other| plain(other) == plain(header)));
        let found =
            found.ok_or_else(|| ListProblem::NoSuchColumn { asked: header.clone(), headers: headers.to_vec() })?;
        if *role != BookRole::Ignore && roles.contains(&Some(*role)) {
            return Err(ListProblem::NamedTwice { role: role.name() });
        }
        roles[found] = Some(*role);
    }
    for role in BookRole::ALL {
        if !roles.contains(&Some(role)) {
            let ranks = headers.iter().enumerate().filter(|(place, _)| roles[*place].is_none());
            let ranks = ranks.filter_map(|(place, header)| role.rank(header).map(|rank| (rank, place)));
            if let Some((_, place)) = ranks.min() {
                roles[place] = Some(role);
            }
        }
    }
    for (role, what) in [(BookRole::Name, "names"), (BookRole::Number, "numbers")] {
        if !roles.contains(&Some(role)) {
            return Err(ListProblem::NoBookColumn { what, role: role.name(), headers: headers.to_vec() });
        }
    }
    let roles = roles.into_iter().map(|role| role.unwrap_or(BookRole::Ignore));
    Ok(headers.iter().cloned().zip(roles).map(|(header, role)| BookColumn { header, role }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(headers: &str, choices: &[&str]) -> Result<String, ListProblem> {
        let headers: Vec<_> = headers.split(',').map(str::to_owned).collect();
        let choices: Vec<_> = choices.iter().map(|choice| choice.parse().unwrap()).collect();
        let columns = columns(&headers, &choices)?;
        Ok(columns.iter().map(|column| column.role.name()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn headers_and_choices_make_roles() {
        for (headers, choices, expected) in [
            ("Name,Number,Note", &[][..], "name number note"),
            ("Nom,Prénom,Poste,Service", &[], "name first_name number note"),
            ("Téléphone;;,Nom complet,Nom", &[], "number name ignore"),
            ("Name,Phone,Extension,City", &[], "name number ignore ignore"),
            ("Name,Mobile 2,Phone", &[], "name number ignore"),
            ("Name,Phone,Extension", &["number=extension"], "name ignore number"),
            ("A,B,C", &["name=C", "number=A"], "number ignore name"),
            ("Name,Number,Note", &["ignore=Note"], "name number ignore"),
        ] {
            assert_eq!(roles(headers, choices).unwrap(), expected, "{headers}");
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        let said = |headers, choices: &[&str]| roles(headers, choices).unwrap_err().to_string();
        assert_eq!(
            said("Name,City", &[]),
            "no column holds the numbers of the entries; name one with --column number=HEADER. The headers are \"Name\", \
             \"City\""
        );
        assert!(said("Number,City", &[]).contains("--column name=HEADER"));
        assert!(said("Name,Number", &["note=Memo"]).contains("no column is called \"Memo\""));
        assert!(said("Name,A,B", &["number=A", "number=B"]).contains("two columns are named as number"));
        assert!("phone=Tel".parse::<BookColumnChoice>().unwrap_err().to_string().contains("first_name"));
    }
}

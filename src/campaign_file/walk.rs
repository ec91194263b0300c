//! The walk along a file and its [`shape`](super::shape): unknown keys, missing keys, values that are wrong.

use std::collections::BTreeSet;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Problem, Severity, hours,
    likeness::nearest,
    places::Places,
    says::{Expected, Hint, Message, Wrong},
    shape::{self, Form, Is, Key, dotted},
    values::{self, type_of},
};

/// Where we are, and what was found so far.
pub(super) struct Walk<'p> {
    form: &'p Form,
    places: &'p Places<'p>,
    /// False when parts of the file could not be read, so that what is missing may be in them.
    complete: bool,
    problems: Vec<Problem>,
}

impl<'p> Walk<'p> {
    pub fn new(form: &'p Form, places: &'p Places<'p>, complete: bool) -> Self {
        Self { form, places, complete, problems: Vec::new() }
    }

    /// Walks the whole file.
    pub fn file(&mut self, table: &DeTable<'_>) {
        self.table(self.form.keys, table, 0, "");
    }

    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Notes what makes the file unusable, at a byte of the file.
    pub fn error(&mut self, at: usize, key: &str, wrong: Wrong) {
        self.note(Severity::Error, at, key, wrong);
    }

    /// Notes what someone should look at.
    pub fn warning(&mut self, at: usize, key: &str, wrong: Wrong) {
        self.note(Severity::Warning, at, key, wrong);
    }

    /// Is nothing wrong with these keys themselves?
    pub fn accepts(&self, keys: &[&str]) -> bool {
        !self.problems.iter().any(|problem| keys.contains(&problem.key.as_str()))
    }

    fn note(&mut self, severity: Severity, at: usize, key: &str, wrong: Wrong) {
        let (line, column) = self.places.of(at);
        self.problems.push(Problem { severity, line, column, key: key.to_owned(), wrong });
    }

    fn table(&mut self, keys: &[Key], table: &DeTable<'_>, at: usize, path: &str) {
        for (name, value) in table {
            let known = keys.iter().find(|key| key.name == name.get_ref());
            match known {
                Some(key) => self.value(&key.is, value, &dotted(path, key.name)),
                // What a heading that cannot be read leaves behind.
                None if name.get_ref().is_empty() && !self.complete => {}
                None => {
                    self.error(
                        name.span().start,
                        &dotted(path, name.get_ref()),
                        unknown(self.form, keys, name.get_ref(), path),
                    );
                }
            }
        }
        let complete = self.complete;
        for key in keys.iter().filter(|key| complete && key.required && !table.contains_key(key.name)) {
            self.error(at, &dotted(path, key.name), Wrong::new(Message::Missing, key.is.expected()));
        }
    }

    fn value(&mut self, is: &Is, value: &Spanned<DeValue<'_>>, path: &str) {
        let at = value.span().start;
        match (is, value.get_ref()) {
            (Is::Table(keys), DeValue::Table(table)) => self.table(keys, table, at, path),
            (Is::Tables(keys), DeValue::Array(items)) => self.tables(keys, items.iter(), path),
            (Is::Lines, DeValue::Array(items)) => self.lines(is, items.iter(), path),
            (Is::Hours, DeValue::Table(table)) => hours::check(table, at, path, self),
            (Is::Table(_) | Is::Tables(_) | Is::Lines | Is::Hours, other) => {
                self.error(at, path, wrong_structure(is, other, path));
            }
            _ => {
                if let Err(wrong) = values::check(is, value) {
                    self.error(at, path, wrong);
                }
            }
        }
    }

    /// Tables with a name each; they are counted from 1.
    fn tables<'a, 'b: 'a>(&mut self, keys: &[Key], items: impl Iterator<Item = &'a Spanned<DeValue<'b>>>, path: &str) {
        let mut names = BTreeSet::new();
        for (item, count) in items.zip(1..) {
            let path = format!("{path}[{count}]");
            let Some(table) = item.get_ref().as_table() else {
                let wrong = Wrong::new(type_of(item.get_ref()), Expected::NamedTable);
                self.error(item.span().start, &path, wrong);
                continue;
            };
            self.table(keys, table, item.span().start, &path);
            let name = table.get("name").filter(|name| name.get_ref().is_str());
            if let Some(name) = name
                && !names.insert(name.get_ref().as_str())
            {
                self.error(name.span().start, &dotted(&path, "name"), twice(name.get_ref()));
            }
        }
    }

    fn lines<'a, 'b: 'a>(&mut self, is: &Is, items: impl Iterator<Item = &'a Spanned<DeValue<'b>>>, path: &str) {
        let mut seen = BTreeSet::new();
        for (item, count) in items.zip(1..) {
            let path = format!("{path}[{count}]");
            if let Err(wrong) = values::check(is, item) {
                self.error(item.span().start, &path, wrong);
            } else if !seen.insert(item.get_ref().as_str()) {
                self.error(item.span().start, &path, twice(item.get_ref()));
            }
        }
    }
}

fn twice(value: &DeValue<'_>) -> Wrong {
    Wrong::new(Message::Twice { text: value.as_str().unwrap_or_default().into() }, Expected::OtherText)
}

fn unknown(form: &Form, keys: &[Key], name: &str, path: &str) -> Wrong {
    let names: Vec<_> = keys.iter().map(|key| key.name).collect();
    let homes = shape::homes_of(form, name);
    let hint = match nearest(name, names.iter().copied()) {
        Some(meant) => Some(Hint::MeantKey { key: meant.to_owned() }),
        None if homes.is_empty() => None,
        None => Some(Hint::Belongs { key: name.to_owned(), homes }),
    };
    let message = if path.is_empty() { form.no_key.clone() } else { Message::NoKeyOfTable { table: path.to_owned() } };
    Wrong::new(message, Expected::Keys { keys: names }).with_hint(hint)
}

fn wrong_structure(is: &Is, value: &DeValue<'_>, path: &str) -> Wrong {
    let hint = match (is, value) {
        (Is::Tables(_), DeValue::Table(_)) => Some(Hint::DoubleBrackets { table: path.to_owned() }),
        (Is::Tables(_), _) => Some(Hint::WriteTables { table: path.to_owned() }),
        (Is::Table(_), _) => Some(Hint::WriteTable { table: path.to_owned() }),
        (Is::Lines, DeValue::String(text)) => Some(Hint::WriteList { text: (&**text).into() }),
        _ => None,
    };
    Wrong::new(type_of(value), is.expected()).with_hint(hint)
}

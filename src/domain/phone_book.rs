//! Phone books: names and numbers that an administrator assigns to all teams or to one, for the dial pad to be filled from.
//!
//! A number stays as the administrator wrote it, because the pad shows it so and the agent may change it before calling.
//! Whether it may be dialled is asked when it is ([`super::dial_plan`]).

use serde::Serialize;

use super::{
    dial_pad::PadText,
    ids::{PhoneBookEntryId, PhoneBookId, TeamId},
    letters::folded,
    refusal::Refusal,
};

/// The longest name of an entry, in characters.
pub const ENTRY_NAME_CHARS_MAX: usize = 100;
/// The longest note of an entry, in characters.
pub const NOTE_CHARS_MAX: usize = 500;
/// The most entries of a book.
pub const ENTRIES_MAX: usize = 20_000;
/// The longest text to search for, in characters.
pub const SEARCH_CHARS_MAX: usize = 100;

/// A phone book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PhoneBook {
    /// Its number.
    pub id: PhoneBookId,
    /// Its name.
    pub name: String,
    /// The only team it is for; none means all.
    pub team_id: Option<TeamId>,
    /// The name of that team.
    pub team: Option<String>,
    /// How many entries it has.
    pub entries: u64,
}

/// An entry: somebody, and the number they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct BookEntry {
    /// Who it is.
    name: String,
    /// The number as the administrator wrote it: it fills the pad so.
    number: String,
    /// What else there is to say.
    note: String,
    /// What the pad shows of the number.
    #[serde(rename = "shown")]
    #[schemars(rename = "shown", with = "String")]
    pad: PadText,
}

/// A stored entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PhoneBookEntry {
    /// Its number.
    pub id: PhoneBookEntryId,
    /// The name of its book.
    pub book: String,
    /// What it says.
    #[serde(flatten)]
    pub entry: BookEntry,
}

/// What is wrong with a part of an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{says}")]
pub struct EntryProblem {
    /// Which: `name`, `number` or `note`.
    pub field: &'static str,
    /// The stable word of it.
    pub code: &'static str,
    /// What is wrong and what to do.
    pub says: String,
}

impl BookEntry {
    /// An entry of these texts, without the spaces around them.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn new(name: &str, number: &str, note: &str) -> Result<Self, Vec<EntryProblem>> {
        let (name, number, note) = (name.trim(), number.trim(), note.trim());
        let mut problems = Vec::new();
        if name.is_empty() {
            problems.push(wrong("name", "no_name", "there is no name: write who it is"));
        }
        problems.extend(unfit("name", name, ENTRY_NAME_CHARS_MAX));
        problems.extend(unfit("note", note, NOTE_CHARS_MAX));
        let pad = PadText::of(number).map_err(|refusal| problems.push(off_the_pad(number, &refusal)));
        let (Ok(pad), true) = (pad, problems.is_empty()) else { return Err(problems) };
        Ok(Self { name: name.to_owned(), number: number.to_owned(), note: note.to_owned(), pad })
    }

    /// Who it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number as the administrator wrote it: what fills the pad.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// What else there is to say, perhaps nothing.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// What the pad shows of the number.
    pub fn shown(&self) -> &PadText {
        &self.pad
    }

    /// What is searched: a line each for the name, the number, its digits and the note, as [`SearchWords`] has its words.
    /// Begins with the name, so that it sorts as the name does.
    pub fn search_text(&self) -> String {
        let digits = bare(self.pad.as_str());
        format!("{}\n{}\n{digits}\n{}", folded(&self.name), folded(&self.number), folded(&self.note))
    }
}

fn wrong(field: &'static str, code: &'static str, says: impl Into<String>) -> EntryProblem {
    EntryProblem { field, code, says: says.into() }
}

fn unfit(field: &'static str, text: &str, chars_max: usize) -> Option<EntryProblem> {
    if text.contains('\0') {
        return Some(wrong(field, "value_has_nul", "it holds a NUL sign, which no text has"));
    }
    let is_long = text.chars().nth(chars_max).is_some();
    is_long.then(|| wrong(field, "value_too_long", format!("it is longer than {chars_max} characters: shorten it")))
}

fn off_the_pad(number: &str, refusal: &Refusal) -> EntryProblem {
    if number.is_empty() {
        return wrong("number", "no_number", "there is no number: fill it in, or leave the entry out");
    }
    wrong("number", refusal.code(), refusal.to_string())
}

/// A number without what is written only for the eye.
fn bare(number: &str) -> String {
    number.chars().filter(|c| !" -.()[]/".contains(*c)).collect()
}

/// The words of a search, each of which must be a part of the name, the number or the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchWords(Vec<SearchWord>);

/// One word: as it was typed, and where it can be a part of a number, as that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchWord {
    /// The word, without case and accents.
    pub text: String,
    /// The same as a number has it: `312-555` is `312555`; other words stay.
    pub digits: String,
}

/// The text is longer than any search needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("search for {SEARCH_CHARS_MAX} characters at most")]
pub struct SearchTooLong;

impl SearchWords {
    /// The words of a text; none of an empty one, which finds everything.
    ///
    /// # Errors
    /// The text is too long.
    pub fn of(text: &str) -> Result<Self, SearchTooLong> {
        if text.chars().nth(SEARCH_CHARS_MAX).is_some() {
            return Err(SearchTooLong);
        }
        let word = |word: &str| {
            let text = folded(word);
            let digits = bare(&text);
            let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '+');
            SearchWord { digits: if is_number { digits } else { text.clone() }, text }
        };
        // No database keeps a NUL, so none is found.
        Ok(Self(text.replace('\0', "\u{fffd}").split_whitespace().map(word).collect()))
    }

    /// The words.
    pub fn iter(&self) -> std::slice::Iter<'_, SearchWord> {
        self.0.iter()
    }

    /// Does the entry have them all?
    pub fn find(&self, entry: &BookEntry) -> bool {
        let searched = entry.search_text();
        self.0.iter().all(|word| searched.contains(&word.text) || searched.contains(&word.digits))
    }
}

impl<'w> IntoIterator for &'w SearchWords {
    type Item = &'w SearchWord;
    type IntoIter = std::slice::Iter<'w, SearchWord>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(name: &str, number: &str, note: &str) -> BookEntry {
        BookEntry::new(name, number, note).unwrap()
    }

    fn problems(name: &str, number: &str, note: &str) -> String {
        let problems = BookEntry::new(name, number, note).unwrap_err();
        problems.iter().map(|it| format!("{}:{}", it.field, it.code)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn t01_3_the_number_stays_as_it_was_written() {
        let flowers = entry(" Flowers ", " 1-800-FLOWERS ", "");
        assert_eq!(flowers.number(), "1-800-FLOWERS");
        assert_eq!(flowers.shown().as_str(), "1-800-3569377");
        let json = serde_json::to_value(flowers).unwrap();
        let wanted = serde_json::json!({
            "name": "Flowers", "number": "1-800-FLOWERS", "note": "", "shown": "1-800-3569377",
        });
        assert_eq!(json, wanted);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert_eq!(problems("", "", "a\0"), "name:no_name note:value_has_nul number:no_number");
        assert_eq!(problems(&"x".repeat(101), "12\u{a0}34", ""), "name:value_too_long number:not_on_dial_pad");
        assert_eq!(problems("a", &"1".repeat(65), &"x".repeat(501)), "note:value_too_long number:bad_length");
        assert_eq!(problems("a\0", "1", ""), "name:value_has_nul");
    }

    #[test]
    fn t01_3_each_word_must_be_a_part_of_name_number_or_note() {
        let helene = entry("Hélène Byron", "+1 (312) 555-0142", "Billing, 2nd floor");
        for (text, is_found) in [
            ("", true),
            ("byron", true),
            ("HELENE", true),
            ("hél bil", true),
            ("bil hél", true),
            ("byron sales", false),
            ("312-555", true),
            ("(312) 555", true),
            ("3125550142", true),
            ("+1312", true),
            ("312-556", false),
            ("2nd", true),
            ("100%", false),
            ("_", false),
            ("\0", false),
        ] {
            assert_eq!(SearchWords::of(text).unwrap().find(&helene), is_found, "{text:?}");
        }
        assert_eq!(SearchWords::of(&"x".repeat(101)), Err(SearchTooLong));
        assert!(SearchWords::of("flow 800356").unwrap().find(&entry("x", "1-800-FLOWERS", "")));
    }

    proptest! {
        #[test]
        fn any_part_of_an_entry_finds_it(name in "\\PC{1,20}", number in "[ -~]{1,20}", note in "\\PC{0,20}", from in 0..20_usize) {
            if let Ok(entry) = BookEntry::new(&name, &number, &note) {
                for text in [entry.name(), entry.number(), entry.note()] {
                    let part: String = text.chars().skip(from).collect();
                    prop_assert!(SearchWords::of(&part).unwrap().find(&entry), "{:?} in {:?}", part, entry.search_text());
                }
            }
        }
    }
}

//! From a byte of the file to the line and column a person sees.

use super::{
    Problem, Severity,
    says::{Expected, Message, Wrong},
};

/// Where each line begins.
pub(super) struct Places<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
}

impl<'t> Places<'t> {
    pub fn new(text: &'t str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, line_starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// Line and column, both from 1, of the character at `byte`.
    pub fn of(&self, byte: usize) -> (usize, usize) {
        let byte = self.text.floor_char_boundary(byte);
        let line = self.line_starts.partition_point(|start| *start <= byte);
        (line, self.text[self.line_starts[line - 1]..byte].chars().count() + 1)
    }

    /// A mistake that the TOML reader found: `what is wrong, expected what would be right`.
    pub fn mistake(&self, mistake: &toml::de::Error) -> Problem {
        let (line, column) = self.of(mistake.span().map_or(0, |span| span.start));
        let said = mistake.message();
        let (message, expected) = said.split_once(", expected ").map_or((said, None), |(m, e)| (m, Some(e.to_owned())));
        let expected = expected.map(|says| Expected::Toml { says });
        let wrong = Wrong { message: Message::NotToml { says: message.to_owned() }, expected, hint: None };
        Problem { severity: Severity::Error, line, column, key: String::new(), wrong }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let places = Places::new("a = 'é'\r\nb = 1\n");
        for (byte, place) in
            [(0, (1, 1)), (5, (1, 6)), (6, (1, 6)), (7, (1, 7)), (10, (2, 1)), (14, (2, 5)), (99, (3, 1))]
        {
            assert_eq!(places.of(byte), place, "{byte}");
        }
        assert_eq!(Places::new("").of(0), (1, 1));
    }
}

//! The dial pad: what it takes, and what it shows of it.
//!
//! It takes every character of ASCII that can be seen, and the space. Letters become the digits of the telephone keypad;
//! nothing else is stripped or changed, so that the agent goes on seeing what they typed. What of it goes to the switch is
//! another matter: [`super::dial_plan`].

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::refusal::Refusal;

/// The longest text the pad takes, in characters.
pub const TYPED_CHARS_MAX: usize = 64;

/// What the pad shows: 1 to 64 characters of ASCII that can be seen, none of them a letter.
///
/// It has no `Display` and its `Debug` is redacted, as it holds a number of somebody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PadText(String);

impl PadText {
    /// What the pad shows of `typed`.
    ///
    /// # Errors
    /// Nothing was typed, too much, or a character that the pad has not.
    pub fn of(typed: &str) -> Result<Self, Refusal> {
        if typed.is_empty() || typed.chars().nth(TYPED_CHARS_MAX).is_some() {
            return Err(Refusal::BadLength { field: "typed", length_max: TYPED_CHARS_MAX });
        }
        let key = |(at, c): (usize, char)| match c {
            ' '..='~' => Ok(digit_of(c).unwrap_or(c)),
            _ => Err(Refusal::NotOnDialPad { character: c.escape_debug().to_string(), position: at + 1 }),
        };
        typed.chars().enumerate().map(key).collect::<Result<_, _>>().map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The digit on whose key a letter is (ITU-T E.161); none for other characters.
pub fn digit_of(letter: char) -> Option<char> {
    match letter.to_ascii_lowercase() {
        'a'..='c' => Some('2'),
        'd'..='f' => Some('3'),
        'g'..='i' => Some('4'),
        'j'..='l' => Some('5'),
        'm'..='o' => Some('6'),
        'p'..='s' => Some('7'),
        't'..='v' => Some('8'),
        'w'..='z' => Some('9'),
        _ => None,
    }
}

impl fmt::Debug for PadText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PadText({} characters)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for PadText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::of(&String::deserialize(from)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(typed: &str) -> String {
        PadText::of(typed).unwrap().as_str().to_owned()
    }

    #[test]
    fn t01_2_letters_become_digits_and_nothing_else_is_changed() {
        for (typed, text) in [
            ("1-800-FLOWERS", "1-800-3569377"),
            ("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999"),
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999"),
            ("(312) 555-0142", "(312) 555-0142"),
            (" +1:312#555*0142 ", " +1:312#555*0142 "),
            ("0123456789", "0123456789"),
            ("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
            ("sip:1@x;y", "747:1@9;9"),
        ] {
            assert_eq!(shown(typed), text);
        }
    }

    #[test]
    fn t01_2_every_character_of_ascii_that_can_be_seen_is_taken_and_none_else() {
        for code in 0_u32..=0x2ff {
            let c = char::from_u32(code).unwrap();
            let taken = PadText::of(&format!("12{c}"));
            assert_eq!(taken.is_ok(), (0x20..0x7f).contains(&code), "{code:x}");
        }
        let refused = PadText::of("312\u{a0}555").unwrap_err();
        assert_eq!(refused, Refusal::NotOnDialPad { character: "\\u{a0}".to_owned(), position: 4 });
        assert!(refused.to_string().contains("character 4"), "{refused}");
    }

    #[test]
    fn t01_2_the_pad_takes_1_to_64_characters() {
        let long = Refusal::BadLength { field: "typed", length_max: 64 };
        assert_eq!(PadText::of(""), Err(long.clone()));
        assert_eq!(shown(&"x".repeat(64)), "9".repeat(64));
        assert_eq!(PadText::of(&"x".repeat(65)), Err(long));
    }

    #[test]
    fn a_log_does_not_show_it() {
        let logged = format!("{:?}", PadText::of("312-555-0142").unwrap());
        assert_eq!(logged, "PadText(12 characters)");
    }

    proptest! {
        #[test]
        fn t01_2_what_is_not_a_letter_stays_in_its_place(typed in "[ -~]{1,64}") {
            let text = shown(&typed);
            prop_assert_eq!(text.len(), typed.len());
            for (before, after) in typed.chars().zip(text.chars()) {
                let is_kept = before == after || before.is_ascii_alphabetic() && after.is_ascii_digit();
                prop_assert!(is_kept);
            }
            prop_assert_eq!(shown(&text), text, "what is shown is what it shows");
        }
    }
}

//! The words of the pages: one list, in French and English, so that neither can lag behind.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use axum::http::{HeaderMap, header};
use serde::Deserialize;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    French,
}

/// One text in both.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    en: String,
    fr: String,
}

/// By section and key.
static WORDS: LazyLock<BTreeMap<String, BTreeMap<String, Text>>> =
    LazyLock::new(|| toml::from_str(&list()).expect("the word list is whole: a test reads it"));

/// The list. A program built for development reads the source, so that words can be changed without building.
fn list() -> Cow<'static, str> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/words.toml");
    match std::fs::read_to_string(path) {
        Ok(text) if cfg!(debug_assertions) => Cow::Owned(text),
        _ => Cow::Borrowed(include_str!("words.toml")),
    }
}

/// The cookie with the language that a person chose.
const COOKIE: &str = "rappel_language";

impl Language {
    /// The one that was chosen, else the one that the browser prefers, else English.
    pub fn of(headers: &HeaderMap) -> Self {
        let chosen = super::super::guard::cookie(headers, COOKIE).and_then(Self::coded);
        chosen.or_else(|| preferred(headers)).unwrap_or(Self::English)
    }

    /// Its code (ISO 639-1).
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    fn coded(code: &str) -> Option<Self> {
        [Self::English, Self::French].into_iter().find(|language| language.code() == code)
    }

    fn read(self, text: &Text) -> &str {
        match self {
            Self::English => &text.en,
            Self::French => &text.fr,
        }
    }

    /// One text.
    pub fn text(self, section: &str, key: &str) -> &'static str {
        let text = WORDS.get(section).and_then(|keys| keys.get(key));
        match (self, text) {
            (Self::English, Some(text)) => &text.en,
            (Self::French, Some(text)) => &text.fr,
            (_, None) => "",
        }
    }

    /// The texts of some sections, by `section.key`.
    pub fn texts(self, sections: &[&str]) -> BTreeMap<String, &'static str> {
        let wanted = WORDS.iter().filter(|(section, _)| sections.contains(&section.as_str()));
        let texts = wanted.flat_map(|(section, keys)| {
            keys.iter().map(move |(key, text)| (format!("{section}.{key}"), self.read(text)))
        });
        texts.collect()
    }
}

/// What `Accept-Language` (RFC 9110, section 12.5.4) likes best of ours.
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let said = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let ranges = said.split(',').filter_map(|range| {
        let mut parts = range.trim().split(';');
        let language = Language::coded(parts.next()?.split('-').next()?.to_ascii_lowercase().as_str())?;
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        (weight > 0.0).then_some((language, weight))
    });
    // The first of those that are liked equally.
    ranges.reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        campaign_file::says::{Expected, Hint, Message},
        http::problem::Code,
    };

    fn prefers(said: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, said.parse().unwrap());
        Language::of(&headers)
    }

    #[test]
    fn the_language_is_the_chosen_one_or_the_browsers() {
        assert_eq!(prefers("fr-CA,fr;q=0.9,en;q=0.8"), Language::French);
        assert_eq!(prefers("de, fr;q=0.3, en;q=0.5"), Language::English);
        assert_eq!(prefers("fr;q=0, *"), Language::English);
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, "en".parse().unwrap());
        headers.insert(header::COOKIE, "a=b; rappel_language=fr".parse().unwrap());
        assert_eq!(Language::of(&headers), Language::French);
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect()
    }

    #[test]
    fn both_languages_say_the_same() {
        for (section, keys) in &*WORDS {
            for (key, text) in keys {
                assert!(!text.en.trim().is_empty() && !text.fr.trim().is_empty(), "{section}.{key}");
                assert_eq!(placeholders(&text.en), placeholders(&text.fr), "{section}.{key}");
            }
        }
    }

    /// A page says what the API finds wrong in its language, except where the server names what is wrong with which field, and
    /// what no page does.
    #[test]
    fn every_problem_has_words() {
        let named =
            ["bad_value", "bad_length", "nul_character", "bad_rules", "bad_reason_label", "token_agent_mismatch"];
        let by_no_page = ["bad_json", "not_json", "unknown_route", "wrong_method"];
        let codes = Code::ALL.iter().map(|code| code.facts().0);
        let unsaid: Vec<&str> = codes
            .filter(|code| !named.contains(code) && !by_no_page.contains(code) && !WORDS["problem"].contains_key(*code))
            .collect();
        assert!(unsaid.is_empty(), "without words in [problem]: {unsaid:?}");
    }

    /// A page says each refusal of the engine in its language.
    #[test]
    fn every_refusal_has_a_word() {
        let codes = include_str!("../../domain/refusal.rs").split("fn code(").nth(1).expect("the codes are there");
        let codes: Vec<_> = codes.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(codes.len() > 35, "{codes:?}");
        // Why something is not possible in a call has its own words.
        let is_said = |code: &&&str| **code == "not_in_this_call" || WORDS["refusal"].contains_key(**code);
        let unsaid: Vec<_> = codes.iter().filter(|code| !is_said(code)).collect();
        assert!(unsaid.is_empty(), "without a word in [refusal]: {unsaid:?}");
        let sources = [include_str!("../../engine/allowed.rs"), include_str!("../../engine/consulting.rs")];
        let mut said = 0;
        for source in sources {
            for rest in source.split(".no(\"").skip(1).chain(source.split("why: \"").skip(1)) {
                let Some(why) = rest.split('"').next() else { continue };
                assert!(WORDS["why"].contains_key(&slug(why)), "without a word in [why]: {why}");
                said += 1;
            }
        }
        assert!(said > 15, "the engine's words were not found");
    }

    /// The desktop says in its language which rule said no, and what is wrong with a number that was typed.
    #[test]
    fn what_a_refusal_says_has_a_word() {
        let rules = include_str!("../../domain/eligibility.rs").split("fn code(").nth(1).expect("the codes are there");
        let rules = rules.split("\nimpl").next().unwrap_or_default();
        let rules: Vec<_> = rules.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(rules.len(), 9, "{rules:?}");
        let whys = include_str!("../../domain/dial_plan.rs").split("why: \"").skip(1);
        let whys: Vec<_> = whys.filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(whys.len(), 3, "{whys:?}");
        for (section, codes) in [("may_not_call", rules), ("cannot_be_dialled", whys)] {
            let unsaid: Vec<_> = codes.iter().filter(|code| !WORDS[section].contains_key(**code)).collect();
            assert!(unsaid.is_empty(), "without a word in [{section}]: {unsaid:?}");
        }
    }

    /// A page says in its language why a list, or a row of it, cannot be loaded.
    #[test]
    fn every_reason_to_refuse_a_row_has_a_word() {
        let after = |source: &'static str, mark: &str| source.split(mark).nth(1).expect("the codes are there");
        let sources = [
            include_str!("../../intake/row.rs"),
            after(include_str!("../../intake/problem.rs"), "fn code("),
            after(include_str!("../../domain/phone/reading.rs"), "fn code(")
                .split("\n    }")
                .next()
                .unwrap_or_default(),
        ];
        let is_code =
            |text: &&str| text.contains('_') && text.chars().all(|c| c.is_ascii_lowercase() || "_8".contains(c));
        let codes: Vec<_> = sources.iter().flat_map(|source| source.split('"')).filter(is_code).collect();
        assert!(codes.len() >= 33, "{codes:?}");
        let unsaid: Vec<_> = codes.iter().filter(|code| !WORDS["row_problem"].contains_key(**code)).collect();
        assert!(unsaid.is_empty(), "without a word in [row_problem]: {unsaid:?}");
    }

    /// Pages say in their language what the check says of rules: each code has words, which use no value that it does not have.
    #[test]
    fn all_that_is_said_of_rules_has_words() {
        for (section, schema) in [
            ("rule_message", schemars::schema_for!(Message)),
            ("rule_expected", schemars::schema_for!(Expected)),
            ("rule_hint", schemars::schema_for!(Hint)),
        ] {
            let codes: BTreeMap<_, BTreeSet<_>> = schema
                .get("oneOf")
                .and_then(|codes| codes.as_array())
                .unwrap()
                .iter()
                .map(|code| {
                    let values = code["properties"].as_object().unwrap();
                    (code["properties"]["code"]["const"].as_str().unwrap(), values.keys().map(String::as_str).collect())
                })
                .collect();
            let words = &WORDS[section];
            assert_eq!(codes.keys().copied().collect::<Vec<_>>(), words.keys().collect::<Vec<_>>(), "[{section}]");
            for (code, values) in codes {
                let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                let asked: BTreeSet<_> = placeholders(&words[code].fr).into_iter().filter(is_name).collect();
                assert!(asked.is_subset(&values), "{section}.{code}: {asked:?} of {values:?}");
            }
        }
        let reading =
            [include_str!("../../domain/phone/reading.rs"), include_str!("../../domain/calling_window/span.rs")];
        let codes = reading.iter().flat_map(|source| {
            source
                .split("fn code(")
                .nth(1)
                .unwrap()
                .split("\n    }")
                .next()
                .unwrap()
                .split("=> \"")
                .skip(1)
                .map(|rest| rest.split('"').next())
        });
        let codes: BTreeSet<_> = codes.flatten().chain(["hours_overlap"]).collect();
        assert_eq!(codes.into_iter().collect::<Vec<_>>(), WORDS["rule_why"].keys().collect::<Vec<_>>());
    }

    /// As `said.js` makes a key of a sentence.
    fn slug(text: &str) -> String {
        let words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("_").to_ascii_lowercase()
    }

    /// In no situation two buttons have the same letter.
    #[test]
    fn no_key_does_two_things() {
        let always = ["ready", "not_ready", "place"];
        let situations: [&[&str]; 3] = [
            &["accept", "decline"],
            &["reject", "close_contact"],
            &[
                "answer",
                "decline_call",
                "end",
                "hold",
                "retrieve",
                "consult",
                "conference",
                "transfer",
                "direct_transfer",
                "keypad",
                "reclassify",
                "callback",
                "recording",
                "mute",
                "wrap_up",
                "reason",
            ],
        ];
        for language in [Language::English, Language::French] {
            for situation in situations {
                let keys: Vec<_> = situation.iter().chain(&always).map(|name| language.text("key", name)).collect();
                let different: BTreeSet<_> = keys.iter().collect();
                assert!(keys.iter().all(|key| key.len() == 1), "{keys:?}");
                // A second call is answered while the first goes on: all but declining a preview can be there at once.
                assert_eq!(different.len(), keys.len(), "{language:?} {situation:?}: {keys:?}");
            }
        }
    }

    /// What the modules ask for: `t("section.key"`.
    #[test]
    fn every_text_that_a_page_asks_for_is_in_the_list() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/assets")).unwrap();
        for file in folder.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|e| e == "js")) {
            let source = std::fs::read_to_string(&file).unwrap();
            for (at, ask) in source.match_indices("t(\"") {
                // Not `split(".")` and the like.
                if source[..at].ends_with(|before: char| before.is_ascii_alphanumeric()) {
                    continue;
                }
                let rest = &source[at + ask.len()..];
                let Some((section, key)) = rest.split('"').next().and_then(|key| key.split_once('.')) else { continue };
                let known = WORDS.get(section).is_some_and(|keys| keys.contains_key(key) || key.is_empty());
                assert!(known, "{}: t(\"{section}.{key}\")", file.display());
            }
        }
    }
}

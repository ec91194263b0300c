//! What every page begins with: its language, its words, its style sheet and its module.

use maud::{DOCTYPE, PreEscaped, html};

use super::words::Language;
use crate::http::auth::Caller;

/// Sections of words that every page has.
const SHARED: [&str; 5] = ["common", "password", "problem", "sign_in", "word"];

/// Those that say what is wrong with rules.
const RULES: [&str; 5] = ["rule", "rule_expected", "rule_hint", "rule_message", "rule_why"];

/// Those that a page has besides its own.
fn more(page: &str) -> &'static [&'static str] {
    match page {
        "desktop" => &[
            "act",
            "alerts",
            "busy",
            "callback",
            "cannot_be_dialled",
            "customer",
            "event",
            "key",
            "keypad",
            "kind",
            "may_not_call",
            "outcome",
            "pad",
            "party",
            "phase",
            "phone",
            "reason",
            "recording",
            "refusal",
            "softphone",
            "state",
            "supervision",
            "waiting",
            "why",
        ],
        "board" => &["state", "reason", "recording", "refusal", "why"],
        "campaigns" => &["forecast", "outcome", "row_problem", "state"],
        "reports" => &["outcome", "state"],
        "contacts" => &["campaigns", "outcome", "recording", "state"],
        _ => &[],
    }
}

/// All the sections of words that a page has.
fn sections(page: &str) -> impl Iterator<Item = &str> {
    let rules = RULES.into_iter().filter(move |_| ["campaigns", "settings"].contains(&page));
    SHARED.into_iter().chain([page]).chain(more(page).iter().copied()).chain(rules)
}

/// The page of this name. Everything that is shown in it, its module shows. Where browsers are telephones, the `library` of
/// those comes along: no policy lets a module bring in a script that is none.
pub(super) fn page(name: &str, caller: Option<&Caller>, language: Language, library: Option<&str>) -> String {
    let sections: Vec<&str> = sections(name).collect();
    let words = serde_json::to_string(&language.texts(&sections)).unwrap_or_default();
    // In a script element only `</` could end it early.
    let words = words.replace('<', "\\u003c");
    let page = html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (language.text(name, "title")) " · Rappel" }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/base.css";
                link rel="stylesheet" href={ "/assets/" (name) ".css" };
                script type="application/json" id="words" { (PreEscaped(words)) }
                @if let Some(library) = library.filter(|_| name == "desktop") {
                    script async id="softphone-library" src=(library) {}
                }
                @for module in super::assets::modules(&format!("{name}.js")) {
                    link rel="modulepreload" href={ "/assets/" (module) };
                }
                script type="module" src={ "/assets/" (name) ".js" } {}
            }
            body data-page=(name) data-role=(caller.map_or("", |caller| caller.role.name()))
                data-agent=[caller.and_then(|caller| caller.agent_id)] {
                noscript { p { (language.text("common", "no_script")) } }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::pages::assets;

    /// Keys that a module asks the list of words for, `t("section.key")` or `` t(`section.${...} ``: then the section alone.
    fn asked(module: &str) -> Vec<(&str, Option<&str>)> {
        let calls = ["(\"", "(`"].into_iter().flat_map(|open| module.match_indices(open));
        let keys = calls.filter_map(|(at, _)| {
            let by = module[..at].rsplit(|c: char| !c.is_alphanumeric()).next()?;
            let (section, rest) = module[at + 2..].split_once('.')?;
            let is_name = !section.is_empty() && section.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let key = rest.split('"').next().filter(|_| module[at..].starts_with("(\""));
            (is_name && ["t", "textOr"].contains(&by)).then_some((section, key))
        });
        keys.collect()
    }

    fn missing(page: &str) -> BTreeSet<String> {
        let sections: Vec<&str> = sections(page).collect();
        let words = Language::English.texts(&sections);
        let mut missing = BTreeSet::new();
        for module in assets::modules(&format!("{page}.js")) {
            let bytes = assets::find(module).expect("it is one of them").bytes();
            for (section, key) in asked(&String::from_utf8_lossy(&bytes)) {
                let is_had = match key {
                    Some(key) => words.contains_key(&format!("{section}.{key}")),
                    None => sections.contains(&section),
                };
                if !is_had {
                    missing.insert(format!("{module}: {section}.{}", key.unwrap_or("…")));
                }
            }
        }
        missing
    }

    #[test]
    fn every_page_has_the_words_of_all_its_modules() {
        for page in ["board", "campaigns", "contacts", "desktop", "reports", "settings", "sign_in"] {
            assert_eq!(missing(page), BTreeSet::new(), "{page}");
        }
        assert!(asked(r#"t("a.b") + text("c.d") + textOr(`e.${f}`)"#).len() == 2, "calls are found");
    }
}

//! What every page begins with: its language, its words, its style sheet and its module.

use maud::{DOCTYPE, PreEscaped, html};

use super::words::Language;
use crate::http::auth::Caller;

/// Sections of words that every page has.
const SHARED: [&str; 5] = ["common", "password", "problem", "sign_in", "word"];

/// Those that a page has besides its own.
fn more(page: &str) -> &'static [&'static str] {
    match page {
        "desktop" => &[
            "act",
            "alerts",
            "busy",
            "callback",
            "customer",
            "event",
            "key",
            "keypad",
            "kind",
            "outcome",
            "pad",
            "party",
            "phase",
            "phone",
            "reason",
            "refusal",
            "softphone",
            "state",
            "supervision",
            "waiting",
            "why",
        ],
        "board" => &["state", "reason", "refusal", "why"],
        "campaigns" => &["forecast", "outcome", "row_problem", "state"],
        "reports" => &["outcome", "state"],
        "contacts" => &["campaigns", "outcome", "state"],
        _ => &[],
    }
}

/// The page of this name. Everything that is shown in it, its module shows. Where browsers are telephones, the `library` of
/// those comes along: no policy lets a module bring in a script that is none.
pub(super) fn page(name: &str, caller: Option<&Caller>, language: Language, library: Option<&str>) -> String {
    let mut sections = SHARED.to_vec();
    sections.push(name);
    sections.extend(more(name));
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

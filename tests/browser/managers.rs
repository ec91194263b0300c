//! The pages of supervisors and managers in a real browser, in both languages: the main journeys of each.

mod board;
mod campaigns;
mod people;
mod rules;
mod settings;

use serde_json::json;

use crate::{
    api::world::World,
    support::browser::{Browser, Look},
};

/// What a browser says that is no fault of a page: a field for a token without a name, and answers that say what is wrong.
const HARMLESS: [&str; 4] = ["Password forms should have", "status of 422", "status of 409", "status of 412"];

/// The words in the language of the page.
fn says<'a>(look: Look, english: &'a str, french: &'a str) -> &'a str {
    if look.language.starts_with("fr") { french } else { english }
}

async fn opened(world: &World, who: &str, path: &str, look: Look) -> Browser {
    Browser::signed_in(world.base(), world.token(who), path, look).await
}

/// Nothing is wrong with the page as it stands: every word is there, nothing is wider than the window, every field has a
/// label, and the console is calm. Keeps a picture of it.
async fn is_whole(page: &Browser, name: &str, look: Look) {
    let keys = "return document.body.innerText.match(/\\b(word|board|campaigns|forecast|contacts|recording|reports|row_problem|rule|rule_message|rule_expected|rule_hint|rule_why|settings|password|sign_in|common|problem|state|outcome|reason)\\.[a-z_]+/g) ?? []";
    assert_eq!(page.script(keys).await, json!([]), "{name}: texts without words");
    let wider = "return document.documentElement.scrollWidth > innerWidth";
    assert_eq!(page.script(wider).await, json!(false), "{name}: wider than its window");
    let unnamed = "return [...document.querySelectorAll('input, select, textarea, button, a')].filter((element) => \
                   !element.labels?.length && !element.textContent.trim() && !element.ariaLabel && \
                   !element.getAttribute('aria-labelledby')).map((element) => element.outerHTML)";
    assert_eq!(page.script(unnamed).await, json!([]), "{name}: nobody is told what these are");
    let twice = "const ids = [...document.querySelectorAll('[id]')].map((element) => element.id); \
                 return ids.filter((id, at) => ids.indexOf(id) !== at)";
    assert_eq!(page.script(twice).await, json!([]), "{name}: ids that are there twice");
    page.is_for_everyone(name).await;
    page.picture(&format!("{name}-{}", &look.language[..2])).await;
    page.is_calm(&HARMLESS).await;
}

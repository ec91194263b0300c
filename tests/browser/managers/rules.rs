//! The rules of a campaign, made and changed by the form and by the file: what holds where nothing is said, what is to be looked
//! at first, and what stays as it is.

use serde_json::{Value, json};

use super::{is_whole, opened, says};
use crate::{
    api::world::World,
    support::browser::{Browser, Look},
};

const NAME: &str = "input[id$='-name']";
const COUNTRY: &str = "input[id$='-country']";
const WEEKDAYS: &str = "input[id$='-mon-fri']";
const MAIN: &str = "form > .buttons button.main";
const ANYWAY: &str = ".errors.warnings button.main";
const CHECK: &str = "#toml ~ .buttons button.main";
const TAKE: &str = "#toml-problems button.main";

/// What people hear of a field besides its label.
async fn told_of(page: &Browser, field: &str, words: &str) {
    let script = "return document.querySelector(arguments[0]).getAttribute('aria-describedby').split(' ')\
                  .map((id) => document.getElementById(id).innerText).join(' ')";
    page.element(field).await;
    let mut told = Value::Null;
    page.until(&format!("{field} says {words}"), async || {
        told = page.script_with(script, json!([field])).await;
        told.as_str().is_some_and(|told| told.contains(words))
    })
    .await;
}

async fn rules(world: &World, name: &str) -> Option<Value> {
    let (status, told) = world.get(world.token("manager"), &format!("/v1/campaigns/{name}/summary")).await;
    (status == 200).then(|| told["campaign"]["rules"].clone())
}

/// Changes the text of the file as typing does.
async fn rewrite(page: &Browser, from: &str, to: &str) {
    let script = "const text = document.getElementById('toml'); text.value = text.value.replace(...arguments); \
                  text.dispatchEvent(new Event('input'))";
    page.script_with(script, json!([from, to])).await;
}

/// An empty field says what holds then, and a warning is seen before anything is done.
async fn a_campaign_is_made(world: &World, page: &Browser, look: Look) {
    told_of(page, "input[id$='-priority']", says(look, "If left empty: 50.", "Si laissé vide : 50.")).await;
    told_of(page, "input[id$='-wrap_up-seconds_max']", says(look, "If left empty: 30.", "Si laissé vide : 30.")).await;
    told_of(
        page,
        "input[id$='-caller_id']",
        says(look, "If left empty: the switch decides.", "Si laissé vide : le central"),
    )
    .await;
    let hours = says(
        look,
        "If all three are left empty: the careful hours",
        "Si les trois sont laissées vides : les heures prudentes",
    );
    told_of(page, WEEKDAYS, hours).await;
    page.type_in(COUNTRY, "fr").await;
    told_of(
        page,
        WEEKDAYS,
        says(look, "(France): Mon–Fri 10:00-13:00, 14:00-20:00.", "(France) : lun.–ven. 10:00-13:00, 14:00-20:00."),
    )
    .await;
    page.type_in(COUNTRY, "us").await;
    let careful = says(
        look,
        "(United States): Mon–Fri 10:00-18:00; Sat 10:00-17:00.",
        "(États-Unis) : lun.–ven. 10:00-18:00 ; sam. 10:00-17:00.",
    );
    told_of(page, WEEKDAYS, careful).await;

    page.type_in(NAME, "winter").await;
    page.type_in(WEEKDAYS, "08:00-12:00").await;
    page.press(MAIN).await;
    page.shows(".errors.warnings h2", says(look, "Look at this first", "À regarder d’abord")).await;
    let outside = says(
        look,
        "08:00-12:00 on Monday is outside the cautious hours of the country (United States); expected: inside Mon–Fri 10:00-18:00; Sat 10:00-17:00; 47 CFR",
        "08:00-12:00 le lundi sort des heures prudentes du pays (États-Unis) ; attendu : dans lun.–ven. 10:00-18:00 ; sam. 10:00-17:00 ; 47 CFR",
    );
    page.sees(".field.warned .error", |text| text.starts_with(outside)).await;
    let unseen = says(
        look,
        "Number the customer sees: is missing, so the switch decides",
        "Numéro que le client voit : manque, donc le central",
    );
    page.shows(".errors.warnings", unseen).await;
    page.shows(ANYWAY, says(look, "Create all the same", "Créer quand même")).await;
    is_whole(page, "campaign-warned", look).await;
    assert_eq!(rules(world, "winter").await, None, "nothing is made before somebody decides");

    // What was mended is not warned of any more; what is left can be decided.
    page.type_in(WEEKDAYS, "").await;
    page.press(MAIN).await;
    page.until("one warning is left", async || page.count(".errors.warnings li").await == 1).await;
    page.press(ANYWAY).await;
    page.shows("h1", "winter").await;
    assert_eq!(
        rules(world, "winter").await.unwrap()["hours"],
        json!({ "mon-fri": ["10:00-18:00"], "sat": ["10:00-17:00"] })
    );
}

/// The file is there as the rules are, and goes the same way.
async fn a_campaign_is_changed_by_its_file(world: &World, page: &Browser, look: Look) {
    page.go("/campaigns?name=winter&edit").await;
    told_of(page, "#toml", says(look, "The rules as they are", "Les règles actuelles")).await;
    let written = page.script("return document.getElementById('toml').value").await;
    let before = rules(world, "winter").await.unwrap();
    let read = rappel::campaign_file::check(written.as_str().unwrap()).rules.expect("the file is good as it is");
    assert_eq!(serde_json::to_value(read).unwrap(), before);
    is_whole(page, "campaign-edit", look).await;

    page.press(CHECK).await;
    page.shows("#toml-problems", says(look, "call.caller_id: is missing", "call.caller_id : manque")).await;
    rewrite(page, "priority = 50", "priority = 55").await;
    page.gone(TAKE).await;
    page.press(CHECK).await;
    page.shows(TAKE, says(look, "Save all the same", "Enregistrer quand même")).await;
    assert_eq!(rules(world, "winter").await.unwrap(), before, "a warning is seen first");
    page.press(TAKE).await;
    page.shows("h1", "winter").await;
    let changed = rules(world, "winter").await.unwrap();
    assert_eq!(changed["priority"], 55);
    assert_eq!(changed["hours"], before["hours"]);
}

/// A new campaign takes the place of no other.
async fn a_name_is_taken_once(world: &World, page: &Browser, look: Look) {
    let taken = says(look, "There is a campaign of this name already", "Une campagne porte déjà ce nom");
    page.go("/campaigns?new").await;
    page.type_in(NAME, "winter").await;
    page.type_in(COUNTRY, "FR").await;
    page.press(MAIN).await;
    page.press(ANYWAY).await;
    page.shows(".field.wrong .error", taken).await;
    rewrite(page, "", "name = \"winter\"\nteam = \"sales\"\ncountry = \"FR\"\n").await;
    page.press(CHECK).await;
    page.press(TAKE).await;
    page.shows("#toml-problems ul.error", taken).await;
    assert_eq!(rules(world, "winter").await.unwrap()["country"], "US");
}

async fn rules_are_made_and_changed(look: Look) {
    let world = World::new().await;
    let page = opened(&world, "manager", "/campaigns?new", look).await;
    a_campaign_is_made(&world, &page, look).await;
    a_campaign_is_changed_by_its_file(&world, &page, look).await;
    a_name_is_taken_once(&world, &page, look).await;
    page.is_calm(&super::HARMLESS).await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_made_and_changed_in_english() {
    rules_are_made_and_changed(Look::ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_made_and_changed_in_french() {
    rules_are_made_and_changed(Look { dark: true, ..Look::FRENCH }).await;
}

//! Campaigns: made, loaded, started, explained, reported, ended.

use std::io::Write as _;

use serde_json::json;

use super::{is_whole, opened, says};
use crate::{
    api::world::World,
    support::browser::{Browser, Look},
};

const LIST: &str = "Account;First name;Last name;Phone;Plan\nA1;Ada;Byron;+12125550142;Gold\nA2;Bo;Diddley;12345;Gold\n\
                    A3;Cy;Twombly;+13105550143;=Basic\n";

/// What is listened for and recorded, other than it is where nobody says so.
const SWITCHED: [(&str, &str, &str); 4] = [
    ("select[id$='-answering_machine']", "Suggested to the agent", "Suggérés à l’agent"),
    ("select[id$='-detection-fax']", "Suggested to the agent", "Suggérés à l’agent"),
    ("select[id$='-calls_recorded']", "Every call is recorded", "Chaque appel est enregistré"),
    ("select[id$='-pause_allowed']", "Agents may not pause it", "Les agents ne peuvent pas le mettre en pause"),
];

/// The rules say what was chosen, and the form shows what the rules say.
async fn what_is_switched_stays(world: &World, page: &Browser, look: Look) {
    let rules =
        async || world.get(world.token("manager"), "/v1/campaigns/summer/summary").await.1["campaign"]["rules"].clone();
    let chosen = rules().await;
    assert_eq!(chosen["detection"], json!({ "answering_machine": true, "fax": true }));
    assert_eq!(chosen["recording"], json!({ "calls_recorded": true, "pause_allowed": false }));

    page.go("/campaigns?name=summer&edit").await;
    for (field, english, french) in SWITCHED {
        page.shows(&format!("{field} option:checked"), says(look, english, french)).await;
    }
    page.element(SWITCHED[1].0).await.select_by_index(0).await.unwrap();
    page.press("form > .buttons button.main").await;
    page.press(".errors.warnings button.main").await;
    page.shows("h1", "summer").await;
    assert_eq!(rules().await["detection"], json!({ "answering_machine": true, "fax": false }));
}

async fn drops(page: &Browser, field: &str, name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    page.element(field).await.send_keys(path.to_str().unwrap()).await.unwrap();
    folder
}

async fn a_campaign_lives(look: Look) {
    let world = World::new().await;
    let page = opened(&world, "manager", "/campaigns", look).await;
    page.shows("main", says(look, "There is no campaign yet", "Il n’y a pas encore de campagne")).await;
    page.press("a.button.main").await;

    // What is wrong stands at its field, and a summary leads there.
    page.type_in("input[id$='-name']", "summer").await;
    page.type_in("input[id$='-country']", "US").await;
    page.type_in("input[id$='-mon-fri']", "09:00-21:00").await;
    page.type_in("input[id$='-priority']", "600").await;
    page.press("form button.main").await;
    let too_large = says(
        look,
        "600 is too large; expected: a whole number from 1 to 100",
        "600 est trop grand ; attendu : un nombre entier de 1 à 100",
    );
    page.sees(".field.wrong .error", |error| error == too_large).await;
    page.shows(".errors", says(look, "Priority", "Priorité")).await;
    is_whole(&page, "campaign-form", look).await;
    page.type_in("input[id$='-priority']", "60").await;
    for (field, english, french) in SWITCHED {
        page.element(field).await.select_by_label(says(look, english, french)).await.unwrap();
    }
    page.press("form button.main").await;
    page.press(".errors.warnings button.main").await;
    page.shows("h1", "summer").await;
    what_is_switched_stays(&world, &page, look).await;

    // A list that cannot be read says why.
    let empty = drops(&page, "#list-file", "empty.csv", "Name;Plan\nAda;Gold\n").await;
    page.shows(
        "[data-own=load] .notice.bad",
        says(look, "no column holds telephone numbers", "aucune colonne ne contient"),
    )
    .await;
    page.press("[data-own=load] .buttons button:last-child").await;
    drop(empty);

    // A list is dropped, looked at, and loaded.
    let list = drops(&page, "#list-file", "march.csv", LIST).await;
    page.shows("[data-own=load]", says(look, "2 rows are good", "2 lignes sont bonnes")).await;
    page.shows("[data-own=load]", says(look, "The number has too few digits", "Le numéro a trop peu de chiffres"))
        .await;
    is_whole(&page, "campaign-load", look).await;
    page.press("[data-own=load] .buttons button.main").await;
    page.shows("[data-own=load] .notice.good", says(look, "2 loaded", "2 chargés")).await;
    page.shows("[data-own=load] a[download]", "1").await;
    page.sees("#numbers ~ .four", |numbers| numbers.contains('2')).await;
    drop(list);

    page.press(".head .buttons button.main").await;
    page.press("dialog button.main").await;
    page.shows(".badge", says(look, "Running", "En cours")).await;
    page.type_in("[data-own=forecast] input[type=number]", "3").await;
    page.press("[data-own=forecast] button.main").await;
    page.shows("[data-own=forecast] .answer", says(look, "with 3 agents", "avec 3 agents")).await;
    page.press("#numbers ~ .four .tile.now").await;
    page.shows("#reasons", says(look, "Waits for its turn", "Attend son tour")).await;
    is_whole(&page, "campaign", look).await;

    // Somebody asks why they are not called.
    page.go("/contacts").await;
    page.type_in("#text", "A3").await;
    page.press("form.search button.main").await;
    page.shows(".verdict", says(look, "May be called now", "Peut être appelé maintenant")).await;
    page.shows("table", says(look, "The campaign is running", "La campagne est en cours")).await;
    is_whole(&page, "contact", look).await;

    page.go("/reports?kind=dispositions").await;
    page.shows("table.report", "summer").await;
    is_whole(&page, "report", look).await;

    // It ends for good only for who types its name.
    page.go("/campaigns?name=summer").await;
    page.press(".quiet-danger").await;
    page.type_in("#panel-field", "winter").await;
    page.press("dialog button.danger").await;
    page.shows("dialog .error", "summer").await;
    page.type_in("#panel-field", "summer").await;
    page.press("dialog button.danger").await;
    page.shows(".badge", says(look, "Ended", "Terminée")).await;
    page.is_calm(&super::HARMLESS).await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_lives_in_english() {
    a_campaign_lives(Look::ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_lives_in_french() {
    a_campaign_lives(Look { dark: true, ..Look::FRENCH }).await;
}

/// A file with mistakes of each kind, and what is said of them.
const WRONG: &str = "name = \"autumn\"\nteam = \"sales\"\ncountry = \"US\"\npriority = 600\n[hours]\nmonday = []\n\
                     tue = [\"13:00-10:00\"]\nwed = [\"08:00-12:00\"]\n[call]\ncaller_id = \"+1312\"\nseconds_max = 5\n\
                     [wrap_up]\nmode = \"requird\"\n";
const SAID: [(&str, &str); 6] = [
    (
        "line 4 priority: 600 is too large; expected: a whole number from 1 to 100",
        "ligne 4 priority : 600 est trop grand ; attendu : un nombre entier de 1 à 100",
    ),
    (
        "hours.monday: is no day; expected: mon, tue, wed, thu, fri, sat, sun, a range like mon-fri, daily or closed_dates; did you mean mon?",
        "hours.monday : n’est pas un jour ; attendu : mon, tue, wed, thu, fri, sat, sun, une suite comme mon-fri, daily ou closed_dates ; vouliez-vous dire mon ?",
    ),
    (
        "hours.tue[1]: “13:00-10:00”: it closes before it opens",
        "hours.tue[1] : « 13:00-10:00 » : la fin est avant le début",
    ),
    (
        "call.caller_id: “+1312” cannot be called: it has too few digits",
        "call.caller_id : « +1312 » ne peut pas être appelé : il a trop peu de chiffres",
    ),
    ("seconds_max belongs in [preview] or in [wrap_up]", "seconds_max a sa place dans [preview] ou dans [wrap_up]"),
    (
        "“requird” is not one of the words; expected: not_allowed, optional, required, or required_with_reason; did you mean required?",
        "« requird » n’est pas un des mots prévus ; attendu : not_allowed, optional, required ou required_with_reason ; vouliez-vous dire required ?",
    ),
];

async fn a_campaign_file_is_checked_line_by_line(look: Look) {
    let world = World::new().await;
    let page = opened(&world, "manager", "/campaigns?new", look).await;
    let file = drops(&page, "#toml-file", "autumn.toml", WRONG).await;
    for (english, french) in SAID {
        page.shows("#toml-problems", says(look, english, french)).await;
    }
    is_whole(&page, "campaign-file-wrong", look).await;
    drop(file);
    let wrong = "name = \"autumn\"\nteam = \"sales\"\ncountry = \"US\"\npriority = 600\n";
    let file = drops(&page, "#toml-file", "autumn.toml", wrong).await;
    page.sees("#toml-problems ul.error", |errors| errors.starts_with(says(look, SAID[0].0, SAID[0].1))).await;
    let right = "const text = document.getElementById('toml'); text.value = text.value.replace('600', '60')";
    page.script(right).await;
    page.press("#toml ~ .buttons button.main").await;
    page.shows("#toml-problems .notice.good", "autumn").await;
    page.press("#toml-problems button.main").await;
    page.shows("h1", "autumn").await;
    page.is_calm(&super::HARMLESS).await;
    drop(file);

    // At 200 % everything is still there.
    page.resize((640, 360)).await;
    for path in ["/campaigns?name=autumn", "/campaigns?new", "/board", "/reports", "/settings", "/contacts"] {
        page.go(path).await;
        page.until("the page is there", async || {
            page.count("h1").await > 0 && page.count("main > p.quiet:only-child").await == 0
        })
        .await;
        let wider = "return document.documentElement.scrollWidth > innerWidth";
        assert_eq!(page.script(wider).await, false, "{path}");
    }
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_file_is_checked_line_by_line_in_english() {
    a_campaign_file_is_checked_line_by_line(Look::ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_file_is_checked_line_by_line_in_french() {
    a_campaign_file_is_checked_line_by_line(Look { dark: true, ..Look::FRENCH }).await;
}

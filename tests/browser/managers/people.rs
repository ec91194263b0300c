//! People are invited, sign in by name and password, change it, get other rights, and are let in no more.

use serde_json::json;

use super::{HARMLESS, is_whole, opened, says};
use crate::{
    api::world::World,
    support::browser::{Browser, Look},
};

const FIRST: &str = "plum tree by the gate";
const SECOND: &str = "quince tree by the well";
const SECTION: &str = "/settings?section=users";

/// A button of somebody's row.
fn act(name: &str, who: &str) -> String {
    format!("main table button[data-act={name}][aria-label$=': {who}']")
}

async fn chooses(page: &Browser, css: &str, text: &str) {
    page.element(css).await.select_by_label(text).await.unwrap();
}

/// The link that is shown once, without its server.
async fn link(page: &Browser, who: &str) -> String {
    page.shows("[role=status] .notice.good label[for=secret]", who).await;
    let link = page.script("return document.getElementById('secret').value").await.as_str().unwrap().to_owned();
    link[link.find("/sign-in#invitation=").unwrap_or_else(|| panic!("no link: {link}"))..].to_owned()
}

async fn people_come_and_go(look: Look) {
    let world = World::new().await;
    let admin = opened(&world, "admin", SECTION, look).await;
    admin.shows("main", says(look, "Nobody signs in with a password yet", "Personne ne se connecte encore")).await;

    // A supervisor of one team.
    admin.type_in("main form input", " Vera ").await;
    chooses(&admin, "main form select[id$='-team']", "sales").await;
    admin.press("main form button.main").await;
    let invitation = link(&admin, "vera").await;
    admin.shows("main table", says(look, "Supervisor", "Superviseur")).await;
    admin.shows("main table", says(look, "invited until", "valable jusqu’au")).await;
    is_whole(&admin, "settings-people", look).await;
    // An agent is one of those who are there; the name is theirs unless another is wanted.
    chooses(&admin, "main form select[id$='-role']", "Agent").await;
    assert!(!admin.element("main form select[id$='-team']").await.is_displayed().await.unwrap());
    chooses(&admin, "main form select[id$='-agent_id']", "Kim (kim)").await;
    admin.press("main form button.main").await;
    let of_kim = link(&admin, "kim").await;
    // A name is taken once.
    admin.type_in("main form input", "VERA").await;
    admin.press("main form button.main").await;
    admin.shows("main form .errors", says(look, "The name is taken", "Ce nom est déjà pris")).await;

    let vera = Browser::open(world.base(), look).await;
    vera.go(&invitation).await;
    vera.shows("main", says(look, "You were invited", "Vous avez été invité")).await;
    let name = "return [document.getElementById('login').value, document.activeElement.id, location.hash]";
    assert_eq!(vera.script(name).await, json!(["vera", "new_password", ""]), "the code is not in the history");
    vera.type_in("#new_password", "tooshort").await;
    vera.press("#see-new_password").await;
    vera.element("#new_password[type=text]").await;
    is_whole(&vera, "invitation", look).await;
    vera.press("form.sign-in button.main").await;
    vera.shows("#sign-in-error", says(look, "at least 15 characters", "au moins 15 caractères")).await;
    vera.type_in("#new_password", FIRST).await;
    vera.press("form.sign-in button.main").await;
    vera.until("she is in", async || vera.path().await == "/board").await;

    // She changes it.
    vera.press("#act-password").await;
    vera.type_in("#old_password", "something else altogether").await;
    vera.type_in("#fresh_password", SECOND).await;
    vera.press("dialog button.main").await;
    vera.shows("dialog .errors", says(look, "This is not your password", "Ce n’est pas votre mot de passe")).await;
    vera.type_in("#old_password", FIRST).await;
    is_whole(&vera, "password", look).await;
    vera.press("dialog button.main").await;
    vera.shows("dialog", says(look, "is changed", "est changé")).await;
    vera.press("dialog button.main").await;
    vera.gone("dialog").await;

    // She gets another role, signs in again over the page, and is where it leads to.
    admin.press(&act("rights", "vera")).await;
    chooses(&admin, "dialog select[id$='-role']", says(look, "Manager", "Responsable")).await;
    chooses(&admin, "dialog select[id$='-team']", says(look, "All teams", "Toutes les équipes")).await;
    admin.press("dialog button.main").await;
    admin.shows("main table", says(look, "Manager", "Responsable")).await;
    vera.element("dialog #login").await;
    vera.type_password("vera", SECOND).await;
    vera.until("she manages", async || vera.path().await == "/campaigns").await;

    // The agent's own link leads to the desktop.
    let kim = Browser::open(world.base(), look).await;
    kim.go(&of_kim).await;
    kim.type_in("#new_password", FIRST).await;
    kim.press("form.sign-in button.main").await;
    kim.element("#extension").await;
    kim.close().await;

    // She may sign in no more, and then again.
    admin.press(&act("disable", "vera")).await;
    admin.press("dialog button.danger").await;
    admin.shows("[role=status] .notice.good", says(look, "may sign in no more", "ne peut plus se connecter")).await;
    vera.go("/campaigns").await;
    vera.until("she is out", async || vera.path().await == "/sign-in").await;
    vera.type_password("vera", SECOND).await;
    vera.shows("#sign-in-error", says(look, "do not belong together", "ne vont pas ensemble")).await;
    admin.press(&act("invite_again", "vera")).await;
    assert_ne!(link(&admin, "vera").await, invitation);
    vera.is_calm(&[&HARMLESS[..], &["status of 401", "status of 403"]].concat()).await;
    vera.close().await;
    admin.is_calm(&HARMLESS).await;
    admin.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_and_go_in_english() {
    people_come_and_go(Look::ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_and_go_in_french() {
    people_come_and_go(Look { dark: true, ..Look::FRENCH }).await;
}

//! Settings: each section does what it is for.

use super::{is_whole, opened, says};
use crate::{api::world::World, support::browser::Look};

async fn a_house_is_kept(look: Look) {
    let world = World::new().await;
    world.load(&["+12125550142"]).await;
    let page = opened(&world, "admin", "/settings", look).await;

    page.type_in("input[id$='-login']", "nora").await;
    page.type_in(".two form input[id$='-name']", "Nora").await;
    page.press(".two form button.main").await;
    page.shows("main table", "Nora").await;
    let secret = "return document.getElementById('secret')?.value ?? ''";
    page.until("the link is shown", async || {
        page.script(secret).await.as_str().unwrap().contains("/sign-in#invitation=")
    })
    .await;
    page.press("main table button[aria-label$=': Nora']:last-child").await;
    page.until("a token is shown", async || page.script(secret).await.as_str().unwrap().len() == 64).await;
    is_whole(&page, "settings-teams", look).await;

    page.go("/settings?section=reasons").await;
    page.shows("main", says(look, "No wrap-up reason yet", "Aucun motif de post-appel")).await;
    page.type_in("input[id$='-label']", "Sale").await;
    page.type_in("input[id$='-code']", "7").await;
    page.press("form button.main").await;
    page.shows("main table", "Sale").await;
    page.type_in("input[id$='-label']", "Sold").await;
    page.type_in("input[id$='-code']", "7").await;
    page.press("form button.main").await;
    page.element(".errors li").await;
    is_whole(&page, "settings-reasons", look).await;

    page.go("/settings?section=suppressions").await;
    page.type_in(".two .surface:nth-child(2) input[type=tel]", "+1 212 555 0142").await;
    page.press(".two .surface:nth-child(2) button.main").await;
    page.shows("main table", "+1 212 555 0142").await;
    page.press("main table button").await;
    page.press("dialog button.danger").await;
    page.shows("[role=status] .notice.good", "+1 212 555 0142").await;
    is_whole(&page, "settings-suppressions", look).await;

    page.go("/settings?section=books").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("house.csv");
    std::fs::write(&path, "Name,Number\nReception,2000\nNobody,\n").unwrap();
    page.element("#book-file").await.send_keys(path.to_str().unwrap()).await.unwrap();
    page.shows("main table", "house").await;
    page.element("a[download='house.rejects.csv']").await;
    page.press("main table button").await;
    page.shows("main", "Reception").await;
    is_whole(&page, "settings-books", look).await;

    page.go("/settings?section=queues").await;
    page.press("form button.main").await;
    page.shows("main table", "support").await;
    page.press("main table button").await;
    page.shows("main table", says(look, "Open", "Ouverte")).await;
    // Its rules as they are can be changed.
    page.press("main table button + button").await;
    let written = "return document.querySelector('textarea.file').value";
    page.until("the file is there", async || page.script(written).await.as_str().unwrap().contains("fields = []"))
        .await;
    let change = "const text = document.querySelector('textarea.file'); text.value = text.value.replace('priority = 50', 'priority = 500')";
    page.script(change).await;
    page.press("form button.main").await;
    page.shows(
        ".field.wrong .error, .errors",
        says(look, "500 is too large; expected: a whole number", "500 est trop grand ; attendu : un nombre entier"),
    )
    .await;
    page.script(
        &change.replace("'priority = 50'", "'priority = 500'").replace("'priority = 500')", "'priority = 51')"),
    )
    .await;
    page.press("form button.main").await;
    page.shows(".notice.good", says(look, "support is saved", "support est enregistrée")).await;
    is_whole(&page, "settings-queues", look).await;

    page.go("/settings?section=hours").await;
    page.shows("main table", "08:00-21:00").await;
    is_whole(&page, "settings-hours", look).await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_is_kept_in_english() {
    a_house_is_kept(Look::ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_house_is_kept_in_french() {
    a_house_is_kept(Look { dark: true, ..Look::FRENCH }).await;
}

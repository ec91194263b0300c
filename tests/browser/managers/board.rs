//! The live board.

use serde_json::json;

use super::{is_whole, opened, says};
use crate::{api::world::World, support::browser::Look};

async fn comes_to_work(world: &World, who: &str, extension: &str) {
    let (status, _) = world.post(world.token(who), "/v1/me/session", json!({ "extension": extension })).await;
    assert_eq!(status, 200);
}

async fn a_supervisor_looks_after_the_team(look: Look) {
    let world = World::new().await;
    world.load(&["+12125550142", "+13125550143"]).await;
    comes_to_work(&world, "agent", "2001").await;
    let page = opened(&world, "supervisor", "/board", look).await;
    page.shows(".agents tbody tr[data-state=not_ready]", "Kim").await;
    // Kim gets a preview: the row, the counts and the campaign follow by themselves.
    world.put(world.token("agent"), "/v1/me/state", json!({ "state": "ready" })).await;
    page.shows(".agents tr[data-state=reserved] .work", "Ada Byron · spring").await;
    page.sees(".agents tr[data-state=reserved]", |row| row.contains("Kim") && row.contains('1')).await;
    page.shows("table.counts tbody", "spring").await;
    page.sees("table.counts td.number", |count| count == "2").await;
    let beneath = "const left = (css) => document.querySelector(`table.counts ${css}`).getBoundingClientRect().left; \
                   return left('thead th') === left('tbody th')";
    assert_eq!(page.script(beneath).await, json!(true), "counts stand beneath what they count");
    is_whole(&page, "board", look).await;

    // Another comes, and the supervisor makes them ready, not ready, and logs them out.
    comes_to_work(&world, "agent_2", "2002").await;
    page.type_in("#filter", "lee").await;
    page.sees(".agents tbody", |rows| rows.contains("Lee") && !rows.contains("Kim")).await;
    page.press("[data-act=ready]").await;
    page.element(".agents tr[data-state=reserved]").await;
    page.press("[data-act=not_ready]").await;
    page.shows(".agents tr[data-state=reserved]", says(look, "→ Not ready", "→ Non prêt")).await;
    page.press("[data-act=logged_out]").await;
    page.shows("dialog", "Lee").await;
    page.press("dialog button.danger").await;
    page.shows(".agents tr[data-state=reserved]", says(look, "→ Signed out", "→ Déconnecté")).await;

    // Whoever is longer in a state than the team wants is marked by a shape, too.
    page.type_in("#filter", "").await;
    page.script("document.querySelector('.limits').open = true").await;
    page.type_in("#limit-reserved", "1").await;
    let later = "document.querySelector('.limits').open = false";
    page.script(later).await;
    page.go("/board?wall").await;
    page.shows(".wall .tiles", says(look, "Reserved", "Réservé")).await;
    is_whole(&page, "wallboard", look).await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_looks_after_the_team_in_english() {
    a_supervisor_looks_after_the_team(Look::ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_looks_after_the_team_in_french() {
    a_supervisor_looks_after_the_team(Look { dark: true, ..Look::FRENCH }).await;
}

/// How long the page works at what changes: told, not judged.
#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_agents_are_on_one_board() {
    let world = World::new().await;
    let now = world.clock.now();
    for i in 0..498 {
        world.db.agent_add("sales", &format!("agent{i}"), &format!("Agent {i}"), now).await.unwrap();
    }
    world.load(&["+12125550142"]).await;
    comes_to_work(&world, "agent", "2001").await;
    let page = opened(&world, "supervisor", "/board", Look::ENGLISH).await;
    page.press("#absent").await;
    page.until("all are there", async || page.count(".agents tbody tr").await == 500).await;
    page.script("window.rows = [...document.querySelectorAll('.agents tbody tr')]; performance.clearMeasures()").await;
    world.put(world.token("agent"), "/v1/me/state", json!({ "state": "ready" })).await;
    page.shows(".agents tr[data-state=reserved]", "Kim").await;
    page.until("the whole was taken", async || {
        page.script("return performance.getEntriesByName('board-take').length > 0 && performance.getEntriesByName('board-tick').length > 1").await == true
    })
    .await;
    let kept = "const rows = new Set(document.querySelectorAll('.agents tbody tr')); return window.rows.every((row) => rows.has(row))";
    assert_eq!(page.script(kept).await, json!(true), "rows are kept, and only what differs in them changes");
    let figures = "const spans = (name) => performance.getEntriesByName(name).map(({ duration }) => duration); \
                   return Object.fromEntries(['board-change', 'board-take', 'board-tick'].map((name) => [name, \
                   { times: spans(name).length, worst_ms: Math.max(0, ...spans(name)) }]))";
    println!("500 agents: {}", page.script(figures).await);
    page.picture("board-500").await;
    page.close().await;
}

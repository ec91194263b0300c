//! T2: take a call.

use reqwest::Method;
use serde_json::json;

use super::seat::{Seat, in_both_languages};
use crate::{
    journeys_http::floor::{Floor, dialog_id},
    support::browser::Look,
};

in_both_languages!(
    t02_1_a_ready_agent_is_reserved_and_sees_who_calls,
    t02_2_a_colleague_calls_while_not_ready,
    t02_3_answer_shows_the_variables_and_a_second_call_folds_them,
    t02_4_end_makes_the_agent_ready,
    t02_5_not_ready_chosen_while_talking_is_pending,
);

const FIELDS: &str = "fields = [\"language\", \"account\"]\n";

async fn ready(look: Look) -> Seat {
    let mut floor = Floor::new().await;
    floor.queue(FIELDS).await;
    let seat = Seat::at(floor, look).await;
    seat.press("ready").await;
    seat.is("ready").await;
    seat
}

async fn t02_1_a_ready_agent_is_reserved_and_sees_who_calls(look: Look) {
    let mut seat = ready(look).await;
    seat.page.shows("#waiting", seat.says("Waiting for callers of support", "En attente d’appelants de support")).await;
    seat.floor.caller().await;
    seat.state_says("Reserved", "Réservé").await;
    seat.page.shows(".card", "A-17").await;
    seat.page.shows(".card", "support").await;
    let fields = seat.page.text(".variables dl").await.unwrap();
    assert!(fields.find("language") < fields.find("account"), "in the order of the queue: {fields}");
    assert!(!fields.contains("menu"), "and no other: {fields}");
    seat.labelled("answer", "Answer", "Répondre").await;
    seat.hears("A call for you", "Un appel pour vous").await;
    let title = seat.page.script("return document.title").await;
    assert!(title.as_str().unwrap().starts_with('●'), "{title}");
    seat.calm().await;
}

async fn t02_2_a_colleague_calls_while_not_ready(look: Look) {
    let mut seat = Seat::at(Floor::new().await, look).await;
    let lee = seat.floor.lee().await;
    lee.done(Method::POST, "dialogs", Some(json!({ "typed": "1001" }))).await;
    let (_, phone) = seat.floor.connects().await;
    seat.floor.connected(phone.channel_id).await;
    seat.page.shows(".card", "Lee").await;
    seat.press("answer").await;
    let (_, phone) = seat.floor.connects().await;
    seat.floor.connected(phone.channel_id).await;
    seat.is("talking").await;
    seat.calm().await;
}

async fn t02_3_answer_shows_the_variables_and_a_second_call_folds_them(look: Look) {
    let mut seat = ready(look).await;
    seat.floor.caller().await;
    seat.press("answer").await;
    let (id, phone) = seat.floor.connects().await;
    seat.floor.connected(phone.channel_id).await;
    seat.is("talking").await;
    let (fold, fields) = (format!("#fold-{id}"), format!("[id=\"fields-{id}\"]"));
    let fold = fold.replace("#fold-", "[id=\"fold-") + "\"]";
    seat.page.shows(&fields, "A-17").await;
    seat.page.press(&fold).await;
    seat.page.element(&format!("{fields}[hidden]")).await;
    seat.page.press(&fold).await;
    seat.page.element(&format!("{fields}:not([hidden])")).await;
    // A colleague calls: the first call folds by itself.
    let lee = seat.floor.lee().await;
    lee.done(Method::POST, "dialogs", Some(json!({ "typed": "1001" }))).await;
    let (_, phone) = seat.floor.connects().await;
    seat.floor.connected(phone.channel_id).await;
    seat.can("answer").await;
    seat.page.element(&format!("{fields}[hidden]")).await;
    seat.calm().await;
}

async fn t02_4_end_makes_the_agent_ready(look: Look) {
    let mut seat = ready(look).await;
    let line = seat.floor.caller().await;
    seat.press("answer").await;
    let (_, phone) = seat.floor.connects().await;
    seat.floor.connected(phone.channel_id).await;
    seat.is("talking").await;
    seat.press("end").await;
    seat.floor.over(line).await;
    seat.is("ready").await;
    seat.floor.world.orders_left();
    seat.floor.caller().await;
    seat.can("answer").await;
    seat.calm().await;
}

async fn t02_5_not_ready_chosen_while_talking_is_pending(look: Look) {
    let mut floor = Floor::new().await;
    floor.reason("not_ready", 1, "Lunch").await;
    floor.queue(FIELDS).await;
    let mut seat = Seat::at(floor, look).await;
    seat.press("ready").await;
    seat.is("ready").await;
    let line = seat.floor.caller().await;
    let offered = seat.kim.hears("call_offered", json!({})).await;
    let id = dialog_id(&offered["dialog_id"]);
    seat.floor.answers(&mut seat.kim, id).await;
    seat.is("talking").await;
    seat.press("not_ready").await;
    seat.page.press("[data-reason=Lunch]").await;
    seat.page.shows("#then", seat.says("→ Not ready (Lunch) (pending)", "→ Non prêt (Lunch) (à suivre)")).await;
    seat.state_says("Talking", "En conversation").await;
    seat.floor.over(line).await;
    seat.is("not_ready").await;
    seat.page.shows(".state .now", "Lunch").await;
    seat.calm().await;
}

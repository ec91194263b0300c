//! T1: place a call.

use reqwest::Method;
use serde_json::json;

use super::seat::{OUTSIDE, Seat, in_both_languages};
use crate::{
    journeys_http::floor::{Floor, WRAP_UP},
    support::browser::Look,
};

in_both_languages!(
    t01_1_only_in_ready_or_not_ready_and_else_the_button_says_so,
    t01_2_the_pad_takes_letters_and_keeps_what_was_typed,
    t01_3_the_phone_book_fills_the_pad,
    t01_4_end_ends_the_call,
);

async fn t01_1_only_in_ready_or_not_ready_and_else_the_button_says_so(look: Look) {
    let mut seat = Seat::with(WRAP_UP, look).await;
    seat.can("place").await;
    seat.press("ready").await;
    seat.is("reserved").await;
    seat.cannot("place", "Not possible in state Reserved", "Impossible dans l’état Réservé").await;
    let call = seat.accepts().await;
    seat.floor.connected(call.line).await;
    seat.is("talking").await;
    seat.cannot("place", "Not possible in state Talking", "Impossible dans l’état En conversation").await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    seat.cannot("place", "Not possible in state Wrap-up", "Impossible dans l’état Post-appel").await;
    seat.press("ready").await;
    seat.is("ready").await;
    seat.can("place").await;
    seat.calm().await;
}

async fn t01_2_the_pad_takes_letters_and_keeps_what_was_typed(look: Look) {
    let mut seat = Seat::at(Floor::new().await, look).await;
    seat.press("place").await;
    seat.page.type_in("#pad-number", "1-800-FLOWERS").await;
    seat.page.shows("#pad-says", seat.says("Calls 1-800-3569377", "Appelle le 1-800-3569377")).await;
    seat.page.type_in("#pad-number", "911").await;
    seat.page.shows("#pad-says", seat.says("Dial 911 on a telephone", "Composez le 911 sur un téléphone")).await;
    seat.page.element("#pad-call[aria-disabled=true]").await;
    // The keys of the pad write too.
    seat.page.type_in("#pad-number", "(312) 555-01").await;
    for key in ["9", "9"] {
        seat.page.press(&format!("[data-pad=\"{key}\"]")).await;
    }
    let typed = seat.page.script("return document.getElementById('pad-number').value").await;
    assert_eq!(typed, "(312) 555-0199", "nothing is stripped");
    seat.page.press("#pad-call").await;
    seat.floor.dialled().await;
    seat.is("talking").await;
    seat.calm().await;
}

async fn t01_3_the_phone_book_fills_the_pad(look: Look) {
    let floor = Floor::new().await;
    let house = json!({ "entries": [
        { "name": "Wait Flowers", "number": "1-800-FLOWERS", "note": "for birthdays" },
        { "name": "Front desk", "number": "1234" },
    ]});
    floor.managed("manager", Method::PUT, "/v1/phone-books/house", Some(house)).await;
    let mut seat = Seat::at(floor, look).await;
    seat.press("place").await;
    seat.page.until("all entries are listed", async || seat.page.count("[data-entry]").await == 2).await;
    seat.page.type_in("#pad-search", "flow wait").await;
    seat.page.until("one entry is found", async || seat.page.count("[data-entry]").await == 1).await;
    seat.page.press("[data-entry]").await;
    let typed = seat.page.script("return document.getElementById('pad-number').value").await;
    assert_eq!(typed, "1-800-FLOWERS");
    // It can be edited, and is where the focus is.
    seat.page.type_in("#pad-number", OUTSIDE).await;
    seat.page.press("#pad-call").await;
    seat.floor.dialled().await;
    seat.page.gone("#panel-pad").await;
    seat.calm().await;
}

async fn t01_4_end_ends_the_call(look: Look) {
    let mut seat = Seat::at(Floor::new().await, look).await;
    seat.pad("place", OUTSIDE).await;
    let (_, line, ..) = seat.floor.dialled().await;
    seat.floor.connected(line).await;
    seat.state_says("Talking", "En conversation").await;
    seat.labelled("end", "End", "Terminer").await;
    seat.press("end").await;
    seat.floor.over(line).await;
    seat.is("not_ready").await;
    seat.calm().await;
}

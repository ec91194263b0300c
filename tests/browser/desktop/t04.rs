//! T4: reclassify.

use rappel::domain::attempt::{CallProgress, Heard};
use reqwest::Method;

use super::seat::{Seat, in_both_languages};
use crate::{journeys_http::floor::WRAP_UP, support::browser::Look};

in_both_languages!(
    t04_1_to_each_of_the_six,
    t04_2_a_call_starts_as_voice,
    t04_3_from_the_accept_to_the_end_of_wrap_up,
    t04_4_the_button_shows_the_last_one,
    t04_5_one_click_takes_a_guess,
);

const VALUES: [(&str, &str, &str); 6] = [
    ("answering_machine", "Answering machine", "Répondeur"),
    ("busy", "Busy", "Occupé"),
    ("fax", "Fax", "Télécopieur"),
    ("invalid_number", "Invalid number", "Numéro non valide"),
    ("do_not_call", "Do not call", "Ne pas appeler"),
    ("voice", "Voice", "Voix"),
];

async fn t04_1_to_each_of_the_six(look: Look) {
    let (seat, call) = Seat::talking("", look).await;
    seat.labelled("reclassify", "Reclassify", "Reclasser").await;
    for (value, english, french) in VALUES {
        seat.press("reclassify").await;
        seat.page.shows(&format!("#classify-{value}"), seat.says(english, french)).await;
        seat.page.press(&format!("#classify-{value}")).await;
        seat.page.gone("#panel-reclassify").await;
        assert_eq!(seat.dialog(&call).await["classification"], value);
    }
    seat.calm().await;
}

async fn t04_2_a_call_starts_as_voice(look: Look) {
    let (seat, _) = Seat::dialing("", look).await;
    assert!(seat.content("#act-reclassify").await.contains(seat.says("Voice", "Voix")));
    seat.press("reclassify").await;
    seat.page.element("#classify-voice[aria-pressed=true]").await;
    seat.calm().await;
}

async fn t04_3_from_the_accept_to_the_end_of_wrap_up(look: Look) {
    let mut seat = Seat::previewing(WRAP_UP, look).await;
    assert_eq!(seat.page.count("#act-reclassify").await, 0, "never before");
    let call = seat.accepts().await;
    seat.can("reclassify").await;
    seat.floor.connected(call.line).await;
    seat.is("talking").await;
    seat.can("reclassify").await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    seat.press("reclassify").await;
    seat.page.press("#classify-fax").await;
    seat.page.gone("#panel-reclassify").await;
    assert_eq!(seat.dialog(&call).await["classification"], "fax");
    seat.press("ready").await;
    seat.is("ready").await;
    assert_eq!(seat.page.count("#act-reclassify").await, 0, "never after");
    seat.calm().await;
}

async fn t04_4_the_button_shows_the_last_one(look: Look) {
    let (seat, _) = Seat::talking("", look).await;
    let drawing = "return document.querySelector('#act-reclassify path').getAttribute('d')";
    let mut seen = vec![seat.page.script(drawing).await];
    for (value, english, french) in &VALUES[..3] {
        seat.press("reclassify").await;
        seat.page.press(&format!("#classify-{value}")).await;
        let word = seat.says(english, french);
        seat.page.until("the button says it", async || seat.content("#act-reclassify").await.contains(word)).await;
        seen.push(seat.page.script(drawing).await);
    }
    seen.dedup();
    assert_eq!(seen.len(), 4, "a picture for each");
    let log = seat.floor.managed("supervisor", Method::GET, "/v1/teams/sales/log?count=1000", None).await;
    let recorded = log.as_array().unwrap().iter().filter(|event| event["type"] == "attempt_reclassified").count();
    assert_eq!(recorded, 3, "each change is recorded");
    seat.calm().await;
}

async fn t04_5_one_click_takes_a_guess(look: Look) {
    let (seat, call) = Seat::talking("", look).await;
    assert_eq!(seat.page.count("#act-guess").await, 0);
    for (what, value, english, french) in [
        (Heard::AnsweringMachine, "answering_machine", "Answering machine?", "Un répondeur ?"),
        (Heard::Fax, "fax", "A fax?", "Un télécopieur ?"),
    ] {
        seat.floor.told(call.line, CallProgress::Heard { what }).await;
        seat.labelled("guess", english, french).await;
        assert_eq!(seat.dialog(&call).await["classification"], "voice");
        seat.press("guess").await;
        seat.gone("guess").await;
        assert_eq!(seat.dialog(&call).await["classification"], value);
        seat.press("reclassify").await;
        seat.page.press("#classify-voice").await;
        seat.page.gone("#panel-reclassify").await;
    }
    seat.calm().await;
}

//! T7: send DTMF.

use rappel::{
    domain::{attempt::CallProgress, ids::DigitId},
    engine::output::Order,
};

use super::seat::{Seat, in_both_languages};
use crate::{
    journeys_http::floor::{CHICAGO, Call, Floor},
    support::browser::Look,
};

in_both_languages!(
    t07_1_only_the_keys_on_the_screen_send_and_they_are_shown,
    t07_2_the_controls_rest_and_say_so,
    t07_3_no_more_keys_than_may_be_on_their_way,
    t07_4_the_button_or_a_click_outside_closes_it,
);

async fn open(look: Look) -> (Seat, Call) {
    let (seat, call) = Seat::talking("[wrap_up]\nmode = \"optional\"\n", look).await;
    seat.labelled("keypad", "Keypad", "Clavier").await;
    seat.press("keypad").await;
    seat.page.element("#panel-keypad").await;
    (seat, call)
}

async fn sent(floor: &mut Floor) -> (DigitId, char) {
    match floor.ordered().await {
        Order::SendDigit { digit_id, digit, .. } => (digit_id, digit.as_char()),
        other => panic!("no key is sent: {}", other.name()),
    }
}

async fn shown(seat: &Seat, keys: &str) {
    let script = "return document.getElementById('keys-sent')?.value";
    seat.page.until(&format!("{keys} is shown"), async || seat.page.script(script).await == keys).await;
}

async fn press(seat: &Seat, key: char) {
    seat.page.press(&format!("[data-digit=\"{key}\"]")).await;
}

async fn t07_1_only_the_keys_on_the_screen_send_and_they_are_shown(look: Look) {
    let (mut seat, call) = open(look).await;
    let mut keys = String::new();
    for key in "0123456789#*".chars() {
        press(&seat, key).await;
        keys.push(key);
        let (digit_id, digit) = sent(&mut seat.floor).await;
        assert_eq!(digit, key);
        seat.floor.told(call.line, CallProgress::Digit { digit_id, is_sent: true }).await;
        shown(&seat, &keys).await;
    }
    // What is typed sends nothing, in the field neither.
    seat.page.keys("123#").await;
    seat.page.element("#keys-sent[readonly]").await.send_keys("456*").await.ok();
    press(&seat, '7').await;
    assert_eq!(sent(&mut seat.floor).await.1, '7', "and nothing before it");
    shown(&seat, &format!("{keys}7")).await;
    seat.floor.nothing_ordered();
    seat.calm().await;
}

async fn t07_2_the_controls_rest_and_say_so(look: Look) {
    let (mut seat, call) = open(look).await;
    let controls = ["wrap_up", "hold", "transfer", "consult", "end"];
    for act in controls {
        seat.cannot(act, "Close the keypad first", "Fermez d’abord le clavier").await;
    }
    seat.page.shows("#panel-keypad", seat.says("rest on all calls", "sont suspendus")).await;
    press(&seat, '5').await;
    let (digit_id, _) = sent(&mut seat.floor).await;
    seat.press("keypad").await;
    seat.page.gone("#panel-keypad").await;
    for act in controls {
        seat.cannot(act, "Wait until the keys are sent", "Attendez l’envoi des touches").await;
    }
    seat.floor.told(call.line, CallProgress::Digit { digit_id, is_sent: true }).await;
    for act in ["wrap_up", "hold", "consult", "end"] {
        seat.can(act).await;
    }
    seat.calm().await;
}

async fn t07_3_no_more_keys_than_may_be_on_their_way(look: Look) {
    let mut floor = Floor::fast_with(1.0, |limits| limits.digits_outstanding_max = 2).await;
    floor.campaign("", &[CHICAGO]).await;
    let mut seat = Seat::at(floor, look).await;
    let call = seat.floor.outbound(&mut seat.kim).await;
    seat.is("talking").await;
    seat.press("keypad").await;
    for key in ['1', '2'] {
        press(&seat, key).await;
    }
    shown(&seat, "12").await;
    seat.page.element("[data-digit=\"3\"][aria-disabled=true]").await;
    seat.page.shows("#keys-outstanding", seat.says("2 of at most 2", "2 sur 2")).await;
    let (digit_id, _) = sent(&mut seat.floor).await;
    seat.floor.told(call.line, CallProgress::Digit { digit_id, is_sent: true }).await;
    press(&seat, '3').await;
    shown(&seat, "123").await;
    seat.calm().await;
}

async fn t07_4_the_button_or_a_click_outside_closes_it(look: Look) {
    let (seat, _) = open(look).await;
    seat.press("keypad").await;
    seat.page.gone("#panel-keypad").await;
    seat.can("end").await;
    seat.press("keypad").await;
    seat.page.element("#panel-keypad").await;
    seat.page.press(".card h1").await;
    seat.page.gone("#panel-keypad").await;
    seat.can("end").await;
    seat.calm().await;
}

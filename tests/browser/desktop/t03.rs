//! T3: answer a direct-preview outbound call.

use serde_json::json;

use super::seat::{Seat, in_both_languages};
use crate::{
    journeys_http::floor::{CHICAGO, Floor, WRAP_UP},
    support::browser::Look,
};

in_both_languages!(
    t03_1_the_details_open_by_themselves,
    t03_2_accept_or_decline,
    t03_3_accept_dials_and_a_failed_attempt_makes_ready_again,
    t03_3_a_second_enter_does_not_hang_up,
    t03_4_decline_asks_reject_or_close,
    t03_4_a_double_click_on_decline_closes_nobody,
    t03_5_the_time_runs_out_before_their_eyes,
);

async fn t03_1_the_details_open_by_themselves(look: Look) {
    let seat = Seat::with("[preview]\nfields = [\"Plan\", \"Contract\"]\n", look).await;
    assert_eq!(seat.page.count(".card").await, 0, "only a Ready agent gets one");
    seat.press("ready").await;
    seat.state_says("Reserved (outbound)", "Réservé (sortant)").await;
    seat.page.shows("#card-title", "Ada Byron").await;
    seat.page.shows(".card", "+1 312 555 0142").await;
    seat.page.shows(".there .clock", seat.says("1:0", "13:0")).await;
    seat.page.shows(".there", "Chicago").await;
    seat.page.shows(".there", seat.says("from area code 312: confirm", "d’après l’indicatif 312 : à confirmer")).await;
    let fields = seat.page.text(".variables dl").await.unwrap();
    assert!(fields.find("gold").unwrap() < fields.find("C-7").unwrap(), "in the campaign's order: {fields}");
    assert!(!fields.contains("Internal"), "{fields}");
    seat.hears("New contact: Ada Byron, spring", "Nouveau contact : Ada Byron, spring").await;
    seat.page.picture(&format!("preview-{}", &look.language[..2])).await;
    seat.calm().await;
}

async fn t03_2_accept_or_decline(look: Look) {
    let seat = Seat::previewing("", look).await;
    seat.labelled("accept", "Accept", "Accepter").await;
    seat.labelled("decline", "Decline", "Refuser").await;
    let size = "const one = document.getElementById('act-accept').getBoundingClientRect(), \
                two = document.getElementById('act-decline').getBoundingClientRect(); \
                return one.left < two.left && one.width * one.height > two.width * two.height";
    assert_eq!(seat.page.script(size).await, json!(true), "the likely one is first and largest");
    seat.calm().await;
}

async fn t03_3_accept_dials_and_a_failed_attempt_makes_ready_again(look: Look) {
    let mut seat = Seat::calling("", &[CHICAGO, "+13125550143"], look).await;
    seat.press("ready").await;
    seat.is("reserved").await;
    let call = seat.accepts().await;
    seat.page.shows(".dialog", seat.says("dialing", "numérotation")).await;
    seat.busy(&call).await;
    // Ready again: the next contact comes at once.
    seat.page.shows(".number", "0143").await;
    let call = seat.accepts().await;
    seat.floor.connected(call.line).await;
    seat.state_says("Talking", "En conversation").await;
    seat.calm().await;
}

async fn t03_3_a_second_enter_does_not_hang_up(look: Look) {
    let mut seat = Seat::previewing("", look).await;
    seat.page.script("document.getElementById('act-accept').focus()").await;
    let call = seat.accepts().await;
    seat.can("end").await;
    let focus = "return document.activeElement.id";
    seat.page
        .until("the focus is on whom it is about", async || {
            seat.page.script(focus).await.as_str().is_some_and(|id| id.starts_with("title-"))
        })
        .await;
    seat.page.keys("\u{e007}").await;
    seat.floor.connected(call.line).await;
    seat.is("talking").await;
    seat.calm().await;
}

async fn t03_4_a_double_click_on_decline_closes_nobody(look: Look) {
    // There is room for all buttons in one line, so that those of the choice are where Decline was.
    let seat = Seat::previewing("", Look { size: (1600, 900), ..look }).await;
    seat.page.press_twice("#act-decline").await;
    seat.can("close_contact").await;
    seat.press("back").await;
    seat.can("accept").await;
    assert_eq!(seat.contact().await["state"]["state"], "in_progress");
    seat.calm().await;
}

async fn t03_4_decline_asks_reject_or_close(look: Look) {
    let mut seat = Seat::previewing("", look).await;
    seat.press("decline").await;
    seat.labelled("reject", "Reject", "Rejeter").await;
    seat.labelled("close_contact", "Close", "Fermer").await;
    seat.gone("accept").await;
    seat.press("back").await;
    seat.can("accept").await;
    seat.press("decline").await;
    seat.can("reject").await;
    seat.page.escape().await;
    seat.can("accept").await;
    seat.press("decline").await;
    seat.press("reject").await;
    seat.kim.hears("reservation_ended", json!({ "how": "rejected" })).await;
    seat.is("ready").await;
    assert_eq!(seat.contact().await["state"]["state"], "waiting", "it stays for a later retry");
    seat.calm().await;

    let mut seat = Seat::previewing("", look).await;
    seat.press("decline").await;
    seat.press("close_contact").await;
    seat.kim.hears("reservation_ended", json!({ "how": "closed" })).await;
    seat.is("ready").await;
    assert_eq!(seat.contact().await["state"]["state"], "closed");
    seat.calm().await;

    let seat = Seat::previewing("[preview]\nreject_allowed = false\n", look).await;
    seat.press("decline").await;
    seat.cannot("reject", "does not allow rejecting", "ne permet pas de rejeter").await;
    seat.can("close_contact").await;
    seat.calm().await;
}

async fn t03_5_the_time_runs_out_before_their_eyes(look: Look) {
    let mut floor = Floor::new().await;
    let rules = format!("[preview]\nseconds_max = 5\nat_end = \"reject_and_not_ready\"\n{WRAP_UP}");
    floor.campaign(&rules, &[CHICAGO]).await;
    let seat = Seat::at(floor, look).await;
    seat.press("ready").await;
    seat.page.sees("#preview-left", |text| text.starts_with("0:")).await;
    seat.hears("seconds left", "secondes").await;
    seat.page.element(".time-left div[style*=scaleX]").await;
    seat.page.shows("#preview-left", "0:03").await;
    seat.is("not_ready").await;
    seat.page.shows(".state .now", seat.says("preview not answered", "aperçu sans réponse")).await;
    seat.calm().await;
}

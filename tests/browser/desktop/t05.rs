//! T5: schedule a callback.

use serde_json::json;

use super::seat::{Seat, in_both_languages};
use crate::{
    journeys_http::floor::{CHICAGO, Call},
    support::browser::Look,
};

in_both_languages!(
    t05_1_the_form_shows_the_time_of_the_customer,
    t05_2_the_zone_is_to_be_confirmed_and_can_be_another,
    t05_3_another_number_may_be_given,
    t05_4_date_and_time_in_twelve_hours_or_twenty_four,
    t05_5_schedule_stores_it_and_the_form_shows_it,
    t05_6_cancel_says_so,
    t05_6_what_was_cancelled_elsewhere_is_not_promised_again,
);

async fn form(look: Look) -> (Seat, Call) {
    form_of(CHICAGO, look).await
}

async fn form_of(number: &str, look: Look) -> (Seat, Call) {
    let mut seat = Seat::calling("", &[number], look).await;
    seat.press("ready").await;
    seat.is("reserved").await;
    let call = seat.accepts().await;
    seat.floor.connected(call.line).await;
    seat.is("talking").await;
    seat.labelled("callback", "Callback", "Rappel").await;
    seat.press("callback").await;
    (seat, call)
}

/// Types into the fields of the customer's date and time.
async fn typed(seat: &Seat, date: &str, time: &str) {
    // What a date field takes depends on the browser's language: its value does not.
    let script = "const field = document.getElementById('callback-date'); field.value = arguments[0]; \
                  field.dispatchEvent(new Event('input', { bubbles: true }))";
    seat.page.script_with(script, json!([date])).await;
    seat.page.type_in("#callback-time", time).await;
}

async fn t05_1_the_form_shows_the_time_of_the_customer(look: Look) {
    let (seat, _) = form(look).await;
    seat.page.shows("#callback-now", seat.says("1:0", "13:0")).await;
    seat.page.shows("#panel-callback", "Chicago").await;
    assert_eq!(seat.page.count("#callback-now input").await, 0, "read-only");
    seat.calm().await;
}

async fn t05_2_the_zone_is_to_be_confirmed_and_can_be_another(look: Look) {
    let (seat, call) = form_of("+18505550145", look).await;
    seat.page.shows("#confirm-zone", seat.says("confirm the zone with the customer", "confirmez le fuseau")).await;
    // Florida's panhandle has two: nothing is guessed.
    seat.page.shows("#wrong-zone", seat.says("ask, and choose one", "demandez, et choisissez")).await;
    seat.page.press("#callback-zone option[value=\"America/New_York\"]").await;
    seat.page.shows("#callback-now", seat.says("2:0", "14:0")).await;
    seat.page.element("#callback-zone:focus").await;
    typed(&seat, "2026-03-12", "14:30").await;
    seat.page.shows("#callback-theirs", seat.says("2:30 PM", "14:30")).await;
    seat.page.press("#callback-save").await;
    seat.page.element("#callback-stands").await;
    let callback = seat.dialog(&call).await["callback"].clone();
    assert_eq!((&callback["zone"], &callback["zone_stated_by_agent"]), (&json!("America/New_York"), &json!(true)));
    seat.calm().await;
}

async fn t05_3_another_number_may_be_given(look: Look) {
    let (seat, call) = form(look).await;
    seat.page.type_in("#callback-number", "12").await;
    seat.page.shows("#wrong-number", seat.says("not a telephone number", "pas un numéro")).await;
    seat.page.type_in("#callback-number", "(312) 555-0177").await;
    typed(&seat, "2026-03-12", "9:30").await;
    seat.page.press("#callback-save").await;
    seat.page.element("#callback-stands").await;
    assert_eq!(seat.dialog(&call).await["callback"]["number"], "+13125550177");
    // The page was asked about a number that is none, and said no.
    seat.calm_but(&["422"]).await;
}

async fn t05_4_date_and_time_in_twelve_hours_or_twenty_four(look: Look) {
    let (seat, call) = form(look).await;
    assert_eq!(seat.page.script("return document.getElementById('callback-date').type").await, "date", "a calendar");
    for time in ["2:30 PM", "14:30", "2:30pm"] {
        typed(&seat, "2026-03-12", "").await;
        typed(&seat, "2026-03-12", time).await;
        seat.page.shows("#callback-theirs", seat.says("2:30 PM", "14:30")).await;
    }
    // Side by side: the same instant on the agent's clock.
    seat.page.sees("#callback-yours", |text| !text.is_empty()).await;
    for (time, english, french) in [("25:00", "This is no time", "Ce n’est pas une heure"), ("9:00", "", "")] {
        typed(&seat, "2026-03-12", time).await;
        seat.page.sees("#wrong-time", |text| text.contains(seat.says(english, french))).await;
    }
    // What cannot be, and what is special, is said where it is typed.
    typed(&seat, "2026-03-10", "9:00").await;
    seat.page.shows("#wrong-time", seat.says("This time is over", "déjà passée")).await;
    typed(&seat, "2026-03-12", "22:00").await;
    seat.page.shows("#callback-outcome", seat.says("calling hours are closed then", "Hors des heures d’appel")).await;
    typed(&seat, "2026-11-01", "1:30 AM").await;
    seat.page.shows("#callback-outcome", seat.says("shows this time twice", "existe deux fois")).await;
    seat.page.press("#callback-outcome .chip:nth-child(2)").await;
    seat.page.element("#callback-outcome .chip:nth-child(2)[aria-pressed=true]").await;
    // A suggestion fills the form, and is kept to the minute.
    seat.page.press("[data-pick=tomorrow_morning]").await;
    seat.page.shows("#callback-theirs", seat.says("9:00 AM", "09:00")).await;
    seat.page.element("[data-pick=tomorrow_morning][aria-pressed=true]").await;
    assert_eq!(seat.page.count("#callback-outcome .notice").await, 0);
    assert_eq!(seat.dialog(&call).await["callback"], json!(null), "nothing is promised yet");
    seat.calm_but(&["422"]).await;
}

async fn t05_5_schedule_stores_it_and_the_form_shows_it(look: Look) {
    let (seat, call) = form(look).await;
    seat.page.shows("#callback-save", seat.says("Schedule", "Planifier")).await;
    typed(&seat, "2026-03-12", "14:30").await;
    seat.page.press("#callback-save").await;
    seat.page.shows("#callback-message", seat.says("The callback is scheduled", "Le rappel est planifié")).await;
    assert_eq!(seat.dialog(&call).await["callback"]["at"], "2026-03-12T14:30:00");
    seat.page.press("#panel-callback .close").await;
    seat.page.gone("#panel-callback").await;
    seat.page.shows(".callback-note", "Chicago").await;
    seat.press("callback").await;
    seat.page.shows("#callback-stands", seat.says("2:30 PM", "14:30")).await;
    assert_eq!(seat.page.script("return document.getElementById('callback-time').value").await, "14:30");
    seat.page.shows("#callback-save", seat.says("Update", "Mettre à jour")).await;
    seat.page.shows("#callback-cancel", seat.says("Cancel", "Annuler")).await;
    typed(&seat, "2026-03-12", "15:45").await;
    seat.page.press("#callback-save").await;
    seat.page.shows("#callback-message", seat.says("The callback was updated", "Le rappel a été mis à jour")).await;
    assert_eq!(seat.dialog(&call).await["callback"]["at"], "2026-03-12T15:45:00");
    seat.page.picture(&format!("callback-{}", &look.language[..2])).await;
    seat.calm().await;
}

async fn t05_6_cancel_says_so(look: Look) {
    let (seat, call) = form(look).await;
    typed(&seat, "2026-03-12", "14:30").await;
    seat.page.press("#callback-save").await;
    seat.page.press("#callback-cancel").await;
    seat.page.shows("#callback-message", seat.says("The callback was cancelled.", "Le rappel a été annulé.")).await;
    assert_eq!(seat.dialog(&call).await["callback"], json!(null));
    seat.page.shows("#callback-save", seat.says("Schedule", "Planifier")).await;
    let chosen = "return document.getElementById('callback-zone').selectedOptions[0]?.textContent";
    assert_eq!(seat.page.script(chosen).await, seat.says("As the number tells", "D’après le numéro"));
    seat.calm().await;
}

/// A tab that does not know yet that another one cancelled the callback changes nothing, and says so.
async fn t05_6_what_was_cancelled_elsewhere_is_not_promised_again(look: Look) {
    let (seat, call) = form(look).await;
    typed(&seat, "2026-03-12", "14:30").await;
    seat.page.press("#callback-save").await;
    seat.page.shows("#callback-save", seat.says("Update", "Mettre à jour")).await;
    typed(&seat, "2026-03-12", "15:45").await;
    // What happens is not read any more until it is let through.
    let behind = "const ask = window.fetch; window.late = new Promise((go) => (window.letThrough = go)); \
                  window.fetch = (path, ...rest) => (path === '/v1/me' ? window.late : Promise.resolve()).then(() => ask(path, ...rest))";
    seat.page.script(behind).await;
    seat.kim.acts(call.id, "cancel_callback").await;
    seat.page.press("#callback-save").await;
    seat.page.shows("#wrong-time", seat.says("was cancelled meanwhile", "a été annulé entre-temps")).await;
    assert_eq!(seat.dialog(&call).await["callback"], json!(null));
    seat.page.script("window.letThrough()").await;
    seat.page.shows("#callback-message", seat.says("was cancelled meanwhile", "a été annulé entre-temps")).await;
    seat.page.shows("#callback-save", seat.says("Schedule", "Planifier")).await;
    assert_eq!(seat.page.script("return document.getElementById('callback-time').value").await, "");
    seat.calm_but(&["409"]).await;
}

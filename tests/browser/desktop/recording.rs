//! The recording of a call, as its agent sees it.

use rappel::domain::recording::Taped;

use super::seat::{Seat, in_both_languages};
use crate::{
    journeys_http::recording::{RECORDED, to_record, told},
    support::browser::Look,
};

in_both_languages!(a_recording_is_paused_and_resumed_by_button_and_key, one_that_failed_is_said);

async fn shows(seat: &Seat, state: &str, english: &str, french: &str) {
    seat.page.shows(&format!(".recording[data-state={state}]"), seat.says(english, french)).await;
}

async fn a_recording_is_paused_and_resumed_by_button_and_key(look: Look) {
    let (mut seat, call) = Seat::talking(RECORDED, look).await;
    let (_, _, asked_at) = to_record(&mut seat.floor).await;
    told(&seat.floor, &call, Taped::Runs, asked_at).await;
    shows(&seat, "recording", "This call is recorded", "Cet appel est enregistré").await;
    seat.labelled("recording", "Pause recording", "Suspendre l’enregistrement").await;
    seat.press("recording").await;
    shows(&seat, "pausing", "may still be recorded", "peut encore être enregistré").await;
    let (_, is_paused, asked_at) = to_record(&mut seat.floor).await;
    assert!(is_paused);
    told(&seat.floor, &call, Taped::Pauses, asked_at).await;
    shows(&seat, "paused", "what is said is not recorded", "ce qui est dit n’est pas enregistré").await;
    seat.labelled("recording", "Resume recording", "Reprendre l’enregistrement").await;
    seat.page.keys(seat.says("u", "g")).await;
    let (_, is_paused, asked_at) = to_record(&mut seat.floor).await;
    assert!(!is_paused);
    told(&seat.floor, &call, Taped::Runs, asked_at).await;
    shows(&seat, "recording", "This call is recorded", "Cet appel est enregistré").await;
    seat.calm().await;
}

async fn one_that_failed_is_said(look: Look) {
    let (mut seat, call) = Seat::talking(RECORDED, look).await;
    let (_, _, asked_at) = to_record(&mut seat.floor).await;
    told(&seat.floor, &call, Taped::Failed, asked_at).await;
    shows(&seat, "failed", "This call is not recorded", "Cet appel n’est pas enregistré").await;
    seat.cannot("recording", "This call is not recorded", "Cet appel n’est pas enregistré").await;
    seat.calm().await;
}

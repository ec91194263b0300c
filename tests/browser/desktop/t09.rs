//! T9: forced wrap-up.

use super::seat::{Seat, in_both_languages};
use crate::support::browser::Look;

in_both_languages!(
    t09_1_leaving_without_a_reason_is_refused_with_the_sentence,
    t09_2_the_time_counts_down_beneath_the_state,
);

const FORCED: &str = "[wrap_up]\nmode = \"required_with_reason\"\nseconds_max = 600\nreasons = [\"Sale\"]\n";

async fn t09_1_leaving_without_a_reason_is_refused_with_the_sentence(look: Look) {
    let (seat, call) = Seat::talking(FORCED, look).await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    for act in ["ready", "not_ready"] {
        seat.cannot(act, "Select a wrap-up reason", "Sélectionnez un motif de post-appel").await;
    }
    // Whoever clicks all the same is told.
    seat.page.element("#act-ready").await.click().await.unwrap();
    seat.hears("Select a wrap-up reason", "Sélectionnez un motif de post-appel").await;
    seat.page.press(".reasons .chip").await;
    seat.press("ready").await;
    seat.is("ready").await;
    seat.calm().await;

    let (seat, call) = Seat::talking(&FORCED.replace("600", "2"), look).await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    seat.is("ready").await;
    seat.calm().await;
}

async fn t09_2_the_time_counts_down_beneath_the_state(look: Look) {
    let (seat, call) = Seat::talking(&FORCED.replace("600", "30"), look).await;
    seat.over(&call).await;
    seat.page.shows("#then", seat.says("Wrap-up ends in", "Fin du post-appel dans")).await;
    let below = "const rect = (id) => document.getElementById(id).getBoundingClientRect(); \
                 return rect('wrap-up-left').top >= rect('state').bottom - 2";
    assert_eq!(seat.page.script(below).await, true, "beneath the state");
    let first = seat.page.sees("#wrap-up-left", |text| text.starts_with("0:")).await;
    seat.page.sees("#wrap-up-left", |text| text.starts_with("0:") && text < first.as_str()).await;
    seat.calm().await;
}

//! T10: direct transfer.

use rappel::engine::output::Order;

use super::seat::{OUTSIDE, Seat, in_both_languages};
use crate::{journeys_http::floor::WRAP_UP, support::browser::Look};

in_both_languages!(
    t10_1_it_needs_an_active_call_and_opens_the_pad,
    t10_2_the_customer_moves_on_and_the_call_ends_for_the_agent,
);

async fn t10_1_it_needs_an_active_call_and_opens_the_pad(look: Look) {
    let (seat, call) = Seat::dialing("", look).await;
    seat.cannot("direct_transfer", "Nobody has answered", "Personne n’a répondu").await;
    seat.floor.connected(call.line).await;
    seat.labelled("direct_transfer", "Direct transfer", "Transfert direct").await;
    seat.press("direct_transfer").await;
    seat.page.element("#panel-pad #pad-number").await;
    seat.page.element("#panel-pad #pad-search").await;
    seat.page.shows("#pad-call", seat.says("Transfer", "Transférer")).await;
    seat.calm().await;
}

async fn t10_2_the_customer_moves_on_and_the_call_ends_for_the_agent(look: Look) {
    let (mut seat, _) = Seat::talking(WRAP_UP, look).await;
    seat.pad("direct_transfer", OUTSIDE).await;
    seat.is("wrap_up").await;
    let mut dialled = false;
    while !dialled {
        dialled = matches!(seat.floor.ordered().await, Order::Dial { .. });
    }
    seat.page.gone("#panel-pad").await;
    seat.calm().await;
}

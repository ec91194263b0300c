//! T6: consult.

use rappel::engine::output::Order;

use super::seat::{OUTSIDE, Seat, in_both_languages};
use crate::{
    journeys_http::floor::{CHICAGO, Call, WRAP_UP},
    support::browser::Look,
};

in_both_languages!(
    t06_1_consult_opens_the_pad_and_puts_the_customer_on_hold,
    t06_2_end_the_consult_then_retrieve_the_customer,
    t06_3_alternate,
    t06_4_conference_and_leave_it,
    t06_5_transfer,
);

/// The agent consults somebody outside, who answers.
async fn consulted(look: Look) -> (Seat, Call, Call) {
    let (mut seat, call) = Seat::talking(WRAP_UP, look).await;
    seat.pad("consult", OUTSIDE).await;
    assert_eq!(seat.floor.ordered().await, Order::Hold { dialog_id: call.id, channel_id: call.phone });
    let (id, line, ..) = seat.floor.dialled().await;
    seat.floor.connected(line).await;
    seat.can("transfer").await;
    let phone = call.phone;
    (seat, call, Call { id, line, phone })
}

async fn t06_1_consult_opens_the_pad_and_puts_the_customer_on_hold(look: Look) {
    let (mut seat, call) = Seat::dialing(WRAP_UP, look).await;
    seat.cannot("consult", "Nobody has answered", "Personne n’a répondu").await;
    seat.floor.connected(call.line).await;
    seat.is("talking").await;
    seat.labelled("consult", "Consult", "Consulter").await;
    seat.press("consult").await;
    seat.page.element("#panel-pad #pad-number").await;
    seat.page.element("#panel-pad #pad-search").await;
    seat.dials(OUTSIDE).await;
    assert_eq!(seat.floor.ordered().await, Order::Hold { dialog_id: call.id, channel_id: call.phone });
    let (_, line, ..) = seat.floor.dialled().await;
    seat.page.shows(".dialog.held", seat.says("on hold", "en attente")).await;
    seat.cannot("transfer", "has not answered", "n’a pas répondu").await;
    seat.floor.connected(line).await;
    seat.page.shows(".dialog.talking", OUTSIDE).await;
    seat.calm().await;
}

async fn t06_2_end_the_consult_then_retrieve_the_customer(look: Look) {
    let (seat, call, consult) = consulted(look).await;
    seat.press("end").await;
    seat.floor.over(consult.line).await;
    seat.is("hold").await;
    seat.labelled("retrieve", "Retrieve", "Reprendre").await;
    seat.press("retrieve").await;
    seat.is("talking").await;
    assert_eq!(seat.kim.phase(call.id).await, "talking");
    seat.calm().await;
}

async fn t06_3_alternate(look: Look) {
    let (seat, call, consult) = consulted(look).await;
    seat.labelled("retrieve", "Retrieve the customer", "Reprendre le client").await;
    seat.press("retrieve").await;
    seat.labelled("retrieve", "Retrieve the consult", "Reprendre la consultation").await;
    assert_eq!(seat.kim.phase(call.id).await, "talking");
    assert_eq!(seat.kim.phase(consult.id).await, "held");
    seat.press("retrieve").await;
    seat.labelled("retrieve", "Retrieve the customer", "Reprendre le client").await;
    assert_eq!(seat.kim.phase(consult.id).await, "talking");
    seat.calm().await;
}

async fn t06_4_conference_and_leave_it(look: Look) {
    let (mut seat, call, consult) = consulted(look).await;
    seat.labelled("conference", "Conference", "Conférence").await;
    seat.press("conference").await;
    seat.page.until("one dialog is left", async || seat.page.count(".dialog").await == 1).await;
    seat.page.until("all three talk", async || seat.page.count(".dialog .parties li").await == 2).await;
    seat.floor.ordered_are(&[Order::Join { from: consult.id, into: call.id }]).await;
    seat.press("end").await;
    seat.is("wrap_up").await;
    assert!(matches!(seat.floor.ordered().await, Order::Leave { .. } | Order::HangUp { .. }), "the others go on");
    seat.calm().await;
}

async fn t06_5_transfer(look: Look) {
    let (mut seat, call, consult) = consulted(look).await;
    seat.labelled("transfer", "Transfer", "Transférer").await;
    seat.press("transfer").await;
    seat.is("wrap_up").await;
    assert_eq!(seat.floor.ordered().await, Order::Join { from: consult.id, into: call.id });
    seat.page.shows(".card", "Ada Byron").await;
    assert_eq!(seat.dialog(&call).await["customer"]["number"], CHICAGO);
    seat.calm().await;
}

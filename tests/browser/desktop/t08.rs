//! T8: give a wrap-up reason.

use reqwest::Method;
use serde_json::json;

use super::seat::{OUTSIDE, Seat, in_both_languages};
use crate::{
    journeys_http::floor::{Floor, WRAP_UP},
    support::browser::{Browser, Look},
};

in_both_languages!(
    t08_1_only_for_calls_that_the_centre_made,
    t08_2_without_reasons_there_is_no_such_thing,
    t08_3_all_agents_on_the_call_see_it,
    t08_4_in_the_call_and_in_wrap_up,
    t08_5_required_by_itself_and_optional_by_choice,
    t08_6_the_state_that_follows_can_be_chosen_first,
    t08_7_wrap_up_ends_with_a_choice_or_by_itself,
);

const OPTIONAL: &str = "[wrap_up]\nmode = \"optional\"\nseconds_max = 600\nreasons = [\"Sale\"]\n";

fn chip(reason: &str, pressed: bool) -> String {
    format!(".reasons .chip[data-reason=\"{reason}\"][aria-pressed={pressed}]")
}

async fn t08_1_only_for_calls_that_the_centre_made(look: Look) {
    let mut floor = Floor::new().await;
    floor.reason("wrap_up", 1, "Sale").await;
    let mut seat = Seat::at(floor, look).await;
    seat.pad("place", OUTSIDE).await;
    let (_, line, ..) = seat.floor.dialled().await;
    seat.floor.connected(line).await;
    seat.is("talking").await;
    seat.can("end").await;
    assert_eq!(seat.page.count(".reasons").await + seat.page.count("#act-wrap_up").await, 0);
    seat.calm().await;
}

async fn t08_2_without_reasons_there_is_no_such_thing(look: Look) {
    let (mut seat, _) = Seat::talking("[wrap_up]\nmode = \"required\"\nseconds_max = 600\n", look).await;
    seat.can("end").await;
    assert_eq!(seat.page.count(".reasons").await, 0);
    for (code, label) in
        ["Sale", "No interest", "Price", "Service", "Moved", "Later", "Été", "Other"].iter().enumerate()
    {
        seat.floor.reason("wrap_up", u16::try_from(code + 1).unwrap(), label).await;
    }
    seat.press("hold").await;
    seat.press("retrieve").await;
    seat.page.until("the reasons are chips", async || seat.page.count(".reasons .chip").await == 8).await;
    seat.page.type_in(".reasons input", "ete").await;
    seat.page.until("the search finds one", async || seat.page.count(".reasons .chip").await == 1).await;
    seat.page.press(".reasons .chip").await;
    seat.page.shows(".reasons .chip[aria-pressed=true]", "Été").await;
    seat.calm().await;
}

async fn t08_3_all_agents_on_the_call_see_it(look: Look) {
    let (mut seat, call) = Seat::talking(WRAP_UP, look).await;
    let mut lee = seat.floor.lee().await;
    let other = Browser::signed_in(seat.floor.world.base(), seat.floor.world.token("agent_2"), "/desktop", look).await;
    seat.floor.conference(&seat.kim, &mut lee, &call).await;
    seat.page.press(&chip("Sale", false)).await;
    seat.page.shows(&chip("Sale", true), "Sale").await;
    other.shows(&chip("Sale", true), "Sale").await;
    other.press(&chip("No interest", false)).await;
    seat.page.shows(&chip("No interest", true), "No interest").await;
    other.close().await;
    seat.calm().await;
}

async fn t08_4_in_the_call_and_in_wrap_up(look: Look) {
    let (seat, call) = Seat::dialing(WRAP_UP, look).await;
    seat.page.element(".reasons .chip[aria-disabled=true]").await;
    seat.floor.connected(call.line).await;
    seat.page.press(&chip("Sale", false)).await;
    seat.page.element(&chip("Sale", true)).await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    seat.page.press(&chip("No interest", false)).await;
    seat.page.element(&chip("No interest", true)).await;
    assert_eq!(seat.dialog(&call).await["wrap_up_reason"], "No interest");
    seat.calm().await;
}

async fn t08_5_required_by_itself_and_optional_by_choice(look: Look) {
    let (seat, call) = Seat::talking(WRAP_UP, look).await;
    seat.over(&call).await;
    seat.state_says("Wrap-up", "Post-appel").await;
    seat.calm().await;

    let (seat, call) = Seat::talking(OPTIONAL, look).await;
    seat.labelled("wrap_up", "Wrap-up", "Post-appel").await;
    seat.press("wrap_up").await;
    seat.page.shows("#then", seat.says("→ Wrap-up (pending)", "→ Post-appel (à suivre)")).await;
    seat.state_says("Talking", "En conversation").await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    seat.calm().await;
}

async fn t08_6_the_state_that_follows_can_be_chosen_first(look: Look) {
    let mut floor = Floor::new().await;
    floor.reason("not_ready", 1, "Lunch").await;
    let rules = OPTIONAL.replace("600", "5");
    floor.campaign(&rules, &[crate::journeys_http::floor::CHICAGO]).await;
    let mut seat = Seat::at(floor, look).await;
    let call = seat.floor.outbound(&mut seat.kim).await;
    seat.is("talking").await;
    seat.press("not_ready").await;
    seat.page.press("[data-reason=Lunch]").await;
    seat.press("wrap_up").await;
    seat.page.shows("#then", seat.says("Wrap-up → Not ready (Lunch)", "Post-appel → Non prêt (Lunch)")).await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    // The timer ends.
    seat.is("not_ready").await;
    seat.page.shows(".state .now", "Lunch").await;
    seat.calm().await;
}

async fn t08_7_wrap_up_ends_with_a_choice_or_by_itself(look: Look) {
    let (mut seat, call) = Seat::talking(WRAP_UP, look).await;
    seat.floor.reason("not_ready", 1, "Lunch").await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    seat.press("not_ready").await;
    seat.page.press("[data-reason=Lunch]").await;
    seat.is("not_ready").await;
    seat.calm().await;

    let (seat, call) = Seat::talking(&WRAP_UP.replace("600", "2"), look).await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    seat.is("ready").await;
    let events = seat.floor.managed("supervisor", Method::GET, "/v1/teams/sales/log?count=1000", None).await;
    assert!(events.as_array().unwrap().iter().any(|event| event["was"] == json!("wrap_up")));
    seat.calm().await;
}

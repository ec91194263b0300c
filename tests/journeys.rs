//! The agent's guide, line by line (T3, T4, T5), and what was seen to go wrong elsewhere: each is a test here.

use jiff::{SignedDuration, Timestamp, civil};
use rappel::{
    domain::{
        agent::{AgentState, NextState},
        attempt::{CallProgress, NotMade, Side},
        campaign::CampaignState,
        command::{Act, Command, Promise},
        contact::{CloseReason, ContactState},
        event::Event,
        ids::{ChannelId, ContactId},
        outcome::{Classification, FailureCause, Outcome},
        phone::{Country, read_typed_number},
        refusal::Refusal,
        reservation::ReservationEnd,
        suppression::Suppression,
    },
    engine::{
        input::Notice,
        output::{Destination, Order},
    },
};

use crate::support::bench::{ALICE, BOB, Bench, CAMPAIGN, contact, morning};

const CHICAGO: &str = "312-555-0142";
const NEW_YORK: &str = "212-555-0143";
const LOS_ANGELES: &str = "213-555-0144";
/// Florida's panhandle: Eastern or Central, nobody knows.
const PANHANDLE: &str = "850-555-0145";
const FIRST: ContactId = ContactId(100);

const HANGS_UP: CallProgress = CallProgress::HungUp { by: Side::Customer };

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn wall(day: i8, hour: i8, minute: i8) -> Promise {
    Promise { at: Some(civil::date(2026, 11, day).at(hour, minute, 0, 0)), ..Promise::default() }
}

fn schedule(bench: &mut Bench, promise: Promise) -> Result<(), Refusal> {
    bench.act(ALICE, Act::ScheduleCallback { promise })
}

fn reclassify(bench: &mut Bench, to: Classification) -> Result<(), Refusal> {
    bench.act(ALICE, Act::Reclassify { to })
}

fn last_outcome(bench: &Bench) -> Option<Outcome> {
    bench.events.iter().rev().find_map(|record| match record.event {
        Event::AttemptEnded { outcome, .. } => Some(outcome),
        _ => None,
    })
}

fn due_at(bench: &Bench) -> Timestamp {
    bench.dialog(ALICE).callback.unwrap().due_at
}

// T3: a direct-preview outbound call.

#[test]
fn t03_1_only_a_ready_agent_gets_a_preview_and_the_details_open() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.command(ALICE, Command::SignIn { extension: "1001".into() }).unwrap();
    assert_eq!(bench.state(ALICE), AgentState::NotReady);
    bench.command(ALICE, Command::Ready).unwrap();
    let view = bench.view(ALICE);
    assert_eq!(view.state, AgentState::Reserved);
    let customer = view.preview.expect("the details open by themselves").customer;
    assert_eq!((customer.first_name.as_str(), customer.last_name.as_str()), ("Amina", "Haddad"));
    assert_eq!(customer.local_times[0].at, civil::date(2026, 11, 24).at(10, 0, 0, 0));
}

#[test]
fn t03_1_the_fields_of_the_preview_are_the_campaigns_in_its_order() {
    let mut bench = Bench::new("[preview]\nfields = [\"Plan\", \"Contract\"]\n", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    let fields = bench.view(ALICE).preview.unwrap().customer.fields;
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["Plan", "Contract"]);
}

#[test]
fn t03_2_the_agent_reads_before_anything_is_dialled() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    bench.wait(30);
    assert_eq!((bench.state(ALICE), bench.dials()), (AgentState::Reserved, 0));
    let allowed = bench.view(ALICE).allowed_commands;
    for button in ["accept_preview", "reject_preview", "close_preview"] {
        assert!(allowed.contains(&button), "{button}");
    }
}

#[test]
fn t03_3_accept_dials_from_the_agents_own_phone() {
    let mut bench = Bench::new("[call]\nring_seconds_max = 25\ncaller_id = \"+13125550100\"\n", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    let attempt = bench.accept(ALICE);
    let Some(Order::Dial { channel_id, phone: Some(phone), to: Destination::Customer { permit }, .. }) =
        bench.orders.last()
    else {
        panic!("no dial")
    };
    assert_eq!((channel_id.0, phone.extension.as_str()), (attempt.0, "1011"));
    assert_eq!(permit.number.as_str(), "+13125550142");
    assert_eq!(permit.caller_id.as_ref().unwrap().as_str(), "+13125550100");
    assert_eq!((permit.ring_seconds_max, permit.asked_at), (25, bench.now));
}

#[test]
fn t03_3_a_connected_agent_talks() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.talk(ALICE);
    assert_eq!(bench.state(ALICE), AgentState::Talking);
}

#[test]
fn t03_3_after_a_failed_attempt_the_agent_is_ready_again() {
    for why in [NotMade::NoAnswer, NotMade::Busy, NotMade::InvalidNumber, NotMade::Failed(FailureCause::Congestion)] {
        let mut bench = Bench::new("[wrap_up]\nmode = \"required\"\n", &[CHICAGO]);
        bench.sign_in_ready(ALICE);
        bench.accept(ALICE);
        bench.told(ALICE, CallProgress::NotMade { why });
        assert_eq!(bench.state(ALICE), AgentState::Ready, "{why:?}");
    }
}

#[test]
fn t03_3_an_agent_whose_own_phone_is_dead_is_not_ready_and_the_customer_was_not_tried() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    bench.accept(ALICE);
    bench.told(ALICE, CallProgress::NotMade { why: NotMade::Failed(FailureCause::AgentPhone) });
    assert_eq!(bench.state(ALICE), AgentState::NotReady);
    assert_eq!(bench.view(ALICE).reason.unwrap(), "phone_not_answering");
    assert_eq!(bench.contacts[&FIRST].progress.attempts, 0);
}

#[test]
fn t03_4_reject_keeps_the_contact_for_a_later_retry() {
    let mut bench = Bench::new("[retry]\nrejected = { then = \"retry\", after_minutes = 30 }\n", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    let reservation_id = bench.preview(ALICE);
    bench.command(ALICE, Command::RejectPreview { reservation_id }).unwrap();
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.wait(29 * 60);
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.wait(60);
    assert_eq!(bench.state(ALICE), AgentState::Reserved, "the contact is back by itself");
    assert_eq!(bench.contacts[&FIRST].progress.attempts, 0, "a rejected preview is no attempt");
}

#[test]
fn t03_4_close_ends_the_contact_for_the_campaign() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    let reservation_id = bench.preview(ALICE);
    bench.command(ALICE, Command::ClosePreview { reservation_id }).unwrap();
    assert_eq!(bench.contacts[&FIRST].state, ContactState::Closed { reason: CloseReason::Agent });
    bench.wait(7 * 24 * 3600);
    assert_eq!(bench.happened(|e| matches!(e, Event::PreviewOffered { .. })), 1);
}

#[test]
fn t03_4_reject_and_close_can_be_forbidden() {
    let mut bench = Bench::new("[preview]\nreject_allowed = false\nclose_allowed = false\n", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    let reservation_id = bench.preview(ALICE);
    let reject = bench.command(ALICE, Command::RejectPreview { reservation_id });
    let close = bench.command(ALICE, Command::ClosePreview { reservation_id });
    assert_eq!((reject, close), (Err(Refusal::RejectNotAllowed), Err(Refusal::CloseNotAllowed)));
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
}

#[test]
fn t03_5_an_unanswered_preview_takes_the_campaigns_action() {
    let table = [
        ("accept", ReservationEnd::LapsedAccepted, AgentState::Reserved, 1),
        ("reject", ReservationEnd::LapsedRejected, AgentState::Ready, 0),
        ("close", ReservationEnd::LapsedClosed, AgentState::Ready, 0),
        ("reject_and_not_ready", ReservationEnd::LapsedRejected, AgentState::NotReady, 0),
    ];
    for (action, end, state, dials) in table {
        let mut bench = Bench::new(&format!("[preview]\nseconds_max = 20\nat_end = \"{action}\"\n"), &[CHICAGO]);
        bench.sign_in_ready(ALICE);
        bench.wait(19);
        assert_eq!(bench.state(ALICE), AgentState::Reserved, "{action}");
        bench.wait(1);
        assert_eq!((bench.state(ALICE), bench.dials()), (state, dials), "{action}");
        assert_eq!(bench.happened(|e| matches!(e, Event::ReservationEnded { how, .. } if *how == end)), 1, "{action}");
    }
}

#[test]
fn t03_5_an_accept_after_the_end_is_too_late() {
    let mut bench = Bench::new("[preview]\nseconds_max = 20\nat_end = \"reject\"\n", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    let reservation_id = bench.preview(ALICE);
    bench.wait(19);
    bench.now += SignedDuration::from_secs(2);
    let accept = bench.command(ALICE, Command::AcceptPreview { reservation_id });
    assert_eq!((accept, bench.dials()), (Err(Refusal::PreviewGone), 0));
}

#[test]
fn t03_double_click_on_accept_places_one_call() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    let reservation_id = bench.preview(ALICE);
    for _ in 0..5 {
        bench.command(ALICE, Command::AcceptPreview { reservation_id }).unwrap();
    }
    assert_eq!(bench.dials(), 1);
}

#[test]
fn t03_not_ready_asked_for_during_a_preview_stays_pending_until_the_call_ends() {
    let mut bench = Bench::new("", &[CHICAGO, NEW_YORK]);
    bench.sign_in_ready(ALICE);
    bench.command(ALICE, Command::NotReady { reason: "lunch".into() }).unwrap();
    assert_eq!(bench.view(ALICE).pending, Some(NextState::NotReady { reason: "lunch".into() }));
    bench.accept(ALICE);
    bench.told(ALICE, CallProgress::Connected);
    bench.told(ALICE, HANGS_UP);
    assert_eq!((bench.state(ALICE), bench.view(ALICE).reason), (AgentState::NotReady, Some("lunch".into())));
}

// The push.

#[test]
fn a_ready_agent_is_served_when_a_list_is_loaded() {
    let mut bench = Bench::new("", &[]);
    bench.sign_in_ready(ALICE);
    bench.contacts.insert(FIRST, contact(FIRST, &[CHICAGO]));
    bench.notice(Notice::ContactsLoaded { campaign_id: CAMPAIGN });
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
}

#[test]
fn a_ready_agent_is_served_when_the_hours_open() {
    let mut bench = Bench::new("hours = { daily = [\"09:00-20:00\"] }\n", &[LOS_ANGELES]);
    bench.sign_in_ready(ALICE); // 08:00 in Los Angeles
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.wait_until(at("2026-11-24T16:59:59Z"));
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.wait(1);
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
}

#[test]
fn a_contact_in_two_possible_zones_waits_for_both_and_an_unknown_one_for_someone() {
    let mut bench = Bench::new("hours = { daily = [\"11:00-20:00\"] }\n", &[PANHANDLE]);
    bench.sign_in_ready(ALICE); // 10:00 Central, 11:00 Eastern
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.wait(3600);
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
    assert_eq!(bench.view(ALICE).preview.unwrap().customer.local_times.len(), 2);

    let mut bench = Bench::new("", &["800-555-0146"]);
    bench.sign_in_ready(ALICE);
    bench.wait(7 * 24 * 3600);
    assert_eq!(bench.state(ALICE), AgentState::Ready, "toll-free: nobody knows where");
}

#[test]
fn the_agent_who_is_ready_longest_is_served_first() {
    let mut bench = Bench::new("", &[]);
    bench.sign_in_ready(BOB);
    bench.wait(5);
    bench.sign_in_ready(ALICE);
    bench.contacts.insert(FIRST, contact(FIRST, &[CHICAGO]));
    bench.notice(Notice::ContactsLoaded { campaign_id: CAMPAIGN });
    assert_eq!((bench.state(BOB), bench.state(ALICE)), (AgentState::Reserved, AgentState::Ready));
}

#[test]
fn a_lost_agent_frees_the_reservation_in_seconds() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    bench.silence(15);
    assert_eq!(bench.state(ALICE), AgentState::LoggedOut);
    assert!(matches!(bench.contacts[&FIRST].state, ContactState::Waiting { .. }));
    bench.sign_in_ready(BOB);
    assert_eq!(bench.state(BOB), AgentState::Reserved, "another agent gets the contact at once");
}

#[test]
fn pausing_a_campaign_takes_open_previews_away_and_lets_calls_go_on() {
    let mut bench = Bench::new("", &[CHICAGO, NEW_YORK]);
    bench.talk(ALICE);
    bench.sign_in_ready(BOB);
    bench.campaign_becomes(CampaignState::Paused);
    assert_eq!((bench.state(ALICE), bench.state(BOB)), (AgentState::Talking, AgentState::Ready));
    bench.campaign_becomes(CampaignState::Running);
    assert_eq!(bench.state(BOB), AgentState::Reserved);
}

// What was seen to go wrong elsewhere.

#[test]
fn accept_is_refused_when_the_hours_closed_since_the_preview() {
    let mut bench = Bench::new("hours = { daily = [\"09:00-11:00\"] }\nguard_seconds = 30\n", &[CHICAGO]);
    bench.command(ALICE, Command::SignIn { extension: "1001".into() }).unwrap();
    bench.wait_until(at("2026-11-24T16:59:00Z"));
    bench.command(ALICE, Command::Ready).unwrap();
    let reservation_id = bench.preview(ALICE);
    bench.wait(45); // 10:59:45: within the guard band
    let accept = bench.command(ALICE, Command::AcceptPreview { reservation_id });
    assert!(matches!(accept, Err(Refusal::MayNotCall { rule: "calling_window", .. })), "{accept:?}");
    assert_eq!((bench.dials(), bench.state(ALICE)), (0, AgentState::Ready));
    // The contact went back and comes tomorrow.
    bench.wait_until(at("2026-11-25T15:00:01Z"));
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
}

#[test]
fn accept_is_refused_when_the_number_was_suppressed_since_the_preview_by_another_process() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    let reservation_id = bench.preview(ALICE);
    // Only the store knows it yet.
    bench.suppressions.push(do_not_call(CHICAGO));
    let accept = bench.command(ALICE, Command::AcceptPreview { reservation_id });
    assert!(matches!(accept, Err(Refusal::MayNotCall { rule: "suppression", .. })), "{accept:?}");
    assert_eq!(bench.dials(), 0);
    assert_eq!(bench.contacts[&FIRST].state, ContactState::Closed { reason: CloseReason::Suppressed });
}

#[test]
fn a_suppressed_number_takes_an_open_preview_away() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    bench.suppressions.push(do_not_call(CHICAGO));
    bench.notice(Notice::Suppressed { entries: vec![do_not_call(CHICAGO)] });
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    assert_eq!(bench.contacts[&FIRST].state, ContactState::Closed { reason: CloseReason::Suppressed });
}

#[test]
fn a_suppression_that_ends_only_delays() {
    let mut bench = Bench::new("", &[CHICAGO]);
    let until = morning() + SignedDuration::from_hours(2);
    bench.suppressions.push(Suppression { until_at: Some(until), ..do_not_call(CHICAGO) });
    bench.sign_in_ready(ALICE);
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.wait_until(until);
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
}

fn do_not_call(number: &str) -> Suppression {
    let us: Country = "US".parse().unwrap();
    let number = read_typed_number(number, us).unwrap().number;
    Suppression { number, campaign_id: None, until_at: None, source: "test".into() }
}

#[test]
fn overlapping_loads_never_hand_one_contact_to_two_agents() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    for _ in 0..3 {
        bench.notice(Notice::ContactsLoaded { campaign_id: CAMPAIGN });
    }
    bench.sign_in_ready(BOB);
    assert_eq!((bench.state(ALICE), bench.state(BOB)), (AgentState::Reserved, AgentState::Ready));
}

#[test]
fn attempts_are_limited_for_the_number_and_the_contact_and_numbers_rotate() {
    let mut bench = Bench::new(
        "[attempts]\ncontact_max = 3\nnumber_max = 2\n[retry]\nbusy = { then = \"retry\", after_minutes = 1 }\n",
        &[],
    );
    bench.contacts.insert(FIRST, contact(FIRST, &[CHICAGO, NEW_YORK]));
    bench.sign_in_ready(ALICE);
    bench.notice(Notice::ContactsLoaded { campaign_id: CAMPAIGN });
    let mut dialled = Vec::new();
    for _ in 0..3 {
        bench.accept(ALICE);
        let Some(Order::Dial { to: Destination::Customer { permit }, .. }) = bench.orders.last() else { panic!() };
        dialled.push(permit.number.as_str().to_owned());
        bench.told(ALICE, CallProgress::NotMade { why: NotMade::Busy });
        bench.wait(60);
    }
    assert_eq!(dialled, ["+13125550142", "+12125550143", "+13125550142"]);
    assert_eq!(bench.contacts[&FIRST].state, ContactState::Closed { reason: CloseReason::AttemptsUsedUp });
}

// T4: reclassify.

#[test]
fn t04_1_to_every_classification_and_what_follows() {
    let table = [
        (Classification::Voice, Outcome::Voice, ContactState::Closed { reason: CloseReason::Done }),
        (Classification::Fax, Outcome::Fax, ContactState::Closed { reason: CloseReason::NoNumberLeft }),
        (
            Classification::InvalidNumber,
            Outcome::InvalidNumber,
            ContactState::Closed { reason: CloseReason::NoNumberLeft },
        ),
        (Classification::DoNotCall, Outcome::DoNotCall, ContactState::Closed { reason: CloseReason::DoNotCall }),
    ];
    for (to, outcome, state) in table {
        let mut bench = Bench::new("", &[CHICAGO]);
        bench.talk(ALICE);
        reclassify(&mut bench, to).unwrap();
        bench.told(ALICE, HANGS_UP);
        assert_eq!((last_outcome(&bench), bench.contacts[&FIRST].state), (Some(outcome), state));
    }
    for to in [Classification::AnsweringMachine, Classification::Busy] {
        let mut bench = Bench::new("", &[CHICAGO]);
        bench.talk(ALICE);
        reclassify(&mut bench, to).unwrap();
        bench.told(ALICE, HANGS_UP);
        assert!(
            matches!(bench.contacts[&FIRST].state, ContactState::Waiting { not_before_at } if not_before_at > bench.now)
        );
    }
}

#[test]
fn t04_1_do_not_call_holds_everywhere_at_once() {
    let mut bench = Bench::new("", &[CHICAGO, CHICAGO]);
    bench.sign_in_ready(BOB); // holds the other contact with the same number
    bench.talk(ALICE);
    reclassify(&mut bench, Classification::DoNotCall).unwrap();
    bench.told(ALICE, HANGS_UP);
    assert_eq!(bench.suppressions.len(), 1);
    assert_eq!(bench.state(BOB), AgentState::Ready, "the other preview of that number is gone");
}

#[test]
fn t04_2_a_call_starts_as_voice() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.talk(ALICE);
    assert_eq!(bench.dialog(ALICE).classification, Some(Classification::Voice));
}

#[test]
fn t04_3_from_the_accept_to_the_end_of_wrap_up_never_before_never_after() {
    let mut bench = Bench::new("[wrap_up]\nmode = \"required\"\n", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    assert!(!bench.view(ALICE).allowed_commands.contains(&"reclassify"), "not during the preview");
    let dialog_id = bench.accept(ALICE);
    reclassify(&mut bench, Classification::Busy).unwrap();
    bench.told(ALICE, CallProgress::Connected);
    reclassify(&mut bench, Classification::Fax).unwrap();
    bench.told(ALICE, HANGS_UP);
    reclassify(&mut bench, Classification::AnsweringMachine).unwrap();
    bench.command(ALICE, Command::Ready).unwrap();
    let after = bench.act_in(ALICE, dialog_id, Act::Reclassify { to: Classification::Voice });
    assert_eq!(after, Err(Refusal::CallGone));
    assert_eq!(last_outcome(&bench), Some(Outcome::AnsweringMachine));
}

#[test]
fn t04_4_any_number_of_times_the_last_one_counts_each_is_recorded() {
    let mut bench = Bench::new("", &[CHICAGO]);
    bench.talk(ALICE);
    for to in [Classification::Busy, Classification::Fax, Classification::Voice, Classification::AnsweringMachine] {
        reclassify(&mut bench, to).unwrap();
        assert_eq!(bench.dialog(ALICE).classification, Some(to));
    }
    bench.told(ALICE, HANGS_UP);
    assert_eq!(bench.happened(|e| matches!(e, Event::AttemptReclassified { .. })), 4);
    assert_eq!(last_outcome(&bench), Some(Outcome::AnsweringMachine));
}

// T5: callbacks.

#[test]
fn t05_1_the_form_shows_the_customers_current_time() {
    let mut bench = Bench::new("", &[NEW_YORK]);
    bench.talk(ALICE);
    let local = &bench.dialog(ALICE).customer.unwrap().local_times[0];
    assert_eq!((local.zone.name(), local.at), ("America/New_York", civil::date(2026, 11, 24).at(11, 0, 0, 0)));
}

#[test]
fn t05_2_the_zone_comes_from_the_area_code_and_the_agent_may_choose_another() {
    let mut bench = Bench::new("", &[NEW_YORK]);
    bench.talk(ALICE);
    schedule(&mut bench, wall(25, 14, 0)).unwrap();
    assert_eq!(due_at(&bench), at("2026-11-25T19:00:00Z"));
    schedule(&mut bench, Promise { zone: Some("America/Denver".parse().unwrap()), ..Promise::default() }).unwrap();
    assert_eq!(due_at(&bench), at("2026-11-25T21:00:00Z"));
    let callback = bench.dialog(ALICE).callback.unwrap();
    assert!(callback.zone_stated_by_agent);
}

#[test]
fn t05_2_where_the_area_code_leaves_two_clocks_the_agent_must_ask() {
    let mut bench = Bench::new("", &[PANHANDLE]);
    bench.talk(ALICE);
    assert!(matches!(schedule(&mut bench, wall(25, 14, 0)), Err(Refusal::CallbackZoneAmbiguous { .. })));
    let zone = Some("America/Chicago".parse().unwrap());
    schedule(&mut bench, Promise { zone, ..wall(25, 14, 0) }).unwrap();
    assert_eq!(due_at(&bench), at("2026-11-25T20:00:00Z"));
}

#[test]
fn t05_3_another_number_may_be_given() {
    let mut bench = Bench::new("", &[NEW_YORK]);
    bench.talk(ALICE);
    let number = read_typed_number(LOS_ANGELES, "US".parse().unwrap()).unwrap();
    schedule(&mut bench, Promise { number: Some(number), ..wall(25, 14, 0) }).unwrap();
    assert_eq!(due_at(&bench), at("2026-11-25T22:00:00Z"), "two in the afternoon of the new number");
    bench.told(ALICE, HANGS_UP);
    bench.wait_until(at("2026-11-25T22:00:00Z"));
    bench.accept(ALICE);
    let Some(Order::Dial { to: Destination::Customer { permit }, .. }) = bench.orders.last() else { panic!() };
    assert_eq!(permit.number.as_str(), "+12135550144");
}

#[test]
fn t05_4_times_are_the_customers_and_neither_past_nor_too_far() {
    let mut bench = Bench::new("", &[LOS_ANGELES]);
    bench.wait(7200);
    bench.talk(ALICE); // 10:00 there
    assert_eq!(schedule(&mut bench, wall(24, 9, 59)), Err(Refusal::CallbackInPast));
    let far = Promise { at: Some(civil::date(2028, 1, 1).at(10, 0, 0, 0)), ..Promise::default() };
    assert_eq!(schedule(&mut bench, far), Err(Refusal::CallbackTooFar { days_max: 366 }));
    assert_eq!(schedule(&mut bench, Promise::default()), Err(Refusal::CallbackTimeMissing));
    schedule(&mut bench, wall(24, 10, 30)).unwrap();
    assert_eq!(due_at(&bench), at("2026-11-24T18:30:00Z"));
}

#[test]
fn t05_5_schedule_stores_it_and_update_changes_only_what_is_given() {
    let mut bench = Bench::new("", &[NEW_YORK]);
    bench.talk(ALICE);
    schedule(&mut bench, wall(25, 14, 0)).unwrap();
    let first = bench.dialog(ALICE).callback.unwrap();
    let number = read_typed_number("212-555-0199", "US".parse().unwrap()).unwrap();
    schedule(&mut bench, Promise { number: Some(number), ..Promise::default() }).unwrap();
    let second = bench.dialog(ALICE).callback.unwrap();
    assert_eq!((first.callback_id, first.due_at), (second.callback_id, second.due_at));
    assert_eq!(second.number.as_str(), "+12125550199");
    assert!(bench.dialog(ALICE).allowed_acts.contains(&"cancel_callback"));
}

#[test]
fn t05_6_cancel_takes_it_back() {
    let mut bench = Bench::new("", &[NEW_YORK]);
    bench.talk(ALICE);
    schedule(&mut bench, wall(25, 14, 0)).unwrap();
    let callback_id = bench.dialog(ALICE).callback.unwrap().callback_id;
    bench.act(ALICE, Act::CancelCallback { callback_id }).unwrap();
    assert_eq!(bench.happened(|e| matches!(e, Event::CallbackCancelled { .. })), 1);
    bench.told(ALICE, HANGS_UP);
    assert_eq!(bench.contacts[&FIRST].state, ContactState::Closed { reason: CloseReason::Done });
}

/// Promises in a call that then ends, and gives the bench back.
fn promised(more: &str, number: &str, promise: Promise) -> Bench {
    let mut bench = Bench::new(more, &[number]);
    bench.talk(ALICE);
    schedule(&mut bench, promise).unwrap();
    bench.told(ALICE, HANGS_UP);
    assert!(matches!(bench.contacts[&FIRST].state, ContactState::Promised { .. }));
    bench
}

#[test]
fn a_callback_comes_at_its_minute_and_not_before() {
    let mut bench = promised("", NEW_YORK, wall(25, 14, 0));
    bench.wait_until(at("2026-11-25T18:59:59Z"));
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.wait(1);
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
    assert!(bench.view(ALICE).preview.unwrap().callback.is_some());
    bench.accept(ALICE);
    bench.told(ALICE, CallProgress::NotMade { why: NotMade::NoAnswer });
    assert_eq!(bench.happened(|e| matches!(e, Event::CallbackKept { .. })), 1);
    assert_eq!(bench.happened(|e| matches!(e, Event::CallbackDue { .. })), 1);
}

#[test]
fn a_callback_comes_before_fresh_contacts() {
    let mut bench = promised("", NEW_YORK, wall(24, 11, 30));
    bench.command(ALICE, Command::NotReady { reason: "lunch".into() }).unwrap();
    for i in 1..4 {
        bench.contacts.insert(ContactId(100 + i), contact(ContactId(100 + i), &[CHICAGO]));
    }
    bench.notice(Notice::ContactsLoaded { campaign_id: CAMPAIGN });
    bench.wait_until(at("2026-11-24T16:40:00Z"));
    bench.command(ALICE, Command::Ready).unwrap();
    assert!(bench.view(ALICE).preview.unwrap().callback.is_some());
}

#[test]
fn a_personal_callback_is_held_for_its_agent_and_then_offered_to_others() {
    let mut bench = promised("[callbacks]\nown_agent_wait_seconds = 300\n", NEW_YORK, wall(25, 14, 0));
    bench.command(ALICE, Command::SignOut).unwrap();
    bench.sign_in_ready(BOB);
    bench.wait_until(at("2026-11-25T19:04:59Z"));
    assert_eq!(bench.state(BOB), AgentState::Ready);
    bench.wait(1);
    assert_eq!(bench.state(BOB), AgentState::Reserved);
}

#[test]
fn a_callback_of_any_agent_is_not_held() {
    let mut bench = promised("[callbacks]\nowner = \"any\"\n", NEW_YORK, wall(25, 14, 0));
    bench.command(ALICE, Command::SignOut).unwrap();
    bench.sign_in_ready(BOB);
    bench.wait_until(at("2026-11-25T19:00:00Z"));
    assert_eq!(bench.state(BOB), AgentState::Reserved);
}

#[test]
fn a_callback_outside_the_hours_moves_visibly_to_the_next_opening() {
    let mut bench = Bench::new("hours = { mon-fri = [\"09:00-20:00\"] }\n", &[NEW_YORK]);
    bench.talk(ALICE);
    schedule(&mut bench, wall(28, 11, 0)).unwrap(); // a Saturday
    let callback = bench.dialog(ALICE).callback.unwrap();
    assert_eq!(callback.promised_at, at("2026-11-28T16:00:00Z"));
    assert_eq!(callback.due_at, at("2026-11-30T14:00:00Z"), "Monday 09:00");
    assert!(callback.notes[0].contains("2026-11-30 09:00"), "{:?}", callback.notes);
    bench.told(ALICE, HANGS_UP);
    bench.wait_until(at("2026-11-30T14:00:00Z"));
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
}

#[test]
fn a_callback_whose_hours_changed_meanwhile_moves_and_is_not_lost() {
    let mut bench = promised("", NEW_YORK, wall(25, 10, 0));
    let mut campaign = bench.campaigns[&CAMPAIGN].clone();
    campaign.rules.hours = toml::from_str("daily = [\"12:00-20:00\"]").unwrap();
    bench.campaigns.insert(CAMPAIGN, campaign.clone());
    bench.notice(Notice::CampaignChanged { campaign: Box::new(campaign) });
    bench.wait_until(at("2026-11-25T16:59:59Z"));
    assert_eq!(bench.happened(|e| matches!(e, Event::CallbackMoved { .. })), 1);
    assert_eq!(bench.state(ALICE), AgentState::Ready);
    bench.wait(1);
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
}

#[test]
fn a_callback_stays_at_its_wall_time_over_a_clock_change() {
    // Promised in November for the second Monday after the clocks went forward.
    let promise = Promise { at: Some(civil::date(2027, 3, 22).at(9, 30, 0, 0)), ..Promise::default() };
    let bench = promised("", NEW_YORK, promise);
    let due = bench.events.iter().find_map(|record| match record.event {
        Event::CallbackScheduled { due_at, .. } => Some(due_at),
        _ => None,
    });
    assert_eq!(due, Some(at("2027-03-22T13:30:00Z")), "09:30 in summer time, not 08:30 or 10:30");
}

#[test]
fn a_missed_callback_is_reported_and_does_what_the_campaign_says() {
    for (rule, state) in [("call_anyway", None), ("retry", Some("waiting")), ("close", Some("closed"))] {
        let more = format!("[callbacks]\nmissed_after_minutes = 30\nwhen_missed = \"{rule}\"\n");
        let mut bench = promised(&more, NEW_YORK, wall(25, 14, 0));
        bench.command(ALICE, Command::SignOut).unwrap();
        bench.silence(0);
        bench.wait_until(at("2026-11-25T19:31:00Z"));
        assert_eq!(bench.happened(|e| matches!(e, Event::CallbackMissed { .. })), 1, "{rule}");
        if let Some(state) = state {
            assert_eq!(bench.contacts[&FIRST].state.name(), state, "{rule}");
        }
        bench.sign_in_ready(BOB);
        let offered = bench.state(BOB) == AgentState::Reserved;
        assert_eq!(offered, rule != "close", "{rule}");
    }
}

#[test]
fn a_rejected_callback_comes_again() {
    let mut bench =
        promised("[retry]\nrejected = { then = \"retry\", after_minutes = 10 }\n", NEW_YORK, wall(25, 14, 0));
    bench.wait_until(at("2026-11-25T19:00:00Z"));
    let reservation_id = bench.preview(ALICE);
    bench.command(ALICE, Command::RejectPreview { reservation_id }).unwrap();
    assert!(matches!(bench.contacts[&FIRST].state, ContactState::Promised { .. }));
    bench.wait(600);
    assert_eq!(bench.state(ALICE), AgentState::Reserved);
    assert!(bench.view(ALICE).preview.unwrap().callback.is_some());
}

#[test]
fn whoever_asks_not_to_be_called_is_not_called_back() {
    let mut bench = Bench::new("", &[NEW_YORK]);
    bench.talk(ALICE);
    schedule(&mut bench, wall(25, 14, 0)).unwrap();
    reclassify(&mut bench, Classification::DoNotCall).unwrap();
    assert_eq!(schedule(&mut bench, wall(25, 15, 0)), Err(Refusal::CallbackSuppressed));
    bench.told(ALICE, HANGS_UP);
    assert_eq!(bench.contacts[&FIRST].state, ContactState::Closed { reason: CloseReason::DoNotCall });
    assert_eq!(bench.happened(|e| matches!(e, Event::CallbackCancelled { .. })), 1);
}

// Wrap-up.

#[test]
fn wrap_up_is_left_with_a_reason_or_by_its_timer() {
    let rules =
        "[wrap_up]\nmode = \"required_with_reason\"\nseconds_max = 30\nreasons = [\"sold\", \"not interested\"]\n";
    let mut bench = Bench::new(rules, &[CHICAGO]);
    bench.talk(ALICE);
    bench.told(ALICE, HANGS_UP);
    assert_eq!(bench.dialog(ALICE).wrap_up_seconds_left, Some(30));
    let refusal = bench.command(ALICE, Command::Ready).unwrap_err();
    assert_eq!(refusal.to_string(), "Select a wrap-up reason");
    let wrong = bench.act(ALICE, Act::ApplyWrapUpReason { reason: "forged".into() });
    assert_eq!(wrong, Err(Refusal::UnknownWrapUpReason { reason: "forged".into() }));
    bench.wait(30);
    assert_eq!(bench.state(ALICE), AgentState::Ready, "the timer's own way out");
}

#[test]
fn optional_wrap_up_follows_when_asked_for_in_the_call() {
    for (asked, state) in [(true, AgentState::WrapUp), (false, AgentState::Ready)] {
        let mut bench = Bench::new("[wrap_up]\nmode = \"optional\"\n", &[CHICAGO]);
        bench.talk(ALICE);
        if asked {
            bench.act(ALICE, Act::WrapUp).unwrap();
            assert!(bench.view(ALICE).wrap_up_pending);
        }
        bench.told(ALICE, HANGS_UP);
        assert_eq!(bench.state(ALICE), state);
    }
}

// The switch says nothing.

#[test]
fn a_call_whose_end_was_never_told_is_found_out() {
    let mut bench = Bench::new("", &[CHICAGO]);
    let dialog_id = bench.talk(ALICE);
    let phone = bench.phone(ALICE);
    bench.alive.extend([ChannelId(dialog_id.0), phone]);
    bench.wait(120);
    assert_eq!(bench.state(ALICE), AgentState::Talking);
    bench.alive.retain(|line| *line == phone);
    bench.wait(30);
    assert_eq!(bench.state(ALICE), AgentState::Ready);
}

#[test]
fn ringing_and_hanging_up_that_are_never_told_have_an_end() {
    let mut bench = Bench::new("[call]\nring_seconds_max = 30\n", &[CHICAGO]);
    bench.sign_in_ready(ALICE);
    bench.accept(ALICE);
    bench.wait(20 + 30 + 5);
    assert_eq!((bench.state(ALICE), last_outcome(&bench)), (AgentState::Ready, Some(Outcome::NoAnswer)));

    let mut bench = Bench::new("", &[CHICAGO]);
    bench.talk(ALICE);
    bench.act(ALICE, Act::End).unwrap();
    bench.wait(5);
    assert_eq!((bench.state(ALICE), last_outcome(&bench)), (AgentState::Ready, Some(Outcome::Voice)));
}

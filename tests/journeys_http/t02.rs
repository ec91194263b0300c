//! T2: take a call.

use rappel::{
    domain::{attempt::NotMade, ids::DialogId, outcome::FailureCause},
    engine::output::Order,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Desk, Floor, dialog_id, instant};

/// Callers in the order in which a queue shows their variables.
const FIELDS: &str = "fields = [\"language\", \"account\"]\n";

fn fields(shown: &Value) -> Vec<(&str, &str)> {
    let shown = shown.as_array().unwrap().iter();
    shown.map(|field| (field["name"].as_str().unwrap(), field["value"].as_str().unwrap())).collect()
}

fn call(extension: &str) -> Value {
    json!({ "typed": extension })
}

#[tokio::test]
async fn t02_1_a_ready_agent_is_reserved_by_itself_and_shown_what_the_queue_shows() {
    let mut floor = Floor::new().await;
    floor.queue(&format!("answer_seconds_max = 30\n{FIELDS}")).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    kim.ready().await;
    floor.caller().await;
    let offered = kim.hears("call_offered", json!({})).await;
    let id = dialog_id(&offered["dialog_id"]);
    assert_eq!(instant(&offered["until_at"]).duration_since(instant(&offered["at"])).as_secs(), 30);
    kim.becomes("reserved").await;
    let view = kim.view().await;
    assert_eq!((&view["state"], &view["pending"]), (&json!("reserved"), &Value::Null));
    let dialog = kim.sees(id).await;
    assert_eq!((&dialog["kind"], &dialog["phase"]), (&json!("inbound"), &json!("offered")));
    assert_eq!(fields(&dialog["caller"]["fields"]), [("language", "fr"), ("account", "A-17")]);
    assert_eq!((&dialog["caller"]["queue"], &dialog["caller"]["number"]), (&json!("support"), &json!(CHICAGO)));
    assert_eq!(dialog["is_unfolded"], true);
    assert_eq!(kim.parties(id).await, ["customer waiting", "agent Kim offered"]);
    kim.may_only(id, &["answer", "decline"]).await;
    // Nothing rings before they answer, and nobody else is offered it.
    floor.nothing_ordered();
    assert_eq!((lee.state().await, lee.dialogs().await), ("not_ready".to_owned(), 0));
    for act in ["end", "hold", "consult", "direct_transfer", "open_keypad", "wrap_up", "apply_wrap_up_reason"] {
        assert_eq!(kim.cannot(id, act).await.0, 409, "{act}");
    }
    floor.nothing_ordered();
}

#[tokio::test]
async fn t02_1_only_a_ready_agent_is_offered_a_caller() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    let line = floor.caller().await;
    let board = floor.managed("supervisor", Method::GET, "/v1/teams/sales", None).await;
    assert_eq!(board["callers_waiting"], 1);
    kim.is_in("not_ready").await;
    assert_eq!(kim.dialogs().await, 0);
    kim.ready().await;
    kim.hears("call_offered", json!({})).await;
    assert_eq!(lee.dialogs().await, 0);
    // The caller gives up: the agent is free.
    floor.over(line).await;
    let ended = kim.hears("participant_left", json!({ "who": "customer" })).await;
    assert_eq!(ended["why"], "hung_up");
    kim.becomes("ready").await;
    floor.nothing_ordered();
}

#[tokio::test]
async fn t02_1_whoever_is_ready_longest_comes_first() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    // The agent with the higher number is Ready first, by at least a millisecond.
    lee.ready().await;
    let since = instant(&lee.view().await["since_at"]);
    while floor.world.clock.now() <= since {
        lee.view().await;
    }
    kim.ready().await;
    floor.caller().await;
    lee.hears("call_offered", json!({})).await;
    kim.is_in("ready").await;
    floor.caller().await;
    kim.hears("call_offered", json!({})).await;
}

#[tokio::test]
async fn t02_1_not_answered_in_time_the_caller_is_offered_to_the_next_agent() {
    let mut floor = Floor::fast(10.0).await;
    floor.queue("answer_seconds_max = 5\nwhen_not_answered = \"not_ready\"\n").await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    kim.ready().await;
    kim.becomes("ready").await;
    floor.caller().await;
    let offered = kim.hears("call_offered", json!({})).await;
    lee.ready().await;
    let again = lee.hears("call_offered", json!({ "dialog_id": offered["dialog_id"] })).await;
    let left = kim.hears("participant_left", json!({ "who": "agent", "participant_id": kim.agent_id })).await;
    assert_eq!(left["why"], "no_answer");
    assert!(instant(&again["at"]) >= instant(&offered["until_at"]), "not before its time");
    let changed = kim.becomes("not_ready").await;
    assert_eq!((&changed["was"], &changed["reason"]), (&json!("reserved"), &json!("call_not_answered")));
    assert_eq!((kim.dialogs().await, kim.view().await["reason"].clone()), (0, json!("call_not_answered")));
    let id = dialog_id(&offered["dialog_id"]);
    assert_eq!(kim.cannot(id, "answer").await, (409, "call_gone".to_owned()));
    floor.nothing_ordered();
    let log = floor.log().await;
    assert!(!log.iter().any(|event| event["type"] == "dialog_ended"), "the caller goes on waiting");
}

#[tokio::test]
async fn t02_1_declined_the_caller_is_offered_to_the_next_agent() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    kim.ready().await;
    floor.caller().await;
    let offered = kim.hears("call_offered", json!({})).await;
    lee.ready().await;
    let id = dialog_id(&offered["dialog_id"]);
    kim.acts(id, "decline").await;
    let left = kim.hears("participant_left", json!({ "participant_id": kim.agent_id })).await;
    assert_eq!(left["why"], "declined");
    lee.hears("call_offered", json!({ "dialog_id": id })).await;
    kim.is_in("not_ready").await;
    assert_eq!(kim.view().await["reason"], "call_declined");
    assert_eq!(kim.cannot(id, "decline").await, (409, "call_gone".to_owned()));
    floor.answers(&mut lee, id).await;
    assert_eq!(lee.parties(id).await, ["customer active", "agent Lee active"]);
}

#[tokio::test]
async fn t02_1_a_queue_can_leave_whoever_did_not_answer_ready() {
    let mut floor = Floor::fast(10.0).await;
    floor.queue("answer_seconds_max = 5\nwhen_not_answered = \"ready\"\n").await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    floor.caller().await;
    let first = kim.hears("call_offered", json!({})).await;
    // Nobody else is there: they are asked again.
    let second = kim.hears("call_offered", json!({ "dialog_id": first["dialog_id"] })).await;
    assert!(instant(&second["at"]) >= instant(&first["until_at"]));
    assert_eq!(kim.view().await["reason"], Value::Null);
}

#[tokio::test]
async fn t02_1_a_caller_waits_no_longer_than_the_queue_says_and_a_closed_queue_takes_nobody() {
    let mut floor = Floor::fast(20.0).await;
    floor.queue("answer_seconds_max = 5\nwait_seconds_max = 10\n").await;
    let line = floor.caller().await;
    assert_eq!(floor.ordered().await, Order::HangUp { channel_id: line });
    let left = floor.board.until("participant_left").await;
    assert_eq!((&left["who"], &left["why"]), (&json!("customer"), &json!("waited_too_long")));
    floor.board.until("dialog_ended").await;
    floor.managed("manager", Method::POST, "/v1/queues/support/close", None).await;
    floor.known().await;
    let kim = floor.kim().await;
    kim.ready().await;
    let line = floor.calls_the_queue().await;
    assert_eq!(floor.ordered().await, Order::HangUp { channel_id: line });
    kim.is_in("ready").await;
}

#[tokio::test]
async fn t02_1_a_dead_phone_gives_the_caller_to_another_agent() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    kim.ready().await;
    floor.caller().await;
    let offered = kim.hears("call_offered", json!({})).await;
    let id = dialog_id(&offered["dialog_id"]);
    kim.acts(id, "answer").await;
    assert_eq!(kim.phase(id).await, "connecting");
    let (_, phone) = floor.connects().await;
    lee.ready().await;
    floor.not_made(phone.channel_id, NotMade::Failed(FailureCause::AgentPhone)).await;
    let changed = kim.becomes("not_ready").await;
    assert_eq!(changed["reason"], "phone_not_answering");
    lee.hears("call_offered", json!({ "dialog_id": id })).await;
    assert_eq!(lee.parties(id).await, ["customer waiting", "agent Lee offered"]);
}

/// Kim calls Lee, who is offered it.
async fn calls_lee(floor: &mut Floor, kim: &Desk, lee: &mut Desk) -> (DialogId, Value) {
    let view = kim.done(Method::POST, "dialogs", Some(call("1002"))).await;
    let offered = lee.hears("call_offered", json!({})).await;
    let id = dialog_id(&offered["dialog_id"]);
    assert_eq!(view["dialogs"][0]["dialog_id"], json!(id));
    let (connected, phone) = floor.connects().await;
    assert_eq!((connected, phone.extension.as_str()), (id, "1001"));
    floor.connected(phone.channel_id).await;
    (id, json!(phone.channel_id))
}

#[tokio::test]
async fn t02_2_a_colleagues_call_arrives_while_not_ready() {
    let mut floor = Floor::new().await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    lee.not_ready("training").await;
    let (id, kims_phone) = calls_lee(&mut floor, &kim, &mut lee).await;
    let view = lee.view().await;
    assert_eq!((&view["state"], &view["reason"]), (&json!("not_ready"), &json!("training")), "until they answer");
    let dialog = lee.sees(id).await;
    assert_eq!(
        (&dialog["kind"], &dialog["phase"], &dialog["caller"]),
        (&json!("internal"), &json!("offered"), &Value::Null)
    );
    assert_eq!(lee.parties(id).await, ["agent Kim active", "agent Lee offered"]);
    lee.may_only(id, &["answer", "decline"]).await;
    assert_eq!(kim.phase(id).await, "dialing");
    kim.may_only(id, &["end"]).await;
    let phone = floor.answers(&mut lee, id).await;
    for desk in [&mut kim, &mut lee] {
        desk.hears("participant_changed", json!({ "participant_id": 2, "state": "active" })).await;
        desk.is_in("talking").await;
        assert_eq!(desk.phase(id).await, "talking");
        desk.may_only(id, &["consult", "direct_transfer", "end", "hold", "open_keypad"]).await;
    }
    lee.acts(id, "end").await;
    kim.hears("dialog_ended", json!({ "dialog_id": id })).await;
    kim.is_in("not_ready").await;
    let view = lee.view().await;
    assert_eq!((&view["state"], &view["reason"]), (&json!("not_ready"), &json!("training")), "as before");
    let hung_up: Vec<Value> =
        floor.world.orders_left().iter().map(|order| json!(order)["channel_id"].clone()).collect();
    assert_eq!(hung_up, [json!(phone), kims_phone]);
}

#[tokio::test]
async fn t02_2_a_colleague_declines_or_does_not_answer() {
    let mut floor = Floor::fast_with(10.0, |limits| limits.answer_seconds = 5).await;
    let mut kim = floor.kim().await;
    let mut lee = floor.lee().await;
    lee.ready().await;
    for why in ["declined", "no_answer"] {
        let (id, _) = calls_lee(&mut floor, &kim, &mut lee).await;
        if why == "declined" {
            lee.acts(id, "decline").await;
        }
        for desk in [&mut kim, &mut lee] {
            desk.hears("participant_left", json!({ "dialog_id": id, "participant_id": 2, "why": why })).await;
        }
        kim.hears("dialog_ended", json!({ "dialog_id": id })).await;
        // It is no caller of a queue: they stay Ready.
        lee.is_in("ready").await;
        kim.is_in("not_ready").await;
        assert!(matches!(floor.ordered().await, Order::HangUp { .. }));
        floor.nothing_ordered();
        assert_eq!(lee.cannot(id, "answer").await, (409, "call_gone".to_owned()));
    }
    // Whoever calls may give up as well.
    let (id, _) = calls_lee(&mut floor, &kim, &mut lee).await;
    kim.acts(id, "end").await;
    lee.hears("dialog_ended", json!({ "dialog_id": id })).await;
    lee.is_in("ready").await;
}

#[tokio::test]
async fn t02_2_a_busy_colleague_cannot_be_called() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let kim = floor.kim().await;
    let mut lee = floor.lee().await;
    lee.ready().await;
    lee.becomes("reserved").await;
    let (status, problem) = kim.asks(Method::POST, "dialogs", Some(call("1002"))).await;
    assert_eq!((status, &problem["code"], &problem["state"]), (409, &json!("colleague_busy"), &json!("reserved")));
    kim.is_in("not_ready").await;
    floor.nothing_ordered();
    // Nobody of the team is at 1077: a telephone of the house.
    kim.done(Method::POST, "dialogs", Some(call("1077"))).await;
    floor.dialled().await;
}

#[tokio::test]
async fn t02_2_a_colleague_who_talks_cannot_be_called_where_a_phone_is_at_one_of_several_switches() {
    let mut floor = Floor::fast_with(1.0, |settings| settings.second_calls = false).await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    kim.ready().await;
    floor.inbound(&mut kim).await;
    let (status, problem) = lee.asks(Method::POST, "dialogs", Some(call("1001"))).await;
    assert_eq!((status, &problem["code"], &problem["state"]), (409, &json!("colleague_busy"), &json!("talking")));
    floor.nothing_ordered();
}

#[tokio::test]
async fn t02_3_answer_connects_the_phone_and_shows_the_variables() {
    let mut floor = Floor::new().await;
    floor.queue(FIELDS).await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    floor.caller().await;
    let offered = kim.hears("call_offered", json!({})).await;
    let id = dialog_id(&offered["dialog_id"]);
    kim.acts(id, "answer").await;
    let (connected, phone) = floor.connects().await;
    assert_eq!((connected, phone.extension.as_str()), (id, "1001"));
    // A second click does nothing more.
    assert_eq!(kim.cannot(id, "answer").await, (409, "not_in_this_call".to_owned()));
    floor.connected(phone.channel_id).await;
    kim.hears("participant_changed", json!({ "who": "customer", "state": "active" })).await;
    kim.is_in("talking").await;
    let dialog = kim.sees(id).await;
    assert_eq!((&dialog["phase"], &dialog["is_unfolded"]), (&json!("talking"), &json!(true)));
    assert_eq!(fields(&dialog["caller"]["fields"]), [("language", "fr"), ("account", "A-17")]);
    assert!(!dialog["answered_at"].is_null());
    assert_eq!(kim.parties(id).await, ["customer active", "agent Kim active"]);
    kim.may_only(id, &["consult", "direct_transfer", "end", "hold", "open_keypad", "wrap_up"]).await;
    floor.nothing_ordered();
}

#[tokio::test]
async fn t02_3_a_second_call_folds_the_first() {
    let mut floor = Floor::new().await;
    floor.queue(FIELDS).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    kim.ready().await;
    let first = floor.inbound(&mut kim).await;
    lee.done(Method::POST, "dialogs", Some(call("1001"))).await;
    let (second, lees_phone) = floor.connects().await;
    floor.connected(lees_phone.channel_id).await;
    kim.hears("call_offered", json!({ "dialog_id": second })).await;
    let unfolded = async |kim: &Desk, id| kim.sees(id).await["is_unfolded"].clone();
    assert_eq!((unfolded(&kim, first.id).await, unfolded(&kim, second).await), (json!(false), json!(true)));
    kim.is_in("talking").await;
    assert_eq!(fields(&kim.sees(first.id).await["caller"]["fields"]).len(), 2, "they can be unfolded again");
    // Answering it puts the customer on hold: nobody talks in two rooms.
    kim.acts(second, "answer").await;
    assert_eq!(floor.ordered().await, Order::Hold { dialog_id: first.id, channel_id: first.phone });
    let (_, phone) = floor.connects().await;
    assert_eq!((phone.channel_id, kim.phase(first.id).await.as_str()), (first.phone, "held"));
    assert_eq!(kim.phase(second).await, "talking", "the phone is up already");
    kim.may_only(first.id, &["retrieve", "wrap_up"]).await;
    // A third call finds no room.
    let (status, problem) = lee.asks(Method::POST, "dialogs", Some(call("1001"))).await;
    assert_eq!((status, &problem["code"]), (409, &json!("wrong_state")));
    kim.acts(second, "end").await;
    assert_eq!(unfolded(&kim, first.id).await, json!(true), "the only one left");
    kim.is_in("hold").await;
    floor.world.orders_left();
    kim.acts(first.id, "retrieve").await;
    floor.ordered_are(&[Order::Retrieve { dialog_id: first.id, channel_id: first.phone }]).await;
}

#[tokio::test]
async fn t02_4_end_makes_the_agent_ready_for_the_next_call() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    let first = floor.inbound(&mut kim).await;
    let second = floor.caller().await;
    kim.acts(first.id, "end").await;
    floor.ordered_are(&[Order::HangUp { channel_id: first.line }]).await;
    kim.is_in("talking").await;
    floor.over(first.line).await;
    kim.hears("dialog_ended", json!({ "dialog_id": first.id })).await;
    let changed = kim.hears("agent_state_changed", json!({ "was": "talking" })).await;
    assert_eq!(changed["state"], "ready");
    // The next one comes by itself.
    let offered = kim.hears("call_offered", json!({})).await;
    assert_ne!(offered["dialog_id"], json!(first.id));
    floor.ordered_are(&[Order::HangUp { channel_id: first.phone }]).await;
    floor.over(second).await;
    kim.becomes("ready").await;
    // The customer's end is an end as well.
    let third = floor.inbound(&mut kim).await;
    floor.over(third.line).await;
    kim.hears("participant_left", json!({ "who": "customer", "why": "hung_up" })).await;
    kim.is_in("ready").await;
}

#[tokio::test]
async fn t02_5_not_ready_chosen_in_a_call_is_pending_until_it_ends() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    floor.reason("not_ready", 1, "Lunch").await;
    floor.reason("not_ready", 2, "Training").await;
    let mut kim = floor.kim().await;
    let reasons = kim.done(Method::GET, "reasons", None).await;
    assert_eq!(reasons["not_ready"][0]["label"], "Lunch");
    kim.ready().await;
    let call = floor.inbound(&mut kim).await;
    let unknown = Some(json!({ "state": "not_ready", "reason": "Golf" }));
    let (status, problem) = kim.asks(Method::PUT, "state", unknown).await;
    assert_eq!((status, &problem["code"]), (422, &json!("unknown_not_ready_reason")), "{problem}");
    assert_eq!(kim.view().await["pending"], Value::Null);

    let view = kim.not_ready("Lunch").await;
    let pending = json!({ "state": "not_ready", "reason": "Lunch" });
    assert_eq!((&view["state"], &view["pending"]), (&json!("talking"), &pending));
    let changed = kim.hears("agent_state_changed", json!({ "was": "talking" })).await;
    assert_eq!((&changed["state"], &changed["pending"]), (&json!("talking"), &pending));
    assert_eq!(floor.on_board(&kim).await["pending"], pending);
    // Another choice replaces it.
    kim.ready().await;
    kim.hears("agent_state_changed", json!({ "state": "talking", "pending": { "state": "ready" } })).await;
    kim.not_ready("Training").await;
    floor.over(call.line).await;
    let changed = kim.becomes("not_ready").await;
    assert_eq!((&changed["reason"], &changed["pending"]), (&json!("Training"), &Value::Null));
    floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    floor.caller().await;
    assert_eq!((kim.state().await, kim.dialogs().await), ("not_ready".to_owned(), 0));
    for body in [
        json!({ "state": "not_ready" }),
        json!({ "state": "talking" }),
        json!({ "state": "ready", "reason": "Lunch" }),
        json!({ "state": 1 }),
        json!({}),
    ] {
        assert_eq!(kim.refused(Method::PUT, "state", Some(body)).await, (422, "bad_value".to_owned()));
    }
    let empty = Some(json!({ "state": "not_ready", "reason": " " }));
    assert_eq!(kim.refused(Method::PUT, "state", empty).await, (422, "bad_length".to_owned()));
}

#[tokio::test]
async fn t02_5_not_ready_chosen_while_an_answer_is_asked_for_stays_pending() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    floor.caller().await;
    let offered = kim.hears("call_offered", json!({})).await;
    let view = kim.not_ready("lunch").await;
    assert_eq!((&view["state"], &view["pending"]["state"]), (&json!("reserved"), &json!("not_ready")));
    let id = dialog_id(&offered["dialog_id"]);
    floor.answers(&mut kim, id).await;
    assert_eq!(kim.view().await["pending"]["reason"], "lunch");
    kim.acts(id, "end").await;
    let Order::HangUp { channel_id } = floor.ordered().await else { panic!("the caller is let go") };
    floor.over(channel_id).await;
    let changed = kim.becomes("not_ready").await;
    assert_eq!(changed["reason"], "lunch");
}

/// A waiting caller comes before previews, but after so many callers in a row a preview comes, if there is one.
#[tokio::test]
async fn t02_1_callers_and_previews_take_turns() {
    let mut floor = Floor::new().await;
    floor.queue("calls_in_a_row_max = 2\n").await;
    let mut kim = floor.kim().await;
    // All wait before the agent is Ready.
    let mut lines = Vec::new();
    for _ in 0..5 {
        lines.push(floor.caller().await);
    }
    floor.campaign("", &[CHICAGO]).await;
    kim.ready().await;
    let mut turns = Vec::new();
    for _ in 0..6 {
        kim.becomes("reserved").await;
        let view = kim.view().await;
        if let Some(reservation) = view["preview"]["reservation_id"].as_str() {
            turns.push("preview");
            kim.done(Method::POST, &format!("preview/{reservation}/close"), None).await;
        } else {
            turns.push("caller");
            floor.over(lines.remove(0)).await;
        }
    }
    // After the only preview there is none: the callers go on.
    assert_eq!(turns, ["caller", "caller", "preview", "caller", "caller", "caller"]);
}

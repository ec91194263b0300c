//! What stands around the ten tasks: the supervisor's board and hand, and refusals that a client can rely on.

use rappel::{
    domain::ids::{ChannelId, DialogId},
    engine::output::Order,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Call, Desk, Floor, WRAP_UP};

/// An agent who talks with a customer of the campaign.
async fn talking() -> (Floor, Desk, Call) {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    (floor, kim, call)
}

#[tokio::test]
async fn the_board_shows_each_agent_with_state_reason_contact_and_dialogs() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let line = floor.on_board(&kim).await;
    assert_eq!(
        (&line["state"], &line["reason"], &line["extension"]),
        (&json!("not_ready"), &json!("signed_in"), &json!("1001"))
    );
    assert_eq!((&line["contact_id"], &line["dialog_ids"]), (&Value::Null, &json!([])));
    kim.not_ready("lunch").await;
    assert_eq!(floor.on_board(&kim).await["reason"], "lunch");
    let call = floor.dialing(&mut kim).await;
    let contact = kim.sees(call.id).await["customer"]["contact_id"].clone();
    for (moment, state) in [("dialing", "reserved"), ("talking", "talking"), ("held", "hold"), ("over", "wrap_up")] {
        match moment {
            "talking" => floor.connected(call.line).await,
            "held" => drop(kim.acts(call.id, "hold").await),
            "over" => floor.over(call.line).await,
            _ => {}
        }
        let (line, view) = (floor.on_board(&kim).await, kim.view().await);
        assert_eq!((&line["state"], &line["contact_id"]), (&json!(state), &contact), "{moment}");
        assert_eq!(line["since_at"], view["since_at"], "{moment}");
        let dialogs = if moment == "over" { json!([]) } else { json!([call.id]) };
        assert_eq!(line["dialog_ids"], dialogs, "{moment}");
    }
    kim.ready().await;
    kim.done(Method::DELETE, "session", None).await;
    let line = floor.on_board(&kim).await;
    assert_eq!(
        (&line["state"], &line["since_at"], &line["contact_id"]),
        (&json!("logged_out"), &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_supervisor_sets_the_state_at_once_or_after_the_call() {
    let (floor, mut kim, call) = talking().await;
    for (wanted, pending) in [
        (json!({ "state": "not_ready", "reason": "meeting" }), json!({ "state": "not_ready", "reason": "meeting" })),
        (json!({ "state": "ready" }), json!({ "state": "ready" })),
        (json!({ "state": "not_ready" }), json!({ "state": "not_ready", "reason": "supervisor" })),
        (
            json!({ "state": "logged_out", "reason": "fire drill" }),
            json!({ "state": "logged_out", "reason": "fire drill" }),
        ),
    ] {
        let (status, view) = floor.supervised(&kim, wanted).await;
        assert_eq!((status, &view["state"], &view["pending"]), (200, &json!("talking"), &pending), "{view}");
        kim.hears("agent_state_changed", json!({ "state": "talking", "pending": pending })).await;
        assert_eq!(floor.on_board(&kim).await["pending"], pending);
    }
    floor.over(call.line).await;
    let changed = kim.becomes("logged_out").await;
    assert_eq!(changed["reason"], "fire drill");
    assert_eq!(floor.supervised(&kim, json!({ "state": "ready" })).await.0, 409, "they are not at work");
    let mut lee = floor.lee().await;
    for (wanted, state, reason) in [
        (json!({ "state": "ready" }), "ready", Value::Null),
        (json!({ "state": "not_ready", "reason": "meeting" }), "not_ready", json!("meeting")),
        (json!({ "state": "logged_out" }), "logged_out", json!("supervisor")),
    ] {
        assert_eq!(floor.supervised(&lee, wanted).await.0, 200);
        let changed = lee.becomes(state).await;
        assert_eq!(changed["reason"], reason, "{state}");
    }
    for body in
        [json!({}), json!({ "state": "talking" }), json!({ "state": 1 }), json!({ "state": "ready", "more": 1 })]
    {
        let (status, problem) = floor.supervised(&lee, body.clone()).await;
        assert_eq!((status, &problem["code"]), (422, &json!("bad_value")), "{body}");
    }
    let path = "/v1/teams/sales/agents/999999/state";
    let answer = floor.world.put(floor.world.token("supervisor"), path, json!({ "state": "ready" })).await;
    assert_eq!((answer.0, &answer.1["code"]), (404, &json!("unknown_agent")));
    let own = format!("/v1/teams/sales/agents/{}/state", lee.agent_id);
    assert_eq!(lee.tab().send(&Method::PUT, &own, Some(json!({ "state": "ready" }))).await.0, 403);
}

#[tokio::test]
async fn every_refusal_has_a_stable_code_and_is_in_the_log() {
    let (mut floor, mut kim, call) = talking().await;
    let nobody: DialogId = "00000000-0000-7000-8000-000000000000".parse().unwrap();
    let acts = [
        "answer",
        "decline",
        "end",
        "hold",
        "retrieve",
        "consult",
        "conference",
        "transfer",
        "direct_transfer",
        "open_keypad",
        "close_keypad",
        "send_digit",
        "reclassify",
        "schedule_callback",
        "wrap_up",
        "apply_wrap_up_reason",
        "state_zone",
    ];
    for act in acts {
        assert_eq!(kim.cannot(nobody, act).await, (409, "call_gone".to_owned()), "{act}");
        let heard = kim.hears("command_refused", json!({ "command": act })).await;
        assert_eq!(heard["code"], "call_gone");
    }
    assert_eq!(kim.cannot(nobody, "cancel_callback").await, (409, "call_gone".to_owned()));
    let refused = ["answer", "decline", "retrieve", "conference", "transfer", "close_keypad", "send_digit"];
    for act in refused {
        assert_eq!(kim.cannot(call.id, act).await, (409, "not_in_this_call".to_owned()), "{act}");
    }
    // Not an agent's: nobody without a desk acts in a call.
    for who in ["supervisor", "manager", "admin"] {
        let path = format!("/v1/me/dialogs/{}/end", call.id);
        let (status, problem) = floor.world.post(floor.world.token(who), &path, json!(null)).await;
        assert_eq!((status, &problem["code"]), (403, &json!("not_an_agent")));
    }
    floor.nothing_ordered();
    kim.is_in("talking").await;
}

#[tokio::test]
async fn all_agents_on_a_call_hear_what_one_says_of_it() {
    let (mut floor, kim, call) = talking().await;
    let mut lee = floor.lee().await;
    floor.conference(&kim, &mut lee, &call).await;
    kim.acts_with(call.id, "reclassify", json!({ "classification": "fax" })).await;
    lee.hears("dialog_updated", json!({ "dialog_id": call.id })).await;
    assert_eq!(lee.sees(call.id).await["classification"], "fax");
}

#[tokio::test]
async fn a_pending_wrap_up_is_told_and_on_the_board() {
    let mut floor = Floor::new().await;
    floor.campaign("[wrap_up]\nmode = \"optional\"\nseconds_max = 600\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    kim.acts(call.id, "wrap_up").await;
    kim.hears("agent_state_changed", json!({ "state": "talking", "wrap_up_pending": true })).await;
    assert_eq!(floor.on_board(&kim).await["wrap_up_pending"], true);
}

#[tokio::test]
async fn a_wrap_up_whose_time_is_over_is_not_pending() {
    let mut floor = Floor::new().await;
    floor.campaign("[wrap_up]\nmode = \"optional\"\nseconds_max = 1\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    kim.acts(call.id, "wrap_up").await;
    floor.consulted(&kim, &call, "312-555-0199").await;
    floor.over(call.line).await;
    floor.board.until("attempt_ended").await;
    assert_eq!(kim.view().await["wrap_up_pending"], false);
}

#[tokio::test]
async fn a_customer_who_answers_when_no_agent_is_there_was_abandoned() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.dialing(&mut kim).await;
    floor.over(call.phone).await;
    kim.hears("participant_left", json!({ "why": "phone_gone" })).await;
    floor.connected(call.line).await;
    floor.over(call.line).await;
    let ended = floor.board.until("attempt_ended").await;
    assert_eq!(ended["outcome"]["kind"], "abandoned");
}

#[tokio::test]
async fn a_call_that_waits_for_an_answer_comes_before_another() {
    let floor = Floor::new().await;
    let kim = floor.kim().await;
    let mut lee = floor.lee().await;
    kim.done(Method::POST, "dialogs", Some(json!({ "typed": "1002" }))).await;
    lee.hears("call_offered", json!({})).await;
    let (status, problem) = lee.asks(Method::POST, "dialogs", Some(json!({ "typed": "1234" }))).await;
    assert_eq!((status, &problem["code"]), (409, &json!("call_is_offered")));
}

/// The supervisor's phone is called, and is there.
async fn supervisor_comes(floor: &mut Floor, desk: &Desk, mode: &str) -> ChannelId {
    let (status, line) = floor.listened(desk, mode).await;
    assert_eq!((status, &line["supervision"]["state"]), (200, &json!("connecting")), "{line}");
    let Order::Supervise { phone, .. } = floor.ordered().await else { panic!("no phone is called") };
    assert_eq!(phone.extension, "1900");
    floor.connected(phone.channel_id).await;
    while floor.board.until("supervision_changed").await["state"] != "active" {}
    phone.channel_id
}

#[tokio::test]
async fn a_supervisor_listens_whispers_joins_and_leaves_and_the_agent_sees_it() {
    let (mut floor, mut kim, call) = talking().await;
    let line = supervisor_comes(&mut floor, &kim, "listen").await;
    kim.hears("supervision_changed", json!({ "mode": "listen", "state": "active", "supervised_id": kim.agent_id }))
        .await;
    assert_eq!(kim.view().await["supervision"]["mode"], "listen");
    for mode in ["whisper", "join"] {
        let (status, board) = floor.listened(&kim, mode).await;
        assert_eq!((status, &board["supervision"]["mode"]), (200, &json!(mode)), "{board}");
        kim.hears("supervision_changed", json!({ "mode": mode, "dialog_id": call.id })).await;
        assert!(matches!(floor.ordered().await, Order::Supervise { channel_id, .. } if channel_id == call.phone));
        assert_eq!(floor.on_board(&kim).await["supervision"]["extension"], "1900");
    }
    let (status, board) = floor.left_alone(&kim).await;
    assert_eq!((status, &board["supervision"]), (200, &Value::Null), "{board}");
    floor.ordered_are(&[Order::HangUp { channel_id: line }]).await;
    let ended = kim.hears("supervision_ended", json!({ "why": "ended" })).await;
    assert!(ended["active_since_at"].is_string() && ended["supervisor_id"].is_i64(), "{ended}");
    assert_eq!(floor.left_alone(&kim).await.1["code"], "not_supervised");
    floor.over(call.line).await;
    kim.becomes("ready").await;
    assert_eq!(floor.listened(&kim, "listen").await.1["code"], "agent_not_in_call");
    // Agents do not listen to each other.
    let path = format!("/v1/teams/sales/agents/{}/supervision", kim.agent_id);
    let wish = json!({ "mode": "listen", "extension": "1900" });
    assert_eq!(floor.world.put(floor.world.token("agent_2"), &path, wish).await.0, 403);
}

#[tokio::test]
async fn where_agents_are_not_told_they_see_only_who_joins_and_the_log_has_all() {
    let mut floor = Floor::fast_with(1.0, |settings| settings.agents_are_told = false).await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    floor.outbound(&mut kim).await;
    supervisor_comes(&mut floor, &kim, "listen").await;
    assert_eq!(kim.view().await["supervision"], Value::Null);
    assert_eq!(floor.on_board(&kim).await["supervision"]["mode"], "listen");
    floor.listened(&kim, "join").await;
    let heard = kim.hears("supervision_changed", json!({})).await;
    assert_eq!(heard["mode"], "join", "nothing was heard of the listening");
    assert_eq!(kim.view().await["supervision"]["mode"], "join");
    floor.listened(&kim, "listen").await;
    kim.hears("dialog_updated", json!({})).await;
    assert_eq!(kim.view().await["supervision"], Value::Null);
    let log = floor.log().await;
    let modes: Vec<_> = log.iter().filter(|e| e["type"] == "supervision_changed").map(|e| e["mode"].clone()).collect();
    assert_eq!(modes, ["listen", "listen", "join", "listen"]);
}

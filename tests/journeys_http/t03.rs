//! T3: answer a direct-preview outbound call.

use futures_util::future::join_all;
use rappel::{
    domain::{attempt::NotMade, outcome::FailureCause},
    engine::output::{Destination, Order},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Desk, Floor, dialog_id, instant};

const NEW_YORK: &str = "+12125550143";

/// The agent is Ready and reads a preview.
async fn reads(desk: &mut Desk) -> String {
    desk.ready().await;
    let offered = desk.hears("preview_offered", json!({})).await;
    offered["reservation_id"].as_str().unwrap().to_owned()
}

fn accept(reservation: &str) -> String {
    format!("preview/{reservation}/accept")
}

async fn contacts(floor: &Floor, state: &str) -> usize {
    let path = format!("/v1/campaigns/spring/contacts?state={state}");
    floor.managed("supervisor", Method::GET, &path, None).await.as_array().unwrap().len()
}

#[tokio::test]
async fn t03_1_a_ready_agent_is_reserved_and_the_details_open_by_themselves() {
    let mut floor = Floor::new().await;
    floor.campaign("[preview]\nfields = [\"Plan\", \"Contract\"]\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    assert_eq!((kim.state().await, kim.view().await["preview"].clone()), ("not_ready".to_owned(), Value::Null));
    let reservation = reads(&mut kim).await;
    kim.becomes("reserved").await;
    let view = kim.view().await;
    let (preview, customer) = (&view["preview"], &view["preview"]["customer"]);
    assert_eq!((&view["state"], &preview["reservation_id"]), (&json!("reserved"), &json!(reservation)));
    assert_eq!((&customer["first_name"], &customer["last_name"]), (&json!("Ada"), &json!("Byron")));
    assert_eq!((&customer["account_number"], &customer["number"]), (&json!(CHICAGO), &json!(CHICAGO)));
    let shown = json!([{ "name": "Plan", "value": "gold" }, { "name": "Contract", "value": "C-7" }]);
    assert_eq!(customer["fields"], shown, "what the campaign shows, in its order");
    assert_eq!(view["dialogs"], json!([]), "nobody is called yet");
    // Not another agent's, not even to look at.
    lee.ready().await;
    assert_eq!((lee.state().await, lee.view().await["preview"].clone()), ("ready".to_owned(), Value::Null));
    floor.nothing_ordered();
}

#[tokio::test]
async fn t03_2_the_agent_reads_and_then_accepts_or_declines() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    let reservation = reads(&mut kim).await;
    let view = kim.view().await;
    let may = view["allowed_commands"].as_array().unwrap();
    for button in ["accept_preview", "reject_preview", "close_preview"] {
        assert!(may.contains(&json!(button)), "{button}: {view}");
    }
    floor.nothing_ordered();
    // What is not theirs, not there, or not so is refused, and changes nothing.
    for end in ["accept", "reject", "close"] {
        let path = format!("preview/{reservation}/{end}");
        assert_eq!(lee.refused(Method::POST, &path, None).await, (409, "preview_gone".to_owned()), "{end}");
        let gone = format!("preview/00000000-0000-7000-8000-000000000000/{end}");
        assert_eq!(kim.refused(Method::POST, &gone, None).await, (409, "preview_gone".to_owned()), "{end}");
        let bad = format!("preview/17/{end}");
        assert_eq!(kim.refused(Method::POST, &bad, None).await, (422, "bad_value".to_owned()), "{end}");
    }
    assert_eq!(kim.view().await["preview"]["reservation_id"], json!(reservation));
    kim.done(Method::POST, &accept(&reservation), None).await;
    for end in ["reject", "close"] {
        let path = format!("preview/{reservation}/{end}");
        assert_eq!(kim.refused(Method::POST, &path, None).await, (409, "preview_gone".to_owned()), "{end}");
    }
}

#[tokio::test]
async fn t03_3_accept_dials_from_the_agents_own_phone_and_connects() {
    let mut floor = Floor::new().await;
    floor.campaign("[call]\nring_seconds_max = 25\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let reservation = reads(&mut kim).await;
    let view = kim.done(Method::POST, &accept(&reservation), None).await;
    let id = dialog_id(&view["dialogs"][0]["dialog_id"]);
    let (dialled, line, phone, to) = floor.dialled().await;
    assert_eq!((dialled, json!(line)), (id, json!(id)));
    assert_eq!(phone.unwrap().extension, "1001");
    let Destination::Customer { permit } = to else { panic!("by the campaign's right") };
    assert_eq!((permit.number.as_str(), permit.ring_seconds_max), (CHICAGO, 25));
    kim.hears("reservation_ended", json!({ "how": "accepted" })).await;
    kim.hears("attempt_opened", json!({ "reservation_id": reservation })).await;
    assert_eq!((kim.state().await.as_str(), kim.phase(id).await.as_str()), ("reserved", "dialing"));
    kim.may_only(id, &["end", "reclassify", "schedule_callback", "state_zone"]).await;
    floor.told(line, rappel::domain::attempt::CallProgress::Ringing).await;
    kim.hears("attempt_ringing", json!({})).await;
    assert_eq!((kim.state().await.as_str(), kim.phase(id).await.as_str()), ("reserved", "ringing"));
    floor.connected(line).await;
    kim.hears("attempt_answered", json!({})).await;
    kim.becomes("talking").await;
    let dialog = kim.sees(id).await;
    assert_eq!((&dialog["kind"], &dialog["phase"]), (&json!("outbound"), &json!("talking")));
    assert_eq!(dialog["customer"]["first_name"], "Ada", "the details stay open");
    assert_eq!(kim.parties(id).await, ["agent Kim active", "customer active"]);
    kim.may_only(
        id,
        &[
            "consult",
            "direct_transfer",
            "end",
            "hold",
            "open_keypad",
            "reclassify",
            "schedule_callback",
            "state_zone",
            "wrap_up",
        ],
    )
    .await;
    floor.nothing_ordered();
}

#[tokio::test]
async fn t03_3_after_a_failed_attempt_the_agent_is_ready_again() {
    let mut floor = Floor::new().await;
    let numbers = ["+13125550142", "+13125550143", "+13125550144", "+13125550145"];
    floor.campaign("[wrap_up]\nmode = \"required\"\n", &numbers).await;
    let mut kim = floor.kim().await;
    kim.ready().await;
    for (why, outcome) in [
        (NotMade::NoAnswer, json!({ "kind": "no_answer" })),
        (NotMade::Busy, json!({ "kind": "busy" })),
        (NotMade::InvalidNumber, json!({ "kind": "invalid_number" })),
        (NotMade::Failed(FailureCause::Congestion), json!({ "kind": "failed", "cause": "congestion" })),
    ] {
        let call = floor.dialing(&mut kim).await;
        floor.not_made(call.line, why).await;
        let ended = kim.hears("attempt_ended", json!({})).await;
        assert_eq!(ended["outcome"], outcome);
        // No wrap-up for a call that was none.
        let changed = kim.hears("agent_state_changed", json!({ "was": "reserved" })).await;
        assert_eq!(changed["state"], "ready");
        floor.ordered_are(&[Order::HangUp { channel_id: call.phone }]).await;
    }
}

#[tokio::test]
async fn t03_3_a_flood_of_clicks_on_accept_places_one_call() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO, NEW_YORK]).await;
    let mut kim = floor.kim().await;
    let reservation = reads(&mut kim).await;
    let path = accept(&reservation);
    let clicks = join_all((0..50).map(|_| kim.asks(Method::POST, &path, None))).await;
    let dialogs: Vec<&Value> = clicks.iter().map(|(_, view)| &view["dialogs"][0]["dialog_id"]).collect();
    assert!(clicks.iter().all(|(status, _)| *status == 200), "each click means the same");
    assert!(dialogs.iter().all(|id| *id == dialogs[0] && id.is_string()), "{dialogs:?}");
    floor.dialled().await;
    floor.nothing_ordered();
    let opened = floor.log().await.iter().filter(|event| event["type"] == "attempt_opened").count();
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn t03_3_an_accept_and_a_reject_at_once_leave_one_truth() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let reservation = reads(&mut kim).await;
    let (yes, no) = (accept(&reservation), format!("preview/{reservation}/reject"));
    let (accepted, rejected) = tokio::join!(kim.asks(Method::POST, &yes, None), kim.asks(Method::POST, &no, None));
    let dials = floor.world.orders_left().len();
    match (accepted.0, rejected.0) {
        (200, 409) => assert_eq!((dials, kim.dialogs().await), (1, 1)),
        (409, 200) => assert_eq!((dials, kim.dialogs().await), (0, 0)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn t03_3_a_number_that_may_not_be_called_any_more_is_not_dialled() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let reservation = reads(&mut kim).await;
    let entry = json!({ "number": CHICAGO, "source": "letter" });
    floor.managed("manager", Method::POST, "/v1/suppressions", Some(entry)).await;
    let (status, code) = kim.refused(Method::POST, &accept(&reservation), None).await;
    assert!(status == 409 && ["may_not_call", "preview_gone"].contains(&code.as_str()), "{status} {code}");
    let how = kim.hears("reservation_ended", json!({})).await["how"].clone();
    assert!(how == "refused" || how == "suppressed", "{how}");
    assert_eq!(floor.board.until("contact_closed").await["reason"], "suppressed");
    kim.is_in("ready").await;
    floor.nothing_ordered();
}

#[tokio::test]
async fn t03_4_reject_keeps_the_contact_and_close_takes_it_out() {
    let mut floor = Floor::new().await;
    floor.campaign("[retry]\nrejected = { then = \"retry\", after_minutes = 30 }\n", &[CHICAGO, NEW_YORK]).await;
    let mut kim = floor.kim().await;
    let first = reads(&mut kim).await;
    kim.done(Method::POST, &format!("preview/{first}/reject"), None).await;
    let ended = kim.hears("reservation_ended", json!({ "reservation_id": first })).await;
    assert_eq!(ended["how"], "rejected");
    let returned = floor.board.until("contact_returned").await;
    let minutes = instant(&returned["not_before_at"]).duration_since(instant(&returned["at"])).as_mins();
    assert_eq!((&returned["contact_id"], minutes), (&ended["contact_id"], 30));
    // The agent is Ready, so the next one comes by itself.
    let second = kim.hears("preview_offered", json!({})).await;
    assert_ne!(second["contact_id"], ended["contact_id"]);
    let second = second["reservation_id"].as_str().unwrap().to_owned();
    kim.done(Method::POST, &format!("preview/{second}/close"), None).await;
    let ended = kim.hears("reservation_ended", json!({ "reservation_id": second })).await;
    assert_eq!(ended["how"], "closed");
    let closed = floor.board.until("contact_closed").await;
    assert_eq!((&closed["contact_id"], &closed["reason"]), (&ended["contact_id"], &json!("agent")));
    kim.is_in("ready").await;
    assert_eq!((contacts(&floor, "waiting").await, contacts(&floor, "closed").await), (1, 1));
    // A stale click on either is a clean refusal.
    for gone in [first, second] {
        for end in ["accept", "reject", "close"] {
            let path = format!("preview/{gone}/{end}");
            assert_eq!(kim.refused(Method::POST, &path, None).await, (409, "preview_gone".to_owned()));
        }
    }
    floor.nothing_ordered();
}

#[tokio::test]
async fn t03_4_a_campaign_can_forbid_reject_and_close() {
    let mut floor = Floor::new().await;
    floor.campaign("[preview]\nreject_allowed = false\nclose_allowed = false\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let reservation = reads(&mut kim).await;
    let view = kim.view().await;
    for (end, code) in [("reject", "reject_not_allowed"), ("close", "close_not_allowed")] {
        assert!(!view["allowed_commands"].as_array().unwrap().contains(&json!(format!("{end}_preview"))));
        let path = format!("preview/{reservation}/{end}");
        assert_eq!(kim.refused(Method::POST, &path, None).await, (403, code.to_owned()));
    }
    kim.is_in("reserved").await;
}

#[tokio::test]
async fn t03_5_at_the_end_of_its_time_the_campaigns_action_happens() {
    for (action, how, state, dials, left) in [
        ("accept", "lapsed_accepted", "reserved", 1, "in_progress"),
        ("reject", "lapsed_rejected", "ready", 0, "waiting"),
        ("close", "lapsed_closed", "ready", 0, "closed"),
        ("reject_and_not_ready", "lapsed_rejected", "not_ready", 0, "waiting"),
    ] {
        let mut floor = Floor::fast(20.0).await;
        floor.campaign(&format!("[preview]\nseconds_max = 5\nat_end = \"{action}\"\n"), &[CHICAGO]).await;
        let mut kim = floor.kim().await;
        kim.ready().await;
        let offered = kim.hears("preview_offered", json!({})).await;
        let expires_at = instant(&offered["expires_at"]);
        assert_eq!(expires_at.duration_since(instant(&offered["at"])).as_secs(), 5);
        let ended = kim.hears("reservation_ended", json!({})).await;
        assert_eq!(ended["how"], how, "{action}");
        assert!(instant(&ended["at"]) >= expires_at, "{action}: not before its time");
        let view = kim.view().await;
        assert_eq!((&view["state"], &view["preview"]), (&json!(state), &Value::Null), "{action}");
        assert_eq!(floor.world.orders_left().len(), dials, "{action}");
        assert_eq!(contacts(&floor, left).await, 1, "{action}");
        if state == "not_ready" {
            assert_eq!(view["reason"], "preview_unanswered");
        }
        let path = accept(offered["reservation_id"].as_str().unwrap());
        if dials == 0 {
            assert_eq!(kim.refused(Method::POST, &path, None).await, (409, "preview_gone".to_owned()), "{action}");
        }
    }
}

#[tokio::test]
async fn t03_5_the_preview_counts_down() {
    let mut floor = Floor::new().await;
    floor.campaign("[preview]\nseconds_max = 600\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    reads(&mut kim).await;
    let view = kim.view().await;
    let left = view["preview"]["seconds_left"].as_i64().unwrap();
    let until = instant(&view["preview"]["expires_at"]).duration_since(instant(&view["now"])).as_secs();
    assert!((590..600).contains(&left) && (left - until).abs() <= 1, "{view}");
}

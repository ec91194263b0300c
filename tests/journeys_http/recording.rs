//! The recording of calls: only where the campaign says so, paused and resumed by whoever is on the call, listened to by
//! whoever supervises it.

use jiff::Timestamp;
use rappel::{
    domain::{attempt::CallProgress, recording::Taped},
    engine::output::Order,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Call, Desk, Floor, WRAP_UP};

pub const RECORDED: &str = "[recording]\ncalls_recorded = true\n";

/// An order to record: of which line, where, whether it is kept off the tape.
pub async fn to_record(floor: &mut Floor) -> (String, bool, Timestamp) {
    match floor.ordered().await {
        Order::Record { path, is_paused, asked_at, .. } => (path, is_paused, asked_at),
        other => panic!("nothing is recorded: {}", other.name()),
    }
}

/// The switch tells how the recording does.
pub async fn told(floor: &Floor, call: &Call, taped: Taped, asked_at: Timestamp) {
    let server = "here".to_owned();
    floor.told(call.line, CallProgress::Recording { server, taped, asked_at }).await;
}

/// An agent talks with a customer, and it is on tape.
async fn on_tape(more: &str) -> (Floor, Desk, Call, String) {
    let mut floor = Floor::new().await;
    floor.campaign(&format!("{RECORDED}{more}"), &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    let (path, is_paused, asked_at) = to_record(&mut floor).await;
    assert_eq!((is_paused, kim.sees(call.id).await["recording"]["state"].clone()), (false, json!("starting")));
    told(&floor, &call, Taped::Runs, asked_at).await;
    let event = kim.hears("recording_started", json!({ "path": path })).await;
    assert_eq!(event["server"], "here");
    (floor, kim, call, path)
}

async fn state(desk: &Desk, call: &Call) -> String {
    desk.sees(call.id).await["recording"]["state"].as_str().unwrap().to_owned()
}

async fn attempt(floor: &Floor, contact: &Value) -> Value {
    let path = format!("/v1/contacts/{contact}/attempts");
    floor.managed("supervisor", Method::GET, &path, None).await[0].clone()
}

#[tokio::test]
async fn without_its_setting_nothing_is_recorded() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    floor.nothing_ordered();
    assert_eq!(kim.sees(call.id).await["recording"], Value::Null);
    assert_eq!(kim.cannot(call.id, "pause_recording").await, (409, "not_in_this_call".to_owned()));
}

#[tokio::test]
async fn it_is_named_by_the_attempt_and_stands_in_it_from_the_beginning() {
    let (mut floor, kim, call, path) = on_tape(WRAP_UP).await;
    assert!(path.ends_with(&format!("/{}.wav", call.id)), "{path}");
    let contact = kim.sees(call.id).await["customer"]["contact_id"].clone();
    let stored = attempt(&floor, &contact).await["recording"].clone();
    assert_eq!(
        (&stored["path"], &stored["server"], &stored["state"]),
        (&json!(path), &json!("here"), &json!("recording"))
    );
    floor.over(call.line).await;
    assert_eq!(state(&kim, &call).await, "stored");
    floor.ordered().await;
    floor.nothing_ordered();
    assert_eq!(kim.cannot(call.id, "pause_recording").await, (409, "not_in_this_call".to_owned()));
    let report = floor.managed("supervisor", Method::GET, "/v1/reports/attempts", None).await;
    assert_eq!((&report["rows"][0]["recorded"], &report["rows"][0]["recordings_failed"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn it_is_paused_and_resumed_and_shown_as_it_is() {
    let (mut floor, mut kim, call, path) = on_tape("").await;
    kim.acts(call.id, "pause_recording").await;
    assert_eq!(state(&kim, &call).await, "pausing", "what is said may still be on tape");
    let (_, is_paused, asked_at) = to_record(&mut floor).await;
    assert!(is_paused);
    told(&floor, &call, Taped::Pauses, asked_at).await;
    kim.hears("recording_paused", json!({})).await;
    assert_eq!(state(&kim, &call).await, "paused");
    let line = floor.on_board(&kim).await;
    assert_eq!(line["recording"], kim.sees(call.id).await["recording"], "the supervisor sees it, and since when");
    assert_eq!(kim.cannot(call.id, "pause_recording").await, (409, "not_in_this_call".to_owned()));
    kim.acts(call.id, "resume_recording").await;
    let (again, is_paused, resumed_at) = to_record(&mut floor).await;
    assert_eq!((again, is_paused), (path, false));
    // What follows the pause comes late, and says nothing of what is now.
    told(&floor, &call, Taped::Pauses, asked_at).await;
    assert_eq!(state(&kim, &call).await, "resuming");
    told(&floor, &call, Taped::Runs, resumed_at).await;
    kim.hears("recording_resumed", json!({})).await;
    assert_eq!(state(&kim, &call).await, "recording");
}

#[tokio::test]
async fn a_pause_holds_when_the_call_is_passed_on_and_whoever_has_it_may_resume() {
    let (mut floor, mut kim, call, _) = on_tape("").await;
    let mut lee = floor.lee().await;
    kim.acts(call.id, "pause_recording").await;
    let (_, _, asked_at) = to_record(&mut floor).await;
    told(&floor, &call, Taped::Pauses, asked_at).await;
    kim.hears("recording_paused", json!({})).await;
    floor.conference(&kim, &mut lee, &call).await;
    kim.acts(call.id, "end").await;
    assert_eq!(state(&lee, &call).await, "paused", "a card number may be about to be said");
    while !floor.world.orders_left().is_empty() {}
    lee.acts(call.id, "resume_recording").await;
    assert!(!to_record(&mut floor).await.1);
    assert_eq!(state(&lee, &call).await, "resuming");
}

#[tokio::test]
async fn agents_pause_only_where_the_campaign_lets_them() {
    let (_, kim, call, _) = on_tape("pause_allowed = false\n").await;
    assert_eq!(kim.cannot(call.id, "pause_recording").await, (403, "pause_not_allowed".to_owned()));
    assert_eq!(kim.cannot(call.id, "resume_recording").await, (409, "not_in_this_call".to_owned()));
}

#[tokio::test]
async fn one_that_cannot_be_made_hinders_no_call_and_is_counted() {
    let mut floor = Floor::new().await;
    floor.campaign(RECORDED, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    let (_, _, asked_at) = to_record(&mut floor).await;
    told(&floor, &call, Taped::Failed, asked_at).await;
    kim.hears("recording_failed", json!({})).await;
    assert_eq!(state(&kim, &call).await, "failed");
    kim.acts(call.id, "hold").await;
    kim.acts(call.id, "retrieve").await;
    floor.over(call.line).await;
    kim.hears("dialog_ended", json!({})).await;
    let report = floor.managed("supervisor", Method::GET, "/v1/reports/attempts", None).await;
    assert_eq!((&report["rows"][0]["recorded"], &report["rows"][0]["recordings_failed"]), (&json!(0), &json!(1)));
    let path = format!("/v1/attempts/{}/recording", call.id);
    let (status, problem) = floor.world.get(floor.world.token("supervisor"), &path).await;
    assert_eq!((status, &problem["code"]), (404, &json!("no_recording")));
}

#[tokio::test]
async fn supervisors_listen_and_agents_do_not() {
    let (floor, _kim, call, path) = on_tape("").await;
    let address = format!("/v1/attempts/{}/recording", call.id);
    let answer = floor.world.request(floor.world.token("supervisor"), &Method::GET, &address).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"audio/wav".parse().unwrap()));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.bytes().await.unwrap(), format!("the sound of {path}").as_bytes());
    let (status, problem) = floor.world.get(floor.world.token("agent"), &address).await;
    assert_eq!((status, &problem["code"]), (403, &json!("forbidden")));
    let nobody = "/v1/attempts/00000000-0000-7000-8000-000000000000/recording";
    let (status, problem) = floor.world.get(floor.world.token("supervisor"), nobody).await;
    assert_eq!((status, &problem["code"]), (404, &json!("unknown_attempt")));
}

#[tokio::test]
async fn a_file_that_is_gone_and_a_switch_that_is_away_are_told_apart() {
    for (server, status, code) in [("empty", 404, "no_recording"), ("away", 503, "recording_unavailable")] {
        let mut floor = Floor::new().await;
        floor.campaign(RECORDED, &[CHICAGO]).await;
        let mut kim = floor.kim().await;
        let call = floor.outbound(&mut kim).await;
        let (_, _, asked_at) = to_record(&mut floor).await;
        let progress = CallProgress::Recording { server: server.to_owned(), taped: Taped::Runs, asked_at };
        floor.told(call.line, progress).await;
        kim.hears("recording_started", json!({})).await;
        let path = format!("/v1/attempts/{}/recording", call.id);
        let (seen, problem) = floor.world.get(floor.world.token("supervisor"), &path).await;
        assert_eq!((seen, &problem["code"]), (status, &json!(code)), "{problem}");
    }
}

//! A phone that stays connected between calls, by setting: what its agent, and whoever supervises them, sees of it.

use serde_json::{Value, json};

use super::floor::{CHICAGO, Floor};
use rappel::{
    domain::{
        attempt::{CallProgress, NotMade, Side},
        outcome::FailureCause,
    },
    engine::output::{Order, Phone},
};

async fn floor() -> Floor {
    Floor::fast_with(1.0, |settings| settings.phones_stay_connected = true).await
}

/// The next order rings a phone for no call.
async fn rings(floor: &mut Floor) -> Phone {
    match floor.ordered().await {
        Order::Keep { phone } => phone,
        other => panic!("no phone is rung: {}", other.name()),
    }
}

#[tokio::test]
async fn a_phone_is_rung_once_and_goes_from_call_to_call() {
    let mut floor = floor().await;
    floor.campaign("wrap_up = { mode = \"not_allowed\" }\n", &[CHICAGO, "+16175550143"]).await;
    let mut kim = floor.kim().await;
    floor.nothing_ordered();
    kim.ready().await;
    let phone = rings(&mut floor).await;
    assert_eq!(phone.extension, "1001");
    let view = kim.view().await;
    assert_eq!((&view["waiting"]["because"], &view["preview"]), (&json!("phone_rings"), &Value::Null));
    floor.connected(phone.channel_id).await;
    for _ in 0..2 {
        let call = floor.outbound(&mut kim).await;
        assert_eq!(call.phone, phone.channel_id);
        floor.over(call.line).await;
        floor.ordered_are(&[Order::Leave { dialog_id: call.id, channel_id: phone.channel_id }]).await;
    }
    kim.is_in("ready").await;

    // Put down between two calls.
    floor.told(phone.channel_id, CallProgress::HungUp { by: Side::Agent }).await;
    let changed = kim.becomes("not_ready").await;
    assert_eq!(changed["reason"], "phone_disconnected");
    assert_eq!(floor.on_board(&kim).await["reason"], "phone_disconnected");
    floor.ordered_are(&[Order::HangUp { channel_id: phone.channel_id }]).await;

    // Ready rings again; not answered, it makes Not ready.
    kim.ready().await;
    let phone = rings(&mut floor).await;
    floor.not_made(phone.channel_id, NotMade::Failed(FailureCause::AgentPhone)).await;
    let changed = kim.becomes("not_ready").await;
    assert_eq!(changed["reason"], "phone_not_answering");
    floor.ordered_are(&[Order::HangUp { channel_id: phone.channel_id }]).await;

    // Whoever leaves, or is sent, has no phone any more.
    kim.ready().await;
    let phone = rings(&mut floor).await;
    floor.connected(phone.channel_id).await;
    assert_eq!(floor.supervised(&kim, json!({ "state": "logged_out" })).await.0, 200);
    floor.ordered_are(&[Order::HangUp { channel_id: phone.channel_id }]).await;
}

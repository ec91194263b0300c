//! T4: reclassify a direct-preview call.

use rappel::{
    domain::{
        attempt::{CallProgress, Heard, NotMade},
        ids::DialogId,
    },
    engine::output::Order,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::floor::{CHICAGO, Desk, Floor, WRAP_UP};

const KINDS: [&str; 6] = ["answering_machine", "busy", "fax", "invalid_number", "voice", "do_not_call"];

/// Says who answered, and sees it on the button.
async fn says(desk: &Desk, id: DialogId, kind: &str) {
    let view = desk.acts_with(id, "reclassify", json!({ "classification": kind })).await;
    let dialogs = view["dialogs"].as_array().unwrap();
    let dialog = dialogs.iter().find(|dialog| dialog["dialog_id"] == json!(id)).unwrap();
    assert_eq!(dialog["classification"], kind);
}

async fn ended(floor: &mut Floor) -> Value {
    floor.board.until("attempt_ended").await
}

#[tokio::test]
async fn t04_1_to_each_classification_and_the_attempt_ends_so() {
    for kind in KINDS {
        let mut floor = Floor::new().await;
        floor.campaign("", &[CHICAGO]).await;
        let mut kim = floor.kim().await;
        let call = floor.outbound(&mut kim).await;
        says(&kim, call.id, kind).await;
        let heard = kim.hears("attempt_reclassified", json!({})).await;
        assert_eq!((&heard["was"], &heard["to"]), (&json!("voice"), &json!(kind)));
        floor.over(call.line).await;
        assert_eq!(ended(&mut floor).await["outcome"]["kind"], kind);
        let suppressed =
            floor.managed("manager", Method::POST, "/v1/suppressions/search", Some(json!({ "number": CHICAGO }))).await;
        assert_eq!(suppressed.as_array().unwrap().len(), usize::from(kind == "do_not_call"), "{kind}: {suppressed}");
    }
}

#[tokio::test]
async fn t04_1_to_nothing_else() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    for body in [
        json!({ "classification": "no_answer" }),
        json!({ "classification": "" }),
        json!({ "classification": 1 }),
        json!({ "classification": "fax", "more": true }),
        json!({}),
    ] {
        let refused = kim.cannot_with(call.id, "reclassify", Some(body.clone())).await;
        assert_eq!(refused, (422, "bad_value".to_owned()), "{body}");
    }
    assert_eq!(kim.sees(call.id).await["classification"], "voice");
}

#[tokio::test]
async fn t04_2_a_call_starts_as_voice() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.dialing(&mut kim).await;
    assert_eq!(kim.sees(call.id).await["classification"], "voice");
    floor.connected(call.line).await;
    assert_eq!(kim.sees(call.id).await["classification"], "voice");
    floor.over(call.line).await;
    assert_eq!(ended(&mut floor).await["outcome"]["kind"], "voice");
}

#[tokio::test]
async fn t04_3_from_the_accept_to_the_end_of_wrap_up_never_before_never_after() {
    let mut floor = Floor::new().await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let lee = floor.lee().await;
    kim.ready().await;
    kim.becomes("reserved").await;
    let view = kim.view().await;
    let reservation = view["preview"]["reservation_id"].as_str().unwrap();
    // Before: there is no call to say anything of.
    let early = Some(json!({ "classification": "fax" }));
    let path = format!("dialogs/{reservation}/classification");
    assert_eq!(kim.refused(Method::PUT, &path, early).await, (409, "call_gone".to_owned()));
    kim.done(Method::POST, &format!("preview/{reservation}/accept"), None).await;
    let (id, line, ..) = floor.dialled().await;
    for (moment, kind) in
        [("dialing", "busy"), ("talking", "fax"), ("held", "voice"), ("wrapping_up", "answering_machine")]
    {
        match moment {
            "talking" => floor.connected(line).await,
            "held" => drop(kim.acts(id, "hold").await),
            "wrapping_up" => floor.over(line).await,
            _ => {}
        }
        assert_eq!(kim.phase(id).await, moment);
        assert!(kim.may(id).await.contains(&"reclassify".to_owned()), "{moment}");
        says(&kim, id, kind).await;
        assert_eq!(lee.cannot(id, "reclassify").await, (409, "call_gone".to_owned()), "not another agent");
    }
    kim.ready().await;
    assert_eq!(kim.cannot(id, "reclassify").await, (409, "call_gone".to_owned()));
    assert_eq!(ended(&mut floor).await["outcome"]["kind"], "answering_machine");
}

#[tokio::test]
async fn t04_3_not_in_calls_that_are_no_campaigns() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    let mut kim = floor.kim().await;
    let placed = floor.placed(&mut kim, "312-555-0199").await;
    assert_eq!(kim.sees(placed.id).await["classification"], Value::Null);
    assert_eq!(kim.cannot(placed.id, "reclassify").await, (409, "not_in_this_call".to_owned()));
    floor.over(placed.line).await;
    kim.ready().await;
    floor.ordered_are(&[Order::HangUp { channel_id: placed.phone }]).await;
    let inbound = floor.inbound(&mut kim).await;
    assert_eq!(kim.cannot(inbound.id, "reclassify").await, (409, "not_in_this_call".to_owned()));
}

#[tokio::test]
async fn t04_4_any_number_of_times_the_last_one_counts_and_each_is_recorded() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    let said = ["busy", "fax", "do_not_call", "voice", "answering_machine"];
    for kind in said {
        says(&kim, call.id, kind).await;
    }
    floor.over(call.line).await;
    assert_eq!(ended(&mut floor).await["outcome"]["kind"], "answering_machine");
    let log = floor.log().await;
    let recorded: Vec<_> = log.iter().filter(|event| event["type"] == "attempt_reclassified").collect();
    let chain: Vec<_> = recorded.iter().map(|event| event["to"].as_str().unwrap()).collect();
    assert_eq!(chain, said);
    assert!(recorded.windows(2).all(|pair| pair[0]["to"] == pair[1]["was"]), "{recorded:?}");
    // What was taken back has no effect.
    let found =
        floor.managed("manager", Method::POST, "/v1/suppressions/search", Some(json!({ "number": CHICAGO }))).await;
    assert_eq!(found, json!([]));
}

#[tokio::test]
async fn t04_4_what_the_agent_heard_counts_where_nobody_answered() {
    let mut floor = Floor::new().await;
    floor.campaign("", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.dialing(&mut kim).await;
    // An announcement that the network does not report.
    says(&kim, call.id, "invalid_number").await;
    floor.not_made(call.line, NotMade::NoAnswer).await;
    assert_eq!(ended(&mut floor).await["outcome"]["kind"], "invalid_number");
    kim.is_in("ready").await;
}

#[tokio::test]
async fn t04_5_what_the_switch_hears_is_a_guess_and_the_agent_decides() {
    let mut floor = Floor::new().await;
    floor.campaign("[detection]\nanswering_machine = true\nfax = true\n", &[CHICAGO]).await;
    let mut kim = floor.kim().await;
    let call = floor.outbound(&mut kim).await;
    assert_eq!(kim.sees(call.id).await["suggested"], Value::Null);
    let hears = async |what| floor.told(call.line, CallProgress::Heard { what }).await;
    for (what, suggested) in [
        (Heard::AnsweringMachine, "answering_machine"),
        // It was the tone that was taken for a greeting.
        (Heard::Fax, "fax"),
        (Heard::AnsweringMachine, "fax"),
        (Heard::Fax, "fax"),
    ] {
        hears(what).await;
        let seen = kim.sees(call.id).await;
        assert_eq!((&seen["suggested"], &seen["classification"]), (&json!(suggested), &json!("voice")), "{what:?}");
    }
    // Whatever the agent says, they know better.
    says(&kim, call.id, "voice").await;
    assert_eq!(kim.sees(call.id).await["suggested"], Value::Null);
    hears(Heard::AnsweringMachine).await;
    assert_eq!(kim.sees(call.id).await["suggested"], "answering_machine", "of what they hear later");
    says(&kim, call.id, "busy").await;
    hears(Heard::Fax).await;
    assert_eq!(kim.sees(call.id).await["suggested"], Value::Null, "they have said it");
    says(&kim, call.id, "voice").await;
    hears(Heard::AnsweringMachine).await;
    floor.over(call.line).await;
    assert_eq!(ended(&mut floor).await["outcome"]["kind"], "voice", "nothing follows from a guess");
    let log = floor.log().await;
    let guesses = log.iter().filter(|event| event["type"] == "classification_suggested");
    let guesses: Vec<_> = guesses.map(|event| event["to"].as_str().unwrap()).collect();
    assert_eq!(guesses, ["answering_machine", "fax", "answering_machine", "answering_machine"]);
}

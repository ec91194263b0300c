//! A floor with agents at their phones, and the telephone network around it.

use std::{collections::BTreeMap, num::NonZeroU32};

use jiff::Timestamp;
use rappel::{
    domain::{
        attempt::{CallProgress, NotMade, Side},
        dialog::Caller,
        ids::{ChannelId, DialogId, TeamId},
    },
    engine::{
        Settings,
        output::{Destination, Order, Phone},
    },
    http::Limits,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::api::world::{Asking, Events, Setup, World};

/// The campaign's file, but for its end.
const SPRING: &str = r#"
name = "spring"
team = "sales"
country = "US"
hours = { daily = ["08:00-21:00"] }
"#;

/// Wrap-up after each call, with reasons.
pub const WRAP_UP: &str = "[wrap_up]\nmode = \"required\"\nseconds_max = 600\nreasons = [\"Sale\", \"No interest\"]\n";

/// A customer in Chicago.
pub const CHICAGO: &str = "+13125550142";

/// A floor with agents at their phones.
pub struct Floor {
    pub world: World,
    pub board: Events,
    team_id: TeamId,
    callers: u64,
    markers: u32,
}

/// A call as the test knows it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The dialog.
    pub id: DialogId,
    /// The line of whoever is not an agent; that of the caller's phone between colleagues.
    pub line: ChannelId,
    /// The line of the agent's phone.
    pub phone: ChannelId,
}

impl Floor {
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// A floor whose time runs `speed` times as fast as ours, so that what takes seconds is soon over. Nothing else than
    /// what a test is about may end by itself.
    pub async fn fast(speed: f64) -> Self {
        Self::fast_with(speed, |_| {}).await
    }

    /// As `fast`, with limits of the engine.
    pub async fn fast_with(speed: f64, limits: impl FnOnce(&mut Settings)) -> Self {
        let long = 100_000;
        let mut settings = Settings {
            presence_seconds: long,
            agent_phone_seconds: long,
            hang_up_seconds: long,
            answer_seconds: long,
            placed_ring_seconds: long,
            digit_seconds: long,
            ..Settings::default()
        };
        limits(&mut settings);
        Self::with(Setup { settings, speed, ..Setup::default() }).await
    }

    async fn with(setup: Setup) -> Self {
        // How much a client may ask for is another test's matter.
        let many = const { NonZeroU32::new(10_000).unwrap() };
        let limits = Limits { requests_per_second: many, requests_at_once: many, ..setup.limits };
        let setup = Setup { limits, ..setup };
        let world = World::set_up(setup).await;
        let team_id = world.db.team_named("sales").await.unwrap().id;
        let board = world.events(world.token("supervisor"), "/v1/teams/sales/events", None).await;
        Self { world, board, team_id, callers: 0, markers: 0 }
    }

    // The people.

    pub async fn kim(&self) -> Desk {
        Desk::sign_in(self, self.world.token("agent"), "1001").await
    }

    pub async fn lee(&self) -> Desk {
        Desk::sign_in(self, self.world.token("agent_2"), "1002").await
    }

    /// A third agent, whom the administrator creates.
    pub async fn noa(&mut self) -> Desk {
        let agent = json!({ "login": "noa", "name": "Noa" });
        let made = self.managed("admin", Method::POST, "/v1/teams/sales/agents", Some(agent)).await;
        self.known().await;
        let token = json!({ "role": "agent", "agent_id": made["id"], "label": "noa" });
        let token = self.managed("admin", Method::POST, "/v1/tokens", Some(token)).await;
        Desk::sign_in(self, token["token"].as_str().unwrap(), "1003").await
    }

    /// What somebody who manages asks for, and gets.
    pub async fn managed(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.world.send(self.world.token(who), &method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// Waits until the team knows what was managed before: notices come in order, and that of a campaign is heard.
    pub async fn known(&mut self) {
        self.markers += 1;
        let name = format!("marker-{}", self.markers);
        let rules = format!("name = \"{name}\"\nteam = \"sales\"\ncountry = \"US\"\n");
        let path = format!("/v1/campaigns/{name}");
        let (status, answer) = self.world.put_toml(self.world.token("manager"), &path, &rules).await;
        assert_eq!(status, 200, "{answer}");
        let id = answer["campaign"]["id"].clone();
        assert!(id.is_i64(), "{answer}");
        while self.board.until("campaign_changed").await["campaign_id"] != id {}
    }

    /// A running campaign with a contact for each number; `more` goes to the end of its file.
    pub async fn campaign(&mut self, more: &str, numbers: &[&str]) {
        let rules = format!("{SPRING}{more}");
        let manager = self.world.token("manager");
        let (status, answer) = self.world.put_toml(manager, "/v1/campaigns/spring", &rules).await;
        assert_eq!(status, 200, "{answer}");
        let contact = |number: &&str| {
            json!({
                "account_number": number, "first_name": "Ada", "last_name": "Byron", "numbers": [number],
                "variables": { "Contract": "C-7", "Plan": "gold", "Internal": "x" },
            })
        };
        let contacts: Vec<Value> = numbers.iter().map(contact).collect();
        let contacts = json!({ "list": "march", "contacts": contacts });
        self.managed("manager", Method::POST, "/v1/campaigns/spring/contacts", Some(contacts)).await;
        self.managed("manager", Method::POST, "/v1/campaigns/spring/start", None).await;
        self.known().await;
    }

    /// An open queue called `support`; `more` goes to the end of its file.
    pub async fn queue(&mut self, more: &str) {
        let rules = format!("name = \"support\"\nteam = \"sales\"\n{more}");
        let manager = self.world.token("manager");
        let (status, answer) = self.world.put_toml(manager, "/v1/queues/support", &rules).await;
        assert_eq!(status, 200, "{answer}");
        self.managed("manager", Method::POST, "/v1/queues/support/open", None).await;
        self.known().await;
    }

    /// A reason of the team.
    pub async fn reason(&mut self, kind: &str, code: u16, label: &str) {
        let reason = json!({ "kind": kind, "code": code, "label": label, "team": "sales" });
        self.managed("admin", Method::POST, "/v1/reasons", Some(reason)).await;
        self.known().await;
    }

    // The telephone network.

    /// A caller of the open queue, who waits in a dialog.
    pub async fn caller(&mut self) -> ChannelId {
        let line = self.calls_the_queue().await;
        match self.world.order().await {
            Order::Admit { channel_id, .. } if channel_id == line => line,
            other => panic!("the caller is not admitted: {}", other.name()),
        }
    }

    /// Somebody calls the queue, with call variables.
    pub async fn calls_the_queue(&mut self) -> ChannelId {
        self.callers += 1;
        let line: ChannelId = format!("00000000-0000-7000-8000-{:012}", self.callers).parse().unwrap();
        let text = |text: &str| text.to_owned();
        let variables = BTreeMap::from([
            (text("account"), text("A-17")),
            (text("language"), text("fr")),
            (text("menu"), text("2")),
        ]);
        let caller = Caller { number: serde_json::from_value(json!(CHICAGO)).unwrap(), variables };
        self.world.teams.arrived(self.team_id, line, text("support"), caller).await;
        line
    }

    pub async fn told(&self, line: ChannelId, progress: CallProgress) {
        self.world.teams.switch_told(line, progress).await;
    }

    pub async fn connected(&self, line: ChannelId) {
        self.told(line, CallProgress::Connected).await;
    }

    /// The line is over: whoever it is hung up, or we asked for it.
    pub async fn over(&self, line: ChannelId) {
        self.told(line, CallProgress::HungUp { by: Side::Customer }).await;
    }

    pub async fn not_made(&self, line: ChannelId, why: NotMade) {
        self.told(line, CallProgress::NotMade { why }).await;
    }

    /// The next order to the switch.
    pub async fn ordered(&mut self) -> Order {
        self.world.order().await
    }

    /// The switch was asked for this and nothing else.
    pub async fn ordered_are(&mut self, orders: &[Order]) {
        for order in orders {
            assert_eq!(&self.world.order().await, order);
        }
        self.nothing_ordered();
    }

    /// The switch was asked for nothing else.
    pub fn nothing_ordered(&mut self) {
        assert_eq!(self.world.orders_left(), []);
    }

    /// The next order dials somebody: into which dialog, on which line, from which phone, whom.
    pub async fn dialled(&mut self) -> (DialogId, ChannelId, Option<Phone>, Destination) {
        match self.world.order().await {
            Order::Dial { dialog_id, channel_id, phone, to } => (dialog_id, channel_id, phone, to),
            other => panic!("nobody is dialled: {}", other.name()),
        }
    }

    /// The next order connects a phone: with which dialog, on which line.
    pub async fn connects(&mut self) -> (DialogId, Phone) {
        match self.world.order().await {
            Order::Connect { dialog_id, phone, .. } => (dialog_id, phone),
            other => panic!("no phone is connected: {}", other.name()),
        }
    }

    // Calls.

    /// The agent accepted a preview and the customer is being dialled.
    pub async fn dialing(&mut self, desk: &mut Desk) -> Call {
        if desk.state().await != "reserved" {
            desk.ready().await;
        }
        let offered = desk.hears("preview_offered", json!({})).await;
        let path = format!("preview/{}/accept", offered["reservation_id"].as_str().unwrap());
        desk.done(Method::POST, &path, None).await;
        let (id, line, phone, _) = self.dialled().await;
        Call { id, line, phone: phone.unwrap().channel_id }
    }

    /// The agent talks with a customer of the campaign.
    pub async fn outbound(&mut self, desk: &mut Desk) -> Call {
        let call = self.dialing(desk).await;
        self.connected(call.line).await;
        desk.hears("attempt_answered", json!({})).await;
        desk.is_in("talking").await;
        call
    }

    /// The agent, who is Ready, talks with a caller of the queue.
    pub async fn inbound(&mut self, desk: &mut Desk) -> Call {
        let line = self.caller().await;
        let offered = desk.hears("call_offered", json!({})).await;
        let id = dialog_id(&offered["dialog_id"]);
        let phone = self.answers(desk, id).await;
        Call { id, line, phone }
    }

    /// The agent answers what is offered, and their phone is connected.
    pub async fn answers(&mut self, desk: &mut Desk, id: DialogId) -> ChannelId {
        desk.acts(id, "answer").await;
        loop {
            match self.ordered().await {
                // What they were in goes on hold first.
                Order::Hold { .. } => {}
                Order::Connect { phone, .. } => {
                    self.connected(phone.channel_id).await;
                    desk.is_in("talking").await;
                    return phone.channel_id;
                }
                other => panic!("the phone is not connected: {}", other.name()),
            }
        }
    }

    /// The agent calls somebody outside, who answers.
    pub async fn placed(&mut self, desk: &mut Desk, typed: &str) -> Call {
        desk.done(Method::POST, "dialogs", Some(json!({ "typed": typed }))).await;
        let (id, line, phone, _) = self.dialled().await;
        self.connected(line).await;
        desk.is_in("talking").await;
        Call { id, line, phone: phone.unwrap().channel_id }
    }

    /// The agent consults somebody outside, who is being dialled; the customer is on hold.
    pub async fn consulting(&mut self, desk: &Desk, about: &Call, typed: &str) -> Call {
        desk.acts_with(about.id, "consult", json!({ "typed": typed })).await;
        assert_eq!(self.ordered().await, Order::Hold { dialog_id: about.id, channel_id: about.phone });
        let (id, line, phone, _) = self.dialled().await;
        let phone = phone.expect("from the agent's own phone").channel_id;
        assert_eq!(phone, about.phone, "which is up already");
        Call { id, line, phone }
    }

    /// As `consulting`; they answer.
    pub async fn consulted(&mut self, desk: &Desk, about: &Call, typed: &str) -> Call {
        let consult = self.consulting(desk, about, typed).await;
        self.connected(consult.line).await;
        desk.is_in("talking").await;
        consult
    }

    /// The agent consults a colleague, who answers. The line is that of the colleague's phone.
    pub async fn colleague_consulted(&mut self, desk: &Desk, about: &Call, colleague: &mut Desk) -> Call {
        desk.acts_with(about.id, "consult", json!({ "typed": colleague.extension })).await;
        assert_eq!(self.ordered().await, Order::Hold { dialog_id: about.id, channel_id: about.phone });
        let (id, phone) = self.connects().await;
        assert_eq!(phone.channel_id, about.phone);
        colleague.hears("call_offered", json!({ "dialog_id": id })).await;
        let line = self.answers(colleague, id).await;
        desk.is_in("talking").await;
        Call { id, line, phone: about.phone }
    }

    /// All three talk: the agent, the customer, and the colleague.
    pub async fn conference(&mut self, desk: &Desk, colleague: &mut Desk, about: &Call) -> Call {
        let consult = self.colleague_consulted(desk, about, colleague).await;
        desk.acts(about.id, "conference").await;
        self.ordered_are(&[Order::Join { from: consult.id, into: about.id }]).await;
        consult
    }

    // What everybody can read.

    /// The team's log, from the beginning.
    pub async fn log(&self) -> Vec<Value> {
        let log = self.managed("supervisor", Method::GET, "/v1/teams/sales/log?count=1000", None).await;
        log.as_array().unwrap().clone()
    }

    /// The agent's line on the supervisor's board.
    pub async fn on_board(&self, desk: &Desk) -> Value {
        let board = self.managed("supervisor", Method::GET, "/v1/teams/sales", None).await;
        let lines = board["agents"].as_array().unwrap();
        lines.iter().find(|line| line["agent"]["id"] == desk.agent_id).unwrap().clone()
    }

    /// The supervisor wants an agent in another state.
    pub async fn supervised(&self, desk: &Desk, state: Value) -> (u16, Value) {
        let path = format!("/v1/teams/sales/agents/{}/state", desk.agent_id);
        self.world.put(self.world.token("supervisor"), &path, state).await
    }
}

impl Floor {
    /// A supervisor wants to listen to the agent's call, to whisper, or to join.
    pub async fn listened(&self, desk: &Desk, mode: &str) -> (u16, Value) {
        let path = format!("/v1/teams/sales/agents/{}/supervision", desk.agent_id);
        let wish = json!({ "mode": mode, "extension": "1900" });
        self.world.put(self.world.token("supervisor"), &path, wish).await
    }

    /// A supervisor leaves the agent's call.
    pub async fn left_alone(&self, desk: &Desk) -> (u16, Value) {
        let path = format!("/v1/teams/sales/agents/{}/supervision", desk.agent_id);
        self.world.send(self.world.token("supervisor"), &Method::DELETE, &path, None).await
    }
}

/// An agent at their phone.
pub struct Desk {
    pub agent_id: i64,
    pub extension: &'static str,
    ask: Asking,
    events: Events,
}

impl Desk {
    async fn sign_in(floor: &Floor, token: &str, extension: &'static str) -> Self {
        let ask = floor.world.asking(token);
        let (status, view) = ask.send(&Method::POST, "/v1/me/session", Some(json!({ "extension": extension }))).await;
        assert_eq!((status, &view["state"]), (200, &json!("not_ready")), "{view}");
        let events = ask.events("/v1/me/events", view["last_event_seq"].as_i64()).await;
        Self { agent_id: view["agent"]["id"].as_i64().unwrap(), extension, ask, events }
    }

    /// Another tab of the same agent: it asks, and does not listen.
    pub fn tab(&self) -> Asking {
        self.ask.clone()
    }

    /// Asks for something below `/v1/me`.
    pub async fn asks(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.ask.send(&method, &format!("/v1/me/{path}"), body).await
    }

    /// Asks for something, and gets the view after it.
    pub async fn done(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, view) = self.asks(method.clone(), path, body).await;
        assert_eq!(status, 200, "{method} {path}: {view}");
        view
    }

    /// Asks for something that is refused: the status and the code.
    pub async fn refused(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String) {
        let (status, problem) = self.asks(method.clone(), path, body).await;
        assert!((400..500).contains(&status), "{method} {path}: {status} {problem}");
        (status, problem["code"].as_str().expect("a stable code").to_owned())
    }

    pub async fn ready(&self) {
        self.done(Method::PUT, "state", Some(json!({ "state": "ready" }))).await;
    }

    pub async fn not_ready(&self, reason: &str) -> Value {
        self.done(Method::PUT, "state", Some(json!({ "state": "not_ready", "reason": reason }))).await
    }

    pub async fn view(&self) -> Value {
        self.done_at("").await
    }

    async fn done_at(&self, below: &str) -> Value {
        let (status, view) = self.ask.send(&Method::GET, &format!("/v1/me{below}"), None).await;
        assert_eq!(status, 200, "{view}");
        view
    }

    pub async fn state(&self) -> String {
        self.view().await["state"].as_str().unwrap().to_owned()
    }

    /// The agent is in this state.
    pub async fn is_in(&self, state: &str) {
        let view = self.view().await;
        assert_eq!(view["state"], state, "{view}");
    }

    /// A dialog as the agent sees it.
    pub async fn sees(&self, id: DialogId) -> Value {
        let view = self.view().await;
        let dialogs = view["dialogs"].as_array().unwrap();
        dialogs.iter().find(|dialog| dialog["dialog_id"] == json!(id)).cloned().unwrap_or_else(|| panic!("{view}"))
    }

    /// How many dialogs the agent sees.
    pub async fn dialogs(&self) -> usize {
        self.view().await["dialogs"].as_array().unwrap().len()
    }

    /// The phase of a dialog.
    pub async fn phase(&self, id: DialogId) -> String {
        self.sees(id).await["phase"].as_str().unwrap().to_owned()
    }

    /// Who takes part, with their states.
    pub async fn parties(&self, id: DialogId) -> Vec<String> {
        let dialog = self.sees(id).await;
        let parties = dialog["participants"].as_array().unwrap().iter();
        let said = |name: &Value| name.as_str().unwrap().to_owned();
        parties.map(|p| format!("{}{} {}", said(&p["who"]), named(p), said(&p["state"]))).collect()
    }

    /// What works in a dialog.
    pub async fn may(&self, id: DialogId) -> Vec<String> {
        let dialog = self.sees(id).await;
        dialog["allowed_acts"].as_array().unwrap().iter().map(|act| act.as_str().unwrap().to_owned()).collect()
    }

    /// Exactly these acts work.
    pub async fn may_only(&self, id: DialogId, acts: &[&str]) {
        assert_eq!(self.may(id).await, acts);
    }

    /// Does something in a dialog.
    pub async fn acts(&self, id: DialogId, act: &str) -> Value {
        let (method, path) = route(act);
        self.done(method, &format!("dialogs/{id}/{path}"), None).await
    }

    pub async fn acts_with(&self, id: DialogId, act: &str, body: Value) -> Value {
        let (method, path) = route(act);
        self.done(method, &format!("dialogs/{id}/{path}"), Some(body)).await
    }

    /// Does something in a dialog that is refused.
    pub async fn cannot(&self, id: DialogId, act: &str) -> (u16, String) {
        self.cannot_with(id, act, example(act)).await
    }

    pub async fn cannot_with(&self, id: DialogId, act: &str, body: Option<Value>) -> (u16, String) {
        let (method, path) = route(act);
        self.refused(method, &format!("dialogs/{id}/{path}"), body).await
    }

    /// Waits for an event of this type that holds these fields.
    pub async fn hears(&mut self, event: &str, fields: Value) -> Value {
        loop {
            let data = self.events.until(event).await;
            if fields.as_object().unwrap().iter().all(|(name, value)| &data[name] == value) {
                return data;
            }
        }
    }

    /// Waits until the agent's state changes to this one.
    pub async fn becomes(&mut self, state: &str) -> Value {
        self.hears("agent_state_changed", json!({ "state": state })).await
    }
}

fn named(participant: &Value) -> String {
    match participant["name"].as_str().unwrap() {
        "" => String::new(),
        name => format!(" {name}"),
    }
}

/// Where an act is asked for.
fn route(act: &str) -> (Method, &'static str) {
    match act {
        "answer" => (Method::POST, "answer"),
        "decline" => (Method::POST, "decline"),
        "end" => (Method::POST, "end"),
        "hold" => (Method::POST, "hold"),
        "retrieve" => (Method::POST, "retrieve"),
        "consult" => (Method::POST, "consult"),
        "conference" => (Method::POST, "conference"),
        "transfer" => (Method::POST, "transfer"),
        "direct_transfer" => (Method::POST, "direct-transfer"),
        "open_keypad" => (Method::PUT, "keypad"),
        "close_keypad" => (Method::DELETE, "keypad"),
        "send_digit" => (Method::POST, "digits"),
        "reclassify" => (Method::PUT, "classification"),
        "schedule_callback" => (Method::PUT, "callback"),
        "cancel_callback" => (Method::DELETE, "callback"),
        "pause_recording" => (Method::PUT, "recording-pause"),
        "resume_recording" => (Method::DELETE, "recording-pause"),
        "wrap_up" => (Method::POST, "wrap-up"),
        "apply_wrap_up_reason" => (Method::PUT, "wrap-up-reason"),
        "state_zone" => (Method::PUT, "zone"),
        other => panic!("there is no {other}"),
    }
}

/// A body with which an act would work if it were its time.
fn example(act: &str) -> Option<Value> {
    match act {
        "consult" | "direct_transfer" => Some(json!({ "typed": "312-555-0199" })),
        "send_digit" => Some(json!({ "digit": "1" })),
        "reclassify" => Some(json!({ "classification": "fax" })),
        "schedule_callback" => Some(json!({ "at": "2026-03-12T14:30" })),
        "apply_wrap_up_reason" => Some(json!({ "reason": "Sale" })),
        "state_zone" => Some(json!({ "zone": "America/Denver" })),
        _ => None,
    }
}

pub fn dialog_id(text: &Value) -> DialogId {
    text.as_str().unwrap().parse().unwrap()
}

pub fn instant(text: &Value) -> Timestamp {
    text.as_str().unwrap_or_else(|| panic!("{text} is no instant")).parse().unwrap()
}

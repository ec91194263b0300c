//! A server with a team at work, and a client for it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;
use metrics_exporter_prometheus::PrometheusBuilder;
use rappel::{
    campaign_file,
    domain::{
        campaign::CampaignState, contact::ContactNumber, eligibility::Place, ids::ChannelId, number_zones,
        phone::read_number, zone_rules::ZoneRules,
    },
    engine::{Settings, output::Order},
    http::{ApiState, Limits, SoftphoneOffer, hash_of, new_token, router},
    ports::{RecordingFile, RecordingHost, Switch, SwitchError},
    runtime::{clock::Clock, recordings::Recordings, teams::Teams},
    store::{Database, NewContact, NewToken, OnDuplicate, Role},
};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

/// A campaign whose customers may be called from early to late.
pub const SPRING: &str = r#"
name = "spring"
team = "sales"
country = "US"

[hours]
daily = ["08:00-21:00"]

[wrap_up]
mode = "required_with_reason"
seconds_max = 600
reasons = ["Sale", "No interest"]

[retry.rejected]
then = "retry"
after_minutes = 60
"#;

/// The longest a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a world is made with.
pub struct Setup {
    pub limits: Limits,
    pub settings: Settings,
    /// How many times as fast as ours its time goes.
    pub speed: f64,
}

impl Default for Setup {
    fn default() -> Self {
        let settings = Settings { presence_seconds: 600, ..Settings::default() };
        Self { limits: Limits::default(), settings, speed: 1.0 }
    }
}

/// A server with a team at work.
pub struct World {
    base: String,
    client: Client,
    tokens: BTreeMap<&'static str, String>,
    orders: mpsc::UnboundedReceiver<Order>,
    pub db: Database,
    pub teams: Teams,
    pub clock: Clock,
    pub stopping: watch::Sender<bool>,
}

/// A switch that does nothing but tell the test what it was asked.
struct Told(mpsc::UnboundedSender<Order>);

impl Switch for Told {
    async fn order(&self, _: Timestamp, order: &Order) -> Result<(), SwitchError> {
        self.0.send(order.clone()).map_err(|_| SwitchError("the test is over".to_owned()))
    }

    async fn alive(&self, _: Timestamp, channels: &[ChannelId]) -> Vec<ChannelId> {
        channels.to_vec()
    }
}

/// Recordings of the switch called `here`; those of `empty` are gone, and nobody answers at any other.
#[derive(Clone)]
struct Shelf;

impl RecordingHost for Shelf {
    async fn recording(&self, server: &str, path: &str) -> Result<Option<RecordingFile>, SwitchError> {
        match server {
            "here" => {
                let sound = format!("the sound of {path}");
                let length = u64::try_from(sound.len()).ok();
                Ok(Some(RecordingFile { length, pieces: stream::iter([Ok(sound.into())]).boxed() }))
            }
            "empty" => Ok(None),
            other => Err(SwitchError(format!("{other} does not answer"))),
        }
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        Self::with_presence(limits, 600).await
    }

    /// A world in which agents are gone who said nothing for so many seconds.
    pub async fn with_presence(limits: Limits, presence_seconds: u32) -> Self {
        let settings = Settings { presence_seconds, ..Settings::default() };
        Self::set_up(Setup { limits, settings, ..Setup::default() }).await
    }

    /// A world at two in the afternoon of New York, made as `setup` says.
    pub async fn set_up(setup: Setup) -> Self {
        let Setup { limits, settings, speed } = setup;
        let clock = Clock::starting_at("2026-03-10T18:00:00Z".parse().unwrap(), speed);
        let db = Database::open("sqlite::memory:").await.unwrap();
        let rules = Arc::new(ZoneRules::bundled());
        let (sender, orders) = mpsc::unbounded_channel();
        let dial_plan = settings.dial_plan.clone();
        let teams = Teams::new(db.clone(), Told(sender), clock, settings, rules.clone(), 7)
            .with_recordings(Recordings::of(Shelf));
        let (stopping, stop) = watch::channel(false);
        let tokens = staff(&db, clock.now()).await;
        for team in db.teams().await.unwrap() {
            teams.team(team.id);
        }
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let (db_of_api, teams_of_api) = (db.clone(), teams.clone());
        let api = ApiState {
            db: db_of_api,
            teams: teams_of_api,
            clock,
            rules,
            dial_plan,
            softphone: SoftphoneOffer::default(),
            metrics,
            limits,
            stopping: stop,
        };
        let base = serve(api).await;
        Self { base, client: Client::new(), tokens, orders, db, teams, clock, stopping }
    }

    /// Where it is served.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The token of `agent`, `agent_2`, `supervisor` (of the team), `manager` or `admin`.
    pub fn token(&self, who: &str) -> &str {
        &self.tokens[who]
    }

    /// The next order to the switch.
    pub async fn order(&mut self) -> Order {
        tokio::time::timeout(PATIENCE, self.orders.recv()).await.expect("an order comes").unwrap()
    }

    /// The orders to the switch that nobody has looked at. Whatever was answered is ordered already.
    pub fn orders_left(&mut self) -> Vec<Order> {
        std::iter::from_fn(|| self.orders.try_recv().ok()).collect()
    }

    /// Somebody with a token, who asks and listens apart from the world.
    pub fn asking(&self, token: &str) -> Asking {
        Asking { base: self.base.clone(), client: self.client.clone(), token: token.to_owned() }
    }

    /// Starts the campaign with a contact for each number.
    pub async fn load(&self, numbers: &[&str]) {
        let now = self.clock.now();
        let rules = campaign_file::check(SPRING).rules.unwrap();
        let draft = self.db.campaign_apply(&rules, now).await.unwrap();
        let list = self.db.list_named(draft.id, "march").await.unwrap();
        let rows: Vec<_> = numbers.iter().map(|number| row(number, now)).collect();
        self.db.load_batch(&draft, &list, &rows, OnDuplicate::Skip, now).await.unwrap();
        self.db.campaign_set_state("spring", CampaignState::Running, now).await.unwrap();
        self.teams.noticed();
    }

    pub fn request(&self, token: &str, method: &Method, path: &str) -> RequestBuilder {
        self.asking(token).request(method, path)
    }

    /// Status and JSON of the answer.
    pub async fn send(&self, token: &str, method: &Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.asking(token).send(method, path, body).await
    }

    pub async fn get(&self, token: &str, path: &str) -> (u16, Value) {
        self.send(token, &Method::GET, path, None).await
    }

    pub async fn post(&self, token: &str, path: &str, body: Value) -> (u16, Value) {
        self.send(token, &Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, token: &str, path: &str, body: Value) -> (u16, Value) {
        self.send(token, &Method::PUT, path, Some(body)).await
    }

    pub async fn put_toml(&self, token: &str, path: &str, text: &str) -> (u16, Value) {
        let request = self.request(token, &Method::PUT, path).header("content-type", "application/toml");
        answer(request.body(text.to_owned())).await
    }

    /// The status, and the problem if there is one; a stream is not read.
    pub async fn head(&self, token: &str, method: &Method, path: &str) -> (u16, Value) {
        let answer = self.request(token, method, path).send().await.unwrap();
        let status = answer.status();
        let problem = if status.is_success() { Value::Null } else { answer.json().await.unwrap_or_default() };
        (status.as_u16(), problem)
    }

    /// Opens a stream of events, as a client that comes again after event `last`.
    pub async fn events(&self, token: &str, path: &str, last: Option<i64>) -> Events {
        self.asking(token).events(path, last).await
    }
}

/// Somebody with a token.
#[derive(Clone)]
pub struct Asking {
    base: String,
    client: Client,
    token: String,
}

impl Asking {
    pub fn request(&self, method: &Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method.clone(), format!("{}{path}", self.base)).timeout(PATIENCE);
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    /// Status and JSON of the answer.
    pub async fn send(&self, method: &Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }

    /// Opens a stream of events, as a client that comes again after event `last`.
    pub async fn events(&self, path: &str, last: Option<i64>) -> Events {
        let mut request = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let bytes = answer.bytes_stream().map(|part| part.map(|part| part.to_vec()).unwrap_or_default());
        Events { bytes: Box::pin(bytes), text: String::new() }
    }
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

async fn serve(api: ApiState) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router(api).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("http://{address}")
}

/// Two agents, a supervisor of their team, a manager and an administrator.
async fn staff(db: &Database, now: Timestamp) -> BTreeMap<&'static str, String> {
    let team_id = Some(db.team_named("sales").await.unwrap().id);
    let first = Some(db.agent_add("sales", "kim", "Kim", now).await.unwrap().id);
    let second = Some(db.agent_add("sales", "lee", "Lee", now).await.unwrap().id);
    let mut tokens = BTreeMap::new();
    for (who, role, agent_id, team_id) in [
        ("agent", Role::Agent, first, team_id),
        ("agent_2", Role::Agent, second, team_id),
        ("supervisor", Role::Supervisor, None, team_id),
        ("manager", Role::Manager, None, None),
        ("admin", Role::Admin, None, None),
    ] {
        let token = new_token();
        let label = who.to_owned();
        let new = NewToken { hash: hash_of(&token), role, agent_id, team_id, label, expires_at: None };
        db.token_create(&new, now).await.unwrap();
        tokens.insert(who, token);
    }
    tokens
}

fn row(number: &str, now: Timestamp) -> NewContact {
    let read = read_number(number, "US".parse().unwrap()).unwrap();
    let zones = number_zones::zones_of(&read);
    NewContact {
        account_number: number.to_owned(),
        first_name: "Ada".to_owned(),
        last_name: "Byron".to_owned(),
        numbers: vec![ContactNumber {
            number: read.number,
            label: "Mobile".to_owned(),
            line_type: read.line_type,
            zones: zones.clone(),
        }],
        variables: BTreeMap::new(),
        stated_zones: None,
        dedupe_key: Some(number.to_owned()),
        list_priority: 5,
        place: Place { rank: 0, zones, next_at: now },
    }
}

/// A stream of events, read as a client reads it.
pub struct Events {
    bytes: std::pin::Pin<Box<dyn Stream<Item = Vec<u8>> + Send>>,
    text: String,
}

/// One event as it came.
#[derive(Debug, PartialEq)]
pub struct Frame {
    pub id: i64,
    pub event: String,
    pub data: Value,
}

impl Events {
    /// The next event; none when the stream is over.
    pub async fn next(&mut self) -> Option<Frame> {
        let wait = async {
            loop {
                let block = self.block().await?;
                if let Some(frame) = frame(&block) {
                    return Some(frame);
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("an event comes")
    }

    /// The data of the next event of this type.
    pub async fn until(&mut self, event: &str) -> Value {
        let wait = async {
            loop {
                let frame = self.next().await.expect("the event comes");
                if frame.event == event {
                    return frame.data;
                }
            }
        };
        // Heartbeats alone are no answer.
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("no {event} came"))
    }

    /// Waits for so many heartbeats.
    pub async fn beats(&mut self, count: usize) {
        let wait = async {
            for _ in 0..count {
                while !self.block().await.expect("the stream lives").starts_with(':') {}
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("the heart beats");
    }

    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let part = self.bytes.next().await?;
            self.text += std::str::from_utf8(&part).unwrap();
        }
    }
}

fn frame(block: &str) -> Option<Frame> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    Some(Frame {
        id: field("id: ")?.parse().unwrap(),
        event: field("event: ")?.to_owned(),
        data: serde_json::from_str(field("data: ")?).unwrap(),
    })
}

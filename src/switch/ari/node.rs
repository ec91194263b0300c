//! One Asterisk: a task that connects, learns what is there, carries orders and events, and comes back when the connection
//! breaks.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, oneshot, watch};

use super::{
    address::Address,
    conductor::{Conductor, News, Out},
    events::{ApplicationInfo, AriEvent, BridgeInfo, ChannelInfo},
    plan::{AriPlan, is_ours},
    socket::{Broken, Socket},
    softphones::{Accounts, AriSoftphones},
};
use crate::{
    domain::{
        ids::{ChannelId, DialogId},
        softphone::Softphone,
    },
    engine::output::Order,
};

/// The first and the longest pause before connecting again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// How often lines that nobody asked for are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How one Asterisk does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NodeState {
    pub is_connected: bool,
    pub version: Option<String>,
    pub lines: usize,
    pub problem: Option<String>,
    /// The accounts of telephones in browsers, and when each ends.
    pub softphones: Arc<[(String, Timestamp)]>,
    /// Those that are registered.
    pub registered: Arc<BTreeSet<String>>,
}

enum Said {
    Order(Order),
    Has(ChannelId, oneshot::Sender<bool>),
    Open(Softphone, oneshot::Sender<Result<(), String>>),
    OpenLater(Softphone),
    Close(String, Timestamp, oneshot::Sender<Result<(), String>>),
}

/// One Asterisk, from outside.
pub(super) struct Node {
    address: Address,
    inbox: mpsc::UnboundedSender<Said>,
    state: watch::Receiver<NodeState>,
}

type Pass = Box<dyn Fn(News) + Send + Sync>;

impl Node {
    pub fn start(address: Address, plan: AriPlan, softphones: Option<AriSoftphones>, pass: Pass) -> Self {
        let (inbox, said) = mpsc::unbounded_channel();
        let (sender, state) = watch::channel(NodeState::default());
        if address.is_overheard() {
            tracing::warn!(switch = %address.url, "the switch's password and all that is said to it go over the network in clear text: use https");
        }
        let task = Task {
            address: address.clone(),
            plan: plan.clone(),
            accounts: Accounts::new(softphones, &plan.application),
            conductor: Conductor::new(plan, &address.url),
            said,
            state: sender,
            pass: pass.into(),
        };
        tokio::spawn(task.run());
        Self { address, inbox, state }
    }

    pub fn url(&self) -> &str {
        &self.address.url
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    pub fn state(&self) -> NodeState {
        self.state.borrow().clone()
    }

    pub async fn connected(&self) {
        drop(self.state.clone().wait_for(|state| state.is_connected).await);
    }

    pub fn order(&self, order: Order) {
        self.inbox.send(Said::Order(order)).ok();
    }

    pub async fn has(&self, channel_id: ChannelId) -> bool {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(Said::Has(channel_id, reply)).ok();
        answer.await.unwrap_or(true)
    }

    pub async fn open(&self, phone: Softphone) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(Said::Open(phone, reply)).ok();
        answer.await.unwrap_or_else(|_| Err(NOT_CONNECTED.to_owned()))
    }

    /// Makes the account when the connection is there.
    pub fn open_later(&self, phone: Softphone) {
        self.inbox.send(Said::OpenLater(phone)).ok();
    }

    pub async fn close(&self, extension: String, until: Timestamp) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        self.inbox.send(Said::Close(extension, until, reply)).ok();
        answer.await.unwrap_or_else(|_| Err(NOT_CONNECTED.to_owned()))
    }
}

const NOT_CONNECTED: &str = "the switch is not connected";

struct Task {
    address: Address,
    plan: AriPlan,
    conductor: Conductor,
    accounts: Accounts,
    said: mpsc::UnboundedReceiver<Said>,
    state: watch::Sender<NodeState>,
    pass: Arc<dyn Fn(News) + Send + Sync>,
}

impl Task {
    /// Runs until nobody holds the node any more.
    async fn run(mut self) {
        let mut pause = PAUSE.0;
        loop {
            match self.connected_once().await {
                Ok(()) => return,
                Err(Broken(problem)) => {
                    if self.state.borrow().is_connected {
                        pause = PAUSE.0;
                    }
                    tracing::warn!(switch = %self.address.url, problem, "the switch is not connected");
                    metrics::gauge!("rappel_switch_connected", "switch" => self.address.url.clone()).set(0.0);
                    self.state.send_modify(|state| {
                        state.is_connected = false;
                        state.problem = Some(problem);
                    });
                    self.conductor.disconnected();
                }
            }
            if !self.wait(pause).await {
                return;
            }
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    /// Waits before connecting again. What is asked meanwhile is taken as wanted, and answered as not known.
    async fn wait(&mut self, pause: Duration) -> bool {
        let listens = async {
            while let Some(said) = self.said.recv().await {
                match said {
                    Said::Order(order) => self.conductor.order(&order),
                    // It may be there: the question comes again.
                    Said::Has(_, reply) => drop(reply.send(true)),
                    Said::Open(_, reply) => drop(reply.send(Err(NOT_CONNECTED.to_owned()))),
                    Said::OpenLater(phone) => self.accounts.open_later(phone),
                    Said::Close(extension, until, reply) => {
                        self.accounts.close_later(&extension, until);
                        reply.send(Err(NOT_CONNECTED.to_owned())).ok();
                    }
                }
                self.state.send_modify(|state| state.softphones = self.accounts.ends());
            }
        };
        // Ends in time only when nobody is left who could say anything.
        tokio::time::timeout(pause, listens).await.is_err()
    }

    /// One connection, from the handshake to its end.
    async fn connected_once(&mut self) -> Result<(), Broken> {
        let mut socket = Socket::connect(&self.address, &self.plan.application).await?;
        let meanwhile = self.learn(&mut socket).await?;
        metrics::gauge!("rappel_switch_connected", "switch" => self.address.url.clone()).set(1.0);
        for event in meanwhile {
            self.hears(event);
        }
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            self.carry_out(&mut socket).await?;
            tokio::select! {
                _ = looks.tick() => self.conductor.look_after_the_unclaimed(),
                event = socket.next() => match event? {
                    AriEvent::ApplicationReplaced {} => {
                        return Err(Broken("another program took the application over".to_owned()));
                    }
                    event => self.hears(event),
                },
                said = self.said.recv() => match said {
                    None => return Ok(()),
                    Some(Said::Order(order)) => self.conductor.order(&order),
                    Some(Said::Has(channel_id, reply)) => drop(reply.send(self.conductor.has(channel_id))),
                    Some(Said::Open(phone, reply)) => drop(reply.send(self.open(&mut socket, phone).await?)),
                    Some(Said::OpenLater(phone)) => drop(self.open(&mut socket, phone).await?),
                    Some(Said::Close(extension, until, reply)) => {
                        let mut meanwhile = Vec::new();
                        self.accounts.close(&mut socket, &extension, until, &mut meanwhile).await?;
                        self.accounts_changed(meanwhile);
                        reply.send(Ok(())).ok();
                    }
                },
            }
        }
    }

    async fn open(&mut self, socket: &mut Socket, phone: Softphone) -> Result<Result<(), String>, Broken> {
        let mut meanwhile = Vec::new();
        let done = self.accounts.open(socket, phone, &mut meanwhile).await?;
        self.accounts_changed(meanwhile);
        Ok(done)
    }

    fn accounts_changed(&mut self, meanwhile: Vec<AriEvent>) {
        self.state.send_modify(|state| {
            state.softphones = self.accounts.ends();
            state.registered = self.accounts.registered();
        });
        for event in meanwhile {
            self.hears(event);
        }
    }

    fn hears(&mut self, event: AriEvent) {
        if let AriEvent::ContactStatusChange { .. } | AriEvent::EndpointStateChange { .. } = event {
            let registered = self.accounts.hears(&event);
            self.state.send_modify(|state| state.registered = registered);
        }
        self.conductor.event(event);
    }

    /// Learns what is there, now that events are heard: what happened before them is in the answers.
    async fn learn(&mut self, socket: &mut Socket) -> Result<Vec<AriEvent>, Broken> {
        let mut meanwhile = Vec::new();
        let system = socket.ask("asterisk/info?only=system", &mut meanwhile).await?;
        let version = system["system"]["version"].as_str().map(ToOwned::to_owned);
        let application = format!("applications/{}", self.plan.application);
        let own: ApplicationInfo = read(socket.ask(&application, &mut meanwhile).await?)?;
        let mut channels: Vec<ChannelInfo> = read(socket.ask("channels", &mut meanwhile).await?)?;
        channels.retain(|channel| is_ours(&channel.id) || own.channel_ids.contains(&channel.id));
        let bridges: Vec<BridgeInfo> = read(socket.ask("bridges", &mut meanwhile).await?)?;
        let own = bridges.into_iter().filter(|bridge| bridge.name == self.plan.application);
        let room = |bridge: BridgeInfo| bridge.id.parse::<DialogId>().ok().map(|id| (id, bridge.channels));
        let rooms: Vec<_> = own.filter_map(room).collect();
        self.accounts.learn(socket, &mut meanwhile).await?;
        self.conductor.connected(&channels, &rooms);
        tracing::info!(switch = %self.address.url, version, lines = channels.len(), "the switch is connected");
        self.state.send_modify(|state| {
            state.is_connected = true;
            state.version = version;
            state.problem = None;
            state.softphones = self.accounts.ends();
            state.registered = self.accounts.registered();
        });
        Ok(meanwhile)
    }

    async fn carry_out(&mut self, socket: &mut Socket) -> Result<(), Broken> {
        let mut sent = Ok(());
        for item in self.conductor.take_out() {
            match item {
                // News is passed on whatever becomes of the connection.
                Out::News(news) => (self.pass)(news),
                Out::Request(request) if sent.is_ok() => sent = socket.send(&request).await,
                Out::Request(_) => {}
            }
        }
        sent?;
        let lines = self.conductor.lines();
        self.state.send_if_modified(|state| std::mem::replace(&mut state.lines, lines) != lines);
        Ok(())
    }
}

fn read<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Broken> {
    serde_json::from_value(value).map_err(|error| Broken(format!("the switch's answer cannot be read: {error}")))
}

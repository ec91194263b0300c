//! Real telephones: Asterisk 22 through its REST interface (ARI).
//!
//! | file | what it is |
//! | --- | --- |
//! | `conductor` | what has to be said so that lines and rooms become what was ordered; pure |
//! | `causes` | from SIP status and cause to why a call was not made: data |
//! | `events` | what Asterisk says, as far as we listen |
//! | `plan` | how numbers, extensions and ids are called there |
//! | `address` | where an Asterisk is, and whom TLS believes |
//! | `socket` | the connection |
//! | `softphones`, `registrations` | accounts of telephones in browsers; which are registered, pure |
//! | `choosing` | where a new call goes; pure |
//! | `inspect` | a look at an Asterisk, for `rappel doctor` |
//! | `files` | stored recordings |
//! | `node` | one Asterisk: connect, learn what is there, carry orders and events, come back |
//!
//! A call stays at the Asterisk it began at. New calls go to the one with the fewest lines among those that are connected and
//! at which the agent's browser is registered, where that is the telephone; one that goes down takes only its own calls.

mod address;
pub mod causes;
mod choosing;
pub mod conductor;
pub mod events;
mod files;
pub mod inspect;
mod node;
mod plan;
mod registrations;
mod socket;
mod softphones;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::mpsc;

use self::node::{Node, NodeState};
pub use self::{address::Address, conductor::News, plan::AriPlan, socket::Broken, softphones::AriSoftphones};
use crate::{
    domain::{
        ids::{ChannelId, DialogId},
        softphone::Softphone,
    },
    engine::output::Order,
    ports::{RecordingFile, RecordingHost, ServerHealth, SoftphoneHost, Switch, SwitchError},
};

/// What to steer.
#[derive(Clone, Debug)]
pub struct AriSettings {
    /// The Asterisks.
    pub servers: Vec<Address>,
    /// How names are said to them.
    pub plan: AriPlan,
    /// Telephones in browsers, where they are offered.
    pub softphones: Option<AriSoftphones>,
}

/// A switch made of one Asterisk or several.
#[derive(Clone)]
pub struct AriSwitch {
    nodes: Arc<Vec<Node>>,
    homes: Arc<Mutex<Homes>>,
}

/// Where lines and dialogs are.
#[derive(Default)]
struct Homes {
    channels: BTreeMap<ChannelId, usize>,
    dialogs: BTreeMap<DialogId, usize>,
}

impl AriSwitch {
    /// Begins to connect. What the telephone network tells comes out of the second value.
    pub fn start(settings: AriSettings) -> (Self, mpsc::UnboundedReceiver<News>) {
        let (news, told) = mpsc::unbounded_channel();
        let homes: Arc<Mutex<Homes>> = Arc::default();
        let nodes = settings
            .servers
            .into_iter()
            .enumerate()
            .map(|(i, address)| {
                let homes = homes.clone();
                let news = news.clone();
                // A caller's line has its home before anybody can answer it.
                let pass = move |item: News| {
                    if let News::Arrived { channel_id, .. } = &item {
                        lock(&homes).channels.insert(*channel_id, i);
                    }
                    news.send(item).ok();
                };
                Node::start(address, settings.plan.clone(), settings.softphones.clone(), Box::new(pass))
            })
            .collect();
        (Self { nodes: Arc::new(nodes), homes }, told)
    }

    /// Waits until every Asterisk is connected, or for so long.
    pub async fn ready(&self, patience: Duration) {
        let all = async {
            for node in self.nodes.iter() {
                node.connected().await;
            }
        };
        drop(tokio::time::timeout(patience, all).await);
    }

    /// Which Asterisk an order is for: where its dialog or its lines are, or the one for a new call.
    fn home(&self, order: &Order) -> Option<usize> {
        let mut homes = lock(&self.homes);
        let (dialog_id, channels) = concerns(order);
        let known = dialog_id
            .and_then(|id| homes.dialogs.get(&id))
            .or_else(|| channels.iter().find_map(|id| homes.channels.get(id)))
            .copied();
        let home = known.or_else(|| choosing::choose(&self.states(), &choosing::rings(order)))?;
        homes.dialogs.extend(dialog_id.map(|id| (id, home)));
        homes.channels.extend(channels.into_iter().map(|id| (id, home)));
        Some(home)
    }

    fn states(&self) -> Vec<NodeState> {
        self.nodes.iter().map(Node::state).collect()
    }
}

/// The dialog and the lines of an order, those first that are there already.
fn concerns(order: &Order) -> (Option<DialogId>, Vec<ChannelId>) {
    match order {
        Order::Dial { dialog_id, channel_id, phone, .. } => {
            let phone = phone.as_ref().map(|phone| phone.channel_id);
            (Some(*dialog_id), phone.into_iter().chain([*channel_id]).collect())
        }
        Order::Connect { dialog_id, phone } => (Some(*dialog_id), vec![phone.channel_id]),
        Order::Keep { phone } => (None, vec![phone.channel_id]),
        Order::Supervise { channel_id, phone, .. } => (None, vec![*channel_id, phone.channel_id]),
        Order::Admit { dialog_id, channel_id }
        | Order::Hold { dialog_id, channel_id }
        | Order::Retrieve { dialog_id, channel_id }
        | Order::Leave { dialog_id, channel_id }
        | Order::SendDigit { dialog_id, channel_id, .. } => (Some(*dialog_id), vec![*channel_id]),
        Order::Join { into, .. } => (Some(*into), Vec::new()),
        Order::Record { channel_id, .. } | Order::HangUp { channel_id } => (None, vec![*channel_id]),
        Order::EndOthers { .. } => (None, Vec::new()),
    }
}

fn lock(homes: &Mutex<Homes>) -> MutexGuard<'_, Homes> {
    homes.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Switch for AriSwitch {
    async fn order(&self, _: Timestamp, order: &Order) -> Result<(), SwitchError> {
        if let Order::EndOthers { .. } = order {
            self.nodes.iter().for_each(|node| node.order(order.clone()));
            return Ok(());
        }
        let home = self.home(order).ok_or_else(|| SwitchError("no switch is connected".to_owned()))?;
        let node = &self.nodes[home];
        let is_new =
            matches!(order, Order::Dial { .. } | Order::Connect { .. } | Order::Keep { .. } | Order::Supervise { .. });
        if is_new && !node.state().is_connected {
            // A call that could only be made later is a call that was not made.
            return Err(SwitchError(format!("{} is not connected", node.url())));
        }
        node.order(order.clone());
        Ok(())
    }

    async fn alive(&self, _: Timestamp, channels: &[ChannelId]) -> Vec<ChannelId> {
        let mut alive = Vec::new();
        for channel_id in channels {
            if self.has(*channel_id).await {
                alive.push(*channel_id);
            }
        }
        alive
    }

    fn health(&self) -> Vec<ServerHealth> {
        let of = |node: &Node| {
            let NodeState { is_connected, version, lines, problem, softphones: _, registered } = node.state();
            let softphones = if is_connected { registered.len() } else { 0 };
            ServerHealth { url: node.url().to_owned(), is_connected, version, lines, softphones, problem }
        };
        self.nodes.iter().map(of).collect()
    }
}

impl AriSwitch {
    /// Is this line there? One whose Asterisk cannot be asked may be: it is asked again when that one is back.
    async fn has(&self, channel_id: ChannelId) -> bool {
        let home = lock(&self.homes).channels.get(&channel_id).copied();
        for (i, node) in self.nodes.iter().enumerate() {
            if home.is_none_or(|home| home == i) && node.has(channel_id).await {
                lock(&self.homes).channels.insert(channel_id, i);
                return true;
            }
        }
        false
    }
}

/// A recording is where its call was.
impl RecordingHost for AriSwitch {
    async fn recording(&self, server: &str, path: &str) -> Result<Option<RecordingFile>, SwitchError> {
        let Some(node) = self.nodes.iter().find(|node| node.url() == server) else {
            return Err(SwitchError(format!("{server} is not among the switches of the settings")));
        };
        files::recording(node.address(), path).await.map_err(|Broken(problem)| SwitchError(problem))
    }
}

/// A telephone has its account at each Asterisk, as any of them may call it.
impl SoftphoneHost for AriSwitch {
    /// One that takes it is enough to work with. Those that are not connected get it when they are; where nobody has it, what
    /// was there before stays good.
    async fn open(&self, phone: &Softphone) -> Result<(), SwitchError> {
        let (there, away): (Vec<_>, Vec<_>) = self.nodes.iter().partition(|node| node.state().is_connected);
        let mut problem = "no switch is connected".to_owned();
        let mut is_taken = false;
        for (node, answer) in there.iter().zip(join_all(there.iter().map(|node| node.open(phone.clone()))).await) {
            match answer {
                Ok(()) => is_taken = true,
                Err(why) => {
                    tracing::warn!(
                        switch = node.url(),
                        extension = phone.extension,
                        why,
                        "a softphone has no account here"
                    );
                    problem = why;
                }
            }
        }
        if !is_taken {
            return Err(SwitchError(problem));
        }
        for node in away {
            node.open_later(phone.clone());
        }
        Ok(())
    }

    /// At each of them, whatever the others answer.
    async fn close(&self, extension: &str, until: Timestamp) -> Result<(), SwitchError> {
        let answers = join_all(self.nodes.iter().map(|node| node.close(extension.to_owned(), until))).await;
        answers.into_iter().collect::<Result<(), _>>().map_err(SwitchError)
    }

    fn accounts(&self) -> Vec<(String, Timestamp)> {
        self.nodes.iter().flat_map(|node| node.state().softphones.to_vec()).collect()
    }
}

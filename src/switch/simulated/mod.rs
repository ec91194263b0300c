//! A telephone network of seeded people, for the demo, the simulator and the tests. It takes the time as an argument, so it
//! runs in real and in virtual time alike; it makes no sound, and nothing here reaches a telephone.

pub mod people;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use self::people::{Fate, People};
use crate::{
    domain::{
        attempt::{CallProgress, NotMade, Side},
        ids::ChannelId,
        outcome::FailureCause,
    },
    engine::output::{Destination, Order},
    ports::{Switch, SwitchError},
};

/// What the network tells, of which line.
pub type Told = (ChannelId, CallProgress);

/// The network itself: lines, and what will happen to them.
#[derive(Debug)]
pub struct Network {
    people: People,
    /// Lines that live.
    channels: BTreeSet<ChannelId>,
    /// What happens when; the number keeps the order of what happens at one instant.
    plan: BTreeMap<(Timestamp, u64), Told>,
    planned: u64,
}

impl Network {
    /// A network of these people.
    pub fn new(people: People) -> Self {
        Self { people, channels: BTreeSet::new(), plan: BTreeMap::new(), planned: 0 }
    }

    /// Takes an order. A second `Dial` of one line changes nothing. Who hears whom in which room makes no difference to
    /// people who make no sound, so those orders are only taken.
    pub fn order(&mut self, now: Timestamp, order: &Order) {
        match order {
            Order::Dial { channel_id, phone, to, .. } => {
                self.channels.extend(phone.as_ref().map(|phone| phone.channel_id));
                if self.channels.insert(*channel_id) {
                    let (fate, ring_seconds_max) = self.fate(*channel_id, to);
                    self.plan_call(now, *channel_id, fate, ring_seconds_max);
                }
            }
            Order::Connect { phone, .. } => {
                if self.channels.insert(phone.channel_id) {
                    self.will(now + SignedDuration::from_millis(1_500), phone.channel_id, CallProgress::Connected);
                }
            }
            Order::SendDigit { channel_id, digit_id, .. } => {
                let is_sent = self.channels.contains(channel_id);
                let progress = CallProgress::Digit { digit_id: *digit_id, is_sent };
                self.will(now + SignedDuration::from_millis(200), *channel_id, progress);
            }
            Order::Hold { .. } | Order::Retrieve { .. } | Order::Join { .. } | Order::Leave { .. } => {}
            Order::HangUp { channel_id } => self.hang_up(now, *channel_id),
        }
    }

    /// A caller is on the line, until they hang up.
    pub fn arrives(&mut self, now: Timestamp, channel_id: ChannelId, patience: SignedDuration) {
        if self.channels.insert(channel_id) {
            self.will(now + patience, channel_id, CallProgress::HungUp { by: Side::Customer });
        }
    }

    fn fate(&self, channel_id: ChannelId, to: &Destination) -> (Fate, u32) {
        match to {
            Destination::Customer { permit } => {
                (self.people.fate(channel_id, permit.number.as_str()), permit.ring_seconds_max)
            }
            Destination::Placed { permit, ring_seconds_max } => {
                (self.people.fate(channel_id, permit.dial_string()), *ring_seconds_max)
            }
        }
    }

    fn plan_call(&mut self, now: Timestamp, id: ChannelId, fate: Fate, ring_seconds_max: u32) {
        // The agent's phone answers by itself, then the customer's begins to ring.
        let rings_at = now + SignedDuration::from_millis(1_500);
        let not_made = |why| CallProgress::NotMade { why };
        match fate {
            Fate::AgentPhoneDead => {
                let at = now + SignedDuration::from_secs(15);
                self.will(at, id, not_made(NotMade::Failed(FailureCause::AgentPhone)));
            }
            Fate::Invalid => self.will(rings_at, id, not_made(NotMade::InvalidNumber)),
            Fate::Busy => self.will(rings_at, id, not_made(NotMade::Busy)),
            Fate::Congestion => self.will(rings_at, id, not_made(NotMade::Failed(FailureCause::Congestion))),
            Fate::Declined => {
                self.will(rings_at, id, CallProgress::Ringing);
                let at = rings_at + SignedDuration::from_secs(4);
                self.will(at, id, not_made(NotMade::Failed(FailureCause::Declined)));
            }
            Fate::RingsOut => {
                self.will(rings_at, id, CallProgress::Ringing);
                self.will(rings_at + seconds(ring_seconds_max), id, not_made(NotMade::NoAnswer));
            }
            Fate::Answers { after, talks, .. } => {
                self.will(rings_at, id, CallProgress::Ringing);
                if after > seconds(ring_seconds_max) {
                    return self.will(rings_at + seconds(ring_seconds_max), id, not_made(NotMade::NoAnswer));
                }
                self.will(rings_at + after, id, CallProgress::Connected);
                self.will(rings_at + after + talks, id, CallProgress::HungUp { by: Side::Customer });
            }
        }
    }

    fn will(&mut self, at: Timestamp, id: ChannelId, progress: CallProgress) {
        self.planned += 1;
        self.plan.insert((at, self.planned), (id, progress));
    }

    fn hang_up(&mut self, now: Timestamp, id: ChannelId) {
        if !self.channels.contains(&id) {
            return;
        }
        let connected = !self.plan.values().any(|told| *told == (id, CallProgress::Connected));
        let answered =
            connected && self.plan.values().any(|told| *told == (id, CallProgress::HungUp { by: Side::Customer }));
        let is_phone = connected && !self.plan.values().any(|(of, _)| *of == id);
        self.plan.retain(|_, (of, _)| *of != id);
        if is_phone {
            // Nobody asks what became of a phone that was put down.
            self.channels.remove(&id);
            return;
        }
        let progress = if answered {
            CallProgress::HungUp { by: Side::Agent }
        } else {
            CallProgress::NotMade { why: NotMade::GivenUp }
        };
        self.will(now + SignedDuration::from_millis(50), id, progress);
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.plan.first_key_value().map(|((at, _), _)| *at)
    }

    /// What has happened by `now`.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Told> {
        let mut due = Vec::new();
        while let Some(entry) = self.plan.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let (id, progress) = entry.remove();
            if matches!(progress, CallProgress::HungUp { .. } | CallProgress::NotMade { .. }) {
                self.channels.remove(&id);
            }
            due.push((id, progress));
        }
        due
    }

    /// Is this line alive?
    pub fn has(&self, id: ChannelId) -> bool {
        self.channels.contains(&id)
    }

    /// The people.
    pub fn people(&self) -> &People {
        &self.people
    }
}

fn seconds(count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(count))
}

/// The network behind the seam that every switch has. Whoever owns it moves it along with [`SimulatedSwitch::take_due`].
#[derive(Clone, Debug)]
pub struct SimulatedSwitch {
    network: Arc<Mutex<Network>>,
    changed: Arc<Notify>,
}

impl SimulatedSwitch {
    /// A switch to these people.
    pub fn new(people: People) -> Self {
        Self { network: Arc::new(Mutex::new(Network::new(people))), changed: Arc::default() }
    }

    fn network(&self) -> MutexGuard<'_, Network> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.network().next_at()
    }

    /// What has happened by `now`.
    pub fn take_due(&self, now: Timestamp) -> Vec<Told> {
        self.network().take_due(now)
    }

    /// A caller is on the line, until they lose patience.
    pub fn arrives(&self, now: Timestamp, channel_id: ChannelId, patience: SignedDuration) {
        self.network().arrives(now, channel_id, patience);
        self.changed.notify_one();
    }

    /// Waits until an order came, which may change [`SimulatedSwitch::next_at`].
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

impl Switch for SimulatedSwitch {
    async fn order(&self, now: Timestamp, order: &Order) -> Result<(), SwitchError> {
        self.network().order(now, order);
        self.changed.notify_one();
        Ok(())
    }

    async fn alive(&self, _now: Timestamp, channels: &[ChannelId]) -> Vec<ChannelId> {
        let network = self.network();
        channels.iter().copied().filter(|id| network.has(*id)).collect()
    }
}

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
        ids::AttemptId,
        outcome::FailureCause,
    },
    engine::output::Order,
    ports::{Switch, SwitchError},
};

/// What the network tells, of which call.
pub type Told = (AttemptId, CallProgress);

/// The network itself: calls, and what will happen to them.
#[derive(Debug)]
pub struct Network {
    people: People,
    /// Calls that live, and how long each rings at most.
    calls: BTreeSet<AttemptId>,
    /// What happens when; the number keeps the order of what happens at one instant.
    plan: BTreeMap<(Timestamp, u64), Told>,
    planned: u64,
}

impl Network {
    /// A network of these people.
    pub fn new(people: People) -> Self {
        Self { people, calls: BTreeSet::new(), plan: BTreeMap::new(), planned: 0 }
    }

    /// Takes an order. A second `Dial` for one attempt changes nothing.
    pub fn order(&mut self, now: Timestamp, order: &Order) {
        match order {
            Order::Dial { attempt_id, permit, .. } => {
                if self.calls.insert(*attempt_id) {
                    let fate = self.people.fate(*attempt_id, &permit.number);
                    self.plan_call(now, *attempt_id, fate, permit.ring_seconds_max);
                }
            }
            Order::HangUp { attempt_id } => self.hang_up(now, *attempt_id),
        }
    }

    fn plan_call(&mut self, now: Timestamp, id: AttemptId, fate: Fate, ring_seconds_max: u32) {
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

    fn will(&mut self, at: Timestamp, id: AttemptId, progress: CallProgress) {
        self.planned += 1;
        self.plan.insert((at, self.planned), (id, progress));
    }

    fn hang_up(&mut self, now: Timestamp, id: AttemptId) {
        if !self.calls.contains(&id) {
            return;
        }
        let connected = !self.plan.values().any(|told| *told == (id, CallProgress::Connected));
        let answered =
            connected && self.plan.values().any(|told| *told == (id, CallProgress::HungUp { by: Side::Customer }));
        self.plan.retain(|_, (of, _)| *of != id);
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
                self.calls.remove(&id);
            }
            due.push((id, progress));
        }
        due
    }

    /// Is this call alive?
    pub fn has(&self, id: AttemptId) -> bool {
        self.calls.contains(&id)
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

    async fn alive(&self, _now: Timestamp, attempts: &[AttemptId]) -> Vec<AttemptId> {
        let network = self.network();
        attempts.iter().copied().filter(|id| network.has(*id)).collect()
    }
}

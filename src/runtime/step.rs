//! One step: decide, commit, act, publish, in that order.
//!
//! Nothing is dialled and nobody is answered before what it rests on is durable. If the commit fails, the engine's memory
//! is ahead of the store: the step is thrown away and taken over again from what was committed, as after a crash.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    domain::{
        attempt::{CallProgress, NotMade},
        event::EventRecord,
        ids::{ChannelId, TeamId},
        outcome::FailureCause,
        refusal::Refusal,
        zone_rules::ZoneRules,
    },
    engine::{
        Engine, Settings,
        input::{Input, Notice},
        output::{Ask, Changes, Fence, Order, Output, Ticket},
    },
    ports::{Store, StoreError, Switch},
};

/// What was committed and is not acted on yet.
#[must_use]
pub struct Committed {
    orders: Vec<Order>,
    /// To answer, once the orders are given.
    pub replies: Vec<(Ticket, Result<(), Refusal>)>,
    /// What is durable now; its events are published once the orders are given.
    pub changes: Changes,
}

impl Committed {
    /// What happened.
    pub fn events(&self) -> &[EventRecord] {
        &self.changes.events
    }
}

/// A team's engine with its store.
pub struct Step<S> {
    store: S,
    fence: Fence,
    engine: Engine,
    /// Questions of the last round: their answers are the first inputs of the next.
    asks: Vec<Ask>,
    /// What has to be handled before anything else.
    first: Vec<Input>,
    /// Lines that the switch did not end: it is asked again after the next commit.
    again: Vec<Order>,
    last_notice: i64,
}

impl<S: Store> Step<S> {
    /// Makes this the team's only engine and goes on from what was committed.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn take_over(
        store: S,
        team_id: TeamId,
        settings: Settings,
        rules: Arc<ZoneRules>,
        seed: u64,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let (fence, snapshot) = store.take_over(team_id, now).await?;
        let last_notice = snapshot.last_notice;
        let engine = Engine::restore(team_id, settings, rules, seed, snapshot, now);
        Ok(Self { store, fence, engine, asks: Vec::new(), first: vec![Input::Tick], again: Vec::new(), last_notice })
    }

    /// The engine, to look at.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// When the next step is needed, if nothing comes before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.engine.next_deadline()
    }

    /// Does the engine wait for something that need not be waited for?
    pub fn wants_more(&self) -> bool {
        !(self.asks.is_empty() && self.first.is_empty())
    }

    /// A whole step. Gives what to answer and what to publish.
    ///
    /// # Errors
    /// Those of the store; then this step must be dropped and taken over again.
    pub async fn run(
        &mut self,
        now: Timestamp,
        inputs: Vec<Input>,
        switch: &impl Switch,
    ) -> Result<Committed, StoreError> {
        let mut committed = self.commit(now, inputs, switch).await?;
        self.act(now, &mut committed, switch).await;
        Ok(committed)
    }

    /// The first half: answers what the engine asked in the last round, decides on every input and commits everything at
    /// once.
    ///
    /// # Errors
    /// Those of the store. Nothing of this round is committed then.
    pub async fn commit(
        &mut self,
        now: Timestamp,
        inputs: Vec<Input>,
        switch: &impl Switch,
    ) -> Result<Committed, StoreError> {
        // After a restart the engine may be ahead of a clock that was set back: both must speak of the same now.
        let asked_at = now.max(self.engine.now());
        for ask in std::mem::take(&mut self.asks) {
            let answer = self.answer(asked_at, ask, switch).await?;
            self.first.push(answer);
        }
        // What managers changed counts before anything that was asked earlier.
        let (notices, others): (Vec<_>, Vec<_>) =
            inputs.into_iter().partition(|input| matches!(input, Input::Notice(_)));
        let first = std::mem::take(&mut self.first);
        self.engine.handle_all(now, notices.into_iter().chain(first).chain(others));
        let Output { changes, orders, replies, asks } = self.engine.take_output();
        if !changes.is_empty() {
            self.store.commit(self.fence, &changes).await?;
        }
        self.asks = asks;
        Ok(Committed { orders, replies, changes })
    }

    /// The second half: gives the orders.
    pub async fn act(&mut self, now: Timestamp, committed: &mut Committed, switch: &impl Switch) {
        for order in std::mem::take(&mut self.again).into_iter().chain(committed.orders.drain(..)) {
            if let Err(error) = switch.order(now, &order).await {
                self.first.extend(not_ordered(&order, &error));
                if matches!(order, Order::HangUp { .. }) {
                    self.again.push(order);
                }
            }
        }
    }

    async fn answer(&self, now: Timestamp, ask: Ask, switch: &impl Switch) -> Result<Input, StoreError> {
        Ok(match ask {
            Ask::Due { campaign_id, open, count } => {
                let (candidates, next_due_at) = self.store.due(campaign_id, &open, count, now).await?;
                Input::Due { campaign_id, candidates, next_due_at }
            }
            Ask::Zones { campaign_id } => Input::Zones { campaign_id, zone_sets: self.store.zones(campaign_id).await? },
            Ask::Contact { contact_id, number } => {
                let mut candidate = self.store.contact(contact_id, now).await?;
                if let Some(candidate) = &mut candidate
                    && candidate.contact.numbers.iter().all(|n| n.number != number)
                {
                    candidate.suppressions.extend(self.store.suppressions(&number, now).await?);
                }
                Input::Contact { contact_id, candidate }
            }
            Ask::Suppressions { reservation_id, number } => {
                let suppressions = self.store.suppressions(&number, now).await?;
                Input::Suppressions { reservation_id, suppressions }
            }
            Ask::Channels { channel_ids } => {
                let alive = switch.alive(now, &channel_ids).await;
                Input::Channels { asked: channel_ids, alive }
            }
        })
    }

    /// What managers changed since the last look.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn notices(&mut self) -> Result<Vec<Notice>, StoreError> {
        let mut notices = Vec::new();
        // The store gives so many at a time.
        loop {
            let new = self.store.notices(self.fence.team_id, self.last_notice).await?;
            let Some((last, _)) = new.last() else { return Ok(notices) };
            self.last_notice = *last;
            notices.extend(new.into_iter().map(|(_, notice)| notice));
        }
    }
}

/// A line that the switch did not make is a call that was not made, or a phone that cannot be reached; a tone it did not
/// take failed. What it did not end it is asked to end again.
fn not_ordered(order: &Order, error: &crate::ports::SwitchError) -> Option<Input> {
    let not_made = |channel_id: &ChannelId, cause| {
        let progress = CallProgress::NotMade { why: NotMade::Failed(cause) };
        Some(Input::Switch { channel_id: *channel_id, progress })
    };
    tracing::warn!(order = order.name(), %error, "the switch did not take an order");
    match order {
        Order::Dial { channel_id, .. } => not_made(channel_id, FailureCause::Network),
        Order::Connect { phone, .. } | Order::Keep { phone } | Order::Supervise { phone, .. } => {
            not_made(&phone.channel_id, FailureCause::AgentPhone)
        }
        Order::SendDigit { channel_id, digit_id, .. } => {
            let progress = CallProgress::Digit { digit_id: *digit_id, is_sent: false };
            Some(Input::Switch { channel_id: *channel_id, progress })
        }
        Order::Admit { .. }
        | Order::Hold { .. }
        | Order::Retrieve { .. }
        | Order::Join { .. }
        | Order::Leave { .. }
        // It may be on tape all the same: it is asked for again with the next look at the lines.
        | Order::Record { .. }
        | Order::HangUp { .. }
        | Order::EndOthers { .. } => None,
    }
}

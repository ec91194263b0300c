//! The simulated switch as the world of a run sees it: it writes down what was ordered, and refuses some of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

use crate::{
    domain::ids::ChannelId,
    engine::output::Order,
    ports::{Switch, SwitchError},
    switch::simulated::SimulatedSwitch,
};

/// The switch, with a list of what was ordered.
pub(super) struct Recorded {
    pub switch: SimulatedSwitch,
    /// Orders that it does not take, in shares of a thousand.
    refused: u32,
    notes: Mutex<Notes>,
}

struct Notes {
    orders: Vec<(Order, bool)>,
    dice: Xoshiro256PlusPlus,
}

impl Recorded {
    pub fn new(switch: SimulatedSwitch, refused: u32, seed: u64) -> Self {
        let dice = Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(11));
        Self { switch, refused, notes: Mutex::new(Notes { orders: Vec::new(), dice }) }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was ordered since the last look, and whether it was taken.
    pub fn take_orders(&self) -> Vec<(Order, bool)> {
        std::mem::take(&mut self.notes().orders)
    }

    /// Making and ending lines can fail, and so can a tone. Where a line is, is the switch's own affair.
    fn refuses(&self, order: &Order) -> bool {
        let can_fail = match order {
            Order::Dial { .. }
            | Order::Connect { .. }
            | Order::Keep { .. }
            | Order::Supervise { .. }
            | Order::SendDigit { .. }
            | Order::Record { .. }
            | Order::HangUp { .. } => true,
            Order::Admit { .. }
            | Order::Hold { .. }
            | Order::Retrieve { .. }
            | Order::Join { .. }
            | Order::Leave { .. }
            | Order::EndOthers { .. } => false,
        };
        can_fail && self.refused > 0 && self.notes().dice.random_range(0..1000) < self.refused
    }
}

impl Switch for Recorded {
    async fn order(&self, now: Timestamp, order: &Order) -> Result<(), SwitchError> {
        let is_taken = !self.refuses(order);
        self.notes().orders.push((order.clone(), is_taken));
        if !is_taken {
            return Err(SwitchError("it refuses some in this run".to_owned()));
        }
        self.switch.order(now, order).await
    }

    async fn alive(&self, now: Timestamp, channels: &[ChannelId]) -> Vec<ChannelId> {
        self.switch.alive(now, channels).await
    }
}

//! Phones that stay connected between calls, by setting.
//!
//! One rule: a Ready agent is at their phone. Whoever becomes Ready and is not is rung, once, and gets nothing until they
//! answered; from then on the line stays until they leave or put the phone down. Ready and not the sign-in, as an agent who
//! signs in may be about to fetch a coffee; and so whoever put the phone down comes back the way they came.

use jiff::SignedDuration;

use super::{
    Engine,
    deadlines::Deadline,
    output::{Ask, Order, Phone},
    session::{Session, Standing},
};
use crate::domain::ids::{AgentId, ChannelId};

impl Engine {
    /// May this Ready agent be given something? Where phones stay connected, theirs is rung first.
    pub(super) fn is_at_phone(&mut self, agent_id: AgentId) -> bool {
        if !self.settings.phones_stay_connected {
            return true;
        }
        match self.sessions.get(&agent_id).and_then(|session| session.standing) {
            Some(Standing::Up) => true,
            Some(Standing::Rings { .. }) => false,
            None => {
                if let Some(phone) = self.phone_of(agent_id) {
                    self.out.orders.push(Order::Keep { phone });
                }
                false
            }
        }
    }

    /// Is the agent at a phone that stays connected?
    pub(super) fn is_standing(&self, agent_id: AgentId) -> bool {
        self.sessions.get(&agent_id).is_some_and(|session| session.standing == Some(Standing::Up))
    }

    /// A phone that is rung now will stay connected.
    pub(super) fn will_stand(&mut self, agent_id: AgentId) {
        let until_at = self.now + SignedDuration::from_secs(i64::from(self.settings.agent_phone_seconds));
        if let Some(session) = self.sessions.get_mut(&agent_id) {
            session.standing = Some(Standing::Rings { until_at });
        }
        self.arm_standing(agent_id);
    }

    /// A phone is connected; if it is one of those that stay, the agent is at it from now on, and sees it.
    pub(super) fn stands(&mut self, agent_id: AgentId) {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        if !matches!(session.standing, Some(Standing::Rings { .. })) {
            return;
        }
        session.standing = Some(Standing::Up);
        let (state, since_at) = (session.activity.state(), session.since_at);
        self.say_state(agent_id, state, since_at);
        self.arm_standing(agent_id);
    }

    /// Sets the deadline of a phone that stays connected by where it is.
    pub(super) fn arm_standing(&mut self, agent_id: AgentId) {
        let Some(session) = self.sessions.get(&agent_id) else { return };
        let (standing, channel_id) = (session.standing, session.channel_id);
        self.deadlines.clear(Deadline::Standing(agent_id));
        match (standing, channel_id) {
            (Some(Standing::Rings { until_at }), _) => self.deadlines.set(Deadline::Standing(agent_id), until_at),
            (Some(Standing::Up), Some(channel_id)) => self.audit_later(channel_id),
            (Some(Standing::Up) | None, _) => {}
        }
    }

    /// The phone did not answer. While it is rung for a call, that call has its own time.
    pub(super) fn standing_rang_long_enough(&mut self, agent_id: AgentId) {
        if self.present_in(agent_id).is_empty() {
            self.phone_is_dead(agent_id);
        }
    }

    /// Asks the switch whether a phone that stays connected is still there, in case its end was never told.
    pub(super) fn audit_phone(&mut self, channel_id: ChannelId) {
        if self.channels.contains_key(&channel_id) {
            self.ask(Ask::Channels { channel_ids: vec![channel_id] });
            self.audit_later(channel_id);
        }
    }

    /// What the switch is told again of a phone that stays connected and is in no dialog.
    pub(super) fn keeps(&self, session: &Session) -> Option<Order> {
        session.standing?;
        let is_idle = self.present_in(session.agent_id).is_empty();
        let phone = Phone { channel_id: session.channel_id?, extension: session.extension.clone() };
        is_idle.then_some(Order::Keep { phone })
    }
}

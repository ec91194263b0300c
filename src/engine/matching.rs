//! Which caller or contact goes to which Ready agent.
//!
//! The agent who is Ready longest is served first, with a waiting caller (`queueing` has the rule that lets neither callers
//! nor previews starve), or with the first of:
//! 1. a callback that they promised themselves,
//! 2. a callback that any agent may make (promised so, or its own agent did not come in time),
//! 3. a contact of the campaign whose turn it is: by priority, then in proportion to the weights.

use jiff::Timestamp;

use super::{Engine, input::Candidate, session::Activity};
use crate::domain::{
    callback::CallbackState,
    contact::ContactNumber,
    eligibility::{self, Question, Verdict},
    ids::{AgentId, CallbackId, CampaignId},
};

/// A contact to offer.
pub(super) struct Offer {
    pub candidate: Candidate,
    pub number: ContactNumber,
    pub callback_id: Option<CallbackId>,
}

impl Engine {
    /// Gives every Ready agent a caller or a contact, as long as there are any.
    pub(super) fn match_agents(&mut self) {
        for agent_id in self.ready_agents() {
            if !self.is_at_phone(agent_id) {
                continue;
            }
            match self.next_caller() {
                Some(id) => {
                    let turn = self.is_previews_turn(agent_id, id);
                    if !(turn && self.give_preview(agent_id)) {
                        self.offer_caller(agent_id, id);
                    }
                }
                None => {
                    self.give_preview(agent_id);
                }
            }
        }
    }

    /// Gives an agent a preview, if there is one.
    fn give_preview(&mut self, agent_id: AgentId) -> bool {
        let Some(offer) = self.offer_for(agent_id) else { return false };
        self.count_callers(agent_id, false);
        self.reserve(agent_id, offer);
        true
    }

    fn ready_agents(&self) -> Vec<AgentId> {
        let mut ready: Vec<(Timestamp, AgentId)> = self
            .sessions
            .values()
            .filter(|session| session.activity == Activity::Ready)
            .map(|session| (session.since_at, session.agent_id))
            .collect();
        ready.sort_unstable();
        ready.into_iter().map(|(_, id)| id).collect()
    }

    fn offer_for(&mut self, agent_id: AgentId) -> Option<Offer> {
        while let Some(callback_id) = self.callback_for(agent_id) {
            if let Some(offer) = self.offer_callback(callback_id) {
                return Some(offer);
            }
        }
        while let Some(campaign_id) = self.campaign_in_turn() {
            if let Some((candidate, number)) = self.take_from_hopper(campaign_id) {
                self.count_turn(campaign_id);
                return Some(Offer { candidate, number, callback_id: None });
            }
        }
        None
    }

    /// The due callback this agent should make next: their own first, then the earliest.
    fn callback_for(&self, agent_id: AgentId) -> Option<CallbackId> {
        self.due_callbacks
            .keys()
            .filter_map(|id| {
                let callback = self.callbacks.get(id)?;
                let desk = self.desks.get(&callback.campaign_id)?;
                let own = callback.owner_id == Some(agent_id);
                let open = callback.held_until_at(&desk.campaign.rules.callbacks) <= self.now;
                (desk.is_running() && (own || open)).then_some((!own, callback.due_at, *id))
            })
            .min()
            .map(|(_, _, id)| id)
    }

    /// Offers a due callback if it may be made now; otherwise it moves to where it belongs.
    fn offer_callback(&mut self, callback_id: CallbackId) -> Option<Offer> {
        let candidate = self.due_callbacks.remove(&callback_id)?;
        match self.decide_callback(callback_id, &candidate) {
            Verdict::Now(number) => Some(Offer { candidate, number, callback_id: Some(callback_id) }),
            verdict => {
                self.settle_callback(callback_id, candidate, &verdict);
                None
            }
        }
    }

    /// What the rules say of a callback now.
    pub(super) fn decide_callback(&self, callback_id: CallbackId, candidate: &Candidate) -> Verdict {
        let (Some(callback), Some(desk)) =
            (self.callbacks.get(&callback_id), self.desks.get(&candidate.contact.campaign_id))
        else {
            return Verdict::OnHold;
        };
        debug_assert_eq!(callback.state, CallbackState::Scheduled);
        eligibility::decide(&Question {
            contact: &candidate.contact,
            campaign: &desk.campaign,
            suppressions: &candidate.suppressions,
            now: self.now,
            rules: &self.rules,
            promised: Some(&callback.number),
        })
    }

    /// The campaign with contacts whose turn it is. A campaign whose next contacts are being asked for keeps those of lower
    /// priority back: the answer comes at once.
    fn campaign_in_turn(&self) -> Option<CampaignId> {
        let running = self.desks.values().filter(|desk| desk.is_running());
        let may_have = running.clone().filter(|desk| !desk.hopper.is_empty() || desk.is_looking());
        let first = may_have.map(|desk| desk.campaign.rules.priority).max()?;
        running
            .filter(|desk| desk.campaign.rules.priority == first && !desk.hopper.is_empty())
            // Smooth weighted round robin: whoever has the most credit after getting their weight; the older wins a tie.
            .max_by_key(|desk| (desk.credit + i64::from(desk.campaign.rules.weight), -desk.campaign.id.0))
            .map(|desk| desk.campaign.id)
    }

    /// Every campaign that stood beside the chosen one gets its weight, the chosen one pays for all.
    fn count_turn(&mut self, chosen: CampaignId) {
        let Some(priority) = self.desks.get(&chosen).map(|desk| desk.campaign.rules.priority) else { return };
        let mut total = 0;
        for desk in self.desks.values_mut() {
            let beside = desk.campaign.rules.priority == priority && desk.is_running();
            if beside && (!desk.hopper.is_empty() || desk.campaign.id == chosen) {
                let weight = i64::from(desk.campaign.rules.weight);
                desk.credit += weight;
                total += weight;
            }
        }
        if let Some(desk) = self.desks.get_mut(&chosen) {
            desk.credit -= total;
        }
    }
}

//! What managers change while agents work: campaigns, lists, do-not-call lists, agents, reasons, queues. It holds at once,
//! also for what is open on a screen.

use super::{Engine, hopper::Desk, input::Notice};
use crate::domain::{
    callback::Callback,
    campaign::{Campaign, CampaignState},
    eligibility::Verdict,
    event::Event,
    ids::{CallbackId, CampaignId, QueueId, ReservationId},
    phone::PhoneNumber,
    queue::Queue,
    reason::Reason,
    reservation::ReservationEnd,
    suppression::Suppression,
};

impl Engine {
    pub(super) fn noticed(&mut self, notice: Notice) {
        match notice {
            Notice::ContactsLoaded { campaign_id } => {
                if let Some(desk) = self.desks.get_mut(&campaign_id) {
                    desk.start_over();
                }
            }
            Notice::CampaignChanged { campaign } => self.campaign_changed(*campaign),
            Notice::Suppressed { entries } if entries.is_empty() => {
                self.desks.values_mut().for_each(Desk::start_over);
            }
            Notice::Suppressed { entries } => self.suppressed(&entries),
            Notice::AgentChanged { agent } => {
                self.agents.insert(agent.id, agent);
            }
            Notice::ReasonsChanged { reasons } => self.reasons = reasons,
            Notice::QueueChanged { queue } => {
                self.queues.insert(queue.id, *queue);
            }
        }
    }

    /// The reasons that the team's agents choose from.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// A queue of the team.
    pub fn queue(&self, id: QueueId) -> Option<&Queue> {
        self.queues.get(&id)
    }

    fn campaign_changed(&mut self, campaign: Campaign) {
        let (id, state) = (campaign.id, campaign.state);
        match self.desks.get_mut(&id) {
            Some(desk) => {
                desk.campaign = campaign;
                desk.start_over();
            }
            None => {
                self.desks.insert(id, Desk::new(campaign));
            }
        }
        self.emit(None, id, None, Event::CampaignChanged { state });
        if state != CampaignState::Running {
            for reservation in self.reservations_where(|r| r.campaign_id == id) {
                self.withdraw(reservation, ReservationEnd::CampaignStopped);
            }
        }
        if state == CampaignState::Ended {
            self.drop_callbacks_of(id);
        }
    }

    /// An ended campaign keeps no promises; those made in calls that go on end with the call.
    fn drop_callbacks_of(&mut self, id: CampaignId) {
        let open: Vec<CallbackId> = self.callbacks.values().filter(|c| c.campaign_id == id).map(|c| c.id).collect();
        for callback_id in open {
            match self.due_callbacks.remove(&callback_id) {
                Some(candidate) => self.settle_callback(callback_id, candidate, &Verdict::OnHold),
                None => self.callback_due(callback_id),
            }
        }
    }

    fn reservations_where(
        &self,
        wanted: impl Fn(&crate::domain::reservation::Reservation) -> bool,
    ) -> Vec<ReservationId> {
        self.reservations.values().filter(|r| wanted(r)).map(|r| r.id).collect()
    }

    /// Numbers are suppressed from now on: what is read ahead learns it, open previews of them are taken away.
    pub(super) fn suppressed(&mut self, entries: &[Suppression]) {
        let hoppers = self.desks.values_mut().flat_map(|desk| desk.hopper.iter_mut());
        for candidate in hoppers.chain(self.due_callbacks.values_mut()).chain(self.held.values_mut()) {
            // A promise may be on a number that is none of the contact's.
            let promised = |number: &PhoneNumber| {
                let of_contact = |c: &&Callback| c.contact_id == candidate.contact.id;
                entries.len() < 100 && self.callbacks.values().filter(of_contact).any(|c| c.number.number == *number)
            };
            let own = |entry: &&Suppression| {
                candidate.contact.numbers.iter().any(|n| n.number == entry.number) || promised(&entry.number)
            };
            let new: Vec<Suppression> = entries.iter().filter(own).cloned().collect();
            candidate.suppressions.extend(new);
        }
        let now = self.now;
        let forbidden = |r: &crate::domain::reservation::Reservation| {
            entries.iter().any(|entry| entry.forbids(&r.number.number, r.campaign_id, now))
        };
        for reservation in self.reservations_where(forbidden) {
            self.withdraw(reservation, ReservationEnd::Suppressed);
        }
    }
}

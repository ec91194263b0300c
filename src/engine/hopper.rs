//! What is read ahead of each campaign, and when to look again.
//!
//! The hopper is only a copy: a contact in it still waits in the store, and is held by the commit of its reservation. So
//! it can be thrown away at any moment (a list was loaded, a number suppressed) and nothing needs to be given back.

use std::collections::{BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::{
    Engine,
    deadlines::Deadline,
    input::Candidate,
    output::{Ask, NextDue},
};
use crate::domain::{
    campaign::{Campaign, CampaignState},
    contact::ContactState,
    eligibility::{self, Place, Question, Verdict},
    ids::CampaignId,
    zone::ZoneSet,
    zone_rules::ZoneRules,
};

/// How many contacts are asked for when the last ones could not be called at all, such as those of a new do-not-call list.
const BARREN_COUNT: usize = 500;

/// When the store is worth asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// Now.
    Now,
    /// The question is out.
    Asked,
    /// Not before; none means not until something is heard.
    After(Option<Timestamp>),
}

/// When the calling hours open where they are closed.
#[derive(Clone)]
pub(super) struct Opening {
    pub at: Timestamp,
    /// Those that open then.
    pub zone_sets: Vec<ZoneSet>,
}

/// One campaign, as the engine works on it.
#[derive(Clone)]
pub(super) struct Desk {
    pub campaign: Campaign,
    /// Contacts read ahead, in calling order.
    pub hopper: VecDeque<Candidate>,
    /// The zone sets of its waiting contacts, once known.
    zone_sets: Option<BTreeSet<ZoneSet>>,
    look: Look,
    /// When the calling hours open next, and for which of its zone sets; as of the last look.
    opens: Option<Opening>,
    /// How many contacts the question that is out asked for.
    asked_count: usize,
    /// When a contact is due that began to wait while the question was out: the answer may not know of it.
    also_at: Option<Timestamp>,
    /// Did the last answer bring nothing that may be called? Then more are asked for at once, to be done with them.
    was_barren: bool,
    /// Its turn among campaigns of the same priority (smooth weighted round robin).
    pub credit: i64,
}

impl Desk {
    pub fn new(campaign: Campaign) -> Self {
        Self {
            campaign,
            hopper: VecDeque::new(),
            zone_sets: None,
            look: Look::Now,
            opens: None,
            asked_count: 0,
            also_at: None,
            was_barren: false,
            credit: 0,
        }
    }

    pub fn is_running(&self) -> bool {
        self.campaign.state == CampaignState::Running
    }

    /// Is the store about to say what is due next?
    pub fn is_looking(&self) -> bool {
        matches!(self.look, Look::Now | Look::Asked)
    }

    /// Throws away what was read ahead, and looks again.
    pub fn start_over(&mut self) {
        self.hopper.clear();
        self.zone_sets = None;
        self.look = Look::Now;
    }

    /// Looks again without forgetting the zone sets.
    pub fn look_now(&mut self) {
        if self.look != Look::Asked {
            self.look = Look::Now;
        }
    }

    /// A contact waits at `place` now.
    pub fn contact_waits(&mut self, place: &Place, now: Timestamp) {
        if place.zones.is_unknown() {
            return;
        }
        if let Some(sets) = &mut self.zone_sets {
            sets.insert(place.zones.clone());
        }
        match &mut self.look {
            Look::After(_) if place.next_at <= now => self.look = Look::Now,
            Look::After(at) => *at = Some(at.map_or(place.next_at, |at| at.min(place.next_at))),
            Look::Asked => self.also_at = Some(self.also_at.map_or(place.next_at, |at| at.min(place.next_at))),
            Look::Now => {}
        }
    }

    /// When to look again by itself.
    pub fn wake_at(&self) -> Option<Timestamp> {
        if let Look::After(at) = self.look { at } else { None }
    }

    fn open_sets(&self, now: Timestamp, rules: &ZoneRules) -> Vec<ZoneSet> {
        let campaign = &self.campaign.rules;
        let open = |zones: &&ZoneSet| campaign.hours.may_start(now, campaign.guard_seconds, zones, rules);
        self.zone_sets.iter().flatten().filter(open).cloned().collect()
    }

    /// Works out when the hours next open for zone sets that are closed now.
    fn find_opening(&mut self, now: Timestamp, rules: &ZoneRules) -> Option<Timestamp> {
        let campaign = &self.campaign.rules;
        let mut opens: Option<Opening> = None;
        for zones in self.zone_sets.iter().flatten() {
            let Some(at) = eligibility::next_start(campaign, now, zones, rules).filter(|at| *at > now) else {
                continue;
            };
            match &mut opens {
                Some(opens) if opens.at == at => opens.zone_sets.push(zones.clone()),
                Some(opens) if opens.at < at => {}
                Some(_) | None => opens = Some(Opening { at, zone_sets: vec![zones.clone()] }),
            }
        }
        self.opens = opens;
        self.opens.as_ref().map(|opens| opens.at)
    }

    /// The opening that is waited for, if the hours are what keeps its contacts back.
    pub fn waits_for_opening(&self) -> Option<&Opening> {
        self.opens.as_ref().filter(|opens| self.wake_at() == Some(opens.at))
    }
}

impl Engine {
    /// Reads ahead where contacts are wanted and may be there.
    pub(super) fn fill_hoppers(&mut self) {
        if self.sessions.is_empty() {
            return;
        }
        // Twice the agents at work: each can take one and the next is there; bounded, since it is only read ahead.
        let target = (2 * self.sessions.len()).clamp(4, 400);
        let ids: Vec<CampaignId> = self.desks.keys().copied().collect();
        for id in ids {
            self.fill_hopper(id, target);
        }
    }

    fn fill_hopper(&mut self, id: CampaignId, target: usize) {
        let (now, rules) = (self.now, self.rules.clone());
        let Some(desk) = self.desks.get_mut(&id) else { return };
        if !desk.is_running() || desk.look != Look::Now || desk.hopper.len() * 2 > target {
            return;
        }
        if desk.zone_sets.is_none() {
            desk.look = Look::Asked;
            return self.ask(Ask::Zones { campaign_id: id });
        }
        let open = desk.open_sets(now, &rules);
        if open.is_empty() {
            let at = desk.find_opening(now, &rules);
            desk.look = Look::After(at);
            return self.set_campaign_deadline(id, at);
        }
        desk.look = Look::Asked;
        // Those read ahead already are due too and come first again.
        desk.asked_count = desk.hopper.len() + if desk.was_barren { BARREN_COUNT } else { target };
        let count = desk.asked_count;
        self.ask(Ask::Due { campaign_id: id, open, count });
    }

    pub(super) fn set_campaign_deadline(&mut self, id: CampaignId, at: Option<Timestamp>) {
        match at {
            Some(at) => self.deadlines.set(Deadline::Campaign(id), at),
            None => self.deadlines.clear(Deadline::Campaign(id)),
        }
    }

    pub(super) fn look_again(&mut self, id: CampaignId) {
        if let Some(desk) = self.desks.get_mut(&id) {
            desk.look_now();
        }
    }

    pub(super) fn zones_known(&mut self, id: CampaignId, zone_sets: Vec<ZoneSet>) {
        if let Some(desk) = self.desks.get_mut(&id) {
            desk.zone_sets = Some(zone_sets.into_iter().collect());
            desk.look = Look::Now;
        }
    }

    /// The store's answer: what may be called now goes into the hopper, what may not is put where it belongs.
    pub(super) fn due(&mut self, id: CampaignId, candidates: Vec<Candidate>, next_due_at: NextDue) {
        let (now, rules) = (self.now, self.rules.clone());
        let Some(desk) = self.desks.get_mut(&id) else { return };
        if desk.look != Look::Asked || !desk.is_running() {
            // Something was loaded or changed since the question: ask again instead.
            return;
        }
        let complete = candidates.len() < desk.asked_count;
        let also_at = desk.also_at.take();
        desk.look = if complete && also_at.is_none_or(|at| at > now) {
            let opening = desk.find_opening(now, &rules);
            Look::After([next_due_at, opening, also_at].into_iter().flatten().min())
        } else {
            Look::Now
        };
        // The answer brings those read ahead again, in the order that holds now.
        desk.hopper.clear();
        let brought = candidates.len();
        let wake = desk.wake_at();
        self.set_campaign_deadline(id, wake);
        for candidate in candidates {
            self.take_into_hopper(id, candidate);
        }
        if let Some(desk) = self.desks.get_mut(&id) {
            desk.was_barren = brought > 0 && desk.hopper.is_empty();
        }
    }

    fn take_into_hopper(&mut self, id: CampaignId, candidate: Candidate) {
        let contact_id = candidate.contact.id;
        let here = |desk: &Desk| desk.hopper.iter().any(|c| c.contact.id == contact_id);
        if self.is_held(contact_id) || self.desks.get(&id).is_none_or(here) {
            return;
        }
        match self.decide(&candidate) {
            Verdict::Now(_) => {
                if let Some(desk) = self.desks.get_mut(&id) {
                    desk.hopper.push_back(candidate);
                }
            }
            Verdict::Later { from, number, .. } => {
                let zones = candidate.contact.zones_of(&number).0.clone();
                // An entry that ends may be taken off before: such a contact is looked at again each hour.
                let next_at = from.min(self.now + SignedDuration::from_hours(1));
                self.write_contact(&candidate, Some(&zones), next_at);
            }
            Verdict::OnHold => self.write_contact(&candidate, Some(&ZoneSet::unknown()), self.now),
            Verdict::Never(reason) => self.close_contact(candidate, reason),
        }
    }

    /// What the rules say of a waiting contact now.
    pub(super) fn decide(&self, candidate: &Candidate) -> Verdict {
        let Some(desk) = self.desks.get(&candidate.contact.campaign_id) else { return Verdict::OnHold };
        eligibility::decide(&Question {
            contact: &candidate.contact,
            campaign: &desk.campaign,
            suppressions: &candidate.suppressions,
            now: self.now,
            rules: &self.rules,
            promised: None,
        })
    }

    /// Takes the first contact of a hopper that may still be called now, with the number to call.
    pub(super) fn take_from_hopper(
        &mut self,
        id: CampaignId,
    ) -> Option<(Candidate, crate::domain::contact::ContactNumber)> {
        loop {
            let candidate = self.desks.get_mut(&id)?.hopper.pop_front()?;
            debug_assert!(matches!(candidate.contact.state, ContactState::Waiting { .. }));
            if let Verdict::Now(number) = self.decide(&candidate) {
                return Some((candidate, number));
            }
            // Not any more: the store still has it waiting, and puts it where it belongs when it is due again.
            self.desks.get_mut(&id)?.look_now();
        }
    }
}

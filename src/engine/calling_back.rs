//! Promises to call again: made and changed in a call, due, moved to the next opening, held for their agent, missed.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Engine, deadlines::Deadline, input::Candidate, output::Ask};
use crate::domain::{
    attempt::Attempt,
    callback::{self, Callback, CallbackState},
    campaign::{CampaignState, WhenMissed},
    command::Promise,
    contact::{CloseReason, ContactNumber, ContactState},
    eligibility::{self, Verdict},
    event::Event,
    ids::{AgentId, CallbackId, ContactId},
    number_zones,
    refusal::Refusal,
    wall_time::WallTime,
    zone::{Zone, ZoneSet},
    zone_rules::ZoneRules,
};

impl Engine {
    /// Makes a promise in a call, or changes the one made in it: what is left out stays.
    pub(super) fn schedule(
        &mut self,
        agent_id: AgentId,
        mut attempt: Attempt,
        promise: &Promise,
    ) -> Result<(), Refusal> {
        let existing = attempt.promises_callback_id.and_then(|id| self.callbacks.get(&id)).cloned();
        let is_new = existing.is_none();
        let mut callback = self.promised(agent_id, &attempt, promise, existing.as_ref())?;
        if is_new {
            callback.id = self.mint();
        }
        let (id, due_at, zone, owner_id) = (callback.id, callback.due_at, callback.wall_time.zone, callback.owner_id);
        self.out.changes.callbacks.insert(id, callback.clone());
        self.callbacks.insert(id, callback);
        let event = if is_new {
            Event::CallbackScheduled { callback_id: id, due_at, zone, owner_id }
        } else {
            Event::CallbackUpdated { callback_id: id, due_at, zone, owner_id }
        };
        self.emit(agent_id, attempt.campaign_id, attempt.contact_id, event);
        attempt.promises_callback_id = Some(id);
        self.keep(attempt);
        Ok(())
    }

    /// Works out the promise, or says why it cannot be made. A new one has no id yet.
    pub(super) fn promised(
        &self,
        agent_id: AgentId,
        attempt: &Attempt,
        promise: &Promise,
        former: Option<&Callback>,
    ) -> Result<Callback, Refusal> {
        if promise.changes.is_some_and(|id| former.is_none_or(|former| former.id != id)) {
            return Err(Refusal::CallbackGone);
        }
        let stated = promise.zone.or(former.filter(|c| c.zone_stated_by_agent).map(|c| c.wall_time.zone));
        let at = promise.at.or(former.map(|c| c.wall_time.at)).ok_or(Refusal::CallbackTimeMissing)?;
        let fold = promise.fold.or(former.map(|c| c.wall_time.fold)).unwrap_or_default();
        let mut number = self.callback_number(attempt, promise, former).ok_or(Refusal::CallGone)?;
        let zone = match stated {
            Some(zone) => {
                number.zones = zone.into();
                zone
            }
            None => one_zone(&number.zones, |zone| WallTime { at, zone, fold }, &self.rules)?,
        };
        let wall_time = WallTime { at, zone, fold };
        let promised_at = wall_time.resolve(&self.rules).due_at;
        self.check_promised(promised_at)?;
        let rules = &self.desks.get(&attempt.campaign_id).ok_or(Refusal::CallGone)?.campaign.rules;
        let due_at = eligibility::next_start(rules, promised_at, &number.zones, &self.rules).unwrap_or(promised_at);
        let owner_id = match (promise.owner, former) {
            (None, Some(former)) => former.owner_id,
            (asked, _) => callback::owner(asked, &rules.callbacks, agent_id),
        };
        Ok(Callback {
            id: former.map_or_else(|| CallbackId(Uuid::nil()), |former| former.id),
            contact_id: attempt.contact_id,
            campaign_id: attempt.campaign_id,
            number,
            wall_time,
            zone_stated_by_agent: stated.is_some(),
            promised_at,
            due_at,
            tzdb_version: self.rules.version().to_owned(),
            owner_id,
            promised_by: agent_id,
            state: CallbackState::Scheduled,
            missed_at: None,
        })
    }

    pub(super) fn check_promised(&self, promised_at: Timestamp) -> Result<(), Refusal> {
        let days_max = self.settings.callback_days_max;
        if promised_at <= self.now {
            Err(Refusal::CallbackInPast)
        } else if promised_at > self.now + SignedDuration::from_hours(24 * i64::from(days_max)) {
            Err(Refusal::CallbackTooFar { days_max })
        } else {
            Ok(())
        }
    }

    /// The number to call back: another one that was given, the one promised before, or the one of this call; with the
    /// zones that count for it.
    pub(super) fn callback_number(
        &self,
        attempt: &Attempt,
        promise: &Promise,
        former: Option<&Callback>,
    ) -> Option<ContactNumber> {
        let contact = &self.held.get(&attempt.contact_id)?.contact;
        let mut number = match (&promise.number, former) {
            (Some(read), _) => ContactNumber {
                number: read.number.clone(),
                label: "callback".to_owned(),
                line_type: read.line_type,
                zones: number_zones::zones_of(read),
            },
            (None, Some(former)) => former.number.clone(),
            (None, None) => {
                let kept = attempt.keeps_callback_id.and_then(|id| self.callbacks.get(&id)).map(|c| &c.number);
                contact.numbers.iter().chain(kept).find(|n| n.number == attempt.number)?.clone()
            }
        };
        if promise.number.is_some() || former.is_none() {
            number.zones = contact.zones_of(&number).0.clone();
        }
        Some(number)
    }

    /// The agent takes the promise made in this call back.
    pub(super) fn cancel_promise(&mut self, mut attempt: Attempt, id: CallbackId) -> Result<(), Refusal> {
        if attempt.promises_callback_id != Some(id) {
            return Err(Refusal::CallbackGone);
        }
        attempt.promises_callback_id = None;
        self.keep(attempt);
        self.drop_callback(id);
        Ok(())
    }

    /// Sets the deadlines of a callback whose contact waits for it.
    pub(super) fn arm_callback(&mut self, id: CallbackId) {
        let Some(callback) = self.callbacks.get(&id) else { return };
        let Some(desk) = self.desks.get(&callback.campaign_id) else { return };
        if desk.campaign.state == CampaignState::Ended {
            return;
        }
        self.deadlines.set(Deadline::CallbackDue(id), callback.due_at);
        self.arm_held_and_missed(id);
    }

    /// Sets the deadlines of a callback that is due, or will be.
    fn arm_held_and_missed(&mut self, id: CallbackId) {
        let Some(callback) = self.callbacks.get(&id) else { return };
        let Some(desk) = self.desks.get(&callback.campaign_id) else { return };
        let rules = &desk.campaign.rules.callbacks;
        if callback.owner_id.is_some() {
            self.deadlines.set(Deadline::CallbackHeld(id), callback.held_until_at(rules));
        }
        if callback.missed_at.is_none() {
            self.deadlines.set(Deadline::CallbackMissed(id), callback.missed_after_at(rules));
        }
    }

    fn disarm_callback(&mut self, id: CallbackId) {
        for what in [Deadline::CallbackDue(id), Deadline::CallbackHeld(id), Deadline::CallbackMissed(id)] {
            self.deadlines.clear(what);
        }
    }

    pub(super) fn callback_due(&mut self, id: CallbackId) {
        let Some(callback) = self.callbacks.get(&id) else { return };
        let (contact_id, number) = (callback.contact_id, callback.number.number.clone());
        self.ask(Ask::Contact { contact_id, number });
    }

    /// The contact of a callback that fell due is here: offer it, or put it where it belongs.
    pub(super) fn contact_for_callback(&mut self, contact_id: ContactId, candidate: Option<Candidate>) {
        let Some(candidate) = candidate else { return };
        let ContactState::Promised { callback_id } = candidate.contact.state else { return };
        if self.is_held(contact_id) || self.due_callbacks.contains_key(&callback_id) {
            return;
        }
        let Some(callback) = self.callbacks.get(&callback_id) else { return };
        let Some(desk) = self.desks.get(&callback.campaign_id) else { return };
        if desk.campaign.state == CampaignState::Ended {
            return self.settle_callback(callback_id, candidate, &Verdict::OnHold);
        }
        if callback.due_at > self.now {
            return;
        }
        if callback.missed_at.is_some() && desk.campaign.rules.callbacks.when_missed != WhenMissed::CallAnyway {
            return self.give_up_missed(callback_id, candidate);
        }
        match self.decide_callback(callback_id, &candidate) {
            Verdict::Now(_) | Verdict::OnHold => {
                let campaign_id = callback.campaign_id;
                self.emit(callback.owner_id, campaign_id, contact_id, Event::CallbackDue { callback_id });
                self.due_callbacks.insert(callback_id, candidate);
            }
            verdict => self.settle_callback(callback_id, candidate, &verdict),
        }
    }

    /// A callback that cannot be made now goes where it belongs. It is never lost silently.
    pub(super) fn settle_callback(&mut self, id: CallbackId, candidate: Candidate, verdict: &Verdict) {
        match verdict {
            Verdict::Now(_) => {
                self.due_callbacks.insert(id, candidate);
            }
            Verdict::Later { at, .. } => {
                self.move_callback(id, *at);
                self.arm_callback(id);
            }
            // Only the promised number is concerned: what becomes of the contact is decided like that of any other.
            Verdict::Never(_) | Verdict::OnHold => {
                self.drop_callback(id);
                self.return_contact(candidate, self.now);
            }
        }
    }

    fn move_callback(&mut self, id: CallbackId, due_at: Timestamp) {
        let Some(callback) = self.callbacks.get_mut(&id) else { return };
        let from_at = std::mem::replace(&mut callback.due_at, due_at);
        let callback = callback.clone();
        let event = Event::CallbackMoved { callback_id: id, from_at, due_at };
        self.emit(callback.owner_id, callback.campaign_id, callback.contact_id, event);
        self.out.changes.callbacks.insert(id, callback);
    }

    /// A promise whose preview did not lead to a call stands: at once again, or later where it was left for later.
    pub(super) fn promise_again(&mut self, id: CallbackId, mut candidate: Candidate, at: Timestamp) {
        candidate.contact.state = ContactState::Promised { callback_id: id };
        self.write_contact(&candidate, None, self.now);
        if at > self.now {
            self.move_callback(id, at);
            self.arm_callback(id);
        } else {
            self.arm_held_and_missed(id);
            self.due_callbacks.insert(id, candidate);
        }
    }

    /// Nobody took the callback in time.
    pub(super) fn callback_missed(&mut self, id: CallbackId) {
        let Some(callback) = self.callbacks.get(&id) else { return };
        let taken = self.reservations.values().any(|r| r.callback_id == Some(id))
            || self.attempts.values().any(|a| a.keeps_callback_id == Some(id));
        if taken || callback.due_at > self.now {
            return;
        }
        let Some(desk) = self.desks.get(&callback.campaign_id) else { return };
        if !desk.is_running() {
            // Nobody could take it while the campaign is paused: that is not missed.
            self.deadlines.set(Deadline::CallbackMissed(id), self.now + SignedDuration::from_mins(1));
            return;
        }
        let when_missed = desk.campaign.rules.callbacks.when_missed;
        let Some(callback) = self.callbacks.get_mut(&id) else { return };
        callback.missed_at = Some(self.now);
        let callback = callback.clone();
        let event = Event::CallbackMissed { callback_id: id };
        self.emit(callback.owner_id, callback.campaign_id, callback.contact_id, event);
        self.out.changes.callbacks.insert(id, callback);
        if when_missed == WhenMissed::CallAnyway {
            return;
        }
        // If its contact is still being asked for, this follows when it is there.
        if let Some(candidate) = self.due_callbacks.remove(&id) {
            self.give_up_missed(id, candidate);
        }
    }

    /// A missed callback is given up, as the campaign says.
    fn give_up_missed(&mut self, id: CallbackId, candidate: Candidate) {
        let Some(desk) = self.desks.get(&candidate.contact.campaign_id) else { return };
        let when_missed = desk.campaign.rules.callbacks.when_missed;
        self.end_callback(id, CallbackState::Missed);
        match when_missed {
            WhenMissed::Close => self.close_contact(candidate, CloseReason::CallbackMissed),
            WhenMissed::Retry | WhenMissed::CallAnyway => self.return_contact(candidate, self.now),
        }
    }

    pub(super) fn callback_kept(&mut self, id: CallbackId) {
        if let Some(callback) = self.end_callback(id, CallbackState::Kept) {
            let event = Event::CallbackKept { callback_id: id };
            self.emit(callback.owner_id, callback.campaign_id, callback.contact_id, event);
        }
    }

    /// Takes a promise back, and says so.
    pub(super) fn drop_callback(&mut self, id: CallbackId) {
        if let Some(callback) = self.end_callback(id, CallbackState::Cancelled) {
            let event = Event::CallbackCancelled { callback_id: id };
            self.emit(callback.owner_id, callback.campaign_id, callback.contact_id, event);
        }
    }

    fn end_callback(&mut self, id: CallbackId, state: CallbackState) -> Option<Callback> {
        let mut callback = self.callbacks.remove(&id)?;
        self.due_callbacks.remove(&id);
        self.disarm_callback(id);
        callback.state = state;
        self.out.changes.callbacks.insert(id, callback.clone());
        Some(callback)
    }

    /// The zone rules are newer than those a promise was derived with: derive it again, and say so if it moved.
    pub(super) fn derive_callback_again(&mut self, id: CallbackId) {
        let Some(callback) = self.callbacks.get_mut(&id) else { return };
        let from_at = callback.due_at;
        if !callback.derive_again(&self.rules) {
            return;
        }
        let promised_at = callback.promised_at;
        let zones = callback.number.zones.clone();
        let Some(desk) = self.desks.get(&callback.campaign_id) else { return };
        let opens = eligibility::next_start(&desk.campaign.rules, promised_at, &zones, &self.rules);
        callback.due_at = from_at;
        self.move_callback(id, opens.unwrap_or(promised_at));
    }
}

/// The zone a promise is made in when nobody stated one: the only candidate, or the first if the promised moment is the
/// same in all of them.
pub(super) fn one_zone(
    candidates: &ZoneSet,
    wall_time: impl Fn(Zone) -> WallTime,
    rules: &ZoneRules,
) -> Result<Zone, Refusal> {
    let mut zones = candidates.iter();
    let first = zones.next().ok_or(Refusal::CallbackZoneUnknown)?;
    let due_at = |zone| wall_time(zone).resolve(rules).due_at;
    if zones.all(|zone| due_at(zone) == due_at(first)) {
        Ok(first)
    } else {
        Err(Refusal::CallbackZoneAmbiguous { zones: candidates.clone() })
    }
}

//! A campaign in four numbers: how many of its contacts can be called now, later today, later, never, and why.
//!
//! Every contact is asked for by the rules that decide its calls ([`explain::standing`]), as if the campaign ran, so that the
//! numbers mean something before its start, too. "Today" is the customer's day. The four numbers make up all contacts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    domain::{
        callback::Callback,
        campaign::{Campaign, CampaignRules, CampaignState},
        contact::{Contact, ContactState},
        eligibility::{self, Question, Verdict},
        ids::ContactId,
        schema::Instant,
        suppression::Suppression,
        zone::ZoneSet,
        zone_rules::ZoneRules,
    },
    explain::{self, Standing},
};

/// The most zone sets whose hours are shown: those with the most contacts.
const ZONES_SHOWN: usize = 12;

/// When contacts can be called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outlook {
    /// When it was counted.
    #[schemars(with = "Instant")]
    pub counted_at: Timestamp,
    /// All contacts.
    pub contacts: u64,
    /// Those that can be called now, or are with an agent.
    pub now: Part,
    /// Those that can be called later on this day of theirs.
    pub later_today: Part,
    /// Those that can be called on another day.
    pub later: Part,
    /// Those that are not called any more, or not until a person changes something.
    pub never: Part,
    /// By state: waiting, promised, in progress, closed.
    pub by_state: BTreeMap<&'static str, u64>,
    /// The hours of the zones with the most contacts that wait, for a day from now on.
    pub zones: Vec<ZoneHours>,
}

/// One of the four numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Part {
    /// How many contacts.
    pub contacts: u64,
    /// Why, the most frequent first.
    pub reasons: Vec<Why>,
}

/// Contacts that have one thing in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Why {
    /// The stable code: of the rule, of the reason why a contact is closed, or `callable`, `callback`, `with_agent`.
    pub code: &'static str,
    /// How many.
    pub contacts: u64,
    /// One of them.
    pub example: ContactId,
    /// The next instant at which one of them can be called.
    #[schemars(with = "Option<Instant>")]
    pub next_at: Option<Timestamp>,
}

/// When those can be called who are in some zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ZoneHours {
    /// Every zone they may be in.
    pub zones: ZoneSet,
    /// How many contacts wait.
    pub contacts: u64,
    /// When the calling hours are open.
    pub open: Vec<Open>,
}

/// A time in which the calling hours are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Open {
    /// From.
    #[schemars(with = "Instant")]
    pub from_at: Timestamp,
    /// Until.
    #[schemars(with = "Instant")]
    pub until_at: Timestamp,
}

/// The four numbers, as they are counted.
pub struct Counting<'a> {
    /// As if it ran.
    campaign: Campaign,
    ended: bool,
    now: Timestamp,
    rules: &'a ZoneRules,
    contacts: u64,
    parts: [BTreeMap<&'static str, Why>; 4],
    by_state: BTreeMap<&'static str, u64>,
    zones: BTreeMap<ZoneSet, u64>,
}

/// Which of the four.
#[derive(Clone, Copy)]
enum When {
    Now,
    LaterToday,
    Later,
    Never,
}

impl<'a> Counting<'a> {
    /// None counted yet.
    pub fn new(campaign: &Campaign, now: Timestamp, rules: &'a ZoneRules) -> Self {
        let ended = campaign.state == CampaignState::Ended;
        let campaign = Campaign { state: CampaignState::Running, ..campaign.clone() };
        let (parts, by_state, zones) = Default::default();
        Self { campaign, ended, now, rules, contacts: 0, parts, by_state, zones }
    }

    /// How many were counted.
    pub fn contacts(&self) -> u64 {
        self.contacts
    }

    /// Counts one contact, with what the do-not-call lists say of its numbers and the callback that it waits for.
    pub fn take(&mut self, contact: &Contact, suppressions: &[Suppression], promise: Option<&Callback>) {
        self.contacts += 1;
        *self.by_state.entry(contact.state.name()).or_default() += 1;
        let promised = promise.map(|callback| &callback.number);
        let (campaign, now, rules) = (&self.campaign, self.now, self.rules);
        let question = Question { contact, campaign, suppressions, now, rules, promised };
        let standing = explain::standing(&question, promise);
        let (when, code, next_at, zones) = self.placed(contact, standing, promise);
        if let (Some(zones), When::Now | When::LaterToday | When::Later) = (zones, when) {
            *self.zones.entry(zones).or_default() += 1;
        }
        let new = Why { code, contacts: 0, example: contact.id, next_at };
        let why = self.parts[when as usize].entry(code).or_insert(new);
        why.contacts += 1;
        why.next_at = [why.next_at, next_at].into_iter().flatten().min();
    }

    /// Which of the four numbers, why, when it can be called, and in which zones it waits.
    fn placed(
        &self,
        contact: &Contact,
        standing: Standing,
        promise: Option<&Callback>,
    ) -> (When, &'static str, Option<Timestamp>, Option<ZoneSet>) {
        let never = |code| (When::Never, code, None, None);
        let callback = promise.map(|_| "callback");
        let zones_of = |number| match promise {
            Some(callback) => callback.number.zones.clone(),
            None => contact.zones_of(number).0.clone(),
        };
        match standing {
            Standing::Closed(reason) => never(reason.name()),
            _ if self.ended => never("campaign_ended"),
            Standing::WithAgent => (When::Now, "with_agent", None, None),
            Standing::CallbackUnknown => never("callback_unknown"),
            Standing::Promised { then: Verdict::Now(number), due_at } => {
                let zones = zones_of(&number);
                (self.when(due_at, &zones), "callback", Some(due_at), Some(zones))
            }
            Standing::Asked(Verdict::Now(number)) => {
                (When::Now, callback.unwrap_or("callable"), Some(self.now), Some(zones_of(&number)))
            }
            Standing::Promised { then: Verdict::Later { at, from, number }, .. }
            | Standing::Asked(Verdict::Later { at, from, number }) => {
                let zones = zones_of(&number);
                let code = callback.unwrap_or_else(|| self.kept_back_by(contact, from));
                (self.when(at, &zones), code, Some(at), Some(zones))
            }
            Standing::Promised { then: Verdict::OnHold, .. } | Standing::Asked(Verdict::OnHold) => never("zone_known"),
            Standing::Promised { then: Verdict::Never(reason), .. } | Standing::Asked(Verdict::Never(reason)) => {
                never(reason.name())
            }
        }
    }

    /// The rule that keeps a contact back until `from`, after which only the hours do.
    fn kept_back_by(&self, contact: &Contact, from: Timestamp) -> &'static str {
        match contact.state {
            _ if from <= self.now => "calling_window",
            ContactState::Waiting { not_before_at } if not_before_at >= from => "not_before",
            _ => "suppression",
        }
    }

    /// Is it today, where the customer is?
    fn when(&self, at: Timestamp, zones: &ZoneSet) -> When {
        let is_today = |zone| self.rules.local(at, zone).date() == self.rules.local(self.now, zone).date();
        if zones.iter().next().is_some_and(is_today) { When::LaterToday } else { When::Later }
    }

    /// The four numbers.
    pub fn finish(self) -> Outlook {
        let [now, later_today, later, never] = self.parts.map(Part::of);
        let mut zones: Vec<_> = self.zones.into_iter().collect();
        zones.sort_by_key(|(_, contacts)| std::cmp::Reverse(*contacts));
        zones.truncate(ZONES_SHOWN);
        let hours = |(zones, contacts)| {
            let open = open(&self.campaign.rules, self.now, &zones, self.rules);
            ZoneHours { zones, contacts, open }
        };
        Outlook {
            counted_at: self.now,
            contacts: self.contacts,
            now,
            later_today,
            later,
            never,
            by_state: self.by_state,
            zones: zones.into_iter().map(hours).collect(),
        }
    }
}

impl Part {
    fn of(reasons: BTreeMap<&'static str, Why>) -> Self {
        let mut reasons: Vec<_> = reasons.into_values().collect();
        reasons.sort_by_key(|why| std::cmp::Reverse(why.contacts));
        Self { contacts: reasons.iter().map(|why| why.contacts).sum(), reasons }
    }
}

/// When the calling hours are open to people in `zones`, for a day from `from` on.
fn open(campaign: &CampaignRules, from: Timestamp, zones: &ZoneSet, rules: &ZoneRules) -> Vec<Open> {
    let end = from + SignedDuration::from_hours(24);
    let (mut open, mut at) = (Vec::new(), from);
    while let Some(from_at) = eligibility::next_start(campaign, at, zones, rules).filter(|start| *start < end) {
        let closes_at = campaign.hours.closes_at(from_at, zones, rules).unwrap_or(end);
        open.push(Open { from_at, until_at: closes_at.min(end) });
        at = closes_at;
        if at >= end {
            break;
        }
    }
    open
}

#[cfg(test)]
mod tests;

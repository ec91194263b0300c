//! May this contact be called now? The rules are asked here and nowhere else: before a preview, at the accept, and by whoever
//! wants to know why a contact is or is not called ([`explain`]).
//!
//! A [`DialPermit`] is the only thing the switch dials with, and [`permit`] is the only place that makes one, so nothing is
//! dialled without the rules having been asked at that instant.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    campaign::{Campaign, CampaignRules, CampaignState, DetectionRules, NumberOrder, Order},
    contact::{CloseReason, Contact, ContactNumber, ContactState},
    ids::ContactId,
    phone::PhoneNumber,
    suppression::Suppression,
    zone::{ZoneSet, ZoneSource},
    zone_rules::ZoneRules,
};

/// All that the rules look at.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Whom to call.
    pub contact: &'a Contact,
    /// For which campaign.
    pub campaign: &'a Campaign,
    /// What is known of the contact's numbers on the do-not-call lists.
    pub suppressions: &'a [Suppression],
    /// The instant the call would start.
    pub now: Timestamp,
    /// The clock rules.
    pub rules: &'a ZoneRules,
    /// The number a callback promised, with its zones, which is then the only one to call.
    pub promised: Option<&'a ContactNumber>,
}

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The number it is about; none for the contact as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<PhoneNumber>,
    /// The rule and what it found.
    pub finding: Finding,
    /// Does the rule allow a call now?
    pub allows: bool,
    /// When that changes by itself, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Timestamp>,
}

/// A rule and what it found. The name of each is the stable code of the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum Finding {
    /// Only a running campaign calls.
    CampaignRunning {
        /// Its state.
        state: CampaignState,
    },
    /// Only a waiting contact is offered.
    ContactWaiting {
        /// Its state.
        state: ContactState,
    },
    /// A contact may rest before it is offered again.
    NotBefore {
        /// Until then.
        not_before_at: Timestamp,
    },
    /// The campaign's limit of attempts for the contact.
    ContactAttempts {
        /// So far.
        attempts: u32,
        /// At most.
        max: u32,
    },
    /// A number may be closed by an earlier outcome.
    NumberClosed,
    /// The campaign's limit of attempts for a number.
    NumberAttempts {
        /// So far.
        attempts: u32,
        /// At most.
        max: u32,
    },
    /// The do-not-call lists.
    Suppression {
        /// The list that has it, if one has.
        source: Option<String>,
    },
    /// The zones must be known.
    ZoneKnown {
        /// The candidates.
        zones: ZoneSet,
        /// Where they come from.
        source: ZoneSource,
    },
    /// The calling hours must be open in every candidate zone.
    CallingWindow {
        /// The candidates.
        zones: ZoneSet,
    },
}

impl Finding {
    /// The stable code of the rule.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CampaignRunning { .. } => "campaign_running",
            Self::ContactWaiting { .. } => "contact_waiting",
            Self::NotBefore { .. } => "not_before",
            Self::ContactAttempts { .. } => "contact_attempts",
            Self::NumberClosed => "number_closed",
            Self::NumberAttempts { .. } => "number_attempts",
            Self::Suppression { .. } => "suppression",
            Self::ZoneKnown { .. } => "zone_known",
            Self::CallingWindow { .. } => "calling_window",
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.finding {
            Finding::CampaignRunning { state } => write!(f, "the campaign is {}", state.name()),
            Finding::ContactWaiting { state } => match state {
                ContactState::Closed { reason } => write!(f, "the contact is closed: {}", reason.name()),
                state => write!(f, "the contact is {}", state.name()),
            },
            Finding::NotBefore { .. } if self.allows => write!(f, "the contact has rested long enough"),
            Finding::NotBefore { not_before_at } => write!(f, "the contact rests until {not_before_at}"),
            Finding::ContactAttempts { attempts, max } => write!(f, "{attempts} of {max} attempts on the contact made"),
            Finding::NumberClosed if self.allows => write!(f, "the number is in use"),
            Finding::NumberClosed => write!(f, "an earlier outcome closed the number"),
            Finding::NumberAttempts { attempts, max } => write!(f, "{attempts} of {max} attempts on the number made"),
            Finding::Suppression { source: None } => write!(f, "the number is on no do-not-call list"),
            Finding::Suppression { source: Some(source) } => {
                write!(f, "the number is on the do-not-call list {source}")
            }
            Finding::ZoneKnown { zones, source } if self.allows => write!(
                f,
                "the zone is {zones}, from {}",
                match source {
                    ZoneSource::ListColumn => "the list",
                    ZoneSource::Agent => "an agent",
                    ZoneSource::Number => "the number",
                }
            ),
            Finding::ZoneKnown { .. } => write!(f, "the zone is unknown: not called until someone sets one"),
            Finding::CallingWindow { zones } if self.allows => write!(f, "the calling hours are open in {zones}"),
            Finding::CallingWindow { zones } => write!(f, "the calling hours are closed in {zones}"),
        }
    }
}

/// What follows for the contact from all rules together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Call this number now.
    Now(ContactNumber),
    /// Not now; this number from then on.
    Later {
        /// When.
        at: Timestamp,
        /// From then on only the calling hours keep it back.
        from: Timestamp,
        /// Which number then.
        number: ContactNumber,
    },
    /// Not until a person changes something (the campaign is paused, the zone is unknown).
    OnHold,
    /// Never again in this campaign.
    Never(CloseReason),
}

/// Asks every rule and gives every answer, for people to read.
pub fn explain(q: &Question<'_>) -> Vec<Answer> {
    let mut answers = about_contact(q);
    for number in in_calling_order(q) {
        answers.extend(about_number(q, number));
    }
    answers
}

/// Decides what follows for a contact that waits or whose callback fell due.
pub fn decide(q: &Question<'_>) -> Verdict {
    if q.campaign.state != CampaignState::Running {
        return Verdict::OnHold;
    }
    if q.promised.is_none()
        && let Some(reason) = used_up(q.contact, &q.campaign.rules)
    {
        return Verdict::Never(reason);
    }
    let mut listed: Option<(Timestamp, Timestamp, &ContactNumber)> = None;
    let mut on_hold = false;
    let mut reason = CloseReason::NoNumberLeft;
    for number in in_calling_order(q) {
        match number_opens_at(q, number) {
            Opens::At { at, .. } if at <= q.now => return Verdict::Now(number.clone()),
            // It is on a list, but not for ever: the others have their turn before.
            Opens::At { at, from } if forbidding(q, number).next().is_some() => {
                listed = [listed, Some((at, from, number))].into_iter().flatten().min_by_key(|(at, ..)| *at);
            }
            // The order of the numbers is the campaign's: the one whose turn it is is waited for.
            Opens::At { at, from } => return Verdict::Later { at, from, number: number.clone() },
            Opens::OnHold => on_hold = true,
            Opens::Never(why) => reason = why,
        }
    }
    match listed {
        Some((at, from, number)) => Verdict::Later { at, from, number: number.clone() },
        None if on_hold => Verdict::OnHold,
        None => Verdict::Never(reason),
    }
}

/// The right to dial one number once, now. Only [`permit`] makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DialPermit {
    /// The contact.
    pub contact_id: ContactId,
    /// The number to dial.
    pub number: PhoneNumber,
    /// The number to show.
    pub caller_id: Option<PhoneNumber>,
    /// How long it may ring, in seconds.
    pub ring_seconds_max: u32,
    /// What is listened for when it was answered.
    pub detection: DetectionRules,
    /// When the rules were asked.
    pub asked_at: Timestamp,
    /// The candidate zones that were considered.
    pub zones: ZoneSet,
}

/// Asks the rules for one number at this instant, for a contact that is already held.
///
/// # Errors
/// The first rule that says no.
pub fn permit(q: &Question<'_>, number: &ContactNumber) -> Result<DialPermit, Answer> {
    let (attempts, max) = (q.contact.progress.attempts, q.campaign.rules.attempts.contact_max);
    let contact = q.promised.is_none().then(|| contact_attempts(attempts, max));
    match std::iter::once(answer_campaign(q))
        .chain(contact)
        .chain(about_number(q, number))
        .find(|answer| !answer.allows)
    {
        Some(no) => Err(no),
        None => Ok(DialPermit {
            contact_id: q.contact.id,
            number: number.number.clone(),
            caller_id: q.campaign.rules.call.caller_id.clone(),
            ring_seconds_max: q.campaign.rules.call.ring_seconds_max,
            detection: q.campaign.rules.detection,
            asked_at: q.now,
            zones: zones_of(q, number).0.clone(),
        }),
    }
}

/// The reason to close a contact whose attempts or numbers are used up.
pub fn used_up(contact: &Contact, rules: &CampaignRules) -> Option<CloseReason> {
    if contact.progress.attempts >= rules.attempts.contact_max {
        return Some(CloseReason::AttemptsUsedUp);
    }
    let left = |n: &ContactNumber| {
        let progress = contact.progress_of(&n.number);
        (progress.closed.is_none(), progress.attempts < rules.attempts.number_max)
    };
    if contact.numbers.iter().any(|n| left(n) == (true, true)) {
        None
    } else if contact.numbers.iter().any(|n| left(n).0) {
        Some(CloseReason::AttemptsUsedUp)
    } else {
        Some(CloseReason::NoNumberLeft)
    }
}

/// The numbers in the order they are to be tried: the promised one alone, or by the campaign's number order.
fn in_calling_order<'a>(q: &Question<'a>) -> Vec<&'a ContactNumber> {
    match q.promised {
        Some(promised) => vec![promised],
        None => calling_order(q.contact, q.campaign.rules.number_order),
    }
}

fn calling_order(contact: &Contact, order: NumberOrder) -> Vec<&ContactNumber> {
    let last = contact.progress.last_number.as_ref();
    let after_last = match order {
        NumberOrder::Listed => 0,
        NumberOrder::Rotate => {
            last.and_then(|last| contact.numbers.iter().position(|n| n.number == *last)).map_or(0, |at| at + 1)
        }
    };
    let (before, after) = contact.numbers.split_at(after_last);
    after.iter().chain(before).collect()
}

/// The zones that count for `number`: a promise carries its own.
fn zones_of<'a>(q: &Question<'a>, number: &'a ContactNumber) -> (&'a ZoneSet, ZoneSource) {
    if q.promised.is_some() { (&number.zones, ZoneSource::Number) } else { q.contact.zones_of(number) }
}

enum Opens {
    At { at: Timestamp, from: Timestamp },
    OnHold,
    Never(CloseReason),
}

/// When all rules about `number` allow a call, each taken as it stands now.
fn number_opens_at(q: &Question<'_>, number: &ContactNumber) -> Opens {
    let progress = q.contact.progress_of(&number.number);
    if progress.closed.is_some() {
        return Opens::Never(CloseReason::NoNumberLeft);
    }
    if q.promised.is_none() && progress.attempts >= q.campaign.rules.attempts.number_max {
        return Opens::Never(CloseReason::AttemptsUsedUp);
    }
    let mut from = match q.contact.state {
        ContactState::Waiting { not_before_at } => q.now.max(not_before_at),
        ContactState::Promised { .. } | ContactState::InProgress | ContactState::Closed { .. } => q.now,
    };
    for suppression in forbidding(q, number) {
        match suppression.until_at {
            Some(end) => from = from.max(end),
            None => return Opens::Never(CloseReason::Suppressed),
        }
    }
    let (zones, _) = zones_of(q, number);
    if zones.is_unknown() {
        return Opens::OnHold;
    }
    match next_start(&q.campaign.rules, from, zones, q.rules) {
        Some(at) => Opens::At { at, from },
        None => Opens::Never(CloseReason::NeverInWindow),
    }
}

/// The first instant from `from` on at which the campaign may start a call to someone in `zones`, guard band included.
pub fn next_start(campaign: &CampaignRules, from: Timestamp, zones: &ZoneSet, rules: &ZoneRules) -> Option<Timestamp> {
    let hours = &campaign.hours;
    let mut at = hours.next_opening(from, zones, rules)?;
    // Within the guard band before a close, go on to the next opening. A week has few openings: hours that are all
    // shorter than the band never open.
    for _ in 0..32 {
        if hours.may_start(at, campaign.guard_seconds, zones, rules) {
            return Some(at);
        }
        let close = hours.closes_at(at, zones, rules)?;
        at = hours.next_opening(close, zones, rules)?;
    }
    None
}

fn forbidding<'a>(q: &Question<'a>, number: &ContactNumber) -> impl Iterator<Item = &'a Suppression> {
    let (number, campaign_id, now) = (number.number.clone(), q.campaign.id, q.now);
    q.suppressions.iter().filter(move |s| s.forbids(&number, campaign_id, now))
}

fn answer_campaign(q: &Question<'_>) -> Answer {
    let state = q.campaign.state;
    answer(None, Finding::CampaignRunning { state }, state == CampaignState::Running, None)
}

fn about_contact(q: &Question<'_>) -> Vec<Answer> {
    let state = q.contact.state;
    let max = q.campaign.rules.attempts.contact_max;
    let attempts = q.contact.progress.attempts;
    let mut answers = vec![
        answer_campaign(q),
        answer(None, Finding::ContactWaiting { state }, matches!(state, ContactState::Waiting { .. }), None),
    ];
    if let ContactState::Waiting { not_before_at } = state {
        let rested = not_before_at <= q.now;
        answers.push(answer(None, Finding::NotBefore { not_before_at }, rested, (!rested).then_some(not_before_at)));
    }
    answers.push(contact_attempts(attempts, max));
    answers
}

fn contact_attempts(attempts: u32, max: u32) -> Answer {
    answer(None, Finding::ContactAttempts { attempts, max }, attempts < max, None)
}

fn about_number(q: &Question<'_>, number: &ContactNumber) -> Vec<Answer> {
    let this = Some(&number.number);
    let rules = &q.campaign.rules;
    let progress = q.contact.progress_of(&number.number);
    let max = rules.attempts.number_max;
    let (zones, source) = zones_of(q, number);
    let suppression = forbidding(q, number).max_by_key(|s| s.until_at.unwrap_or(Timestamp::MAX));
    let mut answers = vec![answer(this, Finding::NumberClosed, progress.closed.is_none(), None)];
    if q.promised.is_none() {
        let attempts = progress.attempts;
        answers.push(answer(this, Finding::NumberAttempts { attempts, max }, attempts < max, None));
    }
    answers.push(answer(
        this,
        Finding::Suppression { source: suppression.map(|s| s.source.clone()) },
        suppression.is_none(),
        suppression.and_then(|s| s.until_at),
    ));
    let known = !zones.is_unknown();
    answers.push(answer(this, Finding::ZoneKnown { zones: zones.clone(), source }, known, None));
    if known {
        let open = rules.hours.may_start(q.now, rules.guard_seconds, zones, q.rules);
        let changes_at =
            if open { rules.hours.closes_at(q.now, zones, q.rules) } else { next_start(rules, q.now, zones, q.rules) };
        answers.push(answer(this, Finding::CallingWindow { zones: zones.clone() }, open, changes_at));
    }
    answers
}

fn answer(number: Option<&PhoneNumber>, finding: Finding, allows: bool, changes_at: Option<Timestamp>) -> Answer {
    Answer { number: number.cloned(), finding, allows, changes_at }
}

/// Where a waiting contact stands in the store's order: what the claim of the next due contact seeks by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Smaller comes first: list priority, then fresh or retry as the campaign orders.
    pub rank: u8,
    /// The zones of the number to try next; unknown means it is not called until someone sets a zone.
    pub zones: ZoneSet,
    /// Not claimed before.
    pub next_at: Timestamp,
}

/// Where `contact`, waiting from `not_before_at` on, stands. `zones` are those of the number to try next where that was
/// decided already.
pub fn place(contact: &Contact, rules: &CampaignRules, not_before_at: Timestamp, zones: Option<&ZoneSet>) -> Place {
    let fresh = contact.progress.attempts == 0;
    let second = match rules.order {
        Order::Due => 0,
        Order::FreshFirst => u8::from(!fresh),
        Order::RetriesFirst => u8::from(fresh),
    };
    let usable = |n: &&ContactNumber| {
        let progress = contact.progress_of(&n.number);
        progress.closed.is_none() && progress.attempts < rules.attempts.number_max
    };
    let known = |n: &&ContactNumber| !contact.zones_of(n).0.is_unknown();
    let next = calling_order(contact, rules.number_order).into_iter().filter(usable).find(known);
    Place {
        rank: 2 * (9 - contact.list_priority.min(9)) + second,
        zones: zones.cloned().or_else(|| next.map(|n| contact.zones_of(n).0.clone())).unwrap_or_default(),
        next_at: not_before_at,
    }
}

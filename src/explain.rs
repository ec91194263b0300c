//! Why a contact is called or not: the one question that everybody asks of a dialer, answered from the rules themselves.
//!
//! [`explain`] asks every rule at one instant and says what follows in a sentence. Numbers are redacted, so that the answer
//! can be sent around.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{
    callback::Callback,
    campaign::{Campaign, CampaignState},
    contact::{CloseReason, Contact, ContactNumber, ContactState},
    eligibility::{self, Answer, Finding, Question, Verdict},
    ids::ContactId,
    phone::PhoneNumber,
    schema::Instant,
    suppression::Suppression,
    zone::{Zone, ZoneSet},
    zone_rules::ZoneRules,
};

/// Why a contact is called or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explanation {
    /// The contact.
    pub contact_id: ContactId,
    /// The campaign.
    pub campaign: String,
    /// When the rules were asked.
    #[schemars(with = "Instant")]
    pub asked_at: Timestamp,
    /// What follows, in a sentence.
    pub verdict: String,
    /// The same as a stable word: `closed`, `with_agent`, `callback_unknown`, `now`, `later`, `on_hold`, `never`.
    pub standing: &'static str,
    /// Why it is closed or never called: the stable name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// When it is called, where that is later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Instant>")]
    pub called_at: Option<Timestamp>,
    /// The number that is called, redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// May the contact be called at this instant?
    pub callable: bool,
    /// What each rule says: those on the contact, then those on each number in calling order.
    pub answers: Vec<RuleAnswer>,
}

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleAnswer {
    /// The stable code of the rule.
    pub rule: &'static str,
    /// The number it is about, redacted; none for the contact as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Does it allow a call now?
    pub allows: bool,
    /// What it found.
    pub says: String,
    /// The same as values, by stable names: `attempts`, `max`, `state`, `source`, `zones` and so on.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub facts: Finding,
    /// When that changes by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Instant>")]
    pub changes_at: Option<Timestamp>,
    /// The same on the customer's wall clock, in each zone they may be in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes_at_local: Option<String>,
}

/// All there is to know about a contact: the contact, its campaign, the do-not-call entries of its numbers, and the callback
/// it waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The contact.
    pub contact: Contact,
    /// Its campaign.
    pub campaign: Campaign,
    /// The do-not-call entries of its numbers, and of the callback's.
    pub suppressions: Vec<Suppression>,
    /// The callback, if the contact is promised one.
    pub callback: Option<Callback>,
}

/// Asks the rules why a contact is called or not at `now`.
pub fn explain(known: &Known, now: Timestamp, rules: &ZoneRules) -> Explanation {
    let question = Question {
        contact: &known.contact,
        campaign: &known.campaign,
        suppressions: &known.suppressions,
        now,
        rules,
        promised: promise(known).map(|callback| &callback.number),
    };
    let (verdict, callable) = said(known, &question);
    let (standing, reason, called_at, number) = coded(standing(&question, promise(known)));
    Explanation {
        standing,
        reason: reason.map(CloseReason::name),
        called_at,
        number: number.map(|number| number.number.redacted()),
        contact_id: known.contact.id,
        campaign: known.campaign.rules.name.clone(),
        asked_at: now,
        verdict,
        callable,
        answers: eligibility::explain(&question).iter().map(|answer| told(answer, &question)).collect(),
    }
}

/// Where a contact stands, all rules together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Out of the campaign.
    Closed(CloseReason),
    /// With an agent now.
    WithAgent,
    /// It waits for a callback that is not known here.
    CallbackUnknown,
    /// It waits for its callback.
    Promised {
        /// Until then.
        due_at: Timestamp,
        /// What the rules say at that moment.
        then: Verdict,
    },
    /// It may have its turn.
    Asked(Verdict),
}

/// Where a contact stands; `promise` is the callback that it waits for.
pub fn standing(q: &Question<'_>, promise: Option<&Callback>) -> Standing {
    match (q.contact.state, promise) {
        (ContactState::Closed { reason }, _) => Standing::Closed(reason),
        (ContactState::InProgress, _) => Standing::WithAgent,
        (ContactState::Promised { .. }, None) => Standing::CallbackUnknown,
        // Whether a promise can be kept is a question for the moment it falls due.
        (ContactState::Promised { .. }, Some(&Callback { due_at, .. })) if due_at > q.now => {
            Standing::Promised { due_at, then: eligibility::decide(&Question { now: due_at, ..*q }) }
        }
        (ContactState::Promised { .. } | ContactState::Waiting { .. }, _) => Standing::Asked(eligibility::decide(q)),
    }
}

/// A standing as stable words: which, why, when and on which number.
fn coded(standing: Standing) -> (&'static str, Option<CloseReason>, Option<Timestamp>, Option<ContactNumber>) {
    match standing {
        Standing::Closed(reason) => ("closed", Some(reason), None, None),
        Standing::WithAgent => ("with_agent", None, None, None),
        Standing::CallbackUnknown => ("callback_unknown", None, None, None),
        Standing::Promised { due_at, then: Verdict::Now(number) } => ("later", None, Some(due_at), Some(number)),
        Standing::Asked(Verdict::Now(number)) => ("now", None, None, Some(number)),
        Standing::Promised { then: Verdict::Later { at, number, .. }, .. }
        | Standing::Asked(Verdict::Later { at, number, .. }) => ("later", None, Some(at), Some(number)),
        Standing::Promised { then: Verdict::OnHold, .. } | Standing::Asked(Verdict::OnHold) => {
            ("on_hold", None, None, None)
        }
        Standing::Promised { then: Verdict::Never(reason), .. } | Standing::Asked(Verdict::Never(reason)) => {
            ("never", Some(reason), None, None)
        }
    }
}

/// The verdict as a sentence, and whether it is a call now.
fn said(known: &Known, q: &Question<'_>) -> (String, bool) {
    let no = |sentence: &str| (sentence.to_owned(), false);
    match standing(q, promise(known)) {
        Standing::Closed(reason) => no(&format!("is not called any more: {}", why(reason))),
        Standing::WithAgent => no("is with an agent now"),
        Standing::CallbackUnknown => no("waits for a callback that is not known here"),
        Standing::Promised { due_at, then } => no(&decided(&Question { now: due_at, ..*q }, then, q.now).0),
        Standing::Asked(verdict) => decided(q, verdict, q.now),
    }
}

/// The callback that the contact waits for.
fn promise(known: &Known) -> Option<&Callback> {
    known.callback.as_ref().filter(|_| matches!(known.contact.state, ContactState::Promised { .. }))
}

/// What follows when the rules have given this verdict, seen from `now`.
fn decided(q: &Question<'_>, verdict: Verdict, now: Timestamp) -> (String, bool) {
    let from = |at, number: &ContactNumber| {
        format!("is called from {} on {}", local(at, zones_of(q, number), q.rules), number.number.redacted())
    };
    match verdict {
        Verdict::Now(number) if q.now > now => (from(q.now, &number), false),
        Verdict::Now(number) => (format!("may be called now on {}", number.number.redacted()), true),
        Verdict::Later { at, number, .. } => (from(at, &number), false),
        Verdict::OnHold => (on_hold(q), false),
        Verdict::Never(reason) => (format!("is not called any more: {}", why(reason)), false),
    }
}

fn on_hold(q: &Question<'_>) -> String {
    match q.campaign.state {
        CampaignState::Running => "is not called until someone sets a zone",
        CampaignState::Draft | CampaignState::Paused => "is not called until someone starts the campaign",
        CampaignState::Ended => "is not called any more: the campaign is ended",
    }
    .to_owned()
}

fn why(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Done => "it is done",
        CloseReason::Agent => "an agent closed it",
        CloseReason::AttemptsUsedUp => "the attempts are used up",
        CloseReason::NoNumberLeft => "no number is left to try",
        CloseReason::Suppressed => "its numbers are on do-not-call lists",
        CloseReason::DoNotCall => "the person asked not to be called",
        CloseReason::CallbackMissed => "its callback was missed",
        CloseReason::NeverInWindow => "the calling hours leave no moment for its zones",
    }
}

/// A promise carries its own zones.
fn zones_of<'a>(q: &Question<'a>, number: &'a ContactNumber) -> &'a ZoneSet {
    if q.promised.is_some() { &number.zones } else { q.contact.zones_of(number).0 }
}

fn told(answer: &Answer, q: &Question<'_>) -> RuleAnswer {
    let zones = match &answer.finding {
        Finding::ZoneKnown { zones, .. } | Finding::CallingWindow { zones } => Some(zones),
        Finding::CampaignRunning { .. }
        | Finding::ContactWaiting { .. }
        | Finding::NotBefore { .. }
        | Finding::ContactAttempts { .. }
        | Finding::NumberClosed
        | Finding::NumberAttempts { .. }
        | Finding::Suppression { .. } => None,
    };
    let of_number =
        |number: &PhoneNumber| q.contact.numbers.iter().find(|it| it.number == *number).map(|it| zones_of(q, it));
    let zones = zones.or_else(|| of_number(answer.number.as_ref()?)).or_else(|| of_contact(q));
    RuleAnswer {
        rule: answer.finding.code(),
        number: answer.number.as_ref().map(PhoneNumber::redacted),
        allows: answer.allows,
        says: answer.to_string(),
        facts: answer.finding.clone(),
        changes_at: answer.changes_at,
        changes_at_local: answer.changes_at.zip(zones).map(|(at, zones)| local(at, zones, q.rules)),
    }
}

/// The zones of the promised number, or of the first.
fn of_contact<'a>(q: &Question<'a>) -> Option<&'a ZoneSet> {
    q.promised.or(q.contact.numbers.first()).map(|number| zones_of(q, number))
}

/// An instant on the wall clocks of `zones`; zones that show the same are named together.
fn local(at: Timestamp, zones: &ZoneSet, rules: &ZoneRules) -> String {
    let mut shown: Vec<(String, Vec<&str>)> = Vec::new();
    for zone in zones.iter().map(|zone: Zone| (zone, rules.local(at, zone).strftime("%Y-%m-%d %H:%M").to_string())) {
        match shown.iter_mut().find(|(clock, _)| *clock == zone.1) {
            Some((_, names)) => names.push(zone.0.name()),
            None => shown.push((zone.1, vec![zone.0.name()])),
        }
    }
    let shown: Vec<_> = shown.into_iter().map(|(clock, names)| format!("{clock} in {}", names.join(", "))).collect();
    if shown.is_empty() { at.to_string() } else { shown.join(" and ") }
}

impl fmt::Display for Explanation {
    /// For the terminal: the sentence, then a line for each rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "contact {} of campaign {} {}", self.contact_id, self.campaign, self.verdict)?;
        let mut about = None;
        for answer in &self.answers {
            if answer.number != about {
                about.clone_from(&answer.number);
                writeln!(f, "\n{}", about.as_deref().unwrap_or_default())?;
            }
            let mark = if answer.allows { "yes" } else { "NO " };
            write!(f, "  {mark}  {:<17} {}", answer.rule, answer.says)?;
            match &answer.changes_at_local {
                Some(at) => writeln!(f, "; until {at}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

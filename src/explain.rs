//! Why a contact is called or not: the one question that everybody asks of a dialer, answered from the rules themselves.
//!
//! [`explain`] asks every rule at one instant and says what follows in a sentence. Numbers are redacted, so that the answer
//! can be sent around.

use std::fmt;

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
    Explanation {
        contact_id: known.contact.id,
        campaign: known.campaign.rules.name.clone(),
        asked_at: now,
        verdict,
        callable,
        answers: eligibility::explain(&question).iter().map(|answer| told(answer, &question)).collect(),
    }
}

/// The verdict as a sentence, and whether it is a call now.
fn said(known: &Known, q: &Question<'_>) -> (String, bool) {
    let no = |sentence: String| (sentence, false);
    match (known.contact.state, promise(known)) {
        (ContactState::Closed { reason }, _) => no(format!("is not called any more: {}", why(reason))),
        (ContactState::InProgress, _) => no("is with an agent now".to_owned()),
        (ContactState::Promised { .. }, None) => no("waits for a callback that is not known here".to_owned()),
        // Whether a promise can be kept is a question for the moment it falls due.
        (ContactState::Promised { .. }, Some(callback)) if callback.due_at > q.now => {
            no(decided(&Question { now: callback.due_at, ..*q }, q.now).0)
        }
        (ContactState::Promised { .. } | ContactState::Waiting { .. }, _) => decided(q, q.now),
    }
}

/// The callback that the contact waits for.
fn promise(known: &Known) -> Option<&Callback> {
    known.callback.as_ref().filter(|_| matches!(known.contact.state, ContactState::Promised { .. }))
}

/// What follows when the rules are asked, seen from `now`.
fn decided(q: &Question<'_>, now: Timestamp) -> (String, bool) {
    let from = |at, number: &ContactNumber| {
        format!("is called from {} on {}", local(at, zones_of(q, number), q.rules), number.number.redacted())
    };
    match eligibility::decide(q) {
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

//! What people see: the agent their own state, preview and call with the actions that work now; the supervisor the team.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil};
use serde::Serialize;

use super::{
    Engine,
    input::Candidate,
    session::{Activity, Session},
};
use crate::domain::{
    agent::{Agent, AgentState, NextState},
    attempt::{Attempt, Phase},
    callback::Callback,
    campaign::{Campaign, WrapUpMode},
    contact::ContactNumber,
    ids::{AgentId, AttemptId, CallbackId, CampaignId, ContactId, ReservationId},
    outcome::{Classification, Outcome},
    phone::PhoneNumber,
    schema::{Instant, WallClock},
    wall_time::{Fold, Resolution},
    zone::{Zone, ZoneSet, ZoneSource},
};

/// What an agent sees.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AgentView {
    /// Who they are.
    pub agent: Agent,
    /// Their state.
    pub state: AgentState,
    /// Since when; none when logged out.
    #[schemars(with = "Option<Instant>")]
    pub since_at: Option<Timestamp>,
    /// Their phone.
    pub extension: Option<String>,
    /// Why they are not ready.
    pub reason: Option<String>,
    /// The state that follows.
    pub pending: Option<NextState>,
    /// Wrap-up follows the call because they asked for it.
    pub wrap_up_pending: bool,
    /// The preview they read.
    pub preview: Option<PreviewView>,
    /// Their call, from the accept to the end of wrap-up.
    pub call: Option<CallView>,
    /// The commands that work now.
    pub allowed_commands: Vec<&'static str>,
    /// The number of the last event this view knows of.
    pub last_event_seq: i64,
    /// The server's clock.
    #[schemars(with = "Instant")]
    pub now: Timestamp,
}

/// The preview of a contact.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PreviewView {
    /// The reservation.
    pub reservation_id: ReservationId,
    /// When the campaign's action happens by itself.
    #[schemars(with = "Instant")]
    pub expires_at: Timestamp,
    /// Whole seconds until then.
    pub seconds_left: i64,
    /// Whom it is about.
    pub customer: CustomerView,
    /// The promise it keeps.
    pub callback: Option<CallbackView>,
}

/// A customer, as the campaign shows them.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CustomerView {
    /// The contact.
    pub contact_id: ContactId,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its name.
    pub campaign: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Account number.
    pub account_number: String,
    /// The number that is or would be dialled.
    pub number: PhoneNumber,
    /// What the list calls it.
    pub number_label: String,
    /// All numbers of the contact.
    pub numbers: Vec<PhoneNumber>,
    /// The customer's clock, in each zone they may be in.
    pub local_times: Vec<LocalTime>,
    /// Where the zones come from.
    pub zone_source: ZoneSource,
    /// The list's columns, those the campaign shows, in its order.
    pub fields: Vec<Field>,
    /// Attempts so far.
    pub attempts: u32,
    /// How the last one ended.
    pub last_outcome: Option<Outcome>,
}

/// One column of the list.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Field {
    /// Its header.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What the clock shows at the customer's.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct LocalTime {
    /// Where.
    pub zone: Zone,
    /// Date and time there.
    #[schemars(with = "WallClock")]
    pub at: civil::DateTime,
}

/// A call, from the accept to the end of wrap-up.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CallView {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// Where it is: `dialing`, `talking`, `wrapping_up`.
    pub phase: &'static str,
    /// Whom.
    pub customer: CustomerView,
    /// When it was dialled.
    #[schemars(with = "Instant")]
    pub opened_at: Timestamp,
    /// When the customer answered.
    #[schemars(with = "Option<Instant>")]
    pub answered_at: Option<Timestamp>,
    /// Who answered, as it stands.
    pub classification: Classification,
    /// The reasons to choose from.
    pub wrap_up_reasons: Vec<String>,
    /// The reason chosen.
    pub wrap_up_reason: Option<String>,
    /// When wrap-up ends by itself.
    #[schemars(with = "Option<Instant>")]
    pub wrap_up_ends_at: Option<Timestamp>,
    /// Whole seconds until then.
    pub wrap_up_seconds_left: Option<i64>,
    /// The promise made in this call.
    pub callback: Option<CallbackView>,
}

/// A promise to call again.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CallbackView {
    /// Which.
    pub callback_id: CallbackId,
    /// The customer's date and time.
    #[schemars(with = "WallClock")]
    pub at: civil::DateTime,
    /// Their zone.
    pub zone: Zone,
    /// Which of the two, where the clock shows that time twice.
    pub fold: Fold,
    /// Did the agent choose the zone?
    pub zone_stated_by_agent: bool,
    /// The number.
    pub number: PhoneNumber,
    /// The instant that was promised.
    #[schemars(with = "Instant")]
    pub promised_at: Timestamp,
    /// The instant it is called.
    #[schemars(with = "Instant")]
    pub due_at: Timestamp,
    /// What was done where the clock shows that time twice or never, or the calling hours are closed then.
    pub notes: Vec<String>,
    /// Whose it is; none means any agent's.
    pub owner_id: Option<AgentId>,
}

/// What a supervisor sees of a team.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TeamView {
    /// Its agents, those at work and those not.
    pub agents: Vec<AgentLine>,
    /// Agents by state.
    pub by_state: BTreeMap<AgentState, usize>,
    /// Open previews.
    pub previews: usize,
    /// Open calls.
    pub calls: usize,
    /// Callbacks that are due and wait for an agent.
    pub callbacks_due: usize,
    /// The number of the last event this view knows of.
    pub last_event_seq: i64,
}

/// One agent on the board.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AgentLine {
    /// Who.
    pub agent: Agent,
    /// Their state.
    pub state: AgentState,
    /// Since when; none when logged out.
    #[schemars(with = "Option<Instant>")]
    pub since_at: Option<Timestamp>,
    /// Why they are not ready.
    pub reason: Option<String>,
    /// The state that follows.
    pub pending: Option<NextState>,
    /// Their phone.
    pub extension: Option<String>,
    /// The contact they work on.
    pub contact_id: Option<ContactId>,
}

impl Engine {
    /// What an agent sees; none if there is no such agent in this team.
    pub fn agent_view(&self, id: AgentId) -> Option<AgentView> {
        let agent = self.agents.get(&id)?.clone();
        let session = self.sessions.get(&id);
        Some(AgentView {
            agent,
            state: session.map_or(AgentState::LoggedOut, |s| s.activity.state()),
            since_at: session.map(|s| s.since_at),
            extension: session.map(|s| s.extension.clone()),
            reason: session.and_then(reason_of),
            pending: session.and_then(Session::pending),
            wrap_up_pending: session.is_some_and(|s| s.wrap_up_asked),
            preview: session.and_then(|s| self.preview_view(s)),
            call: session.and_then(|s| self.call_view(s)),
            allowed_commands: self.allowed_commands(id),
            last_event_seq: self.last_seq,
            now: self.now,
        })
    }

    /// What a supervisor sees.
    pub fn team_view(&self) -> TeamView {
        let agents: Vec<AgentLine> = self.agents.values().map(|agent| self.agent_line(agent)).collect();
        let mut by_state: BTreeMap<AgentState, usize> = AgentState::ALL.map(|state| (state, 0)).into();
        for line in &agents {
            *by_state.entry(line.state).or_default() += 1;
        }
        TeamView {
            agents,
            by_state,
            previews: self.reservations.len(),
            calls: self.attempts.len(),
            callbacks_due: self.due_callbacks.len(),
            last_event_seq: self.last_seq,
        }
    }

    fn agent_line(&self, agent: &Agent) -> AgentLine {
        let session = self.sessions.get(&agent.id);
        let contact_id = session.and_then(|s| match &s.activity {
            Activity::Previewing { reservation_id } => self.reservations.get(reservation_id).map(|r| r.contact_id),
            activity => activity.attempt_id().and_then(|id| self.attempts.get(&id)).map(|a| a.contact_id),
        });
        AgentLine {
            agent: agent.clone(),
            state: session.map_or(AgentState::LoggedOut, |s| s.activity.state()),
            since_at: session.map(|s| s.since_at),
            reason: session.and_then(reason_of),
            pending: session.and_then(Session::pending),
            extension: session.map(|s| s.extension.clone()),
            contact_id,
        }
    }

    /// The commands that work for an agent now: the one list that clients show their buttons by.
    pub fn allowed_commands(&self, id: AgentId) -> Vec<&'static str> {
        let Some(session) = self.sessions.get(&id) else { return vec!["sign_in"] };
        let mut allowed = vec!["sign_in", "renew_presence", "ready", "not_ready"];
        match &session.activity {
            Activity::NotReady { .. } | Activity::Ready => allowed.push("sign_out"),
            Activity::Previewing { reservation_id } => self.allow_preview(*reservation_id, &mut allowed),
            Activity::Dialing { .. } => {
                allowed.extend(["end", "reclassify", "schedule_callback", "state_zone"]);
            }
            Activity::Talking { attempt_id } => {
                allowed.extend(["end", "reclassify", "schedule_callback", "state_zone"]);
                let campaign = self.attempts.get(attempt_id).and_then(|a| self.campaign(a.campaign_id));
                if campaign.is_some_and(|c| c.rules.wrap_up.mode != WrapUpMode::NotAllowed) {
                    allowed.push("wrap_up");
                }
                if campaign.is_some_and(|c| !c.rules.wrap_up.reasons.is_empty()) {
                    allowed.push("apply_wrap_up_reason");
                }
            }
            Activity::WrapUp { attempt_id, .. } => self.allow_wrap_up(*attempt_id, &mut allowed),
        }
        let attempt = session.activity.attempt_id().and_then(|id| self.attempts.get(&id));
        if let Some(attempt) = attempt {
            if attempt.promises_callback_id.is_some() {
                allowed.push("cancel_callback");
            }
            if attempt.classification == Some(Classification::DoNotCall) {
                allowed.retain(|command| *command != "schedule_callback");
            }
        }
        allowed.sort_unstable();
        allowed
    }

    fn allow_preview(&self, id: ReservationId, allowed: &mut Vec<&'static str>) {
        allowed.push("accept_preview");
        let campaign = self.reservations.get(&id).and_then(|r| self.campaign(r.campaign_id));
        if campaign.is_some_and(|c| c.rules.preview.reject_allowed) {
            allowed.push("reject_preview");
        }
        if campaign.is_some_and(|c| c.rules.preview.close_allowed) {
            allowed.push("close_preview");
        }
    }

    fn allow_wrap_up(&self, id: AttemptId, allowed: &mut Vec<&'static str>) {
        allowed.extend(["reclassify", "schedule_callback", "state_zone"]);
        let Some(attempt) = self.attempts.get(&id) else { return };
        let Some(campaign) = self.campaign(attempt.campaign_id) else { return };
        if !campaign.rules.wrap_up.reasons.is_empty() {
            allowed.push("apply_wrap_up_reason");
        }
        if campaign.rules.wrap_up.mode == WrapUpMode::RequiredWithReason && attempt.wrap_up_reason.is_none() {
            allowed.retain(|command| !matches!(*command, "ready" | "not_ready"));
        }
    }

    fn campaign(&self, id: CampaignId) -> Option<&Campaign> {
        self.desks.get(&id).map(|desk| &desk.campaign)
    }

    fn preview_view(&self, session: &Session) -> Option<PreviewView> {
        let Activity::Previewing { reservation_id } = session.activity else { return None };
        let reservation = self.reservations.get(&reservation_id)?;
        let candidate = self.held.get(&reservation.contact_id)?;
        Some(PreviewView {
            reservation_id,
            expires_at: reservation.expires_at,
            seconds_left: self.seconds_until(reservation.expires_at),
            customer: self.customer_view(candidate, &reservation.number)?,
            callback: reservation.callback_id.and_then(|id| self.callbacks.get(&id)).map(|c| self.callback_view(c)),
        })
    }

    fn call_view(&self, session: &Session) -> Option<CallView> {
        let attempt = self.attempts.get(&session.activity.attempt_id()?)?;
        let candidate = self.held.get(&attempt.contact_id)?;
        let campaign = self.campaign(attempt.campaign_id)?;
        let (phase, answered_at, wrap_up_ends_at) = match attempt.phase {
            Phase::Dialing => ("dialing", None, None),
            Phase::Talking { answered_at } => ("talking", Some(answered_at), None),
            Phase::WrappingUp { answered_at, wrap_up_ends_at, .. } => {
                ("wrapping_up", Some(answered_at), Some(wrap_up_ends_at))
            }
            Phase::Ended(_) => return None,
        };
        Some(CallView {
            attempt_id: attempt.id,
            phase,
            customer: self.customer_view(candidate, &self.dialled(candidate, attempt)?)?,
            opened_at: attempt.opened_at,
            answered_at,
            classification: attempt.classification.unwrap_or_default(),
            wrap_up_reasons: campaign.rules.wrap_up.reasons.clone(),
            wrap_up_reason: attempt.wrap_up_reason.clone(),
            wrap_up_ends_at,
            wrap_up_seconds_left: wrap_up_ends_at.map(|at| self.seconds_until(at)),
            callback: attempt
                .promises_callback_id
                .and_then(|id| self.callbacks.get(&id))
                .map(|callback| self.callback_view(callback)),
        })
    }

    fn seconds_until(&self, at: Timestamp) -> i64 {
        at.duration_since(self.now).as_secs().max(0)
    }

    /// The number of an attempt: one of the contact's, or the one a callback promised.
    fn dialled(&self, candidate: &Candidate, attempt: &Attempt) -> Option<ContactNumber> {
        let promised = attempt.keeps_callback_id.and_then(|id| self.callbacks.get(&id)).map(|c| &c.number);
        candidate.contact.numbers.iter().chain(promised).find(|n| n.number == attempt.number).cloned()
    }

    fn customer_view(&self, candidate: &Candidate, number: &ContactNumber) -> Option<CustomerView> {
        let contact = &candidate.contact;
        let campaign = self.campaign(contact.campaign_id)?;
        let (zones, zone_source) = contact.zones_of(number);
        Some(CustomerView {
            contact_id: contact.id,
            campaign_id: contact.campaign_id,
            campaign: campaign.rules.name.clone(),
            first_name: contact.first_name.clone(),
            last_name: contact.last_name.clone(),
            account_number: contact.account_number.clone(),
            number: number.number.clone(),
            number_label: number.label.clone(),
            numbers: contact.numbers.iter().map(|n| n.number.clone()).collect(),
            local_times: self.local_times(zones),
            zone_source,
            fields: fields(&contact.variables, &campaign.rules.preview.fields),
            attempts: contact.progress.attempts,
            last_outcome: contact.progress.last_outcome,
        })
    }

    fn local_times(&self, zones: &ZoneSet) -> Vec<LocalTime> {
        zones.iter().map(|zone| LocalTime { zone, at: self.rules.local(self.now, zone) }).collect()
    }

    fn callback_view(&self, callback: &Callback) -> CallbackView {
        let how = callback.wall_time.resolve(&self.rules).how;
        let mut notes = Vec::new();
        if how != Resolution::Exact {
            notes.push(callback.wall_time.explain(&how));
        }
        if callback.due_at != callback.promised_at {
            let local = self.rules.local(callback.due_at, callback.wall_time.zone);
            notes.push(format!(
                "the calling hours are closed then; it is called at {} there",
                local.strftime("%Y-%m-%d %H:%M")
            ));
        }
        CallbackView {
            callback_id: callback.id,
            at: callback.wall_time.at,
            zone: callback.wall_time.zone,
            fold: callback.wall_time.fold,
            zone_stated_by_agent: callback.zone_stated_by_agent,
            number: callback.number.number.clone(),
            promised_at: callback.promised_at,
            due_at: callback.due_at,
            notes,
            owner_id: callback.owner_id,
        }
    }
}

fn reason_of(session: &Session) -> Option<String> {
    match &session.activity {
        Activity::NotReady { reason } => Some(reason.clone()),
        Activity::Ready
        | Activity::Previewing { .. }
        | Activity::Dialing { .. }
        | Activity::Talking { .. }
        | Activity::WrapUp { .. } => None,
    }
}

/// The columns to show: those named, in that order, or all of them.
fn fields(variables: &BTreeMap<String, String>, shown: &[String]) -> Vec<Field> {
    let field = |name: &String, value: &String| Field { name: name.clone(), value: value.clone() };
    if shown.is_empty() {
        return variables.iter().map(|(name, value)| field(name, value)).collect();
    }
    shown.iter().filter_map(|name| variables.get(name).map(|value| field(name, value))).collect()
}

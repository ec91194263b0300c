//! What people see: the agent their own state, preview and call with the actions that work now; the supervisor the team.

mod team;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil};
use serde::Serialize;

pub use self::team::{AgentLine, TeamView};
use super::{
    Engine,
    input::Candidate,
    session::{Activity, Session},
    waiting::WaitingView,
};
use crate::domain::{
    agent::{Agent, AgentState, NextState},
    attempt::Attempt,
    callback::Callback,
    campaign::Campaign,
    contact::ContactNumber,
    dialog::{Dialog, DialogKind, Participant, ParticipantState, Who},
    ids::{AgentId, CallbackId, CampaignId, ContactId, DialogId, ReservationId},
    outcome::{Classification, Outcome},
    phone::PhoneNumber,
    recording::{Recording, RecordingState},
    refusal::Refusal,
    schema::{Instant, WallClock},
    supervision::Supervision,
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
    /// Their dialogs, oldest first: those they are in, those offered to them, and the one they finish.
    pub dialogs: Vec<DialogView>,
    /// Why a Ready agent gets nothing just now.
    pub waiting: Option<WaitingView>,
    /// The supervisor with their call. One who only listens or whispers may be hidden by the settings.
    pub supervision: Option<Supervision>,
    /// What works now, apart from the dialogs; each dialog lists its own.
    pub allowed_commands: Vec<&'static str>,
    /// What does not, and why.
    pub refused_commands: BTreeMap<&'static str, RefusedView>,
    /// The number of the last event this view knows of.
    pub last_event_seq: i64,
    /// The server's clock.
    #[schemars(with = "Instant")]
    pub now: Timestamp,
}

/// Why something is not possible now.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct RefusedView {
    /// What asking for it would be refused with.
    #[serde(flatten)]
    pub refusal: Refusal,
    /// The same in words.
    pub message: String,
}

impl From<Refusal> for RefusedView {
    fn from(refusal: Refusal) -> Self {
        Self { message: refusal.to_string(), refusal }
    }
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

/// A dialog as one of its agents sees it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct DialogView {
    /// Which.
    pub dialog_id: DialogId,
    /// How it came about: `outbound`, `inbound`, `placed`, `internal`, `consult`.
    pub kind: &'static str,
    /// The dialog that a consultation is about.
    pub about: Option<DialogId>,
    /// Where the agent is: `offered`, `connecting`, `dialing`, `ringing`, `talking`, `held`, `wrapping_up`.
    pub phase: &'static str,
    /// Who takes part.
    pub participants: Vec<ParticipantView>,
    /// The contact, in a campaign's call.
    pub customer: Option<CustomerView>,
    /// The caller, in a queue's call.
    pub caller: Option<CallerView>,
    /// When it began to ring.
    #[schemars(with = "Instant")]
    pub opened_at: Timestamp,
    /// When it was answered.
    #[schemars(with = "Option<Instant>")]
    pub answered_at: Option<Timestamp>,
    /// When an offer is taken away.
    #[schemars(with = "Option<Instant>")]
    pub offered_until_at: Option<Timestamp>,
    /// Are its details unfolded? Only those of the newest dialog are (agent guide, T2.3).
    pub is_unfolded: bool,
    /// Who answered, as it stands, in a campaign's call.
    pub classification: Option<Classification>,
    /// Who answered, as the switch guesses, until an agent says it.
    pub suggested: Option<Classification>,
    /// Its recording, in a campaign's call that is recorded.
    pub recording: Option<RecordingView>,
    /// The reasons to choose from.
    pub wrap_up_reasons: Vec<String>,
    /// The reason chosen, by whichever agent.
    pub wrap_up_reason: Option<String>,
    /// When wrap-up ends by itself.
    #[schemars(with = "Option<Instant>")]
    pub wrap_up_ends_at: Option<Timestamp>,
    /// Whole seconds until then.
    pub wrap_up_seconds_left: Option<i64>,
    /// The promise made in this call.
    pub callback: Option<CallbackView>,
    /// The keypad, while it is open.
    pub keypad: Option<KeypadView>,
    /// What works in it now.
    pub allowed_acts: Vec<&'static str>,
    /// What does not, and why.
    pub refused_acts: BTreeMap<&'static str, RefusedView>,
}

/// How the recording of a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RecordingView {
    /// Where it is.
    pub state: RecordingState,
    /// Since when.
    #[schemars(with = "Instant")]
    pub since_at: Timestamp,
}

impl From<&Recording> for RecordingView {
    fn from(recording: &Recording) -> Self {
        Self { state: recording.state, since_at: recording.since_at }
    }
}

/// One party of a dialog.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ParticipantView {
    /// Who: `agent`, `customer`, `other`.
    pub who: &'static str,
    /// Which agent.
    pub agent_id: Option<AgentId>,
    /// Their name, or what was dialled.
    pub name: String,
    /// Where they are: `waiting`, `offered`, `connecting`, `dialing`, `ringing`, `active`, `held`, `leaving`.
    pub state: &'static str,
    /// What works for them now, if they are an agent.
    pub allowed_acts: Vec<&'static str>,
}

/// A caller of a queue, as the queue shows them.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct CallerView {
    /// The queue's name.
    pub queue: String,
    /// Their number, unless they withhold it.
    pub number: Option<PhoneNumber>,
    /// The call variables, those the queue shows, in its order.
    pub fields: Vec<Field>,
    /// Since when they wait or waited.
    #[schemars(with = "Instant")]
    pub arrived_at: Timestamp,
}

/// An open keypad.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct KeypadView {
    /// The keys that were asked for.
    pub keys: String,
    /// How many of them are on their way.
    pub outstanding: usize,
    /// How many can be on their way at once.
    pub outstanding_max: usize,
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

impl Engine {
    /// What an agent sees; none if there is no such agent in this team.
    pub fn agent_view(&self, id: AgentId) -> Option<AgentView> {
        let agent = self.agents.get(&id)?.clone();
        let session = self.sessions.get(&id);
        let commands = self.commands_now(session);
        Some(AgentView {
            agent,
            state: session.map_or(AgentState::LoggedOut, |s| s.activity.state()),
            since_at: session.map(|s| s.since_at),
            extension: session.map(|s| s.extension.clone()),
            reason: session.and_then(reason_of),
            pending: session.and_then(Session::pending),
            wrap_up_pending: session.is_some_and(|s| s.wrap_up_asked),
            preview: session.and_then(|s| self.preview_view(s)),
            dialogs: session.map(|s| self.dialog_views(s)).unwrap_or_default(),
            supervision: session.and_then(|s| s.supervision.clone()).filter(|s| self.is_told(s.mode)),
            waiting: session.and_then(|s| self.waiting_view(s)),
            allowed_commands: commands.allowed,
            refused_commands: commands.refused,
            last_event_seq: self.last_seq,
            now: self.now,
        })
    }

    /// An agent at work.
    pub fn session(&self, id: AgentId) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// The dialogs that are not settled.
    pub fn dialogs(&self) -> impl Iterator<Item = &Dialog> {
        self.dialogs.values()
    }

    pub(super) fn campaign(&self, id: CampaignId) -> Option<&Campaign> {
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

    fn dialog_views(&self, session: &Session) -> Vec<DialogView> {
        let mut dialogs = self.dialogs_of(session.agent_id);
        let finishes = session.wrap_up.and_then(|wrap_up| self.dialogs.get(&wrap_up.dialog_id));
        dialogs.extend(finishes.filter(|dialog| dialog.state_of(session.agent_id).is_none()));
        dialogs.sort_unstable_by_key(|dialog| (dialog.opened_at, dialog.id));
        let newest = dialogs.last().map(|dialog| dialog.id);
        let unfolded = |view: DialogView| DialogView { is_unfolded: Some(view.dialog_id) == newest, ..view };
        dialogs.into_iter().map(|dialog| unfolded(self.dialog_view(session, dialog))).collect()
    }

    fn dialog_view(&self, session: &Session, dialog: &Dialog) -> DialogView {
        let attempt = self.attempt_of(dialog.id).and_then(|id| self.attempts.get(&id));
        let candidate = attempt.and_then(|attempt| self.held.get(&attempt.contact_id));
        let customer = attempt
            .zip(candidate)
            .and_then(|(attempt, candidate)| self.customer_view(candidate, &self.dialled(candidate, attempt)?));
        let state = dialog.state_of(session.agent_id);
        let wrap_up = session.wrap_up.filter(|wrap_up| wrap_up.dialog_id == dialog.id);
        let wrap_up_ends_at = wrap_up.map(|wrap_up| wrap_up.ends_at);
        let acts = self.acts_now(session, dialog.id);
        DialogView {
            dialog_id: dialog.id,
            kind: dialog.kind.name(),
            about: if let DialogKind::Consult { about } = dialog.kind { Some(about) } else { None },
            phase: phase(session, dialog),
            participants: dialog.participants.iter().map(|p| self.participant_view(dialog, p)).collect(),
            customer,
            caller: self.caller_view(dialog),
            opened_at: dialog.opened_at,
            answered_at: dialog.answered_at,
            offered_until_at: match state {
                Some(ParticipantState::Offered { until_at }) => Some(until_at),
                Some(_) | None => None,
            },
            is_unfolded: false,
            classification: attempt.map(|attempt| attempt.classification.unwrap_or_default()),
            suggested: dialog.suggested,
            recording: attempt.and_then(|attempt| attempt.recording.as_ref()).map(RecordingView::from),
            wrap_up_reasons: self.wrap_up_reasons(dialog),
            wrap_up_reason: dialog.wrap_up_reason.clone(),
            wrap_up_ends_at,
            wrap_up_seconds_left: wrap_up_ends_at.map(|at| self.seconds_until(at)),
            callback: attempt
                .and_then(|attempt| attempt.promises_callback_id)
                .and_then(|id| self.callbacks.get(&id))
                .map(|callback| self.callback_view(callback)),
            keypad: session.keypad.as_ref().filter(|keypad| keypad.dialog_id == dialog.id).map(|keypad| KeypadView {
                keys: keypad.keys.clone(),
                outstanding: session.digits.len(),
                outstanding_max: self.digits_max(),
            }),
            allowed_acts: acts.allowed,
            refused_acts: acts.refused,
        }
    }

    fn participant_view(&self, dialog: &Dialog, participant: &Participant) -> ParticipantView {
        let agent_id = participant.who.agent_id();
        let session = agent_id.and_then(|id| self.sessions.get(&id));
        let name = match &participant.who {
            Who::Agent { agent_id } => self.agents.get(agent_id).map(|agent| agent.name.clone()).unwrap_or_default(),
            Who::Customer { .. } => String::new(),
            Who::Other { dialled, .. } => dialled.clone(),
        };
        ParticipantView {
            who: participant.who.name(),
            agent_id,
            name,
            state: participant.state.name(),
            allowed_acts: session.map(|session| self.acts_now(session, dialog.id).allowed).unwrap_or_default(),
        }
    }

    fn caller_view(&self, dialog: &Dialog) -> Option<CallerView> {
        let DialogKind::Inbound { caller, .. } = &dialog.kind else { return None };
        let rules = self.queue_of(dialog).map(|queue| &queue.rules);
        Some(CallerView {
            queue: rules.map(|rules| rules.name.clone()).unwrap_or_default(),
            number: caller.number.clone(),
            fields: fields(&caller.variables, rules.map_or(&[], |rules| rules.fields.as_slice())),
            arrived_at: dialog.opened_at,
        })
    }

    pub(super) fn seconds_until(&self, at: Timestamp) -> i64 {
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

/// Where an agent is with a dialog, in one word.
fn phase(session: &Session, dialog: &Dialog) -> &'static str {
    let rings = dialog.participants.iter().any(|p| matches!(p.state, ParticipantState::Ringing { .. }));
    match dialog.state_of(session.agent_id) {
        Some(ParticipantState::Active) if dialog.answered_at.is_some() => "talking",
        Some(ParticipantState::Active) if rings => "ringing",
        Some(ParticipantState::Active) => "dialing",
        Some(state) => state.name(),
        None => "wrapping_up",
    }
}

fn reason_of(session: &Session) -> Option<String> {
    match &session.activity {
        Activity::NotReady { reason } => Some(reason.clone()),
        Activity::Ready | Activity::Previewing { .. } | Activity::InDialogs { .. } | Activity::WrapUp { .. } => None,
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

//! The team, as a supervisor sees it: a line for each agent, and who waits.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{RecordingView, reason_of};
use crate::{
    domain::{
        agent::{Agent, AgentState, NextState},
        contact::Contact,
        dialog::{Dialog, ParticipantState},
        ids::{ContactId, DialogId},
        schema::Instant,
        supervision::Supervision,
    },
    engine::{
        Engine,
        session::{Activity, Session},
    },
};

/// What a supervisor sees of a team.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TeamView {
    /// Its agents, those at work and those not.
    pub agents: Vec<AgentLine>,
    /// Agents by state.
    pub by_state: BTreeMap<AgentState, usize>,
    /// Open previews.
    pub previews: usize,
    /// Dialogs in progress.
    pub dialogs: usize,
    /// Callers who wait for an agent.
    pub callers_waiting: usize,
    /// Since when the first of them does.
    #[schemars(with = "Option<Instant>")]
    pub callers_waiting_since_at: Option<Timestamp>,
    /// Callbacks that are due and wait for an agent.
    pub callbacks_due: usize,
    /// The number of the last event this view knows of.
    pub last_event_seq: i64,
    /// The server's clock.
    #[schemars(with = "Instant")]
    pub now: Timestamp,
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
    /// Wrap-up follows the call because they asked for it.
    pub wrap_up_pending: bool,
    /// The contact they work on.
    pub contact_id: Option<ContactId>,
    /// Its name.
    pub contact_name: Option<String>,
    /// The campaign or the service queue they work for.
    pub works_for: Option<String>,
    /// The recording of the campaign's call they are in.
    pub recording: Option<RecordingView>,
    /// The dialogs they are in.
    pub dialog_ids: Vec<DialogId>,
    /// The supervisor with their call.
    pub supervision: Option<Supervision>,
}

impl Engine {
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
            dialogs: self.dialogs.values().filter(|dialog| dialog.ended_at.is_none()).count(),
            callers_waiting: self.waiting_since().count(),
            callers_waiting_since_at: self.waiting_since().min(),
            callbacks_due: self.due_callbacks.len(),
            last_event_seq: self.last_seq,
            now: self.now,
        }
    }

    fn agent_line(&self, agent: &Agent) -> AgentLine {
        let session = self.sessions.get(&agent.id);
        let dialogs = self.dialogs_of(agent.id);
        let finishes = session.and_then(|s| s.wrap_up).map(|wrap_up| wrap_up.dialog_id);
        let in_call = dialogs.iter().map(|dialog| dialog.id).chain(finishes);
        let contact_id = match session.map(|s| &s.activity) {
            Some(Activity::Previewing { reservation_id }) => {
                self.reservations.get(reservation_id).map(|r| r.contact_id)
            }
            Some(
                Activity::NotReady { .. } | Activity::Ready | Activity::InDialogs { .. } | Activity::WrapUp { .. },
            )
            | None => {
                in_call.filter_map(|id| self.attempt_of(id)).find_map(|id| self.attempts.get(&id)).map(|a| a.contact_id)
            }
        };
        let contact = contact_id.and_then(|id| self.held.get(&id)).map(|candidate| &candidate.contact);
        let campaign = contact.and_then(|contact| self.campaign(contact.campaign_id));
        let queue = dialogs.iter().find_map(|dialog| self.queue_of(dialog)).map(|queue| queue.rules.name.clone());
        AgentLine {
            agent: agent.clone(),
            state: session.map_or(AgentState::LoggedOut, |s| s.activity.state()),
            since_at: session.map(|s| s.since_at),
            reason: session.and_then(reason_of),
            pending: session.and_then(Session::pending),
            extension: session.map(|s| s.extension.clone()),
            wrap_up_pending: session.is_some_and(|s| s.wrap_up_asked),
            contact_id,
            contact_name: contact.map(full_name),
            works_for: campaign.map(|campaign| campaign.rules.name.clone()).or(queue),
            recording: self.recording_of(&dialogs),
            dialog_ids: dialogs.iter().map(|dialog| dialog.id).collect(),
            supervision: session.and_then(|s| s.supervision.clone()),
        }
    }

    fn recording_of(&self, dialogs: &[&Dialog]) -> Option<RecordingView> {
        let attempts = dialogs.iter().filter_map(|dialog| self.attempts.get(&self.attempt_of(dialog.id)?));
        attempts.filter_map(|attempt| attempt.recording.as_ref()).map(RecordingView::from).next()
    }

    /// Since when each customer waits who waits for an agent.
    fn waiting_since(&self) -> impl Iterator<Item = Timestamp> {
        let states = self.dialogs.values().flat_map(|dialog| &dialog.participants).map(|participant| participant.state);
        states.filter_map(ParticipantState::waits_since_at)
    }
}

fn full_name(contact: &Contact) -> String {
    format!("{} {}", contact.first_name, contact.last_name).trim().to_owned()
}

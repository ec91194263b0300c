//! The recording of a campaign's call: begun when the customer answers, paused and resumed by the agents on the call, over
//! when the customer has left. What goes wrong with it is told, and never hinders the call.

use jiff::Timestamp;

use super::{Engine, output::Order};
use crate::domain::{
    attempt::Attempt,
    event::Event,
    ids::{AgentId, AttemptId, ChannelId, DialogId},
    recording::{Recording, RecordingState, Taped},
};

impl Engine {
    /// The customer answered: the call is recorded, where the campaign says so.
    pub(super) fn begin_recording(&mut self, attempt: &mut Attempt) {
        let rules = self.desks.get(&attempt.campaign_id).map(|desk| &desk.campaign.rules.recording);
        if rules.is_some_and(|rules| rules.calls_recorded) {
            attempt.recording = Some(Recording::begins(attempt.id, self.now));
            self.out.orders.extend(to_record(attempt));
        }
    }

    /// An agent wants it paused, or to go on.
    pub(super) fn want_recording(&mut self, agent_id: AgentId, mut attempt: Attempt, is_paused: bool) {
        let Some(recording) = attempt.recording.take() else { return };
        let state = if is_paused { RecordingState::Pausing } else { RecordingState::Resuming };
        attempt.recording = Some(Recording { paused_by: Some(agent_id), ..recording.becomes(state, self.now) });
        self.out.orders.extend(to_record(&attempt));
        self.keep(attempt);
    }

    /// The switch told how the recording of a customer's line does. What follows an older order says nothing of what is now.
    pub(super) fn taped(&mut self, channel_id: ChannelId, server: String, taped: Taped, asked_at: Timestamp) {
        use RecordingState::{Failed, Paused, Pausing, Recording as Runs, Resuming, Starting, Stored};
        let Some(mut attempt) = self.attempt_of_line(channel_id) else { return };
        let Some(recording) = attempt.recording.clone() else { return };
        if taped != Taped::Failed && asked_at != recording.since_at {
            return;
        }
        let attempt_id = attempt.id;
        let is_first = recording.server.is_none();
        let started = Event::RecordingStarted { attempt_id, path: recording.path.clone(), server: server.clone() };
        let (state, event) = match (recording.state, taped) {
            (Starting | Resuming, Taped::Runs) if is_first => (Runs, started),
            (Resuming, Taped::Runs) => (Runs, Event::RecordingResumed { attempt_id }),
            (Pausing, Taped::Runs) if is_first => (Pausing, started),
            (Pausing, Taped::Pauses) => (Paused, Event::RecordingPaused { attempt_id }),
            (Starting | Runs | Pausing | Paused | Resuming, Taped::Failed) => {
                (Failed, Event::RecordingFailed { attempt_id })
            }
            (Starting | Runs | Pausing | Paused | Resuming | Failed | Stored, _) => return,
        };
        let server = if taped == Taped::Failed { recording.server.clone() } else { Some(server) };
        attempt.recording = Some(Recording { server, ..recording }.becomes(state, self.now));
        self.say_of_recording(attempt, event);
    }

    /// The customer has left: there is nothing to record any more.
    pub(super) fn end_recording(&mut self, id: DialogId) {
        let Some(mut attempt) = self.attempt_of(id).and_then(|id| self.attempts.get(&id)).cloned() else { return };
        let Some(recording) = attempt.recording.take() else { return };
        let ended = recording.clone().ends(self.now);
        let has_failed = ended.state == RecordingState::Failed && recording.state != RecordingState::Failed;
        attempt.recording = Some(ended);
        if has_failed {
            let attempt_id = attempt.id;
            self.say_of_recording(attempt, Event::RecordingFailed { attempt_id });
        } else {
            self.keep(attempt);
        }
    }

    /// What the switch was asked for and did not answer is asked again.
    pub(super) fn ask_recording_again(&mut self, channel_id: ChannelId) {
        let on_its_way = |attempt: &Attempt| attempt.recording.as_ref().is_some_and(|it| it.state.is_on_its_way());
        if let Some(attempt) = self.attempt_of_line(channel_id).filter(on_its_way) {
            self.out.orders.extend(to_record(&attempt));
        }
    }

    /// Every recording, as it is wanted.
    pub(super) fn recordings_wanted(&self) -> Vec<Order> {
        let there = |attempt: &&Attempt| {
            let dialog = self.dialogs.get(&DialogId::from(attempt.id));
            dialog.is_some_and(|dialog| dialog.customer() == Some(ChannelId::from(attempt.id)))
        };
        self.attempts.values().filter(there).filter_map(to_record).collect()
    }

    /// The attempt whose customer has this line.
    fn attempt_of_line(&self, channel_id: ChannelId) -> Option<Attempt> {
        self.attempts.get(&AttemptId::from(channel_id.0)).cloned()
    }

    fn say_of_recording(&mut self, attempt: Attempt, event: Event) {
        let id = DialogId::from(attempt.id);
        self.emit_of(&attempt, event);
        self.tell_colleagues(id, attempt.agent_id, &Event::DialogUpdated { dialog_id: id });
        self.keep(attempt);
    }
}

fn to_record(attempt: &Attempt) -> Option<Order> {
    let recording = attempt.recording.as_ref()?;
    let is_paused = recording.state.wants_pause()?;
    let (path, asked_at) = (recording.path.clone(), recording.since_at);
    Some(Order::Record { channel_id: attempt.id.into(), path, is_paused, asked_at })
}

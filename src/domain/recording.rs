//! The recording of a campaign's call, as the customer hears it: one file with both sides, beside the attempt it is named by.
//!
//! A pause holds until somebody on the call resumes it, whoever joins or leaves meanwhile: nothing on tape is better than a
//! card number on tape, and only people know when it has been said. The supervisor sees how long it lasts.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ids::{AgentId, AttemptId},
    schema::Instant,
};

/// The recording of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recording {
    /// Its file, below the switch's folder of recordings.
    pub path: String,
    /// The switch that has it, once it has begun.
    pub server: Option<String>,
    /// Where it is.
    pub state: RecordingState,
    /// Since when.
    #[schemars(with = "Instant")]
    pub since_at: Timestamp,
    /// The agent who paused or resumed it last.
    pub paused_by: Option<AgentId>,
}

/// Where a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// The switch was asked to record.
    Starting,
    /// What is said is on tape.
    Recording,
    /// A pause was asked for: what is said may still be on tape.
    Pausing,
    /// What is said is not on tape.
    Paused,
    /// It is to go on: what is said may be on tape.
    Resuming,
    /// There is none, or it stopped in the middle.
    Failed,
    /// The call is over, and its recording with it.
    Stored,
}

/// What the switch tells of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Taped {
    /// It runs.
    Runs,
    /// It is paused.
    Pauses,
    /// It could not begin, or stopped.
    Failed,
}

impl RecordingState {
    /// Is it to be on tape, as far as people want? None where there is nothing to want any more.
    pub fn wants_pause(self) -> Option<bool> {
        match self {
            Self::Starting | Self::Recording | Self::Resuming => Some(false),
            Self::Pausing | Self::Paused => Some(true),
            Self::Failed | Self::Stored => None,
        }
    }

    /// Was the switch asked for something that it did not answer yet?
    pub fn is_on_its_way(self) -> bool {
        matches!(self, Self::Starting | Self::Pausing | Self::Resuming)
    }
}

impl Recording {
    /// One that begins now, named by its attempt, in a folder of its day (UTC).
    pub fn begins(attempt_id: AttemptId, now: Timestamp) -> Self {
        Self {
            path: format!("{}/{attempt_id}.wav", now.strftime("%Y-%m-%d")),
            server: None,
            state: RecordingState::Starting,
            since_at: now,
            paused_by: None,
        }
    }

    /// The same, somewhere else from now on.
    #[must_use]
    pub fn becomes(self, state: RecordingState, now: Timestamp) -> Self {
        if self.state == state { self } else { Self { state, since_at: now, ..self } }
    }

    /// The call is over: what was never on tape has failed.
    #[must_use]
    pub fn ends(self, now: Timestamp) -> Self {
        let state = match self.state {
            RecordingState::Starting | RecordingState::Failed => RecordingState::Failed,
            RecordingState::Pausing if self.server.is_none() => RecordingState::Failed,
            RecordingState::Recording
            | RecordingState::Pausing
            | RecordingState::Paused
            | RecordingState::Resuming
            | RecordingState::Stored => RecordingState::Stored,
        };
        self.becomes(state, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_named_by_its_attempt_in_a_folder_of_its_day() {
        let now = "2026-11-25T23:59:59Z".parse().unwrap();
        let recording = Recording::begins(AttemptId(uuid::Uuid::from_u128(7)), now);
        assert_eq!(recording.path, "2026-11-25/00000000-0000-0000-0000-000000000007.wav");
        assert_eq!(recording.ends(now).state, RecordingState::Failed, "the switch never said that it began");
    }
}

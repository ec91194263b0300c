//! Recordings. A channel that snoops on the customer's, both ways, is what is recorded: it hears what the customer says and
//! hears, in whichever room they are and in none, and ends with them. [`super::snoops`] makes it, and sees to it that it hears
//! everybody.
//!
//! | has | wanted | asked |
//! | --- | --- | --- |
//! | nothing | on tape | a recording of the channel that snoops |
//! | runs | off the tape | pause |
//! | paused | on tape | resume |

use jiff::Timestamp;
use serde_json::json;

use super::{
    Asked, Conductor, Stage,
    line::{Line, Snoops},
};
use crate::{
    domain::{attempt::CallProgress, ids::ChannelId, recording::Taped},
    switch::ari::{
        events::RecordingInfo,
        files::{recording_name, stored_name},
    },
};

/// The recording of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tape {
    /// Its name at Asterisk.
    name: String,
    /// Is it to be kept off the tape?
    wants_pause: bool,
    /// When that was wanted.
    asked_at: Timestamp,
    has: Has,
}

/// What Asterisk has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Has {
    /// Nothing.
    Nothing,
    /// A channel that snoops, of an earlier connection; whether it is recorded, and paused, is not known.
    Unknown,
    /// A recording that was asked for and has not begun.
    Begins,
    /// A recording, running or paused.
    Tape { is_paused: bool },
    /// A recording that was asked to pause, or to go on.
    Turns,
    /// It cannot be.
    Failed,
}

impl Conductor {
    /// The line is to be recorded, or kept off the tape.
    pub(super) fn want_tape(&mut self, id: ChannelId, path: &str, wants_pause: bool, asked_at: Timestamp) {
        let name = recording_name(path).to_owned();
        let has = self.has_at_first(id);
        let tape = self.tapes.entry(id).or_insert(Tape { name, wants_pause, asked_at, has });
        (tape.wants_pause, tape.asked_at) = (wants_pause, asked_at);
        match tape.has {
            // It may have been told, and not heard.
            Has::Tape { is_paused } if is_paused == wants_pause => self.tell_tape(id, is_paused),
            Has::Failed => self.tell_taped(id, Taped::Failed),
            Has::Tape { .. } | Has::Nothing | Has::Unknown | Has::Begins | Has::Turns => {}
        }
    }

    /// Asks for whatever is wanted of recordings and is not.
    pub(super) fn tend_tapes(&mut self) {
        let ids: Vec<ChannelId> = self.tapes.keys().copied().collect();
        for id in ids {
            self.tend_tape(id);
        }
    }

    fn tend_tape(&mut self, id: ChannelId) {
        let is_up = |line: Option<&Line>| line.is_some_and(|line| line.stage == Stage::Up);
        let Some(tape) = self.tapes.get(&id).cloned().filter(|_| self.lines.contains_key(&id)) else { return };
        match tape.has {
            Has::Nothing if tape.wants_pause && is_up(self.lines.get(&id)) => self.is_on_tape(id, true),
            Has::Nothing if !tape.wants_pause && is_up(self.lines.get(&self.recorder_of(id))) => self.begin(id, &tape),
            Has::Unknown => self.turn(id, &tape),
            Has::Tape { is_paused } if is_paused != tape.wants_pause => self.turn(id, &tape),
            Has::Nothing | Has::Begins | Has::Tape { .. } | Has::Turns | Has::Failed => {}
        }
    }

    fn begin(&mut self, id: ChannelId, tape: &Tape) {
        // What an earlier recording of the same call left goes on.
        let body = json!({ "name": tape.name, "format": "wav", "ifExists": "append", "terminateOn": "none" });
        let uri = format!("channels/{}/record", self.recorder_of(id));
        self.has_of_tape(id, Has::Begins);
        self.ask(Asked::Tape(id), "POST", uri, Some(body));
    }

    fn turn(&mut self, id: ChannelId, tape: &Tape) {
        self.has_of_tape(id, Has::Turns);
        let method = if tape.wants_pause { "POST" } else { "DELETE" };
        let uri = format!("recordings/live/{}/pause", stored_name(&tape.name));
        self.ask(Asked::Pause(id, tape.wants_pause), method, uri, None);
    }

    /// Asterisk says that a recording began, or that it cannot be.
    pub(super) fn tape_told(&mut self, recording: &RecordingInfo, taped: Taped) {
        let Some(id) = self.tapes.iter().find(|(_, tape)| tape.name == recording.name).map(|(id, _)| *id) else {
            return;
        };
        match taped {
            Taped::Failed => self.tape_fails(id),
            Taped::Runs | Taped::Pauses => self.is_on_tape(id, false),
        }
    }

    /// What was asked of a recording is answered.
    pub(super) fn tape_answered(&mut self, asked: Asked, status: u16) {
        let is_good = (200..300).contains(&status);
        match asked {
            Asked::Pause(id, is_paused) if is_good => self.is_on_tape(id, is_paused),
            // There is no recording: none was wanted yet, or none had begun before the connection broke.
            Asked::Pause(id, true) if status == 404 => self.is_on_tape(id, true),
            Asked::Pause(id, false) if status == 404 => self.has_of_tape(id, Has::Nothing),
            Asked::Tape(id) | Asked::Pause(id, _) if !is_good => self.tape_fails(id),
            _ => {}
        }
    }

    fn is_on_tape(&mut self, id: ChannelId, is_paused: bool) {
        self.has_of_tape(id, Has::Tape { is_paused });
        self.tell_tape(id, is_paused);
    }

    fn tell_tape(&mut self, id: ChannelId, is_paused: bool) {
        self.tell_taped(id, if is_paused { Taped::Pauses } else { Taped::Runs });
    }

    /// The lines that are recorded, or soon will be.
    pub(super) fn on_tape(&self) -> Vec<ChannelId> {
        let is_or_will_be = |tape: &Tape| match tape.has {
            Has::Nothing => !tape.wants_pause,
            Has::Unknown | Has::Begins | Has::Tape { .. } | Has::Turns => true,
            Has::Failed => false,
        };
        self.tapes.iter().filter(|(_, tape)| is_or_will_be(tape)).map(|(id, _)| *id).collect()
    }

    /// Is a recording of this line wanted that Asterisk has nothing of?
    pub(super) fn begins_tape(&self, id: ChannelId) -> bool {
        self.tapes.get(&id).is_some_and(|tape| tape.has == Has::Nothing && !tape.wants_pause)
    }

    /// The line is not recorded, and its channel that snoops is not wanted any more: what is said to be no recording must not
    /// go on being one.
    pub(super) fn tape_fails(&mut self, id: ChannelId) {
        if self.tapes.contains_key(&id) {
            self.has_of_tape(id, Has::Failed);
            self.tell_taped(id, Taped::Failed);
        }
    }

    fn tell_taped(&mut self, id: ChannelId, taped: Taped) {
        let Some(asked_at) = self.tapes.get(&id).map(|tape| tape.asked_at) else { return };
        let server = self.server.clone();
        self.tell(id, CallProgress::Recording { server, taped, asked_at });
    }

    fn has_of_tape(&mut self, id: ChannelId, has: Has) {
        if let Some(tape) = self.tapes.get_mut(&id) {
            tape.has = has;
        }
    }

    /// The connection is there again: what was recorded goes on being so.
    pub(super) fn tapes_again(&mut self) {
        let lines = &self.lines;
        self.tapes.retain(|id, _| lines.contains_key(id));
        let ids: Vec<ChannelId> = self.tapes.keys().copied().collect();
        for id in ids {
            self.has_of_tape(id, self.has_at_first(id));
        }
    }

    /// What there is of the recording of a line, for whoever does not know yet.
    fn has_at_first(&self, id: ChannelId) -> Has {
        if self.lines.contains_key(&self.recorder_of(id)) { Has::Unknown } else { Has::Nothing }
    }

    /// The line has ended, and its recording with it.
    pub(super) fn forget_tape(&mut self, id: ChannelId) {
        self.tapes.remove(&id);
    }

    fn recorder_of(&self, id: ChannelId) -> ChannelId {
        self.snoop_of(id, Snoops::Records)
    }
}

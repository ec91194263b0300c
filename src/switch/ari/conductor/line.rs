//! A line as the conductor knows it: what it is, where it is, and where it is wanted.

use crate::domain::{
    campaign::DetectionRules,
    ids::{ChannelId, DialogId, DigitId},
    supervision::SupervisionMode,
};

/// What a line is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Role {
    /// An agent's phone.
    Phone { extension: String },
    /// Somebody who is called, once the agent's phone is there.
    Dialled {
        endpoint: String,
        ring_seconds_max: u32,
        caller_id: Option<String>,
        after: Option<ChannelId>,
        listens_for: DetectionRules,
    },
    /// Somebody who called us.
    Caller,
    /// A supervisor's phone, which goes along with an agent's.
    Supervisor { extension: String, beside: ChannelId, mode: SupervisionMode },
    /// A channel that snoops on another line.
    Snoop { on: ChannelId, does: Snoops },
}

/// What a channel that snoops is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Snoops {
    /// Hear what a phone says and hears, and speak to it and to nobody else.
    Whispers,
    /// Be the third in its room, and silent.
    Mixes,
    /// Hear what a line says and hears, and be recorded.
    Records,
}

/// Where a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not asked for yet: the agent's phone comes first.
    Waiting,
    /// Asked for.
    Making,
    /// There, and not dialled yet.
    Made,
    /// Dialled.
    Calling,
    /// Connected.
    Up,
    /// Asked to end.
    Ending { was_up: bool },
}

/// What somebody hears who is in no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plays {
    /// Music, so that a customer knows that they are not forgotten.
    Music,
    /// Silence: packets that say nothing. A phone that gets none at all takes the call for dead after a while.
    Silence,
}

impl Plays {
    /// What Asterisk calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Music => "moh",
            Self::Silence => "silence",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Its name at Asterisk.
    pub name: String,
    pub role: Role,
    pub stage: Stage,
    /// Where it is wanted.
    pub room: Option<DialogId>,
    /// Where Asterisk was told to put it.
    pub joined: Option<DialogId>,
    /// Asterisk was told to let nobody there hear it.
    pub is_muted: bool,
    /// What Asterisk was told to play to it.
    pub plays: Option<Plays>,
    pub rings: bool,
    /// Of an earlier life of this program, and nobody has asked for it yet: it is waited for so many looks.
    pub unclaimed: Option<u32>,
}

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Make(ChannelId),
    Call(ChannelId),
    Join(ChannelId, DialogId),
    End(ChannelId),
    Digit(ChannelId, DigitId),
    /// The recording of this line.
    Tape(ChannelId),
    /// Its pause, or its going on.
    Pause(ChannelId, bool),
    /// Whatever the answer, nothing follows from it.
    Anything,
}

impl Line {
    pub fn new(id: ChannelId, role: Role, stage: Stage) -> Self {
        Self {
            name: id.to_string(),
            role,
            stage,
            room: None,
            joined: None,
            is_muted: false,
            plays: None,
            rings: false,
            unclaimed: None,
        }
    }

    /// Is it the phone of somebody of the house?
    pub fn is_phone(&self) -> bool {
        match self.role {
            Role::Phone { .. } | Role::Supervisor { .. } => true,
            Role::Dialled { .. } | Role::Caller | Role::Snoop { .. } => false,
        }
    }

    /// Is it a supervisor's?
    pub fn is_supervisor(&self) -> bool {
        matches!(self.role, Role::Supervisor { .. })
    }

    /// Is it to hear and not to be heard?
    pub fn listens(&self) -> bool {
        matches!(
            self.role,
            Role::Supervisor { mode: SupervisionMode::Listen, .. } | Role::Snoop { does: Snoops::Mixes, .. }
        )
    }

    /// Is the room still needed for this line?
    pub fn needs(&self, room: DialogId) -> bool {
        !matches!(self.stage, Stage::Ending { .. }) && (self.room == Some(room) || self.joined == Some(room))
    }
}

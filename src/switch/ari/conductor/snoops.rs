//! Channels that snoop on others: those by which supervisors whisper, those that are recorded, and those that keep both company.
//!
//! A channel that snoops both ways goes half deaf, for minutes, as soon as whom it is on talks with somebody else in a room of
//! two: packets are then passed on with the numbers their sender counts them by, and where those are lower than before, Asterisk
//! 22 leaves them out as late ones. Where three are in a room Asterisk mixes what they say, and what it mixes has no numbers. So
//! whoever is whispered to or recorded has a second channel that snoops beside them: the third in their room, and muted.

use serde_json::{Value, json};

use super::{
    Conductor,
    line::{Line, Role, Snoops, Stage},
    supervisors::own_room,
};
use crate::domain::ids::{ChannelId, DialogId};

impl Conductor {
    /// Supervisors are wanted where their agents are, and channels that snoop where whom they are on is; others are over.
    pub(super) fn follow(&mut self) {
        let mut wanted = Vec::new();
        for (supervisor, phone) in self.supervisors_follow() {
            wanted.extend(self.want_snoop(supervisor, Snoops::Whispers, phone, Some(own_room(supervisor))));
            wanted.extend(self.want_snoop(supervisor, Snoops::Mixes, phone, self.room_of(phone)));
        }
        for line in self.on_tape() {
            // What is on tape already, and has lost its channel, goes with the call.
            if self.begins_tape(line) || self.lines.contains_key(&self.snoop_of(line, Snoops::Records)) {
                wanted.extend(self.want_snoop(line, Snoops::Records, line, None));
            }
            wanted.extend(self.want_snoop(line, Snoops::Mixes, line, self.room_of(line)));
        }
        let is_over = |(id, line): &(&ChannelId, &Line)| {
            let is_snoop = matches!(line.role, Role::Snoop { .. }) && line.unclaimed.is_none();
            is_snoop && !matches!(line.stage, Stage::Ending { .. }) && !wanted.contains(id)
        };
        let over: Vec<ChannelId> = self.lines.iter().filter(is_over).map(|(id, _)| *id).collect();
        for id in over {
            self.hang_up(id);
        }
    }

    /// A channel is wanted that snoops on a line while that is up, for whoever needs it.
    fn want_snoop(&mut self, of: ChannelId, does: Snoops, on: ChannelId, room: Option<DialogId>) -> Option<ChannelId> {
        self.lines.get(&on).filter(|line| line.stage == Stage::Up)?;
        let snoop = self.snoop_of(of, does);
        let role = Role::Snoop { on, does };
        let line = self.lines.entry(snoop).or_insert_with(|| Line::new(snoop, role.clone(), Stage::Waiting));
        line.role = role.clone();
        line.room = room;
        line.unclaimed = None;
        Some(snoop)
    }

    fn room_of(&self, id: ChannelId) -> Option<DialogId> {
        self.lines.get(&id).and_then(|line| line.room)
    }

    /// A snooping channel for a line that needs it: always the same, so that a restarted program knows it again.
    pub(super) fn snoop_of(&self, of: ChannelId, does: Snoops) -> ChannelId {
        let does = match does {
            Snoops::Whispers => "whispers",
            Snoops::Mixes => "mixes",
            Snoops::Records => "records",
        };
        self.plan.channel_id(&format!("{does} {of}"))
    }

    /// What Asterisk is asked for, to snoop.
    pub(super) fn snoop(&self, line: &Line, on: ChannelId, does: Snoops) -> Option<(String, Value)> {
        let on = self.lines.get(&on).filter(|on| on.stage == Stage::Up)?;
        let (spy, whisper) = match does {
            Snoops::Whispers => ("both", "out"),
            Snoops::Mixes => ("in", "none"),
            Snoops::Records => ("both", "none"),
        };
        let body = json!({ "app": self.plan.application, "appArgs": "snoop", "spy": spy, "whisper": whisper });
        Some((format!("channels/{}/snoop/{}", on.name, line.name), body))
    }

    /// A supervisor who cannot whisper is let go, and may try again: the board would say that they do. A recording on which
    /// somebody may be missing is none.
    pub(super) fn not_snooped(&mut self, id: ChannelId) {
        self.lines.remove(&id);
        let Some(of) = self.snoops_for(id) else { return };
        if self.lines.get(&of).is_some_and(Line::is_supervisor) {
            self.hang_up(of);
        } else {
            self.tape_fails(of);
        }
    }

    /// Which of our lines this channel would snoop for.
    pub(super) fn snoops_for(&self, snoop: ChannelId) -> Option<ChannelId> {
        let is_its = |line: &ChannelId| {
            [Snoops::Whispers, Snoops::Mixes, Snoops::Records].iter().any(|does| self.snoop_of(*line, *does) == snoop)
        };
        self.lines.keys().copied().find(is_its)
    }

    /// Is it a channel of ours that snoops? The engine knows nothing of those.
    pub(super) fn is_snoop(&self, id: ChannelId) -> bool {
        self.lines.get(&id).is_some_and(|line| matches!(line.role, Role::Snoop { .. }))
    }
}

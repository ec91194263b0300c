//! Supervisors: their phone goes along with an agent's phone. To join they are in the agent's room; to listen they are there
//! too, and muted. To whisper they are in a room of their own with a channel that snoops on the agent's phone: it hears what the
//! agent says and hears, and says to the agent, and to nobody else, what it may.
//!
//! Such a channel goes deaf and dumb, for minutes, as soon as the agent talks with somebody else in a room of two: packets are
//! then passed on with the numbers their sender counts them by, and where those are lower than before, Asterisk 22 leaves them
//! out as late ones. Where three are in a room Asterisk mixes what they say, and what it mixes has no numbers. So while a
//! supervisor whispers, a second channel, muted, is the third in the agent's room.

use serde_json::json;

use super::{
    Conductor,
    line::{Line, Role, Snoops, Stage},
};
use crate::{
    domain::{
        ids::{ChannelId, DialogId},
        supervision::SupervisionMode,
    },
    engine::output::Phone,
};

impl Conductor {
    pub(super) fn want_supervisor(&mut self, agents: ChannelId, phone: &Phone, mode: SupervisionMode) {
        self.claim(agents);
        self.claim(phone.channel_id);
        let role = Role::Supervisor { extension: phone.extension.clone(), beside: agents, mode };
        let new = || Line::new(phone.channel_id, role.clone(), Stage::Waiting);
        let line = self.lines.entry(phone.channel_id).or_insert_with(new);
        if !line.is_supervisor() {
            // Of an earlier life: whether it is muted in its room is not known.
            line.joined = None;
        }
        line.role = role.clone();
    }

    /// Each supervisor is wanted where the agent is. One who whispers has two channels more that snoop.
    pub(super) fn follow(&mut self) {
        let mut wanted = Vec::new();
        let supervisors: Vec<(ChannelId, ChannelId, SupervisionMode, Stage)> = self
            .lines
            .iter()
            .filter_map(|(id, line)| match line.role {
                Role::Supervisor { beside, mode, .. } => Some((*id, beside, mode, line.stage)),
                Role::Phone { .. } | Role::Dialled { .. } | Role::Caller | Role::Snoop { .. } => None,
            })
            .collect();
        for (id, beside, mode, stage) in supervisors {
            let agents = self.lines.get(&beside);
            let agent_is_up = agents.is_some_and(|line| line.stage == Stage::Up);
            let agents_room = agents.and_then(|line| line.room);
            let whispers = mode == SupervisionMode::Whisper;
            if let Some(line) = self.lines.get_mut(&id) {
                line.room = if whispers { Some(own_room(id)) } else { agents_room };
            }
            if whispers && stage == Stage::Up && agent_is_up {
                for (does, room) in [(Snoops::Whispers, Some(own_room(id))), (Snoops::Mixes, agents_room)] {
                    let snoop = self.snoop_of(id, does);
                    wanted.push(snoop);
                    let new = || Line::new(snoop, Role::Snoop { on: beside, does }, Stage::Waiting);
                    let line = self.lines.entry(snoop).or_insert_with(new);
                    line.role = Role::Snoop { on: beside, does };
                    line.room = room;
                    line.unclaimed = None;
                }
            }
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

    /// A snooping channel for a supervisor's line: always the same, so that a restarted program knows it again.
    fn snoop_of(&self, supervisor: ChannelId, does: Snoops) -> ChannelId {
        let does = match does {
            Snoops::Whispers => "whispers",
            Snoops::Mixes => "mixes",
        };
        self.plan.channel_id(&format!("{does} {supervisor}"))
    }

    /// What Asterisk is asked for, to snoop.
    pub(super) fn snoop(&self, line: &Line, on: ChannelId, does: Snoops) -> Option<(String, serde_json::Value)> {
        let on = self.lines.get(&on).filter(|on| on.stage == Stage::Up)?;
        let (spy, whisper) = match does {
            Snoops::Whispers => ("both", "out"),
            Snoops::Mixes => ("in", "none"),
        };
        let body = json!({ "app": self.plan.application, "appArgs": "snoop", "spy": spy, "whisper": whisper });
        Some((format!("channels/{}/snoop/{}", on.name, line.name), body))
    }

    /// A supervisor who cannot whisper is let go, and may try again: the board would say that they do.
    pub(super) fn not_snooped(&mut self, id: ChannelId) {
        self.lines.remove(&id);
        if let Some(supervisor) = self.snoops_for(id) {
            self.hang_up(supervisor);
        }
    }

    /// Which of our lines this channel would snoop for.
    pub(super) fn snoops_for(&self, snoop: ChannelId) -> Option<ChannelId> {
        let is_its = |line: &ChannelId| {
            [Snoops::Whispers, Snoops::Mixes].iter().any(|does| self.snoop_of(*line, *does) == snoop)
        };
        self.lines.keys().copied().find(is_its)
    }

    /// Is it a channel of ours that snoops? The engine knows nothing of those.
    pub(super) fn is_snoop(&self, id: ChannelId) -> bool {
        self.lines.get(&id).is_some_and(|line| matches!(line.role, Role::Snoop { .. }))
    }
}

/// The room where a supervisor who whispers hears what the snooping channel hears.
fn own_room(supervisor: ChannelId) -> DialogId {
    DialogId(supervisor.0)
}

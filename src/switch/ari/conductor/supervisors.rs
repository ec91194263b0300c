//! Supervisors: their phone goes along with an agent's phone. To join they are in the agent's room. To listen or whisper they
//! are in a room of their own with a channel that snoops on the agent's phone: it hears what the agent says and hears, and
//! says to the agent, and to nobody else, what it may.

use serde_json::json;

use super::{
    Conductor,
    line::{Line, Role, Stage},
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
        self.lines.entry(phone.channel_id).or_insert_with(new).role = role.clone();
    }

    /// Each supervisor is wanted where the agent is, or with a channel that snoops on the agent.
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
            let room = match mode {
                SupervisionMode::Join => agents.and_then(|line| line.room),
                SupervisionMode::Listen | SupervisionMode::Whisper => Some(own_room(id)),
            };
            if let Some(line) = self.lines.get_mut(&id) {
                line.room = room;
            }
            if mode != SupervisionMode::Join && stage == Stage::Up && agent_is_up {
                let snoop = self.snoop_of(id, mode);
                wanted.push(snoop);
                let role = Role::Snoop { on: beside, whispers: mode == SupervisionMode::Whisper };
                let line = self.lines.entry(snoop).or_insert_with(|| Line::new(snoop, role, Stage::Waiting));
                line.room = Some(own_room(id));
                line.unclaimed = None;
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

    /// The snooping channel of a supervisor's line: always the same, so that a restarted program knows it again.
    fn snoop_of(&self, supervisor: ChannelId, mode: SupervisionMode) -> ChannelId {
        self.plan.channel_id(&format!("{} by {supervisor}", mode.name()))
    }

    /// What Asterisk is asked for, to snoop.
    pub(super) fn snoop(&self, line: &Line, on: ChannelId, whispers: bool) -> Option<(String, serde_json::Value)> {
        let agents = self.lines.get(&on).filter(|agents| agents.stage == Stage::Up)?;
        let whisper = if whispers { "out" } else { "none" };
        let body = json!({ "app": self.plan.application, "appArgs": "snoop", "spy": "both", "whisper": whisper });
        Some((format!("channels/{}/snoop/{}", agents.name, line.name), body))
    }

    /// Without the snooping channel a supervisor would sit in an empty room: they are let go, and may try again.
    pub(super) fn not_snooped(&mut self, id: ChannelId) {
        let Some(line) = self.lines.remove(&id) else { return };
        let supervisor = line.room.map(|room| ChannelId(room.0));
        if let Some(supervisor) = supervisor.filter(|id| self.lines.contains_key(id)) {
            self.hang_up(supervisor);
        }
    }

    /// Is it a channel of ours that snoops? The engine knows nothing of those.
    pub(super) fn is_snoop(&self, id: ChannelId) -> bool {
        self.lines.get(&id).is_some_and(|line| matches!(line.role, Role::Snoop { .. }))
    }
}

/// The room where a supervisor hears what the snooping channel hears.
fn own_room(supervisor: ChannelId) -> DialogId {
    DialogId(supervisor.0)
}

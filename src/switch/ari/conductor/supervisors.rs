//! Supervisors: their phone goes along with an agent's phone. To join they are in the agent's room; to listen they are there
//! too, and muted. To whisper they are in a room of their own with a channel that snoops on the agent's phone: it hears what the
//! agent says and hears, and says to the agent, and to nobody else, what it may.
//!
//! A channel that snoops both ways needs company: see [`super::snoops`].

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
        let line = self.lines.entry(phone.channel_id).or_insert_with(new);
        if !line.is_supervisor() {
            // Of an earlier life: whether it is muted in its room is not known.
            line.joined = None;
        }
        line.role = role.clone();
    }

    /// Each supervisor is wanted where the agent is. Gives who whispers, to whose phone.
    pub(super) fn supervisors_follow(&mut self) -> Vec<(ChannelId, ChannelId)> {
        let mut whispering = Vec::new();
        let supervisors: Vec<(ChannelId, ChannelId, SupervisionMode, Stage)> = self
            .lines
            .iter()
            .filter_map(|(id, line)| match line.role {
                Role::Supervisor { beside, mode, .. } => Some((*id, beside, mode, line.stage)),
                Role::Phone { .. } | Role::Dialled { .. } | Role::Caller | Role::Snoop { .. } => None,
            })
            .collect();
        for (id, beside, mode, stage) in supervisors {
            let agents_room = self.lines.get(&beside).and_then(|line| line.room);
            let whispers = mode == SupervisionMode::Whisper;
            if let Some(line) = self.lines.get_mut(&id) {
                line.room = if whispers { Some(own_room(id)) } else { agents_room };
            }
            if whispers && stage == Stage::Up {
                whispering.push((id, beside));
            }
        }
        whispering
    }
}

/// The room where a supervisor who whispers hears what the snooping channel hears.
pub(super) fn own_room(supervisor: ChannelId) -> DialogId {
    DialogId(supervisor.0)
}

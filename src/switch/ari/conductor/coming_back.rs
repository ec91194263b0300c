//! A connection that broke, and comes back: with the same program at this end, or with one that knows nothing yet.

use std::collections::BTreeMap;

use super::{
    Conductor, DIALOG_VARIABLE, Out,
    line::{Line, Role, Snoops, Stage},
};
use crate::{
    domain::{
        attempt::NotMade,
        campaign::DetectionRules,
        ids::{ChannelId, DialogId},
        outcome::FailureCause,
    },
    switch::ari::events::ChannelInfo,
};

/// So many looks an unclaimed line is left alone.
const LOOKS: u32 = 6;

impl Conductor {
    /// The connection is lost: no answer comes any more.
    pub fn disconnected(&mut self) {
        self.asked.clear();
        self.out.retain(|out| matches!(out, Out::News(_)));
    }

    /// The connection is there, and this is what Asterisk has. Whoever is not there any more is told as gone; whom we do not
    /// know is taken as one of ours from an earlier life.
    pub fn connected(&mut self, channels: &[ChannelInfo], bridges: &[(DialogId, Vec<String>)]) {
        // What was asked for is asked again, where it is still wanted.
        self.disconnected();
        self.rooms = bridges.iter().map(|(room, _)| *room).collect();
        let there: BTreeMap<ChannelId, &ChannelInfo> =
            channels.iter().map(|channel| (self.plan.channel_id(&channel.id), channel)).collect();
        let room_of = |channel: &ChannelInfo| {
            bridges.iter().find(|(_, members)| members.contains(&channel.id)).map(|(room, _)| *room)
        };
        let known: Vec<ChannelId> = self.lines.keys().copied().collect();
        for id in known {
            match there.get(&id) {
                Some(channel) => self.is_still_there(id, channel, room_of(channel)),
                None if self.lines.get(&id).is_some_and(|line| line.stage == Stage::Waiting) => {}
                None => self.gone(id, NotMade::Failed(FailureCause::Lost)),
            }
        }
        let (snoops, others): (Vec<_>, Vec<_>) = there.iter().partition(|(_, channel)| is_snoop(channel));
        for (id, channel) in others.into_iter().chain(snoops) {
            if !self.lines.contains_key(id) {
                self.adopt(*id, channel, room_of(channel));
            }
        }
        self.tapes_again();
        self.tend();
    }

    fn is_still_there(&mut self, id: ChannelId, channel: &ChannelInfo, room: Option<DialogId>) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        // Whether a supervisor was muted in time is not known: they are put there again.
        line.joined = room.filter(|_| !line.is_supervisor());
        line.plays = None;
        let is_phone = line.is_phone();
        match (line.stage, channel.state.as_str()) {
            (Stage::Making | Stage::Made | Stage::Calling, "Up") => self.is_up(id),
            (Stage::Making, _) if !is_phone => line.stage = Stage::Made,
            (Stage::Ending { .. }, _) => self.end(id),
            (Stage::Waiting | Stage::Making | Stage::Made | Stage::Calling | Stage::Up, _) => {}
        }
    }

    /// A line of an earlier life of this program, or a caller who came while it was away.
    fn adopt(&mut self, id: ChannelId, channel: &ChannelInfo, room: Option<DialogId>) {
        let args = self.args_of(channel);
        if args.first().is_some_and(|how| how == "inbound") {
            self.arrives(id, channel, &args);
            if let Some(line) = self.lines.get_mut(&id) {
                line.room = room;
                line.joined = room;
            }
            return;
        }
        if is_snoop(channel) {
            // One that was to listen who answers is sent to do so, and one that is back says what it heard. One that listens
            // right now comes back by itself.
            if self.listens(&channel.id, &args) {
                return;
            }
            // Of this program, if it is for one of its lines. Whether it is still wanted, and what it does, is said again with
            // that.
            if self.snoops_for(id).is_some() {
                let mut line = Line::new(id, Role::Snoop { on: id, does: Snoops::Whispers }, Stage::Up);
                (line.room, line.joined, line.unclaimed) = (room, room, Some(LOOKS));
                self.lines.insert(id, line);
            }
            return;
        }
        let Some(dialog) = channel.channelvars.get(DIALOG_VARIABLE).and_then(|mark| self.plan.dialog_of(mark)) else {
            return;
        };
        let role = if self.plan.is_phone(&channel.name) {
            Role::Phone { extension: String::new() }
        } else {
            Role::Dialled {
                endpoint: String::new(),
                ring_seconds_max: 0,
                caller_id: None,
                after: None,
                listens_for: DetectionRules::default(),
            }
        };
        let stage = if channel.state == "Up" { Stage::Up } else { Stage::Calling };
        let is_phone = matches!(role, Role::Phone { .. });
        let mut line = Line::new(id, role, stage);
        // A phone outside of every room is one on hold; a customer outside hears music, and belongs to a dialog all the same.
        line.room = if is_phone { room } else { room.or(Some(dialog)) };
        line.joined = room;
        line.unclaimed = Some(LOOKS);
        self.lines.insert(id, line);
    }

    /// What a channel that is in our application came there with; nothing of any other.
    fn args_of(&self, channel: &ChannelInfo) -> Vec<String> {
        let mut words = channel.dialplan.app_data.split(',').map(ToOwned::to_owned);
        if words.next().is_some_and(|application| application == self.plan.application) {
            words.collect()
        } else {
            Vec::new()
        }
    }

    /// Somebody knows this line.
    pub(super) fn claim(&mut self, id: ChannelId) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.unclaimed = None;
        }
    }

    /// Ends lines of an earlier life that nobody has asked for: the order to end them was lost with it. The teams served here
    /// ask for theirs at once, so a few looks are time enough for all of them.
    pub fn look_after_the_unclaimed(&mut self) {
        let mut over = Vec::new();
        for (id, line) in &mut self.lines {
            match &mut line.unclaimed {
                Some(0) => over.push(*id),
                Some(looks) => *looks -= 1,
                None => {}
            }
        }
        for id in over {
            self.claim(id);
            self.hang_up(id);
        }
        self.tend();
    }
}

/// Is it a channel that snoops on another? Asterisk says so in its name.
fn is_snoop(channel: &ChannelInfo) -> bool {
    channel.name.starts_with("Snoop/")
}

//! What follows from what is wanted and what is: lines are made, put into their rooms, and dialled.

use serde_json::json;

use super::{
    Conductor, DIALOG_VARIABLE, hearing,
    line::{Asked, Line, Plays, Role, Stage},
};
use crate::domain::ids::{ChannelId, DialogId};

impl Conductor {
    /// Asks Asterisk for whatever is wanted and is not.
    pub(super) fn tend(&mut self) {
        self.follow();
        let ids: Vec<ChannelId> = self.lines.keys().copied().collect();
        for id in &ids {
            self.make(*id);
        }
        for id in &ids {
            self.place(*id);
        }
        for id in &ids {
            self.call(*id);
        }
        self.tend_tapes();
        let empty: Vec<DialogId> =
            self.rooms.iter().filter(|room| !self.lines.values().any(|line| line.needs(**room))).copied().collect();
        for room in empty {
            self.rooms.remove(&room);
            self.ask(Asked::Anything, "DELETE", format!("bridges/{room}"), None);
        }
    }

    /// Makes a line that waits, once the phone it is called from is there.
    fn make(&mut self, id: ChannelId) {
        let Some(line) = self.lines.get(&id).filter(|line| line.stage == Stage::Waiting).cloned() else { return };
        // A phone that stays connected, or a supervisor's whose agent has everybody on hold, is in no dialog, and ours all the
        // same.
        let dialog = self.plan.mark(line.room.unwrap_or(DialogId(id.0)));
        let application = self.plan.application.clone();
        let (uri, body) = match &line.role {
            Role::Phone { extension } | Role::Supervisor { extension, .. } => {
                let mut variables = json!({ DIALOG_VARIABLE: dialog });
                for (name, value) in &self.plan.auto_answer {
                    variables[name] = json!(value);
                }
                let body = json!({
                    "endpoint": self.plan.phone(extension), "app": application, "appArgs": "phone",
                    "channelId": line.name, "timeout": self.plan.phone_seconds, "variables": variables,
                });
                ("channels".to_owned(), body)
            }
            Role::Dialled { endpoint, caller_id, after, listens_for, .. } => {
                let is_there = |phone: &ChannelId| self.lines.get(phone).is_some_and(|line| line.stage == Stage::Up);
                if !after.as_ref().is_none_or(is_there) {
                    return;
                }
                let mut variables = json!({ DIALOG_VARIABLE: dialog });
                if let Some(number) = caller_id {
                    variables["CALLERID(num)"] = json!(number);
                }
                if listens_for.fax {
                    variables[hearing::FAX_TONE] = json!("");
                }
                let body = json!({
                    "endpoint": endpoint, "app": application, "appArgs": "dialled", "channelId": line.name,
                    "variables": variables,
                });
                ("channels/create".to_owned(), body)
            }
            Role::Snoop { on, does } => match self.snoop(&line, *on, *does) {
                Some(asked) => asked,
                None => return,
            },
            Role::Caller => return,
        };
        if let Some(line) = self.lines.get_mut(&id) {
            line.stage = Stage::Making;
        }
        self.ask(Asked::Make(id), "POST", uri, Some(body));
    }

    /// Puts a line where it is wanted: into its room, or by itself, customers with music when nobody is there to talk with.
    fn place(&mut self, id: ChannelId) {
        let Some(line) = self.lines.get(&id).cloned() else { return };
        if !matches!(line.stage, Stage::Made | Stage::Calling | Stage::Up) {
            return;
        }
        let is_alone = self.is_alone(id, &line);
        let is_outside = matches!(line.role, Role::Dialled { .. } | Role::Caller);
        let music = line.stage == Stage::Up && is_alone && is_outside;
        let wanted = if music { None } else { line.room };
        let plays = match wanted {
            None if music => Some(Plays::Music),
            None if line.stage == Stage::Up && line.is_phone() => Some(Plays::Silence),
            None | Some(_) => None,
        };
        if let Some(before) = line.plays.filter(|before| plays != Some(*before)) {
            self.ask(Asked::Anything, "DELETE", format!("channels/{}/{}", line.name, before.name()), None);
        }
        let is_muted = wanted.is_some() && line.listens();
        if line.joined != wanted || line.is_muted != is_muted {
            match (line.joined, wanted) {
                (_, Some(room)) => {
                    self.open(room);
                    let mut body = json!({ "channel": line.name });
                    if is_muted {
                        body["mute"] = json!(true);
                        body["absorbDTMF"] = json!(true);
                    }
                    self.ask(Asked::Join(id, room), "POST", format!("bridges/{room}/addChannel"), Some(body));
                }
                (Some(room), None) => {
                    let body = json!({ "channel": line.name });
                    self.ask(Asked::Anything, "POST", format!("bridges/{room}/removeChannel"), Some(body));
                }
                (None, None) => {}
            }
        }
        if let Some(plays) = plays.filter(|plays| line.plays != Some(*plays)) {
            self.ask(Asked::Anything, "POST", format!("channels/{}/{}", line.name, plays.name()), None);
        }
        if let Some(line) = self.lines.get_mut(&id) {
            line.joined = wanted;
            line.is_muted = is_muted;
            line.plays = plays;
        }
    }

    /// Is nobody else in the line's room, or about to be?
    fn is_alone(&self, id: ChannelId, line: &Line) -> bool {
        let Some(room) = line.room else { return true };
        let is_company = |other: &Line| !matches!(other.role, Role::Snoop { .. });
        let there = |other: &Line| {
            other.room == Some(room) && is_company(other) && !matches!(other.stage, Stage::Ending { .. })
        };
        !self.lines.iter().any(|(other_id, other)| *other_id != id && there(other))
    }

    fn open(&mut self, room: DialogId) {
        if self.rooms.insert(room) {
            let body = json!({ "type": "mixing,dtmf_events", "name": self.plan.application });
            self.ask(Asked::Anything, "POST", format!("bridges/{room}"), Some(body));
        }
    }

    /// Dials a line that is in its room, so that the agent hears what the network says before an answer.
    fn call(&mut self, id: ChannelId) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        let Role::Dialled { ring_seconds_max, after, .. } = &line.role else { return };
        if line.stage != Stage::Made || line.joined.is_none() {
            return;
        }
        let mut body = json!({ "timeout": ring_seconds_max });
        if let Some(phone) = after {
            body["caller"] = json!(phone.to_string());
        }
        line.stage = Stage::Calling;
        let uri = format!("channels/{}/dial", line.name);
        self.ask(Asked::Call(id), "POST", uri, Some(body));
    }
}

//! The keypad (agent guide, T7): tones on their way are few, and each is answered, failed or timed out.

use jiff::SignedDuration;

use super::{
    Engine,
    deadlines::Deadline,
    output::Order,
    session::{DigitRequest, Keypad},
};
use crate::domain::{
    dialog::{Digit, DigitEnd, ParticipantState},
    event::Event,
    ids::{AgentId, DialogId, DigitId},
};

impl Engine {
    pub(super) fn open_keypad(&mut self, id: DialogId, agent_id: AgentId) {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        if session.keypad.is_none() {
            session.keypad = Some(Keypad { dialog_id: id, keys: String::new() });
            self.keep_session(agent_id);
            self.emit(agent_id, None, None, Event::KeypadChanged { dialog_id: id, is_open: true });
        }
    }

    pub(super) fn close_keypad(&mut self, agent_id: AgentId) {
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        if let Some(keypad) = session.keypad.take() {
            self.keep_session(agent_id);
            self.emit(agent_id, None, None, Event::KeypadChanged { dialog_id: keypad.dialog_id, is_open: false });
        }
    }

    /// Sends a tone to the customer, or to whoever else the agent talks with.
    pub(super) fn send_digit(&mut self, id: DialogId, agent_id: AgentId, digit: Digit) {
        let Some(dialog) = self.dialogs.get(&id) else { return };
        let hears = |state| state == ParticipantState::Active;
        let other = dialog.participants.iter().filter(|p| hears(p.state)).find_map(|p| p.who.channel_id());
        let digit_id: DigitId = self.mint();
        let until_at = self.now + SignedDuration::from_secs(i64::from(self.settings.digit_seconds));
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        if let Some(keypad) = &mut session.keypad {
            keypad.keys.push(digit.as_char());
        }
        session.digits.push(DigitRequest { id: digit_id, dialog_id: id, digit, until_at });
        self.keep_session(agent_id);
        self.deadlines.set(Deadline::Digit(agent_id, digit_id), until_at);
        self.emit(agent_id, None, None, Event::DigitRequested { dialog_id: id, digit_id });
        match other {
            Some(channel_id) => {
                self.out.orders.push(Order::SendDigit { dialog_id: id, channel_id, digit_id, digit });
            }
            // Colleagues hear each other's tones by themselves: there is no line of the network to send them on.
            None => self.digit_is(agent_id, digit_id, DigitEnd::Failed),
        }
    }

    pub(super) fn digit_answered(&mut self, digit_id: DigitId, is_sent: bool) {
        let has = |session: &&super::session::Session| session.digits.iter().any(|digit| digit.id == digit_id);
        let Some(agent_id) = self.sessions.values().find(has).map(|session| session.agent_id) else { return };
        self.digit_is(agent_id, digit_id, if is_sent { DigitEnd::Sent } else { DigitEnd::Failed });
    }

    /// A tone is not on its way any more.
    pub(super) fn digit_is(&mut self, agent_id: AgentId, digit_id: DigitId, how: DigitEnd) {
        self.deadlines.clear(Deadline::Digit(agent_id, digit_id));
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        let Some(at) = session.digits.iter().position(|digit| digit.id == digit_id) else { return };
        let DigitRequest { dialog_id, .. } = session.digits.remove(at);
        self.keep_session(agent_id);
        self.emit(agent_id, None, None, Event::DigitAnswered { dialog_id, digit_id, how });
    }

    /// The agent is out of a dialog: its keypad closes, its tones are over.
    pub(super) fn clear_keypad(&mut self, id: DialogId, agent_id: AgentId) {
        let Some(session) = self.sessions.get(&agent_id) else { return };
        let own = session.keypad.as_ref().is_some_and(|keypad| keypad.dialog_id == id);
        let digits: Vec<DigitId> = session.digits.iter().filter(|d| d.dialog_id == id).map(|d| d.id).collect();
        for digit_id in digits {
            self.digit_is(agent_id, digit_id, DigitEnd::CallOver);
        }
        if own {
            self.close_keypad(agent_id);
        }
    }
}

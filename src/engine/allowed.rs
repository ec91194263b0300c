//! What an agent may do now: the one place that says so. Commands are checked by it, and clients show their buttons by it.
//! Every act gets a yes or a named refusal, in every situation.

use super::{
    Engine,
    placing::DIALOGS_MAX,
    session::{Activity, Session},
};
use crate::domain::{
    attempt::Attempt,
    campaign::{CampaignState, WrapUpMode, WrapUpRules},
    command::{ActKind, CommandKind},
    dialog::{Dialog, ParticipantState},
    ids::{AgentId, DialogId, ReservationId},
    outcome::Classification,
    reason::{Reason, ReasonKind},
    refusal::Refusal,
};

type May = Result<(), Refusal>;

impl Engine {
    /// May the agent do this in or about a dialog? What the act is about (a reason, a number) is looked at when it is done.
    pub(super) fn may(&self, session: &Session, id: DialogId, act: ActKind) -> May {
        let dialog = self.dialogs.get(&id).ok_or(Refusal::CallGone)?;
        let state = dialog.state_of(session.agent_id);
        let finishes = session.wrap_up.is_some_and(|wrap_up| wrap_up.dialog_id == id);
        if state.is_none() && !finishes {
            return Err(Refusal::CallGone);
        }
        let no = |why| Err(Refusal::NotInThisCall { act: act.name(), why });
        match act {
            ActKind::Answer | ActKind::Decline => match state {
                Some(ParticipantState::Offered { .. }) => Ok(()),
                Some(_) | None => no("it is not offered to you"),
            },
            ActKind::End => {
                keypad_closed(session)?;
                match state {
                    Some(ParticipantState::Active | ParticipantState::Connecting { .. }) => Ok(()),
                    Some(ParticipantState::Held) => no("it is on hold, retrieve it first"),
                    Some(ParticipantState::Offered { .. }) => no("answer or decline it"),
                    Some(_) => no("it has not begun"),
                    None => Err(Refusal::CallGone),
                }
            }
            ActKind::Retrieve => {
                keypad_closed(session)?;
                match state {
                    Some(ParticipantState::Held) if self.others_can_be_held(id, session.agent_id) => Ok(()),
                    Some(ParticipantState::Held) => no("the other call is not answered yet, end it first"),
                    Some(_) | None => no("it is not on hold"),
                }
            }
            ActKind::Hold => {
                keypad_closed(session)?;
                self.talks(session, dialog, act)
            }
            ActKind::Consult => {
                keypad_closed(session)?;
                self.talks(session, dialog, act)?;
                self.has_room(session)
            }
            ActKind::DirectTransfer => {
                keypad_closed(session)?;
                self.talks(session, dialog, act)?;
                if self.consultation(id, session.agent_id).is_some() {
                    no("end the consultation first")
                } else {
                    Ok(())
                }
            }
            ActKind::Conference | ActKind::Transfer => {
                keypad_closed(session)?;
                match self.consultation(id, session.agent_id) {
                    Some(consultation) if consultation.others_talk(session.agent_id) => Ok(()),
                    Some(_) => no("whoever is consulted has not answered"),
                    None => no("nobody is consulted about it"),
                }
            }
            ActKind::OpenKeypad => self.talks(session, dialog, act),
            ActKind::CloseKeypad => {
                if has_keypad(session, id) {
                    Ok(())
                } else {
                    no("its keypad is not open")
                }
            }
            ActKind::SendDigit => {
                self.talks(session, dialog, act)?;
                let max = self.digits_max();
                if !has_keypad(session, id) {
                    no("open its keypad first")
                } else if session.digits.len() >= max {
                    Err(Refusal::TooManyDigits { max })
                } else {
                    Ok(())
                }
            }
            ActKind::Reclassify | ActKind::StateZone => self.about_attempt(dialog, state, act).map(drop),
            ActKind::ScheduleCallback => {
                let attempt = self.about_attempt(dialog, state, act)?;
                let campaign = self.desks.get(&attempt.campaign_id).map(|desk| desk.campaign.state);
                if attempt.classification == Some(Classification::DoNotCall) {
                    Err(Refusal::CallbackSuppressed)
                } else if campaign.is_none_or(|state| state == CampaignState::Ended) {
                    // Nobody would ever keep it.
                    Err(Refusal::CallbackCampaignEnded)
                } else {
                    Ok(())
                }
            }
            ActKind::CancelCallback => {
                let attempt = self.about_attempt(dialog, state, act)?;
                attempt.promises_callback_id.map(drop).ok_or(Refusal::CallbackGone)
            }
            ActKind::WrapUp => {
                keypad_closed(session)?;
                let rules = self.wrap_up_rules(dialog).ok_or(Refusal::WrapUpNotAllowed)?;
                if rules.mode == WrapUpMode::NotAllowed {
                    return Err(Refusal::WrapUpNotAllowed);
                }
                match state {
                    Some(ParticipantState::Active | ParticipantState::Held) if dialog.answered_at.is_some() => Ok(()),
                    Some(_) | None => no("it is asked for while you talk"),
                }
            }
            ActKind::ApplyWrapUpReason => {
                self.wrap_up_rules(dialog).ok_or(Refusal::WrapUpNotAllowed)?;
                let was_there = state.is_none_or(ParticipantState::was_connected);
                if dialog.answered_at.is_none() || !was_there {
                    no("nobody has answered")
                } else if self.wrap_up_reasons(dialog).is_empty() {
                    no("no reasons are assigned")
                } else {
                    Ok(())
                }
            }
        }
    }

    /// Does the agent talk with somebody in this dialog?
    fn talks(&self, session: &Session, dialog: &Dialog, act: ActKind) -> May {
        let no = |why| Err(Refusal::NotInThisCall { act: act.name(), why });
        match dialog.state_of(session.agent_id) {
            Some(ParticipantState::Active) if dialog.others_talk(session.agent_id) => Ok(()),
            Some(ParticipantState::Active) => no("nobody has answered, or the call is about to end"),
            Some(ParticipantState::Held) => no("it is on hold"),
            Some(_) => no("you are not connected"),
            None => no("the call is over"),
        }
    }

    /// How many keypad tones of an agent can be on their way at once.
    pub(super) fn digits_max(&self) -> usize {
        usize::try_from(self.settings.digits_outstanding_max).unwrap_or(usize::MAX)
    }

    fn has_room(&self, session: &Session) -> May {
        if self.dialogs_of(session.agent_id).len() < DIALOGS_MAX { Ok(()) } else { Err(Refusal::TooManyCalls) }
    }

    /// Can what the agent talks in besides be put on hold? Not while it rings.
    fn others_can_be_held(&self, id: DialogId, agent_id: AgentId) -> bool {
        self.dialogs_of(agent_id).iter().filter(|dialog| dialog.id != id).all(|dialog| {
            match dialog.state_of(agent_id) {
                Some(ParticipantState::Active) => dialog.others_talk(agent_id),
                Some(ParticipantState::Connecting { .. }) => false,
                Some(_) | None => true,
            }
        })
    }

    /// The attempt that can still be said something about: from the accept to the end of wrap-up.
    fn about_attempt(
        &self,
        dialog: &Dialog,
        state: Option<ParticipantState>,
        act: ActKind,
    ) -> Result<&Attempt, Refusal> {
        let no = |why| Err(Refusal::NotInThisCall { act: act.name(), why });
        if matches!(state, Some(ParticipantState::Offered { .. } | ParticipantState::Connecting { .. })) {
            return no("you are not connected");
        }
        match self.attempt_of(dialog.id) {
            Some(id) => self.attempts.get(&id).ok_or(Refusal::CallGone),
            None => no("it is not a campaign's call"),
        }
    }

    /// The rules for the time after this call: those of its campaign or queue. None for calls the centre did not route
    /// (agent guide, T8.1).
    pub(super) fn wrap_up_rules(&self, dialog: &Dialog) -> Option<&WrapUpRules> {
        if let Some(queue) = self.queue_of(dialog) {
            return Some(&queue.rules.wrap_up);
        }
        let attempt = self.attempts.get(&self.attempt_of(dialog.id)?)?;
        self.desks.get(&attempt.campaign_id).map(|desk| &desk.campaign.rules.wrap_up)
    }

    /// The reasons to choose from after this call: those of its campaign or queue, then those assigned to the team.
    pub(super) fn wrap_up_reasons(&self, dialog: &Dialog) -> Vec<String> {
        let Some(rules) = self.wrap_up_rules(dialog) else { return Vec::new() };
        let mut reasons = rules.reasons.clone();
        for label in self.labels(ReasonKind::WrapUp) {
            if !reasons.contains(label) {
                reasons.push(label.clone());
            }
        }
        reasons
    }

    /// The team's reasons of a kind.
    pub(super) fn labels(&self, kind: ReasonKind) -> impl Iterator<Item = &String> {
        self.reasons.iter().filter(move |reason: &&Reason| reason.kind == kind).map(|reason| &reason.label)
    }

    /// May the agent ask for this, apart from their dialogs? What is about one preview asks for the preview they read.
    pub(super) fn may_ask(&self, session: &Session, command: CommandKind) -> May {
        let wrong_state = Err(Refusal::WrongState { command: command.name(), state: session.activity.state() });
        match command {
            CommandKind::SignIn | CommandKind::RenewPresence | CommandKind::Supervise | CommandKind::InDialog => Ok(()),
            CommandKind::SignOut => match session.activity {
                Activity::NotReady { .. } | Activity::Ready => Ok(()),
                Activity::Previewing { .. } | Activity::InDialogs { .. } | Activity::WrapUp { .. } => wrong_state,
            },
            CommandKind::Ready | CommandKind::NotReady => match session.activity {
                Activity::WrapUp { .. } => self.check_reason_given(session),
                Activity::NotReady { .. }
                | Activity::Ready
                | Activity::Previewing { .. }
                | Activity::InDialogs { .. } => Ok(()),
            },
            CommandKind::PlaceCall => match session.activity {
                Activity::NotReady { .. } | Activity::Ready if self.dialogs_of(session.agent_id).is_empty() => Ok(()),
                Activity::NotReady { .. }
                | Activity::Ready
                | Activity::Previewing { .. }
                | Activity::InDialogs { .. }
                | Activity::WrapUp { .. } => wrong_state,
            },
            CommandKind::AcceptPreview => self.previewed(session).map(drop),
            CommandKind::RejectPreview => {
                let id = self.previewed(session)?;
                if self.preview_rules(id).is_some_and(|rules| rules.reject_allowed) {
                    Ok(())
                } else {
                    Err(Refusal::RejectNotAllowed)
                }
            }
            CommandKind::ClosePreview => {
                let id = self.previewed(session)?;
                if self.preview_rules(id).is_some_and(|rules| rules.close_allowed) {
                    Ok(())
                } else {
                    Err(Refusal::CloseNotAllowed)
                }
            }
        }
    }

    fn previewed(&self, session: &Session) -> Result<ReservationId, Refusal> {
        match session.activity {
            Activity::Previewing { reservation_id } => Ok(reservation_id),
            Activity::NotReady { .. } | Activity::Ready | Activity::InDialogs { .. } | Activity::WrapUp { .. } => {
                Err(Refusal::PreviewGone)
            }
        }
    }

    fn preview_rules(&self, id: ReservationId) -> Option<&crate::domain::campaign::PreviewRules> {
        let reservation = self.reservations.get(&id)?;
        self.desks.get(&reservation.campaign_id).map(|desk| &desk.campaign.rules.preview)
    }

    /// Where a reason is required, wrap-up is not left without one (agent guide, T9.1).
    fn check_reason_given(&self, session: &Session) -> May {
        let Some(dialog) = session.wrap_up.and_then(|wrap_up| self.dialogs.get(&wrap_up.dialog_id)) else {
            return Ok(());
        };
        let forced = self.wrap_up_rules(dialog).is_some_and(|rules| rules.mode == WrapUpMode::RequiredWithReason);
        if forced && dialog.wrap_up_reason.is_none() && !self.wrap_up_reasons(dialog).is_empty() {
            Err(Refusal::WrapUpReasonRequired)
        } else {
            Ok(())
        }
    }

    /// What works for an agent now, apart from their dialogs.
    pub(super) fn allowed_commands(&self, session: Option<&Session>) -> Vec<&'static str> {
        let Some(session) = session else { return vec![CommandKind::SignIn.name()] };
        let asks = |command: &&CommandKind| !matches!(command, CommandKind::Supervise | CommandKind::InDialog);
        let mut allowed: Vec<_> = CommandKind::ALL
            .iter()
            .filter(asks)
            .filter(|command| self.may_ask(session, **command).is_ok())
            .map(|command| command.name())
            .collect();
        allowed.sort_unstable();
        allowed
    }

    /// What works for an agent in a dialog now.
    pub(super) fn allowed_acts(&self, session: &Session, id: DialogId) -> Vec<&'static str> {
        let mut allowed: Vec<_> =
            ActKind::ALL.iter().filter(|act| self.may(session, id, **act).is_ok()).map(|act| act.name()).collect();
        allowed.sort_unstable();
        allowed
    }
}

/// While the keypad is open, and until each key was answered or timed out, the call controls rest (agent guide, T7.2).
fn keypad_closed(session: &Session) -> May {
    if session.keypad.is_some() {
        Err(Refusal::KeypadOpen)
    } else if !session.digits.is_empty() {
        Err(Refusal::DigitsOutstanding)
    } else {
        Ok(())
    }
}

fn has_keypad(session: &Session, id: DialogId) -> bool {
    session.keypad.as_ref().is_some_and(|keypad| keypad.dialog_id == id)
}

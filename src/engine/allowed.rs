//! What an agent may do now: the one place that says so. Commands are checked by it, and clients show their buttons by it.
//! Every act gets a yes or a named refusal, in every situation.

use std::collections::BTreeMap;

use super::{
    Engine,
    placing::DIALOGS_MAX,
    session::{Activity, Session},
    view::RefusedView,
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

/// What is asked: an act of an agent in or about a dialog.
#[derive(Clone, Copy)]
struct Asked<'a> {
    session: &'a Session,
    dialog: &'a Dialog,
    /// Where the agent is in it; none if they only finish it.
    state: Option<ParticipantState>,
    act: ActKind,
}

impl Asked<'_> {
    fn no<T>(self, why: &'static str) -> Result<T, Refusal> {
        Err(Refusal::NotInThisCall { act: self.act.name(), why })
    }

    fn is_offered(self) -> May {
        match self.state {
            Some(ParticipantState::Offered { .. }) => Ok(()),
            Some(_) | None => self.no("it is not offered to you"),
        }
    }

    fn can_end(self) -> May {
        match self.state {
            Some(ParticipantState::Active | ParticipantState::Connecting { .. }) => Ok(()),
            Some(ParticipantState::Held) => self.no("it is on hold, retrieve it first"),
            Some(ParticipantState::Offered { .. }) => self.no("answer or decline it"),
            Some(_) => self.no("it has not begun"),
            None => Err(Refusal::CallGone),
        }
    }

    /// Does the agent talk with somebody in this dialog?
    fn talks(self) -> May {
        match self.state {
            Some(ParticipantState::Active) if self.dialog.others_talk(self.session.agent_id) => Ok(()),
            Some(ParticipantState::Active) => self.no("nobody has answered, or the call is about to end"),
            Some(ParticipantState::Held) => self.no("it is on hold"),
            Some(_) => self.no("you are not connected"),
            None => self.no("the call is over"),
        }
    }

    /// There is one keypad: that of a call on hold is closed first.
    fn no_other_keypad(self) -> May {
        if self.session.keypad.is_some() && !self.has_keypad() { Err(Refusal::KeypadOpen) } else { Ok(()) }
    }

    fn has_keypad(self) -> bool {
        self.session.keypad.as_ref().is_some_and(|keypad| keypad.dialog_id == self.dialog.id)
    }
}

impl Engine {
    /// May the agent do this in or about a dialog? What the act is about (a reason, a number) is looked at when it is done.
    pub(super) fn may(&self, session: &Session, id: DialogId, act: ActKind) -> May {
        let dialog = self.dialogs.get(&id).ok_or(Refusal::CallGone)?;
        let state = dialog.state_of(session.agent_id);
        let finishes = session.wrap_up.is_some_and(|wrap_up| wrap_up.dialog_id == id);
        if state.is_none() && !finishes {
            return Err(Refusal::CallGone);
        }
        if act.rests_with_keypad() {
            keypad_closed(session)?;
        }
        let asked = Asked { session, dialog, state, act };
        match act {
            ActKind::Answer | ActKind::Decline => asked.is_offered(),
            ActKind::End => asked.can_end(),
            ActKind::Hold => asked.talks(),
            ActKind::OpenKeypad => asked.talks().and_then(|()| asked.no_other_keypad()),
            ActKind::Retrieve => self.can_retrieve(asked),
            ActKind::Consult => asked.talks().and_then(|()| self.has_room(session)),
            ActKind::DirectTransfer => asked.talks().and_then(|()| self.consults_nobody(asked)),
            ActKind::Conference | ActKind::Transfer => self.has_consulted(asked),
            ActKind::CloseKeypad if asked.has_keypad() => Ok(()),
            ActKind::CloseKeypad => asked.no("its keypad is not open"),
            ActKind::SendDigit => asked.talks().and_then(|()| self.can_send_digit(asked)),
            ActKind::Reclassify | ActKind::StateZone => self.about_attempt(asked).map(drop),
            ActKind::ScheduleCallback => self.can_promise(self.about_attempt(asked)?),
            ActKind::CancelCallback => {
                self.about_attempt(asked)?.promises_callback_id.map(drop).ok_or(Refusal::CallbackGone)
            }
            ActKind::PauseRecording => self.can_pause(asked),
            ActKind::ResumeRecording => self.can_resume(asked),
            ActKind::WrapUp => self.can_ask_wrap_up(asked),
            ActKind::ApplyWrapUpReason => self.can_apply_reason(asked),
        }
    }

    fn can_retrieve(&self, asked: Asked<'_>) -> May {
        match asked.state {
            Some(ParticipantState::Held) if self.others_can_be_held(asked.dialog.id, asked.session.agent_id) => Ok(()),
            Some(ParticipantState::Held) => asked.no("the other call is not answered yet, end it first"),
            Some(_) | None => asked.no("it is not on hold"),
        }
    }

    fn consults_nobody(&self, asked: Asked<'_>) -> May {
        if self.consultation(asked.dialog.id, asked.session.agent_id).is_some() {
            asked.no("end the consultation first")
        } else {
            Ok(())
        }
    }

    fn has_consulted(&self, asked: Asked<'_>) -> May {
        if asked.state.is_none() {
            // A consultation outlives a customer who hangs up: nobody is left to be joined with.
            return asked.no("the call is over");
        }
        match self.consultation(asked.dialog.id, asked.session.agent_id) {
            Some(consultation) if consultation.others_talk(asked.session.agent_id) => Ok(()),
            Some(_) => asked.no("whoever is consulted has not answered"),
            None => asked.no("nobody is consulted about it"),
        }
    }

    fn can_send_digit(&self, asked: Asked<'_>) -> May {
        let max = self.digits_max();
        if !asked.has_keypad() {
            asked.no("open its keypad first")
        } else if asked.session.digits.len() >= max {
            Err(Refusal::TooManyDigits { max })
        } else {
            Ok(())
        }
    }

    fn can_promise(&self, attempt: &Attempt) -> May {
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

    /// Is the recording of this call to be on tape, as far as its agents want?
    fn wants_pause(&self, asked: Asked<'_>) -> Result<bool, Refusal> {
        let recording = self.about_attempt(asked)?.recording.as_ref();
        match recording.and_then(|recording| recording.state.wants_pause()) {
            Some(wants_pause) => Ok(wants_pause),
            None => asked.no("it is not recorded"),
        }
    }

    fn can_pause(&self, asked: Asked<'_>) -> May {
        if self.wants_pause(asked)? {
            return asked.no("its pause was asked for");
        }
        let campaign_id = self.about_attempt(asked)?.campaign_id;
        let rules = self.desks.get(&campaign_id).map(|desk| &desk.campaign.rules.recording);
        if rules.is_some_and(|rules| rules.pause_allowed) { Ok(()) } else { Err(Refusal::PauseNotAllowed) }
    }

    fn can_resume(&self, asked: Asked<'_>) -> May {
        if self.wants_pause(asked)? { Ok(()) } else { asked.no("the recording is not paused") }
    }

    fn can_ask_wrap_up(&self, asked: Asked<'_>) -> May {
        let rules = self.wrap_up_rules(asked.dialog).ok_or(Refusal::WrapUpNotAllowed)?;
        if rules.mode == WrapUpMode::NotAllowed {
            return Err(Refusal::WrapUpNotAllowed);
        }
        match asked.state {
            Some(ParticipantState::Active | ParticipantState::Held) if asked.dialog.answered_at.is_some() => Ok(()),
            Some(_) | None => asked.no("it is asked for while you talk"),
        }
    }

    fn can_apply_reason(&self, asked: Asked<'_>) -> May {
        self.wrap_up_rules(asked.dialog).ok_or(Refusal::WrapUpNotAllowed)?;
        let was_there = asked.state.is_none_or(ParticipantState::was_connected);
        if asked.dialog.answered_at.is_none() || !was_there {
            asked.no("nobody has answered")
        } else if self.wrap_up_reasons(asked.dialog).is_empty() {
            asked.no("no reasons are assigned")
        } else {
            Ok(())
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
    fn about_attempt(&self, asked: Asked<'_>) -> Result<&Attempt, Refusal> {
        if matches!(asked.state, Some(ParticipantState::Offered { .. } | ParticipantState::Connecting { .. })) {
            return asked.no("you are not connected");
        }
        match self.attempt_of(asked.dialog.id) {
            Some(id) => self.attempts.get(&id).ok_or(Refusal::CallGone),
            None => asked.no("it is not a campaign's call"),
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
            CommandKind::SignIn
            | CommandKind::RenewPresence
            | CommandKind::Supervise
            | CommandKind::BeginSupervision
            | CommandKind::InDialog => Ok(()),
            CommandKind::EndSupervision => session.supervision.as_ref().map(drop).ok_or(Refusal::NotSupervised),
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
                Activity::NotReady { .. } | Activity::Ready => Err(Refusal::CallIsOffered),
                Activity::Previewing { .. } | Activity::InDialogs { .. } | Activity::WrapUp { .. } => wrong_state,
            },
            CommandKind::AcceptPreview => previewed(session).map(drop),
            CommandKind::RejectPreview => {
                let id = previewed(session)?;
                if self.preview_rules(id).is_some_and(|rules| rules.reject_allowed) {
                    Ok(())
                } else {
                    Err(Refusal::RejectNotAllowed)
                }
            }
            CommandKind::ClosePreview => {
                let id = previewed(session)?;
                if self.preview_rules(id).is_some_and(|rules| rules.close_allowed) {
                    Ok(())
                } else {
                    Err(Refusal::CloseNotAllowed)
                }
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

    /// What works for an agent now, apart from their dialogs, and what does not.
    pub(super) fn commands_now(&self, session: Option<&Session>) -> Now {
        let asks = |command: &&CommandKind| !command.is_by_supervisor() && **command != CommandKind::InDialog;
        let may = |command: CommandKind| match session {
            Some(session) => self.may_ask(session, command),
            None if command == CommandKind::SignIn => Ok(()),
            None => Err(Refusal::NotSignedIn),
        };
        CommandKind::ALL.iter().filter(asks).map(|command| (command.name(), may(*command))).collect()
    }

    /// What works for an agent in a dialog now, and what does not.
    pub(super) fn acts_now(&self, session: &Session, id: DialogId) -> Now {
        ActKind::ALL.iter().map(|act| (act.name(), self.may(session, id, *act))).collect()
    }
}

/// What works now, and what is refused with which reason, by name.
pub(super) struct Now {
    pub allowed: Vec<&'static str>,
    pub refused: BTreeMap<&'static str, RefusedView>,
}

impl FromIterator<(&'static str, May)> for Now {
    fn from_iter<T: IntoIterator<Item = (&'static str, May)>>(asked: T) -> Self {
        let mut now = Self { allowed: Vec::new(), refused: BTreeMap::new() };
        for (name, may) in asked {
            match may {
                Ok(()) => now.allowed.push(name),
                Err(refusal) => drop(now.refused.insert(name, refusal.into())),
            }
        }
        now.allowed.sort_unstable();
        now
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

fn previewed(session: &Session) -> Result<ReservationId, Refusal> {
    match session.activity {
        Activity::Previewing { reservation_id } => Ok(reservation_id),
        Activity::NotReady { .. } | Activity::Ready | Activity::InDialogs { .. } | Activity::WrapUp { .. } => {
            Err(Refusal::PreviewGone)
        }
    }
}

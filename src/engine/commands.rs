//! Which command may be given in which state. Every command in every state gets a transition or a named refusal; what is
//! refused changes nothing.

use jiff::SignedDuration;

use super::{
    Engine,
    deadlines::Deadline,
    output::Ticket,
    session::{Activity, REASON_LOST, Session},
};
use crate::domain::{
    agent::{AgentState, NextState},
    attempt::Attempt,
    campaign::WrapUpMode,
    command::{Act, Command, CommandKind},
    contact::StatedZones,
    dialog::{Dialog, Left, ParticipantState},
    event::Event,
    ids::{AgentId, ChannelId, DialogId, ReservationId},
    outcome::Classification,
    reason::ReasonKind,
    refusal::Refusal,
    reservation::ReservationEnd,
    supervision::SupervisionEnd,
    zone::{Zone, ZoneSource},
};

/// The reason of an agent who came to work and is not Ready yet.
const REASON_SIGNED_IN: &str = "signed_in";
const REASON_SIGNED_OUT: &str = "signed_out";
/// The longest reason for being Not ready, in characters.
pub const REASON_LENGTH_MAX: usize = 40;
/// The longest extension, in characters.
pub const EXTENSION_LENGTH_MAX: usize = 32;

/// What became of a command.
enum Answer {
    Done,
    /// The rules are being asked; the answer follows.
    Pending,
}

type Answered = Result<Answer, Refusal>;

impl Engine {
    pub(super) fn command(&mut self, ticket: Ticket, agent_id: AgentId, command: Command) {
        let (name, is_by_supervisor) = (command.name(), command.kind().is_by_supervisor());
        let answered = self.obey(ticket, agent_id, command);
        match answered {
            Ok(Answer::Pending) => {}
            Ok(Answer::Done) => self.out.replies.push((ticket, Ok(()))),
            Err(refusal) => {
                if self.agents.contains_key(&agent_id) {
                    let event = Event::CommandRefused { command: name.to_owned(), code: refusal.code().to_owned() };
                    // What a supervisor tried is not the agent's to hear.
                    self.emit((!is_by_supervisor).then_some(agent_id), None, None, event);
                }
                self.out.replies.push((ticket, Err(refusal)));
            }
        }
    }

    fn obey(&mut self, ticket: Ticket, agent_id: AgentId, command: Command) -> Answered {
        if !self.agents.contains_key(&agent_id) {
            return Err(Refusal::UnknownAgent);
        }
        if let Command::SignIn { extension } = command {
            return self.sign_in(agent_id, extension);
        }
        let session = self.sessions.get(&agent_id).ok_or(Refusal::NotSignedIn)?.clone();
        if !command.kind().is_by_supervisor() {
            self.present(agent_id);
        }
        match command {
            Command::SignIn { .. } | Command::RenewPresence => {}
            Command::Supervise { state } => self.supervise(&session, state)?,
            Command::BeginSupervision { supervisor_id, extension, mode } => {
                self.begin_supervision(&session, supervisor_id, extension, mode)?;
            }
            Command::EndSupervision => {
                self.may_ask(&session, CommandKind::EndSupervision)?;
                self.end_supervision(agent_id, SupervisionEnd::Ended);
            }
            Command::SignOut => {
                self.may_ask(&session, CommandKind::SignOut)?;
                self.sign_off(agent_id, REASON_SIGNED_OUT);
            }
            Command::Ready => self.next_state(&session, NextState::Ready)?,
            Command::NotReady { reason } => {
                let reason = self.not_ready_reason(reason)?;
                self.next_state(&session, NextState::NotReady { reason })?;
            }
            Command::AcceptPreview { reservation_id } => return self.accept(&session, reservation_id, ticket),
            Command::RejectPreview { reservation_id } => {
                self.check_preview(&session, reservation_id, CommandKind::RejectPreview)?;
                self.reject(reservation_id, ReservationEnd::Rejected);
                self.free_agent(agent_id, NextState::Ready);
            }
            Command::ClosePreview { reservation_id } => {
                self.check_preview(&session, reservation_id, CommandKind::ClosePreview)?;
                self.close(reservation_id, ReservationEnd::Closed);
                self.free_agent(agent_id, NextState::Ready);
            }
            Command::PlaceCall { typed } => {
                self.may_ask(&session, CommandKind::PlaceCall)?;
                self.place(&session, &typed)?;
            }
            Command::InDialog { dialog_id, act } => self.act(&session, dialog_id, act)?,
        }
        Ok(Answer::Done)
    }

    fn act(&mut self, session: &Session, id: DialogId, act: Act) -> Result<(), Refusal> {
        let agent_id = session.agent_id;
        let kind = act.kind();
        self.may(session, id, kind)?;
        match act {
            Act::Answer => self.answer(id, agent_id),
            Act::Decline => self.offer_ends(id, agent_id, Left::Declined),
            Act::End => self.end(id, agent_id),
            Act::Hold => self.hold(id, agent_id),
            Act::Retrieve => self.retrieve(id, agent_id),
            Act::Consult { typed } => self.consult(session, id, &typed)?,
            Act::Conference => self.conference(id, agent_id),
            Act::Transfer => self.transfer(id, agent_id),
            Act::DirectTransfer { typed } => self.direct_transfer(session, id, &typed)?,
            Act::OpenKeypad => self.open_keypad(id, agent_id),
            Act::CloseKeypad => self.close_keypad(agent_id),
            Act::SendDigit { digit } => self.send_digit(id, agent_id, digit),
            Act::Reclassify { to } => self.reclassify(session, self.attempt(id)?, to),
            Act::ScheduleCallback { promise } => self.schedule(agent_id, self.attempt(id)?, &promise)?,
            Act::CancelCallback { callback_id } => self.cancel_promise(self.attempt(id)?, callback_id)?,
            Act::PauseRecording => self.want_recording(agent_id, self.attempt(id)?, true),
            Act::ResumeRecording => self.want_recording(agent_id, self.attempt(id)?, false),
            Act::WrapUp => self.ask_wrap_up(session, id),
            Act::ApplyWrapUpReason { reason } => self.apply_reason(id, reason)?,
            Act::StateZone { zone } => self.state_zone(session, &self.attempt(id)?, zone)?,
        }
        if kind.is_about_the_call() {
            self.tell_colleagues(id, agent_id, &Event::DialogUpdated { dialog_id: id });
        }
        Ok(())
    }

    // Coming and going.

    fn sign_in(&mut self, agent_id: AgentId, extension: String) -> Answered {
        let extension = extension_of(extension)?;
        if let Some(session) = self.sessions.get(&agent_id) {
            if session.extension != extension {
                return Err(Refusal::AlreadySignedIn { extension: session.extension.clone() });
            }
            // The same person at the same phone: a page that was opened again.
            self.present(agent_id);
            return Ok(Answer::Done);
        }
        self.check_phone_free(&extension)?;
        let session = Session::new(agent_id, extension, REASON_SIGNED_IN, self.now);
        self.sessions.insert(agent_id, session);
        self.present(agent_id);
        self.say_state(agent_id, AgentState::LoggedOut, self.now);
        Ok(Answer::Done)
    }

    /// The agent is taken as there for a while.
    pub(super) fn renew_presence(&mut self, agent_id: AgentId) {
        let until = self.now + SignedDuration::from_secs(i64::from(self.settings.presence_seconds));
        self.deadlines.set(Deadline::Presence(agent_id), until);
    }

    /// The agent gave a sign of life. Whoever was taken as gone during a call is back.
    pub(super) fn present(&mut self, agent_id: AgentId) {
        self.renew_presence(agent_id);
        let Some(session) = self.sessions.get_mut(&agent_id) else { return };
        if std::mem::take(&mut session.is_lost) {
            let (state, since_at) = (session.activity.state(), session.since_at);
            self.say_state(agent_id, state, since_at);
        }
    }

    /// An agent who is gone frees what they hold: a preview and an offered call at once, a call when it ends.
    pub(super) fn presence_over(&mut self, agent_id: AgentId) {
        self.emit(agent_id, None, None, Event::AgentLost);
        self.drop_offers(agent_id);
        let Some(session) = self.sessions.get(&agent_id).cloned() else { return };
        match session.activity {
            Activity::NotReady { .. } | Activity::Ready => self.sign_off(agent_id, REASON_LOST),
            Activity::Previewing { reservation_id } => self.withdraw(reservation_id, ReservationEnd::AgentLost),
            Activity::InDialogs { .. } => {
                self.is_lost(&session);
                self.give_up_ringing(agent_id);
                self.refresh(agent_id);
            }
            Activity::WrapUp { .. } => {
                self.is_lost(&session);
                self.leave_wrap_up(agent_id);
            }
        }
    }

    /// Nobody is there to talk with whoever would answer.
    fn give_up_ringing(&mut self, agent_id: AgentId) {
        let ringing: Vec<ChannelId> = self
            .dialogs_of(agent_id)
            .into_iter()
            .flat_map(|dialog| &dialog.participants)
            .filter(|p| matches!(p.state, ParticipantState::Dialing { .. } | ParticipantState::Ringing { .. }))
            .filter_map(|p| p.who.channel_id())
            .collect();
        for channel_id in ringing {
            self.hang_up(channel_id);
        }
    }

    /// The agent leaves when the call is over, unless they come back before; what they had chosen to do next is kept.
    fn is_lost(&mut self, session: &Session) {
        let Some(kept) = self.sessions.get_mut(&session.agent_id) else { return };
        if !std::mem::replace(&mut kept.is_lost, true) {
            self.say_state(session.agent_id, session.activity.state(), session.since_at);
        }
    }

    /// The reason as it is written down: one of those assigned to the team, where there are any.
    fn not_ready_reason(&self, reason: String) -> Result<String, Refusal> {
        let reason = short(reason, "reason", REASON_LENGTH_MAX)?;
        let mut assigned = self.labels(ReasonKind::NotReady).peekable();
        if assigned.peek().is_none() || assigned.any(|label| *label == reason) {
            Ok(reason)
        } else {
            Err(Refusal::UnknownNotReadyReason { reason })
        }
    }

    // Ready and Not ready: now, or when what keeps the agent busy is over.

    fn next_state(&mut self, session: &Session, next: NextState) -> Result<(), Refusal> {
        let command = if next == NextState::Ready { CommandKind::Ready } else { CommandKind::NotReady };
        self.may_ask(session, command)?;
        self.becomes(session, next);
        Ok(())
    }

    fn becomes(&mut self, session: &Session, next: NextState) {
        let agent_id = session.agent_id;
        match (&session.activity, &next) {
            (Activity::Ready, NextState::Ready) => {}
            (Activity::NotReady { .. }, NextState::Ready) => self.set_activity(agent_id, Activity::Ready),
            (Activity::Ready | Activity::NotReady { .. }, NextState::NotReady { reason }) => {
                self.set_activity(agent_id, Activity::NotReady { reason: reason.clone() });
            }
            (Activity::Ready | Activity::NotReady { .. }, NextState::LoggedOut { reason }) => {
                self.sign_off(agent_id, reason);
            }
            (Activity::WrapUp { .. }, _) => {
                self.will_be(session, next);
                self.leave_wrap_up(agent_id);
            }
            (Activity::Previewing { .. } | Activity::InDialogs { .. }, _) => self.will_be(session, next),
        }
        // A call that was offered while they were Not ready keeps a Ready agent reserved.
        self.refresh(agent_id);
    }

    /// A supervisor says what the agent does next. Nobody is asked for a reason of the call they are finishing but the agent.
    fn supervise(&mut self, session: &Session, state: NextState) -> Result<(), Refusal> {
        let state = match state {
            NextState::Ready => NextState::Ready,
            NextState::NotReady { reason } => {
                NextState::NotReady { reason: short(reason, "reason", REASON_LENGTH_MAX)? }
            }
            NextState::LoggedOut { reason } => {
                NextState::LoggedOut { reason: short(reason, "reason", REASON_LENGTH_MAX)? }
            }
        };
        self.becomes(session, state);
        Ok(())
    }

    fn will_be(&mut self, session: &Session, next: NextState) {
        let Some(kept) = self.sessions.get_mut(&session.agent_id) else { return };
        if kept.next.as_ref() != Some(&next) {
            kept.next = Some(next);
            self.say_state(session.agent_id, session.activity.state(), session.since_at);
        }
    }

    // The preview.

    fn accept(&mut self, session: &Session, id: ReservationId, ticket: Ticket) -> Answered {
        match &session.activity {
            Activity::Previewing { reservation_id } if *reservation_id == id => {
                self.begin_accept(id, Some(ticket));
                Ok(Answer::Pending)
            }
            // A double click: the customer is being dialled, once.
            _ if self.is_dialled_for(session.agent_id, id) => Ok(Answer::Done),
            Activity::NotReady { .. }
            | Activity::Ready
            | Activity::Previewing { .. }
            | Activity::InDialogs { .. }
            | Activity::WrapUp { .. } => Err(Refusal::PreviewGone),
        }
    }

    /// Is the agent in, or finishing, the call of this preview?
    fn is_dialled_for(&self, agent_id: AgentId, id: ReservationId) -> bool {
        let own = |attempt: &&Attempt| attempt.reservation_id == id && attempt.agent_id == agent_id;
        self.attempts.values().any(|attempt| own(&attempt))
    }

    fn check_preview(&self, session: &Session, id: ReservationId, command: CommandKind) -> Result<(), Refusal> {
        if session.activity != (Activity::Previewing { reservation_id: id }) {
            return Err(Refusal::PreviewGone);
        }
        self.may_ask(session, command)
    }

    // What is said about a campaign's call.

    /// The attempt that a dialog is the conversation of.
    fn attempt(&self, id: DialogId) -> Result<Attempt, Refusal> {
        self.attempt_of(id).and_then(|id| self.attempts.get(&id)).cloned().ok_or(Refusal::CallGone)
    }

    fn reclassify(&mut self, session: &Session, mut attempt: Attempt, to: Classification) {
        let was = attempt.classification.unwrap_or_default();
        attempt.classification = Some(to);
        let event = Event::AttemptReclassified { attempt_id: attempt.id, was, to };
        self.emit(session.agent_id, attempt.campaign_id, attempt.contact_id, event);
        if let Some(dialog) =
            self.dialogs.get(&DialogId::from(attempt.id)).filter(|dialog| dialog.suggested.is_some()).cloned()
        {
            self.keep_dialog(Dialog { suggested: None, ..dialog });
        }
        let promised = attempt.promises_callback_id.filter(|_| to == Classification::DoNotCall);
        if promised.is_some() {
            attempt.promises_callback_id = None;
        }
        self.keep(attempt);
        // Whoever is not to be called is not called back either.
        if let Some(callback_id) = promised {
            self.drop_callback(callback_id);
        }
    }

    fn state_zone(&mut self, session: &Session, attempt: &Attempt, zone: Zone) -> Result<(), Refusal> {
        let Some(candidate) = self.held.get_mut(&attempt.contact_id) else { return Err(Refusal::CallGone) };
        candidate.contact.stated_zones = Some(StatedZones { zones: zone.into(), source: ZoneSource::Agent });
        let candidate = candidate.clone();
        self.write_contact(&candidate, None, self.now);
        let event = Event::ZoneStated { zones: zone.into() };
        self.emit(session.agent_id, attempt.campaign_id, attempt.contact_id, event);
        Ok(())
    }

    // Wrap-up.

    fn ask_wrap_up(&mut self, session: &Session, id: DialogId) {
        let rules = self.dialogs.get(&id).and_then(|dialog| self.wrap_up_rules(dialog));
        // Where it is required it follows in any case.
        if rules.is_some_and(|rules| rules.mode == WrapUpMode::Optional)
            && let Some(kept) = self.sessions.get_mut(&session.agent_id)
            && !kept.wrap_up_asked
        {
            kept.wrap_up_asked = true;
            self.say_state(session.agent_id, session.activity.state(), session.since_at);
        }
    }

    fn apply_reason(&mut self, id: DialogId, reason: String) -> Result<(), Refusal> {
        let Some(mut dialog) = self.dialogs.get(&id).cloned() else { return Err(Refusal::CallGone) };
        if !self.wrap_up_reasons(&dialog).contains(&reason) {
            return Err(Refusal::UnknownWrapUpReason { reason });
        }
        dialog.wrap_up_reason = Some(reason.clone());
        self.keep_dialog(dialog);
        if let Ok(mut attempt) = self.attempt(id) {
            attempt.wrap_up_reason = Some(reason.clone());
            self.keep(attempt);
        }
        self.tell(id, &Event::WrapUpReasonApplied { dialog_id: id, reason });
        Ok(())
    }
}

/// The extension of a phone as a person gave it. It becomes part of what the switch is asked to call, so nothing in it may
/// mean something there.
pub(super) fn extension_of(text: String) -> Result<String, Refusal> {
    let extension = short(text, "extension", EXTENSION_LENGTH_MAX)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if extension.chars().all(fits) { Ok(extension) } else { Err(Refusal::BadExtension) }
}

/// A text a person gave, without blanks around it, neither empty nor too long.
fn short(text: String, field: &'static str, length_max: usize) -> Result<String, Refusal> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.chars().count() > length_max {
        Err(Refusal::BadLength { field, length_max })
    } else if trimmed.len() == text.len() {
        Ok(text)
    } else {
        Ok(trimmed.to_owned())
    }
}

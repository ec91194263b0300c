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
    attempt::{Attempt, Phase},
    campaign::{Campaign, WrapUpMode},
    command::Command,
    contact::StatedZones,
    event::Event,
    ids::{AgentId, AttemptId, ReservationId},
    outcome::Classification,
    refusal::Refusal,
    reservation::ReservationEnd,
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
        let name = command.name();
        let answered = self.obey(ticket, agent_id, command);
        match answered {
            Ok(Answer::Pending) => {}
            Ok(Answer::Done) => self.out.replies.push((ticket, Ok(()))),
            Err(refusal) => {
                if self.agents.contains_key(&agent_id) {
                    let event = Event::CommandRefused { command: name.to_owned(), code: refusal.code().to_owned() };
                    self.emit(agent_id, None, None, event);
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
        self.present(agent_id);
        match command {
            Command::SignIn { .. } | Command::RenewPresence => Ok(Answer::Done),
            Command::SignOut => self.sign_out(&session),
            Command::Ready => self.next_state(&session, NextState::Ready),
            Command::NotReady { reason } => {
                let reason = short(reason, "reason", REASON_LENGTH_MAX)?;
                self.next_state(&session, NextState::NotReady { reason })
            }
            Command::AcceptPreview { reservation_id } => self.accept(&session, reservation_id, ticket),
            Command::RejectPreview { reservation_id } => self.decline(&session, reservation_id, Decline::Reject),
            Command::ClosePreview { reservation_id } => self.decline(&session, reservation_id, Decline::Close),
            Command::End { attempt_id } => self.end(&session, attempt_id),
            Command::Reclassify { attempt_id, to } => self.reclassify(&session, attempt_id, to),
            Command::ScheduleCallback { attempt_id, promise } => {
                let attempt = self.own_attempt(&session, attempt_id)?;
                self.schedule(attempt, &promise).map(|()| Answer::Done)
            }
            Command::CancelCallback { attempt_id, callback_id } => {
                let attempt = self.own_attempt(&session, attempt_id)?;
                self.cancel_promise(attempt, callback_id).map(|()| Answer::Done)
            }
            Command::WrapUp => self.ask_wrap_up(&session),
            Command::ApplyWrapUpReason { attempt_id, reason } => self.apply_reason(&session, attempt_id, reason),
            Command::StateZone { attempt_id, zone } => self.state_zone(&session, attempt_id, zone),
        }
    }

    // Coming and going.

    fn sign_in(&mut self, agent_id: AgentId, extension: String) -> Answered {
        let extension = short(extension, "extension", EXTENSION_LENGTH_MAX)?;
        if let Some(session) = self.sessions.get(&agent_id) {
            if session.extension != extension {
                return Err(Refusal::AlreadySignedIn { extension: session.extension.clone() });
            }
            // The same person at the same phone: a page that was opened again.
            self.present(agent_id);
            return Ok(Answer::Done);
        }
        if self.sessions.values().any(|session| session.extension == extension) {
            return Err(Refusal::ExtensionInUse { extension });
        }
        let session = Session {
            agent_id,
            extension,
            activity: Activity::NotReady { reason: REASON_SIGNED_IN.to_owned() },
            since_at: self.now,
            next: None,
            is_lost: false,
            wrap_up_asked: false,
        };
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

    fn sign_out(&mut self, session: &Session) -> Answered {
        match session.activity {
            Activity::NotReady { .. } | Activity::Ready => {
                self.sign_off(session.agent_id, REASON_SIGNED_OUT);
                Ok(Answer::Done)
            }
            Activity::Previewing { .. }
            | Activity::Dialing { .. }
            | Activity::Talking { .. }
            | Activity::WrapUp { .. } => Err(wrong_state("sign_out", session)),
        }
    }

    /// An agent who is gone frees what they hold: a preview at once, a call when it ends.
    pub(super) fn presence_over(&mut self, agent_id: AgentId) {
        let Some(session) = self.sessions.get(&agent_id).cloned() else { return };
        self.emit(agent_id, None, None, Event::AgentLost);
        match session.activity {
            Activity::NotReady { .. } | Activity::Ready => self.sign_off(agent_id, REASON_LOST),
            Activity::Previewing { reservation_id } => self.withdraw(reservation_id, ReservationEnd::AgentLost),
            Activity::Dialing { attempt_id } => {
                self.is_lost(&session);
                self.hang_up(attempt_id);
            }
            Activity::Talking { .. } => self.is_lost(&session),
            Activity::WrapUp { attempt_id, .. } => {
                self.is_lost(&session);
                self.leave_wrap_up(attempt_id);
            }
        }
    }

    /// The agent leaves when the call is over, unless they come back before; what they had chosen to do next is kept.
    fn is_lost(&mut self, session: &Session) {
        let Some(kept) = self.sessions.get_mut(&session.agent_id) else { return };
        if !std::mem::replace(&mut kept.is_lost, true) {
            self.say_state(session.agent_id, session.activity.state(), session.since_at);
        }
    }

    // Ready and Not ready: now, or when what keeps the agent busy is over.

    fn next_state(&mut self, session: &Session, next: NextState) -> Answered {
        match (&session.activity, &next) {
            (Activity::Ready, NextState::Ready) => {}
            (Activity::NotReady { .. }, NextState::Ready) => {
                self.set_activity(session.agent_id, Activity::Ready);
            }
            (Activity::Ready | Activity::NotReady { .. }, NextState::NotReady { reason }) => {
                self.set_activity(session.agent_id, Activity::NotReady { reason: reason.clone() });
            }
            (Activity::WrapUp { attempt_id, .. }, _) => {
                self.check_reason_given(*attempt_id)?;
                self.will_be(session, next);
                self.leave_wrap_up(*attempt_id);
            }
            (Activity::Previewing { .. } | Activity::Dialing { .. } | Activity::Talking { .. }, _)
            | (Activity::Ready | Activity::NotReady { .. }, NextState::LoggedOut { .. }) => self.will_be(session, next),
        }
        Ok(Answer::Done)
    }

    fn will_be(&mut self, session: &Session, next: NextState) {
        let Some(kept) = self.sessions.get_mut(&session.agent_id) else { return };
        if kept.next.as_ref() != Some(&next) {
            kept.next = Some(next);
            self.say_state(session.agent_id, session.activity.state(), session.since_at);
        }
    }

    fn check_reason_given(&self, id: AttemptId) -> Result<(), Refusal> {
        let Some(attempt) = self.attempts.get(&id) else { return Ok(()) };
        let Some(campaign) = self.campaign_of(attempt) else { return Ok(()) };
        let forced = campaign.rules.wrap_up.mode == WrapUpMode::RequiredWithReason;
        if forced && attempt.wrap_up_reason.is_none() { Err(Refusal::WrapUpReasonRequired) } else { Ok(()) }
    }

    // The preview.

    fn accept(&mut self, session: &Session, id: ReservationId, ticket: Ticket) -> Answered {
        match &session.activity {
            Activity::Previewing { reservation_id } if *reservation_id == id => {
                self.begin_accept(id, Some(ticket));
                Ok(Answer::Pending)
            }
            // A double click: the customer is being dialled, once.
            activity
                if activity
                    .attempt_id()
                    .and_then(|id| self.attempts.get(&id))
                    .is_some_and(|attempt| attempt.reservation_id == id) =>
            {
                Ok(Answer::Done)
            }
            Activity::NotReady { .. }
            | Activity::Ready
            | Activity::Previewing { .. }
            | Activity::Dialing { .. }
            | Activity::Talking { .. }
            | Activity::WrapUp { .. } => Err(Refusal::PreviewGone),
        }
    }

    fn decline(&mut self, session: &Session, id: ReservationId, how: Decline) -> Answered {
        if session.activity != (Activity::Previewing { reservation_id: id }) {
            return Err(Refusal::PreviewGone);
        }
        let reservation = self.reservations.get(&id).ok_or(Refusal::PreviewGone)?;
        let preview = &self.desks.get(&reservation.campaign_id).ok_or(Refusal::PreviewGone)?.campaign.rules.preview;
        match how {
            Decline::Reject if !preview.reject_allowed => return Err(Refusal::RejectNotAllowed),
            Decline::Close if !preview.close_allowed => return Err(Refusal::CloseNotAllowed),
            Decline::Reject => self.reject(id, ReservationEnd::Rejected),
            Decline::Close => self.close(id, ReservationEnd::Closed),
        }
        self.free_agent(session.agent_id, NextState::Ready);
        Ok(Answer::Done)
    }

    // The call.

    /// The attempt, if it is this agent's and still open: from the accept to the end of wrap-up.
    fn own_attempt(&self, session: &Session, id: AttemptId) -> Result<Attempt, Refusal> {
        let own = session.activity.attempt_id() == Some(id);
        self.attempts.get(&id).filter(|_| own).cloned().ok_or(Refusal::CallGone)
    }

    fn campaign_of(&self, attempt: &Attempt) -> Option<&Campaign> {
        self.desks.get(&attempt.campaign_id).map(|desk| &desk.campaign)
    }

    fn end(&mut self, session: &Session, id: AttemptId) -> Answered {
        let attempt = self.own_attempt(session, id)?;
        match attempt.phase {
            Phase::Dialing | Phase::Talking { .. } => {
                self.hang_up(id);
                Ok(Answer::Done)
            }
            Phase::WrappingUp { .. } | Phase::Ended(_) => Err(Refusal::CallGone),
        }
    }

    fn reclassify(&mut self, session: &Session, id: AttemptId, to: Classification) -> Answered {
        let mut attempt = self.own_attempt(session, id)?;
        let was = attempt.classification.unwrap_or_default();
        attempt.classification = Some(to);
        self.emit_of(&attempt, Event::AttemptReclassified { attempt_id: id, was, to });
        let promised = attempt.promises_callback_id.filter(|_| to == Classification::DoNotCall);
        if promised.is_some() {
            attempt.promises_callback_id = None;
        }
        self.keep(attempt);
        // Whoever is not to be called is not called back either.
        if let Some(callback_id) = promised {
            self.drop_callback(callback_id);
        }
        Ok(Answer::Done)
    }

    fn state_zone(&mut self, session: &Session, id: AttemptId, zone: Zone) -> Answered {
        let attempt = self.own_attempt(session, id)?;
        let Some(candidate) = self.held.get_mut(&attempt.contact_id) else { return Err(Refusal::CallGone) };
        candidate.contact.stated_zones = Some(StatedZones { zones: zone.into(), source: ZoneSource::Agent });
        let candidate = candidate.clone();
        self.write_contact(&candidate, None, self.now);
        self.emit_of(&attempt, Event::ZoneStated { zones: zone.into() });
        Ok(Answer::Done)
    }

    // Wrap-up.

    fn ask_wrap_up(&mut self, session: &Session) -> Answered {
        let Activity::Talking { attempt_id } = session.activity else {
            return Err(wrong_state("wrap_up", session));
        };
        let attempt = self.own_attempt(session, attempt_id)?;
        let mode = self.campaign_of(&attempt).map(|campaign| campaign.rules.wrap_up.mode);
        match mode {
            None | Some(WrapUpMode::NotAllowed) => Err(Refusal::WrapUpNotAllowed),
            // It follows in any case.
            Some(WrapUpMode::Required | WrapUpMode::RequiredWithReason) => Ok(Answer::Done),
            Some(WrapUpMode::Optional) => {
                if let Some(kept) = self.sessions.get_mut(&session.agent_id)
                    && !kept.wrap_up_asked
                {
                    kept.wrap_up_asked = true;
                    self.say_state(session.agent_id, session.activity.state(), session.since_at);
                }
                Ok(Answer::Done)
            }
        }
    }

    fn apply_reason(&mut self, session: &Session, id: AttemptId, reason: String) -> Answered {
        let mut attempt = self.own_attempt(session, id)?;
        if matches!(attempt.phase, Phase::Dialing) {
            return Err(wrong_state("apply_wrap_up_reason", session));
        }
        let campaign = self.campaign_of(&attempt).ok_or(Refusal::CallGone)?;
        if !campaign.rules.wrap_up.reasons.contains(&reason) {
            return Err(Refusal::UnknownWrapUpReason { reason });
        }
        attempt.wrap_up_reason = Some(reason.clone());
        self.emit_of(&attempt, Event::WrapUpReasonApplied { attempt_id: id, reason });
        self.keep(attempt);
        Ok(Answer::Done)
    }
}

#[derive(Clone, Copy)]
enum Decline {
    Reject,
    Close,
}

fn wrong_state(command: &'static str, session: &Session) -> Refusal {
    Refusal::WrongState { command, state: session.activity.state() }
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

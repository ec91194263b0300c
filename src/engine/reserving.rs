//! Previews: how a reservation begins, and every way it ends.

use jiff::SignedDuration;

use super::{
    Engine,
    deadlines::Deadline,
    input::Candidate,
    matching::Offer,
    output::{Ask, Ticket},
    session::Activity,
};
use crate::domain::{
    agent::NextState,
    campaign::PreviewAtEnd,
    contact::{CloseReason, ContactState},
    eligibility::{self, Question},
    event::Event,
    ids::{AgentId, CallbackId, ReservationId},
    refusal::Refusal,
    reservation::{Reservation, ReservationEnd, ReservationEnded},
    retry::{self, Disposition},
    suppression::Suppression,
};

/// The reason an agent becomes Not ready who left a preview unanswered.
pub(super) const REASON_PREVIEW_LAPSED: &str = "preview_unanswered";

impl Engine {
    /// Holds a contact for an agent and shows the preview.
    pub(super) fn reserve(&mut self, agent_id: AgentId, offer: Offer) {
        let Offer { mut candidate, number, callback_id } = offer;
        let (contact_id, campaign_id) = (candidate.contact.id, candidate.contact.campaign_id);
        let Some(desk) = self.desks.get(&campaign_id) else { return };
        let seconds = i64::from(desk.campaign.rules.preview.seconds_max);
        let reservation = Reservation {
            id: self.mint(),
            agent_id,
            campaign_id,
            contact_id,
            number,
            callback_id,
            offered_at: self.now,
            expires_at: self.now + SignedDuration::from_secs(seconds),
            ended: None,
        };
        let (reservation_id, expires_at) = (reservation.id, reservation.expires_at);
        candidate.contact.state = ContactState::InProgress;
        self.write_contact(&candidate, None, self.now);
        self.held.insert(contact_id, candidate);
        self.deadlines.set(Deadline::Preview(reservation_id), expires_at);
        self.out.changes.reservations.insert(reservation_id, reservation.clone());
        self.reservations.insert(reservation_id, reservation);
        self.emit(agent_id, campaign_id, contact_id, Event::PreviewOffered { reservation_id, callback_id, expires_at });
        self.set_activity(agent_id, Activity::Previewing { reservation_id });
    }

    /// Ends a reservation and gives back what it held. The agent still shows it: the caller decides what they do next.
    pub(super) fn end_reservation(
        &mut self,
        id: ReservationId,
        how: ReservationEnd,
    ) -> Option<(Reservation, Candidate)> {
        let mut reservation = self.reservations.remove(&id)?;
        let candidate = self.held.remove(&reservation.contact_id)?;
        self.deadlines.clear(Deadline::Preview(id));
        reservation.ended = Some(ReservationEnded { at: self.now, how });
        self.out.changes.reservations.insert(id, reservation.clone());
        self.emit(
            reservation.agent_id,
            reservation.campaign_id,
            reservation.contact_id,
            Event::ReservationEnded { reservation_id: id, how },
        );
        // Whoever waited for the accept learns that it is too late.
        for ticket in self.accepting.remove(&id).unwrap_or_default() {
            self.out.replies.push((ticket, Err(Refusal::PreviewGone)));
        }
        Some((reservation, candidate))
    }

    /// The agent accepted: the rules are asked again, with what the lists say at this instant.
    pub(super) fn begin_accept(&mut self, id: ReservationId, ticket: Option<Ticket>) {
        let Some(reservation) = self.reservations.get(&id) else { return };
        let number = reservation.number.number.clone();
        if let Some(waiting) = self.accepting.get_mut(&id) {
            waiting.extend(ticket);
            return;
        }
        self.accepting.insert(id, ticket.into_iter().collect());
        self.ask(Ask::Suppressions { reservation_id: id, number });
    }

    /// The second half of an accept: dial, or say why not.
    pub(super) fn accept_with(&mut self, id: ReservationId, suppressions: Vec<Suppression>) {
        let Some(tickets) = self.accepting.remove(&id) else { return };
        let permit = self.permit(id, &suppressions);
        let reply = match permit {
            Some(Ok(permit)) => {
                // A lapse by the campaign's rule has no ticket, or its deadline is over.
                let lapsed = self.reservations.get(&id).is_some_and(|r| r.expires_at <= self.now);
                let how = if lapsed && tickets.is_empty() {
                    ReservationEnd::LapsedAccepted
                } else {
                    ReservationEnd::Accepted
                };
                if let Some((reservation, candidate)) = self.end_reservation(id, how) {
                    self.dial(&reservation, candidate, permit);
                }
                Ok(())
            }
            Some(Err(refusal)) => {
                if let Some((reservation, mut candidate)) = self.end_reservation(id, ReservationEnd::Refused) {
                    candidate.suppressions = suppressions;
                    self.give_back(&reservation, candidate);
                    self.free_agent(reservation.agent_id, NextState::Ready);
                }
                Err(refusal)
            }
            None => Err(Refusal::PreviewGone),
        };
        self.out.replies.extend(tickets.into_iter().map(|ticket| (ticket, reply.clone())));
    }

    fn permit(
        &self,
        id: ReservationId,
        suppressions: &[Suppression],
    ) -> Option<Result<eligibility::DialPermit, Refusal>> {
        let reservation = self.reservations.get(&id)?;
        let question = Question {
            contact: &self.held.get(&reservation.contact_id)?.contact,
            campaign: &self.desks.get(&reservation.campaign_id)?.campaign,
            suppressions,
            now: self.now,
            rules: &self.rules,
            promised: reservation.callback_id.map(|_| &reservation.number),
        };
        Some(
            eligibility::permit(&question, &reservation.number)
                .map_err(|no| Refusal::MayNotCall { rule: no.finding.code(), says: no.to_string() }),
        )
    }

    /// The agent leaves the contact for later.
    pub(super) fn reject(&mut self, id: ReservationId, how: ReservationEnd) {
        let Some((reservation, candidate)) = self.end_reservation(id, how) else { return };
        let Some(desk) = self.desks.get(&reservation.campaign_id) else { return };
        let number = &reservation.number.number;
        let disposition =
            retry::after_rejection(&candidate.contact, number, &desk.campaign.rules, self.now, &self.rules);
        match disposition {
            Disposition::Retry { not_before_at } => match reservation.callback_id {
                // A promise is never lost: it moves, and everyone can see it.
                Some(callback_id) => self.promise_again(callback_id, candidate, not_before_at),
                None => self.return_contact(candidate, not_before_at),
            },
            Disposition::Close { reason } => self.close_reserved(reservation.callback_id, candidate, reason),
            Disposition::Callback { callback_id } => self.promise_again(callback_id, candidate, self.now),
        }
    }

    /// The agent takes the contact out of the campaign.
    pub(super) fn close(&mut self, id: ReservationId, how: ReservationEnd) {
        if let Some((reservation, candidate)) = self.end_reservation(id, how) {
            self.close_reserved(reservation.callback_id, candidate, CloseReason::Agent);
        }
    }

    fn close_reserved(&mut self, callback_id: Option<CallbackId>, candidate: Candidate, reason: CloseReason) {
        if let Some(callback_id) = callback_id {
            self.drop_callback(callback_id);
        }
        self.close_contact(candidate, reason);
    }

    /// The contact of an ended reservation goes back as if it had never been offered.
    fn give_back(&mut self, reservation: &Reservation, candidate: Candidate) {
        match reservation.callback_id {
            Some(callback_id) => self.promise_again(callback_id, candidate, self.now),
            None => self.return_contact(candidate, self.now),
        }
    }

    /// Takes a preview away from its agent, who is Ready again or leaves.
    pub(super) fn withdraw(&mut self, id: ReservationId, how: ReservationEnd) {
        let Some((reservation, candidate)) = self.end_reservation(id, how) else { return };
        self.give_back(&reservation, candidate);
        if how == ReservationEnd::AgentLost {
            self.sign_off(reservation.agent_id, super::session::REASON_LOST);
        } else {
            self.free_agent(reservation.agent_id, NextState::Ready);
        }
    }

    /// Nobody answered the preview in time.
    pub(super) fn preview_over(&mut self, id: ReservationId) {
        // The agent accepted in time; the rules are just being asked.
        if self.accepting.contains_key(&id) {
            return;
        }
        let Some(reservation) = self.reservations.get(&id) else { return };
        let agent_id = reservation.agent_id;
        let Some(desk) = self.desks.get(&reservation.campaign_id) else { return };
        match desk.campaign.rules.preview.at_end {
            PreviewAtEnd::Accept => self.begin_accept(id, None),
            PreviewAtEnd::Reject => {
                self.reject(id, ReservationEnd::LapsedRejected);
                self.free_agent(agent_id, NextState::Ready);
            }
            PreviewAtEnd::Close => {
                self.close(id, ReservationEnd::LapsedClosed);
                self.free_agent(agent_id, NextState::Ready);
            }
            PreviewAtEnd::RejectAndNotReady => {
                self.reject(id, ReservationEnd::LapsedRejected);
                self.free_agent(agent_id, NextState::NotReady { reason: REASON_PREVIEW_LAPSED.to_owned() });
            }
        }
    }
}

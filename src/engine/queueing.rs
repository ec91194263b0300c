//! Customers who wait for an agent: callers of the service queues, and whoever was passed on by a direct transfer that nobody
//! took. They are offered to the agent who is Ready longest, and offered again when that agent does not answer.
//!
//! Blended agents get callers and previews. The rule, so that neither starves: a waiting caller comes before previews; but
//! an agent who took `calls_in_a_row_max` callers in a row gets the preview that may be called now, if there is one. Somebody
//! whom a campaign called and who waits comes before everybody: we called them.

use jiff::SignedDuration;

use super::{Engine, deadlines::Deadline, output::Order};
use crate::domain::{
    agent::NextState,
    dialog::{Caller, Dialog, DialogKind, Left, Participant, ParticipantState, Who},
    ids::{AgentId, ChannelId, DialogId},
    queue::{ANSWER_SECONDS_MAX_DEFAULT, Queue, QueueState, WhenNotAnswered},
    reason::{REASON_CALL_DECLINED, REASON_CALL_NOT_ANSWERED},
};

/// How a customer gets an agent: by the rules of the queue that they called, or of the campaign that called them.
struct Turn {
    /// The lowest is next.
    place: u8,
    wait_seconds_max: u32,
    answer_seconds_max: u32,
    calls_in_a_row_max: u32,
    when_not_answered: WhenNotAnswered,
}

impl Engine {
    /// Somebody called a queue. Told twice is told once.
    pub(super) fn arrived(&mut self, channel_id: ChannelId, queue: &str, caller: Caller) {
        if self.channels.contains_key(&channel_id) {
            return;
        }
        let open = self.queues.values().find(|q| q.rules.name == queue && q.state == QueueState::Open);
        let Some(Queue { id: queue_id, rules, .. }) = open else {
            // Nobody would ever answer.
            self.out.orders.push(Order::HangUp { channel_id });
            return;
        };
        let kind = DialogKind::Inbound { queue_id: *queue_id, caller };
        let waits = self.waits(rules.wait_seconds_max);
        let waits = Participant { who: Who::Customer { channel_id }, state: waits };
        let id: DialogId = self.mint();
        self.open_dialog(Dialog::new(id, kind, self.now, vec![waits]));
        self.out.orders.push(Order::Admit { dialog_id: id, channel_id });
    }

    /// A customer whom an agent passed on to somebody who did not come is alone now, and waits for another agent: callers in
    /// their queue again, before those who called later.
    pub(super) fn wait_again(&mut self, id: DialogId) {
        let Some(dialog) = self.dialogs.get(&id) else { return };
        let [Participant { who: who @ Who::Customer { .. }, state: ParticipantState::Active }] =
            dialog.participants.as_slice()
        else {
            return;
        };
        let Some(turn) = self.turn_of(dialog).filter(|turn| turn.wait_seconds_max > 0) else { return };
        self.put(id, &who.clone(), self.waits(turn.wait_seconds_max));
    }

    fn waits(&self, seconds_max: u32) -> ParticipantState {
        let until_at = self.now + SignedDuration::from_secs(i64::from(seconds_max));
        ParticipantState::Waiting { since_at: self.now, until_at }
    }

    /// By which rules the customer of a dialog gets an agent. None if the centre did not route the call.
    fn turn_of(&self, dialog: &Dialog) -> Option<Turn> {
        if let Some(queue) = self.queue_of(dialog) {
            return Some(Turn {
                place: u8::MAX - queue.rules.priority,
                wait_seconds_max: queue.rules.wait_seconds_max,
                answer_seconds_max: queue.rules.answer_seconds_max,
                calls_in_a_row_max: queue.rules.calls_in_a_row_max,
                when_not_answered: queue.rules.when_not_answered,
            });
        }
        let attempt = self.attempts.get(&self.attempt_of(dialog.id)?)?;
        Some(Turn {
            place: 0,
            wait_seconds_max: self.campaign(attempt.campaign_id)?.rules.call.wait_seconds_max,
            answer_seconds_max: ANSWER_SECONDS_MAX_DEFAULT,
            calls_in_a_row_max: u32::MAX,
            when_not_answered: WhenNotAnswered::default(),
        })
    }

    /// The queue whose caller a dialog is with.
    pub(super) fn queue_of(&self, dialog: &Dialog) -> Option<&Queue> {
        match dialog.kind {
            DialogKind::Inbound { queue_id, .. } => self.queues.get(&queue_id),
            DialogKind::Outbound { .. } | DialogKind::Placed | DialogKind::Internal | DialogKind::Consult { .. } => {
                None
            }
        }
    }

    /// The customer to answer next: of the highest priority, then whoever has been on the line longest.
    pub(super) fn next_caller(&self) -> Option<DialogId> {
        let waiting = self.dialogs.values().filter_map(|dialog| {
            let [Participant { state: ParticipantState::Waiting { .. }, .. }] = dialog.participants.as_slice() else {
                return None;
            };
            Some((self.turn_of(dialog)?.place, dialog.opened_at, dialog.id))
        });
        waiting.min().map(|(.., id)| id)
    }

    /// Is it the turn of a preview, though this customer waits?
    pub(super) fn is_previews_turn(&self, agent_id: AgentId, id: DialogId) -> bool {
        let turn = self.dialogs.get(&id).and_then(|dialog| self.turn_of(dialog));
        let session = self.sessions.get(&agent_id);
        turn.zip(session).is_some_and(|(turn, session)| session.callers_in_a_row >= turn.calls_in_a_row_max)
    }

    /// Offers a waiting customer to an agent.
    pub(super) fn offer_caller(&mut self, agent_id: AgentId, id: DialogId) {
        let Some(turn) = self.dialogs.get(&id).and_then(|dialog| self.turn_of(dialog)) else { return };
        self.count_callers(agent_id, true);
        self.offer(id, agent_id, turn.answer_seconds_max);
    }

    /// Counts the turns between callers and previews.
    pub(super) fn count_callers(&mut self, agent_id: AgentId, is_caller: bool) {
        if let Some(session) = self.sessions.get_mut(&agent_id) {
            session.callers_in_a_row = if is_caller { session.callers_in_a_row.saturating_add(1) } else { 0 };
            self.keep_session(agent_id);
        }
    }

    /// What becomes of an agent who did not answer a customer.
    pub(super) fn when_not_answered(&self, id: DialogId, why: Left) -> Option<NextState> {
        let turn = self.dialogs.get(&id).and_then(|dialog| self.turn_of(dialog))?;
        match turn.when_not_answered {
            WhenNotAnswered::NotReady if why == Left::Declined => {
                Some(NextState::NotReady { reason: REASON_CALL_DECLINED.to_owned() })
            }
            WhenNotAnswered::NotReady => Some(NextState::NotReady { reason: REASON_CALL_NOT_ANSWERED.to_owned() }),
            WhenNotAnswered::Ready => None,
        }
    }

    /// A customer waited as long as they may.
    pub(super) fn waited_too_long(&mut self, id: DialogId) {
        let Some(dialog) = self.dialogs.get(&id) else { return };
        let Some(channel_id) = dialog.customer() else { return };
        let offered = dialog.agents().next();
        if let Some(agent_id) = offered {
            // Somebody is about to answer: their own deadline is near.
            let again = self.now + SignedDuration::from_secs(1);
            let state = self.dialogs.get(&id).and_then(|dialog| dialog.state_of(agent_id));
            self.deadlines
                .set(Deadline::Waits(id), state.and_then(ParticipantState::until_at).unwrap_or(again).max(again));
            return;
        }
        self.out.orders.push(Order::HangUp { channel_id });
        self.leave(id, &Who::Customer { channel_id }, Left::WaitedTooLong);
    }
}

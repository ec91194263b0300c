//! Callers of the service queues: they wait, are offered to the agent who is Ready longest, and are offered again when that
//! agent does not answer.
//!
//! Blended agents get callers and previews. The rule, so that neither starves: a waiting caller comes before previews; but
//! an agent who took `calls_in_a_row_max` callers in a row gets the preview that may be called now, if there is one.

use jiff::{SignedDuration, Timestamp};

use super::{Engine, deadlines::Deadline, output::Order};
use crate::domain::{
    agent::NextState,
    dialog::{Caller, Dialog, DialogKind, Left, Participant, ParticipantState, Who},
    ids::{AgentId, ChannelId, DialogId, QueueId},
    queue::{Queue, QueueState, WhenNotAnswered},
    reason::REASON_CALL_NOT_ANSWERED,
};

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
        let until_at = self.now + SignedDuration::from_secs(i64::from(rules.wait_seconds_max));
        let kind = DialogKind::Inbound { queue_id: *queue_id, caller };
        let waits = Participant { who: Who::Customer { channel_id }, state: ParticipantState::Waiting { until_at } };
        let id: DialogId = self.mint();
        self.open_dialog(Dialog::new(id, kind, self.now, vec![waits]));
        self.out.orders.push(Order::Admit { dialog_id: id, channel_id });
    }

    /// A caller whom an agent passed on to somebody who did not come is alone now, and waits in their queue again: before
    /// those who called later.
    pub(super) fn wait_again(&mut self, id: DialogId) {
        let Some(dialog) = self.dialogs.get(&id) else { return };
        let [Participant { who: who @ Who::Customer { .. }, state: ParticipantState::Active }] =
            dialog.participants.as_slice()
        else {
            return;
        };
        let Some(queue) = self.queue_of(dialog) else { return };
        let until_at = self.now + SignedDuration::from_secs(i64::from(queue.rules.wait_seconds_max));
        self.put(id, &who.clone(), ParticipantState::Waiting { until_at });
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

    /// The caller to answer next: of the highest priority, then whoever waits longest.
    pub(super) fn next_caller(&self) -> Option<(DialogId, QueueId)> {
        let waiting = self.dialogs.values().filter_map(|dialog| {
            let [Participant { state: ParticipantState::Waiting { .. }, .. }] = dialog.participants.as_slice() else {
                return None;
            };
            let queue = self.queue_of(dialog)?;
            let place: (u8, Timestamp, DialogId) = (u8::MAX - queue.rules.priority, dialog.opened_at, dialog.id);
            Some((place, queue.id))
        });
        waiting.min().map(|((.., id), queue_id)| (id, queue_id))
    }

    /// Is it the turn of a preview, though a caller waits?
    pub(super) fn is_previews_turn(&self, agent_id: AgentId, queue_id: QueueId) -> bool {
        let (Some(session), Some(queue)) = (self.sessions.get(&agent_id), self.queues.get(&queue_id)) else {
            return false;
        };
        session.callers_in_a_row >= queue.rules.calls_in_a_row_max
    }

    /// Offers a caller to an agent.
    pub(super) fn offer_caller(&mut self, agent_id: AgentId, id: DialogId, queue_id: QueueId) {
        let Some(queue) = self.queues.get(&queue_id) else { return };
        let seconds = queue.rules.answer_seconds_max;
        self.count_callers(agent_id, true);
        self.offer(id, agent_id, seconds);
    }

    /// Counts the turns between callers and previews.
    pub(super) fn count_callers(&mut self, agent_id: AgentId, is_caller: bool) {
        if let Some(session) = self.sessions.get_mut(&agent_id) {
            session.callers_in_a_row = if is_caller { session.callers_in_a_row.saturating_add(1) } else { 0 };
            self.keep_session(agent_id);
        }
    }

    /// What becomes of an agent who did not answer a caller.
    pub(super) fn when_not_answered(&self, id: DialogId) -> Option<NextState> {
        let queue = self.dialogs.get(&id).and_then(|dialog| self.queue_of(dialog))?;
        match queue.rules.when_not_answered {
            WhenNotAnswered::NotReady => Some(NextState::NotReady { reason: REASON_CALL_NOT_ANSWERED.to_owned() }),
            WhenNotAnswered::Ready => None,
        }
    }

    /// A caller waited as long as they may.
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

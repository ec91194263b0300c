//! What happened before with the contact that an agent has in hand: in their preview or their call, and no other.

use axum::{Json, extract::State};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::Me,
    extract::Path,
    problem::{Code, Problem},
};
use crate::{
    domain::{
        attempt::{Attempt, Phase},
        callback::{Callback, CallbackState},
        ids::{AttemptId, CallbackId, ContactId},
        outcome::Outcome,
        phone::PhoneNumber,
        recording::RecordingState,
        schema::Instant,
        wall_time::WallTime,
    },
    engine::view::AgentView,
    store::CallbackFilter,
};

/// How much is told, of each kind.
const TOLD_MAX: usize = 20;

/// Which contact.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ContactPath {
    /// The contact in the agent's preview or call.
    contact_id: ContactId,
}

/// What happened before.
#[derive(Serialize, JsonSchema)]
pub(super) struct History {
    /// Attempts that are over, the latest first.
    attempts: Vec<PastAttempt>,
    /// Promises, the latest first.
    callbacks: Vec<PastCallback>,
}

/// One attempt that is over.
#[derive(Serialize, JsonSchema)]
struct PastAttempt {
    attempt_id: AttemptId,
    /// When the number was dialled.
    #[schemars(with = "Instant")]
    opened_at: Timestamp,
    /// The number.
    number: PhoneNumber,
    /// How it ended.
    outcome: Outcome,
    /// The agent's label.
    wrap_up_reason: Option<String>,
    /// Is there a recording of it?
    is_recorded: bool,
}

/// One promise.
#[derive(Serialize, JsonSchema)]
struct PastCallback {
    callback_id: CallbackId,
    /// What was promised.
    wall_time: WallTime,
    /// The instant of that.
    #[schemars(with = "Instant")]
    promised_at: Timestamp,
    /// What became of it.
    state: CallbackState,
}

/// Earlier attempts and callbacks of the contact that the agent has in hand.
pub(super) async fn of_contact(
    me: Me,
    State(app): State<App>,
    Path(path): Path<ContactPath>,
) -> Result<Json<History>, Problem> {
    let id = path.contact_id;
    if !has_in_hand(&me.look().await?, id) {
        return Err(Problem::new(Code::UnknownContact, "this contact is not in your preview or call"));
    }
    let attempts = app.db.attempts_of(id, TOLD_MAX + 1).await?;
    let filter = CallbackFilter { contact_id: Some(id), ..CallbackFilter::default() };
    let mut callbacks = app.db.callbacks(filter, TOLD_MAX).await?;
    callbacks.reverse();
    Ok(Json(History {
        attempts: attempts.into_iter().filter_map(over).take(TOLD_MAX).collect(),
        callbacks: callbacks.iter().map(told).collect(),
    }))
}

fn has_in_hand(view: &AgentView, id: ContactId) -> bool {
    let previewed = view.preview.as_ref().map(|preview| &preview.customer);
    let called = view.dialogs.iter().filter_map(|dialog| dialog.customer.as_ref());
    previewed.into_iter().chain(called).any(|customer| customer.contact_id == id)
}

fn over(attempt: Attempt) -> Option<PastAttempt> {
    let Phase::Ended(ended) = attempt.phase else { return None };
    let Attempt { id: attempt_id, opened_at, number, wrap_up_reason, recording, .. } = attempt;
    let is_recorded = recording.is_some_and(|recording| recording.state == RecordingState::Stored);
    Some(PastAttempt { attempt_id, opened_at, number, outcome: ended.outcome, wrap_up_reason, is_recorded })
}

fn told(callback: &Callback) -> PastCallback {
    let Callback { id: callback_id, wall_time, promised_at, state, .. } = *callback;
    PastCallback { callback_id, wall_time, promised_at, state }
}

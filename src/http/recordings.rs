//! The recording of an attempt, to be listened to by whoever supervises it. Who did is in the log.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    App,
    auth::Caller,
    extract::Path,
    openapi::{Answer, Operation},
    problem::{Code, Problem},
};
use crate::{
    domain::{attempt::Attempt, ids::AttemptId},
    ports::RecordingFile,
};

/// So many recordings are sent at once.
pub(super) const AT_ONCE: usize = 8;

/// Which attempt.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AttemptPath {
    /// The attempt.
    attempt_id: AttemptId,
}

/// A recording on its way.
pub(super) struct Sound {
    attempt_id: AttemptId,
    length: Option<u64>,
    body: Body,
}

/// The recording of an attempt. While the call goes on it is not whole yet.
pub(super) async fn of_attempt(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<AttemptPath>,
) -> Result<Sound, Problem> {
    let attempt = app.attempt(&caller, path.attempt_id).await?;
    let none = || Problem::new(Code::NoRecording, "there is no recording of this attempt");
    let recording = attempt.recording.ok_or_else(none)?;
    let (Some(server), Some(recordings)) = (&recording.server, app.teams.recordings()) else { return Err(none()) };
    let (attempt_id, token_id) = (attempt.id, caller.token_id);
    let Ok(turn) = app.listeners.clone().try_acquire_owned() else {
        let problem = Problem::new(Code::TooManyStreams, format!("{AT_ONCE} recordings are being sent already"));
        return Err(problem.retry_after(5));
    };
    let found = recordings.open(server, &recording.path).await.map_err(|error| {
        tracing::warn!(%attempt_id, server, %error, "a recording cannot be fetched");
        Problem::new(Code::RecordingUnavailable, "the switch that has it does not give it; try again").retry_after(5)
    })?;
    let Some(RecordingFile { length, pieces }) = found else {
        tracing::info!(%attempt_id, token_id, path = recording.path, server, "a recording is not there any more");
        return Err(Problem::new(Code::NoRecording, "its file is not there any more"));
    };
    tracing::info!(%attempt_id, token_id, path = recording.path, server, "a recording is listened to");
    let pieces = pieces.inspect(move |_| {
        let _is_held = &turn;
    });
    Ok(Sound { attempt_id, length, body: Body::from_stream(pieces) })
}

impl App {
    /// The attempt, if the caller may see it.
    async fn attempt(&self, caller: &Caller, id: AttemptId) -> Result<Attempt, Problem> {
        let unknown = || Problem::new(Code::UnknownAttempt, format!("there is no attempt {id}"));
        let attempt = self.db.attempt(id).await?.ok_or_else(unknown)?;
        let campaign = self.db.campaign(attempt.campaign_id).await?.ok_or_else(unknown)?;
        caller.check_team(campaign.team_id)?;
        Ok(attempt)
    }
}

impl IntoResponse for Sound {
    fn into_response(self) -> Response {
        let name = format!("inline; filename=\"{}.wav\"", self.attempt_id);
        let about = [
            (header::CONTENT_TYPE, "audio/wav".to_owned()),
            (header::CONTENT_DISPOSITION, name),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        let mut response = (about, self.body).into_response();
        if let Some(length) = self.length {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        response
    }
}

impl Answer for Sound {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<String>(StatusCode::OK);
        if let Some(answer) = operation.responses.get_mut("200") {
            answer["content"] = json!({ "audio/wav": { "schema": { "type": "string", "format": "binary" } } });
        }
    }
}

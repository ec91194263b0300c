//! Service queues: their rules, and whether they take callers.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::Caller,
    extract::{After, Path, Query},
    problem::{FieldProblem, Problem},
    rules_body::RulesBody,
    rules_file::RulesFile,
};
use crate::{
    domain::{
        ids::QueueId,
        queue::{Queue, QueueRules, QueueState},
    },
    store::ManageError,
};

/// Which queue.
#[derive(Deserialize, JsonSchema)]
pub(super) struct QueuePath {
    /// The queue's name.
    name: String,
}

impl App {
    /// The queue called so, if the caller may see it.
    async fn queue(&self, caller: &Caller, name: &str) -> Result<Queue, Problem> {
        let found = self.db.queue_named(name).await?;
        let queue = found.ok_or_else(|| ManageError::UnknownQueue(name.to_owned()))?;
        caller.check_team(queue.team_id)?;
        Ok(queue)
    }
}

/// The queues that the caller may see.
pub(super) async fn list(
    caller: Caller,
    State(app): State<App>,
    Query(page): Query<After>,
) -> Result<Json<Vec<Queue>>, Problem> {
    let queues = app.db.queues(QueueId(page.after())).await?;
    Ok(Json(queues.into_iter().filter(|queue| caller.check_team(queue.team_id).is_ok()).collect()))
}

/// One queue.
pub(super) async fn one(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<QueuePath>,
) -> Result<Json<Queue>, Problem> {
    app.queue(&caller, &path.name).await.map(Json)
}

/// The rules of a queue as a queue file, which can be changed and sent back.
pub(super) async fn file(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<QueuePath>,
) -> Result<RulesFile, Problem> {
    Ok(RulesFile::of(&app.queue(&caller, &path.name).await?.rules, path.name))
}

/// A queue whose rules were taken.
#[derive(Serialize, JsonSchema)]
pub(super) struct QueueTaken {
    /// The queue as it is now.
    queue: Queue,
    /// What someone should look at.
    warnings: Vec<FieldProblem>,
}

/// Create a queue, closed, or change its rules; they count from the next decision on.
pub(super) async fn put(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<QueuePath>,
    body: RulesBody<QueueRules>,
) -> Result<Json<QueueTaken>, Problem> {
    let RulesBody { rules, warnings } = body;
    let team_id = app.team_of_rules(&rules.name, &path.name, &rules.team).await?;
    caller.check_team(team_id)?;
    if let Some(present) = app.db.queue_named(&path.name).await? {
        caller.check_team(present.team_id)?;
    }
    let queue = app.db.queue_apply(&rules, app.clock.now()).await?;
    app.teams.noticed();
    Ok(Json(QueueTaken { queue, warnings }))
}

/// Let callers in.
pub(super) async fn open(caller: Caller, app: State<App>, path: Path<QueuePath>) -> Result<Json<Queue>, Problem> {
    become_(caller, app, path, QueueState::Open).await
}

/// Let callers go who arrive from now on.
pub(super) async fn close(caller: Caller, app: State<App>, path: Path<QueuePath>) -> Result<Json<Queue>, Problem> {
    become_(caller, app, path, QueueState::Closed).await
}

async fn become_(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<QueuePath>,
    state: QueueState,
) -> Result<Json<Queue>, Problem> {
    let queue = app.queue(&caller, &path.name).await?;
    // Asking twice is no mistake.
    if queue.state == state {
        return Ok(Json(queue));
    }
    let changed = app.db.queue_set_state(&path.name, state, app.clock.now()).await?;
    app.teams.noticed();
    Ok(Json(changed))
}

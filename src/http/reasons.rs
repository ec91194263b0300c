//! Reasons: administrators create and assign them, agents choose from them.

use std::num::NonZeroU16;

use axum::{Json, extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::{Caller, Me},
    extract::{Body, Created, Path},
    problem::{Code, FieldProblem, Problem},
};
use crate::{
    domain::{
        ids::{ReasonId, TeamId},
        reason::{Reason, ReasonKind, checked_label},
    },
    store::{ManageError, NewReason},
};

impl Caller {
    /// Refuses what is assigned to a team that they may not see, or to all teams where they may see one.
    fn check_assigned_to(&self, team_id: Option<TeamId>) -> Result<(), Problem> {
        team_id.map_or_else(|| self.check_all_teams(), |team_id| self.check_team(team_id))
    }
}

/// The reasons of the teams that the caller may see, by kind and code.
pub(super) async fn list(caller: Caller, State(app): State<App>) -> Result<Json<Vec<Reason>>, Problem> {
    Ok(Json(match caller.team_id {
        Some(team_id) => app.db.reasons_of(team_id).await?,
        None => app.db.reasons().await?,
    }))
}

/// A new reason.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonWish {
    /// What it is for.
    kind: ReasonKind,
    /// Its code, for other systems (1 to 65535); no other reason of its kind may have it.
    code: NonZeroU16,
    /// What agents read (1 to 40 characters).
    label: String,
    /// The only team it is assigned to, by name; left out: all.
    team: Option<String>,
}

/// Create a reason. Agents can choose it at once.
pub(super) async fn create(
    caller: Caller,
    State(app): State<App>,
    Body(wish): Body<ReasonWish>,
) -> Result<Created<Reason>, Problem> {
    let team_id = match &wish.team {
        Some(name) => Some(app.team_named(&caller, name).await?.id),
        None => None,
    };
    caller.check_assigned_to(team_id)?;
    checked_label(wish.kind, &wish.label)
        .map_err(|why| Problem::fields(Code::BadReasonLabel, vec![FieldProblem::new("label", why)]))?;
    let new = NewReason { kind: wish.kind, code: wish.code, label: wish.label, team_id };
    let reason = app.db.reason_add(&new, app.clock.now()).await?;
    app.teams.noticed();
    Ok(Created(reason))
}

/// Which reason.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ReasonPath {
    /// The number of the reason.
    reason_id: ReasonId,
}

/// Remove a reason. Calls that have it keep its label.
pub(super) async fn remove(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<ReasonPath>,
) -> Result<StatusCode, Problem> {
    let reason = app.db.reason(path.reason_id).await?.ok_or(ManageError::UnknownReason(path.reason_id))?;
    caller.check_assigned_to(reason.team_id)?;
    app.db.reason_remove(path.reason_id, app.clock.now()).await?;
    app.teams.noticed();
    Ok(StatusCode::NO_CONTENT)
}

/// What an agent chooses from, each by code.
#[derive(Serialize, JsonSchema)]
pub(super) struct ReasonsByKind {
    /// The labels of a call.
    wrap_up: Vec<Reason>,
    /// Why the agent gets nothing.
    not_ready: Vec<Reason>,
}

/// The reasons of the agent who asked.
pub(super) async fn mine(me: Me, State(app): State<App>) -> Result<Json<ReasonsByKind>, Problem> {
    let reasons = app.db.reasons_of(me.team.team_id()).await?;
    let (wrap_up, not_ready) = reasons.into_iter().partition(|reason| reason.kind == ReasonKind::WrapUp);
    Ok(Json(ReasonsByKind { wrap_up, not_ready }))
}

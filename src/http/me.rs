//! What an agent does: each command answers with the agent's fresh view, so that a client needs no second call.

use axum::Json;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    auth::Me,
    extract::{Body, Path},
    problem::Problem,
};
use crate::{
    domain::{command::Command, ids::ReservationId, refusal::Refusal},
    engine::view::AgentView,
};

/// The view of the agent who asked.
pub(super) type View = Result<Json<AgentView>, Problem>;

impl Me {
    /// What the agent sees now.
    pub async fn look(&self) -> Result<AgentView, Problem> {
        self.team.agent_view(self.agent_id).await?.ok_or_else(|| Refusal::UnknownAgent.into())
    }

    /// Gives the command, then looks.
    pub async fn obey(&self, command: Command) -> View {
        self.team.command(self.agent_id, command).await?;
        self.look().await.map(Json)
    }
}

/// The agent's own view.
pub(super) async fn view(me: Me) -> View {
    me.look().await.map(Json)
}

/// Where an agent works.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// The agent's phone.
    extension: String,
}

/// Come to work at a phone.
pub(super) async fn sign_in(me: Me, Body(body): Body<SignIn>) -> View {
    me.obey(Command::SignIn { extension: body.extension }).await
}

/// Leave.
pub(super) async fn sign_out(me: Me) -> View {
    me.obey(Command::SignOut).await
}

/// Say "still here", where no event stream is open.
pub(super) async fn renew_presence(me: Me) -> View {
    me.obey(Command::RenewPresence).await
}

/// The state an agent asks for; in a preview or a call it follows when that is over.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state", deny_unknown_fields)]
pub(super) enum WantedState {
    /// Wait for the next preview.
    Ready {},
    /// Get nothing.
    NotReady {
        /// Why: lunch, training.
        reason: String,
    },
}

/// Ask for Ready or Not ready.
pub(super) async fn set_state(me: Me, Body(wanted): Body<WantedState>) -> View {
    me.obey(match wanted {
        WantedState::Ready {} => Command::Ready,
        WantedState::NotReady { reason } => Command::NotReady { reason },
    })
    .await
}

/// Which preview.
#[derive(Deserialize, JsonSchema)]
pub(super) struct PreviewPath {
    /// The reservation of the preview.
    reservation_id: ReservationId,
}

/// Have the customer of this preview dialled.
pub(super) async fn accept_preview(me: Me, Path(path): Path<PreviewPath>) -> View {
    me.obey(Command::AcceptPreview { reservation_id: path.reservation_id }).await
}

/// Leave the contact of this preview for later.
pub(super) async fn reject_preview(me: Me, Path(path): Path<PreviewPath>) -> View {
    me.obey(Command::RejectPreview { reservation_id: path.reservation_id }).await
}

/// Take the contact of this preview out of the campaign.
pub(super) async fn close_preview(me: Me, Path(path): Path<PreviewPath>) -> View {
    me.obey(Command::ClosePreview { reservation_id: path.reservation_id }).await
}

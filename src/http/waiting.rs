//! Why a waiting agent gets nothing, with how many contacts it is about.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;

use super::{App, auth::Me, problem::Problem};
use crate::engine::waiting::WaitingView;

/// More contacts than this are not counted: many is many.
const COUNTED_MAX: usize = 1000;

/// Why a waiting agent gets nothing.
#[derive(Serialize, JsonSchema)]
pub(super) struct Counted {
    /// Why; none unless the agent is Ready.
    waiting: Option<WaitingView>,
    /// How many contacts may be called when the hours open.
    contacts: Option<usize>,
    /// Are there more than were counted?
    contacts_are_more: bool,
}

/// Why the agent who asks gets nothing.
pub(super) async fn view(me: Me, State(app): State<App>) -> Result<Json<Counted>, Problem> {
    let waiting = me.look().await?.waiting;
    let counted = match &waiting {
        Some(WaitingView::HoursClosed { campaign_id, zone_sets, .. }) => {
            Some(app.db.waiting_count(*campaign_id, zone_sets, COUNTED_MAX + 1).await?)
        }
        _ => None,
    };
    let contacts = counted.map(|count| count.min(COUNTED_MAX));
    Ok(Json(Counted { waiting, contacts, contacts_are_more: counted > contacts }))
}

//! Numbers that must not be called. They are in bodies only: an address ends in logs.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    App,
    auth::Caller,
    extract::{Body, Created, Page, Query},
    problem::Problem,
};
use crate::domain::{ids::CampaignId, phone::PhoneNumber, schema::Instant, suppression::Suppression};

impl App {
    /// The campaign called so, or none for all.
    async fn campaign_id(&self, caller: &Caller, name: Option<&str>) -> Result<Option<CampaignId>, Problem> {
        match name {
            Some(name) => Ok(Some(self.campaign(caller, name).await?.id)),
            None => caller.check_all_teams().map(|()| None),
        }
    }
}

/// Every number, a page of them.
pub(super) async fn list(
    caller: Caller,
    State(app): State<App>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<Suppression>>, Problem> {
    caller.check_all_teams()?;
    Ok(Json(app.db.suppressions_page(page.after(), page.count()?).await?))
}

/// A number not to be called.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSuppression {
    /// The number, in E.164.
    number: PhoneNumber,
    /// The only campaign it holds for, by name; left out: all.
    campaign: Option<String>,
    /// When it ends; left out: never.
    #[schemars(with = "Option<Instant>")]
    until_at: Option<Timestamp>,
    /// Where it comes from; `api` if left out.
    source: Option<String>,
}

/// Never call a number. It counts at once: an open preview of it is taken away.
pub(super) async fn add(
    caller: Caller,
    State(app): State<App>,
    Body(body): Body<NewSuppression>,
) -> Result<Created<Suppression>, Problem> {
    let campaign_id = app.campaign_id(&caller, body.campaign.as_deref()).await?;
    let now = app.clock.now();
    if body.until_at.is_some_and(|end| end <= now) {
        return Err(Problem::field("until_at", "this is over already"));
    }
    let source = body.source.unwrap_or_else(|| "api".to_owned());
    if source.trim().is_empty() || source.chars().count() > 100 {
        return Err(Problem::field("source", "write 1 to 100 characters"));
    }
    let entry = Suppression { number: body.number, campaign_id, until_at: body.until_at, source };
    app.db.suppress(std::slice::from_ref(&entry), now).await?;
    app.teams.noticed();
    Ok(Created(entry))
}

/// A number that may be called again.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OldSuppression {
    /// The number, in E.164.
    number: PhoneNumber,
    /// The campaign the entry is for, by name; left out: the entry for all.
    campaign: Option<String>,
}

/// Take a number off.
pub(super) async fn remove(
    caller: Caller,
    State(app): State<App>,
    Body(body): Body<OldSuppression>,
) -> Result<StatusCode, Problem> {
    let campaign_id = app.campaign_id(&caller, body.campaign.as_deref()).await?;
    if !app.db.unsuppress(&body.number, campaign_id, app.clock.now()).await? {
        return Err(Problem::not_found("entry for this", "number"));
    }
    app.teams.noticed();
    Ok(StatusCode::NO_CONTENT)
}

//! Numbers that must not be called. They are in bodies only: an address ends in logs.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    App,
    auth::Caller,
    extract::{Body, Created, count},
    problem::{Code, Problem},
};
use crate::{
    domain::{ids::CampaignId, phone::PhoneNumber, schema::Instant, suppression::Suppression},
    store::SuppressionFilter,
};

impl App {
    /// The campaign called so, or none for all.
    pub(super) async fn campaign_id(&self, caller: &Caller, name: Option<&str>) -> Result<Option<CampaignId>, Problem> {
        match name {
            Some(name) => Ok(Some(self.campaign(caller, name).await?.id)),
            None => caller.check_all_teams().map(|()| None),
        }
    }
}

/// Which entries.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SuppressionQuery {
    /// For one number, in E.164.
    number: Option<PhoneNumber>,
    /// For one campaign alone, by name.
    campaign: Option<String>,
    /// From one source.
    source: Option<String>,
    /// Those after this entry: the last of the page before.
    after: Option<Last>,
    /// How many at most (1 to 1000); 100 if left out.
    count: Option<usize>,
}

/// The last entry of a page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Last {
    /// Its number.
    number: PhoneNumber,
    /// Its campaign.
    campaign_id: Option<CampaignId>,
}

/// Entries, a page of them, also those that are over.
pub(super) async fn list(
    caller: Caller,
    State(app): State<App>,
    Body(query): Body<SuppressionQuery>,
) -> Result<Json<Vec<Suppression>>, Problem> {
    let campaign_id = app.campaign_id(&caller, query.campaign.as_deref()).await?;
    let after = query.after.map(|entry| (entry.number, entry.campaign_id));
    let filter = SuppressionFilter { number: query.number, campaign_id, source: query.source, after };
    Ok(Json(app.db.suppress_list(&filter, count(query.count)?).await?))
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
    app.db.suppress_add(std::slice::from_ref(&entry), now).await?;
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
    if !app.db.suppress_remove(&body.number, campaign_id, app.clock.now()).await? {
        return Err(Problem::new(Code::UnknownSuppression, "there is no such entry for this number"));
    }
    app.teams.noticed();
    Ok(StatusCode::NO_CONTENT)
}

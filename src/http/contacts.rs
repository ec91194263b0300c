//! Contacts, their attempts and callbacks, to look at; and the zones that somebody states for them.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    App,
    auth::Caller,
    campaigns::CampaignPath,
    extract::{Body, Page, Path, Query},
    problem::Problem,
};
use crate::domain::{
    attempt::Attempt,
    callback::{Callback, CallbackState},
    contact::Contact,
    ids::ContactId,
    zone::ZoneSet,
};

/// Which contact.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ContactPath {
    /// The contact.
    contact_id: ContactId,
}

impl App {
    /// The contact, if the caller may see it.
    async fn contact(&self, caller: &Caller, id: ContactId) -> Result<Contact, Problem> {
        let contact = self.db.contact_by_id(id).await?.ok_or_else(|| Problem::not_found("contact", id))?;
        let campaign = self.db.campaign(contact.campaign_id).await?;
        caller.check_team(campaign.ok_or_else(|| Problem::not_found("contact", id))?.team_id)?;
        Ok(contact)
    }
}

/// One contact.
pub(super) async fn one(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<ContactPath>,
) -> Result<Json<Contact>, Problem> {
    app.contact(&caller, path.contact_id).await.map(Json)
}

/// Which contacts of a campaign.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactQuery {
    /// Only those in this state.
    state: Option<ContactStateName>,
    /// Those after this contact.
    after: Option<i64>,
    /// How many at most (1 to 1000); 100 if left out.
    count: Option<i64>,
}

/// Where a contact is.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ContactStateName {
    Waiting,
    Promised,
    InProgress,
    Closed,
}

impl ContactStateName {
    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Promised => "promised",
            Self::InProgress => "in_progress",
            Self::Closed => "closed",
        }
    }
}

/// A page of the contacts of a campaign, by number.
pub(super) async fn list(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
    Query(query): Query<ContactQuery>,
) -> Result<Json<Vec<Contact>>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    let page = Page { after: query.after, count: query.count };
    let state = query.state.map(ContactStateName::name);
    Ok(Json(app.db.contacts(campaign.id, state, Some(ContactId(page.after())), page.count()?).await?))
}

/// Zones.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Zones {
    /// Every zone the customer may be in; none if nobody knows, and then they are not called.
    zones: ZoneSet,
}

/// State the zones of a contact.
pub(super) async fn put_zones(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<ContactPath>,
    Body(body): Body<Zones>,
) -> Result<Json<Contact>, Problem> {
    app.contact(&caller, path.contact_id).await?;
    app.db.set_contact_zones(path.contact_id, &body.zones, app.clock.now()).await?;
    app.teams.noticed();
    app.contact(&caller, path.contact_id).await.map(Json)
}

/// The attempts of a contact, in order.
pub(super) async fn attempts(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<ContactPath>,
) -> Result<Json<Vec<Attempt>>, Problem> {
    let contact = app.contact(&caller, path.contact_id).await?;
    Ok(Json(app.db.attempts_of(contact.id).await?))
}

/// Which callbacks of a campaign.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallbackQuery {
    /// Only those in this state.
    state: Option<CallbackState>,
    /// How many at most (1 to 1000); 100 if left out.
    count: Option<i64>,
}

/// Callbacks of a campaign, the soonest first.
pub(super) async fn callbacks(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
    Query(query): Query<CallbackQuery>,
) -> Result<Json<Vec<Callback>>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    let page = Page { after: None, count: query.count };
    Ok(Json(app.db.callbacks(campaign.id, query.state, page.count()?).await?))
}

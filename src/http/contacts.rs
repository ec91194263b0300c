//! Contacts, their attempts and callbacks, to look at; and the zones that somebody states for them.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    App,
    auth::Caller,
    campaigns::CampaignPath,
    extract::{Body, Path, Query, count},
    problem::Problem,
};
use crate::{
    domain::{
        attempt::Attempt,
        callback::{Callback, CallbackState},
        contact::{Contact, StatedZones},
        ids::{CallbackId, ContactId},
        zone::{ZoneSet, ZoneSource},
    },
    explain::{self, Explanation},
    ports::Store as _,
    store::{CallbackFilter, ManageError, PAGE_ROWS_MAX, StoredContact},
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
        let unknown = || ManageError::UnknownContact(id.to_string());
        let contact = self.db.contact(id, self.clock.now()).await?.ok_or_else(unknown)?.contact;
        let campaign = self.db.campaign(contact.campaign_id).await?.ok_or_else(unknown)?;
        caller.check_team(campaign.team_id)?;
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

/// Why a contact is called or not, rule by rule.
pub(super) async fn explain(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<ContactPath>,
) -> Result<Json<Explanation>, Problem> {
    let now = app.clock.now();
    let known = app.db.known_contact(path.contact_id, now).await?;
    let known = known.ok_or_else(|| ManageError::UnknownContact(path.contact_id.to_string()))?;
    caller.check_team(known.campaign.team_id)?;
    Ok(Json(explain::explain(&known, now, &app.rules)))
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
    count: Option<usize>,
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
) -> Result<Json<Vec<StoredContact>>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    let state = query.state.map(ContactStateName::name);
    let after = ContactId(query.after.unwrap_or(0));
    Ok(Json(app.db.contacts_of(campaign.id, state, after, count(query.count)?).await?))
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
    let contact = app.contact(&caller, path.contact_id).await?;
    let stated = StatedZones { zones: body.zones, source: ZoneSource::Agent };
    let changed = app.db.contact_set_zones(contact.id, &stated, app.clock.now()).await?;
    app.teams.noticed();
    Ok(Json(changed))
}

/// The attempts of a contact, the latest first.
pub(super) async fn attempts(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<ContactPath>,
) -> Result<Json<Vec<Attempt>>, Problem> {
    let contact = app.contact(&caller, path.contact_id).await?;
    Ok(Json(app.db.attempts_of(contact.id, PAGE_ROWS_MAX).await?))
}

/// The callbacks of a contact, in the order in which they were promised.
pub(super) async fn callbacks_of(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<ContactPath>,
) -> Result<Json<Vec<Callback>>, Problem> {
    let contact = app.contact(&caller, path.contact_id).await?;
    let filter = CallbackFilter { contact_id: Some(contact.id), ..CallbackFilter::default() };
    Ok(Json(app.db.callbacks(filter, PAGE_ROWS_MAX).await?))
}

/// Which callbacks of a campaign.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CallbackQuery {
    /// Only those in this state.
    state: Option<CallbackState>,
    /// Those promised after this one.
    after: Option<CallbackId>,
    /// How many at most (1 to 1000); 100 if left out.
    count: Option<usize>,
}

/// Callbacks of a campaign, in the order in which they were promised.
pub(super) async fn callbacks(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
    Query(query): Query<CallbackQuery>,
) -> Result<Json<Vec<Callback>>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    let CallbackQuery { state, after, .. } = query;
    let filter = CallbackFilter { campaign_id: Some(campaign.id), state, after, ..CallbackFilter::default() };
    Ok(Json(app.db.callbacks(filter, count(query.count)?).await?))
}

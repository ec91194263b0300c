//! Finding a contact by what somebody on the telephone says: an account number, a telephone number. In bodies only: an
//! address ends in logs.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{App, auth::Caller, extract::Body, problem::Problem};
use crate::{
    domain::{
        campaign::Campaign,
        contact::Contact,
        ids::{CampaignId, ContactId},
        phone::{PhoneNumber, read_typed_number},
    },
    store::PAGE_ROWS_MAX,
};

/// The longest text to look for, in characters.
const TEXT_CHARS_MAX: usize = 200;
/// The most contacts that are given.
const FOUND_MAX: usize = 50;

/// What is looked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// An account number, a telephone number (without an international prefix it is of the campaigns' countries), or the
    /// number of a contact.
    #[schemars(length(min = 1, max = TEXT_CHARS_MAX))]
    text: String,
    /// Only in this campaign; left out: in all that the caller may see.
    campaign: Option<String>,
}

/// A contact that was found.
#[derive(Serialize, JsonSchema)]
pub(super) struct ContactFound {
    /// The name of its campaign.
    campaign: String,
    /// The contact.
    contact: Contact,
}

/// Contacts with this account number, telephone number or number of their own; 50 at most.
pub(super) async fn search(
    caller: Caller,
    State(app): State<App>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Vec<ContactFound>>, Problem> {
    let text = wanted.text.trim();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX || text.contains('\0') {
        return Err(Problem::field("text", format!("write 1 to {TEXT_CHARS_MAX} characters")));
    }
    let campaigns = app.campaigns_seen(&caller, wanted.campaign.as_deref()).await?;
    let only = wanted.campaign.and_then(|_| campaigns.keys().next().copied());
    let mut found = BTreeMap::new();
    if let Ok(id) = text.parse() {
        let contact = app.db.contact_with_id(ContactId(id)).await?;
        found.extend(contact.map(|contact| (contact.id, contact)));
    }
    let same_account = app.db.contacts_with_account(text, only, PAGE_ROWS_MAX).await?;
    found.extend(same_account.into_iter().map(|contact| (contact.id, contact)));
    for number in numbers(text, campaigns.values()) {
        // Every contact is looked at: one such search at a time.
        let _alone = app.searches.acquire().await;
        let same_number = app.db.contacts_with_number(&number, only, PAGE_ROWS_MAX).await?;
        found.extend(same_number.into_iter().map(|contact| (contact.id, contact)));
    }
    let seen = found.into_values().filter_map(|contact| {
        let campaign = campaigns.get(&contact.campaign_id)?.rules.name.clone();
        Some(ContactFound { campaign, contact })
    });
    Ok(Json(seen.take(FOUND_MAX).collect()))
}

/// The numbers that a text may be: in each country of the campaigns.
fn numbers<'a>(text: &str, campaigns: impl Iterator<Item = &'a Campaign>) -> BTreeSet<PhoneNumber> {
    let countries: BTreeSet<_> = campaigns.map(|campaign| campaign.rules.country).collect();
    countries.into_iter().filter_map(|country| Some(read_typed_number(text, country).ok()?.number)).take(5).collect()
}

impl App {
    /// The campaigns that the caller may see, or the one of this name.
    pub(super) async fn campaigns_seen(
        &self,
        caller: &Caller,
        name: Option<&str>,
    ) -> Result<BTreeMap<CampaignId, Campaign>, Problem> {
        if let Some(name) = name {
            let campaign = self.campaign(caller, name).await?;
            return Ok([(campaign.id, campaign)].into());
        }
        let all = self.db.all_campaigns().await?;
        let seen = all.into_iter().filter(|campaign| caller.check_team(campaign.team_id).is_ok());
        Ok(seen.map(|campaign| (campaign.id, campaign)).collect())
    }
}

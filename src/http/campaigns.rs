//! Campaigns: their rules, their life, their progress.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::Caller,
    extract::{After, OnlyNew, Path, Query},
    problem::{Code, FieldProblem, Problem},
    rules_body::RulesBody,
    rules_file::RulesFile,
};
use crate::{
    domain::{
        calling_defaults::cautious_hours,
        calling_window::CallingWindow,
        campaign::{Campaign, CampaignRules, CampaignState},
        ids::CampaignId,
    },
    store::{CampaignProgress, ContactList, ManageError},
};

/// Which campaign.
#[derive(Deserialize, JsonSchema)]
pub(super) struct CampaignPath {
    /// The campaign's name.
    pub name: String,
}

impl App {
    /// The campaign called so, if the caller may see it.
    pub(super) async fn campaign(&self, caller: &Caller, name: &str) -> Result<Campaign, Problem> {
        let found = self.db.campaign_named(name).await?;
        let campaign = found.ok_or_else(|| ManageError::UnknownCampaign(name.to_owned()))?;
        caller.check_team(campaign.team_id)?;
        Ok(campaign)
    }
}

/// The campaigns that the caller may see.
pub(super) async fn list(
    caller: Caller,
    State(app): State<App>,
    Query(page): Query<After>,
) -> Result<Json<Vec<Campaign>>, Problem> {
    let campaigns = app.db.campaigns(CampaignId(page.after())).await?;
    Ok(Json(campaigns.into_iter().filter(|campaign| caller.check_team(campaign.team_id).is_ok()).collect()))
}

/// A campaign and how far it is.
#[derive(Serialize, JsonSchema)]
pub(super) struct CampaignWithProgress {
    /// The campaign.
    campaign: Campaign,
    /// How far it is.
    progress: CampaignProgress,
}

/// One campaign.
pub(super) async fn one(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
) -> Result<Json<CampaignWithProgress>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    let progress = app.db.campaign_progress(campaign.id).await?;
    Ok(Json(CampaignWithProgress { campaign, progress }))
}

/// One campaign alone, however many contacts it has.
pub(super) async fn summary(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
) -> Result<Json<CampaignAlone>, Problem> {
    Ok(Json(CampaignAlone { campaign: app.campaign(&caller, &path.name).await? }))
}

/// A campaign.
#[derive(Serialize, JsonSchema)]
pub(super) struct CampaignAlone {
    /// The campaign.
    campaign: Campaign,
}

/// The rules of a campaign as a campaign file, which can be changed and sent back.
pub(super) async fn file(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
) -> Result<RulesFile, Problem> {
    Ok(RulesFile::of(&app.campaign(&caller, &path.name).await?.rules, path.name))
}

/// The hours in which a campaign calls.
#[derive(Serialize, JsonSchema)]
pub(super) struct HoursInForce {
    /// The hours, on the customer's clock.
    hours: CallingWindow,
    /// No call starts within so many seconds before they end.
    guard_seconds: u32,
    /// Are they the careful hours of the country, as the campaign names none or the same?
    are_cautious: bool,
    /// The careful hours of the country.
    cautious_hours: CallingWindow,
    /// The rule that those come from.
    citation: &'static str,
}

/// The hours in which a campaign calls, beside the careful ones of its country.
pub(super) async fn hours(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
) -> Result<Json<HoursInForce>, Problem> {
    let rules = app.campaign(&caller, &path.name).await?.rules;
    let cautious = cautious_hours(rules.country);
    Ok(Json(HoursInForce {
        are_cautious: rules.hours == cautious.window,
        hours: rules.hours,
        guard_seconds: rules.guard_seconds,
        cautious_hours: cautious.window,
        citation: cautious.citation,
    }))
}

/// The contact lists of a campaign.
pub(super) async fn lists(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
) -> Result<Json<Vec<ContactList>>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    Ok(Json(app.db.lists(campaign.id).await?))
}

/// Rules that were checked.
#[derive(Serialize, JsonSchema)]
pub(super) struct RulesChecked {
    /// The rules, with the default of everything that was left out.
    rules: CampaignRules,
    /// What someone should look at.
    warnings: Vec<FieldProblem>,
}

/// Check rules; nothing is stored.
pub(super) async fn check(_: Caller, body: RulesBody<CampaignRules>) -> Result<Json<RulesChecked>, Problem> {
    let RulesBody { rules, warnings } = body;
    Ok(Json(RulesChecked { rules, warnings }))
}

/// A campaign whose rules were taken.
#[derive(Serialize, JsonSchema)]
pub(super) struct CampaignTaken {
    /// The campaign as it is now.
    campaign: Campaign,
    /// What someone should look at.
    warnings: Vec<FieldProblem>,
}

/// Create a campaign, or change its rules; they count from the next decision on.
pub(super) async fn put(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
    only_new: OnlyNew,
    body: RulesBody<CampaignRules>,
) -> Result<Json<CampaignTaken>, Problem> {
    let RulesBody { rules, warnings } = body;
    let team_id = app.team_of_rules(&rules.name, &path.name, &rules.team).await?;
    caller.check_team(team_id)?;
    if let Some(present) = app.db.campaign_named(&path.name).await? {
        caller.check_team(present.team_id)?;
        if only_new.is_asked {
            let there = FieldProblem::new("name", format!("there is a campaign {} already", path.name));
            return Err(Problem::fields(Code::CampaignThere, vec![there]));
        }
    }
    let campaign = app.db.campaign_apply(&rules, app.clock.now()).await?;
    app.teams.noticed();
    Ok(Json(CampaignTaken { campaign, warnings }))
}

/// Push contacts to agents.
pub(super) async fn start(
    caller: Caller,
    app: State<App>,
    path: Path<CampaignPath>,
) -> Result<Json<Campaign>, Problem> {
    become_(caller, app, path, CampaignState::Running).await
}

/// Call nobody new; calls in progress go on.
pub(super) async fn pause(
    caller: Caller,
    app: State<App>,
    path: Path<CampaignPath>,
) -> Result<Json<Campaign>, Problem> {
    become_(caller, app, path, CampaignState::Paused).await
}

/// End it, for good.
pub(super) async fn end(caller: Caller, app: State<App>, path: Path<CampaignPath>) -> Result<Json<Campaign>, Problem> {
    become_(caller, app, path, CampaignState::Ended).await
}

async fn become_(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
    state: CampaignState,
) -> Result<Json<Campaign>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    // Asking twice is no mistake.
    if campaign.state == state {
        return Ok(Json(campaign));
    }
    let changed = app.db.campaign_set_state(&path.name, state, app.clock.now()).await?;
    app.teams.noticed();
    Ok(Json(changed))
}

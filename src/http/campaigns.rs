//! Campaigns: their rules, their life, their progress.

use axum::{
    Json,
    extract::{FromRequest, Request, State},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    App,
    auth::Caller,
    extract::{After, Path, Query, bytes, has_media_type, read_json},
    limits::Limits,
    openapi::{Operation, Part},
    problem::{Code, FieldProblem, Problem},
};
use crate::{
    campaign_file::{self, Severity},
    domain::{
        campaign::{Campaign, CampaignRules, CampaignState},
        ids::CampaignId,
    },
    store::{CampaignProgress, ManageError},
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

/// A campaign file as a body: the text itself, or the same in JSON.
pub(super) enum RulesBody {
    Toml(String),
    Json(Value),
}

impl FromRequest<App> for RulesBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if has_media_type(request.headers(), "application/json") {
            return read_json(&bytes(request, app).await?).map(Self::Json);
        }
        if has_media_type(request.headers(), "application/toml") {
            let text = String::from_utf8(bytes(request, app).await?.into());
            return text.map(Self::Toml).map_err(|_| Problem::field("", "the file is not UTF-8 text"));
        }
        Err(Problem::new(Code::NotJson, "send the campaign as application/toml or application/json"))
    }
}

impl Part for RulesBody {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.generator.subschema_for::<CampaignRules>();
        operation.body = Some(json!({
            "required": true,
            "content": {
                "application/json": { "schema": schema },
                "application/toml": { "schema": { "type": "string", "description": "A campaign file." } },
            },
        }));
    }

    fn bytes_max(limits: &Limits) -> usize {
        limits.contacts_bytes_max
    }
}

impl RulesBody {
    /// Checks the file; both forms have the same rules and the same problems.
    fn check(self) -> Result<(CampaignRules, Vec<FieldProblem>), Problem> {
        let (text, places) = match self {
            Self::Toml(text) => (text, true),
            Self::Json(value) => (as_toml(value)?, false),
        };
        let checked = campaign_file::check(&text);
        let (errors, warnings): (Vec<_>, Vec<_>) =
            checked.problems.iter().partition(|problem| problem.severity == Severity::Error);
        let shown = |problems: Vec<&campaign_file::Problem>| problems.into_iter().map(|p| shown(p, places)).collect();
        match checked.rules {
            Some(rules) => Ok((rules, shown(warnings))),
            None => Err(Problem::fields(Code::BadRules, shown(errors))),
        }
    }
}

fn as_toml(mut value: Value) -> Result<String, Problem> {
    // What JSON says is nothing, a file leaves out.
    drop_nulls(&mut value);
    toml::to_string(&value).map_err(|_| Problem::field("", "a campaign is one JSON object"))
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A problem of the file as the API tells it. Lines and columns mean something only in the text the client sent.
fn shown(problem: &campaign_file::Problem, places: bool) -> FieldProblem {
    let mut says = problem.message.clone();
    if !problem.expected.is_empty() {
        says = format!("{says}; expected {}", problem.expected);
    }
    if let Some(hint) = &problem.hint {
        says = format!("{says}; {hint}");
    }
    let (line, column) = if places { (Some(problem.line), Some(problem.column)) } else { (None, None) };
    FieldProblem { line, column, ..FieldProblem::new(problem.key.clone(), says) }
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
    body: RulesBody,
) -> Result<Json<CampaignTaken>, Problem> {
    let (rules, warnings) = body.check()?;
    if rules.name != path.name {
        return Err(Problem::field("name", format!("the address says {}, the rules say {}", path.name, rules.name)));
    }
    let team = app.find_team(&rules.team).await?;
    let team = team.ok_or_else(|| Problem::field("team", format!("there is no team {}", rules.team)))?;
    caller.check_team(team.id)?;
    if let Some(present) = app.db.campaign_named(&path.name).await? {
        caller.check_team(present.team_id)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = \"spring\"\nteam = \"sales\"\ncountry = \"US\"\npriority = 60\n";

    #[test]
    fn both_forms_give_the_same_rules() {
        let (from_text, _) = RulesBody::Toml(GOOD.to_owned()).check().unwrap();
        let json = json!({ "name": "spring", "team": "sales", "country": "US", "priority": 60, "call": { "caller_id": null } });
        let (from_json, _) = RulesBody::Json(json).check().unwrap();
        assert_eq!(from_text, from_json);
    }

    #[test]
    fn rules_that_were_given_out_can_be_sent_back() {
        let (rules, _) = RulesBody::Toml(GOOD.to_owned()).check().unwrap();
        let (again, _) = RulesBody::Json(serde_json::to_value(&rules).unwrap()).check().unwrap();
        assert_eq!(rules, again);
    }

    #[test]
    fn problems_of_a_file_have_line_and_column() {
        let problem = RulesBody::Toml(GOOD.replace("60", "600")).check().unwrap_err();
        let problem = serde_json::to_value(problem.told()).unwrap();
        assert_eq!(problem["code"], "bad_rules");
        assert_eq!(problem["errors"][0]["field"], "priority");
        assert_eq!(problem["errors"][0]["line"], 4);
        let json = RulesBody::Json(json!({ "name": "spring", "team": "sales", "country": "US", "priority": 600 }));
        let problem = serde_json::to_value(json.check().unwrap_err().told()).unwrap();
        assert_eq!(problem["errors"][0]["field"], "priority");
        assert!(problem["errors"][0]["line"].is_null());
    }
}

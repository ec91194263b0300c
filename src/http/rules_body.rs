//! A campaign file or a queue file as a body: the text itself, or the same in JSON. Both forms have the same rules and the
//! same problems.

use axum::extract::{FromRequest, Request};
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::{
    App,
    extract::{bytes, has_media_type, read_json},
    limits::Limits,
    openapi::{Operation, Part},
    problem::{Code, FieldProblem, Problem},
};
use crate::{
    campaign_file::{self, Checked, Severity, says::Message},
    domain::{campaign::CampaignRules, ids::TeamId, queue::QueueRules},
};

/// Rules that people write as a file.
pub(super) trait Written: JsonSchema + Sized {
    /// What they are the rules of.
    const OF: &'static str;

    /// Everything that is wrong with the text of a file, and its rules if no error is among it.
    fn check(text: &str) -> Checked<Self>;
}

impl Written for CampaignRules {
    const OF: &'static str = "campaign";

    fn check(text: &str) -> Checked {
        campaign_file::check(text)
    }
}

impl Written for QueueRules {
    const OF: &'static str = "queue";

    fn check(text: &str) -> Checked<Self> {
        campaign_file::check_queue(text)
    }
}

/// Rules without an error.
#[derive(Debug)]
pub(super) struct RulesBody<R> {
    /// The rules.
    pub rules: R,
    /// What someone should look at.
    pub warnings: Vec<FieldProblem>,
}

impl<R: Written> FromRequest<App> for RulesBody<R> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if has_media_type(request.headers(), "application/json") {
            return Self::of_json(read_json(&bytes(request, app).await?)?);
        }
        if has_media_type(request.headers(), "application/toml") {
            let text = String::from_utf8(bytes(request, app).await?.into());
            return Self::of_toml(&text.map_err(|_| Problem::field("", "the file is not UTF-8 text"))?);
        }
        Err(Problem::new(Code::NotJson, format!("send the {} as application/toml or application/json", R::OF)))
    }
}

impl<R: Written> Part for RulesBody<R> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.generator.subschema_for::<R>();
        operation.body = Some(json!({
            "required": true,
            "content": {
                "application/json": { "schema": schema },
                "application/toml": { "schema": { "type": "string", "description": format!("A {} file.", R::OF) } },
            },
        }));
    }

    fn bytes_max(limits: &Limits) -> usize {
        limits.contacts_bytes_max
    }
}

impl<R: Written> RulesBody<R> {
    fn of_toml(text: &str) -> Result<Self, Problem> {
        Self::check(text, true)
    }

    fn of_json(mut value: Value) -> Result<Self, Problem> {
        // What JSON says is nothing, a file leaves out.
        drop_nulls(&mut value);
        let text = toml::to_string(&value);
        Self::check(&text.map_err(|_| Problem::field("", format!("a {} is one JSON object", R::OF)))?, false)
    }

    fn check(text: &str, places: bool) -> Result<Self, Problem> {
        let checked = R::check(text);
        let (errors, warnings): (Vec<_>, Vec<_>) =
            checked.problems.iter().partition(|problem| problem.severity == Severity::Error);
        let shown = |problems: Vec<&campaign_file::Problem>| problems.into_iter().map(|p| shown(p, places)).collect();
        match checked.rules {
            Some(rules) => Ok(Self { rules, warnings: shown(warnings) }),
            None => Err(Problem::fields(Code::BadRules, shown(errors))),
        }
    }
}

impl App {
    /// The team that rules name, if they are those of what is called `name`.
    pub(super) async fn team_of_rules(&self, rules_name: &str, name: &str, team: &str) -> Result<TeamId, Problem> {
        let refuse =
            |field: &str, why: Message| Problem::fields(Code::BadValue, vec![FieldProblem::of_rules(field, why)]);
        if rules_name != name {
            let (address, rules) = (name.to_owned(), rules_name.to_owned());
            return Err(refuse("name", Message::OtherName { address, rules }));
        }
        let found = self.find_team(team).await?;
        Ok(found.ok_or_else(|| refuse("team", Message::NoTeam { team: team.to_owned() }))?.id)
    }
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
    let (line, column) = if places { (Some(problem.line), Some(problem.column)) } else { (None, None) };
    FieldProblem { line, column, ..FieldProblem::of_rules(problem.key.clone(), problem.wrong.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "name = \"spring\"\nteam = \"sales\"\ncountry = \"US\"\npriority = 60\n";

    type Body = RulesBody<CampaignRules>;

    #[test]
    fn both_forms_give_the_same_rules() {
        let from_text = Body::of_toml(GOOD).unwrap();
        let json = json!({ "name": "spring", "team": "sales", "country": "US", "priority": 60, "call": { "caller_id": null } });
        let from_json = Body::of_json(json).unwrap();
        assert_eq!(from_text.rules, from_json.rules);
    }

    #[test]
    fn rules_that_were_given_out_can_be_sent_back() {
        let rules = Body::of_toml(GOOD).unwrap().rules;
        let again = Body::of_json(serde_json::to_value(&rules).unwrap()).unwrap();
        assert_eq!(rules, again.rules);
    }

    #[test]
    fn problems_of_a_file_have_line_and_column() {
        let problem = Body::of_toml(&GOOD.replace("60", "600")).unwrap_err();
        let problem = serde_json::to_value(problem.told()).unwrap();
        assert_eq!(problem["code"], "bad_rules");
        assert_eq!(problem["errors"][0]["field"], "priority");
        assert_eq!(problem["errors"][0]["line"], 4);
        let json = Body::of_json(json!({ "name": "spring", "team": "sales", "country": "US", "priority": 600 }));
        let problem = serde_json::to_value(json.unwrap_err().told()).unwrap();
        assert_eq!(problem["errors"][0]["field"], "priority");
        assert!(problem["errors"][0]["line"].is_null());
    }
}

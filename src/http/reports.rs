//! Reports.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{
    App,
    auth::Caller,
    extract::{Path, Query},
    openapi::{Answer, Operation},
    problem::Problem,
};
use crate::{
    domain::{schema::Instant, zone::Zone},
    report_format::{self, JsonReport},
    store::reports::{GroupBy, Report, ReportKind, ReportQuery},
};

/// Which report.
#[derive(Deserialize, JsonSchema)]
pub(super) struct ReportPath {
    /// The report.
    kind: ReportKind,
}

/// How the report is made and written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportParameters {
    /// What the rows are grouped by, with commas between: campaign, list, agent, day, hour, outcome, disposition. Empty
    /// for one row of all; as usual for the report if left out.
    group_by: Option<String>,
    /// Only the campaign of this name.
    campaign: Option<String>,
    /// Only lists of this name.
    list: Option<String>,
    /// Only the agent who signs in by this name.
    agent: Option<String>,
    /// From this instant on.
    #[schemars(with = "Option<Instant>")]
    from: Option<Timestamp>,
    /// Before this instant.
    #[schemars(with = "Option<Instant>")]
    until: Option<Timestamp>,
    /// The zone of days and hours; UTC if left out.
    zone: Option<Zone>,
    /// How it is written; JSON if left out.
    format: Option<Format>,
}

/// How a report is written.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ReportFormat")]
enum Format {
    #[default]
    Json,
    Csv,
    Parquet,
}

/// A report, on the caller's team or on all.
pub(super) async fn one(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<ReportPath>,
    Query(asked): Query<ReportParameters>,
) -> Result<Written, Problem> {
    let format = asked.format.unwrap_or_default();
    let group_by = match &asked.group_by {
        None => path.kind.default_group_by(),
        Some(text) => groups(text)?,
    };
    let query = ReportQuery {
        kind: path.kind,
        group_by,
        team_id: caller.team_id,
        campaign: asked.campaign,
        list: asked.list,
        agent: asked.agent,
        from: asked.from,
        until: asked.until,
        zone: asked.zone.unwrap_or_else(utc),
        now: app.clock.now(),
    };
    let report = app.db.report(&query, &app.rules).await?;
    Ok(Written { kind: path.kind, report, format })
}

fn groups(text: &str) -> Result<Vec<GroupBy>, Problem> {
    let words = text.split(',').filter(|word| !word.is_empty());
    words.map(|word| word.trim().parse().map_err(|error| Problem::field("group_by", error))).collect()
}

fn utc() -> Zone {
    "UTC".parse().expect("there is such a zone")
}

/// A report on its way out.
pub(super) struct Written {
    kind: ReportKind,
    report: Report,
    format: Format,
}

/// The media type of Parquet files.
const PARQUET: &str = "application/vnd.apache.parquet";

/// A file that browsers keep by a name.
fn file(media_type: &'static str, kind: ReportKind, ending: &str, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{}.{ending}\"", kind.name());
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        match self.format {
            Format::Json => Json(report_format::json(&self.report)).into_response(),
            Format::Csv => {
                file("text/csv; charset=utf-8", self.kind, "csv", report_format::csv(&self.report).into_bytes())
            }
            Format::Parquet => file(PARQUET, self.kind, "parquet", report_format::parquet(&self.report)),
        }
    }
}

impl Answer for Written {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<JsonReport>(StatusCode::OK);
        if let Some(content) = operation.responses.get_mut("200").and_then(|answer| answer.get_mut("content")) {
            content["text/csv"] = json!({ "schema": { "type": "string" } });
            content[PARQUET] = json!({ "schema": { "type": "string", "format": "binary" } });
        }
    }
}

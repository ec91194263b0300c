//! Rules as the file that people write, given out so that it can be changed and sent back.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;

use super::openapi::{Answer, Operation};
use crate::campaign_file;

/// A campaign file or a queue file.
pub(super) struct RulesFile {
    name: String,
    text: String,
}

impl RulesFile {
    /// The file of what is called `name`.
    pub fn of<R: Serialize>(rules: &R, name: String) -> Self {
        Self { name, text: campaign_file::written(rules) }
    }
}

impl IntoResponse for RulesFile {
    fn into_response(self) -> Response {
        let about = [
            (header::CONTENT_TYPE, "application/toml".to_owned()),
            (header::CONTENT_DISPOSITION, format!("inline; filename=\"{}.toml\"", self.name)),
        ];
        (about, self.text).into_response()
    }
}

impl Answer for RulesFile {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<String>(StatusCode::OK);
        if let Some(answer) = operation.responses.get_mut("200") {
            answer["content"] = json!({ "application/toml": { "schema": { "type": "string" } } });
        }
    }
}

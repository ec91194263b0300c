//! What handlers take from a request, with problems that name the field.

use std::convert::Infallible;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::json;

use super::{
    App,
    limits::Limits,
    openapi::{Answer, Operation, Part},
    problem::{Code, FieldProblem, Problem},
};
use crate::store::PAGE_ROWS_MAX;

/// A JSON body.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if !has_media_type(request.headers(), "application/json") {
            return Err(Problem::new(Code::NotJson, "send the body as application/json"));
        }
        read_json(&bytes(request, app).await?).map(Self)
    }
}

impl<T: JsonSchema> Part for Body<T> {
    fn describe(operation: &mut Operation<'_>) {
        let schema = operation.generator.subschema_for::<T>();
        operation.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schema } } }));
    }
}

/// A JSON body that may hold thousands of contacts.
pub(super) struct LongBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for LongBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        Body::from_request(request, app).await.map(|Body(value)| Self(value))
    }
}

impl<T: JsonSchema> Part for LongBody<T> {
    fn describe(operation: &mut Operation<'_>) {
        Body::<T>::describe(operation);
    }

    fn bytes_max(limits: &Limits) -> usize {
        limits.contacts_bytes_max
    }
}

/// The bytes of the body, as many as the route allows.
pub(super) async fn bytes(request: Request, app: &App) -> Result<Bytes, Problem> {
    Bytes::from_request(request, app).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(Code::TooLarge, "the body is larger than this resource takes; send less at once")
        } else {
            Problem::new(Code::BadJson, "the body could not be read to its end")
        }
    })
}

/// Does the body say it is of this media type?
pub(super) fn has_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let said = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// Reads JSON, and says which field is wrong.
pub(super) fn read_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let why = without_place(&inner);
        let missing = why.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        let named = (path != ".").then_some(path.as_str()).into_iter().chain(missing);
        let field = named.collect::<Vec<_>>().join(".");
        if inner.is_data() {
            Problem::field(field, why)
        } else if serde_json::from_slice::<IgnoredAny>(text).is_ok() {
            // A number or a truth value where one of some words is wanted: the reader takes that for broken JSON.
            Problem::field(field, "this is no value of this field; write one of its words")
        } else {
            Problem::new(Code::BadJson, format!("the body is not JSON: {inner}"))
        }
    })?;
    reader.end().map_err(|error| Problem::new(Code::BadJson, format!("the body is not JSON: {error}")))?;
    Ok(value)
}

/// The path tells more than line and column of a body that a program wrote.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(said, _)| said.to_owned())
}

/// The parameters in the path, by name.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        read.map(|axum::extract::Path(value)| Self(value)).map_err(|rejection| {
            Problem::fields(Code::BadValue, vec![FieldProblem::new("path", rejection.body_text())])
        })
    }
}

impl<T: JsonSchema> Part for Path<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.parameters_of::<T>("path");
    }
}

/// Does the client want to make something new, and change nothing that is there (`If-None-Match: *`)?
pub(super) struct OnlyNew {
    pub is_asked: bool,
}

impl FromRequestParts<App> for OnlyNew {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self { is_asked: parts.headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == "*") })
    }
}

impl Part for OnlyNew {
    fn describe(operation: &mut Operation<'_>) {
        operation.parameters.push(json!({
            "name": "If-None-Match",
            "in": "header",
            "required": false,
            "description": "With `*`, what is there already is not changed: 412.",
            "schema": { "type": "string", "const": "*" },
        }));
    }
}

/// The parameters in the query.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        read.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| {
            Problem::fields(Code::BadValue, vec![FieldProblem::new("query", rejection.body_text())])
        })
    }
}

impl<T: JsonSchema> Part for Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.parameters_of::<T>("query");
    }
}

/// 201 with what was made.
pub(super) struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

impl<T: JsonSchema> Answer for Created<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<T>(StatusCode::CREATED);
    }
}

/// The rest of a list that is given a thousand at a time.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    /// What comes after this number; from the beginning if left out.
    after: Option<i64>,
}

impl After {
    pub fn after(&self) -> i64 {
        self.after.unwrap_or(0)
    }
}

/// A page of a list.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    /// What comes after this number; from the beginning if left out.
    pub after: Option<i64>,
    /// How many at most (1 to 1000); 100 if left out.
    pub count: Option<usize>,
}

impl Page {
    pub fn after(&self) -> i64 {
        self.after.unwrap_or(0)
    }

    pub fn count(&self) -> Result<usize, Problem> {
        count(self.count)
    }
}

/// How many rows of a list to give.
pub(super) fn count(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(100) {
        count @ 1..=PAGE_ROWS_MAX => Ok(count),
        _ => Err(Problem::field("count", format!("ask for 1 to {PAGE_ROWS_MAX}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "read only")]
        zone: crate::domain::zone::Zone,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "read only")]
        rows: Vec<Inner>,
    }

    fn said(text: &str) -> serde_json::Value {
        serde_json::to_value(read_json::<Outer>(text.as_bytes()).unwrap_err().told()).unwrap()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_path() {
        let problem = said(r#"{"rows": [{"zone": "America/Chicago"}, {"zone": "Moon/Tycho"}]}"#);
        assert_eq!(problem["code"], "bad_value");
        assert_eq!(problem["errors"][0]["field"], "rows[1].zone");
        let why = "\"Moon/Tycho\" is not an IANA time zone; write it like America/Chicago";
        assert_eq!(problem["errors"][0]["problem"], why);
    }

    #[test]
    fn fields_that_nobody_knows_are_refused() {
        let problem = said(r#"{"rows": [{"zone": "UTC", "colour": 1}]}"#);
        assert_eq!(problem["errors"][0]["field"], "rows[0].colour");
        assert_eq!(said(r#"{"colour": 1}"#)["errors"][0]["field"], "colour");
        assert_eq!(said("{}")["errors"][0], json!({ "field": "rows", "problem": "missing field `rows`" }));
        assert_eq!(said(r#"{"rows": [{}]}"#)["errors"][0]["field"], "rows[0].zone");
    }

    #[test]
    fn a_number_where_a_word_is_wanted_is_no_broken_json() {
        let read = |text: &str| read_json::<Vec<crate::domain::outcome::Classification>>(text.as_bytes());
        for text in ["[1]", "[true]", "[null]"] {
            let problem = serde_json::to_value(read(text).unwrap_err().told()).unwrap();
            assert_eq!(
                (&problem["code"], &problem["errors"][0]["field"]),
                (&json!("bad_value"), &json!("[0]")),
                "{text}"
            );
        }
        assert!(read("[\"fax\"]").is_ok());
    }

    #[test]
    fn what_is_not_json_is_said_so() {
        for text in ["", "{", r#"{"rows": []} {}"#, r#"{"rows": [],}"#] {
            assert_eq!(said(text)["code"], "bad_json", "{text}");
        }
    }
}

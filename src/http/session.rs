//! Browsers: who signs in gets a cookie that no script can read. It holds an access token, so that everything else about
//! it (roles, teams, limits, revocation) is as for any other.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::Caller,
    extract::Body,
    guard::SESSION_COOKIE,
    openapi::{Answer, Operation, Part},
    problem::{Code, Problem},
};
use crate::{
    domain::{ids::AgentId, schema::Instant},
    store::Role,
};

/// How somebody shows who they are.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "with", deny_unknown_fields)]
pub(super) enum SignIn {
    /// By an access token, which the cookie then holds.
    Token {
        /// The token.
        token: String,
    },
}

/// Who is signed in.
#[derive(Serialize, JsonSchema)]
pub(super) struct WhoIs {
    /// What they may do.
    role: Role,
    /// The agent they are.
    agent_id: Option<AgentId>,
    /// The only team they may see, by name; none means all.
    team: Option<String>,
    /// What their token is for.
    label: String,
    /// Until when, if not until they sign out.
    #[schemars(with = "Option<Instant>")]
    expires_at: Option<Timestamp>,
}

/// An answer that sets the cookie, or takes it away.
pub(super) struct Seated {
    cookie: String,
    who: Option<WhoIs>,
}

impl IntoResponse for Seated {
    fn into_response(self) -> Response {
        let cookie = [(header::SET_COOKIE, self.cookie)];
        match self.who {
            Some(who) => (cookie, Json(who)).into_response(),
            None => (StatusCode::NO_CONTENT, cookie).into_response(),
        }
    }
}

impl Answer for Seated {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<WhoIs>(StatusCode::OK);
    }
}

/// Did the request come over TLS, as the proxy before us says? Then the cookie is for TLS alone.
pub(super) struct OverTls(bool);

impl axum::extract::FromRequestParts<App> for OverTls {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(is_over_tls(&parts.headers)))
    }
}

impl Part for OverTls {}

fn is_over_tls(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https")
}

/// The cookie: for this site alone, out of reach of scripts, gone when the browser closes.
fn cookie(value: &str, tls: &OverTls) -> String {
    let secure = if tls.0 { "; Secure" } else { "" };
    let over = if value.is_empty() { "; Max-Age=0" } else { "" };
    format!("{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{over}")
}

/// Sign in.
pub(super) async fn sign_in(State(app): State<App>, tls: OverTls, Body(wish): Body<SignIn>) -> Result<Seated, Problem> {
    let SignIn::Token { token } = wish;
    let token = token.trim();
    let caller = app.caller(token).await?;
    let who = app.who_is(&caller).await?;
    Ok(Seated { cookie: cookie(token, &tls), who: Some(who) })
}

/// Who is signed in.
pub(super) async fn who(caller: Caller, State(app): State<App>) -> Result<Json<WhoIs>, Problem> {
    app.who_is(&caller).await.map(Json)
}

/// Sign out of the browser. The agent's session goes on for as long as their presence.
pub(super) async fn sign_out(_: Caller, tls: OverTls) -> Result<Seated, Problem> {
    Ok(Seated { cookie: cookie("", &tls), who: None })
}

impl App {
    async fn who_is(&self, caller: &Caller) -> Result<WhoIs, Problem> {
        let gone = || Problem::new(Code::Unauthenticated, "the access token is unknown or revoked");
        let token = self.token_of(caller).await?.ok_or_else(gone)?;
        let teams = if token.team_id.is_some() { self.db.teams().await? } else { Vec::new() };
        let team = teams.into_iter().find(|team| Some(team.id) == token.team_id).map(|team| team.name);
        let (label, expires_at) = (token.label, token.expires_at);
        Ok(WhoIs { role: token.role, agent_id: token.agent_id, team, label, expires_at })
    }
}

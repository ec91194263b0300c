//! Browsers: who signs in gets a cookie that no script can read. It holds an access token, so that everything else about
//! it (roles, teams, limits, revocation) is as for any other.

use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{
    App,
    auth::{Caller, hash_of, new_token},
    extract::Body,
    guard::{SESSION_COOKIE, cookie, session_token},
    openapi::{Answer, Operation, Part},
    password,
    problem::{Code, FieldProblem, Problem},
    tries::Place,
};
use crate::{
    domain::{ids::AgentId, schema::Instant},
    store::{ManageError, Role, Token, User, login_of},
    telemetry,
};

/// Whoever signed in with a password does so again after so long: a long shift, and never the next day.
const SIGNED_IN: SignedDuration = SignedDuration::from_hours(14);
/// The cookie by which a browser is known in which somebody signed in before. It opens nothing: it has tries of its own.
const KNOWN_COOKIE: &str = "rappel_known";
/// How long it is.
const KNOWN: SignedDuration = SignedDuration::from_hours(180 * 24);

/// How somebody shows who they are.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "with", deny_unknown_fields)]
pub(super) enum SignIn {
    /// By name and password.
    Password {
        /// The name.
        login: String,
        /// The password.
        password: String,
    },
    /// By an invitation, for the first time or when the password is forgotten; from then on with this password.
    Invitation {
        /// The code.
        code: String,
        /// The password to be.
        password: String,
    },
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
    /// The name they signed in with, or what their token is for.
    label: String,
    /// Did they sign in with a password, which they can change?
    has_password: bool,
    /// Until when, if not until they sign out.
    #[schemars(with = "Option<Instant>")]
    expires_at: Option<Timestamp>,
}

/// An answer that sets cookies, or takes them away.
pub(super) struct Seated {
    cookies: Vec<String>,
    who: Option<WhoIs>,
}

impl IntoResponse for Seated {
    fn into_response(self) -> Response {
        let cookies = AppendHeaders(self.cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
        match self.who {
            Some(who) => (cookies, Json(who)).into_response(),
            None => (StatusCode::NO_CONTENT, cookies).into_response(),
        }
    }
}

impl Answer for Seated {
    fn describe(operation: &mut Operation<'_>) {
        operation.answer::<WhoIs>(StatusCode::OK);
    }
}

/// What is known of a browser before it is known who sits there.
pub(super) struct Visitor {
    /// The request came over TLS, as the proxy before us says: then cookies are for TLS alone.
    over_tls: bool,
    /// Where from.
    address: IpAddr,
    /// The mark of whoever signed in here before.
    mark: Option<String>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ip| ip.to_canonical());
        let mark = cookie(&parts.headers, KNOWN_COOKIE).map(str::to_owned);
        Ok(Self { over_tls: is_over_tls(&parts.headers), address: address(peer, &parts.headers), mark })
    }
}

impl Part for Visitor {}

fn is_over_tls(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https")
}

/// The address of whoever asks: what a proxy on this machine says it is, where there is one. Only the last word is the
/// proxy's own.
fn address(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !peer.is_loopback() {
        return peer;
    }
    let said = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let last = said.and_then(|said| said.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    last.map_or(peer, |ip| ip.to_canonical())
}

impl Visitor {
    /// The cookie of whoever is signed in: gone when the browser closes.
    fn session(&self, token: &str) -> String {
        let over = if token.is_empty() { "; Max-Age=0" } else { "" };
        self.cookie(&format!("{SESSION_COOKIE}={token}; Path=/{over}"))
    }

    /// A cookie for this site alone, out of reach of scripts.
    fn cookie(&self, said: &str) -> String {
        let secure = if self.over_tls { "; Secure" } else { "" };
        format!("{said}; HttpOnly; SameSite=Strict{secure}")
    }

    /// Where they try to be `login`.
    async fn place(&self, app: &App, login: &str) -> Result<Place, Problem> {
        if let Some(mark) = &self.mark
            && app.db.user_was_signed_in(mark, login).await?
        {
            return Ok(Place::Known(mark.clone()));
        }
        Ok(Place::Address(self.address))
    }
}

/// Sign in.
pub(super) async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    Body(wish): Body<SignIn>,
) -> Result<Seated, Problem> {
    match wish {
        SignIn::Token { token } => {
            let caller = app.caller(token.trim()).await?;
            Ok(Seated { cookies: vec![visitor.session(token.trim())], who: Some(app.who_is(&caller).await?) })
        }
        SignIn::Password { login, password } => {
            let login = login_of(&login);
            let place = visitor.place(&app, &login).await?;
            app.tries.check(place, &login).inspect_err(|_| telemetry::sign_in("slowed"))?;
            let user = app.db.user_by_login(&login).await?;
            let kept = user.as_ref().and_then(|user| user.password_hash.clone());
            let fits = password::is_password(password, kept).await?;
            telemetry::sign_in(if fits { "good" } else { "wrong" });
            app.seat(&visitor, &user.filter(|_| fits).ok_or_else(wrong_password)?).await
        }
        SignIn::Invitation { code, password } => {
            let (code, now) = (hash_of(code.trim()), app.clock.now());
            let user = app.db.user_invited(&code, now).await?.ok_or_else(invitation_over)?;
            password::check("password", &password, &user.login)?;
            let kept = password::hash(password).await?;
            let user =
                app.db.user_choose_password(user.id, &kept, Some(&code), now).await.map_err(|error| match error {
                    ManageError::UnknownUser(_) => invitation_over(),
                    error => error.into(),
                })?;
            app.believed.forget_all();
            app.seat(&visitor, &user).await
        }
    }
}

fn wrong_password() -> Problem {
    Problem::new(Code::WrongPassword, "check both; an administrator can give you a new invitation")
}

fn invitation_over() -> Problem {
    Problem::new(Code::InvitationOver, "it was used, replaced or is too old: ask an administrator for a new one")
}

/// Who is signed in.
pub(super) async fn who(caller: Caller, State(app): State<App>) -> Result<Json<WhoIs>, Problem> {
    app.who_is(&caller).await.map(Json)
}

/// What a browser that is signed in shows, whatever else it shows.
pub(super) struct Signed(Option<String>);

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(session_token(&parts.headers).map(str::to_owned)))
    }
}

impl Part for Signed {}

/// Sign out of the browser. What signing in with a password made is worth nothing afterwards; an access token stays good.
/// The agent's work goes on for as long as their presence.
pub(super) async fn sign_out(
    _: Caller,
    State(app): State<App>,
    visitor: Visitor,
    signed: Signed,
) -> Result<Seated, Problem> {
    if let Some(token) = signed.0 {
        app.db.user_sign_out(&hash_of(&token), app.clock.now()).await?;
        app.believed.forget_all();
    }
    Ok(Seated { cookies: vec![visitor.session("")], who: None })
}

/// A new password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The one until now.
    old: String,
    /// The one from now on.
    new: String,
}

/// Change one's password. Every other browser is signed out.
pub(super) async fn change_password(
    caller: Caller,
    State(app): State<App>,
    visitor: Visitor,
    Body(wish): Body<NewPassword>,
) -> Result<Seated, Problem> {
    let token = app.token_of(&caller).await?.ok_or_else(gone)?;
    let user = match token.user_id {
        Some(_) => app.db.user_by_login(&token.label).await?.filter(|user| Some(user.id) == token.user_id),
        None => None,
    };
    let user = user.ok_or_else(|| Problem::new(Code::NoPassword, "sign in by name and password to change it"))?;
    app.tries.check(visitor.place(&app, &user.login).await?, &user.login)?;
    if !password::is_password(wish.old, user.password_hash).await? {
        return Err(Problem::fields(
            Code::OldPasswordWrong,
            vec![FieldProblem::new("old", "this is not your password")],
        ));
    }
    password::check("new", &wish.new, &user.login)?;
    let kept = password::hash(wish.new).await?;
    let user = app.db.user_choose_password(user.id, &kept, None, app.clock.now()).await?;
    app.believed.forget_all();
    app.seat(&visitor, &user).await
}

fn gone() -> Problem {
    Problem::new(Code::Unauthenticated, "the access token is unknown or revoked")
}

impl App {
    /// Signs somebody in who has shown who they are.
    async fn seat(&self, visitor: &Visitor, user: &User) -> Result<Seated, Problem> {
        let (token, now) = (new_token(), self.clock.now());
        let (mark, ends_at) = (hash_of(&token), now + self.clock.for_people(SIGNED_IN));
        let kept = self.db.user_sign_in(user.id, &mark, (ends_at, now - KNOWN), now).await?;
        let known = format!("{KNOWN_COOKIE}={mark}; Path=/v1/session; Max-Age={}", KNOWN.as_secs());
        let cookies = vec![visitor.session(&token), visitor.cookie(&known)];
        Ok(Seated { cookies, who: Some(self.describe(kept).await?) })
    }

    async fn who_is(&self, caller: &Caller) -> Result<WhoIs, Problem> {
        let token = self.token_of(caller).await?.ok_or_else(gone)?;
        self.describe(token).await
    }

    async fn describe(&self, token: Token) -> Result<WhoIs, Problem> {
        let teams = if token.team_id.is_some() { self.db.teams().await? } else { Vec::new() };
        let team = teams.into_iter().find(|team| Some(team.id) == token.team_id).map(|team| team.name);
        let Token { role, agent_id, label, expires_at, .. } = token;
        Ok(WhoIs { role, agent_id, team, label, has_password: token.user_id.is_some(), expires_at })
    }
}

//! The gate before every route: who may pass, how often, how long it may take, and what the log says of it.

use std::{net::SocketAddr, time::Duration};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    App,
    auth::Caller,
    problem::{Code, Problem},
};
use crate::{runtime::clock::Clock, store::Role};

/// Who may use a route. There is no default: a route cannot be added without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody.
    Open,
    /// Whoever has this role or a higher one.
    From(Role),
    /// As `From`, and programs on this machine without a token.
    LocalOrFrom(Role),
}

impl Access {
    /// The least role, where a token is asked for.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Open => None,
            Self::From(role) | Self::LocalOrFrom(role) => Some(role),
        }
    }
}

/// One route's gate.
#[derive(Clone)]
pub(super) struct Gate {
    pub app: App,
    pub access: Access,
    pub path: &'static str,
    /// The longest that a request may take.
    pub patience: Duration,
}

/// Lets a request pass, or answers it. The log gets the path as the route has it: no ids, no query, no headers.
pub(super) async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let began = Clock::stopwatch();
    let (mut head, body) = request.into_parts();
    let method = head.method.clone();
    let response = match gate.admit(&head).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                head.extensions.insert(caller);
            }
            gate.run(Request::from_parts(head, body), next).await
        }
        Err(problem) => problem.into_response(),
    };
    log(&method, gate.path, &response, began.elapsed().as_millis());
    response
}

fn log(method: &Method, path: &str, response: &Response, ms: u128) {
    let status = response.status().as_u16();
    if response.status().is_server_error() {
        tracing::warn!(%method, path, status, ms, "request");
    } else {
        tracing::debug!(%method, path, status, ms, "request");
    }
}

impl Gate {
    async fn run(&self, request: Request, next: Next) -> Response {
        match tokio::time::timeout(self.patience, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                Problem::new(Code::TimedOut, "it is not known whether it was done; ask for the state and try again")
                    .retry_after(1)
                    .into_response()
            }
        }
    }

    async fn admit(&self, head: &Parts) -> Result<Option<Caller>, Problem> {
        let Some(least) = self.access.role() else { return Ok(None) };
        let Some(token) = shown(head)? else {
            if matches!(self.access, Access::LocalOrFrom(_)) && is_local(head) {
                return Ok(None);
            }
            return Err(Problem::new(Code::Unauthenticated, "send the header Authorization: Bearer TOKEN, or sign in"));
        };
        let caller = self.app.caller(token).await?;
        self.app.limiter.check(caller.token_id)?;
        if caller.role < least {
            let detail =
                format!("this needs the role {} or a higher one; yours is {}", least.name(), caller.role.name());
            return Err(Problem::new(Code::Forbidden, detail));
        }
        Ok(Some(caller))
    }
}

/// The cookie of a browser that is signed in.
pub(super) const SESSION_COOKIE: &str = "rappel_session";

/// The token that is shown: in the header, or in the cookie of a browser. A browser sends the cookie by itself, so what
/// another site made it send counts for nothing.
fn shown(head: &Parts) -> Result<Option<&str>, Problem> {
    if let Some(token) = bearer(&head.headers) {
        return Ok(Some(token));
    }
    let token = session_token(&head.headers);
    if token.is_some() && !head.method.is_safe() && !is_same_site(&head.headers) {
        return Err(Problem::new(Code::OtherSite, "a page of another site cannot act for you; use Rappel's own pages"));
    }
    Ok(token)
}

/// The token in the cookie of a browser.
pub(super) fn session_token(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, SESSION_COOKIE).filter(|token| !token.is_empty())
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted).then_some(value)
    })
}

/// Does one of our pages ask, by what the browser says of it? Browsers tell `Sec-Fetch-Site` over TLS and on this machine,
/// and `Origin` always where something is to be changed.
fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some((_, origin)) = text("origin").and_then(|origin| origin.split_once("://")) else { return false };
    text("x-forwarded-host").or_else(|| text("host")).is_some_and(|host| host.eq_ignore_ascii_case(origin))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Does a program on this machine ask, and not a proxy for somebody else?
fn is_local(head: &Parts) -> bool {
    let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip"];
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback())
        && !forwarded.iter().any(|name| head.headers.contains_key(*name))
}

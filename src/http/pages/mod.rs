//! The pages that people work in, served by the program itself: a shell for each page, in French or English, and small ES
//! modules on the public API and its event stream. Nothing is built, nothing comes from elsewhere.
//!
//! Adding a page: a line in `PAGES`, a module and a style sheet in `assets/` (and their lines in `assets.rs`), a section of
//! words in `words.toml`.

mod assets;
mod packed;
mod shell;
mod words;

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use self::words::Language;
use super::{App, SoftphoneOffer, auth::Caller, guard::session_token};
use crate::store::Role;

/// A page.
struct Page {
    /// Where it is, and the name of its module, style sheet and section of words.
    name: &'static str,
    /// The least role that has something to do there.
    role: Role,
}

/// Every page but the one to sign in at. Who may see what is for the API to say; a page only saves a useless visit.
const PAGES: &[Page] = &[
    Page { name: "desktop", role: Role::Agent },
    Page { name: "board", role: Role::Supervisor },
    Page { name: "campaigns", role: Role::Supervisor },
    Page { name: "contacts", role: Role::Supervisor },
    Page { name: "reports", role: Role::Supervisor },
    Page { name: "settings", role: Role::Manager },
];

/// What a page may do: nothing that does not come from here. Frames are for nobody, forms are sent by modules alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'; connect-src 'self'";

/// [`POLICY`]; where browsers are telephones, a page may reach each server of the switch too.
fn policy(softphone: &SoftphoneOffer) -> HeaderValue {
    let text = softphone.origins().into_iter().fold(POLICY.to_owned(), |text, origin| format!("{text} {origin}"));
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(POLICY))
}

/// The pages and what they are made of.
pub(super) fn router(softphone: &SoftphoneOffer) -> Router<App> {
    let policy = policy(softphone);
    let mut router =
        Router::new().route("/", get(home)).route("/sign-in", get(sign_in)).route("/assets/{name}", get(asset));
    for page in PAGES {
        let serve = move |State(app): State<App>, headers: HeaderMap| show(app, page, headers);
        router = router.route(&format!("/{}", page.name), get(serve));
    }
    router.layer(middleware::from_fn_with_state(policy, guarded))
}

/// The headers of everything that a browser shows; it is sent small to who can read that.
async fn guarded(State(policy): State<HeaderValue>, request: Request, next: Next) -> Response {
    let reads_gzip = request.headers().get(header::ACCEPT_ENCODING).is_some_and(packed::reads_gzip);
    let mut response = next.run(request).await;
    if reads_gzip {
        response = packed::pack(response).await;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "microphone=(self), camera=(), geolocation=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// To the page of whoever is signed in.
async fn home(State(app): State<App>, headers: HeaderMap) -> Response {
    match caller(&app, &headers).await {
        Some(caller) => Redirect::to(home_of(caller.role)).into_response(),
        None => Redirect::to("/sign-in").into_response(),
    }
}

/// Where people of a role begin.
fn home_of(role: Role) -> &'static str {
    match role {
        Role::Agent => "/desktop",
        Role::Supervisor => "/board",
        Role::Manager | Role::Admin => "/campaigns",
    }
}

async fn caller(app: &App, headers: &HeaderMap) -> Option<Caller> {
    app.caller(session_token(headers)?).await.ok()
}

async fn sign_in(headers: HeaderMap) -> Response {
    html(shell::page("sign_in", None, Language::of(&headers), None))
}

async fn show(app: App, page: &Page, headers: HeaderMap) -> Response {
    match caller(&app, &headers).await {
        None => Redirect::to(&format!("/sign-in?then={}", page.name)).into_response(),
        Some(caller) if caller.role < page.role => Redirect::to(home_of(caller.role)).into_response(),
        Some(caller) => {
            let library = app.softphone_library();
            html(shell::page(page.name, Some(&caller), Language::of(&headers), library))
        }
    }
}

fn html(page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept-Encoding, Accept-Language, Cookie"),
    ];
    (headers, page).into_response()
}

/// A module, a style sheet or a picture. It is asked for again each time, and sent only when it has changed.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = assets::find(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = asset.tag();
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    let about = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::VARY, "Accept-Encoding".to_owned()),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, [(header::CONTENT_TYPE, asset.media_type())], asset.bytes()).into_response()
}

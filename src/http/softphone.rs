//! The telephone in an agent's browser: whether it is offered, the account it registers with, and the program it is made of.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    App,
    auth::{Me, new_token},
    problem::{Code, Problem},
};
use crate::{
    domain::{schema::Instant, softphone::IceServer},
    runtime::softphones::Softphones,
};

/// Where pages load the telephone's own program.
pub(super) const LIBRARY: &str = "/assets/softphone-library.js";

/// What browsers are told of their telephones.
#[derive(Clone, Debug, Default)]
pub struct SoftphoneOffer {
    /// Where they reach each server of the switch.
    pub websocket_urls: Vec<String>,
    /// What they ask for the way there.
    pub ice_servers: Vec<IceServer>,
    /// The file of the telephone's own program, where there is one.
    pub library: Option<PathBuf>,
}

impl SoftphoneOffer {
    /// Where pages connect to. None where browsers are no telephones.
    pub(super) fn origins(&self) -> BTreeSet<&str> {
        self.websocket_urls.iter().filter_map(|url| origin(url)).collect()
    }
}

/// Scheme, host and port of a URL.
fn origin(url: &str) -> Option<&str> {
    let authority = url.find("://")? + "://".len();
    let end = url[authority..].find(['/', '?', '#']).map_or(url.len(), |end| authority + end);
    // It becomes a part of a policy: what could begin another part of it is no host.
    let is_host = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    Some(&url[..end]).filter(|_| url[authority..end].bytes().all(is_host) && authority < end)
}

/// Whether an agent's browser can be their telephone.
#[derive(Serialize, JsonSchema)]
pub(super) struct Offered {
    /// Can it? The agent's desktop asks; without its program it cannot.
    is_offered: bool,
    /// Where its program is; none if the administrator has not put it there.
    library_url: Option<&'static str>,
}

/// An account, for one browser and a while.
#[derive(Serialize, JsonSchema)]
pub(super) struct Account {
    /// Where to register: at each, as a call may come from any.
    servers: Vec<Place>,
    /// The agent's phone, to sign in at.
    extension: String,
    /// The user name to register with.
    user: String,
    /// The password to register with. It is told once; a new request makes a new one.
    password: String,
    /// When the account ends, unless it is asked for again before.
    #[schemars(with = "Instant")]
    expires_at: Timestamp,
    /// STUN and TURN servers.
    ice_servers: Vec<IceServer>,
    /// Where the telephone's own program is; none if the administrator has not put it there.
    library_url: Option<&'static str>,
}

/// A server of the switch.
#[derive(Serialize, JsonSchema)]
pub(super) struct Place {
    /// Where the browser reaches it: SIP over a websocket.
    websocket_url: String,
    /// The address to register.
    sip_uri: String,
}

impl App {
    /// Where pages load the telephone's own program; none where browsers are no telephones, or nobody has put it there.
    pub(super) fn softphone_library(&self) -> Option<&'static str> {
        let path = self.softphone.library.as_deref().filter(|path| Path::is_file(path));
        path.filter(|_| self.teams.softphones().is_some()).map(|_| LIBRARY)
    }

    /// What keeps the agents' desktop from being the telephone that the settings promise.
    pub(super) fn softphone_problem(&self) -> Option<String> {
        let is_missing = self.teams.softphones().is_some() && self.softphone_library().is_none();
        is_missing.then(|| "no browser can be a telephone: softphone.library names no file (rappel doctor)".to_owned())
    }

    fn softphones(&self) -> Result<&Softphones, Problem> {
        self.teams.softphones().ok_or_else(|| {
            Problem::new(Code::SoftphoneOff, "browsers are no telephones here: use the phone on your desk")
        })
    }
}

/// Can the agent's browser be their telephone?
pub(super) async fn offered(_: Me, State(app): State<App>) -> Json<Offered> {
    let library_url = app.softphone_library();
    Json(Offered { is_offered: library_url.is_some(), library_url })
}

/// Give the agent's browser an account at the switch. One that it had is good for nothing any more.
pub(super) async fn open(me: Me, State(app): State<App>) -> Result<Json<Account>, Problem> {
    let phone = app.softphones()?.open(me.agent_id, new_token()).await.map_err(|error| {
        tracing::warn!(agent_id = %me.agent_id, %error, "a softphone could not be made");
        Problem::new(Code::SoftphoneUnavailable, error.to_string()).retry_after(1)
    })?;
    let library_url = app.softphone_library();
    let offer = &app.softphone;
    let place = |url: &String| Place {
        websocket_url: url.clone(),
        sip_uri: format!("sip:{}@{}", phone.extension, host_of(url)),
    };
    Ok(Json(Account {
        servers: offer.websocket_urls.iter().map(place).collect(),
        user: phone.extension.clone(),
        extension: phone.extension,
        password: phone.password,
        expires_at: phone.expires_at,
        ice_servers: offer.ice_servers.clone(),
        library_url,
    }))
}

/// Give the account back.
pub(super) async fn close(me: Me, State(app): State<App>) -> Result<StatusCode, Problem> {
    let closed = app.softphones()?.close(me.agent_id).await;
    closed.map_err(|error| Problem::new(Code::SoftphoneUnavailable, error.to_string()).retry_after(1))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The telephone's own program, as the administrator has put it there. It is sent only when it has changed.
pub(super) async fn library(State(app): State<App>, headers: HeaderMap) -> Response {
    let read = match &app.softphone.library {
        Some(path) => tokio::fs::read(path).await.ok(),
        None => None,
    };
    let Some(text) = read else {
        return Problem::new(Code::UnknownRoute, "the setting softphone.library names no file").into_response();
    };
    let tag = format!("\"{}\"", data_encoding::BASE64URL_NOPAD.encode(&Sha256::digest(&text)[..12]));
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    let about = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (about, kind, text).into_response()
}

/// The host of a URL, without its port.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_url_is_found() {
        for (url, host) in [
            ("wss://phones.example.org/ws", "phones.example.org"),
            ("ws://127.0.0.1:8088/ws", "127.0.0.1"),
            ("ws://[::1]:8088/ws", "[::1]"),
            ("ws://[::1]/ws", "[::1]"),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
    }

    #[test]
    fn a_page_may_reach_the_switch_and_nothing_beside_it() {
        for (url, origin) in [
            ("wss://phones.example.org/ws", Some("wss://phones.example.org")),
            ("ws://127.0.0.1:8088/ws?a=b", Some("ws://127.0.0.1:8088")),
            ("wss://phones.example.org", Some("wss://phones.example.org")),
            ("wss://a; script-src *", None),
            ("wss://a b/ws", None),
            ("wss:///ws", None),
            ("", None),
        ] {
            assert_eq!(super::origin(url), origin, "{url}");
        }
        let urls = ["wss://b/1/ws", "wss://b/2/ws", "wss://a/ws"].map(ToOwned::to_owned).to_vec();
        let offer = SoftphoneOffer { websocket_urls: urls, ..SoftphoneOffer::default() };
        assert_eq!(offer.origins().into_iter().collect::<Vec<_>>(), ["wss://a", "wss://b"]);
    }
}

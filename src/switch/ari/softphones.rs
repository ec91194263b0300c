//! Accounts of telephones in browsers: objects of `res_pjsip` that Asterisk keeps in memory, beside those of `pjsip.conf`
//! (`sorcery.conf` says so). Asterisk knows when each ends, so that a program that starts again finds them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    events::AriEvent,
    inspect::Endpoint,
    registrations::Registrations,
    socket::{Broken, Socket},
};
use crate::domain::softphone::{Softphone, SoftphonePlan};

/// Where the objects are. The endpoint comes last and goes first: it names the others.
const OBJECTS: &str = "asterisk/config/dynamic/res_pjsip";

/// Marks an endpoint as ours and says when it ends. Of all that an endpoint can hold, this is text that nothing reads.
const MARK: &str = "callerid_tag";
/// How the mark begins.
const MARKED: &str = "rappel-softphone ";

/// A phone from which nothing is heard for so many seconds is gone with its browser.
const SILENT_SECONDS: u32 = 30;

/// What telephones in browsers are at Asterisk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AriSoftphones {
    /// How they are named.
    pub plan: SoftphonePlan,
    /// The dialplan context of what they call by themselves.
    pub context: String,
    /// The codecs they may use, in order.
    pub codecs: Vec<String>,
}

/// An account that is there.
#[derive(Clone, Debug)]
struct Account {
    expires_at: Timestamp,
    /// None of an earlier life: its password is not known any more.
    phone: Option<Softphone>,
}

/// The accounts at one Asterisk.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    settings: Option<AriSoftphones>,
    /// Whose events are asked for.
    application: String,
    known: BTreeMap<String, Account>,
    registrations: Registrations,
    /// Those to take away once we are connected, unless they end later than this.
    left: BTreeMap<String, Timestamp>,
}

/// What Asterisk answers of an object.
#[derive(Deserialize)]
pub(super) struct Field {
    pub attribute: String,
    pub value: String,
}

impl Accounts {
    pub fn new(settings: Option<AriSoftphones>, application: &str) -> Self {
        Self { settings, application: application.to_owned(), ..Self::default() }
    }

    /// Takes what Asterisk says of them; gives who can be rung.
    pub fn hears(&mut self, event: &AriEvent) -> Arc<BTreeSet<String>> {
        self.registrations.hears(event);
        self.registered()
    }

    /// Who can be rung.
    pub fn registered(&self) -> Arc<BTreeSet<String>> {
        self.registrations.all()
    }

    /// An account to make once we are connected.
    pub fn open_later(&mut self, phone: Softphone) {
        self.left.remove(&phone.extension);
        let account = Account { expires_at: phone.expires_at, phone: Some(phone.clone()) };
        self.known.insert(phone.extension, account);
    }

    /// An account to take away once we are connected, if it does not end later than this.
    pub fn close_later(&mut self, extension: &str, until: Timestamp) {
        self.known.retain(|name, account| name != extension || account.expires_at > until);
        self.left.insert(extension.to_owned(), until);
    }

    /// The accounts, and when each ends.
    pub fn ends(&self) -> Arc<[(String, Timestamp)]> {
        self.known.iter().map(|(extension, account)| (extension.clone(), account.expires_at)).collect()
    }

    /// Makes an account, or says why Asterisk does not.
    pub async fn open(
        &mut self,
        socket: &mut Socket,
        phone: Softphone,
        meanwhile: &mut Vec<AriEvent>,
    ) -> Result<Result<(), String>, Broken> {
        let Some(settings) = &self.settings else { return Ok(Err("softphones are not offered".to_owned())) };
        for (kind, fields) in objects(settings, &phone) {
            let fields: Vec<Value> =
                fields.into_iter().map(|(name, value)| json!({ "attribute": name, "value": value })).collect();
            let uri = format!("{OBJECTS}/{kind}/{}", phone.extension);
            let (status, body) = socket.request("PUT", &uri, Some(json!({ "fields": fields })), meanwhile).await?;
            if status != 200 {
                self.remove(socket, &phone.extension, meanwhile).await?;
                return Ok(Err(why_not(kind, &phone.extension, status, &body)));
            }
        }
        let account = Account { expires_at: phone.expires_at, phone: Some(phone.clone()) };
        if self.known.insert(phone.extension.clone(), account).is_none() {
            self.listen(socket, &phone.extension, meanwhile).await?;
        }
        Ok(Ok(()))
    }

    /// Takes an account away, if there is one and it does not end later than this.
    pub async fn close(
        &mut self,
        socket: &mut Socket,
        extension: &str,
        until: Timestamp,
        meanwhile: &mut Vec<AriEvent>,
    ) -> Result<(), Broken> {
        match self.known.get(extension) {
            Some(account) if account.expires_at <= until => self.remove(socket, extension, meanwhile).await,
            Some(_) | None => Ok(()),
        }
    }

    /// Where an account is registered is told from now on. Asterisk counts how often that was asked for, and listens to an
    /// account that is gone for ever: what was asked before is taken back first.
    async fn listen(
        &mut self,
        socket: &mut Socket,
        extension: &str,
        meanwhile: &mut Vec<AriEvent>,
    ) -> Result<(), Broken> {
        self.unlisten(socket, extension, meanwhile).await?;
        socket.request("POST", &self.subscription(extension), None, meanwhile).await?;
        let (_, body) = socket.request("GET", &format!("endpoints/PJSIP/{extension}"), None, meanwhile).await?;
        if let Ok(endpoint) = serde_json::from_str(&body) {
            self.registrations.is(&endpoint);
        }
        Ok(())
    }

    async fn unlisten(
        &mut self,
        socket: &mut Socket,
        extension: &str,
        meanwhile: &mut Vec<AriEvent>,
    ) -> Result<(), Broken> {
        socket.request("DELETE", &self.subscription(extension), None, meanwhile).await?;
        self.registrations.forget(extension);
        Ok(())
    }

    fn subscription(&self, extension: &str) -> String {
        format!("applications/{}/subscription?eventSource=endpoint:PJSIP/{extension}", self.application)
    }

    /// What `pjsip.conf` says, Asterisk keeps.
    async fn remove(
        &mut self,
        socket: &mut Socket,
        extension: &str,
        meanwhile: &mut Vec<AriEvent>,
    ) -> Result<(), Broken> {
        self.unlisten(socket, extension, meanwhile).await?;
        for kind in ["endpoint", "auth", "aor"] {
            socket.request("DELETE", &format!("{OBJECTS}/{kind}/{extension}"), None, meanwhile).await?;
        }
        self.known.remove(extension);
        Ok(())
    }

    /// Learns what is there after a connection: an Asterisk that started again has forgotten every account, and gets those
    /// again that we know; one that went on has those of an earlier life of this program, and of agents who left meanwhile.
    pub async fn learn(&mut self, socket: &mut Socket, meanwhile: &mut Vec<AriEvent>) -> Result<(), Broken> {
        let Some(settings) = self.settings.clone() else { return Ok(()) };
        let known = std::mem::take(&mut self.known);
        let left = std::mem::take(&mut self.left);
        self.registrations = Registrations::default();
        let (_, body) = socket.request("GET", "endpoints/PJSIP", None, meanwhile).await?;
        let there: Vec<Endpoint> = serde_json::from_str(&body).unwrap_or_default();
        for endpoint in there.iter().filter(|endpoint| settings.plan.may_be(&endpoint.resource)) {
            let uri = format!("{OBJECTS}/endpoint/{}", endpoint.resource);
            let (_, body) = socket.request("GET", &uri, None, meanwhile).await?;
            let Some(expires_at) = end_of(&body) else { continue };
            if left.get(&endpoint.resource).is_some_and(|until| expires_at <= *until) {
                self.remove(socket, &endpoint.resource, meanwhile).await?;
            } else {
                self.known.insert(endpoint.resource.clone(), Account { expires_at, phone: None });
                self.listen(socket, &endpoint.resource, meanwhile).await?;
            }
        }
        for phone in known.into_values().filter_map(|account| account.phone) {
            let extension = phone.extension.clone();
            if let Err(problem) = self.open(socket, phone, meanwhile).await? {
                tracing::warn!(extension, problem, "a softphone could not be made again");
            }
        }
        Ok(())
    }
}

/// When an endpoint ends, if it is one of ours.
fn end_of(body: &str) -> Option<Timestamp> {
    let fields: Vec<Field> = serde_json::from_str(body).ok()?;
    let mark = fields.into_iter().find(|field| field.attribute == MARK)?;
    mark.value.strip_prefix(MARKED)?.parse().ok()
}

fn why_not(kind: &str, extension: &str, status: u16, body: &str) -> String {
    let said = serde_json::from_str::<Value>(body).ok().and_then(|body| body["message"].as_str().map(str::to_owned));
    let said = said.unwrap_or_default();
    match status {
        403 => format!(
            "Asterisk does not take {kind} {extension} ({said}): sorcery.conf must keep {kind} in memory, too, and \
             pjsip.conf must not have one of this name"
        ),
        404 => format!("Asterisk does not know how to take {kind} {extension} ({said}): is res_ari_asterisk loaded?"),
        _ => format!("Asterisk answers {status} to {kind} {extension} ({said}): look at its log"),
    }
}

/// Everything that makes the account, in the order in which it comes to be.
fn objects(settings: &AriSoftphones, phone: &Softphone) -> [(&'static str, Vec<(&'static str, String)>); 3] {
    let text = str::to_owned;
    let name = || phone.extension.clone();
    let auth = vec![("auth_type", text("digest")), ("username", name()), ("password", phone.password.clone())];
    let aor = vec![
        // A second tab takes the place of the first.
        ("max_contacts", text("1")),
        ("remove_existing", text("yes")),
        ("minimum_expiration", text("10")),
        ("default_expiration", text("120")),
        // Proxies close a websocket on which nothing is said for a minute.
        ("qualify_frequency", text("30")),
    ];
    let endpoint = vec![
        (MARK, format!("{MARKED}{}", phone.expires_at)),
        ("aors", name()),
        ("auth", name()),
        ("identify_by", text("username")),
        // DTLS-SRTP, ICE, AVPF, one port for everything, a certificate made for it.
        ("webrtc", text("yes")),
        ("dtls_auto_generate_cert", text("yes")),
        ("context", settings.context.clone()),
        ("disallow", text("all")),
        ("allow", settings.codecs.join(",")),
        ("direct_media", text("no")),
        ("rewrite_contact", text("yes")),
        ("dtmf_mode", text("rfc4733")),
        // Calls are moved by Rappel, which asks its rules first.
        ("allow_transfer", text("no")),
        ("allow_subscribe", text("no")),
        ("rtp_timeout", SILENT_SECONDS.to_string()),
    ];
    [("auth", auth), ("aor", aor), ("endpoint", endpoint)]
}

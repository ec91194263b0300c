//! A look at an Asterisk, without taking part in its calls: for `rappel doctor`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    address::Address,
    events::AriEvent,
    socket::{Broken, Socket},
    softphones::{Accounts, AriSoftphones, Field},
};
use crate::domain::{
    campaign::{CampaignRules, DetectionRules},
    ids::AgentId,
    softphone::Softphone,
};

/// An application of its own: looking must not take the calls over from whoever works.
const APPLICATION: &str = "rappel-doctor";

/// The oldest version without a hole that is known: 22.10.1 closed CVE-2026-57191 (GHSA-589g-qgf8-m6mx, anybody can take the
/// SIP transport down), and, in the same security release, the one that let read-only ARI users write over the websocket
/// (asterisk/asterisk, Security Release 2026-2).
pub const VERSION_LEAST: (u32, u32, u32) = (22, 10, 1);

/// Modules without which something does not work, and what.
const MODULES: &[(&str, &str)] = &[
    ("chan_pjsip.so", "calls"),
    ("res_stasis.so", "steering calls"),
    ("res_ari_channels.so", "steering calls"),
    ("res_ari_bridges.so", "rooms"),
    ("res_ari_applications.so", "finding calls again after a restart"),
    ("res_musiconhold.so", "music on hold"),
    ("bridge_softmix.so", "conferences"),
    ("res_pjsip_header_funcs.so", "phones that answer by themselves"),
    ("res_rtp_asterisk.so", "sound"),
    ("res_stasis_snoop.so", "recordings, and whispering to agents"),
];

/// What a campaign needs besides that has its calls recorded.
const RECORDING_MODULES: &[(&str, &str)] = &[
    ("res_ari_recordings.so", "recordings"),
    ("res_stasis_recording.so", "recordings"),
    ("format_wav.so", "recordings"),
];

/// What one needs that wants to know of answering machines. The way there leads through the dial plan, which ARI does not show.
const MACHINE_MODULES: &[(&str, &str)] = &[
    ("app_amd.so", "telling answering machines"),
    ("app_stasis.so", "telling answering machines"),
    ("pbx_config.so", "telling answering machines"),
];

/// What one needs that wants to know of faxes.
const FAX_MODULES: &[(&str, &str)] = &[("res_tonedetect.so", "telling faxes")];

/// What telephones in browsers need besides.
const SOFTPHONE_MODULES: &[(&str, &str)] = &[
    ("res_http_websocket.so", "telephones in browsers"),
    ("res_pjsip_transport_websocket.so", "telephones in browsers"),
    ("res_srtp.so", "the sound of telephones in browsers"),
    ("res_ari_asterisk.so", "accounts of telephones in browsers"),
];

/// So many endpoints are asked for their codecs.
const CODECS_MAX: usize = 500;

/// The name of nobody: an account that is made to see whether one can be, and taken away at once.
const NOBODY: AgentId = AgentId(i64::MAX);

/// What campaigns wish of an Asterisk beyond calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// A campaign has its calls recorded.
    pub recordings: bool,
    /// What any of them wants to be told.
    pub detection: DetectionRules,
}

impl Wishes {
    /// What this campaign wishes, too.
    #[must_use]
    pub fn and_of(self, rules: &CampaignRules) -> Self {
        Self {
            recordings: self.recordings || rules.recording.calls_recorded,
            detection: DetectionRules {
                answering_machine: self.detection.answering_machine || rules.detection.answering_machine,
                fax: self.detection.fax || rules.detection.fax,
            },
        }
    }

    /// The modules they need.
    fn modules(self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        let wished = [
            (self.recordings, RECORDING_MODULES),
            (self.detection.answering_machine, MACHINE_MODULES),
            (self.detection.fax, FAX_MODULES),
        ];
        wished.into_iter().filter(|(is_wished, _)| *is_wished).flat_map(|(_, modules)| modules)
    }
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Its version, as it says.
    pub version: String,
    /// Endpoints and whether they are reachable.
    pub endpoints: Vec<Endpoint>,
    /// Modules that are missing, and what does not work without each.
    pub missing: Vec<(&'static str, &'static str)>,
    /// The codecs of endpoints of PJSIP, in order.
    pub codecs: BTreeMap<String, Vec<String>>,
    /// Why no account of a telephone in a browser can be made; none if one can, or if none are offered.
    pub softphone_problem: Option<String>,
    /// What its clock showed last.
    pub clock: Option<Timestamp>,
}

/// A phone or a trunk.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Endpoint {
    /// `PJSIP`.
    pub technology: String,
    /// Its name.
    pub resource: String,
    /// `online`, `offline` or `unknown`.
    #[serde(default)]
    pub state: String,
}

#[derive(Deserialize)]
struct Module {
    name: String,
    #[serde(default)]
    status: String,
}

/// Looks: at telephones in browsers, too, where they are offered, and at what else is wished.
///
/// # Errors
/// Why it cannot be seen.
pub async fn inspect(
    address: &Address,
    softphones: Option<&AriSoftphones>,
    wishes: Wishes,
) -> Result<Inspection, Broken> {
    let mut socket = Socket::connect(address, APPLICATION).await?;
    let mut passed = Vec::new();
    let system = socket.ask("asterisk/info?only=system", &mut passed).await?;
    let version = system["system"]["version"].as_str().unwrap_or_default().to_owned();
    let read = |error: serde_json::Error| Broken(format!("an answer cannot be read: {error}"));
    let endpoints: Vec<Endpoint> = serde_json::from_value(socket.ask("endpoints", &mut passed).await?).map_err(read)?;
    let modules: Vec<Module> =
        serde_json::from_value(socket.ask("asterisk/modules", &mut passed).await?).map_err(read)?;
    let runs = |name: &str| modules.iter().any(|module| module.name == name && module.status == "Running");
    let of_softphones = softphones.map_or(&[][..], |_| SOFTPHONE_MODULES);
    let wanted = MODULES.iter().chain(of_softphones).chain(wishes.modules());
    let missing = wanted.filter(|(name, _)| !runs(name)).copied().collect();
    let codecs = codecs(&mut socket, &endpoints, &mut passed).await?;
    let softphone_problem = match softphones {
        Some(softphones) => try_softphone(&mut socket, softphones, &mut passed).await?,
        None => None,
    };
    let ping = socket.ask("asterisk/ping", &mut passed).await?;
    let clock = ping["timestamp"].as_str().and_then(read_clock);
    Ok(Inspection { version, endpoints, missing, codecs, softphone_problem, clock })
}

async fn codecs(
    socket: &mut Socket,
    endpoints: &[Endpoint],
    passed: &mut Vec<AriEvent>,
) -> Result<BTreeMap<String, Vec<String>>, Broken> {
    let mut codecs = BTreeMap::new();
    let of_pjsip = endpoints.iter().filter(|endpoint| endpoint.technology == "PJSIP");
    for Endpoint { resource, .. } in of_pjsip.take(CODECS_MAX) {
        let uri = format!("asterisk/config/dynamic/res_pjsip/endpoint/{resource}");
        let (status, body) = socket.request("GET", &uri, None, passed).await?;
        if let (200, Some(allowed)) = (status, allowed(&body)) {
            codecs.insert(resource.clone(), allowed);
        }
    }
    Ok(codecs)
}

/// The codecs of an endpoint: Asterisk writes `(alaw|ulaw)`.
fn allowed(body: &str) -> Option<Vec<String>> {
    let fields: Vec<Field> = serde_json::from_str(body).ok()?;
    let allow = fields.into_iter().find(|field| field.attribute == "allow")?.value;
    let names = allow.trim_matches(['(', ')']).split('|').filter(|name| !name.is_empty() && *name != "nothing");
    Some(names.map(ToOwned::to_owned).collect())
}

async fn try_softphone(
    socket: &mut Socket,
    settings: &AriSoftphones,
    passed: &mut Vec<AriEvent>,
) -> Result<Option<String>, Broken> {
    let mut password = [0; 32];
    getrandom::fill(&mut password).map_err(|error| Broken(error.to_string()))?;
    let password = data_encoding::HEXLOWER.encode(&password);
    let phone =
        Softphone { extension: settings.plan.extension_of(NOBODY), password, expires_at: Timestamp::UNIX_EPOCH };
    let mut accounts = Accounts::new(Some(settings.clone()), APPLICATION);
    let tried = accounts.open(socket, phone.clone(), passed).await?;
    accounts.close(socket, &phone.extension, phone.expires_at, passed).await?;
    Ok(tried.err())
}

/// Asterisk writes `2026-11-25T04:46:26.142+0000`.
fn read_clock(text: &str) -> Option<Timestamp> {
    jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?.to_timestamp().ok()
}

/// The numbers of a version like `22.10.1~dfsg+~cs6.15`; none of one that is not numbered.
pub fn version_of(text: &str) -> Option<(u32, u32, u32)> {
    let numbers = text.trim_start_matches("certified-");
    let end = numbers.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(numbers.len());
    let mut parts = numbers[..end].split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next().unwrap_or(Some(0))?, parts.next().unwrap_or(Some(0))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_clock_and_its_codecs_are_read() {
        let at: Timestamp = "2026-11-25T04:46:26.142Z".parse().unwrap();
        assert_eq!(read_clock("2026-11-25T04:46:26.142+0000"), Some(at));
        assert_eq!(read_clock("2026-11-25T05:46:26.142+0100"), Some(at));
        let body = r#"[{"attribute":"allow","value":"(opus|alaw)"}]"#;
        assert_eq!(allowed(body), Some(vec!["opus".to_owned(), "alaw".to_owned()]));
    }

    #[test]
    fn versions_are_told_apart() {
        for (text, version) in [
            ("22.10.1~dfsg+~cs6.15.60671435-1", Some((22, 10, 1))),
            ("22.9.0", Some((22, 9, 0))),
            ("22.10", Some((22, 10, 0))),
            ("23.0.0-rc1", Some((23, 0, 0))),
            ("GIT-master-cb214713c0M", None),
        ] {
            assert_eq!(version_of(text), version, "{text}");
        }
        assert!(version_of("22.9.2").unwrap() < VERSION_LEAST && version_of("22.10.1").unwrap() >= VERSION_LEAST);
    }
}

//! A look at an Asterisk, without taking part in its calls: for `rappel doctor`.

use serde::Deserialize;

use super::socket::{Address, Broken, Socket};

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
];

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Its version, as it says.
    pub version: String,
    /// Endpoints and whether they are reachable.
    pub endpoints: Vec<Endpoint>,
    /// Modules that are missing, and what does not work without each.
    pub missing: Vec<(&'static str, &'static str)>,
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

/// Looks.
///
/// # Errors
/// Why it cannot be seen.
pub async fn inspect(address: &Address) -> Result<Inspection, Broken> {
    let mut socket = Socket::connect(address, APPLICATION).await?;
    let mut passed = Vec::new();
    let system = socket.ask("asterisk/info?only=system", &mut passed).await?;
    let version = system["system"]["version"].as_str().unwrap_or_default().to_owned();
    let read = |error: serde_json::Error| Broken(format!("an answer cannot be read: {error}"));
    let endpoints = serde_json::from_value(socket.ask("endpoints", &mut passed).await?).map_err(read)?;
    let modules: Vec<Module> =
        serde_json::from_value(socket.ask("asterisk/modules", &mut passed).await?).map_err(read)?;
    let runs = |name: &str| modules.iter().any(|module| module.name == name && module.status == "Running");
    let missing = MODULES.iter().filter(|(name, _)| !runs(name)).copied().collect();
    Ok(Inspection { version, endpoints, missing })
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

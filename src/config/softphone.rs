//! Telephones in agents' browsers: where they find Asterisk, and what they may do there.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer};

use super::within;
use crate::domain::softphone::{AGENT, IceServer, SoftphonePlan};

/// The longest a name at Asterisk may be here, in characters.
const EXTENSION_LENGTH_MAX: usize = 20;

/// The settings of telephones in browsers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoftphoneConfig {
    /// Where browsers reach the websocket of each Asterisk; empty where none are offered.
    #[serde(alias = "websocket_url", deserialize_with = "one_or_several")]
    pub websocket_urls: Vec<String>,
    /// The extension of each agent.
    pub extension: String,
    /// How long an account lasts.
    pub lifetime_minutes: u32,
    /// The codecs, in order.
    pub codecs: Vec<String>,
    /// The dialplan context of what they call by themselves.
    pub context: String,
    /// What browsers ask for the way to Asterisk.
    pub ice_servers: Vec<IceServer>,
    /// The file of the telephone's own program; empty where there is none.
    pub library: PathBuf,
}

impl Default for SoftphoneConfig {
    fn default() -> Self {
        Self {
            websocket_urls: Vec::new(),
            extension: format!("80{AGENT}"),
            lifetime_minutes: 60,
            codecs: vec!["alaw".to_owned(), "ulaw".to_owned()],
            context: "from-phones".to_owned(),
            ice_servers: Vec::new(),
            library: PathBuf::new(),
        }
    }
}

impl SoftphoneConfig {
    /// Are telephones in browsers offered?
    pub fn is_on(&self) -> bool {
        !self.websocket_urls.is_empty()
    }

    /// How accounts are named, and how long each lasts.
    pub fn plan(&self) -> SoftphonePlan {
        let lifetime = SignedDuration::from_mins(self.lifetime_minutes.into());
        SoftphonePlan { extension: self.extension.clone(), lifetime }
    }

    pub(super) fn checked(self) -> Result<Self, String> {
        within("softphone.lifetime_minutes", Some(self.lifetime_minutes), 1, 1440)?;
        for (nth, url) in self.websocket_urls.iter().enumerate() {
            if !["ws://", "wss://"].iter().any(|scheme| url.starts_with(scheme)) {
                return Err(format!(
                    "softphone.websocket_urls has \"{url}\"; write wss://HOST/ws, or ws:// for this machine"
                ));
            }
            if self.websocket_urls[..nth].contains(url) {
                return Err(format!("softphone.websocket_urls has \"{url}\" twice; each Asterisk has one of its own"));
            }
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let rest = self.extension.replacen(AGENT, "", 1);
        if rest.len() == self.extension.len() || !rest.chars().all(is_name) || rest.len() > EXTENSION_LENGTH_MAX {
            let extension = &self.extension;
            return Err(format!("softphone.extension is \"{extension}\"; write {AGENT} once, with letters and digits"));
        }
        if self.codecs.is_empty() {
            return Err("softphone.codecs is empty: write one that the trunk has, like [\"alaw\"]".to_owned());
        }
        Ok(self)
    }
}

/// Several as a list; one may stand by itself, and an empty one is none.
fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "softphone.websocket_urls: write a list, like [\"wss://HOST/ws\"]")]
    enum Written {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::One(url) if url.is_empty() => Vec::new(),
        Written::One(url) => vec![url],
        Written::Several(urls) => urls,
    })
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn what_cannot_work_is_refused_with_its_line() {
        for (wrong, says) in [
            ("websocket_url = \"http://pbx/ws\"", "write wss://HOST/ws"),
            ("websocket_urls = [\"wss://a/ws\", \"\"]", "write wss://HOST/ws"),
            ("websocket_urls = [\"wss://a/ws\", \"wss://a/ws\"]", "each Asterisk has one of its own"),
            ("websocket_urls = 1", "write a list"),
            ("extension = \"8000\"", "write {agent} once"),
            ("extension = \"8/{agent}\"", "write {agent} once"),
            ("lifetime_minutes = 0", "from 1 to 1440"),
            ("codecs = []", "one that the trunk has"),
            ("librari = \"x\"", "library"),
        ] {
            let told = Config::from_text(&format!("seed = 1\n[softphone]\n{wrong}")).unwrap_err().to_string();
            assert!(told.starts_with("line 3: ") && told.contains(says), "{wrong}: {told}");
        }
    }

    #[test]
    fn each_asterisk_has_a_websocket_of_its_own() {
        let with = |urls: &str, softphone: &str| {
            let asterisk = format!("[asterisk]\nurls = [{urls}]\npassword_file = \"/dev/null\"\n");
            Config::from_text(&format!("{asterisk}[softphone]\n{softphone}")).unwrap().ari_settings()
        };
        let (one, two) = ("\"http://a:1\"", "\"http://a:1\", \"http://b:1\"");
        for (urls, good) in [
            (one, "websocket_url = \"wss://a/ws\""),
            (one, "websocket_urls = [\"wss://a/ws\"]"),
            (two, "websocket_urls = [\"wss://a/ws\", \"wss://b/ws\"]"),
        ] {
            assert!(with(urls, good).unwrap().softphones.is_some(), "{good}");
        }
        for off in ["websocket_url = \"\"", "websocket_urls = []", ""] {
            assert!(with(two, off).unwrap().softphones.is_none(), "{off}");
        }
        let told = with(two, "websocket_url = \"wss://a/ws\"").unwrap_err().to_string();
        assert!(told.contains("softphone.websocket_urls has 1") && told.contains("asterisk.urls 2"), "{told}");
    }

    #[test]
    fn a_credential_is_not_shown() {
        let text = "[softphone]\nice_servers = [{ urls = [\"turn:t\"], username = \"u\", credential = \"hush\" }]";
        assert!(!format!("{:?}", Config::from_text(text).unwrap()).contains("hush"));
    }
}

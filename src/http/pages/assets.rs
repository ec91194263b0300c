//! The files that pages are made of, inside the program. What is not listed here is not served.

use std::{borrow::Cow, collections::BTreeSet};

use sha2::{Digest, Sha256};

/// A file.
pub(super) struct Asset {
    name: &'static str,
    embedded: &'static [u8],
}

macro_rules! assets {
    ($($name:literal),+ $(,)?) => {
        const ASSETS: &[Asset] = &[$(Asset { name: $name, embedded: include_bytes!(concat!("assets/", $name)) }),+];
    };
}

assets!(
    "alerts.js",
    "api.js",
    "asking.js",
    "base.css",
    "board.css",
    "board.js",
    "board_rows.js",
    "buttons.js",
    "call.js",
    "callback.js",
    "campaign.js",
    "campaign_forecast.js",
    "campaign_fields.js",
    "campaign_file.js",
    "campaign_form.js",
    "campaign_load.js",
    "campaign_parts.js",
    "campaigns.css",
    "campaigns.js",
    "chart.js",
    "classify.js",
    "connection.js",
    "contacts.css",
    "contacts.js",
    "customer.js",
    "desk.js",
    "desktop.css",
    "desktop.js",
    "dom.js",
    "form.js",
    "format.js",
    "frame.js",
    "history.js",
    "icon.svg",
    "icons.js",
    "kept.js",
    "keypad.js",
    "keys.js",
    "meanwhile.js",
    "microphone.js",
    "pad.js",
    "panel.js",
    "password.js",
    "phone.js",
    "preview.js",
    "reports.css",
    "reports.js",
    "rule_said.js",
    "said.js",
    "settings.css",
    "settings.js",
    "settings_books.js",
    "settings_hours.js",
    "settings_parts.js",
    "settings_queues.js",
    "settings_reasons.js",
    "settings_suppressions.js",
    "settings_teams.js",
    "settings_users.js",
    "sign_in.css",
    "sign_in.js",
    "softphone.js",
    "softphone_line.js",
    "softphone_lines.js",
    "softphone_parts.js",
    "states.js",
    "status.js",
    "stream.js",
    "ticking.js",
    "upload.js",
    "words.js",
    "wrap_up.js",
    "zones.js",
);

/// The file of this name.
pub(super) fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// A module and all that it is made of, so that a browser can ask for them at once.
pub(super) fn modules(entry: &str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    let mut ahead: Vec<_> = find(entry).into_iter().collect();
    while let Some(module) = ahead.pop() {
        if found.insert(module.name) {
            let bytes = module.bytes();
            let source = String::from_utf8_lossy(&bytes);
            let imports = source.split("from \"./").skip(1).filter_map(|rest| find(rest.split('"').next()?));
            ahead.extend(imports);
        }
    }
    found
}

impl Asset {
    /// What is in it. A program built for development reads the source folder, so that a page can be changed without building.
    pub fn bytes(&self) -> Cow<'static, [u8]> {
        if cfg!(debug_assertions) {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/assets/");
            if let Ok(bytes) = std::fs::read(format!("{path}{}", self.name)) {
                return Cow::Owned(bytes);
            }
        }
        Cow::Borrowed(self.embedded)
    }

    /// Changes when the file does.
    pub fn tag(&self) -> String {
        let digest = Sha256::digest(self.bytes());
        // Weak, since it may be sent compressed or not.
        format!("W/\"{}\"", data_encoding::BASE64URL_NOPAD.encode(&digest[..12]))
    }

    /// What a browser is told that it is.
    pub fn media_type(&self) -> &'static str {
        match self.name.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_at_once_all_that_it_is_made_of() {
        let modules = modules("desktop.js");
        for name in ["desktop.js", "call.js", "dom.js", "words.js", "zones.js"] {
            assert!(modules.contains(name), "{name}: {modules:?}");
        }
        assert!(!modules.contains("sign_in.js"));
    }

    #[test]
    fn every_file_of_the_folder_is_listed_and_known_to_browsers() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/assets")).unwrap();
        let there: BTreeSet<_> = folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        let listed: BTreeSet<_> = ASSETS.iter().map(|asset| asset.name.to_owned()).collect();
        assert_eq!(there, listed);
        assert!(ASSETS.iter().all(|asset| asset.media_type() != "application/octet-stream"));
    }
}

//! Telephones in browsers: can they be what the settings promise?

use std::path::Path;

use sha2::{Digest, Sha256};

use super::Finding;
use crate::{config::SoftphoneConfig, switch::ari::inspect::Inspection};

/// The file that the tests run with: `dist/jssip.min.js` of the npm package jssip 3.12.0, which calls itself 3.11.1.
const TESTED: &str = "38008af40965396308c82652ac3c03fd54ae12fdb191089f135ebb2f53e5b2be";

/// What the settings say by themselves.
pub(super) fn settings(config: &SoftphoneConfig) -> Vec<Finding> {
    if !config.is_on() {
        return Vec::new();
    }
    let mut findings: Vec<_> = config.websocket_urls.iter().map(|url| websocket(url)).collect();
    findings.push(library(&config.library));
    findings
}

fn websocket(url: &str) -> Finding {
    let is_here = ["ws://127.", "ws://localhost", "ws://[::1]"].iter().any(|here| url.starts_with(here));
    if url.starts_with("wss://") || is_here {
        return Finding::Good(format!("telephones in browsers connect to {url}"));
    }
    Finding::Bad(
        format!("softphone.websocket_urls has {url}: browsers on other machines connect with TLS only"),
        "write wss://, and put a proxy that speaks TLS before Asterisk's /ws".to_owned(),
    )
}

fn library(path: &Path) -> Finding {
    let name = path.display();
    let Ok(program) = std::fs::read(path) else {
        let says = if path.as_os_str().is_empty() {
            "softphone.library is empty: pages cannot be telephones".to_owned()
        } else {
            format!("softphone.library {name} is no file: pages cannot be telephones")
        };
        return Finding::Bad(says, "put dist/jssip.min.js of the npm package jssip 3.12.0 there".to_owned());
    };
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(program));
    if digest == TESTED {
        Finding::Good(format!("the telephone's program is {name}"))
    } else {
        let says = format!("the telephone's program is {name}, and not the file that was tested with Rappel");
        Finding::Doubtful(format!("{says}: dist/jssip.min.js of the npm package jssip 3.12.0 ({TESTED})"))
    }
}

/// What an Asterisk says to them.
pub(super) fn at(url: &str, config: &SoftphoneConfig, seen: &Inspection) -> Option<Finding> {
    config.is_on().then(|| match &seen.softphone_problem {
        None => Finding::Good(format!("{url}: telephones in browsers can have accounts")),
        Some(problem) => Finding::Bad(format!("{url}: no telephone in a browser can have an account"), problem.clone()),
    })
}

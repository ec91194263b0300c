//! Telephones in browsers: can they be what the settings promise?

use super::Finding;
use crate::{config::SoftphoneConfig, switch::ari::inspect::Inspection};

/// What the settings say by themselves.
pub(super) fn settings(config: &SoftphoneConfig) -> Vec<Finding> {
    if !config.is_on() {
        return Vec::new();
    }
    let url = &config.websocket_url;
    let is_here = ["ws://127.", "ws://localhost", "ws://[::1]"].iter().any(|here| url.starts_with(here));
    let mut findings = vec![if url.starts_with("wss://") || is_here {
        Finding::Good(format!("telephones in browsers connect to {url}"))
    } else {
        Finding::Bad(
            format!("softphone.websocket_url is {url}: browsers on other machines connect with TLS only"),
            "write wss://, and put a proxy that speaks TLS before Asterisk's /ws".to_owned(),
        )
    }];
    let library = config.library.display();
    findings.push(if config.library.is_file() {
        Finding::Good(format!("the telephone's program is {library}"))
    } else {
        let says = if config.library.as_os_str().is_empty() {
            "softphone.library is empty: pages cannot be telephones".to_owned()
        } else {
            format!("softphone.library {library} is no file: pages cannot be telephones")
        };
        Finding::Bad(says, "put dist/jssip.min.js of the npm package jssip 3.12.0 there".to_owned())
    });
    findings
}

/// What an Asterisk says to them.
pub(super) fn at(url: &str, config: &SoftphoneConfig, seen: &Inspection) -> Option<Finding> {
    config.is_on().then(|| match &seen.softphone_problem {
        None => Finding::Good(format!("{url}: telephones in browsers can have accounts")),
        Some(problem) => Finding::Bad(format!("{url}: no telephone in a browser can have an account"), problem.clone()),
    })
}

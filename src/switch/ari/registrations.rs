//! Where telephones in browsers are registered, as one Asterisk tells it; pure.
//!
//! A contact counts from its registration on. The state of the endpoint comes later: Asterisk calls it offline until it has
//! asked the browser for the first time. It is all there is to go by after a connection that began later than they.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{events::AriEvent, inspect::Endpoint};

/// The extensions that can be rung at one Asterisk.
#[derive(Debug, Default)]
pub(super) struct Registrations(BTreeMap<String, Seen>);

/// What is known of an extension.
#[derive(Debug, Default)]
struct Seen {
    contacts: BTreeSet<String>,
    is_online: bool,
}

impl Registrations {
    /// Takes what Asterisk says.
    pub fn hears(&mut self, event: &AriEvent) {
        match event {
            AriEvent::ContactStatusChange { endpoint, contact_info } => {
                let seen = self.0.entry(endpoint.resource.clone()).or_default();
                // Others are new, or were not asked yet whether they are there: they can be rung.
                if ["Removed", "Unreachable"].contains(&contact_info.contact_status.as_str()) {
                    seen.contacts.remove(&contact_info.uri);
                } else {
                    seen.contacts.insert(contact_info.uri.clone());
                }
            }
            AriEvent::EndpointStateChange { endpoint } => self.is(endpoint),
            _ => {}
        }
    }

    /// An endpoint is as Asterisk answers.
    pub fn is(&mut self, endpoint: &Endpoint) {
        self.0.entry(endpoint.resource.clone()).or_default().is_online = endpoint.state == "online";
    }

    /// The account is gone.
    pub fn forget(&mut self, extension: &str) {
        self.0.remove(extension);
    }

    /// Who can be rung.
    pub fn all(&self) -> Arc<BTreeSet<String>> {
        let there = self.0.iter().filter(|(_, seen)| seen.is_online || !seen.contacts.is_empty());
        Arc::new(there.map(|(extension, _)| extension.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::switch::ari::events;

    /// Who can be rung after these events: a contact and its status, or the state of the endpoint.
    fn after(told: &[(&str, &str)]) -> usize {
        let mut registrations = Registrations::default();
        for (what, how) in told {
            let text = match *what {
                "endpoint" => format!(
                    r#"{{"type":"EndpointStateChange","endpoint":{{"technology":"PJSIP","resource":"801","state":"{how}"}}}}"#
                ),
                uri => format!(
                    r#"{{"type":"ContactStatusChange","endpoint":{{"technology":"PJSIP","resource":"801","state":"offline"}},
                        "contact_info":{{"uri":"{uri}","contact_status":"{how}","aor":"801"}}}}"#
                ),
            };
            registrations.hears(&events::read(&text).unwrap());
        }
        registrations.all().len()
    }

    #[test]
    fn a_browser_can_be_rung_from_its_registration_on() {
        assert_eq!(after(&[]), 0);
        assert_eq!(after(&[("a", "NonQualified")]), 1);
        assert_eq!(after(&[("a", "NonQualified"), ("endpoint", "offline")]), 1, "nobody has asked it yet");
        assert_eq!(after(&[("a", "NonQualified"), ("a", "Removed")]), 0);
        assert_eq!(after(&[("a", "Reachable"), ("a", "Unreachable")]), 0);
        assert_eq!(after(&[("a", "Unreachable"), ("a", "Reachable")]), 1);
    }

    #[test]
    fn a_page_that_takes_the_place_of_another_is_there_whichever_is_told_first() {
        assert_eq!(after(&[("a", "Reachable"), ("b", "NonQualified"), ("a", "Removed")]), 1);
        assert_eq!(after(&[("a", "Reachable"), ("a", "Removed"), ("b", "NonQualified")]), 1);
    }

    #[test]
    fn whoever_was_there_before_us_is_known_by_its_endpoint() {
        assert_eq!(after(&[("endpoint", "online")]), 1);
        assert_eq!(after(&[("endpoint", "online"), ("a", "Removed"), ("endpoint", "offline")]), 0);
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let mut registrations = Registrations::default();
        let endpoint = |state: &str| Endpoint {
            technology: "PJSIP".to_owned(),
            resource: "801".to_owned(),
            state: state.to_owned(),
        };
        registrations.is(&endpoint("online"));
        assert!(registrations.all().contains("801"));
        registrations.forget("801");
        assert!(registrations.all().is_empty());
    }
}

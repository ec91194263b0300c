//! The Asterisks: version, modules, trunk, phones, codecs, clocks.

use super::{CliError, Finding, clocks, softphone};
use crate::{
    config::{AsteriskConfig, Config},
    runtime::clock::Clock,
    switch::ari::{
        Address,
        inspect::{self, Inspection, VERSION_LEAST, Wishes, version_of},
    },
};

/// Looks at each Asterisk: can it do what the campaigns wish?
pub(super) async fn look(config: &Config, wishes: Wishes) -> Result<Vec<Finding>, CliError> {
    let settings = config.ari_settings()?;
    let mut findings = softphone::settings(&config.softphone);
    for address in &settings.servers {
        if address.is_overheard() {
            let says = format!("{}: the password and all that is said go over the network in clear text", address.url);
            findings.push(Finding::Doubtful(format!(
                "{says}: set tlsenable in http.conf and write https in asterisk.urls"
            )));
        }
        match inspect::inspect(address, settings.softphones.as_ref(), wishes).await {
            Ok(seen) => {
                let now = Clock::world_now();
                findings.extend(judge(address, &config.asterisk, &seen));
                findings.extend(seen.clock.map(|shows| clocks::judge(&address.url, shows, now)));
                findings.extend(softphone::at(&address.url, &config.softphone, &seen));
            }
            Err(error) => findings.push(Finding::Bad(
                format!("{}: {error}", address.url),
                "check asterisk.urls, http.conf (enabled = yes, bindaddr) and the user in ari.conf".to_owned(),
            )),
        }
    }
    Ok(findings)
}

/// What to think of an Asterisk that was looked at.
fn judge(address: &Address, config: &AsteriskConfig, seen: &Inspection) -> Vec<Finding> {
    let at = &address.url;
    let (major, minor, patch) = VERSION_LEAST;
    let least = format!("{major}.{minor}.{patch}");
    let mut findings = vec![match version_of(&seen.version) {
        Some(version) if version >= VERSION_LEAST => Finding::Good(format!("{at}: Asterisk {}", seen.version)),
        Some(_) => Finding::Bad(
            format!("{at}: Asterisk {} has known holes (CVE-2026-57191)", seen.version),
            format!("update it to {least} or later"),
        ),
        None => Finding::Doubtful(format!("{at}: version {} is not numbered; is it at least {least}?", seen.version)),
    }];
    for (module, what) in &seen.missing {
        findings.push(Finding::Bad(
            format!("{at}: {module} does not run: {what} will not work"),
            format!("load = {module} in modules.conf"),
        ));
    }
    let trunk = config.trunk.rsplit_once('@').map(|(_, trunk)| trunk);
    let of = |name: &str| seen.endpoints.iter().find(|endpoint| endpoint.resource == name);
    findings.push(match trunk.map(|name| (name, of(name))) {
        None => Finding::Doubtful(format!("{at}: asterisk.trunk names no endpoint after an @: it cannot be checked")),
        Some((name, None)) => Finding::Bad(
            format!("{at}: there is no endpoint {name}, which asterisk.trunk names"),
            "define it in pjsip.conf, or change asterisk.trunk".to_owned(),
        ),
        Some((name, Some(endpoint))) if endpoint.state == "offline" => Finding::Bad(
            format!("{at}: the trunk {name} is offline: no customer can be called"),
            "look at the contact of its aor and at the carrier".to_owned(),
        ),
        Some((name, Some(endpoint))) => Finding::Good(format!("{at}: the trunk {name} is {}", endpoint.state)),
    });
    let phones = seen.endpoints.iter().filter(|endpoint| Some(endpoint.resource.as_str()) != trunk);
    let (online, offline): (Vec<_>, Vec<_>) = phones.partition(|phone| phone.state == "online");
    let says = format!("{at}: {} phones are registered, {} are not", online.len(), offline.len());
    findings.push(if online.is_empty() { Finding::Doubtful(says) } else { Finding::Good(says) });
    findings.extend(trunk.into_iter().flat_map(|trunk| codecs(at, trunk, seen)));
    findings
}

/// Who shares no codec with the trunk: Asterisk would have to convert each call, where it can at all.
fn codecs(at: &str, trunk: &str, seen: &Inspection) -> Vec<Finding> {
    let Some(of_trunk) = seen.codecs.get(trunk) else { return Vec::new() };
    let phones = seen.codecs.iter().filter(|(name, _)| *name != trunk);
    let (shares, others): (Vec<_>, Vec<_>) =
        phones.partition(|(_, codecs)| codecs.iter().any(|codec| of_trunk.contains(codec)));
    let list = |codecs: &[String]| if codecs.is_empty() { "none".to_owned() } else { codecs.join(", ") };
    let bad = others.iter().map(|(name, codecs)| {
        Finding::Bad(
            format!(
                "{at}: {name} ({}) and the trunk {trunk} ({}) have no codec in common",
                list(codecs),
                list(of_trunk)
            ),
            format!(
                "allow = {} for the endpoint {name} in pjsip.conf, or allow one of its codecs for {trunk}",
                list(of_trunk)
            ),
        )
    });
    let good = Finding::Good(format!("{at}: {} phones share a codec with the trunk", shares.len()));
    bad.chain((!shares.is_empty()).then_some(good)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(version: &str, endpoints: &[(&str, &str)]) -> Vec<String> {
        let endpoint = |(name, state): &(&str, &str)| inspect::Endpoint {
            technology: "PJSIP".to_owned(),
            resource: (*name).to_owned(),
            state: (*state).to_owned(),
        };
        let seen = Inspection {
            version: version.to_owned(),
            endpoints: endpoints.iter().map(endpoint).collect(),
            ..Inspection::default()
        };
        let address = Address::new("http://localhost", "rappel", "secret", None).unwrap();
        judge(&address, &AsteriskConfig::default(), &seen).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn who_cannot_speak_with_the_trunk_is_named() {
        let codecs_of = |name: &str, codecs: &[&str]| {
            (name.to_owned(), codecs.iter().map(|codec| (*codec).to_owned()).collect::<Vec<_>>())
        };
        let codecs = [codecs_of("trunk", &["alaw", "ulaw"]), codecs_of("1001", &["ulaw"]), codecs_of("1002", &["gsm"])];
        let seen = Inspection { codecs: codecs.into(), ..Inspection::default() };
        let says: Vec<_> = super::codecs("pbx", "trunk", &seen).iter().map(ToString::to_string).collect();
        assert_eq!(
            says,
            [
                "BAD   pbx: 1002 (gsm) and the trunk trunk (alaw, ulaw) have no codec in common\n      allow = alaw, ulaw \
                 for the endpoint 1002 in pjsip.conf, or allow one of its codecs for trunk",
                "ok    pbx: 1 phones share a codec with the trunk",
            ]
        );
    }

    #[test]
    fn a_good_switch_is_good() {
        let says = seen("22.10.1", &[("trunk", "online"), ("1001", "online"), ("1002", "offline")]);
        assert_eq!(
            says,
            [
                "ok    http://localhost: Asterisk 22.10.1",
                "ok    http://localhost: the trunk trunk is online",
                "ok    http://localhost: 1 phones are registered, 1 are not",
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_do() {
        let says = seen("22.8.2", &[("1001", "offline")]).join("\n");
        for wanted in [
            "BAD   http://localhost: Asterisk 22.8.2 has known holes (CVE-2026-57191)\n      update it to 22.10.1 or later",
            "BAD   http://localhost: there is no endpoint trunk",
            "look  http://localhost: 0 phones are registered, 1 are not",
        ] {
            assert!(says.contains(wanted), "{wanted}\n{says}");
        }
        assert!(!says.contains("secret"));
        assert!(
            seen("22.10.1", &[("trunk", "offline")])
                .join("\n")
                .contains("BAD   http://localhost: the trunk trunk is offline")
        );
    }
}

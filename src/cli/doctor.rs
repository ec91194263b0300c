//! `rappel doctor`: is everything there that the working day needs, and what to change where it is not.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, Outcome};
use crate::{
    config::{AsteriskConfig, Config, SwitchKind},
    runtime::clock::Clock,
    store::Database,
    switch::ari::{
        Address,
        inspect::{self, Inspection, VERSION_LEAST, version_of},
    },
    zoneinfo,
};

/// Zone rules older than this may be wrong somewhere.
const ZONE_RULES_OLD_DAYS: i64 = 180;

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// The settings file that `rappel serve` will run with
    #[arg(long, env = "RAPPEL_CONFIG")]
    config: Option<PathBuf>,
    /// Where the data is kept: sqlite:PATH or <postgres://USER@HOST/NAME>
    #[arg(long, env = "RAPPEL_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The telephone network to look at
    #[arg(long, env = "RAPPEL_SWITCH", value_enum)]
    switch: Option<SwitchKind>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Finding {
    /// As it should be.
    Good(String),
    /// Works, and somebody should look at it.
    Doubtful(String),
    /// Does not work: what, and what to do.
    Bad(String, String),
}

pub(super) async fn run(args: DoctorArgs) -> Outcome {
    let mut config = match &args.config {
        Some(path) => Config::from_file(path)?,
        None => Config::default(),
    };
    if let Some(database) = args.database {
        config.database = database;
    }
    config.switch = args.switch.unwrap_or(config.switch);
    let mut findings = vec![zone_rules(), database(&config.database).await];
    match config.switch {
        SwitchKind::Simulated => {
            let hint = "the telephone network is simulated: nobody is called (switch = \"asterisk\" calls)";
            findings.push(Finding::Doubtful(hint.to_owned()));
        }
        SwitchKind::Asterisk => findings.extend(switches(&config).await?),
    }
    for finding in &findings {
        println!("{finding}");
    }
    let bad = findings.iter().filter(|finding| matches!(finding, Finding::Bad(..))).count();
    match bad {
        0 => Ok(()),
        1 => Err(CliError::new("one thing must be changed before anybody works with this")),
        bad => Err(CliError::new(format!("{bad} things must be changed before anybody works with this"))),
    }
}

fn zone_rules() -> Finding {
    let rules = zoneinfo::newest();
    let days = rules.age_days(Clock::world_now());
    let says = format!("time zone rules {} ({}), {days} days old", rules.version(), rules.source());
    if days > ZONE_RULES_OLD_DAYS {
        Finding::Doubtful(format!("{says}: update the package tzdata, or this program"))
    } else {
        Finding::Good(says)
    }
}

async fn database(url: &str) -> Finding {
    let kind = url.split(':').next().unwrap_or_default();
    match Database::open(url).await {
        Ok(db) => match db.teams().await {
            Ok(teams) => Finding::Good(format!("the {kind} database answers; {} teams", teams.len())),
            Err(error) => Finding::Bad(format!("the {kind} database: {error}"), "look at its log".to_owned()),
        },
        Err(error) => {
            Finding::Bad(format!("the {kind} database: {error}"), "check --database, and that it runs".to_owned())
        }
    }
}

async fn switches(config: &Config) -> Result<Vec<Finding>, CliError> {
    let settings = config.ari_settings()?;
    let mut findings = Vec::new();
    for address in &settings.servers {
        match inspect::inspect(address).await {
            Ok(seen) => findings.extend(judge(address, &config.asterisk, &seen)),
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
    findings
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Good(what) => write!(f, "ok    {what}"),
            Self::Doubtful(what) => write!(f, "look  {what}"),
            Self::Bad(what, hint) => write!(f, "BAD   {what}\n      {hint}"),
        }
    }
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
            missing: Vec::new(),
        };
        let address =
            Address { url: "http://pbx".to_owned(), user: "rappel".to_owned(), password: "secret".to_owned() };
        judge(&address, &AsteriskConfig::default(), &seen).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_good_switch_is_good() {
        let says = seen("22.10.1", &[("trunk", "online"), ("1001", "online"), ("1002", "offline")]);
        assert_eq!(
            says,
            [
                "ok    http://pbx: Asterisk 22.10.1",
                "ok    http://pbx: the trunk trunk is online",
                "ok    http://pbx: 1 phones are registered, 1 are not",
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_do() {
        let says = seen("22.8.2", &[("1001", "offline")]).join("\n");
        for wanted in [
            "BAD   http://pbx: Asterisk 22.8.2 has known holes (CVE-2026-57191)\n      update it to 22.10.1 or later",
            "BAD   http://pbx: there is no endpoint trunk",
            "look  http://pbx: 0 phones are registered, 1 are not",
        ] {
            assert!(says.contains(wanted), "{wanted}\n{says}");
        }
        assert!(!says.contains("secret"));
        assert!(
            seen("22.10.1", &[("trunk", "offline")])
                .join("\n")
                .contains("BAD   http://pbx: the trunk trunk is offline")
        );
    }
}

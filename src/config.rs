//! The settings of `rappel serve`: a file, the environment and flags become one checked [`Config`].
//!
//! A flag wins over the environment, the environment over the file, the file over the default. A key that is not known is
//! refused, in the file and in the environment: a mistyped setting that is silently ignored costs somebody a night.

use std::{
    borrow::Cow,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    domain::dial_plan::DialPlan,
    engine::Settings,
    switch::ari::{Address, AriPlan, AriSettings, AriSoftphones},
    telemetry::{self, LogFormat},
};

/// The settings file with every key, its default and what it means: `rappel serve --print-config`.
pub const TEMPLATE: &str = include_str!("config_template.toml");

/// Where the data is kept if nothing else is said.
pub const DATABASE_DEFAULT: &str = "sqlite:rappel.db";

/// The environment variables that are read.
pub const ENVIRONMENT: &[&str] = &[
    "RAPPEL_CONFIG",
    "RAPPEL_DATABASE",
    "RAPPEL_LISTEN",
    "RAPPEL_SWITCH",
    "RAPPEL_LOG",
    "RAPPEL_LOG_FORMAT",
    "RAPPEL_TOKEN",
    "RAPPEL_ASTERISK_PASSWORD",
];

/// A setting is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadConfig(pub String);

mod softphone;

pub use softphone::SoftphoneConfig;

/// The telephone network to steer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum SwitchKind {
    /// Seeded people, no telephone: for trying out and for training agents.
    #[default]
    Simulated,
    /// Asterisk 22, through ARI.
    Asterisk,
}

/// Which Asterisk to steer, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AsteriskConfig {
    /// Where ARI is: `http://HOST:PORT` or `https://HOST:PORT`, one or several.
    pub urls: Vec<String>,
    /// The ARI user.
    pub user: String,
    /// A file with the user's password; the environment variable `RAPPEL_ASTERISK_PASSWORD` comes before it.
    pub password_file: Option<PathBuf>,
    /// A file with the CAs, in PEM, that may sign the certificates of `https` servers; those this machine believes if none.
    pub ca_file: Option<PathBuf>,
    /// Our Stasis application.
    pub application: String,
    /// The endpoint of a telephone number.
    pub trunk: String,
    /// The endpoint of an extension.
    pub phone: String,
}

impl Default for AsteriskConfig {
    fn default() -> Self {
        let AriPlan { application, trunk, phone, .. } = AriPlan::default();
        let urls = vec!["http://127.0.0.1:8088".to_owned()];
        Self { urls, user: "rappel".to_owned(), password_file: None, ca_file: None, application, trunk, phone }
    }
}

impl AsteriskConfig {
    /// Everything needed to connect.
    ///
    /// # Errors
    /// No server, a template without the place for its number, or a password that cannot be read.
    pub fn settings(&self, engine: &Settings) -> Result<AriSettings, BadConfig> {
        for (key, template, place) in [("trunk", &self.trunk, "{number}"), ("phone", &self.phone, "{extension}")] {
            if !template.contains(place) {
                return Err(BadConfig(format!("asterisk.{key} is \"{template}\"; it must contain {place}")));
            }
        }
        if self.urls.is_empty() {
            return Err(BadConfig("asterisk.urls is empty: write where ARI is".to_owned()));
        }
        let plan = AriPlan {
            application: self.application.clone(),
            trunk: self.trunk.clone(),
            phone: self.phone.clone(),
            phone_seconds: engine.agent_phone_seconds,
            country: engine.dial_plan.country,
            ..AriPlan::default()
        };
        let password = self.password()?;
        let server = |url: &String| Address::new(url, &self.user, &password, self.ca_file.as_deref());
        let servers = self.urls.iter().map(server).collect::<Result<_, _>>();
        let servers = servers.map_err(|error| BadConfig(format!("asterisk.urls: {error}")))?;
        Ok(AriSettings { servers, plan, softphones: None })
    }

    fn password(&self) -> Result<String, BadConfig> {
        if let Ok(password) = std::env::var("RAPPEL_ASTERISK_PASSWORD") {
            return Ok(password);
        }
        let Some(path) = &self.password_file else {
            let hint = "set RAPPEL_ASTERISK_PASSWORD, or asterisk.password_file in the settings";
            return Err(BadConfig(format!("the password of the ARI user is missing: {hint}")));
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| BadConfig(format!("asterisk.password_file {} cannot be read: {error}", path.display())))?;
        Ok(text.trim_end().to_owned())
    }
}

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://...`.
    pub database: String,
    /// Where the API listens.
    pub listen: SocketAddr,
    /// The telephone network.
    pub switch: SwitchKind,
    /// Which Asterisk, where the switch is one.
    pub asterisk: AsteriskConfig,
    /// Telephones in agents' browsers.
    pub softphone: SoftphoneConfig,
    /// What the simulated people follow from.
    pub seed: u64,
    /// What is logged.
    pub log: String,
    /// How.
    pub log_format: LogFormat,
    /// The engine's own limits.
    pub engine: Settings,
    /// Requests a second that one token may make, on average.
    pub requests_per_second: u32,
}

impl Config {
    /// Everything needed to steer the Asterisks.
    ///
    /// # Errors
    /// As [`AsteriskConfig::settings`], and what does not go together where there are several Asterisks.
    pub fn ari_settings(&self) -> Result<AriSettings, BadConfig> {
        self.check_several()?;
        let settings = self.asterisk.settings(&self.engine)?;
        let softphones = self.softphone.is_on().then(|| AriSoftphones {
            plan: self.softphone.plan(),
            context: self.softphone.context.clone(),
            codecs: self.softphone.codecs.clone(),
        });
        Ok(AriSettings { softphones, ..settings })
    }

    /// Refuses phones that would be at one Asterisk only where there are several.
    fn check_several(&self) -> Result<(), BadConfig> {
        let (servers, websockets) = (self.asterisk.urls.len(), self.softphone.websocket_urls.len());
        if self.softphone.is_on() && websockets != servers {
            return Err(BadConfig(format!(
                "softphone.websocket_urls has {websockets} and asterisk.urls {servers}: a browser is at each Asterisk, as a \
                 call may come from any: write one websocket for each URL in asterisk.urls, in the same order"
            )));
        }
        if servers > 1 && self.engine.phones_stay_connected {
            return Err(BadConfig(
                "engine.phones_stay_connected is true and asterisk.urls names several: a phone that stays connected is at \
                 one of them only: leave one URL in asterisk.urls, or write false"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database: DATABASE_DEFAULT.to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8090)),
            switch: SwitchKind::default(),
            asterisk: AsteriskConfig::default(),
            softphone: SoftphoneConfig::default(),
            seed: 1,
            log: "info".to_owned(),
            log_format: LogFormat::default(),
            engine: Settings::default(),
            requests_per_second: 50,
        }
    }
}

/// The settings file as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database: Option<String>,
    listen: Option<SocketAddr>,
    switch: Option<SwitchKind>,
    seed: Option<u64>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    #[serde(default)]
    asterisk: AsteriskConfig,
    #[serde(default)]
    softphone: SoftphoneConfig,
    #[serde(default)]
    engine: EngineFile,
    #[serde(default)]
    dial_plan: DialPlan,
    #[serde(default)]
    limits: LimitsFile,
}

/// The parts of the file that have keys of their own.
const SECTIONS: [&str; 5] = ["asterisk", "softphone", "engine", "dial_plan", "limits"];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EngineFile {
    presence_seconds: Option<u32>,
    agent_phone_seconds: Option<u32>,
    hang_up_seconds: Option<u32>,
    audit_seconds: Option<u32>,
    callback_days_max: Option<u32>,
    answer_seconds: Option<u32>,
    placed_ring_seconds: Option<u32>,
    digits_outstanding_max: Option<u32>,
    digit_seconds: Option<u32>,
    agents_are_told: Option<bool>,
    phones_stay_connected: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsFile {
    requests_per_second: Option<u32>,
}

impl Config {
    /// Reads a settings file over the defaults.
    ///
    /// # Errors
    /// A file that cannot be read, or everything that is wrong in it, with its places.
    pub fn from_file(path: &Path) -> Result<Self, BadConfig> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| BadConfig(format!("{} cannot be read: {error}", path.display())))?;
        Self::from_text(&text).map_err(|BadConfig(wrong)| {
            let lines: Vec<_> = wrong.lines().map(|line| format!("\n  {line}")).collect();
            BadConfig(format!("{} has wrong settings:{}", path.display(), lines.concat()))
        })
    }

    /// Reads the text of a settings file over the defaults.
    ///
    /// # Errors
    /// Everything that is wrong, a line each, with its place.
    pub fn from_text(text: &str) -> Result<Self, BadConfig> {
        let (table, mistakes) = DeTable::parse_recoverable(text);
        let mut wrong: Vec<(usize, String)> =
            mistakes.iter().map(|it| (it.span().map_or(0, |span| span.start), it.message().to_owned())).collect();
        if wrong.is_empty() {
            wrong = wrong_keys(table.get_ref());
        }
        if wrong.is_empty() {
            return Self::from_table(table).map_err(BadConfig);
        }
        wrong.sort();
        let line = |at: usize| 1 + text[..text.floor_char_boundary(at)].matches('\n').count();
        let told: Vec<_> = wrong.iter().map(|(at, what)| format!("line {}: {what}", line(*at))).collect();
        Err(BadConfig(told.join("\n")))
    }

    fn from_table(table: Spanned<DeTable<'_>>) -> Result<Self, String> {
        let file =
            File::deserialize(toml::de::Deserializer::from(table)).map_err(|error| error.message().to_owned())?;
        if let Some(log) = &file.log {
            telemetry::check_filter(log).map_err(|wrong| format!("log: {wrong}"))?;
        }
        let default = Self::default();
        let engine = Settings {
            presence_seconds: within("engine.presence_seconds", file.engine.presence_seconds, 3, 3_600)?
                .unwrap_or(default.engine.presence_seconds),
            agent_phone_seconds: within("engine.agent_phone_seconds", file.engine.agent_phone_seconds, 1, 120)?
                .unwrap_or(default.engine.agent_phone_seconds),
            hang_up_seconds: within("engine.hang_up_seconds", file.engine.hang_up_seconds, 1, 60)?
                .unwrap_or(default.engine.hang_up_seconds),
            audit_seconds: within("engine.audit_seconds", file.engine.audit_seconds, 5, 600)?
                .unwrap_or(default.engine.audit_seconds),
            callback_days_max: within("engine.callback_days_max", file.engine.callback_days_max, 1, 3_660)?
                .unwrap_or(default.engine.callback_days_max),
            dial_plan: file.dial_plan,
            answer_seconds: within("engine.answer_seconds", file.engine.answer_seconds, 5, 120)?
                .unwrap_or(default.engine.answer_seconds),
            placed_ring_seconds: within("engine.placed_ring_seconds", file.engine.placed_ring_seconds, 15, 180)?
                .unwrap_or(default.engine.placed_ring_seconds),
            digits_outstanding_max: within("engine.digits_outstanding_max", file.engine.digits_outstanding_max, 1, 50)?
                .unwrap_or(default.engine.digits_outstanding_max),
            digit_seconds: within("engine.digit_seconds", file.engine.digit_seconds, 1, 60)?
                .unwrap_or(default.engine.digit_seconds),
            agents_are_told: file.engine.agents_are_told.unwrap_or(default.engine.agents_are_told),
            phones_stay_connected: file.engine.phones_stay_connected.unwrap_or(default.engine.phones_stay_connected),
            second_calls: file.asterisk.urls.len() < 2,
        };
        Ok(Self {
            database: file.database.unwrap_or(default.database),
            listen: file.listen.unwrap_or(default.listen),
            switch: file.switch.unwrap_or(default.switch),
            asterisk: file.asterisk,
            softphone: file.softphone.checked()?,
            seed: file.seed.unwrap_or(default.seed),
            log: file.log.unwrap_or(default.log),
            log_format: file.log_format.unwrap_or(default.log_format),
            engine,
            requests_per_second: within("limits.requests_per_second", file.limits.requests_per_second, 1, 10_000)?
                .unwrap_or(default.requests_per_second),
        })
    }
}

/// What is wrong with each key, asked of it alone: a reader of the whole file stops at the first.
fn wrong_keys(table: &DeTable<'_>) -> Vec<(usize, String)> {
    let asked = table.iter().flat_map(|(name, value)| match value.get_ref() {
        DeValue::Table(section) if SECTIONS.contains(&&**name.get_ref()) => wrong_in_section(name, section),
        _ => problem_of(name, alone(name, value)).into_iter().collect(),
    });
    asked.collect()
}

/// What is wrong with the keys of a section. Where two do not go together, none of them is wrong alone: then it is the section.
fn wrong_in_section<'t>(name: &Key<'t>, section: &DeTable<'t>) -> Vec<(usize, String)> {
    let with = |keys: &[(&Key<'t>, &Spanned<DeValue<'t>>)]| {
        let inner = keys.iter().map(|(key, value)| ((*key).clone(), (*value).clone())).collect();
        alone(name, &Spanned::new(0..0, DeValue::Table(inner)))
    };
    let (mut good, doubtful): (Vec<_>, Vec<_>) =
        section.iter().partition(|(key, value)| problem_of(key, with(&[(*key, *value)])).is_none());
    let mut wrong = Vec::new();
    for (key, value) in doubtful {
        // Beside those that are good: it may be wrong without one of them only.
        match problem_of(key, with(&[good.as_slice(), &[(key, value)]].concat())) {
            Some(problem) => wrong.push(problem),
            None => good.push((key, value)),
        }
    }
    if wrong.is_empty() {
        wrong.extend(problem_of(name, with(&good)));
    }
    wrong
}

type Key<'t> = Spanned<Cow<'t, str>>;

/// What is wrong with a table that is there for the sake of this key.
fn problem_of(key: &Key<'_>, table: DeTable<'_>) -> Option<(usize, String)> {
    let what = Config::from_table(Spanned::new(0..0, table)).err()?;
    let what = if what.contains(&**key.get_ref()) { what } else { format!("{}: {what}", key.get_ref()) };
    Some((key.span().start, what))
}

/// A table with this key and no other.
fn alone<'t>(name: &Key<'t>, value: &Spanned<DeValue<'t>>) -> DeTable<'t> {
    DeTable::from_iter([(name.clone(), value.clone())])
}

fn within(key: &str, value: Option<u32>, least: u32, most: u32) -> Result<Option<u32>, String> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(format!("{key} is {value}; it must be from {least} to {most}"))
        }
        value => Ok(value),
    }
}

/// Refuses a variable that begins with `RAPPEL_` and is not one of ours.
///
/// # Errors
/// The variable, and those there are.
pub fn check_environment(names: impl Iterator<Item = String>) -> Result<(), BadConfig> {
    for name in names.filter(|name| name.starts_with("RAPPEL_")) {
        if !ENVIRONMENT.contains(&name.as_str()) {
            let known = ENVIRONMENT.join(", ");
            return Err(BadConfig(format!("the environment variable {name} is not known; there are {known}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_the_defaults() {
        // Every line of the template uncommented is the default.
        let text: String = TEMPLATE
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.contains(" = ") || setting.starts_with('[') => format!("{setting}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let (file, default) = (Config::from_text(&text).unwrap(), Config::default());
        assert_eq!(format!("{file:?}"), format!("{default:?}"));
        for key in
            ["presence_seconds", "requests_per_second", "listen", "database", "switch", "log_format", "emergency"]
        {
            assert!(text.contains(key), "{key} is not in the template");
        }
    }

    #[test]
    fn phones_that_stay_connected_are_refused_with_several_asterisks() {
        let stay = "[engine]\nphones_stay_connected = true\n";
        let several = "[asterisk]\nurls = [\"http://127.0.0.1:8088\", \"http://127.0.0.1:8089\"]\n";
        let check = |text: &str| Config::from_text(text).unwrap().check_several();
        let wrong = check(&format!("{stay}{several}")).unwrap_err().to_string();
        assert!(wrong.contains("engine.phones_stay_connected"), "{wrong}");
        assert_eq!((check(stay), check(several)), (Ok(()), Ok(())));
        let second_calls = |text: &str| Config::from_text(text).unwrap().engine.second_calls;
        assert!(second_calls(stay) && !second_calls(several), "a phone is at one of them");
    }

    #[test]
    fn unknown_keys_and_wrong_ranges_are_refused_with_their_place() {
        let unknown = Config::from_text("listn = \"127.0.0.1:1\"").unwrap_err().to_string();
        assert!(unknown.contains("listn") && unknown.contains("line 1"), "{unknown}");
        let all = Config::from_text(
            "listn = \"127.0.0.1:1\"\nseed = \"x\"\nlog = \"bla,,\"\n[engin]\na = 1\n[limits]\nper_second = 1\n\
             requests_per_second = 0\n[engine]\npresence = 1\naudit_seconds = 1",
        )
        .unwrap_err()
        .to_string();
        insta::assert_snapshot!(all, @r#"
        line 1: unknown field `listn`, expected one of `database`, `listen`, `switch`, `seed`, `log`, `log_format`, `asterisk`, `softphone`, `engine`, `dial_plan`, `limits`
        line 2: seed: invalid type: string "x", expected u64
        line 3: log: "bla" does not say what is logged: write a level like info, or rappel=debug,sqlx=warn
        line 4: unknown field `engin`, expected one of `database`, `listen`, `switch`, `seed`, `log`, `log_format`, `asterisk`, `softphone`, `engine`, `dial_plan`, `limits`
        line 7: unknown field `per_second`, expected `requests_per_second`
        line 8: limits.requests_per_second is 0; it must be from 1 to 10000
        line 10: unknown field `presence`, expected one of `presence_seconds`, `agent_phone_seconds`, `hang_up_seconds`, `audit_seconds`, `callback_days_max`, `answer_seconds`, `placed_ring_seconds`, `digits_outstanding_max`, `digit_seconds`, `agents_are_told`, `phones_stay_connected`
        line 11: engine.audit_seconds is 1; it must be from 5 to 600
        "#);
        let syntax = Config::from_text("seed = 1\nlog = \nlisten = x").unwrap_err().to_string();
        assert!(syntax.contains("line 2: ") && syntax.contains("line 3: "), "{syntax}");
        let range = Config::from_text("[engine]\npresence_seconds = 0").unwrap_err().to_string();
        assert!(range.contains("from 3 to 3600"), "{range}");
        let digits = Config::from_text("[dial_plan]\nextension_digits_max = 9").unwrap_err().to_string();
        assert!(digits.contains("write 1 to 6") && digits.starts_with("line 2: "), "{digits}");
        let unknown = Config::from_text(
            "[dial_plan]\nextension_digits_max = 1\npremium = true\nextension_digits_min = 1\n[asterisk]\nurl = 1",
        );
        insta::assert_snapshot!(unknown.unwrap_err().to_string(), @r"
        line 3: unknown field `premium`, expected one of `country`, `countries`, `extensions_allowed`, `extension_digits_min`, `extension_digits_max`, `denied_prefixes`, `premium_allowed`, `satellite_allowed`, `emergency`
        line 6: unknown field `url`, expected one of `urls`, `user`, `password_file`, `ca_file`, `application`, `trunk`, `phone`
        ");
        let together = "seed = 1\n[dial_plan]\nextension_digits_min = 5\nextension_digits_max = 4";
        let together = Config::from_text(together).unwrap_err().to_string();
        assert!(together.starts_with("line 2: dial_plan: extensions have"), "{together}");
        let variable = check_environment(["RAPPEL_DATABSE".to_owned()].into_iter()).unwrap_err().to_string();
        assert!(variable.contains("RAPPEL_DATABSE") && variable.contains("RAPPEL_DATABASE"), "{variable}");
    }
}

//! A telephone network for tests: Asterisk as the switch, `SIPp` as the carrier, baresip as agents' phones and as customers. All of
//! it on the loopback interface, started by the first test that asks, ended with the test run.
//!
//! | who | where | |
//! | --- | --- | --- |
//! | Asterisk | 127.77.N.1, SIP 5060, ARI 8088 | as `tests/telephony/asterisk` says |
//! | phones 1001 to 1004 | 127.77.N.11 to 14 | registered; answer by themselves when a header asks for it |
//! | another Asterisk | 127.77.N.3 | for tests that ask: [`second`] |
//! | the carrier | 127.77.N.2, SIP 5060 | `tests/telephony/carrier.csv` says what each number does |
//! | customers | 127.77.N.2, SIP 5190 to 5198 | called by 555-0190 to 0194; they call through the trunk |
//!
//! What everybody said lies in `/tmp/rappel-telephony-N` until the next run.

pub mod ari;
pub mod browser;
pub mod carrier;
mod certificates;
mod network;
pub mod phone;
pub mod process;
pub mod second;
pub mod sound;

use std::{
    collections::BTreeSet,
    env, fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use reqwest::Method;
use serde_json::Value;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use ari::Ari;
use network::{ARI, CONTROL, Network, SIP};
use phone::{Account, Phone};
use process::{Program, last_words};

/// The longest a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Files that Asterisk wants to find although there is nothing to say in them.
const EMPTY: &[&str] = &["acl", "ccss", "cel", "features", "pjproject", "udptl", "websocket_client"];

/// What Asterisk says, in the folder of the run.
const ASTERISK_LOG: &str = "log/messages";

static RIG: Mutex<Option<Rig>> = Mutex::const_new(None);

pub struct Rig {
    pub ari_url: String,
    /// The same with TLS.
    pub tls_url: String,
    pub user: String,
    pub password: String,
    /// 1001 to 1004.
    pub phones: [Phone; 4],
    /// +1 NPA 555-0190 to 0194.
    pub customers: [Phone; 5],
    asterisk: Program,
    _carrier: Program,
    prefix: PathBuf,
    folder: PathBuf,
    network: Network,
}

impl Rig {
    /// The network, all lines idle. It is this test's until the test is over; others wait.
    pub async fn start() -> MappedMutexGuard<'static, Self> {
        let mut rig = RIG.lock().await;
        if rig.is_none() {
            *rig = Some(Self::build().await);
        }
        let mut rig = MutexGuard::map(rig, |rig| rig.as_mut().expect("it was built"));
        rig.until_ready().await;
        rig.until_idle().await;
        rig
    }

    async fn build() -> Self {
        let prefix = prefix();
        let network = Network::claim();
        let folder = env::temp_dir().join(format!("rappel-telephony-{}", network.third));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).expect("a folder can be made");
        let password = new_password();
        write_configuration(&prefix, &folder, &network, network.switch(), &password);
        // The carrier first: Asterisk asks it once when it starts whether it is there.
        let carrier = start_carrier(&prefix, &folder, &network);
        let asterisk = start_asterisk(&prefix, &folder);
        let ari_url = format!("http://{}:{ARI}/ari", network.switch());
        let tls_url = format!("https://{}:8089", network.switch());
        until_answers(&ari_url, &folder).await;
        let phones = [1, 2, 3, 4].map(|nth: u8| {
            let account = Account {
                name: format!("100{nth}"),
                address: network.phone(nth),
                port: SIP,
                control: CONTROL,
                password: Some(password.clone()),
                switch: network.switch(),
                answers_by_itself: false,
                frequency: sound::PHONES[usize::from(nth) - 1],
            };
            Phone::start(&prefix, folder.join(format!("phone-{nth}")), account)
        });
        let customers = [0, 1, 2, 3, 4].map(|nth: u16| {
            let account = Account {
                name: format!("+1312555019{nth}"),
                address: network.carrier(),
                port: 5190 + 2 * nth,
                control: CONTROL + nth,
                password: None,
                switch: network.switch(),
                answers_by_itself: nth < 2,
                frequency: sound::CUSTOMERS[usize::from(nth)],
            };
            Phone::start(&prefix, folder.join(format!("customer-{nth}")), account)
        });
        Self {
            ari_url,
            tls_url,
            user: "rappel".to_owned(),
            password,
            phones,
            customers,
            asterisk,
            _carrier: carrier,
            prefix,
            folder,
            network,
        }
    }

    /// Requests to the switch.
    pub fn ari(&self) -> Ari {
        Ari::of(&self.ari_url, &self.user, &self.password)
    }

    /// Where the carrier takes calls.
    pub fn carrier(&self) -> SocketAddr {
        (self.network.carrier(), SIP).into()
    }

    /// A file of [`certificates`].
    pub fn certificate(&self, name: &str) -> PathBuf {
        self.folder.join("etc/keys").join(name)
    }

    /// A command of Asterisk's own command line, and what it says.
    pub fn cli(&self, command: &str) -> String {
        let config = self.folder.join("etc/asterisk.conf");
        let mut asterisk = Command::new(self.prefix.join("usr/sbin/asterisk"));
        let output = asterisk.arg("-C").arg(config).args(["-rx", command]).output().expect("asterisk can be run");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Waits until exactly these tones are in a whole second of a recording that goes on.
    pub async fn until_taped(&self, path: &str, tones: &[u32]) {
        let path = self.recordings().join(path);
        let wanted = tones.iter().copied().collect::<BTreeSet<u32>>();
        let (late, second) = (sound::RATE as usize / 4, sound::RATE as usize);
        let mut taped = BTreeSet::new();
        let mut again = tokio::time::interval(Duration::from_millis(50));
        for _ in 0..8 {
            let before = phone::samples(&path).len();
            let grows = async {
                loop {
                    again.tick().await;
                    let samples = phone::samples(&path);
                    if samples.len() >= before + late + second {
                        let mut heard = sound::frequencies(&samples[samples.len() - second..]);
                        heard.remove(&sound::MUSIC);
                        return heard;
                    }
                }
            };
            taped = tokio::time::timeout(PATIENCE, grows).await.expect("the recording goes on");
            if taped == wanted {
                return;
            }
        }
        panic!("{wanted:?} should be on tape and {taped:?} are");
    }

    /// Nothing is added to a recording while the people talk on. What was said before may come late, in pieces.
    pub async fn nothing_taped(&self, path: &str) {
        let path = self.recordings().join(path);
        // As long as a second of the call takes to be heard.
        self.customers[0].hears().await;
        let before = phone::samples(&path).len();
        self.customers[0].hears().await;
        assert_eq!(phone::samples(&path).len(), before, "the recording grows");
    }

    /// The folder of recordings is taken away and a file put there, or it is back.
    pub fn forbid_recordings(&self, forbidden: bool) {
        let folder = self.recordings();
        if forbidden {
            fs::remove_dir_all(&folder).expect("the folder");
            fs::write(&folder, "").expect("a file");
        } else {
            fs::remove_file(&folder).expect("the file");
            fs::create_dir_all(&folder).expect("a folder");
        }
    }

    fn recordings(&self) -> PathBuf {
        self.folder.join("spool/recording")
    }

    /// Asterisk dies, without a word to anybody.
    pub fn kill_asterisk(&mut self) {
        self.asterisk.end("KILL");
    }

    /// Asterisk says and does nothing any more, and closes nothing: as if its cable were cut. Or it goes on.
    pub fn freeze_asterisk(&self, is_frozen: bool) {
        let pid = fs::read_to_string(self.folder.join("run/asterisk.pid")).expect("Asterisk wrote its number");
        let signal = if is_frozen { "-STOP" } else { "-CONT" };
        let sent = Command::new("kill").args([signal, pid.trim()]).status().expect("kill is there");
        assert!(sent.success(), "{signal} {pid}");
    }

    /// Asterisk ends as it does when its machine is shut down, all calls with it, and starts again. After
    /// [`Rig::kill_asterisk`] it just starts.
    pub async fn asterisk_restart(&mut self) {
        self.asterisk.end("TERM");
        self.asterisk = start_asterisk(&self.prefix, &self.folder);
        self.until_ready().await;
    }

    /// Waits until Asterisk knows where the carrier and the phones are.
    async fn until_ready(&self) {
        let ari = self.ari();
        let mut offline = Vec::new();
        let ready = async {
            let mut again = tokio::time::interval(Duration::from_millis(50));
            loop {
                again.tick().await;
                let Some((200, endpoints)) = ari.ask(Method::GET, "/endpoints/PJSIP", &Value::Null).await else {
                    continue;
                };
                let endpoints = endpoints.as_array().expect("a list");
                let is_offline =
                    endpoints.iter().filter(|endpoint| endpoint["state"] != "online" && !is_softphone(endpoint));
                offline =
                    is_offline.map(|endpoint| endpoint["resource"].as_str().expect("a name").to_owned()).collect();
                if offline.is_empty() && !endpoints.is_empty() {
                    return;
                }
                // By itself Asterisk asks who is there every half a minute only.
                for endpoint in &offline {
                    self.cli(&format!("pjsip qualify {endpoint}"));
                }
            }
        };
        let ready = tokio::time::timeout(PATIENCE, ready).await;
        assert!(ready.is_ok(), "not everybody is online: {offline:?}. {}", last_words(&self.folder.join(ASTERISK_LOG)));
    }

    /// Ends what a test before has left.
    async fn until_idle(&mut self) {
        for phone in self.phones.iter_mut().chain(&mut self.customers) {
            phone.take_up().await;
        }
        let ari = self.ari();
        let endpoints = ari.done(Method::GET, "/endpoints/PJSIP", &Value::Null).await;
        for phone in endpoints.as_array().expect("a list").iter().filter(|endpoint| is_softphone(endpoint)) {
            let name = phone["resource"].as_str().expect("a name");
            let path = format!("/asterisk/config/dynamic/res_pjsip/endpoint/{name}");
            ari.ask(Method::DELETE, &path, &Value::Null).await;
        }
        let idle = async {
            let mut again = tokio::time::interval(Duration::from_millis(20));
            for kind in ["channels", "bridges"] {
                loop {
                    again.tick().await;
                    let all = ari.done(Method::GET, &format!("/{kind}"), &Value::Null).await;
                    let all = all.as_array().expect("a list");
                    for one in all {
                        let id = one["id"].as_str().expect("an id");
                        ari.ask(Method::DELETE, &format!("/{kind}/{id}"), &Value::Null).await;
                    }
                    if all.is_empty() {
                        break;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, idle).await.expect("the calls of the test before end");
    }
}

/// Those that Rappel makes are named so.
fn is_softphone(endpoint: &Value) -> bool {
    endpoint["resource"].as_str().is_some_and(|name| name.starts_with("80"))
}

/// Waits until Asterisk answers at all. Phones that asked before would wait before they ask again.
async fn until_answers(ari_url: &str, folder: &Path) {
    let client = reqwest::Client::new();
    let answers = async {
        let mut again = tokio::time::interval(Duration::from_millis(20));
        while client.get(ari_url).send().await.is_err() {
            again.tick().await;
        }
    };
    let answers = tokio::time::timeout(PATIENCE, answers).await;
    assert!(answers.is_ok(), "Asterisk does not answer. {}", last_words(&folder.join(ASTERISK_LOG)));
}

/// Where `tests/telephony/install` has put the programs.
fn prefix() -> PathBuf {
    let home = || PathBuf::from(env::var_os("HOME").expect("a home")).join(".cache/rappel-telephony");
    let prefix = env::var_os("RAPPEL_TELEPHONY").map_or_else(home, PathBuf::from);
    let there = prefix.join("STAMP").is_file();
    assert!(there, "Asterisk is not in {}: run tests/telephony/install", prefix.display());
    prefix
}

fn new_password() -> String {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("the system has randomness");
    format!("{:032x}", u128::from_be_bytes(bits))
}

/// Our configuration, with the addresses, the password and the folders of this run.
fn write_configuration(prefix: &Path, folder: &Path, network: &Network, switch: Ipv4Addr, password: &str) {
    for name in ["etc", "lib/keys", "data/moh", "spool/recording", "run", "log"] {
        fs::create_dir_all(folder.join(name)).expect("a folder can be made");
    }
    let modules = fs::read_dir(prefix.join("usr/lib")).expect("the libraries").flatten();
    let modules = modules.map(|entry| entry.path().join("asterisk/modules")).find(|path| path.is_dir());
    let modules = modules.expect("Asterisk's modules").display().to_string();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/telephony/asterisk");
    for entry in fs::read_dir(ours).expect("the configuration").flatten() {
        let text = fs::read_to_string(entry.path()).expect("a file of text");
        let text = text
            .replace("127.0.0.1", &switch.to_string())
            .replace("127.0.0.", &network.prefix())
            .replace("change-me", password)
            .replace("/etc/asterisk/", &format!("{}/etc/", folder.display()))
            .replace("@RUN@", &folder.display().to_string())
            .replace("@PREFIX@", &prefix.display().to_string())
            .replace("@MODULES@", &modules);
        fs::write(folder.join("etc").join(entry.file_name()), text).expect("a file");
    }
    certificates::write(&folder.join("etc/keys"), switch);
    for name in EMPTY {
        fs::write(folder.join(format!("etc/{name}.conf")), "").expect("a file");
    }
    fs::write(folder.join("etc/cdr.conf"), "[general]\nenable = no\n").expect("a file");
    for name in ["documentation", "rest-api", "sounds"] {
        let there = prefix.join("usr/share/asterisk").join(name);
        std::os::unix::fs::symlink(there, folder.join("data").join(name)).expect("a link");
    }
    sound::write_alaw(&folder.join("data/moh/hum.alaw"), &sound::long_tone(sound::MUSIC, 10)).expect("a file");
}

fn start_asterisk(prefix: &Path, folder: &Path) -> Program {
    let config = folder.join("etc/asterisk.conf");
    let config = config.to_str().expect("a plain path");
    Program::start(&folder.join("log/asterisk"), &prefix.join("usr/sbin/asterisk"), &["-C", config, "-f", "-T"])
}

fn start_carrier(prefix: &Path, folder: &Path, network: &Network) -> Program {
    let own = folder.join("carrier");
    fs::create_dir_all(&own).expect("a folder can be made");
    for (name, samples) in sound::carrier_sounds() {
        sound::write_alaw(&own.join(name).with_extension("alaw"), &samples).expect("a file");
    }
    let path = |name: &str| own.join(name).to_str().expect("a plain path").to_owned();
    fs::write(path("scenario.xml"), carrier::scenario(&own)).expect("a file");
    let (switch, here) = (format!("{}:{SIP}", network.switch()), network.carrier().to_string());
    Program::start(
        &own.join("log"),
        &prefix.join("usr/bin/sipp"),
        &[
            &switch,
            "-sf",
            &path("scenario.xml"),
            "-i",
            &here,
            "-p",
            &SIP.to_string(),
            "-mi",
            &here,
            "-mp",
            "40000",
            "-rtp_echo",
            "-ci",
            &here,
            "-nostdin",
            // It would end itself on a machine that is busy with other tests.
            "-watchdog_interval",
            "0",
            "-trace_err",
            "-error_file",
            &path("errors"),
        ],
    )
}

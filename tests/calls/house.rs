//! A contact centre for one test: the program serves with the real switch, two agents are at their phones.

use std::fs;

use serde_json::{Value, json};
use tokio::sync::MappedMutexGuard;

use crate::{
    process::{Page, Place, Server, token},
    support::rig::{
        Rig,
        second::Second,
        sound::{MUSIC, PHONES},
    },
};

pub const CAMPAIGN: &str = r#"
name = "spring"
team = "north"
country = "US"
hours = { daily = ["00:00-24:00"] }
preview = { seconds_max = 600 }
call = { ring_seconds_max = 15, caller_id = "+13125550100" }
wrap_up = { mode = "not_allowed" }
"#;

const QUEUE: &str = "name = \"support\"\nteam = \"north\"\nwrap_up = { mode = \"not_allowed\" }\n";

/// Instead of settings: the switch is spoken to with TLS.
pub const TLS: &str = "tls";
/// At the end of settings: agents' phones stay connected between calls.
pub const STANDING: &str = "[engine]\npresence_seconds = 600\nphones_stay_connected = true\n";

pub struct House {
    /// The other Asterisk, where there are two. It ends before the network is another test's.
    pub second: Option<Second>,
    pub rig: MappedMutexGuard<'static, Rig>,
    pub place: Place,
    server: Option<Server>,
    settings: String,
    pub alice: Page,
    pub bob: Page,
    pub admin: Page,
}

impl House {
    /// Customers of these last two digits wait to be called: `tests/telephony/carrier.csv` says what each does.
    pub async fn with(digits: &[&str]) -> Self {
        Self::with_settings(digits, "").await
    }

    /// With more settings of telephones in browsers.
    pub async fn with_settings(digits: &[&str], settings: &str) -> Self {
        Self::calling(CAMPAIGN, digits, settings).await
    }

    /// As `with_settings`, with two Asterisks.
    pub async fn with_two(digits: &[&str], settings: &str) -> Self {
        let rig = Rig::start().await;
        let second = Second::start(&rig).await;
        let house = Self::at(rig, Some(second), CAMPAIGN, digits, settings).await;
        house.connected_to(1, true).await;
        house
    }

    /// With a campaign for which the switch listens who answers.
    pub async fn listening(digits: &[&str]) -> Self {
        let campaign = format!("{CAMPAIGN}detection = {{ answering_machine = true, fax = true }}\n");
        Self::calling(&campaign, digits, "").await
    }

    /// With a campaign; `rules` goes to the end of its file.
    pub async fn with_rules(digits: &[&str], rules: &str) -> Self {
        Self::calling(&format!("{CAMPAIGN}{rules}"), digits, "").await
    }

    /// With such a campaign, and phones that stay connected between calls.
    pub async fn standing_with_rules(digits: &[&str], rules: &str) -> Self {
        Self::calling(&format!("{CAMPAIGN}{rules}"), digits, STANDING).await
    }

    async fn calling(campaign: &str, digits: &[&str], settings: &str) -> Self {
        Self::at(Rig::start().await, None, campaign, digits, settings).await
    }

    async fn at(
        rig: MappedMutexGuard<'static, Rig>,
        second: Option<Second>,
        campaign: &str,
        digits: &[&str],
        settings: &str,
    ) -> Self {
        let place = Place::new();
        fs::write(place.path("spring.toml"), campaign).unwrap();
        fs::write(place.path("support.toml"), QUEUE).unwrap();
        place.ok(&["campaign", "apply", "spring.toml"]);
        place.ok(&["queue", "apply", "support.toml"]);
        place.ok(&["queue", "open", "support"]);
        let alice = token(&place.ok(&["agent", "add", "alice", "--team", "north"]));
        let bob = token(&place.ok(&["agent", "add", "bob", "--team", "north"]));
        let admin = token(&place.ok(&["token", "create", "--role", "admin"]));
        let row = |(i, xx): (usize, &&str)| format!("A{i},Ann,Number {xx},312-555-01{xx}\n");
        place.list("march.csv", &digits.iter().enumerate().map(row).collect::<String>());
        place.ok(&["load", "march.csv", "--campaign", "spring"]);
        place.ok(&["campaign", "start", "spring"]);
        let settings = settings.to_owned();
        let server = serve(&rig, second.as_ref(), &place, &settings);
        let page = |token: &str| Page::new(&server, token);
        let (alice, bob, admin) = (page(&alice), page(&bob), page(&admin));
        let house = Self { second, rig, place, alice, bob, admin, server: Some(server), settings };
        house.connected(true).await;
        for (page, extension) in [(&house.alice, "1001"), (&house.bob, "1002")] {
            let (status, view) = page.ask("POST", "/v1/me/session", Some(json!({ "extension": extension }))).await;
            assert_eq!(status, 200, "{view}");
        }
        house
    }

    /// Waits until the program says that it hears the switch, or that it does not.
    pub async fn connected(&self, wanted: bool) {
        self.connected_to(0, wanted).await;
    }

    /// The same of this one of the Asterisks.
    pub async fn connected_to(&self, nth: usize, wanted: bool) {
        until_server(&self.admin, nth, |server| server["is_connected"] == wanted).await;
    }

    /// Waits until so many telephones in browsers are registered at this one of the Asterisks, and the program knows.
    pub async fn softphones_at(&self, nth: usize, wanted: usize) {
        until_server(&self.admin, nth, |server| server["softphones"] == wanted).await;
    }

    /// How many lines each Asterisk has.
    pub async fn lines(&self) -> Vec<u64> {
        let (_, health) = self.admin.ask("GET", "/health", None).await;
        health["switch_servers"].as_array().unwrap().iter().map(|server| server["lines"].as_u64().unwrap()).collect()
    }

    /// The program is killed without a word, and starts again.
    pub async fn killed_and_started_again(&mut self) {
        self.server.take().expect("it serves").kill();
        let server = serve(&self.rig, self.second.as_ref(), &self.place, &self.settings);
        for page in [&mut self.alice, &mut self.bob, &mut self.admin] {
            page.moves_to(&server);
        }
        self.server = Some(server);
        self.connected(true).await;
    }

    /// Alice is Ready, gets a preview and accepts it.
    pub async fn alice_accepts(&self) -> Value {
        self.ready(&self.alice).await;
        let view = self.alice.until(|view| view["preview"].is_object()).await;
        let id = view["preview"]["reservation_id"].as_str().unwrap();
        let (status, view) = self.alice.ask("POST", &format!("/v1/me/preview/{id}/accept"), None).await;
        assert_eq!(status, 200, "{view}");
        view["dialogs"][0].clone()
    }

    /// As `alice_accepts`, until the customer has answered.
    pub async fn alice_talks(&self) -> String {
        self.alice_accepts().await;
        let view = self.alice.until(|view| view["dialogs"][0]["phase"] == "talking").await;
        view["dialogs"][0]["dialog_id"].as_str().unwrap().to_owned()
    }

    pub async fn ready(&self, page: &Page) {
        let (status, view) = page.ask("PUT", "/v1/me/state", Some(json!({ "state": "ready" }))).await;
        assert_eq!(status, 200, "{view}");
    }

    /// Something an agent does in a dialog.
    pub async fn acts(&self, page: &Page, dialog: &str, act: &str, body: Option<Value>) -> Value {
        let (status, view) = page.ask("POST", &format!("/v1/me/dialogs/{dialog}/{act}"), body).await;
        assert_eq!(status, 200, "{act}: {view}");
        view
    }

    /// Alice holds her first customer, who hears music, and takes them back.
    pub async fn alice_holds_and_retrieves(&self, dialog: &str) {
        self.acts(&self.alice, dialog, "hold", None).await;
        self.rig.customers[0].until_hears(&[MUSIC]).await;
        self.acts(&self.alice, dialog, "retrieve", None).await;
        self.rig.customers[0].until_hears(&[PHONES[0]]).await;
    }

    /// The agent's dialog of this kind.
    pub async fn dialog(&self, page: &Page, kind: &str, phase: &str) -> String {
        let is = |dialog: &Value| dialog["kind"] == kind && dialog["phase"] == phase;
        let view = page.until(|view| view["dialogs"].as_array().unwrap().iter().any(is)).await;
        let dialogs = view["dialogs"].as_array().unwrap();
        dialogs.iter().find(|dialog| is(dialog)).unwrap()["dialog_id"].as_str().unwrap().to_owned()
    }

    /// Waits until the channel that listens to a customer has come and gone.
    pub async fn judged(&self) {
        let mut again = tokio::time::interval(std::time::Duration::from_millis(20));
        let ari = self.rig.ari();
        let looks = async {
            let mut was_there = false;
            loop {
                again.tick().await;
                let channels = ari.done(reqwest::Method::GET, "/channels", &Value::Null).await;
                let snoops = |channel: &Value| channel["name"].as_str().is_some_and(|name| name.starts_with("Snoop/"));
                let is_there = channels.as_array().unwrap().iter().any(snoops);
                if was_there && !is_there {
                    return;
                }
                was_there |= is_there;
            }
        };
        tokio::time::timeout(crate::support::rig::PATIENCE, looks)
            .await
            .expect("somebody listens, and makes up their mind");
    }

    /// How the attempts on a contact ended, once all have.
    pub async fn outcomes(&self, contact: usize) -> Vec<Value> {
        let mut again = tokio::time::interval(std::time::Duration::from_millis(20));
        let looks = async {
            loop {
                again.tick().await;
                let (_, attempts) = self.admin.ask("GET", &format!("/v1/contacts/{contact}/attempts"), None).await;
                let all = attempts.as_array().unwrap_or_else(|| panic!("{attempts}"));
                if all.iter().all(|attempt| attempt["phase"]["phase"] == "ended") {
                    return all.iter().map(|attempt| attempt["phase"]["outcome"].clone()).collect();
                }
            }
        };
        tokio::time::timeout(crate::support::rig::PATIENCE, looks).await.expect("the attempts end")
    }
}

/// Another program on the same Asterisk, with a database and an application of its own.
pub struct Beside {
    place: Place,
    password: String,
    server: Option<Server>,
    admin: Page,
}

impl Beside {
    pub async fn start(house: &House) -> Self {
        let place = Place::new();
        let admin = token(&place.ok(&["token", "create", "--role", "admin"]));
        let url = house.rig.ari_url.trim_end_matches("/ari");
        fs::write(place.path("serve.toml"), format!("[asterisk]\nurls = [\"{url}\"]\napplication = \"night\"\n"))
            .unwrap();
        let password = house.rig.password.clone();
        let server = Self::serve(&place, &password);
        let beside = Self { admin: Page::new(&server, &admin), place, password, server: Some(server) };
        until_connected(&beside.admin, true).await;
        beside
    }

    fn serve(place: &Place, password: &str) -> Server {
        let more = ["--switch", "asterisk", "--config", "serve.toml"];
        Server::start_with(place, &more, &[("RAPPEL_ASTERISK_PASSWORD", password)])
    }

    pub async fn killed_and_started_again(&mut self) {
        self.server.take().expect("it serves").kill();
        let server = Self::serve(&self.place, &self.password);
        self.admin.moves_to(&server);
        self.server = Some(server);
        until_connected(&self.admin, true).await;
    }
}

/// Waits until the program says that it hears the switch, or that it does not.
async fn until_connected(admin: &Page, wanted: bool) {
    until_server(admin, 0, |server| server["is_connected"] == wanted).await;
}

/// Waits until the program says that one of the Asterisks is as wanted.
async fn until_server(admin: &Page, nth: usize, wanted: impl Fn(&Value) -> bool) {
    let mut again = tokio::time::interval(std::time::Duration::from_millis(20));
    let looks = async {
        loop {
            again.tick().await;
            let (_, health) = admin.ask("GET", "/health", None).await;
            if wanted(&health["switch_servers"][nth]) {
                return;
            }
        }
    };
    tokio::time::timeout(crate::support::rig::PATIENCE, looks).await.expect("the switch is as wanted");
}

fn serve(rig: &Rig, second: Option<&Second>, place: &Place, settings: &str) -> Server {
    let clear = [&rig.ari_url].into_iter().chain(second.map(|second| &second.ari_url));
    let clear: Vec<&str> = clear.map(|url| url.trim_end_matches("/ari")).collect();
    let websocket_urls: Vec<_> = clear.iter().map(|url| url.replacen("http", "ws", 1) + "/ws").collect();
    let urls = if settings == TLS { vec![rig.tls_url.as_str()] } else { clear };
    let settings = if settings == TLS { "" } else { settings };
    let engine = if settings.contains("[engine]") { "" } else { "[engine]\npresence_seconds = 600\n" };
    let ca = rig.certificate("ca.pem");
    let config = format!(
        "[asterisk]\nurls = {urls:?}\nca_file = \"{}\"\nuser = \"{}\"\n[limits]\nrequests_per_second = 500\n{engine}\
         [softphone]\nwebsocket_urls = {websocket_urls:?}\n{settings}",
        ca.display(),
        rig.user
    );
    fs::write(place.path("serve.toml"), config).unwrap();
    let more = ["--switch", "asterisk", "--config", "serve.toml"];
    Server::start_with(place, &more, &[("RAPPEL_ASTERISK_PASSWORD", &rig.password)])
}

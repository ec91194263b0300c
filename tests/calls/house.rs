//! A contact centre for one test: the program serves with the real switch, two agents are at their phones.

use std::fs;

use serde_json::{Value, json};
use tokio::sync::MappedMutexGuard;

use crate::{
    process::{Page, Place, Server, token},
    support::rig::Rig,
};

const CAMPAIGN: &str = r#"
name = "spring"
team = "north"
country = "US"
hours = { daily = ["00:00-24:00"] }
preview = { seconds_max = 600 }
call = { ring_seconds_max = 15, caller_id = "+13125550100" }
wrap_up = { mode = "not_allowed" }
"#;

const QUEUE: &str = "name = \"support\"\nteam = \"north\"\nwrap_up = { mode = \"not_allowed\" }\n";

pub struct House {
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
        let rig = Rig::start().await;
        let place = Place::new();
        fs::write(place.path("spring.toml"), CAMPAIGN).unwrap();
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
        let server = serve(&rig, &place, &settings);
        let page = |token: &str| Page::new(&server, token);
        let (alice, bob, admin) = (page(&alice), page(&bob), page(&admin));
        let house = Self { rig, place, alice, bob, admin, server: Some(server), settings };
        house.connected(true).await;
        for (page, extension) in [(&house.alice, "1001"), (&house.bob, "1002")] {
            let (status, view) = page.ask("POST", "/v1/me/session", Some(json!({ "extension": extension }))).await;
            assert_eq!(status, 200, "{view}");
        }
        house
    }

    /// Waits until the program says that it hears the switch, or that it does not.
    pub async fn connected(&self, wanted: bool) {
        let mut again = tokio::time::interval(std::time::Duration::from_millis(20));
        let looks = async {
            loop {
                again.tick().await;
                let (_, health) = self.admin.ask("GET", "/health", None).await;
                if health["switch_servers"][0]["is_connected"] == wanted {
                    return;
                }
            }
        };
        tokio::time::timeout(crate::support::rig::PATIENCE, looks).await.expect("the switch is heard, or not");
    }

    /// The program is killed without a word, and starts again.
    pub async fn killed_and_started_again(&mut self) {
        self.server.take().expect("it serves").kill();
        let server = serve(&self.rig, &self.place, &self.settings);
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

    /// The agent's dialog of this kind.
    pub async fn dialog(&self, page: &Page, kind: &str, phase: &str) -> String {
        let is = |dialog: &Value| dialog["kind"] == kind && dialog["phase"] == phase;
        let view = page.until(|view| view["dialogs"].as_array().unwrap().iter().any(is)).await;
        let dialogs = view["dialogs"].as_array().unwrap();
        dialogs.iter().find(|dialog| is(dialog)).unwrap()["dialog_id"].as_str().unwrap().to_owned()
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

fn serve(rig: &Rig, place: &Place, settings: &str) -> Server {
    let url = rig.ari_url.trim_end_matches("/ari");
    let websocket_url = url.replacen("http", "ws", 1) + "/ws";
    let config = format!(
        "[asterisk]\nurls = [\"{url}\"]\nuser = \"{}\"\n[engine]\npresence_seconds = 600\n[limits]\nrequests_per_second = 500\n\
         [softphone]\nwebsocket_url = \"{websocket_url}\"\n{settings}",
        rig.user
    );
    fs::write(place.path("serve.toml"), config).unwrap();
    let more = ["--switch", "asterisk", "--config", "serve.toml"];
    Server::start_with(place, &more, &[("RAPPEL_ASTERISK_PASSWORD", &rig.password)])
}

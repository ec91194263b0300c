//! A person at a browser: a real Chromium, steered by `ChromeDriver`. It waits for what is to be seen, and never for time.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    key::Key,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use reqwest::Url;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::rig::process::{Program, last_words};

/// The longest a person waits for something.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often they look.
const LOOK: Duration = Duration::from_millis(30);

/// How a browser is to be.
#[derive(Clone, Copy)]
pub struct Look {
    /// The language that the browser prefers.
    pub language: &'static str,
    /// Light or dark.
    pub dark: bool,
    /// Width and height of the page.
    pub size: (u32, u32),
}

impl Look {
    pub const ENGLISH: Self = Self { language: "en-US", dark: false, size: (1280, 720) };
    pub const FRENCH: Self = Self { language: "fr-FR", ..Self::ENGLISH };
}

/// A browser with its pages.
pub struct Browser {
    pub client: Client,
    base: String,
    driver: Program,
    log: PathBuf,
    _folder: TempDir,
}

impl Browser {
    /// A browser at the server `base`, with nothing on its screen.
    pub async fn open(base: &str, look: Look) -> Self {
        Self::open_with(base, look, &[]).await
    }

    /// As `open`, with more on Chromium's command line.
    pub async fn open_with(base: &str, look: Look, more: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let log = folder.path().join("chromedriver.log");
        let port = free_port();
        let driver = Program::start(&log, Path::new("chromedriver"), &[&format!("--port={port}")]);
        let client = connect(port, &capabilities(folder.path(), look, more), &log).await;
        let browser = Self { client, base: base.trim_end_matches('/').to_owned(), driver, log, _folder: folder };
        browser.resize(look.size).await;
        browser
    }

    /// A browser of somebody who signed in, at the page `path`.
    pub async fn signed_in(base: &str, token: &str, path: &str, look: Look) -> Self {
        let browser = Self::open(base, look).await;
        browser.sign_in(token, path).await;
        browser
    }

    /// Signs in with an access token, and goes to the page `path`.
    pub async fn sign_in(&self, token: &str, path: &str) {
        self.go("/sign-in").await;
        self.type_token(token).await;
        self.until("the person is signed in", async || !self.path().await.starts_with("/sign-in")).await;
        self.go(path).await;
    }

    /// Fills the form to sign in with an access token, wherever it is.
    pub async fn type_token(&self, token: &str) {
        self.press("#other-way").await;
        self.type_in("#token", token).await;
        self.press("form.sign-in button.main").await;
    }

    /// Fills the form to sign in with name and password, wherever it is.
    pub async fn type_password(&self, login: &str, password: &str) {
        self.type_in("#login", login).await;
        self.type_in("#password", password).await;
        self.press("form.sign-in button.main").await;
    }

    /// The same browser at another server.
    #[must_use]
    pub fn moved_to(mut self, base: &str) -> Self {
        base.trim_end_matches('/').clone_into(&mut self.base);
        self
    }

    /// The inner size of the page.
    pub async fn resize(&self, (width, height): (u32, u32)) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.expect("the page is there");
    }

    pub async fn path(&self) -> String {
        self.client.current_url().await.expect("there is a page").path().to_owned()
    }

    /// Waits until something is so.
    pub async fn until<F: AsyncFnMut() -> bool>(&self, what: &str, mut is_so: F) {
        let looks = async {
            while !is_so().await {
                look_again().await;
            }
        };
        if tokio::time::timeout(PATIENCE, looks).await.is_err() {
            let seen = self.script("return document.body.innerText").await;
            let said = self.said().await;
            self.picture("as-it-failed").await;
            panic!(
                "{what}: not after {PATIENCE:?}; the page shows:\n{seen}\nand says {said:?}\n{}",
                last_words(&self.log)
            );
        }
    }

    /// Waits until the element is there and its text is as it should be; gives the text.
    pub async fn sees(&self, css: &str, is_right: impl Fn(&str) -> bool) -> String {
        let mut seen = String::new();
        self.until(&format!("{css} is as it should be"), async || {
            seen = self.text(css).await.unwrap_or_default();
            is_right(&seen)
        })
        .await;
        seen
    }

    /// Waits until the element is there and shows these words.
    pub async fn shows(&self, css: &str, words: &str) {
        self.sees(css, |text| text.contains(words)).await;
    }

    /// Waits until there is no such element.
    pub async fn gone(&self, css: &str) {
        self.until(&format!("{css} is gone"), async || self.count(css).await == 0).await;
    }

    /// The text of an element as people see it, if it is there.
    pub async fn text(&self, css: &str) -> Option<String> {
        let script = "return document.querySelector(arguments[0])?.innerText ?? null";
        self.script_with(script, json!([css])).await.as_str().map(str::to_owned)
    }

    pub async fn count(&self, css: &str) -> u64 {
        let script = "return document.querySelectorAll(arguments[0]).length";
        self.script_with(script, json!([css])).await.as_u64().unwrap_or(0)
    }

    /// Waits until the element is there and can be used, then clicks on it as a person does.
    pub async fn press(&self, css: &str) {
        let usable = format!("{css}:not(:disabled, [aria-disabled=true])");
        self.until(&format!("{css} can be pressed"), async || {
            // It may be replaced between the look and the click.
            match self.client.find(Locator::Css(&usable)).await {
                Ok(element) => element.click().await.is_ok(),
                Err(_) => false,
            }
        })
        .await;
    }

    /// Clicks twice, the second time where the first one went and `css` is gone, as in a double click.
    pub async fn press_twice(&self, css: &str) {
        let at = "const { x, y, width, height } = document.querySelector(arguments[0]).getBoundingClientRect(); \
                  return [x + width / 2, y + height / 2]";
        self.element(css).await;
        let at = self.script_with(at, json!([css])).await;
        for click in 1..=2 {
            for what in ["mousePressed", "mouseReleased"] {
                let mouse = json!({ "type": what, "x": at[0], "y": at[1], "button": "left", "clickCount": click });
                self.devtools("Input.dispatchMouseEvent", mouse).await;
            }
            self.gone(css).await;
        }
    }

    /// Waits for the element.
    pub async fn element(&self, css: &str) -> Element {
        let mut element = None;
        self.until(&format!("{css} is there"), async || {
            element = self.client.find(Locator::Css(css)).await.ok();
            element.is_some()
        })
        .await;
        element.expect("it is there")
    }

    /// Puts text into a field, instead of what was there.
    pub async fn type_in(&self, css: &str, text: &str) {
        let element = self.element(css).await;
        element.clear().await.expect("a field can be emptied");
        element.send_keys(text).await.expect("a field can be filled");
    }

    /// Types keys at the page, wherever the focus is.
    pub async fn keys(&self, keys: &str) {
        let active = self.client.active_element().await.expect("something has the focus");
        active.send_keys(keys).await.expect("keys can be typed");
    }

    pub async fn escape(&self) {
        self.keys(&String::from(char::from(Key::Escape))).await;
    }

    pub async fn script(&self, script: &str) -> Value {
        self.script_with(script, json!([])).await
    }

    pub async fn script_with(&self, script: &str, arguments: Value) -> Value {
        let arguments = arguments.as_array().cloned().unwrap_or_default();
        self.client.execute(script, arguments).await.expect("a script can run")
    }

    /// The network between the page and the server is there, or not.
    pub async fn network(&self, is_there: bool) {
        let conditions =
            json!({ "offline": !is_there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// A command of the developer tools.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.client.issue_cmd(Ask { path: "goog/cdp/execute", body }).await.expect("the developer tools answer")
    }

    /// What the console holds since it was asked last: errors, and what the security policy forbade.
    pub async fn said(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Ask { path: "se/log", body: json!({ "type": "browser" }) }).await;
        let entries = log.ok().and_then(|log| log.as_array().cloned()).unwrap_or_default();
        let bad = entries.iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        bad.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Nothing was said at the console but what is expected.
    pub async fn is_calm(&self, expected: &[&str]) {
        let said = self.said().await;
        let strange: Vec<_> = said.iter().filter(|line| !expected.iter().any(|part| line.contains(part))).collect();
        assert!(strange.is_empty(), "the console says {strange:#?}");
    }

    /// Nobody is shut out of the page as it stands: axe-core finds nothing serious or critical, in the light and in the dark, and
    /// nothing is wider than the window, at 1280 x 720 and at twice the size.
    pub async fn is_for_everyone(&self, name: &str) {
        for scheme in ["dark", "light"] {
            self.prefers(scheme).await;
            assert_eq!(self.barriers().await, json!([]), "{name}, {scheme}");
        }
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [] })).await;
        let before = self.script("return [innerWidth, innerHeight]").await;
        // 1280 x 720 at 200 % leaves half of each.
        for size in [(640, 360), (1280, 720)] {
            self.resize(size).await;
            let wider = "return document.documentElement.scrollWidth - innerWidth";
            let wider = self.script(wider).await.as_i64().expect("a number");
            assert!(wider <= 0, "{name}: {wider} wider than a window of {size:?}");
        }
        let pixels = |at: usize| u32::try_from(before[at].as_u64().expect("a size")).expect("a screen");
        self.resize((pixels(0), pixels(1))).await;
    }

    async fn prefers(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// What axe-core finds that keeps somebody out.
    async fn barriers(&self) -> Value {
        if self.script("return typeof axe").await == "undefined" {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser/axe.min.js");
            let axe = fs::read_to_string(&path).expect("axe-core is there: run tests/browser/install");
            self.script(&format!("{axe}; window.axe = axe")).await;
        }
        let look = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(\
                    violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))\
                    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ').slice(0, 600)}`)), (error) => done([String(error)]))";
        self.client.execute_async(look, Vec::new()).await.expect("axe-core can run")
    }

    /// A picture of the page, for people: `target/browser-screenshots/NAME.png`.
    pub async fn picture(&self, name: &str) {
        keep(&format!("{name}.png"), &self.client.screenshot().await.expect("a picture can be taken"));
    }

    /// The same as a small file, `NAME.webp`, and what is in it.
    pub async fn small_picture(&self, name: &str) -> Vec<u8> {
        let told = self.devtools("Page.captureScreenshot", json!({ "format": "webp", "quality": 70 })).await;
        let picture = told["data"].as_str().expect("a picture");
        let picture = data_encoding::BASE64.decode(picture.as_bytes()).expect("a picture in Base64");
        keep(&format!("{name}.webp"), &picture);
        picture
    }

    /// Closes it. Whoever forgets it has it closed too, with the driver.
    pub async fn close(mut self) {
        self.client.clone().close().await.ok();
        self.driver.end("TERM");
    }
}

fn keep(name: &str, picture: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser-screenshots");
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(folder.join(name), picture).expect("a picture can be written");
}

/// A browser says nothing by itself: whoever waits for a state has to look again and again.
#[expect(clippy::disallowed_methods, reason = "between two looks at a state")]
async fn look_again() {
    tokio::time::sleep(LOOK).await;
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port is free").port()
}

fn capabilities(folder: &Path, look: Look, more: &[String]) -> Capabilities {
    let mut args: Vec<String> = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--disable-search-engine-choice-screen",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
    ]
    .map(str::to_owned)
    .to_vec();
    args.push(format!("--user-data-dir={}", folder.join("profile").display()));
    args.extend_from_slice(more);
    args.push(format!("--accept-lang={}", look.language));
    if look.dark {
        args.push("--force-dark-mode".to_owned());
        args.push("--blink-settings=preferredColorScheme=0".to_owned());
    }
    let wanted = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": args, "binary": "/usr/bin/chromium" },
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    wanted.as_object().cloned().expect("it is an object")
}

async fn connect(port: u16, capabilities: &Capabilities, log: &Path) -> Client {
    let tries = async {
        loop {
            let mut builder = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new());
            match builder.capabilities(capabilities.clone()).connect(&format!("http://127.0.0.1:{port}")).await {
                Ok(client) => return client,
                Err(_) => look_again().await,
            }
        }
    };
    let connected = tokio::time::timeout(PATIENCE, tries).await;
    connected.unwrap_or_else(|_| panic!("chromium and chromium-driver are needed: {}", last_words(log)))
}

/// A command of `ChromeDriver` that the standard does not know.
#[derive(Debug)]
struct Ask {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Ask {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

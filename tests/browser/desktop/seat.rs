//! An agent's seat: the floor around it, and the desktop in their browser.

use std::cell::RefCell;

use rappel::{domain::attempt::NotMade, engine::output::Order};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    journeys_http::floor::{CHICAGO, Call, Desk, Floor},
    support::browser::{Browser, Look},
};

/// Somebody outside whom agents call.
pub const OUTSIDE: &str = "312-555-0199";

/// What a browser says of every page with a field for a token.
const HARMLESS: [&str; 1] = ["Password forms should have"];

/// An agent's seat.
pub struct Seat {
    pub floor: Floor,
    /// What the agent hears beside their browser.
    pub kim: Desk,
    pub page: Browser,
    look: Look,
}

impl Seat {
    /// Kim came to work, and looks at the desktop.
    pub async fn at(floor: Floor, look: Look) -> Self {
        let kim = floor.kim().await;
        let page = browser(&floor, look).await;
        let seat = Self { floor, kim, page, look };
        seat.is("not_ready").await;
        seat
    }

    /// As `at`, with a campaign of one contact.
    pub async fn with(more: &str, look: Look) -> Self {
        Self::calling(more, &[CHICAGO], look).await
    }

    pub async fn calling(more: &str, numbers: &[&str], look: Look) -> Self {
        let mut floor = Floor::new().await;
        floor.campaign(more, numbers).await;
        Self::at(floor, look).await
    }

    /// Reads a preview.
    pub async fn previewing(more: &str, look: Look) -> Self {
        let seat = Self::with(more, look).await;
        seat.press("ready").await;
        seat.is("reserved").await;
        seat
    }

    /// Accepted it: the customer is dialled.
    pub async fn dialing(more: &str, look: Look) -> (Self, Call) {
        let mut seat = Self::previewing(more, look).await;
        let call = seat.accepts().await;
        (seat, call)
    }

    /// Talks with the customer.
    pub async fn talking(more: &str, look: Look) -> (Self, Call) {
        let (seat, call) = Self::dialing(more, look).await;
        seat.floor.connected(call.line).await;
        seat.is("talking").await;
        (seat, call)
    }

    pub async fn accepts(&mut self) -> Call {
        self.press("accept").await;
        loop {
            // The lines of the call before may be hung up first.
            if let Order::Dial { dialog_id: id, channel_id: line, phone, .. } = self.floor.ordered().await {
                self.gone("accept").await;
                return Call { id, line, phone: phone.unwrap().channel_id };
            }
        }
    }

    /// The words in the language of the page.
    pub fn says<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        if self.look.language.starts_with("fr") { french } else { english }
    }

    /// The desktop shows this state, by its class and in words.
    pub async fn is(&self, state: &str) {
        self.page.element(&format!(".state.{state} #state")).await;
    }

    /// The state in words.
    pub async fn state_says(&self, english: &str, french: &str) {
        let wanted = self.says(english, french).to_lowercase();
        self.page.sees("#state", |text| text.to_lowercase() == wanted).await;
    }

    /// Clicks a button that works.
    pub async fn press(&self, act: &str) {
        self.page.press(&format!("#act-{act}")).await;
    }

    /// A button says this.
    pub async fn labelled(&self, act: &str, english: &str, french: &str) {
        self.page.shows(&format!("#act-{act}"), self.says(english, french)).await;
    }

    /// A button is not there.
    pub async fn gone(&self, act: &str) {
        self.page.gone(&format!("#act-{act}")).await;
    }

    /// A button works.
    pub async fn can(&self, act: &str) {
        self.page.element(&format!("#act-{act}:not([aria-disabled])")).await;
    }

    /// A button does not work now, and says why to whoever looks at it or listens.
    pub async fn cannot(&self, act: &str, english: &str, french: &str) {
        let button = format!("#act-{act}[aria-disabled=true][aria-describedby=\"why-{act}\"]");
        self.page.element(&button).await;
        let why = self.says(english, french);
        self.page
            .until(&format!("{act} says: {why}"), async || {
                let script = "return document.getElementById(arguments[0])?.textContent ?? ''";
                let said = self.page.script_with(script, json!([format!("why-{act}")])).await;
                said.as_str().is_some_and(|said| said.contains(why))
            })
            .await;
    }

    /// The text that is there, seen or only read out.
    pub async fn content(&self, css: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.textContent ?? ''";
        self.page.script_with(script, json!([css])).await.as_str().unwrap_or_default().to_owned()
    }

    /// Something is read out.
    pub async fn hears(&self, english: &str, french: &str) {
        let wanted = self.says(english, french);
        self.page
            .until(&format!("\"{wanted}\" is read out"), async || {
                (self.content("#said").await + &self.content("#urgent").await).contains(wanted)
            })
            .await;
    }

    /// Puts a number into the open pad and presses its button.
    pub async fn dials(&self, typed: &str) {
        self.page.type_in("#pad-number", typed).await;
        self.page.press("#pad-call").await;
    }

    /// Opens the pad for a purpose and calls.
    pub async fn pad(&self, purpose: &str, typed: &str) {
        self.press(purpose).await;
        self.dials(typed).await;
    }

    /// The customer hangs up, or is hung up.
    pub async fn over(&self, call: &Call) {
        self.floor.over(call.line).await;
    }

    pub async fn busy(&self, call: &Call) {
        self.floor.not_made(call.line, NotMade::Busy).await;
    }

    /// What the server says of the dialog.
    pub async fn dialog(&self, call: &Call) -> Value {
        self.kim.sees(call.id).await
    }

    /// What managers see of the only contact.
    pub async fn contact(&self) -> Value {
        let path = "/v1/campaigns/spring/contacts";
        self.floor.managed("supervisor", Method::GET, path, None).await[0].clone()
    }

    /// The end: nothing was said at the console.
    pub async fn calm(self) {
        self.calm_but(&[]).await;
    }

    /// As `calm`, but for what is expected.
    pub async fn calm_but(self, expected: &[&str]) {
        self.page.is_calm(&[&HARMLESS, expected].concat()).await;
        if self.look.size == Look::ENGLISH.size && !self.look.dark {
            KEPT.replace(Some(self.page));
        } else {
            self.page.close().await;
        }
    }
}

thread_local! {
    /// The browser of the last seat of this test, for the next one: a browser takes longer to begin than most journeys.
    static KEPT: RefCell<Option<Browser>> = const { RefCell::new(None) };
}

/// A browser in which Kim is signed in.
async fn browser(floor: &Floor, look: Look) -> Browser {
    let (base, token) = (floor.world.base(), floor.world.token("agent"));
    let is_usual = look.size == Look::ENGLISH.size && !look.dark;
    let kept = if is_usual { KEPT.take() } else { None };
    let browser = match kept {
        Some(browser) => browser.moved_to(base),
        None => Browser::open(base, look).await,
    };
    // As a person chooses it.
    let cookie = json!({ "name": "rappel_language", "value": &look.language[..2], "url": base });
    browser.devtools("Network.setCookie", cookie).await;
    browser.sign_in(token, "/desktop").await;
    browser
}

/// The test is over.
pub async fn put_away() {
    if let Some(browser) = KEPT.take() {
        browser.close().await;
    }
}

/// Each journey in both languages.
macro_rules! in_both_languages {
    ($($name:ident),+ $(,)?) => {
        mod in_english_and_french {
            use crate::{browser::desktop::seat::put_away, support::browser::Look};
            $(
                #[tokio::test]
                async fn $name() {
                    for look in [Look::ENGLISH, Look::FRENCH] {
                        super::$name(look).await;
                    }
                    put_away().await;
                }
            )+
        }
    };
}
pub(super) use in_both_languages;

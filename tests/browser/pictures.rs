//! `rappel demo` in a browser: a person sits down beside the simulated agents, another looks after the shift. The README
//! shows the pictures of it: `PICTURES=keep cargo test --test all -- pictures` makes them anew.

use std::{fs, path::Path};

use fantoccini::Locator;
use tempfile::TempDir;

use crate::support::{
    browser::{Browser, Look, free_port},
    rig::process::{Program, last_words},
};

/// A demo that runs as long as it is held.
struct Demo {
    base: String,
    password: String,
    _program: Program,
    _folder: TempDir,
}

impl Demo {
    async fn start(speed: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("demo.log");
        let listen = format!("127.0.0.1:{}", free_port());
        let args = ["demo", "--speed", speed, "--for", "10m", "--contacts", "1200", "--listen", &listen];
        let program = Program::start(&log, Path::new(env!("CARGO_BIN_EXE_rappel")), &args);
        let mut looks = tokio::time::interval(std::time::Duration::from_millis(50));
        let password = loop {
            looks.tick().await;
            let said = fs::read_to_string(&log).unwrap_or_default();
            if let Some((_, password)) = said.split_once("  manager  ") {
                break password[..16].to_owned();
            }
            assert!(!said.contains("error"), "{}", last_words(&log));
        };
        Self { base: format!("http://{listen}"), password, _program: program, _folder: folder }
    }

    /// Somebody signs in as the demo tells them to.
    async fn enter(&self, login: &str) -> Browser {
        let page = Browser::open(&self.base, Look::ENGLISH).await;
        page.go("/sign-in").await;
        page.type_password(login, &self.password).await;
        page.until("the person is in", async || !page.path().await.starts_with("/sign-in")).await;
        page
    }
}

/// A picture for the README.
async fn picture(page: &Browser, name: &str) {
    let picture = page.small_picture(name).await;
    assert!(picture.len() < 100_000, "{name}: {} bytes are no small file", picture.len());
    if std::env::var_os("PICTURES").is_some_and(|wanted| wanted == "keep") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/pictures");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.webp")), picture).unwrap();
    }
}

/// What makes an agent Ready again: a caller of the queue whom nobody answers and a preview that ends make Not ready.
const READY: &str = "body:has(.state.not_ready) #act-ready";

/// Does what is on the way, as it comes, until `goal` is there: nobody knows who comes first, and whether customers are there.
async fn works_until(page: &Browser, goal: &str, on_the_way: &[&str]) {
    let mut is_there = false;
    while !is_there {
        page.until(&format!("{goal} comes, or one of {on_the_way:?}"), async || {
            is_there = page.count(goal).await > 0;
            for way in on_the_way {
                let usable = format!("{way}:not(:disabled, [aria-disabled=true])");
                if let (false, Ok(element)) = (is_there, page.client.find(Locator::Css(&usable)).await) {
                    // It may be gone before the click; then something else comes.
                    return element.click().await.is_ok();
                }
            }
            is_there
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sits_down_beside_the_simulated_agents() {
    let demo = Demo::start("3").await;
    let page = demo.enter("you").await;
    page.type_in("#extension", "7000").await;
    page.press("#act-sign_in").await;
    works_until(&page, "#act-accept", &[READY]).await;
    picture(&page, "preview").await;
    works_until(&page, "#panel-callback", &["#act-callback", "#act-accept", READY]).await;
    picture(&page, "callback").await;
    page.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_looks_after_the_shift() {
    let demo = Demo::start("120").await;
    let page = demo.enter("manager").await;
    page.go("/board").await;
    page.until("they work", async || {
        let talk = "return document.querySelectorAll('.agents tr[data-state=talking]').length";
        page.script(talk).await.as_u64().unwrap_or_default() > 4
    })
    .await;
    // Whatever can be done for an agent is in view, also where words are longer.
    for language in ["fr", "en"] {
        page.script(&format!("document.cookie = 'rappel_language={language}; path=/'")).await;
        page.go("/board").await;
        page.element(".agents tr[data-state=talking] [data-act=join]").await;
        page.picture(&format!("board-shift-{language}")).await;
        let wider =
            "const { scrollWidth, clientWidth } = document.querySelector('.scroll'); return scrollWidth - clientWidth";
        assert_eq!(page.script(wider).await, 0, "{language}");
    }
    picture(&page, "board").await;
    page.go("/campaigns?name=renewals-us").await;
    page.shows("main", "Calling hours").await;
    picture(&page, "campaign").await;
    page.go("/reports?kind=attempts&by=outcome").await;
    page.shows("main", "Answered").await;
    picture(&page, "reports").await;
    page.close().await;
}

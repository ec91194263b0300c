//! What holds around the ten tasks: the keyboard, several tabs, clicks that come twice, a network that goes away, a session
//! that ends, how much is sent, and how fast it is shown.

use rappel::{
    domain::attempt::{CallProgress, NotMade, Side},
    engine::output::Order,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::seat::{Seat, in_both_languages, put_away};
use crate::{
    journeys_http::floor::{CHICAGO, Floor, WRAP_UP},
    support::browser::{Browser, Look},
};

in_both_languages!(
    signing_in_at_the_phone,
    everything_by_the_keyboard,
    a_lost_connection_and_what_happened_meanwhile,
    a_session_that_is_over_is_made_again_in_place,
    a_supervisor_is_with_the_call,
    a_phone_that_stays_connected_is_answered_first,
);

/// What Kim signs in with.
const PASSWORD: &str = "plum tree by the gate";

async fn signing_in_at_the_phone(look: Look) {
    let floor = Floor::new().await;
    let page = Browser::open(floor.world.base(), look).await;
    page.go("/desktop").await;
    page.type_token(floor.world.token("agent")).await;
    // Another agent's phone is not theirs.
    let lee = floor.lee().await;
    page.type_in("#extension", lee.extension).await;
    page.press("#act-sign_in").await;
    let french = look.language.starts_with("fr");
    page.shows(
        "main .error",
        if french { "Quelqu’un d’autre utilise le poste 1002" } else { "Somebody else uses phone 1002" },
    )
    .await;
    page.type_in("#extension", "1001").await;
    page.press("#act-sign_in").await;
    page.element(".state.not_ready").await;
    page.shows(".agent", "1001").await;
    // This computer knows its phone.
    let (status, _) = floor.world.send(floor.world.token("agent"), &Method::DELETE, "/v1/me/session", None).await;
    assert_eq!(status, 200);
    page.element("#extension").await;
    assert_eq!(page.script("return document.getElementById('extension').value").await, "1001");
    page.is_calm(&["Password forms", "409"]).await;
    page.close().await;
}

/// Where phones stay connected, Ready rings them; and put down between two calls they make Not ready.
async fn a_phone_that_stays_connected_is_answered_first(look: Look) {
    let floor = Floor::fast_with(1.0, |settings| settings.phones_stay_connected = true).await;
    let mut seat = Seat::at(floor, look).await;
    seat.press("ready").await;
    let rings = seat.says("Your phone rings: answer it", "Votre téléphone sonne : décrochez");
    seat.page.sees("#waiting", |text| text.starts_with(rings)).await;
    let Order::Keep { phone } = seat.floor.ordered().await else { panic!("no phone is rung") };
    seat.floor.connected(phone.channel_id).await;
    seat.page.sees("#waiting", |text| !text.starts_with(rings)).await;
    seat.floor.told(phone.channel_id, CallProgress::HungUp { by: Side::Agent }).await;
    seat.page.shows(".state .now", seat.says("phone hung up or lost", "téléphone raccroché ou perdu")).await;
    seat.is("not_ready").await;
    seat.calm().await;
}

async fn a_supervisor_is_with_the_call(look: Look) {
    let (mut seat, call) = Seat::talking("", look).await;
    let world = &seat.floor.world;
    let board = Browser::signed_in(world.base(), world.token("supervisor"), "/board", look).await;
    let row = ".agents tr[data-state=talking]";
    // Kim's phone is no supervisor's; the next time it is asked again.
    for phone in ["1001", "1900"] {
        board.press(&format!("{row} [data-act=listen]")).await;
        board.type_in("dialog #panel-field", phone).await;
        board.press("dialog button.main").await;
        let taken = seat.says("Somebody else uses phone 1001", "Quelqu’un d’autre utilise le poste 1001");
        board.shows(".notice", if phone == "1001" { taken } else { "Kim" }).await;
    }
    let Order::Supervise { phone, channel_id, .. } = seat.floor.ordered().await else { panic!("no phone is called") };
    assert_eq!((phone.extension.as_str(), channel_id), ("1900", call.phone));
    seat.floor.connected(phone.channel_id).await;
    seat.page.shows("#supervision", seat.says("listens to this call", "écoute cet appel")).await;
    for (mode, english, french) in [
        ("whisper", "speaks to you alone", "vous parle, à vous seul"),
        ("join", "has joined the call", "a rejoint l’appel"),
        ("listen", "listens to this call", "écoute cet appel"),
    ] {
        board.press(&format!("{row} [data-act={mode}]")).await;
        seat.page.shows("#supervision", seat.says(english, french)).await;
        let ordered = seat.floor.ordered().await;
        assert!(matches!(ordered, Order::Supervise { mode: asked, .. } if asked.name() == mode), "{ordered:?}");
        board.gone(&format!("{row} [data-act={mode}]")).await;
    }
    board.press(&format!("{row} [data-act=leave]")).await;
    seat.page.gone("#supervision").await;
    seat.floor.ordered_are(&[Order::HangUp { channel_id: phone.channel_id }]).await;

    // Who does not answer is told, and asked which phone it is.
    board.press(&format!("{row} [data-act=whisper]")).await;
    let Order::Supervise { phone, .. } = seat.floor.ordered().await else { panic!("no phone is called") };
    seat.floor.not_made(phone.channel_id, NotMade::NoAnswer).await;
    board.shows(".notice.bad", "1900").await;
    board.press(&format!("{row} [data-act=whisper]")).await;
    board.element("dialog #panel-field").await;
    board.is_calm(&["Password forms", "status of 409"]).await;
    board.close().await;
    seat.calm().await;
}

async fn everything_by_the_keyboard(look: Look) {
    let mut floor = Floor::new().await;
    floor.reason("not_ready", 1, "Lunch").await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut seat = Seat::at(floor, look).await;
    let key = |seat: &Seat, english: &'static str, french: &'static str| seat.says(english, french).to_lowercase();
    seat.page.keys("?").await;
    seat.page.shows("#panel-help", seat.says("Accept", "Accepter")).await;
    seat.page.escape().await;
    seat.page.gone("#panel-help").await;
    // In a field a letter is a letter.
    seat.page.keys(&key(&seat, "P", "E")).await;
    seat.page.element("#pad-number:focus").await;
    seat.page.keys(&key(&seat, "Y", "P")).await;
    assert_eq!(seat.kim.state().await, "not_ready");
    seat.page.escape().await;
    seat.page.gone("#panel-pad").await;
    seat.page.keys(&key(&seat, "Y", "P")).await;
    seat.is("reserved").await;
    seat.page.element("#act-accept kbd").await;
    seat.page.keys("a").await;
    let (_, line, ..) = seat.floor.dialled().await;
    seat.floor.connected(line).await;
    seat.is("talking").await;
    seat.page.keys(&key(&seat, "H", "M")).await;
    seat.is("hold").await;
    seat.page.keys("r").await;
    seat.is("talking").await;
    seat.page.keys("l").await;
    seat.page.element("#panel-reclassify :focus").await;
    seat.page.keys("4").await;
    seat.page
        .until("it is a fax", async || seat.content("#act-reclassify").await.contains(seat.says("Fax", "Télécopieur")))
        .await;
    seat.page.keys("s").await;
    seat.page.element(".reasons .chip:focus").await;
    seat.page.keys(" ").await;
    seat.page.element(".reasons .chip[aria-pressed=true]").await;
    // A letter whose button does not work says why.
    seat.page.keys(&key(&seat, "T", "V")).await;
    seat.hears("Consult somebody first", "Consultez d’abord quelqu’un").await;
    seat.page.keys(&key(&seat, "E", "T")).await;
    seat.is("wrap_up").await;
    seat.page.keys("n").await;
    seat.page.element("[data-reason=Lunch]:focus").await;
    seat.page.keys("1").await;
    seat.is("not_ready").await;
    seat.calm().await;
}

async fn a_lost_connection_and_what_happened_meanwhile(look: Look) {
    let mut seat = Seat::previewing(WRAP_UP, look).await;
    seat.page.network(false).await;
    // The stream is open still: it is the server that goes on without this page.
    seat.page.script("window.dispatchEvent(new Event('offline'))").await;
    seat.page.shows("#lost", seat.says("Connection lost", "Connexion perdue")).await;
    seat.cannot("accept", "The connection is lost", "La connexion est perdue").await;
    let preview = seat.kim.view().await["preview"]["reservation_id"].as_str().unwrap().to_owned();
    seat.kim.done(Method::POST, &format!("preview/{preview}/close"), None).await;
    seat.kim.becomes("ready").await;
    seat.page.network(true).await;
    seat.is("ready").await;
    seat.page.gone("#lost").await;
    seat.page.shows("#meanwhile", seat.says("the contact was closed", "le contact a été fermé")).await;
    seat.page.press("#meanwhile button").await;
    seat.page.gone("#meanwhile").await;
    seat.calm_but(&["ERR_INTERNET_DISCONNECTED"]).await;
}

#[tokio::test]
async fn a_double_click_accepts_once() {
    let mut seat = Seat::previewing("", Look::ENGLISH).await;
    let twice = "const button = document.getElementById('act-accept'); button.click(); button.click(); button.click()";
    seat.page.script(twice).await;
    seat.page.element("#act-accept[aria-busy=true], #act-end").await;
    seat.floor.dialled().await;
    seat.gone("accept").await;
    seat.floor.nothing_ordered();
    seat.calm().await;
}

/// A contact and a call sound differently; who wants silence has it, and finds it again.
#[tokio::test]
async fn sounds_are_a_choice() {
    let mut floor = Floor::new().await;
    floor.queue("").await;
    floor.campaign("", &[CHICAGO]).await;
    let mut seat = Seat::at(floor, Look::ENGLISH).await;
    let heard =
        "return performance.getEntriesByType('mark').map((it) => it.name).filter((it) => it.startsWith('sound_'))";
    seat.press("ready").await;
    seat.is("reserved").await;
    assert_eq!(seat.page.script(heard).await, json!(["sound_preview"]));
    seat.press("decline").await;
    seat.press("close_contact").await;
    seat.is("ready").await;
    let line = seat.floor.caller().await;
    seat.can("answer").await;
    assert_eq!(seat.page.script(heard).await, json!(["sound_preview", "sound_call"]));
    seat.floor.over(line).await;
    seat.is("ready").await;
    seat.page.press("#act-alerts").await;
    seat.page.press("#panel-alerts input[type=checkbox]").await;
    seat.page.go("/desktop").await;
    seat.is("ready").await;
    seat.floor.caller().await;
    seat.can("answer").await;
    assert_eq!(seat.page.script(heard).await, json!([]), "silence is kept");
    seat.calm().await;
}

/// A waiting agent knows why nothing comes, and how much waits.
#[tokio::test]
async fn a_waiting_agent_reads_why() {
    let mut floor = Floor::new().await;
    let evening = "name = \"spring\"\nteam = \"sales\"\ncountry = \"US\"\nhours = { daily = [\"17:00-20:00\"] }\n";
    let (status, answer) = floor.world.put_toml(floor.world.token("manager"), "/v1/campaigns/spring", evening).await;
    assert_eq!(status, 200, "{answer}");
    let contact =
        |number: &str| json!({ "account_number": number, "first_name": "A", "last_name": "B", "numbers": [number] });
    let contacts = json!({ "list": "march", "contacts": [contact(CHICAGO), contact("+13125550143")] });
    floor.managed("manager", Method::POST, "/v1/campaigns/spring/contacts", Some(contacts)).await;
    floor.managed("manager", Method::POST, "/v1/campaigns/spring/start", None).await;
    floor.known().await;
    let seat = Seat::at(floor, Look::ENGLISH).await;
    seat.press("ready").await;
    seat.page
        .sees("#waiting", |text| text.starts_with("2 contacts open at 5:00") && text.ends_with("in Chicago"))
        .await;
    seat.page.picture("waiting").await;
    seat.calm().await;
}

/// Nobody signs out of a call by accident; afterwards the phone is left with the browser.
#[tokio::test]
async fn signing_out_leaves_the_phone() {
    let (seat, call) = Seat::talking("", Look::ENGLISH).await;
    seat.cannot("sign_out", "Not possible in state Talking", "").await;
    seat.over(&call).await;
    seat.is("ready").await;
    seat.press("sign_out").await;
    seat.page.until("the page to sign in is there", async || seat.page.path().await == "/sign-in").await;
    assert_eq!(seat.kim.state().await, "logged_out");
    seat.calm().await;
}

#[tokio::test]
async fn two_tabs_agree() {
    let seat = Seat::previewing(WRAP_UP, Look::ENGLISH).await;
    let first = seat.page.client.window().await.unwrap();
    let second = seat.page.client.new_window(true).await.unwrap().handle;
    seat.page.client.switch_to_window(second.clone()).await.unwrap();
    seat.page.go("/desktop").await;
    seat.press("decline").await;
    seat.press("close_contact").await;
    seat.is("ready").await;
    seat.page.client.switch_to_window(first).await.unwrap();
    seat.is("ready").await;
    seat.press("not_ready").await;
    seat.page.type_in("#own-reason", "Coffee").await;
    seat.page.press("#panel-not_ready .main").await;
    seat.is("not_ready").await;
    seat.page.client.switch_to_window(second).await.unwrap();
    seat.page.shows(".state.not_ready .now", "Coffee").await;
    seat.calm().await;
}

/// The session ends on the server: the person signs in where they are, and nothing on the page is lost.
async fn a_session_that_is_over_is_made_again_in_place(look: Look) {
    let (seat, _) = Seat::talking("", look).await;
    let world = &seat.floor.world;
    let (_, agents) = world.get(world.token("admin"), "/v1/teams/sales/agents").await;
    let wish = json!({ "login": "kim", "role": "agent", "agent_id": agents[0]["id"] });
    let (status, made) = world.post(world.token("admin"), "/v1/users", wish).await;
    assert_eq!(status, 201, "{made}");
    // Invited, they choose a password, and take it up again where they were.
    seat.page.go(made["invitation_path"].as_str().unwrap()).await;
    seat.page.type_in("#new_password", "kim-kim-kim-kim").await;
    seat.page.press("form.sign-in button.main").await;
    seat.page.shows("#sign-in-error", seat.says("words of your own", "des mots bien à vous")).await;
    seat.page.type_in("#new_password", PASSWORD).await;
    seat.page.press("form.sign-in button.main").await;
    seat.is("talking").await;

    seat.press("callback").await;
    seat.page.type_in("#callback-time", "14:30").await;
    // Whatever an administrator changes of them ends it.
    let wish = json!({ "role": "agent", "agent_id": agents[0]["id"] });
    let (status, _) = world.put(world.token("admin"), &format!("/v1/users/{}", made["id"]), wish).await;
    assert_eq!(status, 200);
    seat.page.shows("dialog", seat.says("nothing on this page is lost", "rien n’est perdu")).await;
    seat.page.type_password("kim", "another password of some length").await;
    seat.page.shows("#sign-in-error", seat.says("do not belong together", "ne vont pas ensemble")).await;
    seat.page.type_password("Kim", PASSWORD).await;
    seat.page.gone("dialog").await;
    seat.press("hold").await;
    seat.is("hold").await;
    assert_eq!(seat.page.script("return document.getElementById('callback-time').value").await, "14:30");
    seat.calm_but(&["401", "422"]).await;
}

/// Somebody else who sits down there does not go on in the agent's name.
#[tokio::test]
async fn somebody_else_who_signs_in_gets_a_page_of_their_own() {
    let (seat, _) = Seat::talking("", Look::ENGLISH).await;
    seat.page.client.delete_all_cookies().await.unwrap();
    seat.press("hold").await;
    seat.page.element("dialog form.sign-in").await;
    seat.page.type_token(seat.floor.world.token("supervisor")).await;
    seat.page.until("their own page is there", async || seat.page.path().await == "/board").await;
    assert_eq!(seat.kim.state().await, "talking", "nothing was done in the agent's name");
    seat.calm_but(&["401"]).await;
}

#[tokio::test]
async fn the_first_page_is_small() {
    let seat = Seat::at(Floor::new().await, Look::FRENCH).await;
    // As if for the first time.
    seat.page.devtools("Network.enable", json!({})).await;
    seat.page.devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await;
    seat.page.go("/desktop").await;
    seat.is("not_ready").await;
    let script = "return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))\
                  .filter((it) => !it.name.includes('/v1/')).map((it) => [it.name, it.transferSize, it.encodedBodySize])";
    let sent = seat.page.script(script).await;
    let bytes = |entry: &Value| entry[1].as_u64().unwrap().max(entry[2].as_u64().unwrap());
    let total: u64 = sent.as_array().unwrap().iter().map(bytes).sum();
    println!("the first page: {total} bytes in {} files", sent.as_array().unwrap().len());
    assert!((20_000..100_000).contains(&total), "{total} bytes: {sent:#}");
    seat.calm().await;
}

#[tokio::test]
async fn what_happens_is_measured_until_it_is_seen() {
    let (seat, call) = Seat::talking(WRAP_UP, Look::ENGLISH).await;
    seat.over(&call).await;
    seat.is("wrap_up").await;
    let script = "return performance.getEntriesByName('event_to_paint').map((it) => it.duration)";
    seat.page.until("it was measured", async || seat.page.script(script).await.as_array().unwrap().len() > 3).await;
    let mut spans: Vec<f64> =
        seat.page.script(script).await.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    spans.sort_by(f64::total_cmp);
    println!("from the event to the paint, median: {:.1} ms of {}", spans[spans.len() / 2], spans.len());
    seat.calm().await;
}

/// Each view and each panel, for whoever sees little, sees no colours, sees nothing.
#[tokio::test]
async fn every_view_is_for_everyone() {
    let floor = Floor::new().await;
    let page = Browser::open(floor.world.base(), Look::FRENCH).await;
    page.go("/sign-in").await;
    page.element("form.sign-in").await;
    page.is_for_everyone("sign-in").await;
    page.sign_in(floor.world.token("agent"), "/desktop").await;
    page.element("#extension").await;
    page.is_for_everyone("phone").await;
    page.close().await;

    let mut floor = floor;
    floor.reason("wrap_up", 1, "Sale").await;
    floor.campaign(WRAP_UP, &[CHICAGO]).await;
    let mut seat = Seat::at(floor, Look::FRENCH).await;
    for panel in ["help", "alerts", "place"] {
        looks_into(&seat, panel).await;
    }
    seat.page.is_for_everyone("idle").await;
    seat.press("ready").await;
    seat.is("reserved").await;
    seat.page.is_for_everyone("preview").await;
    seat.press("decline").await;
    seat.page.is_for_everyone("decline").await;
    seat.press("back").await;
    let call = seat.accepts().await;
    seat.page.is_for_everyone("dialing").await;
    seat.floor.connected(call.line).await;
    seat.is("talking").await;
    for panel in ["callback", "reclassify", "consult", "not_ready", "keypad"] {
        looks_into(&seat, panel).await;
    }
    seat.over(&call).await;
    seat.is("wrap_up").await;
    seat.page.is_for_everyone("wrap-up").await;
    seat.page.script("window.dispatchEvent(new Event('offline'))").await;
    seat.page.is_for_everyone("lost").await;
    seat.calm().await;
    put_away().await;
}

async fn looks_into(seat: &Seat, panel: &str) {
    seat.press(panel).await;
    seat.page.element(".panel").await;
    seat.page.is_for_everyone(panel).await;
    seat.page.picture(&format!("for-everyone-{panel}")).await;
    seat.press(panel).await;
    seat.page.gone(".panel").await;
}

/// Who looks at something else hears and sees that a contact is there; nobody's name is shown where anybody may look.
#[tokio::test]
async fn a_contact_is_told_of_while_the_page_is_hidden() {
    let seat = Seat::with("", Look::ENGLISH).await;
    let allowed = json!({ "permissions": ["notifications"] });
    seat.page.devtools("Browser.grantPermissions", allowed).await;
    seat.press("alerts").await;
    seat.page.press("#panel-alerts label:last-of-type input[type=checkbox]").await;
    seat.page.script(REMEMBER_NOTIFICATIONS).await;
    seat.page.client.minimize_window().await.unwrap();
    seat.page
        .until("it is hidden", async || seat.page.script("return document.visibilityState").await == "hidden")
        .await;
    seat.kim.ready().await;
    seat.page
        .until("it was shown", async || seat.page.script("return shown").await == json!([["New contact", "spring"]]))
        .await;
    let heard = "return performance.getEntriesByName('sound_preview').length";
    assert_eq!(seat.page.script(heard).await, 1);
    assert!(seat.page.client.title().await.unwrap().starts_with("● New contact"));
    seat.calm().await;
    put_away().await;
}

/// Writes down what the system has shown.
const REMEMBER_NOTIFICATIONS: &str = "window.shown = []; const Real = Notification; \
    window.Notification = class extends Real { constructor(title, more) { super(title, more); \
    this.onshow = () => shown.push([title, more.body]); } }";

/// A browser has six connections to a server. Eight tabs are live all the same, also when the one that is connected closes.
#[tokio::test]
async fn eight_tabs_are_live() {
    let seat = Seat::at(Floor::new().await, Look::ENGLISH).await;
    let mut tabs = vec![seat.page.client.window().await.unwrap()];
    while tabs.len() < 8 {
        let tab = seat.page.client.new_window(true).await.unwrap().handle;
        seat.page.client.switch_to_window(tab.clone()).await.unwrap();
        seat.page.go("/desktop").await;
        seat.is("not_ready").await;
        tabs.push(tab);
    }
    seat.kim.ready().await;
    for tab in tabs.clone() {
        seat.page.client.switch_to_window(tab).await.unwrap();
        seat.is("ready").await;
    }
    seat.page.client.switch_to_window(tabs.remove(0)).await.unwrap();
    seat.page.client.close_window().await.unwrap();
    seat.kim.not_ready("Coffee").await;
    for tab in tabs {
        seat.page.client.switch_to_window(tab).await.unwrap();
        seat.page.shows(".state.not_ready .now", "Coffee").await;
        assert_eq!(seat.page.count("#meanwhile").await, 0, "nothing was missed");
    }
    seat.calm().await;
}

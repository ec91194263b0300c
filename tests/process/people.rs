//! The first person is let in from the command line, and lets the others in.

use serde_json::{Value, json};

use super::{Page, Place, Server};

/// The code in the link that a command prints.
fn code(says: &str) -> Value {
    let (_, code) = says.split_once("/sign-in#invitation=").unwrap_or_else(|| panic!("no link in:\n{says}"));
    code.split('&').next().unwrap().into()
}

#[tokio::test]
async fn the_first_person_is_let_in_and_lets_the_others_in() {
    let place = Place::with_campaign();
    let hint = "nobody can sign in yet: `rappel user add NAME --role admin`";
    let doctor = |place: &Place| place.ok(&["doctor", "--database", "sqlite:rappel.db"]);
    assert!(doctor(&place).contains(hint));
    let says = place.ok(&["user", "add", "Boss", "--role", "admin"]);
    assert!(says.contains("user boss, role admin"), "{says}");
    assert!(!doctor(&place).contains(hint));
    assert!(place.fails(&["user", "add", "boss", "--role", "manager"]).contains("somebody signs in as \"boss\""));
    assert!(place.fails(&["user", "add", "ann", "--role", "agent"]).contains("`rappel agent add` makes one"));
    let ann = place.ok(&["agent", "add", "Ann", "--team", "north"]);
    code(&ann);
    assert!(ann.trim_end().ends_with("&login=ann"), "{ann}");
    let list = place.ok(&["user", "list"]);
    let lines: Vec<Vec<&str>> = list.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines, [["1", "boss", "admin", "all", "invited"], ["2", "ann", "agent", "north", "invited"]]);

    let server = Server::start(&place);
    let page = Page::new(&server, "");
    let sign_in = async |wish: Value| page.ask("POST", "/v1/session", Some(wish)).await;
    let by = |code: &Value| json!({ "with": "invitation", "code": code, "password": "plum tree by the gate" });
    let with_password = || json!({ "with": "password", "login": "boss", "password": "plum tree by the gate" });
    let (status, who) = sign_in(by(&code(&says))).await;
    assert_eq!((status, &who["role"]), (200, &json!("admin")), "{who}");
    assert_eq!(sign_in(with_password()).await.0, 200);
    assert!(place.ok(&["user", "list"]).lines().nth(1).unwrap().ends_with("can sign in"));

    place.ok(&["user", "disable", "BOSS"]);
    assert_eq!(sign_in(with_password()).await.0, 401);
    let metrics = page.text("/metrics").await;
    for counted in ["{result=\"good\"} 1", "{result=\"wrong\"} 1"] {
        assert!(metrics.contains(&format!("rappel_sign_ins_total{counted}")), "{metrics}");
    }
    assert!(place.ok(&["user", "list"]).contains("disabled"));
    let again = place.ok(&["user", "invite", "boss"]);
    assert_eq!(sign_in(by(&code(&again))).await.0, 200, "they are back");
    assert!(place.fails(&["user", "invite", "nobody"]).contains("`rappel user list`"));
}

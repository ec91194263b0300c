//! The pages, and the cookie of a browser that is signed in.

use reqwest::{Method, Response, header};
use serde_json::{Value, json};

use super::world::World;

async fn signed_in(world: &World, who: &str) -> String {
    let wish = json!({ "with": "token", "token": format!(" {} ", world.token(who)) });
    let answer = world.request("", &Method::POST, "/v1/session").json(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    for word in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "without TLS it would be lost: {cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

async fn with_cookie(world: &World, cookie: &str, path: &str) -> Response {
    world.request("", &Method::GET, path).header(header::COOKIE, cookie).send().await.unwrap()
}

#[tokio::test]
async fn a_browser_signs_in_and_out() {
    let world = World::new().await;
    let cookie = signed_in(&world, "agent").await;
    let who: Value = with_cookie(&world, &cookie, "/v1/session").await.json().await.unwrap();
    assert_eq!((&who["role"], &who["team"]), (&json!("agent"), &json!("sales")));
    assert_eq!(with_cookie(&world, &cookie, "/v1/me").await.status(), 200);
    let leave = world.request("", &Method::DELETE, "/v1/session").header(header::COOKIE, &cookie);
    let left = leave.header("sec-fetch-site", "same-origin").send().await.unwrap();
    assert_eq!(left.status(), 204);
    assert!(left.headers()[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn over_tls_the_cookie_is_for_tls_alone() {
    let world = World::new().await;
    let wish = json!({ "with": "token", "token": world.token("manager") });
    let ask = world.request("", &Method::POST, "/v1/session").header("x-forwarded-proto", "https").json(&wish);
    assert!(ask.send().await.unwrap().headers()[header::SET_COOKIE].to_str().unwrap().contains("; Secure"));
}

#[tokio::test]
async fn a_token_that_nobody_knows_is_refused() {
    let world = World::new().await;
    let (status, problem) = world.post("", "/v1/session", json!({ "with": "token", "token": "nonsense" })).await;
    assert_eq!((status, &problem["code"]), (401, &json!("unauthenticated")));
}

/// A browser sends the cookie whoever made it ask: only what our own pages ask for is done.
#[tokio::test]
async fn a_page_of_another_site_cannot_act() {
    let world = World::new().await;
    let cookie = signed_in(&world, "agent").await;
    let asks = |headers: &[(&str, &str)]| {
        let request = world.request("", &Method::POST, "/v1/me/session").header(header::COOKIE, &cookie);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.json(&json!({ "extension": "2001" })).send()
    };
    for strange in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://elsewhere.example")],
        &[("origin", "null")],
    ] {
        let answer = asks(strange).await.unwrap();
        assert_eq!(answer.status(), 403, "{strange:?}");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "other_site");
    }
    assert_eq!(asks(&[("sec-fetch-site", "same-origin")]).await.unwrap().status(), 200);
    let own = [("origin", "http://rappel.example"), ("host", "rappel.example")];
    assert_eq!(asks(&own).await.unwrap().status(), 200);
}

#[tokio::test]
async fn pages_are_for_whom_they_are_for_and_guarded() {
    let world = World::new().await;
    let no_hops = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let base = world.request("", &Method::GET, "/").build().unwrap().url().clone();
    let home = no_hops.get(base.clone()).send().await.unwrap();
    assert_eq!(home.headers()[header::LOCATION], "/sign-in");
    let cookie = signed_in(&world, "agent").await;
    let home = no_hops.get(base).header(header::COOKIE, &cookie).send().await.unwrap();
    assert_eq!(home.headers()[header::LOCATION], "/desktop");

    let page = with_cookie(&world, &cookie, "/desktop").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");
    assert!(page.text().await.unwrap().contains("<html lang=\"en\">"));
    let french = world.request("", &Method::GET, "/sign-in").header("accept-language", "fr-CA,en;q=0.5");
    assert!(french.send().await.unwrap().text().await.unwrap().contains("<html lang=\"fr\">"));
}

#[tokio::test]
async fn a_file_is_sent_again_only_when_it_has_changed() {
    let world = World::new().await;
    let first = with_cookie(&world, "", "/assets/base.css").await;
    assert_eq!(first.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    let tag = first.headers()[header::ETAG].clone();
    let again = world.request("", &Method::GET, "/assets/base.css").header(header::IF_NONE_MATCH, tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
    assert_eq!(with_cookie(&world, "", "/assets/words.toml").await.status(), 404);
}

async fn managed(world: &World, method: Method, path: &str, body: Option<Value>) -> Value {
    let (status, answer) = world.send(world.token("admin"), &method, path, body).await;
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    answer
}

async fn signs_in(world: &World, wish: &Value) -> (u16, Value, Option<String>) {
    let answer = world.request("", &Method::POST, "/v1/session").json(wish).send().await.unwrap();
    let cookie = answer.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned());
    let cookie = cookie.map(|cookie| cookie.split(';').next().unwrap().to_owned());
    (answer.status().as_u16(), answer.json().await.unwrap(), cookie)
}

const GOOD: &str = "plum tree by the gate";

/// Invited, signed in, signed in again, forgotten, invited again, gone.
#[tokio::test]
async fn somebody_is_invited_and_signs_in_with_a_password_of_their_own() {
    let world = World::new().await;
    let wish = json!({ "login": "vera", "role": "supervisor", "team": "sales" });
    let made = managed(&world, Method::POST, "/v1/users", Some(wish.clone())).await;
    let (status, problem) = world.post(world.token("admin"), "/v1/users", wish).await;
    assert_eq!((status, &problem["code"]), (409, &json!("login_taken")));
    let password = |password: &str| json!({ "with": "password", "login": "vera", "password": password });
    assert_eq!(signs_in(&world, &password("")).await.1["code"], "wrong_password", "none is chosen yet");

    let by = |code: &Value, password: &str| json!({ "with": "invitation", "code": code, "password": password });
    let code = &made["invitation_code"];
    let (status, problem, _) = signs_in(&world, &by(code, "vera-vera-vera")).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("password")));
    let (status, who, first) = signs_in(&world, &by(code, GOOD)).await;
    assert_eq!((status, &who["role"], &who["team"]), (200, &json!("supervisor"), &json!("sales")), "{who}");
    assert_eq!(signs_in(&world, &by(code, GOOD)).await.1["code"], "invitation_over", "it was good once");

    let (status, _, second) = signs_in(&world, &password(GOOD)).await;
    assert_eq!(status, 200);
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_ne!(first, second);
    let leave = world.request("", &Method::DELETE, "/v1/session").header(header::COOKIE, &first);
    assert_eq!(leave.header("sec-fetch-site", "same-origin").send().await.unwrap().status(), 204);
    assert_eq!(with_cookie(&world, &first, "/v1/session").await.status(), 401, "signed out for good");
    assert_eq!(with_cookie(&world, &second, "/v1/teams/sales").await.status(), 200);

    let path = format!("/v1/users/{}", made["id"]);
    let again = managed(&world, Method::POST, &format!("{path}/invitation"), None).await;
    let (status, ..) = signs_in(&world, &by(&again["invitation_code"], "quince tree by the well")).await;
    assert_eq!(status, 200);
    assert_eq!(with_cookie(&world, &second, "/v1/session").await.status(), 401, "the old password let them in");
    let (status, _, third) = signs_in(&world, &password("quince tree by the well")).await;
    assert_eq!(status, 200);

    managed(&world, Method::DELETE, &path, None).await;
    assert_eq!(with_cookie(&world, &third.unwrap(), "/v1/session").await.status(), 401);
    assert_eq!(signs_in(&world, &password("quince tree by the well")).await.0, 401);
    let users = managed(&world, Method::GET, "/v1/users", None).await;
    assert_eq!(users[0]["state"], "disabled");
    assert!(users[0]["disabled_at"].is_string() && !users.to_string().contains("argon2"), "{users}");
}

/// As at a sign-in page that a proxy on this machine stands before.
async fn signs_in_from(world: &World, address: &str, cookies: &str, login: &str, password: &str) -> Response {
    let wish = json!({ "with": "password", "login": login, "password": password });
    let ask = world.request("", &Method::POST, "/v1/session").header("x-forwarded-for", address);
    ask.header(header::COOKIE, cookies).json(&wish).send().await.unwrap()
}

/// Adds somebody who chose the password [`GOOD`]; gives their number and what they are signed in with.
async fn invited(world: &World, wish: Value) -> (Value, String) {
    let made = managed(world, Method::POST, "/v1/users", Some(wish)).await;
    let wish = json!({ "with": "invitation", "code": made["invitation_code"], "password": GOOD });
    (made["id"].clone(), signs_in(world, &wish).await.2.unwrap())
}

#[tokio::test]
async fn whoever_gets_other_rights_signs_in_again_and_the_disabled_may_come_back() {
    let world = World::new().await;
    let (id, cookie) = invited(&world, json!({ "login": "Vera", "role": "supervisor", "team": "sales" })).await;
    let path = format!("/v1/users/{id}");
    let changed = managed(&world, Method::PUT, &path, Some(json!({ "role": "manager" }))).await;
    assert_eq!(
        (&changed["role"], &changed["team_id"], &changed["login"]),
        (&json!("manager"), &json!(null), &json!("vera"))
    );
    assert_eq!(with_cookie(&world, &cookie, "/v1/session").await.status(), 401);
    let who: Value = signs_in_from(&world, "192.0.2.7", "", "VERA", GOOD).await.json().await.unwrap();
    assert_eq!((&who["role"], &who["has_password"]), (&json!("manager"), &json!(true)));
    let wrong = world.send(world.token("admin"), &Method::PUT, &path, Some(json!({ "role": "agent" }))).await;
    assert_eq!((wrong.0, &wrong.1["errors"][0]["field"]), (422, &json!("agent_id")));

    managed(&world, Method::DELETE, &path, None).await;
    let back = managed(&world, Method::POST, &format!("{path}/invitation"), None).await;
    assert_eq!(back["disabled_at"], json!(null));
    assert_eq!(signs_in_from(&world, "192.0.2.7", "", "vera", GOOD).await.status(), 401, "the old password is gone");
    let wish = json!({ "with": "invitation", "code": back["invitation_code"], "password": GOOD });
    assert_eq!(signs_in(&world, &wish).await.0, 200);
}

/// A stranger uses up the tries at their address; a browser in which she signed in before has tries of its own.
#[tokio::test]
async fn whoever_guesses_keeps_nobody_out_who_signed_in_before() {
    let world = World::new().await;
    invited(&world, json!({ "login": "vera", "role": "supervisor" })).await;
    let first = signs_in_from(&world, "192.0.2.7", "", "vera", GOOD).await;
    let known = first.headers().get_all(header::SET_COOKIE).iter().next_back().unwrap().to_str().unwrap().to_owned();
    for word in ["rappel_known=", "; Path=/v1/session; Max-Age=15552000", "; HttpOnly; SameSite=Strict"] {
        assert!(known.contains(word), "{known}");
    }
    let known = known.split(';').next().unwrap();
    assert_eq!(with_cookie(&world, &known.replace("known", "session"), "/v1/session").await.status(), 401, "no key");
    let mut guesses = Vec::new();
    for _ in 0..11 {
        // What a stranger says of where they come from stands before what the proxy says.
        let guess = signs_in_from(&world, "198.51.100.9, 192.0.2.7", "", "vera", "a wild guess of some length").await;
        guesses.push(guess.status().as_u16());
    }
    assert_eq!((guesses[0], guesses[10]), (401, 429), "{guesses:?}");
    let told: Value = signs_in_from(&world, "192.0.2.7", "", "vera", GOOD).await.json().await.unwrap();
    assert_eq!(told["code"], "too_many_tries");
    assert_eq!(signs_in_from(&world, "192.0.2.7", known, "vera", GOOD).await.status(), 200);
    assert_eq!(signs_in_from(&world, "192.0.2.8", "", "vera", GOOD).await.status(), 200, "elsewhere");
}

#[tokio::test]
async fn an_agent_changes_their_password() {
    let world = World::new().await;
    let agents = managed(&world, Method::GET, "/v1/teams/sales/agents", None).await;
    let (_, cookie) = invited(&world, json!({ "login": "kim", "role": "agent", "agent_id": agents[0]["id"] })).await;
    assert_eq!(with_cookie(&world, &cookie, "/v1/me").await.status(), 200);
    let change = |old: &str, new: &str| {
        let request = world.request("", &Method::PUT, "/v1/session/password").header(header::COOKIE, &cookie);
        request.header("sec-fetch-site", "same-origin").json(&json!({ "old": old, "new": new })).send()
    };
    let refused: Value = change("wrong", "another good password").await.unwrap().json().await.unwrap();
    assert_eq!((&refused["code"], &refused["errors"][0]["field"]), (&json!("old_password_wrong"), &json!("old")));
    let refused: Value = change(GOOD, "short").await.unwrap().json().await.unwrap();
    assert_eq!((&refused["code"], &refused["errors"][0]["field"]), (&json!("password_too_short"), &json!("new")));
    let changed = change(GOOD, "another good password").await.unwrap();
    assert_eq!(changed.status(), 200);
    let fresh = changed.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(with_cookie(&world, &fresh, "/v1/me").await.status(), 200);
    assert_eq!(with_cookie(&world, &cookie, "/v1/me").await.status(), 401);
}

#[tokio::test]
async fn whoever_guesses_passwords_is_slowed_down() {
    let world = World::new().await;
    let wish = json!({ "with": "password", "login": "Nobody ", "password": "guess" });
    let mut answers = Vec::new();
    for _ in 0..11 {
        answers.push(signs_in(&world, &wish).await.0);
    }
    assert_eq!((answers[0], answers[10]), (401, 429), "{answers:?}");
    let other = json!({ "with": "password", "login": "another", "password": "guess" });
    assert_eq!(signs_in(&world, &other).await.0, 401, "nobody is locked out by another's tries");
}

//! The pages, and the cookie of a browser that is signed in.

use reqwest::{Method, Response, header};
use serde_json::json;

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
    let who: serde_json::Value = with_cookie(&world, &cookie, "/v1/session").await.json().await.unwrap();
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
        assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["code"], "other_site");
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

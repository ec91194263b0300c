//! Where telephones in browsers are not offered.

use reqwest::Method;
use serde_json::json;

use super::world::World;

#[tokio::test]
async fn no_account_is_made_where_none_are_offered() {
    let world = World::new().await;
    let (status, offered) = world.get(world.token("agent"), "/v1/me/softphone").await;
    assert_eq!((status, offered), (200, json!({ "is_offered": false, "library_url": null })));
    for method in [Method::POST, Method::DELETE] {
        let (status, problem) = world.send(world.token("agent"), &method, "/v1/me/softphone", None).await;
        assert_eq!((status, &problem["code"]), (403, &json!("softphone_off")));
    }
    let (status, problem) = world.get("", "/assets/softphone-library.js").await;
    assert_eq!((status, &problem["code"]), (404, &json!("unknown_route")));
}

//! The table of all routes. A route cannot be added without saying who may use it, and cannot be missing in the document.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Method,
    middleware,
    routing::{MethodFilter, get, on},
};
use serde_json::Value;

use super::{
    App,
    app::ApiState,
    calls, campaigns, contacts,
    guard::{Access, Gate, pass},
    health, live, me,
    openapi::{Described, Document},
    problem::{Code, Problem},
    suppressions, teams, tokens,
};
use crate::store::Role;

const AGENT: Access = Access::From(Role::Agent);
const SUPERVISOR: Access = Access::From(Role::Supervisor);
const MANAGER: Access = Access::From(Role::Manager);
const ADMIN: Access = Access::From(Role::Admin);

/// The API.
pub fn router(state: ApiState) -> Router {
    let app = App::new(state);
    let mut routes = Routes { made: Some((Router::new(), app.clone())), document: Document::new() };
    table(&mut routes);
    let document = axum::Json(routes.document.finish());
    let (router, _) = routes.made.expect("made above");
    router
        .route("/openapi.json", get(|| async move { document }))
        .fallback(|| async { Problem::new(Code::UnknownRoute, "see /openapi.json for what there is") })
        .method_not_allowed_fallback(|| async {
            Problem::new(Code::WrongMethod, "see /openapi.json for what there is")
        })
        .with_state(app)
}

/// The document of the API, as `/openapi.json` gives it.
pub fn document() -> Value {
    let mut routes = Routes { made: None, document: Document::new() };
    table(&mut routes);
    routes.document.finish()
}

/// Every route, with the least role that may use it.
#[rustfmt::skip]
fn table(r: &mut Routes) {
    r.get("/health", Access::Open, "Does it work?", health::health);
    r.get("/metrics", Access::LocalOrFrom(Role::Supervisor), "Metrics for Prometheus", health::metrics);

    r.get("/v1/me", AGENT, "The agent's view: state, preview, call, commands that work now", me::view);
    r.post("/v1/me/session", AGENT, "Sign in at a phone", me::sign_in);
    r.delete("/v1/me/session", AGENT, "Sign out", me::sign_out);
    r.put("/v1/me/state", AGENT, "Ask for Ready or Not ready", me::set_state);
    r.post("/v1/me/presence", AGENT, "Renew the agent's presence", me::renew_presence);
    r.get("/v1/me/events", AGENT, "The agent's events; renews the presence while open", live::mine);
    r.post("/v1/me/preview/{reservation_id}/accept", AGENT, "Dial the customer", me::accept_preview);
    r.post("/v1/me/preview/{reservation_id}/reject", AGENT, "Leave the contact for later", me::reject_preview);
    r.post("/v1/me/preview/{reservation_id}/close", AGENT, "Close the contact", me::close_preview);
    r.post("/v1/me/calls/{attempt_id}/end", AGENT, "End the call", calls::end);
    r.put("/v1/me/calls/{attempt_id}/classification", AGENT, "Say who answered", calls::reclassify);
    r.put("/v1/me/calls/{attempt_id}/callback", AGENT, "Schedule or change the callback", calls::schedule_callback);
    r.delete("/v1/me/calls/{attempt_id}/callback", AGENT, "Cancel the callback", calls::cancel_callback);
    r.post("/v1/me/calls/{attempt_id}/wrap-up", AGENT, "Wrap up after this call", calls::wrap_up);
    r.put("/v1/me/calls/{attempt_id}/wrap-up-reason", AGENT, "Label the call", calls::apply_wrap_up_reason);
    r.put("/v1/me/calls/{attempt_id}/zone", AGENT, "State the customer's zone", calls::state_zone);

    r.get("/v1/teams", SUPERVISOR, "Teams", teams::list);
    r.post("/v1/teams", ADMIN, "Create a team", teams::create);
    r.get("/v1/teams/{team}", SUPERVISOR, "A team's board", teams::board);
    r.get("/v1/teams/{team}/events", SUPERVISOR, "A team's events, live", live::of_team);
    r.get("/v1/teams/{team}/log", SUPERVISOR, "A team's events, a page of them", teams::log);
    r.get("/v1/teams/{team}/agents", SUPERVISOR, "A team's agents", teams::agents);
    r.post("/v1/teams/{team}/agents", MANAGER, "Create an agent", teams::create_agent);
    r.put("/v1/teams/{team}/agents/{agent_id}/state", SUPERVISOR, "Change an agent's state", teams::set_agent_state);

    r.get("/v1/campaigns", SUPERVISOR, "Campaigns", campaigns::list);
    r.get("/v1/campaigns/{name}", SUPERVISOR, "A campaign and its progress", campaigns::one);
    r.put("/v1/campaigns/{name}", MANAGER, "Create a campaign, or change its rules", campaigns::put);

    r.post("/v1/campaigns/{name}/start", MANAGER, "Start the campaign, or go on", campaigns::start);
    r.post("/v1/campaigns/{name}/pause", MANAGER, "Pause the campaign", campaigns::pause);
    r.post("/v1/campaigns/{name}/end", MANAGER, "End the campaign for good", campaigns::end);
    r.get("/v1/campaigns/{name}/contacts", SUPERVISOR, "Contacts of a campaign", contacts::list);
    r.get("/v1/campaigns/{name}/callbacks", SUPERVISOR, "Callbacks of a campaign", contacts::callbacks);
    r.get("/v1/contacts/{contact_id}", SUPERVISOR, "A contact", contacts::one);
    r.put("/v1/contacts/{contact_id}/zones", SUPERVISOR, "State a contact's zones", contacts::put_zones);
    r.get("/v1/contacts/{contact_id}/attempts", SUPERVISOR, "Attempts of a contact", contacts::attempts);

    r.get("/v1/suppressions", MANAGER, "Numbers not to be called", suppressions::list);
    r.post("/v1/suppressions", MANAGER, "Never call a number, from now on", suppressions::add);
    r.post("/v1/suppressions/remove", MANAGER, "Take a number off", suppressions::remove);

    r.get("/v1/tokens", ADMIN, "Access tokens", tokens::list);
    r.post("/v1/tokens", ADMIN, "Create an access token", tokens::create);
    r.delete("/v1/tokens/{token_id}", ADMIN, "Revoke an access token", tokens::revoke);
}

/// The routes as they are collected: into the document, and into a router where there is something to serve.
struct Routes {
    made: Option<(Router<App>, App)>,
    document: Document,
}

impl Routes {
    fn get<T: 'static>(&mut self, path: &'static str, access: Access, summary: &str, handler: impl Described<T>) {
        self.add(Method::GET, path, access, summary, handler);
    }

    fn put<T: 'static>(&mut self, path: &'static str, access: Access, summary: &str, handler: impl Described<T>) {
        self.add(Method::PUT, path, access, summary, handler);
    }

    fn post<T: 'static>(&mut self, path: &'static str, access: Access, summary: &str, handler: impl Described<T>) {
        self.add(Method::POST, path, access, summary, handler);
    }

    fn delete<T: 'static>(&mut self, path: &'static str, access: Access, summary: &str, handler: impl Described<T>) {
        self.add(Method::DELETE, path, access, summary, handler);
    }

    fn add<H: Described<T>, T: 'static>(
        &mut self,
        method: Method,
        path: &'static str,
        access: Access,
        summary: &str,
        handler: H,
    ) {
        self.document.add::<H, T>(&method, path, access, summary);
        let Some((router, app)) = self.made.take() else { return };
        let filter = MethodFilter::try_from(method).expect("one of the four above");
        let gate = Gate { app: app.clone(), access, path };
        let bytes_max = H::bytes_max(&app.limits);
        let route = on(filter, handler)
            .route_layer(middleware::from_fn_with_state(gate, pass))
            .route_layer(DefaultBodyLimit::max(bytes_max));
        self.made = Some((router.route(path, route), app));
    }
}

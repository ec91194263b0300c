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
    campaigns, contact_search, contacts, dial_pad, dialogs, files, forecasts,
    guard::{Access, Gate, pass},
    health, history, live, me, new_contacts,
    openapi::{Described, Document},
    outlooks, pages, phone_books,
    problem::{Code, Problem},
    queues, reasons, recordings, reports, session, softphone, supervision, suppressions, teams, tokens, uploads, users,
    waiting,
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
        .merge(pages::router(&app.softphone))
        .route(softphone::LIBRARY, get(softphone::library))
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
#[expect(clippy::too_many_lines, reason = "one line for each route")]
fn table(r: &mut Routes) {
    r.get("/health", Access::Open, "Does it work?", health::health);
    r.get("/metrics", Access::LocalOrFrom(Role::Supervisor), "Metrics for Prometheus", health::metrics);

    people(r);

    r.get("/v1/me", AGENT, "The agent's view: state, preview, call, commands that work now", me::view);
    r.post("/v1/me/session", AGENT, "Sign in at a phone", me::sign_in);
    r.delete("/v1/me/session", AGENT, "Sign out", me::sign_out);
    r.put("/v1/me/state", AGENT, "Ask for Ready or Not ready", me::set_state);
    r.post("/v1/me/presence", AGENT, "Renew the agent's presence", me::renew_presence);
    r.get("/v1/me/events", AGENT, "The agent's events; renews the presence while open", live::mine);
    r.get("/v1/me/softphone", AGENT, "Can the agent's browser be their telephone?", softphone::offered);
    r.post("/v1/me/softphone", AGENT, "Give the agent's browser an account at the switch", softphone::open);
    r.delete("/v1/me/softphone", AGENT, "Give the account back", softphone::close);
    r.get("/v1/me/reasons", AGENT, "The reasons the agent chooses from", reasons::mine);
    r.post("/v1/me/preview/{reservation_id}/accept", AGENT, "Dial the customer", me::accept_preview);
    r.post("/v1/me/preview/{reservation_id}/reject", AGENT, "Leave the contact for later", me::reject_preview);
    r.post("/v1/me/preview/{reservation_id}/close", AGENT, "Close the contact", me::close_preview);
    r.post("/v1/me/dialogs", AGENT, "Call somebody", dialogs::place);
    r.post("/v1/me/dialogs/{dialog_id}/answer", AGENT, "Take the call that is offered", dialogs::answer);
    r.post("/v1/me/dialogs/{dialog_id}/decline", AGENT, "Do not take it", dialogs::decline);
    r.post("/v1/me/dialogs/{dialog_id}/end", AGENT, "End the call; leave a conference", dialogs::end);
    r.post("/v1/me/dialogs/{dialog_id}/hold", AGENT, "Put the others on hold", dialogs::hold);
    r.post("/v1/me/dialogs/{dialog_id}/retrieve", AGENT, "Talk with them again", dialogs::retrieve);
    r.post("/v1/me/dialogs/{dialog_id}/consult", AGENT, "Ask somebody about this call", dialogs::consult);
    r.post("/v1/me/dialogs/{dialog_id}/conference", AGENT, "All talk", dialogs::conference);
    r.post("/v1/me/dialogs/{dialog_id}/transfer", AGENT, "Pass the customer to whoever was consulted", dialogs::transfer);
    r.post("/v1/me/dialogs/{dialog_id}/direct-transfer", AGENT, "Pass the customer straight on", dialogs::direct_transfer);
    r.put("/v1/me/dialogs/{dialog_id}/keypad", AGENT, "Open the keypad", dialogs::open_keypad);
    r.delete("/v1/me/dialogs/{dialog_id}/keypad", AGENT, "Close the keypad", dialogs::close_keypad);
    r.post("/v1/me/dialogs/{dialog_id}/digits", AGENT, "Send a keypad tone", dialogs::send_digit);
    r.put("/v1/me/dialogs/{dialog_id}/classification", AGENT, "Say who answered", dialogs::reclassify);
    r.put("/v1/me/dialogs/{dialog_id}/callback", AGENT, "Schedule or change the callback", dialogs::schedule_callback);
    r.delete("/v1/me/dialogs/{dialog_id}/callback", AGENT, "Cancel the callback", dialogs::cancel_callback);
    r.post("/v1/me/dialogs/{dialog_id}/callback/look", AGENT, "What would become of a callback", dialogs::look_at_callback);
    r.put("/v1/me/dialogs/{dialog_id}/recording-pause", AGENT, "Keep what is said off the tape", dialogs::pause_recording);
    r.delete("/v1/me/dialogs/{dialog_id}/recording-pause", AGENT, "Record what is said again", dialogs::resume_recording);
    r.post("/v1/me/dialogs/{dialog_id}/wrap-up", AGENT, "Wrap up after this call", dialogs::wrap_up);
    r.put("/v1/me/dialogs/{dialog_id}/wrap-up-reason", AGENT, "Label the call", dialogs::apply_wrap_up_reason);
    r.put("/v1/me/dialogs/{dialog_id}/zone", AGENT, "State the customer's zone", dialogs::state_zone);
    r.get("/v1/me/waiting", AGENT, "Why the agent gets nothing, with counts", waiting::view);
    r.get("/v1/me/contacts/{contact_id}/history", AGENT, "Earlier attempts and callbacks of the contact in hand", history::of_contact);
    r.post("/v1/me/dial-pad", AGENT, "What the dial pad shows, and whether it may be dialled", dial_pad::look);
    r.get("/v1/me/phone-book", AGENT, "Search the phone books of the agent's team", phone_books::search);

    r.get("/v1/teams", SUPERVISOR, "Teams", teams::list);
    r.post("/v1/teams", ADMIN, "Create a team", teams::create);
    r.get("/v1/teams/{team}", SUPERVISOR, "A team's board", teams::board);
    r.get("/v1/teams/{team}/events", SUPERVISOR, "A team's events, live", live::of_team);
    r.get("/v1/teams/{team}/log", SUPERVISOR, "A team's events, a page of them", teams::log);
    r.get("/v1/teams/{team}/agents", SUPERVISOR, "A team's agents", teams::agents);
    r.post("/v1/teams/{team}/agents", MANAGER, "Create an agent", teams::create_agent);
    r.put("/v1/teams/{team}/agents/{agent_id}/state", SUPERVISOR, "Change an agent's state", teams::set_agent_state);
    r.put("/v1/teams/{team}/agents/{agent_id}/supervision", SUPERVISOR, "Listen to an agent's call, whisper, or join", supervision::put);
    r.delete("/v1/teams/{team}/agents/{agent_id}/supervision", SUPERVISOR, "Leave an agent's call", supervision::end);

    r.get("/v1/campaigns", SUPERVISOR, "Campaigns", campaigns::list);
    r.post("/v1/campaigns/check", MANAGER, "Check the rules of a campaign", campaigns::check);
    r.get("/v1/campaigns/{name}/summary", SUPERVISOR, "A campaign without its progress", campaigns::summary);
    r.get("/v1/campaigns/{name}", SUPERVISOR, "A campaign and its progress", campaigns::one);
    r.put("/v1/campaigns/{name}", MANAGER, "Create a campaign, or change its rules", campaigns::put);
    r.get("/v1/campaigns/{name}/file", SUPERVISOR, "The rules of a campaign as a campaign file", campaigns::file);

    r.post("/v1/campaigns/{name}/start", MANAGER, "Start the campaign, or go on", campaigns::start);
    r.post("/v1/campaigns/{name}/pause", MANAGER, "Pause the campaign", campaigns::pause);
    r.post("/v1/campaigns/{name}/end", MANAGER, "End the campaign for good", campaigns::end);
    r.get("/v1/campaigns/{name}/outlook", SUPERVISOR, "How many contacts can be called when, and why", outlooks::one);
    r.post("/v1/campaigns/{name}/forecast", SUPERVISOR, "Ask when the campaign will be done", forecasts::ask);
    r.get("/v1/campaigns/{name}/forecast", SUPERVISOR, "When it will be done, or how far the answer is", forecasts::latest);
    r.get("/v1/campaigns/{name}/hours", SUPERVISOR, "The calling hours of a campaign, and where they come from", campaigns::hours);
    r.get("/v1/campaigns/{name}/lists", SUPERVISOR, "The contact lists of a campaign", campaigns::lists);
    r.get("/v1/campaigns/{name}/contacts", SUPERVISOR, "Contacts of a campaign", contacts::list);
    r.post("/v1/campaigns/{name}/contacts", MANAGER, "Load contacts", new_contacts::load);
    r.post("/v1/campaigns/{name}/uploads", MANAGER, "Send a list, to be checked", uploads::send);
    r.get("/v1/campaigns/{name}/uploads/{upload_id}", MANAGER, "A list that was sent, and what would come of it", uploads::one);
    r.put("/v1/campaigns/{name}/uploads/{upload_id}", MANAGER, "Check it again, read in another way", uploads::check);
    r.delete("/v1/campaigns/{name}/uploads/{upload_id}", MANAGER, "Forget it, or stop loading it", uploads::forget);
    r.post("/v1/campaigns/{name}/uploads/{upload_id}/load", MANAGER, "Load it", uploads::load);
    r.get("/v1/campaigns/{name}/uploads/{upload_id}/rejects", MANAGER, "Its refused rows, to be mended", uploads::rejects);
    r.get("/v1/campaigns/{name}/callbacks", SUPERVISOR, "Callbacks of a campaign", contacts::callbacks);
    r.post("/v1/contacts/search", SUPERVISOR, "Find a contact by its account number or telephone number", contact_search::search);
    r.get("/v1/contacts/{contact_id}", SUPERVISOR, "A contact", contacts::one);
    r.put("/v1/contacts/{contact_id}/zones", SUPERVISOR, "State a contact's zones", contacts::put_zones);
    r.get("/v1/contacts/{contact_id}/explain", SUPERVISOR, "Why a contact is called or not", contacts::explain);
    r.get("/v1/contacts/{contact_id}/attempts", SUPERVISOR, "Attempts of a contact", contacts::attempts);
    r.get("/v1/contacts/{contact_id}/callbacks", SUPERVISOR, "Callbacks of a contact", contacts::callbacks_of);

    r.get("/v1/attempts/{attempt_id}/recording", SUPERVISOR, "The recording of an attempt", recordings::of_attempt);

    r.post("/v1/suppressions/search", MANAGER, "Numbers not to be called", suppressions::list);
    r.get("/v1/reports/{kind}", SUPERVISOR, "A report, as JSON, CSV or Parquet", reports::one);

    r.post("/v1/suppressions", MANAGER, "Never call a number, from now on", suppressions::add);
    r.post("/v1/suppressions/remove", MANAGER, "Take a number off", suppressions::remove);

    r.post("/v1/suppressions/file", MANAGER, "Never call the numbers of a file", files::suppressions);

    r.get("/v1/queues", SUPERVISOR, "Service queues", queues::list);
    r.get("/v1/queues/{name}", SUPERVISOR, "A service queue", queues::one);
    r.put("/v1/queues/{name}", MANAGER, "Create a service queue, or change its rules", queues::put);
    r.get("/v1/queues/{name}/file", SUPERVISOR, "The rules of a queue as a queue file", queues::file);
    r.post("/v1/queues/{name}/open", MANAGER, "Let callers in", queues::open);
    r.post("/v1/queues/{name}/close", MANAGER, "Let callers go who arrive from now on", queues::close);

    r.get("/v1/reasons", SUPERVISOR, "Reasons that agents choose from", reasons::list);
    r.post("/v1/reasons", ADMIN, "Create a reason", reasons::create);
    r.delete("/v1/reasons/{reason_id}", ADMIN, "Remove a reason", reasons::remove);

    r.get("/v1/phone-books", SUPERVISOR, "Phone books", phone_books::list);
    r.get("/v1/phone-books/{name}", SUPERVISOR, "A phone book and its entries", phone_books::one);
    r.put("/v1/phone-books/{name}", MANAGER, "Make a phone book, or replace it", phone_books::put);
    r.post("/v1/phone-books/{name}/file", MANAGER, "Fill a phone book from a file", files::phone_book);
    r.delete("/v1/phone-books/{name}", MANAGER, "Remove a phone book", phone_books::remove);
}

/// Those by which people sign in, and are let in.
#[rustfmt::skip]
fn people(r: &mut Routes) {
    r.post("/v1/session", Access::Open, "Sign in with a browser", session::sign_in);
    r.get("/v1/session", AGENT, "Who is signed in", session::who);
    r.delete("/v1/session", AGENT, "Sign out with a browser", session::sign_out);
    r.put("/v1/session/password", AGENT, "Change one's password", session::change_password);

    r.get("/v1/users", ADMIN, "People who sign in with a password", users::list);
    r.post("/v1/users", ADMIN, "Add somebody, with an invitation", users::create);
    r.put("/v1/users/{user_id}", ADMIN, "Give somebody another role or team", users::change);
    r.post("/v1/users/{user_id}/invitation", ADMIN, "Invite somebody anew", users::invite);
    r.delete("/v1/users/{user_id}", ADMIN, "Let somebody sign in no more", users::disable);

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
        let gate = Gate { app: app.clone(), access, path, patience: H::patience(&app.limits) };
        let bytes_max = H::bytes_max(&app.limits);
        let route = on(filter, handler)
            .route_layer(middleware::from_fn_with_state(gate, pass))
            .route_layer(DefaultBodyLimit::max(bytes_max));
        self.made = Some((router.route(path, route), app));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
        document["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap();
            methods.iter().map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
    }

    /// Every `$ref` in a part of the document.
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
                Value::String(to) if name == "$ref" => drop(found.insert(to.clone())),
                value => references(value, found),
            }),
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn the_document_is_whole() {
        let document = document();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.contains("#/components/schemas/AgentView"));
        for reference in found {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
    }

    #[test]
    fn each_operation_has_a_name_of_its_own_and_its_parameters() {
        let document = document();
        let mut names = BTreeSet::new();
        for (path, method, operation) in operations(&document) {
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
            let told = operation["parameters"].as_array().into_iter().flatten();
            let told: BTreeSet<_> = told.filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
            let wanted: BTreeSet<_> = path.split(['{', '}']).skip(1).step_by(2).collect();
            assert_eq!(told, wanted, "{method} {path}");
        }
        assert!(names.contains("me_sign_in") && names.len() > 40, "{names:?}");
    }

    #[test]
    fn whoever_needs_a_token_is_told_so() {
        let document = document();
        let open: Vec<_> = operations(&document).filter(|(.., o)| o["x-minimum-role"].is_null()).collect();
        let open: Vec<_> = open.into_iter().map(|(path, ..)| path).collect();
        assert_eq!(open, ["/health", "/v1/session"]);
    }
}

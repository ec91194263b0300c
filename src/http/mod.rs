//! The API: commands and events for agents, management for the others, health and metrics for those who run it.
//!
//! [`router`] makes it of an [`ApiState`]. One file holds one kind of resource; `routes` is the table of all of them, each
//! with the least role that may use it; `openapi` makes the document out of the very same table. `pages` is what people see
//! of it in a browser.

mod app;
mod auth;
mod campaigns;
mod contact_search;
mod contacts;
mod dial_pad;
mod dialogs;
mod extract;
mod files;
mod forecasts;
mod guard;
mod health;
mod history;
mod limits;
mod live;
mod me;
mod new_contacts;
mod openapi;
mod outlooks;
mod pages;
mod password;
mod phone_books;
mod problem;
mod queues;
mod reasons;
mod recordings;
mod reports;
mod routes;
mod rules_body;
mod rules_file;
mod session;
mod softphone;
mod supervision;
mod suppressions;
mod teams;
mod tokens;
mod tries;
mod uploads;
mod users;
mod waiting;

use app::App;

pub use self::{
    app::ApiState,
    auth::{hash_of, new_token},
    limits::Limits,
    password::hash_password,
    problem::{Code, FieldProblem, Problem, status_of},
    routes::{document, router},
    softphone::SoftphoneOffer,
    uploads::forget_old_uploads,
    users::{invitation_path, new_invitation},
};

//! Will it be done, when, and if not, what would it take? A campaign's contacts are called in virtual time, as often as there
//! are seeds, by the engine that calls them in earnest.
//!
//! A [`Plan`] says what stays the same over all runs, a [`Variant`] what may differ; a [`Run`] is what one came to.
//! [`Spread`] says when most of them were done, [`Estimate`] what it would take where they were not. The contacts come from
//! wherever [`Contacts`] takes them: a list that is not loaded yet, or a campaign as it stands ([`OpenContacts`], [`Question`]).

mod answer;
mod estimate;
mod open;
mod run;

pub use self::{
    answer::{Asked, Forecast, Progress, Question, Takes},
    estimate::{Estimate, Left, Longer, More},
    open::OpenContacts,
    run::{Contacts, ForecastError, Plan, Run, Spread, Uncallable, Variant},
};

//! Rappel, an outbound campaign dialer engine: the map of the house.
//!
//! A campaign pushes *direct previews* to Ready agents. A synchronous, deterministic **engine** decides; a thin **runtime**
//! commits, acts and publishes, in that order; a **simulator** drives the very same step with a clock that jumps.
//!
//! # Where things are
//!
//! | module | what it is | never |
//! | --- | --- | --- |
//! | [`domain`] | values and rules: zones, windows, contacts, retries, callbacks; no clock, no dice, no IO | knows any other |
//! | [`engine`] | the dialer of one team: inputs in, changes, orders, replies and questions out | waits, reads a clock |
//! | [`ports`] | the seams: what a step needs of a database and of a telephone network | knows an adapter |
//! | [`store`] | SQLite and PostgreSQL behind one seam; management, reports | decides |
//! | [`switch`] | telephone networks: Asterisk over ARI, and a simulated one | decides |
//! | [`runtime`] | the step, the loop of each team, the one real clock | knows a concrete adapter |
//! | [`http`] | the API | speaks SQL, knows the engine's insides |
//! | [`sim`] | virtual time: workers, faults, invariants | reads tokio's clock |
//! | [`campaign_file`], [`intake`], [`loading`], [`suppressing`] | what managers write and load, checked | |
//! | [`explain`], [`outlook`], [`report_format`] | answers for people | |
//! | [`forecast`] | when a campaign will be done, by [`sim`] | speaks SQL or HTTP |
//! | [`cli`] | the only place that knows every concrete type | holds a rule |
//!
//! The table is a law: `tests/architecture.rs` reads the sources and fails when it is broken.
//!
//! # The walk of one contact
//!
//! 1. [`intake`] reads a row of a list: [`domain::phone`] reads its numbers, [`domain::number_zones`] tells the zones they may
//!    be in. [`loading`] gives it its place ([`domain::eligibility::place`]) and [`store::Database::load_batch`] stores it,
//!    waiting.
//! 2. The engine of the team hears of it ([`engine::input::Notice`]) and reads the next due contacts ahead into its hopper
//!    ([`engine::output::Ask::Due`]): one index seek for each open zone set, however many contacts there are.
//! 3. An agent is Ready: [`domain::eligibility::decide`] is asked, a [`domain::reservation::Reservation`] is made and the
//!    preview shown. Promised callbacks come first.
//! 4. The agent accepts: the do-not-call lists and all rules are asked again at that instant. Only
//!    [`domain::eligibility::permit`] makes a [`domain::eligibility::DialPermit`], and only with one the switch is ordered to
//!    dial, after the [`domain::attempt::Attempt`] is committed.
//! 5. The switch tells what happens; the agent says who answered, promises a callback, wraps up.
//! 6. The [`domain::outcome::Outcome`] (a fact) leads to a [`domain::retry::Disposition`] (a decision): again later, a
//!    callback, or closed.
//! 7. Everything that happened is an [`domain::event::Event`], numbered, in the same commit: the log, the live feed and the
//!    source of the reports.
//!
//! # One step
//!
//! [`runtime::step::Step`] drains what waits, lets the engine handle each input, commits once for all of it, gives the
//! orders, answers and publishes. Nothing is answered or dialled before it is durable. When the commit fails the engine is
//! thrown away and restored from the store, which is what happens after a crash too: there is one path, and the simulator
//! takes it in hundreds of runs.
//!
//! # Invariants
//!
//! The simulator ([`sim::checks`]) asks these after each step; where SQL can, a constraint holds them too.
//!
//! 1. No contact is reserved for two agents at once, or in two dialogs; no agent has two reservations, or one beside a
//!    dialog. (An attempt that its agent passed on stays theirs.)
//! 2. Nothing is dialled without a permit made at that instant: never outside the calling hours, never a suppressed number.
//! 3. An acknowledged click is never lost.
//! 4. One accept dials at most once, whatever crashes.
//! 5. A callback fires once, never early, and at the promised wall time of the customer, clock changes included.
//! 6. Each loaded contact is in exactly one state.
//! 7. No agent is stuck: whatever they do has a deadline or a live peer.
//! 8. Every refusal has a stable code, is said to the person, and is counted.
//! 9. An agent talks in one room at most, a line is in one dialog, and those hear each other who are in one dialog.
//! 10. No customer is left alone: somebody talks with them, an agent at work has them on hold, or a deadline runs. A caller
//!     waits as long as the queue allows.
//! 11. Every dialog ends, with its attempt, and so does every line that was ordered.
//! 12. Every keypad tone that was asked for is answered once.
//! 13. No call is recorded unless its campaign says so, none longer than it lasts, and nothing is on tape while agents are
//!     told that it is paused.
//! 14. An agent has one phone at the switch at most, and none when they are not at work.
//!
//! # Errors
//!
//! Three families only: a [`domain::refusal::Refusal`] (the rules say no), a failure (the world broke, try again), an
//! inconsistency (stored data is impossible: it names table, row and column, [`ports::StoreError`]).

pub mod campaign_file;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod explain;
pub mod forecast;
pub mod http;
pub mod intake;
pub mod loading;
pub mod outlook;
pub mod ports;
pub mod report_format;
pub mod runtime;
pub mod sim;
pub mod store;
pub mod suppressing;
pub mod switch;
pub mod telemetry;
pub mod zoneinfo;

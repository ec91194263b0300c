//! Customers who call the demo's team: a service queue, opened through the store as a manager would, and people who call it.

use jiff::{SignedDuration, Timestamp};

use super::super::{CliError, live::Live};
use crate::{
    domain::{
        ids::TeamId,
        queue::{QueueRules, QueueState},
    },
    runtime::{clock::Clock, teams::Teams},
    sim::callers::Callers,
    switch::simulated::{SimulatedSwitch, people::People},
};

/// The queue; all that is left out has a careful default.
const QUEUE: &str = r#"
name = "service"
description = "Customers with a question"
[wrap_up]
mode = "optional"
seconds_max = 45
reasons = ["Answered", "To be called back", "Complaint"]
"#;
/// Previews stay most of the work.
const CALLS_AN_HOUR: u32 = 30;
/// They call all day.
const DAY: SignedDuration = SignedDuration::from_hours(12);

/// Opens the queue and lets people call it until the program ends.
pub(super) async fn begin(
    live: &Live,
    (team_id, team): (TeamId, &str),
    begins_at: Timestamp,
    seed: u64,
) -> Result<(), CliError> {
    let rules: QueueRules =
        toml::from_str(&format!("team = \"{team}\"\n{QUEUE}")).map_err(|problem| CliError::new(problem.to_string()))?;
    live.db.queue_apply(&rules, begins_at).await?;
    live.db.queue_set_state(&rules.name, QueueState::Open, begins_at).await?;
    let callers = Callers { queue: rules.name, an_hour: CALLS_AN_HOUR };
    if let Some(switch) = live.simulated.clone() {
        tokio::spawn(call(live.teams.clone(), switch, live.clock, team_id, callers, seed));
    }
    Ok(())
}

async fn call(teams: Teams, switch: SimulatedSwitch, clock: Clock, team_id: TeamId, callers: Callers, seed: u64) {
    let people = People::seeded(seed);
    let now = clock.now();
    for call in callers.between(now, now + DAY, seed) {
        clock.wait_until(Some(call.at)).await;
        switch.arrives(clock.now(), call.channel_id, people.patience(call.channel_id));
        teams.arrived(team_id, call.channel_id, callers.queue.clone(), call.caller).await;
    }
}

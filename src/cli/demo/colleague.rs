//! A simulated agent in real time: sees what every agent sees, through the same door.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rand::{SeedableRng, rngs::Xoshiro256PlusPlus};

use crate::{
    domain::{command::Command, ids::AgentId},
    runtime::{clock::Clock, handle::TeamHandle},
    sim::worker::Worker,
    switch::simulated::people::People,
};

/// Works until the program ends.
pub(super) async fn works(team: TeamHandle, agent_id: AgentId, mut worker: Worker, clock: Clock, seed: u64) {
    let people = People::seeded(seed);
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed ^ agent_id.0.unsigned_abs());
    worker.on_shift = true;
    let mut events = team.events();
    let mut agenda: BTreeMap<(Timestamp, u64), Command> = BTreeMap::new();
    let mut planned = 0;
    let sign_in = Command::SignIn { extension: worker.extension.clone() };
    agenda.insert((clock.now(), 0), sign_in);
    let mut renews_at = clock.now();
    loop {
        let next = agenda.first_key_value().map(|((at, _), _)| *at);
        tokio::select! {
            event = events.recv() => {
                // Too slow a look means only that something happened.
                if event.is_ok_and(|event| event.agent_id != Some(agent_id)) {
                    continue;
                }
            }
            () = clock.wait_until(next) => {
                if let Some((_, command)) = agenda.pop_first() {
                    let Ok(Some(view)) = team.agent_view(agent_id).await else { return };
                    if worker.still_does(&command, &view, &mut dice) {
                        // A refusal is part of the day: the preview was gone, the call was over.
                        drop(team.command(agent_id, command).await);
                    }
                }
            }
            () = clock.wait_until(Some(renews_at)) => {
                renews_at = clock.now() + SignedDuration::from_secs(60);
                drop(team.command(agent_id, Command::RenewPresence).await);
                continue;
            }
        }
        let Ok(Some(view)) = team.agent_view(agent_id).await else { return };
        for (after, command) in worker.look(&view, &people, &mut dice) {
            planned += 1;
            agenda.insert((clock.now() + after, planned), command);
        }
    }
}

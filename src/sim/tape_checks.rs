//! The invariant of recordings: what is on tape is what the campaign and its agents want there.

use std::collections::BTreeMap;

use crate::{
    domain::{
        attempt::{Attempt, Phase},
        campaign::Campaign,
        ids::{AttemptId, CampaignId, ChannelId, DialogId},
        recording::RecordingState,
    },
    engine::output::Changes,
    switch::simulated::Tape,
};

/// What these checks remember: attempts that are not over.
#[derive(Default)]
pub(super) struct TapeChecks {
    attempts: BTreeMap<AttemptId, Attempt>,
}

impl TapeChecks {
    pub fn committed(&mut self, changes: &Changes) {
        for (id, attempt) in &changes.attempts {
            if matches!(attempt.phase, Phase::Ended(_)) {
                self.attempts.remove(id);
            } else {
                self.attempts.insert(*id, attempt.clone());
            }
        }
    }

    /// Every recording of the switch, and its lines.
    pub fn tapes(
        &self,
        tapes: &BTreeMap<ChannelId, Tape>,
        lines: &BTreeMap<ChannelId, Option<DialogId>>,
        campaigns: &BTreeMap<CampaignId, Campaign>,
    ) -> Option<(u8, String)> {
        tapes.iter().find_map(|(line, tape)| {
            let broken = |what: &str| Some((13, format!("{}: {what}", tape.path)));
            if !lines.contains_key(line) {
                return broken("it goes on after its call");
            }
            // An attempt can be over while the switch still ends its line.
            let attempt = self.attempts.get(&AttemptId(line.0))?;
            let campaign = campaigns.get(&attempt.campaign_id);
            if campaign.is_none_or(|campaign| !campaign.rules.recording.calls_recorded) {
                return broken("its campaign does not have its calls recorded");
            }
            match &attempt.recording {
                None => broken("its attempt does not know of it"),
                Some(known) if known.path != tape.path => broken("its attempt has another path"),
                Some(known) if known.state == RecordingState::Paused && !tape.is_paused => {
                    broken("agents are told that it is paused")
                }
                Some(_) => None,
            }
        })
    }
}

//! A store prepared for a run in virtual time: one campaign, its agents, and their working days.

use jiff::{Timestamp, civil, civil::Weekday};

use super::checks::Checks;
use crate::{
    domain::{
        campaign::{Campaign, CampaignRules, CampaignState},
        ids::AgentId,
        wall_time::WallTime,
        zone::Zone,
        zone_rules::ZoneRules,
    },
    store::{Database, ManageError},
};

/// A store with a running campaign and its agents, ready to be loaded.
pub struct Scenario {
    /// The store, in memory.
    pub db: Database,
    /// The campaign.
    pub campaign: Campaign,
    /// Its agents.
    pub agents: Vec<AgentId>,
    /// Checks that know the campaign.
    pub checks: Checks,
}

impl Scenario {
    /// Prepares a store in memory.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn new(rules: &CampaignRules, agents: usize, begins_at: Timestamp) -> Result<Self, ManageError> {
        let db = Database::open_for_simulation().await?;
        db.campaign_apply(rules, begins_at).await?;
        let campaign = db.campaign_set_state(&rules.name, CampaignState::Running, begins_at).await?;
        let mut ids = Vec::new();
        for i in 1..=agents {
            let agent = db.agent_add(&rules.team, &format!("agent{i}"), &format!("Agent {i}"), begins_at).await?;
            ids.push(agent.id);
        }
        let mut checks = Checks::default();
        checks.campaign(campaign.clone());
        Ok(Self { db, campaign, agents: ids, checks })
    }
}

/// When agents work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkingDays {
    /// The first day.
    pub from: civil::Date,
    /// How many working days.
    pub days: u32,
    /// When a day begins.
    pub begins: civil::Time,
    /// When it ends.
    pub ends: civil::Time,
    /// Where.
    pub zone: Zone,
    /// Do they work on Saturdays and Sundays?
    pub weekends: bool,
}

impl WorkingDays {
    /// Begin and end of each shift.
    pub fn shifts(&self, rules: &ZoneRules) -> Vec<(Timestamp, Timestamp)> {
        let at = |day: civil::Date, time| WallTime::new(day.to_datetime(time), self.zone).resolve(rules).due_at;
        self.dates().take(self.days as usize).map(|day| (at(day, self.begins), at(day, self.ends))).collect()
    }

    /// How many working days there are from the first day until `last`, both counted.
    pub fn until(&self, last: civil::Date) -> u32 {
        u32::try_from(self.dates().take_while(|day| *day <= last).count()).unwrap_or(u32::MAX)
    }

    /// Every working day from the first day on.
    fn dates(&self) -> impl Iterator<Item = civil::Date> {
        let weekends = self.weekends;
        std::iter::successors(Some(self.from), |day| day.tomorrow().ok())
            .filter(move |day| weekends || !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
    }
}

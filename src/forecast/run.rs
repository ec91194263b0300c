//! One run: a campaign, contacts and agents in a store that is thrown away; and what several came to.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    domain::{campaign::CampaignRules, eligibility, event::EventRecord, zone_rules::ZoneRules},
    ports::StoreError,
    runtime::clock::Clock,
    sim::{
        Faults,
        deferred::Deferred,
        scenario::{Scenario, WorkingDays},
        summary::Summary,
        world::{Setup, Stopped, World},
    },
    store::{Database, ManageError},
    switch::simulated::people::{Mix, People},
};

/// Why there is no forecast.
#[derive(Debug, thiserror::Error)]
pub enum ForecastError {
    /// Nobody works.
    #[error("there is no working day")]
    NoWorkingDay,
    /// There are too many contacts for so few agents.
    #[error(
        "{contacts} contacts are too many for {agents} agents: ask with {agents_min} or more, or use `rappel simulate`"
    )]
    TooManyContacts {
        /// Those that can be called.
        contacts: u64,
        /// Who would call them.
        agents: u32,
        /// So many can be asked about.
        agents_min: u64,
    },
    /// The contacts cannot be had.
    #[error("{0}")]
    Contacts(String),
    /// What is seen of a run cannot be written.
    #[error(transparent)]
    Seen(#[from] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store refused.
    #[error(transparent)]
    Manage(#[from] ManageError),
    /// The run broke off.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// What stays the same over all runs.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The campaign.
    pub campaign: CampaignRules,
    /// When agents work; how many days is the variant's.
    pub working_days: WorkingDays,
    /// Nothing happens before this instant: a shift that has begun is only as long as it still lasts.
    pub not_before_at: Timestamp,
    /// How the people behave who are called.
    pub mix: Mix,
    /// What goes wrong.
    pub faults: Faults,
    /// The zone rules.
    pub rules: Arc<ZoneRules>,
}

/// What may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// What everything random follows from.
    pub seed: u64,
    /// How many agents work.
    pub agents: u32,
    /// For how many working days.
    pub days: u32,
}

/// Contacts that nothing but a person's change makes callable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Uncallable {
    /// Nobody knows their zone.
    pub zone_unknown: u64,
    /// The calling hours never open in their zones.
    pub never_open: u64,
}

impl Uncallable {
    /// All of them.
    pub fn count(self) -> u64 {
        self.zone_unknown + self.never_open
    }
}

/// Where the contacts of a run come from.
pub trait Contacts: Send + Sync {
    /// Brings them into the scenario, whose time begins at `begins_at`.
    ///
    /// # Errors
    /// Those of the source, and of the scenario's store.
    fn bring(
        &self,
        scenario: &mut Scenario,
        plan: &Plan,
        begins_at: Timestamp,
    ) -> impl Future<Output = Result<(), ForecastError>> + Send;
}

/// What one run came to.
pub struct Run {
    /// The store, to be looked at and closed.
    pub db: Database,
    /// Which run.
    pub variant: Variant,
    /// Contacts that are not counted.
    pub uncallable: Uncallable,
    /// Contacts that can be called.
    pub callable: u64,
    /// Those of them that are not closed at the end.
    pub left: u64,
    /// When the last one was closed, if all were.
    pub done_at: Option<Timestamp>,
    /// Time that agents were there, all together.
    pub agent_hours: f64,
    /// What happened.
    pub summary: Summary,
    /// How long it was in the time of the run.
    pub simulated: SignedDuration,
    /// How long it took.
    pub took: Duration,
}

impl Run {
    /// Contacts that can be called and are closed.
    pub fn closed(&self) -> u64 {
        self.callable - self.left
    }
}

impl Plan {
    /// Begin and end of each shift.
    pub fn shifts(&self, days: u32) -> Vec<(Timestamp, Timestamp)> {
        let all = WorkingDays { days, ..self.working_days }.shifts(&self.rules).into_iter();
        let rest = |(begins_at, ends_at): (Timestamp, Timestamp)| (begins_at.max(self.not_before_at), ends_at);
        all.map(rest).filter(|(begins_at, ends_at)| begins_at < ends_at).collect()
    }

    /// Calls the contacts in virtual time. Every event is shown to `seen`.
    ///
    /// # Errors
    /// When the contacts cannot be had, nobody works, or the run breaks off.
    pub async fn run<C: Contacts>(
        &self,
        contacts: &C,
        variant: Variant,
        seen: &mut (impl FnMut(&EventRecord) -> std::io::Result<()> + Send),
    ) -> Result<Run, ForecastError> {
        let shifts = self.shifts(variant.days);
        let (Some(first), Some(last)) = (shifts.first(), shifts.last()) else {
            return Err(ForecastError::NoWorkingDay);
        };
        let (begins_at, ends_at) = (first.0 - SignedDuration::from_mins(1), last.1 + SignedDuration::from_hours(1));
        let mut scenario = Scenario::new(&self.campaign, variant.agents as usize, begins_at).await?;
        contacts.bring(&mut scenario, self, begins_at).await?;
        let (loaded, cannot) = self.uncallable(&scenario, begins_at).await?;
        let setup = Setup {
            team_id: scenario.campaign.team_id,
            agents: scenario.agents.clone(),
            shifts: shifts.clone(),
            ends_at,
            contacts: usize::try_from(loaded - cannot.count()).unwrap_or(usize::MAX),
            seed: variant.seed,
            people: People::with_mix(variant.seed, self.mix),
            faults: self.faults,
            phones_stay_connected: false,
        };
        let began = Clock::stopwatch();
        let (summary, last_at) = self.live(&mut scenario, setup, begins_at, seen).await?;
        let progress = scenario.db.campaign_progress(scenario.campaign.id).await?;
        let (_, uncallable) = self.uncallable(&scenario, summary.ended_at).await?;
        let closed: u64 = progress.closed.values().sum();
        let left = progress.loaded - closed - uncallable.count();
        // A contact whose next number is in no known zone ends the run's own count before all are closed.
        let done_at = summary.done_at.or(last_at).filter(|_| left == 0);
        Ok(Run {
            db: scenario.db,
            variant,
            uncallable,
            callable: progress.loaded - uncallable.count(),
            left,
            done_at,
            agent_hours: f64::from(variant.agents) * hours_until(&shifts, done_at.unwrap_or(ends_at)),
            simulated: summary.ended_at.duration_since(begins_at),
            summary,
            took: began.elapsed(),
        })
    }

    /// Runs the days. Also gives when something last happened to a contact.
    async fn live(
        &self,
        scenario: &mut Scenario,
        setup: Setup,
        begins_at: Timestamp,
        seen: &mut (impl FnMut(&EventRecord) -> std::io::Result<()> + Send),
    ) -> Result<(Summary, Option<Timestamp>), ForecastError> {
        let store = Deferred::new(scenario.db.clone());
        let checks = std::mem::take(&mut scenario.checks);
        let world = World::new(store.clone(), self.rules.clone(), setup, checks, begins_at).await?;
        let (mut shown, mut last_at) = (Ok(()), None);
        let summary = world
            .run(&mut |event: &EventRecord| {
                if event.contact_id.is_some() {
                    last_at = Some(event.at);
                }
                if shown.is_ok() {
                    shown = seen(event);
                }
            })
            .await?;
        shown?;
        store.flush().await?;
        Ok((summary, last_at))
    }

    /// How many contacts there are, and which of those that wait can never be called.
    async fn uncallable(&self, scenario: &Scenario, now: Timestamp) -> Result<(u64, Uncallable), ForecastError> {
        let progress = scenario.db.campaign_progress(scenario.campaign.id).await?;
        let opens = |zones| eligibility::next_start(&self.campaign, now, zones, &self.rules).is_some();
        let never_open = progress.zones.iter().filter(|it| !opens(&it.zones)).map(|it| it.waiting).sum();
        Ok((progress.loaded, Uncallable { zone_unknown: progress.zone_unknown, never_open }))
    }
}

/// Working time until `end`, in hours.
fn hours_until(shifts: &[(Timestamp, Timestamp)], end: Timestamp) -> f64 {
    shifts
        .iter()
        .filter(|(begins_at, _)| *begins_at < end)
        .map(|(begins_at, ends_at)| end.min(*ends_at).duration_since(*begins_at).as_secs_f64() / 3_600.0)
        .sum()
}

/// When runs were done; those that were not come last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread(Vec<Option<Timestamp>>);

impl Spread {
    /// Of at least one run.
    pub fn of(mut done: Vec<Option<Timestamp>>) -> Self {
        done.sort_by_key(|at| (at.is_none(), *at));
        Self(done)
    }

    /// How many runs.
    pub fn runs(&self) -> usize {
        self.0.len()
    }

    /// How many of them were done.
    pub fn done(&self) -> usize {
        self.0.iter().flatten().count()
    }

    /// When the run in the middle was done; the earlier one of two.
    pub fn median(&self) -> Option<Timestamp> {
        self.0.get(self.0.len().saturating_sub(1) / 2).copied().flatten()
    }

    /// When so many tenths of the runs were done: 0 is the earliest, 10 the latest.
    pub fn tenth(&self, tenths: usize) -> Option<Timestamp> {
        self.0.get((self.0.len().saturating_sub(1) * tenths + 5) / 10).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_that_are_not_done_come_last() {
        let at = |second| Timestamp::from_second(second).ok();
        let spread = Spread::of(vec![None, at(30), at(10), None, at(20)]);
        assert_eq!((spread.runs(), spread.done()), (5, 3));
        assert_eq!((spread.tenth(0), spread.median(), spread.tenth(10)), (at(10), at(30), None));
        assert_eq!(Spread::of(vec![at(7)]).tenth(9), at(7));
        assert_eq!(Spread::of(Vec::new()).median(), None);
    }
}

//! The question a manager asks of a campaign as it stands, and its answer from several runs.

use std::{sync::Arc, time::Duration};

use jiff::{Timestamp, ToSpan as _, civil};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    estimate::{Estimate, Longer, More},
    open::OpenContacts,
    run::{ForecastError, Plan, Run, Spread, Uncallable, Variant},
};
use crate::{
    domain::{campaign::Campaign, outcome::Outcome, schema::Instant, zone::Zone, zone_rules::ZoneRules},
    runtime::clock::Clock,
    sim::{Faults, scenario::WorkingDays},
    store::{
        Database,
        reports::{GroupBy, ReportKind, ReportQuery, Value},
    },
    switch::simulated::people::Mix,
};

/// More contacts are not simulated: an even share of them is, by as many fewer agents.
const CONTACTS_MAX: u64 = 20_000;
/// How many runs there are at most.
const RUNS: u32 = 10;
/// No further run is begun after this time.
const BUDGET: Duration = Duration::from_mins(1);
/// From so many calls on, people behave as they did in them.
const CALLS_MIN: i64 = 200;

/// When will this campaign be done?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// How many agents work.
    #[schemars(range(min = 1, max = 1000))]
    pub agents: u32,
    /// For how many working days.
    #[schemars(range(min = 1, max = 60))]
    pub days: u32,
    /// When a shift begins, like 09:00.
    #[schemars(with = "String")]
    pub begins: civil::Time,
    /// When it ends.
    #[schemars(with = "String")]
    pub ends: civil::Time,
    /// Where agents work.
    pub zone: Zone,
    /// Do they work on Saturdays and Sundays?
    #[serde(default)]
    pub weekends: bool,
}

impl Asked {
    /// What of it cannot be, with the field.
    pub fn problem(&self) -> Option<(&'static str, &'static str)> {
        if !(1..=1000).contains(&self.agents) {
            Some(("agents", "1 to 1000"))
        } else if !(1..=60).contains(&self.days) {
            Some(("days", "1 to 60"))
        } else if self.begins >= self.ends {
            Some(("ends", "a shift ends after it begins"))
        } else {
            None
        }
    }
}

/// How far an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Progress {
    /// Runs that are over.
    pub runs: u32,
    /// Of at most so many.
    pub of: u32,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Forecast {
    /// The question.
    pub asked: Asked,
    /// From which instant on was it simulated?
    #[schemars(with = "Instant")]
    pub from_at: Timestamp,
    /// How many runs there were.
    pub runs: u32,
    /// In how many of them all contacts were closed in time.
    pub done: u32,
    /// When it was done in the middle run; none where it was not.
    #[schemars(with = "Option<Instant>")]
    pub median_at: Option<Timestamp>,
    /// Eight of ten runs were done from then
    #[schemars(with = "Option<Instant>")]
    pub tenth_at: Option<Timestamp>,
    /// to then; none where they were not.
    #[schemars(with = "Option<Instant>")]
    pub ninetieth_at: Option<Timestamp>,
    /// Contacts that can be called.
    pub callable: u64,
    /// Those of them that are not closed at the end of the middle run.
    pub left: u64,
    /// Contacts that are not counted.
    pub uncallable: Uncallable,
    /// When the last shift ends.
    #[schemars(with = "Instant")]
    pub last_at: Timestamp,
    /// What it would take, where it is not done.
    pub takes: Option<Takes>,
    /// So many contacts were simulated, by as many fewer agents.
    pub simulated: u64,
    /// After so many calls of this campaign people behave as they did in them; none where there were too few, and what is
    /// usual was assumed.
    pub calls: Option<i64>,
    /// Of a thousand calls: answered in person.
    pub person_permille: u32,
}

/// What it would take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Takes {
    /// With these agents it is done then; simulated.
    #[schemars(with = "Option<Instant>")]
    pub longer_at: Option<Timestamp>,
    /// With these agents it is done on this day at the earliest; reckoned.
    #[schemars(with = "Option<String>")]
    pub about_on: Option<civil::Date>,
    /// With so many agents it would be done in time.
    pub agents: Option<u32>,
    /// Was that simulated, not only reckoned?
    pub agents_simulated: bool,
}

/// A question with all that its answer is made from.
pub struct Question {
    asked: Asked,
    plan: Plan,
    contacts: OpenContacts,
    /// Who stands for all agents, where the contacts stand for all contacts.
    agents: u32,
    calls: Option<i64>,
}

impl Question {
    /// Reads what the answer is made from.
    ///
    /// # Errors
    /// Those of the store; when there are too many contacts for so few agents.
    pub async fn read(
        db: &Database,
        campaign: &Campaign,
        asked: Asked,
        now: Timestamp,
        rules: Arc<ZoneRules>,
    ) -> Result<Self, ForecastError> {
        let progress = db.campaign_progress(campaign.id).await?;
        let open = progress.loaded - progress.closed.values().sum::<u64>();
        let agents = agents_for(asked.agents, open)?;
        let contacts = OpenContacts::read(db, campaign, now, (agents, asked.agents)).await?;
        let (mix, calls) = seen(db, campaign, asked.zone, now, &rules).await?;
        let Asked { days, begins, ends, zone, weekends, .. } = asked;
        let here = rules.local(now, zone);
        let from = if here.time() < ends { here.date() } else { here.date().saturating_add(1.day()) };
        let working_days = WorkingDays { from, days, begins, ends, zone, weekends };
        let campaign = campaign.rules.clone();
        let plan = Plan { campaign, working_days, not_before_at: now, mix, faults: Faults::default(), rules };
        Ok(Self { asked, plan, contacts, agents, calls })
    }

    /// Runs it several times. `so_far` hears of each run that is over, and says whether to go on.
    ///
    /// # Errors
    /// Those of the runs.
    pub async fn answer(&self, so_far: impl Fn(Progress) -> bool) -> Result<Forecast, ForecastError> {
        let began = Clock::stopwatch();
        let mut runs = Vec::new();
        for number in 0..RUNS {
            let go_on = so_far(Progress { runs: number, of: RUNS });
            if !runs.is_empty() && (!go_on || began.elapsed() > BUDGET) {
                break;
            }
            let variant = Variant { seed: u64::from(number) + 1, agents: self.agents, days: self.asked.days };
            runs.push(self.run(variant).await?);
        }
        runs.sort_by_key(|run| (run.done_at.is_none(), run.done_at, run.left));
        let Some(middle) = runs.get((runs.len() - 1) / 2) else { return Err(ForecastError::NoWorkingDay) };
        let spread = Spread::of(runs.iter().map(|run| run.done_at).collect());
        let takes = if middle.done_at.is_none() { self.takes(middle).await? } else { None };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(Forecast {
            asked: self.asked,
            from_at: self.plan.not_before_at,
            runs: count(spread.runs()),
            done: count(spread.done()),
            median_at: middle.done_at,
            tenth_at: spread.tenth(1).filter(|_| spread.tenth(9).is_some()),
            ninetieth_at: spread.tenth(9),
            callable: self.whole(middle.callable),
            left: self.whole(middle.left),
            uncallable: Uncallable {
                zone_unknown: self.whole(middle.uncallable.zone_unknown),
                never_open: self.whole(middle.uncallable.never_open),
            },
            last_at: self.plan.shifts(self.asked.days).last().ok_or(ForecastError::NoWorkingDay)?.1,
            takes,
            simulated: self.contacts.count(),
            calls: self.calls,
            person_permille: self.plan.mix.person,
        })
    }

    async fn run(&self, variant: Variant) -> Result<Run, ForecastError> {
        let run = self.plan.run(&self.contacts, variant, &mut |_| Ok(())).await?;
        run.db.close().await;
        Ok(run)
    }

    async fn takes(&self, run: &Run) -> Result<Option<Takes>, ForecastError> {
        let estimate = Estimate { plan: &self.plan, run };
        if !estimate.is_possible() {
            return Ok(None);
        }
        let (longer_at, about_on) = match estimate.longer(async |variant| self.run(variant).await).await? {
            Longer::Done(at) => (Some(at), None),
            Longer::AboutOn(day) => (None, Some(day)),
            Longer::NotBy(..) => (None, None),
        };
        let (agents, agents_simulated) = match estimate.more(async |variant| self.run(variant).await).await? {
            More::Done(agents, _) => (Some(agents), true),
            More::About(agents) => (Some(agents), false),
            More::NotWith(..) => (None, true),
        };
        let whole = |agents: u32| {
            u32::try_from((u64::from(agents) * u64::from(self.asked.agents)).div_ceil(u64::from(self.agents)))
                .unwrap_or(u32::MAX)
        };
        Ok(Some(Takes { longer_at, about_on, agents: agents.map(whole), agents_simulated }))
    }

    /// So many of all contacts, where there are so many of those that were simulated.
    fn whole(&self, count: u64) -> u64 {
        (count * u64::from(self.asked.agents)).div_ceil(u64::from(self.agents))
    }
}

/// How many agents call an even share of the contacts that can be simulated.
fn agents_for(agents: u32, open: u64) -> Result<u32, ForecastError> {
    if open <= CONTACTS_MAX {
        return Ok(agents);
    }
    let fewer = u32::try_from(u64::from(agents) * CONTACTS_MAX / open).unwrap_or(agents);
    if fewer > 0 {
        return Ok(fewer);
    }
    Err(ForecastError::TooManyContacts { contacts: open, agents, agents_min: open.div_ceil(CONTACTS_MAX) })
}

/// How people behaved in the calls of a campaign, if there were enough.
async fn seen(
    db: &Database,
    campaign: &Campaign,
    zone: Zone,
    now: Timestamp,
    rules: &ZoneRules,
) -> Result<(Mix, Option<i64>), ForecastError> {
    let query = ReportQuery {
        group_by: vec![GroupBy::Outcome],
        team_id: Some(campaign.team_id),
        campaign: Some(campaign.rules.name.clone()),
        ..ReportQuery::new(ReportKind::Attempts, zone, now)
    };
    let report = db.report(&query, rules).await.map_err(|error| ForecastError::Contacts(error.to_string()))?;
    let count = |outcome: &str| -> i64 {
        let rows = report.rows.iter().filter(|row| matches!(row.first(), Some(Value::Text(name)) if name == outcome));
        rows.filter_map(|row| if let Some(Value::Count(count)) = row.get(1) { Some(*count) } else { None }).sum()
    };
    Ok(mix(count))
}

/// The mix of so many attempts by outcome. What persons wish stays as it usually is.
fn mix(count: impl Fn(&str) -> i64) -> (Mix, Option<i64>) {
    let usual = Mix::default();
    let of = |outcomes: &[Outcome]| -> i64 { outcomes.iter().map(|outcome| count(outcome.name())).sum() };
    let persons = of(&[Outcome::Voice, Outcome::DoNotCall]);
    let (machines, busy) = (of(&[Outcome::AnsweringMachine]), of(&[Outcome::Busy]));
    let (fax, invalid) = (of(&[Outcome::Fax]), of(&[Outcome::InvalidNumber]));
    let calls = persons + machines + busy + of(&[Outcome::NoAnswer]);
    if calls < CALLS_MIN {
        return (usual, None);
    }
    let permille = |part: i64, whole: i64| u32::try_from(part * 1000 / whole.max(1)).unwrap_or(usual.person);
    let all = calls + fax + invalid;
    let mix = Mix {
        invalid: permille(invalid, all),
        fax: permille(fax, all),
        person: permille(persons, calls),
        machine: permille(machines, calls),
        busy: permille(busy, calls),
        // Told apart from nobody answering by no outcome.
        declined: 0,
        congestion: 0,
        agent_phone_dead: 0,
        ..usual
    };
    (mix, Some(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_behave_as_they_did_in_enough_calls() {
        let few = |outcome: &str| if outcome == "voice" { 199 } else { 0 };
        assert_eq!(mix(few), (Mix::default(), None));
        let many = |outcome: &str| match outcome {
            "voice" => 190,
            "do_not_call" => 10,
            "no_answer" => 600,
            "answering_machine" => 150,
            "busy" | "invalid_number" => 50,
            _ => 0,
        };
        let (mix, calls) = mix(many);
        assert_eq!(calls, Some(1050));
        assert_eq!((mix.person, mix.machine, mix.busy, mix.invalid, mix.fax), (200, 150, 50, 47, 0));
    }

    #[test]
    fn many_contacts_are_called_by_a_share_of_the_agents() {
        assert_eq!(agents_for(6, 20_000).unwrap(), 6);
        assert_eq!(agents_for(100, 1_000_000).unwrap(), 2);
        let error = agents_for(10, 1_000_000).unwrap_err().to_string();
        assert!(error.contains("ask with 50 or more"), "{error}");
    }
}

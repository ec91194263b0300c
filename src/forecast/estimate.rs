//! What it would take where the days are not enough: more of them, or more agents.

use jiff::{Timestamp, civil};

use super::run::{ForecastError, Plan, Run, Variant};

/// Days that are simulated on, at most so many times those that were asked for; beyond, it is reckoned.
const DAYS_TIMES: u32 = 4;
/// More days than these are not even reckoned.
const DAYS_MAX: u32 = 5_000;
/// Agents that are tried, as multiples of what is reckoned: retries and callbacks take their time whoever calls.
const AGENTS_TIMES: [f64; 3] = [1.0, 1.5, 3.0];
/// More agents than so many times those there are nobody can find.
const AGENTS_TIMES_MAX: u32 = 20;

/// What of the contacts is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Not closed.
    pub left: u64,
    /// Of so many that can be called.
    pub callable: u64,
}

impl Left {
    /// At the end of a run.
    pub fn of(run: &Run) -> Self {
        Self { left: run.left, callable: run.callable }
    }
}

/// With the same agents, on more days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Longer {
    /// Simulated: done then.
    Done(Timestamp),
    /// Simulated until the end of this day: still not.
    NotBy(civil::Date, Left),
    /// Reckoned: on this day at the earliest.
    AboutOn(civil::Date),
}

/// With more agents, on the same days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// Simulated: done then with so many agents.
    Done(u32, Timestamp),
    /// Simulated: not with so many agents either, as retries and callbacks lie beyond.
    NotWith(u32, Left),
    /// Reckoned: about so many agents.
    About(u32),
}

/// What it would take, from one run that is not done.
pub struct Estimate<'a> {
    /// What was run.
    pub plan: &'a Plan,
    /// The run.
    pub run: &'a Run,
}

impl Estimate<'_> {
    /// Was anything closed, to estimate from?
    pub fn is_possible(&self) -> bool {
        self.run.closed() > 0
    }

    /// Contacts that an agent closes in an hour.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn closed_an_hour(&self) -> f64 {
        self.run.closed() as f64 / self.run.agent_hours
    }

    fn last_day(&self, days: u32) -> Option<civil::Date> {
        let ends_at = self.plan.shifts(days.min(DAYS_MAX)).last()?.1;
        Some(self.plan.rules.local(ends_at, self.plan.working_days.zone).date())
    }

    /// With the same agents; `simulate` runs a variant.
    ///
    /// # Errors
    /// Those of the run.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is not negative, and saturates")]
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub async fn longer<E: From<ForecastError>>(
        &self,
        simulate: impl AsyncFn(Variant) -> Result<Run, E>,
    ) -> Result<Longer, E> {
        let variant = self.run.variant;
        let a_day = self.run.agent_hours / f64::from(variant.days);
        let more_days = (self.run.left as f64 / self.closed_an_hour() / a_day).ceil() as u32;
        let days = variant.days.saturating_add(more_days);
        let days_max = variant.days.saturating_mul(DAYS_TIMES);
        let last_day = |days| self.last_day(days).ok_or(ForecastError::NoWorkingDay);
        if days > days_max {
            return Ok(Longer::AboutOn(last_day(days)?));
        }
        let run = simulate(Variant { days: days_max, ..variant }).await?;
        Ok(match run.done_at {
            Some(at) => Longer::Done(at),
            None => Longer::NotBy(last_day(days_max)?, Left::of(&run)),
        })
    }

    /// With more agents, on the same days; `simulate` runs a variant.
    ///
    /// # Errors
    /// Those of the run.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is not negative, and saturates")]
    pub async fn more<E>(&self, simulate: impl AsyncFn(Variant) -> Result<Run, E>) -> Result<More, E> {
        let variant = self.run.variant;
        let agents = u64::from(variant.agents);
        let reckoned = (agents * self.run.callable).div_ceil(self.run.closed()).max(agents + 1);
        let reckoned = u32::try_from(reckoned).unwrap_or(u32::MAX);
        if reckoned > variant.agents.saturating_mul(AGENTS_TIMES_MAX) {
            return Ok(More::About(reckoned));
        }
        let mut still = More::About(reckoned);
        for times in AGENTS_TIMES {
            let agents = (f64::from(reckoned) * times).ceil() as u32;
            let run = simulate(Variant { agents, ..variant }).await?;
            if let Some(at) = run.done_at {
                return Ok(More::Done(agents, at));
            }
            still = More::NotWith(agents, Left::of(&run));
        }
        Ok(still)
    }
}

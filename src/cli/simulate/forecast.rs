//! The answer: will the list be done, when, and if not, what would it take?

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    super::{CliError, Outcome, counted, progress},
    plan::{self, Plan, Ran, Variant},
};

/// Days that are simulated on, at most so many times those that were asked for; beyond, it is reckoned.
const DAYS_TIMES: u32 = 4;
/// Agents that are tried, as multiples of what is reckoned: retries and callbacks take their time whoever calls.
const AGENTS_TIMES: [f64; 3] = [1.0, 1.5, 3.0];
/// More agents than so many times those there are nobody can find.
const AGENTS_TIMES_MAX: u32 = 20;

pub(super) async fn print(plan: &Arc<Plan>, asked: Variant, ran: &[Ran]) -> Outcome {
    let Some(first) = ran.first() else { return Ok(()) };
    print_uncallable(first);
    if first.callable == 0 {
        println!("no contact of the list can be called");
        return Ok(());
    }
    let agents = counted(asked.agents.into(), "agent");
    let mut done: Vec<Option<Timestamp>> = ran.iter().map(|it| it.done_at).collect();
    // A run that is not done sorts last.
    done.sort_by_key(|at| (at.is_none(), *at));
    let median = done[(done.len() - 1) / 2];
    match (ran, median) {
        ([_], Some(at)) => println!("done {} with {agents}", plan.moment(at)),
        ([one], None) => println!("{} with {agents}: {}", not_done(plan, asked), left(one)),
        (_, _) => print_range(plan, asked, ran, &done),
    }
    if median.is_none()
        && let Some(unfinished) = ran.iter().find(|it| it.done_at.is_none())
    {
        Estimate { plan, asked, ran: unfinished }.print().await?;
    }
    Ok(())
}

fn print_uncallable(ran: &Ran) {
    let cannot = ran.uncallable;
    for (count, why) in [
        (cannot.zone_unknown, "no known time zone (`rappel contact zone` sets one)"),
        (cannot.never_open, "time zones in which the calling hours never open"),
    ] {
        if count > 0 {
            println!("{} cannot be called and not counted: {why}", counted(count, "contact"));
        }
    }
}

fn not_done(plan: &Plan, asked: Variant) -> String {
    let last = plan.shifts(asked.days).last().map_or_else(String::new, |shift| plan.date(shift.1));
    format!("not done by {last}, after {}", counted(asked.days.into(), "working day"))
}

/// What is left, and its share.
fn left(ran: &Ran) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let share = 100.0 * ran.left as f64 / ran.callable as f64;
    let verb = if ran.left == 1 { "is" } else { "are" };
    format!("{} of {} {verb} left ({share:.1} %)", ran.left, counted(ran.callable, "contact"))
}

/// Earliest, median, latest, and where eight of ten runs lie.
fn print_range(plan: &Plan, asked: Variant, ran: &[Ran], done: &[Option<Timestamp>]) {
    let runs = done.len();
    let count = done.iter().flatten().count();
    let agents = counted(asked.agents.into(), "agent");
    if count == runs {
        println!("done in all {runs} runs with {agents}");
    } else {
        println!("{} in {} of {runs} runs with {agents}", not_done(plan, asked), runs - count);
        let mut unfinished: Vec<&Ran> = ran.iter().filter(|it| it.done_at.is_none()).collect();
        unfinished.sort_by_key(|it| it.left);
        println!("  in the middle one of those, {}", left(unfinished[(unfinished.len() - 1) / 2]));
    }
    if count > 0 {
        let at = |tenths: usize| {
            done[((runs - 1) * tenths + 5) / 10].map_or_else(|| "not done".to_owned(), |at| plan.moment(at))
        };
        println!("  earliest {}, median {}, latest {}", at(0), at(5), at(10));
        println!("  80 % of the runs: {} to {}", at(1), at(9));
    }
}

/// What it would take, from one run that is not done.
struct Estimate<'a> {
    plan: &'a Arc<Plan>,
    asked: Variant,
    ran: &'a Ran,
}

impl Estimate<'_> {
    async fn print(&self) -> Outcome {
        if self.ran.closed() == 0 {
            println!("no contact was closed: there is nothing to estimate from");
            return Ok(());
        }
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let (left, an_hour) = (self.ran.left as f64, self.ran.closed() as f64 / self.ran.agent_hours);
        println!("estimates, from seed {} ({an_hour:.1} contacts closed per agent hour):", self.ran.variant.seed);
        let line = progress::line();
        line.set_message("simulating more days, and more agents");
        let (longer, more) = tokio::try_join!(self.longer(left / an_hour), self.more())?;
        line.finish_and_clear();
        println!("  {longer}");
        println!("  {more}");
        Ok(())
    }

    /// With the same agents.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is not negative, and saturates")]
    async fn longer(&self, agent_hours_left: f64) -> Result<String, CliError> {
        let agents = counted(self.asked.agents.into(), "agent");
        let a_day = self.ran.agent_hours / f64::from(self.asked.days);
        let more_days = (agent_hours_left / a_day).ceil() as u32;
        let days = self.asked.days.saturating_add(more_days);
        let days_max = self.asked.days.saturating_mul(DAYS_TIMES);
        if days <= days_max {
            let ran = self.simulate(Variant { days: days_max, ..self.ran.variant }).await?;
            if let Some(at) = ran.done_at {
                return Ok(format!("with {agents} it would be done about {} (simulated on)", self.plan.moment(at)));
            }
            let last = self.plan.shifts(days_max).last().map_or_else(String::new, |shift| self.plan.date(shift.1));
            return Ok(format!("with {agents} it would not be done by {last} either (simulated on): {}", left(&ran)));
        }
        let last = self.plan.shifts(days.min(5_000)).last().map_or_else(String::new, |shift| self.plan.date(shift.1));
        Ok(format!(
            "with {agents} it would be done about {last} at the earliest (reckoned at that rate, not simulated)"
        ))
    }

    /// With more agents, in the same days.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is not negative, and saturates")]
    async fn more(&self) -> Result<String, CliError> {
        let agents = u64::from(self.asked.agents);
        let reckoned = (agents * self.ran.callable).div_ceil(self.ran.closed()).max(agents + 1);
        let reckoned = u32::try_from(reckoned).unwrap_or(u32::MAX);
        if reckoned > self.asked.agents.saturating_mul(AGENTS_TIMES_MAX) {
            return Ok(format!("to be done in time it would take about {reckoned} agents (reckoned, not simulated)"));
        }
        let mut still = None;
        for times in AGENTS_TIMES {
            let agents = (f64::from(reckoned) * times).ceil() as u32;
            let ran = self.simulate(Variant { agents, ..self.ran.variant }).await?;
            if let Some(at) = ran.done_at {
                let at = self.plan.moment(at);
                return Ok(format!("with about {agents} agents it would be done in time, {at} (simulated)"));
            }
            still = Some((agents, ran));
        }
        Ok(still.map_or_else(String::new, |(agents, ran)| {
            format!(
                "with {agents} agents it would not be done in time either (simulated): {}, as retries and callbacks lie \
                 beyond",
                left(&ran)
            )
        }))
    }

    async fn simulate(&self, variant: Variant) -> Result<Ran, CliError> {
        let ran = plan::spawn(self.plan, variant, false).await??;
        ran.db.close().await;
        Ok(ran)
    }
}

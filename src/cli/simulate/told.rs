//! The answer, in words: will the list be done, when, and if not, what would it take?

use std::sync::Arc;

use jiff::civil;

use super::{
    super::{CliError, Outcome, counted, progress},
    plan::{self, Invocation},
};
use crate::forecast::{Estimate, Left, Longer, More, Run, Spread, Variant};

pub(super) async fn print(invocation: &Arc<Invocation>, asked: Variant, ran: &[Run]) -> Outcome {
    let Some(first) = ran.first() else { return Ok(()) };
    print_uncallable(first);
    if first.callable == 0 {
        println!("no contact of the list can be called");
        return Ok(());
    }
    let agents = counted(asked.agents.into(), "agent");
    let spread = Spread::of(ran.iter().map(|it| it.done_at).collect());
    match (ran, spread.median()) {
        ([_], Some(at)) => println!("done {} with {agents}", invocation.moment(at)),
        ([one], None) => println!("{} with {agents}: {}", not_done(invocation, asked), left(Left::of(one))),
        (_, _) => print_range(invocation, asked, ran, &spread),
    }
    if spread.median().is_none()
        && let Some(unfinished) = ran.iter().find(|it| it.done_at.is_none())
    {
        print_estimates(invocation, unfinished).await?;
    }
    Ok(())
}

fn print_uncallable(ran: &Run) {
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

fn not_done(invocation: &Invocation, asked: Variant) -> String {
    let shifts = invocation.plan.shifts(asked.days);
    let last = shifts.last().map_or_else(String::new, |shift| invocation.date(shift.1));
    format!("not done by {last}, after {}", counted(asked.days.into(), "working day"))
}

/// What is left, and its share.
fn left(Left { left, callable }: Left) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let share = 100.0 * left as f64 / callable as f64;
    let verb = if left == 1 { "is" } else { "are" };
    format!("{left} of {} {verb} left ({share:.1} %)", counted(callable, "contact"))
}

/// Earliest, median, latest, and where eight of ten runs lie.
fn print_range(invocation: &Invocation, asked: Variant, ran: &[Run], spread: &Spread) {
    let (runs, count) = (spread.runs(), spread.done());
    let agents = counted(asked.agents.into(), "agent");
    if count == runs {
        println!("done in all {runs} runs with {agents}");
    } else {
        println!("{} in {} of {runs} runs with {agents}", not_done(invocation, asked), runs - count);
        let mut unfinished: Vec<&Run> = ran.iter().filter(|it| it.done_at.is_none()).collect();
        unfinished.sort_by_key(|it| it.left);
        println!("  in the middle one of those, {}", left(Left::of(unfinished[(unfinished.len() - 1) / 2])));
    }
    if count > 0 {
        let at = |tenths| spread.tenth(tenths).map_or_else(|| "not done".to_owned(), |at| invocation.moment(at));
        println!("  earliest {}, median {}, latest {}", at(0), at(5), at(10));
        println!("  80 % of the runs: {} to {}", at(1), at(9));
    }
}

async fn print_estimates(invocation: &Arc<Invocation>, run: &Run) -> Outcome {
    let estimate = Estimate { plan: &invocation.plan, run };
    if !estimate.is_possible() {
        println!("no contact was closed: there is nothing to estimate from");
        return Ok(());
    }
    println!(
        "estimates, from seed {} ({:.1} contacts closed per agent hour):",
        run.variant.seed,
        estimate.closed_an_hour()
    );
    let line = progress::line();
    line.set_message("simulating more days, and more agents");
    let simulate = async |variant| -> Result<Run, CliError> {
        let run = plan::spawn(invocation, variant, false).await??;
        run.db.close().await;
        Ok(run)
    };
    let (longer, more) = tokio::try_join!(estimate.longer(simulate), estimate.more(simulate))?;
    line.finish_and_clear();
    let agents = counted(run.variant.agents.into(), "agent");
    println!("  with {agents} it {}", longer_in_words(invocation, longer));
    println!("  {}", more_in_words(invocation, more));
    Ok(())
}

fn longer_in_words(invocation: &Invocation, longer: Longer) -> String {
    let day = |date: civil::Date| date.strftime("%a %d %b %Y").to_string();
    match longer {
        Longer::Done(at) => format!("would be done about {} (simulated on)", invocation.moment(at)),
        Longer::NotBy(last, still) => {
            format!("would not be done by {} either (simulated on): {}", day(last), left(still))
        }
        Longer::AboutOn(last) => {
            format!("would be done about {} at the earliest (reckoned at that rate, not simulated)", day(last))
        }
    }
}

fn more_in_words(invocation: &Invocation, more: More) -> String {
    match more {
        More::Done(agents, at) => {
            format!("with about {agents} agents it would be done in time, {} (simulated)", invocation.moment(at))
        }
        More::NotWith(agents, still) => format!(
            "with {agents} agents it would not be done in time either (simulated): {}, as retries and callbacks lie beyond",
            left(still)
        ),
        More::About(agents) => {
            format!("to be done in time it would take about {agents} agents (reckoned, not simulated)")
        }
    }
}

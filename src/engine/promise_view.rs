//! What would become of a promise before it is made, so that a form can say it where it is typed; and times that work.

use jiff::{SignedDuration, Timestamp, ToSpan, civil};
use serde::Serialize;

use super::{Engine, calling_back::one_zone, view::RefusedView};
use crate::domain::{
    campaign::CampaignRules,
    command::{ActKind, Promise},
    eligibility,
    ids::{AgentId, DialogId},
    refusal::Refusal,
    schema::{Instant, WallClock},
    wall_time::{Fold, Resolution, WallTime},
    zone::{Zone, ZoneSet},
};

/// A promise, looked at.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PromiseView {
    /// The zone that counts; none where the customer has to be asked.
    pub zone: Option<Zone>,
    /// What the clock shows there now.
    #[schemars(with = "Option<WallClock>")]
    pub now_there: Option<civil::DateTime>,
    /// What would be promised, where a time was given and it can be.
    pub promised: Option<PromisedView>,
    /// Why it cannot be.
    pub refused: Option<RefusedView>,
    /// Times that can be promised and are kept to the minute.
    pub picks: Vec<PickView>,
}

/// What would be promised.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct PromisedView {
    /// The customer's date and time.
    #[schemars(with = "WallClock")]
    pub at: civil::DateTime,
    /// Does their clock show it once, twice, or never?
    pub clock: ClockShows,
    /// Which of the two.
    pub fold: Fold,
    /// The instant that is promised.
    #[schemars(with = "Instant")]
    pub promised_at: Timestamp,
    /// The same on their clock; another time than `at` where it shows that never.
    #[schemars(with = "WallClock")]
    pub promised_at_local: civil::DateTime,
    /// The instant it is called: later than promised where the calling hours are closed then.
    #[schemars(with = "Instant")]
    pub due_at: Timestamp,
    /// The same on their clock.
    #[schemars(with = "WallClock")]
    pub due_at_local: civil::DateTime,
}

/// How often a clock shows a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockShows {
    /// As usual.
    Once,
    /// The clock goes back.
    Twice,
    /// The clock goes forward.
    Never,
}

/// A time that can be promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct PickView {
    /// What it is.
    pub pick: Pick,
    /// The customer's date and time.
    #[schemars(with = "WallClock")]
    pub at: civil::DateTime,
}

/// What people often agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// In an hour.
    InAnHour,
    /// Later today, from 17:00.
    ThisEvening,
    /// Tomorrow from 9:00.
    TomorrowMorning,
    /// Tomorrow from 17:00.
    TomorrowEvening,
}

impl Engine {
    /// Looks at a promise that an agent is about to make in a dialog.
    ///
    /// # Errors
    /// Nothing can be promised there now.
    pub fn look_at_promise(&self, agent: AgentId, dialog: DialogId, promise: &Promise) -> Result<PromiseView, Refusal> {
        let session = self.sessions.get(&agent).ok_or(Refusal::NotSignedIn)?;
        self.may(session, dialog, ActKind::ScheduleCallback)?;
        let attempt = self.attempt_of(dialog).and_then(|id| self.attempts.get(&id)).ok_or(Refusal::CallGone)?;
        let former = attempt.promises_callback_id.and_then(|id| self.callbacks.get(&id));
        let mut number = self.callback_number(attempt, promise, former).ok_or(Refusal::CallGone)?;
        let stated = promise.zone.or(former.filter(|c| c.zone_stated_by_agent).map(|c| c.wall_time.zone));
        if let Some(zone) = stated {
            number.zones = zone.into();
        }
        let now = number.zones.iter().next().map(|zone| self.rules.local(self.now, zone));
        let at = promise.at.or(former.map(|callback| callback.wall_time.at)).or(now).unwrap_or_default();
        let zone = one_zone(&number.zones, |zone| WallTime::new(at, zone), &self.rules);
        let rules = &self.desks.get(&attempt.campaign_id).ok_or(Refusal::CallGone)?.campaign.rules;
        let asked = match self.promised(agent, attempt, promise, former) {
            Err(Refusal::CallbackTimeMissing) => zone.clone().map(|_| None),
            other => other.map(Some),
        };
        let (promised, refused) = match asked {
            Ok(callback) => (callback.map(|it| self.promised_view(it.wall_time, it.promised_at, it.due_at)), None),
            Err(refusal) => (None, Some(refusal.into())),
        };
        let zone = zone.ok();
        Ok(PromiseView {
            zone,
            now_there: zone.map(|zone| self.rules.local(self.now, zone)),
            promised,
            refused,
            picks: zone.map(|zone| self.picks(rules, zone, &number.zones)).unwrap_or_default(),
        })
    }

    fn promised_view(&self, wall_time: WallTime, promised_at: Timestamp, due_at: Timestamp) -> PromisedView {
        PromisedView {
            at: wall_time.at,
            clock: match wall_time.resolve(&self.rules).how {
                Resolution::Exact => ClockShows::Once,
                Resolution::Fold { .. } => ClockShows::Twice,
                Resolution::Gap { .. } => ClockShows::Never,
            },
            fold: wall_time.fold,
            promised_at,
            promised_at_local: self.rules.local(promised_at, wall_time.zone),
            due_at,
            due_at_local: self.rules.local(due_at, wall_time.zone),
        }
    }

    /// Those of the usual times at which the calling hours let the promise be kept to the minute.
    fn picks(&self, rules: &CampaignRules, zone: Zone, zones: &ZoneSet) -> Vec<PickView> {
        let now = self.rules.local(self.now, zone);
        let soon = self.rules.local(self.now + SignedDuration::from_mins(64), zone);
        let soon = soon.date().at(soon.hour(), soon.minute() / 5 * 5, 0, 0);
        let tomorrow = now.date().saturating_add(1.day());
        let wanted = [
            (Pick::InAnHour, soon, soon.time()),
            (Pick::ThisEvening, now.date().at(17, 0, 0, 0), civil::time(21, 0, 0, 0)),
            (Pick::TomorrowMorning, tomorrow.at(9, 0, 0, 0), civil::time(11, 59, 0, 0)),
            (Pick::TomorrowEvening, tomorrow.at(17, 0, 0, 0), civil::time(21, 0, 0, 0)),
        ];
        let opens = |at| {
            let asked = WallTime::new(at, zone).resolve(&self.rules).due_at;
            eligibility::next_start(rules, asked, zones, &self.rules).map(|at| self.rules.local(at, zone))
        };
        let fits = |(pick, from, to): (Pick, civil::DateTime, civil::Time)| {
            let at = opens(from).filter(|at| at.date() == from.date() && at.time() <= to && *at > now)?;
            let promised_at = WallTime::new(at, zone).resolve(&self.rules).due_at;
            let kept = self.check_promised(promised_at).is_ok() && opens(at) == Some(at) && at.second() == 0;
            kept.then_some(PickView { pick, at })
        };
        wanted.into_iter().filter_map(fits).collect()
    }
}

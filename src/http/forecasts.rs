//! When a campaign will be done. The answer is simulated in a thread of its own, one at a time, so that whoever is called in
//! earnest does not wait for it; it is kept, and given with what was asked.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::{Semaphore, oneshot};

use super::{
    App,
    auth::Caller,
    campaigns::CampaignPath,
    extract::{Body, Path},
    problem::Problem,
};
use crate::{
    domain::{campaign::Campaign, ids::CampaignId},
    forecast::{Asked, Forecast, ForecastError, Progress, Question},
};

/// The answers there are, and those that are worked on.
pub(super) struct Forecasts {
    slots: Mutex<BTreeMap<CampaignId, Slot>>,
    one_at_a_time: Semaphore,
}

impl Default for Forecasts {
    fn default() -> Self {
        Self { slots: Mutex::default(), one_at_a_time: Semaphore::new(1) }
    }
}

/// The latest question about one campaign.
#[derive(Default)]
struct Slot {
    /// Counts the questions, so that an older one is given up.
    number: u64,
    told: ForecastTold,
}

/// A forecast, or how far it is.
#[derive(Clone, Default, Serialize, JsonSchema)]
pub(super) struct ForecastTold {
    /// What was asked last; nothing yet.
    asked: Option<Asked>,
    /// How far the answer is, while it is worked on.
    progress: Option<Progress>,
    /// The answer.
    forecast: Option<Forecast>,
    /// Why there is none.
    problem: Option<NoForecast>,
}

/// Why there is no forecast.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(tag = "code", rename_all = "snake_case")]
enum NoForecast {
    /// There are too many contacts for so few agents.
    TooManyContacts {
        /// Those that can be called.
        contacts: u64,
        /// Who would call them.
        agents: u32,
        /// So many can be asked about.
        agents_min: u64,
    },
    /// Nobody works on any of the days.
    NoWorkingDay,
    /// It went wrong; the log says why.
    Failed,
}

impl From<&ForecastError> for NoForecast {
    fn from(error: &ForecastError) -> Self {
        match *error {
            ForecastError::TooManyContacts { contacts, agents, agents_min } => {
                Self::TooManyContacts { contacts, agents, agents_min }
            }
            ForecastError::NoWorkingDay => Self::NoWorkingDay,
            ForecastError::Contacts(_)
            | ForecastError::Seen(_)
            | ForecastError::Store(_)
            | ForecastError::Manage(_)
            | ForecastError::Stopped(_) => Self::Failed,
        }
    }
}

/// The latest forecast of a campaign.
pub(super) async fn latest(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
) -> Result<Json<ForecastTold>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    Ok(Json(app.forecasts.with(campaign.id, |slot| slot.told.clone())))
}

/// Asks for a new one, instead of one that is worked on.
pub(super) async fn ask(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
    Body(asked): Body<Asked>,
) -> Result<Json<ForecastTold>, Problem> {
    if let Some((field, problem)) = asked.problem() {
        return Err(Problem::field(field, problem));
    }
    let campaign = app.campaign(&caller, &path.name).await?;
    let (number, told) = app.forecasts.with(campaign.id, |slot| {
        slot.number += 1;
        let progress = Some(Progress { runs: 0, of: 0 });
        slot.told = ForecastTold { asked: Some(asked), progress, ..ForecastTold::default() };
        (slot.number, slot.told.clone())
    });
    tokio::spawn(app.clone().forecast(campaign, asked, number));
    Ok(Json(told))
}

impl Forecasts {
    fn with<T>(&self, id: CampaignId, does: impl FnOnce(&mut Slot) -> T) -> T {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        does(slots.entry(id).or_default())
    }

    /// Tells how far an answer is, and whether it is still wanted.
    fn is_wanted(&self, id: CampaignId, number: u64, progress: Progress) -> bool {
        self.with(id, |slot| {
            let is_wanted = slot.number == number;
            if is_wanted {
                slot.told.progress = Some(progress);
            }
            is_wanted
        })
    }
}

impl App {
    async fn forecast(self, campaign: Campaign, asked: Asked, number: u64) {
        let _alone = self.forecasts.one_at_a_time.acquire().await;
        let id = campaign.id;
        if !self.forecasts.with(id, |slot| slot.number == number) {
            return;
        }
        let answer = self.answer(&campaign, asked, number).await;
        self.forecasts.with(id, |slot| {
            if slot.number != number {
                return;
            }
            slot.told.progress = None;
            match answer {
                Ok(forecast) => slot.told.forecast = Some(forecast),
                Err(error) => {
                    tracing::warn!(%error, "a campaign could not be forecast");
                    slot.told.problem = Some((&error).into());
                }
            }
        });
    }

    async fn answer(&self, campaign: &Campaign, asked: Asked, number: u64) -> Result<Forecast, ForecastError> {
        let question = Question::read(&self.db, campaign, asked, self.clock.now(), self.rules.clone()).await?;
        let (app, id) = (self.clone(), campaign.id);
        let (tell, told) = oneshot::channel();
        std::thread::Builder::new().name("forecast".to_owned()).spawn(move || {
            let so_far = |progress| !*app.stopping.borrow() && app.forecasts.is_wanted(id, number, progress);
            let answer = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(ForecastError::from)
                .and_then(|runtime| runtime.block_on(question.answer(so_far)));
            tell.send(answer).ok();
        })?;
        told.await.unwrap_or_else(|_| Err(ForecastError::Contacts("the simulation broke off".to_owned())))
    }
}

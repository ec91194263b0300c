//! What every handler can reach.

use std::{ops::Deref, sync::Arc};

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Semaphore, watch};

use super::{
    auth::Believed,
    forecasts::Forecasts,
    limits::{Limiter, Limits, Streams},
    outlooks::Outlooks,
    recordings::AT_ONCE,
    softphone::SoftphoneOffer,
    tries::Tries,
    uploads::Uploads,
};
use crate::{
    domain::{dial_plan::DialPlan, zone_rules::ZoneRules},
    runtime::{clock::Clock, teams::Teams},
    store::Database,
};

/// What the API is made of.
#[derive(Clone)]
pub struct ApiState {
    /// The database, for management and reading.
    pub db: Database,
    /// The teams served here.
    pub teams: Teams,
    /// The clock.
    pub clock: Clock,
    /// The zone rules in use.
    pub rules: Arc<ZoneRules>,
    /// Which numbers agents may dial.
    pub dial_plan: DialPlan,
    /// What browsers are told of their telephones.
    pub softphone: SoftphoneOffer,
    /// Writes the metrics down.
    pub metrics: PrometheusHandle,
    /// How much one client may ask for.
    pub limits: Limits,
    /// Becomes true when the program stops: open event streams then end.
    pub stopping: watch::Receiver<bool>,
}

/// [`ApiState`] with what the API keeps for itself.
#[derive(Clone)]
pub(super) struct App(Arc<Inner>);

pub(super) struct Inner {
    api: ApiState,
    pub believed: Believed,
    pub limiter: Limiter,
    pub streams: Streams,
    pub tries: Tries,
    pub outlooks: Outlooks,
    pub forecasts: Forecasts,
    pub uploads: Uploads,
    /// Searches that look at every contact: one at a time.
    pub searches: Semaphore,
    /// Recordings that are being sent.
    pub listeners: Arc<Semaphore>,
}

impl App {
    pub fn new(api: ApiState) -> Self {
        let limiter = Limiter::new(&api.limits);
        let (believed, streams, outlooks, forecasts, uploads) = Default::default();
        let searches = Semaphore::new(1);
        let listeners = Arc::new(Semaphore::new(AT_ONCE));
        Self(Arc::new(Inner {
            api,
            believed,
            limiter,
            tries: Tries::new(),
            streams,
            outlooks,
            forecasts,
            uploads,
            searches,
            listeners,
        }))
    }
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Deref for Inner {
    type Target = ApiState;

    fn deref(&self) -> &ApiState {
        &self.api
    }
}

//! Telephones in browsers: their accounts begin when an agent asks, and end when the agent leaves or the time is over.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::clock::Clock;
use crate::{
    domain::{
        agent::AgentState,
        event::{Event, EventRecord},
        ids::AgentId,
        softphone::{Softphone, SoftphonePlan},
    },
    ports::{SoftphoneHost, SwitchError},
};

/// How often accounts whose time is over are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

type Done = BoxFuture<'static, Result<(), SwitchError>>;

/// The accounts of telephones in browsers, whichever switch has them.
#[derive(Clone)]
pub struct Softphones {
    plan: SoftphonePlan,
    clock: Clock,
    open: Arc<dyn Fn(Softphone) -> Done + Send + Sync>,
    close: Arc<dyn Fn(String, Timestamp) -> Done + Send + Sync>,
}

impl Softphones {
    /// Begins to look after the accounts at `host`.
    pub fn start<H: SoftphoneHost>(host: H, plan: SoftphonePlan, clock: Clock) -> Self {
        let (opens, closes) = (host.clone(), host.clone());
        let open = move |phone: Softphone| -> Done {
            let host = opens.clone();
            Box::pin(async move { host.open(&phone).await })
        };
        let close = move |extension: String, until: Timestamp| -> Done {
            let host = closes.clone();
            Box::pin(async move { host.close(&extension, until).await })
        };
        tokio::spawn(end_those_over(host, clock));
        Self { plan, clock, open: Arc::new(open), close: Arc::new(close) }
    }

    /// Gives an agent an account with this password. What they had before is good for nothing any more.
    ///
    /// # Errors
    /// The switch does not take it.
    pub async fn open(&self, agent_id: AgentId, password: String) -> Result<Softphone, SwitchError> {
        let expires_at = self.clock.now() + self.plan.lifetime;
        let phone = Softphone { extension: self.plan.extension_of(agent_id), password, expires_at };
        (self.open)(phone.clone()).await?;
        tracing::info!(%agent_id, %expires_at, "a softphone has its account");
        Ok(phone)
    }

    /// Takes an agent's account away.
    ///
    /// # Errors
    /// The switch cannot be reached: the account ends in its time.
    pub async fn close(&self, agent_id: AgentId) -> Result<(), SwitchError> {
        (self.close)(self.plan.extension_of(agent_id), Timestamp::MAX).await
    }

    /// Takes the accounts of a team's agents away as they leave. Who is missed, because too much happened at once, keeps
    /// theirs until its time is over.
    pub(super) async fn follow(self, mut events: Receiver<Arc<EventRecord>>) {
        loop {
            let record = match events.recv().await {
                Ok(record) => record,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            };
            let Event::AgentStateChanged { state: AgentState::LoggedOut, .. } = record.event else { continue };
            let Some(agent_id) = record.agent_id else { continue };
            // Whoever came back at once has a new account already, which ends later.
            let until = record.at + self.plan.lifetime - SignedDuration::from_millis(1);
            if let Err(error) = (self.close)(self.plan.extension_of(agent_id), until).await {
                tracing::warn!(%agent_id, %error, "the softphone of an agent who left keeps its account until the switch is there, or its time is over");
            }
        }
    }
}

async fn end_those_over<H: SoftphoneHost>(host: H, clock: Clock) {
    loop {
        clock.pause(LOOK_EVERY).await;
        let now = clock.now();
        for (extension, _) in host.accounts().into_iter().filter(|(_, expires_at)| *expires_at <= now) {
            // Where the switch cannot be reached, the account is there at the next look, too.
            host.close(&extension, now).await.ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{Mutex, PoisonError},
    };

    use tokio::sync::Notify;

    use super::*;

    /// Remembers the accounts, and says when one is taken away.
    #[derive(Clone, Default)]
    struct Host {
        accounts: Arc<Mutex<BTreeMap<String, Timestamp>>>,
        closed: Arc<Notify>,
    }

    impl SoftphoneHost for Host {
        async fn open(&self, phone: &Softphone) -> Result<(), SwitchError> {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            accounts.insert(phone.extension.clone(), phone.expires_at);
            Ok(())
        }

        async fn close(&self, extension: &str, until: Timestamp) -> Result<(), SwitchError> {
            let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            accounts.retain(|name, expires_at| name != extension || *expires_at > until);
            self.closed.notify_one();
            Ok(())
        }

        fn accounts(&self) -> Vec<(String, Timestamp)> {
            let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            accounts.iter().map(|(extension, expires_at)| (extension.clone(), *expires_at)).collect()
        }
    }

    #[tokio::test]
    async fn an_account_ends_in_its_time_and_not_before() {
        let host = Host::default();
        let begins_at: Timestamp = "2026-03-10T18:00:00Z".parse().unwrap();
        // An hour in less than two seconds.
        let clock = Clock::starting_at(begins_at, 2_000.0);
        let plan = SoftphonePlan { extension: "80{agent}".to_owned(), lifetime: SignedDuration::from_mins(60) };
        let softphones = Softphones::start(host.clone(), plan, clock);
        let phone = softphones.open(AgentId(17), "hush".to_owned()).await.unwrap();
        assert_eq!(host.accounts(), [("8017".to_owned(), phone.expires_at)]);
        assert!(phone.expires_at >= begins_at + SignedDuration::from_mins(60));
        host.closed.notified().await;
        assert!(clock.now() >= phone.expires_at);
        assert_eq!(host.accounts(), []);
    }
}

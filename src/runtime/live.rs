//! The loop of one team in real time: drain what waits, one step for all of it, answer, publish.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{broadcast, mpsc, oneshot};

use super::{
    clock::Clock,
    handle::{CommandError, Envelope, PromiseAsked, Unavailable},
    step::{Committed, Step},
};
use crate::{
    domain::{
        command::Command,
        event::{Event, EventRecord},
        ids::{AgentId, TeamId},
        refusal::Refusal,
        zone_rules::ZoneRules,
    },
    engine::{
        Settings,
        input::Input,
        output::Ticket,
        promise_view::PromiseView,
        view::{AgentView, TeamView},
    },
    ports::{Store, StoreError, Switch},
    telemetry,
};

/// How many inputs one commit can cover.
const BATCH_MAX: usize = 256;
/// The first and the longest pause before the team is taken over again after the store failed.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// What a team's loop is made of.
#[expect(clippy::struct_field_names, reason = "team_id is its name everywhere")]
pub(super) struct Team<S, W> {
    pub team_id: TeamId,
    pub store: S,
    pub switch: Arc<W>,
    pub clock: Clock,
    pub settings: Settings,
    pub rules: Arc<ZoneRules>,
    pub seed: u64,
    pub inbox: mpsc::Receiver<Envelope>,
    pub feed: broadcast::Sender<Arc<EventRecord>>,
}

/// Questions that are answered once the step they came with is durable.
enum Question {
    Agent(AgentId, oneshot::Sender<Option<AgentView>>),
    Team(oneshot::Sender<TeamView>),
    Promise(Box<PromiseAsked>, oneshot::Sender<Result<PromiseView, Refusal>>),
}

/// What came in since the last step.
#[derive(Default)]
struct Batch {
    inputs: Vec<Input>,
    questions: Vec<Question>,
    noticed: bool,
    stop: bool,
}

/// Who waits for what, over the steps.
#[derive(Default)]
struct Waiting {
    last_ticket: u64,
    replies: BTreeMap<Ticket, oneshot::Sender<Result<(), CommandError>>>,
    /// When agents said Ready, to measure how fast the preview comes.
    ready_since: BTreeMap<AgentId, Instant>,
}

enum Ended {
    Stopped,
    Failed(StoreError),
}

impl<S: Store, W: Switch> Team<S, W> {
    /// Serves the team until told to stop, or until another engine has taken it over.
    pub async fn serve(mut self) {
        let mut pause = RETRY.0;
        loop {
            let began = Clock::stopwatch();
            match self.serve_once().await {
                Ended::Stopped => return,
                Ended::Failed(StoreError::Fenced(_)) => {
                    tracing::warn!(team_id = %self.team_id, "another engine has taken the team over");
                    return;
                }
                Ended::Failed(error) => {
                    telemetry::team_failed();
                    tracing::error!(team_id = %self.team_id, %error, "the team is taken over again from the store");
                }
            }
            if began.elapsed() > RETRY.1 {
                pause = RETRY.0;
            }
            self.clock.pause(pause).await;
            pause = (pause * 2).min(RETRY.1);
        }
    }

    async fn serve_once(&mut self) -> Ended {
        let now = self.clock.now();
        let taken = Step::take_over(
            self.store.clone(),
            self.team_id,
            self.settings.clone(),
            self.rules.clone(),
            self.seed,
            now,
        );
        let mut step = match taken.await {
            Ok(step) => step,
            Err(error) => return Ended::Failed(error),
        };
        let mut waiting = Waiting::default();
        loop {
            let batch = self.next_batch(&step, &mut waiting).await;
            let stop = batch.stop;
            if let Err(error) = self.step(&mut step, batch, &mut waiting).await {
                for (_, reply) in std::mem::take(&mut waiting.replies) {
                    reply.send(Err(Unavailable::Stopped.into())).ok();
                }
                return Ended::Failed(error);
            }
            if stop {
                return Ended::Stopped;
            }
        }
    }

    /// Waits for something to do, then takes all that waits, up to a bound.
    async fn next_batch(&mut self, step: &Step<S>, waiting: &mut Waiting) -> Batch {
        let mut batch = Batch::default();
        if !step.wants_more() && self.inbox.is_empty() {
            // Whoever is Ready now waits because nobody can be called: that says nothing about our speed.
            waiting.ready_since.clear();
            tokio::select! {
                envelope = self.inbox.recv() => match envelope {
                    Some(envelope) => waiting.sort(envelope, &mut batch),
                    None => batch.stop = true,
                },
                () = self.clock.wait_until(step.next_deadline()) => {}
            }
        }
        while batch.inputs.len() + batch.questions.len() < BATCH_MAX {
            let Ok(envelope) = self.inbox.try_recv() else { break };
            waiting.sort(envelope, &mut batch);
        }
        batch
    }

    async fn step(&mut self, step: &mut Step<S>, mut batch: Batch, waiting: &mut Waiting) -> Result<(), StoreError> {
        if batch.noticed {
            batch.inputs.extend(step.notices().await?.into_iter().map(Input::Notice));
        }
        if batch.inputs.is_empty() {
            batch.inputs.push(Input::Tick);
        }
        let began = Clock::stopwatch();
        let inputs = batch.inputs.len();
        let Committed { replies, changes, .. } = step.run(self.clock.now(), batch.inputs, &*self.switch).await?;
        telemetry::step_done(inputs, began.elapsed());
        for (ticket, result) in replies {
            if let Some(reply) = waiting.replies.remove(&ticket) {
                reply.send(result.map_err(CommandError::from)).ok();
            }
        }
        self.publish(changes.events, waiting);
        for question in batch.questions {
            match question {
                Question::Agent(id, reply) => drop(reply.send(step.engine().agent_view(id))),
                Question::Team(reply) => drop(reply.send(step.engine().team_view())),
                Question::Promise(asked, reply) => {
                    let PromiseAsked { agent_id, dialog_id, promise } = *asked;
                    drop(reply.send(step.engine().look_at_promise(agent_id, dialog_id, &promise)));
                }
            }
        }
        Ok(())
    }

    fn publish(&self, events: Vec<EventRecord>, waiting: &mut Waiting) {
        for event in events {
            telemetry::event(&event.event);
            if let (Event::PreviewOffered { .. }, Some(agent_id)) = (&event.event, event.agent_id)
                && let Some(since) = waiting.ready_since.remove(&agent_id)
            {
                telemetry::ready_to_preview(since.elapsed());
            }
            // Nobody listening is fine: the event is in the store.
            self.feed.send(Arc::new(event)).ok();
        }
    }
}

impl Waiting {
    fn sort(&mut self, envelope: Envelope, batch: &mut Batch) {
        match envelope {
            Envelope::Command { agent_id, command, reply } => {
                if command == Command::Ready {
                    self.ready_since.insert(agent_id, Clock::stopwatch());
                }
                self.last_ticket += 1;
                let ticket = Ticket(self.last_ticket);
                self.replies.insert(ticket, reply);
                batch.inputs.push(Input::Command { ticket, agent_id, command });
            }
            Envelope::Switch { channel_id, progress } => {
                batch.inputs.push(Input::Switch { channel_id, progress });
            }
            Envelope::Arrived { channel_id, queue, caller } => {
                batch.inputs.push(Input::Arrived { channel_id, queue, caller });
            }
            Envelope::Noticed => batch.noticed = true,
            Envelope::Agent { agent_id, reply } => batch.questions.push(Question::Agent(agent_id, reply)),
            Envelope::Team { reply } => batch.questions.push(Question::Team(reply)),
            Envelope::Promise { asked, reply } => batch.questions.push(Question::Promise(asked, reply)),
            Envelope::Stop => batch.stop = true,
        }
    }
}

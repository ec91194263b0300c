//! One team in virtual time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

use super::{
    Faults,
    checks::{Broken, Checks},
    worker::{END_OF_SHIFT, Worker},
};
use crate::{
    domain::{
        agent::AgentState,
        command::Command,
        event::EventRecord,
        ids::{AgentId, ChannelId, TeamId},
        outcome::Outcome,
        zone_rules::ZoneRules,
    },
    engine::{
        Settings,
        input::Input,
        output::{Order, Ticket},
    },
    ports::{Store, StoreError, Switch, SwitchError},
    runtime::step::{Committed, Step},
    switch::simulated::{SimulatedSwitch, people::People},
};

/// Why a simulated run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An invariant is broken.
    #[error("seed {seed}: {broken}")]
    Broken {
        /// The seed that shows it again.
        seed: u64,
        /// The invariant.
        broken: Broken,
    },
}

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The team.
    pub team_id: TeamId,
    /// Its agents.
    pub agents: Vec<AgentId>,
    /// When they work: begin and end of each shift, in order.
    pub shifts: Vec<(Timestamp, Timestamp)>,
    /// The run ends here at the latest.
    pub ends_at: Timestamp,
    /// How many contacts were loaded.
    pub contacts: usize,
    /// What everything random follows from.
    pub seed: u64,
    /// Who is at the other end.
    pub people: People,
    /// What goes wrong.
    pub faults: Faults,
}

/// What a run showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// When the last contact was closed, if all were.
    pub done_at: Option<Timestamp>,
    /// When the run ended.
    pub ended_at: Timestamp,
    /// Previews offered.
    pub previews: u64,
    /// Attempts opened.
    pub attempts: u64,
    /// Attempts by outcome.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// Contacts closed.
    pub closed: usize,
    /// Steps run.
    pub steps: u64,
    /// Facts that were checked against the invariants.
    pub checked: u64,
    /// Times the engine was stopped between commit and act.
    pub stops: u64,
}

/// What happens at some moment.
#[derive(Clone, Debug)]
enum Happening {
    ShiftBegins,
    ShiftEnds,
    Does(AgentId, Command),
    Renews(AgentId),
    ComesBack(AgentId),
    /// The switch told something, late.
    Told(ChannelId, crate::domain::attempt::CallProgress),
}

/// The switch, with a list of what was ordered.
struct Recorded {
    switch: SimulatedSwitch,
    orders: Mutex<Vec<Order>>,
}

impl Switch for Recorded {
    async fn order(&self, now: Timestamp, order: &Order) -> Result<(), SwitchError> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).push(order.clone());
        self.switch.order(now, order).await
    }

    async fn alive(&self, now: Timestamp, channels: &[ChannelId]) -> Vec<ChannelId> {
        self.switch.alive(now, channels).await
    }
}

/// One team in virtual time.
pub struct World<S: Store> {
    store: S,
    rules: Arc<ZoneRules>,
    setup: Setup,
    settings: Settings,
    now: Timestamp,
    switch: Recorded,
    step: Step<S>,
    workers: BTreeMap<AgentId, Worker>,
    agenda: BTreeMap<(Timestamp, u64), Happening>,
    planned: u64,
    dice: Xoshiro256PlusPlus,
    tickets: u64,
    checks: Checks,
    summary: Summary,
}

impl<S: Store> World<S> {
    /// Takes over a team in a store that was prepared for it.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn new(
        store: S,
        rules: Arc<ZoneRules>,
        setup: Setup,
        checks: Checks,
        begins_at: Timestamp,
    ) -> Result<Self, StoreError> {
        // Whoever is not to vanish does not have to show every few seconds that they have not.
        let presence_seconds = if setup.faults.vanish > 0 { 30 } else { 7_200 };
        let settings = Settings { presence_seconds, ..Settings::default() };
        let step =
            Step::take_over(store.clone(), setup.team_id, settings.clone(), rules.clone(), setup.seed, begins_at)
                .await?;
        let workers =
            setup.agents.iter().enumerate().map(|(i, id)| (*id, Worker::new((1001 + i).to_string()))).collect();
        let switch = Recorded { switch: SimulatedSwitch::new(setup.people), orders: Mutex::default() };
        let mut world = Self {
            store,
            rules,
            settings,
            now: begins_at,
            switch,
            step,
            workers,
            agenda: BTreeMap::new(),
            planned: 0,
            dice: Xoshiro256PlusPlus::seed_from_u64(setup.seed),
            tickets: 0,
            checks,
            summary: Summary::default(),
            setup,
        };
        for (begins_at, ends_at) in world.setup.shifts.clone() {
            world.plan(begins_at, Happening::ShiftBegins);
            world.plan(ends_at, Happening::ShiftEnds);
        }
        Ok(world)
    }

    /// Runs until every contact is closed and everybody is idle, or until the end of the setup. `log` gets every event
    /// as it is committed.
    ///
    /// # Errors
    /// A broken invariant, or those of the store.
    pub async fn run(mut self, log: &mut impl FnMut(&EventRecord)) -> Result<Summary, Stopped> {
        while let Some(at) = self.next_at().filter(|at| *at <= self.setup.ends_at) {
            self.now = self.now.max(at);
            let inputs = self.happens();
            self.step(inputs, log).await?;
            while self.step.wants_more() {
                self.step(Vec::new(), log).await?;
            }
            if self.checks.closed() == self.setup.contacts && self.checks.open() == (0, 0) {
                self.summary.done_at = Some(self.now);
                break;
            }
        }
        self.checks.callbacks(self.now, &self.rules).map_err(|broken| self.broken(broken))?;
        let view = self.step.engine().team_view();
        let at_work = view.agents.iter().filter(|line| line.state != AgentState::LoggedOut).count();
        if self.summary.done_at.is_none() && self.next_at().is_none_or(|at| at > self.setup.ends_at) {
            self.checks.everybody_went_home(self.now, at_work).map_err(|broken| self.broken(broken))?;
        }
        self.summary.ended_at = self.now;
        self.summary.closed = self.checks.closed();
        self.summary.checked = self.checks.checked;
        Ok(self.summary)
    }

    fn broken(&self, broken: Broken) -> Stopped {
        Stopped::Broken { seed: self.setup.seed, broken }
    }

    fn plan(&mut self, at: Timestamp, what: Happening) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), what);
    }

    fn next_at(&self) -> Option<Timestamp> {
        let agenda = self.agenda.first_key_value().map(|((at, _), _)| *at);
        [agenda, self.switch.switch.next_at(), self.step.next_deadline()].into_iter().flatten().min()
    }

    /// Everything that happens by now, as the engine sees it.
    fn happens(&mut self) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (channel_id, progress) in self.switch.switch.take_due(self.now) {
            let faults = self.setup.faults;
            if self.hits(faults.lost) {
                continue;
            }
            if self.hits(faults.late) {
                let late = SignedDuration::from_secs(self.dice.random_range(1..60));
                self.plan(self.now + late, Happening::Told(channel_id, progress));
                continue;
            }
            if self.hits(faults.doubled) {
                inputs.push(Input::Switch { channel_id, progress });
            }
            inputs.push(Input::Switch { channel_id, progress });
        }
        while let Some(entry) = self.agenda.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            let what = entry.remove();
            self.happen(what, &mut inputs);
        }
        if inputs.is_empty() {
            inputs.push(Input::Tick);
        }
        inputs
    }

    fn happen(&mut self, what: Happening, inputs: &mut Vec<Input>) {
        match what {
            Happening::ShiftBegins => {
                for id in self.setup.agents.clone() {
                    self.begin_shift(id);
                }
            }
            Happening::ShiftEnds => {
                for id in self.setup.agents.clone() {
                    if let Some(worker) = self.workers.get_mut(&id) {
                        worker.on_shift = false;
                    }
                    inputs.push(self.command(id, Command::NotReady { reason: END_OF_SHIFT.to_owned() }));
                }
            }
            Happening::Does(id, command) => self.does(id, command, inputs),
            Happening::Renews(id) => {
                if self.workers.get(&id).is_some_and(|worker| worker.on_shift && !worker.vanished) {
                    inputs.push(self.command(id, Command::RenewPresence));
                    self.renew_later(id);
                }
            }
            Happening::ComesBack(id) => self.come_back(id),
            Happening::Told(channel_id, progress) => inputs.push(Input::Switch { channel_id, progress }),
        }
    }

    fn begin_shift(&mut self, id: AgentId) {
        let jitter = SignedDuration::from_millis(self.dice.random_range(0..60_000));
        let Some(worker) = self.workers.get_mut(&id) else { return };
        worker.on_shift = true;
        worker.vanished = false;
        worker.blink();
        let sign_in = Command::SignIn { extension: worker.extension.clone() };
        self.plan(self.now + jitter, Happening::Does(id, sign_in));
    }

    fn renew_later(&mut self, id: AgentId) {
        let every = SignedDuration::from_secs(i64::from(self.settings.presence_seconds / 3));
        self.plan(self.now + every, Happening::Renews(id));
    }

    fn does(&mut self, id: AgentId, command: Command, inputs: &mut Vec<Input>) {
        let Some(worker) = self.workers.get(&id) else { return };
        if worker.vanished {
            return;
        }
        let vanish = self.setup.faults.vanish;
        if self.hits(vanish) {
            if let Some(worker) = self.workers.get_mut(&id) {
                worker.vanished = true;
            }
            let away = SignedDuration::from_secs(self.dice.random_range(5..600));
            self.plan(self.now + away, Happening::ComesBack(id));
            return;
        }
        if matches!(command, Command::SignIn { .. }) {
            self.renew_later(id);
        }
        inputs.push(self.command(id, command));
    }

    fn come_back(&mut self, id: AgentId) {
        let Some(worker) = self.workers.get_mut(&id) else { return };
        worker.vanished = false;
        worker.blink();
        if worker.on_shift {
            let sign_in = Command::SignIn { extension: worker.extension.clone() };
            self.plan(self.now, Happening::Does(id, sign_in));
        }
    }

    fn command(&mut self, agent_id: AgentId, command: Command) -> Input {
        self.tickets += 1;
        Input::Command { ticket: Ticket(self.tickets), agent_id, command }
    }

    fn hits(&mut self, share: u32) -> bool {
        share > 0 && self.dice.random_range(0..1000) < share
    }

    async fn step(&mut self, inputs: Vec<Input>, log: &mut impl FnMut(&EventRecord)) -> Result<(), Stopped> {
        self.summary.steps += 1;
        let mut committed = self.step.commit(self.now, inputs, &self.switch).await?;
        let touched = self.check_committed(&committed, log)?;
        let stop = self.setup.faults.stop;
        if self.hits(stop) {
            return self.stop_and_go_on().await;
        }
        self.step.act(self.now, &mut committed, &self.switch).await;
        let orders = std::mem::take(&mut *self.switch.orders.lock().unwrap_or_else(PoisonError::into_inner));
        for order in orders {
            self.checks.order(self.now, &order, &self.rules).map_err(|broken| self.broken(broken))?;
        }
        self.look(touched);
        Ok(())
    }

    fn check_committed(
        &mut self,
        committed: &Committed,
        log: &mut impl FnMut(&EventRecord),
    ) -> Result<BTreeSet<AgentId>, Stopped> {
        let mut touched = BTreeSet::new();
        self.checks.committed(&committed.changes).map_err(|broken| self.broken(broken))?;
        for suppression in &committed.changes.suppressions {
            self.checks.suppress(suppression.number.clone(), self.now);
        }
        for event in committed.events() {
            log(event);
            self.count(event);
            self.checks.event(event).map_err(|broken| self.broken(broken))?;
            touched.extend(event.agent_id);
        }
        Ok(touched)
    }

    fn count(&mut self, record: &EventRecord) {
        use crate::domain::event::Event;
        match &record.event {
            Event::PreviewOffered { .. } => self.summary.previews += 1,
            Event::AttemptOpened { .. } => self.summary.attempts += 1,
            Event::AttemptEnded { outcome, .. } => {
                *self.summary.outcomes.entry(Outcome::name(*outcome)).or_default() += 1;
            }
            _ => {}
        }
    }

    /// The process dies after the commit: nothing is ordered, nobody is answered. The next one takes over.
    async fn stop_and_go_on(&mut self) -> Result<(), Stopped> {
        self.summary.stops += 1;
        self.step = Step::take_over(
            self.store.clone(),
            self.setup.team_id,
            self.settings.clone(),
            self.rules.clone(),
            self.setup.seed,
            self.now,
        )
        .await?;
        let known = self.step.engine().team_view().last_event_seq;
        self.checks.restored(self.now, known).map_err(|broken| self.broken(broken))?;
        for worker in self.workers.values_mut() {
            worker.blink();
        }
        self.look(self.setup.agents.iter().copied().collect());
        Ok(())
    }

    /// Whoever something happened to looks at their screen.
    fn look(&mut self, touched: BTreeSet<AgentId>) {
        for id in touched {
            let (Some(worker), Some(view)) = (self.workers.get_mut(&id), self.step.engine().agent_view(id)) else {
                continue;
            };
            let plan = worker.look(&view, &self.setup.people, &mut self.dice);
            for (after, command) in plan {
                self.plan(self.now + after, Happening::Does(id, command));
            }
        }
    }
}

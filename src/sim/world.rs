//! One team in virtual time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

use super::{
    Faults,
    callers::{Call, Callers},
    checks::{Broken, Checks},
    habits::Habits,
    recorded::Recorded,
    summary::Summary,
    supervisor::{self, Supervisor},
    worker::{END_OF_SHIFT, Worker},
};
use crate::{
    domain::{
        agent::AgentState,
        attempt::CallProgress,
        command::Command,
        event::EventRecord,
        ids::{AgentId, ChannelId, TeamId},
        zone_rules::ZoneRules,
    },
    engine::{
        Settings,
        input::Input,
        output::{Order, Ticket},
    },
    ports::{Store, StoreError},
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
    /// Agents' phones stay connected between calls.
    pub phones_stay_connected: bool,
}

/// What happens at some moment.
#[derive(Clone, Debug)]
enum Happening {
    ShiftBegins,
    ShiftEnds,
    Does(AgentId, Command),
    Renews(AgentId),
    ComesBack(AgentId),
    /// The supervisor looks whose call to listen to.
    Supervises,
    Arrives(Call),
    /// The switch told of a caller, late or again.
    ToldOf(Call),
    /// The switch told something, late.
    Told(ChannelId, CallProgress),
}

/// What becomes of what the switch tells.
enum News {
    Lost,
    Late(SignedDuration),
    /// So many times.
    Told(u32),
}

/// The phones of so many agents.
pub fn extensions(agents: usize) -> Vec<String> {
    (0..agents).map(|i| (1001 + i).to_string()).collect()
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
    /// Whoever looks at their screen though nothing happened to them.
    glances: BTreeSet<AgentId>,
    queue: Option<String>,
    /// Callers that the switch told of, in case it has to do so again.
    callers: Vec<Call>,
    agenda: BTreeMap<(Timestamp, u64), Happening>,
    supervisor: Option<Supervisor>,
    planned: u64,
    dice: Xoshiro256PlusPlus,
    tickets: u64,
    /// What agents asked for and is not answered yet.
    asked: BTreeMap<Ticket, &'static str>,
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
        let presence_seconds = if setup.faults.vanish > 0 { 60 } else { 7_200 };
        let settings =
            Settings { presence_seconds, phones_stay_connected: setup.phones_stay_connected, ..Settings::default() };
        let step =
            Step::take_over(store.clone(), setup.team_id, settings.clone(), rules.clone(), setup.seed, begins_at)
                .await?;
        let extensions = extensions(setup.agents.len());
        let worker = |(i, id): (usize, &AgentId)| (*id, Worker::new(i, &extensions, Habits::usual()));
        let workers = setup.agents.iter().enumerate().map(worker).collect();
        let switch = Recorded::new(SimulatedSwitch::new(setup.people), setup.faults.refused, setup.seed);
        let mut world = Self {
            store,
            rules,
            settings,
            now: begins_at,
            switch,
            step,
            workers,
            glances: BTreeSet::new(),
            queue: None,
            callers: Vec::new(),
            agenda: BTreeMap::new(),
            supervisor: None,
            planned: 0,
            dice: Xoshiro256PlusPlus::seed_from_u64(setup.seed),
            tickets: 0,
            asked: BTreeMap::new(),
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

    /// Agents with other habits than the usual ones.
    #[must_use]
    pub fn with_habits(mut self, habits: Habits) -> Self {
        let extensions = extensions(self.setup.agents.len());
        for (i, worker) in self.workers.values_mut().enumerate() {
            *worker = Worker::new(i, &extensions, habits);
        }
        self.supervisor = habits.supervisor_looks_every.map(|seconds| Supervisor::new(seconds, self.setup.seed));
        self
    }

    /// People call a queue of the team, which the store has, while somebody works.
    #[must_use]
    pub fn with_callers(mut self, callers: &Callers) -> Self {
        for (begins_at, ends_at) in self.setup.shifts.clone() {
            for call in callers.between(begins_at, ends_at, self.setup.seed) {
                self.plan(call.at, Happening::Arrives(call));
            }
        }
        self.queue = Some(callers.queue.clone());
        self
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
            if self.checks.closed() == self.setup.contacts && self.checks.is_quiet() {
                self.summary.done_at.get_or_insert(self.now);
                if self.queue.is_none() {
                    break;
                }
            }
        }
        self.checks.callbacks(self.now, &self.rules).map_err(|broken| self.broken(broken))?;
        let view = self.step.engine().team_view();
        let at_work = view.agents.iter().filter(|line| line.state != AgentState::LoggedOut).count();
        if self.next_at().is_none_or(|at| at > self.setup.ends_at) {
            let lines = self.switch.switch.lines().len();
            self.checks.everybody_went_home(self.now, at_work, lines).map_err(|broken| self.broken(broken))?;
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
            if matches!(progress, CallProgress::HungUp { .. } | CallProgress::NotMade { .. }) {
                self.checks.line_is_gone(channel_id);
            }
            match self.news() {
                News::Lost => {}
                News::Late(by) => self.plan(self.now + by, Happening::Told(channel_id, progress)),
                News::Told(times) => {
                    inputs.extend((0..times).map(|_| Input::Switch { channel_id, progress: progress.clone() }));
                }
            }
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
                if self.supervisor.is_some() {
                    self.plan(self.now, Happening::Supervises);
                }
            }
            Happening::ShiftEnds => {
                for id in self.setup.agents.clone() {
                    if let Some(worker) = self.workers.get_mut(&id) {
                        worker.on_shift = false;
                    }
                    inputs.push(self.command(id, Command::NotReady { reason: END_OF_SHIFT.to_owned() }));
                    self.glance(id);
                }
            }
            Happening::Does(id, command) => self.does(id, command, inputs),
            Happening::Renews(id) => {
                let is_at_work = self.step.engine().session(id).is_some();
                if self.workers.get(&id).is_some_and(|worker| (worker.on_shift || is_at_work) && !worker.vanished) {
                    inputs.push(self.command(id, Command::RenewPresence));
                    self.renew_later(id);
                }
            }
            Happening::ComesBack(id) => self.come_back(id),
            Happening::Supervises => self.supervise(inputs),
            Happening::Told(channel_id, progress) => inputs.push(Input::Switch { channel_id, progress }),
            Happening::Arrives(call) => {
                self.switch.switch.arrives(self.now, call.channel_id, self.setup.people.patience(call.channel_id));
                self.checks.line_is_there(call.channel_id);
                self.callers.push(call.clone());
                match self.news() {
                    News::Lost => {}
                    News::Late(by) => self.plan(self.now + by, Happening::ToldOf(call)),
                    News::Told(times) => inputs.extend((0..times).filter_map(|_| self.arrived(&call))),
                }
            }
            Happening::ToldOf(call) => inputs.extend(self.arrived(&call)),
        }
    }

    fn arrived(&self, call: &Call) -> Option<Input> {
        let queue = self.queue.clone()?;
        Some(Input::Arrived { channel_id: call.channel_id, queue, caller: call.caller.clone() })
    }

    /// What becomes of what the switch tells.
    fn news(&mut self) -> News {
        let faults = self.setup.faults;
        if self.hits(faults.lost) {
            News::Lost
        } else if self.hits(faults.late) {
            News::Late(SignedDuration::from_secs(self.dice.random_range(1..60)))
        } else {
            News::Told(if self.hits(faults.doubled) { 2 } else { 1 })
        }
    }

    /// Looks at their screen after this step, as if for the first time.
    fn glance(&mut self, id: AgentId) {
        if let Some(worker) = self.workers.get_mut(&id) {
            worker.blink();
            self.glances.insert(id);
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
        let view = self.step.engine().agent_view(id);
        if view.is_some_and(|view| !worker.still_does(&command, &view, &mut self.dice)) {
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
        let drop = self.setup.faults.drop;
        if self.hits(drop) && self.workers.get(&id).is_some_and(|w| self.switch.switch.drops(self.now, &w.extension)) {
            self.summary.drops += 1;
        }
        inputs.push(self.command(id, command));
    }

    fn supervise(&mut self, inputs: &mut Vec<Input>) {
        let Some(supervisor) = &mut self.supervisor else { return };
        let (after, wish) = supervisor.look(&self.setup.agents, self.step.engine());
        if let Some((id, command)) = wish {
            inputs.push(self.command(id, command));
        } else if self.switch.switch.drops(self.now, supervisor::EXTENSION) {
            self.summary.drops += 1;
        }
        if self.workers.values().any(|worker| worker.on_shift) {
            self.plan(self.now + after, Happening::Supervises);
        }
    }

    fn come_back(&mut self, id: AgentId) {
        let Some(worker) = self.workers.get_mut(&id) else { return };
        worker.vanished = false;
        if worker.on_shift {
            let sign_in = Command::SignIn { extension: worker.extension.clone() };
            self.plan(self.now, Happening::Does(id, sign_in));
        }
        self.glance(id);
    }

    fn command(&mut self, agent_id: AgentId, command: Command) -> Input {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.asked.insert(ticket, command.name());
        Input::Command { ticket, agent_id, command }
    }

    fn hits(&mut self, share: u32) -> bool {
        share > 0 && self.dice.random_range(0..1000) < share
    }

    async fn step(&mut self, inputs: Vec<Input>, log: &mut impl FnMut(&EventRecord)) -> Result<(), Stopped> {
        self.summary.steps += 1;
        let mut committed = self.step.commit(self.now, inputs, &self.switch).await?;
        let mut touched = self.check_committed(&committed, log)?;
        touched.append(&mut self.glances);
        let stop = self.setup.faults.stop;
        if self.hits(stop) {
            return self.stop_and_go_on().await;
        }
        self.step.act(self.now, &mut committed, &self.switch).await;
        for order in self.switch.take_orders() {
            self.summary.phones_kept += u64::from(matches!(order.0, Order::Keep { .. }));
            self.checks.order(self.now, &order, &self.rules).map_err(|broken| self.broken(broken))?;
        }
        if !self.step.wants_more() {
            let rooms = self.switch.switch.lines();
            self.checks.rooms(self.now, &rooms).map_err(|broken| self.broken(broken))?;
            let tapes = self.switch.switch.tapes();
            self.checks.tapes(self.now, &tapes, &rooms).map_err(|broken| self.broken(broken))?;
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
        self.checks.committed(&committed.changes);
        for (ticket, reply) in &committed.replies {
            if let Some(name) = self.asked.remove(ticket) {
                self.summary.answered(name, reply);
            }
        }
        for suppression in &committed.changes.suppressions {
            self.checks.suppress(suppression.number.clone(), self.now);
        }
        for event in committed.events() {
            log(event);
            self.summary.count(event);
            self.checks.event(event).map_err(|broken| self.broken(broken))?;
            touched.extend(event.agent_id);
        }
        self.checks.at_rest(self.now).map_err(|broken| self.broken(broken))?;
        Ok(touched)
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
        // Nothing that was asked is answered, and nothing that was told came to anything.
        self.asked.clear();
        self.tell_again();
        for worker in self.workers.values_mut() {
            worker.blink();
        }
        self.look(self.setup.agents.iter().copied().collect());
        Ok(())
    }

    /// The switch tells the new engine of callers whom the one before had not let in.
    fn tell_again(&mut self) {
        let lines = self.switch.switch.lines();
        self.callers.retain(|call| lines.contains_key(&call.channel_id));
        let waiting = self.callers.iter().filter(|call| lines.get(&call.channel_id) == Some(&None)).cloned();
        for call in waiting.collect::<Vec<_>>() {
            self.plan(self.now, Happening::ToldOf(call));
        }
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

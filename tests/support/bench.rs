//! The engine on a bench: one team, a handful of contacts in memory, a clock that the test moves. Questions are answered
//! from what the engine itself wrote, so a test reads like the day of an agent.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use rappel::{
    domain::{
        agent::{Agent, AgentState},
        attempt::{Attempt, CallProgress, Phase},
        campaign::{Campaign, CampaignRules, CampaignState},
        command::{Act, Command},
        contact::{Contact, ContactNumber, ContactState, Progress},
        dialog::{Caller, ParticipantState},
        event::{Event, EventRecord},
        ids::{AgentId, CampaignId, ChannelId, ContactId, DialogId, ListId, QueueId, ReservationId, TeamId},
        number_zones,
        phone::{Country, read_number},
        queue::{Queue, QueueRules, QueueState},
        refusal::Refusal,
        suppression::Suppression,
        zone_rules::ZoneRules,
    },
    engine::{
        Engine, Settings,
        input::{Candidate, Input, Notice, Snapshot},
        output::{Ask, Changes, Order, Output, Ticket},
        view::{AgentView, DialogView},
    },
};

pub const TEAM: TeamId = TeamId(1);
pub const ALICE: AgentId = AgentId(11);
pub const BOB: AgentId = AgentId(12);
pub const CAMPAIGN: CampaignId = CampaignId(7);

/// A Tuesday, 10:00 in Chicago.
pub fn morning() -> Timestamp {
    "2026-11-24T16:00:00Z".parse().unwrap()
}

/// The bench.
pub struct Bench {
    pub engine: Engine,
    settings: Settings,
    pub now: Timestamp,
    pub contacts: BTreeMap<ContactId, Contact>,
    pub suppressions: Vec<Suppression>,
    pub campaigns: BTreeMap<CampaignId, Campaign>,
    /// Everything that happened.
    pub events: Vec<EventRecord>,
    /// Everything the switch was asked.
    pub orders: Vec<Order>,
    /// Lines the switch still has.
    pub alive: Vec<ChannelId>,
    /// What a store would know of dialogs, sessions and what is open.
    pub committed: Snapshot,
    next_at: BTreeMap<ContactId, Timestamp>,
    tickets: u64,
    queues: usize,
    callers: u128,
}

/// Rules of a campaign: `more` is added to the least that is needed.
pub fn rules(more: &str) -> CampaignRules {
    let text = format!("name = \"renewals\"\nteam = \"north\"\ncountry = \"US\"\n{more}");
    let mut rules: CampaignRules = toml::from_str(&text).expect("the test's rules");
    if rules.hours.is_never_open() {
        rules.hours = toml::from_str("daily = [\"09:00-20:00\"]").expect("hours");
    }
    rules
}

impl Bench {
    /// A running campaign with these contacts (one number each), two agents who are not at work.
    pub fn new(more: &str, numbers: &[&str]) -> Self {
        let campaign = Campaign {
            id: CAMPAIGN,
            team_id: TEAM,
            state: CampaignState::Running,
            changed_at: morning(),
            rules: rules(more),
        };
        let contacts: BTreeMap<ContactId, Contact> = numbers
            .iter()
            .enumerate()
            .map(|(i, number)| {
                let id = ContactId(100 + i64::try_from(i).unwrap());
                (id, contact(id, &[*number]))
            })
            .collect();
        Self::with(campaign, contacts)
    }

    /// As [`Bench::new`], where agents' phones stay connected between calls.
    pub fn standing(more: &str, numbers: &[&str]) -> Self {
        let mut bench = Self::new(more, numbers);
        bench.settings.phones_stay_connected = true;
        bench.restart();
        bench
    }

    pub fn with(campaign: Campaign, contacts: BTreeMap<ContactId, Contact>) -> Self {
        let agent = |id, login: &str| Agent { id, team_id: TEAM, login: login.to_owned(), name: login.to_owned() };
        let snapshot = Snapshot {
            agents: vec![agent(ALICE, "alice"), agent(BOB, "bob")],
            campaigns: vec![campaign.clone()],
            ..Snapshot::default()
        };
        let rules = Arc::new(ZoneRules::bundled());
        let engine = Engine::restore(TEAM, Settings::default(), rules, 1, snapshot.clone(), morning());
        let mut bench = Self {
            engine,
            settings: Settings::default(),
            now: morning(),
            contacts,
            suppressions: Vec::new(),
            campaigns: BTreeMap::from([(campaign.id, campaign)]),
            events: Vec::new(),
            orders: Vec::new(),
            alive: Vec::new(),
            committed: snapshot,
            next_at: BTreeMap::new(),
            tickets: 0,
            queues: 0,
            callers: 0,
        };
        bench.give(Input::Tick);
        bench
    }

    /// Gives one input, then answers what the engine asks until it asks nothing more.
    pub fn give(&mut self, input: Input) -> Vec<(Ticket, Result<(), Refusal>)> {
        let mut inputs = vec![input];
        let mut replies = Vec::new();
        for _ in 0..50 {
            for input in inputs.drain(..) {
                self.engine.handle(self.now, input);
            }
            let Output { changes, orders, replies: answered, asks } = self.engine.take_output();
            for change in changes.contacts.values() {
                let contact = self.contacts.get_mut(&change.id).expect("a contact of the bench");
                contact.state = change.state;
                contact.progress = change.progress.clone();
                contact.stated_zones.clone_from(&change.stated_zones);
                self.next_at.insert(change.id, change.place.next_at);
            }
            self.keep(&changes);
            self.suppressions.extend(changes.suppressions);
            self.events.extend(changes.events);
            self.orders.extend(orders);
            replies.extend(answered);
            inputs = asks.into_iter().map(|ask| self.answer(ask)).collect();
            if inputs.is_empty() {
                return replies;
            }
        }
        panic!("the engine asks for ever");
    }

    fn keep(&mut self, changes: &Changes) {
        let committed = &mut self.committed;
        committed.dialogs.retain(|dialog| !changes.dialogs.contains_key(&dialog.id));
        committed.dialogs.extend(changes.dialogs.values().filter(|d| d.settled_at.is_none()).cloned());
        committed.sessions.retain(|session| !changes.sessions.contains_key(&session.agent_id));
        committed.sessions.extend(changes.sessions.values().flatten().cloned());
        committed.reservations.retain(|reservation| !changes.reservations.contains_key(&reservation.id));
        committed.reservations.extend(changes.reservations.values().filter(|r| r.ended.is_none()).cloned());
        committed.attempts.retain(|attempt| !changes.attempts.contains_key(&attempt.id));
        let is_open = |attempt: &&Attempt| !matches!(attempt.phase, Phase::Ended(_));
        committed.attempts.extend(changes.attempts.values().filter(is_open).cloned());
        if let Some(last) = changes.events.last() {
            (committed.last_seq, committed.last_event_at) = (last.seq, Some(last.at));
        }
    }

    /// The engine stops, and goes on from what was committed; gives the orders of its first step.
    pub fn restart(&mut self) -> Vec<Order> {
        let in_progress = self.contacts.values().filter(|contact| contact.state == ContactState::InProgress);
        let snapshot = Snapshot {
            contacts: in_progress.map(|contact| self.candidate(contact)).collect(),
            ..self.committed.clone()
        };
        let rules = Arc::new(ZoneRules::bundled());
        self.engine = Engine::restore(TEAM, self.settings.clone(), rules, 1, snapshot, self.now);
        let before = self.orders.len();
        self.give(Input::Tick);
        self.orders[before..].to_vec()
    }

    fn candidate(&self, contact: &Contact) -> Candidate {
        let own = |s: &&Suppression| contact.numbers.iter().any(|n| n.number == s.number);
        Candidate { contact: contact.clone(), suppressions: self.suppressions.iter().filter(own).cloned().collect() }
    }

    fn answer(&self, ask: Ask) -> Input {
        match ask {
            Ask::Due { campaign_id, open, count } => {
                let mut due: Vec<(Timestamp, &Contact)> = self
                    .contacts
                    .values()
                    .filter(|c| c.campaign_id == campaign_id)
                    .filter(|c| c.numbers.iter().any(|n| open.contains(c.zones_of(n).0)))
                    .filter_map(|c| match c.state {
                        ContactState::Waiting { not_before_at } => {
                            Some((self.next_at.get(&c.id).copied().unwrap_or(not_before_at), c))
                        }
                        _ => None,
                    })
                    .collect();
                due.sort_by_key(|(at, c)| (*at, c.id));
                let next_due_at = due.iter().map(|(at, _)| *at).find(|at| *at > self.now);
                let now = due.into_iter().filter(|(at, _)| *at <= self.now).take(count);
                let candidates = now.map(|(_, c)| self.candidate(c)).collect();
                Input::Due { campaign_id, candidates, next_due_at }
            }
            Ask::Zones { campaign_id } => {
                let mut zone_sets: Vec<_> = self
                    .contacts
                    .values()
                    .flat_map(|c| c.numbers.iter().map(|n| c.zones_of(n).0.clone()))
                    .filter(|zones| !zones.is_unknown())
                    .collect();
                zone_sets.sort();
                zone_sets.dedup();
                Input::Zones { campaign_id, zone_sets }
            }
            Ask::Contact { contact_id, number } => {
                let mut candidate = self.contacts.get(&contact_id).map(|c| self.candidate(c));
                if let Some(candidate) = &mut candidate
                    && candidate.contact.numbers.iter().all(|n| n.number != number)
                {
                    candidate.suppressions.extend(self.suppressions.iter().filter(|s| s.number == number).cloned());
                }
                Input::Contact { contact_id, candidate }
            }
            Ask::Suppressions { reservation_id, number } => Input::Suppressions {
                reservation_id,
                suppressions: self.suppressions.iter().filter(|s| s.number == number).cloned().collect(),
            },
            Ask::Channels { channel_ids } => {
                let alive = channel_ids.iter().copied().filter(|id| self.alive.contains(id)).collect();
                Input::Channels { asked: channel_ids, alive }
            }
        }
    }

    /// An agent asks for something.
    pub fn command(&mut self, agent_id: AgentId, command: Command) -> Result<(), Refusal> {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let replies = self.give(Input::Command { ticket, agent_id, command });
        replies.into_iter().find(|(to, _)| *to == ticket).expect("every command is answered").1
    }

    /// An agent does something in or about their newest dialog.
    pub fn act(&mut self, agent_id: AgentId, act: Act) -> Result<(), Refusal> {
        let dialog_id = self.call(agent_id);
        self.act_in(agent_id, dialog_id, act)
    }

    pub fn act_in(&mut self, agent_id: AgentId, dialog_id: DialogId, act: Act) -> Result<(), Refusal> {
        self.command(agent_id, Command::InDialog { dialog_id, act })
    }

    /// The switch tells something of the customer whose preview the agent accepted.
    pub fn told(&mut self, agent_id: AgentId, progress: CallProgress) {
        let channel_id = ChannelId(self.call(agent_id).0);
        self.tells(channel_id, progress);
    }

    /// The switch tells something of a line.
    pub fn tells(&mut self, channel_id: ChannelId, progress: CallProgress) {
        self.give(Input::Switch { channel_id, progress });
    }

    pub fn notice(&mut self, notice: Notice) {
        self.give(Input::Notice(notice));
    }

    /// Opens a queue of the team: `more` is added to the least that is needed.
    pub fn queue(&mut self, name: &str, more: &str) {
        let text = format!("name = \"{name}\"\nteam = \"north\"\n{more}");
        let rules: QueueRules = toml::from_str(&text).expect("the test's queue");
        let id = QueueId(1 + i64::try_from(self.queues).unwrap());
        self.queues += 1;
        let queue = Queue { id, team_id: TEAM, state: QueueState::Open, changed_at: self.now, rules };
        self.committed.queues.push(queue.clone());
        self.notice(Notice::QueueChanged { queue: Box::new(queue) });
    }

    /// Somebody calls a queue; gives their line.
    pub fn caller(&mut self, queue: &str) -> ChannelId {
        self.callers += 1;
        let channel_id = ChannelId(uuid::Uuid::from_u128(0xca11 + self.callers));
        let caller = Caller {
            number: Some(read_number("312-555-0150", "US".parse().unwrap()).unwrap().number),
            variables: BTreeMap::from([("Menu".to_owned(), "2".to_owned()), ("Topic".to_owned(), "bill".to_owned())]),
        };
        self.give(Input::Arrived { channel_id, queue: queue.to_owned(), caller });
        channel_id
    }

    /// The line that was dialled last.
    pub fn last_dialled(&self) -> ChannelId {
        let dialled = |order: &Order| match order {
            Order::Dial { channel_id, .. } => Some(*channel_id),
            _ => None,
        };
        self.orders.iter().rev().find_map(dialled).expect("somebody was dialled")
    }

    /// The line of the agent's phone.
    pub fn phone(&self, agent_id: AgentId) -> ChannelId {
        self.engine.session(agent_id).and_then(|session| session.channel_id).expect("the phone is up")
    }

    /// The switch tells something of the agent's phone.
    pub fn phone_told(&mut self, agent_id: AgentId, progress: CallProgress) {
        let channel_id = self.phone(agent_id);
        self.tells(channel_id, progress);
    }

    /// The switch tells something of the phone of the supervisor with the agent's call.
    pub fn supervisor_told(&mut self, agent_id: AgentId, progress: CallProgress) {
        let channel_id = self.supervisor(agent_id).expect("a supervisor is with the call");
        self.tells(channel_id, progress);
    }

    /// The line of the supervisor with the agent's call.
    pub fn supervisor(&self, agent_id: AgentId) -> Option<ChannelId> {
        self.engine.session(agent_id)?.supervision.as_ref().map(|supervision| supervision.channel_id)
    }

    /// Every line that the engine knows, with whose it is.
    pub fn lines(&self) -> Vec<(String, ChannelId)> {
        let mut lines: Vec<(String, ChannelId)> = Vec::new();
        for dialog in self.engine.dialogs() {
            for participant in &dialog.participants {
                if let Some(channel_id) = participant.who.channel_id() {
                    lines.push((format!("{} of {}", participant.who.name(), dialog.kind.name()), channel_id));
                }
            }
        }
        for (name, id) in [("alice", ALICE), ("bob", BOB)] {
            let channel_id = self.engine.session(id).and_then(|session| session.channel_id);
            lines.extend(channel_id.map(|channel_id| (format!("phone of {name}"), channel_id)));
            lines.extend(self.supervisor(id).map(|channel_id| (format!("supervisor of {name}"), channel_id)));
        }
        lines
    }

    /// What holds whenever the engine rests.
    pub fn check_at_rest(&self) {
        for dialog in self.engine.dialogs() {
            let agents: Vec<AgentId> = dialog.agents().collect();
            for id in &agents {
                assert_eq!(agents.iter().filter(|other| *other == id).count(), 1, "{dialog:?}");
            }
        }
        for id in [ALICE, BOB] {
            let active =
                |dialog: &&rappel::domain::dialog::Dialog| dialog.state_of(id) == Some(ParticipantState::Active);
            assert!(self.engine.dialogs().filter(active).count() <= 1, "{id} talks in two rooms");
        }
    }

    /// Moves the clock, stopping at every deadline on the way as the runtime does. Agents at work show that they are.
    pub fn wait(&mut self, seconds: i64) {
        self.wait_until(self.now + SignedDuration::from_secs(seconds));
    }

    pub fn wait_until(&mut self, until: Timestamp) {
        while self.now < until {
            let soon = self.now + SignedDuration::from_secs(10);
            let deadline = self.engine.next_deadline().filter(|at| *at > self.now);
            let next = [Some(soon), deadline, Some(until)].into_iter().flatten().min().unwrap();
            // Nobody needs to be asked for their presence each ten seconds of a quiet night.
            self.now = next;
            self.give(Input::Tick);
            for id in [ALICE, BOB] {
                if self.state(id) != AgentState::LoggedOut {
                    self.command(id, Command::RenewPresence).unwrap();
                }
            }
        }
    }

    /// Moves the clock without any sign of life from anybody.
    pub fn silence(&mut self, seconds: i64) {
        let until = self.now + SignedDuration::from_secs(seconds);
        while let Some(at) = self.engine.next_deadline().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.give(Input::Tick);
        }
        self.now = until;
        self.give(Input::Tick);
    }

    pub fn sign_in_ready(&mut self, agent_id: AgentId) {
        self.command(agent_id, Command::SignIn { extension: format!("10{agent_id}") }).unwrap();
        self.command(agent_id, Command::Ready).unwrap();
    }

    /// Accepts the preview; gives the dialog.
    pub fn accept(&mut self, agent_id: AgentId) -> DialogId {
        let reservation_id = self.preview(agent_id);
        self.command(agent_id, Command::AcceptPreview { reservation_id }).unwrap();
        self.call(agent_id)
    }

    /// Signs in, gets a preview, accepts it, and the customer answers.
    pub fn talk(&mut self, agent_id: AgentId) -> DialogId {
        self.sign_in_ready(agent_id);
        let dialog_id = self.accept(agent_id);
        self.told(agent_id, CallProgress::Connected);
        dialog_id
    }

    pub fn view(&self, agent_id: AgentId) -> AgentView {
        self.engine.agent_view(agent_id).expect("an agent of the bench")
    }

    pub fn state(&self, agent_id: AgentId) -> AgentState {
        self.view(agent_id).state
    }

    pub fn preview(&self, agent_id: AgentId) -> ReservationId {
        self.view(agent_id).preview.expect("a preview").reservation_id
    }

    pub fn call(&self, agent_id: AgentId) -> DialogId {
        self.dialog(agent_id).dialog_id
    }

    /// The agent's newest dialog.
    pub fn dialog(&self, agent_id: AgentId) -> DialogView {
        self.view(agent_id).dialogs.pop().expect("a dialog")
    }

    pub fn happened(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|record| wanted(&record.event)).count()
    }

    pub fn dials(&self) -> usize {
        self.orders.iter().filter(|order| matches!(order, Order::Dial { .. })).count()
    }

    pub fn campaign_becomes(&mut self, state: CampaignState) {
        let mut campaign = self.campaigns[&CAMPAIGN].clone();
        campaign.state = state;
        self.campaigns.insert(CAMPAIGN, campaign.clone());
        self.notice(Notice::CampaignChanged { campaign: Box::new(campaign) });
    }
}

/// A contact with these US numbers.
pub fn contact(id: ContactId, numbers: &[&str]) -> Contact {
    let us: Country = "US".parse().unwrap();
    Contact {
        id,
        campaign_id: CAMPAIGN,
        list_id: ListId(1),
        list_priority: 5,
        account_number: format!("A{id}"),
        first_name: "Amina".to_owned(),
        last_name: "Haddad".to_owned(),
        numbers: numbers
            .iter()
            .enumerate()
            .map(|(i, raw)| {
                let read = read_number(raw, us).expect("a number of the test");
                ContactNumber {
                    zones: number_zones::zones_of(&read),
                    number: read.number,
                    label: format!("Phone{}", i + 1),
                    line_type: read.line_type,
                }
            })
            .collect(),
        variables: BTreeMap::from([
            ("Contract".to_owned(), "2024-118".to_owned()),
            ("Plan".to_owned(), "Comfort".to_owned()),
        ]),
        stated_zones: None,
        progress: Progress::default(),
        state: ContactState::Waiting { not_before_at: morning() },
    }
}

//! Two days in the life of a team, made up and stored: what happened is known to the test without the database.

use std::collections::BTreeMap;

use jiff::{
    SignedDuration, Timestamp,
    tz::{TimeZone, TimeZoneDatabase},
};
use rappel::{
    domain::{
        agent::{Agent, AgentState, NextState},
        attempt::{Attempt, Ended, Phase},
        callback::{Callback, CallbackState},
        campaign::Campaign,
        contact::{CloseReason, Contact, ContactNumber, ContactState},
        eligibility::Place,
        event::{Event, EventRecord},
        ids::{AgentId, CampaignId, ListId, TeamId},
        outcome::{FailureCause, Outcome},
        phone::{LineType, PhoneNumber},
        recording::{Recording, RecordingState},
        reservation::{Reservation, ReservationEnd, ReservationEnded},
        retry::Disposition,
        wall_time::WallTime,
        zone::ZoneSet,
    },
    engine::{
        output::{Changes, ContactChange},
        session::{Activity, Session},
    },
    ports::Store,
    store::{
        Database, NewContact, OnDuplicate,
        reports::{ReportKind, ReportQuery},
    },
};
use serde_json::json;
use uuid::Uuid;

const HOURS: i64 = 48;

/// An agent in a state, and what for.
pub struct Span {
    pub agent_id: AgentId,
    pub state: AgentState,
    pub began_at: Timestamp,
    pub ended_at: Timestamp,
    pub of: Option<(CampaignId, ListId)>,
}

/// What happened, and the database it is in.
pub struct Day {
    pub db: Database,
    pub zone: &'static str,
    clock: TimeZone,
    pub team_id: TeamId,
    pub began_at: Timestamp,
    /// The end of it.
    pub now: Timestamp,
    pub agents: Vec<Agent>,
    campaigns: Vec<Campaign>,
    lists: BTreeMap<ListId, String>,
    pub contacts: Vec<Contact>,
    pub reservations: Vec<Reservation>,
    pub attempts: Vec<Attempt>,
    pub callbacks: Vec<Callback>,
    pub events: Vec<EventRecord>,
    /// Who was in which state, from when to when, and for which campaign and list.
    pub spans: Vec<Span>,
    /// What the agent works for, who is made up just now.
    works_for: Option<(CampaignId, ListId)>,
    sessions: BTreeMap<AgentId, Option<Session>>,
    dice: u64,
    ids: u128,
}

impl Day {
    /// Makes it up and stores it.
    pub async fn lived(db: Database, began_at: Timestamp, zone: &'static str) -> Self {
        let mut day = Self::founded(db, began_at, zone).await;
        for n in 0..2 {
            day.work(n);
        }
        day.sit_still();
        day.store().await;
        day
    }

    async fn founded(db: Database, began_at: Timestamp, zone: &'static str) -> Self {
        let (mut agents, mut campaigns, mut lists) = (Vec::new(), Vec::new(), BTreeMap::new());
        for login in ["ann", "bob", "cem"] {
            agents.push(db.agent_add("north", login, login, began_at).await.expect("an agent"));
        }
        for name in ["spring", "winter"] {
            let rules = serde_json::from_value(json!({"name": name, "team": "north", "country": "US"})).expect("rules");
            let campaign = db.campaign_apply(&rules, began_at).await.expect("a campaign");
            for (n, name) in ["march", "april"].into_iter().enumerate() {
                let list = db.list_named(campaign.id, name).await.expect("a list");
                lists.insert(list.id, name.to_owned());
                let rows: Vec<_> = (0..40 + 10 * n).map(|i| new_contact(n * 100 + i, began_at)).collect();
                db.load_batch(&campaign, &list, &rows, OnDuplicate::Skip, began_at).await.expect("loads");
            }
            campaigns.push(campaign);
        }
        let mut contacts = Vec::new();
        for campaign in &campaigns {
            let stored = db.contacts_of(campaign.id, None, rappel::domain::ids::ContactId(0), 1000).await;
            contacts.extend(stored.expect("contacts").into_iter().map(|it| it.contact));
        }
        Self {
            team_id: agents[0].team_id,
            now: began_at + SignedDuration::from_hours(HOURS),
            db,
            zone,
            clock: TimeZoneDatabase::bundled().get(zone).expect("a zone"),
            began_at,
            agents,
            campaigns,
            lists,
            contacts,
            reservations: Vec::new(),
            attempts: Vec::new(),
            callbacks: Vec::new(),
            events: Vec::new(),
            spans: Vec::new(),
            works_for: None,
            sessions: BTreeMap::new(),
            dice: 0x9e37_79b9_7f4a_7c15,
            ids: 1,
        }
    }

    pub fn query(&self, kind: ReportKind) -> ReportQuery {
        ReportQuery::new(kind, self.zone.parse().expect("a zone"), self.now)
    }

    /// So many seconds into it.
    pub fn at(&self, seconds: i64) -> Timestamp {
        self.began_at + SignedDuration::from_secs(seconds)
    }

    pub fn date(&self, at: Timestamp) -> String {
        self.local(at, "%Y-%m-%d")
    }

    pub fn hour(&self, at: Timestamp) -> String {
        self.local(at, "%H:00")
    }

    fn local(&self, at: Timestamp, format: &str) -> String {
        self.clock.to_datetime(at).strftime(format).to_string()
    }

    pub fn login(&self, id: AgentId) -> String {
        self.agents.iter().find(|it| it.id == id).expect("an agent").login.clone()
    }

    pub fn campaign_name(&self, id: CampaignId) -> String {
        self.campaigns.iter().find(|it| it.id == id).expect("a campaign").rules.name.clone()
    }

    pub fn list_name(&self, id: ListId) -> String {
        self.lists[&id].clone()
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides
    }

    fn seconds(&mut self, most: u64) -> SignedDuration {
        SignedDuration::from_secs(i64::try_from(1 + self.roll(most)).expect("few"))
    }

    fn id<T: From<Uuid>>(&mut self) -> T {
        self.ids += 1;
        Uuid::from_u128(self.ids).into()
    }

    fn says(&mut self, at: Timestamp, agent_id: AgentId, contact: Option<&Contact>, event: Event) {
        let (team_id, contact_id) = (self.team_id, contact.map(|it| it.id));
        let campaign_id = contact.map(|it| it.campaign_id);
        self.events.push(EventRecord { team_id, seq: 0, at, agent_id: Some(agent_id), campaign_id, contact_id, event });
    }

    /// The agent was in `was` from `since` to `at`, and is in `state` then.
    fn turns(&mut self, agent_id: AgentId, was: (AgentState, Timestamp), state: AgentState, at: Timestamp) {
        let (was, was_since_at) = was;
        if was != AgentState::LoggedOut {
            let of = self.works_for.filter(|_| !matches!(was, AgentState::NotReady | AgentState::Ready));
            self.spans.push(Span { agent_id, state: was, began_at: was_since_at, ended_at: at, of });
        }
        if self.roll(4) == 0 && at.duration_since(was_since_at).as_secs() > 1 && was != AgentState::LoggedOut {
            // A wish for later is an event as well, and changes nothing.
            let (pending, reason) = (Some(NextState::Ready), None);
            let event = Event::AgentStateChanged {
                was,
                was_since_at,
                state: was,
                reason,
                pending,
                wrap_up_ends_at: None,
                wrap_up_pending: false,
                wrap_up_seconds_left: None,
            };
            self.says(at - SignedDuration::from_secs(1), agent_id, None, event);
        }
        let (reason, pending) = (None, None);
        let event = Event::AgentStateChanged {
            was,
            was_since_at,
            state,
            reason,
            pending,
            wrap_up_ends_at: None,
            wrap_up_pending: false,
            wrap_up_seconds_left: None,
        };
        self.says(at, agent_id, None, event);
    }

    /// One agent works until the end, with breaks; the first is in a call then, the second gone.
    fn work(&mut self, n: usize) {
        use AgentState::{LoggedOut, NotReady, Ready, Reserved, Talking, WrapUp};
        let agent_id = self.agents[n].id;
        let mut at = self.began_at + self.seconds(600);
        self.turns(agent_id, (LoggedOut, self.began_at), NotReady, at);
        let mut since = at;
        at += self.seconds(900);
        self.turns(agent_id, (NotReady, since), Ready, at);
        let end = self.now - SignedDuration::from_hours(2);
        loop {
            since = at;
            at += self.seconds(400);
            self.turns(agent_id, (Ready, since), Reserved, at);
            since = at;
            let place = self.roll(self.contacts.len() as u64);
            let contact = self.contacts[usize::try_from(place).expect("few")].clone();
            let accepted_at = self.preview(agent_id, &contact, &mut at);
            if let Some(answered_at) =
                accepted_at.and_then(|opened_at| self.call(agent_id, &contact, opened_at, &mut at))
            {
                self.turns(agent_id, (Reserved, since), Talking, answered_at);
                if at >= end && n == 0 {
                    self.goes_on(agent_id, answered_at);
                    return;
                }
                self.turns(agent_id, (Talking, answered_at), WrapUp, at);
                since = at;
                at += self.seconds(60);
                if let Some(Attempt { phase: Phase::Ended(end), .. }) = self.attempts.last_mut() {
                    end.ended_at = at;
                }
                self.turns(agent_id, (WrapUp, since), Ready, at);
            } else if at >= end && n > 0 {
                self.turns(agent_id, (Reserved, since), LoggedOut, at);
                self.sessions.insert(agent_id, None);
                return;
            } else {
                self.turns(agent_id, (Reserved, since), Ready, at);
            }
        }
    }

    /// The last call has no end yet.
    fn goes_on(&mut self, agent_id: AgentId, answered_at: Timestamp) {
        let attempt = self.attempts.last_mut().expect("a call");
        attempt.phase = Phase::Talking { answered_at };
        let contact_id = attempt.contact_id;
        let contact = self.contacts.iter_mut().find(|it| it.id == contact_id).expect("loaded");
        contact.state = ContactState::InProgress;
        let (state, ended_at, of) = (AgentState::Talking, self.now, self.works_for);
        self.spans.push(Span { agent_id, state, began_at: answered_at, ended_at, of });
        let activity = Activity::InDialogs { shows: AgentState::Talking, after: NextState::Ready };
        self.at_work(agent_id, "101", activity, answered_at);
    }

    /// The third agent is not ready all the time.
    fn sit_still(&mut self) {
        let (agent_id, at) = (self.agents[2].id, self.began_at);
        self.turns(agent_id, (AgentState::LoggedOut, at), AgentState::NotReady, at);
        let (state, ended_at) = (AgentState::NotReady, self.now);
        self.spans.push(Span { agent_id, state, began_at: at, ended_at, of: None });
        self.at_work(agent_id, "103", Activity::NotReady { reason: "training".to_owned() }, at);
    }

    fn at_work(&mut self, agent_id: AgentId, extension: &str, activity: Activity, since_at: Timestamp) {
        let extension = extension.to_owned();
        let session = Session { activity, ..Session::new(agent_id, extension, "signed_in", since_at) };
        self.sessions.insert(agent_id, Some(session));
    }

    /// A preview; says when it was accepted, if it was.
    fn preview(&mut self, agent_id: AgentId, contact: &Contact, at: &mut Timestamp) -> Option<Timestamp> {
        const ENDS: [ReservationEnd; 10] = [
            ReservationEnd::Rejected,
            ReservationEnd::Closed,
            ReservationEnd::LapsedRejected,
            ReservationEnd::LapsedClosed,
            ReservationEnd::Refused,
            ReservationEnd::AgentLost,
            ReservationEnd::CampaignStopped,
            ReservationEnd::Suppressed,
            ReservationEnd::LapsedAccepted,
            ReservationEnd::Accepted,
        ];
        let offered_at = *at;
        self.works_for = Some((contact.campaign_id, contact.list_id));
        *at += self.seconds(45);
        let how = ENDS[usize::try_from(self.roll(25)).expect("few").min(9)];
        let reservation = Reservation {
            id: self.id(),
            agent_id,
            campaign_id: contact.campaign_id,
            contact_id: contact.id,
            number: contact.numbers[0].clone(),
            callback_id: None,
            offered_at,
            expires_at: offered_at + SignedDuration::from_secs(60),
            ended: Some(ReservationEnded { at: *at, how }),
        };
        self.reservations.push(reservation);
        matches!(how, ReservationEnd::Accepted | ReservationEnd::LapsedAccepted).then_some(*at)
    }

    /// A call; says when it was answered, if it was.
    fn call(
        &mut self,
        agent_id: AgentId,
        contact: &Contact,
        opened_at: Timestamp,
        at: &mut Timestamp,
    ) -> Option<Timestamp> {
        const ENDS: [Outcome; 6] = [
            Outcome::NoAnswer,
            Outcome::Busy,
            Outcome::Abandoned,
            Outcome::Failed(FailureCause::Congestion),
            Outcome::AnsweringMachine,
            Outcome::Voice,
        ];
        let outcome = ENDS[usize::try_from(self.roll(9)).expect("few").min(5)];
        let ringing_at = (self.roll(5) > 0).then(|| opened_at + SignedDuration::from_secs(2));
        *at += SignedDuration::from_secs(2) + self.seconds(25);
        let answered = matches!(outcome, Outcome::AnsweringMachine | Outcome::Voice);
        let answered_at = answered.then_some(*at);
        if answered {
            *at += self.seconds(1500);
        }
        let keeps_callback_id = (self.roll(6) == 0).then(|| self.kept(agent_id, contact, opened_at));
        let disposition = self.disposition(agent_id, contact, *at);
        let (hung_up_at, ended_at) = (*at, *at);
        let attempt = Attempt {
            id: self.id(),
            reservation_id: self.reservations.last().expect("a preview").id,
            agent_id,
            campaign_id: contact.campaign_id,
            list_id: contact.list_id,
            contact_id: contact.id,
            number: contact.numbers[0].number.clone(),
            zones: contact.numbers[0].zones.clone(),
            tzdb_version: "2026a".to_owned(),
            keeps_callback_id,
            promises_callback_id: None,
            opened_at,
            ringing_at,
            classification: None,
            wrap_up_reason: None,
            // Some recordings fail, by the second at which it was answered: no dice, so that the day stays the same.
            recording: answered_at.map(|at| Recording {
                state: if at.as_second() % 5 == 0 { RecordingState::Failed } else { RecordingState::Stored },
                ..Recording::begins(Uuid::from_u128(7).into(), at)
            }),
            phase: Phase::Ended(Ended { answered_at, hung_up_at, ended_at, outcome, disposition }),
        };
        self.attempts.push(attempt);
        answered_at
    }

    fn disposition(&mut self, agent_id: AgentId, contact: &Contact, at: Timestamp) -> Disposition {
        let place = self.contacts.iter().position(|it| it.id == contact.id).expect("loaded");
        match self.roll(3) {
            0 => Disposition::Retry { not_before_at: at + SignedDuration::from_hours(1) },
            1 => {
                let state = [CallbackState::Scheduled, CallbackState::Missed, CallbackState::Cancelled];
                let state = state[usize::try_from(self.roll(3)).expect("few")];
                let due_at = at + self.seconds(40 * 3600);
                let callback_id = self.callback(agent_id, contact, due_at, state);
                if state == CallbackState::Scheduled {
                    self.contacts[place].state = ContactState::Promised { callback_id };
                }
                Disposition::Callback { callback_id }
            }
            _ => {
                let reason = [CloseReason::Done, CloseReason::AttemptsUsedUp][usize::from(self.roll(2) == 0)];
                self.contacts[place].state = ContactState::Closed { reason };
                Disposition::Close { reason }
            }
        }
    }

    /// A callback that this call keeps: in time, just in time, or late.
    fn kept(&mut self, agent_id: AgentId, contact: &Contact, opened_at: Timestamp) -> rappel::domain::ids::CallbackId {
        let late = [0, 299, 300, 301, 4000][usize::try_from(self.roll(5)).expect("few")];
        let due_at = opened_at - SignedDuration::from_secs(late);
        self.callback(agent_id, contact, due_at, CallbackState::Kept)
    }

    fn callback(
        &mut self,
        agent_id: AgentId,
        contact: &Contact,
        due_at: Timestamp,
        state: CallbackState,
    ) -> rappel::domain::ids::CallbackId {
        let id = self.id();
        let zone = self.zone.parse().expect("a zone");
        let callback = Callback {
            id,
            contact_id: contact.id,
            campaign_id: contact.campaign_id,
            number: contact.numbers[0].clone(),
            wall_time: WallTime::new(self.clock.to_datetime(due_at), zone),
            zone_stated_by_agent: false,
            promised_at: due_at,
            due_at,
            tzdb_version: "2026a".to_owned(),
            owner_id: None,
            promised_by: agent_id,
            state,
            missed_at: (state == CallbackState::Missed).then_some(due_at),
        };
        self.callbacks.push(callback);
        for n in 0..self.roll(3) {
            let from_at = due_at - SignedDuration::from_secs(60);
            let event = Event::CallbackMoved { callback_id: id, from_at, due_at };
            self.says(
                from_at + SignedDuration::from_secs(i64::try_from(n).expect("few")),
                agent_id,
                Some(contact),
                event,
            );
        }
        id
    }

    async fn store(&mut self) {
        self.events.sort_by_key(|event| event.at);
        for (seq, event) in (1..).zip(&mut self.events) {
            event.seq = seq;
        }
        let changes = Changes {
            dialogs: BTreeMap::new(),
            contacts: self.contacts.iter().map(|it| (it.id, change(it))).collect(),
            reservations: self.reservations.iter().map(|it| (it.id, it.clone())).collect(),
            attempts: self.attempts.iter().map(|it| (it.id, it.clone())).collect(),
            callbacks: self.callbacks.iter().map(|it| (it.id, it.clone())).collect(),
            sessions: self.sessions.clone(),
            suppressions: Vec::new(),
            events: self.events.clone(),
        };
        let (fence, _) = self.db.take_over(self.team_id, self.now).await.expect("takes over");
        self.db.commit(fence, &changes).await.expect("commits");
    }
}

fn new_contact(n: usize, from: Timestamp) -> NewContact {
    // One in five has a number that tells no zone.
    let zones: ZoneSet =
        if n.is_multiple_of(5) { ZoneSet::unknown() } else { "America/Chicago".parse().expect("a zone") };
    let number = PhoneNumber::from_e164(format!("+1312555{n:04}")).expect("a number");
    let number = ContactNumber { number, label: "Phone".to_owned(), line_type: LineType::Mobile, zones: zones.clone() };
    NewContact {
        account_number: format!("A{n}"),
        first_name: "Ada".to_owned(),
        last_name: "Example".to_owned(),
        numbers: vec![number],
        variables: BTreeMap::new(),
        stated_zones: None,
        dedupe_key: Some(format!("A{n}")),
        list_priority: 5,
        place: Place { rank: 8, zones, next_at: from },
    }
}

fn change(contact: &Contact) -> ContactChange {
    ContactChange {
        id: contact.id,
        campaign_id: contact.campaign_id,
        state: contact.state,
        place: Place { rank: 8, zones: contact.numbers[0].zones.clone(), next_at: Timestamp::UNIX_EPOCH },
        progress: contact.progress.clone(),
        stated_zones: contact.stated_zones.clone(),
    }
}

//! One suite for both telephone networks: the same orders, the same news, whether people are seeded or a carrier answers.
//!
//! It looks at lines outside the house. Of an agent's phone the real network tells more than the engine asks for.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use rappel::{
    domain::{
        attempt::{CallProgress, NotMade, Side},
        dial_plan::DialPlan,
        dialog::Digit,
        ids::{ChannelId, DialogId, DigitId},
        recording::Taped,
    },
    engine::output::{Destination, Order, Phone},
    ports::Switch,
    switch::{
        ari::{Address, AriPlan, AriSettings, AriSwitch, News},
        simulated::{
            SimulatedSwitch,
            people::{Fate, People},
        },
    },
};
use tokio::sync::{MappedMutexGuard, mpsc};
use uuid::Uuid;

use crate::support::rig::{PATIENCE, Rig};

/// What somebody does who is called.
#[derive(Clone, Copy)]
enum Does {
    Answers,
    IsBusy,
    LetsItRing,
}

/// A telephone network, and what it tells.
trait World {
    type Switch: Switch;
    fn switch(&self) -> &Self::Switch;
    fn now(&self) -> Timestamp;
    /// What a recording says of where it is.
    fn server(&self) -> String;
    /// A line that was not used yet, to somebody who does this.
    fn line(&mut self, does: Does) -> ChannelId;
    /// The number of somebody who does this.
    fn number(does: Does) -> &'static str {
        match does {
            Does::Answers => "+13125550101",
            Does::IsBusy => "+13125550126",
            Does::LetsItRing => "+13125550102",
        }
    }
    fn told(&mut self) -> impl Future<Output = (ChannelId, CallProgress)>;

    async fn order(&self, order: Order) {
        self.switch().order(self.now(), &order).await.expect("the order is taken");
    }

    async fn dial(&mut self, dialog_id: DialogId, phone: Option<Phone>, does: Does) -> ChannelId {
        let channel_id = self.line(does);
        self.dial_line(dialog_id, phone, does, channel_id).await;
        channel_id
    }

    async fn dial_line(&self, dialog_id: DialogId, phone: Option<Phone>, does: Does, channel_id: ChannelId) {
        let permit = DialPlan::default().permit(Self::number(does)).expect("it may be dialled");
        let ring_seconds_max = if matches!(does, Does::LetsItRing) { 2 } else { 30 };
        let to = Destination::Placed { permit, ring_seconds_max };
        self.order(Order::Dial { dialog_id, channel_id, phone, to }).await;
    }

    /// What is told of a line until `last`.
    async fn until(&mut self, line: ChannelId, last: CallProgress) -> Vec<CallProgress> {
        let mut all = Vec::new();
        while all.last() != Some(&last) {
            let (of, progress) = self.told().await;
            if of == line {
                let is_over = matches!(progress, CallProgress::HungUp { .. } | CallProgress::NotMade { .. });
                all.push(progress);
                assert!(!is_over || all.last() == Some(&last), "{last:?} was to come: {all:?}");
            }
        }
        all
    }

    async fn is_alive(&self, line: ChannelId) -> bool {
        self.switch().alive(self.now(), &[line]).await == [line]
    }

    async fn hangs_up(&mut self, line: ChannelId) {
        self.order(Order::HangUp { channel_id: line }).await;
        let over = CallProgress::HungUp { by: Side::Agent };
        assert_eq!(self.until(line, over.clone()).await, [over]);
        assert!(!self.is_alive(line).await);
    }
}

fn room() -> DialogId {
    DialogId(fresh())
}

fn fresh() -> Uuid {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("the system has randomness");
    Uuid::from_bytes(bits)
}

/// The suite.
async fn conforms(mut world: impl World) {
    let not_made = |why| CallProgress::NotMade { why };
    let answered = [CallProgress::Ringing, CallProgress::Connected];

    // Answered, ordered twice, on hold and back, ended.
    let dialog_id = room();
    let line = world.dial(dialog_id, None, Does::Answers).await;
    world.dial_line(dialog_id, None, Does::Answers, line).await;
    assert_eq!(world.until(line, CallProgress::Connected).await, answered);
    assert!(world.is_alive(line).await);
    world.order(Order::Hold { dialog_id, channel_id: line }).await;
    world.order(Order::Retrieve { dialog_id, channel_id: line }).await;
    let digit_id = DigitId(fresh());
    let digit = Digit::try_from('5').expect("a key");
    world.order(Order::SendDigit { dialog_id, channel_id: line, digit_id, digit }).await;
    let sent = CallProgress::Digit { digit_id, is_sent: true };
    assert_eq!(world.until(line, sent.clone()).await, [sent]);
    // On tape, off it, on it again; said again, told again.
    for (nth, is_paused) in [(1, false), (2, true), (2, true), (3, false)] {
        let asked_at = Timestamp::from_second(nth).expect("an instant");
        let path = format!("conformance/{line}.wav");
        world.order(Order::Record { channel_id: line, path, is_paused, asked_at }).await;
        let taped = if is_paused { Taped::Pauses } else { Taped::Runs };
        let server = world.server();
        let told = CallProgress::Recording { server, taped, asked_at };
        assert_eq!(world.until(line, told.clone()).await, [told]);
    }
    world.hangs_up(line).await;

    // Not made, and why.
    let line = world.dial(room(), None, Does::IsBusy).await;
    assert_eq!(world.until(line, not_made(NotMade::Busy)).await, [not_made(NotMade::Busy)]);
    let line = world.dial(room(), None, Does::LetsItRing).await;
    let rang_out = [CallProgress::Ringing, not_made(NotMade::NoAnswer)];
    assert_eq!(world.until(line, not_made(NotMade::NoAnswer)).await, rang_out);
    let line = world.dial(room(), None, Does::LetsItRing).await;
    world.until(line, CallProgress::Ringing).await;
    world.order(Order::HangUp { channel_id: line }).await;
    assert_eq!(world.until(line, not_made(NotMade::GivenUp)).await, [not_made(NotMade::GivenUp)]);
    assert!(!world.is_alive(line).await);

    // From an agent's phone; a consultation is joined with it; the agent leaves, the two others stay.
    let (dialog_id, consulted) = (room(), room());
    let phone = Phone { channel_id: ChannelId(fresh()), extension: "1001".to_owned() };
    let customer = world.dial(dialog_id, Some(phone.clone()), Does::Answers).await;
    assert_eq!(world.until(customer, CallProgress::Connected).await, answered);
    assert!(world.is_alive(phone.channel_id).await);
    let other = world.dial(consulted, None, Does::Answers).await;
    assert_eq!(world.until(other, CallProgress::Connected).await, answered);
    world.order(Order::Join { from: consulted, into: dialog_id }).await;
    world.order(Order::Leave { dialog_id, channel_id: phone.channel_id }).await;
    world.order(Order::HangUp { channel_id: phone.channel_id }).await;
    assert!(world.is_alive(customer).await && world.is_alive(other).await);
    world.hangs_up(other).await;
    world.hangs_up(customer).await;

    // A phone that stays connected: rung once, in one call and the next, and there until it is let go.
    let phone = Phone { channel_id: ChannelId(fresh()), extension: "1001".to_owned() };
    world.order(Order::Keep { phone: phone.clone() }).await;
    assert_eq!(world.until(phone.channel_id, CallProgress::Connected).await, [CallProgress::Connected]);
    for _ in 0..2 {
        let dialog_id = room();
        let customer = world.dial(dialog_id, Some(phone.clone()), Does::Answers).await;
        assert_eq!(world.until(customer, CallProgress::Connected).await, answered);
        world.hangs_up(customer).await;
        world.order(Order::Leave { dialog_id, channel_id: phone.channel_id }).await;
        assert!(world.is_alive(phone.channel_id).await);
    }
    world.order(Order::Keep { phone: phone.clone() }).await;
    let again = [CallProgress::Connected];
    assert_eq!(world.until(phone.channel_id, CallProgress::Connected).await, again, "said again, told again, not rung");
    world.order(Order::HangUp { channel_id: phone.channel_id }).await;
    while world.is_alive(phone.channel_id).await {
        tokio::task::yield_now().await;
    }

    // A line that nobody knows: nothing is made of it, and a tone to it is answered.
    let (nobody, digit_id) = (ChannelId(fresh()), DigitId(fresh()));
    world.order(Order::Hold { dialog_id, channel_id: nobody }).await;
    world.order(Order::Retrieve { dialog_id, channel_id: nobody }).await;
    world.order(Order::SendDigit { dialog_id, channel_id: nobody, digit_id, digit }).await;
    let lost = CallProgress::Digit { digit_id, is_sent: false };
    assert_eq!(world.until(nobody, lost.clone()).await, [lost]);
    world.order(Order::HangUp { channel_id: nobody }).await;
    assert!(!world.is_alive(nobody).await);
}

/// Seeded people; the time jumps to whatever happens next.
struct Simulated {
    switch: SimulatedSwitch,
    people: People,
    now: Timestamp,
    due: Vec<(ChannelId, CallProgress)>,
}

impl World for Simulated {
    type Switch = SimulatedSwitch;

    fn switch(&self) -> &SimulatedSwitch {
        &self.switch
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn line(&mut self, does: Does) -> ChannelId {
        let fits = |fate: Fate| match (does, fate) {
            (Does::Answers, Fate::Answers { talks, .. }) => talks > SignedDuration::from_secs(60),
            (Does::IsBusy, Fate::Busy) | (Does::LetsItRing, Fate::RingsOut) => true,
            _ => false,
        };
        loop {
            let line = ChannelId(fresh());
            if fits(self.people.placed_fate(line)) && !self.people.recording_fails(line) {
                return line;
            }
        }
    }

    fn server(&self) -> String {
        "simulated".to_owned()
    }

    async fn told(&mut self) -> (ChannelId, CallProgress) {
        while self.due.is_empty() {
            self.now = self.switch.next_at().expect("something happens");
            self.due = self.switch.take_due(self.now);
        }
        self.due.remove(0)
    }
}

#[tokio::test]
async fn seeded_people_conform() {
    let people = People::seeded(7);
    let now = "2026-11-24T16:00:00Z".parse().unwrap();
    conforms(Simulated { switch: SimulatedSwitch::new(people), people, now, due: Vec::new() }).await;
}

/// Asterisk, a carrier and phones.
struct Real {
    switch: AriSwitch,
    news: mpsc::UnboundedReceiver<News>,
    _rig: MappedMutexGuard<'static, Rig>,
}

impl World for Real {
    type Switch = AriSwitch;

    fn switch(&self) -> &AriSwitch {
        &self.switch
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn line(&mut self, _: Does) -> ChannelId {
        ChannelId(fresh())
    }

    fn server(&self) -> String {
        self.switch.health()[0].url.clone()
    }

    async fn told(&mut self) -> (ChannelId, CallProgress) {
        loop {
            let item = tokio::time::timeout(PATIENCE, self.news.recv()).await.expect("something happens");
            if let News::Line { channel_id, progress } = item.expect("it is told") {
                return (channel_id, progress);
            }
        }
    }
}

#[tokio::test]
async fn asterisk_conforms() {
    let rig = Rig::start().await;
    let url = rig.ari_url.trim_end_matches("/ari");
    let servers = vec![Address::new(url, &rig.user, &rig.password, None).unwrap()];
    let plan = AriPlan { application: "conformance".to_owned(), ..AriPlan::default() };
    let (switch, news) = AriSwitch::start(AriSettings { servers, plan, softphones: None });
    switch.ready(PATIENCE).await;
    conforms(Real { switch, news, _rig: rig }).await;
}

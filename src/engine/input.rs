//! All that the engine ever sees. Inputs can be written down, so that a journal of them replays a working day.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    output::{NextDue, Ticket},
    session::Session,
};
use crate::domain::{
    agent::Agent,
    attempt::{Attempt, CallProgress},
    callback::Callback,
    campaign::Campaign,
    command::Command,
    contact::Contact,
    dialog::{Caller, Dialog},
    ids::{AgentId, CampaignId, ChannelId, ContactId, ReservationId},
    queue::Queue,
    reason::Reason,
    reservation::Reservation,
    suppression::Suppression,
    zone::ZoneSet,
};

/// A contact as the store gives it: with what the do-not-call lists say of its numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The contact.
    pub contact: Contact,
    /// Entries for its numbers that are in force, for this campaign or for all.
    pub suppressions: Vec<Suppression>,
}

/// One thing that happened to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "input")]
pub enum Input {
    /// An agent, or somebody for them, asked for something.
    Command {
        /// Who waits for the answer.
        ticket: Ticket,
        /// The agent.
        agent_id: AgentId,
        /// What.
        command: Command,
    },
    /// The switch told something.
    Switch {
        /// Of which line.
        channel_id: ChannelId,
        /// What.
        progress: CallProgress,
    },
    /// Somebody called a service queue.
    Arrived {
        /// Their line.
        channel_id: ChannelId,
        /// The queue's name.
        queue: String,
        /// What the network tells of them.
        caller: Caller,
    },
    /// Something was changed beside the engine, by a manager.
    Notice(Notice),
    /// A deadline may have passed.
    Tick,
    /// Answer to [`super::output::Ask::Due`].
    Due {
        /// The campaign.
        campaign_id: CampaignId,
        /// The next contacts that are due, in calling order.
        candidates: Vec<Candidate>,
        /// When the next one of the asked zone sets is due, after those.
        next_due_at: NextDue,
    },
    /// Answer to [`super::output::Ask::Zones`].
    Zones {
        /// The campaign.
        campaign_id: CampaignId,
        /// Each zone set that a waiting contact has; unknown is left out.
        zone_sets: Vec<ZoneSet>,
    },
    /// Answer to [`super::output::Ask::Contact`].
    Contact {
        /// Which.
        contact_id: ContactId,
        /// The contact, if it is there.
        candidate: Option<Candidate>,
    },
    /// Answer to [`super::output::Ask::Suppressions`].
    Suppressions {
        /// The preview.
        reservation_id: ReservationId,
        /// What the lists say of its number.
        suppressions: Vec<Suppression>,
    },
    /// Answer to [`super::output::Ask::Channels`].
    Channels {
        /// What was asked.
        asked: Vec<ChannelId>,
        /// Those the switch still has.
        alive: Vec<ChannelId>,
    },
}

/// What a manager changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "notice")]
pub enum Notice {
    /// Contacts came or changed.
    ContactsLoaded {
        /// In this campaign.
        campaign_id: CampaignId,
    },
    /// A campaign is new, or its state or rules changed.
    CampaignChanged {
        /// As it is now.
        campaign: Box<Campaign>,
    },
    /// Numbers were put on a do-not-call list, or taken off it: what is held in memory is asked again.
    Suppressed {
        /// The new entries; empty when entries were taken off.
        entries: Vec<Suppression>,
    },
    /// An agent is new, or was renamed.
    AgentChanged {
        /// As they are now.
        agent: Agent,
    },
    /// The reasons that the team's agents choose from changed.
    ReasonsChanged {
        /// All of the team's, as they are now.
        reasons: Vec<Reason>,
    },
    /// A queue is new, or its state or rules changed.
    QueueChanged {
        /// As it is now.
        queue: Box<Queue>,
    },
}

/// Everything the engine needs to go on after a stop.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The number of the last event of the team.
    pub last_seq: i64,
    /// The number of the last notice that this already contains.
    pub last_notice: i64,
    /// The agents of the team.
    pub agents: Vec<Agent>,
    /// Those at work.
    pub sessions: Vec<Session>,
    /// The campaigns of the team that are not ended, or still have an open reservation, attempt or callback.
    pub campaigns: Vec<Campaign>,
    /// Open reservations.
    pub reservations: Vec<Reservation>,
    /// Open attempts.
    pub attempts: Vec<Attempt>,
    /// Dialogs that are not settled.
    pub dialogs: Vec<Dialog>,
    /// Contacts in progress.
    pub contacts: Vec<Candidate>,
    /// Scheduled callbacks.
    pub callbacks: Vec<Callback>,
    /// The reasons that the team's agents choose from.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// The queues of the team, the closed ones too.
    #[serde(default)]
    pub queues: Vec<Queue>,
    /// The instant of the last event, so that the time of the engine never goes back.
    pub last_event_at: Option<Timestamp>,
}

//! What the engine decides: rows to commit, orders for the switch, answers for the people, questions for the store.
//!
//! The engine only says; the runtime's step commits first, then acts, then answers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::session::Session;
use crate::domain::{
    attempt::Attempt,
    callback::Callback,
    contact::{ContactState, Progress, StatedZones},
    dial_plan::PlacePermit,
    dialog::{Dialog, Digit},
    eligibility::{DialPermit, Place},
    event::EventRecord,
    ids::{AgentId, AttemptId, CallbackId, CampaignId, ChannelId, ContactId, DialogId, DigitId, ReservationId, TeamId},
    phone::PhoneNumber,
    refusal::Refusal,
    reservation::Reservation,
    supervision::SupervisionMode,
    suppression::Suppression,
    zone::ZoneSet,
};

/// What the engine owns of a contact's row. The rest (names, numbers, variables) belongs to the loader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactChange {
    /// Which.
    pub id: ContactId,
    /// Its campaign.
    pub campaign_id: CampaignId,
    /// Where it is now.
    pub state: ContactState,
    /// Where it stands among the waiting.
    pub place: Place,
    /// How far we are.
    pub progress: Progress,
    /// Zones that a person stated.
    pub stated_zones: Option<StatedZones>,
}

/// What one step changes: the last value of each thing it touched. One commit stores all of it, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Contacts.
    pub contacts: BTreeMap<ContactId, ContactChange>,
    /// Reservations, opened and ended.
    pub reservations: BTreeMap<ReservationId, Reservation>,
    /// Attempts.
    pub attempts: BTreeMap<AttemptId, Attempt>,
    /// Dialogs.
    pub dialogs: BTreeMap<DialogId, Dialog>,
    /// Callbacks.
    pub callbacks: BTreeMap<CallbackId, Callback>,
    /// Agents at work; none for those who left.
    pub sessions: BTreeMap<AgentId, Option<Session>>,
    /// New do-not-call entries.
    pub suppressions: Vec<Suppression>,
    /// What happened, in order.
    pub events: Vec<EventRecord>,
}

impl Changes {
    /// Is there nothing to commit?
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty()
            && self.reservations.is_empty()
            && self.attempts.is_empty()
            && self.dialogs.is_empty()
            && self.callbacks.is_empty()
            && self.sessions.is_empty()
            && self.suppressions.is_empty()
            && self.events.is_empty()
    }
}

/// An agent's phone, as the switch is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phone {
    /// Its line: brought up, answering by itself, if it is not there yet.
    pub channel_id: ChannelId,
    /// Where it is.
    pub extension: String,
}

/// Who is dialled, and by which right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "to")]
pub enum Destination {
    /// A contact of a campaign.
    Customer {
        /// The right to dial.
        permit: DialPermit,
    },
    /// Somebody an agent calls.
    Placed {
        /// The right to dial.
        permit: PlacePermit,
        /// How long it may ring, in seconds.
        ring_seconds_max: u32,
    },
}

/// What the switch is asked to do, after the commit. A dialog is a room in which its channels hear each other. An order about
/// a line that is gone changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "order")]
pub enum Order {
    /// Call somebody into a dialog: from the agent's phone, or into a dialog whose agent leaves.
    Dial {
        /// The dialog.
        dialog_id: DialogId,
        /// The line to make.
        channel_id: ChannelId,
        /// The agent's phone, which is connected first.
        phone: Option<Phone>,
        /// Who is dialled.
        to: Destination,
    },
    /// Connect an agent's phone with a dialog, whose caller is there.
    Connect {
        /// The dialog.
        dialog_id: DialogId,
        /// The phone.
        phone: Phone,
    },
    /// The agent's phone is in no dialog, and stays connected all the same; its agent hears silence. Said again, the switch tells
    /// again that it is connected.
    Keep {
        /// The phone.
        phone: Phone,
    },
    /// The line is in the dialog from now on: a caller who waits there, or whoever was meant to be there before a restart.
    Admit {
        /// The dialog.
        dialog_id: DialogId,
        /// The line.
        channel_id: ChannelId,
    },
    /// The phone leaves the dialog for a while and hears nobody, in whichever room it was; whoever is alone there hears music.
    Hold {
        /// The dialog.
        dialog_id: DialogId,
        /// The phone's line.
        channel_id: ChannelId,
    },
    /// The phone is in the dialog again.
    Retrieve {
        /// The dialog.
        dialog_id: DialogId,
        /// The phone's line.
        channel_id: ChannelId,
    },
    /// Everybody in `from` is in `into` from now on.
    Join {
        /// The consultation.
        from: DialogId,
        /// What it was about.
        into: DialogId,
    },
    /// The phone leaves the dialog for good.
    Leave {
        /// The dialog.
        dialog_id: DialogId,
        /// The phone's line.
        channel_id: ChannelId,
    },
    /// A supervisor's phone goes wherever the agent's phone goes, to be heard there by those whom the mode says.
    Supervise {
        /// The agent's phone.
        channel_id: ChannelId,
        /// The supervisor's.
        phone: Phone,
        /// Who hears the supervisor.
        mode: SupervisionMode,
    },
    /// Send a keypad tone.
    SendDigit {
        /// The dialog.
        dialog_id: DialogId,
        /// Whose line hears it.
        channel_id: ChannelId,
        /// The request, which is to be answered.
        digit_id: DigitId,
        /// The key.
        digit: Digit,
    },
    /// Record a customer's line, both what they say and what they hear, wherever it goes, until it ends; or keep it off the
    /// tape. Said again, the switch tells again how the recording does.
    Record {
        /// The customer's line.
        channel_id: ChannelId,
        /// The file, below the switch's folder of recordings.
        path: String,
        /// Is it kept off the tape now?
        is_paused: bool,
        /// When that was wanted first: what is told of it says which order it follows.
        asked_at: Timestamp,
    },
    /// End a line.
    HangUp {
        /// Which.
        channel_id: ChannelId,
    },
    /// After a restart: end every line of the team that its engine does not know, as the order to do so may have been lost.
    /// A caller whose arrival no engine has taken is not meant: it is told again.
    EndOthers {
        /// The team.
        team_id: TeamId,
        /// The lines it knows.
        keep: BTreeSet<ChannelId>,
    },
}

impl Order {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Dial { .. } => "dial",
            Self::Connect { .. } => "connect",
            Self::Keep { .. } => "keep",
            Self::Admit { .. } => "admit",
            Self::Hold { .. } => "hold",
            Self::Retrieve { .. } => "retrieve",
            Self::Join { .. } => "join",
            Self::Leave { .. } => "leave",
            Self::Supervise { .. } => "supervise",
            Self::SendDigit { .. } => "send_digit",
            Self::Record { .. } => "record",
            Self::HangUp { .. } => "hang_up",
            Self::EndOthers { .. } => "end_others",
        }
    }
}

/// A question to the world; the answer is an input of the next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "ask")]
pub enum Ask {
    /// Which contacts of a campaign are due next?
    Due {
        /// The campaign.
        campaign_id: CampaignId,
        /// The zone sets whose calling hours are open.
        open: Vec<ZoneSet>,
        /// How many at most.
        count: usize,
    },
    /// Which zone sets do the waiting contacts of a campaign have?
    Zones {
        /// The campaign.
        campaign_id: CampaignId,
    },
    /// One contact, for its callback.
    Contact {
        /// Which.
        contact_id: ContactId,
        /// The promised number, which may be none of the contact's: the lists are asked for it too.
        number: PhoneNumber,
    },
    /// Which do-not-call entries are there for a number, at this instant?
    Suppressions {
        /// The preview that was accepted.
        reservation_id: ReservationId,
        /// The number.
        number: PhoneNumber,
    },
    /// Does the switch still have these lines?
    Channels {
        /// The lines.
        channel_ids: Vec<ChannelId>,
    },
}

/// The ticket of whoever waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ticket(pub u64);

/// What the engine decided in one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// To commit.
    pub changes: Changes,
    /// To order, in this sequence.
    pub orders: Vec<Order>,
    /// To answer: done, or refused.
    pub replies: Vec<(Ticket, Result<(), Refusal>)>,
    /// To ask.
    pub asks: Vec<Ask>,
}

/// Who committed: the fence of the team's engine. A store refuses a commit with an older number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Fence {
    /// The team.
    pub team_id: TeamId,
    /// Its number.
    pub number: i64,
}

/// When the next due contact of the asked zone sets comes, if it is not due yet.
pub type NextDue = Option<Timestamp>;

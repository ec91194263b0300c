//! Names of things: a type for each, so that a contact's number never lands in a campaign's place.
//!
//! Things that people create (campaigns, contacts, agents) are numbered by the store. Things that the engine creates
//! (reservations, attempts, callbacks) get a [`Uuid`] of version 7 *before* they are stored, built from the engine's own
//! dice and clock, so that a replay gives the same ids and the switch can be told an id that is already durable.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! numbered {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+};
}

macro_rules! minted {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

numbered! {
    /// A team: agents and the campaigns that feed them; the unit of scale.
    TeamId,
    /// An agent.
    AgentId,
    /// A campaign.
    CampaignId,
    /// A contact list of a campaign.
    ListId,
    /// A contact.
    ContactId,
    /// A reason that agents choose from.
    ReasonId,
    /// A service queue.
    QueueId,
    /// A supervisor, by the number of the access token they ask with.
    SupervisorId,
    /// A phone book.
    PhoneBookId,
    /// An entry of a phone book.
    PhoneBookEntryId,
}

minted! {
    /// A contact held for one agent.
    ReservationId,
    /// One try at one number. Its dialog and the customer's channel have the same id.
    AttemptId,
    /// A conversation from ringing to end.
    DialogId,
    /// A line at the switch: a customer's, a colleague's, an agent's phone.
    ChannelId,
    /// One keypad tone on its way.
    DigitId,
    /// A promise to call again.
    CallbackId,
}

impl From<AttemptId> for DialogId {
    fn from(id: AttemptId) -> Self {
        Self(id.0)
    }
}

impl From<AttemptId> for ChannelId {
    fn from(id: AttemptId) -> Self {
        Self(id.0)
    }
}

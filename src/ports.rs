//! The seams to the world: what the runtime's step needs of a database and of a telephone network.
//!
//! A [`Store`] is one coarse seam of use cases, not a repository for each table. Both adapters (`store`, `switch`) pass one
//! conformance suite each.

use std::future::Future;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use jiff::Timestamp;

use crate::{
    domain::{
        ids::{CampaignId, ChannelId, ContactId, TeamId},
        phone::PhoneNumber,
        softphone::Softphone,
        suppression::Suppression,
        zone::ZoneSet,
    },
    engine::{
        input::{Candidate, Notice, Snapshot},
        output::{Changes, Fence, NextDue, Order},
    },
};

/// The world broke, or what it stores cannot be.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not do it: nothing of it happened, or nobody knows; asking again is safe.
    #[error("the database failed: {0}")]
    Failure(String),
    /// Another engine has taken over the team: this one must stop.
    #[error("another engine has taken over team {}", .0.team_id)]
    Fenced(Fence),
    /// Stored data is impossible.
    #[error("{table}, row {row}, column {column}: {problem}")]
    Inconsistency {
        /// The table.
        table: &'static str,
        /// The key of the row.
        row: String,
        /// The column.
        column: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// What a team's engine needs of a database.
pub trait Store: Clone + Send + Sync + 'static {
    /// Stores all of `changes`, or nothing. When it returns `Ok`, they survive a power loss.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when a later [`Store::take_over`] of the team happened.
    fn commit(&self, fence: Fence, changes: &Changes) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Makes the caller the team's only engine, and gives what it needs to go on.
    fn take_over(
        &self,
        team_id: TeamId,
        now: Timestamp,
    ) -> impl Future<Output = Result<(Fence, Snapshot), StoreError>> + Send;

    /// The next `count` waiting contacts of a campaign in calling order whose zone set is one of `open` and whose
    /// `next_at` is over, and when the one after them is due. It only reads: a contact is held by the commit of its
    /// reservation. The cost does not grow with the number of contacts.
    fn due(
        &self,
        campaign_id: CampaignId,
        open: &[ZoneSet],
        count: usize,
        now: Timestamp,
    ) -> impl Future<Output = Result<(Vec<Candidate>, NextDue), StoreError>> + Send;

    /// Each zone set that a contact of the campaign has or had while waiting, unknown left out.
    fn zones(&self, campaign_id: CampaignId) -> impl Future<Output = Result<Vec<ZoneSet>, StoreError>> + Send;

    /// One contact.
    fn contact(
        &self,
        id: ContactId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Candidate>, StoreError>> + Send;

    /// The do-not-call entries for a number that are in force, for every campaign.
    fn suppressions(
        &self,
        number: &PhoneNumber,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Suppression>, StoreError>> + Send;

    /// What managers changed for a team after notice number `after`, in order, each with its number.
    fn notices(
        &self,
        team_id: TeamId,
        after: i64,
    ) -> impl Future<Output = Result<Vec<(i64, Notice)>, StoreError>> + Send;
}

/// The switch did not take an order.
#[derive(Debug, thiserror::Error)]
#[error("the switch did not take the order: {0}")]
pub struct SwitchError(pub String);

/// How one server of a telephone network does.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct ServerHealth {
    /// Where it is.
    pub url: String,
    /// Do we hear it?
    pub is_connected: bool,
    /// Its version, once known.
    pub version: Option<String>,
    /// Lines there.
    pub lines: usize,
    /// Telephones in browsers that are registered there.
    pub softphones: usize,
    /// What was wrong last.
    pub problem: Option<String>,
}

/// What a team's engine needs of a telephone network. What happens to a line comes back as [`Input::Switch`].
///
/// [`Input::Switch`]: crate::engine::input::Input::Switch
pub trait Switch: Send + Sync + 'static {
    /// Gives an order. A `Dial` of a line the switch already has changes nothing.
    fn order(&self, now: Timestamp, order: &Order) -> impl Future<Output = Result<(), SwitchError>> + Send;

    /// Which of these lines the switch still has.
    fn alive(&self, now: Timestamp, channels: &[ChannelId]) -> impl Future<Output = Vec<ChannelId>> + Send;

    /// How its servers do; none where there is nothing that could break.
    fn health(&self) -> Vec<ServerHealth> {
        Vec::new()
    }
}

/// A stored recording, on its way.
pub struct RecordingFile {
    /// How many bytes it has, where that is known.
    pub length: Option<u64>,
    /// Its bytes; an error is the last of them.
    pub pieces: BoxStream<'static, Result<Bytes, SwitchError>>,
}

/// Where recordings are stored.
pub trait RecordingHost: Clone + Send + Sync + 'static {
    /// The recording of this path at this server; none if it is not there.
    fn recording(
        &self,
        server: &str,
        path: &str,
    ) -> impl Future<Output = Result<Option<RecordingFile>, SwitchError>> + Send;
}

/// Where telephones in browsers have their accounts.
pub trait SoftphoneHost: Clone + Send + Sync + 'static {
    /// Makes an account; one that is there gets the new password and the new end.
    fn open(&self, phone: &Softphone) -> impl Future<Output = Result<(), SwitchError>> + Send;

    /// Takes an account away, unless it ends after `until`: its password is good for nothing any more.
    fn close(&self, extension: &str, until: Timestamp) -> impl Future<Output = Result<(), SwitchError>> + Send;

    /// The accounts there are, also of an earlier life of this program, and when each ends.
    fn accounts(&self) -> Vec<(String, Timestamp)>;
}

//! The log of a team, read in order.

use super::{Database, db::args, page, record::read_all, sql};
use crate::{
    domain::{
        event::EventRecord,
        ids::{AgentId, ContactId, TeamId},
    },
    ports::StoreError,
};

impl Database {
    /// Events of a team after number `after`, in order, of one agent or of all.
    pub async fn events_after(
        &self,
        team_id: TeamId,
        after: i64,
        agent_id: Option<AgentId>,
        rows: usize,
    ) -> Result<Vec<EventRecord>, StoreError> {
        let args = args![team_id, after, agent_id.map(|id| id.0), page(rows)];
        read_all(&self.db().rows(sql::EVENTS_AFTER, args).await?)
    }

    /// What happened to a contact, the latest first.
    pub async fn events_of(&self, contact_id: ContactId, rows: usize) -> Result<Vec<EventRecord>, StoreError> {
        read_all(&self.db().rows(sql::EVENTS_OF_CONTACT, args![contact_id, page(rows)]).await?)
    }
}

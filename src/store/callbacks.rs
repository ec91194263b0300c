//! Callbacks as managers and agents look at them.

use super::{Database, db::args, page, record::read_all, sql};
use crate::{
    domain::{
        callback::{Callback, CallbackState},
        ids::{AgentId, CallbackId, CampaignId, ContactId, TeamId},
    },
    ports::StoreError,
};

/// Which callbacks; what is none does not restrict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallbackFilter {
    /// Of one team.
    pub team_id: Option<TeamId>,
    /// Of one campaign.
    pub campaign_id: Option<CampaignId>,
    /// Of one contact.
    pub contact_id: Option<ContactId>,
    /// Held for, or promised by, one agent.
    pub agent_id: Option<AgentId>,
    /// In one state.
    pub state: Option<CallbackState>,
    /// After this one in the order of their ids, which is that of their making.
    pub after: Option<CallbackId>,
}

impl Database {
    /// Callbacks in the order in which they were promised.
    pub async fn callbacks(&self, filter: CallbackFilter, rows: usize) -> Result<Vec<Callback>, StoreError> {
        let args = args![
            filter.team_id.map(|id| id.0),
            filter.campaign_id.map(|id| id.0),
            filter.contact_id.map(|id| id.0),
            filter.agent_id.map(|id| id.0),
            filter.state.map(|state| state.name().to_owned()),
            filter.after.map_or_else(String::new, |id| id.to_string()),
            page(rows),
        ];
        read_all(&self.db().rows(sql::CALLBACKS, args).await?)
    }

    /// One callback.
    pub async fn callback(&self, id: CallbackId) -> Result<Option<Callback>, StoreError> {
        super::record::read_first(&self.db().rows(sql::CALLBACK, args![id]).await?)
    }
}

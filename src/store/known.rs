//! All there is to know about one contact, to say why it is called or not.

use jiff::Timestamp;

use super::Database;
use crate::{
    domain::{contact::ContactState, ids::ContactId},
    explain::Known,
    ports::{Store as _, StoreError},
};

impl Database {
    /// The contact with its campaign, the callback it waits for, and the do-not-call entries of all the numbers.
    ///
    /// # Errors
    /// When the database fails or what it stores is impossible.
    pub async fn known_contact(&self, id: ContactId, now: Timestamp) -> Result<Option<Known>, StoreError> {
        let Some(candidate) = self.contact(id, now).await? else { return Ok(None) };
        let (contact, mut suppressions) = (candidate.contact, candidate.suppressions);
        let Some(campaign) = self.campaign(contact.campaign_id).await? else { return Ok(None) };
        let callback = match contact.state {
            ContactState::Promised { callback_id } => self.callback(callback_id).await?,
            ContactState::Waiting { .. } | ContactState::InProgress | ContactState::Closed { .. } => None,
        };
        if let Some(callback) = &callback {
            suppressions.extend(self.suppressions(&callback.number.number, now).await?);
        }
        Ok(Some(Known { contact, campaign, suppressions, callback }))
    }
}

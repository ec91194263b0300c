//! Which contact a person means who says a number: the contact's own, the customer's account number, or a telephone number.

use std::{
    collections::{BTreeMap, HashSet, btree_map::Entry},
    fmt::Write as _,
};

use clap::Args;

use super::{CliError, campaign};
use crate::{
    domain::{
        campaign::Campaign,
        contact::Contact,
        ids::{CampaignId, ContactId},
        phone::{PhoneNumber, read_typed_number},
    },
    store::Database,
};

/// How many contacts are shown to choose from.
const SHOWN_MAX: usize = 20;

/// A contact, as people name it.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// The contact: its number (id), its account number, or one of its telephone numbers
    contact: String,
    /// It is the contact's number (id)
    #[arg(long, conflicts_with = "account")]
    id: bool,
    /// It is an account number
    #[arg(long)]
    account: bool,
    /// Only in this campaign
    #[arg(long)]
    campaign: Option<String>,
}

/// Contacts that may be meant, each with what it was found by.
type Found = BTreeMap<ContactId, (Contact, &'static str)>;

impl Which {
    /// The one contact that is meant.
    ///
    /// # Errors
    /// There is none, or there are several: then they are listed, with how to choose.
    pub async fn find(&self, db: &Database) -> Result<ContactId, CliError> {
        let text = self.contact.trim();
        let campaigns = match &self.campaign {
            Some(name) => vec![campaign(db, name).await?],
            None => db.all_campaigns().await?,
        };
        let only = self.campaign.is_some().then(|| campaigns.first().map(|it| it.id)).flatten();
        let found = self.candidates(db, text, &campaigns, only).await?;
        match found.len() {
            0 => Err(CliError::new(self.none(text))),
            1 => Ok(*found.keys().next().unwrap_or(&ContactId(0))),
            _ => Err(CliError::new(several(db, text, &found, &campaigns).await?)),
        }
    }

    async fn candidates(
        &self,
        db: &Database,
        text: &str,
        campaigns: &[Campaign],
        only: Option<CampaignId>,
    ) -> Result<Found, CliError> {
        let mut found = Found::new();
        if !self.account
            && let Ok(id) = text.parse::<ContactId>()
            && let Some(contact) = db.contact_with_id(id).await?
            && only.is_none_or(|only| contact.campaign_id == only)
        {
            found.insert(id, (contact, "its id"));
        }
        if !self.id {
            for contact in db.contacts_with_account(text, only, SHOWN_MAX + 1).await? {
                found.entry(contact.id).or_insert((contact, "account number"));
            }
        }
        if !self.id && !self.account {
            for number in numbers(text, campaigns) {
                for contact in db.contacts_with_number(&number, only, SHOWN_MAX + 1).await? {
                    found.entry(contact.id).or_insert((contact, "telephone number"));
                }
            }
        }
        Ok(found)
    }

    fn none(&self, text: &str) -> String {
        let what = match (self.id, self.account) {
            (true, _) => "has this number (id)",
            (_, true) => "has this account number",
            (false, false) => "has this number (id), account number or telephone number",
        };
        let place = self.campaign.as_ref().map_or_else(String::new, |name| format!(" of campaign {name}"));
        format!("no contact{place} {what}: \"{text}\"")
    }
}

/// The telephone numbers that a text may be, in the countries of the campaigns.
fn numbers(text: &str, campaigns: &[Campaign]) -> Vec<PhoneNumber> {
    let mut numbers: Vec<PhoneNumber> = Vec::new();
    for country in campaigns.iter().map(|campaign| campaign.rules.country).collect::<HashSet<_>>() {
        numbers.extend(read_typed_number(text, country).map(|read| read.number));
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Those that may be meant, and how to choose.
async fn several(db: &Database, text: &str, found: &Found, campaigns: &[Campaign]) -> Result<String, CliError> {
    let mut says = format!("\"{text}\" may be one of several contacts:\n");
    let _ = writeln!(says, "  {:>9}  {:<20} {:<20} {:<24} found by", "id", "campaign", "list", "name");
    let mut lists = BTreeMap::new();
    for (contact, by) in found.values().take(SHOWN_MAX) {
        let of_campaign = match lists.entry(contact.campaign_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(db.lists(contact.campaign_id).await?),
        };
        let list = of_campaign.iter().find(|list| list.id == contact.list_id);
        let campaign = campaigns.iter().find(|campaign| campaign.id == contact.campaign_id);
        let name = format!("{} {}", contact.first_name, contact.last_name);
        let _ = writeln!(
            says,
            "  {:>9}  {:<20} {:<20} {:<24} {by}",
            contact.id,
            campaign.map_or("", |campaign| &campaign.rules.name),
            list.map_or("", |list| &list.name),
            name.trim(),
        );
    }
    if found.len() > SHOWN_MAX {
        says.push_str("  and more\n");
    }
    let by_id = found.values().any(|(_, by)| *by == "its id");
    says.push_str(if by_id {
        "choose with --id or --account, with --campaign NAME, or give the id of one with --id"
    } else {
        "choose with --campaign NAME, or give the id of one with --id"
    });
    Ok(says)
}

//! How each thing the engine knows is read back from its row.

use super::record::{Record, Stored};
use crate::{
    domain::{
        agent::Agent,
        attempt::{Attempt, Ended, Phase},
        callback::Callback,
        campaign::Campaign,
        contact::{Contact, ContactState},
        dialog::Dialog,
        event::EventRecord,
        ids::{AgentId, CampaignId, ContactId, ListId, TeamId},
        outcome::{FailureCause, Outcome},
        recording::Recording,
        reservation::{Reservation, ReservationEnded},
        retry::Disposition,
        suppression::Suppression,
    },
    engine::session::Session,
    ports::StoreError,
};

impl Stored for Agent {
    const TABLE: &'static str = "agents";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: AgentId(r.int("id")?),
            team_id: TeamId(r.int("team_id")?),
            login: r.text("login")?,
            name: r.text("name")?,
        })
    }
}

impl Stored for Campaign {
    const TABLE: &'static str = "campaigns";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: CampaignId(r.int("id")?),
            team_id: TeamId(r.int("team_id")?),
            state: r.word("state")?,
            changed_at: r.at("changed_at")?,
            rules: r.json("rules")?,
        })
    }
}

impl Stored for Session {
    const TABLE: &'static str = "sessions";
    const KEY: &'static str = "agent_id";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        r.json("doc")
    }
}

impl Stored for Contact {
    const TABLE: &'static str = "contacts";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: ContactId(r.int("id")?),
            campaign_id: CampaignId(r.int("campaign_id")?),
            list_id: ListId(r.int("list_id")?),
            list_priority: r.small("list_priority")?,
            account_number: r.text("account_number")?,
            first_name: r.text("first_name")?,
            last_name: r.text("last_name")?,
            numbers: r.json("numbers")?,
            variables: r.json("variables")?,
            stated_zones: r.maybe_json("stated_zones")?,
            progress: r.json("progress")?,
            state: contact_state(r)?,
        })
    }
}

fn contact_state(r: &Record<'_>) -> Result<ContactState, StoreError> {
    match r.text("state")?.as_str() {
        "waiting" => Ok(ContactState::Waiting { not_before_at: r.at("not_before_at")? }),
        "promised" => Ok(ContactState::Promised { callback_id: r.parsed("callback_id")? }),
        "in_progress" => Ok(ContactState::InProgress),
        "closed" => Ok(ContactState::Closed { reason: r.word("closed_reason")? }),
        other => Err(r.wrong("state", format!("\"{other}\" is not a state of a contact"))),
    }
}

impl Stored for Reservation {
    const TABLE: &'static str = "reservations";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        let ended = match r.maybe_at("ended_at")? {
            None => None,
            Some(at) => Some(ReservationEnded { at, how: r.word("ended_how")? }),
        };
        Ok(Self {
            id: r.parsed("id")?,
            agent_id: AgentId(r.int("agent_id")?),
            campaign_id: CampaignId(r.int("campaign_id")?),
            contact_id: ContactId(r.int("contact_id")?),
            number: r.json("number")?,
            callback_id: r.maybe_parsed("callback_id")?,
            offered_at: r.at("offered_at")?,
            expires_at: r.at("expires_at")?,
            ended,
        })
    }
}

impl Stored for Attempt {
    const TABLE: &'static str = "attempts";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.parsed("id")?,
            reservation_id: r.parsed("reservation_id")?,
            agent_id: AgentId(r.int("agent_id")?),
            campaign_id: CampaignId(r.int("campaign_id")?),
            list_id: ListId(r.int("list_id")?),
            contact_id: ContactId(r.int("contact_id")?),
            number: r.word("number")?,
            zones: r.parsed("zones")?,
            tzdb_version: r.text("tzdb_version")?,
            keeps_callback_id: r.maybe_parsed("keeps_callback_id")?,
            promises_callback_id: r.maybe_parsed("promises_callback_id")?,
            opened_at: r.at("opened_at")?,
            ringing_at: r.maybe_at("ringing_at")?,
            classification: r.maybe_word("classification")?,
            wrap_up_reason: r.maybe_text("wrap_up_reason")?,
            recording: recording(r)?,
            phase: phase(r)?,
        })
    }
}

fn recording(r: &Record<'_>) -> Result<Option<Recording>, StoreError> {
    let Some(path) = r.maybe_text("recording_path")? else { return Ok(None) };
    Ok(Some(Recording {
        path,
        server: r.maybe_text("recording_server")?,
        state: r.word("recording_state")?,
        since_at: r.at("recording_since_at")?,
        paused_by: r.maybe_int("recording_paused_by")?.map(AgentId),
    }))
}

fn phase(r: &Record<'_>) -> Result<Phase, StoreError> {
    match r.text("phase")?.as_str() {
        "dialing" => Ok(Phase::Dialing),
        "talking" => Ok(Phase::Talking { answered_at: r.at("answered_at")? }),
        "wrapping_up" => Ok(Phase::WrappingUp {
            answered_at: r.at("answered_at")?,
            hung_up_at: r.at("hung_up_at")?,
            wrap_up_ends_at: r.at("wrap_up_ends_at")?,
        }),
        "ended" => Ok(Phase::Ended(Ended {
            answered_at: r.maybe_at("answered_at")?,
            hung_up_at: r.at("hung_up_at")?,
            ended_at: r.at("ended_at")?,
            outcome: outcome(r)?,
            disposition: disposition(r)?,
        })),
        other => Err(r.wrong("phase", format!("\"{other}\" is not a phase of an attempt"))),
    }
}

fn outcome(r: &Record<'_>) -> Result<Outcome, StoreError> {
    Ok(match r.text("outcome")?.as_str() {
        "voice" => Outcome::Voice,
        "answering_machine" => Outcome::AnsweringMachine,
        "busy" => Outcome::Busy,
        "fax" => Outcome::Fax,
        "invalid_number" => Outcome::InvalidNumber,
        "do_not_call" => Outcome::DoNotCall,
        "no_answer" => Outcome::NoAnswer,
        "abandoned" => Outcome::Abandoned,
        "failed" => Outcome::Failed(r.word::<FailureCause>("cause")?),
        other => return Err(r.wrong("outcome", format!("\"{other}\" is not an outcome"))),
    })
}

fn disposition(r: &Record<'_>) -> Result<Disposition, StoreError> {
    match r.text("disposition")?.as_str() {
        "retry" => Ok(Disposition::Retry { not_before_at: r.at("retry_at")? }),
        "callback" => Ok(Disposition::Callback { callback_id: r.parsed("callback_id")? }),
        "close" => Ok(Disposition::Close { reason: r.word("close_reason")? }),
        other => Err(r.wrong("disposition", format!("\"{other}\" is not a disposition"))),
    }
}

impl Stored for Callback {
    const TABLE: &'static str = "callbacks";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: r.parsed("id")?,
            contact_id: ContactId(r.int("contact_id")?),
            campaign_id: CampaignId(r.int("campaign_id")?),
            number: r.json("number")?,
            wall_time: r.json("wall_time")?,
            zone_stated_by_agent: r.int("zone_stated_by_agent")? != 0,
            promised_at: r.at("promised_at")?,
            due_at: r.at("due_at")?,
            tzdb_version: r.text("tzdb_version")?,
            owner_id: r.maybe_int("owner_id")?.map(AgentId),
            promised_by: AgentId(r.int("promised_by")?),
            state: r.word("state")?,
            missed_at: r.maybe_at("missed_at")?,
        })
    }
}

impl Stored for Dialog {
    const TABLE: &'static str = "dialogs";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        r.json("doc")
    }
}

impl Stored for Suppression {
    const TABLE: &'static str = "suppressions";
    const KEY: &'static str = "number";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        let campaign_id = r.int("campaign_id")?;
        Ok(Self {
            number: r.word("number")?,
            campaign_id: (campaign_id != 0).then_some(CampaignId(campaign_id)),
            until_at: r.maybe_at("until_at")?,
            source: r.text("source")?,
        })
    }
}

impl Stored for EventRecord {
    const TABLE: &'static str = "events";
    const KEY: &'static str = "seq";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            team_id: TeamId(r.int("team_id")?),
            seq: r.int("seq")?,
            at: r.at("at")?,
            agent_id: r.maybe_int("agent_id")?.map(AgentId),
            campaign_id: r.maybe_int("campaign_id")?.map(CampaignId),
            contact_id: r.maybe_int("contact_id")?.map(ContactId),
            event: r.json("doc")?,
        })
    }
}

//! Takes a team over: from the next commit on, only the new engine's count, and it starts from what is stored.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Database,
    db::{Tx, args, each},
    due::candidate,
    record::{Record, Stored, read_all},
    sql::{self, Sql},
};
use crate::{
    domain::{contact::Contact, ids::TeamId, suppression::Suppression},
    engine::{
        input::{Candidate, Snapshot},
        output::Fence,
    },
    ports::StoreError,
};
use jiff::Timestamp;

impl Database {
    pub(super) async fn take_over_team(
        &self,
        team_id: TeamId,
        now: Timestamp,
    ) -> Result<(Fence, Snapshot), StoreError> {
        let mut tx = self.db().begin().await?;
        let rows = tx.rows(sql::TEAM_TAKEN_OVER, args![team_id]).await?;
        let Some(row) = rows.first() else {
            return Err(StoreError::Failure(format!("there is no team {team_id}")));
        };
        let team = Record::of(row, "teams", "fence");
        let fence = Fence { team_id, number: team.int("fence")? };
        let (last_seq, last_event_at) = (team.int("last_seq")?, team.maybe_at("last_event_at")?);
        tx.execute(sql::NOTICES_KNOWN, args![team_id]).await?;
        let snapshot = Snapshot {
            last_seq,
            last_notice: team.int("last_notice")?,
            last_event_at,
            agents: all(&mut tx, sql::AGENTS_OF_TEAM, team_id).await?,
            sessions: all(&mut tx, sql::SESSIONS_OF_TEAM, team_id).await?,
            campaigns: all(&mut tx, sql::CAMPAIGNS_AT_WORK, team_id).await?,
            reservations: all(&mut tx, sql::RESERVATIONS_OPEN, team_id).await?,
            attempts: all(&mut tx, sql::ATTEMPTS_OPEN, team_id).await?,
            dialogs: all(&mut tx, sql::DIALOGS_OPEN, team_id).await?,
            contacts: contacts_at_work(&mut tx, team_id, now).await?,
            callbacks: all(&mut tx, sql::CALLBACKS_SCHEDULED, team_id).await?,
            reasons: all(&mut tx, sql::REASONS_OF_TEAM, team_id).await?,
            queues: all(&mut tx, sql::QUEUES_OF_TEAM, team_id).await?,
        };
        tx.commit().await?;
        Ok((fence, snapshot))
    }
}

async fn all<T: Stored>(tx: &mut Tx, sql: Sql, team_id: TeamId) -> Result<Vec<T>, StoreError> {
    read_all(&tx.rows(sql, args![team_id]).await?)
}

async fn contacts_at_work(tx: &mut Tx, team_id: TeamId, now: Timestamp) -> Result<Vec<Candidate>, StoreError> {
    let contacts: Vec<Contact> = all(tx, sql::CONTACTS_AT_WORK, team_id).await?;
    let numbers: BTreeSet<_> = contacts.iter().flat_map(|contact| &contact.numbers).map(|it| &it.number).collect();
    let numbers: Vec<_> = numbers.into_iter().map(|number| json!({"number": number})).collect();
    let found: Vec<Suppression> = read_all(&tx.rows(sql::SUPPRESSIONS_OF, args![each(&numbers), now]).await?)?;
    Ok(contacts.into_iter().map(|contact| candidate(contact, &found)).collect())
}

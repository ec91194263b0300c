//! Stores what one step of the engine changed: one transaction, one statement for each table whatever the number of rows.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    Database,
    db::{Tx, args, each},
    rows::{
        AttemptRow, CallbackRow, ContactRow, DialogRow, EventRow, ReservationRow, SeekRow, SessionRow, SuppressionRow,
    },
    sql::{self, Sql},
    zone_sets::Seek,
};
use crate::{
    engine::output::{Changes, Fence},
    ports::StoreError,
};

impl Database {
    pub(super) async fn store_changes(&self, fence: Fence, changes: &Changes) -> Result<(), StoreError> {
        let sets = changes.contacts.values().map(|change| &change.place.zones).collect();
        let zone_set_ids = self.zone_set_ids(sets).await?;
        let contacts: Vec<_> = changes.contacts.values().map(|change| ContactRow::new(change, &zone_set_ids)).collect();
        let seeks: BTreeSet<Seek> = (changes.contacts.values())
            .map(|it| (it.campaign_id.0, i64::from(it.place.rank), zone_set_ids[&it.place.zones]))
            .filter(|seek| seek.2 != 0 && self.shared.zone_sets.is_new(seek))
            .collect();

        let mut tx = self.db().begin().await?;
        hold_fence(&mut tx, fence, changes).await?;
        write_contacts(&mut tx, &contacts).await?;
        write_seeks(&mut tx, &seeks).await?;
        write(&mut tx, sql::RESERVATIONS_CHANGED, &reservations(changes)).await?;
        write(&mut tx, sql::ATTEMPTS_CHANGED, &attempts(changes)).await?;
        write_dialogs(&mut tx, fence, changes).await?;
        let callbacks: Vec<_> = changes.callbacks.values().map(CallbackRow::from).collect();
        write(&mut tx, sql::CALLBACKS_CHANGED, &callbacks).await?;
        write_sessions(&mut tx, fence, changes).await?;
        let added_at = changes.events.last().map(|event| event.at);
        write(&mut tx, sql::SUPPRESSIONS_ADDED, &SuppressionRow::all(&changes.suppressions, added_at)).await?;
        let events: Vec<_> = changes.events.iter().map(EventRow::from).collect();
        write(&mut tx, sql::EVENTS_HAPPENED, &events).await?;
        tx.commit().await?;

        self.shared.zone_sets.stored(seeks);
        Ok(())
    }
}

async fn hold_fence(tx: &mut Tx, fence: Fence, changes: &Changes) -> Result<(), StoreError> {
    let last = changes.events.last();
    let args = args![fence.team_id, fence.number, last.map(|event| event.seq), last.map(|event| event.at)];
    match tx.execute(sql::TEAM_FENCED, args).await? {
        1 => Ok(()),
        _ => Err(StoreError::Fenced(fence)),
    }
}

/// Writes `rows`, if there are any.
pub(super) async fn write<T: Serialize>(tx: &mut Tx, sql: Sql, rows: &[T]) -> Result<u64, StoreError> {
    if rows.is_empty() { Ok(0) } else { tx.execute(sql, args![each(rows)]).await }
}

async fn write_contacts(tx: &mut Tx, rows: &[ContactRow]) -> Result<(), StoreError> {
    let written = write(tx, sql::CONTACTS_CHANGED, rows).await?;
    if usize::try_from(written) == Ok(rows.len()) {
        return Ok(());
    }
    Err(StoreError::Inconsistency {
        table: "contacts",
        row: format!("one of {}", rows.len()),
        column: "id",
        problem: "the contact is not there".to_owned(),
    })
}

pub(super) async fn write_seeks(tx: &mut Tx, seeks: &BTreeSet<Seek>) -> Result<(), StoreError> {
    let rows: Vec<_> =
        (seeks.iter()).map(|&(campaign_id, rank, zone_set_id)| SeekRow { campaign_id, rank, zone_set_id }).collect();
    write(tx, sql::ZONE_SETS_USED, &rows).await.map(drop)
}

/// Those that are over come first, so that a new one may take the agent or the contact of an old one in one commit.
fn reservations(changes: &Changes) -> Vec<ReservationRow> {
    let mut all: Vec<_> = changes.reservations.values().collect();
    all.sort_by_key(|it| it.ended.is_none());
    all.into_iter().map(ReservationRow::from).collect()
}

/// Those that are over come first, as with reservations.
fn attempts(changes: &Changes) -> Vec<AttemptRow<'_>> {
    let mut all: Vec<_> = changes.attempts.values().collect();
    all.sort_by_key(|it| !matches!(it.phase, crate::domain::attempt::Phase::Ended(_)));
    all.into_iter().map(AttemptRow::from).collect()
}

async fn write_dialogs(tx: &mut Tx, fence: Fence, changes: &Changes) -> Result<(), StoreError> {
    let rows: Vec<_> = changes.dialogs.values().map(DialogRow::from).collect();
    if !rows.is_empty() {
        tx.execute(sql::DIALOGS_CHANGED, args![each(&rows), fence.team_id]).await?;
    }
    Ok(())
}

async fn write_sessions(tx: &mut Tx, fence: Fence, changes: &Changes) -> Result<(), StoreError> {
    let rows: Vec<_> = changes.sessions.iter().map(SessionRow::from).collect();
    write(tx, sql::SESSIONS_TOUCHED, &rows).await?;
    if changes.sessions.values().any(Option::is_some) {
        tx.execute(sql::SESSIONS_CHANGED, args![each(&rows), fence.team_id]).await?;
    }
    Ok(())
}

//! What managers change is noticed to the team's engine: a numbered row, and a wake-up for whoever waits.
//!
//! The number comes from the team's row, as the last statement of the manager's transaction. So notices become visible in
//! their order, whoever writes them, and the engine's commits wait for no more than the end of that transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{
    Database,
    db::{Tx, args, to_json},
    record::Record,
    sql,
    wake::POSTGRES_WAKE,
};
use crate::{domain::ids::TeamId, engine::input::Notice, ports::StoreError};

impl Database {
    /// Ends the transaction with these notices, then wakes the engines.
    pub(super) async fn commit_noticed(
        &self,
        mut tx: Tx,
        notices: &[(TeamId, Notice)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if notices.is_empty() {
            return tx.commit().await;
        }
        for (team_id, notice) in notices {
            add(&mut tx, *team_id, notice, now).await?;
        }
        if matches!(tx, Tx::Postgres(_)) {
            tx.script("notify", POSTGRES_WAKE).await?;
        }
        tx.commit().await?;
        self.wake_everyone();
        Ok(())
    }
}

/// Holds teams until the end of the transaction. A commit of the engine takes the team's row first and then what it changes;
/// whoever changes the same rows must go the same way, or the two may wait for each other.
pub(super) async fn hold(tx: &mut Tx, teams: &BTreeSet<TeamId>) -> Result<(), StoreError> {
    for team_id in teams {
        tx.execute(sql::TEAM_HELD, args![*team_id]).await?;
    }
    Ok(())
}

async fn add(tx: &mut Tx, team_id: TeamId, notice: &Notice, now: Timestamp) -> Result<(), StoreError> {
    let rows = tx.rows(sql::NOTICE_NUMBER, args![team_id]).await?;
    let Some(row) = rows.first() else {
        return Err(StoreError::Failure(format!("there is no team {team_id}")));
    };
    let number = Record::of(row, "teams", "last_notice").int("last_notice")?;
    tx.execute(sql::NOTICE_ADDED, args![team_id, number, now, to_json(notice)]).await.map(drop)
}

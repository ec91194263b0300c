//! Service queues: rules as managers write them, and whether they take callers.

use jiff::Timestamp;

use super::{
    Database,
    db::{Tx, args, to_json},
    errors::{ManageError, checked_name},
    record::{Record, Stored, read_all, read_first},
    sql,
    teams::{Team, team_named},
};
use crate::{
    domain::{
        ids::{QueueId, TeamId},
        queue::{Queue, QueueRules, QueueState},
    },
    engine::input::Notice,
    ports::StoreError,
};

impl Stored for Queue {
    const TABLE: &'static str = "queues";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: QueueId(r.int("id")?),
            team_id: TeamId(r.int("team_id")?),
            state: r.word("state")?,
            changed_at: r.at("changed_at")?,
            rules: r.json("rules")?,
        })
    }
}

impl Database {
    /// Makes a queue, closed, or replaces the rules of one that is there.
    ///
    /// # Errors
    /// [`ManageError::QueueTeamFixed`] when another team's queue has the name.
    pub async fn queue_apply(&self, rules: &QueueRules, now: Timestamp) -> Result<Queue, ManageError> {
        let name = checked_name("name", &rules.name)?;
        let mut tx = self.db().begin().await?;
        let team = team_named(&mut tx, &rules.team).await?;
        let rows = tx.rows(sql::QUEUE_APPLIED, args![team.id, name, to_json(rules), now]).await?;
        let Some(queue) = read_first::<Queue>(&rows)? else {
            return Err(ManageError::QueueTeamFixed { name: name.to_owned(), team: owner(&mut tx, name).await? });
        };
        self.commit_queue(tx, queue, now).await
    }

    /// Opens or closes a queue.
    ///
    /// # Errors
    /// [`ManageError::UnknownQueue`] when it is not there.
    pub async fn queue_set_state(&self, name: &str, state: QueueState, now: Timestamp) -> Result<Queue, ManageError> {
        let mut tx = self.db().begin().await?;
        let rows = tx.rows(sql::QUEUE_STATE_SET, args![name, state.name(), now]).await?;
        let queue = read_first(&rows)?.ok_or_else(|| ManageError::UnknownQueue(name.to_owned()))?;
        self.commit_queue(tx, queue, now).await
    }

    /// Queues after number `after`, at most 1000.
    pub async fn queues(&self, after: QueueId) -> Result<Vec<Queue>, StoreError> {
        read_all(&self.db().rows(sql::QUEUES, args![after]).await?)
    }

    /// The queue with this name.
    pub async fn queue_named(&self, name: &str) -> Result<Option<Queue>, StoreError> {
        read_first(&self.db().rows(sql::QUEUE_NAMED, args![name]).await?)
    }

    async fn commit_queue(&self, tx: Tx, queue: Queue, now: Timestamp) -> Result<Queue, ManageError> {
        let notice = Notice::QueueChanged { queue: Box::new(queue.clone()) };
        self.commit_noticed(tx, &[(queue.team_id, notice)], now).await?;
        Ok(queue)
    }
}

/// The name of the team whose queue this is.
async fn owner(tx: &mut Tx, queue: &str) -> Result<String, StoreError> {
    let present: Option<Queue> = read_first(&tx.rows(sql::QUEUE_NAMED, args![queue]).await?)?;
    let present = present.ok_or_else(|| StoreError::Failure(format!("\"{queue}\" cannot be found")))?;
    let team: Option<Team> = read_first(&tx.rows(sql::TEAM, args![present.team_id]).await?)?;
    team.map(|team| team.name).ok_or_else(|| StoreError::Failure(format!("the team of \"{queue}\" cannot be found")))
}

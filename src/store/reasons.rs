//! Reasons that administrators create and assign. What changes is told to each team that chooses from it, as its whole list.

use std::{collections::BTreeSet, num::NonZeroU16};

use jiff::Timestamp;

use super::{
    Database,
    db::{Tx, args},
    errors::ManageError,
    notices::hold,
    record::{Record, Stored, read_all, read_first},
    sql,
    teams::every_team,
};
use crate::{
    domain::{
        ids::{ReasonId, TeamId},
        reason::{Reason, ReasonKind, checked_label},
    },
    engine::input::Notice,
    ports::StoreError,
};

/// A reason to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReason {
    /// What it is for.
    pub kind: ReasonKind,
    /// Its code.
    pub code: NonZeroU16,
    /// What agents read.
    pub label: String,
    /// The only team it is assigned to; none means all.
    pub team_id: Option<TeamId>,
}

impl Stored for Reason {
    const TABLE: &'static str = "reasons";

    fn read(r: &Record<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: ReasonId(r.int("id")?),
            kind: r.word("kind")?,
            code: r.small("code")?,
            label: r.text("label")?,
            team_id: r.maybe_int("team_id")?.map(TeamId),
        })
    }
}

impl Database {
    /// Creates a reason.
    ///
    /// # Errors
    /// The label cannot be one, or another reason has the code, or the label where an agent could choose from both.
    pub async fn reason_add(&self, new: &NewReason, now: Timestamp) -> Result<Reason, ManageError> {
        let label = checked_label(new.kind, &new.label)?;
        let mut tx = self.db().begin().await?;
        // Whoever adds for the same team waits here, so that two cannot take the same label.
        let teams = hold_teams(&mut tx, new.team_id).await?;
        let present: Vec<Reason> = read_all(&tx.rows(sql::REASONS, args![]).await?)?;
        let same = |it: &&Reason| it.kind == new.kind && it.label == label && it.meets(new.team_id);
        if let Some(same) = present.iter().find(same) {
            return Err(ManageError::ReasonLabelTaken { label: label.to_owned(), code: same.code });
        }
        let args = args![new.kind.name(), i64::from(new.code.get()), label, new.team_id.map(|id| id.0)];
        let Some(reason) = read_first::<Reason>(&tx.rows(sql::REASON_ADDED, args).await?)? else {
            return Err(ManageError::ReasonCodeTaken(new.code.get()));
        };
        self.commit_reasons(tx, teams, now).await?;
        Ok(reason)
    }

    /// Removes a reason. What was said with it keeps its label.
    ///
    /// # Errors
    /// [`ManageError::UnknownReason`] when it is not there.
    pub async fn reason_remove(&self, id: ReasonId, now: Timestamp) -> Result<Reason, ManageError> {
        let mut tx = self.db().begin().await?;
        let present: Option<Reason> = read_first(&tx.rows(sql::REASON, args![id]).await?)?;
        let team_id = present.ok_or(ManageError::UnknownReason(id))?.team_id;
        let teams = hold_teams(&mut tx, team_id).await?;
        let removed: Option<Reason> = read_first(&tx.rows(sql::REASON_REMOVED, args![id]).await?)?;
        let removed = removed.ok_or(ManageError::UnknownReason(id))?;
        self.commit_reasons(tx, teams, now).await?;
        Ok(removed)
    }

    /// Every reason, by kind and code.
    pub async fn reasons(&self) -> Result<Vec<Reason>, StoreError> {
        read_all(&self.db().rows(sql::REASONS, args![]).await?)
    }

    /// The reasons that the agents of a team choose from, by kind and code.
    pub async fn reasons_of(&self, team_id: TeamId) -> Result<Vec<Reason>, StoreError> {
        read_all(&self.db().rows(sql::REASONS_OF_TEAM, args![team_id]).await?)
    }

    /// The reason with this number.
    pub async fn reason(&self, id: ReasonId) -> Result<Option<Reason>, StoreError> {
        read_first(&self.db().rows(sql::REASON, args![id]).await?)
    }

    async fn commit_reasons(&self, mut tx: Tx, teams: BTreeSet<TeamId>, now: Timestamp) -> Result<(), StoreError> {
        let mut notices = Vec::new();
        for team_id in teams {
            let reasons = read_all(&tx.rows(sql::REASONS_OF_TEAM, args![team_id]).await?)?;
            notices.push((team_id, Notice::ReasonsChanged { reasons }));
        }
        self.commit_noticed(tx, &notices, now).await
    }
}

/// The team, or every team, held until the end of the transaction.
async fn hold_teams(tx: &mut Tx, team_id: Option<TeamId>) -> Result<BTreeSet<TeamId>, StoreError> {
    let teams: BTreeSet<TeamId> = match team_id {
        Some(id) => [id].into(),
        None => every_team(tx).await?.into_iter().collect(),
    };
    hold(tx, &teams).await?;
    Ok(teams)
}

//! What a report is asked for, and what can be asked.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{ids::TeamId, zone::Zone},
    ports::StoreError,
};

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// How attempts and previews ended, and where the contacts are now.
    Dispositions,
    /// Attempts: how many, how many answered, how long they rang and talked.
    Attempts,
    /// Promises to call again: kept, kept late, missed.
    Callbacks,
    /// What the agents did, and for how long. By campaign or list: the time from a preview to the end of its call's wrap-up
    /// is that campaign's; all other time stands under an empty one.
    Agents,
}

/// What the rows of a report are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// The campaign.
    Campaign,
    /// The contact list, within its campaign.
    List,
    /// The agent.
    Agent,
    /// The day, in the zone of the report.
    Day,
    /// The hour of the day, in the zone of the report. An hour that comes twice on a day is one hour.
    Hour,
    /// The outcome of the attempt; `open` for one that goes on.
    Outcome,
    /// What follows for the contact; `open` for an attempt that goes on.
    Disposition,
}

macro_rules! named {
    ($type:ident, $what:literal: $($variant:ident $name:literal),+) => {
        impl $type {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = ReportError;

            fn from_str(text: &str) -> Result<Self, ReportError> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(ReportError::Refused(format!(
                        "\"{text}\" is not {}; take one of {}", $what, [$($name),+].join(", ")
                    ))),
                }
            }
        }
    };
}

named!(ReportKind, "a report": Dispositions "dispositions", Attempts "attempts", Callbacks "callbacks", Agents "agents");
named!(GroupBy, "something to group by":
    Campaign "campaign", List "list", Agent "agent", Day "day", Hour "hour", Outcome "outcome", Disposition "disposition");

impl ReportKind {
    /// How it is grouped when nothing else is asked for.
    pub fn default_group_by(self) -> Vec<GroupBy> {
        match self {
            Self::Dispositions | Self::Attempts | Self::Callbacks => vec![GroupBy::Campaign],
            Self::Agents => vec![GroupBy::Agent],
        }
    }

    /// What it can be grouped by.
    pub fn groups_allowed(self) -> &'static [GroupBy] {
        use GroupBy::{Agent, Campaign, Day, Disposition, Hour, List, Outcome};
        match self {
            // Its rows are by outcome and disposition in any case.
            Self::Dispositions | Self::Callbacks | Self::Agents => &[Campaign, List, Agent, Day, Hour],
            Self::Attempts => &[Campaign, List, Agent, Day, Hour, Outcome, Disposition],
        }
    }
}

/// Which report, of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportQuery {
    /// The report.
    pub kind: ReportKind,
    /// What its rows are grouped by; empty for one row of all.
    pub group_by: Vec<GroupBy>,
    /// Only this team.
    pub team_id: Option<TeamId>,
    /// Only the campaign of this name.
    pub campaign: Option<String>,
    /// Only lists of this name.
    pub list: Option<String>,
    /// Only the agent who signs in by this name.
    pub agent: Option<String>,
    /// From this instant on: attempts opened, previews offered, callbacks due, states taken.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// The zone of days and hours.
    pub zone: Zone,
    /// The instant of the report: states that go on are counted until then, and callbacks before it are due.
    pub now: Timestamp,
}

impl ReportQuery {
    /// The report of this kind on everything, grouped as usual.
    pub fn new(kind: ReportKind, zone: Zone, now: Timestamp) -> Self {
        Self {
            kind,
            group_by: kind.default_group_by(),
            team_id: None,
            campaign: None,
            list: None,
            agent: None,
            from: None,
            until: None,
            zone,
            now,
        }
    }

    /// Can it be made that way?
    ///
    /// # Errors
    /// A sentence that says what cannot be.
    pub fn check(&self) -> Result<(), ReportError> {
        let allowed = self.kind.groups_allowed();
        if let Some(odd) = self.group_by.iter().find(|group| !allowed.contains(group)) {
            let names: Vec<_> = allowed.iter().map(|group| group.name()).collect();
            let kind = self.kind;
            return Err(ReportError::Refused(format!(
                "the report {kind} cannot be grouped by {odd}; take some of {}",
                names.join(", ")
            )));
        }
        match (self.from, self.until) {
            (Some(from), Some(until)) if from >= until => {
                Err(ReportError::Refused(format!("from {from} until {until} is no time: from must be before until")))
            }
            _ => Ok(()),
        }
    }

    /// The groups as asked for, each once, and a list within its campaign.
    pub(super) fn groups(&self) -> Vec<GroupBy> {
        let mut groups = Vec::new();
        for &group in &self.group_by {
            if group == GroupBy::List && !groups.contains(&GroupBy::Campaign) {
                groups.push(GroupBy::Campaign);
            }
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It cannot be made as asked for.
    #[error("{0}")]
    Refused(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

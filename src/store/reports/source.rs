//! One count: rows of a table, grouped and summed by the database.

use std::collections::BTreeMap;

use super::{
    Asked, local,
    query::{GroupBy, ReportError},
};
use crate::{
    ports::StoreError,
    store::{db::Row, record::Record},
};

/// The names of the columns of an answer; more than there are groups or sums in any report.
const KEYS: [&str; 10] = ["k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9"];
const SUMS: [&str; 20] = [
    "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17",
    "s18", "s19",
];

/// Sums by the labels of their group.
pub(super) type Sums = BTreeMap<Vec<String>, Vec<i64>>;

/// The most groups that a report counts: what it takes in memory stays within some tens of megabytes.
const GROUPS_MAX: usize = 100_000;

/// The rows of a statement, if they are not too many.
pub(super) async fn some_rows(asked: &Asked<'_>, name: &'static str, text: String) -> Result<Vec<Row>, ReportError> {
    let limited = format!("{text} LIMIT {}", GROUPS_MAX + 1);
    let rows = asked.db.db().rows_built(name, limited, Vec::new()).await?;
    if rows.len() > GROUPS_MAX {
        return Err(ReportError::Refused(format!(
            "the report has more than {GROUPS_MAX} rows: group by less, or take a shorter time"
        )));
    }
    Ok(rows)
}

/// What to count, as SQL. What a table does not know is left empty.
#[derive(Clone, Copy)]
pub(super) struct Source {
    /// Its name, for errors.
    pub(super) name: &'static str,
    pub(super) table: &'static str,
    /// The instant that decides on day and hour.
    pub(super) at: &'static str,
    pub(super) campaign: &'static str,
    pub(super) list: &'static str,
    pub(super) agent: &'static str,
    /// Only these rows.
    pub(super) condition: &'static str,
    /// Groups of the report itself, after those asked for: texts.
    pub(super) keys: &'static [&'static str],
}

impl Source {
    /// Counts; `sums` are aggregates in SQL.
    pub(super) async fn count(&self, asked: &Asked<'_>, sums: &[&str]) -> Result<Sums, ReportError> {
        let rows = some_rows(asked, self.name, self.text(asked, sums)).await?;
        Ok(rows.iter().map(|row| self.group(asked, row, sums.len())).collect::<Result<_, _>>()?)
    }

    fn text(&self, asked: &Asked<'_>, sums: &[&str]) -> String {
        let keys: Vec<String> = (asked.groups.iter())
            .map(|group| self.group_sql(asked, *group))
            .chain(self.keys.iter().map(|key| (*key).to_owned()))
            .collect();
        let sums = sums.iter().map(|sum| format!("CAST(COALESCE({sum}, 0) AS BIGINT)"));
        let columns: Vec<String> = (keys.iter().zip(KEYS).map(|(key, name)| format!("{key} AS {name}")))
            .chain(sums.zip(SUMS).map(|(sum, name)| format!("{sum} AS {name}")))
            .collect();
        let (columns, table, conditions) = (columns.join(", "), self.table, self.conditions(asked));
        let grouped =
            if keys.is_empty() { String::new() } else { format!(" GROUP BY {}", KEYS[..keys.len()].join(", ")) };
        format!("SELECT {columns} FROM {table} WHERE {conditions}{grouped}")
    }

    fn group_sql(&self, asked: &Asked<'_>, group: GroupBy) -> String {
        match group {
            GroupBy::Campaign => self.campaign.to_owned(),
            GroupBy::List => self.list.to_owned(),
            GroupBy::Agent => self.agent.to_owned(),
            GroupBy::Day => asked.local.day_sql(self.at),
            GroupBy::Hour => asked.local.hour_sql(self.at),
            GroupBy::Outcome => "COALESCE(outcome, 'open')".to_owned(),
            GroupBy::Disposition => "COALESCE(disposition, 'open')".to_owned(),
        }
    }

    fn conditions(&self, asked: &Asked<'_>) -> String {
        let mut all = vec![self.condition.to_owned()];
        all.extend(only(self.campaign, asked.names.campaign_id.as_slice()));
        all.extend(asked.names.list_ids.as_deref().and_then(|ids| only(self.list, ids)));
        all.extend(only(self.agent, asked.names.agent_id.as_slice()));
        if let Some(team) = asked.query.team_id {
            let (of, table) =
                if self.campaign.is_empty() { (self.agent, "agents") } else { (self.campaign, "campaigns") };
            all.push(format!("{of} IN (SELECT id FROM {table} WHERE team_id = {team})"));
        }
        if !self.at.is_empty() {
            all.extend(asked.query.from.map(|from| format!("{} >= {}", self.at, from.as_millisecond())));
            all.extend(asked.query.until.map(|until| format!("{} < {}", self.at, until.as_millisecond())));
        }
        all.join(" AND ")
    }

    fn group(&self, asked: &Asked<'_>, row: &Row, sums: usize) -> Result<(Vec<String>, Vec<i64>), StoreError> {
        let record = Record::of(row, self.name, KEYS[0]);
        let asked_for = asked.groups.iter().zip(KEYS).map(|(group, key)| label(asked, &record, *group, key));
        let own = KEYS[asked.groups.len()..].iter().take(self.keys.len()).map(|key| record.text(key));
        let labels = asked_for.chain(own).collect::<Result<_, _>>()?;
        let sums = SUMS[..sums].iter().map(|sum| record.int(sum)).collect::<Result<_, _>>()?;
        Ok((labels, sums))
    }
}

pub(super) fn only(column: &str, ids: &[i64]) -> Option<String> {
    let listed: Vec<_> = ids.iter().map(ToString::to_string).collect();
    (!ids.is_empty() && !column.is_empty()).then(|| format!("{column} IN ({})", listed.join(", ")))
}

/// What a group is called. A campaign or list that is none has no name.
pub(super) fn label(
    asked: &Asked<'_>,
    record: &Record<'_>,
    group: GroupBy,
    key: &'static str,
) -> Result<String, StoreError> {
    Ok(match group {
        GroupBy::Outcome | GroupBy::Disposition => record.text(key)?,
        GroupBy::Campaign => named(&asked.names.campaigns, record.int(key)?),
        GroupBy::List => named(&asked.names.lists, record.int(key)?),
        GroupBy::Agent => named(&asked.names.agents, record.int(key)?),
        GroupBy::Day => local::date_of(record.int(key)?).to_string(),
        GroupBy::Hour => format!("{:02}:00", record.int(key)?),
    })
}

/// The name, or the number of something that was made a moment ago.
fn named(names: &BTreeMap<i64, String>, id: i64) -> String {
    if id == 0 {
        return String::new();
    }
    names.get(&id).cloned().unwrap_or_else(|| id.to_string())
}

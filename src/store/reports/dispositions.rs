//! The report on dispositions: how attempts ended and what followed, previews that led to no attempt, and where the contacts
//! are now.
//!
//! Attempts belong to the moment they were opened at, previews to the moment they were offered at. Contacts are counted as
//! they are now, whatever the time asked for, and only where the groups are theirs: campaigns and lists.

use super::{
    Asked, GroupBy, Report, ReportError, Value,
    attempts::ATTEMPTS,
    source::{Source, Sums},
    table::{Column, ColumnKind, group_columns, share, title},
};

const ENDED: Source = Source { condition: "phase = 'ended'", keys: &["outcome", "disposition"], ..ATTEMPTS };

const PREVIEWS: Source = Source {
    name: "previews",
    table: "reservations",
    at: "offered_at",
    campaign: "campaign_id",
    list: "(SELECT list_id FROM contacts WHERE contacts.id = reservations.contact_id)",
    agent: "agent_id",
    condition: "ended_how NOT IN ('accepted', 'lapsed_accepted')",
    keys: &["ended_how", "''"],
};

const CONTACTS: Source = Source {
    name: "contacts",
    table: "contacts",
    at: "",
    campaign: "campaign_id",
    list: "list_id",
    agent: "",
    condition: "true",
    keys: &["state", "COALESCE(closed_reason, '')"],
};

/// All contacts, whose zone is unknown, or only those that wait for somebody to state one.
const LOADED: Source = Source { keys: &["'loaded'", "''"], ..CONTACTS };
const ZONE_UNKNOWN: Source =
    Source { condition: "state = 'waiting' AND zone_set_id = 0", keys: &["'loaded'", "'zone_unknown'"], ..CONTACTS };

const COUNT: [&str; 1] = ["COUNT(*)"];

pub(super) async fn report(asked: &Asked<'_>) -> Result<Report, ReportError> {
    let mut columns = group_columns(asked);
    columns.extend(["about", "what", "detail"].map(|name| Column { name, kind: ColumnKind::Text }));
    columns.push(Column { name: "count", kind: ColumnKind::Count });
    columns.push(Column { name: "share", kind: ColumnKind::Share });

    let mut lines = lines(asked, 0, "attempts", &ENDED.count(asked, &COUNT).await?);
    lines.extend(self::lines(asked, 1, "previews", &PREVIEWS.count(asked, &COUNT).await?));
    if contacts_are_counted(asked) {
        let mut sums = CONTACTS.count(asked, &COUNT).await?;
        sums.extend(LOADED.count(asked, &COUNT).await?);
        sums.extend(ZONE_UNKNOWN.count(asked, &COUNT).await?);
        lines.extend(self::lines(asked, 2, "contacts", &sums));
    }
    lines.sort_by(|a, b| (&a.group, a.part, &a.rest).cmp(&(&b.group, b.part, &b.rest)));
    Ok(Report { title: title(asked), columns, rows: lines.into_iter().map(Line::into_row).collect(), totals: None })
}

fn contacts_are_counted(asked: &Asked<'_>) -> bool {
    let theirs = |group: &GroupBy| matches!(group, GroupBy::Campaign | GroupBy::List);
    asked.groups.iter().all(theirs) && asked.names.agent_id.is_none()
}

/// One row: its group, its part of the report and what is counted.
struct Line {
    group: Vec<String>,
    part: usize,
    about: &'static str,
    rest: Vec<String>,
    count: i64,
    whole: i64,
}

impl Line {
    fn into_row(self) -> Vec<Value> {
        let mut row: Vec<Value> = self.group.into_iter().map(Value::Text).collect();
        row.push(Value::Text(self.about.to_owned()));
        row.extend(self.rest.into_iter().map(Value::Text));
        row.push(Value::Count(self.count));
        row.push(share(self.count, self.whole));
        row
    }
}

/// The lines of one part. The whole of a group is what was loaded, or all that ended.
fn lines(asked: &Asked<'_>, part: usize, about: &'static str, sums: &Sums) -> Vec<Line> {
    let mut wholes = Sums::new();
    let groups = asked.groups.len();
    for (labels, count) in sums.iter().filter(|(labels, _)| labels[groups] != "loaded") {
        wholes.entry(labels[..groups].to_vec()).or_insert_with(|| vec![0])[0] += count[0];
    }
    let line = |(labels, count): (&Vec<String>, &Vec<i64>)| {
        let (group, rest) = labels.split_at(groups);
        let whole = wholes.get(group).map_or(0, |sums| sums[0]);
        Line { group: group.to_vec(), part, about, rest: rest.to_vec(), count: count[0], whole }
    };
    sums.iter().map(line).collect()
}

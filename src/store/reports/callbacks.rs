//! The report on callbacks. A callback belongs to the moment at which it is to be called, and to the agent who promised it.
//! Each is one of scheduled, kept, missed and cancelled.

use super::{
    Asked, Report, ReportError,
    source::Source,
    table::{Figure, finish},
};

const CALLBACKS: Source = Source {
    name: "callbacks",
    table: "callbacks",
    at: "due_at",
    campaign: "campaign_id",
    list: "(SELECT list_id FROM contacts WHERE contacts.id = callbacks.contact_id)",
    agent: "promised_by",
    condition: "true",
    keys: &[],
};

/// A call that is opened later than that after the promised moment is late.
const LATE_AFTER_MS: i64 = 5 * 60_000;

const FIGURES: [(&str, Figure); 8] = [
    ("callbacks", Figure::Count(0)),
    ("scheduled", Figure::Count(1)),
    ("due", Figure::Count(2)),
    ("kept", Figure::Count(3)),
    ("kept_late", Figure::Count(4)),
    ("missed", Figure::Count(5)),
    ("cancelled", Figure::Count(6)),
    ("moved", Figure::Count(7)),
];

pub(super) async fn report(asked: &Asked<'_>) -> Result<Report, ReportError> {
    let now = asked.query.now.as_millisecond();
    let callback_id = format!("{}->>'callback_id'", asked.db.db().json_sql("doc"));
    let sums = [
        "COUNT(*)".to_owned(),
        counted("state = 'scheduled'"),
        counted(&format!("state = 'scheduled' AND due_at <= {now}")),
        counted("state = 'kept'"),
        // The attempt that kept it is one of its contact's.
        counted(&format!(
            "state = 'kept' AND EXISTS (SELECT 1 FROM attempts WHERE attempts.contact_id = callbacks.contact_id
                AND keeps_callback_id = callbacks.id AND opened_at > due_at + {LATE_AFTER_MS})"
        )),
        counted("state = 'missed'"),
        counted("state = 'cancelled'"),
        counted(&format!(
            "EXISTS (SELECT 1 FROM events WHERE events.contact_id = callbacks.contact_id
                AND kind = 'callback_moved' AND {callback_id} = callbacks.id)"
        )),
    ];
    let sums: Vec<&str> = sums.iter().map(String::as_str).collect();
    Ok(finish(asked, &FIGURES, CALLBACKS.count(asked, &sums).await?))
}

fn counted(condition: &str) -> String {
    format!("SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)")
}

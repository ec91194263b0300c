//! Reasons that administrators create and assign: the labels of wrap-up, and why an agent is Not ready (T8.2, T2.5).
//!
//! A reason is known to people by its label and to the systems around us by its code. What was said with it is stored as
//! the label, so a reason can be removed and the reports of last month stay as they were.

use serde::{Deserialize, Serialize};

use super::ids::{ReasonId, TeamId};

/// The longest label, in characters.
pub const LABEL_LENGTH_MAX: usize = 40;

/// The system makes an agent Not ready, or logs them out, for these reasons. Nobody else may say them: a report could not
/// tell an agent who went to lunch from one whose phone is dead.
pub const RESERVED_LABELS: &[&str] = &[
    "signed_in",
    "signed_out",
    "connection_lost",
    "preview_unanswered",
    "phone_not_answering",
    REASON_DISCONNECTED,
    REASON_CALL_NOT_ANSWERED,
    REASON_CALL_DECLINED,
    REASON_SUPERVISOR,
];

/// The reason of an agent who put their phone down between two calls, or whose line was lost, where phones stay connected.
pub const REASON_DISCONNECTED: &str = "phone_disconnected";

/// The reason of an agent whose state a supervisor changed without giving one.
pub const REASON_SUPERVISOR: &str = "supervisor";

/// The reason of an agent who was offered a customer and did not answer.
pub const REASON_CALL_NOT_ANSWERED: &str = "call_not_answered";

/// The reason of an agent who was offered a customer and declined.
pub const REASON_CALL_DECLINED: &str = "call_declined";

/// What a reason is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReasonKind {
    /// The label of a call.
    WrapUp,
    /// Why an agent gets nothing.
    NotReady,
}

impl ReasonKind {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrapUp => "wrap_up",
            Self::NotReady => "not_ready",
        }
    }
}

/// A reason that agents choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Reason {
    /// Its number.
    pub id: ReasonId,
    /// What it is for.
    pub kind: ReasonKind,
    /// Its code, for other systems (1 to 65535); no other reason of its kind has it.
    pub code: u16,
    /// What agents read (1 to 40 characters).
    pub label: String,
    /// The only team it is assigned to; none means all.
    pub team_id: Option<TeamId>,
}

impl Reason {
    /// May the agents of this team choose it?
    pub fn is_assigned_to(&self, team_id: TeamId) -> bool {
        self.team_id.is_none_or(|own| own == team_id)
    }

    /// Could an agent of some team meet both this reason and one that is assigned to `team_id`?
    pub fn meets(&self, team_id: Option<TeamId>) -> bool {
        team_id.is_none_or(|team_id| self.is_assigned_to(team_id))
    }
}

/// Why a text cannot be the label of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelProblem {
    /// Empty or too long.
    #[error("a label has 1 to {LABEL_LENGTH_MAX} characters")]
    Length,
    /// More than one line, or signs that cannot be seen.
    #[error("a label is one line of signs that can be seen")]
    Unseen,
    /// The system itself uses it.
    #[error("the system itself uses this label: choose another")]
    Reserved,
}

/// `label` without spaces around it, if it may be the label of a reason.
pub fn checked_label(kind: ReasonKind, label: &str) -> Result<&str, LabelProblem> {
    let label = label.trim();
    if label.is_empty() || label.chars().count() > LABEL_LENGTH_MAX {
        return Err(LabelProblem::Length);
    }
    if label.contains(char::is_control) {
        return Err(LabelProblem::Unseen);
    }
    // "Connection lost" would read like the system's own connection_lost.
    let plain = label.to_lowercase().replace([' ', '-'], "_");
    match kind {
        ReasonKind::NotReady if RESERVED_LABELS.contains(&plain.as_str()) => Err(LabelProblem::Reserved),
        ReasonKind::NotReady | ReasonKind::WrapUp => Ok(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_visible_and_not_the_systems() {
        use LabelProblem::{Length, Reserved, Unseen};
        use ReasonKind::{NotReady, WrapUp};
        for (kind, label, answer) in [
            (NotReady, " Lunch ", Ok("Lunch")),
            (NotReady, &*"\u{e9}".repeat(40), Ok(&*"\u{e9}".repeat(40))),
            (NotReady, &*"\u{e9}".repeat(41), Err(Length)),
            (WrapUp, "", Err(Length)),
            (WrapUp, " \n ", Err(Length)),
            (WrapUp, "Sale\nno sale", Err(Unseen)),
            (WrapUp, "Sale\0", Err(Unseen)),
            (NotReady, "connection_lost", Err(Reserved)),
            (NotReady, "Connection Lost", Err(Reserved)),
            (NotReady, "call-not-answered", Err(Reserved)),
            (NotReady, "Connection lost again", Ok("Connection lost again")),
            // A call can well end so.
            (WrapUp, "Connection lost", Ok("Connection lost")),
        ] {
            assert_eq!(checked_label(kind, label), answer, "{kind:?} {label:?}");
        }
    }

    #[test]
    fn reasons_meet_where_a_team_has_both() {
        let (north, south) = (TeamId(1), TeamId(2));
        let of =
            |team_id| Reason { id: ReasonId(1), kind: ReasonKind::WrapUp, code: 1, label: "Sale".to_owned(), team_id };
        for (own, other, meet) in [
            (None, None, true),
            (None, Some(north), true),
            (Some(north), None, true),
            (Some(north), Some(north), true),
            (Some(north), Some(south), false),
        ] {
            assert_eq!(of(own).meets(other), meet, "{own:?} {other:?}");
        }
    }
}

//! Why a manager's change was not made.

use crate::{
    domain::{campaign::CampaignState, ids::ReasonId, phone_book::ENTRIES_MAX, reason::LabelProblem},
    ports::StoreError,
};

/// Why a manager's change was not made. The store's own errors aside, each is a refusal with a stable code.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The database failed, or what it stores is impossible.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such campaign.
    #[error("there is no campaign \"{0}\": make it with `rappel campaign apply`")]
    UnknownCampaign(String),
    /// No such agent.
    #[error("there is no agent \"{0}\"")]
    UnknownAgent(String),
    /// No such contact.
    #[error("there is no contact {0}")]
    UnknownContact(String),
    /// No such token.
    #[error("there is no token {0}")]
    UnknownToken(i64),
    /// No such user, or one who may not sign in any more.
    #[error("there is no user {0} who may sign in")]
    UnknownUser(String),
    /// Somebody else signs in with the login, or as the agent.
    #[error("somebody signs in as \"{0}\", or as that agent, already")]
    UserTaken(String),
    /// No such phone book.
    #[error("there is no phone book \"{0}\"")]
    UnknownPhoneBook(String),
    /// The phone book is not of the team that the change is made for.
    #[error(
        "phone book \"{0}\" is for another team or for all: who acts for one team can change that team's books only"
    )]
    PhoneBookOfOthers(String),
    /// The phone book would have too many entries.
    #[error("phone book \"{0}\" would have more than {ENTRIES_MAX} entries: make another for the rest")]
    PhoneBookFull(String),
    /// A token of an agent that names none, or of somebody else that names one.
    #[error("a token of an agent names the agent, and no other token does")]
    TokenAgentMismatch,
    /// The token is there already.
    #[error("this token exists already: make a new one")]
    TokenTaken,
    /// The login belongs to somebody else.
    #[error("the login \"{0}\" is taken by an agent of another team: choose another")]
    LoginTaken(String),
    /// The campaign's life does not go that way.
    #[error("campaign \"{name}\" is {}, it cannot become {}", from.name(), to.name())]
    CampaignCannotBecome {
        /// The campaign.
        name: String,
        /// Its state.
        from: CampaignState,
        /// The state asked for.
        to: CampaignState,
    },
    /// A campaign stays with its team.
    #[error("campaign \"{name}\" belongs to team \"{team}\" and cannot move: end it and make a new one")]
    CampaignTeamFixed {
        /// The campaign.
        name: String,
        /// Its team.
        team: String,
    },
    /// The campaign is over.
    #[error("campaign \"{0}\" is ended: nothing can be changed or loaded any more")]
    CampaignEnded(String),
    /// The contact is with an agent just now.
    #[error("contact {0} is with an agent: the agent can set the zone, or try again when the call is over")]
    ContactInProgress(String),
    /// A text of a list holds a character that no database keeps.
    #[error("row {row} of the batch holds a NUL character: leave it out")]
    NulCharacter {
        /// Its place in the batch, from 0.
        row: usize,
    },
    /// No such reason.
    #[error("there is no reason {0}")]
    UnknownReason(ReasonId),
    /// The text cannot be the label of a reason.
    #[error(transparent)]
    BadReasonLabel(#[from] LabelProblem),
    /// Another reason of the kind has the label, and an agent could choose from both.
    #[error("the reason with code {code} has the label \"{label}\" already: agents could not tell them apart")]
    ReasonLabelTaken {
        /// The label.
        label: String,
        /// The code of the other.
        code: u16,
    },
    /// Another reason of the kind has the code.
    #[error("another reason of this kind has the code {0}: choose another")]
    ReasonCodeTaken(u16),
    /// No such queue.
    #[error("there is no queue \"{0}\": make it with `rappel queue apply`")]
    UnknownQueue(String),
    /// A queue stays with its team.
    #[error("queue \"{name}\" belongs to team \"{team}\" and cannot move: close it and make a new one")]
    QueueTeamFixed {
        /// The queue.
        name: String,
        /// Its team.
        team: String,
    },
    /// A name is empty or too long.
    #[error("{field} must have 1 to {length_max} characters")]
    BadLength {
        /// Which.
        field: &'static str,
        /// The limit.
        length_max: usize,
    },
}

impl ManageError {
    /// The stable code of a refusal; none where the store itself failed.
    pub fn code(&self) -> Option<&'static str> {
        Some(match self {
            Self::Store(_) => return None,
            Self::UnknownCampaign(_) => "unknown_campaign",
            Self::UnknownAgent(_) => "unknown_agent",
            Self::UnknownContact(_) => "unknown_contact",
            Self::UnknownToken(_) => "unknown_token",
            Self::UnknownUser(_) => "unknown_user",
            Self::UnknownPhoneBook(_) => "unknown_phone_book",
            Self::PhoneBookOfOthers(_) => "other_team",
            Self::PhoneBookFull(_) => "phone_book_full",
            Self::TokenAgentMismatch => "token_agent_mismatch",
            Self::TokenTaken => "token_taken",
            Self::UserTaken(_) | Self::LoginTaken(_) => "login_taken",
            Self::CampaignCannotBecome { .. } => "campaign_cannot_become",
            Self::CampaignTeamFixed { .. } => "campaign_team_fixed",
            Self::CampaignEnded(_) => "campaign_ended",
            Self::ContactInProgress(_) => "contact_in_progress",
            Self::NulCharacter { .. } => "nul_character",
            Self::UnknownReason(_) => "unknown_reason",
            Self::BadReasonLabel(_) => "bad_reason_label",
            Self::ReasonLabelTaken { .. } => "reason_label_taken",
            Self::ReasonCodeTaken(_) => "reason_code_taken",
            Self::UnknownQueue(_) => "unknown_queue",
            Self::QueueTeamFixed { .. } => "queue_team_fixed",
            Self::BadLength { .. } => "bad_length",
        })
    }
}

/// The longest name of a team, a list, an agent or a token.
pub const NAME_LENGTH_MAX: usize = 100;

/// `name` without spaces around it, if it may be a name.
pub(super) fn checked_name<'a>(field: &'static str, name: &'a str) -> Result<&'a str, ManageError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_LENGTH_MAX || name.contains('\0') {
        return Err(ManageError::BadLength { field, length_max: NAME_LENGTH_MAX });
    }
    Ok(name)
}

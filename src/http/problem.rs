//! What a client is told when a request was not done: problem details (RFC 9457) with a stable code.
//!
//! Two tables are all there is to know: [`Code`] for what the API itself finds wrong, [`status_of`] for the refusals of
//! the dialer, which keep their own codes.

use std::collections::BTreeSet;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    campaign_file::says::Wrong,
    domain::refusal::Refusal,
    ports::StoreError,
    runtime::handle::{CommandError, Unavailable},
    store::{ManageError, reports::ReportError},
};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not done.
#[derive(Debug)]
pub struct Problem {
    told: Box<Told>,
    retry_after_seconds: Option<u64>,
}

/// What the client reads.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Told {
    /// Names the kind of problem: `urn:rappel:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The kind, for people.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable code.
    #[schemars(with = "ProblemCode")]
    code: &'static str,
    /// What happened and what to do.
    detail: String,
    /// What is wrong with which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// What a refusal says besides: the state, the limit, the candidates.
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FieldProblem {
    /// Its path: `promise.zone`, `[3].number`; empty for the whole.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
    /// The line of a campaign file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column of a campaign file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The same of the rules of a campaign or queue as stable codes with their values, to be said in other languages.
    #[serde(flatten)]
    pub wrong: Option<Wrong>,
}

impl FieldProblem {
    /// Something wrong with `field`.
    #[allow(clippy::needless_pass_by_value, reason = "errors and sentences alike")]
    pub fn new(field: impl Into<String>, problem: impl ToString) -> Self {
        Self { field: field.into(), problem: problem.to_string(), line: None, column: None, wrong: None }
    }

    /// Something wrong with `field` of the rules of a campaign or queue.
    pub fn of_rules(field: impl Into<String>, wrong: impl Into<Wrong>) -> Self {
        let wrong = wrong.into();
        Self { wrong: Some(wrong.clone()), ..Self::new(field, wrong) }
    }
}

macro_rules! codes {
    ($($name:ident $code:literal $status:ident $title:literal;)+) => {
        /// What the API itself finds wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $title] $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name, the status and the title.
            pub fn facts(self) -> (&'static str, StatusCode, &'static str) {
                match self {
                    $(Self::$name => ($code, StatusCode::$status, $title),)+
                }
            }
        }
    };
}

codes! {
    BadJson "bad_json" BAD_REQUEST "The body is not JSON";
    Unauthenticated "unauthenticated" UNAUTHORIZED "A valid access token is needed";
    Forbidden "forbidden" FORBIDDEN "The access token does not allow this";
    WrongPassword "wrong_password" UNAUTHORIZED "Name and password do not belong together";
    InvitationOver "invitation_over" UNAUTHORIZED "The invitation is over";
    OtherSite "other_site" FORBIDDEN "The request comes from another site";
    NotAnAgent "not_an_agent" FORBIDDEN "The access token is not an agent's";
    OtherTeam "other_team" FORBIDDEN "The access token is for another team";
    SoftphoneOff "softphone_off" FORBIDDEN "Telephones in browsers are not offered";
    UnknownRoute "unknown_route" NOT_FOUND "There is no such resource";
    UnknownTeam "unknown_team" NOT_FOUND "There is no such team";
    UnknownAgent "unknown_agent" NOT_FOUND "There is no such agent";
    UnknownCampaign "unknown_campaign" NOT_FOUND "There is no such campaign";
    UnknownContact "unknown_contact" NOT_FOUND "There is no such contact";
    UnknownAttempt "unknown_attempt" NOT_FOUND "There is no such attempt";
    NoRecording "no_recording" NOT_FOUND "There is no recording";
    UnknownPhoneBook "unknown_phone_book" NOT_FOUND "There is no such phone book";
    UnknownToken "unknown_token" NOT_FOUND "There is no such token";
    UnknownUser "unknown_user" NOT_FOUND "There is no such user";
    UnknownReason "unknown_reason" NOT_FOUND "There is no such reason";
    UnknownQueue "unknown_queue" NOT_FOUND "There is no such queue";
    UnknownSuppression "unknown_suppression" NOT_FOUND "The number is not suppressed so";
    UnknownUpload "unknown_upload" NOT_FOUND "There is no such file";
    WrongMethod "wrong_method" METHOD_NOT_ALLOWED "The resource does not know this method";
    LoginTaken "login_taken" CONFLICT "The login is taken";
    TokenTaken "token_taken" CONFLICT "The token is there already";
    CampaignCannotBecome "campaign_cannot_become" CONFLICT "The campaign cannot take this state";
    CampaignTeamFixed "campaign_team_fixed" CONFLICT "The campaign belongs to another team";
    CampaignThere "campaign_there" PRECONDITION_FAILED "There is a campaign of this name already";
    CampaignEnded "campaign_ended" CONFLICT "The campaign is over";
    ReasonCodeTaken "reason_code_taken" CONFLICT "The code is taken";
    ReasonLabelTaken "reason_label_taken" CONFLICT "The label is taken";
    QueueTeamFixed "queue_team_fixed" CONFLICT "The queue belongs to another team";
    PhoneBookFull "phone_book_full" CONFLICT "The phone book is full";
    ContactInProgress "contact_in_progress" CONFLICT "The contact is with an agent";
    UploadBusy "upload_busy" CONFLICT "The file is being loaded";
    TooLarge "too_large" PAYLOAD_TOO_LARGE "The body is too large";
    NotJson "not_json" UNSUPPORTED_MEDIA_TYPE "The body has the wrong media type";
    BadValue "bad_value" UNPROCESSABLE_ENTITY "A value cannot be used";
    BadLength "bad_length" UNPROCESSABLE_ENTITY "A text is empty or too long";
    NulCharacter "nul_character" UNPROCESSABLE_ENTITY "A text holds a NUL character";
    TokenAgentMismatch "token_agent_mismatch" UNPROCESSABLE_ENTITY "Only an agent's token names an agent";
    BadReasonLabel "bad_reason_label" UNPROCESSABLE_ENTITY "The text cannot be the label of a reason";
    BadRules "bad_rules" UNPROCESSABLE_ENTITY "The rules of the campaign or queue are wrong";
    PasswordTooShort "password_too_short" UNPROCESSABLE_ENTITY "The password is too short";
    PasswordTooLong "password_too_long" UNPROCESSABLE_ENTITY "The password is too long";
    PasswordTooEasy "password_too_easy" UNPROCESSABLE_ENTITY "The password is too easy to guess";
    OldPasswordWrong "old_password_wrong" UNPROCESSABLE_ENTITY "The password until now is another one";
    NoPassword "no_password" CONFLICT "Who signed in with an access token has no password";
    TooManyTries "too_many_tries" TOO_MANY_REQUESTS "Too many tries to sign in";
    TooManyRequests "too_many_requests" TOO_MANY_REQUESTS "Too many requests";
    TooManyStreams "too_many_streams" TOO_MANY_REQUESTS "Too many open event streams";
    Inconsistent "inconsistent" INTERNAL_SERVER_ERROR "Stored data is impossible";
    TeamUnavailable "team_unavailable" SERVICE_UNAVAILABLE "The team is not served at the moment";
    StoreUnavailable "store_unavailable" SERVICE_UNAVAILABLE "The database does not answer";
    RecordingUnavailable "recording_unavailable" SERVICE_UNAVAILABLE "The switch does not give the recording";
    SoftphoneUnavailable "softphone_unavailable" SERVICE_UNAVAILABLE "The switch does not take the telephone";
    TimedOut "timed_out" SERVICE_UNAVAILABLE "The request took too long";
}

impl Problem {
    /// A problem of this kind, with a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let (code, status, title) = code.facts();
        Self::with(code, status, title, detail.into())
    }

    fn with(code: &'static str, status: StatusCode, title: &'static str, detail: String) -> Self {
        let kind = format!("urn:rappel:problem:{code}");
        let status = status.as_u16();
        let told = Told { kind, title, status, code, detail, errors: Vec::new(), more: Map::new() };
        Self { told: Box::new(told), retry_after_seconds: None }
    }

    /// One field has a value that cannot be used.
    #[allow(clippy::needless_pass_by_value, reason = "errors and sentences alike")]
    pub fn field(field: impl Into<String>, problem: impl ToString) -> Self {
        Self::fields(Code::BadValue, vec![FieldProblem::new(field, problem)])
    }

    /// Fields have values that cannot be used.
    pub fn fields(code: Code, errors: Vec<FieldProblem>) -> Self {
        let said: Vec<_> = errors.iter().map(|e| format!("{}: {}", e.field, e.problem)).collect();
        let detail = said.join("; ").trim_start_matches(": ").to_owned();
        let mut problem = Self::new(code, detail);
        problem.told.errors = errors;
        problem
    }

    /// Tells the client when to try again.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_seconds: Some(seconds), ..self }
    }

    /// What the client reads.
    #[cfg(test)]
    pub(super) fn told(&self) -> &Told {
        &self.told
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.told.status).expect("made of a status")
    }
}

/// The status of a refusal: 403 where the campaign or the dial plan never allows it, 422 where another value would do, 404 where there is
/// nobody, else 409.
pub fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::UnknownAgent => StatusCode::NOT_FOUND,
        Refusal::RejectNotAllowed
        | Refusal::CloseNotAllowed
        | Refusal::PauseNotAllowed
        | Refusal::WrapUpNotAllowed
        | Refusal::ExtensionNotAllowed
        | Refusal::CountryNotAllowed { .. }
        | Refusal::PremiumNotAllowed
        | Refusal::SatelliteNotAllowed
        | Refusal::EmergencyNotAllowed { .. }
        | Refusal::PrefixDenied { .. } => StatusCode::FORBIDDEN,
        Refusal::NotOnDialPad { .. }
        | Refusal::CannotBeDialled { .. }
        | Refusal::CallbackTimeMissing
        | Refusal::CallbackInPast
        | Refusal::CallbackTooFar { .. }
        | Refusal::CallbackZoneUnknown
        | Refusal::CallbackZoneAmbiguous { .. }
        | Refusal::UnknownWrapUpReason { .. }
        | Refusal::UnknownNotReadyReason { .. }
        | Refusal::BadExtension
        | Refusal::BadLength { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::NotSignedIn
        | Refusal::AlreadySignedIn { .. }
        | Refusal::ExtensionInUse { .. }
        | Refusal::AgentNotInCall
        | Refusal::AlreadySupervised { .. }
        | Refusal::NotSupervised
        | Refusal::WrongState { .. }
        | Refusal::PreviewGone
        | Refusal::CallGone
        | Refusal::NotInThisCall { .. }
        | Refusal::KeypadOpen
        | Refusal::DigitsOutstanding
        | Refusal::TooManyDigits { .. }
        | Refusal::ColleagueBusy { .. }
        | Refusal::OwnPhone
        | Refusal::CallIsOffered
        | Refusal::TooManyCalls
        | Refusal::MayNotCall { .. }
        | Refusal::CallbackGone
        | Refusal::CallbackSuppressed
        | Refusal::CallbackCampaignEnded
        | Refusal::WrapUpReasonRequired => StatusCode::CONFLICT,
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let mut problem = Self::with(refusal.code(), status_of(&refusal), "The rules say no", refusal.to_string());
        if let Ok(Value::Object(more)) = serde_json::to_value(&refusal) {
            problem.told.more = more.into_iter().filter(|(name, _)| name != "code").collect();
        }
        problem
    }
}

impl From<Unavailable> for Problem {
    fn from(why: Unavailable) -> Self {
        Self::new(Code::TeamUnavailable, why.to_string()).retry_after(1)
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Unavailable(why) => why.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        // What the database says may quote values: it is for the log, not for the client.
        match error {
            StoreError::Failure(_) => {
                tracing::error!(%error, "a request failed");
                Self::new(Code::StoreUnavailable, "the database does not answer; try again").retry_after(1)
            }
            StoreError::Fenced(_) => Self::from(Unavailable::Stopped),
            StoreError::Inconsistency { table, ref row, column, .. } => {
                tracing::error!(%error, "a request found impossible data");
                Self::new(Code::Inconsistent, format!("{table}, row {row}, column {column} cannot be"))
            }
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Store(error) => error.into(),
            ReportError::Refused(why) => Self::new(Code::BadValue, why),
        }
    }
}

impl From<ManageError> for Problem {
    fn from(error: ManageError) -> Self {
        let code = match error {
            ManageError::Store(error) => return error.into(),
            ManageError::UnknownCampaign(_) => Code::UnknownCampaign,
            ManageError::UnknownAgent(_) => Code::UnknownAgent,
            ManageError::UnknownContact(_) => Code::UnknownContact,
            ManageError::UnknownToken(_) => Code::UnknownToken,
            ManageError::UnknownUser(_) => Code::UnknownUser,
            ManageError::UnknownPhoneBook(_) => Code::UnknownPhoneBook,
            ManageError::PhoneBookOfOthers(_) => Code::OtherTeam,
            ManageError::PhoneBookFull(_) => Code::PhoneBookFull,
            ManageError::TokenAgentMismatch => Code::TokenAgentMismatch,
            ManageError::TokenTaken => Code::TokenTaken,
            ManageError::UserTaken(_) | ManageError::LoginTaken(_) => Code::LoginTaken,
            ManageError::CampaignCannotBecome { .. } => Code::CampaignCannotBecome,
            ManageError::CampaignTeamFixed { .. } => Code::CampaignTeamFixed,
            ManageError::CampaignEnded(_) => Code::CampaignEnded,
            ManageError::ContactInProgress(_) => Code::ContactInProgress,
            ManageError::NulCharacter { .. } => Code::NulCharacter,
            ManageError::UnknownReason(_) => Code::UnknownReason,
            ManageError::BadReasonLabel(_) => Code::BadReasonLabel,
            ManageError::ReasonLabelTaken { .. } => Code::ReasonLabelTaken,
            ManageError::ReasonCodeTaken(_) => Code::ReasonCodeTaken,
            ManageError::UnknownQueue(_) => Code::UnknownQueue,
            ManageError::QueueTeamFixed { .. } => Code::QueueTeamFixed,
            ManageError::BadLength { .. } => Code::BadLength,
        };
        Self::new(code, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let text = serde_json::to_vec(&self.told).expect("a problem is plain values");
        let mut response = (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Every code there is: ours, and those that the schema of [`Refusal`] knows, so that none is forgotten.
struct ProblemCode;

impl JsonSchema for ProblemCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ProblemCode".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let refusals = Refusal::json_schema(generator).to_value();
        let refusals = refusals["oneOf"].as_array().into_iter().flatten();
        let refusals = refusals.filter_map(|refusal| refusal["properties"]["code"]["const"].as_str());
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.facts().0).chain(refusals).collect();
        json_schema!({ "type": "string", "enum": codes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{agent::AgentState, zone::ZoneSet},
        http::document,
    };

    /// One of each. The match says when one is missing.
    fn refusals() -> Vec<Refusal> {
        let text = || "x".to_owned();
        vec![
            Refusal::NotSignedIn,
            Refusal::AlreadySignedIn { extension: text() },
            Refusal::ExtensionInUse { extension: text() },
            Refusal::BadExtension,
            Refusal::AgentNotInCall,
            Refusal::AlreadySupervised { extension: text() },
            Refusal::NotSupervised,
            Refusal::UnknownAgent,
            Refusal::WrongState { command: "ready", state: AgentState::Talking },
            Refusal::PreviewGone,
            Refusal::CallGone,
            Refusal::NotInThisCall { act: "hold", why: "it is on hold" },
            Refusal::KeypadOpen,
            Refusal::DigitsOutstanding,
            Refusal::TooManyDigits { max: 5 },
            Refusal::ColleagueBusy { state: AgentState::WrapUp },
            Refusal::OwnPhone,
            Refusal::CallIsOffered,
            Refusal::TooManyCalls,
            Refusal::UnknownNotReadyReason { reason: text() },
            Refusal::RejectNotAllowed,
            Refusal::CloseNotAllowed,
            Refusal::MayNotCall { rule: "window", says: text() },
            Refusal::NotOnDialPad { character: text(), position: 1 },
            Refusal::CannotBeDialled { why: "sign", says: text() },
            Refusal::ExtensionNotAllowed,
            Refusal::CountryNotAllowed { country: text() },
            Refusal::PremiumNotAllowed,
            Refusal::SatelliteNotAllowed,
            Refusal::EmergencyNotAllowed { number: text() },
            Refusal::PrefixDenied { prefix: text() },
            Refusal::CallbackTimeMissing,
            Refusal::CallbackInPast,
            Refusal::CallbackTooFar { days_max: 1 },
            Refusal::CallbackZoneUnknown,
            Refusal::CallbackZoneAmbiguous { zones: ZoneSet::unknown() },
            Refusal::CallbackGone,
            Refusal::CallbackSuppressed,
            Refusal::CallbackCampaignEnded,
            Refusal::PauseNotAllowed,
            Refusal::WrapUpNotAllowed,
            Refusal::WrapUpReasonRequired,
            Refusal::UnknownWrapUpReason { reason: text() },
            Refusal::BadLength { field: "reason", length_max: 40 },
        ]
    }

    fn documented() -> BTreeSet<String> {
        let document = document();
        let codes = document["components"]["schemas"]["ProblemCode"]["enum"].as_array().unwrap().clone();
        codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_code_is_documented_and_none_else() {
        let ours = Code::ALL.iter().map(|code| code.facts().0);
        let codes: BTreeSet<_> = ours.chain(refusals().iter().map(Refusal::code)).map(ToOwned::to_owned).collect();
        assert_eq!(codes, documented());
    }

    #[test]
    fn a_refusal_keeps_its_code_and_what_it_knows() {
        for refusal in refusals() {
            let json = serde_json::to_value(Problem::from(refusal.clone()).told()).unwrap();
            assert_eq!(json["code"], refusal.code());
            assert_eq!(json["detail"], refusal.to_string());
            assert_eq!(json["status"], status_of(&refusal).as_u16());
            assert!(status_of(&refusal).is_client_error());
        }
        let json = serde_json::to_value(Problem::from(Refusal::CallbackTooFar { days_max: 7 }).told()).unwrap();
        assert_eq!(json["days_max"], 7);
        assert_eq!(json["type"], "urn:rappel:problem:callback_too_far");
    }

    #[test]
    fn what_the_database_says_stays_here() {
        let problem = Problem::from(StoreError::Failure("near '+13125550142'".to_owned()));
        let text = serde_json::to_string(problem.told()).unwrap();
        assert!(!text.contains("3125550142"), "{text}");
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
}

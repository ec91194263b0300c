//! What is said of rules: stable codes with their values. Their English, for the command line and the API, is here alone; the
//! pages say the codes in their language (a test of the word list sees to it that they can).

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::domain::calling_window::CallingWindow;

/// What is wrong with a value, what would be right, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Wrong {
    /// What is wrong.
    pub message: Message,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// What was probably meant, or what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Hint>,
}

impl Wrong {
    pub(super) fn new(message: Message, expected: Expected) -> Self {
        Self { message, expected: Some(expected), hint: None }
    }

    pub(super) fn with_hint(self, hint: impl Into<Option<Hint>>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// A message alone.
impl From<Message> for Wrong {
    fn from(message: Message) -> Self {
        Self { message, expected: None, hint: None }
    }
}

/// In one sentence, as the API tells it.
impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)?;
        self.expected.as_ref().map_or(Ok(()), |expected| write!(f, "; expected {expected}"))?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[schemars(rename = "RuleMessage")]
#[expect(missing_docs, reason = "each says it")]
pub enum Message {
    // Of the text and its keys.
    #[error("{says}")]
    NotToml { says: String },
    #[error("is no key of a campaign file")]
    NoKeyOfCampaign,
    #[error("is no key of a queue file")]
    NoKeyOfQueue,
    #[error("is no key of [{table}]")]
    NoKeyOfTable { table: String },
    #[error("is missing")]
    Missing,
    #[error("{text} is there twice")]
    Twice { text: Quoted },
    // Of the type of a value.
    #[error("{text} is text")]
    IsText { text: Quoted },
    #[error("{number} is a number")]
    IsNumber { number: String },
    #[error("{number} is a fraction")]
    IsFraction { number: String },
    #[error("{flag} is a yes or no")]
    IsFlag { flag: bool },
    #[error("{date} is a date or time")]
    IsDate { date: String },
    #[error("is a list")]
    IsList,
    #[error("is a table")]
    IsTable,
    // Of one value.
    #[error("{text} is not one of the words")]
    NoSuchWord { text: Quoted },
    #[error("{number} is too small")]
    TooSmall { number: String },
    #[error("{number} is too large")]
    TooLarge { number: String },
    #[error("{text} is no name")]
    NoName { text: Quoted },
    #[error("is blank")]
    Blank,
    #[error("{text} has a line break or another sign that cannot be seen")]
    UnseenSign { text: Quoted },
    #[error("{text} begins or ends with a space")]
    OuterSpace { text: Quoted },
    #[error("{text} is not a country that has telephone numbers")]
    NoCountry { text: Quoted },
    #[error("{text} has no country code")]
    NoCountryCode { text: Quoted },
    #[error("{text} has other signs than digits")]
    OtherSigns { text: Quoted },
    #[error("{text} is refused: {says}")]
    NumberRefused { text: Quoted, why: &'static str, says: String },
    // Of hours.
    #[error("{says}")]
    HoursRefused { text: Quoted, why: &'static str, says: String },
    #[error("{text} is not a date")]
    NoDate { text: Quoted },
    #[error("is no day")]
    NoDay,
    #[error("has a day that {before} has too")]
    DayTwice { before: String },
    #[error("names no hours, so nobody would ever be called")]
    NoHours,
    #[error("{hours} on {day} is outside the cautious hours of {country}")]
    OutsideCautious { hours: String, day: String, country: String },
    // Of what keys say about each other.
    #[error("{number_max} attempts for a number can never be made, as the contact has {contact_max}")]
    NeverSoMany { number_max: u32, contact_max: u32 },
    #[error("asks for a reason, but there is none to choose")]
    NoReasons,
    #[error("\"{end}\" gives an agent who waits what {allowed} = false forbids")]
    EndForbidden { end: &'static str, allowed: &'static str },
    #[error(
        "after {seconds} seconds the callback is already missed (missed_after_minutes is {minutes}), so nobody but its own \
         agent could make it"
    )]
    MissedBefore { seconds: u32, minutes: u32 },
    #[error("after {wait} seconds the caller is let go, before an agent had {answer} to answer")]
    LetGoBefore { wait: u32, answer: u32 },
    #[error("says nothing, as then = \"{then}\" never tries again")]
    NeverAgain { then: String },
    #[error("is missing, so the switch decides which number the customer sees")]
    NoCallerId,
    // Of what is there besides the rules.
    #[error("the address says {address}, the rules say {rules}")]
    OtherName { address: String, rules: String },
    #[error("there is no team {team}")]
    NoTeam { team: String },
}

/// What would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[schemars(rename = "RuleExpected")]
#[expect(missing_docs, reason = "each says it")]
pub enum Expected {
    #[error("{says}")]
    Toml { says: String },
    #[error("{}", .keys.join(", "))]
    Keys { keys: Vec<&'static str> },
    #[error("another text each time")]
    OtherText,
    #[error("lower-case letters, digits, - and _, like \"renewals-us\"")]
    Name,
    #[error("text on one line, not blank")]
    Line,
    #[error("text in quotes")]
    Text,
    #[error("a list of different texts, like [\"one\", \"two\"]")]
    Lines,
    #[error("a whole number from {min} to {max}")]
    Whole { min: u32, max: u32 },
    #[error("a whole number from {min} to {max} ({law})")]
    WholeByLaw { min: u32, max: u32, law: &'static str },
    #[error("true or false")]
    Flag,
    #[error("{}", either(.words))]
    Words { words: &'static [&'static str] },
    #[error("the two letters of a country (ISO 3166), like \"US\"")]
    Country,
    #[error("a telephone number with its country's code, like \"+13125550142\"")]
    Number,
    #[error("a table")]
    Table,
    #[error("a table with a name")]
    NamedTable,
    #[error("tables, each under a heading in double brackets")]
    Tables,
    #[error("hours by weekday, like {{ mon-fri = [\"10:00-13:00\", \"14:00-18:00\"] }}")]
    Week,
    #[error("mon, tue, wed, thu, fri, sat, sun, a range like mon-fri, daily or closed_dates")]
    Days,
    #[error("each day once")]
    EachDayOnce,
    #[error("hours like \"09:00-12:00\"")]
    Hours,
    #[error("a list of hours like \"09:00-12:00\"")]
    ListOfHours,
    #[error("a date like \"2026-12-25\"")]
    Date,
    #[error("dates like \"2026-12-25\"")]
    Dates,
    #[error("a list of dates like \"2026-12-25\"")]
    ListOfDates,
    #[error("inside {}", in_words(.week))]
    Inside { week: Box<CallingWindow> },
    #[error("at most attempts.contact_max")]
    ContactMax,
    #[error("at least one of wrap_up.reasons")]
    Reasons,
    #[error("less than callbacks.missed_after_minutes")]
    MissedAfter,
    #[error("at most wait_seconds_max")]
    WaitMax,
    #[error("only with then = \"retry\"")]
    ThenRetry,
    #[error("a number of yours that customers can call back, like \"+13125550142\"")]
    OwnNumber,
}

/// What was probably meant, or what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[schemars(rename = "RuleHint")]
#[expect(missing_docs, reason = "each says it")]
pub enum Hint {
    #[error("did you mean {key}?")]
    MeantKey { key: String },
    #[error("did you mean \"{word}\"?")]
    MeantWord { word: String },
    #[error("{key} belongs {}", .homes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "))]
    Belongs { key: String, homes: Vec<Home> },
    #[error("write {text}, without quotes")]
    WithoutQuotes { text: String },
    #[error("write \"{text}\", in quotes")]
    WithQuotes { text: String },
    #[error("write it in quotes")]
    InQuotes,
    #[error("write {text}")]
    Write { text: Quoted },
    #[error("write \"{name}\"")]
    WriteName { name: String },
    #[error("write [{text}]")]
    WriteList { text: Quoted },
    #[error("write [[{table}]] instead of [{table}]")]
    DoubleBrackets { table: String },
    #[error("write [[{table}]] and, under it, name = \"...\"")]
    WriteTables { table: String },
    #[error("write [{table}] and, under it, one key on each line")]
    WriteTable { table: String },
    #[error("write a plus and the country's code before it")]
    PlusBefore,
    #[error("put all hours of a day in one list")]
    OneList,
    #[error("leave out `hours` to take the cautious hours of the country")]
    LeaveOutHours,
    #[error("write wrap_up.reasons, or mode = \"required\"")]
    ReasonsOrRequired,
    #[error("{citation}; keep your hours if you know that they are allowed")]
    KeepIfAllowed { citation: &'static str },
}

/// Where a key belongs: `[retry.busy]`, `[[lists]]`, or nothing for the top of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Home(pub(super) String);

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_str() {
            "" => f.write_str("at the top, before the first heading in brackets"),
            heading => write!(f, "in {heading}"),
        }
    }
}

const QUOTED_MAX: usize = 60;

/// What somebody wrote, cut when long; in English in quotes.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct Quoted(String);

impl Quoted {
    fn is_long(&self) -> bool {
        self.0.chars().nth(QUOTED_MAX).is_some()
    }

    fn cut(&self) -> &str {
        self.0.char_indices().nth(QUOTED_MAX).map_or(self.0.as_str(), |(end, _)| &self.0[..end])
    }
}

impl From<&str> for Quoted {
    fn from(text: &str) -> Self {
        Self(text.chars().take(QUOTED_MAX + 1).collect())
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{}", self.cut(), if self.is_long() { "..." } else { "" })
    }
}

impl Serialize for Quoted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let more = if self.is_long() { "…" } else { "" };
        serializer.collect_str(&format_args!("{}{more}", self.cut()))
    }
}

/// `"a", "b" or "c"`.
fn either(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// `mon-fri = ["10:00-18:00"]; sat = ["10:00-17:00"]`.
fn in_words(week: &CallingWindow) -> String {
    let written = toml::to_string(week).expect("a window is a table of texts");
    written.trim().replace('\n', "; ")
}

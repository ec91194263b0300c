//! What a campaign file and a queue file may hold, said once: each key, what its value is, and its range.
//!
//! The checker walks a file along this table and the published schema takes its ranges from it. A test compares the table
//! with the types that are read in the end, so that no key can be in one and not in the other.

use super::says::{Home, Message};

/// A kind of file.
pub(super) struct Form {
    /// What is wrong with a key that it does not have.
    pub no_key: Message,
    /// All it may hold.
    pub keys: &'static [Key],
}

/// The file of a campaign.
pub(super) const CAMPAIGN_FILE: Form = Form { no_key: Message::NoKeyOfCampaign, keys: CAMPAIGN };
/// The file of a queue.
pub(super) const QUEUE_FILE: Form = Form { no_key: Message::NoKeyOfQueue, keys: QUEUE };

/// One key of a table.
pub(super) struct Key {
    pub name: &'static str,
    pub required: bool,
    pub is: Is,
}

/// What a value is.
pub(super) enum Is {
    /// A campaign's name.
    Name,
    /// Words on one line, not blank.
    Line,
    /// Any text.
    Text,
    /// Different lines.
    Lines,
    /// A whole number in a range.
    Whole(Range),
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A country.
    Country,
    /// A telephone number.
    Number,
    /// Hours by weekday.
    Hours,
    /// A table.
    Table(&'static [Key]),
    /// Tables, each with another `name`.
    Tables(&'static [Key]),
}

/// Both ends included.
pub(super) struct Range {
    pub min: u32,
    pub max: u32,
    /// Where the range comes from, if not from us.
    pub law: Option<&'static str>,
}

const fn required(name: &'static str, is: Is) -> Key {
    Key { name, required: true, is }
}
const fn key(name: &'static str, is: Is) -> Key {
    Key { name, required: false, is }
}
const fn whole(min: u32, max: u32) -> Is {
    Is::Whole(Range { min, max, law: None })
}

const RING_LAW: &str = "16 CFR 310.4(b)(4) and Ofcom's statement of 2016-12-20 let it ring 15 seconds at least";

/// A whole campaign file.
pub(super) const CAMPAIGN: &[Key] = &[
    required("name", Is::Name),
    required("team", Is::Line),
    required("country", Is::Country),
    key("description", Is::Text),
    key("lists", Is::Tables(LIST)),
    key("priority", whole(1, 100)),
    key("weight", whole(1, 1000)),
    key("order", Is::Word(&["due", "fresh_first", "retries_first"])),
    key("number_order", Is::Word(&["rotate", "listed"])),
    key("preview", Is::Table(PREVIEW)),
    key("hours", Is::Hours),
    key("guard_seconds", whole(0, 600)),
    key("attempts", Is::Table(ATTEMPTS)),
    key("retry", Is::Table(RETRY)),
    key("call", Is::Table(CALL)),
    key("detection", Is::Table(DETECTION)),
    key("recording", Is::Table(RECORDING)),
    key("wrap_up", Is::Table(WRAP_UP)),
    key("callbacks", Is::Table(CALLBACKS)),
];

const LIST: &[Key] = &[required("name", Is::Line), key("priority", whole(1, 9))];

const PREVIEW: &[Key] = &[
    key("seconds_max", whole(5, 3600)),
    key("at_end", Is::Word(&["accept", "reject", "close", "reject_and_not_ready"])),
    key("reject_allowed", Is::Flag),
    key("close_allowed", Is::Flag),
    key("fields", Is::Lines),
];

const ATTEMPTS: &[Key] = &[key("contact_max", whole(1, 100)), key("number_max", whole(1, 100))];

const RETRY: &[Key] = &[
    key("voice", Is::Table(RETRY_RULE)),
    key("answering_machine", Is::Table(RETRY_RULE)),
    key("busy", Is::Table(RETRY_RULE)),
    key("fax", Is::Table(RETRY_RULE)),
    key("invalid_number", Is::Table(RETRY_RULE)),
    key("no_answer", Is::Table(RETRY_RULE)),
    key("abandoned", Is::Table(RETRY_RULE)),
    key("failed", Is::Table(RETRY_RULE)),
    key("rejected", Is::Table(RETRY_RULE)),
];

const RETRY_RULE: &[Key] = &[
    required("then", Is::Word(&["retry", "close_number", "close"])),
    key("after_minutes", whole(0, 43_200)),
    key("other_day_part", Is::Flag),
];

const CALL: &[Key] = &[
    key("ring_seconds_max", Is::Whole(Range { min: 15, max: 120, law: Some(RING_LAW) })),
    key("caller_id", Is::Number),
    key("wait_seconds_max", whole(0, 600)),
];

const DETECTION: &[Key] = &[key("answering_machine", Is::Flag), key("fax", Is::Flag)];

const RECORDING: &[Key] = &[key("calls_recorded", Is::Flag), key("pause_allowed", Is::Flag)];

const WRAP_UP: &[Key] = &[
    key("mode", Is::Word(&["not_allowed", "optional", "required", "required_with_reason"])),
    key("seconds_max", whole(1, 3600)),
    key("reasons", Is::Lines),
];

const CALLBACKS: &[Key] = &[
    key("owner", Is::Word(&["own_agent", "any"])),
    key("own_agent_wait_seconds", whole(0, 86_400)),
    key("missed_after_minutes", whole(1, 10_080)),
    key("when_missed", Is::Word(&["call_anyway", "retry", "close"])),
];

/// A whole queue file.
const QUEUE: &[Key] = &[
    required("name", Is::Name),
    required("team", Is::Line),
    key("description", Is::Text),
    key("priority", whole(1, 100)),
    key("answer_seconds_max", whole(5, 120)),
    key("when_not_answered", Is::Word(&["not_ready", "ready"])),
    key("wait_seconds_max", whole(10, 7200)),
    key("calls_in_a_row_max", whole(1, 100)),
    key("wrap_up", Is::Table(WRAP_UP)),
    key("fields", Is::Lines),
];

/// Where a key called `name` belongs: each table of `form` that has one.
pub(super) fn homes_of(form: &Form, name: &str) -> Vec<Home> {
    fn seek(name: &str, keys: &[Key], path: &str, home: &str, homes: &mut Vec<Home>) {
        if keys.iter().any(|key| key.name == name) {
            homes.push(Home(home.to_owned()));
        }
        for key in keys {
            let path = dotted(path, key.name);
            match key.is {
                Is::Table(keys) => seek(name, keys, &path, &format!("[{path}]"), homes),
                Is::Tables(keys) => seek(name, keys, &path, &format!("[[{path}]]"), homes),
                _ => {}
            }
        }
    }
    let mut homes = Vec::new();
    seek(name, form.keys, "", "", &mut homes);
    homes
}

/// `path.key`, or `key` at the top.
pub(super) fn dotted(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

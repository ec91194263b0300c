//! Contacts that a program sends: they are read as the rows of a list are, and loaded as those are.

use std::{collections::BTreeMap, fmt};

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use tokio::task::coop::consume_budget;

use super::{
    App,
    auth::Caller,
    campaigns::CampaignPath,
    extract::{LongBody, Path},
    problem::Problem,
};
use crate::{
    domain::{
        campaign::{Campaign, CampaignState},
        contact::NUMBERS_MAX,
    },
    intake::{Field, Role, RowProblem, read_fields},
    loading::{Loading, Tally},
    store::{ManageError, OnDuplicate, RowResult},
};

/// The most contacts of one request.
const CONTACTS_MAX: usize = 10_000;
/// The longest idempotency key, in characters.
const KEY_CHARS_MAX: usize = 200;

/// Contacts to be loaded.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewContacts {
    /// The list they belong to, made if it is not there.
    list: String,
    /// What happens to a contact that is there already: same account number, or same numbers and name; `skip` if left
    /// out.
    #[serde(default)]
    on_duplicate: OnDuplicate,
    /// Tells this request from others where contacts may come several times (`allow`): the same request again, with the
    /// same key, loads nothing twice. Take a new one for other contacts.
    #[schemars(length(min = 1, max = KEY_CHARS_MAX))]
    idempotency_key: Option<String>,
    /// The contacts.
    #[schemars(length(max = CONTACTS_MAX))]
    contacts: Vec<NewContact>,
}

/// A contact to be loaded.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewContact {
    /// The customer's account number.
    #[serde(default)]
    account_number: Option<String>,
    /// First name.
    #[serde(default)]
    first_name: Option<String>,
    /// Last name.
    #[serde(default)]
    last_name: Option<String>,
    /// Its numbers, in the order in which they are called; without a plus they are of the campaign's country.
    #[schemars(length(min = 1, max = NUMBERS_MAX))]
    numbers: Vec<NewNumber>,
    /// What else the agent sees.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// Every IANA zone the customer may be in; left out, those that the numbers tell.
    #[serde(default)]
    zones: Vec<String>,
    /// Not to be called before: `2026-12-01 14:00` on the customer's clock, `14:00` there today or tomorrow, or an instant
    /// like `2026-12-01T14:00:00Z`.
    #[serde(default)]
    not_before: Option<String>,
}

/// A number: itself, or with what it is called.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum NewNumber {
    /// The number.
    Bare(String),
    /// The number and its label.
    Labelled(LabelledNumber),
}

/// A number with a label.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LabelledNumber {
    /// The number.
    number: String,
    /// What it is called: `Mobile`; `Phone1` and so on if left out.
    #[serde(default)]
    label: Option<String>,
}

/// Written out, because the derived one says of a wrong field only that nothing fits.
impl<'de> Deserialize<'de> for NewNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl<'de> de::Visitor<'de> for NumberVisitor {
    type Value = NewNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a telephone number as a text, or an object with number and label")
    }

    fn visit_str<E>(self, text: &str) -> Result<NewNumber, E> {
        Ok(NewNumber::Bare(text.to_owned()))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<NewNumber, A::Error> {
        Deserialize::deserialize(de::value::MapAccessDeserializer::new(map)).map(NewNumber::Labelled)
    }
}

impl NewNumber {
    fn into_parts(self) -> (String, Option<String>) {
        match self {
            Self::Bare(number) => (number, None),
            Self::Labelled(it) => (it.number, it.label.filter(|label| !label.trim().is_empty())),
        }
    }
}

impl NewContact {
    /// As intake reads it.
    fn into_fields(self) -> Vec<Field> {
        let single = [
            ("account_number", Role::AccountNumber, self.account_number),
            ("first_name", Role::FirstName, self.first_name),
            ("last_name", Role::LastName, self.last_name),
            ("zones", Role::TimeZone, Some(self.zones.join(","))),
            ("not_before", Role::DialTime, self.not_before),
        ];
        let field = |path: String, name, role, text| Field { path, name, role, text };
        let single = single.into_iter().filter_map(|(path, role, text)| Some((path, role, text?)));
        let mut fields: Vec<_> =
            single.map(|(path, role, text)| field(path.to_owned(), String::new(), role, text)).collect();
        if self.numbers.is_empty() {
            // What is missing has a path, too.
            fields.push(field("numbers".to_owned(), String::new(), Role::Phone, String::new()));
        }
        fields.extend(self.numbers.into_iter().enumerate().map(|(at, number)| {
            let (number, label) = number.into_parts();
            let label = label.unwrap_or_else(|| format!("Phone{}", at + 1));
            field(format!("numbers[{at}]"), label, Role::Phone, number)
        }));
        let variables = self.variables.into_iter();
        fields.extend(variables.map(|(name, text)| field(format!("variables.{name}"), name, Role::Variable, text)));
        fields
    }
}

impl NewContacts {
    /// What tells the rows of this request from all others, where contacts may come several times.
    fn digest(&self) -> Result<String, Problem> {
        if self.contacts.len() > CONTACTS_MAX {
            return Err(Problem::field("contacts", format!("send {CONTACTS_MAX} at once at most")));
        }
        let key = match (&self.idempotency_key, self.on_duplicate) {
            (None, OnDuplicate::Allow) => {
                return Err(Problem::field("idempotency_key", "it is needed where on_duplicate is allow"));
            }
            (key, _) => key.as_deref(),
        };
        if key.is_some_and(|key| !(1..=KEY_CHARS_MAX).contains(&key.chars().count()) || key.contains('\0')) {
            return Err(Problem::field("idempotency_key", format!("write 1 to {KEY_CHARS_MAX} characters")));
        }
        // No digest of a file is written like this.
        Ok(format!("request {}", key.unwrap_or_default()))
    }
}

/// What became of the contacts of a request.
#[derive(Default, Serialize, JsonSchema)]
pub(super) struct ContactsTaken {
    /// New contacts.
    loaded: u64,
    /// Contacts that were there and took the new values.
    updated: u64,
    /// Contacts that were there and stayed as they are.
    duplicates: u64,
    /// Contacts that were refused: nothing of them is stored.
    refused: u64,
    /// New contacts that are not called until someone states a zone.
    zone_unknown: u64,
    /// Those that are no new contacts, and why.
    rows: Vec<RowTaken>,
}

/// What became of a row that is no new contact.
#[derive(Serialize, JsonSchema)]
struct RowTaken {
    /// Its place in `contacts`, from 0.
    row: usize,
    /// What became of it.
    result: NotLoaded,
    /// Everything that is wrong with a refused one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    problems: Vec<RowProblemTold>,
}

/// What became of a row that is no new contact.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum NotLoaded {
    /// The contact was there and took the row's values.
    Updated,
    /// The contact was there and stayed as it is.
    Duplicate,
    /// Nothing of it is stored.
    Refused,
}

/// Why a row is refused.
#[derive(Serialize, JsonSchema)]
struct RowProblemTold {
    /// The field: `numbers[0]`.
    field: String,
    /// What is wrong and what to do.
    reason: String,
    /// The stable name of the reason.
    code: &'static str,
}

impl From<RowProblem> for RowProblemTold {
    fn from(RowProblem { field, reason, code, .. }: RowProblem) -> Self {
        Self { field, reason, code }
    }
}

impl ContactsTaken {
    fn add_tally(&mut self, tally: Tally) {
        let Tally { loaded, updated, duplicates, zone_unknown } = tally;
        (self.loaded, self.updated, self.duplicates, self.zone_unknown) = (loaded, updated, duplicates, zone_unknown);
    }

    fn refuse(&mut self, row: usize, problems: Vec<RowProblem>) {
        self.refused += 1;
        let problems = problems.into_iter().map(RowProblemTold::from).collect();
        self.rows.push(RowTaken { row, result: NotLoaded::Refused, problems });
    }

    fn add(&mut self, row: usize, result: RowResult) {
        let result = match result {
            RowResult::Loaded => return,
            RowResult::Updated => NotLoaded::Updated,
            RowResult::Duplicate => NotLoaded::Duplicate,
        };
        self.rows.push(RowTaken { row, result, problems: Vec::new() });
    }
}

/// Load contacts; the good ones are loaded, of each of the others it is said why not.
pub(super) async fn load(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
    LongBody(body): LongBody<NewContacts>,
) -> Result<Json<ContactsTaken>, Problem> {
    let campaign = app.campaign(&caller, &path.name).await?;
    if campaign.state == CampaignState::Ended {
        return Err(ManageError::CampaignEnded(path.name).into());
    }
    let digest = body.digest()?;
    let taken = app.load(&campaign, digest, body).await;
    // Also what was stored before something failed can be called.
    app.teams.noticed();
    Ok(Json(taken?))
}

impl App {
    async fn load(&self, campaign: &Campaign, digest: String, body: NewContacts) -> Result<ContactsTaken, ManageError> {
        let list = self.db.list_named(campaign.id, &body.list).await?;
        let mut loading = Loading::new(&self.db, campaign, &list, &self.rules, self.clock.now());
        loading.policy = body.on_duplicate;
        loading.digest = digest;
        let mut taken = ContactsTaken::default();
        let (mut good, mut results) = (Vec::new(), Vec::new());
        for (row, (line, contact)) in (1..).zip(body.contacts).enumerate() {
            // Reading does not wait for anything: without this, others would have to.
            consume_budget().await;
            match read_fields(line, contact.into_fields(), campaign.rules.country) {
                Ok(contact) => {
                    good.push(row);
                    results.extend(loading.take(&contact).await?);
                }
                Err(problems) => taken.refuse(row, problems),
            }
        }
        results.extend(loading.store().await?);
        good.into_iter().zip(results).for_each(|(row, result)| taken.add(row, result));
        taken.rows.sort_by_key(|taken| taken.row);
        taken.add_tally(loading.tally);
        Ok(taken)
    }
}

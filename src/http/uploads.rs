//! Lists that people load in the browser: a file is sent, checked, looked at, loaded. The file is kept for as long as that
//! takes, where nobody else can read it, and is gone with the program; what a killed one left, with the next.

mod body;
mod left_over;
mod reading;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json,
    body::Body as Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{io::AsyncReadExt, task::AbortHandle};

pub use self::left_over::forget_old_uploads;

pub(super) use self::body::UploadBody;
use self::{
    body::Stored,
    reading::{How, Step},
};
use super::{
    App,
    auth::{Caller, new_token},
    campaigns::CampaignPath,
    extract::{Body, Created, Path, Query},
    openapi::{Answer, Operation},
    problem::{Code, Problem},
};
use crate::{
    domain::{
        campaign::{Campaign, CampaignState},
        ids::CampaignId,
    },
    loading::{Tally, check::Found},
    runtime::clock::Clock,
    store::{ManageError, OnDuplicate},
};

/// How long a file is kept that nobody looks at.
const KEPT: Duration = Duration::from_hours(1);
/// How many files are kept at once; the one that was looked at longest ago gives way.
const FILES_MAX: usize = 16;

/// The files that were sent, by their ids.
#[derive(Default)]
pub(super) struct Uploads(Mutex<BTreeMap<String, Arc<Upload>>>);

/// A file that was sent.
struct Upload {
    campaign_id: CampaignId,
    stored: Stored,
    inner: Mutex<Inner>,
}

struct Inner {
    told: UploadTold,
    looked_at: Instant,
    job: Option<AbortHandle>,
}

/// A file that was sent, and how far it is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct UploadTold {
    /// Its id.
    upload_id: String,
    /// The name of the file.
    file: String,
    /// The list it would be loaded into, if no other is said.
    list: String,
    /// Where it is.
    phase: Phase,
    /// Its size.
    bytes_total: u64,
    /// How much of it was read in this phase.
    bytes_read: u64,
    /// Its columns, as they are understood.
    columns: Vec<ColumnTold>,
    /// Rows whose cells are all blank; they are skipped.
    blank_rows: u64,
    /// What would come of it.
    found: Found,
    /// What came of it, once it is being loaded.
    loaded: Option<LoadedTold>,
    /// Why it cannot be read or loaded.
    failure: Option<String>,
    /// The stable name of that.
    failure_code: Option<&'static str>,
}

/// Where an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Phase {
    /// It is being read; nothing is stored.
    Checking,
    /// It can be loaded.
    Checked,
    /// It is being loaded.
    Loading,
    /// It is loaded.
    Loaded,
    /// It cannot be read or loaded.
    Failed,
}

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct ColumnTold {
    /// Its header.
    header: String,
    /// What it is: `account_number`, `first_name`, `last_name`, `phone`, `time_zone`, `dial_time`, `variable`, `ignore`.
    role: &'static str,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
struct LoadedTold {
    /// New contacts.
    loaded: u64,
    /// Contacts that were there and took the new values.
    updated: u64,
    /// Contacts that were there and stayed as they are.
    duplicates: u64,
    /// Rows that were refused.
    refused: u64,
    /// New contacts that are not called until someone states a zone.
    zone_unknown: u64,
}

impl LoadedTold {
    fn of(tally: &Tally, refused: u64) -> Self {
        let Tally { loaded, updated, duplicates, zone_unknown } = *tally;
        Self { loaded, updated, duplicates, refused, zone_unknown }
    }
}

impl Upload {
    /// Looks at it, and changes what is told of it.
    fn change<R>(&self, change: impl FnOnce(&mut Inner) -> R) -> R {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How long nobody has looked at it. What is being loaded is looked after.
    fn idle(&self) -> Duration {
        self.change(|inner| match inner.told.phase {
            Phase::Loading => Duration::ZERO,
            Phase::Checking | Phase::Checked | Phase::Loaded | Phase::Failed => inner.looked_at.elapsed(),
        })
    }

    /// Ends what is done with it.
    fn stop(&self) {
        self.change(|inner| {
            if let Some(job) = inner.job.take() {
                job.abort();
            }
        });
    }

    fn told(&self) -> UploadTold {
        self.change(|inner| {
            inner.looked_at = Clock::stopwatch();
            inner.told.clone()
        })
    }

    /// Where its refused rows are.
    fn rejects(&self) -> PathBuf {
        self.stored.path.with_extension("rejects.csv")
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        std::fs::remove_file(self.rejects()).ok();
    }
}

impl Uploads {
    fn all(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Upload>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, upload: Arc<Upload>) {
        let mut all = self.all();
        let mut idle: Vec<_> = all.iter().map(|(id, upload)| (upload.idle(), id.clone())).collect();
        idle.sort_unstable();
        let too_many = all.len().saturating_sub(FILES_MAX - 1);
        let over = idle.iter().filter(|(idle, _)| *idle >= KEPT).count();
        for (_, id) in idle.iter().rev().take(too_many.max(over)) {
            if let Some(upload) = all.remove(id) {
                upload.stop();
            }
        }
        let id = upload.change(|inner| inner.told.upload_id.clone());
        all.insert(id, upload);
    }
}

/// The name of the file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FileQuery {
    /// Its name, with its ending: `march.csv`, `march.xlsx`.
    file: String,
}

/// Which file of which campaign.
#[derive(Deserialize, JsonSchema)]
pub(super) struct UploadPath {
    /// The campaign's name.
    name: String,
    /// The upload.
    upload_id: String,
}

/// Send a list. It is checked at once; nothing is stored before it is told to be loaded.
pub(super) async fn send(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<CampaignPath>,
    Query(query): Query<FileQuery>,
    UploadBody(stored): UploadBody,
) -> Result<Created<UploadTold>, Problem> {
    let campaign = app.loadable(&caller, &path.name).await?;
    let file: String = query.file.chars().filter(|c| !c.is_control()).take(200).collect();
    let list = crate::loading::list_name(&file);
    let told = UploadTold {
        upload_id: new_token()[..32].to_owned(),
        file,
        list,
        phase: Phase::Checking,
        bytes_total: stored.bytes,
        bytes_read: 0,
        columns: Vec::new(),
        blank_rows: 0,
        found: Found::default(),
        loaded: None,
        failure: None,
        failure_code: None,
    };
    let inner = Mutex::new(Inner { told, looked_at: Clock::stopwatch(), job: None });
    let upload = Arc::new(Upload { campaign_id: campaign.id, stored, inner });
    app.uploads.add(upload.clone());
    app.begin(&upload, campaign, How::default(), Step::Check);
    Ok(Created(upload.told()))
}

/// How far it is.
pub(super) async fn one(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<UploadPath>,
) -> Result<Json<UploadTold>, Problem> {
    Ok(Json(app.upload(&caller, &path).await?.1.told()))
}

/// How the file is to be read, where that is not found out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HowWish {
    /// What columns are.
    columns: Vec<ColumnWish>,
    /// What happens to a row that has good numbers and a bad one: `refuse` (as usual) or `drop` the number.
    bad_number: Option<String>,
    /// What happens to a contact that is there already; `skip` if left out.
    on_duplicate: OnDuplicate,
    /// The list it is loaded into; the file's name without its ending if left out.
    list: Option<String>,
}

/// What a column is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ColumnWish {
    /// Its header.
    header: String,
    /// What it is.
    role: String,
}

impl HowWish {
    fn read(self) -> Result<How, Problem> {
        let mut how = How { on_duplicate: self.on_duplicate, list: self.list, ..How::default() };
        for (at, ColumnWish { header, role }) in self.columns.iter().enumerate() {
            let choice = format!("{role}={header}").parse();
            how.columns.push(choice.map_err(|error| Problem::field(format!("columns[{at}].role"), error))?);
        }
        if let Some(text) = &self.bad_number {
            how.bad_number = text.parse().map_err(|error| Problem::field("bad_number", error))?;
        }
        Ok(how)
    }
}

/// Check it again, read in another way.
pub(super) async fn check(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<UploadPath>,
    Body(wish): Body<HowWish>,
) -> Result<Json<UploadTold>, Problem> {
    begin(caller, app, path, wish, Step::Check).await
}

/// Load it. What was refused is kept, to be mended.
pub(super) async fn load(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<UploadPath>,
    Body(wish): Body<HowWish>,
) -> Result<Json<UploadTold>, Problem> {
    begin(caller, app, path, wish, Step::Load).await
}

async fn begin(
    caller: Caller,
    app: App,
    path: UploadPath,
    wish: HowWish,
    step: Step,
) -> Result<Json<UploadTold>, Problem> {
    let (campaign, upload) = app.upload(&caller, &path).await?;
    let how = wish.read()?;
    if upload.change(|inner| matches!(inner.told.phase, Phase::Loading | Phase::Loaded)) {
        return Err(Problem::new(Code::UploadBusy, "this file is loaded already, or just now; send it again"));
    }
    app.begin(&upload, campaign, how, step);
    Ok(Json(upload.told()))
}

/// Forget it. A load that goes on ends; what it has stored stays.
pub(super) async fn forget(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<UploadPath>,
) -> Result<StatusCode, Problem> {
    app.upload(&caller, &path).await?;
    let gone = app.uploads.all().remove(&path.upload_id);
    if let Some(upload) = gone {
        upload.stop();
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The refused rows, as a file to be mended and sent again.
pub(super) async fn rejects(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<UploadPath>,
) -> Result<CsvFile, Problem> {
    let (_, upload) = app.upload(&caller, &path).await?;
    let none = || Problem::new(Code::UnknownUpload, "no row of it was refused");
    let file = tokio::fs::File::open(upload.rejects()).await.map_err(|_| none())?;
    // The list's name begins the rejects file's, so that it is loaded into the same list again.
    let name = crate::loading::rejects_name(&upload.told().file);
    Ok(CsvFile { file, name, _upload: upload })
}

/// A file on its way out. What it is made of is kept until then.
pub(super) struct CsvFile {
    file: tokio::fs::File,
    name: String,
    _upload: Arc<Upload>,
}

impl IntoResponse for CsvFile {
    fn into_response(self) -> Response {
        let plain: String = self.name.chars().map(|c| if c.is_ascii_graphic() && c != '"' { c } else { '_' }).collect();
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"")),
        ];
        let pieces = stream::unfold(self, |mut this| async {
            let mut piece = vec![0; 64 * 1024];
            match this.file.read(&mut piece).await {
                Ok(0) => None,
                Ok(length) => {
                    piece.truncate(length);
                    Some((Ok(piece), this))
                }
                Err(error) => Some((Err(error), this)),
            }
        });
        (headers, Bytes::from_stream(pieces)).into_response()
    }
}

impl Answer for CsvFile {
    fn describe(operation: &mut Operation<'_>) {
        let content = serde_json::json!({ "text/csv": { "schema": { "type": "string" } } });
        let answer = serde_json::json!({ "description": "Done", "content": content });
        operation.responses.insert("200".to_owned(), answer);
    }
}

impl App {
    /// The campaign, if contacts can be loaded into it.
    async fn loadable(&self, caller: &Caller, name: &str) -> Result<Campaign, Problem> {
        let campaign = self.campaign(caller, name).await?;
        if campaign.state == CampaignState::Ended {
            return Err(ManageError::CampaignEnded(name.to_owned()).into());
        }
        Ok(campaign)
    }

    async fn upload(&self, caller: &Caller, path: &UploadPath) -> Result<(Campaign, Arc<Upload>), Problem> {
        let campaign = self.campaign(caller, &path.name).await?;
        let found = self.uploads.all().get(&path.upload_id).cloned();
        let ours = found.filter(|upload| upload.campaign_id == campaign.id);
        let unknown = || Problem::new(Code::UnknownUpload, "there is no such file any more; send it again");
        Ok((campaign, ours.ok_or_else(unknown)?))
    }
}

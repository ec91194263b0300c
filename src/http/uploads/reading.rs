//! Reading a file that was sent, in the background: once to see what is in it, once to load it.

use std::{
    fs::{File, OpenOptions},
    io::BufWriter,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
};

use super::{ColumnTold, LoadedTold, Phase, Upload};
use crate::{
    domain::{campaign::Campaign, ids::ListId},
    http::App,
    intake::{BadNumber, ColumnChoice, ListProblem, ListReader, ListRow, ReadOptions, RejectsWriter},
    loading::{Loading, check::Check},
    store::{ContactList, ManageError, OnDuplicate},
};

/// How often it is told how far it is, in rows.
const TELL_EVERY: u64 = 500;

/// How a file is read and loaded.
#[derive(Debug, Default)]
pub(super) struct How {
    pub columns: Vec<ColumnChoice>,
    pub bad_number: BadNumber,
    pub on_duplicate: OnDuplicate,
    pub list: Option<String>,
}

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Check,
    Load,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    List(#[from] ListProblem),
    #[error(transparent)]
    Manage(#[from] ManageError),
    #[error("the file could not be kept: {0}")]
    Io(#[from] std::io::Error),
}

impl Failure {
    /// The stable name of the reason.
    fn code(&self) -> &'static str {
        match self {
            Self::List(problem) => problem.code(),
            Self::Manage(problem) => problem.code().unwrap_or("store_unavailable"),
            Self::Io(_) => "list_not_read",
        }
    }
}

impl From<crate::ports::StoreError> for Failure {
    fn from(error: crate::ports::StoreError) -> Self {
        Self::Manage(error.into())
    }
}

/// The refused rows, in a file that is made when there are any.
struct Rejects<'a> {
    path: &'a Path,
    writer: Option<RejectsWriter<BufWriter<File>>>,
    rows: u64,
}

impl<'a> Rejects<'a> {
    fn new(path: &'a Path) -> Self {
        // Those of another reading are none of this.
        std::fs::remove_file(path).ok();
        Self { path, writer: None, rows: 0 }
    }

    fn take(&mut self, row: &ListRow, list: &ListReader) -> Result<(), Failure> {
        if row.contact.is_ok() {
            return Ok(());
        }
        self.rows += 1;
        let writer = if let Some(writer) = &mut self.writer {
            writer
        } else {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.path)?;
            self.writer.insert(RejectsWriter::new(BufWriter::new(file), list)?)
        };
        Ok(writer.write(row)?)
    }

    fn finish(self) -> Result<u64, Failure> {
        if let Some(writer) = self.writer {
            writer.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        }
        Ok(self.rows)
    }
}

impl App {
    /// Begins to check or load a file, instead of what is done with it now.
    pub(super) fn begin(&self, upload: &Arc<Upload>, campaign: Campaign, how: How, step: Step) {
        let (app, this) = (self.clone(), upload.clone());
        upload.stop();
        upload.change(|inner| {
            let told = &mut inner.told;
            (told.bytes_read, told.failure, told.failure_code, told.loaded) = (0, None, None, None);
            told.phase = match step {
                Step::Check => Phase::Checking,
                Step::Load => Phase::Loading,
            };
            let job = tokio::spawn(async move {
                let done = match step {
                    Step::Check => app.check_file(&this, &campaign, how).await,
                    Step::Load => app.load_file(&this, &campaign, how).await,
                };
                if let Err(failure) = done {
                    this.change(|inner| {
                        inner.told.phase = Phase::Failed;
                        inner.told.failure_code = Some(failure.code());
                        inner.told.failure = Some(failure.to_string());
                    });
                }
            });
            inner.job = Some(job.abort_handle());
        });
    }

    async fn opened(&self, upload: &Upload, campaign: &Campaign, how: &How) -> Result<ListReader, Failure> {
        let mut options = ReadOptions::new(campaign.rules.country);
        options.columns.clone_from(&how.columns);
        options.bad_number = how.bad_number;
        let path = upload.stored.path.clone();
        let list = tokio::task::spawn_blocking(move || ListReader::open(&path, &options)).await;
        let list = list.map_err(std::io::Error::other)??;
        let told =
            |column: &crate::intake::Column| ColumnTold { header: column.header.clone(), role: column.role.name() };
        upload.change(|inner| inner.told.columns = list.columns().iter().map(told).collect());
        Ok(list)
    }

    async fn check_file(&self, upload: &Upload, campaign: &Campaign, how: How) -> Result<(), Failure> {
        let mut list = self.opened(upload, campaign, &how).await?;
        let path = upload.rejects();
        let mut rejects = Rejects::new(&path);
        let nowhere = ContactList { id: ListId(0), campaign_id: campaign.id, name: how.list.unwrap_or_default() };
        let mut loading = Loading::new(&self.db, campaign, &nowhere, &self.rules, self.clock.now());
        loading.policy = how.on_duplicate;
        let check = Check::new(&self.db, &loading);
        let found = check
            .take_list(&mut list, |row, list, found| {
                rejects.take(row, list)?;
                if (found.good + found.refused).is_multiple_of(TELL_EVERY) {
                    upload.change(|inner| {
                        inner.told.bytes_read = list.bytes_read();
                        (inner.told.found.good, inner.told.found.refused) = (found.good, found.refused);
                    });
                }
                Ok::<_, Failure>(())
            })
            .await?;
        rejects.finish()?;
        upload.change(|inner| {
            let told = &mut inner.told;
            (told.phase, told.bytes_read, told.blank_rows) = (Phase::Checked, told.bytes_total, list.blank_rows());
            told.found = found;
        });
        Ok(())
    }

    async fn load_file(&self, upload: &Upload, campaign: &Campaign, how: How) -> Result<(), Failure> {
        let mut list = self.opened(upload, campaign, &how).await?;
        let path = upload.rejects();
        let mut rejects = Rejects::new(&path);
        let name = how.list.unwrap_or_else(|| upload.change(|inner| inner.told.list.clone()));
        let contact_list = self.db.list_named(campaign.id, &name).await?;
        let mut loading = Loading::new(&self.db, campaign, &contact_list, &self.rules, self.clock.now());
        loading.policy = how.on_duplicate;
        list.digest().clone_into(&mut loading.digest);
        let mut rows = 0_u64;
        loading
            .take_list(&mut list, |row, list, tally| {
                rejects.take(row, list)?;
                rows += 1;
                if rows.is_multiple_of(TELL_EVERY) {
                    upload.change(|inner| {
                        inner.told.bytes_read = list.bytes_read();
                        inner.told.loaded = Some(LoadedTold::of(tally, rejects.rows));
                    });
                }
                Ok::<_, Failure>(())
            })
            .await?;
        let refused = rejects.finish()?;
        self.teams.noticed();
        upload.change(|inner| {
            let told = &mut inner.told;
            (told.phase, told.bytes_read, told.list) = (Phase::Loaded, told.bytes_total, contact_list.name.clone());
            told.loaded = Some(LoadedTold::of(&loading.tally, refused));
        });
        Ok(())
    }
}

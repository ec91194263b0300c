//! A file that somebody sends: it goes to the disk piece by piece, never as a whole into the memory.

use std::{io, path::PathBuf, time::Duration};

use axum::extract::{FromRequest, Request};
use futures_util::StreamExt;
use serde_json::json;
use tokio::{fs::OpenOptions, io::AsyncWriteExt};

use super::super::{
    App,
    auth::new_token,
    limits::Limits,
    openapi::{Operation, Part},
    problem::{Code, Problem},
};

/// The longest that sending a file may take.
const PATIENCE: Duration = Duration::from_mins(15);

/// What the names of files that were sent begin with.
pub(super) const PREFIX: &str = "rappel-";

/// A file on the disk, for as long as this is there.
pub(in crate::http) struct Stored {
    pub path: PathBuf,
    pub bytes: u64,
}

impl Drop for Stored {
    fn drop(&mut self) {
        std::fs::remove_file(&self.path).ok();
    }
}

/// A body that is a file.
pub(in crate::http) struct UploadBody(pub Stored);

impl FromRequest<App> for UploadBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let max = app.limits.upload_bytes_max;
        let path = std::env::temp_dir().join(format!("{PREFIX}{}", &new_token()[..32]));
        let failed = |error: io::Error| {
            tracing::error!(%error, "a file that was sent could not be kept");
            Problem::new(Code::StoreUnavailable, "the file could not be kept; try again")
        };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).await.map_err(failed)?;
        let mut stored = Stored { path, bytes: 0 };
        let mut pieces = request.into_body().into_data_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| Problem::new(Code::BadJson, "the file could not be read to its end"))?;
            stored.bytes += piece.len() as u64;
            if stored.bytes > max {
                let megabytes = max / 1_000_000;
                return Err(Problem::new(
                    Code::TooLarge,
                    format!("a file has {megabytes} MB at most; send it in parts"),
                ));
            }
            file.write_all(&piece).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        Ok(Self(stored))
    }
}

impl Part for UploadBody {
    fn describe(operation: &mut Operation<'_>) {
        let schema = json!({ "type": "string", "format": "binary" });
        operation.body =
            Some(json!({ "required": true, "content": { "application/octet-stream": { "schema": schema } } }));
    }

    fn patience(limits: &Limits) -> Duration {
        limits.time_out.max(PATIENCE)
    }
}

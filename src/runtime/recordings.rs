//! Stored recordings, whichever switch has them.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::ports::{RecordingFile, RecordingHost, SwitchError};

type Found = BoxFuture<'static, Result<Option<RecordingFile>, SwitchError>>;

/// Where recordings are fetched from.
#[derive(Clone)]
pub struct Recordings(Arc<dyn Fn(String, String) -> Found + Send + Sync>);

impl Recordings {
    /// Those of this switch.
    pub fn of<H: RecordingHost>(host: H) -> Self {
        Self(Arc::new(move |server, path| {
            let host = host.clone();
            Box::pin(async move { host.recording(&server, &path).await })
        }))
    }

    /// The recording of this path at this server; none if it is not there.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn open(&self, server: &str, path: &str) -> Result<Option<RecordingFile>, SwitchError> {
        (self.0)(server.to_owned(), path.to_owned()).await
    }
}

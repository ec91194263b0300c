//! Stored recordings, fetched over Asterisk's own HTTP server: the event socket carries no sound.

use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE64;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use http_body_util::{BodyDataStream, Empty};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_LENGTH, HOST},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::AbortHandle,
};
use tokio_rustls::TlsConnector;

use super::{address::Address, socket::Broken};
use crate::ports::RecordingFile;

/// How long Asterisk may take to begin to answer, and between two pieces.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest recording that is fetched: a day and a half of a call.
const BYTES_MAX: u64 = 2 << 30;

/// The recording of this path; none if it is not there.
pub(super) async fn recording(address: &Address, path: &str) -> Result<Option<RecordingFile>, Broken> {
    let asked = tokio::time::timeout(PATIENCE, ask(address, path)).await;
    let (response, connection) = asked.map_err(|_| Broken("the switch does not answer".to_owned()))??;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND => return Ok(None),
        status => return Err(Broken(format!("the switch answers with status {status}"))),
    }
    let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > BYTES_MAX) {
        return Err(Broken(format!("the recording has more than {BYTES_MAX} bytes")));
    }
    Ok(Some(RecordingFile { length, pieces: pieces(response, connection).boxed() }))
}

/// The pieces of an answer, as far as they come in time and are not too many.
fn pieces(
    response: Response<Incoming>,
    connection: Connection,
) -> impl futures_util::Stream<Item = Result<Bytes, crate::ports::SwitchError>> + Send {
    let body = BodyDataStream::new(response.into_body()).map_err(|error| Broken(error.to_string()));
    let bounded = stream::unfold((body, connection, 0_u64), async |(mut body, connection, before)| {
        let next = tokio::time::timeout(PATIENCE, body.try_next()).await;
        let next = next.unwrap_or_else(|_| Err(Broken("the switch sends nothing more".to_owned())));
        let piece = next.transpose()?;
        let so_far = before + piece.as_ref().map_or(0, |piece| piece.len() as u64);
        let piece = if so_far > BYTES_MAX { Err(Broken("the recording has no end".to_owned())) } else { piece };
        Some((piece, (body, connection, so_far)))
    });
    let mut has_failed = false;
    let until_it_fails =
        bounded.take_while(move |piece| future::ready(!std::mem::replace(&mut has_failed, piece.is_err())));
    until_it_fails.map_err(|Broken(problem)| crate::ports::SwitchError(problem))
}

/// What carries an answer; it ends with whoever reads it.
struct Connection(AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn ask(address: &Address, path: &str) -> Result<(Response<Incoming>, Connection), Broken> {
    let broken = |error: &dyn std::error::Error| Broken(error.to_string());
    let (host, port) = address.host_and_port()?;
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(|error| broken(&error))?;
    match address.tls.clone() {
        Some(tls) => {
            let name = ServerName::try_from(host.clone()).map_err(|error| broken(&error))?;
            let stream = TlsConnector::from(tls).connect(name, stream).await.map_err(|error| broken(&error))?;
            get(stream, address, &host, path).await
        }
        None => get(stream, address, &host, path).await,
    }
}

async fn get<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    stream: S,
    address: &Address,
    host: &str,
    path: &str,
) -> Result<(Response<Incoming>, Connection), Broken> {
    let broken = |error: hyper::Error| Broken(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let connection = Connection(tokio::spawn(connection).abort_handle());
    let credentials = BASE64.encode(format!("{}:{}", address.user, address.password).as_bytes());
    let request = Request::get(format!("/ari/recordings/stored/{}/file", stored_name(path)))
        .header(HOST, host)
        .header(AUTHORIZATION, format!("Basic {credentials}"))
        .body(Empty::<Bytes>::new())
        .map_err(|error| Broken(error.to_string()))?;
    Ok((sender.send_request(request).await.map_err(broken)?, connection))
}

/// How a recording is called in a URL: its path without the ending, and without a slash.
pub(super) fn stored_name(path: &str) -> String {
    recording_name(path).replace('/', "%2F")
}

/// How a recording is called: its path without the ending, which Asterisk adds.
pub(super) fn recording_name(path: &str) -> &str {
    path.strip_suffix(".wav").unwrap_or(path)
}

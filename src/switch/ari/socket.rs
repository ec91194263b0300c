//! The connection to one Asterisk: events come, and requests go, over the same websocket (REST over websocket, from Asterisk
//! 22.4 on), so that they have one order.
//!
//! A switch that is frozen, or whose cable is cut, closes nothing. One that says nothing for a while is asked for a sign of life,
//! and the connection to one that gives none is broken.

use std::{future::IntoFuture, time::Duration};

use bytes::Bytes;
use data_encoding::BASE64;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    time::{Interval, MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderValue, header::AUTHORIZATION},
        protocol::WebSocketConfig,
    },
};

use super::{
    address::Address,
    conductor::Request,
    events::{self, AriEvent},
};

/// The largest frame we take: the list of all channels of a busy switch.
const FRAME_BYTES_MAX: usize = 64 << 20;

/// How long connecting may take, and sending, and how long the switch may say nothing.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often silence is noticed.
const BEAT: Duration = Duration::from_secs(2);

/// A connection could not be made, or is broken.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// An open connection.
pub(super) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    beats: Interval,
    /// Beats since the switch said something.
    silent: u32,
}

impl Socket {
    /// Connects, and is told events of `application` from then on.
    ///
    /// # Errors
    /// Why not, without the password.
    pub async fn connect(address: &Address, application: &str) -> Result<Self, Broken> {
        let base = address.url.trim_end_matches('/').replacen("http", "ws", 1);
        let url = format!("{base}/ari/events?app={application}&subscribeAll=false");
        let mut request = url.into_client_request().map_err(|error| Broken(error.to_string()))?;
        let credentials = BASE64.encode(format!("{}:{}", address.user, address.password).as_bytes());
        let header = HeaderValue::from_str(&format!("Basic {credentials}"))
            .map_err(|_| Broken("the user or the password holds a character that cannot be sent".to_owned()))?;
        request.headers_mut().insert(AUTHORIZATION, header);
        let limits =
            WebSocketConfig::default().max_message_size(Some(FRAME_BYTES_MAX)).max_frame_size(Some(FRAME_BYTES_MAX));
        let connector = Some(address.tls.clone().map_or(Connector::Plain, Connector::Rustls));
        let connect = tokio_tungstenite::connect_async_tls_with_config(request, Some(limits), true, connector);
        let (stream, _) = in_time(Box::pin(connect)).await?.map_err(|error| Broken(why_not(&error)))?;
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { stream, beats, silent: 0 })
    }

    /// Sends a request; its answer comes as an event.
    pub async fn send(&mut self, request: &Request) -> Result<(), Broken> {
        let mut frame = json!({
            "type": "RESTRequest",
            "request_id": request.id.to_string(),
            "method": request.method,
            "uri": request.uri,
        });
        if let Some(body) = &request.body {
            frame["content_type"] = json!("application/json");
            frame["message_body"] = json!(body.to_string());
        }
        self.say(Message::text(frame.to_string())).await
    }

    async fn say(&mut self, message: Message) -> Result<(), Broken> {
        in_time(self.stream.send(message)).await?.map_err(|error| Broken(error.to_string()))
    }

    /// The next frame. It may be given up and asked for again at any moment: nothing is lost.
    async fn frame(&mut self) -> Result<Message, Broken> {
        loop {
            tokio::select! {
                biased;
                frame = self.stream.next() => {
                    self.silent = 0;
                    let frame = frame.ok_or_else(|| Broken("the connection was closed".to_owned()))?;
                    return frame.map_err(|error| Broken(error.to_string()));
                }
                _ = self.beats.tick() => {}
            }
            self.silent += 1;
            if BEAT * self.silent > PATIENCE {
                return Err(no_answer());
            }
            self.say(Message::Ping(Bytes::new())).await?;
        }
    }

    /// The next event. What cannot be read is said and passed over.
    pub async fn next(&mut self) -> Result<AriEvent, Broken> {
        loop {
            match self.frame().await? {
                Message::Text(text) => match events::read(&text) {
                    Ok(event) => return Ok(event),
                    Err(error) => tracing::warn!(%error, "an event of the switch cannot be read"),
                },
                Message::Close(_) => return Err(Broken("the switch closed the connection".to_owned())),
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Asks something and waits for the answer; events that come meanwhile are given to `meanwhile`.
    pub async fn ask(&mut self, uri: &str, meanwhile: &mut Vec<AriEvent>) -> Result<Value, Broken> {
        let (status, body) = self.request("GET", uri, None, meanwhile).await?;
        if status != 200 {
            return Err(Broken(format!("GET {uri} was answered with {status} {body}")));
        }
        serde_json::from_str(&body).map_err(|error| Broken(format!("GET {uri}: {error}")))
    }

    /// Sends a request and waits for the status and the body of its answer.
    pub async fn request(
        &mut self,
        method: &'static str,
        uri: &str,
        body: Option<Value>,
        meanwhile: &mut Vec<AriEvent>,
    ) -> Result<(u16, String), Broken> {
        self.send(&Request { id: 0, method, uri: uri.to_owned(), body }).await?;
        loop {
            match self.next().await? {
                AriEvent::RestResponse { request_id, status_code, message_body } if request_id == "0" => {
                    return Ok((status_code, message_body.unwrap_or_default()));
                }
                event => meanwhile.push(event),
            }
        }
    }
}

/// What is done in time, or never.
async fn in_time<T>(done: impl IntoFuture<Output = T>) -> Result<T, Broken> {
    timeout(PATIENCE, done).await.map_err(|_| no_answer())
}

fn no_answer() -> Broken {
    Broken(format!("it gives no sign of life, for {} seconds", PATIENCE.as_secs()))
}

/// Why a connection could not be made, and what to look at.
fn why_not(error: &Error) -> String {
    match error {
        Error::Http(response) => match response.status().as_u16() {
            401 => "the ARI user or its password is wrong (ari.conf)".to_owned(),
            404 => "there is no ARI there (is http.conf enabled, and res_ari loaded?)".to_owned(),
            status => format!("it answers with status {status}"),
        },
        Error::Io(io) => match io.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(rustls::Error::InvalidCertificate(why)) => format!(
                "its certificate is not to be believed ({why:?}): asterisk.ca_file must name the CA that signed it, and it \
                 must be for this host"
            ),
            Some(tls) => format!("TLS fails ({tls}): is this the port of tlsbindaddr in http.conf?"),
            None => error.to_string(),
        },
        _ => error.to_string(),
    }
}

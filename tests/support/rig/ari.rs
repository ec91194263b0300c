//! What a test needs to steer Asterisk without the product: a few requests, and the events.

use futures_util::StreamExt;
use reqwest::{Client, Method};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{ClientRequestBuilder, Message},
};

use super::{PATIENCE, Rig};

/// A connection to the switch as one application.
pub struct Ari {
    client: Client,
    base: String,
    user: String,
    password: String,
    events: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
}

impl Ari {
    /// Requests only.
    pub fn of(base: &str, user: &str, password: &str) -> Self {
        Self {
            client: Client::new(),
            base: base.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
            events: None,
        }
    }

    /// With the events of an application.
    pub async fn connect(rig: &Rig, app: &str) -> Self {
        let events = format!("{}/events?app={app}&api_key={}:{}", rig.ari_url, rig.user, rig.password);
        let request = ClientRequestBuilder::new(events.replacen("http", "ws", 1).parse().expect("an address"));
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("Asterisk takes the connection");
        Self { events: Some(socket), ..Self::of(&rig.ari_url, &rig.user, &rig.password) }
    }

    /// The status and the body, if Asterisk can be reached.
    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Option<(u16, Value)> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if !body.is_null() {
            request = request.json(body);
        }
        let response = request.basic_auth(&self.user, Some(&self.password)).timeout(PATIENCE).send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, response.json().await.unwrap_or(Value::Null)))
    }

    /// As [`Ari::ask`]; it must succeed.
    pub async fn done(&self, method: Method, path: &str, body: &Value) -> Value {
        let (status, body) = self.ask(method, path, body).await.expect("Asterisk is there");
        assert!((200..300).contains(&status), "{path}: {status} {body}");
        body
    }

    /// The next event that is as wanted.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let events = self.events.as_mut().expect("a connection with events");
        let wait = async {
            while let Some(Ok(message)) = events.next().await {
                if let Message::Text(text) = message {
                    let event: Value = serde_json::from_str(&text).expect("Asterisk speaks JSON");
                    if wanted(&event) {
                        return Some(event);
                    }
                }
            }
            None
        };
        let came = tokio::time::timeout(PATIENCE, wait).await.ok().flatten();
        came.unwrap_or_else(|| panic!("no event came: {what}"))
    }
}

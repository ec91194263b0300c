//! The signalling of a telephone in a browser: SIP over a websocket, with the credentials that Rappel gave. Without sound.

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::{SinkExt, StreamExt};
use md5::{Digest, Md5};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{ClientRequestBuilder, Message},
};

use super::PATIENCE;

/// What a browser without a name in the network calls itself.
const HOST: &str = "browser.invalid";

/// Every request is one that was not made before, whichever browser made that.
static SEQUENCE: AtomicU32 = AtomicU32::new(1);

pub struct Browser {
    /// Which of the account's servers it is at.
    nth: usize,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Browser {
    /// Connects to where an account says the switch is.
    pub async fn connect(account: &Value) -> Self {
        Self::connect_to(account, 0).await
    }

    /// Connects to this one of its servers.
    pub async fn connect_to(account: &Value, nth: usize) -> Self {
        let url = account["servers"][nth]["websocket_url"].as_str().expect("an address").parse().expect("an address");
        let request = ClientRequestBuilder::new(url).with_sub_protocol("sip");
        let (socket, _) = tokio_tungstenite::connect_async(request).await.expect("Asterisk takes the connection");
        Self { nth, socket }
    }

    /// Registers, and gives the status in the end.
    pub async fn register(&mut self, account: &Value) -> u16 {
        let uri = account["servers"][self.nth]["sip_uri"].as_str().expect("an address");
        let server = format!("sip:{}", uri.rsplit_once('@').expect("an address").1);
        let challenge = self.send_register(account, &server, "").await;
        if status(&challenge) != 401 {
            return status(&challenge);
        }
        let asked = header(&challenge, "WWW-Authenticate").expect("a challenge");
        let part = |name: &str| {
            let at = asked.find(&format!("{name}=")).expect("a part of the challenge") + name.len() + 1;
            asked[at..].trim_start_matches('"').split(['"', ',']).next().expect("a value").to_owned()
        };
        assert_eq!(part("algorithm"), "MD5", "what telephones in browsers know");
        let (user, password) = (account["user"].as_str().unwrap(), account["password"].as_str().unwrap());
        let (realm, nonce, opaque) = (part("realm"), part("nonce"), part("opaque"));
        let who = digest(&format!("{user}:{realm}:{password}"));
        let what = digest(&format!("REGISTER:{server}"));
        let response = digest(&format!("{who}:{nonce}:00000001:abcdef:auth:{what}"));
        let answer = format!(
            "Authorization: Digest username=\"{user}\",realm=\"{realm}\",nonce=\"{nonce}\",uri=\"{server}\",\
             response=\"{response}\",algorithm=MD5,qop=auth,nc=00000001,cnonce=\"abcdef\",opaque=\"{opaque}\"\r\n"
        );
        status(&self.send_register(account, &server, &answer).await)
    }

    async fn send_register(&mut self, account: &Value, server: &str, more: &str) -> String {
        let n = SEQUENCE.fetch_add(1, Ordering::Relaxed);
        let uri = account["servers"][self.nth]["sip_uri"].as_str().unwrap();
        let user = account["user"].as_str().unwrap();
        let text = format!(
            "REGISTER {server} SIP/2.0\r\nVia: SIP/2.0/WS {HOST};branch=z9hG4bK{n}\r\nMax-Forwards: 70\r\n\
             From: <{uri}>;tag=browser\r\nTo: <{uri}>\r\nCall-ID: registration-of-{user}\r\nCSeq: {n} REGISTER\r\n\
             Contact: <sip:{user}@{HOST};transport=ws>;expires=60\r\n{more}Content-Length: 0\r\n\r\n"
        );
        self.socket.send(Message::text(text)).await.expect("the connection is there");
        self.until("an answer", |text| text.starts_with("SIP/2.0") && text.contains(&format!("CSeq: {n} REGISTER")))
            .await
    }

    /// The next INVITE.
    pub async fn invited(&mut self) -> String {
        self.until("a call", |text| text.starts_with("INVITE ")).await
    }

    /// Answers a request with a status.
    pub async fn answer(&mut self, request: &str, says: &str) {
        let copied = ["Via", "From", "Call-ID", "CSeq"];
        let copied: String = copied
            .iter()
            .filter_map(|name| header(request, name).map(|value| format!("{name}: {value}\r\n")))
            .collect();
        let to = header(request, "To").expect("a header");
        let text = format!("SIP/2.0 {says}\r\n{copied}To: {to};tag=browser\r\nContent-Length: 0\r\n\r\n");
        self.socket.send(Message::text(text)).await.expect("the connection is there");
    }

    async fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let wait = async {
            while let Some(Ok(message)) = self.socket.next().await {
                if let Message::Text(text) = message
                    && wanted(&text)
                {
                    return Some(text.to_string());
                }
            }
            None
        };
        let came = tokio::time::timeout(PATIENCE, wait).await.ok().flatten();
        came.unwrap_or_else(|| panic!("no message came: {what}"))
    }
}

fn status(response: &str) -> u16 {
    response.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

fn header(message: &str, name: &str) -> Option<String> {
    let value = |line: &str| line.split_once(": ").filter(|(its, _)| *its == name).map(|(_, value)| value.to_owned());
    message.lines().find_map(value)
}

fn digest(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

//! What Asterisk says over the event socket, as far as we listen. What we do not know is passed over, what cannot be read
//! is said and passed over too: no frame stops us.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::inspect::Endpoint;

/// A frame from Asterisk.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type")]
pub enum AriEvent {
    /// A channel is in our application now.
    StasisStart {
        /// Which.
        channel: ChannelInfo,
        /// What the dialplan gave with it.
        #[serde(default)]
        args: Vec<String>,
    },
    /// A channel is out of our application.
    StasisEnd {
        /// Which.
        channel: ChannelInfo,
    },
    /// A channel is gone.
    ChannelDestroyed {
        /// Which.
        channel: ChannelInfo,
        /// Why, as ITU-T Q.850 counts; 0 where nobody said.
        #[serde(default)]
        cause: u16,
        /// The SIP status, where there was one.
        #[serde(default)]
        tech_cause: Option<u16>,
    },
    /// A channel rings or is up.
    ChannelStateChange {
        /// Which.
        channel: ChannelInfo,
    },
    /// How dialling goes.
    Dial {
        /// Who is dialled.
        peer: ChannelInfo,
        /// Empty at first, then `RINGING`, `PROGRESS`, `ANSWER` and so on.
        #[serde(default)]
        dialstatus: String,
    },
    /// The tone that a channel was to listen for was heard.
    ChannelToneDetected {
        /// Where.
        channel: ChannelInfo,
    },
    /// A recording began.
    RecordingStarted {
        /// Which.
        recording: RecordingInfo,
    },
    /// A recording cannot be made.
    RecordingFailed {
        /// Which.
        recording: RecordingInfo,
    },
    /// A telephone registers, goes, or answers when it is asked whether it is there.
    ContactStatusChange {
        /// Whose it is.
        endpoint: Endpoint,
        /// What became of it.
        contact_info: ContactInfo,
    },
    /// An endpoint can be reached, or cannot any more.
    EndpointStateChange {
        /// Which, and how it is.
        endpoint: Endpoint,
    },
    /// Another client took our application over: this one hears nothing any more.
    ApplicationReplaced {},
    /// The answer to one of our requests.
    #[serde(rename = "RESTResponse")]
    RestResponse {
        /// The request.
        #[serde(default)]
        request_id: String,
        /// As in HTTP.
        status_code: u16,
        /// What came with it.
        #[serde(default)]
        message_body: Option<String>,
    },
    /// Anything else.
    #[serde(other)]
    Other,
}

/// A channel, as far as we look.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct ChannelInfo {
    /// Its id: ours, or one that Asterisk made up.
    pub id: String,
    /// `PJSIP/1001-00000002`.
    #[serde(default)]
    pub name: String,
    /// `Down`, `Ring`, `Ringing`, `Up` and others.
    #[serde(default)]
    pub state: String,
    /// Who calls.
    #[serde(default)]
    pub caller: CallerInfo,
    /// Where it is in the dialplan.
    #[serde(default)]
    pub dialplan: DialplanInfo,
    /// Variables that `ari.conf` shows.
    #[serde(default)]
    pub channelvars: BTreeMap<String, String>,
}

/// Where a telephone is registered.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct ContactInfo {
    /// Its address.
    #[serde(default)]
    pub uri: String,
    /// `NonQualified` at first, then `Reachable`, `Unreachable`, `Removed`.
    #[serde(default)]
    pub contact_status: String,
}

/// A recording.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct RecordingInfo {
    /// Its name, without an ending.
    pub name: String,
}

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct CallerInfo {
    /// Their number; empty when withheld.
    #[serde(default)]
    pub number: String,
}

/// Where a channel is in the dialplan.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct DialplanInfo {
    /// The arguments of the application it is in: `rappel,inbound,support`.
    #[serde(default)]
    pub app_data: String,
}

/// A bridge.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct BridgeInfo {
    /// Its id.
    pub id: String,
    /// Its name: the application whose it is.
    #[serde(default)]
    pub name: String,
    /// Who is in it.
    #[serde(default)]
    pub channels: Vec<String>,
}

/// Our application.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct ApplicationInfo {
    /// The channels it gets news of.
    #[serde(default)]
    pub channel_ids: Vec<String>,
}

/// Reads a frame.
///
/// # Errors
/// What cannot be read of it.
pub fn read(text: &str) -> Result<AriEvent, serde_json::Error> {
    serde_json::from_str(text)
}

//! A telephone in an agent's browser: an account at the switch that is theirs for a while, and no longer.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::AgentId;

/// The place of the agent's number in [`SoftphonePlan::extension`].
pub const AGENT: &str = "{agent}";

/// How the accounts of telephones in browsers are named, and how long each lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftphonePlan {
    /// The extension, with [`AGENT`] where the agent's number goes.
    pub extension: String,
    /// How long an account lasts that nobody renews or gives back.
    pub lifetime: SignedDuration,
}

impl SoftphonePlan {
    /// The extension of this agent's. It is the user name of the account, too.
    pub fn extension_of(&self, agent_id: AgentId) -> String {
        self.extension.replace(AGENT, &agent_id.to_string())
    }

    /// Could this be the extension of somebody's?
    pub fn may_be(&self, extension: &str) -> bool {
        let Some((before, after)) = self.extension.split_once(AGENT) else { return false };
        let agent = extension.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        agent.is_some_and(|agent| !agent.is_empty() && agent.bytes().all(|b| b.is_ascii_digit()))
    }
}

/// An account of a telephone in a browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Softphone {
    /// The extension, and the user name.
    pub extension: String,
    /// The password. It is never shown.
    pub password: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Softphone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the softphone {} until {}", self.extension, self.expires_at)
    }
}

/// A STUN or TURN server, as browsers take it.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IceServer {
    /// `stun:HOST:PORT`, `turn:HOST:PORT`.
    pub urls: Vec<String>,
    /// Who the browser is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its password. It is never logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.urls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_agent_has_an_extension_of_their_own() {
        let plan = SoftphonePlan { extension: "80{agent}".to_owned(), lifetime: SignedDuration::from_mins(60) };
        let extension = plan.extension_of(AgentId(17));
        assert_eq!(extension, "8017");
        assert!(plan.may_be(&extension));
        for other in ["80", "1001", "80x", "trunk", "800-17"] {
            assert!(!plan.may_be(other), "{other}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let phone =
            Softphone { extension: "8017".to_owned(), password: "hush".to_owned(), expires_at: Timestamp::UNIX_EPOCH };
        assert_eq!(format!("{phone:?}"), "the softphone 8017 until 1970-01-01T00:00:00Z");
    }
}

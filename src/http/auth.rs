//! Who asks: opaque tokens of 256 bits, of which only the SHA-256 is stored, and four roles.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{extract::FromRequestParts, http::request::Parts};
use sha2::{Digest, Sha256};

use super::{
    App,
    openapi::Part,
    problem::{Code, Problem},
};
use crate::{
    domain::ids::{AgentId, TeamId},
    ports::StoreError,
    runtime::{clock::Clock, handle::TeamHandle},
    store::{Role, Token},
};

/// How long a token that was found is believed without asking again: a revocation takes effect within this time, and on
/// open event streams with their next heartbeat.
const BELIEVED: Duration = Duration::from_secs(2);
/// How many tokens are remembered at most.
const REMEMBERED: usize = 10_000;

/// The SHA-256 of a token.
type TokenHash = [u8; 32];

/// A new token: 64 hexadecimal digits.
pub fn new_token() -> String {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).expect("the system has randomness");
    in_hex(&bits)
}

/// What is stored of a token: its SHA-256 in hexadecimal digits.
pub fn hash_of(token: &str) -> String {
    in_hex(&digest(token))
}

fn digest(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub token_id: i64,
    pub role: Role,
    /// The only team they may see; none means all.
    pub team_id: Option<TeamId>,
    /// The agent they are.
    pub agent_id: Option<AgentId>,
    hash: TokenHash,
}

impl Caller {
    /// Refuses what belongs to a team that they may not see.
    pub fn check_team(&self, team_id: TeamId) -> Result<(), Problem> {
        if self.team_id.is_none_or(|own| own == team_id) {
            Ok(())
        } else {
            Err(Problem::new(Code::OtherTeam, "your access token is for another team"))
        }
    }

    /// Refuses what concerns all teams.
    pub fn check_all_teams(&self) -> Result<(), Problem> {
        if self.team_id.is_none() {
            Ok(())
        } else {
            Err(Problem::new(Code::OtherTeam, "this concerns every team, and your access token is for one"))
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().copied();
        caller.ok_or_else(|| Problem::new(Code::Unauthenticated, "send the header Authorization: Bearer TOKEN"))
    }
}

impl Part for Caller {}

/// The agent who asks, and nobody else: no id in the request says for whom a command is.
pub(super) struct Me {
    pub team: TeamHandle,
    pub agent_id: AgentId,
    pub caller: Caller,
}

impl FromRequestParts<App> for Me {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let (Some(agent_id), Some(team_id)) = (caller.agent_id, caller.team_id) else {
            return Err(Problem::new(Code::NotAnAgent, "use the access token of an agent"));
        };
        Ok(Self { team: app.teams.team(team_id), agent_id, caller })
    }
}

impl Part for Me {}

/// Tokens that were found a moment ago.
#[derive(Default)]
pub(super) struct Believed(Mutex<HashMap<TokenHash, (Caller, Instant)>>);

impl Believed {
    fn get(&self, hash: &TokenHash) -> Option<Caller> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).filter(|(_, since)| since.elapsed() < BELIEVED).map(|(caller, _)| *caller)
    }

    fn add(&self, caller: Caller) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, (_, since)| since.elapsed() < BELIEVED);
        }
        if known.len() < REMEMBERED {
            known.insert(caller.hash, (caller, Clock::stopwatch()));
        }
    }

    /// Forgets everybody, so that what somebody's sign-out or disabling revoked counts at once here.
    pub fn forget_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Forgets a token, so that its revocation counts at once here.
    pub fn forget(&self, token_id: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (caller, _)| caller.token_id != token_id);
    }
}

impl App {
    /// Who has this token.
    pub(super) async fn caller(&self, token: &str) -> Result<Caller, Problem> {
        let hash = digest(token);
        if let Some(caller) = self.believed.get(&hash) {
            return Ok(caller);
        }
        let caller = self.find(hash).await?;
        let caller =
            caller.ok_or_else(|| Problem::new(Code::Unauthenticated, "the access token is unknown or revoked"))?;
        self.believed.add(caller);
        Ok(caller)
    }

    /// Is their token still good, by the store?
    pub(super) async fn is_good(&self, caller: &Caller) -> Result<bool, StoreError> {
        Ok(self.find(caller.hash).await?.is_some())
    }

    /// The token by which somebody asks, if it is still good.
    pub(super) async fn token_of(&self, caller: &Caller) -> Result<Option<Token>, StoreError> {
        self.db.token_find(&in_hex(&caller.hash), self.clock.now()).await
    }

    /// Who has the token with this hash: none if it is unknown, revoked or over.
    async fn find(&self, hash: TokenHash) -> Result<Option<Caller>, StoreError> {
        let token = self.db.token_find(&in_hex(&hash), self.clock.now()).await?;
        Ok(token.map(|token| Caller {
            token_id: token.id,
            role: token.role,
            team_id: token.team_id,
            agent_id: token.agent_id,
            hash,
        }))
    }
}

//! People who sign in with a name and a password: added by an administrator, who gives them a code to choose it by.

use axum::{Json, extract::State};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    App,
    auth::{Caller, hash_of, new_token},
    extract::{After, Body, Created, Path, Query},
    problem::Problem,
};
use crate::{
    domain::ids::AgentId,
    store::{Invitation, Rights, Role, User, UserState},
};

/// How long an invitation is good.
const INVITED: SignedDuration = SignedDuration::from_hours(72);

/// A code by which somebody chooses their password, and what is kept of it.
pub fn new_invitation(now: Timestamp) -> (String, Invitation) {
    let code = new_token();
    let invitation = Invitation { hash: hash_of(&code), ends_at: now + INVITED };
    (code, invitation)
}

/// Where somebody chooses their password. A browser keeps to itself what follows the hash, so that it is in no log.
pub fn invitation_path(login: &str, code: &str) -> String {
    let login: String = form_urlencoded::byte_serialize(login.as_bytes()).collect();
    format!("/sign-in#invitation={code}&login={login}")
}

/// Somebody, and how they stand now.
#[derive(Serialize, JsonSchema)]
pub(super) struct Listed {
    /// Who.
    #[serde(flatten)]
    user: User,
    /// How they stand.
    state: UserState,
}

/// Everybody who signs in with a password, or did.
pub(super) async fn list(
    caller: Caller,
    State(app): State<App>,
    Query(page): Query<After>,
) -> Result<Json<Vec<Listed>>, Problem> {
    caller.check_all_teams()?;
    let (users, now) = (app.db.users(page.after()).await?, app.clock.now());
    Ok(Json(users.into_iter().map(|user| Listed { state: user.state(now), user }).collect()))
}

/// What somebody may do.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RightsWish {
    /// What they may do.
    role: Role,
    /// The agent they are; needed for the role agent, and only there.
    agent_id: Option<AgentId>,
    /// The only team they may see, by name; left out: all. An agent's team is known.
    team: Option<String>,
}

/// Somebody to be added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserWish {
    /// The name they sign in with; capitals do not matter.
    login: String,
    /// What they may do.
    role: Role,
    /// The agent they are; needed for the role agent, and only there.
    agent_id: Option<AgentId>,
    /// The only team they may see, by name; left out: all. An agent's team is known.
    team: Option<String>,
}

/// Somebody who was invited.
#[derive(Serialize, JsonSchema)]
pub(super) struct Invited {
    /// Who.
    #[serde(flatten)]
    user: User,
    /// The code by which they choose their password. It is shown this once.
    invitation_code: String,
    /// Where they do so.
    invitation_path: String,
}

impl Invited {
    fn new(user: User, code: String) -> Self {
        let invitation_path = invitation_path(&user.login, &code);
        Self { user, invitation_code: code, invitation_path }
    }
}

/// Add somebody.
pub(super) async fn create(
    caller: Caller,
    State(app): State<App>,
    Body(wish): Body<UserWish>,
) -> Result<Created<Invited>, Problem> {
    caller.check_all_teams()?;
    let UserWish { login, role, agent_id, team } = wish;
    let rights = app.rights(&caller, &RightsWish { role, agent_id, team }).await?;
    let now = app.clock.now();
    let (code, invitation) = new_invitation(now);
    let user = app.db.user_add(&login, &rights, &invitation, now).await?;
    Ok(Created(Invited::new(user, code)))
}

impl App {
    async fn rights(&self, caller: &Caller, wish: &RightsWish) -> Result<Rights, Problem> {
        let RightsWish { role, agent_id, ref team } = *wish;
        let team_id = self.team_of(caller, role, agent_id, team.as_deref()).await?;
        Ok(Rights { role, agent_id, team_id })
    }
}

/// Which user.
#[derive(Deserialize, JsonSchema)]
pub(super) struct UserPath {
    /// Their number.
    user_id: i64,
}

/// Give somebody another role or team. Their browsers are signed out within 5 seconds.
pub(super) async fn change(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<UserPath>,
    Body(wish): Body<RightsWish>,
) -> Result<Json<User>, Problem> {
    caller.check_all_teams()?;
    let rights = app.rights(&caller, &wish).await?;
    let user = app.db.user_change(path.user_id, &rights, app.clock.now()).await?;
    app.believed.forget_all();
    Ok(Json(user))
}

/// Give somebody a new invitation: they lost the first, forgot their password, or come back after they were disabled.
pub(super) async fn invite(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<UserPath>,
) -> Result<Created<Invited>, Problem> {
    caller.check_all_teams()?;
    let (code, invitation) = new_invitation(app.clock.now());
    let user = app.db.user_invite(path.user_id, &invitation).await?;
    Ok(Created(Invited::new(user, code)))
}

/// Let somebody sign in no more. Their browsers are signed out within 5 seconds.
pub(super) async fn disable(
    caller: Caller,
    State(app): State<App>,
    Path(path): Path<UserPath>,
) -> Result<Json<User>, Problem> {
    caller.check_all_teams()?;
    let user = app.db.user_disable(path.user_id, app.clock.now()).await?;
    app.believed.forget_all();
    Ok(Json(user))
}

//! `rappel agent` and `rappel token`: who may do what.

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::{CliError, DatabaseArg, Outcome, fail, now, users};
use crate::{
    domain::{
        agent::Agent,
        ids::{AgentId, TeamId},
        instant_text::read_instant,
    },
    http,
    store::{Database, NewToken, Role, Team, Token},
};

#[derive(Debug, Args)]
pub(super) struct AgentArgs {
    #[command(subcommand)]
    command: AgentCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Subcommand)]
enum AgentCommand {
    /// Add an agent to a team, and print their token for programs and the link by which they choose their password
    Add {
        /// The name they sign in with
        login: String,
        /// Their team: one that a campaign, a queue or another agent has
        #[arg(long)]
        team: String,
        /// Make the team if it is not there
        #[arg(long)]
        new_team: bool,
        /// Their name, for people; by default the login. For one who is there already, the name from now on
        #[arg(long)]
        name: Option<String>,
    },
    /// List the agents
    List {
        /// Only of this team
        #[arg(long)]
        team: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token; it is shown once and kept nowhere
    Create {
        /// What it allows
        #[arg(long, value_enum)]
        role: RoleArg,
        /// The agent, for the role agent
        #[arg(long)]
        agent: Option<String>,
        /// Only this team
        #[arg(long)]
        team: Option<String>,
        /// What it is for
        #[arg(long, default_value = "made on the command line")]
        label: String,
        /// When it ends, e.g. 2026-12-31 (UTC); by default never
        #[arg(long, value_parser = read_instant)]
        until: Option<Timestamp>,
    },
    /// List the tokens
    List,
    /// Make a token worthless
    Revoke {
        /// Its number in the list
        id: i64,
    },
}

/// What a token allows; each role can do what those before it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum RoleArg {
    /// Take previews and calls.
    Agent,
    /// See a team.
    Supervisor,
    /// Manage campaigns, lists and agents.
    Manager,
    /// Everything, tokens too.
    Admin,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Agent => Self::Agent,
            RoleArg::Supervisor => Self::Supervisor,
            RoleArg::Manager => Self::Manager,
            RoleArg::Admin => Self::Admin,
        }
    }
}

pub(super) async fn run(args: AgentArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        AgentCommand::Add { login, team, new_team, name } => add(&db, &login, &team, new_team, name).await,
        AgentCommand::List { team } => list(&db, team.as_deref()).await,
    }
}

async fn add(db: &Database, login: &str, team: &str, new_team: bool, name: Option<String>) -> Outcome {
    let teams = db.teams().await?;
    if !new_team && !teams.iter().any(|it| it.name == team.trim()) {
        let known: Vec<&str> = teams.iter().map(|team| team.name.as_str()).collect();
        let there =
            if known.is_empty() { "there is none yet".to_owned() } else { format!("there is {}", known.join(", ")) };
        return fail(format!(
            "there is no team \"{team}\" ({there}): `rappel campaign apply` makes that of a campaign, --new-team makes this one"
        ));
    }
    if let Some(agent) = db.agent_by_login(login).await? {
        let of = team_name(&teams, agent.team_id);
        return match name {
            Some(name) if of == team.trim() => {
                let agent = db.agent_add(team, login, &name, now()).await?;
                println!("agent {} of team {of} is called {} from now on", agent.login, agent.name);
                Ok(())
            }
            Some(_) | None => fail(format!(
                "there is an agent {login} already, in team {of}; `rappel token create --role agent --agent {login}` makes \
                 another token"
            )),
        };
    }
    let agent = db.agent_add(team, login, name.as_deref().unwrap_or(login), now()).await?;
    let token = agent_token(db, &agent, now()).await?;
    println!("agent {} of team {}", agent.login, team.trim());
    println!("token (shown once): {token}");
    users::invite_agent(db, &agent).await
}

async fn list(db: &Database, team: Option<&str>) -> Outcome {
    let team_id = match team {
        Some(name) => Some(find_team(db, name).await?),
        None => None,
    };
    let teams = db.teams().await?;
    println!("{:>6}  {:<20} {:<20} name", "id", "login", "team");
    let mut after = AgentId(0);
    loop {
        let page = db.agents(team_id, after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for agent in &page {
            println!("{:>6}  {:<20} {:<20} {}", agent.id, agent.login, team_name(&teams, agent.team_id), agent.name);
        }
    }
}

pub(super) fn team_name(teams: &[Team], id: TeamId) -> String {
    teams.iter().find(|team| team.id == id).map_or_else(|| id.to_string(), |team| team.name.clone())
}

/// A new token for an agent.
pub(super) async fn agent_token(db: &Database, agent: &Agent, now: Timestamp) -> Result<String, CliError> {
    let token = http::new_token();
    let hash = http::hash_of(&token);
    db.token_create(
        &NewToken {
            hash,
            role: Role::Agent,
            agent_id: Some(agent.id),
            team_id: Some(agent.team_id),
            label: agent.login.clone(),
            expires_at: None,
        },
        now,
    )
    .await?;
    Ok(token)
}

/// The team that must be there.
pub(super) async fn find_team(db: &Database, name: &str) -> Result<TeamId, CliError> {
    let teams = db.teams().await?;
    teams
        .iter()
        .find(|team| team.name == name)
        .map(|team| team.id)
        .ok_or_else(|| CliError::new(format!("there is no team \"{name}\"")))
}

pub(super) async fn run_token(args: TokenArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        TokenCommand::Create { role, agent, team, label, until } => {
            create(&db, role.into(), agent, team, label, until).await
        }
        TokenCommand::List => list_tokens(&db).await,
        TokenCommand::Revoke { id } => {
            db.token_revoke(id, now()).await?;
            println!("token {id} is worthless from now on");
            Ok(())
        }
    }
}

async fn list_tokens(db: &Database) -> Outcome {
    let (teams, now) = (db.teams().await?, now());
    println!("{:>6}  {:<11} {:<8} {:<21} {:<20} label", "id", "role", "state", "until", "team");
    let mut after = 0;
    loop {
        let page = db.tokens(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for token in &page {
            let team = token.team_id.map_or_else(|| "all".to_owned(), |id| team_name(&teams, id));
            // An end is given to the second, mostly to the day.
            let until =
                token.expires_at.map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            let (id, role, state) = (token.id, token.role.name(), state_of(token, now));
            println!("{id:>6}  {role:<11} {state:<8} {until:<21} {team:<20} {}", token.label);
        }
    }
}

/// Does it still open the door?
fn state_of(token: &Token, now: Timestamp) -> &'static str {
    if token.revoked_at.is_some() {
        "revoked"
    } else if token.expires_at.is_some_and(|end| end <= now) {
        "expired"
    } else {
        "valid"
    }
}

async fn create(
    db: &Database,
    role: Role,
    agent: Option<String>,
    team: Option<String>,
    label: String,
    expires_at: Option<Timestamp>,
) -> Outcome {
    if let Some(end) = expires_at.filter(|end| *end <= now()) {
        return fail(format!("the token would be worthless at once: {end} is over"));
    }
    let agent = match agent {
        Some(login) => match db.agent_by_login(&login).await? {
            Some(agent) => Some(agent),
            None => return fail(format!("there is no agent \"{login}\"; `rappel agent add` makes one")),
        },
        None => None,
    };
    let team_id = match (&team, &agent) {
        (Some(name), _) => Some(find_team(db, name).await?),
        (None, Some(agent)) => Some(agent.team_id),
        (None, None) => None,
    };
    let token = http::new_token();
    let hash = http::hash_of(&token);
    let new = NewToken { hash, role, agent_id: agent.map(|agent| agent.id), team_id, label, expires_at };
    db.token_create(&new, now()).await?;
    println!("token (shown once): {token}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_is_over_is_not_valid() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let token = |expires_at, revoked_at| Token {
            id: 1,
            role: Role::Admin,
            agent_id: None,
            team_id: None,
            label: String::new(),
            created_at: at("2026-01-01T00:00Z"),
            expires_at,
            user_id: None,
            revoked_at,
        };
        let (end, now) = (at("2026-06-01T00:00Z"), at("2026-06-01T00:00Z"));
        for (token, state) in [
            (token(None, None), "valid"),
            (token(Some(at("2026-06-02T00:00Z")), None), "valid"),
            (token(Some(end), None), "expired"),
            (token(Some(end), Some(end)), "revoked"),
        ] {
            assert_eq!(state_of(&token, now), state);
        }
    }
}

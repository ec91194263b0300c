//! `rappel agent` and `rappel token`: who may do what.

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::{CliError, DatabaseArg, Outcome, fail, now, read_instant};
use crate::{
    domain::{agent::Agent, ids::AgentId},
    http,
    store::{Database, NewToken, Role},
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
    /// Add an agent to a team, and print their token
    Add {
        /// The name they sign in with
        login: String,
        /// Their team; it is made if it is not there
        #[arg(long)]
        team: String,
        /// Their name, for people; by default the login
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
        /// When it ends; by default never
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
enum RoleArg {
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
        AgentCommand::Add { login, team, name } => {
            let agent = db.agent_add(&team, &login, name.as_deref().unwrap_or(&login), now()).await?;
            let token = agent_token(&db, &agent, now()).await?;
            println!("agent {} of team {team}", agent.login);
            println!("token (shown once): {token}");
            Ok(())
        }
        AgentCommand::List { team } => {
            let team_id = match team {
                Some(name) => Some(find_team(&db, &name).await?),
                None => None,
            };
            for agent in db.agents(team_id, AgentId(0)).await? {
                println!("{:>6}  {:<20} {}", agent.id, agent.login, agent.name);
            }
            Ok(())
        }
    }
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
pub(super) async fn find_team(db: &Database, name: &str) -> Result<crate::domain::ids::TeamId, CliError> {
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
        TokenCommand::List => {
            for token in db.tokens(0).await? {
                let state = if token.revoked_at.is_some() { "revoked" } else { "valid" };
                println!("{:>6}  {:<11} {state:<8} {}", token.id, token.role.name(), token.label);
            }
            Ok(())
        }
        TokenCommand::Revoke { id } => {
            db.token_revoke(id, now()).await?;
            println!("token {id} is worthless from now on");
            Ok(())
        }
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

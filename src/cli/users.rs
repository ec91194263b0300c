//! `rappel user`: people who sign in with a browser, by name and password.

use clap::{Args, Subcommand};

use super::{
    DatabaseArg, Outcome,
    agents::{RoleArg, find_team, team_name},
    fail, now,
};
use crate::{
    domain::agent::Agent,
    http::{invitation_path, new_invitation},
    ports::StoreError,
    store::{Database, Rights, Role, User, UserState},
};

#[derive(Debug, Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
    #[command(flatten)]
    database: DatabaseArg,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add somebody, and print the link by which they choose their password
    Add {
        /// The name they sign in with
        login: String,
        /// What they may do
        #[arg(long, value_enum)]
        role: RoleArg,
        /// The agent they are, for the role agent; by default the one with their login
        #[arg(long)]
        agent: Option<String>,
        /// Only this team
        #[arg(long)]
        team: Option<String>,
    },
    /// List who may sign in
    List,
    /// Give somebody a new link: they lost theirs, forgot their password, or come back after `disable`
    Invite {
        /// The name they sign in with
        login: String,
    },
    /// Let somebody sign in no more, and sign them out everywhere
    Disable {
        /// The name they sign in with
        login: String,
    },
}

pub(super) async fn run(args: UserArgs) -> Outcome {
    let db = args.database.open().await?;
    match args.command {
        UserCommand::Add { login, role, agent, team } => add(&db, login, role.into(), agent, team).await,
        UserCommand::List => list(&db).await,
        UserCommand::Invite { login } => {
            let user = find(&db, &login).await?;
            let (code, invitation) = new_invitation(now());
            print_link(&db.user_invite(user.id, &invitation).await?, &code);
            Ok(())
        }
        UserCommand::Disable { login } => {
            let user = find(&db, &login).await?;
            db.user_disable(user.id, now()).await?;
            println!("{} may sign in no more", user.login);
            Ok(())
        }
    }
}

async fn add(db: &Database, login: String, role: Role, agent: Option<String>, team: Option<String>) -> Outcome {
    if role != Role::Agent {
        if agent.is_some() {
            return fail("--agent is for the role agent");
        }
        let team_id = match &team {
            Some(name) => Some(find_team(db, name).await?),
            None => None,
        };
        return invite(db, &login, &Rights { role, agent_id: None, team_id }).await;
    }
    if team.is_some() {
        return fail("an agent's team is known: leave --team out");
    }
    let of = agent.unwrap_or_else(|| login.clone());
    match db.agent_by_login(&of).await? {
        Some(agent) => invite(db, &login, &of_agent(&agent)).await,
        None => fail(format!("there is no agent \"{of}\"; `rappel agent add` makes one, who may sign in")),
    }
}

/// What an agent may do.
pub(super) fn of_agent(agent: &Agent) -> Rights {
    Rights { role: Role::Agent, agent_id: Some(agent.id), team_id: Some(agent.team_id) }
}

/// What to do where nobody can sign in, with a password or a token.
pub(super) async fn nobody_yet(db: &Database) -> Result<Option<&'static str>, StoreError> {
    let is_nobody = db.users(0).await?.is_empty() && db.tokens(0).await?.is_empty();
    Ok(is_nobody.then_some("nobody can sign in yet: `rappel user add NAME --role admin` lets the first person in"))
}

/// Lets an agent sign in by their login.
pub(super) async fn invite_agent(db: &Database, agent: &Agent) -> Outcome {
    invite(db, &agent.login, &of_agent(agent)).await
}

async fn invite(db: &Database, login: &str, rights: &Rights) -> Outcome {
    let (code, invitation) = new_invitation(now());
    let user = db.user_add(login, rights, &invitation, now()).await?;
    println!("user {}, role {}", user.login, user.role.name());
    print_link(&user, &code);
    Ok(())
}

fn print_link(user: &User, code: &str) {
    let path = invitation_path(&user.login, code);
    println!("invitation (good once, for three days; put your server's address before it): {path}");
}

async fn find(db: &Database, login: &str) -> Result<User, super::CliError> {
    let unknown = || super::CliError::new(format!("nobody signs in as \"{login}\"; `rappel user list` shows who does"));
    db.user_named(login).await?.ok_or_else(unknown)
}

async fn list(db: &Database) -> Outcome {
    let (teams, now) = (db.teams().await?, now());
    println!("{:>6}  {:<20} {:<11} {:<20} state", "id", "login", "role", "team");
    let mut after = 0;
    loop {
        let page = db.users(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for user in &page {
            let team = user.team_id.map_or_else(|| "all".to_owned(), |id| team_name(&teams, id));
            let (id, role, state) = (user.id, user.role.name(), said(user.state(now)));
            println!("{id:>6}  {:<20} {role:<11} {team:<20} {state}", user.login);
        }
    }
}

fn said(state: UserState) -> &'static str {
    match state {
        UserState::Invited => "invited",
        UserState::Active => "can sign in",
        UserState::InvitationOver => "invitation over",
        UserState::Disabled => "disabled",
    }
}

//! `rappel serve`: the API, and the push.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use super::{
    CliError, Outcome,
    live::{Live, LiveSetup, SwitchSetup, asked_to_stop},
    users,
};
use crate::{
    config::{Config, SwitchKind, TEMPLATE},
    runtime::clock::Clock,
    store::Database,
    telemetry::{self, LogFormat},
};

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// The settings file; every key is optional
    #[arg(long, env = "RAPPEL_CONFIG")]
    config: Option<PathBuf>,
    /// Where the data is kept: sqlite:PATH or <postgres://USER@HOST/NAME>
    #[arg(long, env = "RAPPEL_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Where the API listens
    #[arg(long, env = "RAPPEL_LISTEN")]
    listen: Option<SocketAddr>,
    /// The telephone network
    #[arg(long, env = "RAPPEL_SWITCH", value_enum)]
    switch: Option<SwitchKind>,
    /// What is logged, e.g. info or rappel=debug
    #[arg(long, env = "RAPPEL_LOG", value_parser = read_filter)]
    log: Option<String>,
    /// How
    #[arg(long, env = "RAPPEL_LOG_FORMAT", value_enum)]
    log_format: Option<LogFormat>,
    /// Print a settings file with every key, its default and what it means, and do nothing else
    #[arg(long)]
    print_config: bool,
}

fn read_filter(text: &str) -> Result<String, String> {
    telemetry::check_filter(text).map(|()| text.to_owned())
}

impl ServeArgs {
    /// Flags and environment over the file over the defaults.
    fn config(&self) -> Result<Config, CliError> {
        let mut config = match &self.config {
            Some(path) => Config::from_file(path)?,
            None => Config::default(),
        };
        if let Some(database) = &self.database {
            config.database.clone_from(database);
        }
        if let Some(log) = &self.log {
            config.log.clone_from(log);
        }
        config.listen = self.listen.unwrap_or(config.listen);
        config.switch = self.switch.unwrap_or(config.switch);
        config.log_format = self.log_format.unwrap_or(config.log_format);
        Ok(config)
    }
}

pub(super) async fn run(args: ServeArgs) -> Outcome {
    if args.print_config {
        print!("{TEMPLATE}");
        return Ok(());
    }
    let config = args.config()?;
    telemetry::start_logging(&config.log, config.log_format);
    let switch = match config.switch {
        SwitchKind::Simulated => SwitchSetup::Simulated,
        SwitchKind::Asterisk => SwitchSetup::Asterisk(Box::new(config.ari_settings()?)),
    };
    let db = Database::open(&config.database).await?;
    let nobody_yet = users::nobody_yet(&db).await?;
    let live = Live::start(LiveSetup {
        db,
        listen: config.listen,
        clock: Clock::real(),
        settings: config.engine,
        switch,
        seed: config.seed,
        requests_per_second: config.requests_per_second,
        softphone: config.softphone,
    })
    .await?;
    println!("rappel serves http://{}  (API: /openapi.json, health: /health)", live.address);
    match config.switch {
        SwitchKind::Simulated => println!("the telephone network is simulated: nobody is called"),
        SwitchKind::Asterisk => println!("calls go through {}", config.asterisk.urls.join(", ")),
    }
    if let Some(hint) = nobody_yet {
        println!("{hint}");
    }
    asked_to_stop().await;
    println!("stopping");
    live.stop().await;
    Ok(())
}

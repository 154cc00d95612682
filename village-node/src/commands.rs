//! The command line: one file a subcommand.

mod backup;
mod config;
mod divergences;
mod doctor;
mod enrol;
mod export;
mod history;
mod list;
mod output;
mod record;
mod restore;
mod search;
mod serve;
mod session;
mod set;
mod settle;
mod show;
mod status;
mod step;
mod sync;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::Failure;
use crate::settings::Settings;
use session::Session;

/// Office program of Smart Kampung Sync: records letters with or without a link, and syncs when there is one.
#[derive(Parser)]
#[command(name = "village-node", version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    /// Data folder (else ~/.local/share/village-node)
    #[arg(long, global = true, env = "VILLAGE_NODE_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Id of the clerk who does it (else `VILLAGE_NODE_CLERK`, config.toml, the login name)
    #[arg(long, global = true, value_name = "ID")]
    clerk: Option<String>,
    /// Address of the hub, if it moved (else `VILLAGE_NODE_HUB`, config.toml, where it was when this machine joined)
    #[arg(long, global = true, value_name = "URL")]
    hub: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Enrol(With<enrol::Enrol>),
    Serve(With<serve::Serve>),
    Record(record::Record),
    List(With<list::List>),
    Search(With<search::Search>),
    Show(With<show::Show>),
    History(With<history::History>),
    Set(With<set::Set>),
    Step(With<step::Step>),
    Divergences(With<divergences::Divergences>),
    Settle(With<settle::Settle>),
    Status(With<status::Status>),
    Sync(With<sync::Sync>),
    Backup(With<backup::Backup>),
    Restore(With<restore::Restore>),
    Verify(With<verify::Verify>),
    Doctor(With<doctor::Doctor>),
    Export(With<export::Export>),
    Config(config::Config),
    /// Judge what a parent process sends, until it ends
    #[command(name = gate_worker::SUBCOMMAND, hide = true)]
    GateWorker,
}

/// A command with `--json` behind it, too.
#[derive(Args)]
struct With<T: Args> {
    #[command(flatten)]
    command: T,
    /// Print JSON
    #[arg(long = "json", id = "json_output")]
    json: bool,
}

/// Runs the program: 0 only when all that was asked for was done.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Printing fails only when nobody reads it.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    if matches!(cli.command, Command::GateWorker) {
        return gate_worker::run();
    }
    let json = cli.json || cli.command.wants_json();
    let ran = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::machine("runtime", "Program tidak dapat dimulai.", error.to_string()))
        .and_then(|runtime| runtime.block_on(run(cli, json)));
    match ran {
        Ok(code) => code,
        Err(failure) => {
            output::failure(&failure, json);
            ExitCode::from(failure.blame.exit_code())
        }
    }
}

async fn run(cli: Cli, json: bool) -> Result<ExitCode, Failure> {
    let flags = Settings { clerk: cli.clerk, hub: cli.hub, ..Settings::default() };
    let session = Session::new(cli.data, json, flags);
    match cli.command {
        Command::Enrol(with) => with.command.run(&session).await,
        Command::Serve(with) => with.command.run(&session).await,
        Command::Record(command) => command.run(&session).await,
        Command::List(with) => with.command.run(&session).await,
        Command::Search(with) => with.command.run(&session).await,
        Command::Show(with) => with.command.run(&session).await,
        Command::History(with) => with.command.run(&session).await,
        Command::Set(with) => with.command.run(&session).await,
        Command::Step(with) => with.command.run(&session).await,
        Command::Divergences(with) => with.command.run(&session).await,
        Command::Settle(with) => with.command.run(&session).await,
        Command::Status(with) => with.command.run(&session).await,
        Command::Sync(with) => with.command.run(&session).await,
        Command::Backup(with) => with.command.run(&session).await,
        Command::Restore(with) => with.command.run(&session),
        Command::Verify(with) => with.command.run(&session).await,
        Command::Doctor(with) => with.command.run(&session).await,
        Command::Export(with) => with.command.run(&session).await,
        Command::Config(command) => Ok(command.run()),
        // It ran before there was a runtime.
        Command::GateWorker => Ok(ExitCode::SUCCESS),
    }
}

impl Command {
    fn wants_json(&self) -> bool {
        match self {
            Self::Record(command) => command.wants_json(),
            Self::Config(_) | Self::GateWorker => false,
            Self::Enrol(with) => with.json,
            Self::Serve(with) => with.json,
            Self::List(with) => with.json,
            Self::Search(with) => with.json,
            Self::Show(with) => with.json,
            Self::History(with) => with.json,
            Self::Set(with) => with.json,
            Self::Step(with) => with.json,
            Self::Divergences(with) => with.json,
            Self::Settle(with) => with.json,
            Self::Status(with) => with.json,
            Self::Sync(with) => with.json,
            Self::Backup(with) => with.json,
            Self::Restore(with) => with.json,
            Self::Verify(with) => with.json,
            Self::Doctor(with) => with.json,
            Self::Export(with) => with.json,
        }
    }
}

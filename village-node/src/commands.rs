//! The command line: one file a subcommand.

mod account;
mod answer;
mod application;
mod arguments;
mod attach;
mod attachment;
mod attachments;
mod backup;
mod check_letter;
mod config;
mod detach;
mod divergences;
mod doctor;
mod enrol;
mod export;
mod history;
mod letter;
mod list;
mod number;
mod numbers;
mod output;
mod profile;
mod record;
mod refer;
mod register;
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

use chrono::NaiveDate;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use office_model::{Fault, calendar};

use crate::Failure;
use crate::settings::Settings;
use session::Session;

/// Office program of Smart Kampung Sync: records letters with or without a link, and syncs when there is one.
#[derive(Parser)]
#[command(name = "village-node", version, arg_required_else_help = true, max_term_width = 100, after_help = AFTER_HELP)]
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

const AFTER_HELP: &str = "Examples:
  village-node enrol --hub https://sync.example.go.id:8217 --code 04AB2-...
  village-node record --service G01 --json '{\"nik\": \"3510014107900001\", \"nama\": \"Siti Aminah\", ...}'
  village-node list --limit 20
  village-node sync
  village-node status --json

Exit codes:
  0  all that was asked for was done
  2  what was asked for is wrong or not here; some lines of `record --lines` were refused
  3  the data folder is not in the state for it (not joined, in use, copied); `doctor` found something
  4  this machine refused (disk, database); `verify` found damage; a letter is
     not genuine
  5  the link to the hub
  6  the hub said no
Every error says what happened to the data and what to do next.";

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
    Refer(With<refer::Refer>),
    Answer(With<answer::Answer>),
    Divergences(With<divergences::Divergences>),
    Settle(With<settle::Settle>),
    Profile(With<profile::OfficeProfile>),
    Status(With<status::Status>),
    Sync(With<sync::Sync>),
    Backup(With<backup::Backup>),
    Restore(With<restore::Restore>),
    Verify(With<verify::Verify>),
    Doctor(With<doctor::Doctor>),
    Export(With<export::Export>),
    Letter(With<letter::Letter>),
    Attach(With<attach::Attach>),
    Attachments(With<attachments::Attachments>),
    Attachment(With<attachment::Attachment>),
    Detach(With<detach::Detach>),
    Number(With<number::Number>),
    Numbers(With<numbers::Numbers>),
    Register(With<register::Register>),
    CheckLetter(With<check_letter::CheckLetter>),
    Account(With<account::Account>),
    Application(With<application::Application>),
    Config(config::Config),
}

// A command with `--json` behind it, too. No doc comment: clap would show it in place of the command's own.
#[derive(Args)]
struct With<T: Args> {
    #[command(flatten)]
    command: T,
    /// Print JSON
    #[arg(long = "json", id = "json_output", global = true)]
    json: bool,
}

/// Runs the program: 0 only when all that was asked for was done.
pub fn main() -> ExitCode {
    // Known to this program alone, so that nothing ever lists it.
    if gate_worker::is_asked_for() {
        return gate_worker::run();
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let fault = error.use_stderr();
            let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
            if fault && !is_help {
                output::failure(&arguments::failure(&error), asks_for_json(std::env::args_os()));
            } else {
                // Printing fails only when nobody reads it.
                let _ = error.print();
            }
            return ExitCode::from(if fault { 2 } else { 0 });
        }
    };
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

/// Whether a command line that is wrong asks for JSON. Behind `record`, `--json` has another meaning.
fn asks_for_json(arguments: impl Iterator<Item = std::ffi::OsString>) -> bool {
    arguments.take_while(|argument| argument != "record").any(|argument| argument == "--json")
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
        Command::Refer(with) => with.command.run(&session).await,
        Command::Answer(with) => with.command.run(&session).await,
        Command::Divergences(with) => with.command.run(&session).await,
        Command::Settle(with) => with.command.run(&session).await,
        Command::Profile(with) => with.command.run(&session).await,
        Command::Status(with) => with.command.run(&session).await,
        Command::Sync(with) => with.command.run(&session).await,
        Command::Backup(with) => with.command.run(&session).await,
        Command::Restore(with) => with.command.run(&session),
        Command::Verify(with) => with.command.run(&session).await,
        Command::Doctor(with) => with.command.run(&session).await,
        Command::Export(with) => with.command.run(&session).await,
        Command::Letter(with) => with.command.run(&session).await,
        Command::Attach(with) => with.command.run(&session).await,
        Command::Attachments(with) => with.command.run(&session).await,
        Command::Attachment(with) => with.command.run(&session).await,
        Command::Detach(with) => with.command.run(&session).await,
        Command::Number(with) => with.command.run(&session).await,
        Command::Numbers(with) => with.command.run(&session).await,
        Command::Register(with) => with.command.run(&session).await,
        Command::CheckLetter(with) => with.command.run(&session),
        Command::Account(with) => with.command.run(&session).await,
        Command::Application(with) => with.command.run(&session).await,
        Command::Config(command) => Ok(command.run()),
    }
}

/// A day, as the command line takes it.
fn date(text: &str) -> Result<NaiveDate, Fault> {
    calendar::parse_date(text)
}

impl Command {
    fn wants_json(&self) -> bool {
        match self {
            Self::Record(command) => command.wants_json(),
            Self::Config(_) => false,
            Self::Enrol(with) => with.json,
            Self::Serve(with) => with.json,
            Self::List(with) => with.json,
            Self::Search(with) => with.json,
            Self::Show(with) => with.json,
            Self::History(with) => with.json,
            Self::Set(with) => with.json,
            Self::Step(with) => with.json,
            Self::Refer(with) => with.json,
            Self::Answer(with) => with.json,
            Self::Divergences(with) => with.json,
            Self::Settle(with) => with.json,
            Self::Profile(with) => with.json,
            Self::Status(with) => with.json,
            Self::Sync(with) => with.json,
            Self::Backup(with) => with.json,
            Self::Restore(with) => with.json,
            Self::Verify(with) => with.json,
            Self::Doctor(with) => with.json,
            Self::Export(with) => with.json,
            Self::Letter(with) => with.json,
            Self::Attach(with) => with.json,
            Self::Attachments(with) => with.json,
            Self::Attachment(with) => with.json,
            Self::Detach(with) => with.json,
            Self::Number(with) => with.json,
            Self::Numbers(with) => with.json,
            Self::Register(with) => with.json,
            Self::CheckLetter(with) => with.json,
            Self::Account(with) => with.json,
            Self::Application(with) => with.json,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn look(command: &mut clap::Command, path: &str, said: &mut std::collections::BTreeMap<String, String>) {
        let path = format!("{path} {}", command.get_name());
        let about = command.get_about().unwrap_or_default().to_string();
        assert!(!about.is_empty(), "{path} is not described");
        if let Some(other) = said.insert(about, path.clone()) {
            assert_eq!(other, path, "they share their description");
        }
        assert!(command.render_long_help().to_string().contains("Example"), "{path} has no example");
        assert!(!command.is_hide_set(), "{path} is hidden, yet errors would list it");
        // clap's own `help` needs none.
        for below in command.get_subcommands_mut().filter(|below| below.get_name() != "help") {
            look(below, &path, said);
        }
    }

    #[test]
    fn every_command_says_what_it_alone_does_and_shows_an_example() {
        let mut said = std::collections::BTreeMap::new();
        look(&mut Cli::command(), "", &mut said);
        assert!(said.len() > 19, "{said:?}");
    }
}

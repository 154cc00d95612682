//! The command line: what can be said, and how answers and failures are shown.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use gate_worker::{GatePlace, WorkerCommand};
use serde_json::Value;

use crate::act::Act;
use crate::commands::{
    Answer, alarms, backup, check_letter, config, divergences, enrol, export, handbook, history, hub_key, init, list,
    nightly, nodes, numbers, offices, operator, people, quarantine, rebuild_views, rename, replace, restore, revoke,
    serve, show, status, verify, wipe,
};
use crate::flags::Flags;
use crate::settings::Settings;
use crate::{Blame, Failure, admin};

/// The hub of Smart Kampung Sync: takes what the village offices recorded, keeps it, and proves it.
#[derive(Debug, Parser)]
#[command(name = "sync-server", version, after_help = EXAMPLES)]
struct Line {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  sync-server init --roster data/banyuwangi-offices.csv
  sync-server serve
  sync-server enrol 35.10.01.2001
  sync-server status --json

Commands that only read, and enrol, revoke, wipe, replace, rename, quarantine retry, rebuild-views and nightly, work
while `serve` runs.

Exit codes, as those of village-node:
  0  all that was asked for was done
  2  what was asked for is wrong or not here
  3  the data folder is not in the state for it (no hub in it, in use, a server runs)
  4  this machine refused (disk, database, address); `verify` found damage; `alarms test`
     failed; a letter is not genuine
Every error says what happened to the data and what to do next.";

/// What every command understands.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// The data folder.
    #[arg(long, global = true, env = "SYNC_SERVER_DATA", value_name = "DIR", default_value = "sync-server-data")]
    pub(crate) data: PathBuf,
    /// Print JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl Common {
    /// The settings of the data folder, the environment and the command line.
    pub(crate) fn settings(&self, flags: &Flags) -> Result<Settings, Failure> {
        Settings::load(&self.data, |name| std::env::var(name).ok(), flags)
    }

    /// Has an act done: by the server that runs on the folder, else right here.
    pub(crate) fn submit(&self, act: &Act) -> Result<Value, Failure> {
        admin::submit(&self.data, act, &own_process())
    }
}

/// This program as a child, to judge in.
pub(crate) fn own_process() -> GatePlace {
    GatePlace::Child(WorkerCommand::this_program())
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a hub: data folder, keys, certificates, roster.
    Init(init::Arguments),
    /// Serve the offices until SIGINT or SIGTERM.
    Serve(Box<serve::Arguments>),
    /// Print a one-time code that admits one machine to an office.
    Enrol(enrol::Arguments),
    /// Shut a node out, at once and for ever.
    Revoke(revoke::Arguments),
    /// Shut a lost machine out and have it wipe itself at its next contact.
    Wipe(wipe::Arguments),
    /// Shut a machine out and print a code for the one that comes in its place.
    Replace(replace::Arguments),
    /// Give a machine a name that people know.
    Rename(rename::Arguments),
    /// The people whose data was on a machine.
    People(people::Arguments),
    /// All offices of the roster: nodes, transactions, last proof.
    Offices(offices::Arguments),
    /// All nodes: office, last contact, last proof, clock.
    Nodes(nodes::Arguments),
    /// The hub at a glance.
    Status(status::Arguments),
    /// Transactions, the last to arrive first.
    List(list::Arguments),
    /// One transaction with all its fields.
    Show(show::Arguments),
    /// Who changed what and when in one transaction.
    History(history::Arguments),
    /// Fields with two values that wait for a person.
    Divergences(divergences::Arguments),
    /// Changes that were not accepted, and why; `retry` has them judged again.
    Quarantine(quarantine::Arguments),
    /// Write records to a file: CSV, spreadsheet or JSON lines.
    Export(export::Arguments),
    /// Check everything stored: chains, feeds, digests, rows against logs.
    Verify(verify::Arguments),
    /// Make rows, search and digests again from the logs.
    RebuildViews(rebuild_views::Arguments),
    /// Write a copy of the whole hub, keys included, to one new file.
    Backup(backup::Arguments),
    /// Make a data folder from a backup.
    Restore(restore::Arguments),
    /// Letter numbers: what was granted, how an office numbers, more for a machine.
    Numbers(numbers::Arguments),
    /// What the centre tells offices: notices, catalogue, profiles.
    Handbook(handbook::Arguments),
    /// The people who work at the hub's desk.
    Operator(operator::Arguments),
    /// The report of a night: which office is proven, late, or was never proven.
    Nightly(nightly::Arguments),
    /// What is or was wrong at this hub; `test` tries the ways on which alarms are told.
    Alarms(alarms::Arguments),
    /// Print the public key that letters' seals and receipts are checked with.
    HubKey(hub_key::Arguments),
    /// Check the seal of a letter; exit code 0 only when it is genuine.
    CheckLetter(check_letter::Arguments),
    /// The settings.
    Config(config::Arguments),
}

/// Runs the program.
pub fn main() -> ExitCode {
    // Known to this program alone, so that nothing ever lists it.
    if gate_worker::is_asked_for() {
        return gate_worker::run();
    }
    let line = match Line::try_parse() {
        Ok(line) => line,
        Err(error) => {
            let fault = error.use_stderr();
            if fault && std::env::args_os().any(|argument| argument == "--json") {
                let said = error.render().to_string();
                tell(&Failure::input(said.trim_start_matches("error: ").trim(), "sync-server help COMMAND"), true);
            } else {
                // There is nobody to tell when the terminal is gone.
                let _ = error.print();
            }
            return if fault { ExitCode::from(Blame::Input.exit_code()) } else { ExitCode::SUCCESS };
        }
    };
    let common = line.common;
    match run(&common, line.command).and_then(|answer| answer.print(common.json)) {
        Ok(true) => ExitCode::SUCCESS,
        // What is printed and yet not good tells of damage.
        Ok(false) => ExitCode::from(Blame::Machine.exit_code()),
        Err(failure) => {
            tell(&failure, common.json);
            ExitCode::from(failure.blame.exit_code())
        }
    }
}

fn tell(failure: &Failure, json: bool) {
    if json {
        eprintln!("{}", serde_json::json!(failure));
    } else {
        eprintln!("error: {failure}");
    }
}

fn run(common: &Common, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Init(arguments) => init::run(common, &arguments),
        Command::Serve(arguments) => serve::run(common, &arguments),
        Command::Enrol(arguments) => enrol::run(common, &arguments),
        Command::Revoke(arguments) => revoke::run(common, &arguments),
        Command::Wipe(arguments) => wipe::run(common, &arguments),
        Command::Replace(arguments) => replace::run(common, &arguments),
        Command::Rename(arguments) => rename::run(common, &arguments),
        Command::People(arguments) => people::run(common, &arguments),
        Command::Offices(arguments) => offices::run(common, &arguments),
        Command::Nodes(arguments) => nodes::run(common, &arguments),
        Command::Status(arguments) => status::run(common, &arguments),
        Command::List(arguments) => list::run(common, &arguments),
        Command::Show(arguments) => show::run(common, &arguments),
        Command::History(arguments) => history::run(common, &arguments),
        Command::Divergences(arguments) => divergences::run(common, &arguments),
        Command::Quarantine(arguments) => quarantine::run(common, &arguments),
        Command::Export(arguments) => export::run(common, &arguments),
        Command::Verify(arguments) => verify::run(common, &arguments),
        Command::RebuildViews(arguments) => rebuild_views::run(common, &arguments),
        Command::Backup(arguments) => backup::run(common, &arguments),
        Command::Restore(arguments) => restore::run(common, &arguments),
        Command::Numbers(arguments) => numbers::run(common, &arguments),
        Command::Handbook(arguments) => handbook::run(common, &arguments),
        Command::Operator(arguments) => operator::run(common, &arguments),
        Command::Nightly(arguments) => nightly::run(common, &arguments),
        Command::Alarms(arguments) => alarms::run(common, &arguments),
        Command::HubKey(arguments) => hub_key::run(common, &arguments),
        Command::CheckLetter(arguments) => check_letter::run(common, &arguments),
        Command::Config(arguments) => Ok(config::run(&arguments)),
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
        look(&mut Line::command(), "", &mut said);
        assert!(said.len() > 19, "{said:?}");
    }
}

//! Where the gate runs, and which program its child is.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use replica_store::{DirectGate, Gate};

use crate::{ProcessGate, SUBCOMMAND};

/// Where a program judges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum GatePlace {
    /// On the calling thread: for tests and for programs that feed themselves made-up records.
    #[default]
    Here,
    /// In a child process.
    Child(WorkerCommand),
}

impl GatePlace {
    /// The gate there. A child is not started before there is something to judge.
    pub fn open(&self) -> Box<dyn Gate + Send> {
        match self {
            Self::Here => Box::new(DirectGate),
            Self::Child(command) => Box::new(ProcessGate::new(command.clone())),
        }
    }
}

/// How the child is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCommand {
    /// `None`: the program that is running.
    program: Option<PathBuf>,
    arguments: Vec<OsString>,
}

impl WorkerCommand {
    /// The running program with the argument [`SUBCOMMAND`].
    pub fn this_program() -> Self {
        Self { program: None, arguments: vec![SUBCOMMAND.into()] }
    }

    /// Another program, which has to call [`crate::run`] or [`crate::run_with`].
    pub fn program(path: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self { program: Some(path.into()), arguments: arguments.into_iter().map(Into::into).collect() }
    }

    /// With pipes to talk over, and nothing of this process that it does not need.
    pub(crate) fn build(&self) -> io::Result<Command> {
        let mut command = match &self.program {
            Some(path) => Command::new(path),
            None => Command::new(running_program()?),
        };
        command.args(&self.arguments).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // Ctrl-C in a terminal is for the parent, which lets go of its child when it is done.
            command.process_group(0);
        }
        #[cfg(windows)]
        if let Some(root) = std::env::var_os("SystemRoot") {
            // Windows finds its own libraries by it.
            command.env("SystemRoot", root);
        }
        Ok(command)
    }
}

/// The file of the running program, even when an update has put another one in its place.
fn running_program() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    let same = Path::new("/proc/self/exe");
    Ok(if !path.exists() && same.exists() { same.to_owned() } else { path })
}

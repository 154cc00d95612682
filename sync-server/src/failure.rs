//! What went wrong, whose fault it is, what happened to the data, and what to do next.

use std::fmt;

use exchange_driver::DriverError;
use replica_store::{OpenError, StoreError};
use serde::{Deserialize, Serialize};

/// Whose fault a failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blame {
    /// What was asked for is wrong.
    Input,
    /// There is no such thing here.
    NotFound,
    /// The data folder is not in the state for it.
    State,
    /// Disk, database, operating system.
    Machine,
}

impl Blame {
    /// The exit code of a command that fails so: those of `village-node` mean the same.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Input | Self::NotFound => 2,
            Self::State => 3,
            Self::Machine => 4,
        }
    }
}

/// Why a command did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Failure {
    /// Whose fault.
    pub blame: Blame,
    /// What went wrong and whose fault it is, in one sentence.
    pub error: String,
    /// What happened to the data.
    pub data: String,
    /// What to do next.
    pub next: String,
}

impl Failure {
    /// A failure after which everything is as it was before.
    pub fn new(blame: Blame, error: impl Into<String>, next: impl Into<String>) -> Self {
        Self { blame, error: error.into(), data: "nothing was changed".to_owned(), next: next.into() }
    }

    /// What was asked for is wrong.
    pub fn input(error: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Blame::Input, error, next)
    }

    /// The data folder is not in the state for it.
    pub fn state(error: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Blame::State, error, next)
    }

    /// The machine refused.
    pub fn machine(error: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Blame::Machine, error, next)
    }

    /// A file or folder that the operating system refused.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::machine(
            format!("{} could not be read or written: {error}", path.display()),
            "check that the path is right, the disk has room and this user may use it",
        )
    }

    /// A bug of ours.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::machine(
            format!("the program failed inside: {what}"),
            "start it again, and report this line if it comes back",
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  data: {}\n  next: {}", self.error, self.data, self.next)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let next = match &error {
            OpenError::InUse(_) => "stop the other program, or wait until its command has ended",
            OpenError::Missing(_) => "name the right folder with --data, or make a hub: sync-server init --roster FILE",
            OpenError::Exists(_) => "use this hub as it is, or name another folder with --data",
            OpenError::NotOurs(_) => "name the right folder with --data",
            OpenError::Newer { .. } => "install the newer version of sync-server",
            OpenError::Store(_) => "check the disk, then: sync-server verify",
        };
        let blame = if matches!(error, OpenError::Store(_)) { Blame::Machine } else { Blame::State };
        Self::new(blame, error.to_string(), next)
    }
}

impl From<DriverError> for Failure {
    fn from(error: DriverError) -> Self {
        match error {
            DriverError::Store(error) => error.into(),
            other => Self::internal(other),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (data, next) = match &error {
            StoreError::Head(_) => ("this step is saved", "check the disk, then start the program again"),
            StoreError::NoNode => ("nothing was changed", "sync-server nodes lists the nodes"),
            StoreError::NoDocument(_) => (
                "nothing was changed",
                "sync-server list shows the ids that are here; sync-server offices says which office is behind",
            ),
            StoreError::TargetExists(_) => ("nothing was written", "choose another file name"),
            StoreError::Damaged(_) => ("nothing was changed", "sync-server verify names what is damaged"),
            StoreError::Gate(_) => (
                "what arrived is stored and stays pending",
                "check that this user may start processes and memory is left; it is tried again by itself",
            ),
            _ => ("what was saved before is safe", "check the disk, then try again"),
        };
        let (blame, text) = match &error {
            // The hub takes what offices send: there is nobody to exchange with first.
            StoreError::NoDocument(id) => (
                Blame::NotFound,
                format!("there is no transaction {id} at this hub: the id is wrong, or its office has not sent it yet"),
            ),
            StoreError::NoNode => (Blame::NotFound, error.to_string()),
            StoreError::TargetExists(_) => (Blame::Input, error.to_string()),
            _ => (Blame::Machine, error.to_string()),
        };
        Self { blame, error: text, data: data.to_owned(), next: next.to_owned() }
    }
}

//! What went wrong, whose fault it is, what happened to the data, and what to do next.

use std::fmt;

use replica_store::{OpenError, StoreError};
use serde::{Deserialize, Serialize};

/// Why a command did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Failure {
    /// What went wrong and whose fault it is, in one sentence.
    pub error: String,
    /// What happened to the data.
    pub data: String,
    /// What to do next.
    pub next: String,
}

impl Failure {
    /// A failure after which everything is as it was before.
    pub fn new(error: impl Into<String>, next: impl Into<String>) -> Self {
        Self { error: error.into(), data: "nothing was changed".to_owned(), next: next.into() }
    }

    /// A file or folder that the operating system refused.
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(
            format!("{} could not be read or written: {error}", path.display()),
            "check that the path is right, the disk has room and this user may use it",
        )
    }

    /// A bug of ours.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::new(format!("the program failed inside: {what}"), "start it again, and report this line if it comes back")
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
        Self::new(error.to_string(), next)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (data, next) = match &error {
            StoreError::Head(_) => ("this step is saved", "check the disk, then start the program again"),
            StoreError::NoNode => ("nothing was changed", "sync-server nodes lists the nodes"),
            StoreError::NoDocument(_) => ("nothing was changed", "sync-server list shows the ids"),
            StoreError::TargetExists(_) => ("nothing was written", "choose another file name"),
            StoreError::Damaged(_) => ("nothing was changed", "sync-server verify names what is damaged"),
            StoreError::Gate(_) => (
                "what arrived is stored and stays pending",
                "check that this user may start processes and memory is left; it is tried again by itself",
            ),
            _ => ("what was saved before is safe", "check the disk, then try again"),
        };
        Self { error: error.to_string(), data: data.to_owned(), next: next.to_owned() }
    }
}

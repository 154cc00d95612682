//! Why a day could not be played to its end.

use std::io;

use replica_store::{OpenError, StoreError};

use crate::link::LinkError;

/// A day that ended early. The databases stay as they are, in the folder given.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder cannot be used.
    #[error("a folder for the databases could not be made ({0}): check that the disk has room, or give another --data")]
    Folder(#[from] io::Error),
    /// The hub could not do its part.
    #[error("the hub: {0}")]
    Hub(#[from] sync_server::Failure),
    /// A node could not do its part.
    #[error("a node: {0}")]
    Node(#[from] village_node::Failure),
    /// A line could not be laid.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A database could not be opened to compare it.
    #[error("a database could not be opened: {0}")]
    Open(#[from] OpenError),
    /// A database could not be read to compare it.
    #[error("a database could not be read: {0}")]
    Store(#[from] StoreError),
    /// More offices were asked for than there are.
    #[error("the roster has {roster} village offices, not {asked}: ask for at most {roster} with --offices")]
    TooManyOffices {
        /// So many were asked for.
        asked: usize,
        /// So many there are.
        roster: usize,
    },
    /// A fault of this program.
    #[error("the program failed inside ({0}): please report this line")]
    Internal(String),
}

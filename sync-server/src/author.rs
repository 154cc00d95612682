//! The machine on which a change was made, as pages and commands name it.

use change_log::{EpochId, NodeId};
use office_model::OfficeCode;
use replica_store::{LogState, Reader};

use crate::{Failure, devices};

/// A machine that wrote a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) node: NodeId,
    /// The office that it joined; nothing where the registry does not know it any more.
    pub(crate) office: Option<OfficeCode>,
    /// What people call it: its name, else its id.
    pub(crate) name: String,
}

/// Who wrote the log of an epoch, with the log. Nothing where no such log is here; no machine where the hub itself wrote it.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn of_epoch(reader: &Reader, epoch: EpochId) -> Result<Option<(LogState, Option<Machine>)>, Failure> {
    let Some(log) = reader.log(epoch)? else { return Ok(None) };
    let machine = match log.node {
        Some(node) => {
            let noted = devices::note_of(reader, node)?;
            let name = devices::name(&noted).map_or_else(|| node.to_string(), str::to_owned);
            let office = reader.registered_node(node)?.map(|known| known.office);
            Some(Machine { node, office, name })
        }
        None => None,
    };
    Ok(Some((log, machine)))
}

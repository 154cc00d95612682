//! Through whose hands a record goes in this office.

use change_log::DocumentId;
use office_model::{Chain, Role, Status};
use replica_store::{Reader, Replica};

use super::{handbook, load};
use crate::Failure;

/// The chain that stands; every step is everyone's where none was set.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn of(reader: &Reader) -> Result<Chain, Failure> {
    Ok(handbook::profile(reader)?.chain)
}

/// Whether somebody of this role may take this step with this record here. A status that this program does not know is
/// left to the document, which refuses.
///
/// # Errors
///
/// When there is no such record, or the database cannot be read.
pub(crate) fn may_step(replica: &Replica, role: Role, id: DocumentId, to: Status) -> Result<bool, Failure> {
    let chain = of(replica)?;
    let from = load(replica, id)?.row().status.parse::<Status>();
    Ok(from.map_or(role.may_record(), |from| chain.may_step(role, from, to)))
}

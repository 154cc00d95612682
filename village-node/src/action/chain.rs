//! Through whose hands a record goes in this office.

use change_log::DocumentId;
use office_model::{Chain, Role, Status};
use replica_store::{Reader, Replica};

use super::{handbook, load};
use crate::Failure;

/// The step that leads to where a record is: it is handed in and checked anew, since something was changed.
pub(crate) const CHECKED_AGAIN: (Status, Status) = (Status::Diperiksa, Status::Diperiksa);

/// The chain that stands; every step is everyone's where none was set.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn of(reader: &Reader) -> Result<Chain, Failure> {
    Ok(handbook::profile(reader)?.chain)
}

/// Whether somebody of this role may take this step with this record here. To check again what is checked already is as to
/// check it. A status that this program does not know is left to the document, which refuses.
///
/// # Errors
///
/// When there is no such record, or the database cannot be read.
pub(crate) fn may_step(replica: &Replica, role: Role, id: DocumentId, to: Status) -> Result<bool, Failure> {
    let chain = of(replica)?;
    let from = load(replica, id)?.row().status.parse::<Status>();
    let seen_from = |from| if (from, to) == CHECKED_AGAIN { Status::Diajukan } else { from };
    Ok(from.map_or(role.may_record(), |from| chain.may_step(role, seen_from(from), to)))
}

//! What this office may do with a record: its own ones anything, those brought before it nothing but its decision.

use change_log::DocumentId;
use office_model::{Role, Status};
use replica_store::Replica;

use super::{Action, load};
use crate::{Blame, Failure};

/// Whether a record belongs to this office.
///
/// # Errors
///
/// When there is no such record, or the database cannot be read.
pub(crate) fn is_own(replica: &Replica, id: DocumentId) -> Result<bool, Failure> {
    Ok(replica.office() == Some(load(replica, id)?.row().office))
}

/// Refuses what this office has no say in.
///
/// # Errors
///
/// When it has none, there is no such record, or the database cannot be read.
pub(super) fn check(replica: &Replica, action: &Action) -> Result<(), Failure> {
    match action {
        Action::Record { .. } if replica.office().is_some_and(|office| !office.is_village()) => Err(records_nothing()),
        Action::Set { id, .. }
        | Action::Settle { id, .. }
        | Action::IssueNumber { id, .. }
        | Action::Attach { id, .. }
        | Action::Detach { id, .. }
            if !is_own(replica, *id)? =>
        {
            Err(only_decides())
        }
        Action::Step { id, to, .. } if !is_own(replica, *id)? => {
            let from = load(replica, *id)?.row().status.parse::<Status>();
            let waits = from.is_ok_and(|from| from.waits_for_sub_district() && Role::Camat.may_step(from, *to));
            if waits { Ok(()) } else { Err(not_waited_for()) }
        }
        _ => Ok(()),
    }
}

fn records_nothing() -> Failure {
    Failure::new(
        Blame::State,
        "decides_only",
        "Kantor ini memutuskan berkas desa dan tidak membuat berkas sendiri. Tidak ada yang disimpan; berkas baru dibuat di desa.",
        "This office decides on the villages' records and makes none of its own. Nothing was saved; the village makes it.",
    )
}

fn only_decides() -> Failure {
    Failure::new(
        Blame::State,
        "decides_only",
        "Berkas ini milik desa: kantor ini memutuskannya dan tidak mengubah isinya. Tidak ada yang berubah; kembalikan ke desa dengan alasan.",
        "This record is the village's: this office decides on it and does not change it. Nothing was changed; return it to the village with a reason.",
    )
}

fn not_waited_for() -> Failure {
    Failure::new(
        Blame::State,
        "decides_only",
        "Berkas ini tidak sedang menunggu keputusan kantor ini. Tidak ada yang berubah.",
        "This record does not wait for this office's decision. Nothing was changed.",
    )
}

//! What this office may do with a record: its own ones anything, those brought before it nothing but its decision or answer.

use office_model::{OfficeCode, Role, Status};
use replica_store::{Reader, Replica};

use super::{Action, load};
use crate::{Blame, Failure};

/// Refuses what this office has no say in, whoever asks and by whichever way.
///
/// # Errors
///
/// When it has none, there is no such record, or the database cannot be read.
pub(super) fn check(replica: &Replica, action: &Action) -> Result<(), Failure> {
    if replica.office().is_none_or(|office| office.is_village()) {
        return check_of_village(replica, action);
    }
    match action {
        Action::Record { .. } => Err(records_nothing()),
        Action::Set { id, .. }
        | Action::Settle { id, .. }
        | Action::IssueNumber { id, .. }
        | Action::Attach { id, .. }
        | Action::Detach { id, .. }
        | Action::Refer { id, .. }
            if !is_own(replica, load(replica, *id)?.row().office) =>
        {
            Err(only_decides())
        }
        Action::Step { id, to, .. } => {
            let document = load(replica, *id)?;
            let from = document.row().status.parse::<Status>().ok();
            let owner = document.row().office;
            let waits = owner.district() == replica.office()
                && from.is_some_and(|from| from.waits_for_sub_district() && Role::Camat.may_step(from, *to));
            if waits || is_own(replica, owner) {
                return Ok(());
            }
            let is_villages = from.is_some_and(|from| Role::Kepala.may_step(from, *to));
            Err(if is_villages { only_the_village_withdraws() } else { not_waited_for() })
        }
        _ => Ok(()),
    }
}

/// All that a village holds is its own; only what waits for the camat it does not decide.
fn check_of_village(replica: &Replica, action: &Action) -> Result<(), Failure> {
    let Action::Step { id, to, .. } = action else { return Ok(()) };
    let from = load(replica, *id)?.row().status.parse::<Status>();
    if from.is_ok_and(|from| is_decision_of_camat(from, *to)) {
        return Err(waits_for_camat());
    }
    Ok(())
}

/// Whether a step is the sub-district's decision, which a village can only withdraw its record from.
pub(super) const fn is_decision_of_camat(from: Status, to: Status) -> bool {
    from.waits_for_sub_district() && !Role::Kepala.may_step(from, to)
}

/// Whether a record of this office is this replica's own.
pub(crate) fn is_own(reader: &Reader, office: OfficeCode) -> bool {
    reader.office() == Some(office)
}

/// A letter bears the letterhead and the seal of the office that writes it.
pub(super) fn only_the_village_prints() -> Failure {
    Failure::new(
        Blame::State,
        "decides_only",
        "Surat ini milik desa, dengan kop dan segel desa. Tidak ada yang dicetak; desa yang mencetaknya.",
        "This letter is the village's, with its letterhead and seal. Nothing was printed; the village prints it.",
    )
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

fn waits_for_camat() -> Failure {
    Failure::new(
        Blame::State,
        "waits_for_camat",
        "Berkas ini menunggu keputusan camat, dan hanya kecamatan yang memutuskannya. Tidak ada yang berubah; keputusannya datang \
         lewat sinkronisasi. Desa dapat menariknya kembali (status diperiksa) atau membatalkannya.",
        "This record waits for the camat's decision, which is the sub-district's alone. Nothing was changed; the decision comes \
         with a sync. The village can take it back (status diperiksa) or cancel it.",
    )
}

fn only_the_village_withdraws() -> Failure {
    Failure::new(
        Blame::State,
        "decides_only",
        "Berkas ini milik desa, dan hanya desa yang menarik atau membatalkannya. Tidak ada yang berubah; kembalikan ke desa atau tolak, dengan \
         alasan.",
        "This record is the village's, which alone takes it back or cancels it. Nothing was changed; return it to the village or refuse it, \
         with a reason.",
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

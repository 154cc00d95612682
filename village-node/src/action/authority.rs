//! What somebody of a role may do with records in this office: one rule for the desk, the local API and the commands.

use change_log::DocumentId;
use office_model::{Approver, FieldPath, OwnValue, Role, Status};
use replica_store::Replica;
use serde_json::Value;

use super::settle::{all_steps_apart, steps_apart};
use super::standing::is_decision_of_camat;
use super::{Action, chain, load};
use crate::{Blame, Failure};

/// Whether somebody of this role may. What neither changes nor shows records is not asked about here.
///
/// # Errors
///
/// When there is no such record, its letter is another one's to sign, or the database cannot be read.
pub(crate) fn may(replica: &Replica, role: Role, action: &Action) -> Result<bool, Failure> {
    match action {
        Action::Step { id, to, .. } => {
            let may = chain::may_step(replica, role, *id, *to)?;
            if may {
                must_sign_as(replica, role, *id, *to)?;
            }
            Ok(may)
        }
        Action::Settle { id, path, .. } => may_settle(replica, role, *id, path),
        Action::Answer { .. } => Ok(role.may_answer()),
        // A register leaves the program: who records may take it, here as at the desk.
        Action::Book { .. } => Ok(role.may_record()),
        action if action.writes() => Ok(role.may_record()),
        action if action.reads() => Ok(role.may_read()),
        _ => Ok(true),
    }
}

/// Between two steps that were taken apart decides who may take each of them: whichever is chosen, the other is undone. What
/// the camat decided is not up to the village, and who records may go by it.
fn may_settle(replica: &Replica, role: Role, id: DocumentId, path: &FieldPath) -> Result<bool, Failure> {
    let document = load(replica, id)?;
    let divergences = document.divergences();
    let apart = divergences.iter().find(|one| one.path == *path && one.own == Some(OwnValue::Status));
    let Some(apart) = apart else { return Ok(role.may_record()) };
    let chain = chain::of(replica)?;
    let may = |(from, to)| is_decision_of_camat(from, to) || chain.may_step(role, from, to);
    // A step that this program does not know is nobody's here.
    let are_known = steps_apart(&document, apart).len() == apart.values.len();
    Ok(role.may_record() && are_known && all_steps_apart(&document, apart).into_iter().all(may))
}

/// Where the head or the secretary signs, the secretary does so on the head's behalf, and the letter says it.
fn must_sign_as(replica: &Replica, role: Role, id: DocumentId, to: Status) -> Result<(), Failure> {
    let signs = matches!(to, Status::Ditandatangani | Status::MenungguCamat);
    if role != Role::Sekretaris || !signs || chain::of(replica)?.approver != Approver::HeadOrSecretary {
        return Ok(());
    }
    let document = load(replica, id)?;
    let signer = super::fields(&document).get("penandatangan").cloned();
    if signer.as_ref().and_then(Value::as_str) != Some("kepala") {
        return Ok(());
    }
    Err(Failure::new(
        Blame::Input,
        "signs_as_head",
        "Surat ini menyebut kepala sebagai penandatangan, sedangkan sekretaris menandatangani atas namanya. Tidak ada yang berubah; \
         ubah isian Penandatangan menjadi \"Sekretaris a.n. kepala\", atau minta kepala yang menandatangani.",
        "This letter names the head as its signer, and the secretary signs on the head's behalf. Nothing was changed; set the field \
         Signer to \"Secretary on behalf of the head\", or have the head sign it.",
    ))
}

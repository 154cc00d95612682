//! Steps from one status to the next.

use change_log::DocumentId;
use office_model::{OfficeCode, Status};
use replica_store::{Clock, Replica};
use serde_json::{Value, json};
use service_document::TransactionDocument;

use super::{chain, load, referrals};
use crate::{Blame, Failure};

/// `{"id", "change", "status", "referred"}`: where the record stands now, which is one further where the office's chain
/// lacks a part, and the offices that it is referred to from now on by itself.
pub(super) fn perform(
    replica: &mut Replica,
    id: DocumentId,
    to: Status,
    reason: Option<&str>,
    clock: &Clock,
) -> Result<Value, Failure> {
    let then = chain::of(replica)?.goes_on(to);
    if to == Status::Ditandatangani && load(replica, id)?.row().divergences > 0 {
        return Err(undecided());
    }
    // What was checked concerns others, too; what was withdrawn meanwhile no longer does.
    let concerns = then.unwrap_or(to).is_checked();
    let own = replica.office();
    let refer = |document: &TransactionDocument| match own {
        // The decision of an office above is all it writes in a village's record.
        Some(own) if concerns && document.row().office == own => referrals::concerned(document),
        _ => Vec::new(),
    };
    let before = replica.referrals(id)?;
    let change = replica.steps(id, (to, reason), then, refer, clock)?;
    let mut referred: Vec<OfficeCode> = replica.referrals(id)?.into_iter().map(|referral| referral.office).collect();
    referred.retain(|office| !before.iter().any(|referral| referral.office == *office));
    Ok(json!({"id": id, "change": change, "status": then.unwrap_or(to), "referred": referred}))
}

/// Whoever signs is to know what.
fn undecided() -> Failure {
    Failure::new(
        Blame::State,
        "undecided",
        "Berkas ini memuat dua isian yang berbeda, dan belum jelas mana yang ditandatangani. Tidak ada yang berubah; putuskan \
         dahulu di Perbedaan, lalu tandatangani.",
        "This record has two different values, and it is not clear which of them is signed. Nothing was changed; settle it under \
         Differences first, then sign.",
    )
}

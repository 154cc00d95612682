//! Edits of single fields, checked against the catalogue.

use change_log::DocumentId;
use office_model::{FieldPath, Service, Status, ValidEdit};
use replica_store::{Clock, Replica};
use serde_json::{Value, json};

use super::{catalogue_of, day, fields, known_service, load};
use crate::{Blame, Failure};

/// `{"id", "change": hash or null when all was so already, "warnings"}`.
pub(super) fn perform(
    replica: &mut Replica,
    id: DocumentId,
    edits: &[(FieldPath, Value)],
    clock: &Clock,
) -> Result<Value, Failure> {
    let document = load(replica, id)?;
    let status = document.row().status.parse::<Status>();
    if let Some(status) = status.ok().filter(|status| !status.is_editable()) {
        return Err(not_editable(status, known_service(&document)));
    }
    let today = day(clock).unwrap_or_default();
    let checked = catalogue_of(&document).validate_edit(&document.row().service, &fields(&document), edits, today);
    let ValidEdit { edits, warnings } = checked.map_err(Failure::values)?;
    let change = replica.edit(id, &edits, clock)?;
    Ok(json!({"id": id, "change": change, "warnings": warnings}))
}

/// The code of [`not_editable`].
pub(crate) const NOT_EDITABLE: &str = "not_editable";

/// What is signed says on paper what it says here, what is closed stays as it was, and the camat decides about what the record said
/// when it was passed on.
pub(crate) fn not_editable(status: Status, service: Option<&Service>) -> Failure {
    let label = service.map_or_else(|| status.label(), |service| status.label_for(service.outcome()));
    if status.waits_for_sub_district() {
        return Failure::new(
            Blame::State,
            NOT_EDITABLE,
            "Berkas ini sedang diputuskan camat, jadi isinya tidak dapat diubah; lampiran masih dapat ditambah. Tidak ada yang berubah; bila ada yang \
             salah, tarik kembali dari camat, lalu betulkan, periksa, dan teruskan lagi.",
            "The camat is deciding about this record, so what it says cannot be changed; files can still be attached. Nothing was changed; where \
             something is wrong, take it back from the camat, then correct it, check it and pass it on again.",
        );
    }
    Failure::new(
        Blame::State,
        NOT_EDITABLE,
        format!(
            "Berkas berstatus {} tidak dapat diubah lagi. Tidak ada yang berubah; bila isinya salah, batalkan dan buat berkas baru.",
            label.id
        ),
        format!(
            "A record that is \"{}\" cannot be changed any more. Nothing was changed; where it is wrong, cancel it and make a new one.",
            label.en
        ),
    )
}

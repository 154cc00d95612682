//! What whoever goes on with a record is to see first: that its number stands on another letter, what was changed after its
//! papers were checked, and what a signed letter says otherwise.

use change_log::DocumentId;
use office_model::{Catalogue, FieldPath, Service};
use replica_store::Replica;
use serde_json::Value;
use service_document::TransactionDocument;

use crate::Failure;
use crate::action::letter::{NUMBER, SinceSigned, changed_since_signed};
use crate::action::machine;
use crate::action::signed::Signed;
use crate::action::since_check::since_check;
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::shown;
use crate::desk::moments;
use crate::desk::record::history::{Names, place_label};

/// So many letters with the number of this one are named.
const ALIKE: usize = 5;

/// The other letters with the number of this one, by name.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) fn alike(replica: &Replica, id: DocumentId) -> Result<Vec<(DocumentId, String)>, Failure> {
    let name = |other| {
        let row = replica.row(other)?;
        Ok((other, row.and_then(|row| row.name).unwrap_or_else(|| "—".to_owned())))
    };
    replica.numbered_alike(id, ALIKE)?.into_iter().map(name).collect()
}

/// What was changed after the papers were checked: each place once, with who changed it last and when.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) fn unseen(
    replica: &Replica,
    document: &TransactionDocument,
    (catalogue, service): (&Catalogue, &Service),
    language: Language,
) -> Result<Vec<(String, String)>, Failure> {
    let items = since_check(document);
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let (machines, names) = (machine::of(replica, document.row().office, &items)?, Names::of(replica)?);
    let mut told: Vec<(String, String)> = Vec::new();
    for item in &items {
        let here = machines.get(&item.epoch).is_some_and(|machine| machine.here);
        let when = moments::long(item.at_millis());
        let who = format!("{}, {when}", names.of_clerk(&item.clerk, here));
        for edit in &item.changed {
            let label = place_label(edit, (catalogue, service), language);
            told.retain(|(known, _)| *known != label);
            told.push((label, who.clone()));
        }
    }
    Ok(told)
}

/// A field of which a signed letter says something else than the record does by now.
pub(in crate::desk) struct OnPaper {
    pub(in crate::desk) label: String,
    pub(in crate::desk) signed: String,
    pub(in crate::desk) now: String,
}

/// What another machine wrote while a letter was signed, or what was settled afterwards: the paper does not say it.
pub(super) fn on_paper(
    (document, signed): (&TransactionDocument, &Signed),
    (catalogue, service): (&Catalogue, &Service),
    language: Language,
) -> Vec<OnPaper> {
    let told = |SinceSigned { key, signed, now }: SinceSigned| {
        let path = key.parse::<FieldPath>().ok();
        let field = path.as_ref().and_then(|path| catalogue.field_at(service, path));
        let said =
            |value: Option<Value>| value.map_or_else(|| "—".to_owned(), |value| shown::value(field, &value, language));
        let label = if key == NUMBER {
            language.texts().number.to_owned()
        } else {
            shown::path_label((catalogue, service), (&key, None), language)
        };
        OnPaper { label, signed: said(signed), now: said(now) }
    };
    changed_since_signed(document, signed).into_iter().map(told).collect()
}

//! What whoever goes on with a record is to see first: that its number stands on another letter, what was changed after its
//! papers were checked, and what a signed letter says otherwise.

use change_log::DocumentId;
use chrono::NaiveDate;
use office_model::{Catalogue, FieldPath, Service, Status, calendar};
use replica_store::Replica;
use serde_json::Value;
use service_document::TransactionDocument;

use crate::Failure;
use crate::action::fields;
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

/// The field that says how long a letter is valid.
const VALID_UNTIL: &str = "berlaku_sampai";

/// The last day of a letter that is not signed yet, as people read it, where that is over; empty otherwise.
pub(super) fn over(document: &TransactionDocument, signed: &Signed, today: NaiveDate) -> String {
    let is_open = document.row().status.parse().is_ok_and(|status: Status| !status.is_final());
    let record = fields(document);
    let last = record.get(VALID_UNTIL).and_then(Value::as_str).and_then(|day| day.parse::<NaiveDate>().ok());
    let over = last.filter(|last| *signed == Signed::Not && is_open && *last < today);
    over.map_or_else(String::new, calendar::short_date)
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

#[cfg(test)]
mod tests {
    use change_log::EpochId;
    use serde_json::json;
    use service_document::{NewTransaction, Stamp};

    use super::*;

    #[test]
    fn a_validity_that_is_over_is_told_before_somebody_signs() {
        let fields = json!({"berlaku_sampai": "2026-12-28"}).as_object().unwrap().clone();
        let new = NewTransaction {
            office: "35.10.01.2001".parse().unwrap(),
            service: "G01".parse().unwrap(),
            catalogue_version: 1,
            fields,
            number: None,
            serials: None,
        };
        let stamp = Stamp { epoch: EpochId([1; 16]), millis: 1, hub_offset_millis: None, clerk: "siti".to_owned() };
        let (mut document, _) = TransactionDocument::create(&new, &stamp).unwrap();
        let told = |document: &TransactionDocument, day: &str| over(document, &Signed::Not, day.parse().unwrap());
        assert_eq!(told(&document, "2026-12-28"), "");
        assert_eq!(told(&document, "2027-01-07"), "28-12-2026");
        for (to, why) in [(Status::Diajukan, None), (Status::Dibatalkan, Some("Salah orang"))] {
            document.step(to, why, &stamp).unwrap();
        }
        assert_eq!(told(&document, "2027-01-07"), "", "nobody signs it any more");
    }
}

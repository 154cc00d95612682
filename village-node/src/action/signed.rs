//! Whether a letter is signed, and by which signature: its paper says for good what was signed.

use office_model::{OwnValue, Status};
use replica_store::{ListedTransaction, Reader};
use service_document::{Signature, SignedPaper, TransactionDocument};

use super::load;
use crate::Failure;

/// How a record stands to its signature.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Signed {
    /// It is not signed, or not any more.
    Not,
    /// Its paper is what this says.
    Once(Signature),
    /// Two machines signed apart, and what they signed differs: there are two papers with one number. The first one.
    Apart(Signature),
}

/// Of a record.
///
/// # Errors
///
/// When it is said to be signed, and what was signed cannot be read.
pub(crate) fn signed(document: &TransactionDocument) -> Result<Signed, Failure> {
    if !is_signed(&document.row().status) {
        return Ok(Signed::Not);
    }
    let mut signatures = document.signatures().into_iter();
    let first = signatures.next().ok_or_else(unreadable)?;
    let is_one = signatures.all(|other| other.is_of_same_paper(&first));
    Ok(if is_one { Signed::Once(first) } else { Signed::Apart(first) })
}

/// What a register says of a letter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum InRegister {
    /// Its paper, whatever its record says by now.
    Signed(SignedPaper),
    /// One number stands on two papers; what the first one says.
    SignedTwice(SignedPaper),
    /// It was signed, and then cancelled or refused: its paper may be out, and is not valid.
    Withdrawn(SignedPaper),
    /// It was signed, and two people moved it apart since so that it is open again: its paper may be out.
    Reopened(SignedPaper),
    /// It is no letter (yet): what its record says.
    Unsigned,
}

/// Of the record of a row.
///
/// # Errors
///
/// When it is said to be signed, and what was signed cannot be read.
pub(crate) fn in_register(reader: &Reader, row: &ListedTransaction) -> Result<InRegister, Failure> {
    if row.signed_millis.is_none() {
        return Ok(InRegister::Unsigned);
    }
    if !is_signed(&row.status) {
        let is_withdrawn = row.status.parse().is_ok_and(Status::is_withdrawn);
        let stands = if is_withdrawn { InRegister::Withdrawn } else { InRegister::Reopened };
        let signatures = load(reader, row.document)?.signatures();
        return Ok(signatures.first().map_or(InRegister::Unsigned, |first| stands(first.paper(None))));
    }
    if let Some(paper) = reader.plain_paper(row.document)? {
        return Ok(InRegister::Signed(paper));
    }
    let document = load(reader, row.document)?;
    let handed = document.handed_over();
    Ok(match signed(&document)? {
        Signed::Once(signature) => InRegister::Signed(signature.paper(handed)),
        Signed::Apart(signature) => InRegister::SignedTwice(signature.paper(handed)),
        Signed::Not => InRegister::Unsigned,
    })
}

/// Whether two people moved a record apart, so that nobody knows whether what was signed still stands.
pub(crate) fn is_status_apart(document: &TransactionDocument) -> bool {
    document.row().divergences > 0 && document.divergences().iter().any(|one| one.own == Some(OwnValue::Status))
}

/// Whether a status is one of a letter that went out signed.
pub(crate) fn is_signed(status: &str) -> bool {
    status.parse().is_ok_and(Status::is_signed)
}

fn unreadable() -> Failure {
    Failure::machine(
        "signature_unreadable",
        "Berkas ini tercatat ditandatangani, tetapi isinya saat ditandatangani tidak dapat dibaca. Tidak ada yang dicetak; \
         batalkan dan buat berkas baru, dan mohon laporkan.",
        "This record is noted as signed, but what it said when it was signed cannot be read. Nothing was printed; cancel it \
         and make a new one, and please report this.",
    )
}

#[cfg(test)]
mod tests {
    use change_log::{DocumentId, EpochId};
    use serde_json::{Map, Value, json};
    use service_document::{Authored, NewTransaction, SignedBy, SignedUnder, Stamp};

    use super::*;

    fn stamp(machine: u8, millis: i64) -> Stamp {
        Stamp { epoch: EpochId([machine; 16]), millis, hub_offset_millis: None, clerk: "siti".to_owned() }
    }

    fn load(changes: &[Authored]) -> TransactionDocument {
        TransactionDocument::load(changes.iter().map(|change| change.raw.as_slice())).unwrap()
    }

    /// A letter whose papers are checked, with one field beside its number.
    fn checked(field: &str) -> Vec<Authored> {
        checked_of("G01", field)
    }

    fn checked_of(service: &str, field: &str) -> Vec<Authored> {
        let mut form = Map::new();
        form.insert(field.to_owned(), Value::from("bekas_yasan"));
        let new = NewTransaction {
            office: "35.10.01.2001".parse().unwrap(),
            service: service.parse().unwrap(),
            catalogue_version: 1,
            fields: form,
            number: Some("470/10".to_owned()),
            serials: None,
        };
        let (mut document, first) = TransactionDocument::create(&new, &stamp(1, 1)).unwrap();
        let mut changes = vec![first];
        for (at, to) in [(2, Status::Diajukan), (3, Status::Diperiksa)] {
            changes.push(document.step(to, None, &stamp(1, at)).unwrap());
        }
        changes
    }

    fn sign(changes: &[Authored], machine: u8, millis: i64) -> Authored {
        let under = SignedUnder { profile: Some(DocumentId::derive(EpochId([9; 16]), 1, 1)), templates: 2 };
        let seal = format!("mark of {machine}");
        let by = SignedBy { under: Some(under), seal: Some(&seal), camat: None };
        load(changes).step_signed(Status::Ditandatangani, None, by, &stamp(machine, millis)).unwrap()
    }

    fn edit(changes: &[Authored], field: &str, machine: u8, millis: i64) -> Authored {
        let edits = [(field.parse().unwrap(), json!("tanah_negara"))];
        load(changes).edit(&edits, &stamp(machine, millis)).unwrap().unwrap()
    }

    fn with<const N: usize>(changes: &[Authored], more: [&Authored; N]) -> Vec<Authored> {
        changes.iter().chain(more).cloned().collect()
    }

    fn paper(document: &TransactionDocument) -> Signature {
        match signed(document).unwrap() {
            Signed::Once(paper) => paper,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_letter_is_what_was_signed_also_where_its_form_has_a_status() {
        for field in ["keperluan", "status"] {
            let checked = checked(field);
            assert_eq!(signed(&load(&checked)).unwrap(), Signed::Not);
            // At the same time, on another machine.
            let edit = edit(&checked, field, 2, 5);
            let mut document = load(&with(&checked, [&edit, &sign(&checked, 1, 5)]));
            document.step(Status::SiapDiambil, None, &stamp(1, 6)).unwrap();
            let paper = paper(&document);
            assert_eq!(
                (paper.millis, &paper.fields[field], paper.number.as_deref()),
                (5, &json!("bekas_yasan"), Some("470/10"))
            );
            assert_eq!((paper.under.unwrap().templates, paper.seal.as_deref()), (2, Some("mark of 1")));
            assert_eq!(document.to_json()["fields"][field], "tanah_negara");
        }
    }

    #[test]
    fn a_signature_tells_whether_the_camat_approved() {
        let checked = checked_of("S01", "keperluan");
        assert!(!paper(&load(&with(&checked, [&sign(&checked, 1, 5)]))).is_of_camat);
        let passed_on = load(&checked).step(Status::MenungguCamat, None, &stamp(1, 5)).unwrap();
        let passed_on = with(&checked, [&passed_on]);
        assert!(paper(&load(&with(&passed_on, [&sign(&passed_on, 2, 6)]))).is_of_camat);
    }

    #[test]
    fn what_is_signed_apart_is_one_letter_only_where_it_is_the_same_paper() {
        let checked = checked("keperluan");
        let day = 24 * 3_600_000;
        let one = sign(&checked, 1, 5);
        let same = load(&with(&checked, [&one, &sign(&checked, 2, 6)]));
        assert_eq!((paper(&same).millis, paper(&same).seal.as_deref()), (5, Some("mark of 1")));
        let other_day = load(&with(&checked, [&one, &sign(&checked, 2, 6 + day)]));
        assert!(matches!(signed(&other_day).unwrap(), Signed::Apart(first) if first.millis == 5));
        let edit = edit(&checked, "keperluan", 2, 4);
        let edited = with(&checked, [&edit]);
        let both = with(&checked, [&edit, &one, &sign(&edited, 2, 6)]);
        assert!(matches!(signed(&load(&both)).unwrap(), Signed::Apart(_)));
    }

    #[test]
    fn who_settles_signs_nothing() {
        let checked = checked("keperluan");
        let one = sign(&checked, 1, 5);
        let back = load(&checked).step(Status::Dikembalikan, Some("kurang"), &stamp(2, 5)).unwrap();
        let edit = edit(&with(&checked, [&back]), "keperluan", 2, 6);
        let mut document = load(&with(&checked, [&one, &back, &edit]));
        let nowhere = document.settle(&"status".parse().unwrap(), json!("selesai"), &stamp(2, 7));
        assert!(nowhere.is_err(), "nobody came there");
        document.settle(&"status".parse().unwrap(), json!("ditandatangani"), &stamp(2, 7)).unwrap();
        let paper = paper(&document);
        assert_eq!((paper.millis, &paper.fields["keperluan"]), (5, &json!("bekas_yasan")));
    }
}

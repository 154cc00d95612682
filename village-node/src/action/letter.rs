//! The letter of a record, as PDF.

use change_log::DocumentId;
use data_encoding::BASE64;
use exchange_driver::NodeIdentity;
use letter_print::{Finish, Letter, LetterFacts, Office, Paper, PrintError, Templates, one_line};
use office_handbook::Letterhead;
use office_model::{OwnValue, Roster, Status, calendar};
use replica_store::Replica;
use serde_json::{Map, Value, json};
use service_document::{Edited, HistoryItem, TransactionDocument, TransactionRow};
use sync_protocol::SealedLetter;

use super::standing::{is_own, only_the_village_prints};
use super::{catalogue_of, fields, handbook, load};
use crate::sealing::{Sealer, Unsealed};
use crate::{Blame, Failure};

/// A letter, printed.
pub(crate) struct Printed {
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
    /// What its QR code holds, or why it has none.
    pub(crate) seal: Result<String, Unsealed>,
}

/// `{"id", "file_name", "bytes": base64, "seal_url", "unsealed": {"code", "text"}}`.
pub(super) fn perform(
    replica: &Replica,
    by: (&NodeIdentity, &Sealer),
    id: DocumentId,
    paper: Paper,
) -> Result<Value, Failure> {
    let Printed { file_name, bytes, seal } = of(replica, by, id, paper)?;
    let why = |unsealed: Unsealed| json!({"code": unsealed.code(), "text": unsealed.text()});
    Ok(json!({
        "id": id,
        "file_name": file_name,
        "bytes": BASE64.encode(&bytes),
        "seal_url": seal.as_ref().ok(),
        "unsealed": seal.as_ref().err().copied().map(why),
    }))
}

/// The letter of a record as PDF. The same record, letterhead, templates and certificate always give the same bytes; what
/// is signed keeps the letterhead and the templates that it was signed under.
pub(crate) fn of(
    replica: &Replica,
    (identity, sealer): (&NodeIdentity, &Sealer),
    id: DocumentId,
    paper: Paper,
) -> Result<Printed, Failure> {
    let document = load(replica, id)?;
    let row = document.row();
    if !is_own(replica, row.office) {
        return Err(only_the_village_prints());
    }
    let signing = signing(&document);
    let dated = dated(&document, signing.as_ref());
    let day = calendar::wib_date(dated).unwrap_or_default();
    if matches!(row.status.parse(), Ok(Status::Ditolak | Status::Dibatalkan)) {
        return Err(withdrawn());
    }
    // Whoever signs later changes nothing in letters that are signed.
    let is_signed = matches!(row.status.parse(), Ok(Status::Ditandatangani | Status::SiapDiambil | Status::Selesai));
    let record = if is_signed { signed_fields(&document, signing.as_ref()) } else { fields(&document) };
    let (profile, templates) = if is_signed {
        (handbook::profile_at(replica, dated)?, handbook::templates_at(replica, identity, dated)?)
    } else {
        let templates = Templates::current().map_err(PrintError::from).map_err(|error| unprinted(&error))?;
        (handbook::profile(replica)?, templates)
    };
    let letterhead = profile.letterhead;
    let facts = LetterFacts {
        service: row.service,
        fields: &record,
        number: row.number.as_deref(),
        date: day,
        office: &office(replica, &letterhead)?,
        signers: &letterhead.signers,
    };
    let letter = Letter::of(templates, catalogue_of(&document), &facts).map_err(|error| unprinted(&error))?;
    let seal = may_seal(row, sealer).and_then(|number| {
        sealer.address(&SealedLetter {
            document: id,
            service: row.service,
            number,
            name: one_line(record.get("nama").and_then(Value::as_str).unwrap_or_default()),
            date: letter.date,
            signer: letter.signer.name.clone(),
        })
    });
    let print = |finish| letter.to_pdf(paper, &finish).map_err(|error| unprinted(&error));
    let bytes = match &seal {
        Ok(address) => print(Finish::Sealed(address.clone()))?,
        Err(_) if is_draft(row) => print(Finish::Draft)?,
        Err(_) => print(Finish::Unsealed)?,
    };
    Ok(Printed { file_name: format!("{}-{day}-{id}.pdf", row.service), bytes, seal })
}

/// The number that a seal names, or why there is to be none: a seal speaks for what is signed and decided.
pub(crate) fn may_seal(row: &TransactionRow, sealer: &Sealer) -> Result<String, Unsealed> {
    let signed = matches!(row.status.parse(), Ok(Status::Ditandatangani | Status::SiapDiambil | Status::Selesai));
    let number = row.number.as_deref().map(one_line).filter(|number| !number.is_empty());
    match number {
        _ if !signed => Err(Unsealed::NotSigned),
        None => Err(Unsealed::NoNumber),
        Some(_) if row.divergences > 0 => Err(Unsealed::Undecided),
        Some(_) if !sealer.is_certified() => Err(Unsealed::NoCertificate),
        Some(number) => Ok(number),
    }
}

fn withdrawn() -> Failure {
    Failure::new(
        Blame::State,
        "withdrawn",
        "Berkas ini ditolak atau dibatalkan, jadi tidak ada suratnya. Tidak ada yang dicetak; yang sudah tercetak tidak berlaku.",
        "This record was refused or cancelled, so it has no letter. Nothing was printed; what was printed before is not valid.",
    )
}

fn unprinted(error: &PrintError) -> Failure {
    match error {
        PrintError::NoLetter(_) => Failure::input(
            "no_letter",
            "Layanan ini tidak berakhir dengan surat. Tidak ada yang dicetak.",
            "This service does not end with a letter. Nothing was printed.",
        ),
        _ => Failure::machine(
            "print",
            format!("Surat tidak dapat dibuat. Berkasnya utuh; mohon laporkan. ({error})"),
            format!("The letter could not be made. Its record is whole; please report this. ({error})"),
        ),
    }
}

/// The change that signed a record.
fn signing(document: &TransactionDocument) -> Option<HistoryItem> {
    let is_step = |edit: &Edited| {
        edit.own == Some(OwnValue::Status)
            && edit.to.as_ref().and_then(Value::as_str) == Some(Status::Ditandatangani.as_str())
    };
    document.history().into_iter().rev().find(|item| item.changed.iter().any(is_step))
}

/// What was signed: what another machine wrote at the same time, and what is settled later, changes no letter.
fn signed_fields(document: &TransactionDocument, signing: Option<&HistoryItem>) -> Map<String, Value> {
    let then = signing.and_then(|item| document.to_json_at(&[item.hash]));
    match then.as_ref().and_then(|then| then.get("fields")).and_then(Value::as_object) {
        Some(signed) => signed.clone(),
        None => fields(document),
    }
}

/// The day of a letter is the day it was signed, before that the day the record was made: the same record always
/// prints the same.
fn dated(document: &TransactionDocument, signing: Option<&HistoryItem>) -> i64 {
    let of = |item: &HistoryItem| item.millis + item.hub_offset_millis.unwrap_or_default();
    let begun = || document.history().first().map(of);
    signing.map(of).or_else(begun).unwrap_or_else(|| document.row().created_millis)
}

/// Until its papers are checked, and it has its number, what is printed is a draft: nobody is to write one in by hand.
pub(crate) fn is_draft(row: &TransactionRow) -> bool {
    match row.status.parse::<Status>() {
        Ok(Status::Ditandatangani | Status::SiapDiambil | Status::Selesai) => false,
        Ok(Status::Diperiksa | Status::MenungguCamat) => row.number.is_none(),
        _ => true,
    }
}

/// Where the fields of a signed letter are others by now than those on its paper: the paper stays as it was signed.
pub(crate) fn changed_since_signed(document: &TransactionDocument) -> Vec<(String, Option<Value>, Option<Value>)> {
    let status = document.row().status.parse();
    if !matches!(status, Ok(Status::Ditandatangani | Status::SiapDiambil | Status::Selesai)) {
        return Vec::new();
    }
    let (signed, now) = (signed_fields(document, signing(document).as_ref()), fields(document));
    let keys = signed.keys().chain(now.keys().filter(|key| !signed.contains_key(*key)));
    let differing = keys.filter(|key| signed.get(*key) != now.get(*key));
    differing.map(|key| (key.clone(), signed.get(key).cloned(), now.get(key).cloned())).collect()
}

/// The office as the letterhead names it.
pub(crate) fn office(replica: &Replica, letterhead: &Letterhead) -> Result<Office, Failure> {
    let code = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    let office = Roster::current().get(code).ok_or_else(|| {
        Failure::new(
            Blame::State,
            "office",
            format!("Kantor {code} tidak ada dalam daftar program ini; perbarui program."),
            format!("This program's roster has no office {code}; update it."),
        )
    })?;
    Ok(Office {
        kind: office.kind,
        name: office.name.clone(),
        district: office.district.as_ref().map_or_else(String::new, |district| district.name.clone()),
        regency: "Banyuwangi".to_owned(),
        address: letterhead.address.clone(),
        phone: letterhead.phone.clone(),
        postal_code: letterhead.postal_code.clone(),
    })
}

#[cfg(test)]
mod tests {
    use service_document::Authored;

    use super::*;

    fn row(status: &str, number: Option<&str>, divergences: u32) -> TransactionRow {
        TransactionRow {
            before: Vec::new(),
            referrals: Vec::new(),
            office: "35.10.01.2001".parse().unwrap(),
            service: "G01".parse().unwrap(),
            catalogue: 1,
            status: status.to_owned(),
            number: number.map(str::to_owned),
            serials: Vec::new(),
            attached: Vec::new(),
            name: None,
            nik: None,
            names: Vec::new(),
            niks: Vec::new(),
            created_millis: 0,
            created_by: "siti".to_owned(),
            changed_millis: 0,
            changed_by: "siti".to_owned(),
            changes: 1,
            steps: 0,
            divergences,
        }
    }

    #[test]
    fn a_letter_is_of_the_day_it_was_signed_also_where_its_form_has_a_status() {
        let stamp = |millis| service_document::Stamp {
            epoch: change_log::EpochId([1; 16]),
            millis,
            hub_offset_millis: None,
            clerk: "siti".to_owned(),
        };
        for field in ["keperluan", "status"] {
            let mut form = Map::new();
            form.insert(field.to_owned(), Value::from("bekas_yasan"));
            let new = service_document::NewTransaction {
                office: "35.10.01.2001".parse().unwrap(),
                service: "G10".parse().unwrap(),
                catalogue_version: 1,
                fields: form,
                number: None,
                serials: None,
            };
            let load = |changes: &[Authored]| {
                TransactionDocument::load(changes.iter().map(|change| change.raw.as_slice())).unwrap()
            };
            let (mut document, first) = TransactionDocument::create(&new, &stamp(1)).unwrap();
            let mut changes = vec![first];
            for (at, to) in [(2, Status::Diajukan), (3, Status::Diperiksa)] {
                changes.push(document.step(to, None, &stamp(at)).unwrap());
            }
            assert_eq!(dated(&document, signing(&document).as_ref()), 1);
            // At the same time, on another machine.
            let edits = [(field.parse().unwrap(), Value::from("tanah_negara"))];
            let there = service_document::Stamp { epoch: change_log::EpochId([2; 16]), ..stamp(5) };
            let edit = load(&changes).edit(&edits, &there).unwrap().unwrap();
            for (at, to) in [(4, Status::MenungguCamat), (5, Status::Ditandatangani)] {
                changes.push(document.step(to, None, &stamp(at)).unwrap());
            }
            changes.push(edit);
            document = load(&changes);
            document.step(Status::SiapDiambil, None, &stamp(6)).unwrap();
            let signing = signing(&document);
            assert_eq!(dated(&document, signing.as_ref()), 5, "{field}");
            assert_eq!(fields(&document)[field], "tanah_negara");
            assert_eq!(
                signed_fields(&document, signing.as_ref())[field],
                "bekas_yasan",
                "{field}: the letter is what was signed"
            );
        }
    }

    #[test]
    fn only_what_is_signed_numbered_and_decided_is_sealed() {
        let certified = Sealer::certified_for_tests();
        let of = |status: &str, number, divergences| may_seal(&row(status, number, divergences), &certified);
        for status in ["ditandatangani", "siap_diambil", "selesai"] {
            assert_eq!(of(status, Some(" 470 /\u{200b}12 "), 0), Ok("470 /12".to_owned()));
        }
        for status in Status::ALL.iter().filter(|status| status.is_editable()) {
            assert_eq!(of(status.as_str(), Some("470/12"), 0), Err(Unsealed::NotSigned));
        }
        for status in ["ditolak", "dibatalkan", "of a newer program"] {
            assert_eq!(of(status, Some("470/12"), 0), Err(Unsealed::NotSigned));
        }
        assert_eq!(of("selesai", None, 0), Err(Unsealed::NoNumber));
        assert_eq!(of("selesai", Some(" \u{200b}"), 0), Err(Unsealed::NoNumber));
        assert_eq!(of("selesai", Some("470/12"), 1), Err(Unsealed::Undecided));
    }
}

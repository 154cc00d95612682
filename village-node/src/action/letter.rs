//! The letter of a record, as PDF.

use change_log::DocumentId;
use chrono::NaiveDate;
use data_encoding::BASE64;
use exchange_driver::NodeIdentity;
use letter_print::{Approved, Finish, Letter, LetterFacts, Office, Paper, PrintError, Signer, Templates, one_line};
use office_handbook::{Letterhead, Profile};
use office_model::{Checker, Roster, ServiceId, SignsAs, Status, calendar};
use replica_store::{Clock, Replica};
use serde_json::{Map, Value, json};
use service_document::{ApprovingCamat, Signature, TransactionDocument, TransactionRow};
use sync_protocol::SealedLetter;

use super::signed::{Signed, is_signed, is_status_apart, signed};
use super::since_check::is_paper_unseen;
use super::standing::{is_own, only_the_village_prints};
use super::{catalogue_of, chain, fields, handbook, known_service, load};
use crate::sealing::{Sealer, Unsealed};
use crate::{Blame, Failure};

/// A letter, printed.
pub(crate) struct Printed {
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
    /// Whether it is marked as a draft.
    pub(crate) draft: bool,
    /// What its QR code holds, or why it has none.
    pub(crate) seal: Result<String, Unsealed>,
}

/// `{"id", "file_name", "bytes": base64, "draft", "seal_url", "unsealed": {"code", "text"}}`.
pub(super) fn perform(
    replica: &Replica,
    by: (&NodeIdentity, &Sealer),
    id: DocumentId,
    paper: Paper,
) -> Result<Value, Failure> {
    let Printed { file_name, bytes, draft, seal } = of(replica, by, id, paper)?;
    let why = |unsealed: Unsealed| json!({"code": unsealed.code(), "text": unsealed.text()});
    Ok(json!({
        "id": id,
        "file_name": file_name,
        "bytes": BASE64.encode(&bytes),
        "draft": draft,
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
    if row.status.parse().is_ok_and(Status::is_withdrawn) {
        return Err(withdrawn());
    }
    let signed = signed(&document)?;
    let (paper_of, mark) = match &signed {
        Signed::Apart(_) => return Err(signed_apart()),
        Signed::Once(signature) => (Print::of_signed(replica, identity, signature)?, signature.seal.as_deref()),
        Signed::Not => (Print::of_now(replica, &document, row.created_millis)?, None),
    };
    let letter = paper_of.letter(replica, &document)?;
    let seal = may_seal(&signed, is_status_apart(&document), sealer)
        .and_then(|number| sealer.address(&paper_of.sealed(id, row.service, number, &letter), mark));
    let print = |finish| letter.to_pdf(paper, &finish).map_err(|error| unprinted(&error));
    // Without a name it is not to be signed.
    let is_unnamed = signed == Signed::Not && letter.signer.name.is_empty();
    let draft = is_unnamed || is_draft(&document, chain::of(replica)?.checker);
    let bytes = match &seal {
        Ok(address) => print(Finish::Sealed(address.clone()))?,
        Err(_) if draft => print(Finish::Draft)?,
        Err(_) => print(Finish::Unsealed)?,
    };
    let day = paper_of.day();
    Ok(Printed { file_name: format!("{}-{day}-{id}.pdf", row.service), bytes, draft, seal })
}

/// The mark of the seal of a letter that is signed now, for its step to hold; nothing where this machine can seal none. Nobody
/// is kept from signing by what is wrong here: it is said when the letter is printed.
pub(super) fn mark(
    replica: &Replica,
    sealer: &Sealer,
    (id, document): (DocumentId, &TransactionDocument),
    clock: &Clock,
) -> Option<String> {
    let print = Print::of_now(replica, document, clock.at_millis()).ok()?;
    let number = one_line(print.number.as_deref()?);
    let letter = print.letter(replica, document).ok()?;
    sealer.mark(&print.sealed(id, document.row().service, number, &letter)).ok()
}

/// In which capacity the letter of a record is signed, where the office's profile names nobody in it: signed so, it would bear
/// dots for good.
///
/// # Errors
///
/// When the database cannot be read, or the program's templates cannot.
pub(crate) fn unnamed_signer(replica: &Replica, document: &TransactionDocument) -> Result<Option<SignsAs>, Failure> {
    let is_letter = known_service(document).is_some_and(|service| service.is_letter);
    if !is_letter || !is_own(replica, document.row().office) {
        return Ok(None);
    }
    let letter = Print::of_now(replica, document, document.row().created_millis)?.letter(replica, document)?;
    Ok(letter.signer.name.is_empty().then_some(letter.signs))
}

/// What goes on a paper.
struct Print {
    fields: Map<String, Value>,
    number: Option<String>,
    /// Of its day: milliseconds since 1970 UTC.
    millis: i64,
    profile: Profile,
    templates: &'static Templates,
    /// The camat's approval, which is of its day.
    approved: Option<Approved>,
}

impl Print {
    /// Nothing that came later, from whichever machine, changes what is signed.
    fn of_signed(replica: &Replica, identity: &NodeIdentity, signature: &Signature) -> Result<Self, Failure> {
        let (profile, templates) = match signature.under {
            Some(under) => (handbook::profile_of(replica, under.profile)?, handbook::templates_of(under.templates)?),
            // Before steps said so.
            None => (
                handbook::profile_at(replica, signature.millis)?,
                handbook::templates_at(replica, identity, signature.millis)?,
            ),
        };
        let Signature { fields, number, millis, is_of_camat, camat, .. } = signature.clone();
        let ApprovingCamat { name, title, nip } = camat.unwrap_or_default();
        let day = calendar::wib_date(millis).unwrap_or_default();
        let approved = is_of_camat.then_some(Approved { day, camat: Signer { name, title, nip } });
        Ok(Self { fields, number, millis, profile, templates, approved })
    }

    /// As the record, the profile and the templates stand; of the day of `millis` since 1970 UTC.
    fn of_now(replica: &Replica, document: &TransactionDocument, millis: i64) -> Result<Self, Failure> {
        let templates = Templates::current().map_err(PrintError::from).map_err(|error| unprinted(&error))?;
        Ok(Self {
            fields: fields(document),
            number: document.row().number.clone(),
            millis,
            profile: handbook::profile(replica)?,
            templates,
            approved: None,
        })
    }

    fn day(&self) -> NaiveDate {
        calendar::wib_date(self.millis).unwrap_or_default()
    }

    fn letter(&self, replica: &Replica, document: &TransactionDocument) -> Result<Letter, Failure> {
        let letterhead = &self.profile.letterhead;
        let facts = LetterFacts {
            service: document.row().service,
            fields: &self.fields,
            number: self.number.as_deref(),
            date: self.day(),
            office: &office(replica, letterhead)?,
            signers: &letterhead.signers,
            approved: self.approved.as_ref(),
        };
        Letter::of(self.templates, catalogue_of(document), &facts).map_err(|error| unprinted(&error))
    }

    /// What a seal of it says.
    fn sealed(&self, id: DocumentId, service: ServiceId, number: String, letter: &Letter) -> SealedLetter {
        SealedLetter {
            document: id,
            service,
            number,
            name: one_line(self.fields.get("nama").and_then(Value::as_str).unwrap_or_default()),
            date: letter.date,
            signer: letter.signer.name.clone(),
        }
    }
}

/// The number that a seal names, or why there is to be none. What was signed is decided, whatever stands apart in its fields
/// since; whether it still stands is not where its status does.
pub(crate) fn may_seal(signed: &Signed, is_status_apart: bool, sealer: &Sealer) -> Result<String, Unsealed> {
    let signature = match signed {
        Signed::Not => return Err(Unsealed::NotSigned),
        Signed::Apart(_) => return Err(Unsealed::SignedApart),
        Signed::Once(signature) => signature,
    };
    match signature.number.as_deref().map(one_line).filter(|number| !number.is_empty()) {
        None => Err(Unsealed::NoNumber),
        Some(_) if is_status_apart => Err(Unsealed::Undecided),
        Some(_) if signature.seal.is_none() && !sealer.is_certified() => Err(Unsealed::NoCertificate),
        Some(number) => Ok(number),
    }
}

pub(super) fn signed_apart() -> Failure {
    let text = Unsealed::SignedApart.text();
    Failure::new(Blame::State, "signed_apart", text.id, text.en)
}

pub(super) fn withdrawn() -> Failure {
    Failure::new(
        Blame::State,
        "withdrawn",
        "Berkas ini ditolak atau dibatalkan, jadi tidak ada suratnya. Tidak ada yang dicetak atau dinomori; yang sudah tercetak tidak berlaku.",
        "This record was refused or cancelled, so it has no letter. Nothing was printed or numbered; what was printed before is not valid.",
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

/// Until its papers are checked, it has its number and nothing in it is undecided, what is printed is a draft: nobody is to write
/// one in by hand, nor to sign one of two values, nor what was changed after the papers were checked, nor to hand over what is perhaps not to stand.
pub(crate) fn is_draft(document: &TransactionDocument, checker: Checker) -> bool {
    // Where nobody checks, what is changed counts as checked as well.
    let is_unseen = checker != Checker::Nobody && is_paper_unseen(document);
    is_unfinished(document.row()) || is_unseen || is_status_apart(document)
}

fn is_unfinished(row: &TransactionRow) -> bool {
    match row.status.parse::<Status>() {
        Ok(_) if is_signed(&row.status) => false,
        Ok(Status::Diperiksa | Status::MenungguCamat) => row.number.is_none() || row.divergences > 0,
        _ => true,
    }
}

/// Where a signed letter says something else than its record does by now: the paper stays as it was signed. The number is
/// among them, under the name that the record's own one has.
pub(crate) fn changed_since_signed(document: &TransactionDocument, signed: &Signed) -> Vec<SinceSigned> {
    let (Signed::Once(paper) | Signed::Apart(paper)) = signed else { return Vec::new() };
    let (signed, now) = (&paper.fields, fields(document));
    let keys = signed.keys().chain(now.keys().filter(|key| !signed.contains_key(*key)));
    let differing = keys.filter(|key| signed.get(*key) != now.get(*key));
    let one =
        |key: &String| SinceSigned { key: key.clone(), signed: signed.get(key).cloned(), now: now.get(key).cloned() };
    let mut told: Vec<SinceSigned> = differing.map(one).collect();
    let number = document.row().number.clone();
    if paper.number.is_some() && paper.number != number {
        let (signed, now) = (paper.number.clone().map(Value::from), number.map(Value::from));
        told.push(SinceSigned { key: NUMBER.to_owned(), signed, now });
    }
    told
}

/// A place of which a signed letter says something else than its record.
pub(crate) struct SinceSigned {
    /// The key of the field; [`NUMBER`] for the number of the record itself.
    pub(crate) key: String,
    /// What the paper says.
    pub(crate) signed: Option<Value>,
    /// What the record says.
    pub(crate) now: Option<Value>,
}

/// How [`changed_since_signed`] calls the number of the record itself.
pub(crate) const NUMBER: &str = "#number";

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
            signed_millis: None,
            two_papers: false,
            numbered_millis: None,
        }
    }

    #[test]
    fn what_is_unchecked_unnumbered_or_undecided_prints_as_a_draft() {
        let is = |status: &str, number: Option<&str>, divergences| is_unfinished(&row(status, number, divergences));
        assert!(is("draf", Some("470/12"), 0) && is("diajukan", Some("470/12"), 0));
        assert!(is("diperiksa", None, 0) && is("menunggu_camat", None, 0));
        assert!(is("diperiksa", Some("470/12"), 1), "nobody is to sign one of two values");
        assert!(!is("diperiksa", Some("470/12"), 0) && !is("menunggu_camat", Some("470/12"), 0));
        assert!(!is("ditandatangani", Some("470/12"), 1), "what was signed is decided");
    }

    #[test]
    fn only_what_is_signed_numbered_and_decided_is_sealed() {
        let certified = Sealer::certified_for_tests();
        let of = |status: &str, number: Option<&str>, is_apart: bool| {
            let signature = Signature {
                hash: change_log::ChangeHash([0; 32]),
                millis: 0,
                fields: Map::new(),
                number: number.map(str::to_owned),
                under: None,
                seal: None,
                is_of_camat: false,
                camat: None,
            };
            let signed = if is_signed(status) { Signed::Once(signature) } else { Signed::Not };
            may_seal(&signed, is_apart, &certified)
        };
        for status in ["ditandatangani", "siap_diambil", "selesai"] {
            assert_eq!(of(status, Some(" 470 /\u{200b}12 "), false), Ok("470 /12".to_owned()));
        }
        for status in Status::ALL.iter().filter(|status| status.is_editable()) {
            assert_eq!(of(status.as_str(), Some("470/12"), false), Err(Unsealed::NotSigned));
        }
        for status in ["ditolak", "dibatalkan", "of a newer program"] {
            assert_eq!(of(status, Some("470/12"), false), Err(Unsealed::NotSigned));
        }
        assert_eq!(of("selesai", None, false), Err(Unsealed::NoNumber));
        assert_eq!(of("selesai", Some(" \u{200b}"), false), Err(Unsealed::NoNumber));
        assert_eq!(of("selesai", Some("470/12"), true), Err(Unsealed::Undecided));
    }
}

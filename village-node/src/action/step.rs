//! Steps from one status to the next.

use change_log::DocumentId;
use chrono::NaiveDate;
use letter_print::Signer;
use office_handbook::ProfileForm;
use office_model::{Bilingual, FaultCode, FieldKind, OfficeCode, Problem, Role, SignsAs, Status};
use replica_store::{Clock, Replica, Steps};
use serde_json::{Value, json};
use service_document::{ApprovingCamat, Signature, SignedBy, TransactionDocument};

use super::signed::{Signed, is_signed, signed};
use super::since_check::{is_checked_again, since_check};
use super::standing::is_own;
use super::{catalogue_of, chain, fields, handbook, known_service, letter, load, referrals, today};
use crate::sealing::Sealer;
use crate::{Blame, Failure};

/// `{"id", "change", "status", "referred"}`: where the record stands now, which is one further where the office's chain
/// lacks a part, and the offices that it is referred to from now on by itself.
pub(super) fn perform(
    replica: &mut Replica,
    sealer: &Sealer,
    id: DocumentId,
    to: Status,
    reason: Option<&str>,
    clock: &Clock,
) -> Result<Value, Failure> {
    let document = load(replica, id)?;
    let (to, then) = if is_checked_again(&document, to) {
        (Status::Diajukan, Some(Status::Diperiksa))
    } else {
        (to, chain::of(replica)?.goes_on(to))
    };
    let becomes = then.unwrap_or(to);
    if document.row().status.parse() == Ok(Status::Diperiksa)
        && to == Status::Diajukan
        && since_check(&document).is_empty()
    {
        return Err(nothing_to_check());
    }
    let leads_to_letter = matches!(becomes, Status::MenungguCamat | Status::Ditandatangani);
    // Nor does the camat decide on one of two values: he may choose neither.
    if leads_to_letter && document.row().divergences > 0 {
        return Err(undecided());
    }
    if leads_to_letter {
        must_be_whole(&document, today(replica))?;
    }
    if to != Status::Dibatalkan && matches!(signed(&document)?, Signed::Apart(_)) {
        return Err(letter::signed_apart());
    }
    if becomes == Status::Ditandatangani {
        super::clock::must_be_believed(replica)?;
    }
    if leads_to_letter && let Some(signature) = document.signatures().first() {
        return Err(if is_signed(&document.row().status) {
            signed_already(&document, signature)
        } else {
            signed_before()
        });
    }
    if leads_to_letter && lacks_number(replica, id, to)? {
        return Err(without_number());
    }
    // What cannot be printed here now may be printed elsewhere: that keeps nobody from signing.
    if leads_to_letter && let Ok(Some(signs)) = letter::unnamed_signer(replica, &document) {
        return Err(unnamed(signs));
    }
    // What was checked concerns others, too; what was withdrawn meanwhile no longer does.
    let concerns = becomes.is_checked();
    let own = replica.office();
    let refer = |document: &TransactionDocument| match own {
        // The decision of an office above is all it writes in a village's record.
        Some(own) if concerns && document.row().office == own => referrals::concerned(document),
        _ => Vec::new(),
    };
    let before = replica.referrals(id)?;
    // Of the sub-district's own profile a village's letter has nothing.
    let is_own = is_own(replica, document.row().office);
    let under = if is_own { Some(handbook::signed_under(replica)?) } else { None };
    // Where no other machine prints it, the seal need not travel.
    let signs = is_own && becomes == Status::Ditandatangani && replica.has_other_machines()?;
    let seal = if signs { letter::mark(replica, sealer, (id, &document), clock) } else { None };
    // The village, which prints the letter, has nothing of the sub-district's profile.
    let camat = if is_own { None } else { approving_camat(replica, &clock.clerk)? };
    let by = SignedBy { under, seal: seal.as_deref(), camat: camat.as_ref() };
    let change = replica.steps(id, Steps { to, reason, then, by }, refer, clock)?;
    let mut referred: Vec<OfficeCode> = replica.referrals(id)?.into_iter().map(|referral| referral.office).collect();
    referred.retain(|office| !before.iter().any(|referral| referral.office == *office));
    Ok(json!({"id": id, "change": change, "status": becomes, "referred": referred}))
}

/// Refuses a record whose persons, or what is needed of several fields, are not whole: nobody could save it so, but two who changed
/// it apart may have left it so, one by emptying a person and one by adding to them. Fields that came to be needed since it was
/// made are not asked for.
fn must_be_whole(document: &TransactionDocument, today: NaiveDate) -> Result<(), Failure> {
    let (catalogue, row) = (catalogue_of(document), document.row());
    let Some(service) = catalogue.service(&row.service) else { return Ok(()) };
    let problems = catalogue.validate(&row.service, &fields(document), today).err().unwrap_or_default();
    let of_persons = |problem: &Problem| {
        let kind = service.field(problem.path.root()).map(|field| &field.kind);
        matches!(kind, Some(FieldKind::Person | FieldKind::Persons { .. }))
    };
    let lacks = |problem: &&Problem| match problem.code {
        FaultCode::Required | FaultCode::ListLength => of_persons(problem),
        FaultCode::RequiredTogether => true,
        _ => false,
    };
    let lacking: Vec<&Problem> = problems.iter().filter(lacks).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let said = |problem: &&Problem| {
        let label = &service.field(problem.path.root())?.label;
        Some((format!("{}: {}", label.id, problem.text.id), format!("{}: {}", label.en, problem.text.en)))
    };
    let (id, en): (Vec<String>, Vec<String>) = lacking.iter().filter_map(said).unzip();
    Err(Failure::new(
        Blame::State,
        "not_whole",
        format!(
            "Isian surat ini belum lengkap, mungkin karena diubah di dua komputer yang sedang terpisah: {} Tidak ada yang berubah; \
             lengkapi isiannya, lalu ulangi langkah ini.",
            id.join(" ")
        ),
        format!(
            "What this letter says is not whole, perhaps because it was changed on two machines that were apart: {} Nothing was \
             changed; fill it in, then take this step again.",
            en.join(" ")
        ),
    ))
}

/// Who approves for this office, as its profile names the head. Where somebody else decides, for whom the camat lets it, nobody
/// is named: the letter says that the office approved.
fn approving_camat(replica: &Replica, clerk: &str) -> Result<Option<ApprovingCamat>, Failure> {
    let is_camat = replica.account(clerk)?.is_some_and(|account| account.role.parse() == Ok(Role::Camat));
    if !is_camat {
        return Ok(None);
    }
    let Signer { name, title, nip } = handbook::profile(replica)?.letterhead.signers.kepala;
    Ok(Some(ApprovingCamat { name, title, nip }))
}

/// Who checked it is not asked again for nothing.
fn nothing_to_check() -> Failure {
    Failure::input(
        "nothing_to_check",
        "Berkas ini sudah diperiksa dan tidak diubah sejak itu, jadi tidak ada yang diperiksa lagi. Tidak ada yang berubah; bila ada \
         yang kurang, kembalikan dengan alasan.",
        "This record is checked and was not changed since, so that there is nothing to check again. Nothing was changed; where \
         something is missing, send it back with a reason.",
    )
}

/// Whether a record is a letter of this office that may take this step and has no number.
fn lacks_number(replica: &Replica, id: DocumentId, to: Status) -> Result<bool, Failure> {
    let document = load(replica, id)?;
    let row = document.row();
    let Some(service) = known_service(&document).filter(|service| service.is_letter) else { return Ok(false) };
    let may_step = row.status.parse::<Status>().is_ok_and(|from| from.next(service.approval).any(|next| next == to));
    Ok(may_step && row.number.is_none() && is_own(replica, row.office))
}

/// A paper that is signed without a number gets one by hand, which another letter has or will have.
fn without_number() -> Failure {
    Failure::new(
        Blame::Input,
        "without_number",
        "Surat ini belum bernomor. Tidak ada yang berubah; beri nomor dahulu (tombol Beri nomor, atau `village-node \
         number`), lalu lanjutkan. Bila nomor habis, sinkronkan untuk mendapat nomor baru.",
        "This letter has no number yet. Nothing was changed; give it one first (the button Give it a number, or \
         `village-node number`), then go on. Where there are none left, sync to get new ones.",
    )
}

/// A letter keeps the profile that it was signed under.
fn unnamed(signs: SignsAs) -> Failure {
    let Bilingual { id, en } = ProfileForm::label(ProfileForm::name_of(signs));
    Failure::new(
        Blame::Input,
        "signer_unnamed",
        format!(
            "{id} belum diisi, jadi surat ini akan bertitik-titik di tempat nama untuk selamanya. Tidak ada yang berubah; \
             kepala atau admin mengisinya di halaman Kantor (atau dengan `village-node profile`), lalu ulangi langkah ini."
        ),
        format!(
            "{en} is not filled in, so this letter would bear dots in its place for good. Nothing was changed; the head or \
             an admin fills it in on the page Office (or with `village-node profile`), then take this step again."
        ),
    )
}

/// A paper with its number may be out: another one with the same number would belie it.
fn signed_before() -> Failure {
    Failure::new(
        Blame::State,
        "signed_before",
        "Berkas ini sudah pernah ditandatangani, dan suratnya mungkin sudah keluar. Tidak ada yang berubah; batalkan berkas ini \
         dan buat yang baru, dengan nomor sendiri.",
        "This record was signed before, and its letter may be out. Nothing was changed; cancel it and make a new one, with a \
         number of its own.",
    )
}

/// Two people had it open, and one was quicker.
fn signed_already(document: &TransactionDocument, signature: &Signature) -> Failure {
    let history = document.history();
    let by = history.iter().find(|item| item.hash == signature.hash).map_or("?", |item| item.clerk.as_str());
    let at = desk_kit::moments::long(signature.millis);
    Failure::new(
        Blame::State,
        "signed_already",
        format!(
            "Berkas ini sudah ditandatangani: dicatat oleh {by}, {at}. Tidak ada yang berubah, dan tidak ada yang perlu dilakukan lagi."
        ),
        format!("This record is signed already: noted by {by}, {at}. Nothing was changed, and nothing is left to do."),
    )
}

/// Whoever signs is to know what.
fn undecided() -> Failure {
    Failure::new(
        Blame::State,
        "undecided",
        "Berkas ini memuat dua isian yang berbeda, dan belum jelas mana yang ditandatangani. Tidak ada yang berubah; desa \
         memutuskannya dahulu di Perbedaan, lalu langkah ini diulangi.",
        "This record has two different values, and it is not clear which of them is signed. Nothing was changed; the village \
         settles it under Differences first, then this step is taken again.",
    )
}

#[cfg(test)]
mod tests {
    use change_log::EpochId;
    use serde_json::Map;
    use service_document::{NewTransaction, Stamp};

    use super::*;

    #[test]
    fn what_two_left_without_a_name_an_heir_or_an_income_is_put_right_before_a_letter_is_signed() {
        let of = |service: &str, fields: Value| {
            let fields = fields.as_object().cloned().unwrap_or_else(Map::new);
            let new = NewTransaction {
                office: "35.10.01.2001".parse().unwrap(),
                service: service.parse().unwrap(),
                catalogue_version: 1,
                fields,
                number: None,
                serials: None,
            };
            let stamp = Stamp { epoch: EpochId([1; 16]), millis: 1, hub_offset_millis: None, clerk: "siti".to_owned() };
            let (document, _) = TransactionDocument::create(&new, &stamp).unwrap();
            must_be_whole(&document, NaiveDate::from_ymd_opt(2026, 7, 1).unwrap())
        };
        let lacks = of("G05", json!({ "ayah": { "alamat": "Jl Kenanga 5" } })).unwrap_err();
        assert!(lacks.text.id.contains("Ayah: Nama") && lacks.text.en.contains("fill it in"), "{}", lacks.text.id);
        let named = of("G05", json!({ "ayah": { "nama": "Joko" } }));
        assert!(!named.is_err_and(|lacks| lacks.text.id.contains("Ayah:")));
        assert!(of("G09", json!({})).is_err_and(|lacks| lacks.text.id.contains("Ahli waris")));
        assert!(of("E02", json!({})).is_err_and(|lacks| lacks.text.id.contains("paling sedikit satu")));
        // What else a form needs is not asked for here.
        assert!(of("G01", json!({})).is_ok());
    }
}

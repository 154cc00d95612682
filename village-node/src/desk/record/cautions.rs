//! What whoever goes on with a record is to see first: that its number stands on another letter, what was changed after its
//! papers were checked, that nobody is named to sign it, when it goes to the camat, and what a signed letter says otherwise.

use change_log::DocumentId;
use chrono::NaiveDate;
use office_handbook::ProfileForm;
use office_model::{Catalogue, CautionCode, FieldPath, Service, Status, approval_due, calendar};
use replica_store::Replica;
use serde_json::Value;
use service_document::TransactionDocument;

use crate::Failure;
use crate::action::handbook;
use crate::action::letter::{NUMBER, SinceSigned, changed_since_signed, unnamed_signer};
use crate::action::signed::Signed;
use crate::action::since_check::since_check;
use crate::action::standing::is_own;
use crate::action::{fields, machine, today};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::shown;
use crate::desk::moments;
use crate::desk::record::history::{Names, place_label};
use crate::sealing::Unsealed;

/// All of it, of one record.
#[derive(Default)]
pub(super) struct Cautions {
    /// The other letters that bear its number: id, and whose it is.
    pub(super) alike: Vec<(DocumentId, String)>,
    /// What is said of a letter of which there are two with one number; empty where there is one.
    pub(super) two_papers: String,
    /// What the signed letter says otherwise.
    pub(super) on_paper: Vec<OnPaper>,
    /// What an anonymous record holds of its citizen all the same: two machines changed it apart, or it is an old one.
    pub(super) known: Vec<String>,
    /// The day on which it says it was made, where that is still to come.
    pub(super) made_ahead: String,
    /// The last day of its letter, where that is over before it is signed.
    pub(super) validity_over: String,
    /// The name that the office's profile lacks of who signs it; empty where it lacks none.
    pub(super) unnamed: String,
    /// Whether it waits for the camat of this office, whose name the office's profile lacks.
    pub(super) is_camat_unnamed: bool,
    /// When its letter goes to the camat.
    pub(super) approval: ApprovalSaid,
    /// What was changed after the papers were checked: what, by whom and when.
    pub(super) unseen: Vec<(String, String)>,
    /// What is odd in its form, as long as it can be put right: the field, and why.
    pub(super) odd: Vec<(String, String)>,
}

impl Cautions {
    /// Of a record. What concerns its letter is told in its own office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(super) fn of(
        replica: &Replica,
        (id, document, signed): (DocumentId, &TransactionDocument, &Signed),
        (catalogue, service): (&Catalogue, &Service),
        language: Language,
    ) -> Result<Self, Failure> {
        let unseen = unseen(replica, document, (catalogue, service), language)?;
        let two_papers = match signed {
            Signed::Apart(_) => language.say(&Unsealed::SignedApart.text()).to_owned(),
            Signed::Once(_) | Signed::Not => String::new(),
        };
        let today = today(replica);
        let odd =
            if is_open(document, signed) { odd(document, (catalogue, service), today, language) } else { Vec::new() };
        if !is_own(replica, document.row().office) {
            let is_camat_unnamed = is_camat_unnamed(replica, document)?;
            return Ok(Self { two_papers, is_camat_unnamed, unseen, odd, ..Self::default() });
        }
        Ok(Self {
            alike: alike(replica, id)?,
            two_papers,
            on_paper: on_paper((document, signed), (catalogue, service), language),
            known: known(document, (catalogue, service), language),
            made_ahead: ahead(document, today),
            validity_over: over(document, signed, today),
            unnamed: if is_open(document, signed) { unnamed(replica, document, language) } else { String::new() },
            is_camat_unnamed: false,
            approval: approval_said(service, document, today, language),
            unseen,
            odd,
        })
    }
}

/// Whether a letter is not signed, and may still be.
fn is_open(document: &TransactionDocument, signed: &Signed) -> bool {
    *signed == Signed::Not && document.row().status.parse().is_ok_and(|status: Status| !status.is_final())
}

/// So many letters with the number of this one are named.
const ALIKE: usize = 5;

/// The other letters with the number of this one, by name.
///
/// # Errors
///
/// When the database cannot be read.
fn alike(replica: &Replica, id: DocumentId) -> Result<Vec<(DocumentId, String)>, Failure> {
    let name = |other| {
        let row = replica.row(other)?;
        Ok((other, row.and_then(|row| row.name).unwrap_or_else(|| "—".to_owned())))
    };
    replica.numbered_alike(id, ALIKE)?.into_iter().map(name).collect()
}

/// The citizen's fields that an anonymous record holds, by their labels.
fn known(
    document: &TransactionDocument,
    (catalogue, service): (&Catalogue, &Service),
    language: Language,
) -> Vec<String> {
    let record = fields(document);
    if !service.is_anonymous(&record) {
        return Vec::new();
    }
    let held =
        catalogue.citizen_fields().iter().filter(|field| record.get(&field.key).is_some_and(|value| !value.is_null()));
    held.map(|field| language.say(&field.label).to_owned()).collect()
}

/// What a form warns of: whoever checks and signs did not see it there. What is over has its own caution.
fn odd(
    document: &TransactionDocument,
    (catalogue, service): (&Catalogue, &Service),
    today: NaiveDate,
    language: Language,
) -> Vec<(String, String)> {
    let warnings = catalogue.look(service, &fields(document), today).warnings;
    let told = warnings.iter().filter(|one| one.code != CautionCode::ValidUntilPast).map(|one| {
        let label = shown::path_label((catalogue, service), (&one.path.to_string(), None), language);
        (label, language.say(&one.text).to_owned())
    });
    told.collect()
}

/// The day on which a record says it was made, as people read it, where that is after today; empty otherwise.
fn ahead(document: &TransactionDocument, today: NaiveDate) -> String {
    let made = calendar::wib_date(document.row().created_millis);
    made.filter(|made| *made > today).map_or_else(String::new, calendar::short_date)
}

/// The field that says how long a letter is valid.
const VALID_UNTIL: &str = "berlaku_sampai";

/// The last day of a letter that is not signed yet, as people read it, where that is over; empty otherwise.
fn over(document: &TransactionDocument, signed: &Signed, today: NaiveDate) -> String {
    let record = fields(document);
    let last = record.get(VALID_UNTIL).and_then(Value::as_str).and_then(|day| day.parse::<NaiveDate>().ok());
    let over = last.filter(|last| is_open(document, signed) && *last < today);
    over.map_or_else(String::new, calendar::short_date)
}

/// The name that the office's profile lacks of whoever signs a letter, as its page calls the field; empty where it lacks none.
fn unnamed(replica: &Replica, document: &TransactionDocument, language: Language) -> String {
    // What cannot be printed says so where it is printed.
    let signs = unnamed_signer(replica, document).ok().flatten();
    let label = signs.map(|signs| ProfileForm::label(ProfileForm::name_of(signs)));
    label.map_or_else(String::new, |label| language.say(&label).to_owned())
}

/// Whether a record waits for the camat of this office, whose name its letter would lack.
///
/// # Errors
///
/// When the database cannot be read.
fn is_camat_unnamed(replica: &Replica, document: &TransactionDocument) -> Result<bool, Failure> {
    let waits = document.row().status.parse().is_ok_and(Status::waits_for_sub_district);
    if !waits || replica.office() != document.row().office.district() {
        return Ok(false);
    }
    Ok(handbook::profile(replica)?.letterhead.signers.kepala.name.is_empty())
}

/// What is said of the condition under which a letter goes to the camat.
#[derive(Default)]
pub(super) enum ApprovalSaid {
    #[default]
    Nothing,
    /// The condition, which people judge.
    Judged(String),
    /// The condition, and that the form says it is met.
    Due(String),
}

/// Of a record that can still take either way.
fn approval_said(
    service: &Service,
    document: &TransactionDocument,
    today: NaiveDate,
    language: Language,
) -> ApprovalSaid {
    // It is passed on before it is signed, and as long as its fields can be changed.
    let may_go_there = document.row().status.parse().is_ok_and(Status::is_editable);
    let Some(when) = service.approval_when.as_ref().filter(|_| may_go_there) else { return ApprovalSaid::Nothing };
    let when = language.say(when).to_owned();
    match approval_due(service, &fields(document), today) {
        Some(true) => ApprovalSaid::Due(when),
        Some(false) => ApprovalSaid::Nothing,
        None => ApprovalSaid::Judged(when),
    }
}

/// What was changed after the papers were checked: each place once, with who changed it last and when.
///
/// # Errors
///
/// When the database cannot be read.
fn unseen(
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
fn on_paper(
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
        assert_eq!(ahead(&document, "1969-12-31".parse().unwrap()), "01-01-1970");
        assert_eq!(ahead(&document, "1970-01-01".parse().unwrap()), "");
        assert_eq!(told(&document, "2027-01-07"), "28-12-2026");
        for (to, why) in [(Status::Diajukan, None), (Status::Dibatalkan, Some("Salah orang"))] {
            document.step(to, why, &stamp).unwrap();
        }
        assert_eq!(told(&document, "2027-01-07"), "", "nobody signs it any more");
    }

    #[test]
    fn every_service_that_goes_to_the_camat_under_a_condition_says_it() {
        let stamp = Stamp { epoch: EpochId([1; 16]), millis: 1, hub_offset_millis: None, clerk: "siti".to_owned() };
        let mut told = Vec::new();
        for service in Catalogue::current().services() {
            let new = NewTransaction {
                office: "35.10.01.2001".parse().unwrap(),
                service: service.id,
                catalogue_version: 1,
                fields: serde_json::Map::new(),
                number: None,
                serials: None,
            };
            let (document, _) = TransactionDocument::create(&new, &stamp).unwrap();
            for language in [Language::Indonesian, Language::English] {
                match approval_said(service, &document, "2026-12-28".parse().unwrap(), language) {
                    ApprovalSaid::Judged(when) => told.push((service.id.to_string(), when)),
                    ApprovalSaid::Due(when) => panic!("a blank form meets no condition: {when}"),
                    ApprovalSaid::Nothing => assert_ne!(service.approval, office_model::Approval::Conditional),
                }
            }
        }
        assert_eq!(told.len(), 2 * 5, "{told:?}");
        for when in ["Bila kepolisian memintanya", "If the police ask for it"] {
            assert!(told.contains(&("P02".to_owned(), when.to_owned())), "{told:?}");
        }
    }
}

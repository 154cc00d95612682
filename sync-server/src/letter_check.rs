//! What this hub knows of a sealed letter: whether its seal is right, and what became of its node and its record since.

use change_log::NodeId;
use letter_print::one_line;
use office_model::{Catalogue, OfficeCode, Status, calendar};
use replica_store::{Reader, StoreError};
use serde_json::{Value, json};
use service_document::Signature;
use sync_protocol::{CertifiedNode, LetterSeal, SealedLetter, VerifyingKey};

use crate::devices;

/// So many other letters with a number are looked at.
const OTHERS: usize = 20;

/// A letter whose seal is right.
#[derive(Debug)]
pub(crate) struct SealedBy {
    /// What its paper shows.
    pub(crate) letter: SealedLetter,
    /// Who sealed it.
    pub(crate) node: CertifiedNode,
}

/// Why a text proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// It is no seal, or not all of it.
    Unreadable,
    /// No node of this hub made it so.
    NotGenuine,
}

/// What this hub holds of the letter's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtHub {
    /// Nothing yet, or nothing with a number.
    Nothing,
    /// The record has the number that the paper shows.
    Same,
    /// The record has the number that the paper shows, and so has another letter of the office.
    Twice,
    /// The record has another number.
    OtherNumber,
    /// What was signed is another paper: another name, or another day.
    OtherPaper,
    /// Two machines signed the record apart, and not the same: there are two papers of it.
    SignedApart,
    /// The record was cancelled or refused: the letter is void.
    Void,
}

/// What became of a letter since it was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since {
    /// When the node that sealed it was shut out: milliseconds since 1970 UTC by the hub's clock.
    pub(crate) revoked_millis: Option<i64>,
    /// Whether that was no lost machine (nobody ordered it wiped), and the hub holds the signature of a letter that says the
    /// same: it took that from the office's machines, and from this one before it shut it out.
    pub(crate) is_vouched: bool,
    /// What the hub holds of it.
    pub(crate) at_hub: AtHub,
    /// Version of the catalogue that its record was made under, as far as the hub holds it.
    pub(crate) catalogue: Option<u32>,
}

/// In one word, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The seal is right, and nothing speaks against the letter.
    Genuine,
    /// The seal is right, but its node was shut out, and nobody vouches for the letter.
    Revoked,
    /// The seal is right, but another letter of the office has the same number.
    NumberTwice,
    /// The seal is right, but the record has another number now.
    OtherNumber,
    /// The seal is right, but what the record says was signed is another paper.
    OtherPaper,
    /// The seal is right, but there is another paper of the same record.
    SignedApart,
    /// The seal is right, but the record was cancelled or refused.
    Void,
}

impl Verdict {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Revoked => "revoked",
            Self::NumberTwice => "number_twice",
            Self::OtherNumber => "other_number",
            Self::OtherPaper => "other_paper",
            Self::SignedApart => "signed_apart",
            Self::Void => "void",
        }
    }
}

impl Since {
    /// What weighs most.
    pub(crate) const fn verdict(&self) -> Verdict {
        match (self.at_hub, self.revoked_millis) {
            (AtHub::Void, _) => Verdict::Void,
            (AtHub::OtherNumber, _) => Verdict::OtherNumber,
            (AtHub::OtherPaper, _) => Verdict::OtherPaper,
            (AtHub::SignedApart, _) => Verdict::SignedApart,
            (AtHub::Twice, _) => Verdict::NumberTwice,
            (AtHub::Same, Some(_)) if self.is_vouched => Verdict::Genuine,
            (_, Some(_)) => Verdict::Revoked,
            (_, None) => Verdict::Genuine,
        }
    }
}

/// Reads a seal, or an address with one in it, and checks both of its signatures.
pub(crate) fn check(text: &str, hub_key: &VerifyingKey) -> Result<SealedBy, Unproven> {
    let seal: LetterSeal = text.parse().map_err(|_| Unproven::Unreadable)?;
    let (letter, node) = seal.verify(hub_key).map_err(|_| Unproven::NotGenuine)?;
    Ok(SealedBy { letter, node })
}

impl SealedBy {
    /// The node that sealed it.
    pub(crate) fn node_id(&self) -> NodeId {
        self.node.key.node_id()
    }

    /// What its paper calls its service, in both languages: as the catalogue had it under which its record was made, the one
    /// of today where the hub does not know that. The id of a service that this program does not know.
    pub(crate) fn service_label(&self, since: &Since) -> (String, String) {
        let id = self.letter.service;
        let catalogue = since.catalogue.and_then(Catalogue::of_version).unwrap_or_else(Catalogue::current);
        catalogue
            .service(&id)
            .map_or_else(|| (id.to_string(), id.to_string()), |known| (known.label.id.clone(), known.label.en.clone()))
    }

    /// What became of it. Only of this very letter, and only of its own office.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub(crate) fn since(&self, reader: &Reader) -> Result<Since, StoreError> {
        let node = reader.registered_node(self.node_id())?;
        let row = reader.row(self.letter.document)?.filter(|row| row.office == self.node.office);
        let catalogue = row.as_ref().map(|row| row.catalogue);
        let at_hub = row.map_or(AtHub::Nothing, |row| match row.status.parse() {
            Ok(status) if Status::is_withdrawn(status) => AtHub::Void,
            _ => match row.number.as_deref() {
                None => AtHub::Nothing,
                Some(number) if self.has_number(number) => AtHub::Same,
                Some(_) => AtHub::OtherNumber,
            },
        });
        let signed = self.among_signed(reader)?;
        let at_hub = if at_hub == AtHub::Void { at_hub } else { signed.unwrap_or(at_hub) };
        let at_hub = if at_hub == AtHub::Same && self.is_twice(reader)? { AtHub::Twice } else { at_hub };
        let is_vouched = signed == Some(AtHub::Same) && devices::note_of(reader, self.node_id())?.wipe.is_none();
        Ok(Since { revoked_millis: node.and_then(|node| node.revoked_millis), is_vouched, at_hub, catalogue })
    }

    /// How the paper stands to what was signed; nothing where the hub does not know of a signature yet.
    fn among_signed(&self, reader: &Reader) -> Result<Option<AtHub>, StoreError> {
        let Some(document) = reader.document(self.letter.document)? else { return Ok(None) };
        let signatures = if document.row().office == self.node.office { document.signatures() } else { Vec::new() };
        let Some((first, others)) = signatures.split_first() else { return Ok(None) };
        let number_fits = |one: &&Signature| one.number.as_deref().is_some_and(|number| self.has_number(number));
        let paper_fits = |one: &Signature| {
            let name = one.fields.get("nama").and_then(Value::as_str).unwrap_or_default();
            one_line(name) == self.letter.name && calendar::wib_date(one.millis) == Some(self.letter.date)
        };
        let mut numbered = signatures.iter().filter(number_fits).peekable();
        Ok(Some(if !others.iter().all(|other| other.is_of_same_paper(first)) {
            AtHub::SignedApart
        } else if numbered.peek().is_none() {
            AtHub::OtherNumber
        } else if numbered.any(paper_fits) {
            AtHub::Same
        } else {
            AtHub::OtherPaper
        }))
    }

    fn has_number(&self, number: &str) -> bool {
        signs(number).eq(signs(&self.letter.number))
    }

    /// Whether another letter of the office has its number and counts.
    fn is_twice(&self, reader: &Reader) -> Result<bool, StoreError> {
        for other in reader.issued_with(self.letter.document, OTHERS)? {
            let Some(row) = reader.row(other)? else { continue };
            let counts = !row.status.parse().is_ok_and(Status::is_withdrawn);
            if counts && row.number.is_some_and(|number| self.has_number(&number)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The office as people call it; its code when the roster does not have it.
    pub(crate) fn office_name(&self, reader: &Reader) -> String {
        office_name(reader, self.node.office)
    }

    /// What the paper shows and what became of it, for programs.
    pub(crate) fn to_json(&self, office_name: &str, since: &Since) -> Value {
        let (id, en) = self.service_label(since);
        let held = |wanted: AtHub| (since.at_hub != AtHub::Nothing).then_some(since.at_hub == wanted);
        json!({
            "verdict": since.verdict().as_str(),
            "genuine": since.verdict() == Verdict::Genuine,
            "office": self.node.office,
            "office_name": office_name,
            "service": self.letter.service,
            "service_label": { "id": id, "en": en },
            "number": self.letter.number,
            "name": self.letter.name,
            "date": calendar::iso_date(self.letter.date),
            "signer": self.letter.signer,
            "document": self.letter.document,
            "node": self.node_id(),
            "revoked_millis": since.revoked_millis,
            "at_hub": {
                "held": since.at_hub != AtHub::Nothing,
                "number_twice": held(AtHub::Twice),
                "other_number": held(AtHub::OtherNumber),
                "other_paper": held(AtHub::OtherPaper),
                "signed_apart": held(AtHub::SignedApart),
                "void": held(AtHub::Void),
            },
        })
    }
}

/// What tells numbers apart on paper: nothing invisible, no blanks.
fn signs(number: &str) -> impl Iterator<Item = char> {
    number.chars().filter(|sign| sign.is_alphanumeric() || sign.is_ascii_punctuation())
}

fn office_name(reader: &Reader, code: OfficeCode) -> String {
    let roster = crate::init::roster(reader).ok();
    let name = roster.as_ref().and_then(|roster| roster.get(code)).map(office_model::Office::full_name);
    name.unwrap_or_else(|| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_invisible_signs_make_no_other_number() {
        let same = |one: &str, other: &str| signs(one).eq(signs(other));
        assert!(same("470 / 12\u{200b}\u{ad}", "470/12"));
        assert!(!same("470/12", "470/13") && !same("470/12", "47012"));
    }

    #[test]
    fn what_weighs_most_is_the_verdict() {
        let since = |at_hub, revoked_millis, is_vouched| Since { revoked_millis, is_vouched, at_hub, catalogue: None };
        let of = |at_hub, revoked_millis| since(at_hub, revoked_millis, false).verdict();
        let of_vouched = |at_hub| since(at_hub, Some(1), true).verdict();
        assert_eq!(of_vouched(AtHub::Same), Verdict::Genuine);
        assert_eq!(of_vouched(AtHub::Twice), Verdict::NumberTwice);
        assert_eq!(of_vouched(AtHub::Void), Verdict::Void);
        assert_eq!(of(AtHub::Nothing, None), Verdict::Genuine);
        assert_eq!(of(AtHub::Same, None), Verdict::Genuine);
        assert_eq!(of(AtHub::Same, Some(1)), Verdict::Revoked);
        assert_eq!(of(AtHub::OtherNumber, None), Verdict::OtherNumber);
        assert_eq!(of(AtHub::OtherPaper, None), Verdict::OtherPaper);
        assert_eq!(of(AtHub::SignedApart, Some(1)), Verdict::SignedApart);
        assert_eq!(of(AtHub::Void, Some(1)), Verdict::Void);
    }
}

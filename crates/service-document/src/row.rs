//! What a list shows and a search finds of one transaction. Derived: it can be thrown away and made again.

use std::fmt;

use automerge::{Automerge, ChangeMetadata, ObjId};
use office_model::{OfficeCode, Serial, ServiceId, Status, says_anonymous};
use serde_json::{Map, Value};

use crate::error::DocumentError;
use crate::layout::{
    CATALOGUE, FIELDS, KIND, KIND_LEASE, KIND_PUBLICATION, KIND_TRANSACTION, NUMBER, OFFICE, SERIALS, SERVICE, STATUS,
    STEPS,
};
use crate::reading::Reading;
use crate::{
    AttachedFile, Lease, Publication, Referral, decision, divergence, document, numbering, quiet, referral, signature,
    signing, stamp,
};

/// What is listed of a document, by its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentRow {
    /// A service transaction.
    Transaction(TransactionRow),
    /// A block of letter numbers.
    Lease(Lease),
    /// Something that the office works by.
    Publication(Publication),
}

impl DocumentRow {
    /// The office that the document belongs to.
    pub const fn office(&self) -> OfficeCode {
        match self {
            Self::Transaction(row) => row.office,
            Self::Lease(lease) => lease.office,
            Self::Publication(publication) => publication.office,
        }
    }

    /// The row of a transaction, if it is one.
    pub const fn transaction(&self) -> Option<&TransactionRow> {
        match self {
            Self::Transaction(row) => Some(row),
            Self::Lease(_) | Self::Publication(_) => None,
        }
    }
}

/// The row of the document that these changes make. They stand in our own log, in any order.
///
/// # Errors
///
/// When bytes are damaged, a change is missing, or they make no document of ours.
pub fn row_of(raw_changes: &[&[u8]]) -> Result<DocumentRow, DocumentError> {
    let read = || {
        let automerge = document::apply(raw_changes)?;
        of_reading(&automerge, &Reading::of(&automerge, None)?)
    };
    quiet::caught(read).unwrap_or_else(|| Err(DocumentError::Unreadable("the library gave up on them".to_owned())))
}

/// The row of the document that these changes make, where one builds on the other and all are in the plainest form. Reads bytes
/// of anybody: the library, which may give up on them, is not asked.
pub fn plain_row_of(raw_changes: &[&[u8]]) -> Option<DocumentRow> {
    crate::plain::row(raw_changes)
}

/// One line of a list. Its document id is the caller's to know.
#[derive(Clone, PartialEq, Eq)]
pub struct TransactionRow {
    /// The office it belongs to.
    pub office: OfficeCode,
    /// The service.
    pub service: ServiceId,
    /// Version of the catalogue it was made under.
    pub catalogue: u32,
    /// The status word. Text, since a newer version may know more of them; parse it with [`office_model::Status`].
    pub status: String,
    /// Letter number, if it has one.
    pub number: Option<String>,
    /// The other offices that it was ever brought before, ascending.
    pub before: Vec<OfficeCode>,
    /// The offices that it was referred to, by code.
    pub referrals: Vec<Referral>,
    /// Every serial that it was given, in the document's order.
    pub serials: Vec<Serial>,
    /// The attached files, by hash.
    pub attached: Vec<AttachedFile>,
    /// Name of the person it is about: the first field `nama` (see [`TransactionRow::names`]).
    pub name: Option<String>,
    /// NIK of that person.
    pub nik: Option<String>,
    /// Every name in it, for search, without repeats, in the document's order.
    pub names: Vec<String>,
    /// Every NIK in it, for search, without repeats.
    pub niks: Vec<String>,
    /// When the first change was made: by the hub's clock as far as it was known, else by the device's; milliseconds since
    /// 1970 UTC.
    pub created_millis: i64,
    /// Who made it (clerk id).
    pub created_by: String,
    /// The same of the last change: the head with the highest operation number.
    pub changed_millis: i64,
    /// Who made that one (clerk id).
    pub changed_by: String,
    /// Changes so far.
    pub changes: u32,
    /// Steps taken so far.
    pub steps: u32,
    /// Fields (the status among them) that wait for a person to settle them.
    pub divergences: u32,
    /// When its letter was first signed, told like the others; nothing where it never was. A record keeps it that was
    /// withdrawn since: its paper may be out.
    pub signed_millis: Option<i64>,
    /// Whether it is signed, and was signed on two machines apart with different content: two papers are out, which nobody can
    /// settle. They are called back, and the record is cancelled.
    pub two_papers: bool,
    /// When it got its letter number, told like the others and never after it was signed: a clock that signs is believed, one
    /// that only records may be ahead. Nothing without a number.
    pub numbered_millis: Option<i64>,
}

impl fmt::Debug for TransactionRow {
    /// Without names and NIKs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionRow")
            .field("office", &self.office)
            .field("service", &self.service)
            .field("status", &self.status)
            .field("created_millis", &self.created_millis)
            .field("changed_millis", &self.changed_millis)
            .field("changes", &self.changes)
            .field("steps", &self.steps)
            .field("divergences", &self.divergences)
            .finish_non_exhaustive()
    }
}

/// The changes of a document: the first and the last one, each with its time and message, and how many there are.
pub(crate) struct Span<'a> {
    pub(crate) first: (i64, &'a str),
    pub(crate) last: (i64, &'a str),
    pub(crate) changes: usize,
    /// When the first of those was made, by the hub's clock as far as it was known, that signed its letter.
    pub(crate) signed_millis: Option<i64>,
    /// Whether those that signed it signed different papers.
    pub(crate) two_papers: bool,
    /// When the one of those was made, the same way, that gave it the serial of its number.
    pub(crate) serial_millis: Option<i64>,
}

/// The row of a document that was read, or why it is none of ours.
pub(crate) fn of_reading(document: &Automerge, reading: &Reading) -> Result<DocumentRow, DocumentError> {
    let metas = document.get_changes_meta(&[]);
    let (first, last) = ends(&metas).ok_or_else(|| wrong("is empty"))?;
    let made = |meta: &'_ ChangeMetadata<'_>| (meta.timestamp, meta.message.as_deref().unwrap_or_default().to_owned());
    let ((first_millis, first_message), (last_millis, last_message)) = (made(first), made(last));
    let signings = signing::steps(document, &metas)?;
    let span = Span {
        first: (first_millis, &first_message),
        last: (last_millis, &last_message),
        changes: metas.len(),
        signed_millis: signings.iter().map(|step| step.millis).min(),
        two_papers: signature::are_two_papers(document, &signings),
        serial_millis: numbering::given_millis(document, &metas)?,
    };
    let mut row = of_root(&reading.root, &span, divergence::count(document, reading)?)?;
    if let DocumentRow::Transaction(row) = &mut row {
        referral::add_apart(document, reading, &mut row.referrals)?;
    }
    Ok(row)
}

/// The row of a document with this content, or why it is none of ours.
pub(crate) fn of_root(
    root: &Map<String, Value>,
    span: &Span<'_>,
    divergences: u32,
) -> Result<DocumentRow, DocumentError> {
    match text(root, KIND)? {
        KIND_TRANSACTION => transaction(root, span, divergences).map(DocumentRow::Transaction),
        KIND_LEASE => Lease::of_root(root, span.changes).map(DocumentRow::Lease),
        KIND_PUBLICATION => Publication::of_root(root, span.changes).map(DocumentRow::Publication),
        _ => Err(wrong("is of another kind")),
    }
}

fn transaction(root: &Map<String, Value>, span: &Span<'_>, divergences: u32) -> Result<TransactionRow, DocumentError> {
    let fields = root.get(FIELDS).and_then(Value::as_object).ok_or_else(|| wrong("has no `fields`"))?;
    let steps = root.get(STEPS).and_then(Value::as_array).ok_or_else(|| wrong("has no `steps`"))?;
    let catalogue = root.get(CATALOGUE).and_then(Value::as_u64).and_then(|version| u32::try_from(version).ok());
    let number = match root.get(NUMBER) {
        None | Some(Value::Null) => None,
        Some(Value::String(number)) => Some(number.clone()),
        Some(_) => return Err(wrong("has a number that is no text")),
    };
    // A newer version may know other serials.
    let serials = root.get(SERIALS).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let serials = serials.iter().filter_map(Value::as_str).filter_map(|text| text.parse().ok()).collect();
    let mut people = People::default();
    // Two who edited apart may have left a name beside the wish to stay unknown: lists follow the wish.
    if !says_anonymous(fields) {
        people.visit(fields);
    }
    let status = text(root, STATUS)?.to_owned();
    let ((created_millis, created_by), (changed_millis, changed_by)) = (made(span.first), made(span.last));
    let office = text(root, OFFICE)?.parse().map_err(|_| wrong("has no office code"))?;
    let referrals = referral::of_root(root);
    if referrals.len() > referral::REFERRALS_HELD_MAX {
        return Err(wrong("is referred to too many offices"));
    }
    let numbered_millis = number.as_ref().map(|_| {
        let given = span.serial_millis.unwrap_or(created_millis);
        span.signed_millis.map_or(given, |signed| given.min(signed))
    });
    Ok(TransactionRow {
        office,
        before: decision::brought_before(office, steps, &referrals),
        referrals,
        service: text(root, SERVICE)?.parse().map_err(|_| wrong("has no service id"))?,
        catalogue: catalogue.ok_or_else(|| wrong("has no catalogue version"))?,
        two_papers: span.two_papers && status.parse().is_ok_and(Status::is_signed),
        status,
        number,
        serials,
        attached: AttachedFile::of_root(root),
        name: people.names.first().cloned(),
        nik: people.niks.first().cloned(),
        names: people.names,
        niks: people.niks,
        created_millis,
        created_by,
        changed_millis,
        changed_by,
        changes: u32::try_from(span.changes).unwrap_or(u32::MAX),
        steps: u32::try_from(steps.len()).unwrap_or(u32::MAX),
        divergences,
        signed_millis: span.signed_millis,
        numbered_millis,
    })
}

fn text<'a>(root: &'a Map<String, Value>, key: &str) -> Result<&'a str, DocumentError> {
    root.get(key).and_then(Value::as_str).ok_or_else(|| wrong(&format!("has no text at `{key}`")))
}

fn wrong(what: &str) -> DocumentError {
    DocumentError::Unreadable(format!("the document {what}"))
}

/// The change everything began with, and the last one. The order in which changes came to this replica plays no
/// part, nor does a device clock.
fn ends<'a, 'm>(metas: &'a [ChangeMetadata<'m>]) -> Option<(&'a ChangeMetadata<'m>, &'a ChangeMetadata<'m>)> {
    let first = metas.iter().min_by_key(|meta| (meta.start_op, meta.hash))?;
    let last = metas.iter().max_by_key(|meta| (meta.max_op, meta.hash))?;
    Some((first, last))
}

/// The change that made an object or set a value.
pub(crate) fn holder<'a, 'm>(metas: &'a [ChangeMetadata<'m>], id: &ObjId) -> Option<&'a ChangeMetadata<'m>> {
    let ObjId::Id(number, actor, _) = id else { return None };
    metas.iter().find(|meta| *meta.actor == *actor && (meta.start_op..=meta.max_op).contains(number))
}

/// When a change was made, by the hub's clock as far as it was known: milliseconds since 1970 UTC.
pub(crate) fn at_millis(millis: i64, message: &str) -> i64 {
    made((millis, message)).0
}

/// When a change was made, and who made it (clerk id).
fn made((millis, message): (i64, &str)) -> (i64, String) {
    let (clerk, hub_offset_millis) = stamp::parse_message(message);
    (stamp::by_hub(millis, hub_offset_millis), clerk.to_owned())
}

/// The name of the person whom a form is about.
pub(crate) fn first_name(fields: &Map<String, Value>) -> Option<String> {
    let mut people = People::default();
    people.visit(fields);
    people.names.into_iter().next()
}

#[derive(Default)]
struct People {
    names: Vec<String>,
    niks: Vec<String>,
}

impl People {
    /// Own values of a group come before those of the groups in it: the person asking before mother and witnesses.
    fn visit(&mut self, group: &Map<String, Value>) {
        for (key, value) in group {
            if let Value::String(text) = value {
                let list = match key.as_str() {
                    "nama" | "name" => &mut self.names,
                    "nik" => &mut self.niks,
                    _ => continue,
                };
                if !text.is_empty() && !list.contains(text) {
                    list.push(text.clone());
                }
            }
        }
        for value in group.values() {
            match value {
                Value::Object(below) => self.visit(below),
                Value::Array(list) => list.iter().filter_map(Value::as_object).for_each(|below| self.visit(below)),
                _ => {}
            }
        }
    }
}

//! The change feed: what became visible on this machine, from here or from elsewhere, in the order in which it did.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use change_log::{ChangeHash, DocumentId, EpochId};
use data_encoding::HEXLOWER;
use office_model::OwnValue;
use replica_store::{Reader, StoreError, ToldChange};
use serde_json::{Value, json};
use service_document::{HistoryItem, TransactionDocument};

use crate::{Blame, Failure};

/// So many changes at most in one answer.
pub(crate) const CHANGES_MAX: usize = 500;

/// Where a reader of the feed is: the number of the last change it was told of, and the beginning of that change's hash,
/// by which a database that was put back from a backup is noticed. Opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FeedPlace {
    number: u64,
    check: [u8; 8],
}

impl FeedPlace {
    fn of(change: &ToldChange) -> Self {
        Self { number: change.number, check: change.hash.map_or([0; 8], beginning) }
    }

    fn fits(self, hash: ChangeHash) -> bool {
        // Nothing was known of the change when it was told.
        self.check == [0; 8] || self.check == beginning(hash)
    }
}

fn beginning(hash: ChangeHash) -> [u8; 8] {
    hash.0.first_chunk().copied().unwrap_or_default()
}

impl fmt::Display for FeedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.number, HEXLOWER.encode(&self.check))
    }
}

impl FromStr for FeedPlace {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let read = || {
            let (number, check) = text.split_once('-')?;
            let check = HEXLOWER.decode(check.as_bytes()).ok()?.try_into().ok()?;
            Some(Self { number: number.parse().ok()?, check })
        };
        read().ok_or_else(|| {
            Failure::input(
                "cursor",
                "Kursor itu bukan dari jawaban terdahulu. Tidak ada yang berubah; pakai `next` dari jawaban terakhir, \
                 atau mulai tanpa `after`.",
                "That cursor is not one of an earlier answer. Nothing was changed; send `next` of the last answer, or \
                 begin without `after`.",
            )
        })
    }
}

/// What was told, and where the reader is then.
pub(crate) struct Told {
    pub(crate) changes: Vec<Value>,
    pub(crate) next: FeedPlace,
    pub(crate) more: bool,
}

impl Told {
    /// `{"changes": [...], "next": cursor, "more": whether there are further ones already}`.
    pub(crate) fn to_json(&self) -> Value {
        json!({"changes": self.changes, "next": self.next.to_string(), "more": self.more})
    }
}

/// Where the feed ends now.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn end(reader: &Reader) -> Result<FeedPlace, Failure> {
    let Some(before) = reader.last_change()?.checked_sub(1) else { return Ok(FeedPlace::default()) };
    Ok(reader.changes_after(before, 1)?.last().map(FeedPlace::of).unwrap_or_default())
}

/// The changes after a place, at most `limit`.
///
/// # Errors
///
/// When the place is of another database, or this one cannot be read.
pub(crate) fn after(reader: &Reader, place: FeedPlace, limit: usize) -> Result<Told, Failure> {
    if !reader.has_told(place.number, |hash| place.fits(hash))? {
        return Err(other_database());
    }
    let limit = limit.clamp(1, CHANGES_MAX);
    let mut told = reader.changes_after(place.number, limit + 1)?;
    let more = told.len() > limit;
    told.truncate(limit);
    let next = told.last().map_or(place, FeedPlace::of);
    let own: BTreeSet<EpochId> = reader.logs()?.into_iter().filter(|log| log.own).map(|log| log.epoch).collect();
    let mut documents = BTreeMap::new();
    let mut changes = Vec::with_capacity(told.len());
    for change in &told {
        let Some(id) = change.document else { continue };
        let document = match documents.entry(id) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(Known::of(reader, id)?),
        };
        let here = change.epoch.is_some_and(|epoch| own.contains(&epoch));
        changes.push(line(change, id, document, here));
    }
    Ok(Told { changes, next, more })
}

/// A document that changes of the feed belong to.
#[derive(Default)]
struct Known {
    office: Value,
    service: Value,
    items: BTreeMap<ChangeHash, HistoryItem>,
}

impl Known {
    fn of(reader: &Reader, id: DocumentId) -> Result<Self, Failure> {
        let document: Option<TransactionDocument> = match reader.document(id) {
            // Of no transaction, or damaged: told of all the same.
            Err(StoreError::Document(_) | StoreError::Damaged(_)) => None,
            read => read?,
        };
        let Some(document) = document else { return Ok(Self::default()) };
        let row = document.row();
        let items = document.history().into_iter().map(|item| (item.hash, item)).collect();
        Ok(Self { office: json!(row.office), service: json!(row.service), items })
    }
}

/// One change, without any value of a field.
fn line(change: &ToldChange, id: DocumentId, document: &Known, here: bool) -> Value {
    let item = change.hash.filter(|_| !change.withdrawn).and_then(|hash| document.items.get(&hash));
    let kind = if change.withdrawn { "withdrawn" } else { item.map_or("other", kind) };
    let status = item.filter(|_| kind == "step").and_then(|item| {
        item.changed.iter().find(|edited| edited.own == Some(OwnValue::Status)).and_then(|edited| edited.to.clone())
    });
    let paths: Vec<&str> = match (item, kind) {
        (Some(item), "edit" | "settle") => item.changed.iter().map(|edited| edited.path.as_str()).collect(),
        _ => Vec::new(),
    };
    json!({
        "cursor": FeedPlace::of(change).to_string(),
        "id": id,
        "change": change.hash,
        "kind": kind,
        "office": document.office,
        "service": document.service,
        "paths": paths,
        "status": status,
        "clerk": item.map(|item| &item.clerk),
        "millis": item.map(|item| item.millis),
        "here": here,
    })
}

fn kind(item: &HistoryItem) -> &'static str {
    if item.after.is_empty() {
        "record"
    } else if item.changed.iter().any(|edited| edited.settled) {
        "settle"
    } else if item.changed.iter().any(|edited| edited.own == Some(OwnValue::Status)) {
        "step"
    } else {
        "edit"
    }
}

fn other_database() -> Failure {
    Failure::new(
        Blame::State,
        "cursor_unknown",
        "Basis data ini dipulihkan dari cadangan setelah kursor itu diberikan. Data utuh; baca lagi dari awal (tanpa \
         `after`), atau baca daftar berkas lalu mulai dari `after=end`.",
        "This database was restored from a backup since that cursor was given. The data is whole; read from the start \
         again (without `after`), or list the records and begin at `after=end`.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is() {
        let place = FeedPlace { number: 120, check: [0xab; 8] };
        assert_eq!(place.to_string(), "120-abababababababab");
        assert_eq!(place.to_string().parse::<FeedPlace>().unwrap(), place);
        for bad in ["", "120", "120-", "-1-abababababababab", "120-ABABABABABABABAB", "1e3-abababababababab"] {
            assert_eq!(bad.parse::<FeedPlace>().unwrap_err().code, "cursor", "{bad}");
        }
        assert!(place.fits(ChangeHash([0xab; 32])) && !place.fits(ChangeHash([0xac; 32])));
    }
}

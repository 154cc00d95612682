//! A lease: a block of letter numbers that one node may issue. A document of one change, written by the hub.

use std::fmt;

use automerge::transaction::Transactable;
use automerge::{Automerge, ROOT};
use change_log::{EpochId, HubId, NodeId};
use data_encoding::{BASE64, HEXLOWER};
use office_model::{NumberTemplate, OfficeCode, Series};
use serde_json::{Map, Value};

use crate::document::commit;
use crate::error::DocumentError;
use crate::layout::{KIND, KIND_LEASE, OFFICE};
use crate::{Authored, Stamp};

const CONTEXT: &[u8] = b"smart-kampung lease v1\0";

const NODE: &str = "node";
const EPOCH: &str = "epoch";
const SERIES: &str = "series";
const YEAR: &str = "year";
const FIRST: &str = "first";
const LAST: &str = "last";
const TEMPLATE: &str = "template";
const GRANTED: &str = "granted";
const SIGNATURE: &str = "signature";

/// A block of letter numbers, as the hub granted it. Whoever wants to issue from it checks the signature: that the
/// document passed the gate says nothing of who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The office whose letters are numbered.
    pub office: OfficeCode,
    /// The node that may issue them.
    pub node: NodeId,
    /// In this epoch of it only: a restored or copied database does not know what was issued.
    pub epoch: EpochId,
    /// What is counted.
    pub series: Series,
    /// The year of the letters, in WIB.
    pub year: i32,
    /// The lowest serial.
    pub first: u32,
    /// The highest serial.
    pub last: u32,
    /// The form of the numbers.
    pub template: NumberTemplate,
    /// When it was granted, by the hub's clock: milliseconds since 1970 UTC.
    pub granted_millis: i64,
    /// The hub's Ed25519 signature over [`Lease::signed_bytes`].
    pub signature: [u8; 64],
}

impl Lease {
    /// What the hub signs: everything in it, for one hub.
    pub fn signed_bytes(&self, hub: HubId) -> Vec<u8> {
        let text = format!(
            "{}|{}|{}|{}|{}|{}|{}",
            self.office, self.series, self.year, self.first, self.last, self.granted_millis, self.template
        );
        [CONTEXT, hub.as_bytes(), self.node.as_bytes(), self.epoch.as_bytes(), text.as_bytes()].concat()
    }

    /// The document's only change.
    ///
    /// # Errors
    ///
    /// When the library refuses, which it has no reason to.
    pub fn author(&self, stamp: &Stamp) -> Result<Authored, DocumentError> {
        let (_, _, authored) = commit(&Automerge::new(), 0, stamp, |transaction| {
            transaction.put(ROOT, KIND, KIND_LEASE)?;
            transaction.put(ROOT, OFFICE, self.office.as_str())?;
            transaction.put(ROOT, NODE, HEXLOWER.encode(self.node.as_bytes()))?;
            transaction.put(ROOT, EPOCH, HEXLOWER.encode(self.epoch.as_bytes()))?;
            transaction.put(ROOT, SERIES, self.series.as_str())?;
            transaction.put(ROOT, YEAR, i64::from(self.year))?;
            transaction.put(ROOT, FIRST, i64::from(self.first))?;
            transaction.put(ROOT, LAST, i64::from(self.last))?;
            transaction.put(ROOT, TEMPLATE, self.template.to_string())?;
            transaction.put(ROOT, GRANTED, self.granted_millis)?;
            transaction.put(ROOT, SIGNATURE, BASE64.encode(&self.signature))?;
            Ok(())
        })?
        .ok_or_else(|| DocumentError::Internal("a lease made no change".to_owned()))?;
        Ok(authored)
    }

    /// The lease that a document with this root is.
    pub(crate) fn of_root(root: &Map<String, Value>, changes: usize) -> Result<Self, DocumentError> {
        if changes != 1 {
            return Err(wrong("a lease is never changed"));
        }
        let text = |key: &str| root.get(key).and_then(Value::as_str).ok_or_else(|| wrong("a lease lacks a text"));
        let number = |key: &str| {
            let number = root.get(key).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
            number.filter(|number| *number > 0).ok_or_else(|| wrong("a lease lacks a number"))
        };
        let lease = Self {
            office: text(OFFICE)?.parse().map_err(|_| wrong("a lease has no office code"))?,
            node: NodeId(hex(text(NODE)?)?),
            epoch: EpochId(hex(text(EPOCH)?)?),
            series: text(SERIES)?.parse().map_err(|_| wrong("a lease has no series"))?,
            year: i32::try_from(number(YEAR)?).map_err(|_| wrong("a lease has no year"))?,
            first: number(FIRST)?,
            last: number(LAST)?,
            template: text(TEMPLATE)?.parse().map_err(|_| wrong("a lease has no template"))?,
            granted_millis: root.get(GRANTED).and_then(Value::as_i64).ok_or_else(|| wrong("a lease has no time"))?,
            signature: bytes(&BASE64, text(SIGNATURE)?)?,
        };
        if lease.first > lease.last { Err(wrong("a lease ends before it begins")) } else { Ok(lease) }
    }
}

impl fmt::Display for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}-{}", self.series, self.year, self.first, self.last)
    }
}

fn hex<const N: usize>(text: &str) -> Result<[u8; N], DocumentError> {
    bytes(&HEXLOWER, text)
}

fn bytes<const N: usize>(encoding: &data_encoding::Encoding, text: &str) -> Result<[u8; N], DocumentError> {
    let decoded = encoding.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    decoded.ok_or_else(|| wrong("a lease has an id or signature of another form"))
}

fn wrong(what: &str) -> DocumentError {
    DocumentError::Unreadable(what.to_owned())
}

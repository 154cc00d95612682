//! A publication: one version of something that an office works by, such as its profile, a notice, or the catalogue.
//! A document of one change.

use std::fmt;

use automerge::transaction::Transactable;
use automerge::{Automerge, ROOT};
use change_log::{EpochId, HubId, RawChange};
use data_encoding::BASE64;
use office_model::OfficeCode;
use serde_json::{Map, Value};

use crate::document::commit;
use crate::error::DocumentError;
use crate::layout::{KIND, KIND_PUBLICATION, OFFICE};
use crate::limits::{BODY_BYTES_MAX, TOPIC_MAX};
use crate::stamp::parse_message;
use crate::{Authored, DocumentRow, Stamp, row_of};

const CONTEXT: &[u8] = b"smart-kampung publication v1\0";

const TOPIC: &str = "topic";
const VERSION: &str = "version";
const PUBLISHED: &str = "published";
const BODY: &str = "body";
const SIGNATURE: &str = "signature";

/// One version of a topic, for one office. Of the versions of a topic the highest stands; of two that were made apart the
/// one published later, then the one with the higher document id.
///
/// Whoever works by one that only the hub may publish checks the signature: that the document passed the gate says
/// nothing of who made it.
#[derive(Clone, PartialEq, Eq)]
pub struct Publication {
    /// The office that it is for.
    pub office: OfficeCode,
    /// What it is about: 1 to 64 of `a` to `z`, digits, `.`, `-`, `_` and `/`. Programs leave topics alone that they do
    /// not know.
    pub topic: String,
    /// From 1.
    pub version: u32,
    /// When it was published, by the hub's clock as far as whoever published knew it: milliseconds since 1970 UTC.
    pub published_millis: i64,
    /// What it says, in the form of its topic. At most 48 KiB.
    pub body: String,
    /// The hub's Ed25519 signature over [`Publication::signed_bytes`]; none where an office published it itself.
    pub signature: Option<[u8; 64]>,
}

impl Publication {
    /// What the hub signs: everything in it, for one hub.
    pub fn signed_bytes(&self, hub: HubId) -> Vec<u8> {
        let head = format!("{}|{}|{}|{}|", self.office, self.topic, self.version, self.published_millis);
        [CONTEXT, hub.as_bytes(), head.as_bytes(), self.body.as_bytes()].concat()
    }

    /// Whether a machine of an office may publish it: of all topics the profile alone is not the hub's.
    pub fn may_come_from_office(&self) -> bool {
        self.topic == "profile"
    }

    /// The document's only change.
    ///
    /// # Errors
    ///
    /// When topic or body are of another form or too large.
    pub fn author(&self, stamp: &Stamp) -> Result<Authored, DocumentError> {
        self.check()?;
        let (_, _, authored) = commit(&Automerge::new(), 0, stamp, |transaction| {
            transaction.put(ROOT, KIND, KIND_PUBLICATION)?;
            transaction.put(ROOT, OFFICE, self.office.as_str())?;
            transaction.put(ROOT, TOPIC, self.topic.as_str())?;
            transaction.put(ROOT, VERSION, i64::from(self.version))?;
            transaction.put(ROOT, PUBLISHED, self.published_millis)?;
            transaction.put(ROOT, BODY, self.body.as_str())?;
            if let Some(signature) = &self.signature {
                transaction.put(ROOT, SIGNATURE, BASE64.encode(signature))?;
            }
            Ok(())
        })?
        .ok_or_else(|| DocumentError::Internal("a publication made no change".to_owned()))?;
        Ok(authored)
    }

    /// Makes the publication that a raw change is again, in another epoch, with the clerk and the time it had. Nothing
    /// where the change is none.
    pub fn again(raw: &[u8], epoch: EpochId) -> Option<(Self, Authored, Stamp)> {
        let DocumentRow::Publication(publication) = row_of(&[raw]).ok()? else { return None };
        let change = RawChange::parse(raw).ok()?;
        let (clerk, hub_offset_millis) = parse_message(change.message);
        let stamp = Stamp { epoch, millis: change.millis, hub_offset_millis, clerk: clerk.to_owned() };
        let authored = publication.author(&stamp).ok()?;
        Some((publication, authored, stamp))
    }

    /// The publication that a document with this root is.
    pub(crate) fn of_root(root: &Map<String, Value>, changes: usize) -> Result<Self, DocumentError> {
        if changes != 1 {
            return Err(wrong("a publication is never changed: a new version is a document of its own"));
        }
        let text = |key: &str| root.get(key).and_then(Value::as_str).ok_or_else(|| wrong("a publication lacks a text"));
        let version = root.get(VERSION).and_then(Value::as_u64).and_then(|version| u32::try_from(version).ok());
        let signature = match root.get(SIGNATURE) {
            None => None,
            Some(signed) => Some(signature(signed).ok_or_else(|| wrong("a publication has a signature that is none"))?),
        };
        let publication = Self {
            office: text(OFFICE)?.parse().map_err(|_| wrong("a publication has no office code"))?,
            topic: text(TOPIC)?.to_owned(),
            version: version.ok_or_else(|| wrong("a publication has no version"))?,
            published_millis: root.get(PUBLISHED).and_then(Value::as_i64).ok_or_else(|| wrong("it has no time"))?,
            body: text(BODY)?.to_owned(),
            signature,
        };
        publication.check()?;
        Ok(publication)
    }

    fn check(&self) -> Result<(), DocumentError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_/".contains(&byte);
        if self.topic.is_empty() || self.topic.len() > TOPIC_MAX || !self.topic.bytes().all(fits) {
            return Err(wrong("a publication has a topic of another form"));
        }
        if self.version == 0 {
            return Err(wrong("a publication has no version"));
        }
        if self.body.len() > BODY_BYTES_MAX {
            return Err(DocumentError::TooLarge(format!(
                "{} bytes in a publication, {BODY_BYTES_MAX} allowed",
                self.body.len()
            )));
        }
        Ok(())
    }
}

fn signature(signed: &Value) -> Option<[u8; 64]> {
    BASE64.decode(signed.as_str()?.as_bytes()).ok()?.try_into().ok()
}

fn wrong(what: &str) -> DocumentError {
    DocumentError::Unreadable(what.to_owned())
}

impl fmt::Debug for Publication {
    /// Without what it says: names may stand in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Publication({} {} {}, {} bytes)", self.office, self.topic, self.version, self.body.len())
    }
}

//! Identifiers of the log. Each is a type of its own, so that none can stand for another.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The text given is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a {kind}: {wanted} expected")]
pub struct ParseIdError {
    kind: &'static str,
    text: String,
    wanted: &'static str,
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $kind:literal, $wanted:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// The bytes of the id.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let hex = HEXLOWER.encode(&self.0);
                write!(f, "{}({})", stringify!($name), hex.get(..8).unwrap_or(&hex))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                HEXLOWER
                    .decode(text.to_ascii_lowercase().as_bytes())
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or_else(|| ParseIdError { kind: $kind, text: text.to_owned(), wanted: $wanted })
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseIdError;

            fn try_from(text: String) -> Result<Self, ParseIdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = ParseIdError;

            fn try_from(bytes: &[u8]) -> Result<Self, ParseIdError> {
                bytes.try_into().map(Self).map_err(|_| ParseIdError {
                    kind: $kind,
                    text: HEXLOWER.encode(bytes),
                    wanted: $wanted,
                })
            }
        }
    };
}

hex_id!(
    /// SHA-256 of a raw change chunk, as Automerge computes it.
    ChangeHash, 32, "change hash", "64 hexadecimal digits"
);
hex_id!(
    /// One life of a replica's database file, and the Automerge actor id of every change made in it.
    EpochId, 16, "epoch", "32 hexadecimal digits"
);
hex_id!(
    /// The hub: the first 16 bytes of the SHA-256 of its public key.
    HubId, 16, "hub id", "32 hexadecimal digits"
);

hex_id!(
    /// SHA-256 of an attached file's bytes: its name on every machine.
    BlobHash, 32, "file hash", "64 hexadecimal digits"
);

impl BlobHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl HubId {
    /// The id of the hub that owns this Ed25519 public key.
    pub fn from_public_key(key: &[u8; 32]) -> Self {
        let hash = Sha256::new().chain_update(b"smart-kampung hub id v1\0").chain_update(key).finalize();
        let mut id = [0; 16];
        id.copy_from_slice(hash.get(..16).unwrap_or(&[0; 16]));
        Self(id)
    }
}

/// One installation of `village-node`: the first 8 bytes of the SHA-256 of its public key.
///
/// Shown as 13 letters and digits in base 32, which a clerk can read out on the phone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeId(pub [u8; 8]);

impl NodeId {
    /// The id of the node that owns this Ed25519 public key.
    pub fn from_public_key(key: &[u8; 32]) -> Self {
        let hash = Sha256::new().chain_update(b"smart-kampung node id v1\0").chain_update(key).finalize();
        let mut id = [0; 8];
        id.copy_from_slice(hash.get(..8).unwrap_or(&[0; 8]));
        Self(id)
    }

    /// The bytes of the id.
    pub const fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({self})")
    }
}

impl FromStr for NodeId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        BASE32_NOPAD
            .decode(text.to_ascii_uppercase().as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| ParseIdError {
                kind: "node id",
                text: text.to_owned(),
                wanted: "13 letters and digits (A-Z, 2-7)",
            })
    }
}

impl TryFrom<String> for NodeId {
    type Error = ParseIdError;

    fn try_from(text: String) -> Result<Self, ParseIdError> {
        text.parse()
    }
}

impl From<NodeId> for String {
    fn from(id: NodeId) -> Self {
        id.to_string()
    }
}

/// A place in a log or a feed. The first entry stands at 1; 0 is the place before it.
pub type Position = u64;

/// One document. A UUIDv7 (RFC 9562) whose 74 random bits derive from the epoch and the log position of its
/// first change: unique without a link, and free to send.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DocumentId(pub Uuid);

impl DocumentId {
    /// The id of the document whose first change stands at `position` of the log of `epoch` and carries the
    /// time `millis` (milliseconds since 1970 UTC, clamped to the 48 bits a UUIDv7 has).
    pub fn derive(epoch: EpochId, position: Position, millis: i64) -> Self {
        let hash = Sha256::new()
            .chain_update(b"smart-kampung document id v1\0")
            .chain_update(epoch.0)
            .chain_update(position.to_be_bytes())
            .finalize();
        let mut random = [0; 10];
        random.copy_from_slice(hash.get(..10).unwrap_or(&[0; 10]));
        let millis = u64::try_from(millis).unwrap_or(0).min((1 << 48) - 1);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The bytes of the id.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentId({self})")
    }
}

impl FromStr for DocumentId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        Uuid::parse_str(text).map(Self).map_err(|_| ParseIdError {
            kind: "document id",
            text: text.to_owned(),
            wanted: "a UUID",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_text_form() {
        let epoch = EpochId([7; 16]);
        assert_eq!(epoch.to_string().parse::<EpochId>().unwrap(), epoch);
        let node = NodeId::from_public_key(&[9; 32]);
        assert_eq!(node.to_string().parse::<NodeId>().unwrap(), node);
        let document = DocumentId::derive(epoch, 3, 1_760_000_000_000);
        assert_eq!(document.to_string().parse::<DocumentId>().unwrap(), document);
        assert!("zz".parse::<EpochId>().is_err());
    }

    #[test]
    fn document_ids_are_version_7_carry_the_time_and_differ_by_place() {
        let epoch = EpochId([7; 16]);
        let first = DocumentId::derive(epoch, 1, 1_760_000_000_123);
        assert_eq!(first.0.get_version_num(), 7);
        assert_eq!(first.0.as_u128() >> 80, 1_760_000_000_123);
        assert_ne!(first, DocumentId::derive(epoch, 2, 1_760_000_000_123));
        assert_ne!(first, DocumentId::derive(EpochId([8; 16]), 1, 1_760_000_000_123));
        assert_eq!(DocumentId::derive(epoch, 1, -5).0.as_u128() >> 80, 0);
    }
}

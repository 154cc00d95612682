//! Versions of the protocol, and the one that both sides speak.

use crate::wire::Elements;
use crate::{FrameKind, MessageError, Problem};

/// A version of the protocol. A new one only for what an appended element cannot say.
pub type Version = u16;

/// The versions that this program speaks.
pub const SUPPORTED: Versions = Versions { min: 1, max: 1 };

/// A range of versions, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The oldest.
    pub min: Version,
    /// The newest.
    pub max: Version,
}

/// The two sides speak no version in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// The other side is older than anything spoken here.
    #[error(
        "the other side speaks the protocol up to version {theirs}, here it starts at {ours}: the program there has to \
         be updated. Nothing was exchanged and nothing is lost"
    )]
    TheyAreTooOld {
        /// Their newest version.
        theirs: Version,
        /// Our oldest.
        ours: Version,
    },
    /// The other side is newer than anything spoken here.
    #[error(
        "the other side speaks the protocol from version {theirs} on, here it ends at {ours}: this program has to be \
         updated. Nothing was exchanged and nothing is lost"
    )]
    WeAreTooOld {
        /// Their oldest version.
        theirs: Version,
        /// Our newest.
        ours: Version,
    },
}

impl Versions {
    /// The newest version that both sides speak. Both sides come to the same.
    ///
    /// # Errors
    /// There is none; it says which side is behind.
    pub fn negotiate(self, theirs: Self) -> Result<Version, VersionError> {
        let version = self.max.min(theirs.max);
        if version < self.min {
            Err(VersionError::TheyAreTooOld { theirs: theirs.max, ours: self.min })
        } else if version < theirs.min {
            Err(VersionError::WeAreTooOld { theirs: theirs.min, ours: self.max })
        } else {
            Ok(version)
        }
    }

    /// Whether `version` is one of them.
    pub fn contains(self, version: Version) -> bool {
        (self.min..=self.max).contains(&version)
    }

    /// The versions that the payload of a hello offers, whatever else is in it: these two elements stand first in
    /// every version of the protocol, so that even a hello of an unknown future is answered with a clear fault.
    ///
    /// # Errors
    /// It does not start like a hello.
    pub fn peek(hello: &[u8]) -> Result<Self, MessageError> {
        Self::read(&mut Elements::open(FrameKind::Hello, hello)?)
    }

    pub(crate) fn read(elements: &mut Elements<'_>) -> Result<Self, MessageError> {
        let (min, max) = (elements.unsigned_16("oldest version")?, elements.unsigned_16("newest version")?);
        if min > max {
            return Err(elements.error("newest version", Problem::Meaningless));
        }
        Ok(Self { min, max })
    }
}

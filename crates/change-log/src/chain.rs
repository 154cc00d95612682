//! The hash chain over a log or a feed: one value that commits to every entry up to a position.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::{EntryHash, EpochId};

/// The chain value at a position. Equal values at equal positions mean equal entries up to there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// Position 0 of the log of `epoch`.
    pub fn of_log(epoch: EpochId) -> Self {
        Self(Sha256::new().chain_update([2]).chain_update(epoch.0).finalize().into())
    }

    /// Position 0 of the feed that the hub keeps for `audience` (an office code, `everyone`, ...) in its epoch.
    pub fn of_feed(hub_epoch: EpochId, audience: &str) -> Self {
        Self(
            Sha256::new()
                .chain_update([3])
                .chain_update(hub_epoch.0)
                .chain_update(audience.as_bytes())
                .finalize()
                .into(),
        )
    }

    /// The value after one more entry: `SHA-256(0x04 | this | entry)`.
    #[must_use]
    pub fn after(self, entry: EntryHash) -> Self {
        Self(Sha256::new().chain_update([4]).chain_update(self.0).chain_update(entry.0).finalize().into())
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = HEXLOWER.encode(&self.0);
        write!(f, "ChainHash({})", hex.get(..8).unwrap_or(&hex))
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

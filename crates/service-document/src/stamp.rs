//! Who made a change, when and where; and how that stands in the change's own header.

use std::fmt;

use change_log::{ChangeHash, EpochId, RawChange};

/// Who, when, where: stamped on every change. Nothing is ordered by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The life of the database file it is made in; the Automerge actor of the change.
    pub epoch: EpochId,
    /// Device clock, milliseconds since 1970 UTC.
    pub millis: i64,
    /// Hub clock minus device clock in milliseconds, as known at that moment.
    pub hub_offset_millis: Option<i64>,
    /// Id of the clerk (a login, no personal name).
    pub clerk: String,
}

/// A change we made: what goes into the log.
#[derive(Clone, PartialEq, Eq)]
pub struct Authored {
    /// SHA-256 of the chunk.
    pub hash: ChangeHash,
    /// The raw change chunk, never deflated.
    pub raw: Vec<u8>,
}

impl fmt::Debug for Authored {
    /// Without the bytes: they hold personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authored({:?}, {} bytes)", self.hash, self.raw.len())
    }
}

impl Stamp {
    /// The commit message: the clerk, then `@` and the offset when it is known (`siti`, `siti@-1250`).
    ///
    /// The same clerk at the same offset writes the same bytes every time, which cost nearly nothing on the wire.
    pub(crate) fn message(&self) -> String {
        match self.hub_offset_millis {
            Some(offset) => format!("{}@{offset}", self.clerk),
            None if self.clerk.contains('@') => format!("{}@", self.clerk),
            None => self.clerk.clone(),
        }
    }
}

/// Who made a raw change (clerk id). Nothing where it cannot be read.
pub fn clerk_of(raw: &[u8]) -> Option<String> {
    Some(parse_message(RawChange::parse(raw).ok()?.message).0.to_owned())
}

/// Clerk and hub offset (milliseconds) out of a commit message. Any text is taken: what is not ours is all clerk.
pub(crate) fn parse_message(message: &str) -> (&str, Option<i64>) {
    match message.rsplit_once('@') {
        Some((clerk, "")) => (clerk, None),
        Some((clerk, offset)) => offset.parse().map_or((message, None), |offset| (clerk, Some(offset))),
        None => (message, None),
    }
}

/// When something was by the hub's clock, where how far the device's was off was known; else by the device's. Milliseconds
/// since 1970 UTC.
pub const fn by_hub(millis: i64, hub_offset_millis: Option<i64>) -> i64 {
    match hub_offset_millis {
        Some(offset) => millis.saturating_add(offset),
        None => millis,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_clerk_and_offset_come_back(clerk in "[a-z@0-9 +-]{0,12}", offset in any::<Option<i64>>()) {
            let stamp = Stamp { epoch: EpochId([1; 16]), millis: 0, hub_offset_millis: offset, clerk };
            let message = stamp.message();
            prop_assert_eq!(parse_message(&message), (stamp.clerk.as_str(), offset));
        }
    }
}

//! How far an exchange is, and how it ended.

use change_log::Digest;
use sync_protocol::{Fault, WipeOrder};

/// How far an exchange is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Entries that the hub lacked at the start.
    pub to_send: u64,
    /// Entries sent.
    pub sent: u64,
    /// Entries that the hub said are durable.
    pub acknowledged: u64,
    /// Entries received.
    pub received: u64,
    /// Frames that were made ready, and that arrived whole.
    pub frames: u64,
    /// Body bytes sent.
    pub bytes_up: u64,
    /// Body bytes received.
    pub bytes_down: u64,
}

/// How an exchange ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Both sides have the same digest, and both know.
    Proven {
        /// The digest.
        digest: Digest,
    },
    /// Call again now: there is more to do.
    Again,
    /// All was sent and received, and still both sides differ: calling again at once leads nowhere. Nothing is lost;
    /// what is known of it is shown by [`crate::difference`].
    Differs {
        /// Seconds to wait before the next exchange.
        retry_seconds: u32,
    },
    /// No verdict came: back off.
    Cut,
    /// The hub refused.
    Refused(Fault),
    /// The hub shut this machine out and orders it to wipe itself; the order is signed by its key, and what was to be sent
    /// before is sent.
    Wipe(WipeOrder),
}

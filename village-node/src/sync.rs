//! Exchanges with the hub: one request each, repeated until both sides hold the same.

mod all;
mod certificate;
mod conversation;
mod driver;
mod exchange;
mod files;
mod knock;
mod linked;
mod live;
mod night;
mod passing;
mod proven;
mod resting;
mod talk;

pub use all::sync_all;
pub(crate) use certificate::note_asked;
pub(crate) use conversation::Talking;
pub use driver::drive;
pub use exchange::{Exchanged, exchange_once};
pub(crate) use exchange::{REFUSED, REVOKED, STUCK};
pub use files::FilesMoved;
pub(crate) use files::{Moving, Way};
pub(crate) use linked::{LinkState, Linked};
pub(crate) use live::Live;
pub(crate) use night::next_after as next_night;
pub use proven::{Patience, Proven, sync_until_proven};

pub use exchange_driver::{Outcome, Progress};

/// What the node calls itself to the hub.
pub const SOFTWARE: &str = concat!("village-node ", env!("CARGO_PKG_VERSION"));

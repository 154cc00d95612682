//! Sans-IO: what a node says next, how the hub judges it, repair, backoff, when to call.
//!
//! Everything here is a value computed from values: no store, no socket, no clock, no randomness of its own.

mod faults;
mod frame_size;
mod ladder;
mod pace;
mod repair;
mod sketch;
mod slot;
mod standing;

pub use faults::{CURSOR, FORK, UNRESOLVED, fault};
pub use frame_size::frame_bytes;
pub use ladder::{Ladder, Rung};
pub use pace::{Ending, Pace};
pub use repair::{Next, Repair, Round};
pub use sketch::{CELLS_MAX, Difference, SLICE_BITS_MAX, Salt, ShortId, Sketch};
pub use slot::nightly_slot;
pub use standing::{Standing, standing};

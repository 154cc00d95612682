//! Hostile bytes: what every decoder of bytes from elsewhere must bear, as functions over any input.
//!
//! The fuzzer under `fuzz/` and the bounded runs in this crate's tests call the same functions, so neither can test
//! something the other does not.

mod mutate;
mod samples;
mod target;

/// Bytes of the check that a batch begins with.
const CHECK_BYTES: usize = 8;

pub use mutate::mutant;
pub use samples::{bombs, samples};
pub use target::{TARGETS, Target};

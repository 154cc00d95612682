//! The gate in a child process.
//!
//! Automerge 0.12 may abort, overflow its stack, take all memory or never return on bytes that another machine made.
//! So a program judges them in a child of its own ([`ProcessGate`], on the same program file under the
//! argument [`SUBCOMMAND`], which makes it call [`run`]). What brings the child down costs the one document that did it; the
//! parent starts another child and goes on. When no child can be started at all, nobody's change is blamed: the gate
//! says so and everything stays pending.
//!
//! The two talk over the child's standard input and output: frames of a 4-byte little-endian length and a payload of
//! at most 64 MiB, many documents a frame. The child ends when its input does, even in the middle of a
//! document, so it never outlives its parent. It gets no environment, and its standard error goes nowhere: a panic's text
//! may quote personal data.

mod child;
mod codec;
mod command;
mod death;
mod frame;
mod limits;
mod process_gate;
mod question;
mod worker;

pub use command::{GatePlace, WorkerCommand};
pub use limits::MEMORY_MAX;
pub use process_gate::{PATIENCE, ProcessGate};
pub use question::Question;
pub use worker::{run, run_with};

/// The one argument under which both programs call [`run`]. No help and no error message of theirs lists it.
pub const SUBCOMMAND: &str = "gate-worker";

/// Whether this process was started to judge: its only argument is [`SUBCOMMAND`].
pub fn is_asked_for() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().is_some_and(|first| first == SUBCOMMAND) && arguments.next().is_none()
}

/// Frames that may be sent and not answered yet: the child has the next one at hand while it answers the last.
const WINDOW: usize = 2;

/// First frame of a child: it speaks this version, and has judged a document of its own.
const READY: &[u8] = b"smart-kampung gate 1";

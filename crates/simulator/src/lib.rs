//! A seeded world in one thread: nodes, hub, links, crashes and restores, and the checkers of what is promised.
//!
//! Time, ids and faults come from one seed; the exchange code and the store are the real ones, on real files. Links cut
//! at any byte in either direction, replies get lost, processes die between any two commits, backups come back. After
//! the faults the world heals, and everything promised must hold: nothing saved is lost or doubled, nothing is stuck,
//! all sides are proven equal.

mod call;
mod check;
mod cost;
mod dice;
mod machine;
mod world;

pub use check::Failure;
pub use cost::{Cost, cost};
pub use world::{Done, Faults, World, run, run_regency};

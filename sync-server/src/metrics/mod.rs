//! The hub's figures for Prometheus: what is counted while it runs, and how things stand when they are asked for.
//!
//! No figure names a person. Labels are few words of a fixed list, and the codes of the roster's offices.

mod counted;
mod standing;

pub(crate) use counted::{Ended, Metrics};
pub(crate) use standing::{Sizes, Standings, written};

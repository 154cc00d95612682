//! A regency on one machine: made-up but right records, and links that are bad in a repeatable way.
//!
//! [`generate`] makes records that pass the catalogue's checks; [`link`] stands between a node and the hub and makes
//! the line slow, late, cut or dead. Both take a seed: the same seed gives the same records and the same cuts.

pub mod generate;
pub mod link;

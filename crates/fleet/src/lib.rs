//! A regency on one machine: made-up but right records, and links that are bad in a repeatable way.
//!
//! [`generate`] makes records that pass the catalogue's checks; [`link`] stands between a node and the hub and makes
//! the line slow, late, cut or dead; [`demo`] plays a day of a whole regency with both. All take a seed: the same seed gives
//! the same records and the same cuts. [`exchange`] shows the bytes of an exchange; [`ingest`] measures a
//! hub, [`desk`] the pages of a node with many records; [`roster`] has all 360 offices; [`hostile`] holds what every decoder must bear.

pub mod demo;
pub mod desk;
pub mod exchange;
pub mod generate;
pub mod hostile;
pub mod ingest;
pub mod link;
pub mod made_log;
pub mod roster;
pub mod sizes;

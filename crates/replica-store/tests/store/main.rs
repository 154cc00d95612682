//! The store's promises, on real files.

mod replication;
mod world;

//! The store's promises, on real files.

#[cfg(test)]
mod replication;
#[cfg(test)]
mod world;

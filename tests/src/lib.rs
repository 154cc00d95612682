//! What tests of the whole system share.

use std::path::PathBuf;

pub mod folder;
pub mod picture;

/// The project's root folder.
pub fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(PathBuf::from).unwrap_or(own)
}

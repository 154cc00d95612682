//! A copy of the database while it is in use, with the identity in it.

use std::path::Path;

use replica_store::Replica;
use serde_json::{Value, json};

use crate::{Failure, Identity, private_file};

/// The setting that carries the identity file's bytes into backups.
pub(crate) const IDENTITY: &str = "identity";

/// `{"file", "bytes"}`.
pub(super) fn perform(replica: &mut Replica, file: &Path) -> Result<Value, Failure> {
    if file.exists() {
        return Err(Failure::input(
            "target_exists",
            format!("{} sudah ada. Tidak ada yang ditulis; pilih nama lain.", file.display()),
            format!("{} already exists. Nothing was written; choose another name.", file.display()),
        ));
    }
    let identity = Identity::load(replica.dir())?;
    replica.set_setting(IDENTITY, &identity.to_bytes())?;
    replica.backup(file)?;
    private_file::close_to_others(file)?;
    let bytes = std::fs::metadata(file).map_err(|error| Failure::file(file, &error))?.len();
    Ok(json!({"file": file, "bytes": bytes}))
}

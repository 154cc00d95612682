//! A copy of the database while it is in use, with the identity in it.

use std::path::Path;

use replica_store::Replica;
use serde_json::{Value, json};

use crate::{Failure, Identity, private_file};

/// The setting that keeps the identity file's bytes in the database and its backups.
pub(crate) const IDENTITY: &str = "identity";

/// `{"file", "bytes", "files_left_out": attached files, which lie in the folder `blobs` and are not part of it}`.
pub(super) fn perform(replica: &mut Replica, file: &Path) -> Result<Value, Failure> {
    if file.exists() {
        return Err(Failure::input(
            "target_exists",
            format!("{} sudah ada. Tidak ada yang ditulis; pilih nama lain.", file.display()),
            format!("{} already exists. Nothing was written; choose another name.", file.display()),
        ));
    }
    match Identity::load(replica.dir()) {
        Ok(identity) => identity.keep_in(replica)?,
        // The database kept it from before the file was lost.
        Err(failure) if Identity::kept_in(replica)?.is_none() => return Err(failure),
        Err(_) => {}
    }
    replica.backup(file)?;
    private_file::close_to_others(file)?;
    let bytes = std::fs::metadata(file).map_err(|error| Failure::file(file, &error))?.len();
    let left_out = replica.blobs()?.len();
    Ok(json!({"file": file, "bytes": bytes, "files_left_out": left_out}))
}

//! A copy of the database while it is in use, with the identity in it, and of the attached files beside it.

use std::path::Path;

use replica_store::{Reader, Replica, files_beside};
use serde_json::{Value, json};

use crate::{Failure, Identity, private_file};

/// The setting that keeps the identity file's bytes in the database and its backups.
pub(crate) const IDENTITY: &str = "identity";

/// `{"file", "bytes", "private": whether its disk keeps it from others}`. [`with_files`] comes next.
pub(super) fn perform(replica: &mut Replica, file: &Path, now_millis: i64) -> Result<Value, Failure> {
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
    if !replica.backup_noted(file, now_millis)? {
        tracing::warn!("the backup is made; that it was could not be noted: is the disk of this machine full?");
    }
    let is_private = private_file::close_if_possible(file)?;
    let bytes = std::fs::metadata(file).map_err(|error| Failure::file(file, &error))?.len();
    Ok(json!({"file": file, "bytes": bytes, "private": is_private}))
}

/// Copies the attached files of the data folder `dir` into the folder `blobs` beside the backup; what [`perform`] says,
/// with `"files"` that are there now and `"files_missing"`, which are not here either. They are many and large: nobody
/// waits for them.
///
/// # Errors
///
/// When a disk refuses: the backup of the records is whole all the same.
pub(crate) fn with_files(dir: &Path, file: &Path, mut answer: Value) -> Result<Value, Failure> {
    let done = Reader::open(dir)?.back_up_files(&files_beside(file), |_| false)?;
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("files".to_owned(), done.kept.into());
        answer.insert("files_missing".to_owned(), done.missing.into());
    }
    Ok(answer)
}

//! Files that only the owner of the data folder may read, written whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::Failure;

/// Writes a file that only this user may read: a new file beside it, synced, then renamed over it.
///
/// # Errors
///
/// When the disk refuses. The old file, if any, is as before.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = path.with_extension("new");
    let written = (|| {
        let mut file = options().open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        match path.parent() {
            Some(folder) if cfg!(unix) => {
                let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                File::open(folder)?.sync_all()
            }
            _ => Ok(()),
        }
    })();
    written.map_err(|error| Failure::file(path, &error))
}

/// Makes the data folder, readable for this user only.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn make_folder(dir: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|error| Failure::file(dir, &error))
}

/// Takes a file from all others but this user, where its disk can do that; whether it can. A stick formatted for every PC
/// cannot.
///
/// # Errors
///
/// When the disk refuses for another reason.
pub(crate) fn close_if_possible(path: &Path) -> Result<bool, Failure> {
    match restrict(path) {
        Ok(()) => Ok(cfg!(unix)),
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported) => Ok(false),
        Err(error) => Err(Failure::file(path, &error)),
    }
}

/// Takes a file from all others but this user.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn close_to_others(path: &Path) -> Result<(), Failure> {
    restrict(path).map_err(|error| Failure::file(path, &error))
}

fn restrict(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let only_owner = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600);
        std::fs::set_permissions(path, only_owner)?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Whether others than this user may read a file.
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

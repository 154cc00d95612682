//! The settings file in backups: who alarms go to, where backups go, what posts are signed with. It is part of a backup as the
//! keys are, and comes back with it; a hub that was restored without it would run on and tell nobody of anything.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::keys::write_secret;
use crate::settings::FILE;
use crate::{Failure, clock};

/// The key of the copy that a backup carries.
pub(crate) const SETTING: &str = "hub-settings";
/// What is not shown to anybody, nor written where others read.
const SECRETS: [&str; 3] = ["metrics_token", "webhook_secret", "smtp_password"];
/// What is of the machine itself.
const OF_MACHINE: [&str; 4] = ["listen", "public_url", "desk_names", "backup_dir"];

/// What became of the settings of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Came {
    /// There are none in it.
    None,
    /// They are in their place again; what is set in them.
    Back(Vec<String>),
    /// The same ones were here.
    Same,
    /// Other ones were here, and stay; those of the backup are beside them.
    Beside(PathBuf),
}

/// The settings file of a data folder, as a backup carries it; nothing where there is none.
///
/// # Errors
///
/// When it is there and cannot be read.
pub(crate) fn of(dir: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let path = dir.join(FILE);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file(&path, &error)),
    }
}

/// Puts the settings of a backup into a data folder, for its owner alone. Those that are there stay.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn put_back(dir: &Path, kept: Option<&[u8]>) -> Result<Came, Failure> {
    let Some(kept) = kept else { return Ok(Came::None) };
    let place = |path: &Path| place(path, kept).map_err(|error| Failure::file(path, &error));
    match of(dir)? {
        Some(here) if here == kept => Ok(Came::Same),
        Some(_) => {
            let beside = dir.join(format!("{FILE}.of-backup-{}", clock::now_millis()));
            place(&beside)?;
            Ok(Came::Beside(beside))
        }
        None => {
            place(&dir.join(FILE))?;
            Ok(Came::Back(keys(kept)))
        }
    }
}

/// Written beside its place, so that nobody takes half a file for a whole one.
fn place(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    // What a killed program left.
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => write_secret(Path::new(&part), content)?,
    }
    std::fs::rename(&part, path)
}

/// What is set in a file, by its keys; nothing where it cannot be read: the next start says why.
fn keys(file: &[u8]) -> Vec<String> {
    let table = std::str::from_utf8(file).ok().and_then(|text| text.parse::<toml::Table>().ok());
    table.unwrap_or_default().keys().cloned().collect()
}

impl Came {
    /// A word for programs.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Back(_) => "back",
            Self::Same => "same",
            Self::Beside(_) => "beside",
        }
    }

    /// What is set again.
    pub(crate) fn keys(&self) -> &[String] {
        match self {
            Self::Back(keys) => keys,
            _ => &[],
        }
    }

    /// For people.
    pub(crate) fn said(&self, dir: &Path) -> String {
        let path = dir.join(FILE);
        let path = path.display();
        match self {
            Self::None if dir.join(FILE).exists() => {
                format!("the backup has no settings; those that are here stay ({path})\n")
            }
            Self::None => format!(
                "there are no settings here ({path}), and the backup has none: an older program made it, or its hub had none. Without \
                 them the hub makes no backups and tells no alarms; put your copy back before you start it\n"
            ),
            Self::Same => format!("the settings are those of the backup ({path})\n"),
            Self::Beside(beside) => format!(
                "the settings that are here stay ({path}); those of the backup are others, and are in {}\n",
                beside.display()
            ),
            Self::Back(keys) => {
                let of = |which: &[&str]| {
                    keys.iter().filter(|key| which.contains(&key.as_str())).cloned().collect::<Vec<_>>().join(", ")
                };
                let (secret, machine) = (of(&SECRETS), of(&OF_MACHINE));
                let secret = match secret.as_str() {
                    "" => String::new(),
                    _ => format!("secrets are among them, which only you can read there: {secret}\n"),
                };
                let machine = match machine.as_str() {
                    "" => String::new(),
                    _ => format!("they are of the machine before; look before you start the hub: {machine}\n"),
                };
                format!("the settings are back ({path}): {}\n{secret}{machine}", keys.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const KEPT: &[u8] = b"mail_to = \"a@example.go.id\"\nsmtp_password = \"x\"\nbackup_dir = \"/mnt/b\"\n";

    #[test]
    fn settings_come_back_for_the_owner_alone_and_those_that_are_here_stay() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(put_back(dir.path(), None).unwrap(), Came::None);
        assert!(Came::None.said(dir.path()).contains("tells no alarms"));
        let came = put_back(dir.path(), Some(KEPT)).unwrap();
        assert_eq!(came.keys(), ["backup_dir", "mail_to", "smtp_password"]);
        let said = came.said(dir.path());
        assert!(said.contains("which only you can read there: smtp_password\n") && !said.contains("\"x\""), "{said}");
        assert!(said.contains("look before you start the hub: backup_dir\n"), "{said}");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((of(dir.path()).unwrap().unwrap(), mode(&dir.path().join(FILE))), (KEPT.to_vec(), 0o600));
        assert_eq!(put_back(dir.path(), Some(KEPT)).unwrap(), Came::Same);
        std::fs::write(dir.path().join(FILE), "mail_to = \"b@example.go.id\"\n").unwrap();
        let Came::Beside(beside) = put_back(dir.path(), Some(KEPT)).unwrap() else { panic!("they stay") };
        assert_eq!((std::fs::read(&beside).unwrap(), mode(&beside)), (KEPT.to_vec(), 0o600));
        assert!(of(dir.path()).unwrap().unwrap().starts_with(b"mail_to = \"b@"));
        assert!(Came::None.said(dir.path()).contains("those that are here stay"));
    }

    #[test]
    fn a_file_that_cannot_be_read_as_settings_comes_back_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(put_back(dir.path(), Some(b"listen = [")).unwrap(), Came::Back(Vec::new()));
    }
}

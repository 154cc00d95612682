//! Settings of a data folder: flags over environment over `config.toml` over what is built in.

use std::path::{Path, PathBuf};

use office_model::ClerkId;
use serde::{Deserialize, Serialize};

use crate::Failure;

/// The commented file that `config example` prints.
pub const EXAMPLE: &str = include_str!("config.example.toml");

/// What `config.toml` in the data folder can say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address of the local API.
    pub listen: Option<String>,
    /// Who records, unless told otherwise.
    pub clerk: Option<String>,
    /// Where the hub is, if it moved since the enrolment.
    pub hub: Option<String>,
    /// After so many seconds without any progress `sync` gives up.
    pub patience_seconds: Option<u64>,
}

impl Settings {
    /// Reads the settings of a data folder; those built in when there is no file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or says what no setting means.
    pub fn load(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join("config.toml");
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| Failure::file(&path, &error))?,
        };
        toml::from_str(&text).map_err(|error| {
            let at = path.display();
            Failure::input(
                "config",
                format!("Pengaturan {at} tidak dapat dibaca: {error}Lihat `village-node config example`."),
                format!("The settings in {at} cannot be read: {error}See `village-node config example`."),
            )
        })
    }
}

/// The data folder when none is told.
pub fn default_folder() -> PathBuf {
    let home = || std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let base = std::env::var_os("XDG_DATA_HOME")
        .or_else(|| std::env::var_os("LOCALAPPDATA"))
        .map(PathBuf::from)
        .or_else(|| home().map(|home| home.join(".local").join("share")))
        .unwrap_or_default();
    base.join("village-node")
}

/// Who records: as told, else the settings', else the login name of this machine as far as it makes an id.
///
/// # Errors
///
/// When the id told is none.
pub fn clerk(told: Option<&str>, settings: &Settings) -> Result<ClerkId, Failure> {
    if let Some(text) = told.or(settings.clerk.as_deref()) {
        return Ok(text.parse::<ClerkId>()?);
    }
    let login = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default();
    let plain: String = login
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '-' | '_'))
        .take(32)
        .collect();
    plain.parse().or_else(|_| "petugas".parse::<ClerkId>()).map_err(Failure::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_file_of_ours() {
        let uncommented: String =
            EXAMPLE.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let settings: Settings = toml::from_str(&uncommented).unwrap();
        assert!(settings.listen.is_some() && settings.clerk.is_some() && settings.hub.is_some());
        assert!(settings.patience_seconds.is_some());
        assert_eq!(toml::from_str::<Settings>(EXAMPLE).unwrap(), Settings::default());
    }

    #[test]
    fn a_clerk_is_told_or_guessed_but_never_made_up_from_nonsense() {
        let settings = Settings { clerk: Some("siti".to_owned()), ..Settings::default() };
        assert_eq!(clerk(None, &settings).unwrap().as_str(), "siti");
        assert_eq!(clerk(Some("budi"), &settings).unwrap().as_str(), "budi");
        assert_eq!(clerk(Some("Budi Santoso"), &settings).unwrap_err().code, "value");
    }
}

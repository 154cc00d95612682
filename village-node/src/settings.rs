//! Settings of a data folder: flags over environment over `config.toml` over what is built in.

use std::path::{Path, PathBuf};

use office_model::{Bilingual, ClerkId};
use serde::{Deserialize, Serialize};

use crate::{Failure, parser_words};

/// The commented file that `config example` prints.
pub const EXAMPLE: &str = include_str!("config.example.toml");

/// The name of the settings file in the data folder.
pub const FILE: &str = "config.toml";

/// What can be set. Nothing of it must be: all has a value that is built in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address of the local API.
    pub listen: Option<String>,
    /// Address of this machine at which the desk is open to the office's other PCs, over TLS.
    pub lan: Option<String>,
    /// Who records, unless told otherwise.
    pub clerk: Option<String>,
    /// Where the hub is, if it moved since the enrolment.
    pub hub: Option<String>,
    /// After so many seconds without any progress `sync` gives up.
    pub patience_seconds: Option<u64>,
    /// What `serve` logs: error, warn, info, debug, or a filter of `tracing`.
    pub log: Option<String>,
}

/// All of them, and whether it is a number.
const KEYS: &[(&str, bool)] =
    &[("listen", false), ("lan", false), ("clerk", false), ("hub", false), ("patience_seconds", true), ("log", false)];

impl Settings {
    /// Reads the file of a data folder, if there is one, and then the environment.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or says what no setting means.
    pub fn load(dir: &Path, environment: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let path = dir.join(FILE);
        let in_file = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(Failure::file(&path, &error)),
            Ok(text) => toml::from_str(&text).map_err(|error| wrong(&path.display(), &error))?,
        };
        let mut told = Self::default();
        for (key, is_number) in KEYS {
            let name = format!("VILLAGE_NODE_{}", key.to_ascii_uppercase());
            let Some(text) = environment(&name) else { continue };
            let number = text.parse().ok().filter(|_| *is_number).map(toml::Value::Integer);
            let table = toml::Table::from_iter([((*key).to_owned(), number.unwrap_or(toml::Value::String(text)))]);
            told = told.over(table.try_into().map_err(|error: toml::de::Error| wrong(&name, &error))?);
        }
        Ok(told.over(in_file))
    }

    /// These, and what stands in `below` where these say nothing.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            listen: self.listen.or(below.listen),
            lan: self.lan.or(below.lan),
            clerk: self.clerk.or(below.clerk),
            hub: self.hub.or(below.hub),
            patience_seconds: self.patience_seconds.or(below.patience_seconds),
            log: self.log.or(below.log),
        }
    }
}

fn wrong(place: &impl std::fmt::Display, error: &toml::de::Error) -> Failure {
    let Bilingual { id, en } = parser_words(error.message());
    Failure::input(
        "config",
        format!("Pengaturan di {place} tidak dapat dibaca: {id}. Lihat `village-node config example`."),
        format!("The settings in {place} cannot be read: {en}. See `village-node config example`."),
    )
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

/// Who records: as set, else the login name of this machine as far as it makes an id.
///
/// # Errors
///
/// When what is set is no id.
pub fn clerk(settings: &Settings) -> Result<ClerkId, Failure> {
    if let Some(text) = &settings.clerk {
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

    /// Every setting with this in it.
    fn all(word: &str, number: u64) -> Settings {
        let text = Some(word.to_owned());
        Settings {
            listen: text.clone(),
            lan: text.clone(),
            clerk: text.clone(),
            hub: text.clone(),
            patience_seconds: Some(number),
            log: text,
        }
    }

    #[test]
    fn the_example_is_a_file_of_ours_and_names_every_setting() {
        let uncommented: String =
            EXAMPLE.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let settings: Settings = toml::from_str(&uncommented).unwrap();
        let set = toml::Table::try_from(&settings).unwrap();
        let every = toml::Table::try_from(all("x", 1)).unwrap();
        assert!(every.keys().eq(set.keys()), "{set}");
        assert!(KEYS.iter().all(|(key, _)| every.contains_key(*key)) && KEYS.len() == every.len());
        assert_eq!(toml::from_str::<Settings>(EXAMPLE).unwrap(), Settings::default());
    }

    #[test]
    fn every_setting_is_heard_from_the_file_and_from_the_environment_before_it() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(dir.path(), |_| None).unwrap(), Settings::default());
        std::fs::write(dir.path().join(FILE), toml::to_string(&all("file", 1)).unwrap()).unwrap();
        assert_eq!(Settings::load(dir.path(), |_| None).unwrap(), all("file", 1));
        for (key, is_number) in KEYS {
            let own = format!("VILLAGE_NODE_{}", key.to_ascii_uppercase());
            let text = if *is_number { "2" } else { "environment" };
            let loaded = Settings::load(dir.path(), |name| (name == own).then(|| text.to_owned())).unwrap();
            let mut expected = toml::Table::try_from(all("file", 1)).unwrap();
            let value = if *is_number { toml::Value::Integer(2) } else { toml::Value::from(text) };
            expected.insert((*key).to_owned(), value);
            assert_eq!(toml::Table::try_from(loaded).unwrap(), expected, "{own}");
        }
        assert_eq!(all("flag", 3).over(all("file", 1)), all("flag", 3));
        assert_eq!(Settings::default().over(all("file", 1)), all("file", 1));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let dir = tempfile::tempdir().unwrap();
        let failure = Settings::load(dir.path(), |name| name.ends_with("SECONDS").then(|| "soon".to_owned()));
        assert!(failure.unwrap_err().text.en.contains("VILLAGE_NODE_PATIENCE_SECONDS"));
        std::fs::write(dir.path().join(FILE), "lisen = \"127.0.0.1:1\"\n").unwrap();
        let failure = Settings::load(dir.path(), |_| None).unwrap_err();
        assert!(failure.text.en.contains(FILE) && failure.text.en.contains("lisen"), "{failure}");
    }

    #[test]
    fn a_clerk_is_told_or_guessed_but_never_made_up_from_nonsense() {
        let told = |clerk: &str| Settings { clerk: Some(clerk.to_owned()), ..Settings::default() };
        assert_eq!(clerk(&told("siti")).unwrap().as_str(), "siti");
        assert_eq!(clerk(&told("Budi Santoso")).unwrap_err().code, "value");
    }
}

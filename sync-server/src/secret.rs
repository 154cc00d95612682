//! A secret of the settings: known to whoever needs it, shown to nobody.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A text that no log, error or command ever prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whom it is meant.
    pub(crate) fn told(&self) -> &str {
        &self.0
    }

    /// Whether that is it. How long that takes tells nothing about it.
    pub(crate) fn is(&self, tried: &str) -> bool {
        Sha256::digest(self.0.as_bytes()) == Sha256::digest(tried.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(secret)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Told)
    }
}

/// Takes texts. The usual error for another value would print it.
struct Told;

impl Visitor<'_> for Told {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
        Err(no_text())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(no_text())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(no_text())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(no_text())
    }
}

fn no_text<E: Error>() -> E {
    E::custom("a secret is written as a text in quotes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Serialize, Debug)]
    struct File {
        password: Secret,
    }

    #[test]
    fn it_is_never_shown_not_even_when_it_is_written_wrong() {
        let file: File = toml::from_str("password = \"hunter22\"").unwrap();
        assert!(file.password.is("hunter22") && !file.password.is("hunter2") && file.password.told() == "hunter22");
        assert!(!format!("{file:?} {}", toml::to_string(&file).unwrap()).contains("hunter"));
        for wrong in ["password = 1234567", "password = 1.5", "password = true", "password = 12345678901234567890"] {
            let error = toml::from_str::<File>(wrong).unwrap_err();
            assert!(!error.message().contains("1234567"), "{error}");
        }
    }
}

//! Passwords and PINs of this machine's accounts.

pub(crate) use desk_kit::secret::fits;
use desk_kit::secret::{self, SecretError};

use crate::{Failure, moment};

/// Shorter ones are guessed.
const CHARACTERS_MIN: usize = 6;

/// The hash of a new secret, with how it was made.
///
/// # Errors
///
/// When it is too short or too long, or one that is guessed at once.
pub(crate) fn hash(typed: &str) -> Result<String, Failure> {
    secret::hash(typed, CHARACTERS_MIN, &moment::random::<16>()?).map_err(|error| match error {
        SecretError::Weak => Failure::input(
            "secret",
            "Kata sandi atau PIN paling sedikit 6 karakter, bukan satu karakter yang diulang dan bukan urutan seperti 123456. Tidak \
             ada yang disimpan.",
            "A password or PIN has at least 6 characters, not one repeated and no row such as 123456. Nothing was saved.",
        ),
        SecretError::Broken(why) => Failure::machine(
            "secret_hash",
            format!("Kata sandi tidak dapat diolah. Tidak ada yang disimpan; coba lagi. ({why})"),
            format!("The password could not be processed. Nothing was saved; try again. ({why})"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_at_once_is_refused() {
        assert!(fits("rahasia-1", &hash("rahasia-1").unwrap(), &mut secret::Memory::default()));
        for typed in ["", "12345", "000000", &"x".repeat(300)] {
            assert_eq!(hash(typed).unwrap_err().code, "secret", "{typed}");
        }
    }
}

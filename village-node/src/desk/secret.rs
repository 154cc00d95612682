//! Passwords and PINs: kept as argon2id hashes only.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::{Failure, moment};

/// Shorter ones are guessed.
const CHARACTERS_MIN: usize = 6;
/// Longer ones are no password.
const CHARACTERS_MAX: usize = 200;

/// OWASP's smallest parameters for argon2id ("Password Storage Cheat Sheet"): 19 MiB, two passes. An old office PC takes
/// some 100 ms for it.
fn argon() -> Result<Argon2<'static>, Failure> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(broken)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a new secret, with how it was made.
///
/// # Errors
///
/// When it is too short or too long, or one character over and over.
pub(crate) fn hash(secret: &str) -> Result<String, Failure> {
    let count = secret.chars().count();
    let same = secret.chars().next().is_some_and(|first| secret.chars().all(|one| one == first));
    if !(CHARACTERS_MIN..=CHARACTERS_MAX).contains(&count) || same {
        return Err(Failure::input(
            "secret",
            "Kata sandi atau PIN paling sedikit 6 karakter dan tidak boleh satu karakter yang diulang. Tidak ada yang disimpan.",
            "A password or PIN has at least 6 characters, not one repeated. Nothing was saved.",
        ));
    }
    let salt = moment::random::<16>()?;
    Ok(argon()?.hash_password_with_salt(secret.as_bytes(), &salt).map_err(broken)?.to_string())
}

/// Whether a secret is the one of a hash. Takes long on purpose.
pub(crate) fn fits(secret: &str, hash: &str) -> bool {
    let (Ok(argon), Ok(hash)) = (argon(), PasswordHash::new(hash)) else { return false };
    secret.len() <= CHARACTERS_MAX * 4 && argon.verify_password(secret.as_bytes(), &hash).is_ok()
}

fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::machine(
        "secret_hash",
        format!("Kata sandi tidak dapat diolah: {error}. Tidak ada yang disimpan."),
        format!("The password could not be processed: {error}. Nothing was saved."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_fits_its_own_hash_only_and_no_hash_twice_the_same() {
        let (one, two) = (hash("rahasia-1").unwrap(), hash("rahasia-1").unwrap());
        assert_ne!(one, two);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(fits("rahasia-1", &one) && fits("rahasia-1", &two));
        assert!(!fits("rahasia-2", &one) && !fits("", &one) && !fits("rahasia-1", "no hash"));
    }

    #[test]
    fn what_is_guessed_at_once_is_refused() {
        for secret in ["", "12345", "000000", &"x".repeat(300)] {
            assert_eq!(hash(secret).unwrap_err().code, "secret", "{secret}");
        }
    }
}

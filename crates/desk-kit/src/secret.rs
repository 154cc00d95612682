//! Passwords and PINs: kept as argon2id hashes only.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

/// Longer ones are no password.
pub const CHARACTERS_MAX: usize = 200;

/// Why there is no hash of a secret. Nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It is guessed at once: too short, too long, or one character over and over.
    #[error("the secret is too short or too long, or one character over and over")]
    Weak,
    /// The algorithm refused.
    #[error("the secret could not be processed: {0}")]
    Broken(String),
}

/// OWASP's smallest parameters for argon2id ("Password Storage Cheat Sheet"): 19 MiB, two passes. An old office PC takes
/// some 100 ms for it.
fn argon() -> Result<Argon2<'static>, SecretError> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(broken)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn broken(error: impl std::fmt::Display) -> SecretError {
    SecretError::Broken(error.to_string())
}

/// The hash of a new secret of at least `characters_min` characters, with how it was made. `salt`: random.
///
/// # Errors
///
/// When it is too short or too long, or one character over and over, or counts up or down.
pub fn hash(secret: &str, characters_min: usize, salt: &[u8; 16]) -> Result<String, SecretError> {
    let count = secret.chars().count();
    if !(characters_min..=CHARACTERS_MAX).contains(&count) || is_guessed_at_once(secret) {
        return Err(SecretError::Weak);
    }
    Ok(argon()?.hash_password_with_salt(secret.as_bytes(), salt).map_err(broken)?.to_string())
}

/// Whether each character is as far from the one before: `000000`, `123456`, `987654`, `abcdef`.
fn is_guessed_at_once(secret: &str) -> bool {
    let codes: Vec<i64> = secret.chars().map(|one| i64::from(u32::from(one))).collect();
    let mut steps = codes.iter().zip(codes.iter().skip(1)).map(|(one, next)| next - one);
    steps.next().is_some_and(|first| first.abs() <= 1 && steps.all(|step| step == first))
}

/// Whether a secret is the one of a hash. Takes long on purpose.
pub fn fits(secret: &str, hash: &str) -> bool {
    let (Ok(argon), Ok(hash)) = (argon(), PasswordHash::new(hash)) else { return false };
    secret.len() <= CHARACTERS_MAX * 4 && argon.verify_password(secret.as_bytes(), &hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_fits_its_own_hash_only_and_no_hash_twice_the_same() {
        let (one, two) = (hash("rahasia-1", 6, &[1; 16]).unwrap(), hash("rahasia-1", 6, &[2; 16]).unwrap());
        assert_ne!(one, two);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert!(fits("rahasia-1", &one) && fits("rahasia-1", &two));
        assert!(!fits("rahasia-2", &one) && !fits("", &one) && !fits("rahasia-1", "no hash"));
    }

    #[test]
    fn what_is_guessed_at_once_is_refused() {
        for secret in ["", "12345", "000000", "123456", "987654", "abcdefgh", &"x".repeat(300)] {
            assert!(matches!(hash(secret, 6, &[1; 16]), Err(SecretError::Weak)), "{secret}");
        }
        assert!(hash("124578", 6, &[1; 16]).is_ok());
    }
}

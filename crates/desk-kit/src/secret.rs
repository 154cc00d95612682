//! Passwords and PINs: kept as argon2id hashes only.

use std::fmt;

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use sha2::{Digest as _, Sha256};

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

fn broken(error: impl fmt::Display) -> SecretError {
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

/// The memory of one look. It is used again: what many threads took and gave back would never go back to the system.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl fmt::Debug for Memory {
    /// Without what is left of a secret in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

/// Whether a secret is the one of a hash. Takes long on purpose.
pub fn fits(secret: &str, hash: &str, memory: &mut Memory) -> bool {
    secret.len() <= CHARACTERS_MAX * 4 && looked(secret, hash, memory).unwrap_or(false)
}

/// Nothing where the hash is none.
fn looked(secret: &str, hash: &str, Memory(blocks): &mut Memory) -> Option<bool> {
    let known = PasswordHash::new(hash).ok()?;
    let (algorithm, params) = (Algorithm::new(known.algorithm).ok()?, Params::try_from(&known).ok()?);
    let version = known.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let (salt, expected) = (known.salt?, known.hash?);
    blocks.resize(params.block_count(), Block::new());
    let mut made = vec![0; expected.as_bytes().len()];
    let argon = Argon2::new(algorithm, version, params);
    argon.hash_password_into_with_memory(secret.as_bytes(), &salt, &mut made, blocks.as_mut_slice()).ok()?;
    // By their hashes: how long the comparison takes tells nothing about them.
    Some(Sha256::digest(&made) == Sha256::digest(expected.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_fits_its_own_hash_only_and_no_hash_twice_the_same() {
        let (one, two) = (hash("rahasia-1", 6, &[1; 16]).unwrap(), hash("rahasia-1", 6, &[2; 16]).unwrap());
        assert_ne!(one, two);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        let mut memory = Memory::default();
        // Whatever the look before left in it.
        for _ in 0..2 {
            let mut fits = |secret: &str, hash: &str| fits(secret, hash, &mut memory);
            assert!(fits("rahasia-1", &one) && fits("rahasia-1", &two));
            assert!(!fits("rahasia-2", &one) && !fits("", &one) && !fits("rahasia-1", "no hash"));
        }
    }

    #[test]
    fn what_is_guessed_at_once_is_refused() {
        for secret in ["", "12345", "000000", "123456", "987654", "abcdefgh", &"x".repeat(300)] {
            assert!(matches!(hash(secret, 6, &[1; 16]), Err(SecretError::Weak)), "{secret}");
        }
        assert!(hash("124578", 6, &[1; 16]).is_ok());
    }
}

//! Ed25519 keys: who signs, and who checks. Secrets are never shown and are wiped from memory when dropped.

use std::fmt;
use std::str::FromStr;

use change_log::{HubId, NodeId};
use data_encoding::HEXLOWER;
use ed25519_dalek::Signer as _;

/// A private key. Its bytes cannot be got out of it again.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A public key that signatures are checked with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

/// An Ed25519 signature (RFC 8032).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

/// The bytes or the text are no public key that may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an Ed25519 public key: 64 hexadecimal digits expected, and none of the weak keys")]
pub struct KeyError;

/// A signature is not by the key expected over the message expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the signature of the {what} is wrong: another machine than the one enrolled made it, or it was altered on the way. \
     Nothing in it was used"
)]
pub struct SignatureError {
    /// What was signed.
    pub what: &'static str,
}

impl SigningKey {
    /// The key that derives from 32 secret random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs a message. The same key and message always give the same signature.
    ///
    /// Each kind of message starts with a line of its own, so that no signature can stand for one of another kind.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(secret of {:?})", self.verifying_key())
    }
}

impl VerifyingKey {
    /// The key with these bytes.
    ///
    /// # Errors
    /// They are no point of the curve, or one of the weak points under which anybody can sign.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError)?;
        if key.is_weak() { Err(KeyError) } else { Ok(Self(key)) }
    }

    /// The bytes of the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The id of the node that owns the key.
    pub fn node_id(&self) -> NodeId {
        NodeId::from_public_key(self.0.as_bytes())
    }

    /// The id of the hub that owns the key.
    pub fn hub_id(&self) -> HubId {
        HubId::from_public_key(self.0.as_bytes())
    }

    /// Checks a signature by the strict rules, under which nobody can make a second valid signature of a message.
    ///
    /// # Errors
    /// It is not this key's, or not over this message. `what` names the message.
    pub fn verify(&self, what: &'static str, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).map_err(|_| SignatureError { what })
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = HEXLOWER.decode(text.to_ascii_lowercase().as_bytes()).map_err(|_| KeyError)?;
        Self::from_bytes(&bytes.try_into().map_err(|_| KeyError)?)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = HEXLOWER.encode(&self.0);
        write!(f, "Signature({})", hex.get(..8).unwrap_or(&hex))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap()
    }

    /// RFC 8032, section 7.1, test 3.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let key = SigningKey::from_seed(&bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
        let public = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
        assert_eq!(key.verifying_key().to_string(), public);
        assert_eq!(public.to_uppercase().parse(), Ok(key.verifying_key()));
        let signature = key.sign(&[0xaf, 0x82]);
        let wanted = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                      18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
        assert_eq!(signature.0, bytes(wanted));
        assert!(key.verifying_key().verify("test", &[0xaf, 0x82], &signature).is_ok());
        let error = key.verifying_key().verify("test", &[0xaf, 0x83], &signature).unwrap_err();
        assert!(error.to_string().starts_with("the signature of the test is wrong"));
    }

    #[test]
    fn weak_and_impossible_keys_are_refused() {
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let order_8 = bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
        let no_point = bytes("0200000000000000000000000000000000000000000000000000000000000000");
        for key in [[0; 32], neutral, order_8, no_point] {
            assert_eq!(VerifyingKey::from_bytes(&key), Err(KeyError));
        }
        assert!("12".parse::<VerifyingKey>().is_err());
        assert!("zz".repeat(32).parse::<VerifyingKey>().is_err());
    }

    /// A signature with the group order added to its scalar passes careless checks: a second one for one message.
    #[test]
    fn no_second_signature_passes() {
        let key = SigningKey::from_seed(&[3; 32]);
        let mut signature = key.sign(b"message");
        let order: [u8; 32] = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let mut carry = 0u16;
        for (byte, add) in signature.0[32..].iter_mut().zip(order) {
            carry += u16::from(*byte) + u16::from(add);
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        assert!(key.verifying_key().verify("test", b"message", &signature).is_err());
    }

    #[test]
    fn secrets_are_not_in_the_debug_form() {
        let seed = [0xab; 32];
        let key = SigningKey::from_seed(&seed);
        let shown = format!("{key:?} {key:#?}");
        assert!(shown.contains(&key.verifying_key().to_string()));
        assert!(!shown.contains(&HEXLOWER.encode(&seed)[..8]) && !shown.contains("171"));
    }

    #[test]
    fn ids_are_those_of_the_key() {
        let key = SigningKey::from_seed(&[4; 32]).verifying_key();
        assert_eq!(key.node_id(), NodeId::from_public_key(&key.to_bytes()));
        assert_eq!(key.hub_id(), HubId::from_public_key(&key.to_bytes()));
    }
}

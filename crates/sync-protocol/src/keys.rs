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

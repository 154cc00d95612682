//! The seal of a letter: the node's signature under what its paper shows, with the hub's certificate of the node. It stands
//! in the QR code; whoever has the hub's public key can check it without asking anybody.

use std::fmt;
use std::str::FromStr;

use change_log::{DocumentId, HubId};
use chrono::NaiveDate;
use data_encoding::{BASE32_NOPAD, BASE64};
use office_model::ServiceId;
use uuid::Uuid;

use crate::node_certificate::CERTIFICATE_BYTES_MAX;
use crate::wire::{Elements, NO_FRAME, Writer};
use crate::{
    CertifiedNode, MessageError, NodeCertificate, Problem, Signature, SignatureError, SigningKey, VerifyingKey,
};

/// Longest text in a seal (number, name, signer), in bytes.
pub const SEALED_TEXT_BYTES_MAX: usize = 240;
/// Longest seal, in bytes.
pub const SEAL_BYTES_MAX: usize = 1024;
/// Longest seal as text, in characters.
pub const SEAL_TEXT_MAX: usize = (SEAL_BYTES_MAX * 8).div_ceil(5);

const SIGNATURE_LENGTH: usize = 64;
const SERVICE_BYTES_MAX: usize = 16;
const VERSION: u64 = 1;
const CONTEXT: &[u8] = b"smart-kampung letter seal v1\0";
const WHAT: &str = "letter's seal";
/// Stands before the seal in an address.
const PLACE: &str = "/l/";

/// What the paper of a sealed letter shows, and which record it is of. The office stands in the certificate.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedLetter {
    /// The record.
    pub document: DocumentId,
    /// The service.
    pub service: ServiceId,
    /// The letter's number.
    pub number: String,
    /// The person it is about; empty where it names none.
    pub name: String,
    /// The letter's day.
    pub date: NaiveDate,
    /// Who signs; empty where the paper leaves that to the pen.
    pub signer: String,
}

impl fmt::Debug for SealedLetter {
    /// Without number and names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedLetter({}, {:?})", self.service, self.document)
    }
}

/// A seal as it travels: CBOR array, then the 64 bytes of the node's signature. Its content comes out only with both
/// signatures checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterSeal {
    letter: SealedLetter,
    certificate: NodeCertificate,
    // The bytes as received: what is signed, with elements that are unknown here.
    body: Vec<u8>,
    signature: Signature,
}

impl LetterSeal {
    /// Seals a letter. The same letter, certificate and key always give the same bytes.
    ///
    /// # Errors
    /// A text of it is longer than [`SEALED_TEXT_BYTES_MAX`] or has control characters in it.
    pub fn sign(
        letter: &SealedLetter,
        certificate: &NodeCertificate,
        key: &SigningKey,
        hub: HubId,
    ) -> Result<Self, MessageError> {
        let (body, certificate) = written(letter, certificate)?;
        let signature = key.sign(&signed_bytes(hub, &body));
        Ok(Self { letter: letter.clone(), certificate, body, signature })
    }

    /// What of it the letter does not tell, to be kept beside the letter, as text (base 64): certificate and signature.
    pub fn mark(&self) -> String {
        BASE64.encode(&[&self.certificate.encode()[..], &self.signature.0].concat())
    }

    /// The seal of a letter by its mark; nothing where that is not under this letter, or not by a node that the hub with
    /// this key certified.
    pub fn of_mark(letter: &SealedLetter, mark: &str, hub_key: &VerifyingKey) -> Option<Self> {
        let bytes = BASE64.decode(mark.as_bytes()).ok()?;
        let (certificate, signature) = bytes.split_last_chunk::<SIGNATURE_LENGTH>()?;
        let (body, certificate) = written(letter, &NodeCertificate::decode(certificate).ok()?).ok()?;
        let seal = Self { letter: letter.clone(), certificate, body, signature: Signature(*signature) };
        seal.clone().verify(hub_key).is_ok().then_some(seal)
    }

    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        [&self.body[..], &self.signature.0].concat()
    }

    /// Reads the bytes. No signature is checked yet.
    ///
    /// # Errors
    /// They are no seal.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        if bytes.len() > SEAL_BYTES_MAX {
            return Err(wrong("seal", Problem::TooMuch { max: SEAL_BYTES_MAX as u64 }));
        }
        let (body, signature) =
            bytes.split_last_chunk::<SIGNATURE_LENGTH>().ok_or_else(|| wrong("seal's signature", Problem::Missing))?;
        let (letter, certificate) = read(body)?;
        Ok(Self { letter, certificate, body: body.to_vec(), signature: Signature(*signature) })
    }

    /// The letter and the node that sealed it, if the hub with this key certified that node.
    ///
    /// # Errors
    /// One of the two signatures is wrong.
    pub fn verify(self, hub_key: &VerifyingKey) -> Result<(SealedLetter, CertifiedNode), SignatureError> {
        let node = self.certificate.verify(hub_key)?;
        node.key.verify(WHAT, &signed_bytes(hub_key.hub_id(), &self.body), &self.signature)?;
        Ok((self.letter, node))
    }

    /// The address of the page that checks it, at the hub's public address.
    pub fn address(&self, public_url: &str) -> String {
        format!("{}{PLACE}{self}", public_url.trim_end_matches('/'))
    }
}

/// In base 32 (RFC 4648, without padding): QR codes pack capitals and digits tightest, and no program on the way has a
/// reason to write them otherwise.
impl fmt::Display for LetterSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE32_NOPAD.encode(&self.encode()))
    }
}

impl FromStr for LetterSeal {
    type Err = MessageError;

    /// Reads a seal, or an address with a seal in it. Case does not matter.
    fn from_str(text: &str) -> Result<Self, MessageError> {
        let text = text.trim().to_ascii_uppercase();
        let place = PLACE.to_ascii_uppercase();
        let seal = text.rsplit_once(&place).map_or(text.as_str(), |(_, seal)| seal);
        let seal = seal.split(['/', '?', '#']).next().unwrap_or_default();
        if seal.len() > SEAL_TEXT_MAX {
            return Err(wrong("seal", Problem::TooMuch { max: SEAL_TEXT_MAX as u64 }));
        }
        let bytes = BASE32_NOPAD.decode(seal.as_bytes()).map_err(|_| wrong("seal", Problem::Malformed))?;
        Self::decode(&bytes)
    }
}

fn wrong(field: &'static str, problem: Problem) -> MessageError {
    MessageError { message: NO_FRAME, field, problem }
}

/// The bytes to be signed, and the certificate that stands in them.
fn written(letter: &SealedLetter, certificate: &NodeCertificate) -> Result<(Vec<u8>, NodeCertificate), MessageError> {
    let text_max = SEALED_TEXT_BYTES_MAX + 1;
    let body = Writer::new(8)
        .unsigned(VERSION)
        .bytes(&certificate.encode())
        .bytes(letter.document.as_bytes())
        .text(letter.service.as_str(), SERVICE_BYTES_MAX)
        .text(&letter.number, text_max)
        .text(&letter.name, text_max)
        .signed(letter.date.to_epoch_days().into())
        .text(&letter.signer, text_max)
        .payload();
    let (read, certificate) = read(&body)?;
    if read != *letter {
        return Err(wrong("text", Problem::ControlCharacters));
    }
    Ok((body, certificate))
}

fn read(body: &[u8]) -> Result<(SealedLetter, NodeCertificate), MessageError> {
    let mut elements = Elements::open(NO_FRAME, body)?;
    if elements.unsigned("seal's version")? != VERSION {
        return Err(wrong("seal's version", Problem::Meaningless));
    }
    let certificate = NodeCertificate::decode(elements.bytes("certificate", CERTIFICATE_BYTES_MAX)?)?;
    let document = DocumentId(Uuid::from_bytes(elements.array("document")?));
    let service = elements.text("service", SERVICE_BYTES_MAX)?;
    let number = elements.text("number", SEALED_TEXT_BYTES_MAX)?;
    let name = elements.text("name", SEALED_TEXT_BYTES_MAX)?;
    let days = i32::try_from(elements.signed("date")?).ok().and_then(NaiveDate::from_epoch_days);
    let letter = SealedLetter {
        document,
        service: service.parse().map_err(|_| wrong("service", Problem::Meaningless))?,
        number,
        name,
        date: days.ok_or_else(|| wrong("date", Problem::Meaningless))?,
        signer: elements.text("signer", SEALED_TEXT_BYTES_MAX)?,
    };
    elements.finish()?;
    Ok((letter, certificate))
}

/// What is signed. Unambiguous: the hub's id has a fixed length.
fn signed_bytes(hub: HubId, body: &[u8]) -> Vec<u8> {
    [CONTEXT, hub.as_bytes(), body].concat()
}

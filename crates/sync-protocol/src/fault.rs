//! Fault: the hub cannot go on, why, and what to do about it.

use crate::wire::{Elements, Writer};
use crate::{FrameKind, MessageError, fault_text};

/// Longest text of a fault, in bytes.
pub const FAULT_TEXT_BYTES_MAX: usize = 600;

/// Ends an exchange before its time. What was acknowledged before it stays acknowledged.
///
/// It is not signed: it counts only where the hub's key vouches for every byte, as TLS with the pinned key does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, for the program.
    pub code: FaultCode,
    /// What is wrong, in Indonesian.
    pub text_id: String,
    /// What is wrong, in English.
    pub text_en: String,
    /// When to try again, in seconds; nothing: as after a cut.
    pub retry_after_seconds: Option<u32>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultCode {
    /// 1: a frame or message breaks the protocol.
    Malformed,
    /// 2: no version of the protocol in common.
    Version,
    /// 3: the hub never enrolled such a node.
    UnknownNode,
    /// 4: the node was shut out. It wipes itself only when an order to do so came before.
    Revoked,
    /// 5: the hello is not signed by the node's key for this hub and office.
    Signature,
    /// 6: the hello's counter was seen before: a recording, or a copy of the node's disk.
    Replayed,
    /// 7: a batch does not continue the log, or does not lead to the chain that was signed.
    Log,
    /// 8: too many exchanges at once.
    Busy,
    /// 9: the hub's storage fails or is full.
    Storage,
    /// 10: the hub stops for maintenance.
    Maintenance,
    /// 11: a fault of the hub's program.
    Internal,
    /// A code of a newer protocol.
    Unknown(u16),
}

impl FaultCode {
    /// The code that this number stands for.
    pub const fn from_number(number: u16) -> Self {
        match number {
            1 => Self::Malformed,
            2 => Self::Version,
            3 => Self::UnknownNode,
            4 => Self::Revoked,
            5 => Self::Signature,
            6 => Self::Replayed,
            7 => Self::Log,
            8 => Self::Busy,
            9 => Self::Storage,
            10 => Self::Maintenance,
            11 => Self::Internal,
            other => Self::Unknown(other),
        }
    }

    /// The number that stands for it.
    pub const fn number(self) -> u16 {
        match self {
            Self::Malformed => 1,
            Self::Version => 2,
            Self::UnknownNode => 3,
            Self::Revoked => 4,
            Self::Signature => 5,
            Self::Replayed => 6,
            Self::Log => 7,
            Self::Busy => 8,
            Self::Storage => 9,
            Self::Maintenance => 10,
            Self::Internal => 11,
            Self::Unknown(number) => number,
        }
    }
}

impl Fault {
    /// The fault with the texts that people read for this code.
    pub fn new(code: FaultCode, retry_after_seconds: Option<u32>) -> Self {
        let (text_id, text_en) = fault_text::texts(code);
        Self { code, text_id: text_id.to_owned(), text_en: text_en.to_owned(), retry_after_seconds }
    }

    /// The whole frame.
    pub fn encode(&self) -> Vec<u8> {
        Writer::new(4)
            .unsigned(self.code.number().into())
            .text(&self.text_id, FAULT_TEXT_BYTES_MAX)
            .text(&self.text_en, FAULT_TEXT_BYTES_MAX)
            .optional(self.retry_after_seconds, |out, seconds| out.unsigned(seconds.into()))
            .frame(FrameKind::Fault)
    }

    /// Reads the payload of a frame.
    ///
    /// # Errors
    /// It breaks the protocol.
    pub fn decode(payload: &[u8]) -> Result<Self, MessageError> {
        let mut elements = Elements::open(FrameKind::Fault, payload)?;
        let fault = Self {
            code: FaultCode::from_number(elements.unsigned_16("code")?),
            text_id: elements.text("Indonesian text", FAULT_TEXT_BYTES_MAX)?,
            text_en: elements.text("English text", FAULT_TEXT_BYTES_MAX)?,
            retry_after_seconds: elements
                .optional("time to retry", |elements| elements.unsigned_32("time to retry"))?,
        };
        elements.finish()?;
        Ok(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_texts_that_fit_and_say_what_happened_to_the_data() {
        for code in (0..20).map(FaultCode::from_number) {
            let fault = Fault::new(code, None);
            assert!(fault.text_id.len() <= FAULT_TEXT_BYTES_MAX && fault.text_en.len() <= FAULT_TEXT_BYTES_MAX);
            assert!(fault.text_id.contains("data") || fault.text_id.contains("Data"), "{code:?}");
            assert!(fault.text_en.contains("data") || fault.text_en.contains("safe"), "{code:?}");
            assert!(!fault.text_id.contains("  ") && !fault.text_en.contains("  "), "{code:?}");
        }
    }
}

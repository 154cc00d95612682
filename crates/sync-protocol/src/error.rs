//! Why a message cannot be read.

use crate::FrameKind;

/// A message breaks the protocol. Nothing in it was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the other side sent a {message:?} message whose {field} {problem}. Nothing in it was used and no data is lost; \
     if it happens again, one of the two programs is faulty or something on the way alters the traffic"
)]
pub struct MessageError {
    /// The kind of message.
    pub message: FrameKind,
    /// The element of it that is wrong.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with an element of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The bytes end too early, or are no CBOR value of the type expected.
    #[error("is cut short or of another type")]
    Malformed,
    /// The array ends before this element.
    #[error("is missing")]
    Missing,
    /// An id, hash or signature has another length than its kind has.
    #[error("has a wrong length")]
    WrongLength,
    /// A text has more bytes, a number is larger, or a list has more items than the protocol allows.
    #[error("exceeds the limit of {max}")]
    TooMuch {
        /// The limit.
        max: u64,
    },
    /// A text has characters in it that move a terminal's cursor or turn the direction of writing.
    #[error("has control characters in it")]
    ControlCharacters,
    /// Its value has no meaning in this version of the protocol.
    #[error("has a value without a meaning")]
    Meaningless,
    /// More follows where the message should have ended.
    #[error("is followed by bytes that belong to nothing")]
    TrailingBytes,
}

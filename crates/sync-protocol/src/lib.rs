//! Messages and their codec: compact change batches, framing, limits, versions, signatures. Bytes in, values out.
//!
//! An exchange is a stream of *frames* in each direction. What a frame carries is a *message*: a CBOR array
//! (RFC 8949) whose elements stand in a fixed order. An element that a newer program appends is skipped by an older
//! one. All lengths and counts are bounded before anything is allocated for them; sizes announced by the other side
//! are never believed.
//!
//! It must never know SQL, sockets, clocks, randomness, the Automerge library, or what a document means.

mod ack;
pub mod batch;
mod blob_request;
mod certificate_request;
mod comparison;
mod end;
pub mod enrolment;
mod error;
mod fault;
mod fault_text;
mod frame;
mod hello;
mod keys;
mod letter_seal;
mod node_certificate;
mod receipt;
mod refusals;
mod repair;
mod verdict;
mod version;
mod welcome;
mod wipe_order;
mod wire;

pub use ack::Ack;
pub use blob_request::{BLOBS_MAX, BlobAct, BlobRequest};
pub use certificate_request::CertificateRequest;
pub use comparison::{Comparison, ComparisonState, WANTED_MAX};
pub use end::End;
pub use error::{MessageError, Problem};
pub use fault::{FAULT_TEXT_BYTES_MAX, Fault, FaultCode};
pub use frame::{
    CONTROL_BYTES_MAX, FRAME_BYTES_MAX, FRAME_HEAD_BYTES_MAX, Frame, FrameError, FrameKind, FrameReader, write_frame,
};
pub use hello::{BackupAge, Cursor, Hello, LADDER_MAX, Rung, SOFTWARE_BYTES_MAX, SignedHello};
pub use keys::{KeyError, Signature, SignatureError, SigningKey, VerifyingKey};
pub use letter_seal::{LetterSeal, SEAL_BYTES_MAX, SEAL_TEXT_MAX, SEALED_TEXT_BYTES_MAX, SealedLetter};
pub use node_certificate::{CERTIFICATE_BYTES_MAX, CertifiedNode, NodeCertificate};
pub use receipt::{LogName, Receipt};
pub use refusals::{REFUSAL_CODE_BYTES_MAX, REFUSAL_DETAIL_BYTES_MAX, REFUSALS_MAX, Refusal, Refusals};
pub use repair::{CELL_BYTES_MAX, RETURNED_BYTES_MAX, Repair, RepairSketch, repair_salt};
pub use verdict::{Verdict, VerdictState};
pub use version::{SUPPORTED, Version, VersionError, Versions};
pub use welcome::Welcome;
pub use wipe_order::{WipeOrder, WipeReport, WipeTarget};

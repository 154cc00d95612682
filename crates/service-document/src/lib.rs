//! One service transaction as an Automerge document: edit, merge, divergences, rows, and the gate.
//!
//! A transaction is a small map of scalar values (see [`TransactionDocument`]). Who and when of every change
//! stand in the change's own header, so the document stores neither. [`judge`] is the gate: nothing that another
//! machine sent becomes visible before it passed there.
//!
//! This is the only crate that names `automerge`. It must never know SQL, sockets, clocks or randomness: time,
//! epoch and clerk come in with each [`Stamp`].

mod approving_camat;
mod attached_file;
mod belonging;
mod decision;
mod divergence;
mod document;
mod error;
mod gate;
mod history;
mod layout;
mod lease;
mod limits;
mod lineage;
mod new_transaction;
mod numbering;
mod path;
mod plain;
mod publication;
mod quiet;
mod reading;
mod referral;
mod refusal;
mod repeating;
mod row;
mod signature;
mod signing;
mod stamp;
mod step;
mod trial;
mod writing;

pub use approving_camat::ApprovingCamat;
pub use attached_file::{AttachedFile, FILE_BYTES_MAX, FILES_MAX, FileType};
pub use belonging::Belonging;
pub use decision::is_answer;
pub use divergence::{Divergence, DivergentValue};
pub use document::TransactionDocument;
pub use error::DocumentError;
pub use gate::{Candidate, Judgement, Verdict, judge};
pub use history::{Edited, HistoryItem};
pub use lease::Lease;
pub use limits::{BODY_BYTES_MAX, CHANGE_BYTES_MAX, DEPTH_MAX, DOCUMENT_BYTES_MAX, OPERATIONS_MAX, PARKED_MAX};
pub use new_transaction::NewTransaction;
pub use publication::Publication;
pub use referral::{GivenAnswer, REFERRALS_MAX, Referral};
pub use refusal::{ParseRefusalCodeError, Refusal, RefusalCode};
pub use row::{DocumentRow, TransactionRow, plain_row_of, row_of};
pub use signature::{Signature, SignedBy, SignedPaper, SignedUnder, plain_paper_of};
pub use stamp::{Authored, Stamp, by_hub, clerk_of};

//! One replica on SQLite: log, chain, rows, search, feeds, digests, cursors, quarantine, migrations.
//!
//! Node and hub use the same file format. Raw changes in their logs are the truth; rows, search and digests are made
//! from them and can be made again. Nothing becomes visible that the gate ([`Gate`]) has not judged, but for what this
//! replica wrote itself.
//!
//! It must never know the protocol, sockets, clocks or randomness: times and fresh epochs come in as arguments.

mod account;
mod aside;
mod audit;
mod authoring;
mod backup;
mod counts;
mod cursor;
mod diary;
mod digest;
mod document;
mod draft;
mod enrolment;
mod entry;
mod error;
mod favourite;
mod feed;
mod gate;
mod head_file;
mod holdings;
mod hub_commit;
mod ingest;
mod issued;
mod judging;
mod lease;
mod letters;
mod list;
mod lock;
mod log;
mod migrations;
mod numbering;
mod packed;
mod proof;
mod queue;
mod reader;
mod rebuild;
mod received;
mod recording_anew;
mod refusal;
mod registry;
mod repair;
mod replica;
mod returning;
mod rows;
mod search;
mod setting;
mod verify;
mod verify_report;
mod work;

pub use account::Account;
pub use audit::AuditItem;
pub use authoring::Clock;
pub use counts::Counts;
pub use cursor::{AppliedFeed, FeedCursor, FeedItem};
pub use diary::{CONTACTS_MAX, Contact};
pub use draft::Draft;
pub use enrolment::{EnrolmentCode, Redeemed};
pub use entry::{EntryMeta, EntryState};
pub use error::{OpenError, StoreError};
pub use feed::{FeedHead, FeedRepeat, FeedSlice};
pub use gate::{Case, CaseCandidate, DirectGate, Gate, GateError};
pub use head_file::WhyNewEpoch;
pub use holdings::Holding;
pub use hub_commit::{Admission, HubDone, HubWork};
pub use ingest::{IngestBatch, IngestOutcome};
pub use issued::Issued;
pub use judging::{JudgeReport, JudgingWalk};
pub use lease::LeaseState;
pub use list::{ListFilter, Page};
pub use log::{LogState, SignedHead};
pub use migrations::FORMAT;
pub use numbering::{GivenNumber, NoNumber, Numbering};
pub use proof::Proof;
pub use queue::QueueNumber;
pub use reader::{Reader, Role};
pub use recording_anew::RecordedAnew;
pub use refusal::{Quarantined, Refusal, RefusalSource, RefusedByHub, codes};
pub use registry::{Node, NodeContact};
pub use replica::{Durability, NewReplica, Opened, Replica};
pub use returning::Returned;
pub use rows::ListedTransaction;
pub use verify_report::{Claim, Examiner, PROBLEMS_MAX, Problem, ProblemKind, Testimony, VerifyReport, Watch};

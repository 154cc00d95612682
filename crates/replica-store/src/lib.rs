//! One replica on SQLite: log, chain, rows, search, feeds, digests, cursors, quarantine, migrations.
//!
//! Node and hub use the same file format. Raw changes in their logs are the truth; rows, search and digests are made
//! from them and can be made again. Nothing becomes visible that the gate ([`Gate`]) has not judged, but for what this
//! replica wrote itself.
//!
//! It must never know the protocol, sockets, clocks or randomness: times and fresh epochs come in as arguments.
//!
//! | folder | what |
//! | --- | --- |
//! | `file/` | the database file: opening it, writing to it, what guards it, copies of it, and whether it is sound |
//! | `entries/` | the truth: logs of entries, their chains and digests, and what is put right in them |
//! | `admission/` | how what others sent comes in: stored first, then judged, then visible, or kept out with a reason |
//! | `documents/` | the documents that entries make: authoring and reading them, what they name, and the files that belong to them |
//! | `numbers/` | letter numbers: blocks that were granted, numbers that were issued, and the register |
//! | `views/` | what is made from the documents to be listed, searched and counted, and can be made again |
//! | `hub/` | what only a hub keeps: feeds, its nodes and their calls, its alarms |
//! | `node/` | what only a node keeps: its place in the feeds, its contacts and proofs, what it gives back |
//! | `desk/` | what shells keep beside the records for the people at this machine |

mod admission;
mod desk;
mod documents;
mod entries;
mod error;
mod file;
mod hub;
mod node;
mod numbers;
mod system_words;
mod views;

pub use admission::gate::{Case, CaseCandidate, DirectGate, Gate, GateError};
pub use admission::ingest::{IngestBatch, IngestOutcome};
pub use admission::judging::{JudgeReport, JudgingWalk};
pub use admission::refusal::{Quarantined, Refusal, RefusalSource, RefusedByHub, codes};
pub use desk::account::Account;
pub use desk::application::Application;
pub use desk::audit::{AuditFilter, AuditFrom, AuditItem};
pub use desk::draft::Draft;
pub use desk::queue::{ParseQueueNumberError, QueueNumber};
pub use desk::request::{Asked, RequestKey};
pub use documents::attachment::{AttachmentsToMove, BlobWanted};
pub use documents::authoring::{Clock, Steps};
pub use documents::blob::BlobState;
pub use documents::blob_folder::{BlobFolder, PartError};
pub use documents::change_run::ToldChange;
pub use documents::publication::{NewPublication, OfficeTold, Published, Sign};
pub use documents::referral::Referred;
pub use documents::sweep::Swept;
pub use entries::entry::{EntryMeta, EntryState};
pub use entries::holdings::Holding;
pub use entries::log::{LogState, SignedHead};
pub use error::{OpenError, StoreError};
pub use file::backup::{FilesKept, files_beside};
pub use file::head_file::{WhyNewEpoch, forget_seat};
pub use file::migrations::FORMAT;
pub use file::reader::{Reader, Role};
pub use file::replica::{Durability, NewReplica, Opened, Replica};
pub use file::verify_report::{Claim, Examiner, PROBLEMS_MAX, Problem, ProblemKind, Testimony, VerifyReport, Watch};
pub use file::work::OfHub;
pub use hub::alarm::{ALARM_DAYS, Alarm, AlarmChange};
pub use hub::call::{CALL_DAYS, CallDay, DAYS_KEPT, NodeCall};
pub use hub::delivery::{DELIVERY_DAYS, Delivery, NewDelivery, Tried};
pub use hub::enrolment::{EnrolmentCode, Redeemed};
pub use hub::feed::{FeedHead, FeedRepeat, FeedSlice};
pub use hub::hub_commit::{Admission, HubDone, HubWork};
pub use hub::registry::{LastBackup, Node, NodeContact};
pub use hub::returning::Returned;
pub use node::carried_over::CarriedOver;
pub use node::cursor::{AppliedFeed, FeedCursor, FeedItem};
pub use node::diary::{CONTACTS_MAX, Contact};
pub use node::proof::Proof;
pub use node::recording_anew::RecordedAnew;
pub use numbers::issued::Issued;
pub use numbers::lease::LeaseState;
pub use numbers::numbering::{GivenNumber, NoNumber, Numbering};
pub use system_words::system_words;
pub use views::counts::Counts;
pub use views::list::{ListFilter, Page};
pub use views::overview::OfficeCounts;
pub use views::rows::ListedTransaction;
pub use views::tally::{Tallies, Tally};

//! What a node can be asked to do with its records. The commands, the local API and other programs ask alike.

pub(crate) mod accounts;
pub(crate) mod applications;
pub(crate) mod attachments;
pub(crate) mod authority;
mod backup;
pub(crate) mod book;
pub(crate) mod chain;
pub(crate) mod changes;
mod clock;
pub(crate) mod divergences;
mod export;
pub(crate) mod handbook;
pub(crate) mod health;
mod history;
pub(crate) mod letter;
mod list;
pub(crate) mod machine;
pub(crate) mod numbers;
pub(crate) mod owner;
mod profile;
mod record;
mod referrals;
pub(crate) mod search;
mod set;
mod settle;
mod show;
pub(crate) mod signed;
pub(crate) mod since_check;
pub(crate) mod since_seen;
pub(crate) mod standing;
mod status;
mod step;
pub(crate) mod trace;
pub(crate) mod under_way;
mod verify;

use std::ops::Range;
use std::path::PathBuf;

use change_log::{BlobHash, DocumentId};
use chrono::{Days, NaiveDate};
use exchange_driver::NodeIdentity;
use letter_print::Paper;
use office_handbook::Profile;
use office_model::{Answer, Catalogue, ClerkId, FieldPath, OfficeCode, Role, Service, ServiceId, Status, calendar};
use replica_store::{Clock, Reader, Replica, Watch};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use service_document::{HistoryItem, TransactionDocument};

use crate::sealing::Sealer;
use crate::{Failure, moment};

pub use accounts::AccountChange;
pub use applications::ApplicationName;
pub use attachments::NewFile;
pub(crate) use backup::{IDENTITY as IDENTITY_SETTING, with_files};
pub use book::BookQuery;
pub(crate) use clock::{
    ClockState, SET_MILLIS_MIN, believe, hub_offset, notable_offset, note_clock_set, note_hub_offset, note_started,
};
pub(crate) use list::rows_of;
pub use list::{ListQuery, ROWS_MAX};
pub use numbers::RegisterQuery;
pub use record::NewRecord;
pub use referrals::ReferredQuery;
pub(crate) use set::{NOT_EDITABLE, not_editable};

/// One thing to do.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Record transactions. Bad ones are reported one by one, good ones kept.
    Record {
        /// The records.
        records: Vec<NewRecord>,
        /// Who records.
        clerk: ClerkId,
    },
    /// List transactions, or search them.
    List {
        /// Which.
        query: ListQuery,
    },
    /// One transaction, everything in it.
    Show {
        /// Which.
        id: DocumentId,
    },
    /// Who changed what and when.
    History {
        /// Which.
        id: DocumentId,
    },
    /// Set fields.
    Set {
        /// Which.
        id: DocumentId,
        /// Fields and their values.
        edits: Vec<(FieldPath, Value)>,
        /// Who.
        clerk: ClerkId,
    },
    /// Move to another status.
    Step {
        /// Which.
        id: DocumentId,
        /// Where to.
        to: Status,
        /// Why.
        reason: Option<String>,
        /// Who.
        clerk: ClerkId,
    },
    /// Refer to an office above the villages.
    Refer {
        /// Which.
        id: DocumentId,
        /// Where to.
        to: OfficeCode,
        /// What that office is asked for.
        asked: String,
        /// Who.
        clerk: ClerkId,
    },
    /// Answer what was referred to this office.
    Answer {
        /// Which.
        id: DocumentId,
        /// What.
        answer: Answer,
        /// Why.
        reason: Option<String>,
        /// Who.
        clerk: ClerkId,
    },
    /// Everything that two people entered differently.
    Divergences {
        /// So many transactions at most.
        limit: usize,
    },
    /// Decide between different values.
    Settle {
        /// Which.
        id: DocumentId,
        /// Which field.
        path: FieldPath,
        /// What stands from now on.
        value: Value,
        /// Who.
        clerk: ClerkId,
    },
    /// The letter numbers of the office: how many are left, and who has which.
    Numbers,
    /// What became of each letter number.
    Register {
        /// Which part.
        query: RegisterQuery,
    },
    /// Give a letter its number.
    IssueNumber {
        /// Which.
        id: DocumentId,
        /// Who.
        clerk: ClerkId,
    },
    /// What stands on the office's paper, and through whose hands its records go.
    Profile,
    /// Set that for all machines of the office.
    SetProfile {
        /// As it is to be.
        profile: Box<Profile>,
        /// As it stood when that was written: what somebody else set since stays.
        seen: Box<Profile>,
        /// Who does it.
        clerk: ClerkId,
    },
    /// Where this node stands.
    Status,
    /// A copy of the database.
    Backup {
        /// A new file.
        file: PathBuf,
    },
    /// Check everything stored against everything else.
    Verify,
    /// The Automerge file of a transaction.
    Export {
        /// Which.
        id: DocumentId,
    },
    /// The letter of a transaction, as PDF.
    Letter {
        /// Which.
        id: DocumentId,
        /// On which paper.
        paper: Paper,
    },
    /// Attach a file.
    Attach {
        /// To which.
        id: DocumentId,
        /// The file.
        file: NewFile,
        /// Who.
        clerk: ClerkId,
    },
    /// Take an attached file away.
    Detach {
        /// From which.
        id: DocumentId,
        /// The file.
        hash: BlobHash,
        /// Who.
        clerk: ClerkId,
    },
    /// The attached files of a transaction.
    Attachments {
        /// Which.
        id: DocumentId,
    },
    /// A register that the law asks for, as a file.
    Book {
        /// Which.
        query: BookQuery,
    },
    /// The accounts of this machine's pages.
    Accounts,
    /// Make an account of this machine's pages, or change it.
    PutAccount {
        /// As it is to be.
        account: AccountChange,
        /// Who does it.
        clerk: ClerkId,
    },
    /// The programs that may use the local API.
    Applications,
    /// Let a program use the local API.
    AddApplication {
        /// Its name.
        name: ApplicationName,
        /// What it may do.
        role: Role,
        /// SHA-256 of its token.
        token_hash: [u8; 32],
        /// Who does it.
        clerk: ClerkId,
    },
    /// Shut a program out of the local API.
    RevokeApplication {
        /// Its name.
        name: ApplicationName,
        /// Who does it.
        clerk: ClerkId,
    },
}

impl Action {
    /// Who changes records by it; nothing where it changes none.
    pub(crate) const fn writes_as(&self) -> Option<&ClerkId> {
        match self {
            Self::Record { clerk, .. }
            | Self::Set { clerk, .. }
            | Self::Step { clerk, .. }
            | Self::Refer { clerk, .. }
            | Self::Answer { clerk, .. }
            | Self::Settle { clerk, .. }
            | Self::IssueNumber { clerk, .. }
            | Self::Attach { clerk, .. }
            | Self::Detach { clerk, .. } => Some(clerk),
            _ => None,
        }
    }

    /// Whether it may change records.
    pub const fn writes(&self) -> bool {
        self.writes_as().is_some()
    }

    /// Whether it shows what stands in records.
    pub(crate) const fn reads(&self) -> bool {
        matches!(
            self,
            Self::List { .. }
                | Self::Show { .. }
                | Self::History { .. }
                | Self::Divergences { .. }
                | Self::Numbers
                | Self::Register { .. }
                | Self::Export { .. }
                | Self::Letter { .. }
                | Self::Attachments { .. }
                | Self::Book { .. }
        )
    }
}

/// Does it. `watch` is told of the progress of what takes long.
pub(crate) fn perform(
    replica: &mut Replica,
    identity: &NodeIdentity,
    sealer: &Sealer,
    action: &Action,
    now_millis: i64,
    watch: &mut Watch<'_>,
) -> Result<Value, Failure> {
    standing::check(replica, action)?;
    match action {
        Action::Record { records, clerk } => {
            record::perform(replica, identity, records, &clock(replica, clerk, now_millis))
        }
        Action::List { query } => list::perform(replica, query),
        Action::Show { id } => show::perform(replica, *id),
        Action::History { id } => history::perform(replica, *id),
        Action::Set { id, edits, clerk } => set::perform(replica, *id, edits, &clock(replica, clerk, now_millis)),
        Action::Step { id, to, reason, clerk } => {
            step::perform(replica, sealer, *id, *to, reason.as_deref(), &clock(replica, clerk, now_millis))
        }
        Action::Refer { id, to, asked, clerk } => {
            referrals::refer(replica, *id, (*to, asked), &clock(replica, clerk, now_millis))
        }
        Action::Answer { id, answer, reason, clerk } => {
            referrals::answer(replica, *id, (*answer, reason.as_deref()), &clock(replica, clerk, now_millis))
        }
        Action::Divergences { limit } => divergences::perform(replica, *limit),
        Action::Settle { id, path, value, clerk } => {
            settle::perform(replica, *id, path, value, &clock(replica, clerk, now_millis))
        }
        Action::Numbers => numbers::stock(replica, now_millis),
        Action::Register { query } => numbers::register(replica, query, now_millis),
        Action::IssueNumber { id, clerk } => numbers::issue(replica, identity, *id, &clock(replica, clerk, now_millis)),
        Action::Profile => profile::show(replica),
        Action::SetProfile { profile, seen, clerk } => {
            profile::set(replica, (profile, seen), &clock(replica, clerk, now_millis))
        }
        Action::Status => status::perform(replica, identity, now_millis),
        Action::Backup { file } => backup::perform(replica, file, now_millis),
        Action::Verify => verify::perform(replica, identity, watch),
        Action::Export { id } => export::perform(replica, *id),
        Action::Letter { id, paper } => letter::perform(replica, (identity, sealer), *id, *paper),
        Action::Attach { id, file, clerk } => {
            attachments::attach(replica, *id, file, &clock(replica, clerk, now_millis))
        }
        Action::Detach { id, hash, clerk } => {
            attachments::detach(replica, *id, *hash, &clock(replica, clerk, now_millis))
        }
        Action::Attachments { id } => attachments::list(replica, *id),
        Action::Book { query } => book::perform(replica, query),
        Action::Accounts => accounts::list(replica),
        Action::PutAccount { account, clerk } => accounts::put(replica, account, clerk, now_millis),
        Action::Applications => applications::list(replica),
        Action::AddApplication { name, role, token_hash, clerk } => {
            applications::add(replica, (name, *role, token_hash), clerk, now_millis)
        }
        Action::RevokeApplication { name, clerk } => applications::revoke(replica, name, clerk, now_millis),
    }
}

/// Who and when, as it goes into a change.
pub(crate) fn clock(replica: &Replica, clerk: &ClerkId, now_millis: i64) -> Clock {
    Clock {
        millis: moment::whole_seconds(now_millis),
        hub_offset_millis: notable_offset(replica),
        clerk: clerk.as_str().to_owned(),
    }
}

/// The day, in WIB, by a clock and what is known of how far it is off; nothing where it makes no sense.
pub(crate) fn day(clock: &Clock) -> Option<NaiveDate> {
    calendar::wib_date(clock.millis.saturating_add(clock.hub_offset_millis.unwrap_or_default()))
}

/// Now, as records tell when they were made: by this machine's clock and what is known of how far it is off. Milliseconds since
/// 1970 UTC.
pub(crate) fn now(reader: &Reader) -> i64 {
    moment::now_millis().saturating_add(notable_offset(reader).unwrap_or_default())
}

/// The day it is now, in WIB.
pub(crate) fn today(reader: &Reader) -> NaiveDate {
    calendar::wib_date(now(reader)).unwrap_or_default()
}

/// The time from the beginning of one day to the end of another, in WIB; nothing where neither is given.
///
/// # Errors
///
/// When the last day is before the first.
pub(crate) fn days(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Option<Range<i64>>, Failure> {
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        return Err(Failure::input(
            "days",
            "Tanggal akhir lebih awal daripada tanggal awal. Tukar keduanya.",
            "The last day is before the first one. Exchange them.",
        ));
    }
    let start = from.map_or(i64::MIN, calendar::wib_midnight);
    let end = to.and_then(|to| to.checked_add_days(Days::new(1))).map_or(i64::MAX, calendar::wib_midnight);
    Ok((from.is_some() || to.is_some()).then_some(start..end))
}

/// A transaction that there is.
pub(crate) fn load(replica: &Reader, id: DocumentId) -> Result<TransactionDocument, Failure> {
    replica.document(id)?.ok_or_else(|| Failure::no_transaction(id))
}

/// The form's values of a transaction.
pub(crate) fn fields(document: &TransactionDocument) -> Map<String, Value> {
    match document.to_json().get("fields") {
        Some(Value::Object(fields)) => fields.clone(),
        _ => Map::new(),
    }
}

/// The catalogue a transaction was made under; the newest known one where this program does not have that.
pub(crate) fn catalogue_of(document: &TransactionDocument) -> &'static Catalogue {
    Catalogue::of_version(document.row().catalogue).unwrap_or_else(Catalogue::current)
}

/// The service of a transaction; nothing where this program does not know it.
pub(crate) fn known_service(document: &TransactionDocument) -> Option<&'static Service> {
    catalogue_of(document).service(&document.row().service)
}

/// Whether specially protected data (law 27/2022 on personal data) is in a record.
pub(crate) fn has_specific(service: &Service, record: &Map<String, Value>) -> bool {
    service.fields.iter().any(|field| field.specific.is_some() && record.contains_key(&field.key))
}

/// Whether specially protected data was ever in a record with this history, also if it was taken away since.
pub(crate) fn had_specific(service: &Service, history: &[HistoryItem]) -> bool {
    let is_of = |path: &str, key: &str| {
        path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let mut specific = service.fields.iter().filter(|field| field.specific.is_some());
    let edits = || history.iter().flat_map(|item| &item.changed);
    specific.any(|field| edits().any(|edit| is_of(&edit.path, &field.key)))
}

/// What people call a service, in both languages.
fn service_label(id: ServiceId) -> Value {
    Catalogue::current().service(&id).map_or(Value::Null, |service| json!(service.label))
}

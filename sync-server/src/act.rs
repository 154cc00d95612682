//! What changes a hub: each act works on the open replica, in the server that runs or in the command itself.

use change_log::{DocumentId, NodeId};
use chrono::NaiveDate;
use exchange_driver::{HubIdentity, blocks_needed, set_number_rule};
use office_handbook::{Audience, NoticeId};
use office_model::{NumberRule, OfficeCode};
use replica_store::{HubWork, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sync_protocol::enrolment::Code;

use crate::devices::{self, DeviceChange};
use crate::handbook::{self, Proposal};
use crate::keys::HubKeys;
use crate::night::close;
use crate::operators::{OperatorChange, by_command};
use crate::{Failure, HealthNote, alarm, clock, init, operators};

/// Something to do with the replica. Also a line of the admin socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// Offer a one-time code for an office, good for some hours.
    Enrol {
        /// The office.
        office: OfficeCode,
        /// From now on.
        hours: u32,
        /// Who does it, for the audit trail.
        by: String,
    },
    /// Let the codes of an office that nobody used be good no longer.
    CancelCodes {
        /// The office.
        office: OfficeCode,
        /// Only the one that was offered then; milliseconds since 1970 UTC.
        offered_millis: Option<i64>,
        /// Who does it, for the audit trail.
        by: String,
    },
    /// Name a machine, shut it out, have it wiped, or replace it.
    Device {
        /// Who does it, for the audit trail.
        by: String,
        /// What.
        change: DeviceChange,
    },
    /// Note that somebody read or took away data.
    Note {
        /// Who, for the audit trail.
        by: String,
        /// A word for what.
        act: String,
        /// About what: never a value.
        subject: String,
    },
    /// Judge again what the gate refused, of one document or all.
    Retry {
        /// Who does it, for the audit trail.
        by: String,
        /// The document.
        document: Option<DocumentId>,
    },
    /// Make rows, search and digests again.
    RebuildViews,
    /// Set how an office numbers its letters.
    NumberRule {
        /// The office.
        office: OfficeCode,
        /// How.
        rule: NumberRule,
    },
    /// Grant a node letter numbers beyond what it needs.
    GrantNumbers {
        /// The node.
        node: NodeId,
        /// So many of each series.
        count: u32,
    },
    /// Make the report of a night, or give the one that was made.
    Nightly {
        /// Who asks for it, for the audit trail.
        by: String,
        /// The day on whose morning the night ended.
        date: NaiveDate,
        /// Before it is over.
        #[serde(default)]
        early: bool,
    },
    /// Note what was found of backup or integrity.
    Health {
        /// What.
        note: HealthNote,
    },
    /// Publish something that offices work by.
    Publish {
        /// Who does it, for the audit trail.
        by: String,
        /// What it is about, as topics are written; `notice` for a new notice.
        topic: String,
        /// For which offices.
        audience: Audience,
        /// What it says.
        body: String,
    },
    /// Publish a text that all offices are told alike, made of the one that stands.
    PublishText {
        /// Who does it, for the audit trail.
        by: String,
        /// What it is about, as topics are written.
        topic: String,
        /// The mark of the text that it was made of.
        base: String,
        /// What it says.
        body: String,
    },
    /// Tell offices again what a restored hub got back from one of them.
    TellAgain,
    /// Take a notice off everybody's first page.
    Withdraw {
        /// Who does it, for the audit trail.
        by: String,
        /// The notice's number.
        number: u32,
    },
    /// Change the accounts of the hub's desk.
    Operator {
        /// Who does it, for the audit trail.
        by: String,
        /// What.
        change: OperatorChange,
    },
}

/// Does it and says what came of it.
///
/// # Errors
///
/// When the act is not possible; nothing was changed then.
pub fn perform(replica: &mut Replica, keys: &HubKeys, act: &Act, now_millis: i64) -> Result<Value, Failure> {
    match act {
        // A night is read for long before anything of it is kept; what is told again is several commits, each of which stands by
        // itself. Both keep what they do with its line.
        Act::Nightly { .. } | Act::TellAgain => apart(replica, keys, act, now_millis),
        // With its line in the audit trail: both or neither.
        _ => replica.together(|replica| apart(replica, keys, act, now_millis)),
    }
}

fn apart(replica: &mut Replica, keys: &HubKeys, act: &Act, now_millis: i64) -> Result<Value, Failure> {
    match act {
        Act::Enrol { office, hours, by } => {
            replica.together(|replica| enrol(replica, keys, (*office, *hours, by), now_millis))
        }
        Act::CancelCodes { office, offered_millis, by } => replica.together(|replica| {
            let cancelled = replica.cancel_codes(*office, *offered_millis, now_millis)?;
            if cancelled > 0 {
                operators::note(replica, by, "code_cancelled", office.as_str(), now_millis)?;
            }
            Ok(json!({ "office": office, "cancelled": cancelled }))
        }),
        Act::Device { by, change } => devices::change(replica, keys, by, change, now_millis),
        Act::Note { by, act, subject } => {
            operators::note(replica, by, act, subject, now_millis)?;
            Ok(json!({ "noted": act }))
        }
        Act::Retry { by, document } => {
            let retried = replica.retry_quarantined(*document)?;
            let subject = document.map(|id| id.to_string()).unwrap_or_default();
            operators::note(replica, by, "quarantine_retried", &subject, now_millis)?;
            Ok(json!({ "retried": retried }))
        }
        Act::RebuildViews => {
            let documents = replica.rebuild_views()?;
            operators::note(replica, &by_command("rebuild-views"), "views_rebuilt", "", now_millis)?;
            Ok(json!({ "documents": documents }))
        }
        Act::NumberRule { office, rule } => {
            in_roster(replica, *office)?;
            set_number_rule(replica, *office, rule)?;
            operators::note(replica, &by_command("numbers rule"), "number_rule", office.as_str(), now_millis)?;
            Ok(json!({ "office": office, "rule": rule }))
        }
        Act::GrantNumbers { node, count } => {
            let granted = grant_numbers(replica, keys, *node, *count, now_millis)?;
            operators::note(replica, &by_command("numbers grant"), "numbers_granted", &node.to_string(), now_millis)?;
            Ok(granted)
        }
        Act::Nightly { by, date, early } => {
            let report = close::here(replica, *date, early.then_some(by), now_millis)?;
            serde_json::from_slice(&report).map_err(Failure::internal)
        }
        Act::Health { note } => {
            alarm::note(replica, note, now_millis)?;
            // Such a file holds the keys and everything.
            if *note == HealthNote::BackedUp {
                operators::note(replica, &by_command("backup"), "backup_made", "", now_millis)?;
            }
            Ok(json!({ "noted": true }))
        }
        Act::Publish { by, topic, audience, body } => {
            let topic = handbook::topic(topic)?;
            handbook::publish(replica, keys, by, Proposal { topic, audience: *audience, body }, now_millis)
        }
        Act::PublishText { by, topic, base, body } => {
            let proposal = Proposal { topic: handbook::topic(topic)?, audience: Audience::Everyone, body };
            handbook::publish_over(replica, keys, by, (proposal, base), now_millis)
        }
        Act::TellAgain => Ok(json!({ "told": handbook::tell_again(replica, keys, now_millis)? })),
        Act::Withdraw { by, number } => handbook::withdraw(replica, keys, by, NoticeId(*number), now_millis),
        Act::Operator { by, change } => operators::change(replica, by, change, now_millis),
    }
}

/// Offers a code for an office, good for some hours, and notes by whom.
pub(crate) fn enrol(
    replica: &mut Replica,
    keys: &HubKeys,
    (office, hours, by): (OfficeCode, u32, &str),
    now_millis: i64,
) -> Result<Value, Failure> {
    let code = offer_code(replica, keys, office, hours, now_millis)?;
    operators::note(replica, by, "code_offered", office.as_str(), now_millis)?;
    let expires = now_millis.saturating_add(i64::from(hours) * 3_600_000);
    Ok(json!({ "office": office, "code": code.to_string(), "expires_millis": expires }))
}

/// Offers a one-time code for an office of the roster. Only the hash of its secret is kept.
///
/// # Errors
///
/// When the office is not in the roster, or the disk refuses.
pub fn offer_code(
    replica: &mut Replica,
    keys: &HubKeys,
    office: OfficeCode,
    hours: u32,
    now_millis: i64,
) -> Result<Code, Failure> {
    in_roster(replica, office)?;
    let code = Code { fingerprint: keys.fingerprint()?, secret: clock::random()? };
    let expires = now_millis.saturating_add(i64::from(hours) * 3_600_000);
    replica.offer_code(Code::secret_hash(&code.secret), office, now_millis, expires)?;
    Ok(code)
}

pub(crate) fn in_roster(replica: &Replica, office: OfficeCode) -> Result<(), Failure> {
    if init::roster(replica)?.get(office).is_some() {
        return Ok(());
    }
    Err(Failure::input(
        format!("office {office} is not in this hub's roster"),
        "check the code: sync-server offices lists them all",
    )
    .id(format!("kantor {office} tidak ada dalam daftar pusat ini"), "periksa kodenya di halaman Kabupaten"))
}

/// Grants a node a block of each series. It gets them with its next exchange.
fn grant_numbers(
    replica: &mut Replica,
    keys: &HubKeys,
    node: NodeId,
    count: u32,
    now_millis: i64,
) -> Result<Value, Failure> {
    let known = replica.registered_node(node)?.filter(|known| known.revoked_millis.is_none());
    let known = known.ok_or_else(|| {
        Failure::input(format!("no node {node} is enrolled here"), "check the id: sync-server nodes lists them all")
    })?;
    let logs = replica.logs()?;
    let epoch = logs.iter().rev().find(|log| log.node == Some(node)).map(|log| log.epoch);
    let epoch = epoch.ok_or_else(|| {
        Failure::state(format!("node {node} has not called yet"), "let it sync once: it gets its first numbers then")
    })?;
    let identity = HubIdentity { key: keys.signing_key()?, hub: keys.hub()? };
    let blocks = blocks_needed(replica, &identity, (node, epoch, known.office), count, now_millis)?;
    let granted: Vec<Value> = blocks
        .iter()
        .map(|lease| {
            json!({"series": lease.series.as_str(), "year": lease.year, "first": lease.first, "last": lease.last})
        })
        .collect();
    replica.hub_commit(&[vec![HubWork::Grant(blocks)]])?;
    Ok(json!({ "node": node, "granted": granted }))
}

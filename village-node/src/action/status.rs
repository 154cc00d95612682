//! Where this node stands: what is unsent, when it was last proven equal with the hub, how the link was.

use exchange_driver::NodeIdentity;
use office_handbook::Notice;
use replica_store::{Contact, Replica};
use serde_json::{Value, json};

use super::clock::{ClockState, hub_offset};
use super::handbook;
use crate::Failure;

/// The status object; its fields are a documented contract.
pub(super) fn perform(replica: &Replica, identity: &NodeIdentity, now_millis: i64) -> Result<Value, Failure> {
    let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    let counts = replica.counts()?;
    let digest = replica.office_digest(&office)?;
    let proof = replica.last_proof(&office)?;
    let equal_now = proof.is_some_and(|proof| proof.digest == digest) && counts.unsent == 0;
    let contacts = replica.contacts(20)?;
    let quarantine: Vec<Value> = replica
        .quarantine(20)?
        .into_iter()
        .map(|entry| {
            json!({
                "document": entry.document,
                "epoch": entry.epoch,
                "position": entry.position,
                "source": format!("{:?}", entry.source).to_lowercase(),
                "code": entry.code,
                "detail": entry.detail,
                "at_millis": entry.at_millis,
            })
        })
        .collect();
    Ok(json!({
        "office": office,
        "node": replica.node(),
        "hub": replica.hub(),
        "epoch": replica.epoch(),
        "epoch_spent": replica.epoch_spent(),
        "now_millis": now_millis,
        "transactions": counts.transactions,
        "unsent": counts.unsent,
        "pending": counts.pending,
        "quarantined": counts.quarantined,
        "refused_by_hub": counts.refused_by_hub,
        "divergent": counts.divergent,
        "set_aside": counts.set_aside,
        "recorded_anew": counts.recorded_anew,
        "difference": exchange_driver::difference(replica)?.map(|found| json!({
            "since_millis": found.at_millis,
            "only_here": found.only_node,
            "only_at_hub": found.only_hub,
        })),
        "digest": digest.to_string(),
        "last_proof": proof.map(|proof| json!({"at_millis": proof.at_millis, "digest": proof.digest.to_string()})),
        "proven_now": equal_now,
        "hub_offset_millis": hub_offset(replica),
        "clock_state": ClockState::of(replica).as_str(),
        "last_backup_millis": replica.last_backup_millis()?,
        "numbers_left": super::numbers::left(replica, now_millis)?,
        "files": super::attachments::to_move(replica)?,
        // Known to `serve` alone, which says it.
        "lan": null,
        "quarantine": quarantine,
        "notices": handbook::notices(replica, identity)?.iter().map(notice).collect::<Vec<Value>>(),
        "link": contacts.iter().map(contact).collect::<Vec<Value>>(),
    }))
}

fn notice((notice, published_millis): &(Notice, i64)) -> Value {
    json!({
        "title": notice.title,
        "text": notice.text,
        "urgent": notice.urgent,
        "until": notice.until,
        "published_millis": published_millis,
    })
}

fn contact(contact: &Contact) -> Value {
    json!({
        "at_millis": contact.at_millis,
        "outcome": contact.outcome,
        "bytes_up": contact.bytes_up,
        "bytes_down": contact.bytes_down,
        "duration_millis": contact.duration_millis,
        "frames": contact.frames,
        "bytes_per_second": contact.bytes_per_second,
    })
}

//! Where this node stands: what is unsent, when it was last proven equal with the hub, how the link was.

use exchange_driver::NodeIdentity;
use office_handbook::Notice;
use replica_store::{Contact, Reader, Replica};
use serde_json::{Value, json};

use super::handbook;
use crate::{Failure, moment};

/// The setting where exchanges leave hub clock minus device clock, in milliseconds, as decimal digits.
const HUB_OFFSET: &str = "hub_offset_millis";
/// When that was told, by the device clock, in milliseconds since 1970 UTC, as decimal digits.
const TOLD_AT: &str = "hub_offset_told_at";
/// So long it need not be written anew.
const FRESH_MILLIS: i64 = 3_600_000;
/// A clock that is off by less is not worth bytes in every change.
const NOTABLE_MILLIS: i64 = 60_000;
/// Who sets a clock by hand sets it to within so much.
const NEARLY_MILLIS: i64 = 2 * 60_000;
/// By less no clock is taken to have been set: a machine that slept for a while looks the same.
pub(crate) const SET_MILLIS_MIN: i64 = 10 * 60_000;
/// A known offset stands until another one differs by as much.
const WOBBLE_MILLIS: i64 = 5_000;

/// Hub clock minus device clock in milliseconds, where an exchange told it. Nothing where the clock was set right since: it
/// was ahead when that was told, and now shows an earlier time, which is later than the hub's was then.
pub(crate) fn hub_offset(replica: &Reader) -> Option<i64> {
    let offset = kept(replica, HUB_OFFSET)?;
    let was_set_right = kept(replica, TOLD_AT).is_some_and(|told| is_set_right(offset, told, moment::now_millis()));
    Some(offset).filter(|_| !was_set_right)
}

const fn is_set_right(offset: i64, told_at: i64, now: i64) -> bool {
    now < told_at && now >= told_at.saturating_add(offset)
}

fn kept(replica: &Reader, key: &str) -> Option<i64> {
    let bytes = replica.setting(key).ok().flatten()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}

/// Keeps what an exchange told of the hub's clock; small wobbles are not worth a write.
pub(crate) fn note_hub_offset(replica: &mut Replica, offset_millis: i64) -> Result<(), Failure> {
    let now = moment::now_millis();
    let is_known = hub_offset(replica).is_some_and(|known| (known - offset_millis).abs() < WOBBLE_MILLIS);
    let is_fresh = kept(replica, TOLD_AT).is_some_and(|told| (now - told).abs() < FRESH_MILLIS);
    if !is_fresh || !is_known {
        replica.set_setting(TOLD_AT, now.to_string().as_bytes())?;
    }
    if is_known {
        return Ok(());
    }
    Ok(replica.set_setting(HUB_OFFSET, offset_millis.to_string().as_bytes())?)
}

/// Takes notice that the clock was set by so many milliseconds: where that is as much as it was off, it is right from now on.
/// A machine that slept looks the same, but not by that very time.
pub(crate) fn note_clock_set(replica: &mut Replica, set_by: i64) -> Result<(), Failure> {
    match hub_offset(replica).and_then(|offset| left_over(offset, set_by)) {
        Some(left) => note_hub_offset(replica, left),
        None => Ok(()),
    }
}

/// What is left of an offset where the clock was set by as much; nothing where it was not.
fn left_over(offset: i64, set_by: i64) -> Option<i64> {
    let left = offset.saturating_sub(set_by);
    (set_by.abs() >= SET_MILLIS_MIN && left.abs() < NEARLY_MILLIS).then_some(left)
}

/// The offset as it is stamped on changes: in whole minutes, and only where the clock is really wrong.
pub(super) fn notable_offset(replica: &Reader) -> Option<i64> {
    hub_offset(replica).filter(|offset| offset.abs() >= NOTABLE_MILLIS).map(|offset| offset - offset % NOTABLE_MILLIS)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_ahead_and_is_set_right_is_believed_again() {
        const DAY: i64 = 24 * 3_600_000;
        let (told, offset) = (1_000 * DAY, -400 * DAY);
        assert!(is_set_right(offset, told, 610 * DAY), "ten days after the hub was heard");
        assert!(!is_set_right(offset, told, 1_010 * DAY), "still ahead");
        assert!(!is_set_right(offset, told, 590 * DAY), "before the hub was heard: it is wrong in another way");
        assert!(!is_set_right(3 * DAY, told, 1_001 * DAY), "one that was behind cannot be told from one that went on");
    }

    #[test]
    fn a_clock_that_is_set_while_the_program_runs_is_right_where_it_was_set_by_as_much_as_it_was_off() {
        const DAY: i64 = 24 * 3_600_000;
        assert_eq!(left_over(10 * DAY, 10 * DAY - 45_000), Some(45_000));
        assert_eq!(left_over(-400 * DAY, -400 * DAY), Some(0));
        for (offset, set_by) in
            [(10 * DAY, 0), (10 * DAY, 8 * 3_600_000), (10 * DAY, -10 * DAY), (0, 0), (180_000, 170_000)]
        {
            assert_eq!(left_over(offset, set_by), None, "{offset} {set_by}");
        }
    }
}

//! What the database and the disk say, for the findings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use change_log::NodeId;
use office_model::OfficeCode;
use replica_store::{EnrolmentCode, Node, Reader};

use super::Health;
use super::findings::Facts;
use super::silence::Watch;
use crate::{Failure, disk};

/// Where it is kept when the hub listened.
const KEY: &str = "alarm/watch";

/// When the hub listened, as kept; nothing where a program of before kept it.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn kept_watch(reader: &Reader) -> Result<Option<Watch>, Failure> {
    Ok(reader.setting(KEY)?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Keeps when the hub listened.
///
/// # Errors
///
/// When the disk refuses.
pub(super) fn keep_watch(replica: &mut replica_store::Replica, watch: &Watch) -> Result<(), replica_store::StoreError> {
    // Numbers are always written.
    replica.set_setting(KEY, &serde_json::to_vec(watch).unwrap_or_default())
}

/// The codes that somebody tried after they were used, as long as that is of any account: once the machine that used one is
/// shut out, or the code is over, nothing is left to be done.
pub(crate) fn tried_again<'a>(
    codes: &'a [EnrolmentCode],
    nodes: &[Node],
    now_millis: i64,
) -> impl Iterator<Item = &'a EnrolmentCode> {
    let shut_out: BTreeSet<NodeId> =
        nodes.iter().filter(|node| node.revoked_millis.is_some()).map(|node| node.id).collect();
    codes.iter().filter(move |code| {
        let is_in = code.used.is_some_and(|(_, node)| !shut_out.contains(&node));
        code.tries_after_use > 0 && code.expires_millis > now_millis && is_in
    })
}

/// All there is to know.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) fn read(reader: &Reader, watch: Watch, now_millis: i64) -> Result<Facts, Failure> {
    let mut heard: BTreeMap<OfficeCode, i64> = BTreeMap::new();
    let nodes = reader.registered_nodes()?;
    for node in nodes.iter().filter(|node| node.revoked_millis.is_none()) {
        let at = node.last_contact_millis.unwrap_or(node.enrolled_millis);
        let last = heard.entry(node.office).or_insert(at);
        *last = at.max(*last);
    }
    let codes = reader.codes()?;
    let reused = tried_again(&codes, &nodes, now_millis);
    Ok(Facts {
        now_millis,
        watch,
        heard,
        reused: reused.map(|code| code.office).collect(),
        health: Health::read(reader)?,
        // There was nothing to lose before.
        made_millis: nodes.iter().map(|node| node.enrolled_millis).min().unwrap_or(now_millis),
        ..of_disk(reader.dir())
    })
}

/// What the disk alone says.
pub(super) fn of_disk(dir: &Path) -> Facts {
    let fault = disk::probe(dir).err().map(|error| error.to_string());
    Facts { free_bytes: disk::free_bytes(dir), disk_fault: fault, ..Facts::default() }
}

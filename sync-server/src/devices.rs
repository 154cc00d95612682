//! Machines in the hands of their operators: names, shutting out, wiping, replacing. What the registry does not know of a
//! machine is kept beside it, as a note.

use change_log::NodeId;
use exchange_driver::{HubIdentity, order_wipe, take_back_wipe};
use replica_store::{Node, Reader, Replica, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sync_protocol::WipeReport;

use crate::keys::HubKeys;
use crate::operators::note;
use crate::{Failure, act, label};

/// Longest name of a machine, in characters,
pub(crate) const NAME_MAX: usize = 40;
/// and longest reason.
pub(crate) const REASON_MAX: usize = 200;

/// What operators noted of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceNote {
    /// What people call it; empty: by its id.
    #[serde(default)]
    pub name: String,
    /// Why it was shut out,
    #[serde(default)]
    pub reason: String,
    /// and by whom.
    #[serde(default)]
    pub revoked_by: String,
    /// The order to wipe itself, as long as it stands.
    #[serde(default)]
    pub wipe: Option<WipeNote>,
    /// The machine's own word that it did.
    #[serde(default)]
    pub wiped: Option<WipedNote>,
}

/// An order to wipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeNote {
    /// When it was given: milliseconds since 1970 UTC.
    pub ordered_millis: i64,
    /// Who gave it.
    pub by: String,
    /// What the machine still holds is taken in first.
    pub takes_in: bool,
}

/// A machine's word that it wiped itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipedNote {
    /// When the hub heard it: milliseconds since 1970 UTC.
    pub at_millis: i64,
    /// Changes that had not reached the hub and are gone.
    pub unsent: u64,
}

/// What is to become of the data on a machine that is shut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wipe {
    /// It stays there.
    Keep,
    /// It is removed at the machine's next contact.
    AtOnce,
    /// What the hub has not is taken in first.
    TakeIn,
}

/// What is done to a machine, by commands and by the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum DeviceChange {
    /// Give it a name that people know.
    Rename {
        /// Which.
        node: NodeId,
        /// Empty: none any more.
        name: String,
    },
    /// Shut it out, and say what is to become of its data.
    Revoke {
        /// Which.
        node: NodeId,
        /// Why.
        reason: String,
        /// What is to become of its data.
        wipe: Wipe,
    },
    /// Of a machine that is shut out: order it to wipe itself, or take the order back.
    Wipe {
        /// Which.
        node: NodeId,
        /// What.
        wipe: Wipe,
    },
    /// Shut it out and offer a code for the machine that comes in its place.
    Replace {
        /// Which.
        node: NodeId,
        /// Why.
        reason: String,
        /// What is to become of its data.
        wipe: Wipe,
        /// How long the code is good.
        hours: u32,
    },
}

fn key(node: NodeId) -> String {
    format!("device/{node}")
}

/// What operators noted of a machine.
///
/// # Errors
///
/// When the database cannot be read.
pub fn note_of(reader: &Reader, node: NodeId) -> Result<DeviceNote, StoreError> {
    let kept = reader.setting(&key(node))?;
    Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
}

fn keep(replica: &mut Replica, node: NodeId, noted: &DeviceNote) -> Result<(), StoreError> {
    replica.set_setting(&key(node), &serde_json::to_vec(noted).unwrap_or_default())
}

/// When a machine was last heard. One that is shut out is refused, and says that it was wiped: no contact, but the last sign of a lost
/// machine.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn last_heard(reader: &Reader, node: &Node, noted: &DeviceNote) -> Result<Option<i64>, StoreError> {
    if node.revoked_millis.is_none() {
        return Ok(node.last_contact_millis);
    }
    let call = reader.calls(node.id, 1)?.pop().map(|call| {
        // A row may stand for an hour of quiet calls.
        call.at_millis.saturating_add(i64::try_from(call.duration_millis).unwrap_or(i64::MAX))
    });
    Ok([node.last_contact_millis, call, noted.wiped.as_ref().map(|wiped| wiped.at_millis)].into_iter().flatten().max())
}

/// Does something to a machine, with one commit whatever it is. `by`: who does it.
///
/// # Errors
///
/// When there is no such machine, it is not in the state for it, or the disk refuses.
pub(crate) fn change(
    replica: &mut Replica,
    keys: &HubKeys,
    by: &str,
    change: &DeviceChange,
    now_millis: i64,
) -> Result<Value, Failure> {
    match change {
        DeviceChange::Rename { node, name } => replica.together(|replica| rename(replica, by, *node, name, now_millis)),
        DeviceChange::Revoke { node, reason, wipe } => {
            replica.together(|replica| revoke(replica, keys, by, (*node, reason, *wipe), now_millis))?;
            to_json(replica, *node)
        }
        DeviceChange::Wipe { node, wipe } => {
            let known = known(replica, *node)?;
            if known.revoked_millis.is_none() {
                return Err(Failure::state(
                    format!("node {node} is not shut out: only a machine that is may be wiped"),
                    "shut it out first (sync-server revoke), or do both: sync-server wipe NODE --reason WHY",
                )
                .id(
                    format!("komputer {node} belum dikeluarkan: hanya yang sudah dikeluarkan boleh dihapus isinya"),
                    "keluarkan dahulu komputernya, di halamannya",
                ));
            }
            replica.together(|replica| order(replica, keys, by, *node, *wipe, now_millis))?;
            to_json(replica, *node)
        }
        DeviceChange::Replace { node, reason, wipe, hours } => {
            let office = known(replica, *node)?.office;
            act::in_roster(replica, office)?;
            let mut offered = replica.together(|replica| {
                revoke(replica, keys, by, (*node, reason, *wipe), now_millis)?;
                act::enrol(replica, keys, (office, *hours, by), now_millis)
            })?;
            if let Some(offered) = offered.as_object_mut() {
                offered.insert("replaces".to_owned(), to_json(replica, *node)?);
            }
            Ok(offered)
        }
    }
}

/// What is known of a machine beyond the registry, as programs read it.
pub(crate) fn to_json(reader: &Reader, node: NodeId) -> Result<Value, Failure> {
    let known = known(reader, node)?;
    let noted = note_of(reader, node)?;
    Ok(json!({
        "node": node,
        "office": known.office,
        "name": name(&noted),
        "revoked_millis": known.revoked_millis,
        "revoked_because": Some(&noted.reason).filter(|reason| !reason.is_empty()),
        "wipe": noted.wipe.as_ref().map(wipe_json),
        "wiped": noted.wiped.as_ref().map(wiped_json),
    }))
}

/// The name, where there is one.
pub(crate) fn name(noted: &DeviceNote) -> Option<&str> {
    Some(noted.name.as_str()).filter(|name| !name.is_empty())
}

pub(crate) fn wipe_json(wipe: &WipeNote) -> Value {
    json!({ "ordered_millis": wipe.ordered_millis, "by": wipe.by, "takes_in": wipe.takes_in })
}

pub(crate) fn wiped_json(wiped: &WipedNote) -> Value {
    json!({ "at_millis": wiped.at_millis, "unsent": wiped.unsent })
}

fn known(reader: &Reader, node: NodeId) -> Result<Node, Failure> {
    reader.registered_node(node)?.ok_or_else(|| StoreError::NoNode.into())
}

fn rename(replica: &mut Replica, by: &str, node: NodeId, typed: &str, now_millis: i64) -> Result<Value, Failure> {
    known(replica, node)?;
    let name = one_line(typed, NAME_MAX, ("namanya", "the name"))?;
    let before = note_of(replica, node)?;
    if before.name != name {
        // What it was called is nowhere else.
        let subject = format!("{node} {} -> {name}", before.name);
        keep(replica, node, &DeviceNote { name, ..before })?;
        note(replica, by, "device_renamed", &subject, now_millis)?;
    }
    to_json(replica, node)
}

fn revoke(
    replica: &mut Replica,
    keys: &HubKeys,
    by: &str,
    (node, reason, wipe): (NodeId, &str, Wipe),
    now_millis: i64,
) -> Result<(), Failure> {
    let before = known(replica, node)?;
    let reason = one_line(reason, REASON_MAX, ("alasannya", "the reason"))?;
    if before.revoked_millis.is_none() {
        replica.revoke_node(node, now_millis)?;
        let noted = DeviceNote { reason, revoked_by: by.to_owned(), ..note_of(replica, node)? };
        keep(replica, node, &noted)?;
        note(replica, by, "device_revoked", &node.to_string(), now_millis)?;
    } else if !reason.is_empty() && reason != note_of(replica, node)?.reason {
        // It was shut out before, and there is more to say of it now.
        keep(replica, node, &DeviceNote { reason, ..note_of(replica, node)? })?;
        note(replica, by, "device_reason", &node.to_string(), now_millis)?;
    }
    if wipe == Wipe::Keep { Ok(()) } else { order(replica, keys, by, node, wipe, now_millis) }
}

fn order(
    replica: &mut Replica,
    keys: &HubKeys,
    by: &str,
    node: NodeId,
    wipe: Wipe,
    now_millis: i64,
) -> Result<(), Failure> {
    let noted = note_of(replica, node)?;
    if noted.wiped.is_some() {
        return Err(Failure::state(
            format!("node {node} says that it was wiped already"),
            "there is nothing left to do on it; sync-server nodes shows when",
        )
        .id(
            format!("komputer {node} sudah melapor bahwa isinya terhapus"),
            "tidak ada lagi yang perlu dilakukan; halamannya menunjukkan kapan",
        ));
    }
    if wipe == Wipe::Keep && noted.wipe.is_none() {
        return Err(Failure::state(
            format!("node {node} was not told to wipe itself: there is no order to take back"),
            "sync-server nodes shows which machines are to be wiped; this one stays shut out",
        )
        .id(
            format!(
                "komputer {node} tidak sedang diperintahkan menghapus isinya: tidak ada perintah yang dapat dibatalkan"
            ),
            "halaman Perangkat menunjukkan komputer mana yang akan dihapus; yang ini tetap dikeluarkan",
        ));
    }
    if wipe == Wipe::Keep {
        take_back_wipe(replica, node)?;
        keep(replica, node, &DeviceNote { wipe: None, ..noted })?;
        note(replica, by, "wipe_taken_back", &node.to_string(), now_millis)?;
        return Ok(());
    }
    let identity = HubIdentity { key: keys.signing_key()?, hub: keys.hub()? };
    let takes_in = wipe == Wipe::TakeIn;
    order_wipe(replica, &identity, node, takes_in, now_millis)?;
    let order = WipeNote { ordered_millis: now_millis, by: by.to_owned(), takes_in };
    keep(replica, node, &DeviceNote { wipe: Some(order), ..noted })?;
    let act = if takes_in { "wipe_ordered_take_in" } else { "wipe_ordered" };
    note(replica, by, act, &node.to_string(), now_millis)?;
    Ok(())
}

/// Notes a machine's word that it wiped itself, whose signature is good. False when it was never told to.
///
/// # Errors
///
/// When the disk refuses.
pub(crate) fn note_wiped(replica: &mut Replica, report: &WipeReport, now_millis: i64) -> Result<bool, StoreError> {
    let noted = note_of(replica, report.node)?;
    if noted.wiped.is_some() {
        return Ok(true);
    }
    let Some(order) = &noted.wipe else { return Ok(false) };
    if order.ordered_millis < report.issued_millis {
        return Ok(false);
    }
    let wiped = Some(WipedNote { at_millis: now_millis, unsent: report.unsent });
    replica.together(|replica| {
        keep(replica, report.node, &DeviceNote { wiped, ..noted })?;
        note(replica, &report.node.to_string(), "device_wiped", &report.node.to_string(), now_millis)
    })?;
    Ok(true)
}

/// Carries what was noted of machines, and orders to wipe them, from a database into the backup that replaces it.
///
/// # Errors
///
/// When either database refuses.
pub(crate) fn carry(from: &Reader, to: &mut Replica, node: NodeId) -> Result<(), Failure> {
    let noted = note_of(from, node)?;
    if noted != DeviceNote::default() {
        keep(to, node, &noted)?;
    }
    exchange_driver::carry_wipe(from, to, node)?;
    Ok(())
}

fn one_line(typed: &str, most: usize, (id, en): (&str, &str)) -> Result<String, Failure> {
    let line = typed.trim();
    if !label::is_plain(line) || line.chars().count() > most {
        return Err(Failure::input(
            format!("{en} has signs that cannot be seen or turn the reading direction, or more than {most} characters"),
            "type it in one short line instead of pasting it",
        )
        .id(
            format!("{id} memuat tanda yang tidak terlihat atau membalik arah baca, atau lebih dari {most} huruf"),
            "ketik sendiri dalam satu baris pendek, jangan ditempel",
        ));
    }
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use change_log::EpochId;
    use sync_protocol::SigningKey;

    use super::*;
    use crate::{Blame, init};

    fn hub(dir: &std::path::Path) -> (Replica, HubKeys, SigningKey) {
        let roster = "code,name,kind,district_code,district\n35.10.01.2001,Sarongan,desa,35.10.01,Pesanggaran\n";
        init::init(dir, roster).unwrap();
        let mut replica = Replica::open(dir, "test", EpochId([1; 16])).unwrap().0;
        let key = SigningKey::from_seed(&[7; 32]);
        let public = key.verifying_key();
        replica.register_node(public.node_id(), "35.10.01.2001".parse().unwrap(), public.to_bytes(), 5).unwrap();
        (replica, HubKeys::load(dir).unwrap(), key)
    }

    #[test]
    fn a_machine_that_is_shut_out_was_last_heard_when_it_said_that_it_was_wiped() {
        let dir = tempfile::tempdir().unwrap();
        let (mut hub, _, key) = hub(dir.path());
        let node = key.verifying_key().node_id();
        let heard = |hub: &Replica, noted: &DeviceNote| {
            last_heard(hub, &hub.registered_node(node).unwrap().unwrap(), noted).unwrap()
        };
        let noted = DeviceNote { wiped: Some(WipedNote { at_millis: 9, unsent: 0 }), ..DeviceNote::default() };
        assert_eq!(heard(&hub, &noted), None, "one that may call is heard when it calls");
        hub.revoke_node(node, 7).unwrap();
        assert_eq!((heard(&hub, &DeviceNote::default()), heard(&hub, &noted)), (None, Some(9)));
    }

    #[test]
    fn a_machine_is_named_shut_out_wiped_and_says_so_once() {
        let dir = tempfile::tempdir().unwrap();
        let (mut hub, keys, key) = hub(dir.path());
        let node = key.verifying_key().node_id();
        let act = |hub: &mut Replica, done: &DeviceChange, now| change(hub, &keys, "wayan", done, now);
        let named = act(&mut hub, &DeviceChange::Rename { node, name: " Laptop ".to_owned() }, 6).unwrap();
        assert_eq!((named["name"].as_str(), named["revoked_millis"].as_i64()), (Some("Laptop"), None));
        for odd in ["a\u{202e}b", "a\nb"] {
            let refused = act(&mut hub, &DeviceChange::Rename { node, name: odd.to_owned() }, 6).unwrap_err();
            assert_eq!(refused.blame, Blame::Input, "{odd:?}");
        }
        assert_eq!(note_of(&hub, node).unwrap().name, "Laptop", "nothing was changed");
        let early = act(&mut hub, &DeviceChange::Wipe { node, wipe: Wipe::AtOnce }, 7).unwrap_err();
        assert_eq!(early.blame, Blame::State);
        let lost = DeviceChange::Revoke { node, reason: "hilang".to_owned(), wipe: Wipe::TakeIn };
        let done = act(&mut hub, &lost, 8).unwrap();
        assert_eq!((done["revoked_millis"].as_i64(), done["wipe"]["takes_in"].as_bool()), (Some(8), Some(true)));
        assert!(exchange_driver::wipe_order(&hub, node).unwrap().unwrap().takes_in);
        act(&mut hub, &DeviceChange::Wipe { node, wipe: Wipe::Keep }, 9).unwrap();
        assert_eq!(exchange_driver::wipe_order(&hub, node).unwrap(), None);
        let twice = act(&mut hub, &DeviceChange::Wipe { node, wipe: Wipe::Keep }, 9).unwrap_err();
        assert_eq!(twice.blame, Blame::State, "there is nothing to take back");
        let hub_id = keys.hub().unwrap();
        let report = WipeReport::sign(&key, hub_id, 10, 3);
        assert!(!note_wiped(&mut hub, &report, 11).unwrap(), "it was never told to");
        act(&mut hub, &DeviceChange::Wipe { node, wipe: Wipe::AtOnce }, 10).unwrap();
        assert!(note_wiped(&mut hub, &report, 12).unwrap());
        assert!(note_wiped(&mut hub, &report, 13).unwrap());
        let noted = note_of(&hub, node).unwrap();
        assert_eq!(noted.wiped, Some(WipedNote { at_millis: 12, unsent: 3 }));
        assert_eq!((noted.name.as_str(), noted.reason.as_str()), ("Laptop", "hilang"));
        assert!(act(&mut hub, &DeviceChange::Wipe { node, wipe: Wipe::Keep }, 14).is_err(), "it is done");
        let acts: Vec<_> = hub.audit(9).unwrap().into_iter().rev().map(|item| item.act).collect();
        let wanted = ["device_renamed", "device_revoked", "wipe_ordered_take_in", "wipe_taken_back", "wipe_ordered"];
        assert_eq!(acts.get(..5).unwrap(), wanted);
        assert_eq!(acts.get(5..).unwrap(), ["device_wiped"]);
    }

    #[test]
    fn replacing_shuts_the_old_machine_out_and_offers_a_code_or_does_neither() {
        let dir = tempfile::tempdir().unwrap();
        let (mut hub, keys, key) = hub(dir.path());
        let node = key.verifying_key().node_id();
        let replace =
            |reason: &str| DeviceChange::Replace { node, reason: reason.to_owned(), wipe: Wipe::AtOnce, hours: 72 };
        assert!(change(&mut hub, &keys, "wayan", &replace(&"x".repeat(300)), 6).is_err());
        assert_eq!(hub.registered_node(node).unwrap().unwrap().revoked_millis, None);
        // A crash at any moment leaves both, each with its line in the trail, or neither.
        hub.crash_after(0);
        assert!(change(&mut hub, &keys, "wayan", &replace("rusak"), 7).is_err());
        hub.crash();
        let (mut hub, _) = Replica::open(dir.path(), "test", EpochId([2; 16])).unwrap();
        assert_eq!((hub.registered_node(node).unwrap().unwrap().revoked_millis, hub.codes().unwrap().len()), (None, 0));
        assert!(hub.audit(9).unwrap().is_empty());
        hub.crash_after(1);
        let done = change(&mut hub, &keys, "wayan", &replace("rusak"), 7).unwrap();
        hub.crash();
        let (mut hub, opened) = Replica::open(dir.path(), "test", EpochId([3; 16])).unwrap();
        assert_eq!(opened.epoch_began, None, "the head file knows it as one commit");
        let acts: Vec<_> = hub.audit(9).unwrap().into_iter().rev().map(|item| item.act).collect();
        assert_eq!(acts, ["device_revoked", "wipe_ordered", "code_offered"]);
        assert!(done["code"].as_str().unwrap().len() > 40 && done["replaces"]["revoked_millis"] == 7);
        assert_eq!(hub.codes().unwrap().len(), 1);
        let stranger = DeviceChange::Rename { node: NodeId([9; 8]), name: "x".to_owned() };
        assert_eq!(change(&mut hub, &keys, "wayan", &stranger, 8).unwrap_err().blame, Blame::NotFound);
    }
}

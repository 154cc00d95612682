//! Letter numbers: issued with the record, never twice, accounted for whatever the disk loses.

use office_model::{Serial, Status};
use replica_store::{HubWork, LeaseState, NoNumber, Numbering, Replica};
use service_document::{Lease, NewTransaction};

use crate::world::{clock, epoch, exchange, hub, judge, new_node, node, node_id, office, pull, transaction};

/// 1 January 2026, 00:00 in WIB.
const NEW_YEAR: i64 = 1_767_200_400_000;

fn lease(number: u8, first: u32, last: u32) -> Lease {
    Lease {
        office: office(),
        node: node_id(number),
        epoch: epoch(number),
        series: "all".parse().unwrap(),
        year: 2026,
        first,
        last,
        template: "[kode]/[nomor,3]/[tahun]".parse().unwrap(),
        granted_millis: NEW_YEAR,
        signature: [1; 64],
    }
}

fn grant(hub: &mut Replica, leases: &[Lease]) {
    hub.hub_commit(&[vec![HubWork::Grant(leases.to_vec())]]).unwrap();
}

/// A trusting store: every lease is signed, every service ends in a letter.
fn numbering() -> Numbering<'static> {
    Numbering { code: &|_, _| Some("470".to_owned()), trusts: &|lease| lease.signature == [1; 64] }
}

/// Records letters at a time; their numbers.
fn letters(node: &mut Replica, count: usize, millis: i64) -> Vec<Option<String>> {
    let many: Vec<_> = (0..count).map(|number| transaction(&format!("Warga {millis} {number}"), "35")).collect();
    let made = node.create_numbered(&many, &numbering(), &clock(millis)).unwrap();
    made.into_iter().map(|(_, given)| given.map(|given| given.text)).collect()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| Some((*text).to_owned())).collect()
}

#[test]
fn letters_are_numbered_while_the_lease_lasts_and_recorded_without_a_number_then() {
    let dirs: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut hub) = (node(dirs[0].path(), 1), hub(dirs[1].path(), &[1]));
    assert_eq!(letters(&mut front, 1, NEW_YEAR), [None], "nothing is granted yet");
    grant(&mut hub, &[lease(1, 1, 3)]);
    exchange(&mut front, &mut hub);
    assert_eq!(letters(&mut front, 2, NEW_YEAR + 1_000), some(&["470/001/2026", "470/002/2026"]));
    let last = front.create_numbered(
        &[transaction("Ani", "35"), transaction("Budi", "35")],
        &numbering(),
        &clock(NEW_YEAR + 2_000),
    );
    let [(_, third), (without, none)] = last.unwrap().try_into().unwrap();
    assert_eq!((third.unwrap().text.as_str(), none), ("470/003/2026", None));
    assert_eq!(front.issue_number(without, &numbering(), &clock(NEW_YEAR + 3_000)).unwrap(), Err(NoNumber::NoneLeft));
    grant(&mut hub, &[lease(1, 4, 4)]);
    exchange(&mut front, &mut hub);
    let given = front.issue_number(without, &numbering(), &clock(NEW_YEAR + 4_000)).unwrap().unwrap().0;
    assert_eq!((given.text.as_str(), given.serial.to_string().as_str()), ("470/004/2026", "all/2026/4"));
    assert_eq!(front.issue_number(without, &numbering(), &clock(NEW_YEAR + 5_000)).unwrap(), Err(NoNumber::HasOne));
    exchange(&mut front, &mut hub);
    for replica in [&mut front, &mut hub] {
        let issued = replica.issued(&office(), &"all".parse().unwrap(), 2026, 1, 100).unwrap();
        assert_eq!(issued.iter().map(|one| one.serial.serial).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(replica.row(without).unwrap().unwrap().number.as_deref(), Some("470/004/2026"));
        let before = replica.dump_views().unwrap();
        replica.rebuild_views().unwrap();
        assert_eq!(replica.dump_views().unwrap(), before);
        assert_eq!(replica.verify().unwrap().problems, []);
        assert_eq!(replica.leases(&office()).unwrap().iter().map(LeaseState::left).sum::<u32>(), 0);
    }
}

#[test]
fn nothing_is_issued_in_another_year_epoch_or_node_nor_from_what_the_hub_did_not_sign() {
    let dirs: [_; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut back) = (node(dirs[0].path(), 1), node(dirs[1].path(), 2));
    let mut hub = hub(dirs[2].path(), &[1, 2]);
    grant(&mut hub, &[lease(1, 1, 20), Lease { signature: [2; 64], ..lease(2, 21, 40) }]);
    exchange(&mut front, &mut hub);
    exchange(&mut back, &mut hub);
    assert_eq!(letters(&mut back, 1, NEW_YEAR), [None], "its own is forged, the other is for another node");
    assert_eq!(letters(&mut front, 1, NEW_YEAR - 1_000), [None], "a second before the year turns in WIB");
    // The clock is an hour slow, which is known: by the hub's clock it is the new year.
    let slow = replica_store::Clock { hub_offset_millis: Some(3_600_000), ..clock(NEW_YEAR - 1_800_000) };
    let made = front.create_numbered(&[transaction("Ani", "35")], &numbering(), &slow).unwrap();
    assert_eq!(made[0].1.as_ref().map(|given| given.text.as_str()), Some("470/001/2026"));
    front.begin_epoch(epoch(77)).unwrap();
    assert_eq!(letters(&mut front, 1, NEW_YEAR + 5_000), [None], "an epoch issues only what was granted to it");
}

#[test]
fn a_number_that_was_given_out_is_gone_even_when_its_record_is() {
    let dirs: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut hub) = (node(dirs[0].path(), 1), hub(dirs[1].path(), &[1]));
    grant(&mut hub, &[lease(1, 1, 20)]);
    exchange(&mut front, &mut hub);
    let last = letters(&mut front, 2, NEW_YEAR + 500).pop().unwrap().unwrap();
    assert_eq!(last, "470/002/2026");
    let log = front.log(epoch(1)).unwrap().unwrap();
    front.lose_entry(log.epoch, log.position).unwrap();
    let next = letters(&mut front, 1, NEW_YEAR + 1_000).pop().unwrap().unwrap();
    assert_eq!(next, "470/003/2026");
}

#[test]
fn a_process_that_dies_while_it_saves_gives_no_number_twice() {
    for commits in 0..3 {
        let dirs: [_; 2] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
        let (mut front, mut hub) = (node(dirs[0].path(), 1), hub(dirs[1].path(), &[1]));
        grant(&mut hub, &[lease(1, 1, 20)]);
        exchange(&mut front, &mut hub);
        front.crash_after(commits);
        let mut told: Vec<String> = Vec::new();
        for millis in 0..5 {
            match front.create_numbered(&[transaction("Ani", "35")], &numbering(), &clock(NEW_YEAR + millis)) {
                Ok(made) => told.extend(made.into_iter().filter_map(|(_, given)| given.map(|given| given.text))),
                Err(_) => break,
            }
        }
        front.crash();
        let (mut front, opened) = crate::opening::open(dirs[0].path(), "pc-1");
        assert_eq!(opened.epoch_began, None);
        told.extend(letters(&mut front, 3, NEW_YEAR + 10_000).into_iter().flatten());
        let mut once = told.clone();
        once.dedup();
        assert_eq!(once, told, "after {commits} commits");
        let issued = front.issued(&office(), &"all".parse().unwrap(), 2026, 1, 100).unwrap();
        assert!(issued.len() >= told.len());
        assert_eq!(front.issued_twice(10).unwrap(), []);
        assert_eq!(front.verify().unwrap().problems, []);
    }
}

#[test]
fn two_nodes_that_number_one_letter_apart_leave_both_numbers_in_the_register() {
    let dirs: [_; 3] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let (mut front, mut back) = (node(dirs[0].path(), 1), node(dirs[1].path(), 2));
    let mut hub = hub(dirs[2].path(), &[1, 2]);
    // Recorded while there was no number left.
    let id = front.create_numbered(&[transaction("Ani", "35")], &numbering(), &clock(NEW_YEAR)).unwrap()[0].0;
    grant(&mut hub, &[lease(1, 1, 20), lease(2, 21, 40)]);
    exchange(&mut front, &mut hub);
    exchange(&mut back, &mut hub);
    for (node, millis) in [(&mut front, 1_000), (&mut back, 2_000)] {
        node.issue_number(id, &numbering(), &clock(NEW_YEAR + millis)).unwrap().unwrap();
    }
    for _ in 0..2 {
        exchange(&mut front, &mut hub);
        exchange(&mut back, &mut hub);
    }
    for replica in [&front, &back, &hub] {
        let serials = replica.issued(&office(), &"all".parse().unwrap(), 2026, 1, 100).unwrap();
        assert_eq!(
            serials.iter().map(|one| (one.serial.serial, one.document)).collect::<Vec<_>>(),
            [(1, id), (21, id)]
        );
        assert_eq!(replica.row(id).unwrap().unwrap().divergences, 1, "which one is printed is for a person to say");
        assert_eq!(replica.issued_twice(10).unwrap(), []);
    }
}

#[test]
fn the_hub_grants_no_block_over_another() {
    let dir = tempfile::tempdir().unwrap();
    let mut hub = hub(dir.path(), &[1, 2]);
    grant(
        &mut hub,
        &[
            lease(1, 1, 20),
            lease(2, 20, 30),
            lease(2, 15, 40),
            lease(2, 21, 30),
            Lease { year: 2027, ..lease(2, 1, 20) },
        ],
    );
    let leases = hub.leases(&office()).unwrap();
    let blocks: Vec<_> = leases.iter().map(|state| (state.lease.year, state.lease.first, state.lease.last)).collect();
    assert_eq!(blocks, [(2026, 1, 20), (2026, 21, 30), (2027, 1, 20)]);
    assert_eq!(hub.verify().unwrap().problems, []);
    // They reach a node that comes later, through the gate.
    let other = tempfile::tempdir().unwrap();
    let mut late = Replica::create(other.path(), &new_node(2)).unwrap();
    pull(&mut late, &hub, usize::MAX);
    judge(&mut late);
    assert_eq!(late.leases(&office()).unwrap(), leases);
    assert!(late.document(leases[0].document).unwrap().is_none(), "a lease is no transaction");
}

#[test]
fn letters_of_one_serial_are_told_of_whatever_code_stands_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let serial = |serial| Serial { series: "all".parse().unwrap(), year: 2026, serial };
    let mut letter = |name: &str, number: &str, serials: &[u32]| {
        let serials = Some(serials.iter().map(|one| serial(*one)).collect());
        let new = NewTransaction { number: Some(number.to_owned()), serials, ..transaction(name, "35") };
        node.create_transaction(&new, &clock(NEW_YEAR)).unwrap()
    };
    let (first, other) = (letter("Ani", "400.12/5/2026", &[5]), letter("Budi", "500.2/5/2026", &[5]));
    // Two machines gave this one a number each, and it bears the other one.
    let several = letter("Citra", "400.12/6/2026", &[5, 6]);
    assert_eq!(node.numbered_alike(first, 9).unwrap(), [other]);
    assert_eq!(node.numbered_alike(other, 9).unwrap(), [first]);
    assert_eq!(node.numbered_alike(several, 9).unwrap(), []);
    node.step(first, Status::Dibatalkan, Some("nomor ganda"), &clock(NEW_YEAR + 1)).unwrap();
    assert_eq!(node.numbered_alike(other, 9).unwrap(), [], "the other one is as good as any");
}

//! Letter numbers as the hub grants them: with an exchange, in time, and after a restore above all that was granted.

use std::path::Path;

use change_log::EpochId;
use exchange_driver::{NodeIdentity, begin_life, is_granted, number_floor, number_rule, set_number_rule};
use office_model::granting::{BURST, Book, NEWCOMER_USE, PACE_MILLIS, PAUSE_MILLIS};
use office_model::{NumberRule, NumberScope};
use replica_store::{Clock, Durability, LeaseState, Numbering, Replica};
use service_document::{Lease, NewTransaction};
use sync_protocol::SigningKey;

use crate::pair::Pair;

const OFFICE: &str = "35.10.01.2001";
/// 1 July 2026, in WIB.
const SUMMER: i64 = 1_782_838_800_000;

/// Records letters; their serials.
fn letters(node: &mut Replica, identity: &NodeIdentity, count: usize, millis: i64) -> Vec<u32> {
    let new = |number: usize| NewTransaction {
        office: identity.office,
        service: "G01".parse().unwrap(),
        catalogue_version: 1,
        fields: [("nama".to_owned(), format!("Warga {millis} {number}").into())].into_iter().collect(),
        number: None,
        serials: None,
    };
    let clock = Clock { millis, hub_offset_millis: None, clerk: "siti".to_owned() };
    let trusts = |lease: &Lease| is_granted(lease, identity.hub, &identity.hub_key);
    let numbering = Numbering { code: &|_, _| Some("470".to_owned()), trusts: &trusts };
    let many: Vec<_> = (0..count).map(new).collect();
    let made = node.create_numbered(&many, &numbering, &clock).unwrap();
    made.into_iter().filter_map(|(_, given)| given.map(|given| given.serial.serial)).collect()
}

fn begun(dir: &Path) -> Pair {
    let mut pair = Pair::new(dir);
    pair.now = SUMMER;
    begin_life(&mut pair.hub, pair.identity.key.verifying_key(), true, SUMMER).unwrap();
    pair
}

fn book() -> Book {
    Book { office: OFFICE.parse().unwrap(), series: "all".parse().unwrap(), year: 2026 }
}

#[test]
fn a_node_gets_numbers_with_its_first_exchange_and_more_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = begun(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    assert_eq!(letters(&mut node, &identity, 1, SUMMER), [0; 0]);
    pair.until_proven(&mut node, &identity);
    let month = NEWCOMER_USE;
    assert_eq!(node.own_leases().unwrap().iter().map(LeaseState::left).sum::<u32>(), month);
    assert_eq!(letters(&mut node, &identity, 60, SUMMER + 1_000).last(), Some(&60));
    pair.until_proven(&mut node, &identity);
    assert_eq!(node.own_leases().unwrap().len(), 1, "it has more than half of what it used");
    letters(&mut node, &identity, 7, SUMMER + 2_000);
    pair.until_proven(&mut node, &identity);
    let leases = node.own_leases().unwrap();
    assert_eq!(
        leases.iter().map(|state| (state.lease.first, state.lease.last)).collect::<Vec<_>>(),
        [(1, 100), (101, 167)]
    );
    // A second machine of the office, and one of another.
    let (mut other, of_other) = pair.node(dir.path(), 2, OFFICE, EpochId([2; 16]));
    pair.until_proven(&mut other, &of_other);
    assert_eq!(letters(&mut other, &of_other, 1, SUMMER + 3_000), [168]);
    let (mut far, of_far) = pair.node(dir.path(), 3, "35.10.24.2008", EpochId([3; 16]));
    pair.until_proven(&mut far, &of_far);
    assert_eq!(letters(&mut far, &of_far, 1, SUMMER + 4_000), [1]);
    assert_eq!(pair.hub.verify().unwrap().problems, []);
}

#[test]
fn in_december_next_years_numbers_come_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = begun(dir.path());
    // 1 December 2026, 00:00 in WIB.
    pair.now = 1_796_058_000_000;
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    pair.until_proven(&mut node, &identity);
    let new_year = 1_798_736_400_000;
    assert_eq!(letters(&mut node, &identity, 2, pair.now), [1, 2]);
    assert_eq!(letters(&mut node, &identity, 2, new_year - 1), [3, 4]);
    assert_eq!(letters(&mut node, &identity, 2, new_year), [1, 2], "offline since December");
}

#[test]
fn the_form_and_the_counting_are_the_hubs_to_set() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = begun(dir.path());
    let office = OFFICE.parse().unwrap();
    let template = "[kode]/[nomor]/KEP/[kode_unit]/[tahun]".parse().unwrap();
    let rule = NumberRule::checked(template, "429.523.03".to_owned(), NumberScope::Code).unwrap();
    set_number_rule(&mut pair.hub, office, &rule).unwrap();
    assert_eq!(number_rule(&pair.hub, office).unwrap(), rule);
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    pair.until_proven(&mut node, &identity);
    let leases = node.own_leases().unwrap();
    assert_eq!(leases.len(), rule.series().len());
    assert!(leases.iter().all(|state| state.lease.template.to_string() == "[kode]/[nomor]/KEP/429.523.03/[tahun]"));
}

#[test]
fn what_is_counted_together_changes_with_a_new_year_only() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = begun(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    pair.until_proven(&mut node, &identity);
    let template = "[nomor]/[kode]/[tahun]".parse().unwrap();
    let by_code = NumberRule::checked(template, String::new(), NumberScope::Code).unwrap();
    set_number_rule(&mut pair.hub, identity.office, &by_code).unwrap();
    letters(&mut node, &identity, 80, SUMMER + 1_000);
    pair.until_proven(&mut node, &identity);
    let series = |node: &Replica, year| {
        let leases = node.own_leases().unwrap();
        let of_year = leases.into_iter().filter(|state| state.lease.year == year);
        of_year.map(|state| state.lease.series.to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(series(&node, 2026).into_iter().collect::<Vec<_>>(), ["all"]);
    let forms: Vec<_> = node.own_leases().unwrap().iter().map(|state| state.lease.template.to_string()).collect();
    assert_eq!(forms, ["[kode]/[nomor]/[kode_desa]/[tahun]"; 2], "the form belongs to what is counted");
    // 1 December 2026, 00:00 in WIB.
    pair.now = 1_796_058_000_000;
    pair.until_proven(&mut node, &identity);
    assert_eq!(series(&node, 2026).len(), 1);
    assert_eq!(series(&node, 2027).len(), by_code.series().len());
}

#[test]
fn a_node_knows_whether_its_office_has_other_machines() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = begun(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    assert!(!node.has_other_machines().unwrap());
    pair.until_proven(&mut node, &identity);
    assert!(!node.has_other_machines().unwrap(), "it has numbers of its own alone");
    let (mut other, of_other) = pair.node(dir.path(), 2, OFFICE, EpochId([2; 16]));
    pair.until_proven(&mut other, &of_other);
    pair.until_proven(&mut node, &identity);
    assert!(node.has_other_machines().unwrap() && other.has_other_machines().unwrap());
}

#[test]
fn a_hub_that_went_back_unseen_is_told_by_a_node_and_grants_above_what_it_forgot() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = begun(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    pair.until_proven(&mut node, &identity);
    pair.now += 3_600_000;
    pair.until_proven(&mut node, &identity);
    let copy = pair.copy_hub();
    pair.now += 3_600_000;
    assert_eq!(letters(&mut node, &identity, 67, pair.now).last(), Some(&67));
    pair.until_proven(&mut node, &identity);
    let forgotten = node.own_leases().unwrap().remove(1).lease;
    assert_eq!(forgotten.first, 101);

    pair.go_back_unseen(&copy);
    assert_eq!(number_floor(&pair.hub, &book()).unwrap(), 0, "it does not know");
    pair.now += 3_600_000;
    let mut shown = Vec::new();
    for _ in 0..10 {
        pair.exchange(&mut node, &identity, usize::MAX);
        shown.extend(pair.gone_back.map(|gone| gone.known_until_millis));
    }
    assert_eq!(shown, [Some(SUMMER + 3_600_000)], "proven by the block that it gives back, once");
    assert_eq!(pair.hub.epoch(), EpochId([202; 16]));
    let floor = number_floor(&pair.hub, &book()).unwrap();
    assert_eq!(floor, 100 + BURST + 10 + 120 + 1, "as after a restore: since the node was last there");
    let known: Vec<_> = pair.hub.all_leases().unwrap().into_iter().map(|state| state.lease.first).collect();
    assert_eq!(known, [1, 101], "what it forgot is back");
    letters(&mut node, &identity, 80, pair.now);
    pair.until_proven(&mut node, &identity);
    assert_eq!(node.own_leases().unwrap().len(), 2, "it waits");
    pair.now += PAUSE_MILLIS + 30 * PACE_MILLIS;
    pair.until_proven(&mut node, &identity);
    assert_eq!(node.own_leases().unwrap().last().unwrap().lease.first, floor + 1);
    assert_eq!(pair.hub.verify().unwrap().problems, []);
}

#[test]
fn nobody_but_the_hub_signs_a_lease() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = begun(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    pair.until_proven(&mut node, &identity);
    let lease = node.own_leases().unwrap().remove(0).lease;
    assert!(is_granted(&lease, identity.hub, &identity.hub_key));
    assert!(!is_granted(&Lease { last: lease.last + 1, ..lease.clone() }, identity.hub, &identity.hub_key));
    let stranger = SigningKey::from_seed(&[66; 32]);
    let forged = Lease { signature: stranger.sign(&lease.signed_bytes(identity.hub)).0, ..lease };
    assert!(!is_granted(&forged, identity.hub, &identity.hub_key));
}

#[test]
fn a_hub_that_was_restored_waits_and_goes_on_above_everything_it_may_have_granted() {
    let dir = tempfile::tempdir().unwrap();
    let mut pair = begun(dir.path());
    let (mut node, identity) = pair.node(dir.path(), 1, OFFICE, EpochId([1; 16]));
    pair.until_proven(&mut node, &identity);
    let backup = dir.path().join("backup.db");
    pair.hub.backup(&backup).unwrap();
    // After the backup a second machine is enrolled and numbered: the restored hub never hears of it.
    pair.now += 3_600_000;
    let (mut lost, of_lost) = pair.node(dir.path(), 2, OFFICE, EpochId([2; 16]));
    pair.until_proven(&mut lost, &of_lost);
    let forgotten = letters(&mut lost, &of_lost, 3, pair.now);
    assert_eq!(forgotten, [101, 102, 103]);
    let restored = dir.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(&backup, restored.join("replica.db")).unwrap();
    pair.now += 3_600_000;
    let (hub, opened) = Replica::open_with(&restored, "hub", EpochId([201; 16]), Durability::Test).unwrap();
    assert!(opened.epoch_began.is_some(), "a backup is another life");
    pair.hub = hub;
    pair.refuses = false;
    begin_life(&mut pair.hub, pair.identity.key.verifying_key(), false, pair.now).unwrap();
    assert_eq!(letters(&mut node, &identity, 80, pair.now).last(), Some(&80));
    let floor = number_floor(&pair.hub, &book()).unwrap();
    assert_eq!(floor, 100 + BURST + 10 + 120 + 1, "and what a clock can be behind unseen");
    pair.until_proven(&mut node, &identity);
    assert_eq!(node.own_leases().unwrap().len(), 1, "it waits");
    pair.now += PAUSE_MILLIS + 30 * PACE_MILLIS;
    pair.until_proven(&mut node, &identity);
    let leases = node.own_leases().unwrap();
    assert_eq!((leases.len(), leases[1].lease.first, leases[1].left()), (2, floor + 1, 30));
    assert!(letters(&mut node, &identity, 70, pair.now).iter().all(|serial| !forgotten.contains(serial)));
    // The same life goes on after a restart.
    begin_life(&mut pair.hub, pair.identity.key.verifying_key(), false, pair.now + 1).unwrap();
    assert_eq!(number_floor(&pair.hub, &book()).unwrap(), floor);
    assert_eq!(pair.hub.verify().unwrap().problems, []);
}

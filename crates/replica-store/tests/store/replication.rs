//! A hub and its nodes end with equal digests and equal rows.

use change_log::ChangeHash;

use crate::world::*;
use office_model::Status;
use proptest::prelude::*;
use replica_store::{DirectGate, Durability, ListFilter, Page, Replica};
use serde_json::json;

#[test]
fn a_record_reaches_the_hub_and_the_other_node() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut hub = hub(dirs[0].path(), &[1, 2]);
    let mut one = node(dirs[1].path(), 1);
    let mut two = node(dirs[2].path(), 2);
    let id = one.create_transaction(&transaction("Siti Aminah", "3510016506900001"), &clock(1_000)).unwrap();
    assert_eq!(one.list(&ListFilter::default(), Page::default()).unwrap().len(), 1);
    exchange(&mut one, &mut hub);
    exchange(&mut two, &mut hub);
    assert_eq!(one.office_digest(&office()).unwrap(), hub.office_digest(&office()).unwrap());
    assert_eq!(two.office_digest(&office()).unwrap(), hub.office_digest(&office()).unwrap());
    assert_eq!(two.office_digest(&office()).unwrap().count, 1);
    assert_eq!(rows(&one), rows(&hub));
    assert_eq!(rows(&one), rows(&two));
    assert_eq!(two.row(id).unwrap().unwrap().name.as_deref(), Some("Siti Aminah"));
    for typed in ["siti", "ámin", "35100165", "sit 3510", "a01"] {
        assert_eq!(two.search(typed, &ListFilter::default(), Page::default()).unwrap().len(), 1, "{typed}");
    }
    for typed in ["sitia", "", "  -", "budi"] {
        assert_eq!(two.search(typed, &ListFilter::default(), Page::default()).unwrap().len(), 0, "{typed}");
    }
}

#[test]
fn a_lost_change_of_a_log_with_gaps_comes_back_under_what_builds_on_it() {
    let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut one = node(dirs[0].path(), 1);
    let mut two = node(dirs[1].path(), 2);
    one.create_transaction(&transaction("Siti Aminah", "3510016506900001"), &clock(1_000)).unwrap();
    let id = one.create_transaction(&transaction("Budi", "3510010101900002"), &clock(2_000)).unwrap();
    one.step(id, Status::Diajukan, None, &clock(3_000)).unwrap();
    // The hub kept out the first entry of the log, so that it begins with a gap here.
    let fed = one.entries(epoch(1), 1, usize::MAX, usize::MAX).unwrap();
    two.take_missing(&office(), &fed).unwrap();
    judge(&mut two);
    let whole = (two.row(id).unwrap(), two.office_digest(&office()).unwrap());
    assert!(two.lose_entry(epoch(1), 2).unwrap());
    two.take_missing(&office(), &fed[..1]).unwrap();
    judge(&mut two);
    assert_eq!((two.row(id).unwrap(), two.office_digest(&office()).unwrap()), whole);
    assert!(two.verify().unwrap().is_sound(), "{:?}", two.verify().unwrap());
}

#[test]
fn a_feed_has_first_what_others_build_on() {
    let dirs: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let mut lost = hub(dirs[0].path(), &[1, 2]);
    let mut one = node(dirs[1].path(), 1);
    let mut two = node(dirs[2].path(), 2);
    let id = two.create_transaction(&transaction("Budi", "35"), &clock(1)).unwrap();
    exchange(&mut two, &mut lost);
    exchange(&mut one, &mut lost);
    one.edit(id, &[("nama".parse().unwrap(), json!("Budi S"))], &clock(2)).unwrap();
    // A new hub hears of the edit first, in a log that stands before the other one.
    let mut hub = hub(dirs[3].path(), &[1, 2]);
    let entries = one.entries(epoch(1), 0, 10, usize::MAX).unwrap();
    ingest(&mut hub, replica_store::IngestBatch { epoch: epoch(1), entries, signed_head: None }).unwrap();
    let entries = two.entries(epoch(2), 0, 10, usize::MAX).unwrap();
    ingest(&mut hub, replica_store::IngestBatch { epoch: epoch(2), entries, signed_head: None }).unwrap();
    judge(&mut hub);
    let feed = hub.feed_items(OFFICE, 0, 10, usize::MAX).unwrap().items;
    assert_eq!(feed.iter().map(|(_, entry)| entry.epoch).collect::<Vec<_>>(), [epoch(2), epoch(1)]);
}

/// What may happen between a hub and two nodes, in any order.
#[derive(Debug, Clone)]
enum Act {
    Create(usize, u8),
    Edit(usize, u8, u8),
    Step(usize, u8, u8),
    Push(usize, usize),
    JudgeHub(usize),
    JudgeBadly(usize),
    Retry(u8),
    Pull(usize, usize),
    JudgeNode(usize),
    Reopen(usize),
    Crash(usize),
    Rebuild(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let node = 1usize..3;
    let any_one = 0usize..3;
    prop_oneof![
        4 => (node.clone(), any::<u8>()).prop_map(|(node, name)| Act::Create(node, name)),
        6 => (node.clone(), any::<u8>(), any::<u8>()).prop_map(|(node, pick, value)| Act::Edit(node, pick, value)),
        4 => (node.clone(), any::<u8>(), any::<u8>()).prop_map(|(node, pick, to)| Act::Step(node, pick, to)),
        4 => (node.clone(), 0usize..5).prop_map(|(node, max)| Act::Push(node, max)),
        3 => (1usize..3).prop_map(Act::JudgeHub),
        2 => (1usize..4).prop_map(Act::JudgeBadly),
        1 => any::<u8>().prop_map(Act::Retry),
        4 => (node.clone(), 0usize..5).prop_map(|(node, max)| Act::Pull(node, max)),
        2 => node.prop_map(Act::JudgeNode),
        1 => any_one.clone().prop_map(Act::Reopen),
        1 => any_one.clone().prop_map(Act::Crash),
        1 => any_one.prop_map(Act::Rebuild),
    ]
}

struct World {
    dirs: Vec<tempfile::TempDir>,
    replicas: Vec<Option<Replica>>,
    time: i64,
}

impl World {
    fn new() -> Self {
        let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
        let replicas =
            vec![Some(hub(dirs[0].path(), &[1, 2])), Some(node(dirs[1].path(), 1)), Some(node(dirs[2].path(), 2))];
        Self { dirs, replicas, time: 1_000 }
    }

    fn at(&mut self, index: usize) -> &mut Replica {
        self.replicas[index].as_mut().unwrap()
    }

    fn with_hub(&mut self, node: usize, act: impl FnOnce(&mut Replica, &mut Replica)) {
        let (front, back) = self.replicas.split_at_mut(1);
        act(back[node - 1].as_mut().unwrap(), front[0].as_mut().unwrap());
    }

    fn reopen(&mut self, index: usize, crash: bool) {
        let replica = self.replicas[index].take().unwrap();
        if crash {
            replica.crash();
        } else {
            drop(replica);
        }
        let machine = if index == 0 { "hub".to_owned() } else { format!("pc-{index}") };
        let (replica, opened) =
            Replica::open_with(self.dirs[index].path(), &machine, epoch(99), Durability::Test).unwrap();
        assert_eq!(opened.epoch_began, None);
        self.replicas[index] = Some(replica);
    }

    fn act(&mut self, act: &Act) {
        self.time += 7;
        let clock = clock(self.time);
        match *act {
            Act::Create(node, name) => {
                self.at(node).create_transaction(&transaction(&format!("Nama {name}"), "35"), &clock).unwrap();
            }
            Act::Edit(node, pick, value) => {
                let Some(id) = pick_row(self.at(node), pick) else { return };
                let path = if value % 2 == 0 { "nama" } else { "keperluan" };
                let edits = [(path.parse().unwrap(), json!(format!("nilai {}", value / 2)))];
                self.at(node).edit(id, &edits, &clock).unwrap();
            }
            Act::Step(node, pick, to) => {
                let Some(id) = pick_row(self.at(node), pick) else { return };
                let to = Status::ALL[usize::from(to) % Status::ALL.len()];
                // Most steps are against the rules; those change nothing.
                let before = self.at(node).office_digest(&office()).unwrap();
                if self.at(node).step(id, to, Some("alasan"), &clock).is_err() {
                    assert_eq!(self.at(node).office_digest(&office()).unwrap(), before);
                }
            }
            Act::Push(node, max) => self.with_hub(node, |node, hub| push(node, hub, max)),
            Act::JudgeHub(max) => {
                self.at(0).judge_pending(&mut DirectGate, 5, max).unwrap();
            }
            Act::JudgeBadly(max) => {
                self.at(0).judge_pending(&mut Picky(|hash: ChangeHash| hash.0[0].is_multiple_of(4)), 5, max).unwrap();
            }
            Act::Retry(pick) => {
                let quarantine = self.at(0).quarantine(100).unwrap();
                if !quarantine.is_empty() {
                    let document = quarantine[usize::from(pick) % quarantine.len()].document;
                    self.at(0).retry_quarantined(Some(document)).unwrap();
                }
            }
            Act::Pull(node, max) => self.with_hub(node, |node, hub| pull(node, hub, max)),
            Act::JudgeNode(node) => judge(self.at(node)),
            Act::Reopen(index) => self.reopen(index, false),
            Act::Crash(index) => self.reopen(index, true),
            Act::Rebuild(index) => {
                let before = self.at(index).dump_views().unwrap();
                self.at(index).rebuild_views().unwrap();
                assert_eq!(self.at(index).dump_views().unwrap(), before);
            }
        }
    }
}

fn pick_row(node: &Replica, pick: u8) -> Option<change_log::DocumentId> {
    let rows = rows(node);
    (!rows.is_empty()).then(|| rows[usize::from(pick) % rows.len()].document)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_ends_equal(acts in prop::collection::vec(act(), 1..60)) {
        let mut world = World::new();
        for act in &acts {
            world.act(act);
        }
        for node in [1, 2, 1, 2] {
            world.with_hub(node, exchange);
        }
        // What the hub refused stands at neither side of the comparison.
        for index in 1..3 {
            let digest = world.at(index).office_digest(&office()).unwrap();
            prop_assert_eq!(digest, world.at(0).office_digest(&office()).unwrap());
            prop_assert_eq!(world.at(index).verify().unwrap().problems, []);
        }
        prop_assert_eq!(world.at(0).verify().unwrap().problems, []);
        world.at(0).retry_quarantined(None).unwrap();
        for node in [1, 2, 1, 2] {
            world.with_hub(node, exchange);
        }
        prop_assert_eq!(world.at(0).counts().unwrap().quarantined, 0);
        let digest = world.at(0).office_digest(&office()).unwrap();
        let views = own_views(world.at(0));
        let chain = world.at(0).feed_head(OFFICE).unwrap().map(|head| head.chain);
        for index in 0..3 {
            let replica = world.at(index);
            prop_assert_eq!(replica.office_digest(&office()).unwrap(), digest);
            prop_assert_eq!(replica.pending().unwrap(), 0);
            prop_assert_eq!(own_views(replica), views.as_str());
            prop_assert_eq!(replica.verify().unwrap().problems, []);
            if index > 0 {
                prop_assert_eq!(replica.feed_cursor(OFFICE).unwrap().map(|cursor| cursor.chain), chain);
                prop_assert_eq!(replica.counts().unwrap().unsent, 0);
            }
            replica.rebuild_views().unwrap();
            prop_assert_eq!(own_views(replica), views.as_str());
        }
    }
}

/// The views without the digests of other offices: where a step leads to the camat, the hub has one of the sub-district.
fn own_views(replica: &Replica) -> String {
    let views = replica.dump_views().unwrap();
    let is_own = |line: &&str| !line.starts_with("office\t") || line.starts_with(&format!("office\t{OFFICE}\t"));
    views.lines().filter(is_own).flat_map(|line| [line, "\n"]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two people of one name, the same form, one clerk, one second: two records, here and at the hub.
    #[test]
    fn records_that_are_alike_are_all_kept(saves in prop::collection::vec(prop::collection::vec((0..2u8, 0..2i64), 1..6), 1..8)) {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let mut hub = hub(dirs[0].path(), &[1]);
        let mut node = node(dirs[1].path(), 1);
        let mut ids = std::collections::BTreeSet::new();
        let mut count = 0;
        for save in saves {
            let millis = save[0].1 * 2;
            let many: Vec<_> = save.iter().map(|(name, _)| transaction(&format!("Nama {name}"), "35")).collect();
            count += many.len();
            ids.extend(node.create_transactions(&many, &clock(millis)).unwrap());
        }
        prop_assert_eq!(ids.len(), count);
        exchange(&mut node, &mut hub);
        prop_assert_eq!(hub.refusals_after(epoch(1), 0).unwrap(), []);
        prop_assert_eq!(rows(&hub).len(), count);
        prop_assert_eq!(rows(&hub), rows(&node));
        prop_assert_eq!(node.verify().unwrap().problems, []);
    }
}

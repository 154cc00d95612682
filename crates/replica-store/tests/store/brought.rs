//! What is brought before a sub-district reaches it whole, and nothing else does; its decisions reach the village.

use change_log::{DocumentId, EpochId};
use office_model::{FieldPath, OfficeCode, Status};
use proptest::prelude::*;
use replica_store::{EntryState, ListFilter, Page, Replica, codes};
use tempfile::TempDir;

use crate::world::{clock, exchange, hub, judge, node, node_of, office, pull, push, rows, transaction};

const DISTRICT: &str = "35.10.01";
/// Of the sub-district's node.
const ABOVE: u8 = 2;

fn district() -> OfficeCode {
    DISTRICT.parse().unwrap()
}

/// A village, its sub-district, and the hub.
struct Regency {
    _dirs: Vec<TempDir>,
    village: Replica,
    above: Replica,
    hub: Replica,
    millis: i64,
}

impl Regency {
    fn new() -> Self {
        let dirs: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
        let (village, hub) = (node(dirs[0].path(), 1), hub(dirs[2].path(), &[1]));
        let above = node_of(dirs[1].path(), ABOVE, district());
        Self { _dirs: dirs, village, above, hub, millis: 1_790_000_000_000 }
    }

    fn now(&mut self) -> replica_store::Clock {
        self.millis += 1000;
        clock(self.millis)
    }

    fn record(&mut self) -> DocumentId {
        let now = self.now();
        let mut new = transaction("Siti Aminah", "3510014107850003");
        new.service = "S01".parse().unwrap();
        self.village.create_transaction(&new, &now).unwrap()
    }

    fn village_step(&mut self, id: DocumentId, to: Status) {
        let now = self.now();
        self.village.step(id, to, Some("perlu"), &now).unwrap();
    }

    /// Takes a record to where the camat's decision is waited for.
    fn bring(&mut self, id: DocumentId) {
        for to in [Status::Diajukan, Status::Diperiksa, Status::MenungguCamat] {
            self.village_step(id, to);
        }
    }

    fn decide(&mut self, id: DocumentId, to: Status) {
        let now = self.now();
        self.above.step(id, to, Some("lengkap"), &now).unwrap();
    }

    fn exchange_all(&mut self) {
        for _ in 0..3 {
            exchange(&mut self.village, &mut self.hub);
            exchange(&mut self.above, &mut self.hub);
        }
    }

    /// All hold the same, each as far as it concerns them, and the hub's books are in order.
    fn is_equal(&mut self) {
        for (node, office) in [(&self.village, office()), (&self.above, district())] {
            let (at_node, at_hub) = (node.office_digest(&office).unwrap(), self.hub.office_digest(&office).unwrap());
            assert_eq!(at_node, at_hub, "{office}");
            let (counted, kept) = self.hub.survey(&office, |_| {}).unwrap();
            assert_eq!(counted, kept, "{office}");
        }
        for replica in [&self.hub, &self.village, &self.above] {
            assert_eq!(replica.verify().unwrap().problems, []);
        }
        let before = self.hub.dump_views().unwrap();
        self.hub.rebuild_views().unwrap();
        assert!(self.hub.dump_views().unwrap() == before, "rebuilt views are others");
    }
}

fn status(of: &Replica, id: DocumentId) -> Option<String> {
    of.row(id).unwrap().map(|row| row.status)
}

#[test]
fn a_letter_reaches_the_sub_district_whole_and_its_decision_the_village() {
    let mut all = Regency::new();
    let (brought, own) = (all.record(), all.record());
    all.exchange_all();
    assert_eq!(rows(&all.above), [], "nothing concerns it yet");
    assert_eq!(all.hub.feed_head(DISTRICT).unwrap(), None);
    all.bring(brought);
    all.village_step(own, Status::Diajukan);
    all.exchange_all();
    let seen = rows(&all.above);
    assert_eq!(seen.len(), 1, "nothing but what was brought");
    assert_eq!((seen[0].document, seen[0].office, seen[0].changes), (brought, office(), 4));
    let waiting = ListFilter { status: Some("menunggu_camat".to_owned()), ..ListFilter::default() };
    assert_eq!(all.above.list(&waiting, Page::default()).unwrap().len(), 1);
    assert_eq!(all.above.search("siti", &ListFilter::default(), Page::default()).unwrap().len(), 1);
    all.decide(brought, Status::Ditandatangani);
    all.exchange_all();
    for replica in [&all.village, &all.above, &all.hub] {
        assert_eq!(status(replica, brought).unwrap(), "ditandatangani");
    }
    // What the village does with it afterwards is seen above, too.
    all.village_step(brought, Status::SiapDiambil);
    all.exchange_all();
    assert_eq!(status(&all.above, brought).unwrap(), "siap_diambil");
    assert_eq!(status(&all.above, own), None);
    all.is_equal();
}

#[test]
fn an_office_above_decides_and_changes_nothing_else() {
    let mut all = Regency::new();
    let id = all.record();
    all.bring(id);
    all.exchange_all();
    let now = all.now();
    let path: FieldPath = "nama".parse().unwrap();
    let edits = [(path, "Siti Lain".into())];
    all.above.change_many(&[id], &now, |document, stamp| document.edit(&edits, stamp)).unwrap();
    all.exchange_all();
    let refused = all.hub.refusals_after(EpochId([ABOVE; 16]), 0).unwrap();
    assert_eq!(refused.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["decision"]);
    assert_eq!(all.village.row(id).unwrap().unwrap().name.unwrap(), "Siti Aminah");
    assert_eq!(all.hub.office_digest(&district()).unwrap(), all.above.office_digest(&district()).unwrap());
    // Nor is a step its own that it was not waited for with.
    all.village_step(id, Status::Dibatalkan);
    let other = all.record();
    all.bring(other);
    all.exchange_all();
    all.decide(other, Status::Ditandatangani);
    all.decide(other, Status::SiapDiambil);
    all.exchange_all();
    let refused = all.hub.refusals_after(EpochId([ABOVE; 16]), 0).unwrap();
    assert_eq!(refused.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["decision"; 2]);
    assert_eq!(all.village.row(other).unwrap().unwrap().status, "ditandatangani");
}

#[test]
fn another_sub_district_has_no_say() {
    let mut all = Regency::new();
    let id = all.record();
    all.bring(id);
    all.exchange_all();
    let dir = tempfile::tempdir().unwrap();
    let mut other = node_of(dir.path(), 9, "35.10.02".parse().unwrap());
    // It got the record somehow, and decides.
    let entries = all.hub.entries(EpochId([1; 16]), 0, 100, usize::MAX).unwrap();
    other.take_missing(&"35.10.02".parse().unwrap(), &entries).unwrap();
    judge(&mut other);
    assert!(other.row(id).unwrap().is_none(), "its own gate does not show it either");
    let now = all.now();
    all.above.step(id, Status::Ditolak, Some("tidak"), &now).unwrap();
    // The decision of the right office under the name of the other.
    let mut forged = all.above.entries(EpochId([ABOVE; 16]), 0, 1, usize::MAX).unwrap();
    crate::world::admit(&mut all.hub, EpochId([9; 16]), "35.10.02".parse().unwrap(), crate::world::node_id(9));
    forged[0].epoch = EpochId([9; 16]);
    let batch = replica_store::IngestBatch { epoch: EpochId([9; 16]), entries: forged, signed_head: None };
    crate::world::ingest(&mut all.hub, batch).unwrap();
    judge(&mut all.hub);
    let refused = all.hub.refusals_after(EpochId([9; 16]), 0).unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!(status(&all.hub, id).unwrap(), "menunggu_camat");
    assert_eq!(all.hub.feed_head("35.10.02").unwrap(), None, "and gets nothing");
}

#[test]
fn a_decision_that_comes_before_its_record_waits_for_it() {
    let mut all = Regency::new();
    let id = all.record();
    all.bring(id);
    all.exchange_all();
    all.decide(id, Status::Ditandatangani);
    // A hub that lost everything: the sub-district calls first.
    let dir = tempfile::tempdir().unwrap();
    let mut fresh = hub(dir.path(), &[1]);
    push(&mut all.above, &mut fresh, usize::MAX);
    judge(&mut fresh);
    assert_eq!(fresh.entry_state(EpochId([ABOVE; 16]), 1).unwrap(), Some(EntryState::Parked));
    let told = fresh.refusals_after(EpochId([ABOVE; 16]), 0).unwrap();
    assert_eq!(told.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), [codes::MISSING]);
    // Then the village, first without the step that brings it before the sub-district.
    let entries = all.village.entries(EpochId([1; 16]), 0, 100, usize::MAX).unwrap();
    for part in [&entries[..2], &entries[2..]] {
        let batch = replica_store::IngestBatch { epoch: EpochId([1; 16]), entries: part.to_vec(), signed_head: None };
        crate::world::ingest(&mut fresh, batch).unwrap();
        judge(&mut fresh);
    }
    assert_eq!(fresh.row(id).unwrap().unwrap().status, "ditandatangani");
    assert_eq!(fresh.verify().unwrap().problems, []);
    assert_eq!(fresh.feed_head(DISTRICT).unwrap().unwrap().position, 5);
}

#[test]
fn what_the_hubs_disk_lost_is_given_back_and_counted_for_both() {
    let mut all = Regency::new();
    let id = all.record();
    all.bring(id);
    all.exchange_all();
    all.decide(id, Status::Ditandatangani);
    all.exchange_all();
    for (epoch, position, by) in [(1, 2, office()), (ABOVE, 1, district())] {
        let node = if epoch == 1 { &all.village } else { &all.above };
        let entry = node.entry(EpochId([epoch; 16]), position).unwrap().unwrap();
        assert!(all.hub.lose_entry(EpochId([epoch; 16]), position).unwrap());
        let returned = replica_store::HubWork::Return { office: by, entries: vec![entry] };
        all.hub.hub_commit(&[vec![returned]]).unwrap();
        judge(&mut all.hub);
    }
    all.is_equal();
}

#[test]
fn what_is_brought_while_the_hub_lacks_a_change_of_it_is_completed_later() {
    let mut all = Regency::new();
    let id = all.record();
    all.village_step(id, Status::Diajukan);
    all.exchange_all();
    let lost = all.village.entry(EpochId([1; 16]), 2).unwrap().unwrap();
    assert!(all.hub.lose_entry(EpochId([1; 16]), 2).unwrap());
    all.village_step(id, Status::Diperiksa);
    all.village_step(id, Status::MenungguCamat);
    push(&mut all.village, &mut all.hub, usize::MAX);
    judge(&mut all.hub);
    let returned = replica_store::HubWork::Return { office: office(), entries: vec![lost] };
    all.hub.hub_commit(&[vec![returned]]).unwrap();
    judge(&mut all.hub);
    all.exchange_all();
    assert_eq!(status(&all.above, id).unwrap(), "menunggu_camat");
    all.is_equal();
}

#[test]
fn a_feed_that_is_cut_before_the_step_that_brings_a_record_shows_it_in_the_end() {
    let mut all = Regency::new();
    let id = all.record();
    all.bring(id);
    push(&mut all.village, &mut all.hub, usize::MAX);
    judge(&mut all.hub);
    for _ in 0..4 {
        pull(&mut all.above, &all.hub, 1);
        judge(&mut all.above);
    }
    assert_eq!(status(&all.above, id).unwrap(), "menunggu_camat");
    assert_eq!(all.above.quarantine(10).unwrap(), []);
    all.exchange_all();
    all.is_equal();
}

/// What may happen, in any order.
#[derive(Debug, Clone)]
enum Act {
    Record,
    Bring(u8),
    Decide(u8, bool),
    Cancel(u8),
    Village,
    Above,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => Just(Act::Record),
        3 => any::<u8>().prop_map(Act::Bring),
        3 => (any::<u8>(), any::<bool>()).prop_map(|(pick, signs)| Act::Decide(pick, signs)),
        1 => any::<u8>().prop_map(Act::Cancel),
        2 => Just(Act::Village),
        2 => Just(Act::Above),
    ]
}

/// One of the records that stand so.
fn pick(of: &Replica, status: &str, pick: u8) -> Option<DocumentId> {
    let all: Vec<_> = rows(of).into_iter().filter(|row| row.status == status && row.divergences == 0).collect();
    (!all.is_empty()).then(|| all[usize::from(pick) % all.len()].document)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_each_ends_with_what_concerns_it(acts in prop::collection::vec(act(), 1..40)) {
        let mut all = Regency::new();
        for act in acts {
            match act {
                Act::Record => drop(all.record()),
                Act::Bring(which) => {
                    if let Some(id) = pick(&all.village, "draf", which) {
                        all.bring(id);
                    }
                }
                Act::Decide(which, signs) => {
                    if let Some(id) = pick(&all.above, "menunggu_camat", which) {
                        all.decide(id, if signs { Status::Ditandatangani } else { Status::Dikembalikan });
                    }
                }
                Act::Cancel(which) => {
                    if let Some(id) = pick(&all.village, "menunggu_camat", which) {
                        all.village_step(id, Status::Dibatalkan);
                    }
                }
                Act::Village => exchange(&mut all.village, &mut all.hub),
                Act::Above => exchange(&mut all.above, &mut all.hub),
            }
        }
        all.exchange_all();
        all.is_equal();
        let above = rows(&all.above);
        for row in rows(&all.village) {
            let was_brought = row.steps >= 3;
            prop_assert_eq!(above.iter().find(|one| one.document == row.document), was_brought.then_some(&row));
        }
        prop_assert_eq!(all.hub.quarantine(10).unwrap(), []);
    }
}

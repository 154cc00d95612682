//! What is referred to a working unit or a health facility reaches it whole, and nothing else does; its answers reach
//! the village.

use change_log::DocumentId;
use office_model::{Answer, FieldPath, OfficeCode, Status};
use replica_store::{ListFilter, Page, Referred, Replica, Steps, codes};
use service_document::SignedBy;
use tempfile::TempDir;

use crate::world::{clock, exchange, hub, judge, node, node_of, office, push, rows, transaction};

fn clinic() -> OfficeCode {
    "35.10.H.001".parse().unwrap()
}

fn unit() -> OfficeCode {
    "35.10.U.001".parse().unwrap()
}

/// A village, a health facility, a working unit, and the hub.
struct Regency {
    _dirs: Vec<TempDir>,
    village: Replica,
    clinic: Replica,
    unit: Replica,
    hub: Replica,
    millis: i64,
}

impl Regency {
    fn new() -> Self {
        let dirs: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
        let (village, hub) = (node(dirs[0].path(), 1), hub(dirs[3].path(), &[1]));
        let clinic = node_of(dirs[1].path(), 2, clinic());
        let unit = node_of(dirs[2].path(), 3, unit());
        Self { _dirs: dirs, village, clinic, unit, hub, millis: 1_790_000_000_000 }
    }

    fn now(&mut self) -> replica_store::Clock {
        self.millis += 1000;
        clock(self.millis)
    }

    fn record(&mut self) -> DocumentId {
        let now = self.now();
        self.village.create_transaction(&transaction("Siti Aminah", "3510014107850003"), &now).unwrap()
    }

    fn refer(&mut self, id: DocumentId, to: OfficeCode) {
        let now = self.now();
        self.village.change(id, &now, |document, stamp| document.refer(&[(to, "mohon")], stamp)).unwrap().unwrap();
    }

    fn answer(&mut self, id: DocumentId, answer: Answer) {
        let now = self.now();
        let act = |document: &mut service_document::TransactionDocument, stamp: &_| {
            document.answer(clinic(), answer, Some("sudah"), stamp)
        };
        self.clinic.change(id, &now, act).unwrap().unwrap();
    }

    fn exchange_all(&mut self) {
        for _ in 0..3 {
            exchange(&mut self.village, &mut self.hub);
            exchange(&mut self.clinic, &mut self.hub);
            exchange(&mut self.unit, &mut self.hub);
        }
    }

    fn is_equal(&mut self) {
        for (node, office) in [(&self.village, office()), (&self.clinic, clinic()), (&self.unit, unit())] {
            let (at_node, at_hub) = (node.office_digest(&office).unwrap(), self.hub.office_digest(&office).unwrap());
            assert_eq!(at_node, at_hub, "{office}");
        }
        for replica in [&self.hub, &self.village, &self.clinic, &self.unit] {
            assert_eq!(replica.verify().unwrap().problems, []);
        }
        for replica in [&mut self.hub, &mut self.village, &mut self.clinic] {
            let before = replica.dump_views().unwrap();
            replica.rebuild_views().unwrap();
            assert!(replica.dump_views().unwrap() == before, "rebuilt views are others");
        }
    }
}

fn listed(of: &Replica, referred: Referred) -> Vec<DocumentId> {
    let filter = ListFilter { referred: Some(referred), ..ListFilter::default() };
    let count = of.count_up_to(&filter, 100).unwrap();
    let list: Vec<_> = of.list(&filter, Page::default()).unwrap().into_iter().map(|row| row.document).collect();
    assert_eq!(list.len() as u64, count);
    list
}

#[test]
fn what_is_referred_reaches_that_office_alone_and_its_answer_the_village() {
    let mut all = Regency::new();
    let (referred, own) = (all.record(), all.record());
    all.exchange_all();
    assert_eq!(rows(&all.clinic).len(), 0);
    all.refer(referred, clinic());
    all.exchange_all();
    assert_eq!(rows(&all.clinic).iter().map(|row| row.document).collect::<Vec<_>>(), [referred]);
    assert_eq!(rows(&all.clinic)[0].changes, 2, "the whole of it");
    assert_eq!(rows(&all.unit).len(), 0, "nobody else's");
    assert_eq!(rows(&all.village).len(), 2, "{own}");
    let to_clinic = |answered| Referred { to: Some(clinic()), answered, under_way: false };
    let to_any = |answered| Referred { to: None, answered, under_way: answered };
    assert_eq!(listed(&all.clinic, to_clinic(false)), [referred]);
    assert_eq!(listed(&all.village, to_any(false)), [referred]);

    all.answer(referred, Answer::Selesai);
    all.exchange_all();
    for replica in [&all.village, &all.hub, &all.clinic] {
        let referral = &replica.referrals(referred).unwrap()[0];
        assert_eq!((referral.office, referral.answers[0].answer), (clinic(), Answer::Selesai));
        assert_eq!(listed(replica, to_clinic(false)), []);
        assert_eq!(listed(replica, to_clinic(true)), [referred]);
    }
    assert_eq!(listed(&all.village, to_any(true)), [referred]);
    // It ends: nobody has to look at it any more. What becomes of it still reaches who was asked.
    let now = all.now();
    all.village.step(referred, Status::Dibatalkan, Some("pindah"), &now).unwrap();
    assert_eq!(listed(&all.village, to_any(true)), []);
    all.exchange_all();
    assert_eq!(all.clinic.row(referred).unwrap().unwrap().status, "dibatalkan");
    all.is_equal();
}

#[test]
fn who_was_asked_changes_nothing_but_its_answer() {
    let mut all = Regency::new();
    let id = all.record();
    all.refer(id, clinic());
    all.exchange_all();
    let now = all.now();
    let field: FieldPath = "nama".parse().unwrap();
    all.clinic.edit(id, &[(field, "Orang Lain".into())], &now).unwrap();
    push(&mut all.clinic, &mut all.hub, usize::MAX);
    judge(&mut all.hub);
    let quarantine = all.hub.quarantine(10).unwrap();
    assert_eq!(quarantine.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["decision"]);
    assert_eq!(all.hub.row(id).unwrap().unwrap().name.as_deref(), Some("Siti Aminah"));
}

#[test]
fn an_answer_that_comes_before_its_referral_waits_and_other_changes_are_refused() {
    let mut all = Regency::new();
    let id = all.record();
    exchange(&mut all.village, &mut all.hub);
    all.refer(id, clinic());
    all.exchange_all();
    all.answer(id, Answer::Disetujui);
    let now = all.now();
    let field: FieldPath = "nama".parse().unwrap();
    all.clinic.edit(id, &[(field, "Orang Lain".into())], &now).unwrap();
    // A hub that lost what was referred: it has the record from the village, and what the clinic wrote.
    let dir = tempfile::tempdir().unwrap();
    let mut young = hub(dir.path(), &[1]);
    push(&mut all.village, &mut young, 1);
    judge(&mut young);
    push(&mut all.clinic, &mut young, usize::MAX);
    judge(&mut young);
    let mut held: Vec<_> = young.quarantine(10).unwrap().into_iter().map(|one| one.code).collect();
    held.sort();
    assert_eq!(held, [codes::MISSING, codes::SCOPE]);
    push(&mut all.village, &mut young, usize::MAX);
    for _ in 0..3 {
        judge(&mut young);
    }
    assert_eq!(young.referrals(id).unwrap()[0].answers[0].answer, Answer::Disetujui);
    assert_eq!(young.row(id).unwrap().unwrap().name.as_deref(), Some("Siti Aminah"));
}

/// An answer to what was never asked waits; having it judged again is no work without end.
#[test]
fn what_waits_for_its_referral_is_not_judged_again_before_that_comes() {
    let mut all = Regency::new();
    let id = all.record();
    all.refer(id, clinic());
    all.exchange_all();
    all.answer(id, Answer::Disetujui);
    let dir = tempfile::tempdir().unwrap();
    let mut young = hub(dir.path(), &[1]);
    push(&mut all.village, &mut young, 1);
    push(&mut all.clinic, &mut young, usize::MAX);
    judge(&mut young);
    assert_eq!(young.retry_quarantined(None).unwrap(), 0);
    judge(&mut young);
    assert_eq!((young.pending().unwrap(), young.quarantine(10).unwrap().len()), (0, 1));
}

/// After a restore, who calls first names documents that are not its own. Nothing honest is refused for that.
#[test]
fn a_hub_that_lost_a_record_takes_it_in_whatever_order_its_offices_call() {
    let mut all = Regency::new();
    let id = all.record();
    all.refer(id, clinic());
    all.exchange_all();
    let dir = tempfile::tempdir().unwrap();
    let mut colleague = node_of(dir.path(), 4, office());
    exchange(&mut colleague, &mut all.hub);
    let now = all.now();
    let field: FieldPath = "keperluan".parse().unwrap();
    colleague.edit(id, &[(field, "menikah".into())], &now).unwrap();
    all.answer(id, Answer::Selesai);
    let young_dir = tempfile::tempdir().unwrap();
    let mut young = hub(young_dir.path(), &[1]);
    for node in [&mut all.clinic, &mut colleague, &mut all.village] {
        push(node, &mut young, usize::MAX);
        judge(&mut young);
    }
    judge(&mut young);
    assert_eq!(young.quarantine(10).unwrap(), []);
    let row = young.row(id).unwrap().unwrap();
    assert_eq!((row.changes, young.referrals(id).unwrap()[0].answers.len()), (4, 1));
}

/// A step is not refused for the offices that the catalogue would refer to beside so many.
#[test]
fn a_record_that_is_referred_to_as_many_as_it_may_be_still_takes_its_step() {
    let mut all = Regency::new();
    let id = all.record();
    let unit = |number: usize| -> OfficeCode { format!("35.10.U.{number:03}").parse().unwrap() };
    (1..16).for_each(|number| all.refer(id, unit(number)));
    let now = all.now();
    all.village
        .steps(
            id,
            Steps { to: Status::Diajukan, reason: None, then: None, by: SignedBy::default() },
            |_| vec![clinic(), unit(20)],
            &now,
        )
        .unwrap();
    assert_eq!(all.village.referrals(id).unwrap().len(), 16);
    assert_eq!(all.village.row(id).unwrap().unwrap().status, "diajukan");
}

/// Nobody is to answer for a record that was cancelled.
#[test]
fn of_a_cancelled_record_no_answer_is_waited_for() {
    let mut all = Regency::new();
    let id = all.record();
    all.refer(id, clinic());
    let open = Referred { to: Some(clinic()), answered: false, under_way: false };
    assert_eq!(listed(&all.village, open), [id]);
    let now = all.now();
    all.village.step(id, Status::Dibatalkan, Some("pindah"), &now).unwrap();
    assert_eq!(listed(&all.village, open), []);
}

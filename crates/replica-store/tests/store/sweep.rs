//! Files that nothing names go, and no other ever does.

use std::collections::BTreeSet;

use change_log::{BlobHash, DocumentId};
use proptest::prelude::*;
use replica_store::{Draft, Durability, Replica, Swept};
use service_document::{AttachedFile, FileType};

use crate::world::*;

const DAY: i64 = 24 * 3_600_000;

fn paper(content: &[u8]) -> AttachedFile {
    AttachedFile::new(BlobHash::of(content), "A1", FileType::Pdf, content.len() as u64, "kk.pdf")
}

fn put(node: &mut Replica, content: &[u8]) -> BlobHash {
    let hash = node.blob_folder().put(content).unwrap();
    node.note_blob(hash, content.len() as u64, 1).unwrap();
    hash
}

/// Both sides are proven equal, as things stand.
fn prove(node: &mut Replica, at: i64) {
    let digest = node.office_digest(&office()).unwrap();
    node.proven(&office(), at, digest).unwrap();
}

fn sweep(node: &mut Replica, at: i64) -> Swept {
    node.sweep_files(at, |_| false).unwrap()
}

fn counts(waiting: u64, removed: u64) -> Swept {
    Swept { waiting, removed }
}

#[test]
fn what_nothing_names_goes_a_day_and_a_proof_after_it_was_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let id = node.create_transaction(&transaction("Budi", "35"), &clock(1)).unwrap();
    let (kept, gone) = (put(&mut node, b"kept"), put(&mut node, b"gone"));
    for file in [paper(b"kept"), paper(b"gone")] {
        node.change(id, &clock(2), |document, stamp| document.attach(&file, stamp)).unwrap();
    }
    let folder = node.blob_folder();
    // A crash between the file and its commit; one between its bytes and its name; one that came in part.
    let unknown = folder.put(b"unknown").unwrap();
    let (half, part) = (BlobHash::of(b"half"), BlobHash::of(b"part"));
    std::fs::write(folder.dir().join("parts").join(format!("{half}.whole")), b"ha").unwrap();
    folder.add(part, 0, b"pa").unwrap();
    node.change(id, &clock(3), |document, stamp| document.detach(gone, stamp)).unwrap();
    prove(&mut node, 10);
    assert_eq!(sweep(&mut node, 20), counts(4, 0));
    // Neither a day alone, nor a proof alone.
    assert_eq!(sweep(&mut node, 20 + 2 * DAY), counts(4, 0));
    prove(&mut node, 30);
    assert_eq!(sweep(&mut node, 20 + DAY), counts(4, 0));
    // Something was recorded since the proof.
    node.change(id, &clock(4), |document, stamp| document.attach(&paper(b"elsewhere"), stamp)).unwrap();
    assert_eq!(sweep(&mut node, 21 + DAY), counts(4, 0));
    prove(&mut node, 31);
    assert_eq!(sweep(&mut node, 21 + DAY), counts(0, 4));
    assert_eq!(folder.all().unwrap(), BTreeSet::from([kept]));
    assert!(node.blob(gone).unwrap().is_none() && node.blob(kept).unwrap().is_some());
    assert!([gone, unknown].iter().all(|hash| folder.read(*hash).unwrap().is_none()));
    assert_eq!((folder.held(part).unwrap(), node.verify().unwrap().problems.len()), (0, 0));
}

#[test]
fn what_a_change_names_that_is_no_records_yet_stays() {
    let (hub_dir, one_dir, two_dir) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut hub = hub(hub_dir.path(), &[1, 2]);
    let (mut one, mut two) = (node(one_dir.path(), 1), node(two_dir.path(), 2));
    let id = one.create_transaction(&transaction("Budi", "35"), &clock(1)).unwrap();
    one.change(id, &clock(2), |document, stamp| document.attach(&paper(b"coming"), stamp)).unwrap();
    exchange(&mut one, &mut hub);
    // It came, and nobody judged it yet.
    pull(&mut two, &hub, usize::MAX);
    assert_eq!(two.attachments(id).unwrap(), []);
    let folder = two.blob_folder();
    let hash = folder.put(b"coming").unwrap();
    prove(&mut two, 10);
    sweep(&mut two, 20);
    prove(&mut two, 30);
    assert_eq!(sweep(&mut two, 20 + 2 * DAY), counts(0, 0));
    judge(&mut two);
    assert_eq!(two.attachments(id).unwrap().len(), 1);
    assert!(folder.read(hash).unwrap().is_some());
}

/// Before a restore a database is put aside, whose files stay: it may still be sent.
#[test]
fn what_a_database_names_that_was_put_aside_stays() {
    let dir = tempfile::tempdir().unwrap();
    let mut front = node(dir.path(), 1);
    put(&mut front, b"unsent");
    let aside = dir.path().join("before-restore-1");
    {
        let mut before = node(&aside, 2);
        let id = before.create_transaction(&transaction("Budi", "35"), &clock(1)).unwrap();
        before.change(id, &clock(2), |document, stamp| document.attach(&paper(b"unsent"), stamp)).unwrap();
    }
    let sweep_twice = |front: &mut Replica, at: i64| {
        prove(front, at);
        sweep(front, at + 1);
        prove(front, at + 2);
        sweep(front, at + 2 + 2 * DAY)
    };
    assert_eq!(sweep_twice(&mut front, 10), counts(0, 0));
    // One that cannot be read might name anything.
    let names = aside.join("replica.db");
    std::fs::rename(&names, aside.join("away.db")).unwrap();
    std::fs::write(&names, "no database").unwrap();
    assert_eq!(sweep_twice(&mut front, 10 * DAY), counts(0, 0));
    std::fs::remove_dir_all(&aside).unwrap();
    assert_eq!(sweep_twice(&mut front, 20 * DAY), counts(0, 1));
}

#[test]
fn a_crash_at_any_commit_of_a_sweep_leaves_no_row_without_its_file() {
    for commits in 0.. {
        let dir = tempfile::tempdir().unwrap();
        let mut front = node(dir.path(), 1);
        for content in [&b"one"[..], b"two", b"three"] {
            put(&mut front, content);
        }
        prove(&mut front, 10);
        sweep(&mut front, 20);
        prove(&mut front, 30);
        front.crash_after(commits);
        let crashed = front.sweep_files(20 + 2 * DAY, |_| false).is_err();
        drop(front);
        let (front, _) = Replica::open_with(dir.path(), "pc-1", epoch(77), Durability::Test).unwrap();
        assert_eq!(front.verify().unwrap().problems, []);
        if !crashed {
            assert_eq!(front.blob_folder().all().unwrap(), BTreeSet::new());
            break;
        }
    }
}

#[derive(Debug, Clone)]
enum Act {
    Attach(u8),
    Detach(u8),
    /// A file lies there, and nothing else came of it.
    Place(u8),
    KeepWithDraft(u8),
    ThrowAway,
    Part(u8),
    Prove,
    Reopen,
    /// Sweeps, with this file on its way, so many hours later. Clocks go back, too.
    Sweep(u8, i8),
}

fn act() -> impl Strategy<Value = Act> {
    let file = 0..6u8;
    prop_oneof![
        3 => file.clone().prop_map(Act::Attach),
        3 => file.clone().prop_map(Act::Detach),
        1 => file.clone().prop_map(Act::Place),
        2 => file.clone().prop_map(Act::KeepWithDraft),
        1 => Just(Act::ThrowAway),
        1 => file.clone().prop_map(Act::Part),
        3 => Just(Act::Prove),
        1 => Just(Act::Reopen),
        5 => (file, -10..40i8).prop_map(|(file, hours)| Act::Sweep(file, hours)),
    ]
}

fn content(file: u8) -> [u8; 3] {
    [b'f', b'0' + file, b'.']
}

const DRAFT: [u8; 16] = [9; 16];

fn keep_draft(node: &mut Replica) {
    let draft = Draft {
        id: DRAFT,
        clerk: "siti".to_owned(),
        service: "A01".to_owned(),
        form: "{}".to_owned(),
        created_millis: 1,
        changed_millis: 1,
    };
    node.put_draft(&draft).unwrap();
}

fn perform(node: &mut Replica, id: DocumentId, act: &Act, now: i64) {
    let stamp = clock(now);
    match act {
        Act::Attach(file) => {
            put(node, &content(*file));
            node.change(id, &stamp, |document, stamp| document.attach(&paper(&content(*file)), stamp)).unwrap();
        }
        Act::Detach(file) => {
            let hash = BlobHash::of(&content(*file));
            node.change(id, &stamp, |document, stamp| document.detach(hash, stamp)).unwrap();
        }
        Act::Place(file) => {
            node.blob_folder().put(&content(*file)).unwrap();
        }
        Act::KeepWithDraft(file) => {
            keep_draft(node);
            node.put_draft_file(DRAFT, &paper(&content(*file)), &content(*file)).unwrap();
            node.blob_folder().put(&content(*file)).unwrap();
        }
        Act::ThrowAway => node.drop_draft(DRAFT).unwrap(),
        Act::Part(file) => {
            // It may be there already.
            let _ = node.blob_folder().add(BlobHash::of(&content(*file)), 0, b"f");
        }
        Act::Prove => prove(node, now),
        Act::Reopen | Act::Sweep(..) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_file_that_something_names_ever_goes(acts in prop::collection::vec(act(), 1..60)) {
        let dir = tempfile::tempdir().unwrap();
        let mut node = Some(node(dir.path(), 1));
        let id = node.as_mut().unwrap().create_transaction(&transaction("Budi", "35"), &clock(1)).unwrap();
        let mut now = 1_000_000;
        for (number, act) in acts.iter().enumerate() {
            now += 1000;
            if matches!(act, Act::Reopen) {
                drop(node.take());
                let fresh = epoch(100 + u8::try_from(number).unwrap());
                node = Some(Replica::open_with(dir.path(), "pc-1", fresh, Durability::Test).unwrap().0);
            }
            let node = node.as_mut().unwrap();
            perform(node, id, act, now);
            if let Act::Sweep(moving, hours) = act {
                now += i64::from(*hours) * 3_600_000;
                let moving = BlobHash::of(&content(*moving));
                let folder = node.blob_folder();
                let before = folder.all().unwrap();
                node.sweep_files(now, |hash| hash == moving).unwrap();
                let mut must_stay: BTreeSet<BlobHash> = node.files_named().unwrap().into_iter().collect();
                must_stay.extend(node.draft_files(DRAFT).unwrap().into_iter().map(|file| file.hash));
                must_stay.insert(moving);
                let after = folder.all().unwrap();
                for hash in before.intersection(&must_stay) {
                    prop_assert!(after.contains(hash), "{hash} is gone");
                }
                prop_assert_eq!(node.verify().unwrap().problems, vec![]);
            }
        }
        // In the end all that nothing names is gone.
        let node = node.as_mut().unwrap();
        let last = now + 100 * DAY;
        node.sweep_files(last, |_| false).unwrap();
        prove(node, last + 1);
        node.sweep_files(last + 2 * DAY, |_| false).unwrap();
        let mut named: BTreeSet<BlobHash> = node.files_named().unwrap().into_iter().collect();
        named.extend(node.draft_files(DRAFT).unwrap().into_iter().map(|file| file.hash));
        prop_assert!(node.blob_folder().all().unwrap().is_subset(&named));
    }
}

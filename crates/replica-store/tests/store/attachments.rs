//! Attached files: durable before they are known of, taken up where they broke off, checked.

use std::path::Path;

use change_log::BlobHash;
use replica_store::{
    BlobFolder, BlobWanted, Durability, FilesKept, PartError, ProblemKind, Reader, Replica, StoreError, files_beside,
};
use service_document::{AttachedFile, FileType};

use crate::world::*;

fn paper(content: &[u8]) -> AttachedFile {
    AttachedFile::new(BlobHash::of(content), "A1", FileType::Pdf, content.len() as u64, "kk.pdf")
}

/// A node with a record that has this file.
fn attached(node: &mut Replica, content: &[u8]) -> Result<change_log::DocumentId, StoreError> {
    let id = node.create_transaction(&transaction("Budi", "35"), &clock(1))?;
    let hash = node.blob_folder().put(content)?;
    node.note_blob(hash, content.len() as u64, 2)?;
    node.change(id, &clock(2), |document, stamp| document.attach(&paper(content), stamp))?;
    Ok(id)
}

#[test]
fn what_is_attached_is_known_of_checked_and_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    let id = attached(&mut node, b"one").unwrap();
    let hash = BlobHash::of(b"one");
    assert_eq!(node.attachments(id).unwrap(), [paper(b"one")]);
    assert_eq!(node.attached(hash).unwrap(), Some((id, paper(b"one"))));
    assert_eq!(node.attached_size(&office(), hash).unwrap(), Some(3));
    assert_eq!(node.attached_size(&"35.10.01.2002".parse().unwrap(), hash).unwrap(), None, "another office's");
    let views = node.dump_views().unwrap();
    assert!(views.contains("attachment\t"));
    node.rebuild_views().unwrap();
    assert_eq!(node.dump_views().unwrap(), views);
    assert_eq!(node.verify().unwrap().problems, []);
    assert_eq!(node.verify().unwrap().blobs, 1);
    let path = node.blob_folder().path(hash);
    std::fs::write(&path, b"two").unwrap();
    let found = node.verify().unwrap().problems;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, ProblemKind::Blob);
    assert_eq!(node.blob_folder().read(hash).unwrap(), None, "nobody is shown other bytes");
    std::fs::remove_file(path).unwrap();
    assert_eq!(node.verify().unwrap().problems.len(), 1);
    node.change(id, &clock(3), |document, stamp| document.detach(hash, stamp)).unwrap();
    assert_eq!(node.attached(hash).unwrap(), None);
}

#[test]
fn what_is_to_be_sent_and_fetched_is_asked_of_the_tables() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(dir.path(), 1);
    assert_eq!(node.attachments_to_move(None).unwrap(), replica_store::AttachmentsToMove::default());
    let id = attached(&mut node, b"here").unwrap();
    node.change(id, &clock(3), |document, stamp| document.attach(&paper(b"elsewhere"), stamp)).unwrap();
    let here = BlobWanted { hash: BlobHash::of(b"here"), size: 4 };
    let life = epoch(50);
    for asked in [None, Some(life)] {
        assert_eq!(node.blobs_to_send(asked).unwrap(), [here]);
        let open = node.attachments_to_move(asked).unwrap();
        assert_eq!((open.to_send, open.to_send_bytes, open.to_fetch, open.to_fetch_bytes), (1, 4, 1, 9));
    }
    assert_eq!(node.blobs_to_fetch().unwrap(), [BlobWanted { hash: BlobHash::of(b"elsewhere"), size: 9 }]);
    node.note_at_hub(&[here.hash], life).unwrap();
    assert_eq!(node.blobs_to_send(Some(life)).unwrap(), []);
    assert_eq!(node.blobs_to_send(None).unwrap(), []);
    assert_eq!(node.blobs_to_send(Some(epoch(51))).unwrap(), [here], "the hub was restored: it is asked again");
    node.change(id, &clock(4), |document, stamp| document.detach(here.hash, stamp)).unwrap();
    assert_eq!(node.blobs_to_send(Some(epoch(51))).unwrap(), [], "nobody wants it any more");
}

#[test]
fn a_file_goes_on_where_it_broke_off_and_wrong_bytes_are_thrown_away() {
    let dir = tempfile::tempdir().unwrap();
    let content: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
    let hash = BlobHash::of(&content);
    let mut offset = 0;
    for piece in content.chunks(70_001) {
        // A program that was killed and started again knows nothing but the folder.
        let folder = BlobFolder::of(dir.path());
        assert_eq!(folder.held(hash).unwrap(), offset);
        assert!(matches!(folder.add(hash, offset + 1, piece), Err(PartError::Elsewhere { held }) if held == offset));
        offset = folder.add(hash, offset, piece).unwrap();
    }
    let folder = BlobFolder::of(dir.path());
    assert_eq!(folder.close(hash).unwrap(), content.len() as u64);
    assert_eq!(folder.read(hash).unwrap(), Some(content.clone()));
    assert_eq!(folder.is_sound(hash).unwrap(), Some(true));
    assert_eq!(folder.held(hash).unwrap(), 0);
    let other = BlobHash::of(b"something else");
    folder.add(other, 0, &content).unwrap();
    assert!(matches!(folder.close(other), Err(PartError::Other)));
    assert_eq!((folder.held(other).unwrap(), folder.read(other).unwrap()), (0, None));
    assert_eq!(folder.is_sound(other).unwrap(), None);
}

#[test]
fn a_crash_at_any_commit_leaves_no_row_without_its_file() {
    for commits in 0.. {
        let dir = tempfile::tempdir().unwrap();
        let mut front = node(dir.path(), 1);
        front.crash_after(commits);
        let crashed = attached(&mut front, b"one").is_err();
        drop(front);
        let (mut front, _) = Replica::open_with(dir.path(), "pc-1", epoch(77), Durability::Test).unwrap();
        assert_eq!(front.verify().unwrap().problems, []);
        let hash = BlobHash::of(b"one");
        if front.attached(hash).unwrap().is_some() {
            assert!(front.blob(hash).unwrap().is_some());
        }
        if !crashed {
            break;
        }
        attached(&mut front, b"one").unwrap();
        assert_eq!(front.verify().unwrap().problems, []);
    }
}

#[test]
fn a_database_put_back_without_its_files_sends_for_them() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let mut front = node(dir.path(), 1);
    attached(&mut front, b"one").unwrap();
    front.backup(&elsewhere.path().join("replica.db")).unwrap();
    let (back, opened) = Replica::open_with(elsewhere.path(), "pc-1", epoch(77), Durability::Test).unwrap();
    assert!(opened.epoch_began.is_some());
    assert_eq!(back.blobs_to_fetch().unwrap().len(), 1);
    assert_eq!(back.verify().unwrap().problems, []);
}

#[test]
fn files_go_to_a_backup_once_are_checked_and_come_back() {
    let (dir, stick, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut front = node(dir.path(), 1);
    attached(&mut front, b"one").unwrap();
    attached(&mut front, b"two").unwrap();
    let backup = stick.path().join("desa.backup");
    let files = files_beside(&backup);
    assert_eq!(
        files_beside(Path::new("desa.backup")).dir(),
        Path::new("./blobs"),
        "there are folders to sync above it"
    );
    let (one, two) = (BlobHash::of(b"one"), BlobHash::of(b"two"));
    // What is damaged here does not get there.
    std::fs::write(front.blob_folder().path(two), b"tw").unwrap();
    assert_eq!(front.back_up_files(&files, |_| false).unwrap(), FilesKept { kept: 1, missing: 1 });
    assert_eq!(files.read(two).unwrap(), None);
    std::fs::write(front.blob_folder().path(two), b"two").unwrap();
    assert_eq!(front.back_up_files(&files, |_| false).unwrap(), FilesKept { kept: 2, missing: 0 });

    // Damage in the backup is mended: of another size at once, else when it is read again.
    let written = |hash| std::fs::metadata(files.path(hash)).unwrap().modified().unwrap();
    let before = written(two);
    std::fs::write(files.path(one), b"on").unwrap();
    front.back_up_files(&files, |_| false).unwrap();
    assert_eq!(files.read(one).unwrap().unwrap(), b"one");
    assert_eq!(written(two), before, "what is there is not written again");
    std::fs::write(files.path(one), b"eno").unwrap();
    front.back_up_files(&files, |hash| hash == one).unwrap();
    assert_eq!(files.read(one).unwrap().unwrap(), b"one");

    // Another machine. What is damaged in the backup does not come from it.
    front.backup(&new.path().join("replica.db")).unwrap();
    std::fs::write(files.path(two), b"owt").unwrap();
    assert_eq!(Reader::open(new.path()).unwrap().put_files_back(&files).unwrap(), 1);
    let (mut back, _) = Replica::open_with(new.path(), "pc-1", epoch(77), Durability::Test).unwrap();
    assert!(back.blob(one).unwrap().is_some() && back.blob(two).unwrap().is_none());
    // Its bytes are put back by hand, too late to be noticed by itself.
    back.blob_folder().put(b"two").unwrap();
    back.take_up_files(9).unwrap();
    assert_eq!(back.blob(two).unwrap().map(|file| (file.size, file.millis)), Some((3, 9)));
    assert_eq!(back.verify().unwrap().problems, []);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(files.dir()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

//! Attached files on their way: to the hub, then from it. Records go first: this begins when both sides are proven equal,
//! and whoever has something to record drops it at any moment. What went over stays; the next time goes on from there.

mod line;
mod remembered;
mod request;

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use change_log::{BlobHash, EpochId};
use replica_store::{BlobWanted, PartError};
use service_document::AttachedFile;
use tokio::time::{sleep, timeout};

pub(crate) use self::line::{Line, Moving, Way};
pub(crate) use self::remembered::{HeldThere, Missing};
use self::request::{LONG, No, SILENCE, Taken, ask, get, odd, put, refused, silence};
use super::passing::GoingOn;
use crate::action::attachments;
use crate::{Failure, Node, http, moment};

/// The hub is asked so often whether it still has what it had, if anything was ever attached.
const ASK_EVERY_MILLIS: i64 = 24 * 3_600_000;
/// The setting that keeps when it was asked, in milliseconds as decimal digits.
const ASKED: &str = "files_asked_millis";
/// So many bytes are written together.
const TOGETHER: usize = 64 * 1024;
/// While a file goes up, the hub is asked so long after its last answer how much of it has come: some hundred bytes each time.
const LOOK: Duration = Duration::from_secs(3);

/// What went over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilesMoved {
    /// Files that are at the hub now.
    pub sent: u64,
    /// Files that are here now.
    pub received: u64,
    /// Bytes of files that the hub says came to it.
    pub bytes_up: u64,
    /// Bytes of files received.
    pub bytes_down: u64,
    /// Files that the hub does not take: no record that it accepted has them, or they are damaged here.
    pub not_taken: u64,
}

/// Whoever is told of what moved, each time that something did.
pub(super) type OnMoved<'a> = &'a mut (dyn FnMut(&FilesMoved) + Send);

/// Counts what moves, and tells of it.
struct Count<'a> {
    moved: &'a mut FilesMoved,
    on_moved: OnMoved<'a>,
}

impl Count<'_> {
    fn add(&mut self, change: impl FnOnce(&mut FilesMoved)) {
        change(self.moved);
        (self.on_moved)(self.moved);
    }
}

/// Moves all that can move now. `moved` is counted up as it goes, so it stands also when this is dropped.
///
/// # Errors
///
/// When the link breaks, the hub refuses or the disk does. What went over stays.
pub(super) async fn move_files(node: &Node, moved: &mut FilesMoved, on_moved: OnMoved<'_>) -> Result<(), Failure> {
    // One at a time: two would send the same bytes.
    let _turn = node.live().files.lock().await;
    let moved = &mut Count { moved, on_moved };
    send(node, moved).await?;
    let before = moved.moved.received;
    fetch(node, moved).await?;
    if moved.moved.received > before {
        // What came from the hub is there: it says so itself, and in which life of it.
        send(node, moved).await?;
    }
    Ok(())
}

/// Sends what the hub has not, and fetches nothing: this machine was shut out.
///
/// # Errors
///
/// As [`move_files`].
pub(super) async fn send_files(node: &Node) -> Result<FilesMoved, Failure> {
    let _turn = node.live().files.lock().await;
    let mut moved = FilesMoved::default();
    send(node, &mut Count { moved: &mut moved, on_moved: &mut |_| {} }).await?;
    Ok(moved)
}

async fn send(node: &Node, moved: &mut Count<'_>) -> Result<(), Failure> {
    let mut left_out = BTreeSet::new();
    loop {
        let known = left_out.clone();
        let (wanted, due) = node
            .blocking(move |node| {
                let replica = node.replica();
                let mut wanted = replica.blobs_to_send(attachments::hub_life(&replica))?;
                wanted.retain(|blob| !known.contains(&blob.hash));
                Ok((wanted, is_due(&replica)?))
            })
            .await?;
        if wanted.is_empty() && !due {
            return Ok(());
        }
        let Some(told) = ask(node, &wanted, SILENCE).await? else { return Ok(()) };
        let pairs = || wanted.iter().copied().zip(&told.files);
        let there: Vec<BlobHash> = pairs().filter(|(_, held)| held.whole).map(|(blob, _)| blob.hash).collect();
        let life = told.hub_epoch;
        node.blocking(move |node| {
            let mut replica = node.replica();
            replica.set_setting(ASKED, moment::now_millis().to_string().as_bytes())?;
            attachments::note_hub_life(&mut replica, life)?;
            if !there.is_empty() {
                replica.note_at_hub(&there, life)?;
            }
            Ok(())
        })
        .await?;
        for (blob, held) in pairs().filter(|(_, held)| !held.whole) {
            moved.add(|moved| moved.bytes_up += node.live().held_there.note(blob.hash, held.bytes));
            if !held.named || !upload(node, blob, held.bytes, life, moved).await? {
                // What came of it the hub has thrown away.
                node.live().held_there.forget(blob.hash);
                moved.add(|moved| moved.not_taken += 1);
                left_out.insert(blob.hash);
            }
        }
    }
}

fn is_due(replica: &replica_store::Replica) -> Result<bool, Failure> {
    let asked = replica.setting(ASKED)?;
    let asked = asked.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse::<i64>().ok());
    // Without a first time nothing was ever attached; clocks are set back, too.
    Ok(asked.is_some_and(|asked| (moment::now_millis() - asked).abs() >= ASK_EVERY_MILLIS))
}

/// Sends a file from `held` on. False when the hub does not want it.
async fn upload(
    node: &Node,
    blob: BlobWanted,
    held: u64,
    life: EpochId,
    moved: &mut Count<'_>,
) -> Result<bool, Failure> {
    let hash = blob.hash;
    let bytes = node.blocking(move |node| {
        let folder = node.replica().blob_folder();
        let bytes = folder.read(hash).map_err(|error| Failure::file(folder.dir(), &error))?;
        if bytes.is_none() {
            tracing::warn!(%hash, "an attached file is gone or damaged here: it is asked for at the hub");
            node.replica().forget_blob(hash)?;
        }
        Ok(bytes)
    });
    let Some(bytes) = bytes.await? else { return Ok(false) };
    let bytes: Arc<[u8]> = bytes.into();
    let mut offset = held;
    let on_line = node.live().line.begin(Moving { hash, way: Way::Up, held, size: bytes.len() as u64 });
    // The part may have grown meanwhile: what was in flight at a cut arrives late.
    for _ in 0..4 {
        on_line.held(offset);
        match put_and_look(node, blob, (&bytes, offset), &on_line, moved).await? {
            Ok(Taken { whole: true }) => {
                moved.add(|moved| {
                    moved.sent += 1;
                    moved.bytes_up += node.live().held_there.note(hash, bytes.len() as u64);
                });
                node.live().held_there.forget(hash);
                node.blocking(move |node| Ok(node.replica().note_at_hub(&[hash], life)?)).await?;
                return Ok(true);
            }
            Ok(Taken { whole: false }) => return Err(silence()),
            Err(No { code, held: Some(held), .. }) if code == "elsewhere" => offset = held,
            Err(no) if matches!(no.code.as_str(), "not_named" | "too_large" | "other_content") => {
                tracing::warn!(%hash, code = no.code, text = no.text_en, "the hub does not take an attached file");
                return Ok(false);
            }
            Err(no) => return Err(refused(&no)),
        }
    }
    Err(silence())
}

/// Sends a file from a byte on, and hears meanwhile how much of it the hub has: what left this machine may lie on the way.
async fn put_and_look(
    node: &Node,
    blob: BlobWanted,
    (bytes, offset): (&Arc<[u8]>, u64),
    on_line: &GoingOn<'_, Moving>,
    moved: &mut Count<'_>,
) -> Result<Result<Taken, No>, Failure> {
    let gone = Arc::new(AtomicU64::new(0));
    let mut sending = pin!(put(node, blob.hash, bytes, offset, &gone));
    let mut held = offset;
    loop {
        tokio::select! {
            done = &mut sending => return done,
            told = look(node, blob, || offset + gone.load(Ordering::Relaxed) > held) => {
                held = told.unwrap_or(held);
                on_line.held(held);
                moved.add(|moved| moved.bytes_up += node.live().held_there.note(blob.hash, held));
            }
        }
    }
}

/// How much of a file the hub has, once there is more on the way; nothing where it does not say: that the link broke shows
/// where the file itself goes.
async fn look(node: &Node, blob: BlobWanted, is_more: impl Fn() -> bool) -> Option<u64> {
    sleep(LOOK).await;
    while !is_more() {
        sleep(LOOK).await;
    }
    let told = ask(node, &[blob], LONG).await.ok().flatten()?;
    told.files.first().filter(|held| held.named).map(|held| held.bytes)
}

async fn fetch(node: &Node, moved: &mut Count<'_>) -> Result<(), Failure> {
    let mut tried = BTreeSet::new();
    loop {
        let known = tried.clone();
        let wanted = node.blocking(move |node| {
            let mut wanted = node.replica().blobs_to_fetch()?;
            wanted.retain(|blob| !known.contains(&blob.hash) && node.live().missing.is_due(blob.hash));
            Ok(wanted)
        });
        let Some(blob) = wanted.await?.into_iter().next() else { return Ok(()) };
        tried.insert(blob.hash);
        if download(node, blob, moved).await? {
            node.live().missing.forget(blob.hash);
            moved.add(|moved| moved.received += 1);
        } else {
            node.live().missing.note(blob.hash);
        }
    }
}

/// Gets a file, or the rest of it. False when the hub does not have it.
async fn download(node: &Node, blob: BlobWanted, moved: &mut Count<'_>) -> Result<bool, Failure> {
    let BlobWanted { hash, size } = blob;
    let folder = node.blocking(|node| Ok(node.replica().blob_folder())).await?;
    let failed = |error: std::io::Error| Failure::file(folder.dir(), &error);
    // Whole, but unknown: of a life of this folder that a restored database does not know.
    if folder.is_sound(hash).map_err(failed)? == Some(true) {
        node.blocking(move |node| Ok(node.replica().note_blob(hash, size, moment::now_millis())?)).await?;
        return Ok(true);
    }
    let mut held = folder.held(hash).map_err(failed)?;
    if held > size {
        folder.drop_part(hash).map_err(failed)?;
        held = 0;
    }
    let mut response = match get(node, hash, held).await? {
        Ok(response) => response,
        Err(no) if matches!(no.code.as_str(), "not_here" | "not_named") => return Ok(false),
        Err(no) if no.code == "elsewhere" => {
            folder.drop_part(hash).map_err(failed)?;
            return Ok(false);
        }
        Err(no) => return Err(refused(&no)),
    };
    let on_line = node.live().line.begin(Moving { hash, way: Way::Down, held, size });
    let mut waiting = Vec::new();
    loop {
        let piece = timeout(SILENCE, response.chunk()).await;
        let ended = match &piece {
            Ok(Ok(Some(piece))) => {
                waiting.extend_from_slice(piece);
                moved.add(|moved| moved.bytes_down += piece.len() as u64);
                on_line.held(held + waiting.len() as u64);
                waiting.len() >= TOGETHER
            }
            _ => true,
        };
        if ended && !waiting.is_empty() {
            let (bytes, at, target) = (std::mem::take(&mut waiting), held, folder.clone());
            if at + bytes.len() as u64 > size {
                folder.drop_part(hash).map_err(failed)?;
                return Ok(false);
            }
            held = node
                .blocking(move |_| target.add(hash, at, &bytes).map_err(|error| part_failed(&target, &error)))
                .await?;
        }
        match piece {
            Ok(Ok(Some(_))) => {}
            Ok(Ok(None)) => break,
            Ok(Err(error)) => return Err(http::unreachable(&error)),
            Err(_) => return Err(silence()),
        }
    }
    if held < size {
        return Err(silence());
    }
    node.blocking(move |node| match folder.close(hash) {
        Ok(size) => {
            node.replica().note_blob(hash, size, moment::now_millis())?;
            Ok(true)
        }
        Err(PartError::Other) => {
            tracing::warn!(%hash, "the hub sent other bytes than those of the file: they were thrown away");
            Ok(false)
        }
        Err(error) => Err(part_failed(&folder, &error)),
    })
    .await
}

fn part_failed(folder: &replica_store::BlobFolder, error: &PartError) -> Failure {
    match error {
        PartError::File(error) => Failure::file(folder.dir(), error),
        other => Failure::machine(
            "internal",
            "Lampiran sedang diambil oleh proses lain. Data aman; coba lagi.",
            format!("The file is being fetched by somebody else ({other}). Data is safe; try again."),
        ),
    }
}

impl Node {
    /// An attached file with its bytes; fetched from the hub when it is not here, or damaged.
    ///
    /// # Errors
    ///
    /// When no record here has it; when it is not here and the hub cannot be reached or does not have it yet.
    pub async fn attached_file(&self, hash: BlobHash) -> Result<(AttachedFile, Vec<u8>), Failure> {
        let (file, bytes) = self
            .blocking(move |node| {
                let mut replica = node.replica();
                let (_, file) = replica.attached(hash)?.ok_or_else(attachments::no_file)?;
                let folder = replica.blob_folder();
                let bytes = folder.read(hash).map_err(|error| Failure::file(folder.dir(), &error))?;
                if bytes.is_none() && replica.blob(hash)?.is_some() {
                    replica.forget_blob(hash)?;
                }
                Ok((file, bytes))
            })
            .await?;
        if let Some(bytes) = bytes {
            return Ok((file, bytes));
        }
        let mut response = get(self, hash, 0).await?.map_err(|no| refused(&no))?;
        let mut bytes = Vec::new();
        while bytes.len() as u64 <= file.size {
            match timeout(SILENCE, response.chunk()).await {
                Ok(Ok(Some(piece))) => bytes.extend_from_slice(&piece),
                Ok(Ok(None)) => break,
                Ok(Err(error)) => return Err(http::unreachable(&error)),
                Err(_) => return Err(silence()),
            }
        }
        if BlobHash::of(&bytes) != hash {
            return Err(odd());
        }
        let bytes = self.blocking(move |node| {
            let folder = node.replica().blob_folder();
            folder.put(&bytes).map_err(|error| Failure::file(folder.dir(), &error))?;
            node.replica().note_blob(hash, bytes.len() as u64, moment::now_millis())?;
            Ok(bytes)
        });
        Ok((file, bytes.await?))
    }
}

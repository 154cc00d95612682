//! Attached files on their way: to the hub, then from it. Records go first: this begins when both sides are proven equal,
//! and whoever has something to record drops it at any moment. What went over stays; the next time goes on from there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};

use change_log::{BlobHash, EpochId};
use data_encoding::HEXLOWER;
use futures_util::stream;
use replica_store::{BlobWanted, PartError};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use service_document::AttachedFile;
use sync_protocol::{BlobAct, BlobRequest};
use tokio::time::{sleep, timeout};

use crate::action::attachments;
use crate::{Blame, Failure, Node, http, moment};

/// A piece has at most a fortieth of what went before it, and so many bytes at least and at most: so much is lost with it
/// when the link breaks.
const PIECE: (usize, usize) = (512, 16 * 1024);
/// After so long without a byte the link counts as cut.
const SILENCE: Duration = Duration::from_secs(30);
/// What left this machine may lie in between for so long.
const ON_ITS_WAY: Duration = Duration::from_secs(180);
/// The hub is asked so often whether it still has what it had, if anything was ever attached.
const ASK_EVERY_MILLIS: i64 = 24 * 3_600_000;
/// The setting that keeps when it was asked, in milliseconds as decimal digits.
const ASKED: &str = "files_asked_millis";
/// What the hub does not have yet is asked for again after so long, then twice as long, and so on.
const AGAIN: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(6 * 3600));
/// The hub's answers are short; more is not read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// So many bytes are written together.
const TOGETHER: usize = 64 * 1024;

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

/// How much of each file the hub was last heard to hold. What left this machine may have been lost on the way.
#[derive(Default)]
pub(crate) struct HeldThere(StdMutex<BTreeMap<BlobHash, u64>>);

impl HeldThere {
    /// The hub holds so much now. How much more that is than before; nothing when it was not asked before.
    fn note(&self, hash: BlobHash, held: u64) -> u64 {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, held);
        before.map_or(0, |before| held.saturating_sub(before))
    }

    fn forget(&self, hash: BlobHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
    }
}

/// What is remembered between two times: when to ask again for what the hub did not have.
#[derive(Default)]
pub(crate) struct Missing(StdMutex<BTreeMap<BlobHash, (Instant, Duration)>>);

impl Missing {
    fn is_due(&self, hash: BlobHash) -> bool {
        let missing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        missing.get(&hash).is_none_or(|(asked, pause)| asked.elapsed() >= *pause)
    }

    fn note(&self, hash: BlobHash) {
        let mut missing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = missing.get(&hash).map_or(AGAIN.0, |(_, pause)| (*pause * 2).min(AGAIN.1));
        missing.insert(hash, (Instant::now(), pause));
    }

    fn forget(&self, hash: BlobHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash);
    }

    /// Somebody asks: all is due.
    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[derive(Deserialize)]
struct Told {
    hub_epoch: EpochId,
    files: Vec<Held>,
}

#[derive(Deserialize)]
struct Held {
    named: bool,
    whole: bool,
    #[serde(rename = "held")]
    bytes: u64,
}

#[derive(Deserialize)]
struct Taken {
    whole: bool,
}

#[derive(Deserialize)]
struct No {
    code: String,
    text_id: String,
    text_en: String,
    #[serde(default)]
    held: Option<u64>,
}

/// Moves all that can move now. `moved` is counted up as it goes, so it stands also when this is dropped.
///
/// # Errors
///
/// When the link breaks, the hub refuses or the disk does. What went over stays.
pub(super) async fn move_files(node: &Node, moved: &mut FilesMoved) -> Result<(), Failure> {
    // One at a time: two would send the same bytes.
    let _turn = node.live().files.lock().await;
    send(node, moved).await?;
    let before = moved.received;
    fetch(node, moved).await?;
    if moved.received > before {
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
    send(node, &mut moved).await?;
    Ok(moved)
}

async fn send(node: &Node, moved: &mut FilesMoved) -> Result<(), Failure> {
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
        let Some(told) = ask(node, &wanted).await? else { return Ok(()) };
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
            moved.bytes_up += node.live().held_there.note(blob.hash, held.bytes);
            if !held.named || !upload(node, blob, held.bytes, life, moved).await? {
                moved.not_taken += 1;
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

/// What the hub holds of these files; nothing from a hub that knows of none.
async fn ask(node: &Node, wanted: &[BlobWanted]) -> Result<Option<Told>, Failure> {
    let hashes: Vec<BlobHash> = wanted.iter().map(|blob| blob.hash).collect();
    let identity = &node.live().identity;
    let signed = BlobRequest::sign(&identity.key, identity.hub, BlobAct::Ask(&hashes));
    let mut body = signed.node.0.to_vec();
    body.extend_from_slice(&signed.signature.0);
    body.extend(hashes.iter().flat_map(|hash| hash.0));
    let url = http::page(&node.identity().hub_url, "/v1/blobs")?;
    let request = node.live().client().post(url).body(body).send();
    let response =
        timeout(SILENCE, request).await.map_err(|_| silence())?.map_err(|error| http::unreachable(&error))?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    match answer::<Told>(response).await? {
        Ok(told) if told.files.len() == wanted.len() => Ok(Some(told)),
        Ok(_) => Err(odd()),
        Err(no) => Err(refused(&no)),
    }
}

/// Sends a file from `held` on. False when the hub does not want it.
async fn upload(
    node: &Node,
    blob: BlobWanted,
    held: u64,
    life: EpochId,
    moved: &mut FilesMoved,
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
    // The part may have grown meanwhile: what was in flight at a cut arrives late.
    for _ in 0..4 {
        match put(node, hash, &bytes, offset).await? {
            Ok(Taken { whole: true }) => {
                moved.sent += 1;
                moved.bytes_up += node.live().held_there.note(hash, bytes.len() as u64);
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

async fn put(node: &Node, hash: BlobHash, bytes: &Arc<[u8]>, offset: u64) -> Result<Result<Taken, No>, Failure> {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let gone = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&gone);
    let pieces = stream::unfold((Arc::clone(bytes), start), move |(bytes, at)| {
        let counted = Arc::clone(&counted);
        async move {
            let length = ((at - start) / 40).clamp(PIECE.0, PIECE.1).min(bytes.len() - at);
            let piece = bytes.get(at..at + length).filter(|piece| !piece.is_empty())?.to_vec();
            counted.fetch_add(piece.len() as u64, Ordering::Relaxed);
            Some((Ok::<_, std::convert::Infallible>(piece), (bytes, at + length)))
        }
    });
    let request = signed(node, hash, BlobAct::Send(hash), reqwest::Method::PUT, offset)?;
    let sending = request.body(reqwest::Body::wrap_stream(pieces)).send();
    let sent = tokio::select! {
        sent = sending => sent.map_err(|error| http::unreachable(&error)),
        () = stalls(&gone) => Err(silence()),
    };
    answer(sent?).await
}

/// Done when no byte has left for too long.
async fn stalls(gone: &AtomicU64) {
    let (mut seen, mut since) = (0, Instant::now());
    while since.elapsed() < ON_ITS_WAY {
        sleep(Duration::from_secs(1)).await;
        let now = gone.load(Ordering::Relaxed);
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
}

async fn fetch(node: &Node, moved: &mut FilesMoved) -> Result<(), Failure> {
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
            moved.received += 1;
        } else {
            node.live().missing.note(blob.hash);
        }
    }
}

/// Gets a file, or the rest of it. False when the hub does not have it.
async fn download(node: &Node, blob: BlobWanted, moved: &mut FilesMoved) -> Result<bool, Failure> {
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
    let mut waiting = Vec::new();
    loop {
        let piece = timeout(SILENCE, response.chunk()).await;
        let ended = match &piece {
            Ok(Ok(Some(piece))) => {
                waiting.extend_from_slice(piece);
                moved.bytes_down += piece.len() as u64;
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

async fn get(node: &Node, hash: BlobHash, offset: u64) -> Result<Result<Response, No>, Failure> {
    let request = signed(node, hash, BlobAct::Get(hash), reqwest::Method::GET, offset)?.send();
    let response =
        timeout(SILENCE, request).await.map_err(|_| silence())?.map_err(|error| http::unreachable(&error))?;
    if response.status().is_success() {
        return Ok(Ok(response));
    }
    Ok(Err(answer::<Taken>(response).await?.err().ok_or_else(odd)?))
}

fn signed(
    node: &Node,
    hash: BlobHash,
    act: BlobAct<'_>,
    method: reqwest::Method,
    offset: u64,
) -> Result<reqwest::RequestBuilder, Failure> {
    let identity = &node.live().identity;
    let signed = BlobRequest::sign(&identity.key, identity.hub, act);
    let url = http::page(&node.identity().hub_url, &format!("/v1/blobs/{hash}?offset={offset}"))?;
    let request = node.live().client().request(method, url).header("x-node", signed.node.to_string());
    Ok(request.header("x-signature", HEXLOWER.encode(&signed.signature.0)))
}

/// The hub's answer, or its no.
async fn answer<T: serde::de::DeserializeOwned>(mut response: Response) -> Result<Result<T, No>, Failure> {
    let good = response.status().is_success();
    let mut text = Vec::new();
    while let Some(piece) =
        timeout(SILENCE, response.chunk()).await.map_err(|_| silence())?.map_err(|error| http::unreachable(&error))?
    {
        text.extend_from_slice(&piece);
        if text.len() > ANSWER_BYTES_MAX {
            return Err(odd());
        }
    }
    if good {
        return serde_json::from_slice(&text).map(Ok).map_err(|_| odd());
    }
    serde_json::from_slice(&text).map(Err).map_err(|_| odd())
}

fn refused(no: &No) -> Failure {
    Failure::new(Blame::Hub, &format!("files_{}", no.code), no.text_id.clone(), no.text_en.clone())
}

fn silence() -> Failure {
    Failure::new(
        Blame::Link,
        "cut",
        "Sambungan terputus saat lampiran berpindah. Yang sudah sampai tetap ada; sisanya dilanjutkan nanti.",
        "The link broke while files were moving. What went over stays; the rest goes on later.",
    )
}

fn odd() -> Failure {
    Failure::new(
        Blame::Hub,
        "files_odd",
        "Jawaban pusat tentang lampiran tidak dapat dipahami. Lampiran aman di sini; pasang versi terbaru.",
        "The hub's answer about attached files makes no sense. They are safe here; install the newest version.",
    )
}

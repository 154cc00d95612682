//! One signed request of an attached file at the hub, and its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use change_log::{BlobHash, EpochId};
use data_encoding::HEXLOWER;
use futures_util::stream;
use replica_store::BlobWanted;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use sync_protocol::{BlobAct, BlobRequest};
use tokio::time::{sleep, timeout};

use crate::{Blame, Failure, Node, http};

/// A piece has at most a fortieth of what went before it, and so many bytes at least and at most: so much is lost with it
/// when the link breaks.
const PIECE: (usize, usize) = (512, 16 * 1024);
/// After so long without a byte the link counts as cut.
pub(super) const SILENCE: Duration = Duration::from_secs(30);
/// What left this machine may lie in between for so long.
const ON_ITS_WAY: Duration = Duration::from_secs(180);
/// A question of which the answer is worth having however late it is: it may stand behind a megabyte of a file.
pub(super) const LONG: Duration = Duration::from_secs(900);
/// The hub's answers are short; more is not read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What the hub holds of the files that it was asked about.
#[derive(Deserialize)]
pub(super) struct Told {
    pub(super) hub_epoch: EpochId,
    pub(super) files: Vec<Held>,
}

/// What it holds of one: whether a record that it accepted names it, whether it is whole, and how many bytes of it.
#[derive(Deserialize)]
pub(super) struct Held {
    pub(super) named: bool,
    pub(super) whole: bool,
    #[serde(rename = "held")]
    pub(super) bytes: u64,
}

/// What became of bytes that were sent.
#[derive(Deserialize)]
pub(super) struct Taken {
    pub(super) whole: bool,
}

/// The hub's no.
#[derive(Deserialize)]
pub(super) struct No {
    pub(super) code: String,
    pub(super) text_id: String,
    pub(super) text_en: String,
    #[serde(default)]
    pub(super) held: Option<u64>,
}

/// What the hub holds of these files, if it says so within `patience`; nothing from a hub that knows of none.
pub(super) async fn ask(node: &Node, wanted: &[BlobWanted], patience: Duration) -> Result<Option<Told>, Failure> {
    let hashes: Vec<BlobHash> = wanted.iter().map(|blob| blob.hash).collect();
    let identity = &node.live().identity;
    let signed = BlobRequest::sign(&identity.key, identity.hub, BlobAct::Ask(&hashes));
    let mut body = signed.node.0.to_vec();
    body.extend_from_slice(&signed.signature.0);
    body.extend(hashes.iter().flat_map(|hash| hash.0));
    let url = http::page(&node.identity().hub_url, "/v1/blobs")?;
    let request = node.live().client().post(url).body(body).send();
    let response =
        timeout(patience, request).await.map_err(|_| silence())?.map_err(|error| http::unreachable(&error))?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    match answer::<Told>(response).await? {
        Ok(told) if told.files.len() == wanted.len() => Ok(Some(told)),
        Ok(_) => Err(odd()),
        Err(no) => Err(refused(&no)),
    }
}

/// Sends a file from a byte on. `gone` counts what leaves.
pub(super) async fn put(
    node: &Node,
    hash: BlobHash,
    bytes: &Arc<[u8]>,
    offset: u64,
    gone: &Arc<AtomicU64>,
) -> Result<Result<Taken, No>, Failure> {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let counted = Arc::clone(gone);
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
        () = stalls(gone) => Err(silence()),
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

pub(super) async fn get(node: &Node, hash: BlobHash, offset: u64) -> Result<Result<Response, No>, Failure> {
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

pub(super) fn refused(no: &No) -> Failure {
    Failure::new(Blame::Hub, &format!("files_{}", no.code), no.text_id.clone(), no.text_en.clone())
}

pub(super) fn silence() -> Failure {
    Failure::new(
        Blame::Link,
        "cut",
        "Sambungan terputus saat lampiran berpindah. Yang sudah sampai tetap ada; sisanya dilanjutkan nanti.",
        "The link broke while files were moving. What went over stays; the rest goes on later.",
    )
}

pub(super) fn odd() -> Failure {
    Failure::new(
        Blame::Hub,
        "files_odd",
        "Jawaban pusat tentang lampiran tidak dapat dipahami. Lampiran aman di sini; pasang versi terbaru.",
        "The hub's answer about attached files makes no sense. They are safe here; install the newest version.",
    )
}

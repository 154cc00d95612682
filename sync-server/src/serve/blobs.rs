//! `/v1/blobs`: what the hub holds of attached files, and their bytes both ways. Every request is signed by a node; a file
//! is taken from, and given to, only nodes of an office whose records name it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use change_log::{BlobHash, NodeId};
use data_encoding::HEXLOWER;
use futures_util::stream;
use office_model::OfficeCode;
use replica_store::{BlobFolder, PartError, Reader, StoreError};
use serde::Deserialize;
use serde_json::json;
use sync_protocol::{BLOBS_MAX, BlobAct, BlobRequest, Signature, VerifyingKey};
use tokio::time::timeout;

use super::arriving::Arriving;
use super::uploads::{NotTaken, Upload};
use super::{Hub, clock};
use crate::Failure;

/// A piece has at most a fortieth of what went before it, and so many bytes at least and at most: so much is lost with it
/// when the link breaks.
const PIECE: (u64, u64) = (512, 16 * 1024);

/// From which byte on.
#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    offset: u64,
}

/// Why a request is not answered as was hoped.
enum No {
    Malformed,
    /// Not known, shut out, or not who it says it is: a stranger is not told which.
    Unknown,
    /// No record of the office names the file.
    NotNamed,
    /// The hub does not have it (yet).
    NotHere,
    /// More bytes than the record says.
    TooLarge,
    /// The bytes are not those of the file.
    Other,
    /// So many bytes are held, go on from there.
    Elsewhere(u64),
    Busy,
    Storage(String),
}

impl std::convert::From<Failure> for No {
    fn from(failure: Failure) -> Self {
        Self::Storage(failure.error)
    }
}

impl std::convert::From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        Self::Storage(error.to_string())
    }
}

impl std::convert::From<std::io::Error> for No {
    fn from(error: std::io::Error) -> Self {
        Self::Storage(error.to_string())
    }
}

impl std::convert::From<NotTaken> for No {
    fn from(why: NotTaken) -> Self {
        match why {
            NotTaken::Overtaken => Self::Busy,
            NotTaken::Part(PartError::File(error)) => error.into(),
            NotTaken::Part(PartError::Elsewhere { held }) => Self::Elsewhere(held),
            NotTaken::Part(PartError::Other) => Self::Other,
        }
    }
}

/// `POST /v1/blobs`: node (8 bytes), signature (64), hashes (32 each). Says of each file how much is here.
pub(super) async fn ask(State(hub): State<Arc<Hub>>, body: Bytes) -> Response {
    answer(held(&hub, &body).await)
}

async fn held(hub: &Hub, body: &[u8]) -> Result<Response, No> {
    let (request, hashes) = parse(body).ok_or(No::Malformed)?;
    let identity = Arc::clone(&hub.identity);
    let folder = hub.uploads.folder().clone();
    let looked = hub.readers.with(move |reader| -> Result<_, No> {
        let office = office(reader, &request, identity.hub, BlobAct::Ask(&hashes))?;
        let (mut files, mut unknown) = (Vec::new(), Vec::new());
        for hash in hashes {
            let named = reader.attached_size(&office, hash)?.is_some();
            let whole = if named { folder.size(hash)? } else { None };
            // After a crash, or in a folder that was copied back.
            unknown.extend(whole.filter(|_| !matches!(reader.blob(hash), Ok(Some(_)))).map(|size| (hash, size)));
            let held = match whole {
                Some(size) => size,
                None if named => folder.held(hash)?,
                None => 0,
            };
            files.push(json!({ "named": named, "whole": whole.is_some(), "held": held }));
        }
        let epoch = reader.epoch();
        Ok((files, unknown, epoch))
    });
    let (files, unknown, epoch) = looked.await??;
    if !unknown.is_empty() {
        let now = clock::now_millis();
        let note = move |replica: &mut replica_store::Replica| {
            unknown.iter().try_for_each(|(hash, size)| replica.note_blob(*hash, *size, now))
        };
        hub.writer.run(note).await?;
    }
    Ok(Json(json!({ "hub_epoch": epoch, "files": files })).into_response())
}

/// `PUT /v1/blobs/HASH?offset=N`: the file from that byte on. What arrived before a cut is kept.
pub(super) async fn put(
    State(hub): State<Arc<Hub>>,
    Path(hash): Path<String>,
    Query(from): Query<From>,
    request: Request,
) -> Response {
    // A task of its own: when the connection goes, what arrived is written all the same.
    let taken = tokio::spawn(async move { take(&hub, &hash, from.offset, request).await });
    answer(taken.await.unwrap_or_else(|error| Err(No::Storage(error.to_string()))))
}

async fn take(hub: &Hub, hash: &str, offset: u64, request: Request) -> Result<Response, No> {
    let hash: BlobHash = hash.parse().map_err(|_| No::Malformed)?;
    let size = named_size(hub, request.headers(), hash, BlobAct::Send(hash)).await?;
    let _place = Arc::clone(&hub.movers).try_acquire_owned().map_err(|_| No::Busy)?;
    if hub.uploads.folder().size(hash)?.is_some() {
        return Ok(Json(json!({ "held": size, "whole": true })).into_response());
    }
    let upload = Arc::new(hub.uploads.begin(hash));
    let mut held = with(&upload, |folder, hash| Ok(folder.held(hash)?)).await?;
    if held > size {
        with(&upload, |folder, hash| Ok(folder.drop_part(hash)?)).await?;
        held = 0;
    }
    if held != offset {
        return Err(No::Elsewhere(held));
    }
    let patience = Duration::from_secs(hub.settings.progress_seconds);
    let mut body = Arriving::read(request.into_body().into_data_stream());
    // An error is a cut, and so is silence: whoever goes on says from where.
    while let Ok(Some(Ok(bytes))) = timeout(patience, body.next()).await {
        if held + bytes.len() as u64 > size {
            with(&upload, |folder, hash| Ok(folder.drop_part(hash)?)).await?;
            return Err(No::TooLarge);
        }
        held = with(&upload, move |folder, hash| folder.add(hash, held, &bytes)).await?;
    }
    if held < size {
        return Ok(Json(json!({ "held": held, "whole": false })).into_response());
    }
    with(&upload, BlobFolder::close).await?;
    let now = clock::now_millis();
    hub.writer.run(move |replica| replica.note_blob(hash, size, now)).await?;
    Ok(Json(json!({ "held": size, "whole": true })).into_response())
}

async fn with<T: Send + 'static>(
    upload: &Arc<Upload>,
    act: impl FnOnce(&BlobFolder, BlobHash) -> Result<T, PartError> + Send + 'static,
) -> Result<T, No> {
    let upload = Arc::clone(upload);
    let done = tokio::task::spawn_blocking(move || upload.with(act));
    Ok(done.await.map_err(|error| No::Storage(error.to_string()))??)
}

/// `GET /v1/blobs/HASH?offset=N`: the file from that byte on.
pub(super) async fn get(
    State(hub): State<Arc<Hub>>,
    Path(hash): Path<String>,
    Query(from): Query<From>,
    headers: HeaderMap,
) -> Response {
    answer(give(&hub, &hash, from.offset, &headers).await)
}

async fn give(hub: &Arc<Hub>, hash: &str, offset: u64, headers: &HeaderMap) -> Result<Response, No> {
    let hash: BlobHash = hash.parse().map_err(|_| No::Malformed)?;
    named_size(hub, headers, hash, BlobAct::Get(hash)).await?;
    let place = Arc::clone(&hub.movers).try_acquire_owned().map_err(|_| No::Busy)?;
    let folder = hub.uploads.folder().clone();
    let looked =
        tokio::task::spawn_blocking(move || -> Result<_, No> { Ok((folder.is_sound(hash)?, folder.size(hash)?)) });
    let (sound, size) = looked.await.map_err(|error| No::Storage(error.to_string()))??;
    if sound == Some(false) {
        tracing::error!(%hash, "an attached file is damaged: it was put aside");
        hub.uploads.folder().put_aside(hash)?;
        hub.writer.run(move |replica| replica.forget_blob(hash)).await?;
        return Err(No::NotHere);
    }
    let size = size.ok_or(No::NotHere)?;
    if offset > size {
        return Err(No::Elsewhere(size));
    }
    let folder = hub.uploads.folder().clone();
    let pieces = stream::unfold((folder, offset, place), move |(folder, at, place)| async move {
        let count = ((at - offset) / 40).clamp(PIECE.0, PIECE.1);
        let reading = folder.clone();
        let read = tokio::task::spawn_blocking(move || reading.piece(hash, at, usize::try_from(count).unwrap_or(512)));
        // The node sees a reply that is too short, and asks again.
        let piece = read.await.ok()?.ok().filter(|piece| !piece.is_empty())?;
        let next = at + piece.len() as u64;
        Some((Ok::<_, Infallible>(Bytes::from(piece)), (folder, next, place)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, (size - offset).into());
    Ok(response)
}

fn parse(body: &[u8]) -> Option<(BlobRequest, Vec<BlobHash>)> {
    let (node, rest) = body.split_first_chunk::<8>()?;
    let (signature, rest) = rest.split_first_chunk::<64>()?;
    let (hashes, rest) = rest.as_chunks::<32>();
    if !rest.is_empty() || hashes.len() > BLOBS_MAX {
        return None;
    }
    let request = BlobRequest { node: NodeId(*node), signature: Signature(*signature) };
    Some((request, hashes.iter().copied().map(BlobHash).collect()))
}

/// How many bytes a file has by the records of the office of the node that asks.
async fn named_size(hub: &Hub, headers: &HeaderMap, hash: BlobHash, act: BlobAct<'static>) -> Result<u64, No> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let node: NodeId = text("x-node").and_then(|node| node.parse().ok()).ok_or(No::Malformed)?;
    let signature = text("x-signature").and_then(|hex| HEXLOWER.decode(hex.as_bytes()).ok());
    let signature = signature.and_then(|bytes| bytes.try_into().ok()).ok_or(No::Malformed)?;
    let request = BlobRequest { node, signature: Signature(signature) };
    let identity = Arc::clone(&hub.identity);
    let looked = hub.readers.with(move |reader| -> Result<_, No> {
        let office = office(reader, &request, identity.hub, act)?;
        reader.attached_size(&office, hash)?.ok_or(No::NotNamed)
    });
    looked.await?
}

/// The office of the node that asks, if it is who it says it is. One that was shut out may still send where what it holds is
/// taken in before it wipes itself, and gets nothing.
fn office(reader: &Reader, request: &BlobRequest, hub: change_log::HubId, act: BlobAct<'_>) -> Result<OfficeCode, No> {
    let known = reader.registered_node(request.node)?;
    let is_leaving = !matches!(act, BlobAct::Get(_))
        && exchange_driver::wipe_order(reader, request.node)
            .is_ok_and(|order| order.is_some_and(|order| order.takes_in));
    let known = known.filter(|node| node.revoked_millis.is_none() || is_leaving);
    let admitted = known.filter(|node| {
        VerifyingKey::from_bytes(&node.public_key).is_ok_and(|key| request.verify(&key, hub, act).is_ok())
    });
    admitted.map(|node| node.office).ok_or(No::Unknown)
}

fn answer(done: Result<Response, No>) -> Response {
    let no = match done {
        Ok(response) => return response,
        Err(no) => no,
    };
    let (status, code, id, en) = match &no {
        No::Malformed => (
            StatusCode::BAD_REQUEST,
            "malformed",
            "Permintaan lampiran tidak dapat dibaca. Tidak ada yang berubah. Pasang versi terbaru.",
            "The request for an attached file cannot be read. Nothing was changed. Install the newest version.",
        ),
        No::Unknown => (
            StatusCode::FORBIDDEN,
            "unknown",
            "Komputer ini tidak dikenal atau sudah dikeluarkan. Lampiran tetap di sini. Hubungi operator.",
            "This machine is not known or was shut out. The attached files stay here. Talk to the operator.",
        ),
        No::NotNamed => (
            StatusCode::NOT_FOUND,
            "not_named",
            "Tidak ada berkas kantor ini yang memakai lampiran itu. Tidak ada yang berubah.",
            "No record of this office has that file. Nothing was changed.",
        ),
        No::NotHere => (
            StatusCode::NOT_FOUND,
            "not_here",
            "Pusat belum memiliki lampiran itu; komputer yang melampirkannya akan mengirimnya.",
            "The hub does not have that file yet; the machine that attached it will send it.",
        ),
        No::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "Lampiran lebih panjang daripada yang tercatat; yang diterima dibuang. Lampirkan lagi dari aslinya.",
            "The file is longer than the record says; what came was thrown away. Attach it again from the original.",
        ),
        No::Other => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "other_content",
            "Isi lampiran bukan yang tercatat; yang diterima dibuang. Lampirkan lagi dari aslinya.",
            "The file is not the one the record names; what came was thrown away. Attach it again from the original.",
        ),
        No::Elsewhere(_) => (
            StatusCode::CONFLICT,
            "elsewhere",
            "Pusat memiliki lampiran itu sampai bita lain; dilanjutkan dari sana.",
            "The hub holds that file up to another byte; it goes on from there.",
        ),
        No::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "Server pusat sedang sibuk. Lampiran aman di sini dan dikirim lagi sendiri.",
            "The hub is busy just now. The file is safe here and is sent again by itself.",
        ),
        No::Storage(error) => {
            tracing::error!(error, "an attached file could not be moved");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "storage",
                "Server pusat sedang terganggu. Lampiran aman di sini dan dikirim lagi sendiri.",
                "The hub has a fault just now. The file is safe here and is sent again by itself.",
            )
        }
    };
    let held = if let No::Elsewhere(held) = no { Some(held) } else { None };
    (status, Json(json!({ "code": code, "text_id": id, "text_en": en, "held": held }))).into_response()
}

//! Attached files in the local API: bytes in, bytes out.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{delete, get};
use change_log::BlobHash;
use office_model::ClerkId;
use serde::Deserialize;
use service_document::{AttachedFile, FileType};

use super::Shared;
use super::api::{answer, document};
use crate::action::NewFile;
use crate::action::attachments::no_file;
use crate::{Action, Failure};

type Told = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/api/v1/records/{id}/attachments", get(list).post(attach))
        .route("/api/v1/records/{id}/attachments/{hash}", delete(detach))
        .route("/api/v1/attachments/{hash}", get(content))
}

/// What the bytes of the body are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileParameters {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    clerk: Option<ClerkId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhoParameters {
    clerk: Option<ClerkId>,
}

async fn list(State(shared): Told, Path(id): Path<String>) -> Response {
    match document(&id) {
        Ok(id) => answer(shared.node.perform_soon(Action::Attachments { id }).await),
        Err(failure) => answer(Err(failure)),
    }
}

async fn attach(
    State(shared): Told,
    Path(id): Path<String>,
    Query(asked): Query<FileParameters>,
    body: Bytes,
) -> Response {
    let id = match document(&id) {
        Ok(id) => id,
        Err(failure) => return answer(Err(failure)),
    };
    let file = NewFile::new(&asked.name, &asked.kind, &body);
    let clerk = asked.clerk.unwrap_or_else(|| shared.clerk.clone());
    answer(shared.node.perform_soon(Action::Attach { id, file, clerk }).await)
}

async fn detach(
    State(shared): Told,
    Path((id, hash)): Path<(String, String)>,
    Query(asked): Query<WhoParameters>,
) -> Response {
    let done = async {
        let (id, hash) = (document(&id)?, hash_of(&hash)?);
        let clerk = asked.clerk.unwrap_or_else(|| shared.clerk.clone());
        shared.node.perform_soon(Action::Detach { id, hash, clerk }).await
    };
    answer(done.await)
}

async fn content(State(shared): Told, Path(hash): Path<String>) -> Response {
    let done = async { shared.node.attached_file(hash_of(&hash)?).await };
    match done.await {
        Ok((file, bytes)) => served(&file, bytes),
        Err(failure) => answer(Err(failure)),
    }
}

pub(crate) fn hash_of(text: &str) -> Result<BlobHash, Failure> {
    text.parse().map_err(|_| no_file())
}

/// The bytes of an attached file. Whatever they are, a browser runs nothing of it and takes it for nothing else.
pub(crate) fn served(file: &AttachedFile, bytes: Vec<u8>) -> Response {
    let name: String = file
        .name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || "._- ".contains(letter) { letter } else { '_' })
        .collect();
    // In a sandbox no browser shows a PDF; it keeps it instead.
    let how = if file.file_type == FileType::Pdf { "attachment" } else { "inline" };
    let disposition = format!("{how}; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, file.file_type.media_type()),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    (headers, bytes).into_response()
}

//! Attached files as answers: bytes that do no harm in a browser.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use change_log::BlobHash;
use service_document::{AttachedFile, FileType};

use crate::Failure;
use crate::action::attachments::no_file;

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
    let disposition = format!("inline; filename=\"{name}\"");
    // In a sandbox no browser shows a PDF. Its viewer runs what is in it apart from this page.
    let policy = if file.file_type == FileType::Pdf { "default-src 'none'" } else { "default-src 'none'; sandbox" };
    let headers = [
        (header::CONTENT_TYPE, file.file_type.media_type()),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, bytes).into_response()
}

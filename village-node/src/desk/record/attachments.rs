//! The attached files of a record: shown on its page, added, looked at, taken away.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use office_model::{Catalogue, Service};
use replica_store::Reader;
use service_document::TransactionDocument;

use crate::action::{NewFile, attachments};
use crate::desk::frame::language::Language;
use crate::desk::frame::page::{Answer, go};
use crate::desk::people::sign_in::note;
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::multipart;
use crate::desk::record::page::document;
use crate::serve::{Shared, files};
use crate::{Act, Action, Failure, Node};

/// An attached file as the page shows it.
pub(in crate::desk) struct Attached {
    pub(in crate::desk) hash: String,
    pub(in crate::desk) name: String,
    /// Which paper it is; empty where nobody said.
    pub(in crate::desk) kind: String,
    pub(in crate::desk) size: String,
    pub(in crate::desk) state: String,
    pub(in crate::desk) at_hub: bool,
}

/// Those of a record.
pub(in crate::desk) fn attached(
    replica: &Reader,
    record: &TransactionDocument,
    catalogue: &Catalogue,
    language: Language,
) -> Result<Vec<Attached>, Failure> {
    let files = record.attached().iter().map(|file| {
        let state = attachments::whereabouts(replica, file.hash)?;
        let paper = catalogue.attachments().iter().find(|paper| paper.id == file.kind);
        Ok(Attached {
            hash: file.hash.to_string(),
            name: file.name.clone(),
            kind: paper.map_or_else(|| file.kind.clone(), |paper| language.say(&paper.label).to_owned()),
            size: bytes(file.size, language),
            state: language.say(&state.text()).to_owned(),
            at_hub: state == attachments::Whereabouts::AtHub,
        })
    });
    files.collect()
}

/// The papers that a service asks for: their ids and names.
pub(in crate::desk) fn kinds(catalogue: &Catalogue, service: &Service, language: Language) -> Vec<(String, String)> {
    let papers = catalogue.attachments().iter().filter(|paper| service.attachments.contains(&paper.id));
    papers.map(|paper| (paper.id.clone(), language.say(&paper.label).to_owned())).collect()
}

/// A number of bytes as people read it.
pub(in crate::desk) fn bytes(count: u64, language: Language) -> String {
    let tenths = count * 10 / (1024 * 1024);
    let comma = if language == Language::Indonesian { ',' } else { '.' };
    match tenths {
        0 => format!("{} KB", count.div_ceil(1024)),
        _ => format!("{}{comma}{} MB", tenths / 10, tenths % 10),
    }
}

pub(in crate::desk) async fn add(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let body = body.map_err(|_| attachments::too_large())?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parts = multipart::boundary(content_type).and_then(|boundary| multipart::parts(boundary, &body));
    let parts = parts.ok_or_else(|| {
        Failure::input(
            "form",
            "Unggahan itu tidak utuh. Tidak ada yang disimpan; coba lagi.",
            "That upload is not whole. Nothing was saved; try again.",
        )
    })?;
    let texts = parts.iter().filter(|part| part.file_name.is_none());
    let form = Form(texts.map(|part| (part.name.clone(), String::from_utf8_lossy(part.bytes).into_owned())).collect());
    visitor.check(&form)?;
    let file = parts.iter().find(|part| part.name == "file");
    let (name, content) =
        file.map_or(("", &[][..]), |file| (file.file_name.as_deref().unwrap_or_default(), file.bytes));
    // Said before anything is packed up for the store.
    attachments::check(name, content)?;
    let file = NewFile::new(name, form.get("kind"), content);
    let clerk = visitor.clerk().clone();
    let done = visitor.perform(&shared, Action::Attach { id, file, clerk }).await?;
    let word = if done.get("change").is_none_or(serde_json::Value::is_null) { "tetap" } else { "tersimpan" };
    Ok(go(&format!("/berkas/{id}?kata={word}#lampiran")))
}

pub(in crate::desk) async fn view(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path((id, hash)): Path<(String, String)>,
) -> Answer {
    allow(visitor.role().may_read())?;
    let (id, hash) = (document(&id)?, files::hash_of(&hash)?);
    // The trail is to name the record that it is of.
    let is_of_it = move |node: &Node| Ok(node.replica().attachments(id)?.iter().any(|file| file.hash == hash));
    if !shared.node.blocking(is_of_it).await? {
        return Err(attachments::no_file().into());
    }
    let (file, bytes) = shared.node.attached_file(hash).await?;
    let who = visitor.clerk().to_string();
    shared.node.blocking(move |node| note(node, &who, Act::Attachment, &id.to_string())).await?;
    Ok(files::served(&file, bytes))
}

pub(in crate::desk) async fn remove(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path((id, hash)): Path<(String, String)>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let (id, hash) = (document(&id)?, files::hash_of(&hash)?);
    let clerk = visitor.clerk().clone();
    visitor.perform(&shared, Action::Detach { id, hash, clerk }).await?;
    Ok(go(&format!("/berkas/{id}?kata=tersimpan#lampiran")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        let said = |count| bytes(count, Language::Indonesian);
        assert_eq!(said(14), "1 KB");
        assert_eq!(said(200_000), "0,1 MB");
        assert_eq!(said(2 * 1024 * 1024), "2,0 MB");
    }
}

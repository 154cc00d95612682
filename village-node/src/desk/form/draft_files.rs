//! Files that are attached before a form is saved: kept with its draft, looked at, taken off again. Whatever is typed beside
//! them is kept, too.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use change_log::BlobHash;
use data_encoding::HEXLOWER;
use replica_store::Reader;

use crate::action::attachments;
use crate::desk::form::carried::Sender;
use crate::desk::form::offered::Offered;
use crate::desk::form::sent_form::{Coming, SentForm};
use crate::desk::form::window::Seen;
use crate::desk::form::{Kept, drafts, saved};
use crate::desk::frame::language::Language;
use crate::desk::frame::page::Answer;
use crate::desk::frame::upload::Upload;
use crate::desk::frame::word::{Part, Word};
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::attachments::{bytes, kind_label};
use crate::serve::entrance::Entrance;
use crate::serve::{Shared, files};
use crate::{Failure, Node, moment};

/// A file of a draft as the form shows it.
pub(super) struct DraftFile {
    pub(super) hash: String,
    pub(super) name: String,
    /// Which paper it is; empty where nobody said.
    pub(super) kind: String,
    pub(super) size: String,
}

/// Those of a draft.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) fn shown(
    reader: &Reader,
    draft: &str,
    Offered { catalogue, .. }: Offered,
    language: Language,
) -> Result<Vec<DraftFile>, Failure> {
    let Some(draft) = drafts::parse_id(draft) else { return Ok(Vec::new()) };
    let one = |file: service_document::AttachedFile| DraftFile {
        hash: file.hash.to_string(),
        kind: kind_label(catalogue, &file.kind, language),
        size: bytes(file.size, language),
        name: file.name,
    };
    Ok(reader.draft_files(draft)?.into_iter().map(one).collect())
}

/// Keeps what was typed and, where it is taken, the file with it. The draft, and why the file was not taken.
///
/// # Errors
///
/// When the disk refuses.
pub(super) fn keep(
    node: &Node,
    (draft, clerk): (Option<[u8; 16]>, &str),
    offered: Offered,
    (kept, seen): (&Kept, &Seen),
    coming: &Coming,
) -> Result<([u8; 16], Option<Failure>), Failure> {
    let mut replica = node.replica();
    let service = offered.service.id;
    let now = moment::now_millis();
    let draft = drafts::keep_unless_changed(&mut replica, (draft, clerk), service, (kept, seen), now)?;
    let (Coming { kind, file }, catalogue) = (coming, offered.catalogue);
    match attachments::keep_with_draft(&mut replica, draft, (&file.name, kind), &file.bytes, catalogue) {
        Err(failure) if failure.blame == crate::Blame::Input => Ok((draft, Some(failure))),
        done => done.map(|()| (draft, None)),
    }
}

/// The form again, which says why its file was not taken.
pub(super) fn refused(
    (visitor, shared): (&Visitor, &Shared),
    service: &str,
    draft: [u8; 16],
    failure: &Failure,
) -> Response {
    visitor.refuses(shared, &at(service, draft), (Part::Files, vec![failure.text.clone()], &Form::default()))
}

pub(in crate::desk) async fn add(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    Path(id): Path<String>,
    upload: Upload,
) -> Answer {
    let sent = SentForm::of(&shared, (sender, &entrance, &headers), &id, upload).await?;
    let is_damaged = sent.brings_damaged(&shared).await?;
    let SentForm { visitor, offered, kept, draft, seen, coming, .. } = sent;
    let (service, clerk) = (offered.service.id, visitor.clerk().to_string());
    let done = shared.node.blocking(move |node| {
        if let Some(coming) = coming {
            return keep(node, (draft, &clerk), offered, (&kept, &seen), &coming);
        }
        let (mut replica, now) = (node.replica(), moment::now_millis());
        let draft = drafts::keep_unless_changed(&mut replica, (draft, &clerk), service, (&kept, &seen), now)?;
        Ok((draft, Some(not_chosen())))
    });
    Ok(match done.await? {
        (kept, None) => {
            let word = if is_damaged { Word::AttachedDamaged } else { Word::Nothing };
            shown_again((&visitor, &shared), service.as_str(), (draft, kept), word).await?
        }
        (draft, Some(failure)) => refused((&visitor, &shared), service.as_str(), draft, &failure),
    })
}

/// The form again; where another window has the draft that it was, it says so.
async fn shown_again(
    (visitor, shared): (&Visitor, &Shared),
    service: &str,
    (before, now): (Option<[u8; 16]>, [u8; 16]),
    word: Word,
) -> Answer {
    let apart = shared.node.blocking(move |node| Ok(saved::apart(&node.replica(), before, now)?)).await?;
    Ok(visitor.leads(shared, &at(service, now), if apart == Word::Nothing { word } else { apart }))
}

fn at(service: &str, draft: [u8; 16]) -> String {
    format!("/baru/{service}?draf={}#lampiran", HEXLOWER.encode(&draft))
}

fn not_chosen() -> Failure {
    Failure::input(
        "file_missing",
        "Belum ada berkas yang dipilih. Pilih foto atau pindaian, lalu lampirkan.",
        "No file was chosen. Choose a photo or scan, then attach it.",
    )
}

pub(in crate::desk) async fn remove(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    Path((id, hash)): Path<(String, String)>,
    upload: Upload,
) -> Answer {
    let sent = SentForm::of(&shared, (sender, &entrance, &headers), &id, upload).await?;
    let SentForm { visitor, offered, kept, draft, seen, .. } = sent;
    let (service, hash, clerk) = (offered.service.id, files::hash_of(&hash)?, visitor.clerk().to_string());
    let done = shared.node.blocking(move |node| {
        let mut replica = node.replica();
        let now = moment::now_millis();
        let draft = drafts::keep_unless_changed(&mut replica, (draft, &clerk), service, (&kept, &seen), now)?;
        replica.drop_draft_file(draft, hash)?;
        Ok(draft)
    });
    shown_again((&visitor, &shared), service.as_str(), (draft, done.await?), Word::Nothing).await
}

pub(in crate::desk) async fn view(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path((id, hash)): Path<(String, String)>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let hash: BlobHash = files::hash_of(&hash)?;
    let found = shared.node.blocking(move |node| {
        let reader = node.replica();
        let clerk = visitor.clerk().as_str();
        let Some(draft) = drafts::parse_id(&id) else { return Err(attachments::no_file()) };
        if reader.draft(draft)?.is_none_or(|draft| draft.clerk != clerk) {
            return Err(attachments::no_file());
        }
        let file = reader.draft_files(draft)?.into_iter().find(|file| file.hash == hash);
        let bytes = reader.draft_file(draft, hash)?;
        file.zip(bytes).ok_or_else(attachments::no_file)
    });
    let (file, bytes) = found.await?;
    Ok(files::served(&file, bytes))
}

/// Whether a draft has any.
///
/// # Errors
///
/// When the database cannot be read.
pub(super) fn has_files(reader: &Reader, draft: Option<[u8; 16]>) -> Result<bool, Failure> {
    let files = draft.map_or(Ok(Vec::new()), |draft| reader.draft_files(draft))?;
    Ok(!files.is_empty())
}

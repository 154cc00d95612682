//! The attached files of a record: shown on its page, added, looked at, taken away.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use change_log::BlobHash;
use office_model::{Catalogue, Service};
use replica_store::Reader;
use serde_json::{Value, json};
use service_document::{AttachedFile, HistoryItem, TransactionDocument};

use crate::action::attachments::Whereabouts;
use crate::action::since_check::ATTACHMENT;
use crate::action::under_way::held_there;
use crate::action::{NewFile, attachments};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::moving;
use crate::desk::frame::page::Answer;
use crate::desk::frame::upload::Upload;
use crate::desk::frame::word::{Part, Word};
use crate::desk::people::sign_in::note_read;
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::page::document;
use crate::serve::{Shared, files};
use crate::sync::Way;
use crate::{Act, Action, Blame, Failure, Node};

/// An attached file as the page shows it.
pub(in crate::desk) struct Attached {
    pub(in crate::desk) hash: String,
    pub(in crate::desk) name: String,
    /// Which paper it is; empty where nobody said.
    pub(in crate::desk) kind: String,
    pub(in crate::desk) size: String,
    pub(in crate::desk) state: String,
    pub(in crate::desk) at_hub: bool,
    /// Where it is may be another place before long, though nobody does anything.
    pub(in crate::desk) is_to_move: bool,
}

/// Those of a record.
pub(in crate::desk) fn attached(
    (node, replica): (&Node, &Reader),
    record: &TransactionDocument,
    catalogue: &Catalogue,
    language: Language,
) -> Result<Vec<Attached>, Failure> {
    let files = record.attached().iter().map(|file| {
        let state = attachments::whereabouts(replica, file.hash)?;
        let is_lost = state == Whereabouts::NotHere && is_attached_here(replica, record, file.hash)?;
        Ok(Attached {
            hash: file.hash.to_string(),
            name: file.name.clone(),
            kind: kind_label(catalogue, &file.kind, language),
            size: bytes(file.size, language),
            state: if is_lost {
                language.texts().attached_lost.to_owned()
            } else {
                whereabouts(node, replica, file, language)?
            },
            at_hub: state == Whereabouts::AtHub,
            is_to_move: state != Whereabouts::AtHub,
        })
    });
    files.collect()
}

/// Whether a file was attached on this machine: it was here once.
fn is_attached_here(replica: &Reader, record: &TransactionDocument, hash: BlobHash) -> Result<bool, Failure> {
    let path = format!("{ATTACHMENT}{hash}");
    let attaches = |item: &HistoryItem| item.changed.iter().any(|edit| edit.path == path && edit.to.is_some());
    match record.history().iter().rfind(|item| attaches(item)) {
        Some(item) => Ok(replica.log(item.epoch)?.is_some_and(|log| log.own)),
        None => Ok(false),
    }
}

/// Where a file is, and how much of it is where it goes.
fn whereabouts(node: &Node, replica: &Reader, file: &AttachedFile, language: Language) -> Result<String, Failure> {
    let state = attachments::whereabouts(replica, file.hash)?;
    let said = language.say(&state.text()).to_owned();
    let (way, held) = match state {
        Whereabouts::AtHub => return Ok(said),
        Whereabouts::HereOnly => (Way::Up, held_there(node.live(), file.hash, file.size)),
        Whereabouts::NotHere => (Way::Down, attachments::held_here(replica, file)?),
    };
    Ok(if held == 0 { said } else { format!("{said}; {}", moving::over(way, (held, file.size), language)) })
}

/// Where the files of a record are now, for a page that shows them.
pub(in crate::desk) async fn places(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Answer {
    allow(visitor.role().may_read())?;
    let id = document(&id)?;
    let language = visitor.session.language;
    let places = shared.node.blocking(move |node| {
        let replica = node.replica();
        let files = replica.attachments(id)?;
        let files = files.iter().map(|file| {
            let is_at_hub = attachments::whereabouts(&replica, file.hash)? == Whereabouts::AtHub;
            let text = whereabouts(node, &replica, file, language)?;
            Ok(json!({"hash": file.hash, "text": text, "at_hub": is_at_hub}))
        });
        files.collect::<Result<Vec<Value>, Failure>>()
    });
    Ok(Json(places.await?).into_response())
}

/// What people call a kind of paper; its id where the catalogue does not have it.
pub(in crate::desk) fn kind_label(catalogue: &Catalogue, kind: &str, language: Language) -> String {
    let paper = catalogue.attachments().iter().find(|paper| paper.id == kind);
    paper.map_or_else(|| kind.to_owned(), |paper| language.say(&paper.label).to_owned())
}

/// A paper that a service asks for.
pub(in crate::desk) struct Paper {
    pub(in crate::desk) id: String,
    pub(in crate::desk) label: String,
    /// Its photo is kept as it was taken.
    pub(in crate::desk) is_original: bool,
}

/// The papers that a service asks for.
pub(in crate::desk) fn kinds(catalogue: &Catalogue, service: &Service, language: Language) -> Vec<Paper> {
    let papers = catalogue.attachments().iter().filter(|paper| service.attachments.contains(&paper.id));
    let one = |paper: &office_model::Attachment| Paper {
        id: paper.id.clone(),
        label: language.say(&paper.label).to_owned(),
        is_original: service.originals.contains(&paper.id),
    };
    papers.map(one).collect()
}

/// A number of bytes as people read it.
pub(in crate::desk) fn bytes(count: u64, language: Language) -> String {
    const MEGABYTE: u64 = 1024 * 1024;
    if count < MEGABYTE {
        return format!("{} KB", count.div_ceil(1024));
    }
    let tenths = count.saturating_mul(10).saturating_add(MEGABYTE / 2) / MEGABYTE;
    let comma = if language == Language::Indonesian { ',' } else { '.' };
    format!("{}{comma}{} MB", tenths / 10, tenths % 10)
}

pub(in crate::desk) async fn add(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Upload { form, file }: Upload,
) -> Answer {
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    visitor.check(&form)?;
    let (name, content) = file.map_or_else(Default::default, |file| (file.name, file.bytes));
    let clerk = visitor.clerk().clone();
    let done = match attachments::check(&name, &content) {
        Ok(_) => {
            let file = NewFile::new(&name, form.get("kind"), &content);
            visitor.perform(&shared, Action::Attach { id, file, clerk }).await
        }
        // Said before anything is packed up for the store.
        Err(failure) => Err(failure),
    };
    let to = format!("/berkas/{id}#lampiran");
    match done {
        Ok(done) if done.get("change").is_none_or(Value::is_null) => {
            Ok(visitor.leads(&shared, &to, Word::AttachedBefore))
        }
        Ok(done) if done.get("warning").is_some_and(Value::is_object) => {
            Ok(visitor.leads(&shared, &to, Word::AttachedDamaged))
        }
        Ok(_) => Ok(visitor.leads(&shared, &to, Word::Saved)),
        Err(failure) if failure.blame == Blame::Input => {
            Ok(visitor.refuses(&shared, &to, (Part::Files, vec![failure.text], &form)))
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Whether a photo seems to be damaged, before the page makes it smaller: made anew, it would look whole. Nothing is kept.
pub(in crate::desk) async fn examine(visitor: Visitor, State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    allow(visitor.role().may_record())?;
    let is_damaged = shared.node.blocking(move |_| Ok(attachments::warning(&body).is_some())).await?;
    Ok(Json(json!({ "damaged": is_damaged })).into_response())
}

pub(in crate::desk) async fn view(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path((id, hash)): Path<(String, String)>,
) -> Answer {
    allow(visitor.role().may_read())?;
    let (id, hash) = (document(&id)?, files::hash_of(&hash)?);
    // The trail is to name the record that it is of, and the file as that record does: others may have the same bytes.
    let of_it = move |node: &Node| Ok(node.replica().attachments(id)?.into_iter().find(|file| file.hash == hash));
    let file = shared.node.blocking(of_it).await?.ok_or_else(attachments::no_file)?;
    let (_, bytes) = shared.node.attached_file(hash).await?;
    let who = visitor.clerk().to_string();
    let noted = move |node: &Node| {
        note_read(node, &who, Act::Attachment, &id.to_string());
        Ok(())
    };
    shared.node.blocking(noted).await?;
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
    Ok(visitor.leads(&shared, &format!("/berkas/{id}#lampiran"), Word::Saved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        let said = |count| bytes(count, Language::Indonesian);
        assert_eq!(said(14), "1 KB");
        assert_eq!(said(200_383), "196 KB");
        assert_eq!(said(1_048_575), "1024 KB");
        assert_eq!(said(1_100_000), "1,0 MB");
        assert_eq!(said(1_110_000), "1,1 MB");
        assert_eq!(said(2 * 1024 * 1024), "2,0 MB");
    }
}

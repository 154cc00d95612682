//! Forms that are not finished: kept while somebody types, listed on the first page, opened again, thrown away.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use change_log::DocumentId;
use data_encoding::HEXLOWER;
use office_model::{Catalogue, Service, ServiceId};
use replica_store::{Draft, Reader, Replica, StoreError};
use sha2::{Digest as _, Sha256};

use crate::desk::form::window::Seen;
use crate::desk::form::{Kept, Typed, saved};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Page, go, html};
use crate::desk::frame::shown;
use crate::desk::moments;
use crate::desk::people::visitor::{Form, Visitor, allow, own_page};
use crate::serve::Shared;
use crate::{Failure, moment};

/// A draft as the first page lists it.
pub(in crate::desk) struct DraftLine {
    pub(in crate::desk) id: String,
    /// Where it is opened.
    pub(in crate::desk) href: String,
    pub(in crate::desk) service: String,
    pub(in crate::desk) label: String,
    pub(in crate::desk) name: String,
    pub(in crate::desk) changed: String,
    /// Whether it changes a record that there is.
    pub(in crate::desk) is_edit: bool,
}

impl DraftLine {
    fn of(draft: Draft, language: Language, now_millis: i64) -> Self {
        let service = draft.service.parse().ok().and_then(|id| Catalogue::current().service(&id));
        let kept = Kept::of_json(&draft.form).unwrap_or_default();
        let id = HEXLOWER.encode(&draft.id);
        Self {
            href: match &kept.edit {
                Some(edit) => format!("/berkas/{}/ubah", edit.id),
                None => format!("/baru/{}?draf={id}", draft.service),
            },
            id,
            label: service.map_or_else(|| draft.service.clone(), |one| language.say(&one.label).to_owned()),
            service: draft.service,
            name: name_of(&kept.typed, service, language),
            changed: moments::short(draft.changed_millis, now_millis),
            is_edit: kept.edit.is_some(),
        }
    }
}

/// Whose a form is, as far as it is typed.
fn name_of(typed: &Typed, service: Option<&Service>, language: Language) -> String {
    let unknown = service.filter(|service| service.is_anonymous(&typed.to_record()));
    shown::name(Some(typed.get("nama")), unknown, language)
}

/// The id of a draft as pages write it.
pub(in crate::desk) fn parse_id(text: &str) -> Option<[u8; 16]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// The bit in the first byte of an id by which drafts of changes are told from those of new records: nobody begins one of
/// these under the id that another clerk's changes will have.
const OF_EDIT: u8 = 0x80;

/// An id that no draft has.
///
/// # Errors
///
/// When the operating system has no random numbers.
pub(in crate::desk) fn fresh_id() -> Result<[u8; 16], Failure> {
    let mut id: [u8; 16] = moment::random()?;
    id[0] &= !OF_EDIT;
    Ok(id)
}

/// The id of a clerk's changes of a record: there is one draft of them.
pub(in crate::desk) fn id_of_edit(clerk: &str, record: DocumentId) -> [u8; 16] {
    let hash = Sha256::new().chain_update(record.as_bytes()).chain_update(clerk).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(hash.get(..16).unwrap_or(&[0; 16]));
    id[0] |= OF_EDIT;
    id
}

/// What a clerk had typed into a form for a new record of this service; nothing where the draft is gone, or is of another form.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn find_new(
    reader: &Reader,
    id: [u8; 16],
    clerk: &str,
    service: &str,
) -> Result<Option<Kept>, Failure> {
    let is_of_it = reader.draft(id)?.is_some_and(|draft| draft.service == service);
    let found = if is_of_it { find(reader, id, clerk)? } else { None };
    Ok(found.map(|(kept, _)| kept).filter(|kept| kept.edit.is_none()))
}

/// A clerk's draft and when it was kept; nothing where there is none, or it is somebody else's.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn find(reader: &Reader, id: [u8; 16], clerk: &str) -> Result<Option<(Kept, i64)>, Failure> {
    let draft = reader.draft(id)?.filter(|draft| draft.clerk == clerk);
    Ok(draft.and_then(|draft| Some((Kept::of_json(&draft.form)?, draft.changed_millis))))
}

/// Keeps the form of a new record: as the draft that it says it is of, or as a new one where that is somebody else's, or
/// of a form that was saved. The id of the draft.
///
/// # Errors
///
/// When the disk refuses, or the operating system has no random numbers.
pub(in crate::desk) fn keep_new(
    replica: &mut Replica,
    (id, clerk): (Option<[u8; 16]>, &str),
    service: ServiceId,
    form: &Kept,
    now_millis: i64,
) -> Result<[u8; 16], Failure> {
    if let Some(id) = id
        && (id[0] & OF_EDIT == 0 || replica.draft(id)?.is_some())
        && saved::became(replica, id)?.is_none()
        && keep(replica, (id, clerk), service, form, now_millis)?
    {
        return Ok(id);
    }
    let id = fresh_id()?;
    keep(replica, (id, clerk), service, form, now_millis)?;
    Ok(id)
}

/// The same, unless another window changed the draft since this one saw it: apart then.
///
/// # Errors
///
/// As [`keep_new`].
pub(in crate::desk) fn keep_unless_changed(
    replica: &mut Replica,
    (id, clerk): (Option<[u8; 16]>, &str),
    service: ServiceId,
    (form, seen): (&Kept, &Seen),
    now_millis: i64,
) -> Result<[u8; 16], Failure> {
    match id {
        Some(id) if seen.changed_elsewhere(replica, (id, clerk), form)?.is_some() => {
            keep_apart(replica, (id, clerk), service, form, now_millis)
        }
        id => keep_new(replica, (id, clerk), service, form, now_millis),
    }
}

/// Keeps what was typed as a draft of its own, with the files of the one that it was: that one is another window's, or over.
///
/// # Errors
///
/// As [`keep_new`].
pub(in crate::desk) fn keep_apart(
    replica: &mut Replica,
    (before, clerk): ([u8; 16], &str),
    service: ServiceId,
    form: &Kept,
    now_millis: i64,
) -> Result<[u8; 16], Failure> {
    let id = fresh_id()?;
    // Whoever wrote it last is a page that is left: the one that shows it next has seen it.
    let form = Kept { window: String::new(), ..form.clone() };
    keep(replica, (id, clerk), service, &form, now_millis)?;
    if replica.draft(before)?.is_some_and(|draft| draft.clerk == clerk) {
        for file in replica.draft_files(before)? {
            if let Some(bytes) = replica.draft_file(before, file.hash)? {
                replica.put_draft_file(id, &file, &bytes)?;
            }
        }
    }
    Ok(id)
}

/// Keeps what a clerk typed; whether it did: another clerk's draft is not written over.
///
/// # Errors
///
/// When the disk refuses.
pub(in crate::desk) fn keep(
    replica: &mut Replica,
    (id, clerk): ([u8; 16], &str),
    service: ServiceId,
    form: &Kept,
    now_millis: i64,
) -> Result<bool, Failure> {
    if replica.draft(id)?.is_some_and(|known| known.clerk != clerk) {
        return Ok(false);
    }
    replica.put_draft(&Draft {
        id,
        clerk: clerk.to_owned(),
        service: service.to_string(),
        form: form.to_json(),
        created_millis: now_millis,
        changed_millis: now_millis,
    })?;
    Ok(true)
}

/// Throws a draft away where it is the clerk's.
///
/// # Errors
///
/// When the disk refuses.
pub(in crate::desk) fn drop_own(replica: &mut Replica, id: [u8; 16], clerk: &str) -> Result<(), StoreError> {
    if replica.draft(id)?.is_some_and(|draft| draft.clerk == clerk) {
        replica.drop_draft(id)?;
    }
    Ok(())
}

/// A clerk's drafts, the last one worked on first: at most `count`.
///
/// # Errors
///
/// When the database cannot be read.
pub(in crate::desk) fn lines(
    reader: &Reader,
    clerk: &str,
    count: usize,
    language: Language,
) -> Result<Vec<DraftLine>, Failure> {
    let now = moment::now_millis();
    Ok(reader.drafts(clerk, count)?.into_iter().map(|draft| DraftLine::of(draft, language, now)).collect())
}

/// As many drafts as a clerk is shown.
pub(in crate::desk) const ALL: usize = 500;

#[derive(Template)]
#[template(path = "drafts.html")]
struct DraftsPage {
    page: Page,
    drafts: Vec<DraftLine>,
}

/// All drafts of whoever asks.
pub(in crate::desk) async fn all(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    allow(visitor.role().may_read())?;
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let language = visitor.session.language;
        let page = Page::of(&visitor.session, &reader, "home", language.texts().my_drafts)?;
        Ok(DraftsPage { page, drafts: lines(&reader, visitor.clerk().as_str(), ALL, language)? })
    });
    html(&made.await?)
}

#[derive(Template)]
#[template(path = "throw_away.html")]
struct ThrowAwayPage {
    page: Page,
    draft: DraftLine,
    /// Names of the attached files that go with it.
    files: Vec<String>,
    /// Where it leads on when it is thrown away.
    after: String,
}

/// Asks before a draft is thrown away: nothing brings it back.
pub(in crate::desk) async fn ask(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Answer {
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let Some(id) = parse_id(&id) else { return Ok(None) };
        let Some(draft) = reader.draft(id)?.filter(|draft| draft.clerk == visitor.clerk().as_str()) else {
            return Ok(None);
        };
        let language = visitor.session.language;
        let t = language.texts();
        let edit = Kept::of_json(&draft.form).and_then(|kept| kept.edit);
        let title = if edit.is_some() { t.discard_ask } else { t.throw_away_ask };
        Ok(Some(ThrowAwayPage {
            page: Page::of(&visitor.session, &reader, "home", title)?,
            draft: DraftLine::of(draft, language, moment::now_millis()),
            files: reader.draft_files(id)?.into_iter().map(|file| file.name).collect(),
            after: edit.map_or_else(|| "/".to_owned(), |edit| format!("/berkas/{}", edit.id)),
        }))
    });
    match made.await? {
        Some(page) => html(&page),
        // Thrown away or saved already.
        None => Ok(go("/")),
    }
}

pub(in crate::desk) async fn throw_away(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    let clerk = visitor.clerk().to_string();
    shared
        .node
        .blocking(move |node| {
            let Some(id) = parse_id(&id) else { return Ok(()) };
            Ok(drop_own(&mut node.replica(), id, &clerk)?)
        })
        .await?;
    Ok(go(own_page(form.get("di"))))
}

//! Changing the fields of a record.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::{Extension, Json};
use change_log::DocumentId;
use data_encoding::HEXLOWER;
use office_model::{Bilingual, FieldPath, ServiceId, Status};
use serde_json::{Value, json};
use service_document::TransactionDocument;

use crate::action::{NOT_EDITABLE, fields, has_specific, known_service, load, not_editable, today};
use crate::desk::form::carried::{self, Sender};
use crate::desk::form::new_record::listed;
use crate::desk::form::sent_edit::{SentEdit, edits, seen};
use crate::desk::form::window::{Seen, VERSION, WINDOW, version_of};
use crate::desk::form::{Anonymity, Asked, Edit, Entry, Kept, Typed, ask, checked, drafts, warnings};
use crate::desk::frame::language::Worded as _;
use crate::desk::frame::page::{Answer, Page, go, html};
use crate::desk::frame::shown;
use crate::desk::frame::word::{Part, Word};
use crate::desk::moments;
use crate::desk::people::sign_in::{note_in, note_read};
use crate::desk::people::visitor::{Form, Visitor, allow};
use crate::desk::record::page::{document, service_of};
use crate::serve::Shared;
use crate::serve::entrance::Entrance;
use crate::{Act, Action, Blame, Failure, Node, moment};

/// The field of the form that says which changes it was made of.
pub(in crate::desk) const HEADS: &str = "heads";

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    page: Page,
    id: DocumentId,
    service: String,
    /// The changes that the form was made of.
    heads: String,
    /// Which window this is, and which version of the draft it shows.
    window: String,
    version: String,
    fields: Vec<Asked>,
    problems: Vec<(String, String, String)>,
    anonymity: Option<Anonymity>,
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    if let Some(failure) = shared.node.blocking(move |node| Ok(closed(&load(&node.replica(), id)?))).await? {
        let unkept = visitor.word.refusal_of(Part::Form).map(|unkept| unkept.typed.clone());
        return shut(&shared, &visitor, id, (failure, unkept)).await;
    }
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, clerk) = (visitor.session.language, visitor.clerk().as_str());
        let document = load(&reader, id)?;
        let (catalogue, service) = service_of(&document)?;
        let reads_specific = has_specific(service, &fields(&document));
        let now: Vec<String> = document.heads().iter().map(ToString::to_string).collect();
        let draft = drafts::id_of_edit(clerk, id);
        let mut page = Page::of(&visitor.session, &reader, "records", language.texts().edit)?;
        let kept = drafts::find(&reader, draft, clerk)?;
        let kept = kept.and_then(|(kept, at)| kept.edit.map(|edit| (kept.typed, edit.heads, at)));
        let is_refused = visitor.word == Word::FormRefused;
        let unkept = visitor.word.refusal_of(Part::Form);
        let (typed, heads, problems) = match (kept, unkept) {
            (_, Some(unkept)) => {
                page.flash = unkept.why.first().map(|why| language.say(why).to_owned()).unwrap_or_default();
                (Typed::of_pairs(service, &unkept.typed.0), unkept.typed.get(HEADS).to_owned(), Vec::new())
            }
            // Saved again, what is shown here stands, whatever others changed meanwhile.
            (Some((typed, heads, _)), None) if is_refused => {
                let sent = SentEdit::of(&document, service, typed, &heads);
                (sent.with_what_others_changed(), now.join(","), sent.problems(&reader, &document)?)
            }
            (Some((typed, heads, at)), None) => {
                let at = moments::short(at, moment::now_millis());
                page.flash = format!("{} {at}. {}", language.texts().edit_resumed, language.texts().carried);
                (typed, heads, Vec::new())
            }
            (None, None) => (Typed::of_record(service, &fields(&document)), now.join(","), Vec::new()),
        };
        let said: BTreeMap<String, String> =
            problems.iter().map(|problem| (problem.path.to_string(), language.say(&problem.text).to_owned())).collect();
        let anonymity = Anonymity::of_record(catalogue, service, &fields(&document), language);
        let odd = warnings((catalogue, service), (&typed, Some(&fields(&document))), today(&reader), language);
        let fields = ask((catalogue, service), &typed, (&said, &odd), language);
        let problems = listed(catalogue, service, &problems, language);
        let (window, version) = match unkept {
            // The window that sent it goes on here: it saw no more of the draft than it had.
            Some(unkept) => (unkept.typed.get(WINDOW).to_owned(), unkept.typed.get(VERSION).to_owned()),
            None => (HEXLOWER.encode(&drafts::fresh_id()?), version_of(&reader, draft)?),
        };
        drop(reader);
        if reads_specific {
            note_read(node, clerk, Act::SpecificRead, &id.to_string());
        }
        let service = language.say(&service.label).to_owned();
        Ok(EditPage { page, id, service, heads, window, version, fields, problems, anonymity })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn save(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let visitor = carried::sender(&shared, sender, (&entrance, &headers), &format!("/berkas/{id}/ubah"), &form).await?;
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let clerk = visitor.clerk().clone();
    let (typed, right) = (form.clone(), visitor.right(&shared));
    let said = shared.node.blocking(move |node| {
        let draft = drafts::id_of_edit(clerk.as_str(), id);
        // What another window kept since this one saw it is that one's: it stays.
        let is_others = changed_elsewhere(node, (clerk.as_str(), id), &form)?.is_some();
        // Looked at and saved with nobody in between.
        let done = node.act(&right, |doing| {
            let document = load(doing.replica, id)?;
            let (_, service) = service_of(&document)?;
            let sent = SentEdit::of(&document, service, Typed::of_pairs(service, &form.0), form.get(HEADS));
            if !sent.changed_meanwhile().is_empty() {
                return Ok(Word::FormRefused);
            }
            let word = if sent.edits.is_empty() {
                Word::Unchanged
            } else {
                doing.perform(&Action::Set { id, edits: sent.edits, clerk: clerk.clone() })?;
                note_in(doing.replica, clerk.as_str(), Act::Edit, &id.to_string())?;
                Word::Saved
            };
            if !is_others {
                doing.replica.drop_draft(draft)?;
            }
            Ok(word)
        });
        match done {
            Ok(Word::FormRefused) => {}
            Err(failure) if !failure.problems.is_empty() => {}
            done => return done,
        }
        if is_others {
            return Err(drafts_apart());
        }
        // As a draft it is shown again with what is wrong; going back to that page asks nobody to send a form again.
        let mut replica = node.replica();
        let (service, kept) = kept_of(&load(&replica, id)?, id, &form)?;
        drafts::keep(&mut replica, (draft, clerk.as_str()), service, &kept, moment::now_millis())?;
        Ok(Word::FormRefused)
    });
    let word = match said.await {
        Err(failure) if failure.code == NOT_EDITABLE => {
            return shut(&shared, &visitor, id, (failure, Some(typed))).await;
        }
        // No draft can be kept: what was typed waits in memory, and stands in the form again.
        Err(failure) if failure.blame == Blame::Machine || failure.code == DRAFTS_APART => {
            let to = format!("/berkas/{id}/ubah");
            return Ok(visitor.refuses(&shared, &to, (Part::Form, vec![failure.text], &typed)));
        }
        said => said?,
    };
    let page = if word == Word::FormRefused { "/ubah" } else { "" };
    Ok(visitor.leads(&shared, &format!("/berkas/{id}{page}"), word))
}

/// What is said of a form that came along to a sign-in, where the draft is another window's.
pub(super) fn carried_apart() -> Bilingual {
    Bilingual::new(
        "Yang Anda ketik masih ada di sini, tetapi belum tersimpan: jendela lain menyimpan draf untuk berkas yang sama. Draf itu \
         tetap; periksa isian di sini, lalu simpan.",
        "What you typed is still here, and not saved: another window keeps a draft for the same record. That one stays; check \
         the form here, then save.",
    )
}

const DRAFTS_APART: &str = "drafts_apart";

/// What was typed here is not right, and the draft is another window's.
fn drafts_apart() -> Failure {
    Failure::input(
        DRAFTS_APART,
        "Isian ini belum disimpan: ada yang perlu diperbaiki, dan jendela lain menyimpan draf untuk berkas yang sama. Draf itu \
         tetap; perbaiki isian di sini lalu simpan lagi.",
        "This was not saved: something is to be corrected, and another window keeps a draft for the same record. That one stays; \
         correct the form here, then save again.",
    )
}

/// Why the fields of a record are not changed any more, where they are not.
fn closed(document: &TransactionDocument) -> Option<Failure> {
    let status = document.row().status.parse::<Status>().ok();
    status.filter(|status| !status.is_editable()).map(|status| not_editable(status, known_service(document)))
}

/// Back to the record, which says why, and what was typed: another record may need it. What was kept of it stays among the
/// clerk's drafts until they throw it away.
async fn shut(shared: &Shared, visitor: &Visitor, id: DocumentId, (failure, sent): (Failure, Option<Form>)) -> Answer {
    let (clerk, language) = (visitor.clerk().to_string(), visitor.session.language);
    let typed = shared.node.blocking(move |node| {
        let reader = node.replica();
        let document = load(&reader, id)?;
        let (catalogue, service) = service_of(&document)?;
        let kept = drafts::find(&reader, drafts::id_of_edit(&clerk, id), &clerk)?;
        let kept = kept.and_then(|(kept, _)| kept.edit.map(|edit| (kept.typed, edit.heads)));
        let sent = sent.map(|form| (Typed::of_pairs(service, &form.0), form.get(HEADS).to_owned())).or(kept);
        let Some((typed, heads)) = sent else { return Ok(Vec::new()) };
        let told = |(path, value): (FieldPath, Value)| {
            let label = shown::path_label((catalogue, service), (&path.to_string(), None), language);
            let said = shown::value(catalogue.field_at(service, &path), &value, language);
            let line = format!("{label}: {said}");
            Bilingual::new(line.clone(), line)
        };
        Ok(SentEdit::of(&document, service, typed, &heads).edits.into_iter().map(told).collect::<Vec<_>>())
    });
    let mut why = vec![failure.text];
    let typed = typed.await?;
    if !typed.is_empty() {
        why.push(Bilingual::new("Yang Anda ketik dan tidak disimpan:", "What you typed and was not saved:"));
        why.extend(typed);
    }
    Ok(visitor.refuses(shared, &format!("/berkas/{id}"), (Part::Steps, why, &Form::default())))
}

/// What would be said of the form if it was saved now.
pub(in crate::desk) async fn check(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let said = shared.node.blocking(move |node| {
        let reader = node.replica();
        let document = load(&reader, id)?;
        let (catalogue, service) = service_of(&document)?;
        let typed = Typed::of_pairs(service, &form.0);
        let before = fields(&document);
        Ok(checked((catalogue, service), (&typed, Some(&before)), today(&reader), visitor.session.language))
    });
    Ok(Json(said.await?).into_response())
}

/// Keeps what is typed, by the page's script alone: without it, the form is sent when it is done. What the script sends behind
/// a screen that is locked already says so no more.
pub(in crate::desk) async fn keep(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let visitor = if headers.contains_key("x-desk-script") {
        let visitor = sender?;
        visitor.check(&form)?;
        visitor
    } else {
        carried::sender(&shared, sender, (&entrance, &headers), &format!("/berkas/{id}/ubah"), &form).await?
    };
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let said = shared.node.blocking(move |node| {
        let (now, clerk) = (moment::now_millis(), visitor.clerk().as_str());
        if let Some(at) = changed_elsewhere(node, (clerk, id), &form)? {
            return Ok(json!({ "kept": "", "elsewhere": moments::short(at, now) }));
        }
        let kept = keep_changes(node, (clerk, id), &form, now)?;
        let version = kept.map_or(Ok(String::new()), |draft| version_of(&node.replica(), draft))?;
        Ok(json!({ "kept": kept.map_or_else(String::new, |_| moments::short(now, now)), "version": version }))
    });
    Ok(Json(said.await?).into_response())
}

/// What stands in a form that changes a record, as a draft keeps it.
///
/// # Errors
///
/// When this program does not know the record's service.
pub(super) fn kept_of(
    document: &TransactionDocument,
    id: DocumentId,
    form: &Form,
) -> Result<(ServiceId, Kept), Failure> {
    let (catalogue, service) = service_of(document)?;
    let kept = Kept {
        typed: Typed::of_pairs(service, &form.0),
        catalogue: catalogue.version().to_string(),
        edit: Some(Edit { id, heads: form.get(HEADS).to_owned() }),
        window: form.get(WINDOW).to_owned(),
    };
    Ok((service.id, kept))
}

/// When another window of the clerk changed the draft of these changes since the one that sends this form saw it.
fn changed_elsewhere(node: &Node, (clerk, id): (&str, DocumentId), form: &Form) -> Result<Option<i64>, Failure> {
    let replica = node.replica();
    let (_, kept) = kept_of(&load(&replica, id)?, id, form)?;
    Ok(Seen::of(form).changed_elsewhere(&replica, (drafts::id_of_edit(clerk, id), clerk), &kept)?)
}

/// Keeps what a form changes in a record; the draft, or nothing where it changes nothing.
fn keep_changes(
    node: &Node,
    (clerk, id): (&str, DocumentId),
    form: &Form,
    now: i64,
) -> Result<Option<[u8; 16]>, Failure> {
    let mut replica = node.replica();
    let document = load(&replica, id)?;
    let (_, service) = service_of(&document)?;
    let typed = Typed::of_pairs(service, &form.0);
    let draft = drafts::id_of_edit(clerk, id);
    let seen = seen(&document, service, form.get(HEADS));
    // A late word of a page whose form was saved meanwhile, or what was typed and taken back.
    if seen.is_some_and(|seen| edits(service, &seen, &typed).is_empty())
        || edits(service, &Typed::of_record(service, &fields(&document)), &typed).is_empty()
    {
        replica.drop_draft(draft)?;
        return Ok(None);
    }
    let (service, kept) = kept_of(&document, id, form)?;
    drafts::keep(&mut replica, (draft, clerk), service, &kept, now)?;
    Ok(Some(draft))
}

/// Away from a form, which is asked about where it changed something: until then what was typed is a draft, so the way back
/// to it is open, without script too.
pub(in crate::desk) async fn leave(
    sender: Sender,
    State(shared): State<Arc<Shared>>,
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let visitor = carried::sender(&shared, sender, (&entrance, &headers), &format!("/berkas/{id}/ubah"), &form).await?;
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let clerk = visitor.clerk().to_string();
    let kept = shared.node.blocking(move |node| {
        // What another window kept since this one saw it is that one's: nobody is asked about it here.
        if changed_elsewhere(node, (&clerk, id), &form)?.is_some() {
            return Ok(None);
        }
        keep_changes(node, (&clerk, id), &form, moment::now_millis())
    });
    let kept = kept.await?;
    Ok(go(&kept.map_or_else(|| format!("/berkas/{id}"), |draft| format!("/draf/{}/buang", HEXLOWER.encode(&draft)))))
}

//! Changing the fields of a record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::{Extension, Json};
use change_log::DocumentId;
use data_encoding::HEXLOWER;
use office_model::{Bilingual, FaultCode, FieldKind, FieldPath, Problem, Segment, Service, Status};
use replica_store::Reader;
use serde_json::{Value, json};
use service_document::TransactionDocument;

use crate::action::since_seen::at_heads;
use crate::action::{NOT_EDITABLE, catalogue_of, fields, has_specific, load, not_editable, today};
use crate::desk::form::carried::{self, Sender};
use crate::desk::form::new_record::listed;
use crate::desk::form::window::{Seen, WINDOW, version_of};
use crate::desk::form::{Asked, Edit, Entry, Kept, Typed, ask, checked, drafts, rows};
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
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    if let Some(failure) = shared.node.blocking(move |node| Ok(closed(&load(&node.replica(), id)?))).await? {
        return shut(&shared, &visitor, id, (failure, None)).await;
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
                let sent = Sent::of(&document, service, typed, &heads);
                (sent.with_what_others_changed(), now.join(","), sent.problems(&reader, &document))
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
        let fields = ask(service, catalogue.person_fields(), &typed, (&said, &BTreeMap::new()), language);
        let problems = listed(catalogue, service, &problems, language);
        let (window, version) = (HEXLOWER.encode(&drafts::fresh_id()?), version_of(&reader, draft)?);
        drop(reader);
        if reads_specific {
            note_read(node, clerk, Act::SpecificRead, &id.to_string());
        }
        let service = language.say(&service.label).to_owned();
        Ok(EditPage { page, id, service, heads, window, version, fields, problems })
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
            let sent = Sent::of(&document, service, Typed::of_pairs(service, &form.0), form.get(HEADS));
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
        let document = load(&replica, id)?;
        let (catalogue, service) = service_of(&document)?;
        let edit = Some(Edit { id, heads: form.get(HEADS).to_owned() });
        let typed = Typed::of_pairs(service, &form.0);
        let window = form.get(WINDOW).to_owned();
        let kept = Kept { typed, catalogue: catalogue.version().to_string(), edit, window };
        drafts::keep(&mut replica, (draft, clerk.as_str()), service.id, &kept, moment::now_millis())?;
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
    status.filter(|status| !status.is_editable()).map(not_editable)
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
        Ok(Sent::of(&document, service, typed, &heads).edits.into_iter().map(told).collect::<Vec<_>>())
    });
    let mut why = vec![failure.text];
    let typed = typed.await?;
    if !typed.is_empty() {
        why.push(Bilingual::new("Yang Anda ketik dan tidak disimpan:", "What you typed and was not saved:"));
        why.extend(typed);
    }
    Ok(visitor.refuses(shared, &format!("/berkas/{id}"), (Part::Steps, why, &Form::default())))
}

/// A form as it was sent, against what it was made of.
struct Sent {
    /// The values that it was made of, where that can still be told.
    seen: Option<Typed>,
    /// Those of now.
    now: Typed,
    typed: Typed,
    /// What it changes.
    edits: Vec<(FieldPath, Value)>,
}

impl Sent {
    /// `heads`: the changes that the form was made of, as it says them.
    fn of(document: &TransactionDocument, service: &Service, typed: Typed, heads: &str) -> Self {
        let now = Typed::of_record(service, &fields(document));
        let seen = seen(document, service, heads);
        let edits = edits_of(service, (seen.as_ref().unwrap_or(&now), &now), &typed);
        Self { seen, now, typed, edits }
    }

    /// What was typed, and in the fields that were not touched here what others changed meanwhile: saved as it is shown, it
    /// undoes none of that. A list of persons counts as one field.
    fn with_what_others_changed(&self) -> Typed {
        let Some(seen) = &self.seen else { return self.typed.clone() };
        let touched: BTreeSet<String> =
            self.typed.changes_since(seen).into_iter().map(|(path, _)| field_of(&path)).collect();
        let mut texts = self.typed.texts().clone();
        for (path, value) in self.now.changes_since(seen) {
            if !touched.contains(&field_of(&path)) {
                texts.insert(path.to_string(), value);
            }
        }
        Typed::of_texts(texts)
    }

    fn changed_meanwhile(&self) -> Vec<Problem> {
        // Where nobody knows what was seen, all that differs is shown first.
        let seen = self.seen.as_ref().unwrap_or(&self.typed);
        changed_meanwhile(&self.edits, (seen, &self.now, &self.typed))
    }

    /// Why it is not saved as it is.
    fn problems(&self, reader: &Reader, document: &TransactionDocument) -> Vec<Problem> {
        let meanwhile = self.changed_meanwhile();
        if !meanwhile.is_empty() {
            return meanwhile;
        }
        let (catalogue, service) = (catalogue_of(document), document.row().service);
        catalogue.validate_edit(&service, &fields(document), &self.edits, today(reader)).err().unwrap_or_default()
    }
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
        Ok(checked((catalogue, service), &typed, today(&reader), visitor.session.language))
    });
    Ok(Json(said.await?).into_response())
}

/// Keeps what is typed, by the page's script alone: without it, the form is sent when it is done.
pub(in crate::desk) async fn keep(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
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

/// When another window of the clerk changed the draft of these changes since the one that sends this form saw it.
fn changed_elsewhere(node: &Node, (clerk, id): (&str, DocumentId), form: &Form) -> Result<Option<i64>, Failure> {
    let replica = node.replica();
    let document = load(&replica, id)?;
    let (catalogue, service) = service_of(&document)?;
    let kept = Kept {
        typed: Typed::of_pairs(service, &form.0),
        catalogue: catalogue.version().to_string(),
        edit: Some(Edit { id, heads: form.get(HEADS).to_owned() }),
        window: String::new(),
    };
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
    let (catalogue, service) = service_of(&document)?;
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
    let edit = Some(Edit { id, heads: form.get(HEADS).to_owned() });
    let window = form.get(WINDOW).to_owned();
    let kept = Kept { typed, catalogue: catalogue.version().to_string(), edit, window };
    drafts::keep(&mut replica, (draft, clerk), service.id, &kept, now)?;
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

/// The values that a form was made of.
fn seen(document: &TransactionDocument, service: &Service, heads: &str) -> Option<Typed> {
    let record = at_heads(document, heads)?;
    Some(Typed::of_record(service, record.get("fields")?.as_object()?))
}

/// The field that a path is part of: a list as a whole, else the very place.
fn field_of(path: &FieldPath) -> String {
    if is_list(path) { path.root().to_owned() } else { path.to_string() }
}

/// What this form changes and somebody else has changed to something else since it was opened: not to be written over
/// unseen. Saved again, the form that shows it stands.
fn changed_meanwhile(edits: &[(FieldPath, Value)], (seen, now, typed): (&Typed, &Typed, &Typed)) -> Vec<Problem> {
    let others: Vec<(FieldPath, String)> = now.changes_since(seen);
    let clashes = others.into_iter().filter(|(path, value)| {
        let is_of = |edited: &FieldPath| edited == path || (is_list(edited) && edited.root() == path.root());
        let is_here = edits.iter().any(|(edited, _)| is_of(edited));
        is_here && typed.get(&path.to_string()) != value
    });
    clashes
        .map(|(path, value)| {
            let text = Bilingual::new(
                format!(
                    "Sementara formulir ini terbuka, isian ini diubah menjadi \"{value}\". Periksa, lalu simpan lagi."
                ),
                format!("While this form was open, this became \"{value}\". Check it, then save again."),
            );
            Problem { path, code: FaultCode::ChangedMeanwhile, text }
        })
        .collect()
}

/// Whether a path is of a list: its rows have no names, so those of two people are not told apart.
fn is_list(path: &FieldPath) -> bool {
    path.segments().iter().any(|segment| matches!(segment, Segment::Index(_)))
}

/// What a form changes in a record. A person of whom nothing is left, where none has to be, is taken away whole.
fn edits(service: &Service, before: &Typed, typed: &Typed) -> Vec<(FieldPath, Value)> {
    let mut edits = Vec::new();
    let mut emptied: BTreeSet<String> = BTreeSet::new();
    let is_optional_person =
        |key: &str| service.field(key).is_some_and(|field| field.kind == FieldKind::Person && !field.required);
    for (path, text) in typed.changes_since(before) {
        if let [Segment::Key(group), Segment::Key(_)] = path.segments()
            && is_optional_person(group)
            && typed.is_blank_below(group)
        {
            emptied.insert(group.clone());
            continue;
        }
        // What the form has no place for, of a newer catalogue, stays as it is.
        if !is_list(&path) && typed.has(&path.to_string()) {
            edits.push((path, value_of(text)));
        }
    }
    edits.extend(emptied.iter().filter_map(|group| Some((group.parse().ok()?, Value::Null))));
    let lists = service.fields.iter().filter(|field| matches!(field.kind, FieldKind::Persons { .. }));
    edits.extend(lists.flat_map(|field| list_edits(&field.key, before, typed)));
    edits.retain(|(path, _)| service.field(path.root()).is_some());
    edits
}

fn value_of(text: String) -> Value {
    if text.is_empty() { Value::Null } else { Value::String(text) }
}

/// What a form changes in a list of persons: those who stay are changed in place, new ones are added whole at its end, and those
/// who were removed are taken away, the last first.
fn list_edits(key: &str, before: &Typed, typed: &Typed) -> Vec<(FieldPath, Value)> {
    let (was, is) = (before.list(key), typed.list(key));
    let matched = rows::matched(&was, &is);
    let record = typed.to_record();
    let persons = record.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut edits: Vec<(String, Value)> = Vec::new();
    let mut added = Vec::new();
    for (at, (row, place)) in is.iter().zip(&matched).enumerate() {
        let Some(place) = *place else {
            added.extend(persons.get(at).cloned());
            continue;
        };
        let stood = was.get(place);
        let changed = row.iter().filter(|(rest, text)| {
            stood.and_then(|stood| stood.get(*rest)).map_or("", String::as_str) != text.as_str()
        });
        edits.extend(changed.map(|(rest, text)| (format!("{key}[{place}]{rest}"), value_of(text.clone()))));
    }
    edits.extend((was.len()..).zip(added).map(|(at, person)| (format!("{key}[{at}]"), person)));
    let gone = (0..was.len()).rev().filter(|at| !matched.contains(&Some(*at)));
    edits.extend(gone.map(|at| (format!("{key}[{at}]"), Value::Null)));
    edits.into_iter().filter_map(|(path, value)| Some((path.parse().ok()?, value))).collect()
}

/// What a form that was made of `seen` changes in a record that stands like `now`. A list that others changed meanwhile has
/// other places by now: what is to become of it is told from how it stands.
fn edits_of(service: &Service, (seen, now): (&Typed, &Typed), typed: &Typed) -> Vec<(FieldPath, Value)> {
    let mut all = edits(service, seen, typed);
    for field in service.fields.iter().filter(|field| matches!(field.kind, FieldKind::Persons { .. })) {
        let key = field.key.as_str();
        let is_touched = all.iter().any(|(path, _)| path.root() == key);
        if is_touched && seen.list(key) != now.list(key) {
            all.retain(|(path, _)| path.root() != key);
            all.extend(list_edits(key, now, typed));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use change_log::EpochId;
    use office_model::Catalogue;
    use serde_json::{Map, json};
    use service_document::{Authored, NewTransaction, Stamp};

    use super::*;

    fn service(id: &str) -> &'static Service {
        Catalogue::current().service(&id.parse().unwrap()).unwrap()
    }

    fn record(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn sent(service: &Service, pairs: &[(&str, &str)]) -> Typed {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Typed::of_pairs(service, &pairs)
    }

    fn paths(edits: &[(FieldPath, Value)]) -> Vec<(String, Value)> {
        edits.iter().map(|(path, value)| (path.to_string(), value.clone())).collect()
    }

    #[test]
    fn a_person_of_whom_nothing_is_left_is_taken_away_whole() {
        let service = service("G05");
        let before = Typed::of_record(service, &record(&json!({"ayah": {"nama": "Budi", "nik": "3510014107900001"}})));
        let emptied = sent(service, &[("ayah.nama", ""), ("ayah.nik", ""), ("ayah.pekerjaan", "")]);
        assert_eq!(paths(&edits(service, &before, &emptied)), [("ayah".to_owned(), Value::Null)]);
        let half = sent(service, &[("ayah.nama", "Budi"), ("ayah.nik", "")]);
        assert_eq!(paths(&edits(service, &before, &half)), [("ayah.nik".to_owned(), Value::Null)]);
    }

    #[test]
    fn what_the_form_has_no_place_for_stays() {
        let service = service("G05");
        let before = Typed::of_record(service, &record(&json!({"ayah": {"nama": "Budi", "gelar": "Haji"}})));
        let typed = sent(service, &[("ayah.nama", "Budiman")]);
        assert_eq!(paths(&edits(service, &before, &typed)), [("ayah.nama".to_owned(), json!("Budiman"))]);
    }

    /// A form of a family card as its page sends it, with these members.
    fn family(names: &[&str]) -> Typed {
        let places: Vec<String> = (0..names.len()).map(|at| format!("anggota[{at}].nama")).collect();
        let pairs: Vec<(&str, &str)> = places.iter().map(String::as_str).zip(names.iter().copied()).collect();
        sent(service("G03"), &pairs)
    }

    #[test]
    fn a_person_who_is_removed_takes_nobody_elses_place() {
        let (service, before) = (service("G03"), family(&["Ani", "Budi", "Cici"]));
        let changes = |names: &[&str]| paths(&edits(service, &before, &family(names)));
        assert_eq!(changes(&["Ani", "", "Cici"]), [("anggota[1]".to_owned(), Value::Null)]);
        let expected = [
            ("anggota[2].nama".to_owned(), json!("Cicih")),
            ("anggota[3]".to_owned(), json!({"nama": "Dedi"})),
            ("anggota[0]".to_owned(), Value::Null),
        ];
        assert_eq!(changes(&["", "Budi", "Cicih", "Dedi"]), expected);
        assert_eq!(changes(&[]).len(), 3);
    }

    #[test]
    fn two_machines_that_change_one_list_change_the_persons_they_mean() {
        let service = service("G03");
        let stamp = |machine: u8, millis: i64| Stamp {
            epoch: EpochId([machine; 16]),
            millis,
            hub_offset_millis: None,
            clerk: "siti".to_owned(),
        };
        let new = NewTransaction {
            office: "35.10.01.2001".parse().unwrap(),
            service: "G03".parse().unwrap(),
            catalogue_version: 1,
            fields: record(&json!({"anggota": [{"nama": "Ani"}, {"nama": "Budi"}, {"nama": "Cici"}]})),
            number: None,
            serials: None,
        };
        let (_, first) = TransactionDocument::create(&new, &stamp(1, 1)).unwrap();
        let load =
            |changes: &[&Authored]| TransactionDocument::load(changes.iter().map(|one| one.raw.as_slice())).unwrap();
        let change = |machine: u8, names: &[&str]| {
            let mut document = load(&[&first]);
            let heads = document.heads().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            let sent = Sent::of(&document, service, family(names), &heads);
            document.edit(&sent.edits, &stamp(machine, 2)).unwrap().unwrap()
        };
        let removed = change(1, &["Ani", "Cici"]);
        let names = |other: &Authored| -> Vec<String> {
            let merged = load(&[&first, &removed, other]);
            let all = fields(&merged)["anggota"].as_array().unwrap().clone();
            all.iter().map(|one| one["nama"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&change(2, &["Ani", "Budi Santoso", "Cici"])), ["Ani", "Cici"], "who is removed stays so");
        assert_eq!(names(&change(2, &["Ani", "Budi", "Cici Lestari"])), ["Ani", "Cici Lestari"]);
        assert_eq!(names(&change(2, &["Ani", "Cici"])), ["Ani", "Cici"], "both removed the same person");
        assert_eq!(names(&change(2, &["Ani", "Budi", "Cici", "Dedi"])), ["Ani", "Cici", "Dedi"]);
        // At one machine: the same person was removed in another tab meanwhile.
        let now = load(&[&first, &removed]);
        let heads = load(&[&first]).heads()[0].to_string();
        let sent = |names: &[&str]| Sent::of(&now, service, family(names), &heads);
        assert_eq!(sent(&["Ani", "Cici"]).edits, []);
        assert!(!sent(&["Ani", "Budi Santoso", "Cici"]).changed_meanwhile().is_empty());
    }

    #[test]
    fn lines_that_a_browser_ends_in_its_own_way_were_not_touched() {
        let service = service("P04");
        let before = Typed::of_record(service, &record(&json!({"rincian": "satu\ndua", "barang": "Dompet"})));
        let typed = sent(service, &[("rincian", "satu\r\ndua"), ("barang", "Dompet hitam")]);
        assert_eq!(paths(&edits(service, &before, &typed)), [("barang".to_owned(), json!("Dompet hitam"))]);
    }
}

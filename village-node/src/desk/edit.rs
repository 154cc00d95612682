//! Changing the fields of a record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use change_log::{ChangeHash, DocumentId};
use office_model::{Bilingual, FaultCode, FieldPath, Problem, Service};
use serde_json::{Map, Value};
use service_document::TransactionDocument;

use super::form::{Asked, Entry, Typed, ask};
use super::language::Worded as _;
use super::new_record::listed;
use super::page::{Answer, Page, go, html};
use super::record::{document, service_of};
use super::sign_in::note;
use super::visitor::{Form, Visitor, allow};
use crate::Action;
use crate::action::{fields, has_specific, load};
use crate::serve::Shared;

/// The field of the form that says which changes it was made of.
const HEADS: &str = "heads";

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    page: Page,
    id: DocumentId,
    service: String,
    /// The changes that the form was made of.
    heads: String,
    fields: Vec<Asked>,
    problems: Vec<(String, String, String)>,
}

pub(super) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Answer {
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    editing(&shared, visitor, id, None, &[]).await
}

/// The form of a record, as it stands or as it was typed.
async fn editing(
    shared: &Shared,
    visitor: Visitor,
    id: DocumentId,
    typed: Option<Typed>,
    problems: &[Problem],
) -> Answer {
    let problems = problems.to_vec();
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let language = visitor.session.language;
        let document = load(&reader, id)?;
        let (catalogue, service) = service_of(&document)?;
        let reads_specific = has_specific(service, &fields(&document));
        let typed = typed.unwrap_or_else(|| Typed::of_record(service, &fields(&document)));
        let said: BTreeMap<String, String> =
            problems.iter().map(|problem| (problem.path.to_string(), language.say(&problem.text).to_owned())).collect();
        let fields = ask(service, catalogue.person_fields(), &typed, (&said, &BTreeMap::new()), language);
        let listed = listed(catalogue, service, &problems, language);
        let page = Page::of(&visitor.session, &reader, "records", language.texts().edit)?;
        drop(reader);
        if reads_specific {
            note(node, visitor.clerk().as_str(), "specific_read", &id.to_string())?;
        }
        let heads: Vec<String> = document.heads().iter().map(ToString::to_string).collect();
        let service = language.say(&service.label).to_owned();
        Ok(EditPage { page, id, service, heads: heads.join(","), fields, problems: listed })
    });
    html(&made.await?)
}

pub(super) async fn save(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let clerk = visitor.clerk().clone();
    let pairs = form.0;
    let done = shared.node.blocking(move |node| {
        let document = load(&node.replica(), id)?;
        let (_, service) = service_of(&document)?;
        let now = Typed::of_record(service, &fields(&document));
        let seen = seen(&document, &pairs).map_or_else(|| now.clone(), |seen| Typed::of_record(service, &seen));
        let typed = Typed::of_pairs(service, &pairs);
        let edits = edits(service, &seen, &typed);
        let meanwhile = changed_meanwhile(&edits, (&seen, &now, &typed));
        if !meanwhile.is_empty() {
            return Ok((typed, Err(meanwhile)));
        }
        if edits.is_empty() {
            return Ok((typed, Ok(false)));
        }
        let name = clerk.to_string();
        match node.perform(&Action::Set { id, edits, clerk }) {
            Ok(_) => {
                note(node, &name, "edit", &id.to_string())?;
                Ok((typed, Ok(true)))
            }
            Err(failure) if !failure.problems.is_empty() => Ok((typed, Err(failure.problems))),
            Err(failure) => Err(failure),
        }
    });
    match done.await? {
        (_, Ok(changed)) => Ok(go(&format!("/berkas/{id}?kata={}", if changed { "tersimpan" } else { "tetap" }))),
        (typed, Err(problems)) => editing(&shared, visitor, id, Some(typed), &problems).await,
    }
}

/// The values that a form was made of, where it says so: others may have changed some since.
fn seen(document: &TransactionDocument, pairs: &[(String, String)]) -> Option<Map<String, Value>> {
    let (_, heads) = pairs.iter().find(|(name, _)| name == HEADS)?;
    let heads = heads.split(',').map(|hash| hash.parse::<ChangeHash>().ok()).collect::<Option<Vec<_>>>()?;
    document.to_json_at(&heads)?.get("fields")?.as_object().cloned()
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
    path.segments().iter().any(|segment| matches!(segment, office_model::Segment::Index(_)))
}

/// What a form changes in a record. New persons at the end of a list are added whole; those at the end that were
/// emptied are taken away, the last first.
fn edits(service: &Service, before: &Typed, typed: &Typed) -> Vec<(FieldPath, Value)> {
    let mut edits = Vec::new();
    let mut gone = Vec::new();
    let mut added: BTreeSet<String> = BTreeSet::new();
    for (path, text) in typed.changes_since(before) {
        let in_list = match path.segments() {
            [office_model::Segment::Key(key), office_model::Segment::Index(index), ..] => {
                Some((key.clone(), usize::try_from(*index).unwrap_or(usize::MAX)))
            }
            _ => None,
        };
        let value = if text.is_empty() { Value::Null } else { Value::String(text) };
        match in_list {
            Some((key, index)) if index >= before.rows(&key) => {
                added.insert(format!("{key}[{index}]"));
            }
            Some((key, index)) if index >= typed.rows(&key) => {
                let row = format!("{key}[{index}]");
                if !gone.contains(&row) {
                    gone.push(row);
                }
            }
            _ => edits.push((path, value)),
        }
    }
    let record = typed.to_record();
    for row in &added {
        let path: Option<FieldPath> = row.parse().ok();
        let value = path.as_ref().and_then(|path| match path.segments() {
            [office_model::Segment::Key(key), office_model::Segment::Index(index)] => {
                record.get(key)?.as_array()?.get(usize::try_from(*index).ok()?).cloned()
            }
            _ => None,
        });
        edits.extend(path.zip(value));
    }
    gone.sort_by_key(|row| std::cmp::Reverse((row.len(), row.clone())));
    edits.extend(gone.iter().filter_map(|row| Some((row.parse().ok()?, Value::Null))));
    // Only what the form has: fields of a newer catalogue are not on it and stay as they are.
    edits.retain(|(path, _)| service.field(path.root()).is_some());
    edits
}

//! One record: where it stands, its fields, its steps, its history; and changing it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use change_log::DocumentId;
use letter_print::Paper;
use office_model::{Catalogue, FieldPath, Problem, Service, Status};
use replica_store::{EntryState, Replica};
use serde_json::{Map, Value};
use service_document::TransactionDocument;

use super::divergences::{Difference, differences};
use super::form::{Asked, Entry, Typed, ask};
use super::language::Language;
use super::page::{Answer, Halt, Page, go, html};
use super::sign_in::note;
use super::visitor::{Form, Visitor, allow};
use super::{moments, shown};
use crate::action::{catalogue_of, letter};
use crate::serve::Shared;
use crate::{Action, Blame, Failure};

/// Places of a document that are no fields of the form.
const NOT_SHOWN: [&str; 6] = ["kind", "office", "service", "catalogue", "fields", "steps"];

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    page: Page,
    id: DocumentId,
    service: String,
    service_id: String,
    name: String,
    number: String,
    status: String,
    status_word: String,
    state: Standing,
    promised: String,
    papers: Vec<String>,
    groups: Vec<Group>,
    steps: Vec<Step>,
    is_final: bool,
    prints: Prints,
    asks_reason: bool,
    /// Why a step was not taken, and the reason that was given with it.
    step_said: String,
    reason: String,
    may_edit: bool,
    differences: Vec<Difference>,
    history: Vec<Told>,
}

/// What can be printed.
enum Prints {
    Nothing,
    Draft,
    Letter,
}

impl Prints {
    fn of(service: &Service, status: &str) -> Self {
        match (service.is_letter, letter::is_draft(status)) {
            (false, _) => Self::Nothing,
            (true, true) => Self::Draft,
            (true, false) => Self::Letter,
        }
    }

    const fn any(&self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// Where a record stands on its way to the hub.
enum Standing {
    /// Not all of it is acknowledged.
    Here,
    /// The hub refused something of it: the codes.
    Refused(Vec<String>),
    /// Another machine's changes wait for the gate.
    Judged,
    /// The hub has all of it; when both sides were last proven equal, empty when something changed since.
    Received(String),
}

/// Fields that belong together.
struct Group {
    title: String,
    /// Label and value.
    fields: Vec<(String, String)>,
}

/// A step that may be taken.
struct Step {
    to: &'static str,
    label: String,
    needs_reason: bool,
}

/// One change as people read it.
struct Told {
    when: String,
    who: String,
    machine: String,
    begins: bool,
    reason: String,
    /// Label, value before, value after, whether it settled a difference.
    edits: Vec<(String, String, String, bool)>,
}

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    page: Page,
    id: DocumentId,
    service: String,
    fields: Vec<Asked>,
    problems: Vec<(String, String, String)>,
}

#[derive(serde::Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    kata: String,
}

fn document(id: &str) -> Result<DocumentId, Halt> {
    id.parse().map_err(|_| Failure::no_transaction(id.chars().take(40).collect::<String>()).into())
}

fn load(replica: &Replica, id: DocumentId) -> Result<TransactionDocument, Failure> {
    replica.document(id)?.ok_or_else(|| Failure::no_transaction(id))
}

/// The catalogue and the service of a record.
fn service_of(document: &TransactionDocument) -> Result<(&'static Catalogue, &'static Service), Failure> {
    let catalogue = catalogue_of(document);
    let service = catalogue.service(&document.row().service);
    service.map(|service| (catalogue, service)).ok_or_else(|| {
        Failure::new(
            Blame::State,
            "unknown_service",
            "Layanan berkas ini tidak dikenal program ini; perbarui program. Data berkas utuh.",
            "This program does not know the record's service; update it. The record is whole.",
        )
    })
}

/// Whether specially protected data (law 27/2022 on personal data) is in a record.
fn has_specific(service: &Service, record: &Map<String, Value>) -> bool {
    service.fields.iter().any(|field| field.specific.is_some() && record.contains_key(&field.key))
}

fn fields_of(document: &TransactionDocument) -> Map<String, Value> {
    match document.to_json().get("fields") {
        Some(Value::Object(fields)) => fields.clone(),
        _ => Map::new(),
    }
}

pub(super) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(said): Query<Said>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let made = shared.node.blocking(move |node| {
        let made = make(&node.replica(), &visitor, id, &said.kata)?;
        if made.1 {
            note(node, visitor.clerk().as_str(), "specific_read", &id.to_string())?;
        }
        Ok(made.0)
    });
    html(&made.await?)
}

/// The page, and whether specially protected data is on it.
fn make(replica: &Replica, visitor: &Visitor, id: DocumentId, said: &str) -> Result<(RecordPage, bool), Failure> {
    let (language, t) = (visitor.session.language, visitor.session.language.texts());
    let document = load(replica, id)?;
    let (catalogue, service) = service_of(&document)?;
    let row = document.row();
    let record = fields_of(&document);
    let mut page = Page::of(&visitor.session, replica, "records", language.say(&service.label))?;
    page.flash = match said {
        "tersimpan" => t.saved.to_owned(),
        "tetap" => t.nothing_changed.to_owned(),
        _ => String::new(),
    };
    let status = row.status.parse::<Status>().ok();
    let steps = status.map(|from| steps(from, service, visitor, language)).unwrap_or_default();
    let has_specific = has_specific(service, &record);
    let papers = service.attachments.iter().filter_map(|paper| {
        let paper = catalogue.attachments().iter().find(|one| one.id == *paper)?;
        Some(language.say(&paper.label).to_owned())
    });
    Ok((
        RecordPage {
            id,
            service: language.say(&service.label).to_owned(),
            service_id: service.id.to_string(),
            name: row.name.clone().unwrap_or_default(),
            number: row.number.clone().unwrap_or_default(),
            status: shown::status(&row.status, language),
            status_word: row.status.clone(),
            state: standing(replica, id, &page)?,
            promised: promised(service, language),
            papers: papers.collect(),
            groups: groups(catalogue, service, &record, language),
            is_final: status.is_some_and(Status::is_final),
            prints: Prints::of(service, &row.status),
            step_said: String::new(),
            reason: String::new(),
            asks_reason: steps.iter().any(|step| step.needs_reason),
            steps,
            may_edit: status.is_none_or(Status::is_editable),
            differences: differences(&document, catalogue, service, language),
            history: history(replica, &document, catalogue, service, language),
            page,
        },
        has_specific,
    ))
}

fn standing(replica: &Replica, id: DocumentId, page: &Page) -> Result<Standing, Failure> {
    let mut waits = false;
    let mut is_refused = false;
    let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    let by_hub = replica.refused_by_hub(&office)?;
    for (entry, state) in replica.document_entries(id)? {
        let log = replica.log(entry.epoch)?;
        if log.is_some_and(|log| log.own && entry.position > log.acknowledged) {
            return Ok(Standing::Here);
        }
        waits |= state == EntryState::Pending;
        is_refused |= matches!(state, EntryState::Refused | EntryState::Parked)
            || by_hub.iter().any(|one| (one.epoch, one.position) == (entry.epoch, entry.position));
    }
    if is_refused {
        let codes = replica.quarantine(500)?.into_iter().filter(|one| one.document == id).map(|one| one.code);
        let mut codes: Vec<String> = codes.collect();
        codes.dedup();
        return Ok(Standing::Refused(codes));
    }
    if waits {
        return Ok(Standing::Judged);
    }
    Ok(Standing::Received(if page.bar.equal_now { page.bar.proven.clone() } else { String::new() }))
}

fn steps(from: Status, service: &Service, visitor: &Visitor, language: Language) -> Vec<Step> {
    from.next(service.approval)
        .filter(|to| visitor.role().may_step(from, *to))
        .map(|to| Step { to: to.as_str(), label: verb(to, language).to_owned(), needs_reason: from.needs_reason(to) })
        .collect()
}

/// What a clerk does when a record becomes this.
const fn verb(to: Status, language: Language) -> &'static str {
    let (id, en) = match to {
        Status::Draf => ("Kerjakan lagi sebagai draf", "Take up again as a draft"),
        Status::Diajukan => ("Ajukan", "Submit"),
        Status::Diperiksa => ("Sudah diperiksa", "Papers are checked"),
        Status::MenungguCamat => ("Teruskan ke camat", "Pass on to the camat"),
        Status::Ditandatangani => ("Sudah ditandatangani", "It is signed"),
        Status::SiapDiambil => ("Siap diambil", "Ready to pick up"),
        Status::Selesai => ("Sudah diserahkan", "Handed over"),
        Status::Dikembalikan => ("Kembalikan", "Send back"),
        Status::Ditolak => ("Tolak", "Refuse"),
        Status::Dibatalkan => ("Batalkan", "Cancel"),
    };
    match language {
        Language::Indonesian => id,
        Language::English => en,
    }
}

fn promised(service: &Service, language: Language) -> String {
    use office_model::PromiseUnit::{Hours, Minutes, WorkingDays};
    let amount = service.promised.amount;
    match (language, service.promised.unit) {
        (Language::Indonesian, Minutes) => format!("{amount} menit"),
        (Language::Indonesian, Hours) => format!("{amount} jam"),
        (Language::Indonesian, WorkingDays) => format!("{amount} hari kerja"),
        (Language::English, Minutes) => format!("{amount} minutes"),
        (Language::English, Hours) => format!("{amount} hours"),
        (Language::English, WorkingDays) => format!("{amount} working days"),
    }
}

/// The fields by person: the citizen and the service first, then each person in it; at last what no catalogue knows.
fn groups(catalogue: &Catalogue, service: &Service, record: &Map<String, Value>, language: Language) -> Vec<Group> {
    let person = catalogue.person_fields();
    let of_person = |map: &Map<String, Value>| -> Vec<(String, String)> {
        let known = person.iter().filter_map(|field| {
            let value = map.get(&field.key)?;
            Some((language.say(&field.label).to_owned(), shown::value(Some(field), value, language)))
        });
        known.collect()
    };
    let mut first = Group { title: language.texts().fields.to_owned(), fields: Vec::new() };
    let mut others = Vec::new();
    for field in &service.fields {
        let label = language.say(&field.label);
        match record.get(&field.key) {
            None | Some(Value::Null) => {}
            Some(Value::Object(map)) => others.push(Group { title: label.to_owned(), fields: of_person(map) }),
            Some(Value::Array(list)) => {
                let persons = list.iter().filter_map(Value::as_object).zip(1..);
                others.extend(
                    persons.map(|(map, number)| Group { title: format!("{label} {number}"), fields: of_person(map) }),
                );
            }
            Some(value) => first.fields.push((label.to_owned(), shown::value(Some(field), value, language))),
        }
    }
    let unknown = record.iter().filter(|(key, _)| service.field(key).is_none());
    first.fields.extend(unknown.map(|(key, value)| (key.clone(), shown::value(None, value, language))));
    let mut groups = vec![first];
    groups.extend(others);
    groups
}

fn history(
    replica: &Replica,
    document: &TransactionDocument,
    catalogue: &Catalogue,
    service: &Service,
    language: Language,
) -> Vec<Told> {
    let t = language.texts();
    let text = |path: &str, value: Option<&Value>| -> String {
        let Some(value) = value else { return String::new() };
        if path == "status" {
            return value.as_str().map_or_else(String::new, |word| shown::status(word, language));
        }
        let field = path.parse::<FieldPath>().ok().and_then(|path| catalogue.field_at(service, &path));
        shown::value(field, value, language)
    };
    let mut all: Vec<Told> = document
        .history()
        .into_iter()
        .map(|item| {
            let log = replica.log(item.epoch).ok().flatten();
            let machine = match log {
                Some(log) if log.own => t.this_machine,
                _ => t.other_machine,
            };
            let edits = item.changed.iter().filter(|edit| !NOT_SHOWN.contains(&edit.path.as_str())).map(|edit| {
                let label = shown::path_label(catalogue, service, &edit.path, language);
                let after = if edit.to.is_none() { t.removed.to_owned() } else { text(&edit.path, edit.to.as_ref()) };
                (label, text(&edit.path, edit.from.as_ref()), after, edit.settled)
            });
            Told {
                when: moments::long(item.millis + item.hub_offset_millis.unwrap_or_default()),
                who: item.clerk.clone(),
                machine: machine.to_owned(),
                begins: item.after.is_empty(),
                reason: item.why.clone().unwrap_or_default(),
                edits: edits.collect(),
            }
        })
        .collect();
    all.reverse();
    all
}

pub(super) async fn letter(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    allow(visitor.role().may_record())?;
    let id = document(&id)?;
    let paper = words.get("kertas").and_then(|paper| paper.parse::<Paper>().ok()).unwrap_or_default();
    let made = shared.node.blocking(move |node| {
        let letter = letter::of(&node.replica(), id, paper)?;
        note(node, visitor.clerk().as_str(), "letter", &id.to_string())?;
        Ok(letter)
    });
    let (name, bytes) = made.await?;
    Ok(crate::serve::api::pdf(&name, bytes))
}

pub(super) async fn step(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    axum::Form(form): axum::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form(form);
    visitor.check(&form)?;
    let id = document(&id)?;
    let to = form.get("to").parse::<Status>();
    let to = to.map_err(|error| Failure::input("status", "Langkah tidak dikenal.", error.to_string()))?;
    let reason = Some(form.get("reason").trim().to_owned()).filter(|reason| !reason.is_empty());
    let given = form.get("reason").to_owned();
    let (clerk, role) = (visitor.clerk().clone(), visitor.role());
    let checked = shared.node.blocking(move |node| {
        let document = load(&node.replica(), id)?;
        Ok(document.row().status.parse::<Status>().ok().is_some_and(|from| role.may_step(from, to)))
    });
    allow(checked.await?)?;
    let name = clerk.to_string();
    match shared.node.perform_soon(Action::Step { id, to, reason, clerk }).await {
        Ok(_) => {}
        // Said beside the steps, with the reason as it was typed.
        Err(failure) if failure.blame == Blame::Input => {
            let made = shared.node.blocking(move |node| {
                let (page, _) = make(&node.replica(), &visitor, id, "")?;
                let step_said = visitor.session.language.say(&failure.text).to_owned();
                Ok(RecordPage { step_said, reason: given, ..page })
            });
            return html(&made.await?);
        }
        Err(failure) => return Err(failure.into()),
    }
    shared.node.blocking(move |node| note(node, &name, "step", &id.to_string())).await?;
    Ok(go(&format!("/berkas/{id}?kata=tersimpan")))
}

pub(super) async fn edit_page(visitor: Visitor, State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Answer {
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
        let reads_specific = has_specific(service, &fields_of(&document));
        let typed = typed.unwrap_or_else(|| Typed::of_record(service, &fields_of(&document)));
        let said: BTreeMap<String, String> =
            problems.iter().map(|problem| (problem.path.to_string(), language.say(&problem.text).to_owned())).collect();
        let fields = ask(service, catalogue.person_fields(), &typed, (&said, &BTreeMap::new()), language);
        let listed = super::new_record::listed(catalogue, service, &problems, language);
        let page = Page::of(&visitor.session, &reader, "records", language.texts().edit)?;
        drop(reader);
        if reads_specific {
            note(node, visitor.clerk().as_str(), "specific_read", &id.to_string())?;
        }
        Ok(EditPage { page, id, service: language.say(&service.label).to_owned(), fields, problems: listed })
    });
    html(&made.await?)
}

pub(super) async fn edit(
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
        let before = Typed::of_record(service, &fields_of(&document));
        let typed = Typed::of_pairs(service, &pairs);
        let edits = edits(service, &before, &typed);
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

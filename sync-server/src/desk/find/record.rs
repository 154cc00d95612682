//! One record, to be read: masked until somebody opens it on purpose, which the audit trail notes.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use change_log::{DocumentId, EpochId, Position};
use desk_kit::{Form, Language, moments, values};
use office_model::{Catalogue, FieldPath, OwnValue, Service};
use replica_store::{EntryState, ListedTransaction, LogState, Reader, StoreError};
use serde_json::Value;
use service_document::{AttachedFile, Edited, TransactionDocument};

use super::search::{self, Line};
use super::texts::{Texts, Worded as _};
use crate::act::Act;
use crate::author::{self, Machine};
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::visitor::Visitor;
use crate::desk::{fresh, masked_name};
use crate::serve::Hub;
use crate::{Failure, clock};

/// What stands for a value that is not shown.
const HIDDEN: &str = "••••";
/// Places of a document that are no fields of the form.
const NOT_SHOWN: [&str; 6] = ["kind", "office", "service", "catalogue", "fields", "steps"];

#[derive(Template)]
#[template(path = "find/record.html")]
struct RecordPage {
    page: Page,
    f: &'static Texts,
    line: Line,
    created_by: String,
    changed: String,
    changed_by: String,
    is_open: bool,
    /// Whoever looks may open it.
    may_open: bool,
    kept_out: usize,
    fields: Vec<(String, String)>,
    files: Vec<(String, String)>,
    referrals: Vec<Referred>,
    divergences: Vec<Divergent>,
    history: Vec<Told>,
    logs: Vec<Log>,
}

/// A field with several values.
struct Divergent {
    label: String,
    /// Value, who, when.
    values: Vec<(String, String, String)>,
}

/// An office that the record is referred to.
struct Referred {
    office: String,
    code: String,
    asked: String,
    /// Word and label; nothing yet, or several that were given apart.
    answers: Vec<(&'static str, String)>,
}

/// One change.
struct Told {
    when: String,
    who: String,
    machine: String,
    reason: String,
    /// Label, before, after, whether it settled a difference.
    edits: Vec<(String, String, String, bool)>,
}

/// A log that changes of the record stand in.
struct Log {
    machine: String,
    /// Empty for the hub's own.
    node: String,
    changes: usize,
    last: Position,
    held: Position,
    signed: Position,
}

/// What is read of a record.
struct Read {
    row: ListedTransaction,
    document: TransactionDocument,
    /// Where its accepted changes stand, and how many others there are.
    places: Vec<(EpochId, Position)>,
    kept_out: usize,
    logs: BTreeMap<EpochId, (LogState, Option<Machine>)>,
}

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(id): Path<String>) -> Answer {
    show(&visitor, &hub, parse(&id)?, false).await
}

/// Shows it whole, once that is noted.
pub(super) async fn open(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(id): Path<String>, form: Form) -> Answer {
    let id = parse(&id)?;
    visitor.check(&form)?;
    if !visitor.session.role.sees_personal_data() {
        return Err(Fault::not_for_role().into());
    }
    let there = hub.readers.with(move |reader| reader.row(id)).await.map_err(Fault::from)?.map_err(Fault::from)?;
    if there.is_none() {
        return Err(Fault::from(StoreError::NoDocument(id)).into());
    }
    let (by, subject) = (visitor.session.name.clone(), id.to_string());
    hub.writer.act(Act::Note { by, act: "record_opened".to_owned(), subject }).await.map_err(Fault::from)?;
    show(&visitor, &hub, id, true).await
}

fn parse(id: &str) -> Result<DocumentId, Fault> {
    id.parse().map_err(|_| {
        Failure::new(crate::Blame::NotFound, "that is no id of a record", "find it by its number or name")
            .id("itu bukan id berkas", "cari dengan nomor atau namanya di halaman Cari")
            .into()
    })
}

async fn show(visitor: &Visitor, hub: &Hub, id: DocumentId, is_open: bool) -> Answer {
    let read = hub.readers.with(move |reader| Read::of(reader, id)).await.map_err(Fault::from)?;
    let read = read.map_err(Fault::from)?;
    let regency = fresh::regency(hub).await.map_err(Fault::from)?;
    let (language, role, now) = (visitor.session.language, visitor.session.role, clock::now_millis());
    let f = language.texts();
    let mut line = search::line(&read.row, &regency, role, language, now);
    if is_open {
        line.nik = read.row.nik.clone().unwrap_or_default();
    } else if let Some(name) = &read.row.name {
        line.name = masked_name(name);
    }
    let catalogue = Catalogue::of_version(read.row.catalogue).unwrap_or_else(|| Catalogue::current());
    let shower = Shower { catalogue, service: catalogue.service(&read.row.service), language, is_open, f };
    html(&RecordPage {
        page: Page::of(&visitor.session, "find", &format!("{} {}", f.record, line.service)),
        f,
        created_by: read.row.created_by.clone(),
        changed: moments::short(read.row.changed_millis, now),
        changed_by: read.row.changed_by.clone(),
        is_open,
        may_open: role.sees_personal_data(),
        kept_out: read.kept_out,
        fields: shower.fields(&read.document),
        files: read.document.attached().iter().map(|file| shower.file(file)).collect(),
        referrals: shower.referrals(&read.document),
        divergences: shower.divergences(&read.document),
        history: shower.history(&read),
        logs: logs(&read, f),
        line,
    })
}

impl Read {
    fn of(reader: &Reader, id: DocumentId) -> Result<Self, Failure> {
        let row = reader.row(id)?.ok_or(StoreError::NoDocument(id))?;
        let document = reader.document(id)?.ok_or(StoreError::NoDocument(id))?;
        let (mut places, mut kept_out) = (Vec::new(), 0);
        for (entry, state) in reader.document_entries(id)? {
            match state {
                EntryState::Accepted => places.push((entry.epoch, entry.position)),
                EntryState::Pending => {}
                _ => kept_out += 1,
            }
        }
        let mut logs = BTreeMap::new();
        for (epoch, _) in &places {
            if logs.contains_key(epoch) {
                continue;
            }
            if let Some(found) = author::of_epoch(reader, *epoch)? {
                logs.insert(*epoch, found);
            }
        }
        Ok(Self { row, document, places, kept_out, logs })
    }
}

/// Where the changes of a record stand, log by log.
fn logs(read: &Read, f: &Texts) -> Vec<Log> {
    let made = read.logs.iter().map(|(epoch, (log, machine))| {
        let here = read.places.iter().filter(|(one, _)| one == epoch).map(|(_, position)| *position);
        Log {
            machine: machine.as_ref().map_or(f.hub_itself, |machine| &machine.name).to_owned(),
            node: machine.as_ref().map(|machine| machine.node.to_string()).unwrap_or_default(),
            changes: here.clone().count(),
            last: here.max().unwrap_or_default(),
            held: log.position,
            signed: log.signed,
        }
    });
    made.collect()
}

/// Shows values, or that they are not shown.
struct Shower {
    catalogue: &'static Catalogue,
    service: Option<&'static Service>,
    language: Language,
    is_open: bool,
    f: &'static Texts,
}

impl Shower {
    fn text(&self, (path, own): (&str, Option<OwnValue>), value: &Value) -> String {
        match own {
            Some(OwnValue::Status) => {
                return value
                    .as_str()
                    .map_or_else(String::new, |word| values::status(word, self.service, self.language));
            }
            Some(OwnValue::Number) => return value.as_str().unwrap_or_default().to_owned(),
            None => {}
        }
        if values::referral_label(path, self.language).is_some() {
            let why = |why: &str| if self.is_open { why.to_owned() } else { HIDDEN.to_owned() };
            return values::referral_value(path, value, self.language, why);
        }
        if !self.is_open {
            return HIDDEN.to_owned();
        }
        let field = self.service.zip(path.parse::<FieldPath>().ok());
        let field = field.and_then(|(service, path)| self.catalogue.field_at(service, &path));
        values::value(field, value, self.language)
    }

    fn label(&self, path: &str, own: Option<OwnValue>) -> String {
        if let Some(label) = values::referral_label(path, self.language) {
            return label;
        }
        match self.service {
            Some(service) => values::path_label((self.catalogue, service), (path, own), self.language),
            None => path.to_owned(),
        }
    }

    /// The fields in the order of the form, those of a newer catalogue behind; persons one field a line.
    fn fields(&self, document: &TransactionDocument) -> Vec<(String, String)> {
        let content = document.to_json();
        let Some(fields) = content.get("fields").and_then(Value::as_object) else { return Vec::new() };
        let known: Vec<&str> = self
            .service
            .map(|service| service.fields.iter().map(|field| field.key.as_str()).collect())
            .unwrap_or_default();
        let order = known.iter().copied().chain(fields.keys().map(String::as_str).filter(|key| !known.contains(key)));
        let mut shown = Vec::new();
        for key in order {
            if let Some(value) = fields.get(key) {
                self.spread(key, value, &mut shown);
            }
        }
        shown
    }

    fn spread(&self, path: &str, value: &Value, shown: &mut Vec<(String, String)>) {
        match value {
            Value::Object(group) => {
                group.iter().for_each(|(key, value)| self.spread(&format!("{path}.{key}"), value, shown));
            }
            Value::Array(list) => {
                list.iter()
                    .enumerate()
                    .for_each(|(index, value)| self.spread(&format!("{path}[{index}]"), value, shown));
            }
            value => shown.push((self.label(path, None), self.text((path, None), value))),
        }
    }

    /// Kind and name of an attached file: names of files hold names of people.
    fn file(&self, file: &AttachedFile) -> (String, String) {
        let kind = self.catalogue.attachments().iter().find(|one| one.id == file.kind);
        let kind = kind.map_or_else(|| file.kind.clone(), |kind| self.language.say(&kind.label).to_owned());
        (kind, if self.is_open { file.name.clone() } else { HIDDEN.to_owned() })
    }

    fn referrals(&self, document: &TransactionDocument) -> Vec<Referred> {
        let why = |why: &str| if self.is_open { why.to_owned() } else { HIDDEN.to_owned() };
        let all = document.row().referrals.iter().map(|referral| {
            let answers = referral.answers.iter().map(|given| {
                let label = self.language.say(&given.answer.label()).to_owned();
                let why = given.why.as_deref().map(why).unwrap_or_default();
                (given.answer.as_str(), format!("{label} {why}").trim_end().to_owned())
            });
            Referred {
                office: values::office(referral.office),
                code: referral.office.to_string(),
                asked: Some(referral.asked.as_str()).filter(|asked| !asked.is_empty()).map(why).unwrap_or_default(),
                answers: answers.collect(),
            }
        });
        all.collect()
    }

    fn divergences(&self, document: &TransactionDocument) -> Vec<Divergent> {
        let all = document.divergences().into_iter().map(|one| {
            let path = one.path.to_string();
            let values = one.values.iter().map(|value| {
                let at = moments::long(value.millis + value.hub_offset_millis.unwrap_or_default());
                let is_none = value.value.is_null();
                let shown = if is_none { self.f.removed.to_owned() } else { self.text((&path, one.own), &value.value) };
                (shown, value.clerk.clone(), at)
            });
            Divergent { label: self.label(&path, one.own), values: values.collect() }
        });
        all.collect()
    }

    fn history(&self, read: &Read) -> Vec<Told> {
        let is_shown = |path: &str| !NOT_SHOWN.contains(&path) && !path.starts_with("serials");
        let text = |edit: &Edited, value: Option<&Value>| {
            value.map_or_else(String::new, |value| self.text((&edit.path, edit.own), value))
        };
        let mut all: Vec<Told> = read
            .document
            .history()
            .into_iter()
            .map(|item| {
                let machine = read.logs.get(&item.epoch).and_then(|(_, machine)| machine.as_ref());
                let machine = machine.map_or(self.f.hub_itself, |machine| &machine.name).to_owned();
                let edits = item.changed.iter().filter(|edit| is_shown(&edit.path)).map(|edit| {
                    if edit.path.starts_with("attachment/") {
                        let after = if edit.to.is_none() { self.f.removed } else { HIDDEN };
                        return (self.f.attachments.to_owned(), String::new(), after.to_owned(), edit.settled);
                    }
                    let removed = || self.f.removed.to_owned();
                    let after = if edit.to.is_none() { removed() } else { text(edit, edit.to.as_ref()) };
                    (self.label(&edit.path, edit.own), text(edit, edit.from.as_ref()), after, edit.settled)
                });
                Told {
                    when: moments::long(item.millis + item.hub_offset_millis.unwrap_or_default()),
                    who: item.clerk.clone(),
                    machine,
                    // Reasons are free text.
                    reason: item
                        .why
                        .clone()
                        .map_or_else(String::new, |why| if self.is_open { why } else { HIDDEN.to_owned() }),
                    edits: edits.collect(),
                }
            })
            .collect();
        all.reverse();
        all
    }
}

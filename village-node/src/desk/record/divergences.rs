//! What two people entered differently: side by side, settled by a choice.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use change_log::DocumentId;
use office_model::{Catalogue, FieldPath, OwnValue, Service};
use replica_store::{ListFilter, Page as Window, Reader};
use serde_json::Value;
use service_document::TransactionDocument;

use crate::action::{catalogue_of, machine};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Page, go, html};
use crate::desk::frame::shown;
use crate::desk::moments;
use crate::desk::people::sign_in::note_read;
use crate::desk::people::visitor::{Form, Visitor, allow, destination};
use crate::desk::record::history::place;
use crate::sealing::Unsealed;
use crate::serve::Shared;
use crate::{Act, Action, Failure};

/// Records of a page.
const RECORDS: usize = 50;

#[derive(Template)]
#[template(path = "divergences.html")]
struct DivergencesPage {
    page: Page,
    records: Vec<Apart>,
}

/// A record with its differences.
struct Apart {
    id: DocumentId,
    name: String,
    service: String,
    differences: Vec<Difference>,
    /// What is to be done about two signed papers; empty where there is one.
    two_papers: String,
}

/// One field with several values.
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) label: String,
    pub(crate) values: Vec<One>,
}

/// One of the values.
pub(crate) struct One {
    /// As JSON, for the form.
    pub(crate) value: String,
    pub(crate) shown: String,
    pub(crate) who: String,
    pub(crate) when: String,
    /// On which machine.
    pub(crate) machine: String,
    /// The reason that was given for it.
    pub(crate) why: String,
}

/// The differences of a document, as people read them.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn differences(
    reader: &Reader,
    document: &TransactionDocument,
    (catalogue, service): (&Catalogue, &Service),
    language: Language,
) -> Result<Vec<Difference>, Failure> {
    let divergences = document.divergences();
    if divergences.is_empty() {
        return Ok(Vec::new());
    }
    let history = document.history();
    let machines = machine::of(reader, document.row().office, &history)?;
    let why = |change| history.iter().find(|item| item.hash == change).and_then(|item| item.why.clone());
    let shown = |(path, own): (&FieldPath, Option<OwnValue>), value: &Value| match (own, value) {
        (Some(OwnValue::Status), Value::String(word)) => shown::status(word, Some(service), language),
        (_, Value::Null) => language.texts().removed.to_owned(),
        _ => shown::value(catalogue.field_at(service, path), value, language),
    };
    let one = |path: (&FieldPath, Option<OwnValue>), value: service_document::DivergentValue| One {
        value: value.value.to_string(),
        shown: shown(path, &value.value),
        why: why(value.change).unwrap_or_default(),
        when: moments::long(value.at_millis()),
        who: value.clerk,
        machine: place(reader, machines.get(&value.epoch), language),
    };
    let all = divergences
        .into_iter()
        .map(|divergence| Difference {
            path: divergence.path.to_string(),
            label: shown::path_label((catalogue, service), (&divergence.path.to_string(), divergence.own), language),
            values: divergence.values.into_iter().map(|value| one((&divergence.path, divergence.own), value)).collect(),
        })
        .collect();
    Ok(all)
}

pub(in crate::desk) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    allow(visitor.role().may_record())?;
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let language = visitor.session.language;
        let page = Page::of(&visitor.session, &reader, "divergences", language.texts().divergences)?;
        let filter = ListFilter { divergent: true, ..ListFilter::default() };
        let mut records = Vec::new();
        let mut specific = Vec::new();
        for row in reader.list(&filter, Window { after: None, count: RECORDS })? {
            let Some(document) = reader.document(row.document)? else { continue };
            let catalogue = catalogue_of(&document);
            let Some(service) = catalogue.service(&row.service) else { continue };
            let is_specific =
                |path: &FieldPath| service.field(path.root()).is_some_and(|field| field.specific.is_some());
            if document.divergences().iter().any(|one| is_specific(&one.path)) {
                specific.push(row.document);
            }
            records.push(Apart {
                id: row.document,
                name: shown::name(row.name.as_deref(), Some(service), language),
                service: language.say(&service.label).to_owned(),
                differences: differences(&reader, &document, (catalogue, service), language)?,
                two_papers: if row.two_papers {
                    language.say(&Unsealed::SignedApart.text()).to_owned()
                } else {
                    String::new()
                },
            });
        }
        drop(reader);
        for document in specific {
            note_read(node, visitor.clerk().as_str(), Act::SpecificRead, &document.to_string());
        }
        Ok(DivergencesPage { page, records })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn settle(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    visitor.check(&form)?;
    allow(visitor.role().may_record())?;
    let no_such = || Failure::input("path", "Tidak ada perbedaan seperti itu.", "There is no such difference.");
    let id: DocumentId = id.parse().map_err(|_| no_such())?;
    let path: FieldPath = form.get("path").parse().map_err(|_| no_such())?;
    let value: Value = serde_json::from_str(form.get("value")).map_err(|_| no_such())?;
    let clerk = visitor.clerk().clone();
    visitor.perform(&shared, Action::Settle { id, path, value, clerk }).await?;
    Ok(go(&destination(form.get("to"))))
}

//! The list of records, found by words and narrowed by what they are, page by page.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use change_log::DocumentId;
use desk_kit::{Language, go, moments, values};
use office_model::Catalogue;
use replica_store::{ListedTransaction, Page as StorePage, Reader, StoreError};

use super::filter::{self, Asked, Choices};
use super::texts::{Texts, Worded as _};
use crate::act::Act;
use crate::clock;
use crate::commands::mask;
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::visitor::Visitor;
use crate::desk::{fresh, masked_name, shown};
use crate::operators::HubRole;
use crate::regency::Regency;
use crate::serve::Hub;
use crate::sought::Sought;

/// Rows of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "find/search.html")]
struct SearchPage {
    page: Page,
    f: &'static Texts,
    asked: Asked,
    from: String,
    to: String,
    services: Choices,
    statuses: Choices,
    districts: Choices,
    offices: Choices,
    /// What is wrong with the question.
    said: Vec<String>,
    lines: Vec<Line>,
    /// Addresses; empty where there is no such page.
    next: String,
    first: String,
    is_whole: bool,
}

/// One record in a list.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) number: String,
    pub(super) name: String,
    pub(super) nik: String,
    pub(super) service: String,
    pub(super) service_name: String,
    pub(super) office: String,
    pub(super) office_code: String,
    /// Class of its status,
    pub(super) word: String,
    pub(super) status: String,
    pub(super) made: String,
    /// How many of its fields differ, or that two papers of it are signed; empty where there is nothing to decide.
    pub(super) differs: String,
}

pub(super) async fn page(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Answer {
    let word = |name: &str| words.get(name).map_or("", String::as_str);
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let asked = Asked::of(word).known_to(&regency);
    let after: Option<DocumentId> = word("sesudah").parse().ok();
    // Whoever has the id of a record means that one.
    if let Ok(id) = asked.words.parse::<DocumentId>() {
        return Ok(go(&format!("/berkas/{id}")));
    }
    let (language, role) = (visitor.session.language, visitor.session.role);
    let f = language.texts();
    // The list as it lies is no question.
    let wait = if asked.pairs().is_empty() { None } else { super::must_wait(&visitor, &hub).await? };
    let filter = if wait.is_some() { None } else { asked.filter(role) };
    let typed = Some(asked.words.clone()).filter(|words| !words.is_empty());
    let is_search = filter.is_some();
    let rows = match filter {
        None => Vec::new(),
        Some(filter) => {
            let read = hub.readers.with(move |reader: &Reader| -> Result<_, StoreError> {
                let page = StorePage { after, count: ROWS + 1 };
                match typed {
                    Some(typed) => reader.search(&typed, &filter, page),
                    None => reader.list(&filter, page),
                }
            });
            match read.await.map_err(Fault::from)? {
                // A page that begins at a record that is gone: from the top.
                Err(StoreError::NoDocument(_)) => return Ok(go(&asked.address("/cari", None))),
                rows => rows.map_err(Fault::from)?,
            }
        }
    };
    if is_search && !asked.words.is_empty() {
        // Noted before anybody sees it. Who was looked for stays out of the trail.
        let subject = Sought::of(&asked.words).subject(rows.len().min(ROWS), rows.len() > ROWS);
        let noted = Act::Note { by: visitor.session.name.clone(), act: "searched".to_owned(), subject };
        hub.writer.act(noted).await.map_err(Fault::from)?;
    }
    let next = rows.get(ROWS).and_then(|_| rows.get(ROWS - 1)).map(|row| row.document.to_string());
    let now = clock::now_millis();
    let lines = rows.iter().take(ROWS).map(|row| line(row, &regency, role, language, now)).collect();
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut answer = html(&SearchPage {
        page: Page::of(&visitor.session, "find", f.find),
        f,
        from: day(asked.from),
        to: day(asked.to),
        services: filter::services(&asked, language),
        statuses: filter::statuses(&asked, language),
        districts: filter::districts(&asked, &regency),
        offices: filter::offices(&asked, &regency),
        said: said(&asked, wait, language),
        lines,
        next: next.map(|id| asked.address("/cari", Some(("sesudah", &id)))).unwrap_or_default(),
        first: after.map(|_| asked.address("/cari", None)).unwrap_or_default(),
        is_whole: role.sees_personal_data(),
        asked,
    })?;
    if let Some(wait) = wait {
        *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        answer.headers_mut().insert(RETRY_AFTER, wait.into());
    }
    Ok(answer)
}

/// What is wrong with the question, and how long to wait before the next one.
fn said(asked: &Asked, wait: Option<u64>, language: Language) -> Vec<String> {
    let (f, t) = (language.texts(), crate::desk::texts::Worded::texts(language));
    let wait = wait.map(|seconds| format!("{} {seconds} {}.", f.too_many, t.seconds));
    wait.into_iter().chain(asked.wrong.iter().map(|one| language.say(one).to_owned())).collect()
}

/// A record as lists show it: the NIK masked for everybody, the name for viewers.
pub(super) fn line(
    row: &ListedTransaction,
    regency: &Regency,
    role: HubRole,
    language: Language,
    now_millis: i64,
) -> Line {
    let catalogue = Catalogue::of_version(row.catalogue).unwrap_or_else(Catalogue::current);
    let service = catalogue.service(&row.service);
    let name =
        row.name.as_deref().map(|name| if role.sees_personal_data() { name.to_owned() } else { masked_name(name) });
    let office = regency.office(row.office).map(|(facts, _)| facts.office.full_name());
    Line {
        id: row.document.to_string(),
        number: row.number.clone().unwrap_or_default(),
        name: values::name(name.as_deref(), service, language),
        nik: row.nik.as_deref().map(mask).unwrap_or_default(),
        service: row.service.to_string(),
        service_name: service.map(|service| language.say(&service.label).to_owned()).unwrap_or_default(),
        office: office.unwrap_or_else(|| row.office.to_string()),
        office_code: row.office.to_string(),
        word: row.status.clone(),
        status: values::status(&row.status, service, language),
        made: moments::short(row.created_millis, now_millis),
        differs: shown::differs(row, language),
    }
}

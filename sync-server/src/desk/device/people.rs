//! The people whose data is on a machine: on the page and as a file, both noted in the audit trail.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use change_log::NodeId;
use desk_kit::{Form, Halt};

use super::list::{office_name, short};
use super::texts::{Texts, Worded as _};
use super::{known, parse, shown_name};
use crate::act::Act;
use crate::clock;
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::visitor::Visitor;
use crate::desk::{fresh, shown};
use crate::people::People;
use crate::serve::Hub;

/// People on the page; the file has all.
const LINES: usize = 200;

#[derive(Template)]
#[template(path = "device/people.html")]
struct PeoplePage {
    page: Page,
    d: &'static Texts,
    id: String,
    name: String,
    office: String,
    contact: String,
    people: String,
    records: String,
    is_whole: bool,
    is_cut: bool,
    /// Name, NIK, records.
    lines: Vec<(String, String, u32)>,
}

pub(super) async fn page(
    visitor: Visitor,
    State(hub): State<Arc<Hub>>,
    Path(node): Path<String>,
    form: Form,
) -> Answer {
    let node = parse(&node)?;
    let people = read(&visitor, &hub, node, &form, "people_read").await?;
    let (_, noted) = known(&hub, node).await?;
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let (language, is_whole) = (visitor.session.language, visitor.session.role.sees_personal_data());
    let d = language.texts();
    let lines = people.persons.iter().take(LINES);
    html(&PeoplePage {
        page: Page::of(&visitor.session, "devices", d.people),
        d,
        id: node.to_string(),
        name: shown_name(node, &noted),
        office: office_name(&regency, people.node.office),
        contact: short(people.node.last_contact_millis, clock::now_millis()),
        people: shown::figure(people.persons.len() as u64, language),
        records: shown::figure(people.records as u64, language),
        is_whole,
        is_cut: people.persons.len() > LINES,
        // A NIK is shown whole in the file alone.
        lines: lines.map(|one| (one.name(is_whole), one.nik(false), one.records)).collect(),
    })
}

pub(super) async fn csv(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(node): Path<String>, form: Form) -> Answer {
    let node = parse(&node)?;
    let is_whole = visitor.session.role.sees_personal_data();
    let act = if is_whole { "people_read_whole" } else { "people_read" };
    let people = read(&visitor, &hub, node, &form, act).await?;
    let mut response = Response::new(people.to_csv(is_whole).into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = format!("attachment; filename=\"orang-{node}.csv\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Reads the list; noted first, so that nobody reads it unnoted.
async fn read(visitor: &Visitor, hub: &Hub, node: NodeId, form: &Form, act: &str) -> Result<People, Halt> {
    visitor.check(form)?;
    let (by, subject) = (visitor.session.name.clone(), node.to_string());
    hub.writer.act(Act::Note { by, act: act.to_owned(), subject }).await.map_err(Fault::from)?;
    let people = hub.readers.with(move |reader| People::on(reader, node)).await.map_err(Fault::from)?;
    Ok(people.map_err(Fault::from)?)
}

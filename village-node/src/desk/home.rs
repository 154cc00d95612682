//! The first page: what waits, for whom; and the state bar by itself.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use office_model::{Catalogue, Role, Status};
use replica_store::{ListFilter, Reader};

use super::language::Language;
use super::page::{Answer, Page, html};
use super::records::{Line, lines};
use super::visitor::Visitor;
use super::{form, moments};
use crate::serve::Shared;
use crate::{Failure, moment};

/// Rows of a work list on this page.
const ROWS: usize = 5;
/// Drafts on this page.
const DRAFTS: usize = 20;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    drafts: Vec<DraftLine>,
    lists: Vec<WorkList>,
}

/// An unfinished form, as a line.
struct DraftLine {
    id: String,
    service: String,
    label: String,
    name: String,
    changed: String,
}

/// Records that wait for the same thing.
struct WorkList {
    title: &'static str,
    /// Of the list page.
    query: String,
    lines: Vec<Line>,
    more: bool,
}

#[derive(Template)]
#[template(path = "bar.html")]
struct BarPage {
    page: Page,
}

pub(super) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let page = Page::of(&visitor.session, &reader, "home", t.home)?;
        if !page.may_record() {
            return Ok(HomePage { page, drafts: Vec::new(), lists: Vec::new() });
        }
        let drafts = drafts(&reader, visitor.clerk().as_str(), language)?;
        let lists = work_lists(&reader, visitor.role(), language)?;
        Ok(HomePage { page, drafts, lists })
    });
    html(&made.await?)
}

pub(super) async fn bar(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    let made =
        shared.node.blocking(move |node| Ok(BarPage { page: Page::of(&visitor.session, &node.replica(), "", "")? }));
    html(&made.await?)
}

fn drafts(reader: &Reader, clerk: &str, language: Language) -> Result<Vec<DraftLine>, Failure> {
    let now = moment::now_millis();
    let mut lines = Vec::new();
    for draft in reader.drafts(clerk, DRAFTS)? {
        let service = draft.service.parse().ok().and_then(|id| Catalogue::current().service(&id));
        let typed = form::Typed::of_json(&draft.form).unwrap_or_default();
        lines.push(DraftLine {
            id: data_encoding::HEXLOWER.encode(&draft.id),
            label: service.map_or_else(|| draft.service.clone(), |one| language.say(&one.label).to_owned()),
            service: draft.service,
            name: typed.get("nama").to_owned(),
            changed: moments::short(draft.changed_millis, now),
        });
    }
    Ok(lines)
}

/// The lists in the order of what this role does.
fn work_lists(reader: &Reader, role: Role, language: Language) -> Result<Vec<WorkList>, Failure> {
    let t = language.texts();
    let by_status = [
        (t.sent_back, Status::Dikembalikan),
        (t.to_hand_in, Status::Draf),
        (t.to_check, Status::Diajukan),
        (t.waits_head, Status::Diperiksa),
        (t.waits_camat, Status::MenungguCamat),
        (t.to_mark_ready, Status::Ditandatangani),
        (t.to_hand_over, Status::SiapDiambil),
    ];
    let first = match role {
        Role::Kepala => Some(Status::Diperiksa),
        Role::Sekretaris => Some(Status::Diajukan),
        _ => None,
    };
    let mut lists = Vec::new();
    let mut add = |title, query: String, filter: &ListFilter| -> Result<(), Failure> {
        let mut found = lines(reader, filter, "", None, ROWS + 1, language)?;
        let more = found.len() > ROWS;
        found.truncate(ROWS);
        if !found.is_empty() {
            lists.push(WorkList { title, query, lines: found, more });
        }
        Ok(())
    };
    add(t.differs, "beda=1".to_owned(), &ListFilter { divergent: true, ..ListFilter::default() })?;
    let (own, others): (Vec<_>, Vec<_>) = by_status.into_iter().partition(|(_, status)| Some(*status) == first);
    for (title, status) in own.into_iter().chain(others) {
        let filter = ListFilter { status: Some(status.as_str().to_owned()), ..ListFilter::default() };
        add(title, format!("status={status}"), &filter)?;
    }
    Ok(lists)
}

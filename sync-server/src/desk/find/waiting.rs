//! What people have to decide, of all offices: changes in quarantine, and fields with two values.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use desk_kit::{Form, go, moments};
use replica_store::{ListFilter, ListedTransaction, Page as StorePage, Quarantined, Reader, StoreError};

use super::search::{Line, line};
use super::texts::{Texts, Worded as _};
use crate::act::Act;
use crate::desk::page::{Answer, Fault, Page, html};
use crate::desk::visitor::Visitor;
use crate::desk::{fresh, shown};
use crate::serve::Hub;
use crate::{admin, clock};

/// Of each kind on the page.
const LINES: usize = 100;

#[derive(Template)]
#[template(path = "find/waiting.html")]
struct WaitingPage {
    page: Page,
    f: &'static Texts,
    may_change: bool,
    quarantined: u64,
    kept: Vec<Kept>,
    divergent: u64,
    lines: Vec<Line>,
}

/// A change that is kept out of its record.
struct Kept {
    record: String,
    office: String,
    office_code: String,
    /// The record has something that is accepted, so it can be shown.
    is_shown: bool,
    reason: String,
    detail: String,
    since: String,
}

type Read = (Vec<(Quarantined, Option<ListedTransaction>)>, Vec<ListedTransaction>);

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>) -> Answer {
    let read = hub.readers.with(|reader: &Reader| -> Result<Read, StoreError> {
        let mut kept = Vec::new();
        for one in reader.quarantine(LINES)? {
            let row = reader.row(one.document)?;
            kept.push((one, row));
        }
        let filter = ListFilter { divergent: true, ..ListFilter::default() };
        Ok((kept, reader.list(&filter, StorePage { after: None, count: LINES })?))
    });
    let (kept, rows) = read.await.map_err(Fault::from)?.map_err(Fault::from)?;
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let (language, role, now) = (visitor.session.language, visitor.session.role, clock::now_millis());
    let sum = |figure: fn(&replica_store::OfficeCounts) -> u64| {
        regency.offices.iter().map(|(facts, _)| figure(&facts.counts)).sum()
    };
    let kept = kept.into_iter().map(|(one, row)| {
        let office = row.as_ref().and_then(|row| regency.office(row.office)).map(|(facts, _)| &facts.office);
        Kept {
            record: one.document.to_string(),
            office: office.map(office_model::Office::full_name).unwrap_or_default(),
            office_code: office.map(|office| office.code.to_string()).unwrap_or_default(),
            is_shown: row.is_some(),
            reason: shown::reason(&one.code, language).to_owned(),
            detail: one.detail,
            since: one.at_millis.map(|at| moments::short(at, now)).unwrap_or_default(),
        }
    });
    let f = language.texts();
    html(&WaitingPage {
        page: Page::of(&visitor.session, "waits", f.waits),
        f,
        may_change: role.may_change(),
        quarantined: sum(|counts| counts.quarantined),
        kept: kept.collect(),
        divergent: sum(|counts| counts.divergent),
        lines: rows.iter().map(|row| line(row, &regency, role, language, now)).collect(),
    })
}

/// Has all that is in quarantine judged again.
pub(super) async fn judge_again(visitor: Visitor, State(hub): State<Arc<Hub>>, form: Form) -> Answer {
    visitor.check(&form)?;
    if !visitor.session.role.may_change() {
        return Err(Fault::not_for_role().into());
    }
    let by = visitor.session.name.clone();
    admin::perform(Act::Retry { by, document: None }, &hub).await.map_err(Fault::from)?;
    Ok(go("/menunggu"))
}

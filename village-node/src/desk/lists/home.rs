//! The first page: what waits, for whom; and the state bar by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use office_handbook::Notice;
use office_model::{Role, Status};
use replica_store::{ListFilter, Reader, RefusalSource};

use crate::action::{self, ReferredQuery, chain, handbook, numbers};
use crate::desk::form::drafts::{self, DraftLine};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Page, how_to_manage, html};
use crate::desk::lists::records::{Line, lines, of_health};
use crate::desk::moments;
use crate::desk::people::sign_in::note_listed;
use crate::desk::people::visitor::Visitor;
use crate::serve::Shared;
use crate::{Failure, moment};

/// Rows of a work list on this page.
const ROWS: usize = 5;
/// A work list is counted up to this.
const COUNT_MAX: u64 = 999;
/// So many refused changes are looked through for their records.
const REFUSED_MAX: usize = 500;
/// Drafts on this page.
const DRAFTS: usize = 5;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    notices: Vec<ShownNotice>,
    drafts: Vec<DraftLine>,
    drafts_count: String,
    /// Whether there are more than these.
    more_drafts: bool,
    lists: Vec<WorkList>,
    /// How an account comes to be that keeps the others, where there is none.
    how_to_manage: &'static str,
    /// Whether the letters of this office have nobody to sign them.
    lacks_head: bool,
}

/// What the centre tells.
struct ShownNotice {
    title: String,
    paragraphs: Vec<String>,
    urgent: bool,
    when: String,
}

impl ShownNotice {
    fn of((notice, at): &(Notice, i64)) -> Self {
        Self {
            title: notice.title.clone(),
            paragraphs: notice.paragraphs().map(str::to_owned).collect(),
            urgent: notice.urgent,
            when: moments::short(*at, moment::now_millis()),
        }
    }
}

/// Records that wait for the same thing.
struct WorkList {
    title: &'static str,
    /// How many records it has; `999+` for more than are counted.
    count: String,
    lines: Vec<Line>,
    /// Where all of them are; empty when all are here.
    all: String,
}

#[derive(Template)]
#[template(path = "bar.html")]
struct BarPage {
    page: Page,
}

pub(in crate::desk) async fn page(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    let lister = Arc::clone(&shared);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let page = Page::of(&visitor.session, &reader, "home", t.home)?;
        let notices = handbook::notices(&reader, &node.live().identity)?.iter().map(ShownNotice::of).collect();
        let how_to_manage = how_to_manage(&reader)?;
        let lacks_head = lacks_head(&reader)?;
        if !page.may_read() {
            return Ok(HomePage {
                page,
                notices,
                drafts: Vec::new(),
                drafts_count: String::new(),
                more_drafts: false,
                lists: Vec::new(),
                how_to_manage,
                lacks_head,
            });
        }
        let mut drafts = drafts::lines(&reader, visitor.clerk().as_str(), drafts::ALL + 1, language)?;
        let drafts_count = counted(drafts.len() as u64, drafts::ALL as u64);
        let more_drafts = drafts.len() > DRAFTS;
        drafts.truncate(DRAFTS);
        let mut lists = work_lists(&reader, visitor.role(), language)?;
        if page.bar.refused > 0 {
            lists.splice(0..0, refused(&reader, language)?);
        }
        drop(reader);
        let shown = of_health(lists.iter().flat_map(|list| &list.lines));
        note_listed(&lister, visitor.clerk().as_str(), &shown);
        Ok(HomePage { page, notices, drafts, drafts_count, more_drafts, lists, how_to_manage, lacks_head })
    });
    html(&made.await?)
}

pub(in crate::desk) async fn bar(visitor: Visitor, State(shared): State<Arc<Shared>>) -> Answer {
    let made =
        shared.node.blocking(move |node| Ok(BarPage { page: Page::of(&visitor.session, &node.replica(), "", "")? }));
    html(&made.await?)
}

/// Whether this is a village whose profile does not name its head.
fn lacks_head(reader: &Reader) -> Result<bool, Failure> {
    let signs_letters = reader.office().is_some_and(|office| office.is_village());
    Ok(signs_letters && handbook::profile(reader)?.letterhead.signers.kepala.name.is_empty())
}

/// A count of which nobody looked beyond `most`.
fn counted(count: u64, most: u64) -> String {
    if count > most { format!("{most}+") } else { count.to_string() }
}

/// The records of which the hub refused something, the latest first.
fn refused(reader: &Reader, language: Language) -> Result<Option<WorkList>, Failure> {
    let mut seen = BTreeSet::new();
    let quarantine = reader.quarantine(REFUSED_MAX)?;
    let further = if quarantine.len() == REFUSED_MAX { "+" } else { "" };
    let quarantine = quarantine.into_iter().filter(|one| one.source == RefusalSource::Hub);
    let documents: Vec<_> = quarantine.map(|one| one.document).filter(|document| seen.insert(*document)).collect();
    let mut lines = Vec::new();
    for document in documents.iter().take(ROWS) {
        lines.extend(reader.row(*document)?.map(|row| Line::of(reader, row, language, action::now(reader))));
    }
    let all = if documents.len() > ROWS { "/sinkron".to_owned() } else { String::new() };
    let list = WorkList { title: language.texts().refused, count: format!("{}{further}", documents.len()), lines, all };
    Ok((!list.lines.is_empty()).then_some(list))
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
    let above = reader.office().filter(|office| !office.is_village());
    let chain = chain::of(reader)?;
    let mut lists = Vec::new();
    let mut add = |title, query: String, filter: &ListFilter| -> Result<(), Failure> {
        let count = reader.count_up_to(filter, COUNT_MAX + 1)?;
        if count > 0 {
            let lines = lines(reader, filter, "", None, ROWS, language)?;
            let all = if count > ROWS as u64 { format!("/berkas?{query}") } else { String::new() };
            lists.push(WorkList { title, count: counted(count, COUNT_MAX), lines, all });
        }
        Ok(())
    };
    let referred = |state: ReferredQuery| {
        let filter = ListFilter { referred: Some(state.filter(reader)), ..ListFilter::default() };
        (format!("rujukan={}", state.word()), filter)
    };
    // What people here have to do something about, and what only waits for others or is done.
    let (to_do, rest) = match above {
        None => ((t.answered, ReferredQuery::Answered), (t.waits_answer, ReferredQuery::Open)),
        Some(_) => ((t.to_answer, ReferredQuery::Open), (t.answered_here, ReferredQuery::Answered)),
    };
    // What differs the village settles, whose record it is.
    if above.is_none() {
        add(t.differs, "beda=1".to_owned(), &ListFilter { divergent: true, ..ListFilter::default() })?;
    }
    let (query, filter) = referred(to_do.1);
    add(to_do.0, query, &filter)?;
    // Offices above the villages decide on what was brought before them; the rest of the way is the village's.
    let of_role = by_status.into_iter().filter(|(_, status)| match above {
        None => true,
        Some(_) => role.is_sub_district() && status.waits_for_sub_district(),
    });
    let (own, others): (Vec<_>, Vec<_>) = of_role.partition(|(_, status)| chain.is_part_of(role, *status));
    for (title, status) in own.into_iter().chain(others) {
        // What other sub-districts have to decide may be here, too: it was referred to this one.
        let filter = ListFilter { status: Some(status.as_str().to_owned()), district: above, ..ListFilter::default() };
        add(title, format!("status={status}"), &filter)?;
    }
    // As long as there is none to give, nothing can be done about it.
    if numbers::left(reader, action::now(reader))?.is_some_and(|left| left > 0) {
        let filter = ListFilter { unnumbered: true, ..ListFilter::default() };
        add(t.unnumbered, "tanpa_nomor=1".to_owned(), &filter)?;
    }
    let (query, filter) = referred(rest.1);
    add(rest.0, query, &filter)?;
    Ok(lists)
}

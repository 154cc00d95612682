//! Lists and search.

use std::ops::Range;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use change_log::DocumentId;
use chrono::NaiveDate;
use office_model::{Awaited, Catalogue, Fault, ServiceId, Status, calendar};
use replica_store::{ListFilter, ListedTransaction, Page as Window, Reader};
use serde::Deserialize;

use crate::action::health::HealthListed;
use crate::action::search::search;
use crate::action::since_check::since_check;
use crate::action::{self, ReferredQuery, chain, days};
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Page, html};
use crate::desk::frame::shown;
use crate::desk::frame::texts::Texts;
use crate::desk::moments;
use crate::desk::people::sign_in::note_listed;
use crate::desk::people::visitor::{Visitor, allow};
use crate::serve::Shared;
use crate::{Failure, mask};

/// Rows of a page.
const ROWS: usize = 30;
/// So much of what means nothing is said back, in characters.
const SAID_MAX: usize = 40;

#[derive(Template)]
#[template(path = "records.html")]
struct RecordsPage {
    page: Page,
    q: String,
    statuses: Vec<(&'static str, String, bool)>,
    services: Vec<(String, String, bool)>,
    awaited: Vec<(&'static str, String, bool)>,
    divergent: bool,
    unnumbered: bool,
    /// Which referrals, as the address says it; empty: whatever.
    referred: &'static str,
    from: Day,
    to: Day,
    /// What is wrong with the days.
    days_said: String,
    /// What else of the filter makes no sense. The rest of it alone would mean more records than were asked for, so there are
    /// no lines then.
    wrong: Vec<String>,
    lines: Vec<Line>,
    next: String,
}

impl RecordsPage {
    /// What is listed, as paper says it: the boxes of the filter are for the screen.
    fn listed(&self) -> String {
        let t = self.page.t;
        let chosen = |label: &str, choices: &[(&'static str, String, bool)]| {
            choices.iter().find(|(.., chosen)| *chosen).map(|(_, choice, _)| format!("{label}: {choice}"))
        };
        let service = self.services.iter().find(|(.., chosen)| *chosen);
        let typed = |label: &str, typed: &str| (!typed.is_empty()).then(|| format!("{label} {typed}"));
        let parts = [
            (!self.q.trim().is_empty()).then(|| format!("{}: {}", t.find, self.q.trim())),
            chosen(t.status, &self.statuses),
            service.map(|(_, label, _)| format!("{}: {label}", t.service)),
            chosen(t.awaited, &self.awaited),
            typed(t.from_day, &self.from.typed),
            typed(t.to_day, &self.to.typed),
            self.divergent.then(|| t.differs.to_owned()),
            self.unnumbered.then(|| t.unnumbered.to_owned()),
            (!self.referred.is_empty()).then(|| {
                let is_open = self.referred == ReferredQuery::Open.word();
                format!("{}: {}", t.referrals, if is_open { t.referrals_open } else { t.referrals_answered })
            }),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let listed = if parts.is_empty() { t.all_records.to_owned() } else { parts.join(" · ") };
        if self.next.is_empty() { listed } else { format!("{listed} ({})", t.goes_on) }
    }
}

/// A day as it was typed.
pub(in crate::desk) struct Day {
    pub(in crate::desk) typed: String,
    read: Result<Option<NaiveDate>, Fault>,
}

impl Day {
    pub(in crate::desk) fn of(typed: String) -> Self {
        let read = Some(typed.trim()).filter(|text| !text.is_empty()).map(calendar::parse_date).transpose();
        // Shown as everywhere, however it was typed.
        let typed = read.as_ref().ok().copied().flatten().map_or(typed, calendar::short_date);
        Self { typed, read }
    }

    pub(in crate::desk) const fn is_wrong(&self) -> bool {
        self.read.is_err()
    }
}

/// The time of these days, or what is wrong with them.
///
/// # Errors
///
/// When one is no day, or they are not in order; in words.
pub(in crate::desk) fn made(from: &Day, to: &Day, language: Language) -> Result<Option<Range<i64>>, String> {
    let read = |day: &Day| day.read.clone().map_err(|fault| language.say(&fault.text).to_owned());
    days(read(from)?, read(to)?).map_err(|failure| language.say(&failure.text).to_owned())
}

/// One record as a line.
pub(crate) struct Line {
    /// Whether it was changed after its papers were checked, and waits to be signed.
    pub(crate) is_unseen: bool,
    /// Whether something of it was not sent yet.
    pub(crate) is_unsent: bool,
    pub(crate) id: DocumentId,
    pub(crate) name: String,
    pub(crate) nik: String,
    pub(crate) service: String,
    pub(crate) service_id: String,
    pub(crate) status: String,
    pub(crate) status_word: String,
    pub(crate) number: String,
    pub(crate) changed: String,
    pub(crate) divergences: u32,
    /// Whether two different papers of it are signed.
    pub(crate) has_two_papers: bool,
    /// The office it belongs to, where that is another one.
    pub(crate) office: String,
}

impl Line {
    pub(in crate::desk) fn of(reader: &Reader, row: ListedTransaction, language: Language, now_millis: i64) -> Self {
        let service = Catalogue::current().service(&row.service);
        Self {
            is_unseen: is_unseen(reader, &row),
            is_unsent: reader.is_unsent(row.document).unwrap_or_default(),
            id: row.document,
            name: shown::name(row.name.as_deref(), service, language),
            nik: row.nik.as_deref().map(mask::nik).unwrap_or_default(),
            service: service.map_or_else(|| row.service.to_string(), |one| language.say(&one.label).to_owned()),
            service_id: row.service.to_string(),
            status: shown::status(&row.status, service, language),
            status_word: row.status,
            number: row.number.unwrap_or_default(),
            changed: moments::short(row.changed_millis, now_millis),
            divergences: row.divergences,
            has_two_papers: row.two_papers,
            office: shown::other_office(reader, row.office),
        }
    }
}

/// Only of few rows the history has to be read: of those that wait to be signed and had more done to them than steps.
fn is_unseen(reader: &Reader, row: &ListedTransaction) -> bool {
    let waits = matches!(row.status.parse(), Ok(Status::Diperiksa | Status::MenungguCamat));
    let is_edited = row.changes > row.steps + 1;
    // A list is there also where a record in it is damaged: its page says so.
    let is_changed = || action::load(reader, row.document).is_ok_and(|document| !since_check(&document).is_empty());
    waits && is_edited && is_changed()
}

/// Rows of a list, or of a search where something is typed.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn lines(
    reader: &Reader,
    filter: &ListFilter,
    typed: &str,
    after: Option<DocumentId>,
    count: usize,
    language: Language,
) -> Result<Vec<Line>, Failure> {
    let window = Window { after, count };
    let typed = typed.trim();
    let rows = if typed.is_empty() { reader.list(filter, window)? } else { search(reader, typed, filter, window)? };
    let now = action::now(reader);
    Ok(rows.into_iter().map(|row| Line::of(reader, row, language, now)).collect())
}

/// The records of health among these lines.
pub(in crate::desk) fn of_health<'a>(lines: impl IntoIterator<Item = &'a Line>) -> HealthListed {
    HealthListed::among(lines.into_iter().filter_map(|line| Some((line.service_id.parse().ok()?, line.id))))
}

/// What a list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::desk) struct Asked {
    q: String,
    status: String,
    layanan: String,
    menunggu: String,
    beda: String,
    tanpa_nomor: String,
    rujukan: String,
    dari: String,
    sampai: String,
    setelah: String,
}

/// A word of the filter, which may be empty; one that means nothing is wrong.
fn read<T>(
    typed: &str,
    label: &str,
    (wrong, t): (&mut Vec<String>, &Texts),
    meaning: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let typed = typed.trim();
    let read = meaning(typed);
    if read.is_none() && !typed.is_empty() {
        let said: String = typed.chars().take(SAID_MAX).collect();
        wrong.push(format!("{label}: \"{said}\" {}", t.means_nothing));
    }
    read
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Answer {
    allow(visitor.role().may_read())?;
    let lister = Arc::clone(&shared);
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let page = Page::of(&visitor.session, &reader, "records", t.records)?;
        let mut wrong = Vec::new();
        let status = read(&asked.status, t.status, (&mut wrong, t), |word| word.parse::<Status>().ok());
        let service = read(&asked.layanan, t.service, (&mut wrong, t), |word| word.parse::<ServiceId>().ok());
        let awaited = read(&asked.menunggu, t.awaited, (&mut wrong, t), |word| word.parse::<Awaited>().ok());
        let (divergent, unnumbered) = (!asked.beda.is_empty(), !asked.tanpa_nomor.is_empty());
        let referred = read(&asked.rujukan, t.referrals, (&mut wrong, t), |word| {
            [ReferredQuery::Open, ReferredQuery::Answered].into_iter().find(|one| one.word() == word)
        });
        let (from, to) = (Day::of(asked.dari), Day::of(asked.sampai));
        let (made, days_said) = match made(&from, &to, language) {
            Ok(made) => (made, String::new()),
            Err(said) => (None, said),
        };
        let filter = ListFilter {
            status: status.map(|status| status.as_str().to_owned()),
            service: service.map(|service| service.to_string()),
            divergent,
            unnumbered,
            referred: referred.map(|referred| referred.filter(&reader)),
            awaited,
            made,
            ..ListFilter::default()
        };
        let after = asked.setelah.parse().ok();
        let makes_sense = days_said.is_empty() && wrong.is_empty();
        let mut found =
            if makes_sense { lines(&reader, &filter, &asked.q, after, ROWS + 1, language)? } else { Vec::new() };
        let more = found.len() > ROWS;
        found.truncate(ROWS);
        let next = if more { found.last().map(|line| line.id.to_string()).unwrap_or_default() } else { String::new() };
        let chosen = service.and_then(|id| Catalogue::current().service(&id));
        let statuses = Status::ALL
            .into_iter()
            .map(|one| (one.as_str(), shown::status(one.as_str(), chosen, language), Some(one) == status));
        let services = Catalogue::current().services().map(|one| {
            (one.id.to_string(), format!("{} {}", one.id, language.say(&one.label)), Some(one.id) == service)
        });
        let chain = chain::of(&reader)?;
        drop(reader);
        note_listed(&lister, visitor.clerk().as_str(), &of_health(&found));
        let whom = |one: Awaited| (one.as_str(), language.say(&one.label_in(chain)).to_owned(), Some(one) == awaited);
        Ok(RecordsPage {
            page,
            awaited: Awaited::ALL.map(whom).to_vec(),
            q: asked.q,
            statuses: statuses.collect(),
            services: services.collect(),
            divergent,
            unnumbered,
            referred: referred.map_or("", ReferredQuery::word),
            from,
            to,
            days_said,
            wrong,
            lines: found,
            next,
        })
    });
    html(&made.await?)
}

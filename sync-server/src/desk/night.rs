//! One night's report: as a page, which prints well, and as a file.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use chrono::NaiveDate;
use desk_kit::{Language, moments};
use office_model::calendar::{long_date, short_date};

use super::night_parts::{Rest, rest};
use super::page::{Answer, Fault, Page, html};
use super::shown;
use super::texts::Worded as _;
use super::visitor::Visitor;
use crate::Failure;
use crate::night::forms::{self, Form};
use crate::night::late::Reason;
use crate::night::report::OfficeLine;
use crate::night::{Report, kept, words};
use crate::regency::State as Stands;
use crate::serve::Hub;

#[derive(Template)]
#[template(path = "night.html")]
struct NightPage {
    page: Page,
    address: String,
    date: String,
    made: String,
    /// How it went in one sentence, and whether that is good.
    sentence: String,
    is_well: bool,
    is_caught_up: bool,
    is_old: bool,
    totals: Vec<Total>,
    /// What holds for all offices that were not heard because the hub was off; empty where no two were.
    hub_off: String,
    behind: Vec<Behind>,
    absent: Vec<(String, String)>,
    rest: Option<Rest>,
}

/// The word of offices that were not heard because the hub was off.
const HUB_OFF: &str = Reason::HubOff.as_str();

/// A figure at the top.
struct Total {
    label: String,
    count: String,
    is_bad: bool,
}

/// An office that is behind.
struct Behind {
    code: String,
    name: String,
    state: &'static str,
    sign: &'static str,
    label: String,
    since: String,
    why: String,
    what_to_do: String,
    contact: String,
    /// Changes known to wait at its machines; empty when none ever said.
    unsent: String,
    calls: String,
}

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(night): Path<String>) -> Answer {
    let (date, form) = match night.split_once('.') {
        Some((date, extension)) => (date, Some(Form::of_extension(extension).ok_or_else(Fault::no_night)?)),
        None => (night.as_str(), None),
    };
    let date: NaiveDate = date.parse().map_err(|_| Fault::no_night())?;
    let language = visitor.session.language;
    let kept = hub.readers.with(move |reader| kept::bytes(reader, date)).await.map_err(Fault::from)?;
    let kept = kept.map_err(Fault::from)?.ok_or_else(Fault::no_night)?;
    if let Some(form) = form {
        return file(kept, date, form, language).await;
    }
    let report = kept::parse(&kept).map_err(Fault::from)?;
    let title = format!("{} {}", language.texts().night_reports, short_date(date));
    html(&made(Page::of(&visitor.session, "nights", &title), &report))
}

async fn file(kept: Vec<u8>, date: NaiveDate, form: Form, language: Language) -> Answer {
    // A spreadsheet of all offices takes a while to pack.
    let made = tokio::task::spawn_blocking(move || forms::file(kept, form, language)).await;
    let bytes = made.map_err(|error| Fault::from(Failure::internal(error)))?.map_err(Fault::from)?;
    let mut response = Response::new(Body::from(bytes));
    let name = language.pick("laporan-malam", "night-report");
    let named = format!("attachment; filename=\"{name}-{date}.{}\"", form.extension());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    let named = HeaderValue::from_str(&named).map_err(|error| Fault::from(Failure::internal(error)))?;
    headers.insert(header::CONTENT_DISPOSITION, named);
    Ok(response)
}

fn made(page: Page, report: &Report) -> NightPage {
    let language = page.language;
    let (sentence, is_well) = sentence(report, language);
    let absent = report.offices.iter().filter(|line| line.state == "not_enrolled");
    let unheard = report.offices.iter().filter(|line| line.reason.as_deref() == Some(HUB_OFF)).count() as u64;
    let hub_off = if unheard > 1 { hub_off(unheard, language) } else { String::new() };
    NightPage {
        address: format!("/malam/{}", report.date),
        date: match language {
            Language::Indonesian => long_date(report.date),
            Language::English => report.date.format("%-d %B %Y").to_string(),
        },
        made: moments::long(report.made_millis),
        sentence,
        is_well,
        is_caught_up: report.whole.as_ref().is_some_and(|whole| whole.caught_up),
        is_old: report.whole.is_none(),
        totals: totals(report, language),
        behind: report.behind().into_iter().map(|line| behind(line, report, !hub_off.is_empty(), language)).collect(),
        hub_off,
        absent: absent.map(|line| (line.office.to_string(), line.name.clone())).collect(),
        rest: report.whole.as_ref().map(|whole| rest(report, whole, language)),
        page,
    }
}

/// Damage first, then who is behind.
fn sentence(report: &Report, language: Language) -> (String, bool) {
    let (proven, behind) = (report.count("proven"), report.behind_count());
    let all = proven + behind;
    let damaged = report.whole.as_ref().is_some_and(|whole| !whole.check.sound);
    let unsaved = report.whole.as_ref().is_some_and(|whole| whole.backup.state == "failed");
    let [all_said, proven, behind_said] = [all, proven, behind].map(|count| shown::figure(count, language));
    let offices = match (all, behind, language) {
        (0, _, Language::Indonesian) => "Belum ada kantor yang terdaftar.".to_owned(),
        (0, _, Language::English) => "No office had joined yet.".to_owned(),
        (_, 0, Language::Indonesian) => format!("Semua {all_said} kantor terbukti setara dengan pusat."),
        (1, 0, Language::English) => "The 1 office was proven equal with the hub.".to_owned(),
        (_, 0, Language::English) => format!("All {all_said} offices were proven equal with the hub."),
        (.., Language::Indonesian) => format!("{proven} dari {all_said} kantor terbukti setara; {behind_said} belum."),
        (.., Language::English) => {
            let offices = shown::counted(all, "office was", "offices were");
            format!("{proven} of {offices} proven equal; {behind_said} not.")
        }
    };
    let trouble = match (damaged, unsaved) {
        (true, _) => language.pick("Data di pusat RUSAK. ", "Data at the hub is DAMAGED. "),
        (false, true) => language.pick("Cadangan GAGAL. ", "The backup FAILED. "),
        (false, false) => "",
    };
    (format!("{trouble}{offices}"), behind == 0 && all > 0 && !damaged && !unsaved)
}

fn totals(report: &Report, language: Language) -> Vec<Total> {
    let t = language.texts();
    let total = |label: &str, count: u64, is_bad: bool| Total {
        label: label.to_lowercase(),
        count: shown::figure(count, language),
        is_bad: is_bad && count > 0,
    };
    let mut totals = vec![
        total(&words::state("shut_out", language), report.count("shut_out"), true),
        total(&words::state("late", language), report.count("late"), true),
        total(&words::state("never", language), report.count("never"), true),
        total(&words::state("proven", language), report.count("proven"), false),
        total(&words::state("not_enrolled", language), report.count("not_enrolled"), false),
    ];
    if let Some(whole) = &report.whole {
        let needs = &whole.needs;
        totals.extend([
            total(t.overdue, needs.overdue, true),
            total(t.due_today, needs.due_today, false),
            total(t.quarantine, needs.quarantined, true),
            total(t.divergences, needs.divergent, true),
            total(&words::need("waiting_camat", language), needs.waiting_camat, false),
            total(t.made_that_day, whole.work.made_day, false),
        ]);
    }
    totals
}

/// The cause and what to do, once for all of them.
fn hub_off(offices: u64, language: Language) -> String {
    let (why, what) = (words::reason(HUB_OFF, language), words::what_to_do(HUB_OFF, language));
    let count = match language {
        Language::Indonesian => format!("{} kantor", shown::figure(offices, language)),
        Language::English => shown::counted(offices, "office", "offices"),
    };
    format!("{count}: {why}; {what}.")
}

/// `is_said`: what a hub that was off means is said above all lines.
fn behind(line: &OfficeLine, report: &Report, is_said: bool, language: Language) -> Behind {
    let t = language.texts();
    let stands = match line.state.as_str() {
        "shut_out" => Stands::ShutOut,
        "never" => Stands::Never,
        _ => Stands::Late,
    };
    let short = |millis: Option<i64>| millis.map(|at| moments::short(at, report.made_millis)).unwrap_or_default();
    let sum = line.sum();
    let calls = shown::figure(sum.calls, language);
    let parts = [(sum.cuts, t.cut_word), (sum.refused, t.refused_word)];
    let parts: Vec<_> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let reason = line.reason.as_deref();
    let is_above = is_said && reason == Some(HUB_OFF);
    Behind {
        code: line.office.to_string(),
        name: line.name.clone(),
        state: stands.as_str(),
        sign: stands.sign(),
        label: words::state(&line.state, language),
        since: short(line.since_millis),
        why: if is_above {
            language.pick("pusat mati", "hub off").to_owned()
        } else {
            reason.map(|word| words::reason(word, language)).unwrap_or_default()
        },
        what_to_do: reason.filter(|_| !is_above).map(|word| words::what_to_do(word, language)).unwrap_or_default(),
        contact: short(sum.last_contact_millis),
        unsent: sum.unsent.map_or_else(String::new, |count| shown::figure(count, language)),
        calls: if parts.is_empty() { calls } else { format!("{calls} ({})", parts.join(", ")) },
    }
}

//! The audit trail of this machine: who did what and when, narrowed, page by page, and as a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use change_log::DocumentId;
use letter_print::{Extension, Listing};
use office_model::{Catalogue, ClerkId, Service, calendar};
use replica_store::{AuditFilter, AuditFrom, AuditItem, Reader};
use serde::Deserialize;

use crate::action::days;
use crate::action::trace::led_to;
use crate::desk::frame::language::{Language, Worded as _};
use crate::desk::frame::page::{Answer, Page, html, may_manage, office_name};
use crate::desk::frame::shown;
use crate::desk::lists::records::{Day, made};
use crate::desk::moments;
use crate::desk::people::sign_in::{NOBODY, note_in};
use crate::desk::people::visitor::{Visitor, allow};
use crate::serve::Shared;
use crate::{Act, Failure, moment};

/// Acts of a page.
const ACTS: usize = 50;
/// Most acts of one file.
const FILE_MAX: usize = 20_000;
/// Longest name that is looked for; the trail holds none that is longer.
const NAME_MAX: usize = 40;

#[derive(Template)]
#[template(path = "trail.html")]
struct TrailPage {
    page: Page,
    clerk: String,
    /// Whom the trail may know: accounts and applications.
    clerks: Vec<String>,
    acts: Vec<(&'static str, String, bool)>,
    from: Day,
    to: Day,
    /// What is wrong with the days. All of the trail would be more than was asked for, so there are no lines then.
    days_said: String,
    lines: Vec<Line>,
    /// Above which act the newer page begins, and below which the older one.
    newer: Option<i64>,
    older: Option<i64>,
}

impl TrailPage {
    /// The act that is asked for.
    fn act(&self) -> &'static str {
        self.acts.iter().find(|(_, _, chosen)| *chosen).map_or("", |(word, ..)| word)
    }
}

/// One act as people read it.
struct Line {
    when: String,
    who: String,
    what: String,
    about: About,
}

/// What an act is about.
#[derive(Clone, Default)]
struct About {
    /// Where the record is; empty where it is none, or not for this reader.
    href: String,
    text: String,
    /// Its letter number, if it has one.
    number: String,
    /// The status that a step led to; empty where it was none.
    status: String,
}

impl About {
    /// All of it as one text.
    fn whole(&self) -> String {
        if self.number.is_empty() { self.text.clone() } else { format!("{} · {}", self.text, self.number) }
    }

    /// An act on it as people read it.
    fn what(&self, act: &str, language: Language) -> String {
        let label = label(act, language);
        if self.status.is_empty() { label } else { format!("{label}: {}", self.status) }
    }
}

/// Which part of the trail.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::desk) struct Asked {
    siapa: String,
    kegiatan: String,
    dari: String,
    sampai: String,
    sebelum: String,
    sesudah: String,
    bentuk: String,
}

impl Asked {
    fn clerk(&self) -> Option<String> {
        Some(self.siapa.trim().chars().take(NAME_MAX).collect::<String>()).filter(|name| !name.is_empty())
    }

    fn act(&self) -> Option<Act> {
        Act::of(&self.kegiatan)
    }

    fn from(&self) -> AuditFrom {
        match (self.sebelum.parse(), self.sesudah.parse()) {
            (Ok(number), _) => AuditFrom::Before(number),
            (_, Ok(number)) => AuditFrom::After(number),
            _ => AuditFrom::Newest,
        }
    }
}

/// A page of the trail, and whether there are newer and older acts.
#[derive(Default)]
struct Part {
    acts: Vec<(i64, AuditItem)>,
    newer: bool,
    older: bool,
}

fn part(reader: &Reader, filter: &AuditFilter, from: AuditFrom) -> Result<Part, Failure> {
    let mut acts = reader.audit_part(filter, from, ACTS + 1)?;
    let more = acts.len() > ACTS;
    match from {
        // The last page back is the first one, and full.
        AuditFrom::After(_) if !more => part(reader, filter, AuditFrom::Newest),
        AuditFrom::After(_) => {
            acts.remove(0);
            Ok(Part { acts, newer: true, older: true })
        }
        AuditFrom::Newest | AuditFrom::Before(_) => {
            acts.truncate(ACTS);
            Ok(Part { acts, newer: from != AuditFrom::Newest, older: more })
        }
    }
}

pub(in crate::desk) async fn page(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Answer {
    allow(may_manage(visitor.role()))?;
    let made = shared.node.blocking(move |node| {
        let reader = node.replica();
        let (language, t) = (visitor.session.language, visitor.session.language.texts());
        let page = Page::of(&visitor.session, &reader, "accounts", t.trail)?;
        let (clerk, act, begin) = (asked.clerk(), asked.act(), asked.from());
        let (from, to) = (Day::of(asked.dari), Day::of(asked.sampai));
        let (during, days_said) = match made(&from, &to, language) {
            Ok(during) => (during, String::new()),
            Err(said) => (None, said),
        };
        let filter = AuditFilter { clerk: clerk.clone(), act: act.map(|act| act.as_str().to_owned()), during };
        let Part { acts, newer, older } =
            if days_said.is_empty() { part(&reader, &filter, begin)? } else { Part::default() };
        let (first, last) = (acts.first().map(|(number, _)| *number), acts.last().map(|(number, _)| *number));
        let mut abouts = Abouts::new(&reader, language, page.may_read());
        let mut lines = Vec::with_capacity(acts.len());
        for (_, item) in acts {
            let about = abouts.of(&item.subject)?;
            lines.push(Line {
                when: moments::exact(item.at_millis),
                who: who(item.clerk, language),
                what: about.what(&item.act, language),
                about,
            });
        }
        let mut clerks: Vec<String> = reader.accounts()?.into_iter().map(|account| account.name).collect();
        let application = |name: String| format!("{}{name}", crate::action::applications::PREFIX);
        clerks.extend(reader.applications()?.into_iter().map(|one| application(one.name)));
        let one = |one: &Act| (one.as_str(), language.say(&one.label()).to_owned(), Some(*one) == act);
        Ok(TrailPage {
            page,
            clerk: clerk.unwrap_or_default(),
            clerks,
            acts: Act::ALL.iter().map(one).collect(),
            from,
            to,
            days_said,
            lines,
            newer: first.filter(|_| newer),
            older: last.filter(|_| older),
        })
    });
    html(&made.await?)
}

/// What is asked for as a file, which is an act itself.
pub(in crate::desk) async fn file(
    visitor: Visitor,
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<Asked>,
) -> Answer {
    allow(may_manage(visitor.role()))?;
    let extension = match asked.bentuk.as_str() {
        "csv" => Extension::Csv,
        "xlsx" => Extension::Xlsx,
        _ => return Err(unknown_form().into()),
    };
    let day = |typed: &str| {
        Some(typed.trim()).filter(|text| !text.is_empty()).map(calendar::parse_date).transpose().map_err(Failure::from)
    };
    let (from, to) = (day(&asked.dari)?, day(&asked.sampai)?);
    let (clerk, act) = (asked.clerk(), asked.act());
    let filter =
        AuditFilter { clerk: clerk.clone(), act: act.map(|act| act.as_str().to_owned()), during: days(from, to)? };
    let mut name = "jejak".to_owned();
    for day in from.into_iter().chain(to) {
        name = format!("{name}-{}", calendar::iso_date(day));
    }
    let name = format!("{name}.{}", extension.as_str());
    let (language, by) = (visitor.session.language, visitor.clerk().to_string());
    let (may_read, noted) = (visitor.role().may_read(), noted(&name, clerk.as_deref(), act));
    let made = shared.node.blocking(move |node| {
        // Written out after the store is free again: others go on meanwhile.
        let listing = {
            let mut replica = node.replica();
            let listing = listing(&replica, &filter, language, may_read)?;
            note_in(&mut replica, &by, Act::Trail, &noted)?;
            listing
        };
        match extension {
            Extension::Xlsx => listing.to_xlsx().map_err(|error| not_written(&error)),
            Extension::Csv | Extension::Pdf => Ok(listing.to_csv()),
        }
    });
    let bytes = made.await?;
    let disposition = format!("attachment; filename=\"{name}\"");
    let kind = extension.media_type();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition.as_str())], bytes).into_response())
}

/// What the trail says of a file of it: which part was taken. Of what was typed as a clerk nothing that cannot be one: it
/// may be a person's name.
fn noted(name: &str, clerk: Option<&str>, act: Option<Act>) -> String {
    let clerk = clerk.filter(|clerk| clerk.parse::<ClerkId>().is_ok());
    let narrowed: Vec<&str> = clerk.into_iter().chain(act.map(Act::as_str)).collect();
    if narrowed.is_empty() { name.to_owned() } else { format!("{name} ({})", narrowed.join(", ")) }
}

fn listing(reader: &Reader, filter: &AuditFilter, language: Language, may_read: bool) -> Result<Listing, Failure> {
    let t = language.texts();
    let acts = reader.audit_part(filter, AuditFrom::Newest, FILE_MAX + 1)?;
    if acts.len() > FILE_MAX {
        return Err(too_many());
    }
    let mut abouts = Abouts::new(reader, language, may_read);
    let mut rows = Vec::with_capacity(acts.len());
    for (_, item) in acts {
        let about = abouts.of(&item.subject)?;
        rows.push(vec![
            moments::exact(item.at_millis),
            who(item.clerk, language),
            about.what(&item.act, language),
            about.whole(),
            item.subject,
        ]);
    }
    let act = filter.act.as_ref().map(|word| label(word, language));
    let days = filter.during.as_ref().map(|during| {
        let first = if during.start == i64::MIN { String::new() } else { moments::day(during.start) };
        let last = if during.end == i64::MAX { String::new() } else { moments::day(during.end - 1) };
        format!("{first} – {last}")
    });
    let part: Vec<String> = days.into_iter().chain(filter.clerk.clone()).chain(act).collect();
    let columns = [(t.when, 20), (t.who, 20), (t.act, 34), (t.about, 52), (t.about_code, 40)]
        .map(|(head, width)| (head.to_owned(), width));
    Ok(Listing {
        title: t.trail.to_owned(),
        office: office_name(reader),
        part: part.join(" · "),
        date: calendar::wib_date(moment::now_millis()).unwrap_or_default(),
        columns: columns.to_vec(),
        rows,
    })
}

/// Who did it, as people read it.
fn who(clerk: String, language: Language) -> String {
    if clerk == NOBODY { language.texts().unknown_name.to_owned() } else { clerk }
}

/// An act as people read it; the word itself where another version noted it.
fn label(word: &str, language: Language) -> String {
    Act::of(word).map_or_else(|| word.to_owned(), |act| language.say(&act.label()).to_owned())
}

/// A record that acts are about, and its service, where this program knows it.
type Known = (About, Option<&'static Service>);

/// What acts are about, each record looked up once.
struct Abouts<'r> {
    reader: &'r Reader,
    language: Language,
    /// Whether records are for whoever reads this at all.
    may_read: bool,
    known: BTreeMap<DocumentId, Option<Known>>,
}

impl<'r> Abouts<'r> {
    fn new(reader: &'r Reader, language: Language, may_read: bool) -> Self {
        Self { reader, language, may_read, known: BTreeMap::new() }
    }

    /// A record by its service and letter number, or else the initial of the name in it; anything else as it was noted.
    fn of(&mut self, subject: &str) -> Result<About, Failure> {
        let (first, rest) = subject.split_once(' ').unwrap_or((subject, ""));
        let as_noted = || About { text: subject.to_owned(), ..About::default() };
        let Ok(id) = first.parse::<DocumentId>() else { return Ok(as_noted()) };
        let known = if let Some(known) = self.known.get(&id) {
            known.clone()
        } else {
            let found = self.record(id)?;
            self.known.insert(id, found.clone());
            found
        };
        let Some((mut about, service)) = known else { return Ok(as_noted()) };
        let step = led_to(rest);
        about.status = step.map_or_else(String::new, |(word, _)| shown::status(word, service, self.language));
        let rest = step.map_or(rest, |(_, rest)| rest);
        if !rest.is_empty() {
            about.text = format!("{} {rest}", about.text);
        }
        Ok(about)
    }

    fn record(&self, id: DocumentId) -> Result<Option<Known>, Failure> {
        let Some(row) = self.reader.row(id)? else { return Ok(None) };
        let service = Catalogue::current().service(&row.service);
        let label = service.map_or("", |service| self.language.say(&service.label));
        let unnamed = || service.and_then(Service::unnamed).map(|word| self.language.say(&word).to_owned());
        let initial = || {
            let name = row.name.as_deref().filter(|_| self.may_read);
            let first =
                name.and_then(|name| name.trim().chars().next()).map(|sign| format!("{}.", sign.to_uppercase()));
            first.or_else(|| unnamed().filter(|_| row.name.is_none()))
        };
        let number = row.number.clone().unwrap_or_default();
        let told = initial().filter(|_| number.is_empty()).map(|told| format!(" · {told}")).unwrap_or_default();
        let href = if self.may_read { format!("/berkas/{id}") } else { String::new() };
        let text = format!("{} {label}{told}", row.service);
        Ok(Some((About { href, text, number, status: String::new() }, service)))
    }
}

fn too_many() -> Failure {
    Failure::input(
        "too_many",
        format!(
            "Lebih dari {FILE_MAX} kegiatan. Tidak ada berkas yang dibuat; pilih rentang tanggal yang lebih pendek, satu orang, atau satu kegiatan."
        ),
        format!("More than {FILE_MAX} acts. No file was made; choose fewer days, one person or one act."),
    )
}

fn unknown_form() -> Failure {
    Failure::input(
        "trail",
        "Bentuk berkas tidak dikenal. Tidak ada berkas yang dibuat; pilih dari halaman Jejak kegiatan.",
        "There is no such form of a file. No file was made; choose on the page Audit trail.",
    )
}

fn not_written(error: &dyn std::fmt::Display) -> Failure {
    Failure::machine(
        "print",
        format!("Jejak kegiatan tidak dapat ditulis. Isinya utuh; mohon laporkan. ({error})"),
        format!("The audit trail could not be written. It is whole; please report this. ({error})"),
    )
}

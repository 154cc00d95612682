//! One office: what to tell its clerk, its machines, when they were heard, and what waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use chrono::Datelike as _;
use desk_kit::{Language, moments, values};
use office_model::calendar::{short_date, wib_date};
use office_model::{Catalogue, OfficeCode, OfficeKind, Status};
use replica_store::{LeaseState, ListFilter, Node, NodeCall, Reader, Referred};

use super::amount::{self, clock_offset};
use super::assets::VERSION;
use super::page::{Answer, Fault, Page, html};
use super::texts::Worded as _;
use super::visitor::Visitor;
use super::{chart, fresh, shown};
use crate::night::Window;
use crate::operators::HubRole;
use crate::regency::advice::advice;
use crate::regency::facts::{LINK_DAYS, backup_age, day_number};
use crate::regency::{OfficeFacts, Standing, numbers_left};
use crate::serve::Hub;
use crate::{Failure, clock};

/// Exchanges of each machine on the page,
const CALLS: usize = 60;
/// and of all of them together.
const LINES: usize = 60;
/// Quarantined changes and differences on the page.
const WAITING: usize = 50;
/// What waits is counted up to this.
const COUNT_MAX: u64 = 10_000;

#[derive(Template)]
#[template(path = "office.html")]
struct OfficePage {
    page: Page,
    name: String,
    code: String,
    state: &'static str,
    sign: &'static str,
    label: &'static str,
    since: String,
    marks: Vec<String>,
    records: String,
    /// What waits for a decision or an answer of this office above the villages, as words; nothing at a village.
    above: Vec<String>,
    advice: Vec<String>,
    machines: Vec<Machine>,
    /// The version of a machine does not tell of its backup.
    is_backup_untold: bool,
    /// Its figures are those of machines that are shut out.
    is_last_known: bool,
    days: Vec<Day>,
    calls: Vec<Call>,
    quarantine: Vec<Kept>,
    divergences: Vec<Differing>,
    /// Nothing at an office above the villages: it numbers no letters.
    blocks: Option<Vec<Block>>,
}

/// A machine.
struct Machine {
    id: String,
    enrolled: String,
    contact: String,
    proven: String,
    unsent: String,
    version: String,
    clock: String,
    /// How old the last backup is that was made on it.
    backup: String,
    numbers: String,
    exchanges: String,
    revoked: String,
}

/// A day of the link.
struct Day {
    date: String,
    svg: String,
    said: String,
    bytes: String,
}

/// One exchange, or several quiet ones.
struct Call {
    when: String,
    machine: String,
    outcome: String,
    reached: bool,
    exchanges: u64,
    changes: u64,
    up: String,
    down: String,
    lasted: String,
}

/// A change that is kept out of its record.
struct Kept {
    record: String,
    reason: String,
    detail: String,
    since: String,
}

/// A record with something to settle.
struct Differing {
    record: String,
    service: String,
    name: String,
    differs: String,
}

/// Letter numbers that were granted to a machine.
struct Block {
    machine: String,
    series: String,
    first: u32,
    last: u32,
    used: String,
    /// Those that it may still issue,
    left: u32,
    /// and why none, in a word.
    ended: &'static str,
}

/// What is read of this office alone.
struct Read {
    /// Machines that are shut out, and what each had not sent when last heard.
    revoked: Vec<(Node, Option<u64>)>,
    calls: Vec<NodeCall>,
    quarantine: Vec<Kept>,
    divergences: Vec<Differing>,
    blocks: Option<Vec<Block>>,
    /// Records that wait for its decision, and for its answer; nothing at a village.
    above: Option<(u64, u64)>,
}

pub(super) async fn page(visitor: Visitor, State(hub): State<Arc<Hub>>, Path(code): Path<String>) -> Answer {
    let code: OfficeCode = code.parse().map_err(|_| Fault::no_office())?;
    let regency = fresh::regency(&hub).await.map_err(Fault::from)?;
    let (facts, standing) = regency.office(code).cloned().ok_or_else(Fault::no_office)?;
    let (language, role, now) = (visitor.session.language, visitor.session.role, clock::now_millis());
    let of_reader = facts.clone();
    let read = hub.readers.with(move |reader| Read::of(reader, &of_reader, language, role, now)).await;
    let read = read.map_err(Fault::from)?.map_err(Fault::from)?;
    let page = Page::of(&visitor.session, "office", &facts.office.full_name());
    html(&made(page, (&facts, &standing), read, (regency.window, regency.hub_was_off), now))
}

fn made(
    page: Page,
    (facts, standing): (&OfficeFacts, &Standing),
    read: Read,
    window: (Window, bool),
    now: i64,
) -> OfficePage {
    let (language, t) = (page.language, page.t);
    let machines = facts.nodes.iter().map(|one| Machine {
        unsent: one.unsent.map_or_else(String::new, |count| shown::figure(count, language)),
        backup: backup(&one.node, now, language),
        numbers: one.numbers_left.map_or_else(String::new, |left| shown::figure(left.into(), language)),
        ..machine(&one.node, now, language)
    });
    let revoked = read.revoked.iter().map(|(node, unsent)| Machine {
        unsent: unsent.map_or_else(String::new, |count| shown::figure(count, language)),
        backup: backup(node, now, language),
        ..machine(node, now, language)
    });
    let all = facts.nodes.iter().map(|one| &one.node).chain(read.revoked.iter().map(|(node, _)| node));
    let is_untold = |node: &Node| node.last_contact_millis.is_some() && node.backup.is_none();
    OfficePage {
        name: facts.office.full_name(),
        code: facts.office.code.to_string(),
        state: standing.state.as_str(),
        sign: standing.state.sign(),
        label: shown::state(t, standing.state),
        since: standing.since_millis.map(|at| moments::short(at, now)).unwrap_or_default(),
        marks: standing.marks.iter().map(|mark| shown::mark(mark, language)).collect(),
        records: shown::figure(facts.counts.transactions, language),
        above: read.above.map_or_else(Vec::new, |waits| above(facts, waits, language)),
        advice: advice(facts, VERSION, window, now).iter().map(|text| language.say(text).to_owned()).collect(),
        is_backup_untold: all.clone().any(is_untold),
        machines: machines.chain(revoked).collect(),
        is_last_known: facts.is_last_known(),
        days: days(facts, language, now),
        calls: read.calls.iter().map(|one| call(one, language, now)).collect(),
        quarantine: read.quarantine,
        divergences: read.divergences,
        blocks: read.blocks,
        page,
    }
}

/// What an office above the villages is waited for.
fn above(facts: &OfficeFacts, (to_decide, to_answer): (u64, u64), language: Language) -> Vec<String> {
    let t = language.texts();
    let decides = facts.office.kind == OfficeKind::SubDistrict;
    let lines = [(decides, t.to_decide, to_decide), (true, t.to_answer, to_answer)].into_iter();
    lines
        .filter(|(shown, ..)| *shown)
        .map(|(_, label, count)| format!("{label}: {}", shown::figure(count, language)))
        .collect()
}

/// How old a machine's last backup is; nothing where it has not called yet.
fn backup(node: &Node, now: i64, language: Language) -> String {
    node.last_contact_millis.map(|_| shown::backup(backup_age(node, now), language)).unwrap_or_default()
}

fn machine(node: &Node, now: i64, language: Language) -> Machine {
    let short = |millis: Option<i64>| millis.map(|at| moments::short(at, now)).unwrap_or_default();
    Machine {
        id: node.id.to_string(),
        enrolled: short(Some(node.enrolled_millis)),
        contact: short(node.last_contact_millis),
        proven: short(node.proven.map(|(at, _)| at)),
        unsent: String::new(),
        version: node.version.as_deref().map_or("", |version| version.rsplit(' ').next().unwrap_or(version)).to_owned(),
        clock: node.clock_offset_millis.map_or_else(String::new, |offset| clock_offset(offset, language)),
        backup: String::new(),
        numbers: String::new(),
        exchanges: shown::figure(node.exchanges, language),
        revoked: short(node.revoked_millis),
    }
}

/// The days of the link, the latest first.
fn days(facts: &OfficeFacts, language: Language, now: i64) -> Vec<Day> {
    let Some(today) = wib_date(now) else { return Vec::new() };
    let days = today.iter_days().rev().take(usize::try_from(LINK_DAYS).unwrap_or_default());
    let made = days.map(|date| {
        let number = day_number(date);
        let of_day = facts.known().iter().flat_map(|node| node.days.iter()).filter(|day| day.day == number);
        let (mut heard, mut exchanges, mut cuts, mut bytes) = (0_u32, 0, 0, 0_u64);
        for day in of_day {
            heard |= day.hours;
            exchanges += day.exchanges;
            cuts += day.cuts;
            bytes = bytes.saturating_add(day.bytes_up).saturating_add(day.bytes_down);
        }
        let hours = heard.count_ones();
        if exchanges == 0 {
            return Day { date: short_date(date), svg: chart::hours(0), said: "–".to_owned(), bytes: String::new() };
        }
        let said = match language {
            Language::Indonesian => format!("{hours} jam, {exchanges} pertukaran, {cuts} terputus"),
            Language::English => {
                let (hours_word, exchanges_word) =
                    (shown::many(hours, "hour", "hours"), shown::many(exchanges, "exchange", "exchanges"));
                format!("{hours} {hours_word}, {exchanges} {exchanges_word}, {cuts} cut")
            }
        };
        Day { date: short_date(date), svg: chart::hours(heard), said, bytes: amount::bytes(bytes, language) }
    });
    made.collect()
}

fn call(call: &NodeCall, language: Language, now: i64) -> Call {
    Call {
        when: moments::short(call.at_millis, now),
        machine: call.node.to_string(),
        outcome: shown::outcome(&call.outcome, language).to_owned(),
        reached: shown::is_reached(&call.outcome),
        exchanges: call.exchanges,
        changes: call.changes,
        up: amount::bytes(call.bytes_up, language),
        down: amount::bytes(call.bytes_down, language),
        lasted: lasted(call, language),
    }
}

/// How long an exchange took; of several that are one line, from the first to the last of them.
fn lasted(call: &NodeCall, language: Language) -> String {
    let took = amount::duration(call.duration_millis, language);
    if call.exchanges > 1 { format!("{} {took}", language.pick("dalam rentang", "over")) } else { took }
}

impl Read {
    fn of(reader: &Reader, facts: &OfficeFacts, language: Language, role: HubRole, now: i64) -> Result<Self, Failure> {
        let code = facts.office.code;
        let revoked = reader.registered_nodes()?.into_iter();
        let revoked = revoked.filter(|node| node.office == code && node.revoked_millis.is_some());
        let mut calls = Vec::new();
        for one in &facts.nodes {
            calls.extend(reader.calls(one.node.id, CALLS)?);
        }
        let mut with_unsent = Vec::new();
        for node in revoked {
            let of_node = reader.calls(node.id, CALLS)?;
            let unsent = match of_node.first() {
                Some(last) => reader.claimed_beyond(last)?,
                None => None,
            };
            calls.extend(of_node);
            with_unsent.push((node, unsent));
        }
        calls.sort_by_key(|call| std::cmp::Reverse(call.at_millis));
        calls.truncate(LINES);
        let quarantine = reader.quarantine_of(&code, WAITING)?.into_iter().map(|one| Kept {
            record: one.document.to_string(),
            reason: shown::reason(&one.code, language).to_owned(),
            detail: one.detail,
            since: one.at_millis.map(|at| moments::short(at, now)).unwrap_or_default(),
        });
        let filter = ListFilter { office: Some(code), divergent: true, ..ListFilter::default() };
        let rows = reader.list(&filter, replica_store::Page { after: None, count: WAITING })?;
        let divergences = rows.into_iter().map(|row| {
            let catalogue = Catalogue::of_version(row.catalogue).unwrap_or_else(Catalogue::current);
            let differs = shown::differs(&row, language);
            let name = row.name.map(|name| if role.sees_personal_data() { name } else { shown::masked_name(&name) });
            Differing {
                record: row.document.to_string(),
                service: row.service.to_string(),
                name: values::name(name.as_deref(), catalogue.service(&row.service), language),
                differs,
            }
        });
        let above = if code.is_village() {
            None
        } else {
            let waiting = ListFilter {
                status: Some(Status::MenungguCamat.as_str().to_owned()),
                district: Some(code),
                ..ListFilter::default()
            };
            let referred = Referred { to: Some(code), answered: false, under_way: false };
            let referred = ListFilter { referred: Some(referred), ..ListFilter::default() };
            Some((reader.count_up_to(&waiting, COUNT_MAX)?, reader.count_up_to(&referred, COUNT_MAX)?))
        };
        Ok(Self {
            above,
            quarantine: quarantine.collect(),
            divergences: divergences.collect(),
            blocks: blocks(reader, facts, language, now)?,
            revoked: with_unsent,
            calls,
        })
    }
}

/// The blocks of this year and the next, those first from which numbers may still be issued; nothing at an office above the
/// villages.
fn blocks(reader: &Reader, facts: &OfficeFacts, language: Language, now: i64) -> Result<Option<Vec<Block>>, Failure> {
    if !facts.office.code.is_village() {
        return Ok(None);
    }
    let t = language.texts();
    let year = wib_date(now).map_or(i32::MAX, |today| today.year());
    let heard: BTreeMap<_, _> =
        facts.nodes.iter().map(|one| (one.node.id, one.last_call.as_ref().map(|call| call.epoch))).collect();
    let states = reader.leases_since(&facts.office.code, year)?.into_iter();
    let left = |state: &LeaseState| heard.get(&state.lease.node).map_or(0, |epoch| numbers_left(state, *epoch));
    let mut made: Vec<_> = states
        .map(|state| {
            let left = left(&state);
            Block {
                machine: state.lease.node.to_string(),
                series: match state.lease.series.as_str() {
                    "all" => format!("{}, {}", t.all_letters, state.lease.year),
                    code => format!("{code}, {}", state.lease.year),
                },
                first: state.lease.first,
                last: state.lease.last,
                used: shown::figure(state.used().into(), language),
                left,
                ended: match (left, state.left()) {
                    (0, 0) => t.used_up,
                    (0, _) => t.closed,
                    _ => "",
                },
            }
        })
        .collect();
    made.sort_by_key(|block| block.left == 0);
    Ok(Some(made))
}

//! Reads what a night's report is made from, all as of one moment.

use std::collections::{BTreeMap, BTreeSet};

use change_log::{DocumentId, NodeId};
use chrono::{Datelike as _, NaiveDate};
use exchange_driver::{node_difference, number_floor};
use office_model::calendar::wib_midnight;
use office_model::granting::Book;
use office_model::{Office, Status};
use replica_store::{LeaseState, ListFilter, ListedTransaction, Node, Page, Reader};

use super::Plan;
use super::documents::LISTED;
use super::facts::{
    BlockFacts, BookFacts, Call, Granted, KeptOut, NightFacts, NodeNight, OfficeNight, OpenRecord, Span, Twice,
};
use super::report::{BackupLine, CheckLine};
use super::window::Window;
use crate::alarm::kept_watch;
use crate::regency::facts::all_shut_out;
use crate::regency::issues_from;
use crate::{Failure, init};

const DAY_MILLIS: i64 = 24 * 3_600_000;
/// Calls of a machine that are looked at: quiet ones right after each other are one.
const CALLS: usize = 500;
/// Rows that are read at a time.
const ROWS: usize = 1000;
/// Quarantined changes of an office, and serials given twice, that are looked at: as many as a report lists.
const LOOKED_AT: usize = LISTED;

/// When the night of a date was.
pub(crate) fn span(date: NaiveDate, report_minute: u32, now_millis: i64) -> Span {
    let window = Window::of(date, report_minute);
    Span {
        from_millis: window.ends_millis - DAY_MILLIS,
        night_millis: window.begins_millis,
        until_millis: window.ends_millis.min(now_millis),
        made_millis: now_millis,
        hub_was_off: false,
    }
}

/// The facts of a night.
///
/// # Errors
///
/// When the database cannot be read.
pub(crate) fn facts(
    reader: &Reader,
    date: NaiveDate,
    plan: &Plan,
    (check, backup): (CheckLine, BackupLine),
    now_millis: i64,
) -> Result<NightFacts, Failure> {
    reader.at_one_moment(|reader| {
        let mut span = span(date, plan.report_minute, now_millis);
        span.hub_was_off = kept_watch(reader)?.is_some_and(|watch| watch.was_off(span.night_millis, span.until_millis));
        let day = date.pred_opt().unwrap_or(date);
        let month = day.with_day(1).unwrap_or(day);
        let end = wib_midnight(date);
        let nodes = reader.registered_nodes()?;
        let mut epochs = BTreeMap::new();
        for node in &nodes {
            epochs.insert(node.id, reader.calls(node.id, 1)?.pop());
        }
        let offices = offices(reader, &nodes, &span)?;
        let leases = leases(reader, date)?;
        let is_open = |state: &LeaseState| {
            let node = nodes.iter().find(|node| node.id == state.lease.node);
            let called = epochs.get(&state.lease.node).and_then(Option::as_ref);
            node.is_some_and(|node| node.revoked_millis.is_none()) && issues_from(state, called.map(|call| call.epoch))
        };
        Ok(NightFacts {
            date,
            span,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            holidays: plan.holidays.clone(),
            kept_out: kept_out(reader, &offices)?,
            offices,
            made_day: reader.made_by(&(wib_midnight(day)..end))?,
            made_month: reader.made_by(&(wib_midnight(month)..end))?,
            open: open(reader, span.until_millis)?,
            quarantined: reader.counts()?.quarantined,
            books: books(reader, &leases, is_open)?,
            twice: twice(reader)?,
            granted: granted(&leases, &span),
            check,
            backup,
        })
    })?
}

fn offices(reader: &Reader, nodes: &[Node], span: &Span) -> Result<Vec<OfficeNight>, Failure> {
    let shut_out = all_shut_out(nodes);
    let (mut may_call, mut gone): (BTreeMap<_, Vec<NodeNight>>, BTreeMap<_, Vec<NodeNight>>) = Default::default();
    for node in nodes {
        let made = machine(reader, node, span)?;
        let Some(revoked) = node.revoked_millis else {
            may_call.entry(node.office).or_default().push(made);
            continue;
        };
        // Who asks where a lost machine was last heard asks for just these.
        let called = made.calls.first().is_some_and(|call| call.at_millis >= span.night_millis);
        if called || revoked >= span.from_millis || shut_out.contains_key(&node.office) {
            gone.entry(node.office).or_default().push(made);
        }
    }
    let digests: BTreeMap<_, _> = reader.offices()?.into_iter().collect();
    let counts = reader.office_counts()?;
    let roster = init::roster(reader)?;
    let made = |office: &Office| OfficeNight {
        shut_out_millis: shut_out.get(&office.code).copied(),
        nodes: may_call.remove(&office.code).unwrap_or_default(),
        gone: gone.remove(&office.code).unwrap_or_default(),
        entries: digests.get(&office.code).map_or(0, |digest| digest.count),
        quarantined: counts.get(&office.code).map_or(0, |counts| counts.quarantined),
        office: office.clone(),
    };
    Ok(roster.iter().map(made).collect())
}

fn machine(reader: &Reader, node: &Node, span: &Span) -> Result<NodeNight, Failure> {
    let all = reader.calls(node.id, CALLS)?;
    let unsent = match all.first() {
        Some(call) => reader.claimed_beyond(call)?,
        None => None,
    };
    // A row may stand for an hour of quiet calls: it counts with its end.
    let end = |call: &replica_store::NodeCall| {
        call.at_millis.saturating_add(i64::try_from(call.duration_millis).unwrap_or(i64::MAX))
    };
    let mut calls: Vec<Call> = Vec::new();
    for call in all.iter().filter(|call| call.at_millis < span.until_millis) {
        calls.push(Call { at_millis: end(call).min(span.until_millis), outcome: call.outcome.clone() });
        if end(call) < span.night_millis {
            break;
        }
    }
    Ok(NodeNight {
        id: node.id,
        enrolled_millis: node.enrolled_millis,
        revoked_millis: node.revoked_millis,
        proven_millis: node.proven.map(|(at, _)| at),
        // A machine that is shut out is refused, which is no contact: it was heard all the same.
        last_contact_millis: match node.revoked_millis {
            Some(_) => node.last_contact_millis.max(calls.first().map(|call| call.at_millis)),
            None => node.last_contact_millis,
        },
        version: node.version.clone(),
        differs_millis: node_difference(reader, node.id)?.map(|found| found.at_millis),
        unsent,
        calls,
    })
}

/// Whatever may need a person: by the indexes of status and of divergences.
fn open(reader: &Reader, until_millis: i64) -> Result<Vec<OpenRecord>, Failure> {
    let promised = Status::ALL.into_iter().filter(|status| status.is_promised());
    let by_status =
        promised.map(|status| ListFilter { status: Some(status.as_str().to_owned()), ..ListFilter::default() });
    let divergent = ListFilter { divergent: true, ..ListFilter::default() };
    let mut open: BTreeMap<DocumentId, OpenRecord> = BTreeMap::new();
    for filter in by_status.chain([divergent]) {
        let mut page = Page { after: None, count: ROWS };
        loop {
            let rows = reader.list(&filter, page)?;
            let Some(last) = rows.last() else { break };
            page.after = Some(last.document);
            // What was made after the night is the next report's.
            open.extend(
                rows.iter().filter(|row| row.created_millis < until_millis).map(|row| (row.document, record(row))),
            );
        }
    }
    Ok(open.into_values().collect())
}

fn record(row: &ListedTransaction) -> OpenRecord {
    OpenRecord {
        id: row.document,
        office: row.office,
        service: row.service,
        catalogue: row.catalogue,
        status: row.status.clone(),
        made_millis: row.created_millis,
        divergences: row.divergences,
    }
}

fn kept_out(reader: &Reader, offices: &[OfficeNight]) -> Result<Vec<KeptOut>, Failure> {
    let mut all = Vec::new();
    for office in offices.iter().filter(|office| office.quarantined > 0) {
        for one in reader.quarantine_of(&office.office.code, LOOKED_AT)? {
            let row = reader.row(one.document)?;
            all.push(KeptOut {
                id: one.document,
                office: office.office.code,
                code: one.code,
                at_millis: one.at_millis,
                row: row.map(|row| (row.service, row.status, row.created_millis)),
            });
        }
    }
    Ok(all)
}

/// The leases of the year, and in January those of the year before: its last letters may still arrive.
fn leases(reader: &Reader, date: NaiveDate) -> Result<Vec<LeaseState>, Failure> {
    let mut leases = if date.month() == 1 { reader.leases_of_year(date.year() - 1)? } else { Vec::new() };
    leases.extend(reader.leases_of_year(date.year())?);
    // The next year's are granted in December.
    leases.extend(reader.leases_of_year(date.year() + 1)?);
    Ok(leases)
}

fn books(
    reader: &Reader,
    leases: &[LeaseState],
    is_open: impl Fn(&LeaseState) -> bool,
) -> Result<Vec<BookFacts>, Failure> {
    let keys: BTreeSet<_> =
        leases.iter().map(|state| (state.lease.office, state.lease.series.clone(), state.lease.year)).collect();
    let mut books = Vec::new();
    for (office, series, year) in keys {
        let of_book = leases.iter().filter(|state| {
            let lease = &state.lease;
            lease.office == office && lease.series == series && lease.year == year
        });
        let block = |state: &LeaseState| BlockFacts {
            first: state.lease.first,
            last: state.lease.last,
            node: state.lease.node,
            is_open: is_open(state),
        };
        let mut issued: BTreeMap<u32, u32> = BTreeMap::new();
        for one in reader.issued(&office, &series, year, 1, usize::MAX)? {
            *issued.entry(one.serial.serial).or_default() += 1;
        }
        let floor = number_floor(reader, &Book { office, series: series.clone(), year })?;
        let blocks = of_book.map(block).collect();
        books.push(BookFacts { office, series, year, floor, blocks, issued });
    }
    Ok(books)
}

fn twice(reader: &Reader) -> Result<Vec<Twice>, Failure> {
    let mut all = Vec::new();
    for (office, serial) in reader.issued_twice(LOOKED_AT)? {
        let rows = reader.issued(&office, &serial.series, serial.year, serial.serial, 20)?;
        let records = rows.into_iter().filter(|row| row.serial == serial).map(|row| row.document).collect();
        all.push(Twice { office, serial, records });
    }
    Ok(all)
}

fn granted(leases: &[LeaseState], span: &Span) -> Vec<Granted> {
    let in_time = |state: &&LeaseState| (span.from_millis..span.until_millis).contains(&state.lease.granted_millis);
    let made = leases.iter().filter(in_time).map(|state| {
        let lease = &state.lease;
        let node: NodeId = lease.node;
        Granted {
            office: lease.office,
            node,
            series: lease.series.clone(),
            year: lease.year,
            first: lease.first,
            last: lease.last,
            at_millis: lease.granted_millis,
        }
    });
    made.collect()
}

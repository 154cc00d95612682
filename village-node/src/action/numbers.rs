//! Letter numbers: how many are left, the register that accounts for each, and giving one to a record that has none.

use std::collections::BTreeSet;

use change_log::{DocumentId, NodeId};
use chrono::Datelike;
use exchange_driver::{NodeIdentity, is_granted};
use office_model::register::{Block, BlockState, GapReason, Stretch, account};
use office_model::{Catalogue, Series, ServiceId, Status, calendar};
use replica_store::{Clock, LeaseState, NoNumber, Numbering, Reader, Replica};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service_document::Lease;

use super::signed::{InRegister, in_register};
use super::{hub_offset, load, service_label};
use crate::{Blame, Failure};

/// Most serials of one answer.
pub(crate) const SERIALS_MAX: usize = 2_000;

/// Which part of the register.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RegisterQuery {
    /// The year, in WIB; else the present one.
    pub year: Option<i32>,
    /// The series; else the first one there is.
    pub series: Option<String>,
    /// From this serial on.
    pub from: u32,
    /// At most so many lines.
    pub limit: Option<usize>,
}

/// Does something with what the store needs to give out numbers.
pub(super) fn with_numbering<T>(identity: &NodeIdentity, act: impl FnOnce(&Numbering<'_>) -> T) -> T {
    let trusts = |lease: &Lease| is_granted(lease, identity.hub, &identity.hub_key);
    act(&Numbering { code: &code_of, trusts: &trusts })
}

/// The archive code of a service's letters.
fn code_of(service: ServiceId, catalogue: u32) -> Option<String> {
    let catalogue = Catalogue::of_version(catalogue).unwrap_or_else(Catalogue::current);
    catalogue.service(&service).filter(|service| service.is_letter).map(|service| service.current_code().to_owned())
}

/// The year in WIB, by what is known of the hub's clock.
fn year_now(replica: &Reader, now_millis: i64) -> Option<i32> {
    let millis = now_millis.saturating_add(hub_offset(replica).unwrap_or(0));
    calendar::wib_date(millis).map(|date| date.year())
}

/// How many letters this machine can still number this year; nothing when the hub never granted it any.
pub(crate) fn left(replica: &Reader, now_millis: i64) -> Result<Option<u32>, Failure> {
    let year = year_now(replica, now_millis);
    let leases = replica.own_leases()?;
    let of_year = leases.iter().filter(|state| Some(state.lease.year) == year);
    let all = leases.is_empty();
    Ok((!all).then(|| of_year.map(LeaseState::left).sum()))
}

/// `{"year", "left", "leases": [{"series", "year", "first", "last", "next", "left", "node", "here", "open",
/// "granted_millis", "template"}]}`: all of the office.
pub(super) fn stock(replica: &Reader, now_millis: i64) -> Result<Value, Failure> {
    let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    let year = year_now(replica, now_millis);
    let leases = replica.leases(&office)?;
    let lines = leases.iter().map(|state| {
        let lease = &state.lease;
        json!({
            "series": lease.series.as_str(),
            "year": lease.year,
            "first": lease.first,
            "last": lease.last,
            "next": state.next,
            "left": state.left(),
            "node": lease.node,
            "here": Some(lease.node) == replica.node(),
            "open": is_open(replica, &leases, lease, year),
            "granted_millis": lease.granted_millis,
            "template": lease.template,
        })
    });
    Ok(json!({
        "year": year,
        "left": left(replica, now_millis)?,
        "leases": lines.collect::<Vec<Value>>(),
        "given_twice": replica.issued_twice(100)?.iter().map(|(_, serial)| serial.to_string()).collect::<Vec<_>>(),
    }))
}

/// Whether somebody may still issue from a lease: its node has none of a later epoch, and its year is not over.
fn is_open(replica: &Reader, all: &[LeaseState], lease: &Lease, year: Option<i32>) -> bool {
    let is_past = year.is_some_and(|year| lease.year < year);
    let in_epoch = if Some(lease.node) == replica.node() {
        lease.epoch == replica.epoch() && !replica.epoch_spent()
    } else {
        let newest = all.iter().map(|state| &state.lease).filter(|other| other.node == lease.node);
        newest.max_by_key(|other| other.granted_millis).is_none_or(|newest| newest.epoch == lease.epoch)
    };
    !is_past && in_epoch
}

/// `{"series", "year", "books": [{"series", "year"}], "lines": [...], "next": serial or null}`. A line is a
/// serial with its letter, or a gap with its reason: `free`, `lost`, `missing`, `left_out`.
pub(crate) fn register(replica: &Reader, query: &RegisterQuery, now_millis: i64) -> Result<Value, Failure> {
    let office = replica.office().ok_or_else(crate::failure::not_enrolled)?;
    let leases = replica.leases(&office)?;
    let mut books: BTreeSet<(i32, Series)> =
        replica.issued_books(&office)?.into_iter().map(|(series, year)| (year, series)).collect();
    books.extend(leases.iter().map(|state| (state.lease.year, state.lease.series.clone())));
    let now = year_now(replica, now_millis);
    let year = query.year.or(now).unwrap_or_default();
    let series = match &query.series {
        Some(text) => text.parse().map_err(|_| no_series())?,
        None => books.iter().find(|(of, _)| *of == year).map_or_else(Series::all, |(_, series)| series.clone()),
    };
    let limit = query.limit.unwrap_or(SERIALS_MAX).min(SERIALS_MAX);
    let issued = replica.issued(&office, &series, year, query.from, limit + 1)?;
    let more = issued.get(limit).map(|next| next.serial.serial);
    let serials: BTreeSet<u32> = issued.iter().take(limit).map(|one| one.serial.serial).collect();
    let of_book = leases.iter().filter(|state| state.lease.year == year && state.lease.series == series);
    let block = |state: &LeaseState| Block {
        first: state.lease.first,
        last: state.lease.last,
        holder: state.lease.node,
        state: if is_open(replica, &leases, &state.lease, now) { BlockState::Open } else { BlockState::Closed },
    };
    let blocks: Vec<Block<NodeId>> = of_book.map(block).collect();
    let mut lines = Vec::new();
    for stretch in account(&serials, &blocks, query.from) {
        match stretch {
            Stretch::Issued(serial) => {
                for one in issued.iter().filter(|one| one.serial.serial == serial) {
                    lines.push(issued_line(replica, serial, one.document)?);
                }
            }
            // Beyond the last line nothing was looked at.
            Stretch::Gap { first, .. } if more.is_some_and(|more| first >= more) => break,
            Stretch::Gap { first, last, reason } => {
                let last = more.map_or(last, |more| last.min(more - 1));
                lines.push(gap_line(replica, first, last, reason));
            }
        }
    }
    let books: Vec<Value> =
        books.iter().map(|(year, series)| json!({"series": series.as_str(), "year": year})).collect();
    Ok(json!({"series": series.as_str(), "year": year, "books": books, "lines": lines, "next": more}))
}

fn issued_line(replica: &Reader, serial: u32, document: DocumentId) -> Result<Value, Failure> {
    let row = replica.row(document)?;
    let in_register = row.as_ref().map(|row| in_register(replica, row)).transpose()?;
    let (name, number) = match in_register {
        Some(
            InRegister::Signed(paper)
            | InRegister::SignedTwice(paper)
            | InRegister::Withdrawn(paper)
            | InRegister::Reopened(paper),
        ) => (paper.name, paper.number),
        _ => (row.as_ref().and_then(|row| row.name.clone()), None),
    };
    let letter = json!({
        "id": document,
        "number": number.or_else(|| row.as_ref().and_then(|row| row.number.clone())),
        "service": row.as_ref().map(|row| row.service),
        "service_label": row.as_ref().map(|row| service_label(row.service)),
        "status": row.as_ref().map(|row| row.status.clone()),
        "name": name,
        "created_millis": row.as_ref().map(|row| row.created_millis),
    });
    Ok(json!({"first": serial, "last": serial, "letter": letter, "gap": null, "node": null, "here": false}))
}

fn gap_line(replica: &Reader, first: u32, last: u32, reason: GapReason<NodeId>) -> Value {
    let (word, holder) = match reason {
        GapReason::Free(holder) => ("free", Some(holder)),
        GapReason::Lost(holder) => ("lost", Some(holder)),
        GapReason::Missing(holder) => ("missing", Some(holder)),
        GapReason::LeftOut => ("left_out", None),
    };
    let here = holder.is_some() && holder == replica.node();
    json!({"first": first, "last": last, "letter": null, "gap": word, "node": holder, "here": here})
}

/// `{"id", "number", "change"}`.
pub(super) fn issue(
    replica: &mut Replica,
    identity: &NodeIdentity,
    id: DocumentId,
    clock: &Clock,
) -> Result<Value, Failure> {
    if load(replica, id)?.row().status.parse().is_ok_and(Status::is_withdrawn) {
        return Err(super::letter::withdrawn());
    }
    match with_numbering(identity, |numbering| replica.issue_number(id, numbering, clock))? {
        Ok((given, change)) => Ok(json!({"id": id, "number": given.text, "change": change})),
        Err(NoNumber::HasOne) => Err(Failure::input(
            "has_number",
            "Berkas ini sudah bernomor. Nomor yang sudah diberikan tidak diganti.",
            "This record has a number already. A number that was given is not changed.",
        )),
        Err(NoNumber::NoLetter) => Err(Failure::input(
            "no_letter",
            "Layanan ini tidak berakhir dengan surat, jadi tidak bernomor.",
            "This service ends in no letter, so it gets no number.",
        )),
        Err(NoNumber::NoneLeft) => Err(Failure::new(
            Blame::State,
            "no_numbers",
            "Nomor surat di komputer ini habis, atau tahun pada jam komputer salah. Berkas aman tanpa nomor; hubungkan ke pusat (sinkronkan) untuk mendapat nomor baru. Bila sudah tersambung, pusat sedang tidak memberi nomor (misalnya baru dipulihkan dari cadangan): nomor diminta lagi dengan sendirinya.",
            "This machine has no letter numbers left, or its clock shows a wrong year. The record is safe without one; sync with the hub to get new ones. Where it is linked already, the hub gives none just now (it may have been restored from a backup): they are asked for again by themselves.",
        )),
    }
}

fn no_series() -> Failure {
    Failure::input(
        "series",
        "Deret nomor tidak dikenal; tulis all atau kode arsip.",
        "There is no such series; write all, or an archive code.",
    )
}
